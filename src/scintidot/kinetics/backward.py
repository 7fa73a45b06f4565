"""What is still to come from each state, by backward recursion: photons, their moments, the Laplace transform of light.

Every transition but trapping and release lowers the number of carriers. Taken by rising number, the states that others
lead to are known when they are needed, and each costs one division. Free and trapped carriers that change into each
other make a small tridiagonal system, solved without a subtraction. All terms are positive (for a real shift): no digit
is lost, whatever the rates and however many carriers there are. Many points, and all states of one number of carriers,
are worked through at once.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scintidot.kinetics.laws import (
    CARRIERS,
    LABELS,
    LADDER,
    MULTI,
    Rates,
    auger_rate,
    nonradiative_rate,
    radiative_rate,
    surplus_rate,
    transition_of,
    trapping_rate,
)
from scintidot.records import FloatArray

PHOTONS = slice(0, LABELS)
"""Columns of the photons, by transition."""
TIME = slice(LABELS, 2 * LABELS)
"""Sums of the emission times of these photons. [ps]"""
SQUARED_TIME = 2 * LABELS
"""Sum of the squares of all emission times. [ps^2]"""
PHOTON_PAIRS = SQUARED_TIME + 1
"""N (N - 1) of the number N of photons."""
NONRADIATIVE, AUGER, EJECTED = PHOTON_PAIRS + 1, PHOTON_PAIRS + 2, PHOTON_PAIRS + 3
"""Pairs lost to defects and traps, pairs lost to Auger recombination, events that eject a carrier or ionise."""
MOMENTS = EJECTED + 1
"""Number of columns of the moments."""

BLOCK = 1 << 17
"""Numbers in an array that is worked on at once, about: they stay in the processor's cache."""
WORTH_COMPILING = 100
"""Points times pairs beyond which the compiled transform is loaded: one nanocrystal does without."""


class Counts(NamedTuple):
    """Rates of every state in units of the parameters, shape (electrons + 1, holes + 1, trapped + 1)."""

    radiative: FloatArray
    loss: FloatArray
    by_electron: FloatArray
    by_hole: FloatArray
    trapping: FloatArray
    surplus: FloatArray
    label: npt.NDArray[np.int64]


@lru_cache(maxsize=16)
def _counts(model: str, most: int, trapped: int, radiative_law: int, auger_law: int, traps: int) -> Counts:
    """The laws with parameters of 1, at every state; of the ladder only where electrons equal holes."""
    unit = Rates(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, radiative_law, auger_law, traps)
    numbers = np.arange(most + 1)
    electrons, holes, trap = np.meshgrid(numbers, numbers, np.arange(trapped + 1), indexing="ij")
    if model == LADDER:
        electrons, holes = electrons[:, :1], electrons[:, :1] - trap[:, :1]
        trap = trap[:, :1]
    free = electrons - trap
    exists = (free >= 0) & (holes >= 0)
    rates = [
        radiative_rate(free, holes, unit), nonradiative_rate(free, holes, unit),
        auger_rate(free, holes, unit), auger_rate(holes, free, unit),
        trapping_rate(free, trap, unit),
        0.0 if model == LADDER else surplus_rate(free, holes, trap, unit),
    ]  # fmt: skip
    label = np.full(free.shape, MULTI)
    for few in np.ndindex(3, 3):
        label[(free == few[0]) & (holes == few[1])] = transition_of(*few)
    return Counts._make([*(np.where(exists, rate, 0.0) for rate in rates), label])


def backward(
    model: str,
    rates: Rates,
    most: int,
    *,
    shift: npt.ArrayLike | None = None,
    by_transition: bool = False,
) -> npt.NDArray[Any]:
    """Columns of the states with n pairs, all free, n = 0..most.

    Parameters
    ----------
    model : str
        ``carriers`` or ``ladder``.
    rates : Rates
        [1/ps] Arrays broadcast; laws and number of traps are single numbers.
    most : int
        Largest n.
    shift : array_like, shape (..., nodes), optional
        Complex variable z [1/ps] of the Laplace transform of the light, the integral of F(t) exp(-z t); some for each
        set of rates. Without it: the moments.
    by_transition : bool
        The transform of each transition instead of that of all light.

    Returns
    -------
    ndarray, shape (..., most + 1, `MOMENTS`) or (..., nodes, most + 1, columns)
        Moments; or the transform in one column (all light) or in one for each of `TRANSITIONS`.
    """
    columns = MOMENTS if shift is None else LABELS if by_transition else 1
    tracked = tracked_traps(rates, most)
    fields = [np.asarray(field, dtype=float) for field in rates[:8]]
    node = np.zeros(1) if shift is None else np.asarray(shift)
    shape = np.broadcast_shapes(*(field.shape for field in fields), node.shape[:-1])
    points, nodes = math.prod(shape), node.shape[-1]
    every = [np.broadcast_to(field, shape).reshape(points, 1) for field in fields]
    every.append(np.broadcast_to(node, (*shape, nodes)).reshape(points, nodes))
    counts = _counts(model, most, tracked, *(int(number) for number in rates[8:]))
    wanted = (most + 1, columns)
    if (
        model == CARRIERS
        and not tracked
        and columns == 1
        and shift is not None
        and points * most > WORTH_COMPILING
    ):
        from scintidot.kinetics.transform import transform

        result = transform(counts, np.concatenate(every[:8], axis=1), every[8], most)
        return result.reshape(*shape, nodes, *wanted)
    result = np.zeros((points, nodes, most + 1, columns), dtype=node.dtype)
    sweep = _carriers if model == CARRIERS else _ladder
    width = 1 if model == LADDER else most + 1
    size = max(BLOCK // (width * (tracked + 1) * columns * nodes), 1)
    for start in range(0, points, size):
        part = [field[start : start + size] for field in every]
        sweep(counts, part, tracked, result[start : start + size])
    return result.reshape(*shape, *(wanted if shift is None else (nodes, *wanted)))


def tracked_traps(rates: Rates, most: int) -> int:
    """Trapped carriers that must be counted: none if they change nothing any more and the traps never fill."""
    if not np.any(rates.trapping):
        return 0
    if rates.traps < 0:
        matter = (rates.detrapping, rates.trap_loss, rates.neutralisation)  # the last counts their charge
        return most if any(np.any(rate) for rate in matter) else 0
    return min(int(rates.traps), most)


class _Moves(NamedTuple):
    """Rates out of a group of states, shape (states, trapped + 1, points, 1)."""

    light: FloatArray
    loss: FloatArray
    kept: FloatArray
    electron_out: FloatArray
    hole_out: FloatArray
    trapping: FloatArray
    detrapping: FloatArray
    trap_loss: FloatArray
    surplus: FloatArray


def _moves(counts: Counts, place: Any, holes: npt.ArrayLike, fields: list[FloatArray]) -> _Moves:
    """Rates of the states at ``place`` of the tables."""
    k_rad, k_nr, k_ar, xi, k_t, k_d, k_tr, k_0 = fields[:8]
    trapped = np.arange(counts.radiative.shape[2])
    by_electron, by_hole = (
        table[place][..., None, None] * k_ar for table in (counts.by_electron, counts.by_hole)
    )
    there = (trapped * np.ones_like(np.asarray(holes)[..., None]))[..., None, None]
    return _Moves(
        counts.radiative[place][..., None, None] * k_rad,
        counts.loss[place][..., None, None] * k_nr,
        (by_electron + by_hole) * xi,
        by_electron * (1 - xi),
        by_hole * (1 - xi),
        counts.trapping[place][..., None, None] * k_t,
        there * k_d,
        there * np.asarray(holes)[:, None, None, None] * k_tr,
        counts.surplus[place][..., None, None] * k_0,
    )


def _carriers(counts: Counts, fields: list[FloatArray], tracked: int, result: npt.NDArray[Any]) -> None:
    """States of n_e free and trapped electrons and n_h holes, by rising n_e + n_h."""
    points, nodes, most, columns = *result.shape[:2], result.shape[2] - 1, result.shape[3]
    untracked = tracked == 0 and bool(np.any(fields[4]))
    shape = (most + 3, tracked + 1, columns, points, nodes)
    ring = [np.zeros(shape, dtype=result.dtype) for _ in range(4)]
    for total in range(2, 2 * most + 1):
        here, one, two, three = (ring[(total - k) % 4] for k in range(4))
        here[:] = 0
        low = max(1, total - most) if untracked else max(1, -(-(2 * total - most) // 3))
        high = min((most + total) // 3, total - 1)  # others are not reached from equal numbers
        if low > high:
            continue
        electrons = np.arange(low, high + 1)
        holes = total - electrons
        place = (electrons, holes)
        move = _moves(counts, place, holes, fields)

        def at(level: npt.NDArray[Any], fewer: int, low: int = low, high: int = high) -> npt.NDArray[Any]:
            return level[low - fewer + 2 : high - fewer + 3]

        paired = (move.light + move.loss + move.kept)[:, :, None]
        value = paired * at(two, 1)
        value += move.electron_out[:, :, None] * at(three, 2)
        value += move.hole_out[:, :, None] * at(three, 1)
        if tracked and np.any(fields[6]):
            value[:, 1:] += move.trap_loss[:, 1:, None] * at(two, 1)[:, :-1]
        if np.any(fields[7]):
            more = (electrons > holes)[:, None, None, None, None]
            value += move.surplus[:, :, None] * np.where(more, at(one, 1), at(one, 0))
        if untracked:
            value += move.trapping[:, :, None] * at(one, 1)
        _finish(counts.label[place], move, at(two, 1), value, fields, tracked, electrons)
        here[low + 2 : high + 3] = value
        if total % 2 == 0:
            result[:, :, total // 2] = np.moveaxis(here[total // 2 + 2, 0], 0, -1)


def _ladder(counts: Counts, fields: list[FloatArray], tracked: int, result: npt.NDArray[Any]) -> None:
    """States of n free and trapped excitons, by rising number."""
    points, nodes, most, columns = *result.shape[:2], result.shape[2] - 1, result.shape[3]
    below = np.zeros((1, tracked + 1, columns, points, nodes), dtype=result.dtype)
    untracked = tracked == 0 and bool(np.any(fields[4]))
    for total in range(1, most + 1):
        place = (np.array([total]), np.array([0]))
        move = _moves(counts, place, np.ones(1), fields)
        value = (move.light + move.loss + move.kept)[:, :, None] * below
        if untracked:
            value += move.trapping[:, :, None] * below
        if tracked and np.any(fields[6]):
            value[:, 1:] += move.trap_loss[:, 1:, None] * below[:, :-1]
        _finish(counts.label[place], move, below, value, fields, tracked, np.array([total]))
        result[:, :, total] = np.moveaxis(value[0, 0], 0, -1)
        below = value


def _finish(
    label: npt.NDArray[np.int64],
    move: _Moves,
    after_light: npt.NDArray[Any],
    value: npt.NDArray[Any],
    fields: list[FloatArray],
    tracked: int,
    electrons: npt.NDArray[np.int64],
) -> None:
    """From what comes after the next transition to what comes in all: add what it gives itself, and divide."""
    leaving = move.light + move.loss + move.kept + move.electron_out + move.hole_out + move.surplus
    leaving = leaving + (move.trap_loss if tracked else move.trapping) + fields[8]
    solve = _Solver(leaving, move, tracked, electrons)
    columns = value.shape[2]
    if columns == 1:
        value[:, :, 0] += move.light
        solve(value)
        return
    one_hot = label[..., None] == np.arange(LABELS)
    value[:, :, PHOTONS] += move.light[:, :, None] * one_hot[..., None, None]
    solve(value[:, :, PHOTONS])
    if columns == LABELS:
        return
    value[:, :, TIME] += value[:, :, PHOTONS]
    solve(value[:, :, TIME])
    value[:, :, SQUARED_TIME] += 2 * value[:, :, TIME].sum(axis=2)
    value[:, :, PHOTON_PAIRS] += 2 * move.light * after_light[:, :, PHOTONS].sum(axis=2)
    value[:, :, NONRADIATIVE] += move.loss + move.trap_loss + (move.trapping if tracked == 0 else 0.0)
    ejecting = move.electron_out + move.hole_out
    value[:, :, AUGER] += move.kept + ejecting
    value[:, :, EJECTED] += ejecting
    solve(value[:, :, SQUARED_TIME:])


class _Solver:
    """Solves (leaving_t + into_t + back_t) x_t - into_t x_{t+1} - back_t x_{t-1} = value_t in place.

    ``into`` leads to one more trapped carrier, ``back`` to one less. What is eliminated is the escape of the states
    before, never a difference (as in Grassmann, Taksar, Heyman 1985, doi:10.1287/opre.33.5.1107).
    """

    def __init__(
        self, leaving: npt.NDArray[Any], move: _Moves, tracked: int, electrons: npt.NDArray[np.int64]
    ) -> None:
        self.tracked = tracked
        if not tracked:
            self.inverse = [_inverse(leaving[:, 0])]
            return
        exists = (np.arange(tracked + 1) <= electrons[:, None])[..., None, None]
        last = (np.arange(tracked + 1) == np.minimum(electrons[:, None], tracked))[..., None, None]
        self.into = np.where(last, 0.0, move.trapping)
        self.back = np.where(exists, move.detrapping, 0.0)
        self.inverse, self.ratio = [], []
        escape = leaving[:, 0]
        for t in range(tracked + 1):
            if t:
                self.ratio.append(self.back[:, t] * self.inverse[t - 1])
                escape = leaving[:, t] + self.ratio[-1] * escape
            self.inverse.append(_inverse(np.where(exists[:, t], escape + self.into[:, t], 0.0)))

    def __call__(self, value: npt.NDArray[Any]) -> None:
        for t in range(1, self.tracked + 1):
            value[:, t] += self.ratio[t - 1][:, None] * value[:, t - 1]
        for t in range(self.tracked, -1, -1):
            if t < self.tracked:
                value[:, t] += self.into[:, t, None] * value[:, t + 1]
            value[:, t] *= self.inverse[t][:, None]


def _inverse(rate: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """1/rate; 0 where nothing leaves, since nothing comes from there."""
    nothing = rate == 0
    if not nothing.any():
        return 1 / rate
    return np.where(nothing, 0.0, 1 / np.where(nothing, 1.0, rate))
