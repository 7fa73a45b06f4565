"""Runs of the track-structure engine for comparisons, each done once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from scintidot.deposits.engine import run
from scintidot.deposits.result import Row as Result
from scintidot.deposits.setup import MOST_HITS, read_setup
from scintidot.radiation.spectrum import monoenergetic
from scintidot.transport.track.books import (
    FAULT,
    FLUORESCENCE,
    HIT_ELECTRONS,
    HIT_HOLES,
    RECORD_COLUMNS,
    scratch,
)
from scintidot.transport.track.packing import one_crystal
from scintidot.transport.track.problem import CENTRE, ELECTRON, Source
from scintidot.transport.track.shapes import CUBOID
from scintidot.transport.track.tally import ESCAPE_BINS_PER_DECADE, LOWEST_ESCAPE, empty_tally, run_block


@lru_cache
def result(histories: int, **options: Any) -> Result:
    """One size and one energy; ``options`` are those of `scintidot.deposit`."""
    setup = read_setup(histories=histories, **options)
    body, spectrum = setup.bodies[0], setup.spectra[0]
    outcome = run(
        setup.tables, setup.geometry(body), setup.source(spectrum), setup.rules, histories=histories,
        seed=setup.seed, threads=setup.threads, most_hits=1 if setup.box == 0 else MOST_HITS,
    )  # fmt: skip
    return Result(body, spectrum, outcome, setup)


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
    inside = one_crystal(CUBOID, (1e7, 1e7, 1e7), np.array([0, 0, -1]), 0.0)
    inside = inside._replace(confined=setup.confined(bulk=True))
    spectrum = monoenergetic("electron", energy_keV * 1e3)
    source = Source(
        ELECTRON, CENTRE, np.array([spectrum.mean_energy]), np.ones((1, 3)), np.zeros(4, dtype=np.int64),
        np.zeros(1), np.zeros(1, dtype=np.int64), np.zeros((1, 2)),
    )  # fmt: skip
    memory, tally, record = scratch(1), empty_tally(), np.empty((0, RECORD_COLUMNS))
    counts = []
    for history in range(histories):
        run_block(np.uint64(1), history, 1, setup.tables, inside, source, setup.rules, memory, record, tally)
        assert memory.books[FAULT] == 0
        if memory.books[FLUORESCENCE] == 0:
            counts.append(min(memory.hits[0, HIT_HOLES], memory.hits[0, HIT_ELECTRONS]))
    mean = float(np.mean(counts))
    return spectrum.mean_energy / mean, float(np.var(counts, ddof=1)) / mean
