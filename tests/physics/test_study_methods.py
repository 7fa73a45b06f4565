"""Methods of a design study on functions whose answer is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scintidot.errors import BadValue
from scintidot.studies.axes import Axis, Points
from scintidot.studies.expression import read_expression
from scintidot.studies.optimum import optimum
from scintidot.studies.pareto import pareto
from scintidot.studies.problem import Problem
from scintidot.studies.search import minimise, nondominated, spread_out
from scintidot.studies.sobol import sobol
from scintidot.studies.sweep import sweep
from scintidot.studies.targets import Target


def axis(name: str, low: float, high: float, points: int = 5) -> Axis:
    """A range."""
    return Axis(name, "1", tuple(np.linspace(low, high, points).tolist()), (low, high))


def target(name: str, **wanted: Any) -> Target:
    """A figure by its name."""
    return Target(name, read_expression(name, [name]), "1", name, **wanted)


def problem(function: Any, axes: list[Axis], names: str = "f", constraints: Any = (), **more: Any) -> Problem:
    """Figures of ``function(points)``, a mapping or one array; all to be small."""

    def evaluate(points: Points) -> dict[str, Any]:
        found = function(points)
        return found if isinstance(found, dict) else {"f": np.asarray(found, dtype=float)}

    return Problem(axes, [target(name) for name in names.split()], constraints, evaluate, **more)


# --- sensitivities ---


def ishigami(points: Points) -> Any:
    """sin x + 7 sin^2 y + 0.1 z^4 sin x (Ishigami, Homma 1990)."""
    return np.sin(points["x"]) + 7 * np.sin(points["y"]) ** 2 + 0.1 * points["z"] ** 4 * np.sin(points["x"])


def test_indices_of_ishigami_are_the_analytic_ones() -> None:
    axes = [axis(name, -np.pi, np.pi) for name in "xyz"]
    found = sobol(problem(ishigami, axes), 2048, 1, second_order=True, over=("axes",))
    entry = found.results["objectives"]["f"]
    a, b = 7.0, 0.1
    alone = 0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8, 0.0
    together = b**2 * np.pi**8 * (1 / 18 - 1 / 50)  # of x and z
    variance = sum(alone) + together
    all_of_it = (np.array(alone) + np.array([together, 0, together])) / variance
    first = [line["first_order"] for line in entry["factors"]]
    total = [line["total"] for line in entry["factors"]]
    np.testing.assert_allclose(first, np.array(alone) / variance, atol=0.03)
    np.testing.assert_allclose(total, all_of_it, atol=0.03)
    assert entry["second_order"][0][2] == pytest.approx(together / variance, abs=0.05)
    assert entry["standard_deviation"] ** 2 == pytest.approx(variance, rel=0.02)
    assert [line["base_samples"] for line in entry["convergence"]] == [128, 256, 512, 1024, 2048]
    covered = [
        abs(line["total"] - true) <= 2 * line["total_half_interval"]
        for line, true in zip(entry["factors"], all_of_it, strict=True)
    ]
    assert all(covered)


def test_a_linear_model_splits_its_variance_by_the_squares_of_its_slopes() -> None:
    def linear(points: Points) -> Any:
        return 3 * points["a"] + 1 * points["u"] + 5 + 2 * (points["choice"] == "other")

    made = problem(
        linear, [axis("a", 0, 1)], uncertain=["u", "idle"], choices={"choice": ("this", "other")},
        chosen={"choice": "this"},
    )  # fmt: skip
    found = sobol(made, 512, 3, over=("axes", "uncertainty")).results["objectives"]["f"]
    parts = {"a": 9 / 12, "u": 1 / 12, "idle": 0.0, "choice": 4 / 4}
    for line in found["factors"]:
        share = parts[line["name"]] / sum(parts.values())
        assert line["first_order"] == pytest.approx(share, abs=0.04)
        assert line["total"] == pytest.approx(share, abs=0.04)


def test_nothing_that_acts_is_said_and_a_gap_is_refused() -> None:
    flat = sobol(problem(lambda p: np.full(len(p["a"]), 3.0), [axis("a", 0, 1)]), 16, 1, over=("axes",))
    assert "nothing that varies acts on it" in flat.answer[0]
    with pytest.raises(BadValue, match=r"none at \d+ of"):
        sobol(
            problem(lambda p: np.where(p["a"] > 0.5, np.nan, 1.0), [axis("a", 0, 1)]), 16, 1, over=("axes",)
        )


# --- one objective ---


def branin(points: Points) -> Any:
    """Three minima of 0.397887 (Branin 1972)."""
    x, y = points["x"], points["y"]
    bowl = (y - 5.1 / (4 * np.pi**2) * x**2 + 5 / np.pi * x - 6) ** 2
    return bowl + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x) + 10


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_minimum_of_branin_is_found(seed: int) -> None:
    found = optimum(problem(branin, [axis("x", -5, 10), axis("y", 0, 15)]), 128, 0, seed)
    assert found.results["best"]["value"]["f"] == pytest.approx(0.397887, abs=2e-3)


def test_a_constraint_moves_the_optimum_to_its_edge() -> None:
    limits = [target("sum", at_least=1.0)]
    made = problem(
        lambda p: {"f": p["x"] ** 2 + p["y"] ** 2, "sum": p["x"] + p["y"]}, [axis("x", -2, 2), axis("y", -2, 2)],
        constraints=limits,
    )  # fmt: skip
    best = optimum(made, 128, 0, 1).results["best"]
    assert best["value"]["f"] == pytest.approx(0.5, abs=0.01)
    assert best["value"]["sum"] >= 1.0
    impossible = problem(lambda p: {"f": p["x"], "sum": p["x"]}, [axis("x", 0, 0.5)], constraints=limits)
    found = optimum(impossible, 32, 0, 1)
    assert found.best is None
    assert "No design keeps the constraints: sum at least 1, where the designs reach" in found.answer[0]


def test_mixed_axes_agree_with_a_dense_grid() -> None:
    """A range, a list of numbers and names, with gaps where the figure does not exist."""
    kinds = Axis("kind", "1", ("p", "q", "r"))
    steps = Axis("step", "1", (1.0, 2.0, 3.0, 4.0))

    def rough(points: Points) -> Any:
        place = np.array([{"p": 0.2, "q": 0.55, "r": 0.9}[name] for name in points["kind"]])
        value = (
            (points["x"] - place) ** 2 * points["step"]
            + 0.1 * (points["step"] - 2.5) ** 2
            + (points["kind"] != "q")
        )
        return np.where(points["x"] > 0.95, np.nan, value)

    best = optimum(problem(rough, [axis("x", 0, 1), steps, kinds]), 128, 0, 2).results["best"]
    x, step, kind = (
        m.ravel() for m in np.meshgrid(np.linspace(0, 1, 501), steps.values, kinds.values, indexing="ij")
    )
    dense = np.nanmin(rough({"x": x, "step": step, "kind": kind}))
    assert best["value"]["f"] <= dense + 1e-4
    assert best["design"]["kind"] == "q"


def test_the_search_is_as_good_as_differential_evolution() -> None:
    from scipy.optimize import differential_evolution

    def hills(cube: Any, _: Any = None) -> Any:
        z = 8 * (np.asarray(cube) - 0.37)
        return np.sum(z**2 - 3 * np.cos(2 * z), axis=-1), np.zeros(len(cube))

    ours = minimise(hills, [0, 0, 0], samples=256, rounds=14, offspring=32, seed=1)
    theirs = differential_evolution(lambda x: hills(x[None])[0][0], [(0, 1)] * 3, seed=1, maxiter=60)
    assert ours.score[0] <= theirs.fun + 1e-2


def test_where_the_optimum_lies_follows_what_is_uncertain() -> None:
    """(x - u)^2 + 1 with u uniform: the best x is u, staying at x = 0.5 costs (u - 0.5)^2."""
    made = problem(
        lambda p: (p["x"] - np.nan_to_num(p["u"], nan=0.5)) ** 2 + 1, [axis("x", -1, 2)], uncertain=["u"]
    )
    found = optimum(made, 64, 64, 1)
    assert found.results["best"]["design"]["x"] == pytest.approx(0.5, abs=5e-3)
    spread = found.results["best_over_draws"]["x"]
    assert spread["median"] == pytest.approx(0.5, abs=0.03)
    assert spread["interval_95"] == pytest.approx([0.025, 0.975], abs=0.03)
    assert found.results["regret"]["median"] == pytest.approx(0.25**2, rel=0.1)
    low, high = found.results["one_at_a_time"]
    assert [low["best_design"]["x"], high["best_design"]["x"]] == pytest.approx([0.0, 1.0], abs=0.02)
    assert low["regret"] == pytest.approx(0.25, abs=0.01)
    assert "were it low" in found.answer[-1] or "were it high" in found.answer[-1]


def test_the_same_seed_gives_the_same_study() -> None:
    made = problem(branin, [axis("x", -5, 10), axis("y", 0, 15)])
    assert optimum(made, 64, 0, 7).results == optimum(made, 64, 0, 7).results


# --- fronts ---


@given(arrays(float, st.tuples(st.integers(1, 30), st.integers(1, 3)), elements=st.integers(0, 4).map(float)))
def test_the_front_is_what_no_other_point_beats(losses: Any) -> None:
    found = nondominated(losses)
    for i, one in enumerate(losses):
        beaten = any(np.all(other <= one) and np.any(other < one) for other in losses)
        assert found[i] != beaten
    taken = spread_out(losses[found], 5)
    assert len(set(taken.tolist())) == len(taken) <= 5


def test_points_without_a_figure_or_against_the_rules_are_never_on_the_front() -> None:
    losses = np.array([[np.nan, 0.0], [1.0, 1.0], [0.0, 0.0]])
    assert nondominated(losses, np.array([True, True, False])).tolist() == [False, True, False]


def test_a_known_front_is_found() -> None:
    """ZDT1 in three numbers: g = 1 on the front, which is f2 = 1 - sqrt(f1) (Zitzler, Deb, Thiele 2000)."""

    def zdt1(points: Points) -> dict[str, Any]:
        x = np.array([points[name] for name in "xyz"])
        g = 1 + 9 * x[1:].mean(axis=0)
        return {"f": x[0], "h": g * (1 - np.sqrt(x[0] / g))}

    made = problem(zdt1, [axis(name, 0, 1) for name in "xyz"], "f h")
    front = pareto(made, 256, 0, 1).results["front"]
    f, h = (np.array([line["value"][name] for line in front]) for name in "fh")
    assert np.abs(h - (1 - np.sqrt(f))).max() < 0.05
    assert np.ptp(f) > 0.9
    assert np.diff(np.sort(f)).max() < 0.15  # no large gap


def test_the_probability_to_be_on_the_front_follows_the_draws() -> None:
    """f = x, h = 1 - x + u (x = 1): the last design is on the front until u raises it above the others."""

    def figures(points: Points) -> dict[str, Any]:
        raised = np.where(points["x"] == 1.0, 4 * np.nan_to_num(points["u"], nan=0.0), 0.0)
        return {"f": points["x"], "h": 1 - points["x"] + raised}

    steps = Axis("x", "1", (0.0, 0.5, 1.0))
    front = pareto(problem(figures, [steps], "f h", uncertain=["u"]), 16, 64, 1).results["front"]
    found = {line["design"]["x"]: line["probability_on_front"] for line in front}
    assert found[0.0] == found[0.5] == 1.0
    assert found[1.0] == pytest.approx(1 / 8, abs=0.04)  # 4 u < 0.5


# --- sweeps ---


def test_a_sweep_says_what_changes_the_decision() -> None:
    steps = Axis("x", "1", (0.0, 1.0, 2.0))
    idle = Axis("idle", "1", ("a", "b"))

    def bowl(points: Points) -> Any:
        u = np.nan_to_num(points["u"], nan=0)
        return (points["x"] - 1) ** 2 * (1 - 0.9 * u) + 1 - 0.5 * u * (points["x"] == 2.0)

    made = problem(bowl, [steps, idle], uncertain=["u"])
    found = sweep(made)
    assert found.results["best"]["f"]["design"]["x"] == 1.0
    high = found.results["one_at_a_time"][1]
    assert high["best_design"]["x"] == 2.0
    assert high["regret"] == pytest.approx(1 / 0.6 - 1, rel=1e-6)
    assert any("idle changes nothing" in note for note in found.warnings)
    assert "were it high, another design would be 67 % better" in found.answer[-1]
