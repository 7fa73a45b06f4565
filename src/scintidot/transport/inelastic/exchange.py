"""Exchange between the incident electron and the one it hits.

It acts on single excitations, in which one electron takes up the recoil; plasmons and distant collisions, which
many electrons answer together, take no part. The integrand over the recoil energy Q has the factor X:

- ``none``: X = 1, all losses up to T.
- ``ochkur``: X = 1 - Q/T + (Q/T)^2 (Born-Ochkur; X = 1 beyond Q = T), losses up to W' = T + B - W, beyond which
  the electron from the shell of mean binding energy B would be the faster one.
- ``moller``: all losses up to T, since by a loss above W' the two electrons only change names; and their
  interference, once per pair, at the losses below:
  X = 1 - phi (2 tau + 1)/(tau + 1)^2 Q/W' + (tau/(tau + 1))^2 (Q/T)^2, tau = T/mc^2, Q/W' at most 1,
  phi = cos[sqrt(R/(T + B)) ln(T/B)], R = 13.6 eV: binary-encounter theory with exchange (Vriens 1966,
  doi:10.1088/0370-1328/89/1/303). For T >> B it is, on the ridge Q = W, the cross section of Moller.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from scintidot.constants import ELECTRON_REST_ENERGY, HARTREE_ENERGY
from scintidot.records import FloatArray

_LEAST_BINDING = 1.0  # [eV], where a card gives a metal no band width

EXCHANGE = {
    "none": "as if the two electrons could be told apart; losses up to T",
    "ochkur": "Born-Ochkur factor 1 - Q/T + (Q/T)^2 on single excitations; losses up to (T + B)/2",
    "moller": "Moller's cross section on single excitations, at low energy with the phase of Vriens (1966); the "
    "faster electron counts as the incident one",
}


class Rows(Protocol):
    """Integrals of the loss function over the recoil energy at some losses; see `extension.Response`."""

    def collisions(self, recoil: FloatArray) -> FloatArray:
        """All: integral of Im(-1/eps) dQ/Q up to recoil energies [eV], a column or one per shell."""
        ...

    def single(self, power: int, recoil: FloatArray) -> FloatArray:
        """Single excitations: integral of Im(-1/eps) Q^(power - 1) dQ."""
        ...


def exchanged(
    name: str,
    energy: float,
    loss: FloatArray,
    limits: tuple[FloatArray, FloatArray],
    rows: Rows,
    binding: FloatArray,
) -> FloatArray:
    """Integral of Im(-1/eps) X dQ/Q between the limits of Q [eV], shape (losses, shells).

    ``loss`` and the limits are columns, ``binding`` a row: the mean energy [eV] of a shell's electrons below
    the lowest empty state.
    """
    least, most = limits

    def single(power: int, low: FloatArray, high: FloatArray) -> FloatArray:
        return rows.single(power, np.maximum(low, high)) - rows.single(power, low)

    direct = rows.collisions(most) - rows.collisions(least)
    if name == "none":
        return direct
    partner = energy + binding - loss
    if name == "ochkur":
        top = np.minimum(most, energy)
        change = single(2, least, top) / energy**2 - single(1, least, top) / energy
        return np.where(loss <= partner, direct + change, 0.0)
    tau = energy / ELECTRON_REST_ENERGY
    partner = np.maximum(partner, loss)  # where it is less, nothing is taken off
    top = np.minimum(most, partner)
    interference = single(1, least, top) / partner + single(0, np.maximum(least, top), most)
    spin = single(2, least, most) / energy**2
    interference = interference * phase(energy, binding) * (2 * tau + 1) / (tau + 1) ** 2
    change = (tau / (tau + 1)) ** 2 * spin - interference
    return direct + np.where(loss < partner, change, 0.0)


def phase(energy: float, binding: FloatArray) -> FloatArray:
    """Cosine of the phase between the direct and the exchanged amplitude (Vriens 1966), not below 0."""
    bound = np.maximum(binding, _LEAST_BINDING)
    angle = np.sqrt(HARTREE_ENERGY / 2 / (energy + bound)) * np.abs(np.log(energy / bound))
    return np.asarray(np.cos(np.minimum(angle, np.pi / 2)))
