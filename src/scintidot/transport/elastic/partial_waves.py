"""Phase shifts of relativistic partial waves for both spin states. Atomic units.

With the steps below a phase shift is right within 5e-7 rad, a total cross section within 1e-5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scintidot.atoms.structure import SPEED_OF_LIGHT
from scintidot.records import FloatArray
from scintidot.transport.elastic.potential import Potential

IntArray = npt.NDArray[np.int64]

STEP_OF_RADIUS = 0.08
"""Longest step as a share of the radius."""
STEP_OF_PHASE = 0.5
"""Longest step as a phase of the local wave. [rad]"""
BARRIER = 30.0
"""A wave starts where it is about exp(-30) of what it is at its turning point: errors of the start die out."""
SMALL_PHASE = 1e-4
"""Below this phase shift [rad] the eikonal ones take over, as soon as they agree to `EIKONAL_AGREEMENT`."""
EIKONAL_AGREEMENT = 0.01
"""Largest relative difference at which they do so; where it is larger than 1e-8 rad."""
LAST_PHASE = 1e-8
"""Phase shifts below this are left out. [rad]"""
CHUNK = 32
"""Orbital momenta solved at a time."""
LARGEST_L = 20_000


@dataclass(frozen=True)
class PhaseShifts:
    """delta_l for j = l + 1/2 (``up``) and j = l - 1/2 (``down``; none for l = 0) of one energy."""

    energy: float  # [hartree]
    up: FloatArray  # [rad], from l = 0
    down: FloatArray  # [rad], from l = 0, where it is 0
    solved: int  # number of l from the radial equation; those above are eikonal

    @property
    def wave_number(self) -> float:
        """k. [1/a0]"""
        return wave_number(self.energy)


def wave_number(energy: float) -> float:
    """Of a free electron of kinetic ``energy``. [1/a0]"""
    return math.sqrt(energy * (energy + 2 * SPEED_OF_LIGHT**2)) / SPEED_OF_LIGHT


@dataclass(frozen=True)
class _Grid:
    edges: FloatArray
    nodes: FloatArray  # (steps, 3)
    b: FloatArray
    c: FloatArray
    local: FloatArray  # r times the local wave number at the edges


def phase_shifts(potential: Potential) -> PhaseShifts:
    """All phase shifts above `LAST_PHASE`.

    The radial equation is solved for rising l until the eikonal phase shifts, whose error falls with l, agree.
    """
    from scintidot.transport.elastic import kernels

    grid = _grid(potential)
    k = wave_number(potential.energy)
    ups: list[FloatArray] = []
    downs: list[FloatArray] = []
    start = 0
    while start < LARGEST_L:
        l = np.arange(start, start + CHUNK)  # noqa: E741
        kappas = np.concatenate([-l - 1, l[l > 0]]).astype(float)
        first, P, Q = _start(grid, kappas)
        kernels.propagate(kappas, first, grid.edges, grid.nodes, grid.b, grid.c, P, Q)
        delta = match(kappas, P, Q, k * grid.edges[-1])
        up, down = delta[:CHUNK], delta[CHUNK:]
        down = down if start else np.concatenate([[0.0], down])
        ups.append(up)
        downs.append(down)
        start += CHUNK
        ends = np.array([up[-1], down[-1]])
        if np.abs(ends).max() < SMALL_PHASE:
            guess = eikonal(potential, l[-1:].astype(float))[0]
            if np.abs(ends - guess).max() < max(EIKONAL_AGREEMENT * abs(guess), LAST_PHASE):
                break
    solved = start
    while start < LARGEST_L and abs(ups[-1][-1]) > LAST_PHASE:
        tail = eikonal(potential, np.arange(start, start + CHUNK, dtype=float))
        ups.append(tail)
        downs.append(tail)
        start += CHUNK
    return PhaseShifts(potential.energy, np.concatenate(ups), np.concatenate(downs), solved)


def _grid(potential: Potential) -> _Grid:
    """Steps that follow the radius near the nucleus and the wave further out."""
    energy, c = potential.energy, SPEED_OF_LIGHT
    fine = np.geomspace(potential.nuclear_radius, potential.radius, 4000)

    def local(r: FloatArray) -> FloatArray:
        kinetic = energy - potential(r)
        return np.sqrt(np.maximum(kinetic * (kinetic + 2 * c**2), 0.0)) / c

    longest = np.minimum(STEP_OF_RADIUS * fine, STEP_OF_PHASE / np.maximum(local(fine), wave_number(energy)))
    count = np.concatenate([[0.0], np.cumsum(np.diff(fine) * (1 / longest[1:] + 1 / longest[:-1]) / 2)])
    edges = np.interp(np.linspace(0, count[-1], math.ceil(count[-1]) + 1), count, fine)
    edges[-1] = potential.radius
    offset = math.sqrt(15) / 10
    nodes = edges[:-1, None] + np.diff(edges)[:, None] * np.array([0.5 - offset, 0.5, 0.5 + offset])
    kinetic = energy - potential(nodes)
    scale = math.sqrt((energy + 2 * c**2) / energy)
    return _Grid(edges, nodes, (kinetic + 2 * c**2) / c / scale, -kinetic / c * scale, edges * local(edges))


def _start(grid: _Grid, kappas: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """First edge of each wave and its regular solution there, P ~ r^(l+1)."""
    l = np.where(kappas > 0, kappas, -kappas - 1)  # noqa: E741
    reached = np.maximum.accumulate(grid.local)
    turning = grid.edges[np.minimum(np.searchsorted(reached, l), len(grid.edges) - 1)]
    # the action of the barrier, l (arcosh e^y - sqrt(1 - e^(-2y))), is l y at large y and 0.9 l y^(3/2) at small y
    depth = BARRIER / (l + 1)
    radius = turning * np.exp(-depth - depth ** (2 / 3))
    first = np.clip(np.searchsorted(grid.edges, radius) - 1, 0, len(grid.nodes) - 1)
    r, b, c = grid.edges[first], grid.b[first, 0], grid.c[first, 0]
    P = np.where(kappas < 0, 1.0, b * r / (2 * l + 1))
    Q = np.where(kappas < 0, c * r / (2 * l + 3), 1.0)
    return first.astype(np.int64), P, Q


def match(kappas: FloatArray, P: FloatArray, Q: FloatArray, x: float) -> FloatArray:
    """Phase shift in (-pi/2, pi/2] of a solution known at k r = ``x`` where the potential has ended.

    tan delta = (Q j_l - s P j_l')/(Q n_l - s P n_l') with l' = l + 1 and s = -1 for kappa < 0, l - 1 and 1 else.
    """
    from scipy.special import spherical_jn, spherical_yn

    l = np.where(kappas > 0, kappas, -kappas - 1).astype(int)  # noqa: E741
    other, sign = np.where(kappas > 0, l - 1, l + 1), np.sign(kappas)
    size = np.hypot(P, Q)
    p, q = P / size, Q / size
    with np.errstate(over="ignore", invalid="ignore"):
        above = q * spherical_jn(l, x) - sign * p * spherical_jn(other, x)
        below = q * spherical_yn(l, x) - sign * p * spherical_yn(other, x)
        delta = np.arctan(above / below)
    return np.where(np.isfinite(delta), delta, 0.0)


def eikonal(potential: Potential, l: FloatArray) -> FloatArray:  # noqa: E741
    """Phase shifts of a straight path with impact parameter (l + 1/2)/k: for large l and weak potential."""
    k = wave_number(potential.energy)
    b = (l + 0.5) / k
    slowness = (potential.energy + SPEED_OF_LIGHT**2) / (SPEED_OF_LIGHT**2 * k)
    x, w = np.polynomial.legendre.leggauss(64)
    end = np.sqrt(np.maximum(potential.radius**2 - b**2, 0.0))[:, None]
    s, weight = end * ((1 + x) / 2) ** 2, end * w * (1 + x) / 2
    return np.asarray(-slowness * np.sum(weight * potential(np.sqrt(b[:, None] ** 2 + s**2)), axis=1))
