"""Photon streams by simulation against linear algebra of the same laws, a slow twin, limits and conservation."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from scintidot.kinetics import exact
from scintidot.kinetics.laws import (
    CARRIERS_CODE,
    CUBIC,
    LADDER_CODE,
    MODEL_CODES,
    N1,
    N2,
    QUADRATIC,
    SATURATING,
    UNLIMITED,
    Rates,
    auger_rate,
    radiative_rate,
    surplus_rate,
    transition_of,
    trapping_rate,
)
from scintidot.kinetics.stream import (
    EMITTED,
    EMITTED_2,
    EVENTS,
    EVENTS_OF_BLOCK,
    PAIRS,
    STEPS,
    UNFINISHED,
    Photons,
    Spectrum,
    count_photons,
    cumulative_of,
    events_per_block,
    stream_photons,
)
from scintidot.rng import stream, uniform

State = tuple[int, int, int]
Way = tuple[float, State, int | None]
"""Rate [1/ps], following state, number of the photon's label."""

LINES = Spectrum(np.array([2.40, 2.38, 2.37, 2.39, 2.35]), 0.04)
K = 1e-4
PLAIN = Rates(K, 0.0, 36 * K, 0.5, 0.0, 0.0, 0.0, 0.0, N2, CUBIC, UNLIMITED)
TRAPS = PLAIN._replace(
    nonradiative=0.3 * K, trapping=5 * K, detrapping=2 * K, trap_loss=0.2 * K, neutralisation=0.1 * K
)


def poisson(mean: float, most: int) -> np.ndarray:
    """P(0..most), what lies above put on the last."""
    found = np.array([math.exp(-mean) * mean**n / math.factorial(n) for n in range(most + 1)])
    found[-1] += 1 - found.sum()
    return found


def carriers(state: State, rates: Rates) -> list[Way]:
    """Every way out of (free electrons, free holes, trapped electrons), in the order of the laws."""
    n_e, n_h, n_t = state
    pair = (n_e - 1, n_h - 1, n_t)
    kept, lost = rates.retained_fraction, 1 - rates.retained_fraction
    eeh, ehh = auger_rate(n_e, n_h, rates), auger_rate(n_h, n_e, rates)
    surplus = n_e + n_t - n_h
    return [
        (radiative_rate(n_e, n_h, rates), pair, transition_of(n_e, n_h) if n_e and n_h else None),
        (rates.nonradiative * min(n_e, n_h), pair, None),
        (kept * eeh, pair, None),
        (lost * eeh, (n_e - 2, n_h - 1, n_t), None),
        (kept * ehh, pair, None),
        (lost * ehh, (n_e - 1, n_h - 2, n_t), None),
        (trapping_rate(n_e, n_t, rates), (n_e - 1, n_h, n_t + 1), None),
        (rates.detrapping * n_t, (n_e + 1, n_h, n_t - 1), None),
        (rates.trap_loss * n_t * n_h, (n_e, n_h - 1, n_t - 1), None),
        (
            surplus_rate(n_e, n_h, n_t, rates),
            (n_e - 1, n_h, n_t) if surplus > 0 else (n_e, n_h - 1, n_t),
            None,
        ),
    ]


def ladder(state: State, rates: Rates) -> list[Way]:
    """Every way out of (free excitons, all excitons, trapped excitons); dark is empty."""
    n, both, n_t = state
    down = (n - 1, both - 1, n_t)
    auger, kept = 2 * auger_rate(n, n, rates), rates.retained_fraction
    return [
        (radiative_rate(n, n, rates), down, transition_of(n, n) if n else None),
        (rates.nonradiative * n, down, None),
        (kept * auger, down, None),
        ((1 - kept) * auger, (0, 0, 0), None),
        (trapping_rate(n, n_t, rates), (n - 1, both, n_t + 1), None),
        (rates.detrapping * n_t, (n + 1, both, n_t - 1), None),
        (rates.trap_loss * n_t, (n, both - 1, n_t - 1), None),
    ]


WAYS: dict[int, Callable[[State, Rates], list[Way]]] = {CARRIERS_CODE: carriers, LADDER_CODE: ladder}


def shines(state: State) -> bool:
    return state[1] > 0 and state[0] + state[2] > 0


def chain(model: int, rates: Rates, probability: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Generator A of p' = A p over the states that may still shine, emission rates by label, and p(0)."""
    states: dict[State, int] = {}
    open_states = [(n, n, 0) for n in range(len(probability))]
    while open_states:
        state = open_states.pop()
        if shines(state) and state not in states:
            states[state] = len(states)
            open_states += [after for rate, after, _ in WAYS[model](state, rates) if rate > 0]
    generator, emission = np.zeros((len(states), len(states))), np.zeros((5, len(states)))
    for state, column in states.items():
        for rate, after, label in WAYS[model](state, rates):
            if rate > 0:
                generator[column, column] -= rate
                if after in states:
                    generator[states[after], column] += rate
                if label is not None:
                    emission[label, column] += rate
    start = np.zeros(len(states))
    for n, share in enumerate(probability):
        if n:
            start[states[n, n, 0]] = share
    return generator, emission, start


def by_linear_algebra(model: int, rates: Rates, probability: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Photons and sum of their times [ps] by label, per event: -e A^-1 p(0) and e A^-2 p(0)."""
    generator, emission, start = chain(model, rates, probability)
    once = np.linalg.solve(generator, start)
    return -emission @ once, emission @ np.linalg.solve(generator, once)


LAWS = {
    "plain": PLAIN,
    "all ionise": PLAIN._replace(retained_fraction=0.0),
    "none ionise": PLAIN._replace(retained_fraction=1.0),
    "n, quadratic": PLAIN._replace(radiative_law=N1, auger_law=QUADRATIC, nonradiative=K),
    "saturating": PLAIN._replace(radiative_law=SATURATING),
    "traps": TRAPS,
    "two traps, all ionise": TRAPS._replace(traps=2, retained_fraction=0.0, auger=4 * K),
    "traps, none ionise": TRAPS._replace(retained_fraction=1.0, radiative_law=N1),
}


@pytest.mark.parametrize("model", [CARRIERS_CODE, LADDER_CODE])
@pytest.mark.parametrize("name", LAWS)
def test_means_agree_with_linear_algebra(name: str, model: int) -> None:
    """Within 3 standard errors in 16 x 11 figures, but for the one in 370 that chance allows."""
    rates, probability = LAWS[name], poisson(1.7, 5)
    photons, times = by_linear_algebra(model, rates, probability)
    tally = count_photons(probability, rates, model=model, events=200_000, seed=11)
    n = tally.sums[EVENTS]
    counts = tally.times.sum(axis=1)
    mean = tally.sums[EMITTED] / n
    error = math.sqrt((tally.sums[EMITTED_2] / n - mean**2) / n)
    assert abs(mean - photons.sum()) < 3 * error
    for label in range(5):
        # at most a few photons of one label an event: counts scatter hardly more than Poisson's
        assert abs(counts[label] - n * photons[label]) <= 3.5 * math.sqrt(1.5 * n * photons[label] + 1)
        if counts[label] > 100:
            average = tally.time_sums[label] / counts[label]
            spread = math.sqrt(tally.time_squares[label] / counts[label] - average**2)
            expected = times[label] / photons[label]
            assert abs(average - expected) < 3.5 * spread / math.sqrt(counts[label])


@pytest.mark.parametrize("model", [CARRIERS_CODE, LADDER_CODE])
def test_decay_of_every_transition_agrees_with_the_matrix_exponential(model: int) -> None:
    """Photons between two times are e A^-1 (p(t2) - p(t1)); chi squared over all bins with enough of them."""
    probability, bins, width, events = poisson(1.7, 5), 40, 150.0, 200_000
    generator, emission, start = chain(model, TRAPS, probability)
    step, states = expm(generator * width), [start]
    for _ in range(bins - 1):
        states.append(step @ states[-1])
    states.append(np.zeros_like(start))  # the last bin holds all that is left
    before = emission @ np.linalg.solve(generator, np.array(states).T)
    expected = events * np.diff(before, axis=1)
    tally = count_photons(probability, TRAPS, model=model, events=events, seed=21, bins=bins, bin_width=width)
    shown = expected > 20
    squares = (tally.times[shown] - expected[shown]) ** 2 / expected[shown]
    assert shown.sum() > 50
    assert abs(squares.sum() - shown.sum()) < 3.5 * math.sqrt(2 * shown.sum())


def test_anchors_of_the_carriers_model() -> None:
    """Photons per nanocrystal (Poisson, xi = 0.5), computed elsewhere: <N>, Phi_AR -> photons."""
    for mean, efficiency, expected in [
        (0.8, 0.0, 0.8),
        (0.8, 0.9, 0.4761),
        (2.3, 0.0, 2.3),
        (2.3, 0.9, 0.6049),
    ]:
        rates = PLAIN._replace(auger=4 * K * efficiency / (1 - efficiency))
        probability = poisson(mean, 16)
        tally = count_photons(probability, rates, model=CARRIERS_CODE, events=100_000, seed=3)
        photons = tally.sums[EMITTED] / tally.sums[EVENTS]
        variance = tally.sums[EMITTED_2] / tally.sums[EVENTS] - photons**2
        assert abs(photons - expected) < 3 * math.sqrt(variance / tally.sums[EVENTS])


def test_limits_of_auger_recombination() -> None:
    """xi = 1 and Phi_AR -> 1: 1 - e^-<N>. Ladder with xi = 0: P(1)."""
    probability, quick = poisson(2.0, 16), 1e9 * K
    events = 100_000
    kept = PLAIN._replace(auger=quick, retained_fraction=1.0)
    for model in (CARRIERS_CODE, LADDER_CODE):
        tally = count_photons(probability, kept, model=model, events=events, seed=5)
        assert tally.photons[2:].sum() == 0
        share = 1 - math.exp(-2)
        assert abs(tally.sums[EMITTED] / events - share) < 3 * math.sqrt(share * (1 - share) / events)
    tally = count_photons(
        probability, kept._replace(retained_fraction=0.0), model=LADDER_CODE, events=events, seed=5
    )
    share = 2 * math.exp(-2)
    assert abs(tally.sums[EMITTED] / events - share) < 3 * math.sqrt(share * (1 - share) / events)


def test_without_any_loss_every_pair_shines() -> None:
    rates = PLAIN._replace(auger=0.0)
    for model in (CARRIERS_CODE, LADDER_CODE):
        tally = count_photons(poisson(3.0, 16), rates, model=model, events=2000, seed=8)
        assert tally.sums[EMITTED] == tally.sums[PAIRS] == tally.sums[STEPS]


def twin(model: int, rates: Rates, probability: np.ndarray, seed: int, event: int) -> list[tuple[float, int]]:
    """Gillespie's direct method as it stands in the paper, with the random numbers of the event."""
    state, increment = stream(np.uint64(seed), np.uint64(event))
    draws = 0

    def draw() -> float:
        nonlocal draws
        draws += 1
        with np.errstate(over="ignore"):
            return uniform(np.uint64(state) + np.uint64(draws) * np.uint64(increment))

    n = int(np.searchsorted(np.cumsum(probability) / probability.sum(), draw(), side="right"))
    crystal, time, photons = (n, n, 0), 0.0, []
    while shines(crystal):
        ways = WAYS[model](crystal, rates)
        total = sum(rate for rate, _, _ in ways)
        if total == 0:
            break
        time -= math.log(1 - draw()) / total
        wanted = draw() * total
        for rate, after, label in ways:
            if wanted < rate:
                crystal = after
                if label is not None:
                    photons.append((time, label))
                break
            wanted -= rate
    return photons


@pytest.mark.parametrize("model", [CARRIERS_CODE, LADDER_CODE])
@pytest.mark.parametrize("rates", [PLAIN, TRAPS])
def test_slow_twin_finds_the_same_photons(model: int, rates: Rates) -> None:
    probability, events = poisson(2.0, 6), 150
    (block,) = stream_photons(probability, rates, LINES, model=model, events=events, seed=77)
    expected = [
        (event, *photon) for event in range(events) for photon in twin(model, rates, probability, 77, event)
    ]
    assert len(expected) > 30
    found = list(zip(block.event, block.time, block.transition, strict=True))
    assert [(event, label) for event, _, label in found] == [(event, label) for event, _, label in expected]
    np.testing.assert_allclose(block.time, [time for _, time, _ in expected], rtol=1e-12)


def joined(blocks: list[Photons]) -> tuple[np.ndarray, ...]:
    return tuple(
        np.concatenate([getattr(block, name) for block in blocks])
        for name in ("event", "time", "transition", "energy")
    )


def test_threads_and_modes_change_no_bit() -> None:
    probability = poisson(2.0, 40)
    size = events_per_block(40)
    events = 3 * size + 17
    one = list(stream_photons(probability, TRAPS, LINES, model=CARRIERS_CODE, events=events, seed=2))
    two = list(
        stream_photons(probability, TRAPS, LINES, model=CARRIERS_CODE, events=events, seed=2, threads=3)
    )
    assert len(one) == len(two) == 4
    for first, second in zip(joined(one), joined(two), strict=True):
        np.testing.assert_array_equal(first, second)
    more = EVENTS_OF_BLOCK + 5
    counted = [
        count_photons(
            probability,
            TRAPS,
            model=CARRIERS_CODE,
            events=more,
            seed=2,
            threads=threads,
            bins=50,
            bin_width=500.0,
        )
        for threads in (1, 3)
    ]
    for first, second in zip(*counted, strict=True):
        np.testing.assert_array_equal(first, second)
    event, time, transition, _ = joined(one)
    early = event < size  # the same events, counted
    alone = count_photons(
        probability, TRAPS, model=CARRIERS_CODE, events=size, seed=2, bins=50, bin_width=500.0
    )
    for label in range(5):
        chosen = time[early & (transition == label)]
        expected = np.bincount(np.minimum((chosen / 500.0).astype(int), 49), minlength=50)
        np.testing.assert_array_equal(alone.times[label], expected)
    np.testing.assert_array_equal(alone.sums, one[0].tally.sums)
    np.testing.assert_array_equal(alone.photons, one[0].tally.photons)
    np.testing.assert_array_equal(alone.time_sums, one[0].tally.time_sums)


def test_an_event_of_another_run_is_the_same_event() -> None:
    short = joined(
        list(stream_photons(poisson(2.0, 8), PLAIN, LINES, model=CARRIERS_CODE, events=50, seed=4))
    )
    long = joined(
        list(stream_photons(poisson(2.0, 8), PLAIN, LINES, model=CARRIERS_CODE, events=900, seed=4))
    )
    for first, second in zip(short, long, strict=True):
        np.testing.assert_array_equal(first, second[: len(first)])


def test_lines_have_their_energy_and_width() -> None:
    blocks = list(
        stream_photons(
            poisson(2.5, 10), PLAIN._replace(auger=K), LINES, model=CARRIERS_CODE, events=50_000, seed=6
        )
    )
    _, _, transition, energy = joined(blocks)
    for label in range(5):
        of_one = energy[transition == label]
        error = LINES.sigma / math.sqrt(len(of_one))
        assert abs(of_one.mean() - LINES.line[label]) < 3.5 * error
        assert abs(of_one.std() - LINES.sigma) < 3.5 * error / math.sqrt(2)
    (sharp,) = stream_photons(
        poisson(2.5, 10), PLAIN, LINES._replace(sigma=0.0), model=CARRIERS_CODE, events=100, seed=6
    )
    np.testing.assert_array_equal(sharp.energy, LINES.line[sharp.transition])


def test_endless_trapping_is_cut_short_and_counted() -> None:
    """A pair whose electron comes and goes 10^7 times before anything else happens."""
    rates = PLAIN._replace(trapping=1e3, detrapping=1e3, auger=0.0)
    tally = count_photons(
        np.array([0.0, 1.0]), rates, model=CARRIERS_CODE, events=3, seed=1, most_transitions=500
    )
    assert tally.sums[[EVENTS, UNFINISHED]].tolist() == [1, 1]  # the others need not be tried


def test_what_is_no_distribution_is_refused() -> None:
    for wrong in (np.array([0.5, 0.4]), np.array([1.5, -0.5]), np.array([])):
        with pytest.raises(ValueError, match="P"):
            cumulative_of(wrong)


rate = st.one_of(st.just(0.0), st.floats(1e-6, 1e2))
slow = st.one_of(st.just(0.0), st.floats(1e-12, 1e-2))  # at 1e-308 a carrier waits longer than a number holds


@settings(max_examples=60, deadline=None)
@given(
    numbers=st.tuples(st.floats(1e-6, 1e2), rate, rate, st.floats(0, 1), rate, slow, rate, rate),
    laws=st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(-1, 3)),
    model=st.integers(0, 1),
    pairs=st.integers(0, 30),
)
def test_photons_never_exceed_pairs(
    numbers: tuple[float, ...], laws: tuple[int, int, int], model: int, pairs: int
) -> None:
    rates = Rates(*numbers, *laws)
    probability = np.zeros(pairs + 1)
    probability[pairs] = 1.0
    tally = count_photons(probability, rates, model=model, events=40, seed=9, most_transitions=100_000)
    events = tally.sums[EVENTS]
    assert events == 40 or tally.sums[UNFINISHED] == 1  # carriers that come and go for too long
    assert tally.sums[PAIRS] == events * pairs
    assert tally.photons.sum() == events
    assert tally.sums[EMITTED] == tally.times.sum() == tally.photons @ np.arange(pairs + 1)
    assert np.all(np.isfinite(tally.time_sums))
    (block,) = stream_photons(
        probability, rates, LINES, model=model, events=40, seed=9, most_transitions=100_000
    )
    assert np.all(np.diff(block.event) >= 0)
    assert np.all(block.time >= 0)
    assert len(block.event) == tally.sums[EMITTED]
    assert np.bincount(block.event, minlength=40).max(initial=0) <= pairs


def test_models_have_one_list_of_names() -> None:
    """Names in `laws`, their meanings in `exact`, their numbers in the kernels."""
    assert {name: code for code, name in enumerate(exact.MODELS)} == MODEL_CODES
