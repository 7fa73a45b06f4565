"""Deposits history by history: which nanocrystals one primary hit, and how much each kept.

The tally of `scintidot.deposits.engine` has sums and histograms; whoever needs the spread of something that is not
linear in the deposits, such as photons, needs the hits of one primary together.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from scintidot.cache.store import kept
from scintidot.deposits.bodies import Body
from scintidot.deposits.engine import check
from scintidot.deposits.fingerprints import case_fingerprint
from scintidot.deposits.names import WHERE
from scintidot.deposits.setup import Setup
from scintidot.provenance import fingerprint
from scintidot.radiation.spectrum import Spectrum
from scintidot.records import FloatArray
from scintidot.scale.blocks import fold_blocks
from scintidot.scale.checkpoints import Arrays
from scintidot.scale.estimate import TRIAL_S, PartOfWork, check_memory, memory_now
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
from scintidot.transport.track.problem import HOST, Geometry, Rules, Source
from scintidot.transport.track.tables import Tables
from scintidot.transport.track.tally import empty_tally, enter

if TYPE_CHECKING:
    import xarray

KIND = "hits"
"""Of what is kept between runs."""
METHOD = "1"
"""Counted up whenever the same run gives other hits."""
MOST_HITS = 1 << 16
"""Nanocrystals that one primary may hit."""
BLOCK = 32
"""Histories of one task; nothing depends on it."""
COPIES = 3
"""Of the hits, that are in memory at once when they are put together and written."""
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
        After Ctrl-C: what was done is in a checkpoint, where those are kept.
    """
    key = hits_fingerprint(setup, body, spectrum)
    found = kept(KIND, key, lambda: _run(setup, body, spectrum, key, progress))
    return Hits(
        spectrum.mean_energy, *(found[name].to_numpy() for name in _HIT), *(found[name].to_numpy() for name in _HISTORY)
    )  # fmt: skip


def hits_fingerprint(setup: Setup, body: Body, spectrum: Spectrum) -> str:
    """Of everything that the hits of one size and energy depend on."""
    return fingerprint(case_fingerprint(setup, body, spectrum).encode(), KIND.encode(), METHOD.encode())


def tried_hits(setup: Setup, body: Body, spectrum: Spectrum, name: str) -> tuple[PartOfWork, float]:
    """What the hits will take: time, and memory [B]."""
    work, found, ran = _work(setup, body, spectrum), 0, 0
    work(0, 1)  # compiles
    started = time.perf_counter()
    while (passed := time.perf_counter() - started) < TRIAL_S and ran * BLOCK < setup.histories:
        found += sum(part.nbytes for part in work(ran, ran + 1))
        ran += 1
    share = max(1.0, setup.histories / (ran * BLOCK))
    return PartOfWork(name, passed * share, setup.histories), COPIES * found * share


class _Found(NamedTuple):
    """Of consecutive histories."""

    histories: FloatArray  # a row each: `_HISTORY`
    hits: FloatArray  # a row each: `_HIT`


@dataclass(frozen=True, eq=False)
class _Followed:
    """Histories in blocks, for `fold_blocks`."""

    tables: Tables
    geometry: Geometry
    source: Source
    rules: Rules
    seed: int
    histories: int
    most_hits: int

    def __call__(self, first: int, last: int) -> _Found:
        own, tally, nothing = scratch(self.most_hits), empty_tally(), np.empty((0, RECORD_COLUMNS))
        histories: list[tuple[float, ...]] = []
        hits: list[FloatArray] = [np.empty((0, 3))]
        for history in range(first * BLOCK, min(last * BLOCK, self.histories)):
            struck, _ = follow(
                np.uint64(self.seed), np.uint64(history), self.tables, self.geometry, self.source, self.rules, own,
                nothing,
            )  # fmt: skip
            enter(own.books, struck, own.hits, own.depths, own.escapes, history, tally)
            books, of_one = own.books, own.hits[:struck]
            histories.append((
                books[HEAT + HOST] + books[HELD + HOST], books[ESCAPED] + books[FLUORESCENCE], books[SURFACE],
            ))  # fmt: skip
            left = of_one[of_one[:, HIT_DEPOSIT] > 0]
            pairs = np.minimum(left[:, HIT_HOLES], left[:, HIT_ELECTRONS])
            hits.append(np.column_stack([np.full(len(left), float(history)), left[:, HIT_DEPOSIT], pairs]))
        check(tally, self.seed)
        return _Found(np.array(histories), np.concatenate(hits))


class _All:
    """The fold of `_Followed`."""

    enough = False

    def __init__(self, histories: int) -> None:
        self.done = 0
        self._histories, self._bytes = histories, 0
        self._parts: dict[int, _Found] = {}  # by first block; those from `done` on are of an interrupt

    def add(self, first: int, last: int, part: _Found) -> None:
        self._bytes += sum(values.nbytes for values in part)
        check_memory(
            memory_now() + COPIES * self._bytes * max(1.0, self._histories / (last * BLOCK)) - self._bytes, WHERE,
            "Every hit is held until the light is counted: ask for fewer --histories.",
        )  # fmt: skip
        self._parts[first] = part
        self.done = last

    def whole(self) -> _Found:
        """All histories and hits so far."""
        known = [part for first, part in self._parts.items() if first < self.done]
        return _Found(*(np.concatenate(column) for column in zip(*known, strict=True)))

    def arrays(self) -> Arrays:
        return self.whole()._asdict() if self.done else {}

    def restore(self, blocks: int, arrays: Arrays) -> None:
        self._parts = {0: _Found(**arrays)} if blocks else {}
        self._bytes = sum(values.nbytes for values in arrays.values())
        self.done = blocks


def _work(setup: Setup, body: Body, spectrum: Spectrum) -> _Followed:
    return _Followed(
        setup.tables, setup.geometry(body), setup.source(spectrum), setup.rules, setup.seed, setup.histories,
        1 if setup.box == 0 else MOST_HITS,
    )  # fmt: skip


def _run(setup: Setup, body: Body, spectrum: Spectrum, key: str, progress: Progress) -> xarray.Dataset:
    import xarray

    work, blocks, total = _work(setup, body, spectrum), -(-setup.histories // BLOCK), _All(setup.histories)
    if fold_blocks(
        work, total, blocks, threads=setup.threads, key=key, progress=lambda done: progress(done / blocks)
    ):
        raise KeyboardInterrupt
    histories, hits = total.whole()
    return xarray.Dataset(
        {
            "history": ("hit", hits[:, 0].astype(np.int64)),
            "deposit_eV": ("hit", hits[:, 1]),
            "pairs": ("hit", hits[:, 2].astype(np.int64)),
            **{name: ("primary", column) for name, column in zip(_HISTORY, histories.T, strict=True)},
        }
    )
