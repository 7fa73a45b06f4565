"""Emission spectra: every transition a Gaussian line, in energy and in wavelength, over the sizes of an ensemble.

    S(E, t) = sum over members m and transitions k of  w_m F_mk(t) g(E; gap_m - shift_k, width_k)

A line per energy becomes one per wavelength with the Jacobian |dE/dlambda| = hc/lambda^2: the same photons, another
peak. Nothing here knows where shifts and widths come from; they are plain numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scintidot.constants import BOLTZMANN_CONSTANT, FWHM_PER_SIGMA, PLANCK_TIMES_LIGHT
from scintidot.records import FloatArray

THERMAL_WIDTH = (
    "width(T) = width(T_ref) + coupling [n(T) - n(T_ref)], n the Bose occupation of one polar phonon "
    "(Rudin, Reinecke, Segall 1990)"
)


def line_positions(gap: npt.ArrayLike, shift: npt.ArrayLike) -> FloatArray:
    """Mean photon energies [eV], shape (members, transitions).

    ``gap`` [eV], shape (members,); ``shift`` [eV] below the single-exciton line, shape (transitions,).
    """
    return np.asarray(np.atleast_1d(np.asarray(gap, dtype=float))[:, None] - np.asarray(shift, dtype=float))


def thermal_width(
    fwhm: npt.ArrayLike,
    temperature: npt.ArrayLike,
    *,
    phonon_energy: float,
    coupling: float,
    reference_temperature: float = 300.0,
) -> FloatArray:
    """Full width of a line [eV] at ``temperature`` [K] > 0, from the one at the reference temperature.

    Parameters
    ----------
    fwhm : array_like
        Full width at ``reference_temperature``. [eV]
    temperature : array_like
        [K]
    phonon_energy, coupling : float
        Of the polar phonon, and the width that it adds for each of its quanta. [eV]
    reference_temperature : float
        [K]

    Notes
    -----
    Rudin, Reinecke and Segall 1990, doi:10.1103/PhysRevB.42.11218 (recalled), without their acoustic term. What the
    law would make narrower than nothing is 0.
    """
    quanta = _occupation(phonon_energy, temperature) - _occupation(phonon_energy, reference_temperature)
    return np.asarray(np.maximum(np.asarray(fwhm) + coupling * quanta, 0.0))


def _occupation(energy: float, temperature: npt.ArrayLike) -> FloatArray:
    """Bose occupation of a mode."""
    return np.asarray(1 / np.expm1(energy / (BOLTZMANN_CONSTANT * np.asarray(temperature, dtype=float))))


@dataclass(frozen=True)
class Spectrum:
    """Photons over Gaussian lines; leading axes of ``photons`` may be times, the last two are members, transitions.

    ``photons`` (counts, or rates [1/ps] for a time-resolved spectrum) already hold the weights of the members.
    """

    photons: FloatArray  # (..., members, transitions)
    position: FloatArray  # [eV], (members, transitions)
    sigma: FloatArray  # [eV] > 0, broadcasts to (members, transitions)

    @property
    def total(self) -> FloatArray:
        """Photons of all lines; shape (...)."""
        return np.asarray(self.photons.sum(axis=(-2, -1)))

    @property
    def mean_energy(self) -> FloatArray:
        """Mean photon energy [eV]; nan without light."""
        with np.errstate(invalid="ignore"):
            return np.asarray((self.photons * self.position).sum(axis=(-2, -1)) / self.total)

    @property
    def standard_deviation(self) -> FloatArray:
        """Of the photon energy [eV]: lines and their distances together."""
        away = self.position - self.mean_energy[..., None, None]
        with np.errstate(invalid="ignore"):
            variance = (self.photons * (self.sigma**2 + away**2)).sum(axis=(-2, -1)) / self.total
        return np.asarray(np.sqrt(variance))

    def per_energy(self, energy: npt.ArrayLike) -> FloatArray:
        """Photons per energy [1/eV] (times 1/ps) at ``energy`` [eV] of shape (n,); shape (..., n)."""
        sigma = np.broadcast_to(self.sigma, self.position.shape)[..., None]
        away = (np.asarray(energy, dtype=float) - self.position[..., None]) / sigma
        line = np.exp(-0.5 * away**2) / (sigma * math.sqrt(2 * math.pi))
        return np.asarray(np.einsum("...mk,mkn->...n", self.photons, line))

    def per_wavelength(self, wavelength: npt.ArrayLike) -> FloatArray:
        """Photons per wavelength [1/nm] (times 1/ps) at ``wavelength`` [nm] > 0; shape (..., n)."""
        wavelength = np.asarray(wavelength, dtype=float)
        per_energy = self.per_energy(PLANCK_TIMES_LIGHT / wavelength)
        return np.asarray(per_energy * PLANCK_TIMES_LIGHT / wavelength**2)

    def energies(self, count: int = 2001, reach: float = 5.0) -> FloatArray:
        """A grid [eV] that holds every line to ``reach`` standard deviations."""
        low = np.min(self.position - reach * self.sigma)
        high = np.max(self.position + reach * self.sigma)
        return np.linspace(max(float(low), 1e-3), float(high), count)


def spectrum(
    photons: FloatArray, gap: npt.ArrayLike, shift: npt.ArrayLike, fwhm: npt.ArrayLike,
    weights: npt.ArrayLike = 1.0,
) -> Spectrum:  # fmt: skip
    """Spectrum of an ensemble from what each member emits by each transition.

    Parameters
    ----------
    photons : ndarray, shape (..., members, transitions)
        Of one nanocrystal; rates [1/ps] at times along the leading axes make a time-resolved spectrum.
    gap : array_like, shape (members,)
        Energy of the single-exciton line. [eV]
    shift : array_like, shape (transitions,)
        Of each line below it. [eV]
    fwhm : array_like, shape (transitions,) or ()
        Full widths of the lines. [eV] > 0
    weights : array_like, shape (members,) or ()
        How many there are of each member.

    Examples
    --------
    >>> one = spectrum(np.array([[3.0, 1.0]]), 2.4, [0.0, 0.04], 0.1)
    >>> round(float(one.mean_energy), 3)
    2.39
    """
    weighted = photons * np.reshape(np.asarray(weights, dtype=float), (-1, 1))
    return Spectrum(weighted, line_positions(gap, shift), np.asarray(fwhm, dtype=float) / FWHM_PER_SIGMA)


def peak_and_width(at: FloatArray, curve: FloatArray) -> tuple[float, float]:
    """Place of the highest point of a sampled curve and the full width at half of it, in the unit of ``at``.

    The peak is that of the parabola through three neighbours; the width lies between the outermost crossings of half
    the height, linear between samples. nan where there is no light, or no crossing on the grid. ``at`` in even steps.

    >>> at = np.linspace(-5, 5, 1001)
    >>> peak, width = peak_and_width(at, np.exp(-0.5 * (at - 1) ** 2))
    >>> round(peak, 4), round(width, 3)
    (1.0, 2.355)
    """
    top = int(np.argmax(curve))
    if not curve[top] > 0 or top in (0, len(curve) - 1):
        return math.nan, math.nan
    before, here, after = curve[top - 1 : top + 2]
    bend = before - 2 * here + after
    aside = 0.5 * (before - after) / bend if bend < 0 else 0.0
    peak, height = at[top] + aside * (at[1] - at[0]), here - 0.25 * (before - after) * aside
    above = np.flatnonzero(curve >= height / 2)
    first, last = above[0], above[-1]
    if first == 0 or last == len(curve) - 1:
        return float(peak), math.nan
    left = np.interp(height / 2, curve[first - 1 : first + 1], at[first - 1 : first + 1])
    right = np.interp(height / 2, curve[last : last + 2][::-1], at[last : last + 2][::-1])
    return float(peak), float(right - left)
