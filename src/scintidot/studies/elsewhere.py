"""The recommended design, and the best one, where the uncertain numbers are others."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from scintidot.bands import Outputs
from scintidot.output import number
from scintidot.records import FloatArray
from scintidot.studies.axes import design, take
from scintidot.studies.finding import relative_regret
from scintidot.studies.problem import Problem
from scintidot.studies.search import Best, Index, Score, minimise
from scintidot.studies.targets import violations
from scintidot.studies.worlds import Columns, drawn, joined, nominal, single

WORLD_SAMPLES, WORLD_ROUNDS, WORLD_OFFSPRING = 16, 8, 8
"""Of the search in every other world; first samples for each axis and one more."""


class Elsewhere(NamedTuple):
    """The recommended design, and the best one, in every world: as it is, one thing changed at a time, draws."""

    labels: list[tuple[str, str]]  # of the worlds from 1 on in which one thing is changed; draws follow
    there: Best
    bests: Columns
    same: Outputs  # of the recommended design
    missed: FloatArray  # by it
    regret: FloatArray  # nan where it misses a constraint

    @property
    def random(self) -> slice:
        """The draws."""
        return slice(1 + len(self.labels), None)


def score(problem: Problem, worlds: Columns) -> Score:
    """The objective in each of the ``worlds``."""

    def judged(cube: FloatArray, world: Index) -> tuple[FloatArray, FloatArray]:
        losses, missed = problem.judged({**problem.designs(cube), **take(worlds, world)})
        return losses[:, 0], missed

    return judged


def search_elsewhere(problem: Problem, found: Best, draws: int, seed: int) -> Elsewhere:
    """Search in every world; the recommended design is tried in each."""
    one_by_one, labels = single(problem)
    worlds, count = joined(nominal(problem), one_by_one, drawn(problem, draws, seed)), 1 + len(labels) + draws
    there = (
        minimise(
            score(problem, worlds), problem.levels, worlds=count, samples=WORLD_SAMPLES * (len(problem.levels) + 1),
            rounds=WORLD_ROUNDS, offspring=WORLD_OFFSPRING, seed=seed + 1, known=found.cube,
        )
        if count > 1
        else found
    )  # fmt: skip
    same = problem.figures({**problem.designs(np.repeat(found.cube, count, axis=0)), **worlds})
    main = problem.objectives[0]
    missed = violations(problem.constraints, same, count)
    regret = np.where(missed > 0, np.nan, relative_regret(main.loss(same[main.name]), there.score))
    return Elsewhere(labels, there, problem.designs(there.cube), same, missed, regret)


def one_at_a_time(problem: Problem, elsewhere: Elsewhere) -> list[dict[str, Any]]:
    """What each uncertain thing alone does to the recommended design, and which one would be better then."""
    values = elsewhere.same[problem.objectives[0].name]
    return [
        {
            "number": key,
            "at": end,
            "value": number(values[i]),
            "relative_change": number(values[i] / values[0] - 1),
            "regret": number(elsewhere.regret[i]),
            "keeps_the_constraints": bool(elsewhere.missed[i] == 0),
            "best_design": design(problem.axes, elsewhere.bests, i),
        }
        for i, (key, end) in enumerate(elsewhere.labels, 1)
    ]
