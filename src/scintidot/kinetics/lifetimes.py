"""Effective lifetimes by name. They differ by factors, so none is ever called just "tau"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from scintidot.constants import FWHM_PER_SIGMA
from scintidot.records import FloatArray

DEFINITIONS = {
    "harmonic": "(sum of R_i/tau_i)^-1 over components, which equals integral(F)/F(0) exactly",
    "instrument": "integral/peak of F convolved with a Gaussian response of the stated full width",
    "mean_photon_time": "mean emission time of a photon, integral(t F)/integral(F)",
    "one_over_e": "time after which F has fallen to F(0)/e",
}


class Decay(Protocol):
    """A decay curve F(t) of any model. Figures and times have one shape, that of `photons`."""

    @property
    def photons(self) -> FloatArray:
        """Time integral of F."""

    @property
    def initial_rate(self) -> FloatArray:
        """F(0). [1/ps]"""

    @property
    def first_moment(self) -> FloatArray:
        """Time integral of t F. [ps]"""

    @property
    def longest_lifetime(self) -> FloatArray:
        """Of the slowest part of F. [ps]"""

    def emission_rate(self, time: npt.ArrayLike, /) -> FloatArray:
        """F [1/ps] of each decay at its ``time`` [ps]."""

    def emission_slope(self, time: npt.ArrayLike, /) -> FloatArray:
        """dF/dt. [1/ps^2]"""

    def detected_rate(
        self, time: npt.ArrayLike, sigma: float, /
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """F convolved with a Gaussian of standard deviation ``sigma`` [ps], and its first two derivatives."""

    def take(self: _Decay, chosen: npt.NDArray[np.bool_], /) -> _Decay:
        """The decays where ``chosen`` is true, in one row."""

    def blocks(self: _Decay) -> Iterator[_Decay]:
        """The same decays in blocks that stay in the processor's cache."""


_Decay = TypeVar("_Decay", bound=Decay)


def harmonic(decay: Decay) -> FloatArray:
    """integral(F)/F(0) [ps]."""
    with np.errstate(invalid="ignore"):
        return np.asarray(decay.photons / decay.initial_rate)


def mean_photon_time(decay: Decay) -> FloatArray:
    """integral(t F)/integral(F) [ps]."""
    with np.errstate(invalid="ignore"):
        return np.asarray(decay.first_moment / decay.photons)


def one_over_e(decay: _Decay) -> FloatArray:
    """Time [ps] at which F has fallen to F(0)/e.

    F never rises (in the biexciton model while k_XX >= k_rad), so there is one such time. Newton on ln F inside a
    bracket.
    """
    start = np.zeros(np.shape(decay.photons))

    def excess(part: _Decay, time: FloatArray) -> tuple[FloatArray, FloatArray]:
        value = part.emission_rate(time)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(value / part.initial_rate) + 1, part.emission_slope(time) / value

    time = _falling_root(decay, excess, start, start + 40 * decay.longest_lifetime, start, relative=1e-10)
    return np.where(decay.initial_rate > 0, time, np.nan)


def instrument(decay: _Decay, response_fwhm: float) -> FloatArray:
    """integral/peak of F seen through a Gaussian response of ``response_fwhm`` [ps] > 0.

    The convolution of a falling F with a Gaussian has one maximum, between 0 and 9 standard deviations:
    its slope is not negative at 0, and at 9 the Gaussian is below 1e-17 of its peak. Newton starts where the
    Gaussian edge has fallen to the loss rate of F at its start, within 40 % of the peak time; once a step is
    below 1e-4 sigma the next would be below 1e-8, and the curve is flat at its peak.
    """
    sigma = response_fwhm / FWHM_PER_SIGMA
    low = np.zeros(np.shape(decay.photons))
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = -decay.emission_slope(low) / decay.initial_rate * sigma * np.sqrt(2 * np.pi)
        guess = np.nan_to_num(sigma * np.sqrt(2 * np.log1p(2 / lost)), nan=sigma, posinf=9 * sigma)

    def slope(part: _Decay, time: FloatArray) -> tuple[FloatArray, FloatArray]:
        _, first, second = part.detected_rate(time, sigma)
        return first, second

    peak_time = _falling_root(
        decay, slope, low, low + 9 * sigma, np.minimum(guess, 9 * sigma), absolute=1e-4 * sigma
    )
    with np.errstate(invalid="ignore"):
        return np.asarray(decay.photons / decay.detected_rate(peak_time, sigma)[0])


def effective_lifetimes(decay: _Decay, response_fwhm: float) -> dict[str, FloatArray]:
    """All definitions [ps], keyed as in `DEFINITIONS`; nan where no light is emitted.

    Large arrays are worked through in blocks that stay in the processor's cache.
    """
    parts = [
        (
            harmonic(block),
            instrument(block, response_fwhm),
            mean_photon_time(block),
            one_over_e(block),
        )
        for block in decay.blocks()
    ]
    shape = np.shape(decay.photons)
    joined = (np.concatenate([np.atleast_1d(part) for part in column]) for column in zip(*parts, strict=True))
    return dict(zip(DEFINITIONS, (values.reshape(shape) for values in joined), strict=True))


def _falling_root(
    decay: _Decay,
    function: Callable[[_Decay, FloatArray], tuple[FloatArray, FloatArray]],
    low: FloatArray,
    high: FloatArray,
    guess: FloatArray,
    *,
    absolute: float = 0.0,
    relative: float = 0.0,
) -> FloatArray:
    """Time of each decay at which a function, positive at ``low`` and negative at ``high``, is zero.

    ``function`` returns value and slope. A Newton step that would leave the bracket is replaced by
    bisection. Decays that moved by less than ``absolute + relative * time`` are done; once they are the
    majority, the work goes on with the others alone.
    """
    time, root = guess, np.empty(np.size(guess))
    place = np.arange(root.size).reshape(np.shape(guess))
    for _ in range(100):
        value, slope = function(decay, time)
        low = np.where(value >= 0, time, low)
        high = np.where(value <= 0, time, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = time - value / slope
        following = np.where((step >= low) & (step <= high), step, 0.5 * (low + high))
        root[place] = following
        moving = np.abs(following - time) > absolute + relative * following
        time = following
        count = np.count_nonzero(moving)
        if count == 0:
            break
        if 2 * count < moving.size:
            decay, place = decay.take(moving), place[moving]
            time, low, high = time[moving], low[moving], high[moving]
    return root.reshape(np.shape(guess))
