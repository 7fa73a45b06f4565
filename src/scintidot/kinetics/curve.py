"""A sum of exponentials as a decay curve, for what is asked of curves: lifetimes, responses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scintidot.records import Exponentials, FloatArray
from scintidot.response import gaussian_times_decay


@dataclass(frozen=True)
class ExponentialDecay:
    """F(t) as a sum of exponentials, with its figures from a better source; satisfies `lifetimes.Decay`."""

    curve: Exponentials  # amplitude and rate of shape (..., terms)
    photons: FloatArray
    initial_rate: FloatArray  # [1/ps]
    first_moment: FloatArray  # [ps]

    @property
    def longest_lifetime(self) -> FloatArray:
        """1/slowest rate. [ps]"""
        return np.broadcast_to(1 / self.curve.rate.min(axis=-1), np.shape(self.photons))

    def blocks(self, size: int = 512) -> Iterator[ExponentialDecay]:
        """The same decays in flat blocks of at most ``size``."""
        shape, terms = np.shape(self.photons), self.curve.amplitude.shape[-1]
        flat = [np.ravel(figure) for figure in (self.photons, self.initial_rate, self.first_moment)]
        amplitude, rate = (
            np.broadcast_to(field, (*shape, terms)).reshape(-1, terms)
            for field in (self.curve.amplitude, self.curve.rate)
        )
        for start in range(0, len(amplitude), size):
            part = slice(start, start + size)
            curve = Exponentials(amplitude[part], rate[part])
            yield ExponentialDecay(curve, *(figure[part] for figure in flat))

    def take(self, chosen: npt.NDArray[np.bool_]) -> ExponentialDecay:
        """The decays where ``chosen`` is true, in one row."""
        rate = np.broadcast_to(self.curve.rate, self.curve.amplitude.shape)
        curve = Exponentials(self.curve.amplitude[chosen], rate[chosen])
        return ExponentialDecay(
            curve, self.photons[chosen], self.initial_rate[chosen], self.first_moment[chosen]
        )

    def _waves(self, time: npt.ArrayLike) -> FloatArray:
        later = np.asarray(time, dtype=float)[..., None]
        return np.asarray(self.curve.amplitude * np.exp(-self.curve.rate * later))

    def emission_rate(self, time: npt.ArrayLike) -> FloatArray:
        """F [1/ps] of each decay at its ``time`` [ps]."""
        return np.asarray(self._waves(time).sum(axis=-1))

    def emission_slope(self, time: npt.ArrayLike) -> FloatArray:
        """dF/dt. [1/ps^2]"""
        return np.asarray(-(self._waves(time) * self.curve.rate).sum(axis=-1))

    def detected_rate(self, time: npt.ArrayLike, sigma: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """F convolved with a Gaussian of standard deviation ``sigma`` [ps], and its first two derivatives."""
        t, rate, amplitude = np.asarray(time, dtype=float)[..., None], self.curve.rate, self.curve.amplitude
        gauss = np.exp(-0.5 * (t / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
        seen = gaussian_times_decay(t, rate, sigma)
        first = gauss - rate * seen
        second = -t / sigma**2 * gauss - rate * first
        return tuple(np.sum(amplitude * part, axis=-1) for part in (seen, first, second))
