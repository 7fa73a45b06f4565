"""The best design, where it would lie if the uncertain numbers were others, and what that would cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.bands import Banded
from scintidot.output import as_text, number, per_cent
from scintidot.records import FloatArray
from scintidot.studies.axes import Axis, design
from scintidot.studies.elsewhere import Elsewhere, one_at_a_time, score, search_elsewhere
from scintidot.studies.finding import (
    MATTERS,
    Finding,
    idle,
    missing,
    none_feasible,
    side,
    value_in_words,
    variable,
    what_to_measure,
    with_bands,
    words_of,
)
from scintidot.studies.problem import Problem
from scintidot.studies.search import minimise, start
from scintidot.studies.uncertainty import INTERVAL
from scintidot.studies.worlds import Columns, nominal

ROUNDS, OFFSPRING = 14, 32
"""Of the search at the values of the card."""
CUT_POINTS = 41
REGRET = (
    "by how much the recommended design is worse in a world than the best one there, over that one; where it misses a "
    "constraint in that world, that is counted instead"
)


def optimum(problem: Problem, samples: int, draws: int, seed: int) -> Finding:
    """Search at the values of the card, then with each uncertain number at its ends and with all drawn at random."""
    found = minimise(
        score(problem, nominal(problem)), problem.levels, samples=samples, rounds=ROUNDS, offspring=OFFSPRING,
        seed=seed,
    )  # fmt: skip
    if found.violation[0] > 0:
        return _without(problem, samples, seed)
    points = problem.designs(found.cube)
    banded = with_bands(problem, points)
    elsewhere = search_elsewhere(problem, found, draws, seed)
    random, main = elsewhere.random, problem.objectives[0]
    measure = one_at_a_time(problem, elsewhere)
    spread = (
        {axis.key: _spread(axis, elsewhere.bests[axis.name][random]) for axis in problem.axes}
        if draws
        else {}
    )
    risk = (
        _risk(elsewhere.regret[random], elsewhere.missed[random], elsewhere.same[main.name][random])
        if draws
        else {}
    )
    cuts = {axis.name: _cut(problem, axis, points) for axis in problem.axes}
    sides = {"value": banded.central, "low": banded.low, "high": banded.high}
    results = {
        "best": {
            "design": design(problem.axes, points, 0),
            **{word: side(figures, problem.targets, 0) for word, figures in sides.items()},
        },
        "best_over_draws": spread,
        "draws": draws,
        **risk,
        "one_at_a_time": measure,
    }
    return Finding(
        answer=_answer(problem, points, banded, spread, risk, measure),
        results=results,
        variables=_variables(problem, cuts, elsewhere),
        coordinates=_coordinates(problem, cuts),
        best={name: values[0] for name, values in points.items()},
        warnings=_notes(problem, cuts),
    )


def _notes(problem: Problem, cuts: dict[str, tuple[Columns, Banded]]) -> list[str]:
    """Axes that do nothing, and gaps along them."""
    notes = []
    for axis in problem.axes:
        grid, banded = cuts[axis.name]
        if axis.levels != 1:
            notes += idle(problem, axis, banded.central, 0, (len(grid[axis.name]),))
        notes += missing(banded.central, problem.targets, grid, [axis])
    return notes


def _without(problem: Problem, samples: int, seed: int) -> Finding:
    """No design keeps the constraints: how near an even sample comes."""
    cube = start(problem.levels, samples, seed)
    designs = problem.designs(cube)
    figures = problem.figures({**designs, **nominal(problem, len(cube))})
    return Finding([none_feasible(problem, designs, figures)], {"best": None}, {}, {})


def _spread(axis: Axis, values: npt.NDArray[Any]) -> dict[str, Any]:
    """Where the best design lies over the draws."""
    if axis.named or axis.ends is None:
        names, counts = np.unique(values.astype(str) if axis.named else values, return_counts=True)
        return {
            "shares": {
                str(name): float(count / counts.sum()) for name, count in zip(names, counts, strict=True)
            }
        }
    low, middle, high = np.quantile(values, INTERVAL)
    return {"median": float(middle), "interval_95": [float(low), float(high)]}


def _risk(regret: FloatArray, missed: FloatArray, value: FloatArray) -> dict[str, Any]:
    """What the recommended design loses over the draws."""
    known = regret[np.isfinite(regret)]
    middle, high = np.quantile(known, (0.5, 0.95)) if known.size else (np.nan, np.nan)
    low, _, top = np.nanquantile(value, INTERVAL) if np.isfinite(value).any() else (np.nan,) * 3
    return {
        "regret": {"median": number(middle), "quantile_95": number(high)},
        "probability_that_constraints_are_kept": float(np.mean(missed == 0)),
        "objective_over_draws": [number(low), number(top)],
    }


def _cut(problem: Problem, axis: Axis, points: Any) -> tuple[Columns, Banded]:
    """Along one axis through the best design, with bands."""
    share = (
        np.linspace(0, 1, CUT_POINTS) if axis.levels == 0 else (np.arange(axis.levels) + 0.5) / axis.levels
    )
    grid: Columns = {name: np.repeat(values, len(share)) for name, values in points.items()}
    grid[axis.name] = axis.at(share)
    return grid, with_bands(problem, grid)


def _answer(
    problem: Problem, points: Any, banded: Banded, spread: dict[str, Any], risk: dict[str, Any],
    measure: list[dict[str, Any]],
) -> list[str]:  # fmt: skip
    main = problem.objectives[0]
    parts = []
    for axis in problem.axes:
        words = words_of([axis], {axis.name: points[axis.name][0]})
        over = spread.get(axis.key, {})
        if "interval_95" in over:
            low, high = over["interval_95"]
            words += f" ({as_text(low, 3)} to {as_text(high, 3)} in 95 % of draws)"
        elif "shares" in over:
            words += f" (in {per_cent(over['shares'].get(str(points[axis.name][0]), 0.0), 2)} of draws)"
            often, share = max(over["shares"].items(), key=lambda entry: entry[1])
            if often != str(points[axis.name][0]):
                words = words.removesuffix(")") + f", {often} in {per_cent(share, 2)})"
        parts.append(words)
    value = value_in_words(
        main, *(float(part[main.name][0]) for part in (banded.central, banded.low, banded.high))
    )
    text = f"Best: {', '.join(parts)}, with {value}"
    if problem.constraints:
        text += ", keeping " + " and ".join(one.limit for one in problem.constraints)
        if risk:
            text += f" (kept in {per_cent(risk['probability_that_constraints_are_kept'], 2)} of draws)"
    sentences = [f"{text}."]
    regret: dict[str, Any] = risk["regret"] if risk else {"quantile_95": None}
    if regret["quantile_95"] is not None:
        cost = f"costs {per_cent(regret['median'])} (median) and up to {per_cent(regret['quantile_95'])}"
        if regret["quantile_95"] < MATTERS:
            cost = f"costs less than {per_cent(MATTERS, 2)}"
        sentences.append(
            f"If the uncertain numbers are others, this choice {cost} (95 % of draws) against the best one then."
        )
    return [*sentences, *what_to_measure(measure, main.heading)]


def _variables(
    problem: Problem, cuts: dict[str, tuple[Columns, Banded]], elsewhere: Elsewhere
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    random, main = elsewhere.random, problem.objectives[0]
    for name, (_, banded) in cuts.items():
        dimension = f"along_{variable(name)}"
        for one in problem.targets:
            for suffix, part in (("", banded.central), ("_low", banded.low), ("_high", banded.high)):
                values = (dimension, part[one.name], {"units": one.unit})
                found[f"{variable(one.name)}{suffix}_{dimension}"] = values
    if elsewhere.regret[random].size:
        for axis in problem.axes:
            attributes = {} if axis.named else {"units": axis.unit}
            found[f"best_{variable(axis.name)}"] = (
                "draw",
                _plain(elsewhere.bests[axis.name][random]),
                attributes,
            )
        found["best_objective"] = ("draw", main.loss(elsewhere.there.score[random]), {"units": main.unit})
        found["regret"] = ("draw", elsewhere.regret[random], {"units": "1"})
    return found


def _plain(values: npt.NDArray[Any]) -> Any:
    return values if values.dtype != object else values.astype(str)


def _coordinates(problem: Problem, cuts: dict[str, tuple[Columns, Banded]]) -> dict[str, Any]:
    found = {}
    for axis in problem.axes:
        name = f"along_{variable(axis.name)}"
        found[name] = (
            name,
            _plain(cuts[axis.name][0][axis.name]),
            {} if axis.named else {"units": axis.unit},
        )
    return found
