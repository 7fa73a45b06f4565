"""Relativistic kinematics of an electron that loses energy, and the zero that its energy counts from.

The kinetic energy T counts from the lowest empty state: the conduction-band minimum of an insulator, the
Fermi level of a metal. Momentum counts from the bottom of the valence band, as in the calculations of Tanuma,
Powell and Penn and of Shinotsuka et al. 2019: T + inner_energy, inner_energy = band gap + valence-band width.
An energy loss W leaves T - W >= 0 above the lowest empty state.
"""

from __future__ import annotations

import numpy as np

from scintidot.constants import ELECTRON_REST_ENERGY
from scintidot.records import FloatArray


def beta_squared(energy: FloatArray) -> FloatArray:
    """(v/c)^2 at a kinetic energy [eV]."""
    tau = np.asarray(energy, dtype=float) / ELECTRON_REST_ENERGY
    return np.asarray(tau * (tau + 2) / (tau + 1) ** 2)


def momentum(energy: FloatArray) -> FloatArray:
    """c p [eV] at a kinetic energy [eV]."""
    energy = np.asarray(energy, dtype=float)
    return np.asarray(np.sqrt(energy * (energy + 2 * ELECTRON_REST_ENERGY)))


def recoil_limits(energy: float, loss: FloatArray, inner_energy: float) -> tuple[FloatArray, FloatArray]:
    """Least and largest recoil energy [eV] that a loss [eV] at kinetic energy ``energy`` [eV] can go with.

    Recoil energy Q is the energy that a free electron at rest takes up with the momentum: Q (Q + 2mc^2) =
    (cq)^2, q between |p - p'| and p + p'. Where ``loss`` exceeds ``energy``, nothing can: both are nan.
    """
    before = energy + inner_energy
    after = np.where(loss <= energy, before - loss, np.nan)
    p, p_after = momentum(np.asarray(before)), momentum(after)
    least = loss * (before + after + 2 * ELECTRON_REST_ENERGY) / (p + p_after)  # p - p', without cancellation
    return recoil_energy(least), recoil_energy(p + p_after)


def recoil_energy(momentum: FloatArray) -> FloatArray:
    """Q [eV] of a momentum c q [eV]."""
    square = np.square(momentum)
    return np.asarray(square / (np.sqrt(square + ELECTRON_REST_ENERGY**2) + ELECTRON_REST_ENERGY))
