"""Coincidence time resolution of two detectors from what each does alone."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from scintidot.constants import FWHM_PER_SIGMA
from scintidot.records import FloatArray

LABEL_FACTOR = FWHM_PER_SIGMA * math.sqrt(2)
"""3.330218: full width per standard deviation, times sqrt(2) for two detectors."""
FORMULA = "3.33 sqrt(rise time x harmonic tau / detected photons), full width at half maximum of two equal detectors"
FORMULA_LIMIT = "The CTR formula is a figure of merit, neither a bound nor an estimate: it knows no jitter."


def coincidence_resolution(deviation: npt.ArrayLike, other: npt.ArrayLike | None = None) -> FloatArray:
    """CTR of two detectors whose times have these standard deviations [ps]; one given: two equal ones.

    2.3548 standard deviations of the time difference [ps], the full width at half maximum of a Gaussian. The arguments
    broadcast.

    Examples
    --------
    >>> round(float(coincidence_resolution(30.0, 40.0)), 3)
    117.741
    """
    one = np.asarray(deviation, dtype=float)
    return np.asarray(
        FWHM_PER_SIGMA * np.hypot(one, one if other is None else np.asarray(other, dtype=float))
    )


def detected_photons(
    light_yield: npt.ArrayLike, energy: float, outcoupling: float, detection_efficiency: float
) -> FloatArray:
    """Gamma = LY E beta chi; ``light_yield`` [photons/MeV], ``energy`` [MeV], two probabilities."""
    return np.asarray(light_yield, dtype=float) * energy * outcoupling * detection_efficiency


def label_formula(
    rise_time: npt.ArrayLike, effective_lifetime: npt.ArrayLike, photons: npt.ArrayLike
) -> FloatArray:
    """CTR = 3.33 sqrt(rise_time * effective_lifetime / photons). [ps] full width at half maximum.

    A figure of merit (Fratelli 2024, p. 2, after Auffray 2013): neither a
    bound nor an estimate, since it knows no jitter and no estimator. ``rise_time`` and
    ``effective_lifetime`` (the harmonic one) in ps; ``photons`` detected per event.

    Examples
    --------
    >>> round(float(label_formula(100.0, 1036.7, 5110.0)), 2)
    15.0
    """
    rise, lifetime, number = (np.asarray(x, dtype=float) for x in (rise_time, effective_lifetime, photons))
    return np.asarray(LABEL_FACTOR * np.sqrt(rise * lifetime / number))


def single_nanocrystal_figure(initial_rate: npt.ArrayLike) -> FloatArray:
    """CTR_NC = sqrt(tau_harmonic/I_NC) = F(0)^(-1/2). [ps^(1/2)] Independent of Auger recombination."""
    with np.errstate(divide="ignore"):
        return np.asarray(1 / np.sqrt(np.asarray(initial_rate, dtype=float)))
