"""An exponential decay seen through a Gaussian instrument response."""

from __future__ import annotations

import math

import numpy as np

from scintidot.records import FloatArray


def gaussian_times_decay(time: FloatArray, rate: FloatArray, sigma: float) -> FloatArray:
    """Convolution of exp(-rate t), t >= 0, with a normalised Gaussian.

    .. math:: E_k(t) = \\tfrac12 e^{-t²/2σ²} \\operatorname{erfcx}\\frac{σk - t/σ}{\\sqrt2}

    ``erfcx`` grows as the Gaussian falls; where the argument is below -6, erfc is 2 to double precision and the rest is
    a plain exponential, e^{σ²k²/2 - kt}. ``time`` [ps], ``rate`` [1/ps], ``sigma`` [ps] > 0.
    """
    from scipy.special import erfcx

    argument = np.asarray((sigma * rate - time / sigma) / math.sqrt(2))
    decay = np.asarray(np.exp(np.minimum(rate * (0.5 * sigma**2 * rate - time), 0.0)))
    near = argument > -6
    gauss = np.broadcast_to(0.5 * np.exp(-0.5 * (time / sigma) ** 2), argument.shape)
    decay[near] = gauss[near] * erfcx(argument[near])
    return decay


def gaussian_times_difference(
    time: FloatArray,
    slow: FloatArray,
    fast: FloatArray,
    sigma: float,
    slow_curve: FloatArray,
    fast_curve: FloatArray,
) -> FloatArray:
    """Convolution of (exp(-slow t) - exp(-fast t))/(fast - slow), given the two convolved curves.

    Where the rates agree to 1e-5 they are drawn apart to that distance about their mean: the error of
    the divided difference is of second order, below 1e-10, and so is its rounding.
    """
    gap, mean = fast - slow, 0.5 * (fast + slow)
    near = np.abs(gap) < 1e-5 * mean
    difference = (slow_curve - fast_curve) / np.where(near, 1.0, gap)
    if not np.any(near):
        return difference
    half = 0.5e-5 * mean
    apart = gaussian_times_decay(time, mean - half, sigma) - gaussian_times_decay(time, mean + half, sigma)
    return np.where(near, apart / (2 * half), difference)
