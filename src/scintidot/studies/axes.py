"""What a study varies: options of a prediction, numbers of the card, the loading of a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.config import OPTIONS
from scintidot.records import FloatArray
from scintidot.run_options import run_options

Points = Mapping[str, npt.NDArray[Any]]
"""Columns of one length. An axis has values; an uncertain number its quantile, nan for the value of the card."""

STEERING = frozenset(
    {"table", "traps", "relative_error", "histories", "energy_unit", "seed", "events", "local_deposit_below"}
)
"""Options of a prediction that are no axes: they steer the computation, or count whole things."""
_AXES = {name: option for name, option in run_options().items() if name not in STEERING}
NUMBERS = {name: option.unit or "1" for name, option in _AXES.items() if not option.names}
"""Options that are numbers, with the unit of a bare one."""
NAMES = tuple(name for name, option in _AXES.items() if option.names)
"""Options that are names."""
OF_SAMPLE = {"volume_fraction": "1", "host_transfer": "1"}
"""Options of a sample (`scintidot light`) that are numbers."""

AT_ONCE = frozenset(
    {"edge_length", "size_dispersion", "energy", "retained_fraction", "light_yield", "outcoupling",
     "detection_efficiency", *OF_SAMPLE}
)  # fmt: skip
"""Options that many points are computed with together, each with its own value."""
STEPS = 33
"""Values that a range is taken at where each needs a computation of its own."""
_STEPPED = {*NUMBERS} - AT_ONCE | {"energy"}


@dataclass(frozen=True)
class Axis:
    """One thing that is varied: a range, or a list of numbers or names."""

    name: str
    unit: str
    values: tuple[Any, ...]  # of a sweep; all that there is, unless ``ends`` are given
    ends: tuple[float, float] | None = None
    logarithmic: bool = False

    @property
    def named(self) -> bool:
        """Whether its values are names."""
        return isinstance(self.values[0], str)

    @property
    def levels(self) -> int:
        """How many values there are; 0 for a range."""
        return 0 if self.ends is not None else len(self.values)

    @property
    def key(self) -> str:
        """Name in a result, with its unit."""
        return OPTIONS[self.name].split(".")[-1] if self.name in NUMBERS else self.name

    @property
    def heading(self) -> str:
        """For people."""
        return self.words if self.unit == "1" or self.named else f"{self.words} [{self.unit}]"

    @property
    def words(self) -> str:
        """Name for people; a number of the card keeps its key."""
        return self.name if "." in self.name else self.name.replace("_", " ")

    def at(self, share: FloatArray) -> npt.NDArray[Any]:
        """Values at places 0 to 1 along the axis."""
        if self.ends is None:
            place = np.minimum((np.asarray(share) * len(self.values)).astype(int), len(self.values) - 1)
            return np.asarray(np.array(self.values, dtype=object if self.named else float)[place])
        low, high = self.ends
        if self.name in _STEPPED:
            share = np.round(share * (STEPS - 1)) / (STEPS - 1)
        if self.logarithmic:
            return np.asarray(low * (high / low) ** share)
        return np.asarray(low + (high - low) * share)

    def place(self, value: Any) -> float:
        """Where along the axis a value lies, 0 to 1."""
        if self.ends is None:
            return (self.values.index(value) + 0.5) / len(self.values)
        low, high = self.ends
        if self.logarithmic:
            return float(np.log(value / low) / np.log(high / low))
        return float((value - low) / (high - low))

    def as_json(self) -> dict[str, Any]:
        """For a result."""
        kind: dict[str, Any] = {"values": list(self.values)}
        if self.ends is not None:
            kind |= {
                "from": self.ends[0],
                "to": self.ends[1],
                "spacing": "log" if self.logarithmic else "linear",
            }
        return {"name": self.name, "unit": self.unit, **kind}


def grid(axes: Sequence[Axis]) -> dict[str, npt.NDArray[Any]]:
    """Every combination of the values of the axes, the last one fastest."""
    arrays = [np.array(axis.values, dtype=object if axis.named else float) for axis in axes]
    mesh = np.meshgrid(*arrays, indexing="ij") if arrays else [np.empty(1)]
    return {axis.name: values.ravel() for axis, values in zip(axes, mesh, strict=False)}


def points_at(axes: Sequence[Axis], cube: FloatArray) -> dict[str, npt.NDArray[Any]]:
    """Points of the unit cube, shape (n, axes), as values."""
    return {axis.name: axis.at(cube[:, i]) for i, axis in enumerate(axes)}


def length(points: Points) -> int:
    """Number of points."""
    return len(next(iter(points.values())))


def take(points: Points, index: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """Some of the points."""
    return {name: values[index] for name, values in points.items()}


def design(axes: Sequence[Axis], points: Points, index: int) -> dict[str, Any]:
    """Values of the axes at one point, keyed with their units."""
    values = {axis.key: points[axis.name][index] for axis in axes}
    return {axis.key: values[axis.key] if axis.named else float(values[axis.key]) for axis in axes}
