"""Pair creation in the bulk of a material, by the engine itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scintidot.cache.store import kept
from scintidot.deposits.engine import block_size, follow_all
from scintidot.deposits.fingerprints import case_fingerprint
from scintidot.deposits.histories import Histories
from scintidot.deposits.setup import Setup
from scintidot.output import number
from scintidot.transport.track.books import ALL_HOLES, FLUORESCENCE
from scintidot.transport.track.packing import one_crystal
from scintidot.transport.track.problem import CENTRE, CORE, Geometry, Source, electrons
from scintidot.transport.track.shapes import CUBOID
from scintidot.transport.track.tables import GAP
from scintidot.transport.track.tally import ALL_BOOKS, PAIR, PAIR_2

if TYPE_CHECKING:
    import xarray

BULK_ENERGY, BULK_HISTORIES = 2e3, 4000
"""Of the electrons [eV] that measure the pair-creation energy of the bulk."""
HALF_EDGE = 1e7  # [nm]


def deep_inside(setup: Setup, energy: float) -> tuple[Geometry, Source]:
    """The core's material without end, as far as electrons go, and electrons of this energy [eV] in its middle.

    Slow are those below the vacuum level, whatever the surface and the surroundings of the run.
    """
    body = one_crystal(CUBOID, (HALF_EDGE, HALF_EDGE, HALF_EDGE), np.array([0, 0, -1]), 0.0)
    core = setup.media[CORE]
    below = core.slow_below(0.0) if core is not None and setup.pairs == "phase-space" else 0.0
    return body._replace(confined=np.array([below, 0.0, 0.0])), electrons(np.array([energy]), CENTRE)


def bulk_pairs(setup: Setup) -> tuple[float | None, float | None]:
    """Energy per pair [eV] and Fano factor in the bulk of the nanocrystal's material, by the same models.

    Electrons start deep inside; what leaves as fluorescence is taken off. None for a treatment that makes no pairs.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C: a part of the histories would be another number than the one that is promised.
    """
    if setup.treatment != "track" or float(setup.tables.medium[0, GAP]) <= 0:
        return None, None
    geometry, source = deep_inside(setup, BULK_ENERGY)
    rules = setup.rules._replace(delta_tracking=0, reject_by_range=0)
    work = Histories(
        setup.tables, geometry, source, rules, setup.seed, BULK_HISTORIES, block_size(geometry), 1
    )
    outcome = follow_all(work, threads=setup.threads)
    if outcome.interrupted:
        raise KeyboardInterrupt
    sums = outcome.tally.sums
    n, holes = outcome.histories, float(sums[ALL_BOOKS + ALL_HOLES])
    mean = float(sums[PAIR]) / n
    if holes == 0 or mean == 0:
        return None, None
    kept = BULK_ENERGY - float(sums[ALL_BOOKS + FLUORESCENCE]) / n
    variance = float(sums[PAIR_2]) / n - mean * mean
    return number(kept / mean), number(variance / mean)


def kept_bulk_pairs(setup: Setup) -> tuple[float | None, float | None]:
    """`bulk_pairs`, kept between runs of the same setup, its first size and energy."""

    def build() -> xarray.Dataset:
        import xarray

        numbers = [np.nan if value is None else value for value in bulk_pairs(setup)]
        return xarray.Dataset({"energy_and_fano": ("figure", numbers)})

    found = kept("bulk-pairs", case_fingerprint(setup, setup.bodies[0], setup.spectra[0]), build)
    energy, fano = found["energy_and_fano"].to_numpy()
    return number(energy), number(fano)
