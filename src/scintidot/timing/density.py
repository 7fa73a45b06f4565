"""When a detector registers one photon of a scintillation: its probability density in closed form.

    p(t) = decay * exponential rise * response of the detector

The decay is a sum of exponentials (`Exponentials`, normalised here), the rise is (1/tau_r) e^(-t/tau_r), and the
response is a Gaussian, or a sum of equal Gaussians at the points of a measured one. With E_k the decay e^(-kt)
convolved with the Gaussian G, r = 1/tau_r and D_k = (E_k - E_r)/(r - k):

    without rise    p = sum a_k E_k        p' = sum a_k (G - k E_k)
    with rise       p = r sum a_k D_k      p' = r sum a_k (E_r - k D_k)

Both follow from E_k' = G - k E_k. Nothing is divided by r - k in p', and D_k is finite where the rates agree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scintidot.records import Exponentials, FloatArray
from scintidot.response import gaussian_times_decay, gaussian_times_difference

_CHUNK = 2_000_000  # numbers in one array of (decays, times, terms)


@dataclass(frozen=True)
class Response:
    """Spread of the registered time of one photon: Gaussians of one width at some delays.

    A Gaussian jitter is one at 0 ps; a measured response has one at each of its points. ``sigma`` 0 with the one
    delay 0: no spread.
    """

    sigma: float  # [ps]
    delay: FloatArray  # [ps], shape (points,)
    weight: FloatArray  # sum 1, shape (points,)

    @classmethod
    def gaussian(cls, sigma: float) -> Response:
        """Gaussian jitter of this standard deviation. [ps]"""
        return cls(sigma, np.zeros(1), np.ones(1))

    def spread(self, sigma: float) -> Response:
        """With another Gaussian spread on top, such as that of the optical path. [ps]"""
        return Response(math.hypot(self.sigma, sigma), self.delay, self.weight)

    @property
    def mean(self) -> float:
        """Mean delay. [ps]"""
        return float(self.weight @ self.delay)

    @property
    def standard_deviation(self) -> float:
        """Of the whole response. [ps]"""
        return math.sqrt(self.sigma**2 + float(self.weight @ (self.delay - self.mean) ** 2))


def normalised(decay: Exponentials) -> Exponentials:
    """The decay as density of the emission time of one photon."""
    return Exponentials(decay.amplitude / decay.integral[..., None], decay.rate)


def harmonic_lifetime(decay: Exponentials) -> FloatArray:
    """1/sum(R_i/tau_i) with the time-integrated fractions R_i, which is integral(F)/F(0). [ps]"""
    return np.asarray(decay.integral / np.sum(decay.amplitude, axis=-1))


def density(
    decay: Exponentials, rise_time: float, response: Response, time: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """p(t) [1/ps] and p'(t) [1/ps^2] of one photon.

    Parameters
    ----------
    decay : Exponentials
        Amplitudes of shape (..., terms), signs allowed; rates of shape (terms,) or (..., terms). Of any integral.
    rise_time : float
        Time constant of the exponential rise; 0 for none. [ps]
    response : Response
        Of the detector; with ``sigma`` 0 p is taken from the right where it jumps, and p' lacks the jump.
    time : FloatArray
        Shape (times,). [ps]

    Returns
    -------
    tuple of FloatArray
        Both of shape (..., times).
    """
    decay = normalised(decay)
    shape = decay.amplitude.shape[:-1]
    value, slope = np.zeros((*shape, time.size)), np.zeros((*shape, time.size))
    for delay, weight in zip(response.delay, response.weight, strict=True):
        for rows, p, dp in _parts(decay, rise_time, response.sigma, time - delay):
            value[rows] += weight * p
            slope[rows] += weight * dp
    return value, slope


def _parts(
    decay: Exponentials, rise_time: float, sigma: float, time: FloatArray
) -> Iterator[tuple[slice | tuple[()], FloatArray, FloatArray]]:
    """Density and slope for as many decays at once as memory should hold; curves are shared where the rates are."""
    amplitude, rate = decay.amplitude, np.asarray(decay.rate, dtype=float)
    if rate.ndim == 1:
        curve, fall = _curves(rate, rise_time, sigma, time)
        yield (), amplitude @ curve, amplitude @ fall
        return
    amplitude, rate = np.broadcast_arrays(amplitude, rate)
    step = max(1, _CHUNK // (time.size * math.prod(rate.shape[1:])))
    for first in range(0, len(rate), step):
        rows = slice(first, first + step)
        curve, fall = _curves(rate[rows], rise_time, sigma, time)
        part = amplitude[rows][..., None, :]
        yield rows, (part @ curve)[..., 0, :], (part @ fall)[..., 0, :]


def _curves(
    rate: FloatArray, rise_time: float, sigma: float, time: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """What each term of unit amplitude adds to p and p'; shape (..., terms, times)."""
    k = rate[..., None]
    if sigma == 0:
        return _curves_without_response(k, rise_time, time)
    exponential = gaussian_times_decay(time, k, sigma)
    if rise_time <= 1e-12 * sigma:
        gauss = np.exp(-0.5 * (time / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))
        return exponential, gauss - k * exponential
    r = np.asarray(1 / rise_time)
    rise = gaussian_times_decay(time, r, sigma)
    difference = gaussian_times_difference(time, k, r, sigma, exponential, rise)
    return r * difference, r * (rise - k * difference)


def _curves_without_response(
    k: FloatArray, rise_time: float, time: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The same with no spread at all: exponentials that start at 0."""
    late, after = time >= 0, np.maximum(time, 0)
    exponential = np.where(late, np.exp(-k * after), 0.0)
    if rise_time == 0:
        return exponential, -k * exponential
    r = 1 / rise_time
    gap = np.abs(r - k)
    grown = np.where(gap * after > 1e-12, -np.expm1(-gap * after) / np.where(gap > 0, gap, 1), after)
    difference = np.where(late, np.exp(-np.minimum(k, r) * after) * grown, 0.0)
    rise = np.where(late, np.exp(-r * after), 0.0)
    return r * difference, r * (rise - k * difference)
