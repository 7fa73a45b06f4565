"""Deposits history by history: which nanocrystals one primary hit, and how much each kept.

The tally of `scintidot.deposits.engine` has sums and histograms; whoever needs the spread of something that is not
linear in the deposits, such as photons, needs the hits of one primary together.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scintidot.backends import in_order
from scintidot.cache.store import kept
from scintidot.deposits.bodies import Body
from scintidot.deposits.engine import check
from scintidot.deposits.fingerprints import case_fingerprint
from scintidot.deposits.setup import Setup
from scintidot.provenance import fingerprint
from scintidot.radiation.spectrum import Spectrum
from scintidot.records import FloatArray
from scintidot.transport.track.books import (
    ESCAPED,
    FLUORESCENCE,
    HEAT,
    HELD,
    HIT_DEPOSIT,
    HIT_ELECTRONS,
    HIT_HOLES,
    RECORD_COLUMNS,
    SURFACE,
    scratch,
)
from scintidot.transport.track.history import follow
from scintidot.transport.track.problem import HOST
from scintidot.transport.track.tally import empty_tally, enter

if TYPE_CHECKING:
    import xarray

METHOD = "1"
"""Counted up whenever the same run gives other hits."""
MOST_HITS = 1 << 16
"""Nanocrystals that one primary may hit."""
BLOCK = 32
"""Histories of one task; nothing depends on it."""
_HISTORY, _HIT = ("host_eV", "escaped_eV", "surface_eV"), ("history", "deposit_eV", "pairs")

Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Hits:
    """What nanocrystals kept of each of many primaries of one energy. Energies [eV]."""

    primary: float
    history: npt.NDArray[np.int64]  # of each hit, rising, shape (hits,)
    deposit: FloatArray  # of each hit, above 0
    pairs: npt.NDArray[np.int64]  # of each hit: the smaller of holes and stopped electrons
    host: FloatArray  # that stays in the host, shape (histories,)
    escaped: FloatArray  # photons and electrons that left
    surface: FloatArray  # work at surfaces

    @property
    def histories(self) -> int:
        """Primaries."""
        return len(self.host)

    def per_history(self, values: FloatArray) -> FloatArray:
        """Sum of something that each hit has over the hits of each primary; shape (histories,)."""
        return np.bincount(self.history, weights=values, minlength=self.histories).astype(np.float64)

    @property
    def kept(self) -> FloatArray:
        """Energy that nanocrystals keep of each primary; shape (histories,)."""
        return self.per_history(self.deposit)


def hits_of_case(
    setup: Setup, body: Body, spectrum: Spectrum, *, progress: Progress = lambda *_: None
) -> Hits:
    """Every hit of every history of one size and energy, kept between runs; the same whatever the threads.

    ``setup.histories`` are run; a wanted relative error is not looked at.

    Raises
    ------
    EngineFault
        If the energy of a history does not add up to 1e-9.
    KeyboardInterrupt
        After Ctrl-C: nothing is kept.
    """
    key = fingerprint(case_fingerprint(setup, body, spectrum).encode(), b"hits", METHOD.encode())
    found = kept("hits", key, lambda: _run(setup, body, spectrum, progress))
    return Hits(
        spectrum.mean_energy, *(found[name].to_numpy() for name in _HIT), *(found[name].to_numpy() for name in _HISTORY)
    )  # fmt: skip


def _run(setup: Setup, body: Body, spectrum: Spectrum, progress: Progress) -> xarray.Dataset:
    import xarray

    geometry, source, tables, rules = setup.geometry(body), setup.source(spectrum), setup.tables, setup.rules
    memory, nothing = threading.local(), np.empty((0, RECORD_COLUMNS))

    def block(index: int) -> tuple[list[tuple[float, ...]], list[FloatArray]]:
        if not hasattr(memory, "scratch"):
            memory.scratch = scratch(1 if setup.box == 0 else MOST_HITS)
        own, tally = memory.scratch, empty_tally()
        histories: list[tuple[float, ...]] = []
        hits: list[FloatArray] = []
        for history in range(index * BLOCK, min((index + 1) * BLOCK, setup.histories)):
            struck, _ = follow(
                np.uint64(setup.seed), np.uint64(history), tables, geometry, source, rules, own, nothing
            )
            enter(own.books, struck, own.hits, own.depths, own.escapes, history, tally)
            books, of_one = own.books, own.hits[:struck]
            histories.append((
                books[HEAT + HOST] + books[HELD + HOST], books[ESCAPED] + books[FLUORESCENCE], books[SURFACE],
            ))  # fmt: skip
            left = of_one[of_one[:, HIT_DEPOSIT] > 0]
            pairs = np.minimum(left[:, HIT_HOLES], left[:, HIT_ELECTRONS])
            hits.append(np.column_stack([np.full(len(left), float(history)), left[:, HIT_DEPOSIT], pairs]))
        check(tally, setup.seed)
        return histories, hits

    blocks = -(-setup.histories // BLOCK)
    per_history: list[tuple[float, ...]] = []
    per_hit: list[FloatArray] = []
    for index, (histories, hits) in enumerate(in_order(block, blocks, setup.threads)):
        per_history += histories
        per_hit += hits
        progress((index + 1) / blocks)
    whole = np.concatenate(per_hit)
    return xarray.Dataset(
        {
            "history": ("hit", whole[:, 0].astype(np.int64)),
            "deposit_eV": ("hit", whole[:, 1]),
            "pairs": ("hit", whole[:, 2].astype(np.int64)),
            **{
                name: ("primary", np.array(column))
                for name, column in zip(_HISTORY, zip(*per_history, strict=True), strict=True)
            },
        }
    )
