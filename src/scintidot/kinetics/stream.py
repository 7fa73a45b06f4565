"""Photons of many excitations of one nanocrystal, by exact stochastic simulation: counted, or listed one by one.

Every event, one excitation, is a history with random numbers of its own: neither the threads nor the blocks change a
number. The number of pairs is drawn from P(n) inside the history.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scintidot.backends import in_order, kernel
from scintidot.kinetics.laws import LABELS, Rates
from scintidot.kinetics.transitions import can_shine, following
from scintidot.records import FloatArray
from scintidot.rng import mix, normal, stream, uniform

IntArray = npt.NDArray[np.int64]

MOST_TRANSITIONS = 10_000_000
"""Of one event; a history that takes more is a fault: trapping and release by far the fastest processes."""
EVENTS_OF_BLOCK = 1 << 16
"""Counted in one block."""
PHOTONS_OF_BLOCK = 1 << 19
"""That a list of one block has room for."""

EVENTS, PAIRS, EMITTED, EMITTED_2, STEPS, UNFINISHED = range(6)
SUMS = 6
"""Sums over events: their number, pairs, photons and the square of it, transitions, and those cut short."""

_SPECTRUM = np.uint64(0x5350454354525545)
"""Sets the random numbers of the spectrum apart from those of the kinetics."""


class Tally(NamedTuple):
    """What is counted of many events; blocks add up."""

    sums: IntArray  # (SUMS,)
    photons: IntArray  # by number per event, (most pairs + 1,)
    times: IntArray  # photons by label and time, (LABELS, bins); the last bin holds all later ones
    time_sums: FloatArray  # photon times summed by label [ps], (LABELS,)
    time_squares: FloatArray  # their squares, summed by label [ps^2], (LABELS,)


def empty_tally(most_pairs: int, bins: int) -> Tally:
    """Nothing yet."""
    return Tally(
        np.zeros(SUMS, np.int64),
        np.zeros(most_pairs + 1, np.int64),
        np.zeros((LABELS, bins), np.int64),
        np.zeros(LABELS),
        np.zeros(LABELS),
    )


@kernel
def pairs_of(choice: float, cumulative: FloatArray) -> int:
    """Smallest n with choice < cumulative[n]; the last one if rounding leaves none."""
    last = cumulative.shape[0] - 1
    n = 0
    while n < last and choice >= cumulative[n]:
        n += 1
    return n


@kernel
def one_more(counts: IntArray, place: int | tuple[int, int]) -> None:
    """One more in a histogram. Where threads share it (CUDA), this is the one step that must be atomic."""
    counts[place] += 1


@kernel
def enter_photon(label: int, time: float, place: int, tally: Tally) -> None:
    """Count a photon of a time [ps] that belongs in bin ``place``."""
    one_more(tally.times, (label, place))
    tally.time_sums[label] += time
    tally.time_squares[label] += time * time


@kernel
def enter_event(pairs: int, emitted: int, steps: int, unfinished: bool, tally: Tally) -> None:
    """Count an event after its photons."""
    tally.sums[EVENTS] += 1
    tally.sums[PAIRS] += pairs
    tally.sums[EMITTED] += emitted
    tally.sums[EMITTED_2] += emitted * emitted
    tally.sums[STEPS] += steps
    tally.sums[UNFINISHED] += int(unfinished)
    one_more(tally.photons, emitted)


@kernel
def count_event(
    seed: np.uint64, event: np.uint64, cumulative: FloatArray, model: int, rates: Rates, bins_per_ps: float,
    most_transitions: int, tally: Tally,
) -> None:  # fmt: skip
    """Follow one event to its last photon and enter it into a tally."""
    state, increment = stream(seed, event)
    state += increment
    pairs = pairs_of(uniform(state), cumulative)
    electrons, holes, trapped, time, steps, emitted = pairs, pairs, 0, 0.0, 0, 0
    bins = tally.times.shape[1]
    while can_shine(electrons, holes, trapped) and steps < most_transitions:
        state, wait, electrons, holes, trapped, label = following(
            state, increment, electrons, holes, trapped, model, rates
        )
        if wait == math.inf:
            break
        steps += 1
        time += wait
        if label >= 0:
            emitted += 1
            place = time * bins_per_ps
            enter_photon(label, time, int(place) if place < bins - 1 else bins - 1, tally)
    enter_event(pairs, emitted, steps, steps >= most_transitions, tally)


@kernel
def count_block(
    seed: np.uint64, first: int, count: int, cumulative: FloatArray, model: int, rates: Rates,
    bins_per_ps: float, most_transitions: int, tally: Tally,
) -> None:  # fmt: skip
    """Events first, first + 1, ... into one tally; this is what a thread runs. The first that is cut short ends it."""
    for event in range(first, first + count):
        count_event(seed, np.uint64(event), cumulative, model, rates, bins_per_ps, most_transitions, tally)
        if tally.sums[UNFINISHED] > 0:
            break


class Spectrum(NamedTuple):
    """Lines of the transitions, by their numbers, and their common width. [eV]"""

    line: FloatArray  # (LABELS,)
    sigma: float


@dataclass(frozen=True, eq=False)
class Photons:
    """Photons in the order of their events, and in time within an event."""

    event: IntArray
    time: FloatArray  # since the excitation [ps]
    transition: npt.NDArray[np.int8]  # number of a name in `laws.TRANSITIONS`
    energy: FloatArray  # [eV]
    tally: Tally  # of the same events

    @classmethod
    def room(cls, size: int, tally: Tally) -> Photons:
        """Space for as many photons."""
        return cls(np.empty(size, np.int64), np.empty(size), np.empty(size, np.int8), np.empty(size), tally)


@kernel
def list_block(
    seed: np.uint64, first: int, count: int, cumulative: FloatArray, model: int, rates: Rates,
    line: FloatArray, sigma: float, most_transitions: int,
    events: IntArray, times: FloatArray, labels: npt.NDArray[np.int8], energies: FloatArray, tally: Tally,
) -> int:  # fmt: skip
    """Events first, first + 1, ... photon by photon, and counted in a tally without times; returns how many photons.

    The transitions are those of `count_block`; the energy, a Gaussian about the line (Box and Muller 1958,
    doi:10.1214/aoms/1177706645), takes random numbers of its own.
    """
    kept = 0
    for event in range(first, first + count):
        state, increment = stream(seed, np.uint64(event))
        noise, noise_increment = stream(mix(seed ^ _SPECTRUM), np.uint64(event))
        state += increment
        pairs = pairs_of(uniform(state), cumulative)
        electrons, holes, trapped, time, steps, before = pairs, pairs, 0, 0.0, 0, kept
        while can_shine(electrons, holes, trapped) and steps < most_transitions:
            state, wait, electrons, holes, trapped, label = following(
                state, increment, electrons, holes, trapped, model, rates
            )
            if wait == math.inf:
                break
            steps += 1
            time += wait
            if label >= 0:
                energy = line[label]
                if sigma > 0.0:
                    deviation, noise = normal(noise, noise_increment)
                    energy += sigma * deviation
                events[kept], times[kept], labels[kept], energies[kept] = event, time, label, energy
                enter_photon(label, time, 0, tally)
                kept += 1
        enter_event(pairs, kept - before, steps, steps >= most_transitions, tally)
        if tally.sums[UNFINISHED] > 0:
            break
    return kept


def as_numbers(rates: Rates) -> Rates:
    """Rates as floats, laws and traps as whole numbers: each other kind of number would be compiled anew."""
    numbers: list[Any] = [float(rate) for rate in rates[:8]] + [int(law) for law in rates[8:]]
    return Rates(*numbers)


def cumulative_of(probability: FloatArray) -> FloatArray:
    """Running sum of P(0), P(1), ..., which ends at 1 exactly.

    Raises
    ------
    ValueError
        If it is no distribution: negative, or off from 1 by more than 1e-6 in sum.
    """
    total = float(np.sum(probability))
    if not (len(probability) and np.all(np.asarray(probability) >= 0) and abs(total - 1) <= 1e-6):
        raise ValueError(f"P(n) must be at least 0 and add up to 1, not to {total:g}")
    cumulative = np.cumsum(probability) / total
    cumulative[-1] = 1.0
    return np.asarray(cumulative)


def count_photons(
    probability: FloatArray, rates: Rates, *, model: int, events: int, seed: int, threads: int = 1,
    bins: int = 2, bin_width: float = 1e12, most_transitions: int = MOST_TRANSITIONS,
) -> Tally:  # fmt: skip
    """Follow events 0, 1, ... of a seed and count their photons.

    Parameters
    ----------
    probability : ndarray, shape (most pairs + 1,)
        P(n) of the number of electron-hole pairs at time 0; adds up to 1.
    rates : Rates
        See `scintidot.kinetics.laws`.
    model : int
        Of `laws.MODEL_CODES`.
    events, seed : int
        Number of excitations, each of a nanocrystal at rest; the same seed gives the same numbers to the bit.
    bins, bin_width : int, float
        Of the histogram of times [ps]; the last bin holds all later photons.

    Raises
    ------
    ValueError
        If ``probability`` is no distribution.

    Examples
    --------
    >>> from scintidot.kinetics.laws import CUBIC, N2, UNLIMITED
    >>> rates = Rates(1e-4, 0, 0, 1, 0, 0, 0, 0, N2, CUBIC, UNLIMITED)
    >>> tally = count_photons(np.array([0, 0, 1.0]), rates, model=0, events=1000, seed=1)  # no loss: all shine
    >>> int(tally.sums[EMITTED]), tally.times.sum(axis=1).tolist()
    (2000, [1000, 1000, 0, 0, 0])
    """
    cumulative, rates = cumulative_of(probability), as_numbers(rates)
    total = empty_tally(len(probability) - 1, bins)

    def block(index: int) -> Tally:
        tally = empty_tally(len(probability) - 1, bins)
        first = index * EVENTS_OF_BLOCK
        count = min(EVENTS_OF_BLOCK, events - first)
        count_block(
            np.uint64(seed), first, count, cumulative, model, rates, 1 / bin_width, most_transitions, tally
        )
        return tally

    for tally in in_order(block, -(-events // EVENTS_OF_BLOCK), threads):
        add(total, tally)
    return total


def add(total: Tally, block: Tally) -> None:
    """Add a block; in the order of their events, so that sums round alike."""
    for mine, its in zip(total, block, strict=True):
        np.add(mine, its, out=mine)


def events_per_block(most_pairs: int) -> int:
    """Events whose photons have room in one block of a list: no event has more photons than pairs."""
    return max(1, min(EVENTS_OF_BLOCK, PHOTONS_OF_BLOCK // max(most_pairs, 1)))


@dataclass(frozen=True, eq=False)
class Events:
    """Events 0, 1, ... of a seed in blocks of `size`: all that is needed to list the photons of any of them."""

    probability: FloatArray  # P(n), as `count_photons` takes it
    rates: Rates
    spectrum: Spectrum
    model: int
    events: int
    seed: int
    most_transitions: int = MOST_TRANSITIONS

    @property
    def size(self) -> int:
        """Events of a block."""
        return events_per_block(len(self.probability) - 1)

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return -(-self.events // self.size)

    def __call__(self, first: int, last: int) -> list[Photons]:
        """Blocks ``first`` to ``last - 1``, one by one. Raises `ValueError` if the probability is no distribution."""
        return [self._block(index) for index in range(first, last)]

    def _block(self, index: int) -> Photons:
        most, first = len(self.probability) - 1, index * self.size
        count = min(self.size, self.events - first)
        room = Photons.room(count * most, empty_tally(most, 1))
        kept = list_block(
            np.uint64(self.seed), first, count, cumulative_of(self.probability), self.model, as_numbers(self.rates),
            self.spectrum.line, self.spectrum.sigma, self.most_transitions,
            room.event, room.time, room.transition, room.energy, room.tally,
        )  # fmt: skip
        return Photons(
            room.event[:kept].copy(), room.time[:kept].copy(), room.transition[:kept].copy(),
            room.energy[:kept].copy(), room.tally,
        )  # fmt: skip


def stream_photons(
    probability: FloatArray, rates: Rates, spectrum: Spectrum, *, model: int, events: int, seed: int,
    threads: int = 1, most_transitions: int = MOST_TRANSITIONS,
) -> Iterator[Photons]:  # fmt: skip
    """The photons of `count_photons` one by one, in blocks of `events_per_block` events, in their order.

    Memory is that of a few blocks for each thread. Parameters and errors as for `count_photons`.
    """
    listed = Events(probability, rates, spectrum, model, events, seed, most_transitions)
    cumulative_of(probability)  # refused before the first block
    for photons in in_order(lambda index: listed(index, index + 1), listed.blocks, threads):
        yield from photons
