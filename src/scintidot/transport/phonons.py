"""Slow electrons and the polar vibrations of a crystal: longitudinal optical (LO) phonons.

Froehlich's coupling (Froehlich 1954, doi:10.1080/00018735400101213) in first-order perturbation theory
for an electron of mass m (in electron masses) in a parabolic band:

    |M_q|^2 = e^2 hbar omega (1/eps_above - 1/eps_below)/(2 eps_0 V q^2)

with the permittivities above and below the vibration. Golden rule and energy conservation give the inverse
mean free paths (Llacer & Garwin 1969, doi:10.1063/1.1658075, who take m = 1)

    emission    m C (hbar omega/T) (n + 1) asinh sqrt(T/hbar omega - 1)/a0, for T > hbar omega
    absorption  m C (hbar omega/T) n asinh sqrt(T/hbar omega)/a0

with C = 1/eps_above - 1/eps_below and n the Bose occupation; the scattering angle follows 1/q^2. Several
vibrations act one beside the other, each with its own C; the sum of the C is 1/eps_optical - 1/eps_static.

Range: `LOWEST_ENERGY` to `HIGHEST_ENERGY`. The mass is that of the band edge below `PARABOLIC_TO`, the free
one above about `FREE_FROM`; between them neither is right. Beyond weak coupling (alpha > 1) first order
overstates the rate near the band edge.

Scalar kernels: numbers in, numbers out. Energies in eV, inverse mean free paths in 1/nm.
"""

from __future__ import annotations

import math

from scintidot.constants import BOHR_RADIUS, BOLTZMANN_CONSTANT, HARTREE_ENERGY

LOWEST_ENERGY = 0.05  # [eV], twice the thermal energy at room temperature
HIGHEST_ENERGY = 200.0  # [eV], of the low-energy models
HIGHEST_TEMPERATURE = 1000.0  # [K]
PARABOLIC_TO = 0.5  # [eV], above the band edge
FREE_FROM = 1.0  # [eV]
LARGEST_EXPONENT = 700.0


def occupation(phonon_energy: float, temperature: float) -> float:
    """Bose occupation n = 1/(exp(hbar omega/kT) - 1); temperature in K, 0 allowed."""
    if phonon_energy >= LARGEST_EXPONENT * BOLTZMANN_CONSTANT * temperature:
        return 0.0
    return 1 / math.expm1(phonon_energy / (BOLTZMANN_CONSTANT * temperature))


def coupling_constant(phonon_energy: float, coupling: float, mass: float) -> float:
    """Froehlich's alpha = C sqrt(Ry m/hbar omega).

    >>> round(coupling_constant(0.036, 1 / 10.9 - 1 / 12.9, 0.067), 3)  # GaAs
    0.072
    """
    return coupling * math.sqrt(HARTREE_ENERGY / 2 * mass / phonon_energy)


def emission(
    kinetic_energy: float, phonon_energy: float, coupling: float, mass: float, occupation: float
) -> float:
    """Inverse mean free path for the emission of one phonon. [1/nm]"""
    if kinetic_energy <= phonon_energy:
        return 0.0
    ratio = kinetic_energy / phonon_energy
    return mass * coupling / (BOHR_RADIUS * ratio) * (occupation + 1) * math.asinh(math.sqrt(ratio - 1))


def absorption(
    kinetic_energy: float, phonon_energy: float, coupling: float, mass: float, occupation: float
) -> float:
    """Inverse mean free path for the absorption of one phonon. [1/nm]"""
    ratio = kinetic_energy / phonon_energy
    return mass * coupling / (BOHR_RADIUS * ratio) * occupation * math.asinh(math.sqrt(ratio))


def scattering_cosine(kinetic_energy: float, energy_after: float, uniform: float) -> float:
    """Cosine of the scattering angle at the quantile ``uniform`` (0: forward, 1: backward).

    With a = T + T', b = 2 sqrt(T T') its density is (b/L)/(a - b cos), L = ln[(a + b)/(a - b)], so that
    cos = 1 - (a - b)(exp(u L) - 1)/b.
    """
    root, root_after = math.sqrt(kinetic_energy), math.sqrt(energy_after)
    b = 2 * root * root_after
    if b == 0:
        return 1 - 2 * uniform
    nearest = ((kinetic_energy - energy_after) / (root + root_after)) ** 2  # a - b without cancellation
    logarithm = math.log((root + root_after) ** 2 / nearest)
    return max(-1.0, 1 - nearest * math.expm1(uniform * logarithm) / b)


def mean_deflection(kinetic_energy: float, energy_after: float) -> float:
    """Mean of 1 - cos, which is 2/L - (a - b)/b in the letters of `scattering_cosine`."""
    root, root_after = math.sqrt(kinetic_energy), math.sqrt(energy_after)
    b = 2 * root * root_after
    if b == 0:
        return 1.0
    nearest = ((kinetic_energy - energy_after) / (root + root_after)) ** 2
    logarithm = math.log((root + root_after) ** 2 / nearest)
    return 2 / logarithm - nearest / b
