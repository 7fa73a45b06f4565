"""Leading-edge discrimination: the time at which the sum of single-photoelectron pulses crosses a threshold.

By Campbell's theorem the signal of a Poisson number of photons has

    mean       mu(t) = n g1 (p * h)(t)
    variance   v(t)  = n g2 (p * h^2)(t) + d g2 integral h^2 + s^2

with the pulse h of one photoelectron, peak 1, the moments g1 and g2 of its size with gain spread and crosstalk, dark
counts of rate d, whose mean is taken off the baseline, and electronic noise s. A fixed number of photons takes
n (g1 p * h)^2 off the variance. The crossing of mu = threshold scatters by sqrt(v)/mu', to first order: as long as
many photoelectrons make up the threshold. Pulses h(t) = A (e^(-t/fall) - e^(-t/rise)) make every convolution one with
an exponential, carried from panel to panel exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scintidot.errors import OutOfRange
from scintidot.records import Exponentials, FloatArray
from scintidot.timing.bounds import EARLY, nodes
from scintidot.timing.density import Response, density

FEW_PHOTOELECTRONS = 5.0
"""Thresholds below this many pulses of mean size: error propagation to first order is rough."""
_MOST_PANELS = 200_000
"""Between the times that the signal is taken at: a second of work, and 50 MB."""
_FINEST, _COARSEST = 8, 20
"""Steps within the shortest of jitter, rise and pulse at first, and within the fall of a pulse without rise later."""
_FINE_FOR = 10, 3
"""Rises of the pulse and of the light for which the finest steps last."""
_UNSEEN = 0.5
"""Finest step over the shortest time of the pulse, above which the panels do not see the pulse."""
_GROWTH = 1.05
"""Of the step after that, from one to the next."""
_FALLS = 10
"""Falls of the pulse after which the light of slow decays has long made the peak, or never will."""
_LEAST_MEAN = 1e-9
"""Signal [photoelectrons] below which the mean is rounding."""
_NODES = 5
"""Gauss-Legendre nodes of a panel."""


@dataclass(frozen=True)
class Electronics:
    """Pulse of one photoelectron and what disturbs it."""

    pulse_rise: float  # time constant [ps], at least 0
    pulse_fall: float  # time constant [ps], above pulse_rise
    gain_spread: float = 0.0  # standard deviation over mean of the size of one avalanche
    noise: float = 0.0  # standard deviation of the baseline [photoelectrons]
    crosstalk: float = (
        0.0  # probability that an avalanche triggers another one at once, which may trigger one, ...
    )
    dark_rate: float = 0.0  # [1/ps]

    @property
    def scale(self) -> float:
        """A, for a peak of 1."""
        if self.pulse_rise == 0:
            return 1.0
        ratio = self.pulse_rise / self.pulse_fall
        return float(1 / (ratio ** (ratio / (1 - ratio)) - ratio ** (1 / (1 - ratio))))

    @property
    def sizes(self) -> tuple[float, float]:
        """First and second moment of the size of a pulse [photoelectrons]: a geometric chain of avalanches."""
        c = self.crosstalk
        return 1 / (1 - c), (1 + c) / (1 - c) ** 2 + self.gain_spread**2 / (1 - c)


@dataclass(frozen=True)
class LeadingEdge:
    """Scatter of the crossing at one threshold."""

    threshold: float  # [photoelectrons]
    time: float  # mean crossing, after the event [ps]
    standard_deviation: float  # [ps]


@dataclass(frozen=True)
class Edge:
    """The rising signal: shape (times,) each, up to its peak."""

    time: FloatArray  # [ps]
    mean: FloatArray  # [photoelectrons]
    slope: FloatArray  # [photoelectrons/ps]
    variance: FloatArray  # [photoelectrons^2]

    @property
    def scatter(self) -> FloatArray:
        """Standard deviation of the crossing at each time. [ps]"""
        return np.asarray(np.sqrt(self.variance) / self.slope)

    def at(self, threshold: float) -> LeadingEdge:
        """At one threshold [photoelectrons], below the peak."""
        time, scatter = (float(np.interp(threshold, self.mean, y)) for y in (self.time, self.scatter))
        return LeadingEdge(threshold, time, scatter)

    def best(self, lowest: float = 0.0) -> LeadingEdge:
        """At the threshold of least scatter, at least ``lowest`` [photoelectrons]."""
        allowed = np.flatnonzero(self.mean >= min(lowest, self.mean[-1]))
        i = int(allowed[np.argmin(self.scatter[allowed])])
        return LeadingEdge(float(self.mean[i]), float(self.time[i]), float(self.scatter[i]))


def rising_edge(
    decay: Exponentials,
    rise_time: float,
    response: Response,
    electronics: Electronics,
    photons: float,
    number: str = "poisson",
) -> Edge:
    """Mean, slope and variance of the signal of one decay until its peak, or the end of ten pulses.

    ``photons`` detected, fixed or Poisson mean by ``number``; amplitudes of shape (terms,). No times at all where the
    signal stays below the rounding.

    Raises
    ------
    OutOfRange
        If the pulse is too short against the other times for the panels, naming ``pulse_rise`` or ``pulse_fall``.
    """
    edges = _edges(rise_time, response, electronics)
    fall = 1 / electronics.pulse_fall
    rates = np.array([fall, 2 * fall])
    if electronics.pulse_rise > 0:
        rise = 1 / electronics.pulse_rise
        rates = np.array([fall, 2 * fall, rise, fall + rise, 2 * rise])
    seen = _seen_through(decay, rise_time, response, edges, rates)
    scale, (g1, g2) = electronics.scale, electronics.sizes
    if electronics.pulse_rise > 0:
        pulse, square = seen[0] - seen[2], seen[1] - 2 * seen[3] + seen[4]
        slope = rates[2] * seen[2] - fall * seen[0]
        area = 0.5 / fall - 2 / (fall + rise) + 0.5 / rise
    else:
        pulse, square = seen[0], seen[1]
        slope = density(decay, rise_time, response, edges)[0] - fall * seen[0]
        area = 0.5 / fall
    mean, slope = photons * g1 * scale * pulse, photons * g1 * scale * slope
    variance = photons * g2 * scale**2 * square + electronics.dark_rate * g2 * scale**2 * area
    variance += electronics.noise**2 - (0 if number == "poisson" else mean**2 / photons)
    rising = slope > 0
    stop = int(np.argmax(mean))
    good = rising[: stop + 1] & (mean[: stop + 1] > _LEAST_MEAN) & (variance[: stop + 1] > 0)
    return Edge(*(values[: stop + 1][good] for values in (edges, mean, slope, variance)))


def _edges(rise_time: float, response: Response, electronics: Electronics) -> FloatArray:
    """Times so close that neither the light nor the fastest exponential of the pulse changes much in between. [ps]"""
    first = float(np.min(response.delay)) - EARLY * response.sigma
    start = (
        float(np.max(response.delay))
        + EARLY * response.sigma
        + _FINE_FOR[0] * electronics.pulse_rise
        + _FINE_FOR[1] * rise_time
    )
    last = start + _FALLS * electronics.pulse_fall
    rise, fall = electronics.pulse_rise, electronics.pulse_fall
    shortest = rise if rise > 0 else fall
    finest = min([x for x in (response.sigma, rise, rise_time) if x > 0] + [fall]) / _FINEST
    finest = max(finest, (start - first) / (0.25 * _MOST_PANELS))
    wanted = 2 * rise if rise > 0 else fall / _COARSEST
    longest = max(wanted, (last - start) / (0.5 * _MOST_PANELS))
    if finest > _UNSEEN * shortest or longest > 2 * wanted:
        steps = max(finest / (_UNSEEN * shortest), longest / (2 * wanted))
        raise OutOfRange(
            where="time resolution", what="pulse", who="pulse_rise" if rise > 0 else "pulse_fall",
            expected=f"at least {steps * shortest:.3g} ps beside the other times", found=f"{shortest:g} ps",
            hint="A shorter rise is as good as none: write 0." if rise > 0 else None,
        )  # fmt: skip
    times = list(np.arange(first, start, finest))
    step = finest
    while times[-1] < last:
        step = min(_GROWTH * step, longest) if step < longest else step
        times.append(times[-1] + step)
    return np.array(times)


def _seen_through(
    decay: Exponentials, rise_time: float, response: Response, edges: FloatArray, rates: FloatArray
) -> FloatArray:
    """p convolved with e^(-qt) at the edges, for each rate q; shape (rates, times)."""
    time, weight = nodes(edges, _NODES)
    p = density(decay, rise_time, response, time.ravel())[0].reshape(time.shape)
    q = rates[:, None, None]
    arrived = np.sum(weight * p * np.exp(-q * (edges[1:, None] - time)), axis=-1)
    kept = np.exp(-rates[:, None] * np.diff(edges))
    seen = np.zeros((rates.size, edges.size))
    for i in range(edges.size - 1):
        seen[:, i + 1] = kept[:, i] * seen[:, i] + arrived[:, i]
    return seen


def mean_pulse(electronics: Electronics, time: FloatArray) -> FloatArray:
    """h(t) of one photoelectron, peak 1; shape of ``time`` [ps]."""
    late = np.maximum(time, 0)
    pulse = np.exp(-late / electronics.pulse_fall)
    if electronics.pulse_rise > 0:
        pulse = pulse - np.exp(-late / electronics.pulse_rise)
    return np.asarray(np.where(time >= 0, electronics.scale * pulse, 0.0))


def peak_time(electronics: Electronics) -> float:
    """Of one pulse after its start. [ps]"""
    rise, fall = electronics.pulse_rise, electronics.pulse_fall
    return 0.0 if rise == 0 else rise * fall / (fall - rise) * math.log(fall / rise)
