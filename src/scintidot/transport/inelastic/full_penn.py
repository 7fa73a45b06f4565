"""Cross sections of an electron in a medium by the full Penn algorithm, relativistic.

With the recoil energy Q of Fano (1963) in place of the momentum, and the response of `extension`,

    d(1/lambda)/dW = 1/(pi a0 mc^2 beta^2) { integral_Q-^Q+ Im[-1/eps(Q, W)] X dQ/Q + transverse(W) },  W <= T

which for small velocities is the equation of Penn 1987 and of Shinotsuka et al. 2015 (doi:10.1002/sia.5789). X
is the exchange factor (see `exchange`); the transverse part is Fermi's, with the density effect, from the same
optical constants. Nothing is lost below the gap or above T, and no shell is opened by less than its binding
energy: what Penn's gases of an inner shell respond with below that goes to the open shells, as they share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scintidot.constants import BOHR_RADIUS, ELECTRON_REST_ENERGY
from scintidot.records import FloatArray
from scintidot.transport.inelastic.deep import DeepShells
from scintidot.transport.inelastic.exchange import exchanged
from scintidot.transport.inelastic.extension import Response, ratio_index, with_edges
from scintidot.transport.inelastic.kinematics import beta_squared, recoil_limits
from scintidot.transport.inelastic.medium import LossMedium

LOWEST_ENERGY = 0.1  # [eV]
HIGHEST_ENERGY = 1e6  # [eV]
RANGE = "0.1 eV to 1 MeV"


def _integral(values: FloatArray, at: FloatArray) -> float:
    """By trapezoids; 0 where nothing is."""
    return float(np.sum((values[1:] + values[:-1]) / 2 * np.diff(at)))


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Inelastic collisions of an electron of one kinetic energy."""

    kinetic_energy: float  # T [eV]
    loss: FloatArray  # W [eV], rising from the gap to T; empty below the threshold
    by_shell: FloatArray  # d(1/lambda)/dW [1/(eV nm)], shape (losses, shells)
    mean_binding: FloatArray  # B, mean energy of the electrons of a shell below the lowest empty state [eV]

    @property
    def total(self) -> FloatArray:
        """Of all shells."""
        return np.asarray(self.by_shell.sum(axis=1))

    @property
    def inverse_mean_free_path(self) -> float:
        """[1/nm]"""
        return _integral(self.total, self.loss)

    @property
    def stopping_power(self) -> float:
        """[eV/nm] The faster of the two electrons after a collision counts as the incident one."""
        return _integral(np.sum(self.by_shell * self.slower(), axis=1), self.loss)

    def slower(self) -> FloatArray:
        """Loss of the faster electron, shape (losses, shells): W, or T + B - W if the other one is faster."""
        W, B = self.loss[:, None], self.mean_binding
        return np.minimum(W, np.maximum(self.kinetic_energy + B - W, 0.0))


def spectrum(energy: float, medium: LossMedium, response: Response, exchange: str) -> Spectrum:
    """Collisions of an electron of kinetic energy ``energy`` [eV], within the range of the model."""
    if energy <= response.loss[0]:
        nothing = np.zeros((0, len(medium.shells)))
        return Spectrum(energy, np.zeros(0), nothing, medium.mean_binding)
    loss = with_edges(response.loss, medium.binding_energy)
    loss = np.append(loss[loss < energy], energy)
    rows = _Rows(medium, response, loss)
    column = loss[:, None]
    limits = recoil_limits(energy, column, medium.inner_energy)
    longitudinal = exchanged(exchange, energy, column, limits, rows, medium.mean_binding)
    scale = (
        math.pi * BOHR_RADIUS * ELECTRON_REST_ENERGY * beta_squared(np.asarray(energy + medium.inner_energy))
    )
    shares = rows.optical()
    total = shares.sum(axis=1, keepdims=True)
    shares = np.divide(shares, total, out=np.zeros_like(shares), where=total > 0)
    transverse = transverse_part(energy, loss, medium)[:, None] * shares
    # The optical constants are not always consistent to rounding: no rate is negative.
    rate = np.maximum(longitudinal + transverse, 0.0) / scale
    return Spectrum(energy, loss, _to_open_shells(rate, loss, medium.binding_energy), medium.mean_binding)


def _to_open_shells(rate: FloatArray, loss: FloatArray, binding: FloatArray) -> FloatArray:
    """Rates of shells that a loss cannot open, added to the open ones in proportion; the sum stays."""
    kept = np.where(loss[:, None] >= binding, rate, 0.0)
    kept_sum = kept.sum(axis=1, keepdims=True)
    factor = np.divide(
        rate.sum(axis=1, keepdims=True), kept_sum, out=np.ones_like(kept_sum), where=kept_sum > 0
    )
    return np.asarray(kept * factor)


def transverse_part(energy: float, loss: FloatArray, medium: LossMedium) -> FloatArray:
    """Distant transverse collisions, to be divided as the longitudinal part is.

    -Im(-1/eps) ln|1 - beta^2 eps| + (beta^2 - eps1/|eps|^2) arg(1 - beta^2 eps*), Fermi 1940 in the form of
    Allison and Cobb 1980 (doi:10.1146/annurev.ns.30.120180.001345); Cherenkov light below the gap excepted.
    """
    beta2 = float(beta_squared(np.asarray(energy)))
    eps1 = np.interp(loss, medium.energy, medium.eps1)
    eps2 = np.interp(loss, medium.energy, medium.eps2)
    size = eps1**2 + eps2**2
    real, imaginary = 1 - beta2 * eps1, beta2 * eps2
    angle = np.arctan2(imaginary, real)
    return np.asarray(-eps2 / size * np.log(np.hypot(real, imaginary)) + (beta2 - eps1 / size) * angle)


class _Rows:
    """All shells of a medium at given losses, between the rows of the response where need be."""

    def __init__(self, medium: LossMedium, response: Response, loss: FloatArray) -> None:
        place = np.interp(np.log(loss), np.log(response.loss), np.arange(response.loss.size))
        row = np.minimum(place.astype(int), response.loss.size - 2)
        self._row, self._part = row[:, None], (place - row)[:, None]
        self._response, self._loss = response, loss[:, None]
        self._deep, self._shallow = DeepShells(medium, loss), medium.shallow
        table = response.optical
        self._optical = table[row] * (1 - self._part) + table[row + 1] * self._part

    def optical(self) -> FloatArray:
        """Im(-1/eps) at Q = 0, shape (losses, shells)."""
        return self._together(self._optical, self._deep.optical())

    def collisions(self, recoil: FloatArray) -> FloatArray:
        """All: integral of Im(-1/eps) dQ/Q up to recoil energies [eV], a column or one per shell."""
        own, deep = self._split(recoil)
        shallow = self._between(self._response.collisions, own) + self._optical * np.log(
            self._below_table(own)
        )
        return self._together(shallow, self._deep.collisions(deep))

    def single(self, power: int, recoil: FloatArray) -> FloatArray:
        """Single excitations: integral of Im(-1/eps) Q^(power - 1) dQ."""
        own, deep = self._split(recoil)
        shallow = self._between(self._response.single[power], own) * self._below_table(own) ** power
        return self._together(shallow, self._deep.hard(power, deep))

    def _split(self, recoil: FloatArray) -> tuple[FloatArray, FloatArray]:
        if recoil.shape[1] == 1:
            return recoil, recoil
        return recoil[:, self._shallow], recoil[:, ~self._shallow]

    def _together(self, shallow: FloatArray, deep: FloatArray) -> FloatArray:
        result = np.empty((self._loss.size, self._shallow.size))
        result[:, self._shallow], result[:, ~self._shallow] = shallow, deep
        return result

    def _below_table(self, recoil: FloatArray) -> FloatArray:
        """Q over the first recoil energy of the table, where it is less: there all is as at Q = 0."""
        return np.asarray(np.minimum(recoil / self._loss / self._response.ratio[0], 1.0))

    def _between(self, table: FloatArray, recoil: FloatArray) -> FloatArray:
        place = ratio_index(np.maximum(recoil / self._loss, self._response.ratio[0]))
        column = np.minimum(place.astype(int), self._response.ratio.size - 2)
        across, shells = place - column, np.arange(table.shape[2])
        low, high = (
            table[row, column, shells] * (1 - across) + table[row, column + 1, shells] * across
            for row in (self._row, self._row + 1)
        )
        return np.asarray(low * (1 - self._part) + high * self._part)
