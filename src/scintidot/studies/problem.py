"""A study as its methods see it: points in, objectives and constraints out; what was computed is kept."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scintidot.bands import Outputs
from scintidot.errors import CannotWrite
from scintidot.progress import Progress, silent
from scintidot.provenance import fingerprint
from scintidot.records import FloatArray
from scintidot.studies.axes import Axis, Points, length, points_at, take
from scintidot.studies.targets import Target, violations

BLOCK = 256
"""Points of one block: computed together, kept together."""


@dataclass(eq=False)
class Blocks:
    """A function of points, block by block; in a folder, each block is kept under the fingerprint of its content."""

    function: Callable[[Points], Outputs]
    folder: Path | None = None
    identity: str = ""
    progress: Progress = silent
    expected: int = 0  # points, for the progress
    computed: int = field(default=0, init=False)
    reused: int = field(default=0, init=False)
    _own: set[Path] = field(default_factory=set, init=False)  # blocks of this run

    def __call__(self, points: Points) -> Outputs:
        """The figures of any number of points."""
        count, parts = length(points), []
        for start in range(0, count, BLOCK):
            done = self.computed + self.reused
            self.progress("designs", min(done / max(self.expected, done + 1), 1.0))
            parts.append(self._block(take(points, np.arange(start, min(start + BLOCK, count)))))
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _block(self, points: Points) -> Outputs:
        path = None if self.folder is None else self.folder / f"{self._key(points)}.npz"
        found = None if path is None else _read(path)
        if found is not None:
            self.reused += 0 if path in self._own else length(points)
            return found
        found = self.function(points)
        self.computed += length(points)
        if path is not None:
            _write(path, found)
            self._own.add(path)
        return found

    def _key(self, points: Points) -> str:
        columns = (f"{name}={values.tolist()!r}".encode() for name, values in sorted(points.items()))
        return fingerprint(self.identity.encode(), *columns)[:32]


def _read(path: Path) -> Outputs | None:
    """A block; None if there is none or it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, outputs: Outputs) -> None:
    """A whole block or none."""
    memory = io.BytesIO()
    np.savez_compressed(memory, **outputs)  # type: ignore[arg-type]
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(memory.getvalue())
        unfinished.replace(path)
    except OSError as error:
        raise CannotWrite(
            where=str(path.parent), what="output folder", who="--out", expected="a folder that can be written",
            found=error.strerror or str(error),
        ) from None  # fmt: skip
    finally:
        unfinished.unlink(missing_ok=True)


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
