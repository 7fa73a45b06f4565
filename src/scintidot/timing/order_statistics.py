"""The best single photon: how well the k-th registered photon of n tells the time of the event.

The distribution P(T_k) of the k-th of n photons is Beta(k, n - k + 1), so that the moments of T_k are integrals over
the quantile function of one photon (Fishburn, Charbon 2010, doi:10.1109/TNS.2010.2064788). With x = ln(P/(1 - P)) the
weight is smooth and falls exponentially on both sides, so that the trapezoidal rule converges as fast. With a Poisson
number of photons of mean n, n P(T_k) is Gamma(k), cut at n: events with fewer than k photons have no T_k.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scintidot.records import Exponentials, FloatArray
from scintidot.timing.bounds import EARLY, LATE, nodes, panels
from scintidot.timing.density import Response, density

NUMBERS = {
    "poisson": "the number of detected photons is Poisson distributed about its mean",
    "fixed": "every event has the same number of detected photons",
}
"""Statistics of the number of photons."""

_STEPS = 6.0  # per standard deviation of ln(P/(1 - P))
_TOGETHER = 24  # ranks of one round of the search


@dataclass(frozen=True)
class Quantiles:
    """The time t at which P(t) of one photon has the value given by x = ln(P/(1 - P)).

    Cubic Hermite interpolation with exact slopes, of t, or without any spread of ln t; right to 1e-7 of the spread.
    Beyond the table, below P of about 1e-20, its ends are taken.
    """

    logit: FloatArray  # x, rising, shape (points,)
    value: FloatArray  # t [ps], or ln t
    slope: FloatArray  # d value/dx
    logarithmic: bool  # whether value is ln t

    @classmethod
    def of(cls, decay: Exponentials, rise_time: float, response: Response) -> Quantiles:
        """Tabulate one decay, amplitudes of shape (terms,)."""
        sharp = response.sigma == 0
        edges = _edges_from_zero(decay, rise_time) if sharp else _edges(decay, rise_time, response)
        time, weight = nodes(edges, 5)
        inside, _ = density(decay, rise_time, response, time.ravel())
        at_edges, _ = density(decay, rise_time, response, edges)
        share = np.sum(np.maximum(inside, 0).reshape(time.shape) * weight, axis=1)
        below = np.concatenate([[0.0], np.cumsum(share)])
        above = np.concatenate([np.cumsum(share[::-1])[::-1], [0.0]])
        if sharp:  # what comes before the first edge, where p is a power of t
            below += edges[0] * at_edges[0] / (2 if rise_time > 0 else 1)
        total = below[-1]
        good = (below > 1e-22 * total) & (above > 1e-14 * total) & (at_edges > 0)
        below, above, edges, p = below[good], above[good], edges[good], at_edges[good]
        slope = below * above / total / p  # dt/dx = P (1 - P)/p
        logit = np.log(below / above)
        return cls(logit, np.log(edges), slope / edges, True) if sharp else cls(logit, edges, slope, False)

    def __call__(self, logit: FloatArray) -> FloatArray:
        """Times [ps] at these x; any shape."""
        x = np.clip(logit, self.logit[0], self.logit[-1])
        i = np.clip(np.searchsorted(self.logit, x) - 1, 0, self.logit.size - 2)
        step = self.logit[i + 1] - self.logit[i]
        s = (x - self.logit[i]) / step
        value = (
            (1 + 2 * s) * (1 - s) ** 2 * self.value[i]
            + s**2 * (3 - 2 * s) * self.value[i + 1]
            + step * s * (1 - s) * ((1 - s) * self.slope[i] - s * self.slope[i + 1])
        )
        return np.asarray(np.exp(value) if self.logarithmic else value)

    def share_before(self, time: float) -> float:
        """P(t) [1] at a time. [ps]"""
        place = np.log(max(time, 1e-300)) if self.logarithmic else time
        return float(1 / (1 + np.exp(-np.interp(place, self.value, self.logit))))


def _edges(decay: Exponentials, rise_time: float, response: Response) -> FloatArray:
    """Fine panels, and more of them before the start, where n may be so large that the first photons count.

    p changes over the width of the whole response, not over that of the Gaussians of a measured one.
    """
    sigma = response.sigma
    fine = max(3.0, 24 * sigma / response.standard_deviation)
    before = float(np.min(response.delay)) - sigma * np.linspace(1.6 * EARLY, EARLY, 80, endpoint=False)
    return np.concatenate([before, panels(decay, rise_time, response, fine=fine)])


def _edges_from_zero(decay: Exponentials, rise_time: float) -> FloatArray:
    """From a time so short that p is a power of t before it, in equal steps of ln t."""
    times = np.append(1 / np.asarray(decay.rate), rise_time if rise_time > 0 else np.inf)
    longest = max(1 / float(np.min(decay.rate)), rise_time)
    first, last = 1e-12 * float(np.min(times)), LATE * longest
    return np.geomspace(first, last, 1 + round(20 * np.log(last / first)))


@dataclass(frozen=True)
class BestPhoton:
    """The rank whose time scatters least."""

    rank: int  # k, from 1
    mean: float  # [ps] after the event
    standard_deviation: float  # [ps]
    share: float  # of the events that have this photon: below 1 for a Poisson number


def photon_times(
    quantiles: Quantiles, ranks: FloatArray, photons: float, number: str = "poisson"
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean [ps] and standard deviation [ps] of the time of the k-th photon, and the share of events that have one.

    Parameters
    ----------
    quantiles : Quantiles
        Of one photon.
    ranks : FloatArray
        k from 1 to ``photons``, shape (ranks,).
    photons : float
        Fixed number n, whole, or the mean of a Poisson number.
    number : str
        A key of `NUMBERS`.
    """
    from scipy.special import gammainc

    k = np.asarray(ranks, dtype=float)[:, None]
    poisson = number == "poisson"
    behind = np.ones_like(k) if poisson else photons - k + 1  # power of 1 - P
    p = k / (
        np.maximum(photons, k) + 1
    )  # about where the weight is largest, also where few events have the photon
    centre = np.log(p / (1 - p))
    width = 1 / np.sqrt(p * (1 - p) * (1 + photons * (1 - p) if poisson else 1 + photons))
    falls = np.where(photons * (1 - p) ** 2 < 100, 1, 1 + photons * (1 - p)) if poisson else behind
    low, high = centre - 9 * width - 36 / k, centre + 9 * width + 36 / falls
    count = 1 + int(np.ceil(np.max((high - low) / width) * _STEPS))
    x = low + (high - low) * np.linspace(0, 1, count)
    log_p, log_q = -np.logaddexp(0, -x), -np.logaddexp(0, x)
    log_weight = k * log_p + behind * log_q - (photons * np.exp(log_p) if poisson else 0)
    weight = np.exp(log_weight - np.max(log_weight, axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    time = quantiles(x)
    mean = np.sum(weight * time, axis=1)
    deviation = np.sqrt(np.sum(weight * (time - mean[:, None]) ** 2, axis=1))
    return mean, deviation, gammainc(k[:, 0], photons) if poisson else np.ones(len(k))


def best_photon(quantiles: Quantiles, photons: float, number: str = "poisson") -> BestPhoton:
    """The rank k of the smallest standard deviation. Of a Poisson number, only ranks that nearly every event has.

    A search in rounds of 24 ranks between the neighbours of the best so far; the last one tries rank by rank. It finds
    the smallest where the deviation has one minimum between the ranks of the first round.
    """
    low, high = 1, max(1, int(photons if number == "fixed" else photons - 5 * photons**0.5))
    while True:
        few = high - low < _TOGETHER
        ranks = np.arange(low, high + 1.0) if few else np.unique(np.round(np.geomspace(low, high, _TOGETHER)))
        mean, deviation, share = photon_times(quantiles, ranks, photons, number)
        i = int(np.argmin(deviation))
        if few:
            return BestPhoton(int(ranks[i]), float(mean[i]), float(deviation[i]), float(share[i]))
        low, high = int(ranks[max(i - 1, 0)]), int(ranks[min(i + 1, len(ranks) - 1)])
