"""What the kernels read: arrays of numbers for several media, on one grid of kinetic energies.

Quantiles (inverse cumulative distributions) stand at the nodes of `elastic.tables.probabilities`, which a uniform
number finds without a search: even steps to 0.975, then a geometric tail to 1e-8, where the rare large losses and
angles are.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scintidot.backends import kernel
from scintidot.records import FloatArray
from scintidot.transport.elastic.tables import RARE, probabilities

Float32Array = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

LOWEST_ENERGY, HIGHEST_ENERGY = 0.1, 1e5
"""Of the grid. [eV]"""
ROWS = 257
LOG_FIRST = float(np.log(LOWEST_ENERGY))
ROWS_PER_LOG = (ROWS - 1) / float(np.log(HIGHEST_ENERGY / LOWEST_ENERGY))
GRID = np.exp(LOG_FIRST + np.arange(ROWS) / ROWS_PER_LOG)
"""Kinetic energies of the rows. [eV]"""

NODES = len(probabilities()[0])
_BODY = int(np.searchsorted(probabilities()[0], 0.975 - 1e-9))
_PER_BODY = _BODY / 0.975
_TAIL_STEP = float(np.log(0.025 / RARE) / (NODES - 2 - _BODY))
_TAIL_SHARE = 1 - float(np.exp(-_TAIL_STEP))

RECOIL_EVERY = 4
RECOIL_ROWS, RECOIL_LOSSES = -(-ROWS // RECOIL_EVERY), -(-NODES // RECOIL_EVERY)
RECOIL_QUANTILES = 65
"""Momentum transfers are tabulated at every fourth energy and every fourth loss, at even steps of the fourth root of
the probability to exceed them: few are far larger than the others, and these few decide the mean deflection."""
TRANSFER_QUANTILES = 65
PHASE_SPACE_POINTS, PHASE_SPACE_PER_EV = 257, 16.0
"""Grid of `Tables.phase_space`: kinetic energies above the gap."""

INELASTIC, MOTT, ACOUSTIC, EMISSION, ABSORPTION, HARD, SOFT, REACH = range(8)
"""Columns of `Tables.rates`: five inverse mean free paths [1/nm]; of treatment local that of collisions
beyond its limit
[1/nm] and the stopping power of the others [eV/nm]; the farthest that an electron may come [nm]."""


class Tables(NamedTuple):
    """Media side by side; the first axis of every array is the medium. Energies [eV], lengths [nm]."""

    rates: FloatArray  # (media, rows, 8)
    loss: Float32Array  # W, (media, rows, nodes)
    recoil: Float32Array  # ln(q/q-) of the momentum transfer, (media, recoil rows, recoil losses, recoil quantiles)
    share: Float32Array  # cumulative over shells, (media, share energies, share losses, shells)
    share_grid: FloatArray  # first ln T, 1/step, first ln W, 1/step; (media, 4)
    shell_binding: FloatArray  # by rising energy, the valence band (its gap) first; (media, shells)
    shell_species: IntArray  # which kind of vacancy; -1 valence; (media, shells)
    shells: IntArray  # how many; (media,)
    mu: Float32Array  # (1 - cos)/2 of elastic scattering, (media, rows, nodes)
    transfer: Float32Array  # (1 - cos)/2 = (s/s_max)^2 of acoustic phonons, (media, rows, transfer quantiles)
    lattice: FloatArray  # energy and share of emission of acoustic phonons against q/q_BZ from 0 to 1; (media, n, 2)
    modes: FloatArray  # energy, coupling, occupation of polar vibrations; (media, modes, 3)
    mode_count: IntArray  # (media,)
    medium: FloatArray  # threshold, cut, gap, band width, height of the vacuum, 1/T_BZ; (media, 6)
    phase_space: (
        FloatArray  # expected pairs of a slow carrier on its way from (energy - gap) to 0; (media, points)
    )
    loss_limit: Float32Array  # quantile at which a loss reaches the limit of treatment local; (media, rows)
    vacancy_start: IntArray  # transitions of species s are start[s]:start[s + 1]
    vacancy_cumulative: FloatArray
    vacancy_first: IntArray  # species of the hole that the vacancy moves to
    vacancy_second: IntArray  # species of the other hole; -1: a photon left
    vacancy_energy: FloatArray  # of the electron or photon
    vacancy_binding: FloatArray  # of each species


def tables_in(precision: str, tables: Tables) -> Tables:
    """The same numbers, with ``float32`` all those in single precision that no book depends on.

    Quantiles of losses and angles are in single precision anyway. Energies that are kept or handed over (gaps, shells,
    vacancies) stay in double precision, so the books of a history close as well as before, and so does all arithmetic.
    """
    if precision == "float64":
        return tables
    single = ("rates", "share_grid", "lattice", "modes", "phase_space", "vacancy_cumulative")
    return tables._replace(**{name: getattr(tables, name).astype(np.float32) for name in single})


THRESHOLD, CUT, GAP, BAND_WIDTH, LEVEL, PER_ZONE_EDGE = range(6)
"""Columns of `Tables.medium`; T_BZ: electron energy at which q_BZ is that of free flight."""


@kernel
def place(u: float) -> tuple[int, float]:
    """Node below a uniform number, and the share of the way in probability to the next one."""
    if u < 0.975:
        x = u * _PER_BODY
        j = int(x)
        return j, x - j
    x = math.log(0.025 / max(1.0 - u, 1e-300)) / _TAIL_STEP  # 1 is allowed
    j = min(int(x), NODES - 2 - _BODY)
    if j == NODES - 2 - _BODY:  # beyond the rarest node the distribution is even
        return _BODY + j, min(1.0, 1 - (1 - u) / RARE)
    return _BODY + j, (1.0 - math.exp(-(x - j) * _TAIL_STEP)) / _TAIL_SHARE


@kernel
def row_of(kinetic_energy: float) -> tuple[int, float]:
    """Row of the grid below an energy, and the share of the way to the next one in its logarithm."""
    x = (math.log(kinetic_energy) - LOG_FIRST) * ROWS_PER_LOG
    if x <= 0:
        return 0, 0.0
    i = min(int(x), ROWS - 2)
    return i, x - i
