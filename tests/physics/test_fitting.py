"""The fit engine: certified problems of NIST, known likelihoods, errors that hold what they promise."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scintidot.analysis.fitting import Cost, JointCost, Parameter, Prediction, fit, widened
from scintidot.analysis.identifiability import identifiability, profile

NIST = json.loads((Path(__file__).parent / "data" / "nist_strd.json").read_text(encoding="utf-8"))["problems"]
Formula = Callable[[Any, Any], Any]


def three(b: Any, x: Any) -> Any:
    return sum(b[i] * np.exp(-b[i + 1] * x) for i in (0, 2, 4))


def two_peaks(b: Any, x: Any) -> Any:
    peaks = sum(b[i] * np.exp(-(((x - b[i + 1]) / b[i + 2]) ** 2)) for i in (2, 5))
    return b[0] * np.exp(-b[1] * x) + peaks


FORMULAS: dict[str, Formula] = {
    "Misra1a": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "Misra1b": lambda b, x: b[0] * (1 - (1 + b[1] * x / 2) ** -2),
    "Chwirut1": lambda b, x: np.exp(-b[0] * x) / (b[1] + b[2] * x),
    "Chwirut2": lambda b, x: np.exp(-b[0] * x) / (b[1] + b[2] * x),
    "Lanczos1": three,
    "Lanczos2": three,
    "Lanczos3": three,
    "Gauss1": two_peaks,
    "Gauss2": two_peaks,
    "MGH17": lambda b, x: b[0] + b[1] * np.exp(-x * b[3]) + b[2] * np.exp(-x * b[4]),
    "BoxBOD": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "MGH10": lambda b, x: b[0] * np.exp(b[1] / (x + b[2])),
    "Eckerle4": lambda b, x: b[0] / b[1] * np.exp(-0.5 * ((x - b[2]) / b[1]) ** 2),
    "Rat42": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)),
    "Rat43": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)) ** (1 / b[3]),
}


def model_of(name: str) -> tuple[Cost, dict[str, Any]]:
    problem = NIST[name]
    x = np.array(problem["x"])

    def model(values: Any) -> Prediction:
        with np.errstate(all="ignore"):
            return Prediction(np.asarray(FORMULAS[name](values, x)))

    return Cost.gaussian(model, np.array(problem["y"])), problem


@pytest.mark.parametrize("name", FORMULAS)
def test_certified_values_of_nist(name: str) -> None:
    cost, problem = model_of(name)
    start1, start2 = (np.array(problem[key]) for key in ("start1", "start2"))
    parameters = [Parameter(f"b{i + 1}", value) for i, value in enumerate(start1)]
    with np.errstate(all="ignore"):
        found = fit(cost, parameters, starts=[start2], scaled=True, hesse=False)
    assert found.values == pytest.approx(np.array(problem["certified"]), rel=1e-6)
    square = np.sum((cost.data - found.expected) ** 2)
    if problem["residual_sum_of_squares"] > 1e-20:  # Lanczos1 is exact to the rounding of its data
        assert square == pytest.approx(problem["residual_sum_of_squares"], rel=1e-6)
        errors = [p.error for p in found.parameters]
        assert errors == pytest.approx(problem["standard_deviation"], rel=1e-5)
    assert found.faults == ()


@pytest.mark.parametrize("name", ["Misra1a", "Lanczos3", "Gauss1", "Rat43"])
def test_far_start_alone_reaches_the_certified_values(name: str) -> None:
    cost, problem = model_of(name)
    parameters = [Parameter(f"b{i + 1}", value) for i, value in enumerate(problem["start1"])]
    with np.errstate(all="ignore"):
        found = fit(cost, parameters, scaled=True, hesse=False)
    assert found.values == pytest.approx(np.array(problem["certified"]), rel=1e-6)


def test_a_wrong_minimum_is_not_called_a_success() -> None:
    cost, problem = model_of("MGH10")
    parameters = [Parameter(f"b{i + 1}", value) for i, value in enumerate([2.0, 400000.0, 1.0])]
    with np.errstate(all="ignore"):
        found = fit(cost, parameters, scaled=True, hesse=False)
    right = found.values == pytest.approx(np.array(problem["certified"]), rel=1e-3)
    assert right or found.faults


def flat(values: Any) -> Prediction:
    return Prediction(np.full(8, values[0]), np.ones((8, 1)))


@given(st.lists(st.integers(0, 1000), min_size=8, max_size=8).filter(lambda n: sum(n) > 20))
def test_constant_poisson_rate_has_the_closed_form(counts: list[int]) -> None:
    """The best rate is the mean, its variance mean/n, the interval that of the likelihood."""
    data = np.array(counts, dtype=float)
    found = fit(Cost.poisson(flat, data), [Parameter("rate", 5.0, 1e-6)], minos=["rate"])
    mean = data.mean()
    assert found["rate"].value == pytest.approx(mean, rel=1e-5)
    assert found["rate"].error == pytest.approx(math.sqrt(mean / 8), rel=2e-3)
    for end in (found["rate"].low, found["rate"].high):
        rise = 2 * 8 * (end - mean + mean * math.log(mean / end))
        assert rise == pytest.approx(1, rel=2e-2)


def line(x: Any) -> Callable[[Any], Prediction]:
    return lambda v: Prediction(v[0] + v[1] * x, np.stack([np.ones_like(x), x], axis=1))


def test_hesse_and_information_agree_where_the_model_is_linear() -> None:
    x = np.linspace(0, 10, 50)
    rng = np.random.default_rng(1)
    cost = Cost.gaussian(line(x), 3 + 2 * x + rng.normal(0, 0.3, 50), 0.3)
    parameters = [Parameter("a", 0.0), Parameter("b", 0.0)]
    by_hesse, by_information = (fit(cost, parameters, hesse=h) for h in (True, False))
    assert (by_hesse.errors_by, by_information.errors_by) == ("hesse", "information")
    assert by_hesse.covariance == pytest.approx(by_information.covariance, rel=1e-3)
    design = np.stack([np.ones_like(x), x], axis=1) / 0.3
    assert by_information.covariance == pytest.approx(np.linalg.inv(design.T @ design), rel=1e-9)


def test_joint_fit_is_the_fit_of_all_data_at_once() -> None:
    x = np.linspace(0, 10, 40)
    rng = np.random.default_rng(2)
    first, second = (offset + 2 * x + rng.normal(0, 0.5, 40) for offset in (1.0, 5.0))
    parts = [
        (Cost.gaussian(line(x), first, 0.5), np.array([0, 2])),
        (Cost.gaussian(line(x), second, 0.5), np.array([1, 2])),
    ]
    parameters = [Parameter("a1", 0.0), Parameter("a2", 0.0), Parameter("b", 0.0)]
    joint = fit(JointCost(parts), parameters)

    def both(v: Any) -> Prediction:
        return Prediction(np.concatenate([v[0] + v[2] * x, v[1] + v[2] * x]))

    whole = fit(Cost.gaussian(both, np.concatenate([first, second]), 0.5), parameters)
    assert joint.values == pytest.approx(whole.values, rel=1e-6)
    assert joint.covariance == pytest.approx(whole.covariance, rel=1e-3)
    assert joint.cost == pytest.approx(whole.cost, rel=1e-9)


def test_parameter_at_its_limit_leaves_the_others_their_errors() -> None:
    """A background that would like to be negative stays at 0; the slope has the error of a fit without background."""
    x = np.linspace(1, 10, 60)
    rng = np.random.default_rng(3)
    cost = Cost.gaussian(line(x), -1.0 + 2 * x + rng.normal(0, 0.5, 60), 0.5)
    found = fit(cost, [Parameter("a", 1.0, 0.0), Parameter("b", 1.0)])
    alone = fit(cost, [Parameter("a", 0.0, fixed=True), Parameter("b", 1.0)])
    assert found["a"].at_limit
    assert found["b"].value == pytest.approx(alone["b"].value, rel=1e-6)
    assert found["b"].error == pytest.approx(alone["b"].error, rel=1e-3)
    assert found.faults == ()


def test_what_the_data_cannot_tell_is_named() -> None:
    x = np.linspace(0, 1, 30)

    def degenerate(v: Any) -> Prediction:
        return Prediction((v[0] + v[1]) * x)

    rng = np.random.default_rng(4)
    found = fit(
        Cost.gaussian(degenerate, x + rng.normal(0, 0.1, 30), 0.1), [Parameter("a", 0.3), Parameter("b", 0.3)]
    )
    assert found.faults
    assert identifiability(found)["not_determined"]


def test_profile_of_a_linear_parameter_is_a_parabola() -> None:
    x = np.linspace(0, 10, 50)
    rng = np.random.default_rng(5)
    cost = Cost.gaussian(line(x), 3 + 2 * x + rng.normal(0, 0.3, 50), 0.3)
    parameters = [Parameter("a", 0.0), Parameter("b", 0.0)]
    found = fit(cost, parameters)
    away = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    rises = profile(cost, parameters, found, "b", found["b"].value + away * found["b"].error)
    assert rises == pytest.approx(away**2, abs=2e-3)


def test_propagated_errors_of_a_linear_function_are_exact() -> None:
    x = np.linspace(0, 10, 50)
    rng = np.random.default_rng(6)
    found = fit(
        Cost.gaussian(line(x), 3 + 2 * x + rng.normal(0, 0.3, 50), 0.3),
        [Parameter("a", 0.0), Parameter("b", 0.0)],
    )
    weight = np.array([1.0, 4.0])
    value, error = found.propagated(lambda v: np.array([v @ weight]))
    assert value[0] == pytest.approx(found.values @ weight)
    assert error[0] == pytest.approx(math.sqrt(weight @ found.covariance @ weight), rel=1e-9)


def test_more_parameters_than_points_are_refused() -> None:
    with pytest.raises(ValueError, match="2 points for 3 parameters"):
        fit(Cost.gaussian(lambda _: Prediction(np.zeros(2)), np.zeros(2)), [Parameter(n, 0.0) for n in "abc"])


def test_errors_widen_with_what_the_model_lacks_and_never_shrink() -> None:
    """A line through points that scatter ten times as much as their errors say: errors as if these were ten times."""
    x = np.linspace(0, 1, 50)
    y = 1 + 2 * x + np.random.default_rng(2).normal(0, 1, 50)

    def model(values: np.ndarray) -> Prediction:
        return Prediction(values[0] + values[1] * x, np.stack([np.ones_like(x), x], axis=1))

    line = [Parameter("a", 1.0), Parameter("b", 1.0)]
    narrow, right, wide = (fit(Cost.gaussian(model, y, sigma), line) for sigma in (0.1, 1.0, 10.0))
    found = widened(narrow)
    root = np.sqrt(right.cost / right.degrees_of_freedom)
    for name in ("a", "b"):
        assert found[name].error == pytest.approx(root * right[name].error, rel=1e-4)
        assert found[name].high - found[name].value == pytest.approx(found[name].error, rel=1e-6)
        assert found[name].value == narrow[name].value
    assert np.sqrt(np.diag(found.covariance)) == pytest.approx([p.error for p in found.parameters])
    assert widened(wide)["a"].error == wide["a"].error
