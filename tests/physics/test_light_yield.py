"""Light of a sample: hits against the tally, photons of deposits against drawing, limits of proportional light."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import trapezoid

from scintidot.deposits.engine import run_case
from scintidot.deposits.hits import Hits, hits_of_case
from scintidot.deposits.options import read_setup
from scintidot.kinetics.exact import ExactDecay
from scintidot.kinetics.laws import TRANSITIONS, auger_rate, radiative_rate
from scintidot.kinetics.rates import BiexcitonRates, biexciton_rates
from scintidot.light_yield.kinetics import MODELS, MOST_PAIRS, Kinetics, kinetics_of
from scintidot.light_yield.photons import count_photons, of_deposits, of_simulated_pairs
from scintidot.light_yield.ranges import electron_range
from scintidot.light_yield.spectra import emission_spectrum
from scintidot.materials.library import load_material
from scintidot.transport.track.tally import HIT, HIT_PAIR, HIT_SUM, HIT_SUM_2, counts_of

SAMPLE = {"composite": "300 x 8 nm", "box_nm": 120, "host": "octane", "energy_keV": 2, "histories": 150}


@pytest.fixture(scope="module")
def setup():
    return read_setup(**SAMPLE, threads=1)


@pytest.fixture(scope="module")
def hits(setup):
    return hits_of_case(setup, setup.bodies[0], setup.spectra[0])


@pytest.fixture(scope="module")
def card():
    return load_material("CsPbBr3").scintillator()


def kinetics(card, model="carriers", edge=8.7):
    return kinetics_of(model, card, edge, auger_law=card.auger.default, retained_fraction=0.5)


# --- hits ---


def test_hits_are_those_of_the_tally(setup, hits):
    tally = run_case(setup, setup.bodies[0], setup.spectra[0]).tally
    assert len(hits.deposit) == tally.sums[HIT]
    assert hits.kept.sum() == pytest.approx(tally.sums[HIT_SUM], rel=1e-12)
    assert np.sum(hits.deposit**2) == pytest.approx(tally.sums[HIT_SUM_2], rel=1e-12)
    assert hits.pairs.sum() == tally.sums[HIT_PAIR]
    assert np.array_equal(counts_of(hits.deposit), tally.hits)


def test_energy_of_every_primary_is_accounted_for(hits):
    whole = hits.kept + hits.host + hits.escaped + hits.surface
    # but for nanocrystals whose phonons gave an electron more than it left there
    assert whole == pytest.approx(np.full(hits.histories, 2000.0), abs=0.05)


def test_hits_do_not_depend_on_threads_nor_on_what_was_kept(setup, hits, monkeypatch):
    monkeypatch.setattr("scintidot.deposits.hits.kept", lambda _kind, _key, build: build())
    again = hits_of_case(replace(setup, threads=2), setup.bodies[0], setup.spectra[0])
    for name in ("history", "deposit", "pairs", "host", "escaped", "surface"):
        assert np.array_equal(getattr(again, name), getattr(hits, name))


def test_another_seed_or_option_is_another_run(setup, hits):
    other = replace(setup, seed=2)
    assert not np.array_equal(hits_of_case(other, setup.bodies[0], setup.spectra[0]).host, hits.host)


def test_range_grows_like_the_stopping_power_says(setup):
    ranges = [electron_range(setup, energy) for energy in (50.0, 1e3, 1e4, 1e5)]
    assert ranges[0] == 0.0
    assert ranges[1] < ranges[2] < ranges[3]
    # 10 keV in octane, 0.70 g/cm3: a few micrometres (water, 1 g/cm3: 2.5 um, ICRU 37)
    assert 1.5 < ranges[2] < 4.0


# --- photons of n pairs ---


@pytest.mark.parametrize("model", MODELS)
def test_photons_never_exceed_pairs_and_one_pair_is_an_exciton(card, model):
    made = kinetics(card, model)
    n = np.arange(MOST_PAIRS + 1)
    assert made.mean[0] == made.variance[0] == 0.0
    assert np.all(made.mean <= n + 1e-12)
    phi = float(card.quantum_yield(np.array(8.7)))
    assert made.mean[1] == pytest.approx(phi, rel=1e-12)
    assert made.variance[1] == pytest.approx(phi * (1 - phi), rel=1e-9)
    assert np.all(made.variance >= 0)
    longer = made.extended(MOST_PAIRS + 5)[0]
    assert np.diff(longer[MOST_PAIRS - 1 :]) == pytest.approx(np.diff(longer)[MOST_PAIRS - 1])


@pytest.mark.parametrize("model", MODELS)
def test_decay_of_a_mixture_has_its_photons(card, model):
    made = kinetics(card, model)
    mixture = 0.6 ** np.arange(MOST_PAIRS + 1) * (np.arange(MOST_PAIRS + 1) < 30)
    mixtures = np.array([mixture, mixture * np.arange(MOST_PAIRS + 1)])
    for of_one, decay in zip(mixtures, made.decays(mixtures), strict=True):
        assert decay.integral == pytest.approx(of_one @ made.mean, rel=3e-6)


def test_equal_lifetimes_of_exciton_and_biexciton_make_a_decay_too():
    one, zero = np.asarray(1e-4), np.asarray(0.0)
    rates = BiexcitonRates(one, one, one, zero, zero, np.asarray(0.5), np.asarray(1.0))
    made = Kinetics("paper", rates, np.zeros((MOST_PAIRS + 1, 5)), np.zeros(MOST_PAIRS + 1))
    mixture = np.zeros(MOST_PAIRS + 1)
    mixture[1:3] = 0.5, 0.5
    assert made.decays(mixture[None])[0].integral == pytest.approx(1.5, rel=1e-4)


# --- photons of a deposit ---


def proportional(quantum_yield):
    """No Auger recombination: every pair emits with this probability."""
    n = np.arange(MOST_PAIRS + 1.0)
    photons = np.zeros((MOST_PAIRS + 1, 5))
    photons[:, 0] = quantum_yield * n
    return Kinetics("none", None, photons, quantum_yield * (1 - quantum_yield) * n)


@given(
    deposit=st.lists(st.floats(0.0, 2e3), min_size=1, max_size=30).map(np.array),
    epsilon=st.floats(3.0, 30.0),
    fano=st.sampled_from([0.0, 0.1, 0.3]),
    quantum_yield=st.floats(0.05, 1.0),
)
@settings(max_examples=10, deadline=None)
def test_without_auger_recombination_light_is_proportional(deposit, epsilon, fano, quantum_yield):
    found = of_deposits(deposit, epsilon, fano, proportional(quantum_yield))
    mean_pairs = deposit / epsilon
    assert found.photons == pytest.approx(quantum_yield * mean_pairs, rel=1e-7, abs=1e-7)
    assert found.emission_variance == pytest.approx((1 - quantum_yield) * found.photons, rel=1e-6, abs=1e-7)
    spread = found.pair_variance / quantum_yield**2  # rounding adds at most 1/4
    assert np.all(spread >= fano * mean_pairs * (1 - 1e-6) - 1e-3)
    assert np.all(spread <= fano * mean_pairs * (1 + 1e-6) + 0.25 + 1e-3)
    assert found.distribution.sum() == pytest.approx(len(deposit), rel=1e-9)


def jump_chain(pairs, rates, rng):
    """Photons of one nanocrystal that starts with so many pairs: the slow, obvious simulation of ``carriers``."""
    law = [getattr(function, "py_func", function) for function in (radiative_rate, auger_rate)]
    electrons = holes = pairs
    photons = 0
    while electrons > 0 and holes > 0:
        light = law[0](electrons, holes, rates)
        loss = rates.nonradiative * min(electrons, holes)
        by_electron, by_hole = law[1](electrons, holes, rates), law[1](holes, electrons, rates)
        choice = rng.random() * (light + loss + by_electron + by_hole)
        electrons, holes = electrons - 1, holes - 1
        if choice < light:
            photons += 1
        elif choice >= light + loss and rng.random() >= rates.retained_fraction:
            if choice < light + loss + by_electron:
                electrons -= 1
            else:
                holes -= 1
    return photons


def test_photons_of_primaries_against_drawing_pairs_and_every_transition(card, hits):
    """Deposits of the engine; the rest once by the tables, once drawn one by one."""
    made = kinetics(card)
    epsilon, fano, efficiency, repeats = 30.0, 0.3, 0.6, 20
    expected = count_photons(hits, of_deposits(hits.deposit, epsilon, fano, made), 0.0, efficiency)
    rng = np.random.default_rng(5)
    counts = []
    for _ in range(repeats):
        x = rng.gamma(hits.deposit / epsilon / fano, fano)
        pairs = np.floor(x + rng.random(len(x))).astype(int)
        photons = np.array([jump_chain(int(n), made.rates, rng) for n in pairs])
        counts.append(rng.binomial(hits.per_history(photons).astype(int), efficiency))
    counts = np.array(counts, dtype=float)
    error = counts.std() / math.sqrt(counts.size)
    assert abs(counts.mean() - expected.mean) < 4 * error
    drawn = counts.var(axis=1, ddof=1)
    whole = sum(expected.variance.values())
    assert abs(drawn.mean() - whole) < 4 * drawn.std() / math.sqrt(repeats) + 1e-3


def test_counted_pairs_are_taken_as_they_are(card, hits):
    made = kinetics(card)
    found = of_simulated_pairs(hits.pairs, made)
    assert found.photons == pytest.approx(made.mean[np.minimum(hits.pairs, MOST_PAIRS)])
    assert not found.pair_variance.any()
    assert found.distribution @ np.arange(MOST_PAIRS + 1) == hits.pairs.sum()
    alike = of_deposits(hits.pairs.astype(float), 1.0, 0.0, made)
    assert found.photons == pytest.approx(alike.photons, abs=1e-9)
    assert found.emission_variance == pytest.approx(alike.emission_variance, abs=1e-9)
    assert found.distribution == pytest.approx(alike.distribution, abs=1e-6)


def test_a_host_that_hands_everything_on_makes_all_energy_count():
    """Single excitons, no Auger recombination, no losses: photons = energy/epsilon whatever is hit."""
    rng = np.random.default_rng(1)
    kept_energy = rng.uniform(0, 1000, 80)
    hits = Hits(
        2000.0, np.arange(80), kept_energy, np.zeros(80, dtype=np.int64), 2000.0 - kept_energy,
        np.zeros(80), np.zeros(80),
    )  # fmt: skip
    of_hits = of_deposits(hits.deposit, 10.0, 0.0, proportional(1.0))
    count = count_photons(hits, of_hits, 1 / 10.0, 1.0)
    assert count.mean == pytest.approx(200.0, rel=1e-9)
    assert count.variance["energy_kept"] + count.variance["sharing"] == pytest.approx(0.0, abs=1e-9)


# --- spectra ---


def test_spectrum_of_a_sample_follows_its_transitions_and_sizes(card):
    made = kinetics(card)
    photons = made.transitions[3]
    gap = float(card.sizing_curve(np.array([8.7]))[0])
    one = emission_spectrum(photons, card, 8.7, 0.095, biexciton_shift=0.04, trion_shift=0.02)
    assert one.total == pytest.approx(made.mean[3], rel=1e-12)
    shift = dict(zip(TRANSITIONS, (0.0, 0.04, 0.04, 0.02, 0.02), strict=True))
    mean = sum(part * (gap - shift[name]) for name, part in zip(TRANSITIONS, photons, strict=True))
    assert one.mean_energy == pytest.approx(mean / photons.sum(), rel=1e-12)
    many = emission_spectrum(photons, card, 8.7, 0.095, size_dispersion=0.1)
    assert many.total == pytest.approx(made.mean[3], rel=1e-12)
    assert many.standard_deviation > emission_spectrum(photons, card, 8.7, 0.095).standard_deviation


def test_spectrum_over_time_integrates_to_the_spectrum(card):
    made = kinetics(card)
    mixture = np.zeros(4)
    mixture[3] = 1.0
    decay = ExactDecay("carriers", made.rates, mixture)
    time = np.geomspace(1e-3, 3e5, 4001)
    flow = decay.transitions(time).T  # (times, transitions)
    options = {"biexciton_shift": 0.03, "trion_shift": 0.01}
    energy = np.linspace(2.2, 2.6, 21)
    resolved = emission_spectrum(flow, card, 8.7, 0.095, **options).per_energy(energy)
    whole = emission_spectrum(made.transitions[3], card, 8.7, 0.095, **options).per_energy(energy)
    assert trapezoid(resolved, time, axis=0) == pytest.approx(whole, rel=1e-4)


def test_paper_decay_where_exciton_and_biexciton_live_alike() -> None:
    """k_XX = k_X: F is no sum of two exponentials, and the nearby sum keeps its photons and start."""
    rates = biexciton_rates(
        "paper", exciton_rate=1e-4, quantum_yield=1.0, auger_rate=0.0, retained_fraction=0.5, rate_ratio=1.0
    )
    photons = np.zeros((MOST_PAIRS + 1, 5))
    (decay,) = Kinetics("paper", rates, photons, photons[:, 0]).decays(np.array([[0.2, 0.3, 0.4, 0.1]]))
    assert np.sum(decay.amplitude) == pytest.approx(0.3e-4 + 0.5e-4, rel=1e-9)
    assert np.sum(decay.amplitude / decay.rate) == pytest.approx(0.3 + 2 * 0.5, rel=1e-5)
