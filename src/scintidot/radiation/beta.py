r"""Beta spectra: Fermi function, finite nucleus, screening, allowed and unique first-forbidden shapes.

Energies in units of the electron rest energy: W total, p momentum, W0 = 1 + endpoint; lengths in units of the
reduced Compton wavelength. The number of electrons per energy is

.. math:: N(W) = F(Z, W)\, p W (W_0 - W)^2\, C(W)

with Z of the daughter. Not included: atomic exchange and overlap (they change the first few keV), weak
magnetism, nuclear recoil, deviations of hindered decays from the theoretical shape.

Sources: Behrens, Jänecke, *Numerical Tables for Beta-Decay and Electron Capture*, Springer (1969); Hayen et al.,
*Rev. Mod. Phys.* 90, 015008 (2018), doi:10.1103/RevModPhys.90.015008; Rose, *Phys. Rev.* 49, 727 (1936),
doi:10.1103/PhysRev.49.727; Sirlin, *Phys. Rev.* 164, 1767 (1967), doi:10.1103/PhysRev.164.1767.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from scintidot.constants import BOHR_RADIUS, CONSTANTS, ELECTRON_REST_ENERGY
from scintidot.constants import FINE_STRUCTURE_CONSTANT as ALPHA
from scintidot.errors import OutOfRange, one_of
from scintidot.records import FloatArray

COMPTON_WAVELENGTH = ALPHA * BOHR_RADIUS  # reduced [nm]
RADIUS_PARAMETER = 1.2e-6
"""r0 [nm] of the nuclear radius R = r0 A^(1/3), a uniformly charged sphere."""

LOWEST_ENDPOINT, HIGHEST_ENDPOINT = 1e3, 5e6  # [eV]
LARGEST_CHARGE = 84
"""Z of the daughter. F_0 L_0 and lambda_2 are within 0.2 % of the Dirac equation up to Z = 40, 1 % up to 60, and for
Z = 84 within 4 % below 1 MeV, 8 % at 5 MeV: higher orders of alpha Z are not in L_k."""

_GAUSS_POINTS = 8  # per bin

SHAPES = {
    "allowed": "C = 1",
    "unique-first-forbidden": "C = (W0 - W)^2 + lambda_2 p^2, lambda_2 = F_1 L_1/(F_0 L_0)",
}
SCREENING = {
    "rose": "W lowered by V0 = 1.45 alpha^2 Z^(4/3) of the emitter (Rose 1936); below V0 the limit at V0",
    "none": "bare nucleus",
}
RADIATIVE = {
    "sirlin": "outer correction 1 + alpha/(2 pi) g of first order, photons not detected (Sirlin 1967)",
    "none": "no radiative correction",
}
PROTON_MASS = CONSTANTS["proton_electron_mass_ratio"].value  # [electron masses]


@dataclass(frozen=True)
class Transition:
    """One beta-minus transition. Z and A are those of the daughter."""

    name: str
    endpoint: float  # [eV]
    charge: int  # Z
    mass: int  # A
    shape: str = "allowed"
    screening: str = "rose"
    radiative: str = "sirlin"

    def __post_init__(self) -> None:
        one_of(self.shape, SHAPES, where="source", who="shape")
        one_of(self.screening, SCREENING, where="source", who="screening")
        one_of(self.radiative, RADIATIVE, where="source", who="radiative")
        limits = f"{LOWEST_ENDPOINT / 1e3:g} keV to {HIGHEST_ENDPOINT / 1e6:g} MeV"
        if not LOWEST_ENDPOINT <= self.endpoint <= HIGHEST_ENDPOINT:
            found = f"{self.endpoint / 1e3:g} keV"
            raise OutOfRange(where="source", what="energy", who="endpoint", expected=limits, found=found)
        if not 1 <= self.charge <= LARGEST_CHARGE:
            expected = f"a daughter of Z = 1 to {LARGEST_CHARGE}"
            raise OutOfRange(
                where="source", what="nuclide", who=self.name, expected=expected, found=f"Z = {self.charge}"
            )

    @property
    def radius(self) -> float:
        """Nuclear radius in reduced Compton wavelengths."""
        return float(RADIUS_PARAMETER * self.mass ** (1 / 3) / COMPTON_WAVELENGTH)


def fermi_function(order: int, charge: float, energy: Any, radius: float) -> Any:
    r"""Generalised Fermi function F_{k-1} of a point charge at the nuclear radius, k = ``order`` = 1 or 2.

    .. math:: F_{k-1} = [k (2k-1)!!]^2 4^k (2pR)^{2(\gamma_k - k)} e^{\pi\eta}
              \frac{|\Gamma(\gamma_k + i\eta)|^2}{\Gamma(1 + 2\gamma_k)^2}

    with gamma_k^2 = k^2 - (alpha Z)^2 and eta = alpha Z W/p. ``energy`` is W > 1. F_{k-1} -> 1 for Z -> 0.
    """
    from scipy.special import loggamma

    alpha_z = ALPHA * charge
    momentum = np.sqrt(energy**2 - 1)
    gamma = math.sqrt(order**2 - alpha_z**2)
    eta = alpha_z * energy / momentum
    prefactor = 2 * math.log(order * (1, 3)[order - 1]) + order * math.log(4)
    logarithm = (
        prefactor
        + 2 * (gamma - order) * np.log(2 * momentum * radius)
        + math.pi * eta
        + 2 * loggamma(gamma + 1j * eta).real
        - 2 * math.lgamma(1 + 2 * gamma)
    )
    return np.exp(logarithm)


def finite_size(order: int, charge: float, energy: Any, radius: float) -> Any:
    r"""L_{k-1}: from the point charge at R to a uniformly charged sphere of that radius, at its centre.

    .. math:: L_0 = 1 + \tfrac{13}{60}(\alpha Z)^2 - \frac{\alpha Z W R (41 - 26\gamma)}{15(2\gamma - 1)}
              - \frac{\alpha Z R \gamma (17 - 2\gamma)}{30 W (2\gamma - 1)}

    (Hayen 2018). L_1 = 1 + 437/1680 (alpha Z)^2 - 2/5 alpha Z W R follows in the same way, from matching the
    solution inside the sphere to the regular and irregular ones outside, to lowest order. Accuracy: see
    `LARGEST_CHARGE`.
    """
    alpha_z = ALPHA * charge
    if order == 2:
        return 1 + 437 / 1680 * alpha_z**2 - 0.4 * alpha_z * energy * radius
    gamma = math.sqrt(1 - alpha_z**2)
    first = energy * (41 - 26 * gamma) / 15 + gamma * (17 - 2 * gamma) / (30 * energy)
    return 1 + 13 / 60 * alpha_z**2 - alpha_z * radius * first / (2 * gamma - 1)


def _phase_space(transition: Transition, energy: FloatArray) -> FloatArray:
    """F_0 L_0 p W, screened if wanted, at W > 1."""
    z, radius = transition.charge, transition.radius
    if transition.screening == "rose":
        potential = 1.45 * ALPHA**2 * (z - 1) ** (4 / 3)
        energy = np.maximum(energy - potential, 1 + 1e-9)
    coulomb = fermi_function(1, z, energy, radius) * finite_size(1, z, energy, radius)
    density: FloatArray = coulomb * np.sqrt(energy**2 - 1) * energy
    return density


def shape_factor(transition: Transition, energy: FloatArray) -> FloatArray:
    """C(W) of `SHAPES`, unscreened."""
    if transition.shape == "allowed":
        return np.ones_like(energy)
    z, radius = transition.charge, transition.radius
    total = 1 + transition.endpoint / ELECTRON_REST_ENERGY
    lambda_2 = fermi_function(2, z, energy, radius) * finite_size(2, z, energy, radius)
    lambda_2 /= fermi_function(1, z, energy, radius) * finite_size(1, z, energy, radius)
    factor: FloatArray = (total - energy) ** 2 + lambda_2 * (energy**2 - 1)
    return factor


def radiative_correction(energy: Any, endpoint: float) -> Any:
    """g(W, W0) of Sirlin 1967; the spectrum is multiplied by 1 + alpha/(2 pi) g, which falls with W.

    Diverges as log(W0 - W) at the endpoint, where the spectrum is 0.

    >>> round(float(1 + ALPHA / (2 * math.pi) * radiative_correction(1.8, 2.531)), 4)
    1.0137
    """
    from scipy.special import spence

    beta = np.sqrt(energy**2 - 1) / energy
    rapidity = np.arctanh(beta)
    neutrino = np.maximum(endpoint - energy, 1e-12)
    return (
        3 * math.log(PROTON_MASS)
        - 3 / 4
        - 4 / beta * spence(1 - 2 * beta / (1 + beta))
        + 4 * (rapidity / beta - 1) * (neutrino / (3 * energy) - 3 / 2 + np.log(2 * neutrino))
        + rapidity / beta * (2 * (1 + beta**2) + neutrino**2 / (6 * energy**2) - 4 * rapidity)
    )


def density(transition: Transition, kinetic_energy: FloatArray) -> FloatArray:
    """Electrons per energy, not normalised, at kinetic energies [eV] above 0, up to the endpoint."""
    energy = 1 + np.asarray(kinetic_energy) / ELECTRON_REST_ENERGY
    total = 1 + transition.endpoint / ELECTRON_REST_ENERGY
    values: FloatArray = (
        _phase_space(transition, energy)
        * np.clip(total - energy, 0, None) ** 2
        * shape_factor(transition, energy)
    )
    if transition.radiative == "sirlin":
        values *= 1 + ALPHA / (2 * math.pi) * radiative_correction(energy, total)
    return values


def bin_shares(transition: Transition, edges: FloatArray) -> FloatArray:
    """Share of the electrons in each bin; the edges [eV] rise and hold the whole spectrum."""
    nodes, weights = np.polynomial.legendre.leggauss(_GAUSS_POINTS)
    top = np.minimum(edges, transition.endpoint)
    centre, half = (top[1:] + top[:-1]) / 2, (top[1:] - top[:-1]) / 2
    filled = half > 0
    inside = centre[filled, None] + half[filled, None] * nodes
    shares = np.zeros(len(half))
    shares[filled] = half[filled] * (density(transition, inside) @ weights)
    shares /= shares.sum()
    return shares
