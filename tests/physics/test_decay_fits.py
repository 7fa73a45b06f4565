"""Fits of decays: what photons drawn one by one come from is found again, within the errors stated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import exponnorm

from scintidot.analysis.decay.fit import Measured, fit_components, fit_kinetic
from scintidot.analysis.decay.narrow import NarrowResponse, measured_response
from scintidot.analysis.decay.prepare import alive, chosen_bins, full_width, prepare_response
from scintidot.analysis.decay.quality import autocorrelation, deviance_of_bins, goodness, runs
from scintidot.analysis.decay.responses import GaussianResponse, MeasuredResponse, NoResponse
from scintidot.analysis.decay.shapes import NAMES, Kinetic
from scintidot.analysis.fitting import Cost, Fit, Prediction
from scintidot.analysis.traces import DecayTrace
from scintidot.constants import FWHM_PER_SIGMA
from scintidot.excitons.distribution import pair_distribution
from scintidot.measured.decay.within_bins import say_within_bins, within_bins
from scintidot.measured.laboratory.light import Light, read_light
from scintidot.measured.laboratory.tcspc import Setup, histogram, record
from scintidot.records import FloatArray

WIDTH, BINS, SIGMA = 16.0, 2048, 40.0
EDGES = WIDTH * np.arange(BINS + 1)


def setup(**changes: Any) -> Setup:
    usual = {
        "bin_width": WIDTH, "bins": BINS, "period": 40_000.0, "response_fwhm": SIGMA * FWHM_PER_SIGMA,
        "tail_share": 0.0, "tail_lifetime": 500.0, "offset": 1000.0, "shift": 13.0, "photons_per_period": 0.01,
        "dark_rate": 0.0, "afterpulse": 0.0, "afterpulse_lifetime": 1e5,
    }  # fmt: skip
    return Setup(**{**usual, **changes})


def light_of(lifetimes: str, fractions: str) -> Light:
    return read_light("test", lifetimes_ps=lifetimes, fractions=fractions)


def drawn(light: Light, photons: float, instrument: Setup, seed: int, *, response: float = 3e6) -> Measured:
    """A decay, photon by photon, and its measured response."""
    rng = np.random.default_rng(seed)
    excitations = round(photons / instrument.photons_per_period)
    decay = record(instrument, rng, excitations, light.times, instrument.shift)
    before = ndtr((EDGES - instrument.offset) * FWHM_PER_SIGMA / instrument.response_fwhm)
    counts = rng.multinomial(int(response), np.diff(before)).astype(float)
    ready = prepare_response(DecayTrace(counts, WIDTH), BINS, WIDTH, 0.0)
    return Measured(
        "drawn", histogram(instrument, decay), EDGES, np.arange(BINS),
        MeasuredResponse(ready.histogram, WIDTH, instrument.period), ready.fwhm,
    )  # fmt: skip


def pulls(light: Light, truth: dict[str, float], trials: int, photons: float, **changes: Any) -> FloatArray:
    """Deviations over errors, (trials, parameters of ``truth``)."""
    instrument = setup(dark_rate=2e-10, photons_per_period=0.001, **changes)
    found = []
    for seed in range(trials):
        data = drawn(light, photons, instrument, seed)
        fit = fit_components([data], NAMES[len(light.truth["lifetimes_ps"])], starts=1).fit
        assert fit.faults == ()
        found.append([(fit[name].value - value) / fit[name].error for name, value in truth.items()])
    return np.array(found)


def test_components_are_unbiased_and_their_intervals_hold_what_they_promise() -> None:
    """40 decays of 2e5 photons: the mean deviation is that of chance, and about 68 % lie within one error."""
    truth = {"lifetime_XX_ps": 300.0, "lifetime_X_ps": 6000.0, "shift_ps": 13.0}
    found = pulls(light_of("300,6000", "0.3,0.7"), truth, 40, 2e5)
    assert np.abs(found.mean(axis=0)) == pytest.approx(0, abs=3.5 / np.sqrt(40))
    inside = np.mean(np.abs(found) < 1)
    assert 0.58 < inside < 0.78  # 120 figures: 0.683 +- 0.043
    assert found.std(axis=0) == pytest.approx(1, abs=0.4)


def test_lifetime_below_a_bin_width_is_found() -> None:
    """A component of 12 ps in bins of 16 ps behind a response of 94 ps."""
    truth = {"lifetime_XX_ps": 12.0, "lifetime_X_ps": 4000.0}
    found = pulls(light_of("12,4000", "0.3,0.7"), truth, 16, 1e6)
    assert np.abs(found.mean(axis=0)) == pytest.approx(0, abs=3.5 / np.sqrt(16))


def test_gaussian_response_of_unknown_width_is_found() -> None:
    light = light_of("400,6000", "0.4,0.6")
    data = drawn(light, 1e6, setup(), 5)
    gaussian = Measured(
        "drawn", data.counts, EDGES, data.window, GaussianResponse(EDGES, 40_000.0), 150.0, width_free=True
    )
    fit = fit_components([gaussian], NAMES[2]).fit
    assert fit["response_fwhm_ps"].value == pytest.approx(
        SIGMA * FWHM_PER_SIGMA, abs=4 * fit["response_fwhm_ps"].error
    )
    assert fit["lifetime_XX_ps"].value == pytest.approx(400, abs=4 * fit["lifetime_XX_ps"].error)
    assert fit["shift_ps"].value == pytest.approx(1013, abs=4 * fit["shift_ps"].error)


def test_pile_up_is_corrected_if_the_excitations_are_known() -> None:
    """0.3 photons a period: uncorrected lifetimes are off by many errors, corrected ones are right."""
    light = light_of("300,6000", "0.3,0.7")
    instrument = setup(photons_per_period=0.3)
    rng = np.random.default_rng(1)
    excitations = 3_000_000
    decay = record(instrument, rng, excitations, light.times, 0.0)
    response = GaussianResponse(EDGES, instrument.period)
    data = Measured(
        "piled", histogram(instrument, decay), EDGES, np.arange(BINS), response, 94.2, excitations
    )
    right = fit_components([data], NAMES[2]).fit
    plain = Measured("piled", data.counts, EDGES, data.window, response, 94.2)
    wrong = fit_components([plain], NAMES[2]).fit
    for name, value in {"lifetime_XX_ps": 300.0, "lifetime_X_ps": 6000.0}.items():
        assert right[name].value == pytest.approx(value, abs=4 * right[name].error)
    assert abs(wrong["lifetime_X_ps"].value - 6000) > 10 * wrong["lifetime_X_ps"].error


def test_scattered_light_is_told_from_a_short_lifetime() -> None:
    light = light_of("5000", "1")
    data = drawn(light, 5e5, setup(), 3)
    counts = data.counts + np.random.default_rng(4).poisson(
        50_000 * data.response.flash(13.0, 0.0).share[0].clip(0)
    )
    mixed = Measured(
        "scatter", counts, EDGES, data.window, data.response, data.response_fwhm, scatter_free=True
    )
    fit = fit_components([mixed], NAMES[1]).fit
    assert fit["scatter"].value == pytest.approx(50_000, abs=4 * fit["scatter"].error)
    assert fit["lifetime_X_ps"].value == pytest.approx(5000, abs=4 * fit["lifetime_X_ps"].error)


def test_shared_lifetimes_of_many_decays_are_better_known() -> None:
    measured = []
    for seed, share in enumerate((0.1, 0.25, 0.4, 0.6)):
        data = drawn(light_of("300,6000", f"{share},{1 - share}"), 1e5, setup(), seed)
        measured.append(
            Measured(f"d{seed}", data.counts, EDGES, data.window, data.response, data.response_fwhm)
        )
    together = fit_components(measured, NAMES[2], shared=True, starts=1)
    alone = [fit_components([data], NAMES[2], starts=1).fit["lifetime_XX_ps"] for data in measured]
    found = together.fit["lifetime_XX_ps"]
    assert found.value == pytest.approx(300, abs=4 * found.error)
    assert found.error < min(p.error for p in alone)
    weight = sum(1 / p.error**2 for p in alone)
    mean = sum(p.value / p.error**2 for p in alone) / weight
    assert found.value == pytest.approx(mean, abs=1.5 * weight**-0.5)
    assert [together.values(i)[0] for i in range(4)] == sorted(together.values(i)[0] for i in range(4))


def test_far_starts_reach_one_minimum() -> None:
    data = drawn(light_of("200,1200,6000", "0.2,0.2,0.6"), 1e6, setup(), 8)
    fit = fit_components([data], NAMES[3], starts=6).fit
    assert np.ptp(fit.starts) < 0.05
    values = [fit[f"lifetime_{name}_ps"].value for name in NAMES[3]]
    assert values == sorted(values)


@pytest.mark.parametrize("model", ["carriers", "ladder", "paper"])
def test_kinetic_models_give_back_their_parameters(model: str) -> None:
    """<N>, the lifetimes of exciton and Auger recombination from counts of the same model, drawn by the laboratory."""
    statistics = "poisson"
    light = read_light(
        "test",
        model=model,
        mean_excitons=1.4,
        statistics=statistics,
        auger_efficiency=0.93,
        exciton_rate=1 / 6000,
    )
    instrument = setup(shift=0.0)
    decay = record(instrument, np.random.default_rng(2), 60_000_000, light.times, 0.0)
    data = Measured(
        "kinetic",
        histogram(instrument, decay),
        EDGES,
        np.arange(BINS),
        GaussianResponse(EDGES, 40_000.0),
        94.2,
    )
    kinetic = Kinetic(model, lambda mean: pair_distribution(mean, statistics), 1, 1, 1, 1)
    fit = fit_kinetic([data], kinetic).fit
    assert fit.faults == ()
    for name in ("mean_excitons", "exciton_lifetime_ps", "auger_lifetime_ps"):
        assert fit[name].value == pytest.approx(light.truth[name], abs=4 * fit[name].error)
        assert fit[name].error < 0.1 * fit[name].value


def test_tail_fit_knows_the_lifetime() -> None:
    data = drawn(light_of("5000", "1"), 5e5, setup(), 9)
    edges = EDGES[80:] - EDGES[80]
    tail = Measured("tail", data.counts[80:], edges, np.arange(BINS - 80), NoResponse(edges, 40_000.0), WIDTH)
    fit = fit_components([tail], NAMES[1]).fit
    assert fit["lifetime_X_ps"].value == pytest.approx(5000, abs=4 * fit["lifetime_X_ps"].error)


# --- responses a few bins wide ---

SHAPES = {
    "gaussian": (ndtr, 2.355),
    "sech": (lambda x: 0.5 * (1 + np.tanh(x)), 1.763),
    "diffusion tail": (lambda x: 0.9 * ndtr(x) + 0.1 * exponnorm.cdf(x, 5.0), 2.36),
    "afterpulse": (lambda x: 0.8 * ndtr(x) + 0.2 * ndtr((x - 3) / 2), 2.43),
}
"""Cumulative shape and full width at half maximum."""
NARROW_WIDTH, NARROW_BINS, CUT = 64.0, 400, 32


def seen_narrow(shape: str, fwhm_bins: float, place: float) -> tuple[Measured, dict[str, float]]:
    """Counts without chance of 90 and 9000 ps in bins of 64 ps, from the response on 32 parts of a bin, with what its
    histogram on whole bins makes of it; and the truth."""
    before, unit = SHAPES[shape]
    parts = np.arange(NARROW_BINS * CUT + 1) / CUT
    fine = np.diff(before((parts - 60 - place) * unit / fwhm_bins))
    light, times = np.array([2e4, 28e4]), np.array([90.0, 9000.0])
    true = MeasuredResponse(fine / fine.sum(), NARROW_WIDTH / CUT, 1e5)
    counts = light @ true.share(1 / times, 0.0, 0.0).reshape(2, NARROW_BINS, CUT).sum(axis=2) + 0.3
    response = measured_response(fine.reshape(NARROW_BINS, CUT).sum(axis=1) / fine.sum(), NARROW_WIDTH, 1e5)
    edges = NARROW_WIDTH * np.arange(NARROW_BINS + 1)
    data = Measured("narrow", counts, edges, np.arange(NARROW_BINS), response, fwhm_bins * NARROW_WIDTH)
    return data, {"lifetime_XX_ps": 90.0, "lifetime_X_ps": 9000.0, "photons_XX": 2e4, "photons_X": 28e4}


def worst_bias(fit: Fit, truth: dict[str, float]) -> float:
    """In errors."""
    return max(abs(fit[name].value - value) / fit[name].error for name, value in truth.items())


@pytest.mark.parametrize("place", [0.0, 0.25, 0.5])
@pytest.mark.parametrize("fwhm_bins", [1.25, 1.57, 2.5])
def test_narrow_gaussian_response_does_not_bias(fwhm_bins: float, place: float) -> None:
    """XX of 1.4 bins; with a response that is constant within its bins the bias is 4 to 8 errors."""
    data, truth = seen_narrow("gaussian", fwhm_bins, place)
    found = fit_components([data], NAMES[2], starts=1)
    assert worst_bias(found.fit, truth) < 0.15


@pytest.mark.parametrize("place", [0.0, 0.5, 0.75])
@pytest.mark.parametrize("fwhm_bins", [1.0, 1.57, 2.0, 4.0])
@pytest.mark.parametrize("shape", SHAPES)
def test_bias_of_a_narrow_response_comes_with_a_warning(shape: str, fwhm_bins: float, place: float) -> None:
    data, truth = seen_narrow(shape, fwhm_bins, place)
    found = fit_components([data], NAMES[2], starts=1)
    said = say_within_bins(within_bins(found))
    bias = worst_bias(found.fit, truth)
    assert bias < 0.5 or said
    if fwhm_bins >= 2:
        assert bias < 0.4
        assert not said
    if fwhm_bins == 1:
        assert said


def test_move_by_another_law_is_that_of_a_second_fit() -> None:
    data, _ = seen_narrow("sech", 1.25, 0.25)
    found = fit_components([data], NAMES[2], starts=1)
    assert isinstance(data.response, NarrowResponse)
    again = fit_components([replace(data, response=data.response.by("logistic"))], NAMES[2], starts=1)
    told = within_bins(found)
    assert told is not None
    for name, row in told["changes"].items():
        change = again.fit[name].value - found.fit[name].value
        assert row["change"] == pytest.approx(change, abs=0.1 * found.fit[name].error)


# --- preparing ---


def test_dead_bins_at_the_ends_are_found_and_quiet_ones_are_kept() -> None:
    rng = np.random.default_rng(1)
    counts = np.zeros(1000)
    counts[100:900] = rng.poisson(5, 800)
    counts[300:400] += rng.poisson(1000, 100)
    start, end = alive(counts)
    assert 100 < start < 106
    assert 894 < end < 900
    counts = np.zeros(1000)  # no background at all: zeros before the rise and after the decay mean something
    counts[300:] = rng.poisson(500 * np.exp(-np.arange(700) / 50))
    assert alive(counts) == (0, 1000)


def test_background_of_a_response_is_taken_off() -> None:
    rng = np.random.default_rng(2)
    clean = 2e5 * np.exp(-0.5 * ((np.arange(BINS) - 300.5) / 3) ** 2) / (3 * np.sqrt(2 * np.pi))
    trace = DecayTrace(rng.poisson(clean + 4).astype(float), WIDTH)
    ready = prepare_response(trace, BINS, WIDTH, 0.0)
    assert ready.background == pytest.approx(4, abs=0.5)
    assert ready.counts == pytest.approx(2e5, rel=0.01)
    assert ready.fwhm == pytest.approx(3 * FWHM_PER_SIGMA * WIDTH, rel=0.05)
    assert np.count_nonzero(ready.histogram) < 150
    raw = prepare_response(trace, BINS, WIDTH, 0.0, background=0.0)
    assert raw.histogram == pytest.approx(trace.values / trace.values.sum())


def test_response_of_other_length_is_placed_or_refused() -> None:
    peak = np.exp(-0.5 * ((np.arange(500) - 100) / 5) ** 2) * 1e4
    longer = prepare_response(DecayTrace(np.round(peak), WIDTH), 200, WIDTH, 0.0)
    assert len(longer.histogram) == 200
    assert longer.histogram.sum() == pytest.approx(1)
    with pytest.raises(ValueError, match="outside"):
        prepare_response(DecayTrace(np.round(peak), WIDTH), 60, WIDTH, 0.0)
    with pytest.raises(ValueError, match="bins of 16 ps, those of the data have 8 ps"):
        prepare_response(DecayTrace(np.round(peak), WIDTH), 500, 8.0, 0.0)
    with pytest.raises(ValueError, match="no counts"):
        prepare_response(DecayTrace(np.zeros(50), WIDTH), 50, WIDTH, 0.0)


def test_full_width_of_a_triangle() -> None:
    assert full_width(np.array([0.0, 1, 2, 3, 4, 3, 2, 1, 0])) == pytest.approx(4)


def test_window_and_exclusions() -> None:
    chosen = chosen_bins(EDGES, (160.0, 320.0), [(200.0, 240.0)], (0, BINS))
    middle = EDGES[chosen] + WIDTH / 2
    assert middle.min() == 168
    assert middle.max() == 312
    assert not np.any((middle >= 200) & (middle <= 240))


# --- how good a fit is ---


@pytest.mark.parametrize("mean", [0.02, 0.3, 1.0, 4.0, 25.0, 40.0, 300.0])
def test_expected_deviance_is_that_of_poisson_numbers(mean: float) -> None:
    rng = np.random.default_rng(3)
    expected = np.full(200_000, mean)
    n = rng.poisson(expected)
    deviance = 2 * (expected - n + np.where(n > 0, n * np.log(np.maximum(n, 1) / expected), 0))
    centre, variance = deviance_of_bins(expected)
    assert deviance.sum() == pytest.approx(centre.sum(), abs=4 * np.sqrt(variance.sum()))
    assert deviance.var() == pytest.approx(variance.mean(), rel=0.1)


@pytest.mark.parametrize("mean", [0.05, 1.0, 3.0, 1000.0])
@pytest.mark.parametrize("bins", [40, 400, 4096])
def test_chance_alone_makes_no_bad_place(mean: float, bins: int) -> None:
    """Of counts that are what is expected, in stretches of one bin and of many; and a stretch that is off is found."""
    rng = np.random.default_rng(bins)
    expected, time = np.full(bins, mean), np.arange(float(bins))

    def places(counts: FloatArray) -> list[dict[str, Any]]:
        cost = Cost.poisson(lambda _: Prediction(expected), counts)
        return list(goodness(time, expected, cost.residuals(expected), 2)["worst_places"])

    assert sum(bool(places(rng.poisson(expected).astype(float))) for _ in range(100)) <= 2
    off = rng.poisson(expected).astype(float)
    off[bins // 2 : bins // 2 + bins // 40] += 10 * np.sqrt(mean) + 5
    worst = places(off)[0]
    assert worst["from_ps"] < bins // 2 + bins // 40
    assert worst["to_ps"] >= bins // 2


def test_a_wrong_model_is_called_wrong_and_where() -> None:
    data = drawn(light_of("300,6000", "0.3,0.7"), 1e6, setup(), 7)
    found = fit_components([data], NAMES[1])
    quality = goodness(EDGES[:-1] + 8, found.fit.expected, found.fit.residuals, len(found.fit.free))
    assert quality["excess_standard_deviations"] > 50
    assert quality["runs_standard_deviations"] < -10
    worst = quality["worst_places"][0]
    assert 800 < worst["from_ps"] < 3500
    right = fit_components([data], NAMES[2])
    quality = goodness(EDGES[:-1] + 8, right.fit.expected, right.fit.residuals, len(right.fit.free))
    assert abs(quality["excess_standard_deviations"]) < 4
    assert abs(quality["runs_standard_deviations"]) < 4
    assert quality["worst_places"] == []


def test_white_noise_has_no_autocorrelation_and_waves_have() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(size=4000)
    assert np.abs(autocorrelation(noise)[1:]).max() < 0.08
    assert autocorrelation(noise)[0] == 1
    assert autocorrelation(noise + np.sin(np.arange(4000) / 20))[1] > 0.2
    assert abs(runs(noise)) < 4
    assert runs(np.sin(np.arange(4000) / 20)) < -30
