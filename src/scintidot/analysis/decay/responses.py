"""Exponential decays as an instrument of finite response counts them in bins, with derivatives.

A response gives, for each rate k, the share of the photons of k exp(-k t) that falls into each bin. A measured response
is a histogram h on the bins of the data; its density is taken as a spline on these bins, of which the integrals over
shifted bins are exact. A smooth response is a quadratic spline whose integral over every bin is h: coefficients c with
(c_(j-1) + 4 c_j + c_(j+1))/6 = h_j, cubic B-splines after the integration (order n = 4). One that is only a bin or two
wide would ring; it is constant within each bin instead (n = 2, c = h). In units of the bin width w, with kappa = k w,
the share s of a bin by which the response is shifted, and the repeated integrals of the decay

    I_1(x) = 1 - e^(-kappa x),  I_n(x) = x^(n-1)/(n-1)! - I_(n-1)(x)/kappa,  0 for x <= 0,
    share of bin m after the source bin: n-th backward difference of I_n at m - s + n/2,

which is geometric once all n knots lie behind: a recursive filter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from scintidot.constants import FWHM_PER_SIGMA
from scintidot.records import FloatArray


class Columns(NamedTuple):
    """Shares of the photons in each bin, and their derivatives; shape (rates, bins) each."""

    share: FloatArray
    by_log_rate: FloatArray
    by_shift: FloatArray  # [1/ps]
    by_width: FloatArray | None  # [1/ps], of a response whose width may be fitted


class Response(Protocol):
    """What the instrument makes of a flash."""

    @property
    def bins(self) -> int:
        """Of the data."""

    def share(self, rates: FloatArray, shift: float, width: float) -> FloatArray:
        """Share of the photons in each bin, (rates, bins), of decays with ``rates`` [1/ps]; the response is moved by
        ``shift`` [ps] and has, if it is a model, a full ``width`` [ps] at half maximum."""

    def columns(self, rates: FloatArray, shift: float, width: float) -> Columns:
        """The same with derivatives."""

    def flash(self, shift: float, width: float) -> Columns:
        """Of light without a lifetime: scattered excitation; one row."""


@dataclass(frozen=True)
class MeasuredResponse:
    """A histogram of the response, normalised, on the bins of the data."""

    histogram: FloatArray  # (bins,), sums to 1
    bin_width: float  # [ps]
    period: float | None = None  # [ps]: light of earlier pulses is added

    @property
    def bins(self) -> int:
        """Of the data."""
        return len(self.histogram)

    @cached_property
    def _spline(self) -> tuple[FloatArray, int]:
        """Coefficients and order n."""
        smooth = _prefiltered(self.histogram)
        if smooth.min() < -RINGING * smooth.max():
            return self.histogram, 2
        return smooth, 4

    @property
    def smooth(self) -> bool:
        """Whether a smooth spline through the histogram does not ring."""
        return self._spline[1] > 2

    def _moved(self, shift: float) -> tuple[FloatArray, float, int]:
        """Coefficients moved by whole bins, the share of a bin that is left, and the order."""
        coefficients, order = self._spline
        whole = math.floor(shift / self.bin_width)
        first = whole + 1 - order // 2  # the first bin that light reaches
        moved = np.zeros(self.bins)
        if 0 <= first < self.bins:
            moved[first:] = coefficients[: self.bins - first]
        elif -self.bins < first < 0:
            moved[:first] = coefficients[-first:]
        return moved, shift / self.bin_width - whole, order

    def share(self, rates: FloatArray, shift: float, width: float) -> FloatArray:  # noqa: ARG002 - it has its own
        """See `Response`."""
        from scipy.signal import lfilter

        moved, s, order = self._moved(shift)
        rows = np.empty((len(rates), self.bins))
        for i, rate in enumerate(rates):
            kappa = float(rate) * self.bin_width
            p = _first_bins(kappa, s, order)[0]
            q = math.exp(-kappa)
            rows[i] = lfilter(_started(p, q), [1.0, -q], moved)
            if self._comes_back(kappa):
                rows[i] += self._earlier(moved, kappa, p, order)[0]
        return rows

    def columns(self, rates: FloatArray, shift: float, width: float) -> Columns:  # noqa: ARG002
        """See `Response`."""
        from scipy.signal import lfilter

        moved, s, order = self._moved(shift)
        rows = []
        for rate in rates:
            kappa = float(rate) * self.bin_width
            q = math.exp(-kappa)
            p, by_kappa, by_s = _first_bins(kappa, s, order)
            recursion = [1.0, -q]
            share = lfilter(_started(p, q), recursion, moved)
            fed = _fir(_started(by_kappa, q) + q * np.concatenate([[0.0], p[:-1]]), moved)
            fed[1:] -= q * share[:-1]
            slope = lfilter([1.0], recursion, fed)
            drift = lfilter(_started(by_s, q), recursion, moved)
            if self._comes_back(kappa):
                earlier, lever = self._earlier(moved, kappa, p, order)
                last = max(p[-1], 1e-300)
                share, drift = share + earlier, drift + earlier * (by_s[-1] / last)
                slope = slope + lever + earlier * (by_kappa[-1] / last)
            rows.append((share, kappa * slope, drift / self.bin_width))
        share, slope, drift = (np.stack(part) for part in zip(*rows, strict=True))
        return Columns(share, slope, drift, None)

    def _comes_back(self, kappa: float) -> bool:
        """Whether light of the pulse before is left at the first bin, to more than e^-45 of it."""
        return self.period is not None and kappa * (self.period / self.bin_width - self.bins) < 45

    def _earlier(
        self, moved: FloatArray, kappa: float, p: FloatArray, order: int
    ) -> tuple[FloatArray, FloatArray]:
        """What the pulses before this one still give, and its derivative by kappa but for that of the last of ``p``."""
        assert self.period is not None
        full = self.period / self.bin_width
        place = np.arange(self.bins)
        back = full - place - order  # from the last bin of ``p`` to the same place a period later
        weight = moved * np.exp(-kappa * back)
        total, lever = weight.sum(), (weight * back).sum()
        again = -1 / math.expm1(-kappa * full)
        wave = np.exp(-kappa * place) * (p[-1] * again)
        by_again = -full * math.exp(-kappa * full) * again
        return wave * total, wave * (total * (by_again - place) - lever)

    def flash(self, shift: float, width: float) -> Columns:  # noqa: ARG002
        """See `Response`."""
        moved, s, order = self._moved(shift)
        knots = np.maximum(np.arange(1, order + 1) - s, 0.0)
        weight = _differences(knots ** (order - 1) / math.factorial(order - 1), order)
        slope = -_differences(knots ** (order - 2) / math.factorial(order - 2), order)
        share, drift = _fir(weight, moved), _fir(slope, moved) / self.bin_width
        return Columns(share[None], np.zeros((1, self.bins)), drift[None], None)


RINGING = 0.02
"""Negative coefficient over the largest one beyond which a response is too narrow for a smooth spline."""


def _prefiltered(h: FloatArray) -> FloatArray:
    """Coefficients of the quadratic spline whose integrals over the bins are ``h``."""
    from scipy.linalg import solve_banded

    band = np.full((3, len(h)), 1 / 6)
    band[1] = 2 / 3
    return np.asarray(solve_banded((1, 1), band, h))


def _differences(values: FloatArray, order: int) -> FloatArray:
    """``order``-th backward differences of values at knots 1, 2, ..., before which all are zero."""
    return np.convolve(values, _SIGNS[order])[: len(values)]


_SIGNS = {n: [(-1.0) ** j * math.comb(n, j) for j in range(n + 1)] for n in (2, 4)}


TERMS = 20
"""Of the series of the repeated integrals, exact to rounding up to kappa x = 1."""


@cache
def _series(order: int) -> tuple[FloatArray, FloatArray]:
    """I_n = kappa x^n sum of c_k y^k, and its derivative by kappa, x^n sum of (k + 1) c_k y^k, with y = kappa x."""
    c = np.array([(-1.0) ** k / math.factorial(order + k) for k in range(TERMS)])
    return c, c * np.arange(1, TERMS + 1)


def _integrals(kappa: float, x: FloatArray, order: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """I_(order-1), I_order and its derivative by kappa at x >= 0; by series where the recursion would lose digits."""
    y = kappa * x
    if y[-1] < 1:
        powers = y[:, None] ** np.arange(TERMS)
        c, slopes = _series(order)
        high = x**order
        before = kappa * x ** (order - 1) * (powers @ _series(order - 1)[0])
        return before, kappa * high * (powers @ c), high * (powers @ slopes)
    wave = np.exp(-y)
    before, found, slope = np.zeros_like(x), 1 - wave, x * wave
    for n in range(2, order + 1):
        before, found = found, x ** (n - 1) / math.factorial(n - 1) - found / kappa
        slope = before / kappa**2 - slope / kappa
    small = y < 1
    if small.any():
        before[small], found[small], slope[small] = _integrals(kappa, x[small], order)
    return before, found, slope


def _first_bins(kappa: float, s: float, order: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Shares of the first order + 1 bins that light reaches, and their derivatives by kappa and by s; geometric after
    them."""
    x = np.asarray(np.arange(1, order + 2) - s, dtype=float)
    before, found, slope = _integrals(kappa, x, order)
    return _differences(found, order), _differences(slope, order), -_differences(before, order)


def _started(first: FloatArray, q: float) -> FloatArray:
    """Numerator of the recursive filter of which the response starts with ``first`` and falls by ``q`` after it."""
    return first - q * np.concatenate([[0.0], first[:-1]])


def _fir(weight: FloatArray, x: FloatArray) -> FloatArray:
    return np.convolve(x, weight)[: len(x)]


@dataclass(frozen=True)
class GaussianResponse:
    """A Gaussian of the given full width about the time zero, or at ``shift``; its width may be fitted."""

    edges: FloatArray  # (bins + 1,) [ps]
    period: float | None = None  # [ps]

    @property
    def bins(self) -> int:
        """Of the data."""
        return len(self.edges) - 1

    def share(self, rates: FloatArray, shift: float, width: float) -> FloatArray:
        """See `Response`."""
        from scipy.special import ndtr

        from scintidot.response import gaussian_times_decay

        sigma, k = width / FWHM_PER_SIGMA, np.asarray(rates, dtype=float)[:, None]
        t = (self.edges - shift)[None, :]
        total = ndtr(t / sigma) - gaussian_times_decay(t, k, sigma)
        if self.period is not None:
            total -= self._earlier(t, k, sigma)
        return np.diff(total)

    def _earlier(self, t: FloatArray, k: FloatArray, sigma: float) -> FloatArray:
        """What falls after ``t`` of the light of earlier pulses."""
        assert self.period is not None
        again = -np.exp(-k * self.period) / np.expm1(-k * self.period)
        return np.asarray(np.exp(np.minimum(0.5 * (sigma * k) ** 2 - k * t, 700)) * again)

    def columns(self, rates: FloatArray, shift: float, width: float) -> Columns:
        """See `Response`; the integral of the decay over a bin is that of the Gaussian less its fall."""
        from scipy.special import ndtr

        from scintidot.response import gaussian_times_decay

        sigma, k = width / FWHM_PER_SIGMA, np.asarray(rates, dtype=float)[:, None]
        t = (self.edges - shift)[None, :]
        wave = gaussian_times_decay(t, k, sigma)
        gauss = np.exp(-0.5 * (t / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))
        first = gauss - k * wave
        total = ndtr(t / sigma) - wave  # photons before t
        by_k = -((sigma**2 * k - t) * wave - sigma**2 * gauss)
        by_t = k * wave
        by_sigma = sigma * (-k * first) * -1.0  # d/d sigma = sigma d2/dt2 of the photons before t
        if self.period is not None:
            fall = self._earlier(t, k, sigma)
            fall_k = fall * (sigma**2 * k - t - self.period / -np.expm1(-k * self.period))
            total, by_k, by_t = total - fall, by_k - fall_k, by_t + k * fall
            by_sigma = by_sigma - fall * sigma * k**2
        return Columns(np.diff(total), np.diff(by_k) * k, -np.diff(by_t), np.diff(by_sigma) / FWHM_PER_SIGMA)

    def flash(self, shift: float, width: float) -> Columns:
        """See `Response`."""
        from scipy.special import ndtr

        sigma = width / FWHM_PER_SIGMA
        t = (self.edges - shift)[None, :]
        gauss = np.exp(-0.5 * (t / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))
        share = np.diff(ndtr(t / sigma))
        by_sigma = np.diff(-t / sigma * gauss)
        return Columns(share, np.zeros_like(share), -np.diff(gauss), by_sigma / FWHM_PER_SIGMA)


@dataclass(frozen=True)
class NoResponse:
    """Decays that begin at the first bin as they are: fits of a tail."""

    edges: FloatArray  # (bins + 1,) [ps] after the start of the tail
    period: float | None = None  # [ps]

    @property
    def bins(self) -> int:
        """Of the data."""
        return len(self.edges) - 1

    def share(self, rates: FloatArray, shift: float, width: float) -> FloatArray:
        """See `Response`."""
        return self.columns(rates, shift, width).share

    def columns(self, rates: FloatArray, shift: float, width: float) -> Columns:  # noqa: ARG002
        """See `Response`; the shift is none."""
        k = np.asarray(rates, dtype=float)[:, None]
        t = self.edges[None, :]
        again = 1.0 if self.period is None else -1 / np.expm1(-k * self.period)
        by_again = 0.0 if self.period is None else -self.period * np.exp(-k * self.period) * again
        fall = -np.exp(-k * t) * again
        slope = np.diff(fall * (by_again - t)) * k
        share = np.diff(fall)
        return Columns(share, slope, np.zeros_like(share), None)

    def flash(self, shift: float, width: float) -> Columns:  # noqa: ARG002
        """Nothing: a tail holds no flash."""
        nothing: npt.NDArray[np.float64] = np.zeros((1, self.bins))
        return Columns(nothing, nothing, nothing, None)
