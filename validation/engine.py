"""Runs of the track-structure engine for comparisons, each done once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from scintidot.deposits.bulk import deep_inside
from scintidot.deposits.engine import run_case
from scintidot.deposits.options import read_setup
from scintidot.deposits.row import Row as Result
from scintidot.transport.track.books import (
    FAULT,
    FLUORESCENCE,
    HIT_ELECTRONS,
    HIT_HOLES,
    RECORD_COLUMNS,
    scratch,
)
from scintidot.transport.track.tally import ESCAPE_BINS_PER_DECADE, LOWEST_ESCAPE, empty_tally, run_block


@lru_cache
def result(histories: int, **options: Any) -> Result:
    """One size and one energy; ``options`` are those of `scintidot.deposit`."""
    setup = read_setup(histories=histories, **options)
    body, spectrum = setup.bodies[0], setup.spectra[0]
    return Result(body, spectrum, run_case(setup, body, spectrum), setup)


def escaped(found: Result, above_eV: float) -> float:
    """Electrons per history that left with more than an energy, to the bin of the histogram (12 % wide)."""
    first = 1 + round(ESCAPE_BINS_PER_DECADE * np.log10(above_eV / LOWEST_ESCAPE))
    return float(found.tally.escapes[first:].sum()) / found.outcome.histories


@lru_cache
def pairs(material: str, energy_keV: float, histories: int, rule: str) -> tuple[float, float]:
    """Energy per pair [eV] and Fano factor in the bulk, of histories from which no fluorescence left.

    A photon that leaves takes a part of the energy with it: that is another line of a spectrum (escape peak), and its
    spread is not that of the pairs.
    """
    setup = read_setup(material=material, pairs=rule, surface="none")
    inside, source = deep_inside(setup, energy_keV * 1e3)
    memory, tally, record = scratch(1), empty_tally(), np.empty((0, RECORD_COLUMNS))
    counts = []
    for history in range(histories):
        run_block(np.uint64(1), history, 1, setup.tables, inside, source, setup.rules, memory, record, tally)
        assert memory.books[FAULT] == 0
        if memory.books[FLUORESCENCE] == 0:
            counts.append(min(memory.hits[0, HIT_HOLES], memory.hits[0, HIT_ELECTRONS]))
    mean = float(np.mean(counts))
    return energy_keV * 1e3 / mean, float(np.var(counts, ddof=1)) / mean
