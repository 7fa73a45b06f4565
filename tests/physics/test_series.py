"""Series of samples: lines with errors in both axes, attenuation, pair creation, and the validation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scintidot.analysis.series.attenuation import attenuated_share
from scintidot.analysis.series.comparison import compare
from scintidot.analysis.series.lines import (
    chance,
    power_law,
    slope_through_zero,
    straight_line,
    weighted_mean,
    york,
)
from scintidot.errors import BadFile
from scintidot.measured.laboratory.attenuation import synthetic_attenuation
from scintidot.measured.laboratory.series import synthetic_series
from scintidot.measured.series.run import analyse_series
from scintidot.simulation import predict

PEARSON_X = np.array([0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4])
PEARSON_Y = np.array([5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5])
WEIGHT_X = np.array([1000, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1.0])
WEIGHT_Y = np.array([1, 1.8, 4, 8, 20, 20, 70, 70, 100, 500])


@pytest.fixture
def analyse(tmp_path):
    def run(text, **options):
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        return analyse_series(path, **options).document

    return run


# --- lines ---


def test_pearsons_data_with_yorks_weights():
    """York et al. 2004, Table II: the accepted line; the errors by the likelihood as a second route."""
    line = york(PEARSON_X, PEARSON_Y, WEIGHT_X**-0.5, WEIGHT_Y**-0.5)
    assert line.intercept == pytest.approx(5.47991022, abs=5e-9)
    assert line.slope == pytest.approx(-0.480533407, abs=5e-10)
    assert line.chi_square == pytest.approx(11.8663532, abs=1e-6)

    def cost(p):
        return np.sum((PEARSON_Y - p[0] - p[1] * PEARSON_X) ** 2 / (1 / WEIGHT_Y + p[1] ** 2 / WEIGHT_X))

    from scipy.optimize import minimize

    best = minimize(
        cost, (5, -0.5), method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 4000}
    )
    assert (line.intercept, line.slope) == pytest.approx(best.x, abs=1e-6)
    step = np.array([1e-3, 1e-4])
    hessian = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            a, b = np.eye(2)[i] * step, np.eye(2)[j] * step
            p = np.array([line.intercept, line.slope])
            hessian[i, j] = (cost(p + a + b) - cost(p + a - b) - cost(p - a + b) + cost(p - a - b)) / (
                4 * step[i] * step[j]
            )
    errors = np.sqrt(np.diag(np.linalg.inv(hessian / 2)))
    assert (line.intercept_error, line.slope_error) == pytest.approx(errors, rel=0.03)


@given(st.floats(-5, 5), st.floats(-3, 3), st.integers(0, 1000))
def test_line_without_errors_in_x_is_weighted_least_squares(intercept, slope, seed):
    random = np.random.default_rng(seed)
    x, sigma = random.uniform(0, 10, 8), random.uniform(0.1, 1, 8)
    y = intercept + slope * x + sigma * random.standard_normal(8)
    line = york(x, y, np.zeros(8), sigma)
    design = np.stack([np.ones(8), x], axis=1) / sigma[:, None]
    covariance = np.linalg.inv(design.T @ design)
    assert (line.intercept, line.slope) == pytest.approx(
        covariance @ design.T @ (y / sigma), rel=1e-6, abs=1e-6
    )
    assert (line.intercept_error, line.slope_error) == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-6)
    assert line.covariance == pytest.approx(covariance[0, 1], rel=1e-6)


@given(st.integers(0, 1000))
def test_exchanging_the_axes_turns_the_line(seed):
    random = np.random.default_rng(seed)
    true = np.linspace(1, 10, 9)
    x, y = true + 0.2 * random.standard_normal(9), 1 + 2 * true + 0.3 * random.standard_normal(9)
    sx, sy = np.full(9, 0.2), np.full(9, 0.3)
    one, other = york(x, y, sx, sy), york(y, x, sy, sx)
    assert one.slope == pytest.approx(1 / other.slope, rel=1e-8)
    assert one.intercept == pytest.approx(-other.intercept / other.slope, rel=1e-6, abs=1e-7)
    assert one.chi_square == pytest.approx(other.chi_square, rel=1e-6)


def test_power_law_covers_and_is_unbiased():
    exponents, inside = [], 0
    for seed in range(150):
        random = np.random.default_rng(seed)
        true = np.geomspace(30, 3000, 8)
        x, y = (
            true * np.exp(0.08 * random.standard_normal(8)),
            2 * true**0.6 * np.exp(0.06 * random.standard_normal(8)),
        )
        law = power_law(x, y, 0.08 * x, 0.06 * y)
        exponents.append(law.exponent)
        inside += abs(law.exponent - 0.6) < law.exponent_error
    assert np.mean(exponents) == pytest.approx(0.6, abs=3.5 * np.std(exponents) / 150**0.5)
    assert 0.57 < inside / 150 < 0.80


def test_scatter_beyond_the_errors_is_found_and_widens_them():
    random = np.random.default_rng(4)
    x = np.linspace(0, 10, 400)
    y = 1 + 2 * x + 0.5 * random.standard_normal(400)
    line = straight_line(x, y, np.zeros(400), np.full(400, 0.1))
    assert line.scatter == pytest.approx((0.25 - 0.01) ** 0.5, rel=0.1)
    assert line.slope_error == pytest.approx(0.5 / (x.std() * 20), rel=0.1)
    assert line.probability < 1e-10


@pytest.mark.parametrize("x_error", [0.0, 0.05])
def test_slope_through_zero_covers(x_error):
    inside, slopes = 0, []
    for seed in range(200):
        random = np.random.default_rng(seed)
        true = np.linspace(2, 16, 6)
        x = true * (1 + x_error * random.standard_normal(6))
        y = true / 4.2 * (1 + 0.07 * random.standard_normal(6))
        slope = slope_through_zero(x, y, x_error * true, 0.07 * true / 4.2)
        slopes.append(slope.slope)
        inside += slope.low <= 1 / 4.2 <= slope.high
    assert np.mean(slopes) == pytest.approx(1 / 4.2, abs=3.5 * np.std(slopes) / 200**0.5)
    assert 0.58 < inside / 200 < 0.80


def test_chance_of_a_chi_square():
    assert chance(3.841459, 1) == pytest.approx(0.05, rel=1e-5)
    assert chance(5.0, 0) == 1


# --- attenuation ---


def test_share_by_propagation_and_by_drawing():
    random = np.random.default_rng(1)
    counts = random.poisson([[6800.0], [10200.0], [200.0]], (3, 20000)).astype(float)
    share, error = attenuated_share(*counts, *np.sqrt(counts))
    assert share.mean() == pytest.approx(1 - 6600 / 10000, abs=3e-4)
    assert share.std() == pytest.approx(error.mean(), rel=0.03)


def test_independence_of_the_size_is_seen_and_missed():
    edge, error = np.array([3.9, 6.9, 10.7]), np.full(3, 0.01)
    same = weighted_mean(np.array([0.34, 0.35, 0.335]), error)
    assert same.probability > 0.3
    assert same.value == pytest.approx(0.34167, abs=1e-4)
    shares = np.array([0.30, 0.34, 0.40])
    assert weighted_mean(shares, error).probability < 1e-6
    line = york(edge, shares, 0 * edge, error)
    assert line.slope > 5 * line.slope_error


def test_attenuation_table_comes_back(analyse):
    text, truth = synthetic_attenuation(
        material="CsPbBr3", areal_density=0.005, energy=20, counts=1e6, background=2e4
    )
    found = analyse(text)["attenuation"]
    assert found["mean_share"] == pytest.approx(truth["share"], abs=4 * found["mean_share_error"])
    assert found["p_value"] > 1e-3
    assert found["mean_share_error"] < 0.002


def test_one_open_measurement_is_an_error_common_to_all_shares(analyse):
    rows = "".join(f"{i},{5 + i},{6600 + 30 * i},10000\n" for i in range(4))
    found = analyse("sample,edge_length_nm,counts_with,counts_without\n" + rows)["attenuation"]
    single = 0.6645 * 10000**-0.5
    assert found["common_error"] == pytest.approx(single, rel=0.01)
    assert found["mean_share_error"] == pytest.approx(math.hypot(single, 6645**0.5 / 10000 / 2), rel=0.02)


# --- the validation ---


def test_prediction_of_the_laboratory_is_that_of_predict():
    """Two routes: the sample's own numbers through the kinetics, and `predict` from the card."""
    _, truth = synthetic_series(edge_length="5, 10", model="carriers", statistics="poisson")
    result = predict(edge_length=[5, 10], deposit="continuous", statistics="poisson", retained_fraction=0.5)
    for row, sample in zip(result.rows, truth["samples"], strict=True):
        assert sample["tau_eff"] == pytest.approx(row["tau_ps"]["harmonic"], rel=1e-6)
    intensity = [row["photons_per_nc"] / row["edge_length_nm"] ** 3 for row in result.rows]
    ours = [sample["intensity_relative"] for sample in truth["samples"]]
    assert ours[1] / ours[0] == pytest.approx(intensity[1] / intensity[0], rel=1e-6)


def test_true_model_is_consistent_and_a_wrong_one_is_not(analyse):
    chances, pairs = [], []
    for seed in range(14):
        document = analyse(synthetic_series(edge_length="3.3, 6, 9, 12, 14.7", seed=seed)[0])
        chances.append(document["validation"]["p_value"])
        pair = document["pair_creation"]
        pairs.append(pair["gap_factor_low"] <= 4.2 <= pair["gap_factor_high"])
        wrong = next(a for a in document["validation"]["alternatives"] if a["retained_fraction"] == 1.0)
        assert wrong["p_value"] < 1e-4
    assert 0.3 < np.mean(chances) < 0.7
    assert np.mean(np.array(chances) < 0.05) < 0.25
    assert 0.4 < np.mean(pairs) < 0.93


def test_paper_statistics_go_through_the_same_door(analyse):
    document = analyse(synthetic_series(model="paper", edge_length="4, 7, 10", seed=3)[0], model="paper")
    assert document["validation"]["p_value"] > 1e-3
    assert any("<N> P(n)" in word for word in document["warnings"])


def test_without_auger_light_is_the_mean_number_of_pairs(analyse):
    """Phi_AR = 0, Phi_X = 1: I is <N>, whatever the model."""
    head = "edge_length_nm,mean_excitons,mean_excitons_error,exciton_lifetime_ns,auger_efficiency,"
    head += "intensity_relative,intensity_relative_error\n"
    rows = "".join(f"{d},{n},0.01,9,0,{7 * n / d**3},{0.07 * n / d**3}\n" for d, n in ((4, 0.8), (8, 2.3)))
    found = analyse(head + rows)["validation"]
    assert found["chi_square"] == pytest.approx(0, abs=1e-6)
    assert found["quantities"][0]["scale"] == pytest.approx(7, rel=1e-6)


def test_biexciton_lifetime_stands_for_the_efficiency(analyse):
    """tau_XX = (1 - Phi_AR) tau_X/4."""
    start = "edge_length_nm,mean_excitons,exciton_lifetime_ns,tau_eff_ps,tau_eff_error_ps,tau_eff_definition,"
    values = "5,1.2,9,500,20,instrument,"
    by_lifetime = analyse(start + "biexciton_lifetime_ps\n" + values + f"{0.05 * 9000 / 4}\n")
    by_efficiency = analyse(start + "auger_efficiency\n" + values + "0.95\n")
    points = [d["validation"]["points"][0]["predicted"] for d in (by_lifetime, by_efficiency)]
    assert points[0] == pytest.approx(points[1], rel=1e-9)


def predicted(analyse, definition, **numbers):
    """One sample's lifetime and its error."""
    names, values = ",".join(numbers), ",".join(str(value) for value in numbers.values())
    text = f"sample,{names},tau_eff_ps,tau_eff_error_ps\na,{values},3000,100\n"
    (point,) = analyse(text, tau_definition=definition)["validation"]["points"]
    return point["predicted"], point["predicted_error"]


@pytest.mark.parametrize("definition", ["harmonic", "instrument", "one_over_e", "mean_photon_time"])
@pytest.mark.parametrize(("quantum_yield", "efficiency"), [((1.0, 0.999), 0.9), (0.9, (0.0, 1e-3))])
def test_errors_at_a_bound_are_those_beside_it(analyse, definition, quantum_yield, efficiency):
    at, beside = (
        predicted(
            analyse, definition, mean_excitons=0.8, exciton_lifetime_ps=8000, auger_efficiency=np.ravel(efficiency)[i],
            auger_efficiency_error=0.05, quantum_yield=np.ravel(quantum_yield)[i], quantum_yield_error=0.05,
        )
        for i in (0, -1)
    )  # fmt: skip
    assert at == pytest.approx(beside, rel=0.01)


def test_error_by_the_two_lifetimes_is_that_of_drawing_them(analyse):
    """The exact biexciton decays by 4 k_rad + 2 k_nr besides Auger recombination; both lifetimes move Phi_AR."""
    rng = np.random.default_rng(4)
    phi, single, double = 0.5, rng.normal(8000, 300, 200), rng.normal(900, 40, 200)
    auger = 1 / double - (2 + 2 * phi) / single
    text = "sample,mean_excitons,exciton_lifetime_ps,auger_efficiency,quantum_yield,tau_eff_ps,tau_eff_error_ps\n"
    text += "".join(
        f"s{i},0.8,{tau},{k / (k + 4 / tau)},{phi},3000,100\n"
        for i, (tau, k) in enumerate(zip(single, auger, strict=True))
    )
    drawn = [p["predicted"] for p in analyse(text, tau_definition="harmonic")["validation"]["points"]]
    value, error = predicted(
        analyse, "harmonic", mean_excitons=0.8, exciton_lifetime_ps=8000, exciton_lifetime_error_ps=300,
        biexciton_lifetime_ps=900, biexciton_lifetime_error_ps=40, quantum_yield=phi,
    )  # fmt: skip
    assert value == pytest.approx(np.mean(drawn), abs=4 * error / np.sqrt(200))
    assert error == pytest.approx(np.std(drawn), rel=0.2)  # 5 % of chance


def test_a_quoted_thousands_separator_is_no_decimal_comma(analyse):
    with pytest.raises(BadFile, match="numbers without a comma"):
        analyse('sample,counts_with,counts_without,counts_background\na,"6,700","10,100",100\n')
    text = "sample;edge_length_nm;tau_eff_ps;tau_eff_error_ps\na;8,5;3000;100\nb;10,5;3300;100\n"
    (law,) = analyse(text, tau_definition="harmonic")["laws"]
    assert law["exponent"] == pytest.approx(np.log(1.1) / (3 * np.log(10.5 / 8.5)), rel=1e-6)


@given(st.floats(0.1, 10), st.integers(0, 200))
def test_common_factor_is_found_with_errors_on_both_sides(scale, seed):
    random = np.random.default_rng(seed)
    true = random.uniform(0.5, 2, 6)
    exact = compare(scale * true, 0.01 * scale * true, true, 0.02 * true, relative=True)
    assert exact.scale == pytest.approx(scale, rel=1e-6)
    assert exact.degrees_of_freedom == 5
    assert exact.chi_square < 1e-6
