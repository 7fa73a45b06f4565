"""Closed forms of the biexciton model (Fratelli 2024, Eqs. 1-7, doi:10.1002/adma.202413182).

    dN_X/dt  = -k_X N_X + r N_XX          r = k_XX + k_2nr + xi k_AR   (XX that becomes X)
    dN_XX/dt = -K N_XX                    K = k_XX + k_2nr + k_AR
    F(t)     = k_rad N_X + k_XX N_XX      photons per ps

Equation (5) of the paper divides by K - k_X. Here that quotient is written with ``expm1`` so that it
keeps full precision through K = k_X, where it becomes r N_XX(0) t exp(-k_X t).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scintidot.kinetics.rates import BiexcitonRates
from scintidot.records import Exponentials, FloatArray
from scintidot.response import gaussian_times_decay, gaussian_times_difference


@dataclass(frozen=True)
class Component:
    """One exponential of F(t)."""

    name: str
    amplitude: FloatArray  # [1/ps], signed
    lifetime: FloatArray  # [ps]
    fraction: FloatArray  # share of the photons, signed


@dataclass(frozen=True)
class BiexcitonDecay:
    """Light of one nanocrystal, or of an ensemble, after an instantaneous excitation.

    Rates and populations broadcast to one shape. With ``weights``, their last axis runs over the members
    of an ensemble and every figure is the weighted mean over it; times then have the remaining shape.
    """

    rates: BiexcitonRates
    exciton: FloatArray  # N_X(0)
    biexciton: FloatArray  # N_XX(0)
    weights: FloatArray | None = None

    def blocks(self, size: int = 32_768) -> Iterator[BiexcitonDecay]:
        """The same decays in flat blocks of at most ``size``; an ensemble stays whole."""
        count = math.prod(self._shape)
        if self.weights is not None or count <= size:
            yield self
            return
        flat = [np.broadcast_to(f, self._shape).ravel() if np.ndim(f) else f for f in self._fields]
        for start in range(0, count, size):
            part = [f[start : start + size] if np.ndim(f) else f for f in flat]
            yield BiexcitonDecay(BiexcitonRates(*part[:-2]), *part[-2:])

    def take(self, chosen: npt.NDArray[np.bool_]) -> BiexcitonDecay:
        """The decays where ``chosen`` is true, in one row; ``chosen`` has the shape of `photons`."""
        part = [np.broadcast_to(f, self._shape)[chosen] if np.ndim(f) else f for f in self._fields]
        return BiexcitonDecay(BiexcitonRates(*part[:-2]), part[-2], part[-1], self.weights)

    @property
    def _fields(self) -> list[FloatArray]:
        return [*vars(self.rates).values(), self.exciton, self.biexciton]

    @cached_property
    def _shape(self) -> tuple[int, ...]:
        """Common shape of rates and populations, members included."""
        return np.broadcast_shapes(*(np.shape(field) for field in self._fields))

    def _mean(self, values: FloatArray) -> FloatArray:
        values = np.broadcast_to(values, np.broadcast_shapes(np.shape(values), self._shape))
        return values if self.weights is None else np.asarray(values @ self.weights)

    def _time(self, time: npt.ArrayLike) -> FloatArray:
        time = np.asarray(time, dtype=float)
        return time if self.weights is None else time[..., None]

    # --- integrals: no quotient that can vanish ---

    def _integrals(self) -> tuple[FloatArray, FloatArray]:
        """Time integrals of N_X and N_XX. [ps]"""
        rates = self.rates
        biexciton = self.biexciton / rates.biexciton
        return (self.exciton + rates.refill * biexciton) / rates.exciton, biexciton

    @property
    def photons(self) -> FloatArray:
        """Photons per excitation, the time integral of F (Eq. 7)."""
        photons = self.transition_photons
        return np.asarray(photons["X"] + photons["XX"])

    @property
    def initial_rate(self) -> FloatArray:
        """F(0) [1/ps]."""
        return self._mean(
            self.rates.exciton_radiative * self.exciton + self.rates.biexciton_radiative * self.biexciton
        )

    @property
    def first_moment(self) -> FloatArray:
        """Time integral of t F(t) [ps]."""
        moment = self.transition_first_moment
        return np.asarray(moment["X"] + moment["XX"])

    @property
    def transition_photons(self) -> dict[str, FloatArray]:
        """Photons of the exciton and of the biexciton."""
        exciton, biexciton = self._integrals()
        return {
            "X": self._mean(self.rates.exciton_radiative * exciton),
            "XX": self._mean(self.rates.biexciton_radiative * biexciton),
        }

    @property
    def transition_first_moment(self) -> dict[str, FloatArray]:
        """Time integral of t F(t) of each. [ps]"""
        rates = self.rates
        exciton, biexciton = self._integrals()
        biexciton_moment = biexciton / rates.biexciton
        exciton_moment = (exciton + rates.refill * biexciton_moment) / rates.exciton
        return {
            "X": self._mean(rates.exciton_radiative * exciton_moment),
            "XX": self._mean(rates.biexciton_radiative * biexciton_moment),
        }

    @property
    def photon_number_variance(self) -> FloatArray:
        """Variance of the number of photons of one excitation; N_X(0) and N_XX(0) must be probabilities."""
        rates = self.rates
        both = (
            self.biexciton
            * rates.biexciton_radiative
            / rates.biexciton
            * rates.exciton_radiative
            / rates.exciton
        )
        photons = self.photons
        return np.asarray(2 * self._mean(both) + photons - photons**2)

    @property
    def second_moment(self) -> FloatArray:
        """Time integral of t^2 F(t). [ps^2]"""
        rates = self.rates
        biexciton = self._integrals()[1]
        slow, fast = rates.exciton, rates.biexciton
        passed_on = rates.refill * biexciton * (1 / slow**2 + 1 / (slow * fast) + 1 / fast**2) / slow
        exciton_alone = self.exciton / slow**3
        return self._mean(
            2 * rates.exciton_radiative * (exciton_alone + passed_on)
            + 2 * rates.biexciton_radiative * biexciton / fast**2
        )

    @property
    def longest_lifetime(self) -> FloatArray:
        """Of exciton or biexciton, whichever lives longer. [ps]"""
        longest = 1 / np.minimum(self.rates.exciton, self.rates.biexciton)
        longest = np.broadcast_to(longest, self._shape)
        return longest if self.weights is None else np.asarray(longest.max(axis=-1))

    # --- curves ---

    def populations(self, time: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """N_X(t) and N_XX(t) of each member (Eqs. 5 and 6); ``time`` [ps] >= 0."""
        rates, t = self.rates, self._time(time)
        gap = rates.biexciton - rates.exciton
        with np.errstate(divide="ignore", invalid="ignore"):
            grown = np.where(gap == 0, t, -np.expm1(-gap * t) / np.where(gap == 0, 1.0, gap))
        exciton = (self.exciton + self.biexciton * rates.refill * grown) * np.exp(-rates.exciton * t)
        return exciton, self.biexciton * np.exp(-rates.biexciton * t)

    def emission_rate(self, time: npt.ArrayLike) -> FloatArray:
        """F(t) [1/ps] at ``time`` [ps] >= 0."""
        exciton, biexciton = self.populations(time)
        return self._mean(self.rates.exciton_radiative * exciton + self.rates.biexciton_radiative * biexciton)

    def emission_slope(self, time: npt.ArrayLike) -> FloatArray:
        """dF/dt [1/ps^2]."""
        rates = self.rates
        exciton, biexciton = self.populations(time)
        growth = rates.refill * biexciton - rates.exciton * exciton
        return self._mean(
            rates.exciton_radiative * growth - rates.biexciton_radiative * rates.biexciton * biexciton
        )

    def detected_rate(self, time: npt.ArrayLike, sigma: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """F convolved with a Gaussian of standard deviation ``sigma`` [ps], and its first two derivatives.

        The convolved populations obey the rate equations with the Gaussian g as source, so that each
        derivative follows from the one before at no cost.
        """
        rates, t = self.rates, self._time(time)
        gauss = np.exp(-0.5 * (t / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
        gauss_slope = -t / sigma**2 * gauss
        slow = gaussian_times_decay(t, rates.exciton, sigma)
        fast = gaussian_times_decay(t, rates.biexciton, sigma)
        grown = gaussian_times_difference(t, rates.exciton, rates.biexciton, sigma, slow, fast)
        x, xx = self.exciton * slow + self.biexciton * rates.refill * grown, self.biexciton * fast
        x_1 = self.exciton * gauss - rates.exciton * x + rates.refill * xx
        xx_1 = self.biexciton * gauss - rates.biexciton * xx
        x_2 = self.exciton * gauss_slope - rates.exciton * x_1 + rates.refill * xx_1
        xx_2 = self.biexciton * gauss_slope - rates.biexciton * xx_1
        k_rad, k_xx = rates.exciton_radiative, rates.biexciton_radiative
        return (
            self._mean(k_rad * x + k_xx * xx),
            self._mean(k_rad * x_1 + k_xx * xx_1),
            self._mean(k_rad * x_2 + k_xx * xx_2),
        )

    @property
    def decay(self) -> BiexcitonDecay:
        """The curve for effective lifetimes: itself."""
        return self

    @property
    def biexciton_rate(self) -> FloatArray:
        """Total rate out of the biexciton, of each member. [1/ps]"""
        return self.rates.biexciton

    def curve(self, time: npt.ArrayLike) -> FloatArray:
        """F(t) [1/ps], shape (..., times)."""
        times = np.asarray(time, dtype=float)
        column = times.reshape(-1, *(1,) * np.ndim(self.photons))
        return np.moveaxis(self.emission_rate(column), 0, -1)

    @property
    def exponentials(self) -> Exponentials:
        """F as a sum of exponentials; lifetimes that agree to 1e-5 are drawn apart to that distance."""
        rates = self.rates
        slow, fast = (np.broadcast_to(rate, self._shape) for rate in (rates.exciton, rates.biexciton))
        middle = 0.5 * (slow + fast)
        near = np.abs(fast - slow) < 1e-5 * middle
        slow, fast = (
            np.where(near, middle * (1 + side), rate) for side, rate in ((-5e-6, slow), (5e-6, fast))
        )
        passed_on = rates.exciton_radiative * rates.refill / (fast - slow) * self.biexciton
        amplitude = np.stack(
            np.broadcast_arrays(
                rates.exciton_radiative * self.exciton + passed_on,
                rates.biexciton_radiative * self.biexciton - passed_on,
            ),
            axis=-1,
        )
        rate = np.stack([slow, fast], axis=-1)
        if self.weights is None:
            return Exponentials(amplitude, rate)
        shape = (*self._shape[:-1], -1)
        return Exponentials((amplitude * self.weights[:, None]).reshape(shape), rate.reshape(shape))

    def components(self) -> list[Component]:
        """Exponential components of F: exciton and biexciton, amplitude [1/ps] and lifetime [ps].

        Empty for an ensemble, and where the two lifetimes agree to 1e-6: F then holds t exp(-t/tau), and
        its two exponentials have huge amplitudes that cancel.
        """
        rates = self.rates
        gap = rates.biexciton - rates.exciton
        if self.weights is not None or np.any(np.abs(gap) < 1e-6 * rates.exciton):
            return []
        passed_on = rates.exciton_radiative * rates.refill / gap * self.biexciton
        amplitudes = {
            "exciton": (rates.exciton_radiative * self.exciton + passed_on, 1 / rates.exciton),
            "biexciton": (rates.biexciton_radiative * self.biexciton - passed_on, 1 / rates.biexciton),
        }
        photons = self.photons
        with np.errstate(divide="ignore", invalid="ignore"):  # nan where there is no light
            fractions = {name: a * tau / photons for name, (a, tau) in amplitudes.items()}
        return [
            Component(name, amplitude, lifetime, fractions[name])
            for name, (amplitude, lifetime) in amplitudes.items()
        ]
