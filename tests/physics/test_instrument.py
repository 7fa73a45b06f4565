"""The instrument of photon counting against what each of its parts must do to a stream."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scintidot.timing.instrument import AFTERPULSE, DARK, PHOTON, Instrument, Recorder

PERIOD = 1e5


def flow(events: int, per_event: int = 1, lifetime: float = 9000.0) -> tuple[np.ndarray, ...]:
    """Photons of an exponential decay: event, time, transition, energy."""
    random = np.random.default_rng(5)
    event = np.repeat(np.arange(events), per_event)
    time = np.sort(random.exponential(lifetime, (events, per_event)), axis=1).ravel()
    return event, time, np.zeros(len(event), np.int8), np.full(len(event), 2.4)


def record(
    instrument: Instrument, photons: tuple[np.ndarray, ...], events: int, blocks: int = 1
) -> np.ndarray:
    """All counts, recorded in so many blocks."""
    recorder = Recorder(instrument, seed=3)
    edges = np.linspace(0, events, blocks + 1).astype(int)
    found = []
    for first, end in pairwise(edges):
        inside = (photons[0] >= first) & (photons[0] < end)
        found.append(recorder.record(int(first), int(end - first), *(column[inside] for column in photons)))
    found.append(recorder.finish())
    counts = np.concatenate(found)
    assert sum(recorder.lost.values()) + np.sum(counts["origin"] == PHOTON) >= len(photons[0])
    return counts


def absolute(counts: np.ndarray) -> np.ndarray:
    """Time of counts since the first sync. [ps]"""
    return counts["period"] * PERIOD + counts["arrival"]


def test_ideal_instrument_records_every_photon_at_its_time() -> None:
    photons = flow(3000, 2, lifetime=6e4)  # many arrive in later periods
    counts = record(Instrument(), photons, 3000)
    assert len(counts) == 6000
    assert np.all((counts["arrival"] >= 0) & (counts["arrival"] <= PERIOD))
    assert np.all(np.diff(absolute(counts)) >= 0)
    expected = np.sort(photons[0] * PERIOD + photons[1])
    np.testing.assert_allclose(absolute(counts), expected, rtol=1e-12)
    np.testing.assert_allclose(counts["event"] * PERIOD + counts["time"], absolute(counts), rtol=1e-9)
    assert np.any(counts["period"] > counts["event"])


def assert_same(found: np.ndarray, expected: np.ndarray) -> None:
    """To the bit; nan equals nan."""
    for name in expected.dtype.names:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


REAL = Instrument(
    efficiency=0.4, offset=500.0, jitter_sigma=300.0, dark_count_rate=2e-6, afterpulse_probability=0.05,
    dead_time=4e4, detectors=3,
)  # fmt: skip


@pytest.mark.parametrize("instrument", [REAL, Instrument(start_stop=True, jitter_sigma=2e3)])
def test_blocks_change_no_count(instrument: Instrument) -> None:
    photons = flow(4000, 2)
    whole, parts = (record(instrument, photons, 4000, blocks) for blocks in (1, 37))
    assert len(whole) > 1000
    assert_same(whole, parts)


def test_photons_are_thinned_at_random() -> None:
    counts = record(Instrument(efficiency=0.3), flow(50_000), 50_000)
    assert abs(len(counts) - 15_000) < 3 * math.sqrt(50_000 * 0.3 * 0.7)
    assert len(record(Instrument(efficiency=0.0), flow(500), 500)) == 0


def test_jitter_is_gaussian_about_the_offset() -> None:
    counts = record(Instrument(offset=2000.0, jitter_sigma=150.0), flow(40_000), 40_000)
    delay = absolute(counts) - counts["event"] * PERIOD - counts["time"]
    n = len(delay)
    assert abs(delay.mean() - 2000) < 3 * 150 / math.sqrt(n)
    assert abs(delay.std() - 150) < 3 * 150 / math.sqrt(2 * n)
    assert abs(np.mean(((delay - 2000) / 150) ** 4) - 3) < 3 * math.sqrt(96 / n)


def test_dark_counts_are_poisson_and_flat() -> None:
    events, rate = 40_000, 3e-6
    instrument = Instrument(dark_count_rate=rate, detectors=2)
    counts = record(instrument, flow(0), events)
    assert np.all(counts["origin"] == DARK)
    assert np.all(counts["event"] == -1)
    mean = 2 * rate * PERIOD
    per_period = np.bincount(counts["period"], minlength=events)
    error = math.sqrt(mean / events)
    assert abs(per_period.mean() - mean) < 3 * error
    assert abs(per_period.var() - mean) < 3 * math.sqrt((mean + 2 * mean**2) / events)
    assert abs(counts["arrival"].mean() / PERIOD - 0.5) < 3 / math.sqrt(12 * len(counts))
    assert abs(counts["channel"].mean() - 0.5) < 1.5 / math.sqrt(len(counts))


def test_afterpulses_follow_their_photon() -> None:
    instrument = Instrument(afterpulse_probability=0.1, afterpulse_lifetime=3e4)
    counts = record(instrument, flow(50_000), 50_000)
    after = counts[counts["origin"] == AFTERPULSE]
    assert abs(len(after) - 5000) < 3 * math.sqrt(4500)
    delay = absolute(after) - after["event"] * PERIOD - after["time"]
    assert np.all(delay >= 0)
    assert abs(delay.mean() - 3e4) < 3 * 3e4 / math.sqrt(len(after))


def live_by_hand(counts: np.ndarray, dead_time: float) -> np.ndarray:
    """Counts that a non-paralysable detector records, one by one."""
    kept, last = [], dict.fromkeys(range(64), -math.inf)
    for count, time in zip(counts, absolute(counts), strict=True):
        if time - last[int(count["channel"])] >= dead_time:
            kept.append(count)
            last[int(count["channel"])] = time
    return np.array(kept, counts.dtype)


def test_dead_time_is_not_paralysable() -> None:
    instrument = Instrument(detectors=2, dark_count_rate=5e-6)
    photons = flow(3000, 4, lifetime=3e4)
    free = record(instrument, photons, 3000)
    dead = record(Instrument(detectors=2, dark_count_rate=5e-6, dead_time=3e4), photons, 3000)
    assert_same(dead, live_by_hand(free, 3e4))
    assert len(dead) < 0.7 * len(free)


def test_rate_under_dead_time_follows_its_formula() -> None:
    """Poisson counts of rate r: r/(1 + r dead time) are recorded."""
    rate, dead_time, events = 2e-4, 8e3, 5000
    counts = record(Instrument(dark_count_rate=rate, dead_time=dead_time), flow(0), events)
    expected = rate / (1 + rate * dead_time) * events * PERIOD
    assert abs(len(counts) - expected) < 3 * math.sqrt(expected)  # counts under dead time scatter less


def test_start_stop_records_the_first_count_of_a_period() -> None:
    photons = flow(5000, 3)
    free = record(Instrument(), photons, 5000)
    first = free[np.unique(free["period"], return_index=True)[1]]
    assert_same(record(Instrument(start_stop=True), photons, 5000), first)


def test_what_comes_before_the_first_sync_is_lost() -> None:
    counts = record(Instrument(jitter_sigma=1000.0), flow(400, 1, lifetime=1.0), 400)
    assert np.all(counts["period"] >= 0)
    assert np.any(counts["period"] == counts["event"] - 1)


@settings(max_examples=40, deadline=None)
@given(
    efficiency=st.floats(0, 1), offset=st.floats(0, 1e5), jitter=st.floats(0, 1e4), dark=st.floats(0, 1e-5),
    after=st.floats(0, 1), dead=st.floats(0, 1e6), detectors=st.integers(1, 64), start_stop=st.booleans(),
)  # fmt: skip
def test_counts_are_in_order_and_never_more_than_possible(
    efficiency: float, offset: float, jitter: float, dark: float, after: float, dead: float, detectors: int,
    start_stop: bool,
) -> None:  # fmt: skip
    instrument = Instrument(
        efficiency=efficiency, offset=offset, jitter_sigma=jitter, dark_count_rate=dark,
        afterpulse_probability=after, dead_time=dead, detectors=detectors, start_stop=start_stop,
    )  # fmt: skip
    photons = flow(60, 3)
    counts = record(instrument, photons, 60, blocks=4)
    assert np.sum(counts["origin"] == PHOTON) <= 180
    assert np.all(np.diff(absolute(counts)) >= -1e-9 * PERIOD)
    assert np.all((counts["channel"] >= 0) & (counts["channel"] < detectors))
    assert np.all((counts["arrival"] >= 0) & (counts["arrival"] <= PERIOD))
    if start_stop:
        assert len(np.unique(counts["period"])) == len(counts)
