"""Every combination of the values of the axes, with bands."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.bands import Outputs
from scintidot.output import number
from scintidot.records import FloatArray
from scintidot.studies.axes import Points, design, grid, length
from scintidot.studies.finding import (
    Finding,
    feasible,
    idle,
    missing,
    none_feasible,
    relative_regret,
    side,
    value_in_words,
    variable,
    what_to_measure,
    with_bands,
    words_of,
)
from scintidot.studies.problem import Problem
from scintidot.studies.targets import UNITS, violations
from scintidot.studies.worlds import nominal


def sweep(problem: Problem) -> Finding:
    """Evaluate the grid, find its best point for each objective, and say what would make another one best."""
    axes, points = problem.axes, grid(problem.axes)
    count, shape = length(points), tuple(len(axis.values) for axis in axes)
    banded = with_bands(problem, points)
    central = banded.central
    kept = feasible(problem, central)
    others = {
        (option, name): problem.figures(
            {**points, **nominal(problem, count), option: np.full(count, name, dtype=object)}
        )
        for option, names in problem.choices.items()
        for name in names
        if name != problem.chosen[option]
    }
    worlds: dict[tuple[str, str], Outputs] = {
        **{
            (key, end): ends[i]
            for key, ends in banded.single.items()
            for i, end in enumerate(("low", "high"))
        },
        **others,
    }
    best = {one.name: _best(problem, central, one.name) for one in problem.objectives}
    main = problem.objectives[0]
    at = best[main.name]
    measure = _what_changes(problem, points, central, worlds, at)
    sides = {"value": central, "low": banded.low, "high": banded.high}
    results: dict[str, Any] = {
        "designs": count,
        "designs_that_keep_the_constraints": int(np.count_nonzero(kept)),
        "best": {
            name: {
                "design": design(axes, points, i),
                "keeps_the_constraints": bool(kept[i]),
                **{word: side(figures, problem.targets, i) for word, figures in sides.items()},
            }
            for name, i in best.items()
        },
        "one_at_a_time": measure,
    }  # fmt: skip
    return Finding(
        answer=_answer(problem, points, sides, at, measure, bool(kept[at])),
        results=results,
        variables=_variables(problem, sides, worlds, kept, shape),
        coordinates={
            axis.name: (axis.name, list(axis.values), {} if axis.named else {"units": axis.unit})
            for axis in axes
        },
        best={name: values[at] for name, values in points.items()},
        warnings=[
            *missing(central, problem.targets, points, axes),
            *(
                note
                for i, axis in enumerate(axes)
                if shape[i] > 1
                for note in idle(problem, axis, central, i, shape)
            ),
        ],
    )


def _best(problem: Problem, figures: Outputs, name: str) -> int:
    """Index of the best point by one objective, constraints first."""
    target = next(one for one in problem.objectives if one.name == name)
    loss = np.nan_to_num(target.loss(figures[name]), nan=np.inf)
    missed = np.where(np.isfinite(loss), violations(problem.constraints, figures, len(loss)), np.inf)
    return int(np.lexsort((loss, missed))[0])


def _what_changes(
    problem: Problem, points: Points, central: Outputs, worlds: dict[tuple[str, str], Outputs], at: int
) -> list[dict[str, Any]]:
    """What each uncertain number or choice does to the first objective at the best point, and to the decision."""
    main = problem.objectives[0]
    lines = []
    for (key, end), figures in worlds.items():
        index = _best(problem, figures, main.name)
        loss = main.loss(figures[main.name])
        kept = bool(feasible(problem, figures)[at])
        lines.append(
            {
                "number": key,
                "at": end,
                "value": number(figures[main.name][at]),
                "relative_change": number(figures[main.name][at] / central[main.name][at] - 1),
                "best_design": design(problem.axes, points, index),
                "regret": number(relative_regret(loss[at], loss[index])) if kept else None,
                "keeps_the_constraints": kept,
            }
        )
    return lines


def _answer(
    problem: Problem,
    points: Points,
    sides: dict[str, Outputs],
    at: int,
    measure: list[dict[str, Any]],
    kept: bool,
) -> list[str]:
    main = problem.objectives[0]
    if not kept:
        return [none_feasible(problem, points, sides["value"])]
    where = {name: values[at] for name, values in points.items()}
    value = value_in_words(main, *(float(sides[word][main.name][at]) for word in ("value", "low", "high")))
    text = f"Best of the grid: {words_of(problem.axes, where)}, with {value}"
    if problem.constraints:
        text += ", keeping " + " and ".join(one.limit for one in problem.constraints)
    return [f"{text}.", *what_to_measure(measure, main.heading)]


def _variables(
    problem: Problem, sides: dict[str, Outputs], worlds: dict[tuple[str, str], Outputs], kept: FloatArray,
    shape: tuple[int, ...],
) -> dict[str, Any]:  # fmt: skip
    dimensions = [axis.name for axis in problem.axes]
    units = UNITS | {one.name: one.unit for one in problem.targets}
    suffixes = {"value": "", "low": "_low", "high": "_high"}
    found: dict[str, Any] = {
        variable(name) + suffixes[word]: (dimensions, values.reshape(shape), {"units": units[name]})
        for word, figures in sides.items()
        for name, values in figures.items()
    }
    found["keeps_constraints"] = (dimensions, kept.reshape(shape))
    if worlds:
        main = problem.objectives[0]
        values = np.stack([figures[main.name].reshape(shape) for figures in worlds.values()])
        found["objective_one_at_a_time"] = (["changed", *dimensions], values, {"units": main.unit})
        found["changed"] = ("changed", [f"{key} {end}" for key, end in worlds])
    return found
