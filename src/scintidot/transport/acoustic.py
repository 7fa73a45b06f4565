"""Slow electrons and longitudinal acoustic phonons: nearly elastic scattering below about 100 eV.

The deformation potential Xi shifts the band by Xi times the strain, |M_q|^2 = hbar Xi^2 q^2/(2 rho V omega).
Emission and absorption together, neglecting the phonon energy against that of the electron, scatter a free
wave of mass m into the share dmu of mu = (1 - cos)/2 with

    dlambda^-1/dmu = m^2 Xi^2 q^2 coth(hbar omega/2kT)/(2 pi hbar^3 rho omega) S(q),   q^2 = 8 m T mu/hbar^2

which for long waves, hbar omega << kT, is isotropic with lambda^-1 = m^2 Xi^2 kT/(pi hbar^4 rho c^2)
(Bardeen & Shockley 1950, doi:10.1103/PhysRev.80.72). Towards the Brillouin-zone edge q_BZ the branch bends,
omega = (2/pi) c q_BZ sin(pi q/2 q_BZ), beyond it (umklapp) omega stays at its value there, and the coupling is
screened, S = (1 + T mu/A)^-2 with A = 5 T_BZ, T_BZ = hbar^2 q_BZ^2/2m: Schreiber & Fitting 2002
(doi:10.1016/S0368-2048(01)00368-1) as Verduin (thesis, Delft 2017) gives it. They join both regimes by
interpolating between T_BZ/4, where q_BZ is first reached, and T_BZ; the bent branch here does it by itself.

With s = q/q_BZ everything depends on one function f(s): lambda^-1 = (2/s_max^2) int_0^s_max f s ds with
s_max^2 = 4 T/T_BZ. Above `MOTT_FROM` the cross sections of free atoms take over, fully from `MOTT_ONLY_FROM`
(as in Kieft & Bosch 2008, doi:10.1088/0022-3727/41/21/215310); see `mott_weight`.

Scalar kernels: numbers in, numbers out. Energies in eV, inverse mean free paths in 1/nm.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from scintidot.constants import (
    BOHR_RADIUS,
    BOLTZMANN_CONSTANT,
    HARTREE_ENERGY,
    MASS_DENSITY,
    REDUCED_PLANCK_CONSTANT,
)

MOTT_FROM = 100.0  # [eV]
MOTT_ONLY_FROM = 200.0  # [eV]
SCREENING_ENERGY = 5.0  # A in units of T_BZ

_ROOTS, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_NODES, _WEIGHTS = (_ROOTS + 1) / 2, _WEIGHTS / 2


class Acoustic(NamedTuple):
    """What the kernels need of a crystal, an electron mass and a temperature."""

    strength: float  # m^2 Xi^2/(2 pi hbar^4 rho c^2) [1/(nm eV)]
    edge_phonon_energy: float  # hbar omega at the zone edge [eV]
    edge_kinetic_energy: float  # T_BZ [eV]
    thermal_energy: float  # kT [eV]


def acoustic_phonons(
    deformation_potential: float,
    sound_velocity: float,
    density: float,
    zone_edge: float,
    mass: float,
    temperature: float,
) -> Acoustic:
    """Parameters of the kernels.

    Parameters
    ----------
    deformation_potential : float
        Xi. [eV]
    sound_velocity : float
        Of longitudinal waves. [nm/ps]
    density : float
        [g/cm3]
    zone_edge : float
        q_BZ; see `debye_wavevector`. [1/nm]
    mass : float
        Of the electron. [electron masses]
    temperature : float
        [K]
    """
    inverse_square = mass / (HARTREE_ENERGY * BOHR_RADIUS**2)  # m/hbar^2 [1/(eV nm^2)]
    stiffness = MASS_DENSITY * density * sound_velocity**2  # rho c^2 [eV/nm^3]
    return Acoustic(
        strength=(inverse_square * deformation_potential) ** 2 / (2 * math.pi * stiffness),
        edge_phonon_energy=2 / math.pi * REDUCED_PLANCK_CONSTANT * sound_velocity * zone_edge,
        edge_kinetic_energy=zone_edge**2 / (2 * inverse_square),
        thermal_energy=BOLTZMANN_CONSTANT * temperature,
    )


def debye_wavevector(cells_per_nm3: float) -> float:
    """Radius [1/nm] of the sphere that holds as many waves as there are cells, (6 pi^2 n)^(1/3)."""
    return float((6 * math.pi**2 * cells_per_nm3) ** (1 / 3))


def phonon_energy(transfer: float, crystal: Acoustic) -> float:
    """hbar omega [eV] at the momentum transfer s = q/q_BZ."""
    return crystal.edge_phonon_energy * math.sin(math.pi / 2 * min(transfer, 1.0))


def emission_probability(transfer: float, crystal: Acoustic) -> float:
    """Share of emissions among the events at s: (n + 1)/(2n + 1); the others gain the phonon energy."""
    if crystal.thermal_energy == 0:
        return 1.0
    return (1 + math.tanh(phonon_energy(transfer, crystal) / (2 * crystal.thermal_energy))) / 2


def differential(transfer: float, crystal: Acoustic) -> float:
    """f(s) = dlambda^-1/dmu. [1/nm]"""
    energy = phonon_energy(transfer, crystal)
    screening = (1 + transfer**2 / (4 * SCREENING_ENERGY)) ** 2
    if energy == 0:
        return 2 * crystal.strength * crystal.thermal_energy
    straight = math.pi / 2 * crystal.edge_phonon_energy * transfer  # hbar c q
    coth = 1.0
    if crystal.thermal_energy > 0:
        coth = 1 / math.tanh(energy / (2 * crystal.thermal_energy))
    return crystal.strength * straight**2 * coth / energy / screening


def _moment(transfer: float, power: int, crystal: Acoustic) -> float:
    """int_0^s f s^power ds, power 1 or 3: by quadrature inside the zone, in closed form beyond."""
    inside = min(transfer, 1.0)
    total = 0.0
    for i in range(_NODES.size):
        s = inside * _NODES[i]
        total += _WEIGHTS[i] * inside * differential(s, crystal) * s**power
    if transfer > 1:
        scale = 4 * SCREENING_ENERGY
        low, high = 1 / scale, transfer**2 / scale
        flat = differential(1.0, crystal) * (1 + low) ** 2
        if power == 1:  # s^3/(1 + s^2/scale)^2
            grown = math.log((1 + high) / (1 + low)) + 1 / (1 + high) - 1 / (1 + low)
            total += flat * scale**2 / 2 * grown
        else:  # s^5/(1 + s^2/scale)^2
            grown = high - low - 2 * math.log((1 + high) / (1 + low)) - 1 / (1 + high) + 1 / (1 + low)
            total += flat * scale**3 / 2 * grown
    return total


def largest_transfer(kinetic_energy: float, crystal: Acoustic) -> float:
    """s of backward scattering, 2k/q_BZ."""
    return 2 * math.sqrt(kinetic_energy / crystal.edge_kinetic_energy)


def inverse_mean_free_path(kinetic_energy: float, crystal: Acoustic) -> float:
    """Of emission and absorption together. [1/nm]"""
    largest = largest_transfer(kinetic_energy, crystal)
    return 2 / largest**2 * _moment(largest, 1, crystal)


def inverse_transport_mean_free_path(kinetic_energy: float, crystal: Acoustic) -> float:
    """Weighted with 1 - cos. [1/nm]"""
    largest = largest_transfer(kinetic_energy, crystal)
    return 4 / largest**4 * _moment(largest, 3, crystal)


def energy_loss(kinetic_energy: float, crystal: Acoustic) -> float:
    """Net energy given to the lattice per path, the same at every temperature. [eV/nm]

    Emission less absorption leaves hbar omega tanh(hbar omega/2kT) of each event, which cancels the coth of f.
    """
    scale = 4 * SCREENING_ENERGY
    largest = largest_transfer(kinetic_energy, crystal)
    t = largest**2 / scale
    grown = scale**2 / 2 * (math.log1p(t) - t / (1 + t))
    return 2 / largest**2 * crystal.strength * (math.pi / 2 * crystal.edge_phonon_energy) ** 2 * grown


def scattering_transfer(kinetic_energy: float, uniform: float, crystal: Acoustic) -> float:
    """Momentum transfer s at the quantile ``uniform``, by bisection; cos = 1 - 2 (s/s_max)^2."""
    low, high = 0.0, largest_transfer(kinetic_energy, crystal)
    wanted = uniform * _moment(high, 1, crystal)
    for _ in range(52):
        middle = (low + high) / 2
        if _moment(middle, 1, crystal) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def mott_weight(kinetic_energy: float) -> float:
    """Share of the free-atom cross sections: 0 to `MOTT_FROM`, 1 from `MOTT_ONLY_FROM`, linear in ln T between."""
    return min(1.0, max(0.0, math.log(kinetic_energy / MOTT_FROM) / math.log(MOTT_ONLY_FROM / MOTT_FROM)))


def blended(kinetic_energy: float, acoustic_inverse: float, mott_inverse: float) -> float:
    """Elastic inverse mean free path from both models, for totals and for transport. [1/nm]

    An event is one with a free atom with the probability `mott_weight` times ``mott_inverse`` over this.
    """
    weight = mott_weight(kinetic_energy)
    return (1 - weight) * acoustic_inverse + weight * mott_inverse
