"""The generator as a matrix, and steady and pulsed excitation: closed forms, other routes, limits, conservation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from scintidot.excitons.distribution import pair_distribution
from scintidot.kinetics import laws
from scintidot.kinetics.dose import dose_rate, event_rate
from scintidot.kinetics.exact import ExactDecay
from scintidot.kinetics.excitation import excite, mean_pairs, shares, steady, train, two_pulses
from scintidot.kinetics.generator import DARK, EMPTY, Generator, generator, isolated_moments, photons_to_come
from scintidot.kinetics.propagator import Propagator, optimal_contour
from scintidot.kinetics.stationary import stationary

MODELS = ("carriers", "ladder")


def rates_of(efficiency: float = 0.9, retained: float = 0.5, **others: float) -> laws.Rates:
    """Rates in units of the exciton's."""
    plain: dict[str, float] = {
        "radiative": 1.0, "nonradiative": 0.0, "auger": 4 * efficiency / (1 - efficiency),
        "retained_fraction": retained, "trapping": 0.0, "detrapping": 0.0, "trap_loss": 0.0, "neutralisation": 0.0,
        "radiative_law": laws.N2, "auger_law": laws.CUBIC, "traps": laws.UNLIMITED,
    }  # fmt: skip
    return laws.Rates(**{**plain, **others})  # type: ignore[arg-type]


TRAPS = {"trapping": 1.0, "detrapping": 0.1, "trap_loss": 0.2, "neutralisation": 0.01, "traps": 2}
CASES = {
    "plain": rates_of(),
    "kept": rates_of(0.7, 1.0, nonradiative=0.3),
    "traps": rates_of(0.9, 0.3, **TRAPS),
    "many traps": rates_of(
        0.5, 0.0, trapping=0.3, detrapping=0.7, trap_loss=0.2, radiative_law=laws.SATURATING
    ),
    "neutralised": rates_of(0.9, 0.2, neutralisation=0.2, radiative_law=laws.N1, auger_law=laws.QUADRATIC),
}


def photons(found: Generator, start: np.ndarray) -> float:
    return float(photons_to_come(found).sum(axis=1) @ start)


def poisson(mean: float, most: int) -> np.ndarray:
    """P(n) up to ``most`` and zeros to there; what is beyond counts at ``most``."""
    weights = np.zeros(most + 1)
    named = pair_distribution(mean, "poisson")[: most + 1]
    weights[: len(named)] = named
    weights[-1] += 1 - weights.sum()
    return weights


# --- the generator --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "efficiency", "light", "lifetime"),
    [
        (0.8, 0.0, 0.8, 0.5556),
        (0.8, 0.9, 0.4761, 0.3306),
        (2.3, 0.0, 2.3, 0.3030),
        (2.3, 0.9, 0.6049, 0.0797),
    ],
)
def test_published_points_of_the_carriers(
    mean: float, efficiency: float, light: float, lifetime: float
) -> None:
    found = generator("carriers", rates_of(efficiency), 26)
    start = found.start(poisson(mean, 26))
    assert round(photons(found, start), 4) == light
    assert round(photons(found, start) / float(found.emission.sum(axis=1) @ start), 4) == lifetime


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("case", CASES)
def test_probability_is_kept_and_carriers_only_leave(model: str, case: str, again: bool) -> None:
    found = generator(model, CASES[case], 8, again=again)
    matrix = found.matrix.toarray()
    assert np.abs(matrix.sum(axis=0)).max() < 1e-14 * np.abs(matrix).max()
    off = matrix - np.diag(np.diag(matrix))
    assert off.min() == 0
    for into, out in zip(*np.nonzero(np.triu(off, 1)), strict=True):  # upwards only from a trap
        assert found.states[out].trapped == found.states[into].trapped + 1
    assert (found.photon.toarray() <= off + 1e-15 * np.abs(off).max()).all()
    assert np.allclose(found.photon.sum(axis=0), found.emission.sum(axis=1), rtol=1e-14)
    if not again:
        assert len(found.states) <= len(generator(model, CASES[case], 8, again=True).states)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("case", CASES)
def test_agrees_with_the_backward_recursion(model: str, case: str) -> None:
    most, rates = 9, CASES[case]
    weights = poisson(1.2, most)
    found, other = generator(model, rates, most), ExactDecay(model, rates, weights)
    start = found.start(weights)
    mean, factorial = isolated_moments(found, start)
    assert photons_to_come(found).T @ start == pytest.approx(other.transition_photons, rel=1e-11, abs=1e-15)
    assert factorial + mean - mean**2 == pytest.approx(float(other.photon_number_variance), rel=1e-11)
    times = np.array([1e-3, 0.1, 2.0, 30.0])
    curves = np.array([Propagator(found.matrix, time)(start) @ found.emission for time in times])
    assert np.abs(curves.T - other.transitions(times)).max() < 1e-10 * float(other.initial_rate)


def test_dense_exponential_stiff_solver_and_contour_agree() -> None:
    found = generator("carriers", rates_of(0.8, 0.4, **TRAPS), 3)
    start = found.start(np.array([0.1, 0.3, 0.4, 0.2]))
    matrix = found.matrix.toarray()
    for time in (0.02, 1.0, 20.0):
        contoured = Propagator(found.matrix, time)(start)
        assert contoured == pytest.approx(expm(matrix * time) @ start, abs=1e-11)
        solved = solve_ivp(
            lambda _, p: matrix @ p, (0, time), start, "Radau", rtol=1e-10, atol=1e-13, jac=matrix
        )  # fmt: skip
        assert contoured == pytest.approx(solved.y[:, -1], abs=1e-8)


@pytest.mark.parametrize("model", MODELS)
def test_without_auger_every_pair_is_a_photon(model: str) -> None:
    found = generator(model, rates_of(0.0), 20)
    assert photons(found, found.start(poisson(1.7, 20))) == pytest.approx(1.7, rel=1e-11)


def test_limits_of_strong_auger_recombination() -> None:
    kept = generator("carriers", rates_of(1 - 1e-9, 1.0), 20)
    assert photons(kept, kept.start(poisson(1.7, 20))) == pytest.approx(1 - math.exp(-1.7), rel=1e-8)
    dark = generator("ladder", rates_of(1 - 1e-9, 0.0), 20)
    assert photons(dark, dark.start(poisson(1.7, 20))) == pytest.approx(1.7 * math.exp(-1.7), rel=1e-8)


# --- time evolution -------------------------------------------------------------------------------


def test_contour_gives_the_exponential_anywhere_on_the_negative_axis() -> None:
    place = -np.logspace(-12, 15, 3000)
    nodes, weights = optimal_contour()
    values = 2 * np.sum((weights / (nodes - place[:, None])).real, axis=1)
    assert np.abs(values - np.exp(place)).max() < 2e-14


def squared(matrix: np.ndarray, time: float) -> np.ndarray:
    """exp(Q t) without a subtraction: Taylor series of Q + a >= 0 over a short step, squared, columns kept at 1."""
    shift = -np.diag(matrix).min()
    doublings = max(0, math.ceil(math.log2(shift * time))) + 4
    step = (matrix + shift * np.eye(len(matrix))) * (time / 2**doublings)
    term = power = np.eye(len(matrix))
    for order in range(1, 20):
        term = term @ step / order
        power = power + term
    power = power / power.sum(axis=0)
    for _ in range(doublings):
        power = power @ power
        power = power / power.sum(axis=0)
    return power


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("time", [1e-3, 1.0, 1e3, 1e7])
def test_stiff_evolution(model: str, time: float) -> None:
    """Rates from 1e-6 to 1e5 of the exciton's."""
    found = generator(model, rates_of(0.999, 0.4, **{**TRAPS, "neutralisation": 1e-6}), 5, again=True)
    one = Propagator(found.matrix, time)
    unit = np.eye(len(found.states))
    evolved, spent = one(unit), one.integral(unit)
    error = 1e-12 + 1e-15 * 0.1 * time  # each trap fills and empties so many times
    assert np.abs(evolved - squared(found.matrix.toarray(), time)).max() < error
    assert np.abs(unit + found.matrix @ spent - evolved).max() < 1e-9
    assert spent.sum(axis=0) == pytest.approx(np.full(len(unit), time), rel=error)


@pytest.mark.parametrize("model", MODELS)
def test_photon_moments_of_a_long_span_are_those_of_linear_algebra(model: str) -> None:
    found = generator(model, CASES["traps"], 6)
    start = found.start(poisson(0.9, 6))
    once, twice = Propagator(found.matrix, 1e6).counted(start, found.photon)
    assert (once.sum(), twice.sum()) == pytest.approx(isolated_moments(found, start), rel=1e-10)


# --- the stationary state -------------------------------------------------------------------------


def folded(matrix: np.ndarray) -> np.ndarray:
    """Stationary distribution by elimination without a subtraction (Grassmann, Taksar, Heyman 1985)."""
    away = matrix.T.copy()  # rows are states left
    for last in range(len(away) - 1, 0, -1):
        away[:last, last] /= away[last, :last].sum()
        for row in range(last):
            for column in range(last):
                away[row, column] += away[row, last] * away[last, column]
    weight = np.ones(len(away))
    for state in range(1, len(away)):
        weight[state] = weight[:state] @ away[:state, state]
    return weight / weight.sum()


@given(st.lists(st.floats(-9, 3), min_size=20, max_size=20))
@settings(max_examples=60, deadline=None)
def test_stationary_state_over_many_decades(exponents: list[float]) -> None:
    matrix = np.zeros((5, 5))
    matrix[~np.eye(5, dtype=bool)] = 10.0 ** np.array(exponents)
    matrix -= np.diag(matrix.sum(axis=0))
    assert stationary(matrix) == pytest.approx(folded(matrix), abs=1e-9)


@pytest.mark.parametrize("rate", [1e-9, 1e-3, 1.0])
@pytest.mark.parametrize("case", ["plain", "traps", "neutralised"])
def test_sparse_and_subtraction_free_elimination_agree(case: str, rate: float) -> None:
    found = generator("carriers", CASES[case], 4, again=True)
    solution = steady(found, poisson(0.4, 4), rate)
    expected = folded(solution.excited.toarray())
    assert solution.probability == pytest.approx(expected, rel=1e-9, abs=1e-30)


# --- events at random -----------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("law", [laws.N2, laws.N1, laws.SATURATING])
@pytest.mark.parametrize("rate", [1e-6, 0.5])
def test_without_auger_no_light_is_lost_by_pile_up(model: str, law: int, rate: float) -> None:
    found = generator(model, rates_of(0.0, radiative_law=law), 25, again=True)
    solution = steady(found, poisson(0.8, 25), rate)
    assert solution.neglected < 1e-12
    assert solution.photons_per_event.sum() == pytest.approx(0.8, rel=1e-9)


def test_independent_excitons_under_single_pairs_are_poisson() -> None:
    """Law n, one pair an event: an infinite-server queue, and its light is a Poisson process with g2 = 1."""
    found = generator("carriers", rates_of(0.0, radiative_law=laws.N1), 30, again=True)
    solution = steady(found, np.array([0.0, 1.0]), 1.3)
    assert solution.probability[::-1] == pytest.approx(poisson(1.3, 30), abs=1e-12)
    assert solution.correlation(np.array([0.0, 0.3, 4.0])) == pytest.approx(np.ones(3), abs=1e-10)


@pytest.mark.parametrize("rate", [1e-4, 0.3, 5.0])
def test_one_exciton_at_a_time(rate: float) -> None:
    """Auger recombination at once and no ejection: photons per event k/(k + R), and antibunched light."""
    found = generator("carriers", rates_of(1 - 1e-10, 1.0), 3, again=True)
    solution = steady(found, np.array([0.0, 1.0]), rate)
    assert solution.photons_per_event.sum() == pytest.approx(1 / (1 + rate), rel=1e-8)
    delay = np.array([0.0, 0.2, 1.0, 7.0])
    assert solution.correlation(delay) == pytest.approx(1 - np.exp(-(1 + rate) * delay), abs=1e-8)


@pytest.mark.parametrize("rate", [1e-3, 1.0, 30.0])
def test_correlation_under_events_of_many_pairs(rate: float) -> None:
    """Against the dense exponential: with excitation the eigenvalues need not be real."""
    found = generator("carriers", rates_of(0.5, 0.5, neutralisation=0.1), 5, again=True)
    solution = steady(found, np.array([0.2, 0.1, 0.0, 0.5, 0.2]), rate)
    each = found.emission.sum(axis=1)
    light = float(each @ solution.probability)
    delay = np.array([0.0, 0.02, 0.3, 3.0])
    expected = [
        each @ expm(solution.excited.toarray() * time) @ found.photon @ solution.probability / light**2
        for time in delay
    ]
    assert solution.correlation(delay) == pytest.approx(expected, rel=1e-9)


def test_dark_time_of_rare_events() -> None:
    """Ladder, two pairs an event, each Auger event ionises: dark share R q/(R q + k_0) with q = Phi_AR."""
    found = generator("ladder", rates_of(0.9, 0.0, neutralisation=3e-9), 6, again=True)
    solution = steady(found, np.array([0.0, 0.0, 1.0]), 1e-9)
    assert shares(found, solution.probability)["dark"] == pytest.approx(0.9 / 3.9, rel=1e-6)
    assert solution.photons_per_event.sum() == pytest.approx(2 * 0.1 * 3 / 3.9, rel=1e-6)


def test_charge_that_stays_is_found_by_the_next_event_however_rare() -> None:
    found = generator("carriers", rates_of(), 10, again=True)
    rare = [steady(found, poisson(0.5, 10), rate) for rate in (1e-6, 1e-12)]
    charged = [float(shares(found, solution.probability)["charged"] or 0) for solution in rare]
    assert charged[0] == pytest.approx(charged[1], rel=1e-4)
    assert charged[1] > 0.1
    healed = generator("carriers", rates_of(neutralisation=1e-3), 10, again=True)
    solution = steady(healed, poisson(0.5, 10), 1e-12)
    alone = photons(healed, healed.start(poisson(0.5, 10)))
    assert solution.photons_per_event.sum() == pytest.approx(alone, rel=1e-8)


def test_unneutralised_ladder_ends_dark() -> None:
    found = generator("ladder", rates_of(), 10, again=True)
    weights = poisson(0.5, 10)
    solution = steady(found, weights, 1e-9)
    assert solution.probability[found.index[DARK]] == 1
    assert solution.emission.sum() == 0
    assert solution.correlation(np.zeros(1)) is None
    ionising = float(ExactDecay("ladder", rates_of(), weights).losses["ionisations"])
    assert solution.events_until_dark == pytest.approx(1 / ionising, rel=1e-7)
    assert train(found, weights, 1e6).events_until_dark == pytest.approx(1 / ionising, rel=1e-10)


@given(
    st.sampled_from(MODELS), st.floats(0, 0.99), st.floats(0, 1), st.floats(-6, 1), st.floats(0.05, 2),
    st.sampled_from([0.0, 1e-4, 1.0]), st.sampled_from([0, 1]),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_no_more_photons_than_pairs(
    model: str, efficiency: float, retained: float, exponent: float, mean: float, healing: float, traps: int
) -> None:
    trapped = {"trapping": 0.5, "trap_loss": 0.3, "traps": traps} if traps else {}
    rates = rates_of(efficiency, retained, neutralisation=healing, **trapped)
    found = generator(model, rates, 12, again=True)
    solution = steady(found, poisson(mean, 12), 10.0**exponent)
    assert solution.probability.sum() == pytest.approx(1)
    assert solution.probability.min() >= 0
    assert solution.photons_per_event.sum() <= mean * (1 + 1e-9)
    for share in shares(found, solution.probability).values():
        assert share is None or -1e-15 <= share <= 12


# --- pulses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("period", [0.01, 1.0, 50.0, 1e6])
def test_periodic_state_repeats_itself(model: str, period: float) -> None:
    found = generator(model, CASES["traps"], 8, again=True)
    solution = train(found, poisson(0.6, 8), period)
    before = solution.periodic
    after = Propagator(found.matrix, period)(solution.added @ before)
    assert after == pytest.approx(before, abs=1e-11)
    once, _ = Propagator(found.matrix, period).counted(solution.added @ before, found.photon)
    assert solution.photons(before).sum() == pytest.approx(once.sum(), rel=1e-9)


def test_slow_recovery_keeps_its_digits() -> None:
    """Ladder, rarely two pairs a pulse: dark share q e/(1 - (1 - q) e), e = exp(-k_0 T), all 10^-9 from certain."""
    period, recovery, pairs = 1e4, 1e-14, 1e-9
    found = generator("ladder", rates_of(0.9, 0.0, neutralisation=recovery), 4, again=True)
    solution = train(found, np.array([1 - pairs, 0.0, pairs]), period)
    ionised = 0.9 * pairs
    expected = ionised / (ionised + recovery * period)
    assert shares(found, solution.periodic)["dark"] == pytest.approx(expected, rel=1e-7)


@given(st.sampled_from(MODELS), st.floats(0, 0.99), st.floats(0, 1), st.floats(-3, 7), st.floats(0.05, 2))
@settings(max_examples=25, deadline=None)
def test_no_more_photons_than_pairs_in_a_train(
    model: str, efficiency: float, retained: float, exponent: float, mean: float
) -> None:
    found = generator(model, rates_of(efficiency, retained, neutralisation=1e-5), 8, again=True)
    solution = train(found, poisson(mean, 8), 10.0**exponent)
    before = solution.periodic
    assert before.sum() == pytest.approx(1)
    assert before.min() >= 0
    assert solution.photons(before).sum() <= mean * (1 + 1e-9)
    assert np.abs(solution.next(before) - before).max() < 1e-12


def test_independent_excitons_under_pulses() -> None:
    """Law n without Auger: residual m e^-kT/(1 - e^-kT), single exponential decay, no correlation of the light."""
    found = generator("carriers", rates_of(0.0, radiative_law=laws.N1), 25, again=True)
    mean, period = 0.7, 0.8
    solution = train(found, poisson(mean, 25), period)
    before = solution.periodic
    left = math.exp(-period)
    assert mean_pairs(found, before) == pytest.approx(mean * left / (1 - left), rel=1e-11)
    assert solution.photons(before).sum() == pytest.approx(mean, rel=1e-11)
    time = np.array([0.0, 0.1, 0.8])
    expected = mean / (1 - left) * np.exp(-time)
    assert solution.emission(before, time).sum(axis=1) == pytest.approx(expected, rel=1e-11)
    assert solution.correlation(before, 3) == pytest.approx(np.ones(4), rel=1e-10)
    third = solution.before(3)
    assert mean_pairs(found, third) == pytest.approx(mean * (left + left**2), rel=1e-11)


def test_dense_pulses_are_a_continuous_flux() -> None:
    found = generator("carriers", CASES["neutralised"], 10, again=True)
    flux = steady(found, np.array([0.0, 1.0]), 0.5).emission
    trains = [train(found, poisson(0.5 * period, 10), period) for period in (2e-4, 1e-4)]
    coarse, fine = (one.photons(one.periodic) / one.period for one in trains)
    assert 2 * fine - coarse == pytest.approx(flux, rel=2e-6)


def test_pulses_far_apart_are_isolated_once_charges_leave() -> None:
    rates = rates_of(0.9, 0.3, **TRAPS)
    found = generator("carriers", rates, 10, again=True)
    weights = poisson(0.8, 10)
    solution = train(found, weights, 1e6)
    alone = excite(found, weights)[0][:, [found.index[EMPTY]]].toarray().ravel()
    assert solution.periodic[found.index[EMPTY]] == pytest.approx(1, abs=1e-10)
    assert solution.photons(solution.periodic) == pytest.approx(photons_to_come(found).T @ alone, rel=1e-9)
    mean, factorial = isolated_moments(found, alone)
    expected = [factorial / mean**2, 1.0]
    assert solution.correlation(solution.periodic, 1) == pytest.approx(expected, rel=1e-9)


def test_first_pulses_lead_to_the_periodic_state() -> None:
    found = generator("carriers", CASES["traps"], 8, again=True)
    solution = train(found, poisson(0.6, 8), 5.0)
    first = excite(found, poisson(0.6, 8))[0][:, [found.index[EMPTY]]].toarray().ravel()
    assert solution.before(2) == pytest.approx(Propagator(found.matrix, 5.0)(first), abs=1e-12)
    assert solution.before(400) == pytest.approx(solution.periodic, abs=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_weak_pulses_show_the_ratio_of_quantum_yields(model: str) -> None:
    """g2(0) -> Phi_XX/Phi_X for <N> -> 0 (Nair 2011, doi:10.1021/nl104054t)."""
    rates = rates_of(0.8, 0.5, nonradiative=0.25)
    found = generator(model, rates, 4)
    mean, factorial = isolated_moments(found, found.start(poisson(1e-6, 4)))
    of_exciton = 1 / 1.25
    of_biexciton = 4 / (4 + 2 * 0.25 + rates.auger)
    if model == "carriers":  # a pair lost without light: k_nr min(n_e, n_h)
        assert of_biexciton == pytest.approx(0.19512, abs=1e-5)
    assert factorial / mean**2 == pytest.approx(of_biexciton / of_exciton, rel=1e-5)


def test_two_pulses() -> None:
    found = generator("carriers", rates_of(neutralisation=1e-2), 16, again=True)
    one, both = (photons(found, found.start(poisson(mean, 16))) for mean in (0.6, 1.2))
    at_once, late = two_pulses(found, poisson(0.6, 16), np.array([0.0, 1e5]))
    assert at_once == pytest.approx(both / (2 * one), rel=1e-9)
    assert late == pytest.approx(1, rel=1e-9)
    middle = two_pulses(found, poisson(0.6, 16), np.geomspace(1e-3, 1e4, 8))
    assert (np.diff(middle) > 0).all()


# --- a slow and obvious twin ----------------------------------------------------------------------


def test_simulated_events_at_random() -> None:
    """One nanocrystal followed through 12000 events by plain sampling of what happens next."""
    rates = rates_of(0.6, 0.3, trapping=0.5, detrapping=0.05, trap_loss=0.1, neutralisation=0.02, traps=1)
    found = generator("carriers", rates, 8, again=True)
    weights, rate, events = np.array([0.4, 0.3, 0.2, 0.1]), 0.2, 12_000
    solution = steady(found, weights, rate)
    matrix = found.matrix.toarray()
    ways = [np.flatnonzero(matrix[:, state] > 0) for state in range(len(matrix))]
    share = [np.cumsum(matrix[way, state]) for state, way in enumerate(ways)]
    emits = found.photon.toarray()
    draws = np.random.default_rng(5)
    state, light, charged = found.index[EMPTY], np.zeros(events), np.zeros(events)
    for event in range(events):
        left = draws.exponential(1 / rate)
        while len(ways[state]):
            wait = draws.exponential(1 / share[state][-1])
            if wait > left:
                break
            left -= wait
            to = ways[state][np.searchsorted(share[state], draws.random() * share[state][-1])]
            light[event] += draws.random() * matrix[to, state] < emits[to, state]
            state = to
        carriers = found.states[state]
        charged[event] = carriers.electrons != carriers.holes
        pairs = min(draws.choice(4, p=weights), found.room(carriers))
        state = found.index[type(carriers)(carriers[0] + pairs, carriers[1] + pairs, carriers[2])]
    for sampled, exact in (
        (light, float(solution.photons_per_event.sum())),
        (charged, shares(found, solution.probability)["charged"]),
    ):
        blocks = sampled.reshape(60, -1).mean(axis=1)  # longer than the memory of a charge
        assert abs(blocks.mean() - exact) < 4 * blocks.std() / math.sqrt(60)


# --- the rate of events ---------------------------------------------------------------------------


def test_event_rate_from_the_dose_rate() -> None:
    constants = pytest.importorskip("scipy.constants")
    body = {"density": 4.856, "volume": 8.7**3, "deposit": 25.0}
    kilograms = 4856.0 * (8.7e-9) ** 3
    assert event_rate(1.0, **body) * 1e12 == pytest.approx(kilograms / (25 * constants.e), rel=1e-8)
    assert dose_rate(event_rate(0.37, **body), **body) == pytest.approx(0.37, rel=1e-14)
