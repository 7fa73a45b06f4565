"""What the engine is asked: crystals and media, how primaries start, and the named choices as numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scintidot.backends import kernel
from scintidot.records import FloatArray
from scintidot.transport.track.shapes import depth

IntArray = npt.NDArray[np.int64]

CORE, SHELL, HOST = 0, 1, 2
"""Regions: the crystal (its core, if it has a shell), its shell, what is around."""

CENTRE, UNIFORM, CROSSING, MATRIX, GIVEN, BEAM = 0, 1, 2, 3, 4, 5
STARTS = {"centre": CENTRE, "uniform": UNIFORM, "crossing": CROSSING, "beam": BEAM, "matrix": MATRIX}

ELECTRON, PHOTON = 0, 1


class Geometry(NamedTuple):
    """Crystals of one kind and what they are made of; media by their place in the tables, -1 vacuum."""

    kind: int  # CUBOID or SPHERE
    medium: IntArray  # of core, shell, host; (3,)
    core: float  # size of the core as a share of that of the crystal; 0: no shell
    items: FloatArray  # centre and half lengths, (crystals and their periodic images, 6)
    crystal_of: IntArray  # which crystal an item is; (items,)
    cell_start: IntArray
    cell_items: IntArray
    cells: int  # along one edge of the box
    box: float  # edge of the periodic box; 0: one crystal, space without end around it
    confined: FloatArray = np.zeros(
        3
    )  # below this an electron can't leave a region, and is not followed there [eV]


class Source(NamedTuple):
    """Primaries. Their energies are equally likely rows; with start `GIVEN` history k has row k."""

    particle: int  # ELECTRON or PHOTON
    start: int
    energy: FloatArray  # (rows,)
    attenuation: FloatArray  # of photons that make electrons, relative to the largest; (rows, 3 regions)
    outcome_start: IntArray  # outcomes of row r in region g: start[3 r + g] ...
    outcome_cumulative: FloatArray
    outcome_species: IntArray  # kind of vacancy; -1: incoherent scattering
    scattered: FloatArray  # cosine of incoherent scattering at equal steps of probability; (rows, n)
    given: FloatArray = np.zeros((0, 6))  # point and direction of each row with start `GIVEN`


SETTLE, IONISE, PHASE_SPACE = 0, 1, 2
"""Rules for pairs: what holes do that lie deeper than the gap, and with the last one how slow electrons collide."""


class Rules(NamedTuple):
    """Named choices as numbers."""

    surface: int
    local_below: float  # treatment local: secondaries below this stay where they are born; 0: track
    pairs: int  # SETTLE, IONISE or PHASE_SPACE
    reject_by_range: int
    delta_tracking: int


def electrons(energies: FloatArray, start: int, given: FloatArray | None = None) -> Source:
    """Primary electrons of equally likely energies [eV], with start `GIVEN` from ``given`` points and directions."""
    none = np.zeros(1, dtype=np.int64)
    return Source(
        ELECTRON, start, energies, np.ones((1, 3)), np.zeros(4, dtype=np.int64), np.zeros(1), none, np.zeros((1, 2)),
        np.zeros((0, 6)) if given is None else given,
    )  # fmt: skip


@kernel
def region_of(g: Geometry, item: int, x: float, y: float, z: float) -> int:
    """Core or shell of a crystal, for a point inside it in its own coordinates."""
    if g.core > 0.0 and depth(
        g.kind, g.core * g.items[item, 3], g.core * g.items[item, 4], g.core * g.items[item, 5], x, y, z
    ) <= 0.0:  # fmt: skip
        return SHELL
    return CORE
