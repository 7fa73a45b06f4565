"""One size and energy: histories block by block, added up until there are enough or the error is small enough."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from scintidot.deposits.bodies import Body
from scintidot.deposits.fingerprints import case_fingerprint
from scintidot.deposits.histories import (
    BLOCK_IN_MATTER,
    BLOCK_IN_VACUUM,
    BLOCK_ON_CUDA,
    Histories,
    Part,
)
from scintidot.deposits.names import MOST_HITS, WHERE
from scintidot.deposits.particles import MOST_ESCAPES
from scintidot.deposits.setup import Setup
from scintidot.errors import ScintidotError
from scintidot.radiation.spectrum import Spectrum
from scintidot.records import FloatArray
from scintidot.scale.blocks import fold_blocks
from scintidot.scale.checkpoints import Arrays
from scintidot.scale.computing import current
from scintidot.scale.estimate import affordable_threads, check_memory, memory_now
from scintidot.transport.track.books import ESCAPE_COLUMNS, FAULTS
from scintidot.transport.track.problem import Geometry
from scintidot.transport.track.tally import DEPOSIT, DEPOSIT_2, N, Tally, add_counts, add_sums, empty_tally

_LOG = logging.getLogger(__name__)

FEWEST_BLOCKS = 8
"""Before a wanted relative error is believed."""
LARGEST_IMBALANCE = 1e-9

Progress = Callable[[float], None]


class EngineFault(ScintidotError):
    """The books of a history do not close, or it left what the engine can hold: a fault of ours."""

    exit_code = 1


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a run."""

    tally: Tally
    seconds: float
    threads: int
    interrupted: bool
    escapes: FloatArray = field(default_factory=lambda: np.empty((0, ESCAPE_COLUMNS)))
    """Escaped electrons in the order of their histories, as many as were asked for: energy, point, direction."""

    @property
    def histories(self) -> int:
        """How many were finished."""
        return int(self.tally.sums[N])

    @property
    def mean(self) -> float:
        """Deposit per event. [eV]"""
        return float(self.tally.sums[DEPOSIT]) / self.histories

    @property
    def standard_error(self) -> float:
        """Of the mean. [eV]"""
        return standard_error(self.tally)


def standard_error(tally: Tally) -> float:
    """Of the mean deposit per event. [eV]"""
    n = tally.sums[N]
    if n < 2:
        return math.nan
    mean = tally.sums[DEPOSIT] / n
    variance = max(0.0, tally.sums[DEPOSIT_2] / n - mean * mean) * n / (n - 1)
    return math.sqrt(variance / n)


class _State(NamedTuple):
    """All that is known after some blocks, exchanged as a whole: an interrupt leaves none half added."""

    blocks: int
    tally: Tally
    escapes: tuple[FloatArray, ...]
    kept: int
    seconds_before: float


class _Total:
    """The fold of `Histories`."""

    def __init__(self, work: Histories, relative_error: float | None, most_escapes: int) -> None:
        self._work, self._relative_error, self._most_escapes = work, relative_error, most_escapes
        self.state = _State(0, empty_tally(), (np.empty((0, ESCAPE_COLUMNS)),), 0, 0.0)
        self._started = time.perf_counter()

    @property
    def done(self) -> int:
        return self.state.blocks

    @property
    def seconds(self) -> float:
        """Of this run and of those before it that were interrupted."""
        return self.state.seconds_before + time.perf_counter() - self._started

    @property
    def enough(self) -> bool:
        return self._is_enough(self.done, self.state.tally)

    def add(self, first: int, last: int, part: Part) -> None:
        before = self.state
        total = before.tally._replace(
            **{name: values.copy() for name, values in before.tally._asdict().items()}
        )
        for block in range(first, last):
            add_sums(total, part.tally, block - first)
            check(total, self._work.seed)
            if self._is_enough(block + 1, total):
                if block + 1 < last:  # the counts of what comes after are not wanted
                    last, part = block + 1, self._work(first, block + 1)
                break
        add_counts(total, part.tally)
        more = part.escapes[: self._most_escapes - before.kept]
        escapes = (*before.escapes, more) if len(more) else before.escapes
        self.state = _State(last, total, escapes, before.kept + len(more), before.seconds_before)

    def _is_enough(self, blocks: int, total: Tally) -> bool:
        if self._relative_error is None or blocks < FEWEST_BLOCKS:
            return False
        mean = total.sums[DEPOSIT] / total.sums[N]  # without a hit nothing is known of the error
        return bool(mean > 0 and standard_error(total) <= self._relative_error * mean)

    def share(self) -> float:
        """Of the work that is done, as far as it can be told."""
        total = self.state.tally
        share = self.done / self._work.blocks
        if self._relative_error is not None and self.done >= FEWEST_BLOCKS and total.sums[DEPOSIT] > 0:
            error = standard_error(total) / (total.sums[DEPOSIT] / total.sums[N])
            share = max(share, min(1.0, (self._relative_error / error) ** 2)) if error > 0 else 1.0
        return share

    def arrays(self) -> Arrays:
        return {
            **self.state.tally._asdict(),
            "left": np.concatenate(self.state.escapes),
            "seconds": np.array(self.seconds),
        }

    def restore(self, blocks: int, arrays: Arrays) -> None:
        tally = Tally(**{name: arrays[name] for name in Tally._fields})
        left = arrays["left"]
        self.state = _State(blocks, tally, (left,), len(left), float(arrays["seconds"]))


def follow_all(
    work: Histories,
    *,
    threads: int = 1,
    relative_error: float | None = None,
    most_escapes: int = 0,
    key: str | None = None,
    progress: Progress = lambda *_: None,
) -> Outcome:
    """Follow the histories until there are enough, or the error is small enough.

    Ctrl-C ends it: what was finished is returned, marked. The same seed gives the same numbers to the bit with any
    number of threads and workers. The first ``most_escapes`` electrons that escape are kept one by one. Under a
    ``key`` that stands for all of this, checkpoints are kept, if `scintidot.scale.computing` wants some.

    Raises
    ------
    EngineFault
        If the energy of any history does not add up to 1e-9.
    OutOfRange
        If the memory that is allowed has no room for one thread.
    """
    cluster = current().cluster
    if cluster is None:
        work.compile()
        threads = affordable_threads(threads, memory_now(), work.bytes_of_thread, WHERE)
    else:
        needed = memory_now() + cluster.slots() * work.bytes_of_worker
        check_memory(needed, WHERE, "Fewer workers take less: --workers.")
    total = _Total(work, relative_error, most_escapes)
    interrupted = fold_blocks(
        work, total, work.blocks, threads=1 if work.device == "cuda" else threads, key=key,
        progress=lambda _: progress(total.share()),
    )  # fmt: skip
    found = total.state
    if interrupted and found.blocks == 0:
        raise KeyboardInterrupt
    cores = threads if cluster is None else max(1, cluster.slots())
    _LOG.info("%d histories in %.1f s on %d cores", int(found.tally.sums[N]), total.seconds, cores)
    return Outcome(found.tally, total.seconds, cores, interrupted, np.concatenate(found.escapes))


def block_size(geometry: Geometry, relative_error: float | None = None, device: str = "cpu") -> int:
    """Histories of a block."""
    if device == "cuda":
        return BLOCK_ON_CUDA
    short = geometry.medium[2] < 0 and relative_error is None
    return BLOCK_IN_VACUUM if short else BLOCK_IN_MATTER


def run_case(
    setup: Setup, body: Body, spectrum: Spectrum, *, progress: Progress = lambda *_: None
) -> Outcome:
    """One size and energy of a setup, by `follow_all`."""
    return follow_all(
        case_work(setup, body, spectrum), threads=setup.threads, relative_error=setup.relative_error,
        most_escapes=MOST_ESCAPES if setup.keep_escapes else 0,
        key=case_fingerprint(setup, body, spectrum), progress=progress,
    )  # fmt: skip


def case_work(setup: Setup, body: Body, spectrum: Spectrum) -> Histories:
    """The histories of one size and energy of a setup."""
    geometry = setup.geometry(body)
    return Histories(
        setup.tables, geometry, setup.source(spectrum), setup.rules, setup.seed, setup.histories,
        block_size(geometry, setup.relative_error, setup.device), most_hits(setup), setup.keep_escapes, setup.device,
    )  # fmt: skip


def most_hits(setup: Setup) -> int:
    """Nanocrystals that one primary may hit."""
    return 1 if setup.box == 0 else MOST_HITS


def check(tally: Tally, seed: int) -> None:
    """Refuse books that do not close."""
    if tally.fault[0] < 0 and tally.worst[0] <= LARGEST_IMBALANCE:
        return
    kind = FAULTS.get(
        int(tally.fault[0]), f"energy that does not add up, by {tally.worst[0]:.2g} of the primary's"
    )
    raise EngineFault(
        where=WHERE,
        what="history",
        who=f"seed {seed}, history {int(tally.fault[1])}",
        expected="books that close to 1e-9",
        found=kind,
        hint="Please report it with these two numbers.",
    )
