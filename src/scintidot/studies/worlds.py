"""Worlds: what the uncertain numbers and choices could be, as columns of points."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.studies.problem import Problem
from scintidot.studies.uncertainty import quasi_random

Columns = dict[str, npt.NDArray[Any]]


def nominal(problem: Problem, count: int = 1) -> Columns:
    """The values of the card and the choices of the run, ``count`` times."""
    numbers: Columns = {key: np.full(count, np.nan) for key in problem.uncertain}
    return numbers | {option: np.full(count, name, dtype=object) for option, name in problem.chosen.items()}


def single(problem: Problem) -> tuple[Columns, list[tuple[str, str]]]:
    """One thing changed at a time: each number at its low and high, each choice to each other name; with labels."""
    labels = [(key, end) for key in problem.uncertain for end in ("low", "high")]
    labels += [
        (option, name)
        for option, names in problem.choices.items()
        for name in names
        if name != problem.chosen[option]
    ]
    columns = nominal(problem, len(labels))
    for i, (key, end) in enumerate(labels):
        columns[key][i] = end if key in problem.choices else float(end == "high")
    return columns, labels


def drawn(problem: Problem, count: int, seed: int) -> Columns:
    """Everything uncertain at once, at random."""
    if count == 0:
        return nominal(problem, 0)
    return of_cube(problem, quasi_random(count, len(problem.uncertain) + len(problem.choices), seed))


def of_cube(problem: Problem, cube: npt.NDArray[np.float64]) -> Columns:
    """Columns of places of the unit cube: numbers as quantiles, names each with the same share."""
    columns: Columns = {key: cube[:, i] for i, key in enumerate(problem.uncertain)}
    for i, (option, names) in enumerate(problem.choices.items(), len(problem.uncertain)):
        place = np.minimum((cube[:, i] * len(names)).astype(int), len(names) - 1)
        columns[option] = np.array(names, dtype=object)[place]
    return columns


def joined(*parts: Columns) -> Columns:
    """One after the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
