"""Search for the best designs where many are evaluated at once: an even sample, then ever closer about the best.

Works on the unit cube, one coordinate for each axis. Several worlds (draws of what is uncertain) are searched together:
each has its own best, and one call evaluates all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scintidot.records import FloatArray
from scintidot.studies.uncertainty import quasi_random

Index = npt.NDArray[np.int64]
METHOD = (
    "an even sample of the design space (shifted Sobol' sequence; every combination where there are lists alone), then "
    "rounds of designs at normal steps about the best so far, the width of which shrinks by a constant factor from a "
    "quarter of each axis; in a list a step goes to any other value. A design that keeps the constraints beats one "
    "that does not, of two that do not the one that misses them by less (Deb 2000)"
)
FIRST_WIDTH, NARROWER = 0.25, 0.55
OTHER_LEVEL = 0.3
"""Probability that a child takes another value of a list."""
MOST_COMBINATIONS = 4096
PARENTS = 4


class Best(NamedTuple):
    """The best design of every world."""

    cube: FloatArray  # shape (worlds, axes)
    score: FloatArray  # what was to become small, shape (worlds,)
    violation: FloatArray  # 0: the constraints are kept


Score = Callable[[FloatArray, Index], tuple[FloatArray, FloatArray]]
"""Designs (n, axes) and their worlds (n,) -> what is to become small, and violation, shape (n,) each."""


def start(levels: Sequence[int], samples: int, seed: int) -> FloatArray:
    """First designs; ``levels`` as `Axis.levels`."""
    if all(levels) and np.prod(levels, dtype=float) <= MOST_COMBINATIONS:
        mesh = np.meshgrid(*((np.arange(count) + 0.5) / count for count in levels), indexing="ij")
        return np.stack([part.ravel() for part in mesh], axis=-1)
    return quasi_random(samples, len(levels), seed)


def children(
    parents: FloatArray, levels: Sequence[int], width: float, random: np.random.Generator
) -> FloatArray:
    """One design about each parent."""
    moved = np.clip(parents + width * random.standard_normal(parents.shape), 0.0, 1.0)
    other = random.random(parents.shape) < OTHER_LEVEL
    jumped = np.where(other, random.random(parents.shape), parents)
    return np.where(np.array(levels) > 0, jumped, moved)


def minimise(
    score: Score,
    levels: Sequence[int],
    *,
    worlds: int = 1,
    samples: int,
    rounds: int,
    offspring: int,
    seed: int,
    known: FloatArray | None = None,
) -> Best:
    """Best design of every world; see `METHOD`.

    Parameters
    ----------
    score : callable
        See `Score`; nan where a figure does not exist.
    levels : sequence of int
        Of each axis: 0 for a range, else how many values.
    samples, rounds, offspring : int
        Designs of the first sample, rounds after it, designs of each round; for every world.
    known : ndarray, shape (k, axes), optional
        Designs to try besides.
    """
    random = np.random.default_rng(seed)
    first = start(levels, samples, seed)
    if known is not None:
        first = np.concatenate([known, first])
    exhaustive = all(levels) and len(first) >= np.prod(levels, dtype=float)

    def evaluated(cube: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Of shape (worlds, n, axes), in one call."""
        count = cube.shape[1]
        loss, missed = score(cube.reshape(-1, cube.shape[-1]), np.repeat(np.arange(worlds), count))
        exists = np.isfinite(loss)
        return (
            np.where(exists, loss, np.inf).reshape(worlds, count),
            np.where(exists, missed, np.inf).reshape(worlds, count),
        )

    def kept(cube: FloatArray, loss: FloatArray, missed: FloatArray) -> tuple[FloatArray, ...]:
        order = np.lexsort((loss, missed), axis=-1)[:, :PARENTS]
        return tuple(
            np.take_along_axis(a, order[..., None] if a.ndim == 3 else order, axis=1)
            for a in (cube, loss, missed)
        )

    cube = np.broadcast_to(first, (worlds, *first.shape))
    best = kept(cube, *evaluated(cube))
    for step in range(0 if exhaustive else rounds):
        parents = best[0][:, np.arange(offspring) % best[0].shape[1]]
        width = FIRST_WIDTH * NARROWER**step
        young = children(parents.reshape(-1, len(levels)), levels, width, random).reshape(parents.shape)
        found = (young, *evaluated(young))
        best = kept(*(np.concatenate(pair, axis=1) for pair in zip(best, found, strict=True)))
    return Best(best[0][:, 0], best[1][:, 0], best[2][:, 0])


def nondominated(losses: FloatArray, allowed: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.bool_]:
    """Which points no other one beats in all objectives; ``losses`` of shape (n, objectives), nan never.

    Of equal points all count.

    Examples
    --------
    >>> nondominated(np.array([[1.0, 2.0], [2.0, 1.0], [2.0, 2.0]])).tolist()
    [True, True, False]
    """
    good = np.isfinite(losses).all(axis=1) & (True if allowed is None else allowed)
    index = np.flatnonzero(good)
    index = index[np.lexsort(losses[index].T[::-1])]  # whoever beats a point stands before it
    front: list[int] = []
    found = np.zeros(len(losses), dtype=bool)
    for i in index:
        known = losses[front]
        beaten = np.all(known <= losses[i], axis=1) & np.any(known < losses[i], axis=1)
        if not beaten.any():
            front.append(int(i))
            found[i] = True
    return found


def spread_out(losses: FloatArray, count: int) -> Index:
    """``count`` of the points, evenly over the front: each next one the farthest from those taken."""
    low, high = losses.min(axis=0), losses.max(axis=0)
    scaled = (losses - low) / np.where(high > low, high - low, 1.0)
    taken = [int(np.argmin(scaled[:, 0]))]
    distance = np.full(len(losses), np.inf)
    while len(taken) < min(count, len(losses)):
        distance = np.minimum(distance, np.linalg.norm(scaled - scaled[taken[-1]], axis=1))
        farthest = int(np.argmax(distance))
        if distance[farthest] == 0:
            break
        taken.append(farthest)
    return np.array(sorted(taken, key=lambda i: tuple(losses[i])), dtype=np.int64)


def pareto(
    losses_of: Callable[[FloatArray], tuple[FloatArray, FloatArray]],
    levels: Sequence[int],
    *,
    samples: int,
    rounds: int,
    offspring: int,
    seed: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Designs (n, axes), losses (n, objectives) and violations (n,): the whole sample, refined about its front."""
    random = np.random.default_rng(seed)
    cube = start(levels, samples, seed)
    exhaustive = all(levels) and len(cube) >= np.prod(levels, dtype=float)
    losses, missed = losses_of(cube)
    for step in range(0 if exhaustive else rounds):
        front = np.flatnonzero(nondominated(losses, missed <= np.nanmin(missed)))
        if not front.size:
            break
        apart = front[spread_out(losses[front], offspring // 2)]
        parents = cube[np.resize(apart, offspring)]
        young = children(parents, levels, FIRST_WIDTH * NARROWER**step, random)
        more, more_missed = losses_of(young)
        cube, losses = np.concatenate([cube, young]), np.concatenate([losses, more])
        missed = np.concatenate([missed, more_missed])
    return cube, losses, missed
