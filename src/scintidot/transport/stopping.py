"""Collision stopping power of electrons from the energy-loss function.

Ashley's optical-data model (Ashley 1988, doi:10.1016/0368-2048(88)80019-7) takes the energy-loss function
at zero momentum transfer as a sum of oscillators with quadratic dispersion and includes exchange:

    S(T) = 1/(pi a0 T) integral_0^(T/2) W Im[-1/eps(W)] G(W/T) dW
    G(a) = ln(1.166/a) - 3a/4 - (a/4) ln(4/a) + a^(3/2)/2 - (a^2/16) ln(4/a) - 31 a^2/48

Its leading term is the nonrelativistic Bethe logarithm of an oscillator of energy W. Here that term is
replaced by the relativistic one for electrons (ICRU 37, Eq. 2.13), less the density effect from the same
oscillators (Fano 1963), so that the result is Ashley's at low energy and Bethe's at high energy, with no
blending. Range: 0.1 keV to 1 MeV. Radiative losses are not included: bremsstrahlung leaves a nanocrystal.
Uncertainty: that of the energy-loss function, and towards 0.1 keV that of the first Born approximation.
"""

from __future__ import annotations

import math

import numpy as np

from scintidot.constants import BOHR_RADIUS, ELECTRON_REST_ENERGY
from scintidot.materials.energy_loss import Oscillators
from scintidot.records import FloatArray

LOWEST_ENERGY = 100.0  # [eV]
HIGHEST_ENERGY = 1e6  # [eV]
RANGE = "0.1 keV to 1 MeV"
THEORY = (
    f"Ashley's optical-data model with exchange, relativistic Bethe logarithm and density effect; {RANGE}, "
    "collisions only"
)


def stopping_power(kinetic_energy: FloatArray, medium: Oscillators) -> FloatArray:
    """Energy lost to collisions per path. [eV/nm]

    Parameters
    ----------
    kinetic_energy : ndarray, any shape
        Of the electron. [eV]
    medium : Oscillators
        Loss function of the medium.
    """
    T = np.asarray(kinetic_energy, dtype=float)[..., None]
    gamma = 1 + T / ELECTRON_REST_ENERGY
    beta2 = 1 - gamma**-2
    a = medium.energy / T
    allowed = a <= 0.5
    a = np.where(allowed, a, 0.5)
    bracket = np.where(allowed, relativistic_bracket(T, T * a) + 2 * _ashley_correction(a), 0.0)
    total = np.sum(medium.strength * np.maximum(bracket, 0.0), axis=-1)
    density = np.vectorize(lambda b2: density_effect(b2, medium))(beta2[..., 0])
    total -= density * math.pi / 2 * medium.plasma_energy**2
    return np.asarray(total / (math.pi * BOHR_RADIUS * ELECTRON_REST_ENERGY * beta2[..., 0]))


def relativistic_bracket(T: FloatArray, W: FloatArray | float) -> FloatArray:
    """ln[T^2 (1 + tau/2)/W^2] + F(tau) of ICRU 37 for electrons; T and W in eV.

    F = (1 - beta^2)[1 + tau^2/8 - (2 tau + 1) ln 2], tau = T/mc^2.
    """
    tau = T / ELECTRON_REST_ENERGY
    exchange = (1 + tau**2 / 8 - (2 * tau + 1) * math.log(2)) / (1 + tau) ** 2
    return np.asarray(2 * np.log(T / W) + np.log1p(tau / 2) + exchange)


def _ashley_correction(a: FloatArray) -> FloatArray:
    """Ashley's G(a) without its logarithm ln(1.166/a)."""
    log4 = np.log(4 / a)
    return np.asarray(-0.75 * a - a / 4 * log4 + a**1.5 / 2 - a**2 / 16 * log4 - 31 / 48 * a**2)


def density_effect(beta2: float, medium: Oscillators) -> float:
    """Fano's density-effect correction delta for oscillators of relative strength f.

    With sum f = 1: delta = sum f ln(1 + L^2/W^2) - L^2 (1 - beta^2)/Ep^2, where L solves
    sum f/(W^2 + L^2) = (1 - beta^2)/Ep^2; zero where no such L exists.
    """
    from scipy.optimize import brentq

    energy = medium.energy
    f = medium.strength / medium.strength.sum()
    target = (1 - beta2) / medium.plasma_energy**2

    def balance(l2: float) -> float:
        return float(np.sum(f / (energy**2 + l2))) - target

    if balance(0.0) <= 0:
        return 0.0
    l2 = brentq(balance, 0.0, 1 / target)
    return float(np.sum(f * np.log1p(l2 / energy**2)) - l2 * target)
