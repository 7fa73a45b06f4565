"""Exponential decays as an instrument of finite response counts them in bins, exactly, with derivatives.

A response gives, for each rate k, the share of the photons of k exp(-k t) that falls into each bin. A measured response
is a histogram h on the bins of the data. It is taken as constant within each bin, at any shift, and the integrals over
the bins are exact; since spreading a histogram over its bins once more adds w^2/6 to its variance (Sheppard 1898 for
the half of it), h is sharpened before by -1/12 of its second difference, which takes that off again. In units of the
bin width w, with kappa = k w and the share s of a bin by which the response is shifted,

    G(x) = x - (1 - e^(-kappa x))/kappa          0 <= x <= 1
    G(x) = 1 - e^(-kappa x) (e^kappa - 1)/kappa  x >= 1
    share of bin m after the source bin: G(m + 1 - s) - G(m - s)

which is geometric from m = 2 on: a recursive filter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
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
    def _sharp(self) -> FloatArray:
        h = self.histogram
        padded = np.pad(h, 1)
        sharp = h - (padded[2:] - 2 * h + padded[:-2]) / 12
        sharp = np.where(h > 0, np.maximum(sharp, 0), h)
        return np.asarray(sharp * (h.sum() / sharp.sum()))

    def _moved(self, shift: float) -> tuple[FloatArray, float]:
        """The histogram moved by whole bins, and the share of a bin that is left."""
        whole = math.floor(shift / self.bin_width)
        moved = np.zeros(self.bins)
        if whole >= 0:
            moved[whole:] = self._sharp[: self.bins - whole] if whole < self.bins else 0
        else:
            moved[:whole] = self._sharp[-whole:] if -whole < self.bins else 0
        return moved, shift / self.bin_width - whole

    def share(self, rates: FloatArray, shift: float, width: float) -> FloatArray:  # noqa: ARG002 - it has its own
        """See `Response`."""
        from scipy.signal import lfilter

        moved, s = self._moved(shift)
        rows = np.empty((len(rates), self.bins))
        for i, rate in enumerate(rates):
            kappa = float(rate) * self.bin_width
            q, p = math.exp(-kappa), _first_bins(kappa, s)[0]
            rows[i] = lfilter([p[0], p[1] - q * p[0], p[2] - q * p[1]], [1.0, -q], moved)
            if self.period is not None:
                rows[i] += self._earlier(moved, kappa, s)[0]
        return rows

    def columns(self, rates: FloatArray, shift: float, width: float) -> Columns:  # noqa: ARG002
        """See `Response`."""
        from scipy.signal import lfilter

        moved, s = self._moved(shift)
        rows = []
        for rate in rates:
            kappa = float(rate) * self.bin_width
            q = math.exp(-kappa)
            p, by_kappa, by_s = _first_bins(kappa, s)
            recursion = [1.0, -q]
            share = lfilter([p[0], p[1] - q * p[0], p[2] - q * p[1]], recursion, moved)
            b = [
                by_kappa[0],
                by_kappa[1] - q * by_kappa[0] + q * p[0],
                by_kappa[2] - q * by_kappa[1] + q * p[1],
            ]
            fed = _fir(b, moved)
            fed[1:] -= q * share[:-1]
            slope = lfilter([1.0], recursion, fed)
            drift = lfilter([by_s[0], by_s[1] - q * by_s[0], by_s[2] - q * by_s[1]], recursion, moved)
            if self.period is not None:
                earlier = self._earlier(moved, kappa, s)
                share, slope, drift = share + earlier[0], slope + earlier[1], drift + earlier[2]
            rows.append((share, kappa * slope, drift / self.bin_width))
        share, slope, drift = (np.stack(part) for part in zip(*rows, strict=True))
        return Columns(share, slope, drift, None)

    def _earlier(
        self, moved: FloatArray, kappa: float, s: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """What the pulses before this one still give: share, and its derivatives by kappa and s."""
        assert self.period is not None
        full = self.period / self.bin_width
        place = np.arange(self.bins)
        back = full - place - s - 1  # bins from the end of a source to the same place a period later
        weight = moved * np.exp(-kappa * back)
        total, lever = weight.sum(), (weight * back).sum()
        gone = -math.expm1(-kappa)
        spread = gone**2 / kappa
        again = -1 / math.expm1(-kappa * full)
        wave = np.exp(-kappa * place) * (spread * again)
        share = wave * total
        by_spread = 2 * math.exp(-kappa) / gone - 1 / kappa
        by_again = -full * math.exp(-kappa * full) * again
        slope = share * (by_spread + by_again - place) - wave * lever
        return share, slope, kappa * share

    def flash(self, shift: float, width: float) -> Columns:  # noqa: ARG002
        """See `Response`."""
        moved, s = self._moved(shift)
        later = np.concatenate([[0.0], moved[:-1]])
        share = (1 - s) * moved + s * later
        drift = (later - moved) / self.bin_width
        return Columns(share[None], np.zeros((1, self.bins)), drift[None], None)


def _first_bins(kappa: float, s: float) -> tuple[list[float], list[float], list[float]]:
    """Shares of the bins 0, 1, 2 after the source bin, and their derivatives by kappa and by s."""
    e = math.exp(-kappa)
    if kappa < 1e-4:  # series to second order: no digits are lost
        below = [(1 - s) ** 2 * (1 / 2 - kappa * (1 - s) / 6) * kappa]
        below_k = [(1 - s) ** 2 * (1 / 2 - kappa * (1 - s) / 3)]
    else:
        x = 1 - s
        fallen = -math.expm1(-kappa * x)
        below = [x - fallen / kappa]
        below_k = [fallen / kappa**2 - x * (1 - fallen) / kappa]
    slope_inner = -math.expm1(-kappa * (1 - s))  # G'(1 - s)
    lost = -math.expm1(-kappa) / kappa  # (1 - e^-kappa)/kappa
    lost_k = (e - lost) / kappa if kappa > 1e-4 else -0.5 + kappa / 3
    # G(2 - s) = 1 - e^(-kappa (1 - s)) lost
    wave = math.exp(-kappa * (1 - s))
    outer, outer_k = 1 - wave * lost, wave * ((1 - s) * lost - lost_k)
    slope_outer = kappa * wave * lost  # G'(2 - s)
    # share of bin 2: e^(-kappa (1 - s)) lost (1 - e^-kappa)
    gone = -math.expm1(-kappa)
    second = wave * lost * gone
    second_k = wave * (-(1 - s) * lost * gone + lost_k * gone + lost * e)
    return (
        [below[0], outer - below[0], second],
        [below_k[0], outer_k - below_k[0], second_k],
        [-slope_inner, slope_inner - slope_outer, kappa * second],
    )


def _fir(b: list[float], x: FloatArray) -> FloatArray:
    out = b[0] * x
    out[1:] += b[1] * x[:-1]
    out[2:] += b[2] * x[:-2]
    return np.asarray(out)


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
