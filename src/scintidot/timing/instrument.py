"""What an instrument for time-correlated single photon counting makes of emitted photons.

Event i is excited at i times the period. A photon is kept with the efficiency, delayed by the offset and a Gaussian
jitter, and goes to one of the detectors by chance; it may arrive in a later period. Afterpulses of detected photons and
dark counts join, then dead time (non-paralysable: counts inside it are lost and do not prolong it) takes its share.
Random numbers are functions of seed and event, or of seed and period for dark counts: blocks change nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.backends import kernel
from scintidot.records import FloatArray
from scintidot.rng import mix, normal, stream, uniform

IntArray = npt.NDArray[np.int64]
ByteArray = npt.NDArray[np.int8]
CountArray = npt.NDArray[np.void]

ORIGINS = ("photon", "afterpulse", "dark")
PHOTON, AFTERPULSE, DARK = range(3)

COUNT = np.dtype(
    [
        ("period", np.int64),  # syncs before the count
        ("arrival", np.float64),  # after the last sync [ps]
        ("channel", np.int8),
        ("origin", np.int8),  # number of a name in ORIGINS
        ("event", np.int64),  # that the photon comes from; -1 for dark counts
        ("time", np.float64),  # of emission, since the excitation [ps]; nan for dark counts
        ("transition", np.int8),  # number; -1 for dark counts
        ("energy", np.float64),  # of the photon [eV]; nan for dark counts
    ]
)
"""One count."""

MOST_DARK_COUNTS = 100.0
"""Per period, on average."""
_MOST_DARK_DRAWN = 1000
"""Of one period: 90 standard deviations above the greatest mean."""
_LONGEST_JITTER = 9.0  # sigma; 53 bits give at most sqrt(106 ln 2) = 8.57
_DETECTOR, _DARK = np.uint64(0x444554454354), np.uint64(0x4441524B)


@dataclass(frozen=True)
class Instrument:
    """Parameters of the instrument; the default is ideal but for its period."""

    period: float = 1e5  # between excitations [ps]
    efficiency: float = 1.0  # outcoupling x detection efficiency
    offset: float = 0.0  # of the excitation after the sync [ps]
    jitter_sigma: float = 0.0  # [ps]
    dark_count_rate: float = 0.0  # of one detector [1/ps]
    afterpulse_probability: float = 0.0  # of a detected photon
    afterpulse_lifetime: float = 1e5  # of the exponential delay [ps]
    dead_time: float = 0.0  # of one detector [ps]
    detectors: int = 1
    start_stop: bool = False  # at most one count a period, over all detectors

    @property
    def is_ideal(self) -> bool:
        """Whether every photon is one count, and there are no others."""
        no = (self.dark_count_rate, self.afterpulse_probability, self.dead_time, self.jitter_sigma)
        return self.efficiency == 1 and not any(no) and not self.start_stop


@kernel
def detect(
    seed: np.uint64, events: IntArray, times: FloatArray, period: float, efficiency: float, offset: float,
    jitter: float, detectors: int, afterpulse: float, afterpulse_lifetime: float,
    source: IntArray, periods: IntArray, arrivals: FloatArray, channels: ByteArray, origins: ByteArray,
) -> int:  # fmt: skip
    """Photons, in the order of their events, become counts and afterpulses: returns how many.

    ``source`` takes the place of the photon; the outputs have room for two counts a photon.
    """
    made, before = 0, np.int64(-1)
    state, increment = stream(seed, np.uint64(0))
    for k in range(events.shape[0]):
        if events[k] != before:
            before = events[k]
            state, increment = stream(mix(seed ^ _DETECTOR), np.uint64(before))
        state += increment
        if uniform(state) >= efficiency:
            continue
        arrival = times[k] + offset
        if jitter > 0.0:
            deviation, state = normal(state, increment)
            arrival += jitter * deviation
        state += increment
        channel = int(uniform(state) * detectors)
        state += increment
        again = uniform(state) < afterpulse
        for origin in range(2 if again else 1):
            if origin == AFTERPULSE:
                state += increment
                arrival -= afterpulse_lifetime * math.log(1.0 - uniform(state))
            late = math.floor(arrival / period)
            source[made], channels[made], origins[made] = k, channel, origin
            periods[made], arrivals[made] = before + int(late), arrival - late * period
            made += 1
    return made


@kernel
def dark_counts(
    seed: np.uint64, first: int, count: int, mean: float, period: float, detectors: int,
    periods: IntArray, arrivals: FloatArray, channels: ByteArray,
) -> int:  # fmt: skip
    """Dark counts of periods first, first + 1, ..., Poisson with ``mean`` in each; returns how many.

    Fills the outputs as far as they have room, so that a call without any tells how much is needed.
    """
    made, none = 0, math.exp(-mean)
    for number in range(first, first + count):
        state, increment = stream(mix(seed ^ _DARK), np.uint64(number))
        state += increment
        left = uniform(state)
        share, n = none, 0
        while left >= share and n < _MOST_DARK_DRAWN:
            left -= share
            n += 1
            share *= mean / n
            state += increment
            place = uniform(state)
            state += increment
            if made < periods.shape[0]:
                periods[made], arrivals[made] = number, place * period
                channels[made] = int(uniform(state) * detectors)
            made += 1
    return made


@kernel
def live(
    periods: IntArray, arrivals: FloatArray, channels: ByteArray, period: float, dead_time: float,
    start_stop: bool, last_period: IntArray, last_arrival: FloatArray, kept: npt.NDArray[np.bool_],
) -> None:  # fmt: skip
    """Which counts, in the order of time, are recorded.

    ``last_period`` and ``last_arrival`` hold the last recorded count of each channel, and behind them that of any.
    """
    any_channel = last_period.shape[0] - 1
    for k in range(periods.shape[0]):
        own = channels[k]
        since = (periods[k] - last_period[own]) * period + (arrivals[k] - last_arrival[own])
        kept[k] = since >= dead_time and not (start_stop and periods[k] == last_period[any_channel])
        if kept[k]:
            last_period[own], last_arrival[own] = periods[k], arrivals[k]
            last_period[any_channel] = periods[k]


class Recorder:
    """Records blocks of events one after the other; what may still be overtaken waits for the next block.

    Parameters
    ----------
    instrument : Instrument
    seed : int
        Of detection, jitter and dark counts; may be that of the photons, whose random numbers are others.

    Notes
    -----
    Dark counts arise in the periods of the events alone; counts after the last of these are recorded, too.
    """

    def __init__(self, instrument: Instrument, seed: int) -> None:
        self.instrument, self._seed = instrument, np.uint64(seed)
        self._waiting: CountArray = np.empty(0, COUNT)
        never = -(1 << 40)
        self._last_period = np.full(instrument.detectors + 1, never, np.int64)
        self._last_arrival = np.zeros(instrument.detectors + 1)
        self.lost = {"not_detected": 0, "before_first_sync": 0, "dead_time_or_start_stop": 0}

    def record(
        self, first: int, events: int, event: IntArray, time: FloatArray, transition: ByteArray, energy: FloatArray
    ) -> CountArray:  # fmt: skip
        """Counts that are final after the block of events first, ..., first + events - 1, in the order of time."""
        setup = self.instrument
        found = np.concatenate(
            [self._waiting, self._detected(event, time, transition, energy), self._dark(first, events)]
        )
        found = found[np.lexsort((found["arrival"], found["period"]))]
        earliest = min(0.0, setup.offset - _LONGEST_JITTER * setup.jitter_sigma)
        age = (found["period"] - (first + events)) * setup.period + found["arrival"]
        final = age < earliest
        self._waiting = found[~final]
        return self._live(found[final])

    def finish(self) -> CountArray:
        """What still waits."""
        found, self._waiting = self._waiting, np.empty(0, COUNT)
        return self._live(found)

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """What it remembers between blocks, as arrays; `restore` goes on from it."""
        return {
            "waiting": self._waiting,
            "last_period": self._last_period,
            "last_arrival": self._last_arrival,
            "lost": np.array(list(self.lost.values())),
        }

    def restore(self, state: Mapping[str, npt.NDArray[Any]]) -> None:
        """Go on from what `state` gave."""
        self._waiting = state["waiting"]
        self._last_period, self._last_arrival = state["last_period"], state["last_arrival"]
        self.lost = dict(zip(self.lost, state["lost"].tolist(), strict=True))

    def _detected(
        self, event: IntArray, time: FloatArray, transition: ByteArray, energy: FloatArray
    ) -> CountArray:
        setup, room = self.instrument, 2 * len(event)
        source, periods, arrivals = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
        channels, origins = np.empty(room, np.int8), np.empty(room, np.int8)
        made = detect(
            self._seed, event, time, setup.period, setup.efficiency, setup.offset, setup.jitter_sigma,
            setup.detectors, setup.afterpulse_probability, setup.afterpulse_lifetime,
            source, periods, arrivals, channels, origins,
        )  # fmt: skip
        counts, source = np.empty(made, COUNT), source[:made]
        counts["period"], counts["arrival"] = periods[:made], arrivals[:made]
        counts["channel"], counts["origin"] = channels[:made], origins[:made]
        counts["event"], counts["time"] = event[source], time[source]
        counts["transition"], counts["energy"] = transition[source], energy[source]
        self.lost["not_detected"] += len(event) - int(np.sum(origins[:made] == PHOTON))
        return counts

    def _dark(self, first: int, events: int) -> CountArray:
        setup = self.instrument
        mean = setup.dark_count_rate * setup.period * setup.detectors
        if mean == 0:
            return np.empty(0, COUNT)
        room = 0
        while True:
            periods, arrivals, channels = np.empty(room, np.int64), np.empty(room), np.empty(room, np.int8)
            made = dark_counts(
                self._seed, first, events, mean, setup.period, setup.detectors, periods, arrivals, channels
            )
            if made <= room:
                break
            room = made
        counts = np.empty(made, COUNT)
        counts["period"], counts["arrival"], counts["channel"] = periods, arrivals, channels
        counts["origin"], counts["event"], counts["transition"] = DARK, -1, -1
        counts["time"], counts["energy"] = np.nan, np.nan
        return counts

    def _live(self, counts: CountArray) -> CountArray:
        setup = self.instrument
        early = counts["period"] < 0
        self.lost["before_first_sync"] += int(early.sum())
        counts = counts[~early]
        kept = np.empty(len(counts), bool)
        periods, arrivals, channels = (
            np.ascontiguousarray(counts[name]) for name in ("period", "arrival", "channel")
        )
        live(
            periods, arrivals, channels, setup.period, setup.dead_time, setup.start_stop,
            self._last_period, self._last_arrival, kept,
        )  # fmt: skip
        self.lost["dead_time_or_start_stop"] += int(len(kept) - kept.sum())
        return counts[kept]
