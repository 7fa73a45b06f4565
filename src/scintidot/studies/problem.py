"""A study as its methods see it: points in, objectives and constraints out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scintidot.bands import Outputs
from scintidot.records import FloatArray
from scintidot.studies.axes import Axis, Points, length, points_at
from scintidot.studies.targets import Target, violations


@dataclass(frozen=True, eq=False)
class Problem:
    """Axes, objectives, constraints, what is uncertain, and the function that knows the figures."""

    axes: Sequence[Axis]
    objectives: Sequence[Target]
    constraints: Sequence[Target]
    evaluate: Callable[[Points], Outputs]
    uncertain: Sequence[str] = ()  # numbers; a column of quantiles, nan for the value of the card
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)  # uncertain names, all alike
    chosen: dict[str, str] = field(default_factory=dict)  # the names of the run
    fixed: dict[str, float] = field(default_factory=dict)  # columns of every point

    @property
    def targets(self) -> list[Target]:
        """Objectives, then constraints."""
        return [*self.objectives, *self.constraints]

    @property
    def levels(self) -> list[int]:
        """As `Axis.levels`, of every axis."""
        return [axis.levels for axis in self.axes]

    def designs(self, cube: FloatArray) -> dict[str, npt.NDArray[np.float64]]:
        """Values of the axes at places of the unit cube."""
        return points_at(self.axes, cube)

    def figures(self, points: Points) -> Outputs:
        """Every figure of the points, and every target by its name."""
        count = length(points)
        points = {**{name: np.full(count, value) for name, value in self.fixed.items()}, **points}
        found = self.evaluate(points)
        others: dict[float, Outputs] = {}
        for target in self.targets:
            size, figures = target.edge_length, found
            if size is not None:
                if size not in others:
                    others[size] = self.evaluate({**points, "edge_length": np.full(count, size)})
                figures = others[size]
            numbers = {
                axis.name: points[axis.name] for axis in self.axes if not axis.named and axis.name in points
            }
            values = np.broadcast_to(target.expression({**numbers, **figures}), (count,))
            found = {**found, target.name: values}
        return found

    def judged(self, points: Points) -> tuple[FloatArray, FloatArray]:
        """Losses of the objectives, shape (n, objectives), and violation of the constraints, shape (n,)."""
        figures = self.figures(points)
        losses = np.stack([one.loss(figures[one.name]) for one in self.objectives], axis=-1)
        return losses, violations(self.constraints, figures, len(losses))
