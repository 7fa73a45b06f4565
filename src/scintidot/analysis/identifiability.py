"""What the data tell of each parameter of a fit, and what they leave open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from scintidot.analysis.fitting import Cost, Fit, Parameter
from scintidot.analysis.scoring import Evaluation, scored
from scintidot.records import FloatArray


def identifiability(fit: Fit) -> dict[str, Any]:
    """Which parameters the data cannot tell: relative errors above 100 %, correlations above 0.98, limits reached,
    and the loosest combination."""
    free = [fit.parameters[i] for i in fit.free]
    correlation = fit.correlation
    loose = [
        p.name
        for p in free
        if not math.isfinite(p.error) or (p.error > abs(p.value) > 0 and not p.incidental)
    ]
    pairs = [
        {"names": [free[i].name, free[j].name], "correlation": float(correlation[i, j])}
        for i in range(len(free))
        for j in range(i)
        if abs(correlation[i, j]) > 0.98
    ]
    document: dict[str, Any] = {
        "not_determined": loose,
        "at_limit": [p.name for p in free if p.at_limit],
        "strongly_correlated": pairs,
        "condition_number": None,
        "loosest_combination": {},
    }
    if free and np.all(np.isfinite(correlation)):
        spreads, vectors = np.linalg.eigh(correlation)
        document["condition_number"] = (
            float(spreads[-1] / max(spreads[0], 1e-300)) if spreads[0] > 0 else None
        )
        worst = vectors[:, -1]
        document["loosest_combination"] = {
            p.name: round(float(part), 3) for p, part in zip(free, worst, strict=True) if abs(part) > 0.1
        }
    return document


def refitted(
    cost: Cost, parameters: Sequence[Parameter], values: FloatArray, name: str, value: float
) -> tuple[FloatArray, float]:
    """All parameters and the cost with one held at ``value`` and the free ones fitted again, from ``values``."""
    held = [
        replace(p, start=float(value), low=-math.inf, high=math.inf, fixed=True)
        if p.name == name
        else replace(p, start=float(start))
        for p, start in zip(parameters, values, strict=True)
    ]
    free = np.array([i for i, p in enumerate(held) if not p.fixed], dtype=int)
    return scored(Evaluation(cost, held, free), np.array([p.start for p in held]))


def profile(
    cost: Cost, parameters: Sequence[Parameter], best: Fit, name: str, points: FloatArray
) -> FloatArray:
    """The cost above its minimum where one parameter is held at each of ``points`` and the others are fitted."""
    rises = np.empty(len(points))
    for order in (range(len(points) // 2, len(points)), range(len(points) // 2 - 1, -1, -1)):
        values = best.values
        for i in order:
            values, reached = refitted(cost, parameters, values, name, float(points[i]))
            rises[i] = reached - best.cost
    return rises
