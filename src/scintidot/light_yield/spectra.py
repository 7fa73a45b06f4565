"""Emission spectrum of a card's nanocrystals from their photons by transition."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scintidot.kinetics.laws import MULTI, TRANSITIONS, TRION_NEGATIVE, TRION_POSITIVE, XX
from scintidot.light.ensemble import size_distribution
from scintidot.light.spectrum import Spectrum, spectrum
from scintidot.materials.card import Scintillator

SHIFTS = (
    "a Gaussian for each transition, of one width, about the gap of the size less the shift of the transition; n>=3, "
    "for want of better, as the biexciton, both trions alike"
)
SPECTRUM = f"{SHIFTS}; with size dispersion all sizes emit the same photons"


def transition_shifts(biexciton_shift: float, trion_shift: float) -> npt.NDArray[np.float64]:
    """Shift [eV] of each of `laws.TRANSITIONS` below the exciton; see `SHIFTS`."""
    shifts = np.zeros(len(TRANSITIONS))
    shifts[[XX, MULTI]] = biexciton_shift
    shifts[[TRION_NEGATIVE, TRION_POSITIVE]] = trion_shift
    return shifts


def emission_spectrum(
    photons: npt.ArrayLike,
    card: Scintillator,
    edge_length: float,
    line_width: float,
    *,
    biexciton_shift: float = 0.0,
    trion_shift: float = 0.0,
    size_dispersion: float = 0.0,
) -> Spectrum:
    """Spectrum of what nanocrystals emit by transition; see `SPECTRUM`.

    Parameters
    ----------
    photons : array_like, shape (..., 5)
        By `laws.TRANSITIONS`; rates [1/ps] at times along the leading axes make a time-resolved spectrum.
    card : Scintillator
        Its sizing curve is the gap.
    edge_length : float
        Mean edge length. [nm]
    line_width : float
        Full width of each line. [eV]
    biexciton_shift, trion_shift : float
        Below the exciton line. [eV]
    size_dispersion : float
        Standard deviation of the edge over its mean.
    """
    members, weights = size_distribution(edge_length, size_dispersion)
    of_one = np.asarray(photons, dtype=float)[..., None, :]
    of_all = np.broadcast_to(of_one, (*of_one.shape[:-2], len(weights), of_one.shape[-1]))
    shifts = transition_shifts(biexciton_shift, trion_shift)
    return spectrum(of_all, card.sizing_curve(members[0]), shifts, line_width, weights)
