"""What a fit makes small: -2 ln L of data under a model, with its slope and expected information."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from scintidot.records import FloatArray

TINY = 1e-6
"""Expected counts below which ln(mu) goes on as a parabola: the noise of a response may make them negative."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a fit: where it starts and what it may be."""

    name: str
    start: float
    low: float = -math.inf
    high: float = math.inf
    fixed: bool = False
    unit: str = "1"
    incidental: bool = False  # may well be zero, which is no fault of the data: background, shift
    scale: float | None = None  # of a change that matters, for numerical derivatives; the value's by default

    def step(self, value: float) -> float:
        """Of a numerical derivative at ``value``."""
        return 1e-5 * (self.scale or abs(value) or abs(self.start) or 1.0)


class Prediction(NamedTuple):
    """What a model expects, and its derivatives where it knows them."""

    expected: FloatArray  # (points,)
    jacobian: FloatArray | Callable[[], FloatArray] | None = None  # (points, parameters), or what makes it


Model = Callable[[FloatArray], Prediction]
"""From the values of all parameters, fixed ones too, to the expected data."""


class Cost:
    """-2 ln L of data under a model."""

    def __init__(self, model: Model, values: FloatArray, sigma: FloatArray | None) -> None:
        self.model, self.data, self.sigma = model, values, sigma
        self._calls, self._last = 0, cast("tuple[bytes, Prediction] | None", None)

    @classmethod
    def poisson(cls, model: Model, counts: FloatArray) -> Cost:
        """Of counts with a Poisson law."""
        return cls(model, np.asarray(counts, dtype=float), None)

    @classmethod
    def gaussian(cls, model: Model, values: FloatArray, sigma: FloatArray | float = 1.0) -> Cost:
        """Of values with a normal law of standard deviation ``sigma``."""
        values = np.asarray(values, dtype=float)
        return cls(model, values, np.broadcast_to(np.asarray(sigma, dtype=float), values.shape))

    @property
    def points(self) -> int:
        """Number of data."""
        return int(self.data.size)

    def contributions(self, expected: FloatArray) -> FloatArray:
        """Of each point to the cost."""
        n = self.data
        if self.sigma is not None:
            return np.asarray(((n - expected) / self.sigma) ** 2)
        kept = np.maximum(expected, TINY)
        below = np.minimum(expected - TINY, 0.0) / TINY
        with np.errstate(divide="ignore", invalid="ignore"):
            logarithm = np.where(n > 0, n * (np.log(n / kept) - below + 0.5 * below**2), 0.0)
        return np.asarray(2 * (np.maximum(expected, 0.0) - n + logarithm))

    def slope(self, expected: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Minus half the derivative of the cost by each expected value, and its expected curvature (half)."""
        if self.sigma is not None:
            weight = 1 / self.sigma**2
            return (self.data - expected) * weight, weight
        kept = np.maximum(expected, TINY)
        below = np.minimum(expected - TINY, 0.0) / TINY
        there = expected > 0
        return self.data / kept * (1 - below) - there, np.where(there | (self.data > 0), 1 / kept, 0.0)

    def value(self, values: FloatArray) -> float:
        """The cost itself; very large where the model gives no number."""
        with np.errstate(over="ignore", invalid="ignore"):
            total = float(np.sum(self.contributions(self.expected(values))))
        return total if math.isfinite(total) else 1e300

    def expected(self, values: FloatArray) -> FloatArray:
        """Expected data."""
        return self._predict(values).expected

    def scoring(
        self, values: FloatArray, parameters: Sequence[Parameter], free: Any
    ) -> tuple[FloatArray, FloatArray]:
        """Minus half the gradient by the ``free`` parameters, and half the expected information."""
        slope, weight = self.slope(self.expected(values))
        jacobian = self._jacobian(values, parameters, free)
        return np.asarray(jacobian.T @ slope), (jacobian * weight[:, None]).T @ jacobian

    @property
    def calls(self) -> int:
        """How often the model was asked."""
        return self._calls

    @property
    def analytic(self) -> bool:
        """Whether the model knows its derivatives."""
        return self._last is not None and self._last[1].jacobian is not None

    def _predict(self, values: FloatArray) -> Prediction:
        key = values.tobytes()
        if self._last is None or self._last[0] != key:
            self._calls += 1
            self._last = key, self.model(values)
        return self._last[1]

    def _jacobian(self, values: FloatArray, parameters: Sequence[Parameter], free: Any) -> FloatArray:
        known = self._predict(values).jacobian
        if known is not None:
            return np.asarray((known() if callable(known) else known)[:, free])
        columns = []
        for place in free:
            p = parameters[place]
            step = p.step(values[place])
            up, down = values.copy(), values.copy()
            up[place] = min(values[place] + step, p.high)
            down[place] = max(values[place] - step, p.low)
            self._calls += 2
            change = self.model(up).expected - self.model(down).expected
            columns.append(change / (up[place] - down[place]))
        return np.stack(columns, axis=1)

    def residuals(self, expected: FloatArray) -> FloatArray:
        """Signed roots of the contributions: close to normal for a true model with enough counts."""
        return np.asarray(
            np.sign(self.data - expected) * np.sqrt(np.maximum(self.contributions(expected), 0))
        )


class JointCost(Cost):
    """Several data sets that share parameters; each knows only its own ones, by their places in the whole."""

    def __init__(self, parts: Sequence[tuple[Cost, npt.NDArray[np.intp]]]) -> None:
        self.parts = [(cost, np.asarray(places, dtype=np.intp)) for cost, places in parts]
        self.data = np.concatenate([cost.data for cost, _ in parts])
        self.sigma = None

    def value(self, values: FloatArray) -> float:
        """Sum over the data sets."""
        return sum(cost.value(values[places]) for cost, places in self.parts)

    def expected(self, values: FloatArray) -> FloatArray:
        """Of all data sets, one after the other."""
        return np.concatenate([cost.expected(values[places]) for cost, places in self.parts])

    def scoring(
        self, values: FloatArray, parameters: Sequence[Parameter], free: Any
    ) -> tuple[FloatArray, FloatArray]:
        """Sums over the data sets, each with its own parameters only."""
        slope, information = np.zeros(len(free)), np.zeros((len(free), len(free)))
        row = {int(place): i for i, place in enumerate(free)}
        for cost, places in self.parts:
            own = np.array([i for i, place in enumerate(places) if int(place) in row], dtype=int)
            rows = np.array([row[int(places[i])] for i in own], dtype=int)
            part = cost.scoring(values[places], [parameters[i] for i in places], own)
            slope[rows] += part[0]
            information[np.ix_(rows, rows)] += part[1]
        return slope, information

    @property
    def calls(self) -> int:
        """Of the models of all data sets."""
        return sum(cost.calls for cost, _ in self.parts)

    @property
    def analytic(self) -> bool:
        """Whether every model knows its derivatives."""
        return all(cost.analytic for cost, _ in self.parts)

    def contributions(self, expected: FloatArray) -> FloatArray:
        """Of each point, with the law of its data set."""
        ends = np.cumsum([cost.points for cost, _ in self.parts])[:-1]
        pairs = zip(self.parts, np.split(expected, ends), strict=True)
        return np.concatenate([cost.contributions(part) for (cost, _), part in pairs])
