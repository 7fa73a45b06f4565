"""Simulated leading-edge crossings: pulse by pulse, without the approximation of error propagation.

Electronic noise is a shift of the baseline that is constant during an edge. Dark counts are not simulated.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from scintidot.backends import in_order, kernel
from scintidot.records import Exponentials, FloatArray
from scintidot.rng import normal, stream, uniform
from scintidot.timing.density import Response
from scintidot.timing.leading_edge import Electronics
from scintidot.timing.sampling import Law, draw_events, empty_events, events_at_once, law_of


class Pulse(NamedTuple):
    """Numbers of `Electronics` for the kernels."""

    rise: float  # [ps]
    fall: float  # [ps]
    scale: float
    gain_spread: float
    noise: float
    crosstalk: float


@kernel
def pulse_size(pulse: Pulse, state: np.uint64, increment: np.uint64) -> tuple[float, np.uint64]:
    """Size of a pulse [photoelectrons] with its crosstalk and gain spread; the state after the draws."""
    avalanches = 1
    if pulse.crosstalk > 0:
        state += increment
        while uniform(state) < pulse.crosstalk:
            avalanches += 1
            state += increment
    size = 1.0 * avalanches
    if pulse.gain_spread > 0:
        deviation, state = normal(state, increment)
        size += pulse.gain_spread * math.sqrt(avalanches) * deviation
    return size, state


@kernel
def level(pulse: Pulse, slow: float, fast: float, after: float) -> float:
    """Signal ``after`` [ps] the last photon, when the two exponentials were ``slow`` and ``fast`` then."""
    value = slow * math.exp(-after / pulse.fall)
    if pulse.rise > 0:
        value -= fast * math.exp(-after / pulse.rise)
    return value


@kernel
def crossing_after(pulse: Pulse, slow: float, fast: float, gap: float, threshold: float) -> float:
    """When the signal first reaches the threshold within ``gap`` [ps] after a photon; below 0 if it does not."""
    top = 0.0
    if pulse.rise > 0 and slow > 0 and fast > 0:
        peak = math.log(fast * pulse.fall / (slow * pulse.rise)) / (1 / pulse.rise - 1 / pulse.fall)
        top = min(max(peak, 0.0), gap)
    if level(pulse, slow, fast, top) < threshold:
        return -1.0
    low, high = 0.0, top
    for _ in range(50):
        middle = 0.5 * (low + high)
        if level(pulse, slow, fast, middle) < threshold:
            low = middle
        else:
            high = middle
    return high


@kernel
def first_crossing(
    pulse: Pulse, times: FloatArray, count: int, threshold: float, state: np.uint64, increment: np.uint64
) -> float:
    """First crossing [ps] of an event with these times in order; not a number if the signal stays below."""
    deviation, state = normal(state, increment)
    threshold -= pulse.noise * deviation
    slow, fast = 0.0, 0.0
    for i in range(count):
        size, state = pulse_size(pulse, state, increment)
        slow += size * pulse.scale
        fast += size * pulse.scale
        gap = times[i + 1] - times[i] if i + 1 < count else math.inf
        after = crossing_after(pulse, slow, fast, gap, threshold)
        if after >= 0:
            return times[i] + after
        slow *= math.exp(-gap / pulse.fall)
        fast *= math.exp(-gap / pulse.rise) if pulse.rise > 0 else 0.0
    return math.nan


@kernel
def cross_events(
    times: FloatArray,
    counts: FloatArray,
    pulse: Pulse,
    threshold: float,
    seed: np.uint64,
    first: int,
    crossings: FloatArray,
) -> None:
    """Crossings of rows of sorted times; event i has history first + i of a seed of its own."""
    for event in range(times.shape[0]):
        state, increment = stream(seed, np.uint64(first + event))
        crossings[event] = first_crossing(
            pulse, times[event], int(counts[event]), threshold, state, increment
        )


def simulated_crossings(
    decay: Exponentials,
    rise_time: float,
    response: Response,
    electronics: Electronics,
    threshold: float,
    *,
    photons: float,
    number: str,
    events: int,
    seed: int,
    first: int = 0,
    threads: int = 1,
    progress: Callable[[float], None] = lambda _: None,
) -> FloatArray:
    """First crossings [ps] of events at time 0, shape (events,); not a number where the signal stays below."""
    law, e = law_of(decay, rise_time, response), electronics
    pulse = Pulse(e.pulse_rise, e.pulse_fall, e.scale, e.gain_spread, e.noise, e.crosstalk)
    size = events_at_once(photons)

    def block(index: int) -> FloatArray:
        many = min(size, events - index * size)
        return _block(
            law, pulse, threshold, photons, number == "poisson", seed, first + index * size,
            empty_events(photons, number, many),
        )  # fmt: skip

    blocks, done = -(-events // size), []
    for part in in_order(block, blocks, threads):
        done.append(part)
        progress(len(done) / blocks)
    return np.concatenate(done)


def _block(
    law: Law,
    pulse: Pulse,
    threshold: float,
    photons: float,
    poisson: bool,
    seed: int,
    first: int,
    times: FloatArray,
) -> FloatArray:
    """Draw, sort and cross the events of one block."""
    counts, crossings = np.empty(len(times)), np.empty(len(times))
    draw_events(times, counts, law, photons, poisson, np.uint64(seed), first)
    times.sort(axis=1)
    sizes = np.uint64(
        (seed ^ (1 << 63)) & ((1 << 64) - 1)
    )  # the draws of the pulses, apart from those of the light
    cross_events(times, counts, pulse, threshold, sizes, first, crossings)
    return crossings
