"""The counter-based generator: the same bits as plain integers give, streams that do not meet, even numbers.

Levels: with fixed seeds each statistic must lie between the quantiles 1e-4 and 1 - 1e-4 of its distribution.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from scipy.stats import chi2, kstest, norm

from scintidot.rng import draws_between, increment_of, mix, normal, stream, two_uniform, uniform

LEVEL = 1e-4
WORD = 2**64
words = st.integers(0, WORD - 1)
small = st.integers(0, 10**9)


@njit
def _fill(state: np.uint64, increment: np.uint64, bits: np.ndarray, numbers: np.ndarray) -> None:
    for k in range(bits.size):
        state += increment
        bits[k], numbers[k] = mix(state), uniform(state)


@njit
def _mixed(states: np.ndarray) -> np.ndarray:
    found = np.empty_like(states)
    for k in range(states.size):
        found[k] = mix(states[k])
    return found


def draws(seed: int, history: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The first words of a history, and the uniform numbers made of them."""
    bits, numbers = np.empty(count, dtype=np.uint64), np.empty(count)
    _fill(*map(np.uint64, stream(np.uint64(seed), np.uint64(history))), bits, numbers)
    return bits, numbers


def within_level(statistic: float, degrees: int) -> bool:
    """Neither too far from evenness nor too near to it."""
    return LEVEL < float(chi2.sf(statistic, degrees)) < 1 - LEVEL


def evenness(cells: np.ndarray, count: int) -> bool:
    found = np.bincount(cells, minlength=count)
    expected = cells.size / count
    return within_level(float(np.sum((found - expected) ** 2) / expected), count - 1)


# --- the same bits as the plain twin ------------------------------------------------------------------


def plain_mix(z: int) -> int:
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WORD
    return z ^ (z >> 31)


def plain_increment(z: int) -> int:
    z = (z ^ (z >> 33)) * 0xFF51AFD7ED558CCD % WORD
    z = (z ^ (z >> 33)) * 0xC4CEB9FE1A85EC53 % WORD
    z = (z ^ (z >> 33)) | 1
    changes = (z ^ (z >> 1)).bit_count()
    return z ^ 0xAAAAAAAAAAAAAAAA if changes < 24 else z


def plain_stream(seed: int, history: int) -> tuple[int, int]:
    golden = 0x9E3779B97F4A7C15
    z = (plain_mix((seed + golden) % WORD) + (2 * history + 1) * golden) % WORD
    return plain_mix(z), plain_increment((z + golden) % WORD)


@given(words)
def test_mix_and_increment_are_those_of_plain_integers(z: int) -> None:
    assert mix(np.uint64(z)) == plain_mix(z)
    assert increment_of(np.uint64(z)) == plain_increment(z)


def test_first_words_of_the_published_generator() -> None:
    """SplitMix64 from 1234567 with the golden increment, as in its authors' reference program."""
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    golden = 0x9E3779B97F4A7C15
    assert [mix(np.uint64((1234567 + k * golden) % WORD)) for k in range(1, 5)] == published


@given(words, words, st.integers(1, 50))
def test_every_draw_is_a_function_of_seed_history_and_its_number(seed: int, history: int, n: int) -> None:
    state, increment = plain_stream(seed, history)
    assert stream(np.uint64(seed), np.uint64(history)) == (state, increment)
    word = plain_mix((state + n * increment) % WORD)
    bits, numbers = draws(seed, history, n)
    assert bits[-1] == word
    assert numbers[-1] == (word >> 11) * 2.0**-53
    first, second = two_uniform(np.uint64((state + n * increment) % WORD))
    assert (first, second) == ((word >> 32) * 2.0**-32, word % 2**32 * 2.0**-32)


@given(words)
def test_increments_are_odd_and_change_often_between_neighbouring_bits(z: int) -> None:
    increment = int(increment_of(np.uint64(z)))
    assert increment % 2 == 1
    assert (increment ^ (increment >> 1)).bit_count() >= 24


@given(words, words, words)
def test_draws_between_counts_the_way_from_one_state_to_another(start: int, z: int, count: int) -> None:
    increment = plain_increment(z)
    last = (start + count * increment) % WORD
    assert draws_between(np.uint64(start), np.uint64(last), np.uint64(increment)) == count


# --- streams ------------------------------------------------------------------------------------------


def test_streams_do_not_meet() -> None:
    """Of 2 million words of 400 histories of two seeds none is like another: a chance of 1e-7 if all are free."""
    found = np.concatenate([draws(seed, history, 5000)[0] for seed in (0, 1) for history in range(200)])
    assert np.unique(found).size == found.size


@given(small, small, small, small)
def test_another_seed_or_history_is_another_stream(seed: int, other_seed: int, h: int, other: int) -> None:
    same = (seed, h) == (other_seed, other)
    assert (stream(np.uint64(seed), np.uint64(h)) == stream(np.uint64(other_seed), np.uint64(other))) == same


def test_increments_of_histories_differ() -> None:
    """With one increment, streams would be shifted copies of each other."""
    found = {int(stream(np.uint64(7), np.uint64(h))[1]) for h in range(20000)}
    assert len(found) == 20000


# --- numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seed", "history"), [(0, 0), (1, 0), (1, 1), (2**63, 10**6)])
def test_one_stream_is_even(seed: int, history: int) -> None:
    """Numbers, pairs and triples of successive ones, and each half of the words; half a million draws."""
    bits, u = draws(seed, history, 600_000)
    assert u.min() >= 0
    assert u.max() < 1
    assert LEVEL < kstest(u, "uniform").pvalue < 1 - LEVEL
    assert evenness((u * 1000).astype(int), 1000)
    for size, cells in ((2, 32), (3, 10)):
        tuples = (u.reshape(-1, size) * cells).astype(int)
        assert evenness(tuples @ cells ** np.arange(size), cells**size)
    low = (bits & np.uint64(0xFFF)).astype(int)
    assert evenness(low, 4096)


@pytest.mark.parametrize("lag", [1, 2, 3, 7, 64])
def test_no_serial_correlation(lag: int) -> None:
    _, u = draws(3, 11, 500_000)
    x = (u - 0.5) * np.sqrt(12)
    z = float(np.sum(x[lag:] * x[:-lag]) / np.sqrt(x.size - lag))
    assert abs(z) < norm.isf(LEVEL / 2)


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_neighbouring_histories_are_independent(seed: int) -> None:
    """Draw k of histories 0, 1, 2, ... is a sequence as even and free of correlation as a stream itself."""
    table = np.array([draws(seed, history, 4)[1] for history in range(40_000)])
    for u in table.T:
        assert LEVEL < kstest(u, "uniform").pvalue < 1 - LEVEL
        assert evenness((u.reshape(-1, 2) * 16).astype(int) @ [1, 16], 256)
        x = (u - 0.5) * np.sqrt(12)
        for lag in (1, 2, 16):
            assert abs(np.sum(x[lag:] * x[:-lag])) / np.sqrt(x.size - lag) < norm.isf(LEVEL / 2)
    between = np.corrcoef(table.T)[np.triu_indices(4, 1)] * np.sqrt(len(table))
    assert np.abs(between).max() < norm.isf(LEVEL / 2)


def test_the_halves_of_one_word_are_independent() -> None:
    state, increment = map(np.uint64, stream(np.uint64(5), np.uint64(6)))
    with np.errstate(over="ignore"):
        states = state + increment * np.arange(1, 40_001, dtype=np.uint64)
    pair = np.array([two_uniform(one) for one in states])
    assert evenness((pair * 16).astype(int) @ [1, 16], 256)


def test_normal_takes_two_draws_by_box_and_muller() -> None:
    _, (first, second) = draws(7, 8, 2)
    start, increment = map(np.uint64, stream(np.uint64(7), np.uint64(8)))
    deviation, state = normal(start, increment)
    expected = np.sqrt(-2 * np.log(1 - first)) * np.cos(2 * np.pi * second)
    assert deviation == pytest.approx(expected, rel=1e-14)
    with np.errstate(over="ignore"):
        assert state == start + increment + increment


@njit
def _normals(state: np.uint64, increment: np.uint64, numbers: np.ndarray) -> None:
    for k in range(numbers.size):
        numbers[k], state = normal(state, increment)


def test_normal_numbers_follow_their_law() -> None:
    state, increment = map(np.uint64, stream(np.uint64(3), np.uint64(4)))
    numbers = np.empty(100_000)
    _normals(state, increment, numbers)
    assert LEVEL < kstest(numbers, "norm").pvalue < 1 - LEVEL


@pytest.mark.parametrize(("size", "worst", "spread"), [(None, 6.0, 1.1), (2**17, 5.0, 1.02)])
def test_avalanche(size: int | None, worst: float, spread: float) -> None:
    """One flipped bit of a state flips each bit of its word in half of the cases, in standard errors of counting.

    States below 4096 (``size`` none) are the worst: the upper bits of a product of few bits are not quite even.
    """
    states = np.arange(4096, dtype=np.uint64)
    if size is not None:
        states = np.random.default_rng(2).integers(0, WORD, size, dtype=np.uint64)
    found, flips = _mixed(states), np.empty((64, 64))
    for bit in range(64):
        changed = found ^ _mixed(states ^ np.uint64(1 << bit))
        flips[bit] = ((changed[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)).mean(axis=0)
    deviation = (flips - 0.5) * 2 * np.sqrt(states.size)
    assert np.abs(deviation).max() < worst
    assert float(np.sqrt(np.mean(deviation**2))) < spread
    assert np.abs(flips.mean(axis=1) - 0.5).max() < 0.005
