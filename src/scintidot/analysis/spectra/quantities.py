"""Quantum yields, concentrations and light from spectra and absorbances."""

from __future__ import annotations

import math

import numpy as np

from scintidot.constants import AVOGADRO_CONSTANT, NM3_PER_CM3
from scintidot.records import FloatArray

YIELDS = {
    "absorbance": "Phi = Phi_r (I/I_r) (A_r/A) (n/n_r)^2, for weak absorption",
    "absorptance": "Phi = Phi_r (I/I_r) ((1 - 10^-A_r)/(1 - 10^-A)) (n/n_r)^2, for any absorption",
}
WEIGHTS = {
    "photons": "the file holds photons per wavelength: integrated as they stand",
    "energy": "the file holds energy per wavelength: weighted with the wavelength, which makes photons of it",
}
PER_LITRE = 1e-3
"""1/cm3 in 1/L, inverse: litres in a cubic centimetre."""


def band_integral(
    wavelength: FloatArray, values: FloatArray, noise: float, weight: str = "photons"
) -> tuple[float, float]:
    """Photons in a band (trapezoids), and their standard deviation from the noise of a point.

    ``wavelength`` [nm] rising; weight of `WEIGHTS`, relative to the middle of the band for ``energy``.
    """
    factor = wavelength / wavelength.mean() if weight == "energy" else np.ones(wavelength.size)
    steps = np.diff(wavelength)
    trapezoid = np.zeros(wavelength.size)
    trapezoid[:-1] += steps / 2
    trapezoid[1:] += steps / 2
    weights = trapezoid * factor
    return float(weights @ values), float(noise * math.sqrt(np.sum(weights**2)))


def absorptance(absorbance: float) -> float:
    """Share of the light that is absorbed, 1 - 10^-A."""
    return -math.expm1(-math.log(10) * absorbance)


def relative_quantum_yield(
    integral: float, absorbance: float, index: float,
    reference_integral: float, reference_absorbance: float, reference_index: float,
    reference_yield: float, method: str = "absorptance",
) -> float:  # fmt: skip
    """Quantum yield against a reference of known yield under the same excitation.

    Integrals of photons, absorbances at the wavelength of excitation, refractive indices of the solvents; ``method``
    of `YIELDS`.

    >>> round(relative_quantum_yield(2.0, 0.1, 1.4, 1.0, 0.1, 1.4, 0.4), 6)
    0.8
    """
    share = absorptance if method == "absorptance" else float
    return (
        reference_yield
        * integral
        / reference_integral
        * share(reference_absorbance)
        / share(absorbance)
        * (index / reference_index) ** 2
    )


def number_density(
    absorbance: float, path: float, *, extinction: float | None = None, cross_section: float | None = None,
    intrinsic: float | None = None, volume: float | None = None,
) -> float:  # fmt: skip
    """Nanocrystals per cm3 by Beer and Lambert; ``path`` [cm], ``absorbance`` decadic.

    By one of: ``extinction`` [L/(mol cm)], decadic; ``cross_section`` [cm2], natural; or ``intrinsic`` [1/cm], natural
    absorption coefficient per volume fraction, with the ``volume`` [nm3] of one nanocrystal.

    >>> n = number_density(0.5, 1.0, extinction=1e6)
    >>> round(n / number_density(0.5, 1.0, cross_section=math.log(10) * 1e6 * 1000 / AVOGADRO_CONSTANT), 9)
    1.0
    """
    if extinction is not None:
        return absorbance / (extinction * path) * AVOGADRO_CONSTANT * PER_LITRE
    if cross_section is not None:
        return math.log(10) * absorbance / (cross_section * path)
    if intrinsic is None or volume is None:
        raise ValueError("extinction, cross_section, or intrinsic with volume")
    return math.log(10) * absorbance / (intrinsic * path) / volume * NM3_PER_CM3


def molar(density: float) -> float:
    """mol/L of a number per cm3."""
    return density / PER_LITRE / AVOGADRO_CONSTANT


def mass_concentration(density: float, volume: float, material_density: float) -> float:
    """g/cm3 of nanocrystals of ``volume`` [nm3] and ``material_density`` [g/cm3], of which there are n per cm3.

    The inverse of n_NC = M/(rho V).
    """
    return density * material_density * volume / NM3_PER_CM3
