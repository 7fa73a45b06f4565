"""Deep shells at finite momentum: distant and hard collisions (Liljequist 1983; Fernandez-Varea et al. 1993).

The generalised oscillator strength of a shell with the optical spectrum f(W) is taken as

    W Im[-1/eps(Q, W)] = f(W) for Q < W (distant: as light does),  + delta(W - Q) integral_B^Q f(W') dW' (hard)

(doi:10.1088/0022-3727/16/8/023, doi:10.1088/0953-8984/5/22/011). The f-sum rule holds at every Q, nothing
happens below the binding energy B, and the stopping power of fast electrons is Bethe's with the mean excitation
energy of f. The width of the ridge Q = W, the motion of the electrons of the shell, is left out.
"""

from __future__ import annotations

import numpy as np

from scintidot.records import FloatArray
from scintidot.transport.inelastic.medium import LossMedium


class DeepShells:
    """Integrals over the recoil energy for the deep shells of a medium, at given losses."""

    def __init__(self, medium: LossMedium, loss: FloatArray) -> None:
        log, energy = np.log(medium.energy), medium.energy
        shells = medium.loss[~medium.shallow]
        strength = shells * energy**2  # per d ln W
        cells = (strength[:, 1:] + strength[:, :-1]) / 2 * np.diff(log)
        below = np.concatenate([np.zeros_like(strength[:, :1]), np.cumsum(cells, axis=1)], axis=1)
        shape = (loss.size, len(shells))
        self._loss = loss[:, None]
        self._optical = np.array([np.interp(np.log(loss), log, row) for row in shells]).T.reshape(shape)
        self._below = np.array([np.interp(np.log(loss), log, row) for row in below]).T.reshape(shape)

    def optical(self) -> FloatArray:
        """Im(-1/eps) at Q = 0, shape (losses, shells)."""
        return self._optical

    def hard(self, power: int, recoil: FloatArray) -> FloatArray:
        """Hard collisions: integral of Im(-1/eps) Q^(power - 1) dQ up to recoil energies [eV], of that shape."""
        return np.asarray(np.where(recoil >= self._loss, self._below * self._loss ** (power - 2.0), 0.0))

    def collisions(self, recoil: FloatArray) -> FloatArray:
        """All: integral of Im(-1/eps) dQ/Q, which counts from Q = W for the distant ones and is negative below."""
        distant = self._optical * np.log(np.minimum(recoil / self._loss, 1.0))
        return np.asarray(distant + self.hard(0, recoil))
