"""Designs that no other one beats in every objective, and how likely each is to be one of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.output import number
from scintidot.records import FloatArray
from scintidot.studies.axes import design, points_at, take
from scintidot.studies.finding import (
    Finding,
    missing,
    none_feasible,
    side,
    value_in_words,
    variable,
    with_bands,
    words_of,
)
from scintidot.studies.problem import Problem
from scintidot.studies.search import nondominated, spread_out
from scintidot.studies.search import pareto as search
from scintidot.studies.targets import violations
from scintidot.studies.uncertainty import INTERVAL
from scintidot.studies.worlds import drawn, nominal

ROUNDS, OFFSPRING = 8, 128
DESIGNS, RIVALS = 24, 24
"""Designs of the front that are shown, and those just behind it that compete with them in the draws."""
PROBABILITY = (
    "share of the draws in which no other design beats it, among the designs of the front that are shown and as many "
    "just behind it"
)


def pareto(problem: Problem, samples: int, draws: int, seed: int) -> Finding:
    """Search at the values of the card, thin the front evenly, and follow its designs through the draws."""

    def losses_of(cube: FloatArray) -> tuple[FloatArray, FloatArray]:
        return problem.judged({**problem.designs(cube), **nominal(problem, len(cube))})

    cube, losses, missed = search(
        losses_of, problem.levels, samples=samples, rounds=ROUNDS, offspring=OFFSPRING, seed=seed
    )
    kept = missed == 0
    on_front = nondominated(losses, kept)
    if not on_front.any():
        designs = problem.designs(cube)
        figures = problem.figures({**designs, **nominal(problem, len(cube))})
        return Finding([none_feasible(problem, designs, figures)], {"front": []}, {}, {})
    shown = _thinned(losses, np.flatnonzero(on_front), DESIGNS)
    behind = nondominated(losses, kept & ~on_front)
    rivals = _thinned(losses, np.flatnonzero(behind), RIVALS)
    points = problem.designs(cube[shown])
    banded = with_bands(problem, points)
    probability, over_draws = _through_draws(
        problem, cube[np.concatenate([shown, rivals])], len(shown), draws, seed
    )
    front = []
    for i in range(len(shown)):
        line: dict[str, Any] = {"design": design(problem.axes, points, i)}
        for word, figures in (("value", banded.central), ("low", banded.low), ("high", banded.high)):
            line[word] = side(figures, problem.targets, i)
        line["probability_on_front"] = number(probability[i])
        front.append(line)
    sample = problem.designs(cube)
    figures = {one.name: one.loss(losses[:, i]) for i, one in enumerate(problem.objectives)}
    return Finding(
        answer=_answer(problem, points, banded.central, probability),
        results={"front": front, "designs_evaluated": len(cube), "draws": draws},
        variables=_variables(problem, points, banded, probability, over_draws, figures, kept),
        coordinates={"front_design": ("front_design", np.arange(len(shown)))},
        warnings=missing(figures, problem.objectives, sample, problem.axes),
    )


def _thinned(losses: FloatArray, index: Any, count: int) -> Any:
    return index[spread_out(losses[index], count)] if index.size else index


def _through_draws(
    problem: Problem, cube: FloatArray, shown: int, draws: int, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Probability of each shown design to be on the front, and its objectives: 2.5, 50 and 97.5 % over the draws."""
    if not draws:
        return np.full(shown, np.nan), np.full((len(INTERVAL), shown, len(problem.objectives)), np.nan)
    worlds, count = drawn(problem, draws, seed), len(cube)
    every = points_at(problem.axes, np.tile(cube, (draws, 1)))
    figures = problem.figures({**every, **take(worlds, np.repeat(np.arange(draws), count))})
    losses = np.stack([one.loss(figures[one.name]) for one in problem.objectives], axis=-1)
    kept = (violations(problem.constraints, figures, len(losses)) == 0).reshape(draws, count)
    losses = losses.reshape(draws, count, -1)
    on_front = np.array([nondominated(*one) for one in zip(losses, kept, strict=True)])
    values = np.stack([one.loss(losses[:, :shown, i]) for i, one in enumerate(problem.objectives)], axis=-1)
    return on_front[:, :shown].mean(axis=0), np.nanquantile(values, INTERVAL, axis=0)


def _answer(problem: Problem, points: Any, figures: Any, probability: FloatArray) -> list[str]:
    """The ends of the front, and what one costs in the other."""
    count = len(probability)
    lines = []
    for one in problem.objectives:
        i = int(np.argmin(one.loss(figures[one.name])))
        where = words_of(problem.axes, {name: values[i] for name, values in points.items()})
        got = ", ".join(value_in_words(other, float(figures[other.name][i])) for other in problem.objectives)
        lines.append(f"the best {one.heading} is at {where} ({got})")
    sentences = [f"{count} designs from which to choose: {'; '.join(lines)}."]
    if count == 1:
        sentences = [f"One design is the best in every objective: {lines[0].partition(' is at ')[2]}."]
    if np.isfinite(probability).all():
        sure = np.count_nonzero(probability >= 0.5)
        sentences.append(
            f"{sure} of {count} stay on the front in at least half of the draws of what is uncertain."
        )
    return sentences


def _variables(
    problem: Problem,
    points: Any,
    banded: Any,
    probability: FloatArray,
    over_draws: FloatArray,
    figures: Any,
    kept: Any,
) -> dict[str, Any]:
    found: dict[str, Any] = {"probability_on_front": ("front_design", probability, {"units": "1"})}
    for axis in problem.axes:
        values = points[axis.name].astype(str) if axis.named else points[axis.name]
        found[variable(axis.name)] = ("front_design", values, {} if axis.named else {"units": axis.unit})
    for one in problem.targets:
        for suffix, part in (("", banded.central), ("_low", banded.low), ("_high", banded.high)):
            found[variable(one.name) + suffix] = ("front_design", part[one.name], {"units": one.unit})
    for i, one in enumerate(problem.objectives):
        for word, values in zip(("lower", "median", "upper"), over_draws[:, :, i], strict=True):
            found[f"{variable(one.name)}_{word}_of_draws"] = ("front_design", values, {"units": one.unit})
        found[f"{variable(one.name)}_of_sample"] = ("sample", figures[one.name], {"units": one.unit})
    found["keeps_constraints_of_sample"] = ("sample", kept)
    return found
