"""Fisher scoring: Levenberg and Marquardt's steps on the expected information, from one start to a minimum."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.analysis.cost import Cost, Parameter
from scintidot.records import FloatArray

STEPS, IDLE = 1000, 25
"""Scoring steps from one start, at most, and in a row that gain next to nothing."""
NEGLIGIBLE = 1e-9
"""Height above the minimum at which scoring ends, in units of one standard deviation squared."""
NOISE = 1e-9
"""Of a cost: a gain or rise below it is next to nothing, and may be the rounding of an exact model."""


class Evaluation:
    """A cost with the parameters that are free in it."""

    def __init__(
        self, cost: Cost, parameters: Sequence[Parameter], free: Any, negligible: float = NEGLIGIBLE
    ) -> None:
        self.cost, self.parameters, self.free, self.negligible = cost, parameters, free, negligible
        self.low = np.array([parameters[i].low for i in free])
        self.high = np.array([parameters[i].high for i in free])
        self.value = cost.value

    def scoring(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Minus half the gradient, and half the expected information."""
        return self.cost.scoring(values, self.parameters, self.free)


def scored(evaluate: Evaluation, start: FloatArray) -> tuple[FloatArray, float]:
    """Where Fisher scoring ends from one start, and the cost there; parameters at a limit wait there."""
    values, free = start.copy(), evaluate.free
    value, damping, idle = evaluate.value(values), 1e-3, 0
    for _ in range(STEPS):
        slope, information = evaluate.scoring(values)
        if not (np.all(np.isfinite(slope)) and np.all(np.isfinite(information))):
            break
        here, stuck = values[free], stuck_at_limits(evaluate, values, slope)
        move = np.flatnonzero(~stuck & (np.diag(information) > 0))
        if not move.size:
            break
        improved = False
        scale = np.sqrt(np.diag(information)[move])
        unit = information[np.ix_(move, move)] / np.outer(scale, scale)
        decrement = _decrement(unit, slope[move] / scale)
        if decrement <= 1e-14 * value + evaluate.negligible:
            break
        while damping < 1e12:
            try:
                step = np.linalg.solve(unit + damping * np.eye(move.size), slope[move] / scale) / scale
            except np.linalg.LinAlgError:
                damping *= 10
                continue
            trial = values.copy()
            trial[free[move]] = np.clip(here[move] + step, evaluate.low[move], evaluate.high[move])
            reached = evaluate.value(trial)
            improved = reached < value
            if improved or max(decrement, reached - value) <= NOISE * value:
                break
            damping *= 10
        if not improved:
            break
        idle = idle + 1 if value - reached <= NOISE * value else 0
        values, value = trial, reached
        if idle == IDLE:
            break
        damping = max(damping / 10, 1e-12)
    return values, value


def _decrement(unit: FloatArray, slope: FloatArray) -> float:
    """How far the cost is above its minimum, were it a parabola."""
    try:
        return float(slope @ np.linalg.solve(unit + 1e-12 * np.eye(len(slope)), slope))
    except np.linalg.LinAlgError:
        return math.inf


def stuck_at_limits(evaluate: Evaluation, values: FloatArray, slope: FloatArray) -> npt.NDArray[np.bool_]:
    """Which free parameters wait at a limit that the data would have them cross, by minus half the gradient."""
    here = values[evaluate.free]
    return np.asarray(((here <= evaluate.low) & (slope < 0)) | ((here >= evaluate.high) & (slope > 0)))


def inside(values: FloatArray, parameters: Sequence[Parameter]) -> FloatArray:
    """Values moved to the limits that they are beyond."""
    low, high = np.array([p.low for p in parameters]), np.array([p.high for p in parameters])
    return np.asarray(np.clip(values, low, high), dtype=float)
