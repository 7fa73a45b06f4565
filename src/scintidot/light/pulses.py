"""Two equal pulses one after the other: from which delay an instrument shows two."""

from __future__ import annotations

import math

import numpy as np

from scintidot.constants import FWHM_PER_SIGMA
from scintidot.records import Exponentials, FloatArray
from scintidot.response import gaussian_times_decay

RAYLEIGH = 8 / math.pi**2
"""Valley over peak of two equal lines sinc^2, the peak of one at the first zero of the other: 2 sinc^2(pi/2)."""
SEPARATION = (
    "smallest delay between two equal pulses, seen through a Gaussian response, at which the valley between them is at "
    "most this share of the lower peak (8/pi^2: Rayleigh's criterion)"
)
_BEFORE, _AFTER = 9.0, 25.0
"""Standard deviations of the response about the start of the pulse that are drawn in even steps."""
_STEPS_PER_SIGMA = 40
_TAIL_RATIO = 1.005


def seen_pulse(decay: Exponentials, time: FloatArray, response_fwhm: float) -> FloatArray:
    """F of one decay convolved with a Gaussian response [1/ps] at ``time`` [ps] of shape (times,).

    ``response_fwhm`` [ps] > 0.
    """
    sigma = response_fwhm / FWHM_PER_SIGMA
    terms = gaussian_times_decay(time[:, None], decay.rate, sigma)
    return np.asarray(terms @ (decay.amplitude * np.ones_like(decay.rate)))


def valley_over_peak(first: FloatArray) -> float:
    """Lowest value between two maxima over the lower of them, for a sampled curve; 1 where there are no two.

    >>> valley_over_peak(np.array([0.0, 2.0, 1.0, 4.0, 0.0]))
    0.5
    """
    left = np.maximum.accumulate(first)
    right = np.maximum.accumulate(first[::-1])[::-1]
    lower = np.minimum(left, right)
    return float(np.min(np.divide(first, lower, out=np.ones_like(first), where=lower > 0)))


def pulse_separation(decay: Exponentials, response_fwhm: float, valley: float = RAYLEIGH) -> float:
    """Delay [ps] from which two equal pulses are told apart; see `SEPARATION`. nan without light.

    Parameters
    ----------
    decay : Exponentials
        One pulse after an instantaneous excitation; its amplitudes may be signed.
    response_fwhm : float
        Full width of the Gaussian response. [ps] > 0.
    valley : float
        Largest valley over the lower peak. [1] 0 to 1, exclusive.

    Notes
    -----
    The pulse is interpolated by a spline (relative error below 1e-6) in even steps where the response acts and in equal
    ratios later. It has one maximum, so what lies between the two peaks lies between the maxima of the two pulses.
    Limits: a response far above the decay leaves that of two Gaussians, 2.64 sigma for Rayleigh's valley; one far below
    a single exponential, tau ln(1/valley).

    Examples
    --------
    >>> decay = Exponentials(np.array([1.0]), np.array([1e-3]))
    >>> round(pulse_separation(decay, 1e-2), 1)  # ps; 1000 ln(pi^2/8)
    210.1
    """
    from scipy.interpolate import CubicSpline
    from scipy.optimize import brentq

    if not decay.integral > 0:
        return math.nan
    sigma = response_fwhm / FWHM_PER_SIGMA
    even = np.linspace(-_BEFORE, _AFTER, int((_BEFORE + _AFTER) * _STEPS_PER_SIGMA) + 1) * sigma
    longest = max(40 / float(np.min(decay.rate)), 2 * even[-1])
    count = int(math.log(longest / even[-1]) / math.log(_TAIL_RATIO)) + 2
    time = np.concatenate([even, np.geomspace(even[-1], longest, count)[1:]])
    spline = CubicSpline(time, seen_pulse(decay, time, response_fwhm))

    def pulse(at: FloatArray) -> FloatArray:
        return np.where((at > time[0]) & (at < time[-1]), spline(np.clip(at, time[0], time[-1])), 0.0)

    start = time[np.argmax(spline(time))] - sigma / _STEPS_PER_SIGMA
    near = np.linspace(0.0, 12.0, 2401) * sigma

    def depth(delay: float) -> float:
        end = start + delay + 2 * sigma / _STEPS_PER_SIGMA
        at = np.concatenate([start + near, end - near, np.linspace(start, end, 2001)])
        at = np.sort(at[(at >= start) & (at <= end)])
        return valley_over_peak(pulse(at) + pulse(at - delay)) - valley

    late = sigma
    while depth(late) > 0:
        late *= 2
    return float(brentq(depth, late / 2, late, xtol=1e-9 * late, rtol=1e-9))
