"""The exact models: published points, closed forms, 50-digit arithmetic, conservation, and their curves.

`test_excitation.py` holds the second route, the generator as a matrix, its exponential and a stiff solver.
"""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from scintidot.calculators import nanocrystal_kinetics
from scintidot.excitons.distribution import pair_distribution
from scintidot.kinetics import exact
from scintidot.kinetics.backward import WORTH_COMPILING, backward
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.exact import MODELS, ExactDecay, exact_rates
from scintidot.kinetics.generator import generator, photons_to_come
from scintidot.kinetics.laws import AUGER, RADIATIVE, TRANSITIONS, Rates
from scintidot.kinetics.lifetimes import effective_lifetimes
from scintidot.kinetics.rates import biexciton_rates
from scintidot.timing.bounds import fisher_information

K = 1e-4
LAWS = [(radiative, auger) for radiative in RADIATIVE for auger in AUGER]


def decay(model, distribution, efficiency, retained=0.5, **options):
    options = {"quantum_yield": 1.0, **options}
    rates = exact_rates(
        exciton_rate=K,
        auger_rate=4 * K * np.asarray(efficiency) / (1 - np.asarray(efficiency)),
        retained_fraction=retained,
        **options,
    )
    return ExactDecay(model, rates, distribution)


def pairs(count):
    """Exactly this many pairs."""
    return np.eye(count + 1)[count]


# --- published points and limits -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "efficiency", "photons", "lifetime"),
    [(0.8, 0, 0.8, 0.5556), (0.8, 0.9, 0.4761, 0.3306), (2.3, 0, 2.3, 0.3030), (2.3, 0.9, 0.6049, 0.0797)],
)
def test_known_points_of_the_carriers(mean, efficiency, photons, lifetime):
    result = nanocrystal_kinetics(model="carriers", mean_excitons=mean, auger_efficiency=efficiency)
    assert result["photons"] == pytest.approx(photons, abs=5.1e-5)
    assert result["tau_ps"]["harmonic"] * K == pytest.approx(lifetime, abs=5.1e-5)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("radiative", "auger"), LAWS)
def test_without_auger_every_pair_gives_its_photon(model, radiative, auger):
    for statistics in ("poisson", "exponential"):
        found = decay(model, pair_distribution(1.7, statistics), 0.0, radiative=radiative, auger=auger)
        assert found.photons == pytest.approx(1.7, rel=1e-11)


@pytest.mark.parametrize("mean", [0.3, 2.3, 6.0])
def test_limits_of_strong_auger_recombination(mean):
    poisson, strong = pair_distribution(mean, "poisson"), 1 - 1e-10
    for model in MODELS:
        kept = decay(model, poisson, strong, retained=1.0)
        assert kept.photons == pytest.approx(-np.expm1(-mean), rel=1e-7)
    assert decay("ladder", poisson, strong, retained=0.0).photons == pytest.approx(
        mean * np.exp(-mean), rel=1e-7
    )


# --- closed forms --------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_independent_excitons_are_a_thinned_poisson_number(model):
    """Law n without Auger: each exciton emits with Phi_X after an exponential time."""
    found = decay(model, pair_distribution(3.0, "poisson"), 0.0, radiative="n", quantum_yield=0.7)
    assert found.photons == pytest.approx(2.1, rel=1e-11)
    assert found.photon_number_variance == pytest.approx(2.1, rel=1e-10)
    assert found.first_moment / found.photons == pytest.approx(1 / K, rel=1e-11)
    assert found.second_moment / found.photons == pytest.approx(2 / K**2, rel=1e-11)
    time = np.geomspace(1, 3e5, 40)
    np.testing.assert_allclose(found.curve(time), 2.1 * K * np.exp(-K * time), rtol=1e-9)


@pytest.mark.parametrize("yield_", [1.0, 0.6])
def test_two_excitons_of_the_ladder_that_never_ionise_follow_equation_5(yield_):
    """Up to two pairs the ladder is the biexciton model, with the same curve to ten digits."""
    distribution = np.array([0.3, 0.4, 0.3])
    found = decay("ladder", distribution, 0.8, retained=0.35, quantum_yield=yield_)
    rates = biexciton_rates(
        "poisson-biexciton",
        exciton_rate=K,
        quantum_yield=yield_,
        retained_fraction=0.35,
        auger_efficiency=0.8,
    )
    closed = BiexcitonDecay(rates, np.asarray(0.4), np.asarray(0.3))
    time = np.geomspace(0.1, 2e5, 60)
    np.testing.assert_allclose(found.curve(time), closed.emission_rate(time), rtol=1e-9)
    for name in ("photons", "initial_rate", "first_moment", "second_moment", "photon_number_variance"):
        assert getattr(found, name) == pytest.approx(getattr(closed, name), rel=1e-12), name
    light = dict(zip(TRANSITIONS, found.transition_photons, strict=True))
    for name, photons in closed.transition_photons.items():
        assert light[name] == pytest.approx(photons, rel=1e-12)
    ours, theirs = (effective_lifetimes(one.decay, 100.0) for one in (found, closed))
    for name, value in theirs.items():
        assert ours[name] == pytest.approx(value, rel=1e-7), name


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("traps", [None, 1])
@pytest.mark.parametrize("speed", [1e-6, 1e-2, 1e4])
def test_one_exciton_with_its_trap(model, traps, speed):
    """I = k_rad/(k_X + k_t k_tr/(k_d + k_tr)), also where capture and release are 1e8 times faster than light."""
    found = decay(
        model, pairs(1), 0.5, quantum_yield=0.8, trapping_rate=2 * speed, detrapping_rate=speed,
        trap_loss_rate=3e-6, traps=traps,
    )  # fmt: skip
    lost = 2 * speed * 3e-6 / (speed + 3e-6)
    assert found.photons == pytest.approx(0.8 * K / (K + lost), rel=1e-12)
    a = K + 2 * speed  # the two rates of the curve
    b = speed + 3e-6
    root = np.sqrt((a - b) ** 2 + 8 * speed * speed)
    slow = 2 * (a * b - 2 * speed**2) / (a + b + root) if speed < 1 else None
    time = np.geomspace(0.1, 3e5, 30)
    if slow is not None:
        fast = (a + b + root) / 2
        curve = (
            0.8 * K * ((fast - b) * np.exp(-fast * time) + (b - slow) * np.exp(-slow * time)) / (fast - slow)
        )
        np.testing.assert_allclose(found.curve(time), curve, rtol=1e-6, atol=1e-10 * K)


# --- digits --------------------------------------------------------------------------------------------


def in_50_digits(most, auger, retained):
    """Photons of n electrons and n holes, k_X = 1, by descent in n_e + n_h."""
    mpmath.mp.dps = 50
    k_auger, xi = mpmath.mpf(auger) / 8, mpmath.mpf(retained)
    mean = {}

    def of(e, h):
        return mean.get((e, h), mpmath.mpf(0))

    for total in range(2, 2 * most + 1):
        for e in range(max(1, total - most), min(most, total - 1) + 1):
            h = total - e
            light, first, second = mpmath.mpf(e * h), k_auger * e * (e - 1) * h, k_auger * h * (h - 1) * e
            gain = light * (1 + of(e - 1, h - 1)) + xi * (first + second) * of(e - 1, h - 1)
            gain += (1 - xi) * (first * of(e - 2, h - 1) + second * of(e - 1, h - 2))
            mean[e, h] = gain / (light + first + second)
    return [of(n, n) for n in range(most + 1)]


@pytest.mark.parametrize(("auger", "retained"), [(400.0, 0.5), (0.04, 0.01), (4e6, 0.999)])
def test_no_digit_is_lost_up_to_40_pairs(auger, retained):
    expected = in_50_digits(40, auger, retained)
    for number in (1, 2, 7, 20, 40):
        found = decay("carriers", pairs(number), auger / (4 + auger), retained)
        assert found.photons == pytest.approx(float(expected[number]), rel=1e-12)


def test_no_digit_is_lost_in_a_ladder_of_60():
    mpmath.mp.dps = 50
    k_auger, xi = mpmath.mpf(400), mpmath.mpf("0.3")
    photons = mpmath.mpf(0)
    for n in range(1, 61):
        light, auger = mpmath.mpf(n * n), k_auger * n * n * (n - 1) / 4
        photons = (light * (1 + photons) + xi * auger * photons) / (light + auger)
    assert decay("ladder", pairs(60), 100 / 101, 0.3).photons == pytest.approx(float(photons), rel=1e-12)


# --- conservation --------------------------------------------------------------------------------------

efficiencies = st.floats(0, 0.999)
shares = st.floats(0, 1)


@settings(max_examples=60, deadline=None)
@given(
    model=st.sampled_from(list(MODELS)),
    law=st.sampled_from(LAWS),
    statistics=st.sampled_from(["poisson", "exponential"]),
    mean=st.floats(0.01, 4.0),
    efficiency=efficiencies,
    retained=shares,
    quantum_yield=st.floats(0.01, 1),
    trapping=st.sampled_from([0.0, 1e-5, 1e-3]),
    detrapping=st.sampled_from([0.0, 1e-6, 1e-2]),
)
def test_no_more_photons_than_pairs(
    model, law, statistics, mean, efficiency, retained, quantum_yield, trapping, detrapping
):
    found = decay(
        model, pair_distribution(mean, statistics), efficiency, retained, quantum_yield=quantum_yield,
        radiative=law[0], auger=law[1], trapping_rate=trapping, detrapping_rate=detrapping if trapping else 0.0,
        traps=2 if trapping and detrapping else None,
    )  # fmt: skip
    losses = found.losses
    used = found.photons + losses["nonradiative"] + losses["auger"]
    assert 0 < found.photons <= used <= mean * (1 + 1e-12)
    assert (found.transition_photons >= 0).all()
    assert found.photon_number_variance >= 0
    assert losses["ionisations"] <= losses["auger"] * (1 + 1e-12)
    if efficiency > 0 and mean > 0.1:
        less = decay(
            model, pair_distribution(mean, statistics), efficiency / 2, retained, quantum_yield=quantum_yield,
            radiative=law[0], auger=law[1],
        )  # fmt: skip
        without = decay(
            model, pair_distribution(mean, statistics), efficiency, retained, quantum_yield=quantum_yield,
            radiative=law[0], auger=law[1],
        )  # fmt: skip
        assert without.photons <= less.photons * (1 + 1e-12)
        assert less.initial_rate == without.initial_rate  # Auger recombination does not change F(0)


def test_pairs_are_emitted_lost_or_left_over():
    """Nothing is left in a ladder that keeps every exciton; ejected carriers leave charges otherwise."""
    for model in MODELS:
        found = decay(model, pair_distribution(2.3, "poisson"), 0.9, retained=1.0, quantum_yield=0.7)
        total = found.photons + found.losses["nonradiative"] + found.losses["auger"]
        assert total == pytest.approx(2.3, rel=1e-11)


# --- curves --------------------------------------------------------------------------------------------

CASES = [
    ("carriers", 3.3, 0.99, {}),
    ("carriers", 0.4, 0.5, {"quantum_yield": 0.3}),
    ("ladder", 5.0, 0.9, {"radiative": "saturating", "auger": "quadratic"}),
    ("carriers", 1.5, 0.9, {"trapping_rate": 2e-3, "detrapping_rate": 1e-5, "traps": 2}),
    ("carriers", 3.0, 0.0, {"trapping_rate": 1e-2, "traps": 1}),
    (
        "ladder",
        2.0,
        0.5,
        {"trapping_rate": 1e-2, "detrapping_rate": 1e-3, "trap_loss_rate": 1e-6, "traps": 3},
    ),
]


@pytest.mark.parametrize(("model", "mean", "efficiency", "options"), CASES)
def test_curve_has_the_moments_of_linear_algebra(model, mean, efficiency, options):
    """Gauss-Legendre over the logarithm of time against the recursion."""
    found = decay(model, pair_distribution(mean, "poisson"), efficiency, **options)
    edges = np.geomspace(1e-5, 60 / float(found.slowest), 60)
    node, weight = np.polynomial.legendre.leggauss(20)
    half = np.diff(np.log(edges))[:, None] / 2
    time = np.exp(np.log(edges[:-1, None]) + half * (1 + node)).ravel()
    measure = (half * weight).ravel() * time
    curve = found.curve(time)
    early = edges[0] * float(found.initial_rate)
    assert curve @ measure + early == pytest.approx(float(found.photons), rel=1e-8)
    assert (curve * time) @ measure == pytest.approx(float(found.first_moment), rel=1e-8)
    assert (curve * time**2) @ measure == pytest.approx(float(found.second_moment), rel=1e-8)
    assert found.curve([0.0])[0] == pytest.approx(found.initial_rate, rel=1e-14)
    by_transition = found.transitions(time)
    np.testing.assert_allclose(by_transition.sum(axis=0), curve, rtol=1e-9, atol=1e-14 * curve.max())
    np.testing.assert_allclose(by_transition @ measure, found.transition_photons, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize(("model", "mean", "efficiency", "options"), CASES)
def test_sum_of_exponentials_is_the_curve(model, mean, efficiency, options):
    found = decay(model, pair_distribution(mean, "poisson"), efficiency, **options)
    slowest = float(found.slowest)
    time = np.concatenate([[0.0], np.geomspace(1e-4, 40 / slowest, 400)])
    error = np.abs(found.exponentials(time) - found.curve(time)) * np.exp(slowest * time)
    assert error.max() < 1e-6 * found.initial_rate
    assert found.exponentials.integral == pytest.approx(float(found.photons), rel=1e-6)


def test_instrument_reads_what_a_convolution_gives():
    found = decay("carriers", pair_distribution(2.3, "poisson"), 0.9)
    sigma = 100 / (2 * np.sqrt(2 * np.log(2)))

    edges = np.concatenate([[0], np.geomspace(1e-3, 500, 80)])
    node, weight = np.polynomial.legendre.leggauss(16)
    half = np.diff(edges)[:, None] / 2
    emitted = (edges[:-1, None] + half * (1 + node)).ravel()
    light = found.curve(emitted) * (half * weight).ravel() / sigma / np.sqrt(2 * np.pi)

    def seen(time):
        return np.exp(-0.5 * ((time - emitted) / sigma) ** 2) @ light

    tau = effective_lifetimes(found.decay, 100.0)["instrument"]
    times = np.linspace(20, 90, 15)
    peak = np.polynomial.Polynomial.fit(times, [seen(time) for time in times], 8)
    fine = np.linspace(25, 85, 2001)
    assert tau == pytest.approx(float(found.photons) / peak(fine).max(), rel=1e-6)


def test_members_of_an_ensemble_shine_together():
    """The light is averaged; the members differ in every rate."""
    weights, efficiency = np.array([0.2, 0.5, 0.3]), np.array([0.5, 0.9, 0.97])
    mean, quantum_yield = np.array([0.3, 1.0, 2.5]), np.array([0.5, 0.8, 0.9])
    distribution = pair_distribution(mean, "poisson")
    rates = exact_rates(
        exciton_rate=np.array([1e-4, 2e-4, 3e-4]),
        quantum_yield=quantum_yield,
        auger_rate=1e-3 * efficiency,
        retained_fraction=0.5,
    )
    together = ExactDecay("carriers", rates, distribution, weights)
    alone = ExactDecay("carriers", rates, distribution)
    time = np.geomspace(1, 1e5, 50)
    assert together.photons == pytest.approx(alone.photons @ weights, rel=1e-14)
    np.testing.assert_allclose(together.curve(time), weights @ alone.curve(time), rtol=1e-12)
    np.testing.assert_allclose(together.exponentials(time), together.curve(time), rtol=1e-6)
    np.testing.assert_allclose(
        together.transitions(time), np.einsum("mct,m->ct", alone.transitions(time), weights)
    )


@pytest.mark.parametrize(("model", "mean", "efficiency", "options"), CASES)
def test_nothing_falls_slower_than_the_bound_of_the_spectrum(model, mean, efficiency, options):
    """Eigenvalues of the states that still can shine, from the generator as a matrix."""
    found = decay(model, pair_distribution(mean, "poisson"), efficiency, **options)
    made = generator(model, found.rates._make([*map(float, found.rates[:8]), *found.rates[8:]]), 6)
    shining = photons_to_come(made).sum(axis=1) > 0
    spectrum = -np.linalg.eigvals(made.matrix.toarray()[np.ix_(shining, shining)]).real
    assert spectrum.min() >= float(found.slowest) * (1 - 1e-9)


@pytest.mark.parametrize("number", [80, 200])
def test_curve_of_many_pairs_without_auger(number):
    """The chain n -> n - 1 of rate n^2 k by the matrix exponential, which has only sums of positive terms here."""
    found = decay("ladder", pairs(number), 0.0)
    rate = K * np.arange(number + 1.0) ** 2
    chain = np.diag(-rate) + np.diag(rate[1:], 1)
    time = np.array([0.3, 3.0, 30.0, 300.0, 3e3, 3e4])
    expected = [rate @ expm(chain * t)[:, number] for t in time]
    np.testing.assert_allclose(found.curve(time), expected, rtol=1e-8)
    assert found.exponentials.integral == pytest.approx(number, rel=1e-5)


def test_light_of_carriers_given_back_after_eleven_decades():
    """Most photons come from a tail of 1e-10 F(0), which the fit must not miss."""
    found = decay("carriers", pairs(2), 0.0, trapping_rate=1.0, detrapping_rate=1e-11, traps=2)
    assert found.photons == pytest.approx(2, rel=1e-12)
    assert found.exponentials.integral == pytest.approx(2, rel=1e-5)


def test_trapped_electrons_count_as_charge():
    """k_0 |n_e + n_t - n_h| also where what is trapped never comes back: by the generator, which tracks every trap."""
    found = decay(
        "carriers", pairs(3), 0.9, trapping_rate=1e-3, neutralisation_rate=1e-2
    )  # fmt: skip
    rates = found.rates._make([*map(float, found.rates[:8]), *found.rates[8:]])
    made = generator("carriers", rates, 3)
    expected = made.start(pairs(3)) @ photons_to_come(made)
    np.testing.assert_allclose(found.transition_photons, expected, rtol=1e-10)


@pytest.mark.parametrize("mean", [3.0, 6.0])
def test_rare_crowds_cost_no_accuracy(mean, monkeypatch):
    """Exponential deposits: up to some hundred pairs. Capped and followed to the end, seen through responses."""
    made = [
        decay("carriers", pair_distribution(mean, "exponential"), 0.9, quantum_yield=0.8) for _ in range(2)
    ]
    assert made[0].distribution.shape[-1] > exact.MANY + 20
    capped = made[0].exponentials
    monkeypatch.setattr(exact, "MANY", 10_000)
    whole = made[1].exponentials
    assert capped.integral == pytest.approx(made[0].photons, rel=1e-6)
    assert capped.amplitude.sum() == pytest.approx(made[0].initial_rate, rel=1e-6)
    bound = [fisher_information(curve, 100.0, 40.0) for curve in (capped, whole)]
    assert bound[0] == pytest.approx(bound[1], rel=3e-4)
    times = np.geomspace(1.0, 1e5, 50)
    np.testing.assert_allclose(capped(times), whole(times), rtol=1e-3)


@pytest.mark.parametrize(("radiative", "auger"), LAWS)
@pytest.mark.parametrize("options", [{}, {"trapping_rate": 2e-4}, {"neutralisation_rate": 3e-5}])
def test_compiled_transform_is_the_recursion(radiative, auger, options):
    """Many nanocrystals at once, each by itself, and the sum over the columns of the transitions."""
    random, points, most = np.random.default_rng(7), 40, 12
    rates = exact_rates(
        exciton_rate=K,
        quantum_yield=random.uniform(0.2, 1, points),
        auger_rate=10 ** random.uniform(-6, -1, points),
        retained_fraction=random.uniform(0, 1, points),
        radiative=radiative,
        auger=auger,
        **options,
    )
    node = 10 ** random.uniform(-6, 0, (points, 9)) * (1 + 1j * random.normal(size=(points, 9)))
    assert points * most > WORTH_COMPILING > most
    together = backward("carriers", rates, most, shift=node)
    apart = [
        backward(
            "carriers",
            Rates._make([*(np.broadcast_to(x, points)[i] for x in rates[:8]), *rates[8:]]),
            most,
            shift=node[i],
        )
        for i in range(points)
    ]
    np.testing.assert_allclose(together, apart, rtol=1e-13)
    labelled = backward("carriers", rates, most, shift=node, by_transition=True)
    np.testing.assert_allclose(together[..., 0], labelled.sum(axis=-1), rtol=1e-13)
