"""The biexciton model against routes that share no formula with it: its elementary events, listed below."""

from __future__ import annotations

from functools import partial

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from scintidot.excitons.occupancy import initial_populations
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.lifetimes import effective_lifetimes
from scintidot.kinetics.rates import biexciton_rates

STATISTICS_OF = {"paper": "paper", "poisson-biexciton": "poisson"}
X, XX, DARK = 0, 1, 2


def events(model, k, phi_x, xi, phi_ar, ratio):
    """Elementary events (from, to, rate, photons), written down from the words of each model."""
    k_ar = ratio * k * phi_ar / (1 - phi_ar)
    exciton = [(X, DARK, phi_x * k, 1), (X, DARK, (1 - phi_x) * k, 0)]
    auger = [(XX, X, xi * k_ar, 0), (XX, DARK, (1 - xi) * k_ar, 0)]
    if model == "paper":
        return [*exciton, *auger, (XX, X, ratio * k, 1)]
    return [*exciton, *auger, (XX, X, ratio * phi_x * k, 1), (XX, X, 2 * (1 - phi_x) * k, 0)]


def generator(model, *parameters):
    """d/dt of (N_X, N_XX, photons emitted so far)."""
    matrix = np.zeros((3, 3))
    for start, end, rate, photons in events(model, *parameters):
        matrix[start, start] -= rate
        if end != DARK:
            matrix[end, start] += rate
        matrix[2, start] += photons * rate
    return matrix


def start_state(model, mean):
    single = mean * np.exp(-mean)
    state = np.array([single, 1 - np.exp(-mean) - single, 0.0])
    return mean * state if model == "paper" else state


def decay_of(model, mean, k, phi_x, xi, phi_ar, ratio):
    rates = biexciton_rates(
        model,
        exciton_rate=k,
        quantum_yield=phi_x,
        retained_fraction=xi,
        auger_efficiency=phi_ar,
        rate_ratio=ratio,
    )
    start = initial_populations(mean, STATISTICS_OF[model])
    return BiexcitonDecay(rates, start.exciton, start.biexciton)


CASES = [
    # model, <N>, k_X [1/ps], Phi_X, xi, Phi_AR, k_XX/k_X
    ("paper", 3.3, 1e-4, 1.0, 0.5, 0.0, 4.0),
    ("paper", 3.3, 1e-4, 1.0, 0.5, 0.99, 4.0),
    ("paper", 0.8, 1.2e-4, 0.6, 0.2, 0.9, 4.0),
    ("poisson-biexciton", 2.3, 1e-4, 1.0, 0.5, 0.9, 4.0),
    ("poisson-biexciton", 1.1, 2e-4, 0.35, 0.8, 0.5, 2.0),
    ("poisson-biexciton", 0.4, 3e-3, 0.7, 0.0, 0.0, 4.0),
    ("poisson-biexciton", 1.0, 1e-4, 1.0, 0.5, 0.0, 1.0),  # both states decay at the same rate
]


@pytest.mark.parametrize("case", CASES)
def test_curves_and_integrals_follow_from_the_rate_equations(case):
    """Stiff solver on (N_X, N_XX, photons, integral of t F); time in units of 1/k_X."""
    model, mean, k, *rest = case
    matrix = generator(model, k, *rest) / k

    def slope(time, state):
        change = matrix @ state[:3]
        return [*change, time * change[2]]

    times = np.array([0, 0.003, 0.05, 0.3, 1, 3, 10, 60])
    state = solve_ivp(
        slope, (0, 60), [*start_state(model, mean), 0], "Radau", times, rtol=1e-10, atol=1e-14
    ).y
    decay = decay_of(*case)
    exciton, biexciton = decay.populations(times / k)
    np.testing.assert_allclose(exciton, state[0], rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(biexciton, state[1], rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(
        decay.emission_rate(times / k) / k, (matrix @ state[:3])[2], rtol=1e-7, atol=1e-10
    )
    assert decay.photons == pytest.approx(state[2, -1], rel=1e-8)
    assert k * decay.first_moment == pytest.approx(state[3, -1], rel=1e-8)
    assert k * effective_lifetimes(decay, 100.0)["mean_photon_time"] == pytest.approx(
        state[3, -1] / state[2, -1], rel=1e-8
    )


@pytest.mark.parametrize("case", CASES)
def test_curves_and_integrals_follow_from_the_generator(case):
    """Matrix exponential with a photon counter; linear solves for the infinite integrals."""
    model, mean, *parameters = case
    k = parameters[0]
    matrix, start = generator(model, *parameters), start_state(model, mean)
    decay = decay_of(*case)
    for time in np.array([0, 0.01, 0.1, 0.7, 2, 5]) / k:
        state = expm(matrix * time) @ start
        np.testing.assert_allclose(decay.populations(time), state[:2], rtol=1e-10, atol=1e-15)
        assert decay.emission_rate(time) == pytest.approx((matrix @ state)[2], rel=1e-11)
    assert decay.initial_rate == pytest.approx((matrix @ start)[2], rel=1e-13)

    counted = (expm(matrix * 80 / k) @ start)[2]
    assert decay.photons == pytest.approx(counted, rel=1e-12)
    light, block = matrix[2, :2], matrix[:2, :2]
    stay = -np.linalg.solve(block, start[:2])
    assert decay.photons == pytest.approx(light @ stay, rel=1e-13)
    assert decay.first_moment == pytest.approx(-light @ np.linalg.solve(block, stay), rel=1e-13)


@pytest.mark.parametrize("case", CASES)
def test_slope_is_the_derivative_of_the_emission(case):
    model, mean, *parameters = case
    matrix, start = generator(model, *parameters), start_state(model, mean)
    decay = decay_of(*case)
    for time in np.array([0, 0.05, 1, 4]) / parameters[0]:
        expected = (matrix @ (matrix @ (expm(matrix * time) @ start)))[2]
        assert decay.emission_slope(time) == pytest.approx(expected, rel=1e-11)


def simulate_photons(channels, state, random):
    """Photon number and sum of photon times of each nanocrystal, event by event."""
    time = np.zeros(state.size)
    photons, times = np.zeros(state.size), np.zeros(state.size)
    while (state != DARK).any():
        following = state.copy()
        for level in (X, XX):
            here = np.flatnonzero(state == level)
            ends, rates, light = np.array([c[1:] for c in channels if c[0] == level]).T
            time[here] += random.exponential(1 / rates.sum(), here.size)
            choice = random.choice(rates.size, here.size, p=rates / rates.sum())
            photons[here] += light[choice]
            times[here] += light[choice] * time[here]
            following[here] = ends[choice].astype(int)
        state = following
    return photons, times


@pytest.mark.parametrize("case", CASES)
def test_photon_number_and_time_agree_with_a_stochastic_simulation(case):
    """4e5 nanocrystals, within four standard errors.

    Paper populations are no probabilities: there the states are drawn in the ratio of the populations
    and the photons are scaled to their sum.
    """
    model, mean, *parameters = case
    number = 400_000
    random = np.random.default_rng(20240131)
    populations = start_state(model, mean)[:2]
    if model == "paper":
        scale = populations.sum()
        state = random.choice([X, XX], number, p=populations / scale)
    else:
        scale = 1.0
        pairs = random.poisson(mean, number)
        state = np.select([pairs == 0, pairs == 1], [DARK, X], XX)
    photons, times = simulate_photons(events(model, *parameters), state, random)

    decay = decay_of(*case)
    error = scale * photons.std() / np.sqrt(number)
    assert abs(decay.photons - scale * photons.mean()) < 4 * error
    mean_time = times.sum() / photons.sum()
    error = (times - mean_time * photons).std() / photons.mean() / np.sqrt(number)
    assert abs(effective_lifetimes(decay, 100.0)["mean_photon_time"] - mean_time) < 4 * error


def absorbing_chain(channels):
    """Expected photons from X and from XX: fundamental matrix of the jump chain."""
    jump, light = np.zeros((2, 2)), np.zeros(2)
    total = [sum(c[2] for c in channels if c[0] == level) for level in (X, XX)]
    for start, end, rate, photons in channels:
        light[start] += photons * rate / total[start]
        if end != DARK:
            jump[start, end] += rate / total[start]
    return np.linalg.solve(np.eye(2) - jump, light)


class TestQuantumYield:
    """Radiative and nonradiative rates kept apart."""

    @pytest.mark.parametrize("phi_x", [0.01, 0.3, 0.62, 1.0])
    @pytest.mark.parametrize("mean", [0.05, 1.0, 3.3])
    def test_two_independent_excitons(self, mean, phi_x):
        """Ratio 2, no Auger: each exciton lives and shines as if it were alone."""
        k = 1e-4
        decay = decay_of("poisson-biexciton", mean, k, phi_x, 0.5, 0.0, 2.0)
        single, pair, _ = start_state("poisson-biexciton", mean)
        assert decay.photons == pytest.approx(phi_x * (single + 2 * pair), rel=1e-13)
        times = np.array([0, 10, 3e3, 4e4, 2e5])
        expected = phi_x * k * (single + 2 * pair) * np.exp(-k * times)
        np.testing.assert_allclose(decay.emission_rate(times), expected, rtol=1e-12)
        for name in ("harmonic", "mean_photon_time", "one_over_e"):
            assert effective_lifetimes(decay, 1.0)[name] == pytest.approx(1 / k, rel=1e-10), name

    @pytest.mark.parametrize("phi_x", [0.01, 0.3, 0.62, 1.0])
    def test_four_radiative_pairings_by_hand(self, phi_x):
        """XX: 4 phi k with a photon, 2 (1 - phi) k without; then X with yield phi."""
        decay = decay_of("poisson-biexciton", 2.0, 1e-4, phi_x, 0.5, 0.0, 4.0)
        single, pair, _ = start_state("poisson-biexciton", 2.0)
        first = 2 * phi_x / (1 + phi_x)
        assert decay.photons == pytest.approx(phi_x * single + (first + phi_x) * pair, rel=1e-13)

    @pytest.mark.parametrize("model", STATISTICS_OF)
    @pytest.mark.parametrize("phi_x", [0.01, 0.5, 0.9])
    @pytest.mark.parametrize("phi_ar", [0.0, 0.3, 0.97])
    @pytest.mark.parametrize("xi", [0.0, 0.4, 1.0])
    def test_photon_number_of_the_absorbing_chain(self, model, phi_x, phi_ar, xi):
        parameters = (7e-4, phi_x, xi, phi_ar, 3.5)
        expected = absorbing_chain(events(model, *parameters)) @ start_state(model, 1.7)[:2]
        assert decay_of(model, 1.7, *parameters).photons == pytest.approx(expected, rel=1e-13)

    def test_vanishing_yield(self):
        """Photons per unit yield tend to P(1) + (r/2 + 1) P(>=2): r phi k competes with 2 k."""
        decay = decay_of("poisson-biexciton", 1.3, 1e-4, 1e-9, 0.5, 0.0, 4.0)
        single, pair, _ = start_state("poisson-biexciton", 1.3)
        assert decay.photons / 1e-9 == pytest.approx(single + 3 * pair, rel=1e-8)

    @pytest.mark.parametrize("xi", [0.0, 0.5, 1.0])
    def test_models_differ_only_through_the_yield(self, xi):
        """At Phi_X = 1 both models give the same curve for the same populations."""
        common = {
            "exciton_rate": 1e-4,
            "quantum_yield": 1.0,
            "retained_fraction": xi,
            "auger_efficiency": 0.8,
        }
        times = np.geomspace(1, 1e5, 20)
        one, two = (
            BiexcitonDecay(biexciton_rates(model, **common), np.array(0.3), np.array(0.5)).emission_rate(
                times
            )
            for model in STATISTICS_OF
        )
        np.testing.assert_allclose(one, two, rtol=1e-15)

    def test_paper_lets_a_biexciton_shine_without_nonradiative_loss(self):
        """Eq. 7 as printed: at Phi_X = 0 there remain N_XX(0) Phi_XX photons, with lifetime tau_XX."""
        decay = decay_of("paper", 1.0, 1e-4, 0.0, 0.5, 0.6, 4.0)
        pair = start_state("paper", 1.0)[1]
        assert decay.photons == pytest.approx(0.4 * pair, rel=1e-13)
        assert effective_lifetimes(decay, 1.0)["harmonic"] == pytest.approx(0.4 / 4e-4, rel=1e-13)


class TestAnchors:
    @pytest.mark.parametrize(
        ("phi_ar", "photons", "harmonic"), [(0.0, 5.954913, 5174.51), (0.99, 1.831621, 1591.584)]
    )
    def test_paper_statistics(self, phi_ar, photons, harmonic):
        decay = decay_of("paper", 3.3, 1e-4, 1.0, 0.5, phi_ar, 4.0)
        assert decay.photons == pytest.approx(photons, rel=1e-6)
        assert effective_lifetimes(decay, 100.0)["harmonic"] == pytest.approx(harmonic, rel=1e-6)

    @pytest.mark.parametrize("mean", [1e-3, 0.8, 3.3, 10.0])
    @pytest.mark.parametrize("ratio", [1.0, 2.0, 4.0, 8.0])
    def test_without_auger_every_exciton_shines(self, mean, ratio):
        single, pair, _ = start_state("poisson-biexciton", mean)
        decay = decay_of("poisson-biexciton", mean, 1e-4, 1.0, 0.3, 0.0, ratio)
        assert decay.photons == pytest.approx(single + 2 * pair, rel=1e-10)

    @pytest.mark.parametrize("mean", [1e-3, 0.8, 3.3, 10.0])
    def test_strong_auger(self, mean):
        """A biexciton ends as one exciton (xi = 1) or in the dark (xi = 0)."""
        kept, lost = (decay_of("poisson-biexciton", mean, 1e-4, 1.0, xi, 1 - 1e-12, 4.0) for xi in (1.0, 0.0))
        assert kept.photons == pytest.approx(-np.expm1(-mean), rel=1e-11)
        assert lost.photons == pytest.approx(mean * np.exp(-mean), rel=1e-11, abs=1e-11)

    @pytest.mark.parametrize("model", STATISTICS_OF)
    def test_fading_excitation_leaves_the_single_exciton(self, model):
        decay = decay_of(model, 1e-9, 1e-4, 1.0, 0.5, 0.9, 4.0)
        for name in ("harmonic", "mean_photon_time", "one_over_e"):
            assert effective_lifetimes(decay, 1.0)[name] == pytest.approx(1e4, rel=1e-7), name

    def test_auger_efficiency_is_the_share_of_auger_events(self):
        rates = decay_of("paper", 1.0, 2.5e-4, 0.8, 0.5, 0.93, 4.0).rates
        assert rates.auger_efficiency == pytest.approx(0.93, rel=1e-13)
        assert rates.auger / rates.biexciton == pytest.approx(0.93, rel=1e-13)
        again = biexciton_rates(
            "paper", exciton_rate=2.5e-4, quantum_yield=0.8, retained_fraction=0.5, auger_rate=rates.auger
        )
        assert again.auger_efficiency == pytest.approx(0.93, rel=1e-13)


GAPS = [0.0, *(10.0**power for power in range(-18, -2))]


class TestEqualLifetimes:
    """K = k_XX + k_AR -> k_X, where Eq. 5 of the paper reads 0/0."""

    K_X, PHI, XI, EXCITON, BIEXCITON = 1.7e-4, 1.0, 0.5, 0.31, 0.44

    def decay(self, gap, side):
        """Gap opened upwards by a little Auger recombination, either way by the ratio."""
        auger, ratio = (gap * self.K_X, 1.0) if side == "auger" else (0.0, 1.0 + side * gap)
        rates = biexciton_rates(
            "poisson-biexciton",
            exciton_rate=self.K_X,
            quantum_yield=self.PHI,
            retained_fraction=self.XI,
            auger_rate=auger,
            rate_ratio=ratio,
        )
        return BiexcitonDecay(rates, np.array(self.EXCITON), np.array(self.BIEXCITON)), auger, ratio

    def exact(self, auger, ratio):
        """N_X, N_XX, F at 50 digits, as functions of t, and the two integrals of F."""
        mpf = mpmath.mpf
        k, x, xx = mpf(self.K_X), mpf(self.EXCITON), mpf(self.BIEXCITON)
        total, refill = mpf(ratio) * k + mpf(auger), mpf(ratio) * k + mpf(self.XI) * mpf(auger)
        gap, shining = total - k, mpf(ratio) * k

        def exciton(t):
            grown = (1 - mpmath.exp(-gap * t)) / gap if gap else mpf(t)
            return (x + xx * refill * grown) * mpmath.exp(-k * t)

        def biexciton(t):
            return xx * mpmath.exp(-total * t)

        def emission(t):
            return k * exciton(t) + shining * biexciton(t)

        photons = (x + refill * xx / total) + shining * xx / total
        moment = (x + refill * xx / total) / k + refill * xx / total**2 + shining * xx / total**2
        return exciton, biexciton, emission, photons, moment

    @pytest.mark.parametrize("gap", GAPS)
    @pytest.mark.parametrize("side", ["auger", +1, -1])
    def test_populations_and_light(self, gap, side):
        decay, auger, ratio = self.decay(gap, side)
        with mpmath.workdps(50):
            exciton, biexciton, emission, photons, moment = self.exact(auger, ratio)
            times = [0.0, 1e-3, 7.0, 900.0, 5.9e3, 4.1e4, 2.5e5]
            expected = np.array([[float(f(t)) for f in (exciton, biexciton, emission)] for t in times])
        computed = np.column_stack([*decay.populations(times), decay.emission_rate(times)])
        np.testing.assert_allclose(computed, expected, rtol=1e-12)
        assert decay.photons == pytest.approx(float(photons), rel=1e-14)
        assert decay.first_moment == pytest.approx(float(moment), rel=1e-14)

    @pytest.mark.parametrize("gap", [0.0, 1e-16, 1e-12, 1e-9, 1e-7, 9e-6, 1.1e-5, 1e-3])
    @pytest.mark.parametrize("fwhm", [800.0, 30_000.0])  # quick and slow against 1/k_X = 5880 ps
    @pytest.mark.parametrize("side", ["auger", +1, -1])
    def test_lifetimes(self, gap, side, fwhm):
        decay, auger, ratio = self.decay(gap, side)
        tau = effective_lifetimes(decay, fwhm)
        with mpmath.workdps(60):
            _, _, emission, photons, moment = self.exact(auger, ratio)
            start = emission(0)
            exact = {"harmonic": photons / start, "mean_photon_time": moment / photons}
            exact["one_over_e"] = mpmath.findroot(lambda t: emission(t) - start / mpmath.e, 6e3)
            times = np.linspace(0.0, 4.0, 41) * fwhm / 2.355
            near = times[int(np.argmax([self.seen(t, fwhm, auger, ratio) for t in times]))]
            slope = partial(mpmath.diff, lambda t: self.seen(t, fwhm, auger, ratio))
            peak_time = mpmath.findroot(slope, near)
            exact["instrument"] = photons / self.seen(peak_time, fwhm, auger, ratio)
        for name, value in exact.items():
            assert tau[name] == pytest.approx(float(value), rel=1e-10), name

    def seen(self, time, fwhm, auger, ratio):
        """Closed form of F behind a Gaussian response; call it at 60 digits."""
        mpf = mpmath.mpf
        sigma = mpf(fwhm) / (2 * mpmath.sqrt(2 * mpmath.log(2)))
        k = mpf(self.K_X)
        total, refill = mpf(ratio) * k + mpf(auger), mpf(ratio) * k + mpf(self.XI) * mpf(auger)

        def one(rate):
            argument = (sigma * rate - time / sigma) / mpmath.sqrt(2)
            return mpmath.exp(sigma**2 * rate**2 / 2 - rate * time) * mpmath.erfc(argument) / 2

        grown = (one(k) - one(total)) / (total - k) if total != k else -mpmath.diff(one, k)
        return k * (self.EXCITON * one(k) + self.BIEXCITON * refill * grown) + mpf(
            ratio
        ) * k * self.BIEXCITON * one(total)


@st.composite
def models(draw):
    """Random (model, <N>, k_X, Phi_X, xi, Phi_AR, ratio), wide enough for every published sample."""
    return (
        draw(st.sampled_from(sorted(STATISTICS_OF))),
        10.0 ** draw(st.floats(-4, 1)),
        10.0 ** draw(st.floats(-6, -1)),
        draw(st.floats(0.01, 1.0)),
        draw(st.floats(0.0, 1.0)),
        draw(st.floats(0.0, 0.999)),
        draw(st.floats(1.0, 8.0)),
    )


THOROUGH = settings(max_examples=300, deadline=None, derandomize=True)


class TestForAllInputs:
    @THOROUGH
    @given(models())
    def test_light_follows_from_the_generator(self, case):
        model, mean, *parameters = case
        matrix, start = generator(model, *parameters), start_state(model, mean)
        stay = -np.linalg.solve(matrix[:2, :2], start[:2])
        decay = decay_of(*case)
        assert decay.photons == pytest.approx(matrix[2, :2] @ stay, rel=1e-9)
        assert decay.initial_rate == pytest.approx((matrix @ start)[2], rel=1e-9)

    @THOROUGH
    @given(models())
    def test_emission_never_rises(self, case):
        decay = decay_of(*case)
        longest, shortest = 1 / decay.rates.exciton, 1 / decay.rates.biexciton
        times = np.concatenate([[0], np.geomspace(1e-3 * shortest, 30 * longest, 400)])
        emission = decay.emission_rate(times)
        assert (emission > 0).all()
        assert (np.diff(emission) <= 4e-16 * emission[:-1]).all()
        assert (decay.emission_slope(times) <= 0).all()

    @THOROUGH
    @given(models())
    def test_poisson_makes_no_more_photons_than_pairs(self, case):
        decay = decay_of("poisson-biexciton", *case[1:])
        assert 0 < decay.photons <= case[1]

    @THOROUGH
    @given(models(), st.floats(-3, 3))
    def test_photons_do_not_depend_on_the_time_scale(self, case, power):
        model, mean, k, *rest = case
        scale = 10.0**power
        one, two = decay_of(*case), decay_of(model, mean, scale * k, *rest)
        assert two.photons == pytest.approx(one.photons, rel=1e-12)
        slow, fast = effective_lifetimes(one, 100.0), effective_lifetimes(two, 100.0 / scale)
        for name, tau in slow.items():
            assert fast[name] == pytest.approx(tau / scale, rel=1e-9), name

    @THOROUGH
    @given(models(), st.floats(0.05, 5.0))
    def test_photons_rise_with_the_retained_fraction(self, case, time):
        """More excitons survive Auger recombination: never less light, at any time."""
        model, mean, k, phi_x, _, phi_ar, ratio = case
        curves = [
            decay_of(model, mean, k, phi_x, xi, phi_ar, ratio).emission_rate(time / k) for xi in (0, 0.5, 1)
        ]
        assert curves[0] <= curves[1] * (1 + 1e-14)
        assert curves[1] <= curves[2] * (1 + 1e-14)
