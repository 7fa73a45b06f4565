"""Registered times of the photons of one event, drawn from the exact law.

A component of the decay, its exponential, the exponential of the rise, a point of the response and a Gaussian, each by
inversion. A decay with negative amplitudes has no components to choose from: there the emission time comes from the
tabulated quantile function of the decay alone.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from scintidot.backends import kernel
from scintidot.records import Exponentials, FloatArray
from scintidot.rng import normal, stream, uniform
from scintidot.timing.density import Response, normalised
from scintidot.timing.order_statistics import Quantiles

_POINTS = 8192
"""Of the table of quantiles of a decay with negative amplitudes."""


class Law(NamedTuple):
    """What the kernels need of the law of one photon."""

    cumulative: FloatArray  # of the components' shares; its last number is 1
    lifetime: FloatArray  # [ps]
    inverse: FloatArray  # ln of the emission time at equal steps of ln(P/(1 - P)); of length 0 where components serve
    first: float  # ln(P/(1 - P)) of the first number
    step: float
    rise_time: float  # [ps]
    sigma: float  # [ps]
    delay_cumulative: FloatArray
    delay: FloatArray  # [ps]


def law_of(decay: Exponentials, rise_time: float, response: Response) -> Law:
    """Law of one decay, amplitudes and rates of shape (terms,)."""
    share = (normalised(decay).amplitude / decay.rate).astype(float)
    inverse, first, step = np.zeros(0), 0.0, 1.0
    if np.any(share < 0):
        table = Quantiles.of(decay, 0.0, Response.gaussian(0.0))
        logit = np.linspace(table.logit[0], table.logit[-1], _POINTS)
        inverse, first, step = np.log(table(logit)), float(logit[0]), float(logit[1] - logit[0])
    cumulative, delays = np.cumsum(share), np.cumsum(response.weight)
    cumulative[-1] = delays[-1] = 1.0
    return Law(
        cumulative, 1 / np.asarray(decay.rate, dtype=float) * np.ones(share.shape), inverse, first, step,
        float(rise_time), float(response.sigma), delays, np.asarray(response.delay, dtype=float),
    )  # fmt: skip


@kernel
def chosen(cumulative: FloatArray, u: float) -> int:
    """Index of the first cumulative share above u."""
    low, high = 0, cumulative.size - 1
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] > u:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def photon_time(law: Law, state: np.uint64, increment: np.uint64) -> tuple[float, np.uint64]:
    """Registered time of one photon [ps] after the event; the state after its draws."""
    state += increment
    u = uniform(state)
    if law.inverse.size > 0:
        x = (math.log((u + 1e-17) / (1 - u)) - law.first) / law.step
        x = min(max(x, 0.0), law.inverse.size - 1.001)
        i = int(x)
        time = math.exp(law.inverse[i] + (x - i) * (law.inverse[i + 1] - law.inverse[i]))
    else:
        lifetime = law.lifetime[chosen(law.cumulative, u)]
        state += increment
        time = -lifetime * math.log(1 - uniform(state))
    if law.rise_time > 0:
        state += increment
        time -= law.rise_time * math.log(1 - uniform(state))
    if law.delay.size > 1:
        state += increment
        time += law.delay[chosen(law.delay_cumulative, uniform(state))]
    else:
        time += law.delay[0]
    if law.sigma > 0:
        deviation, state = normal(state, increment)
        time += law.sigma * deviation
    return time, state


@kernel
def poisson_number(mean: float, most: int, state: np.uint64, increment: np.uint64) -> tuple[int, np.uint64]:
    """How many unit exponentials fit into ``mean``, at most ``most``; the state after the draws."""
    count = 0
    state += increment
    total = -math.log(1 - uniform(state))
    while total < mean and count < most:
        count += 1
        state += increment
        total -= math.log(1 - uniform(state))
    return count, state


@kernel
def draw_events(
    times: FloatArray,
    counts: FloatArray,
    law: Law,
    photons: float,
    poisson: bool,
    seed: np.uint64,
    first: int,
) -> None:
    """Fill rows of ``times`` [ps], shape (events, most photons), and their numbers; event i has history first + i.

    Places without a photon hold infinity.
    """
    for event in range(times.shape[0]):
        state, increment = stream(seed, np.uint64(first + event))
        count = int(photons)
        if poisson:
            count, state = poisson_number(photons, times.shape[1], state, increment)
        counts[event] = count
        for i in range(count):
            times[event, i], state = photon_time(law, state, increment)
        times[event, count:] = math.inf


def empty_events(photons: float, number: str, events: int) -> FloatArray:
    """Room for the photons of some events: for a Poisson number 12 standard deviations above its mean."""
    most = photons if number == "fixed" else photons + 12 * photons**0.5 + 30
    return np.empty((events, max(1, math.ceil(most))))


def events_at_once(photons: float) -> int:
    """Events of one block: a function of the photons alone, so that threads do not change a result."""
    return int(min(1024, max(1, (1 << 20) // (photons + 50))))
