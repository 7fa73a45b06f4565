"""Histories on threads: blocks of fixed size, added in their order, so that nothing depends on how many threads ran."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from scintidot.backends import in_order
from scintidot.deposits.bodies import Body
from scintidot.deposits.names import MOST_HITS, WHERE
from scintidot.deposits.particles import MOST_ESCAPES
from scintidot.deposits.setup import Setup
from scintidot.errors import ScintidotError
from scintidot.radiation.spectrum import Spectrum
from scintidot.records import FloatArray
from scintidot.transport.track.books import ESCAPE_COLUMNS, FAULTS, RECORD_COLUMNS, Scratch, scratch
from scintidot.transport.track.problem import Geometry, Rules, Source
from scintidot.transport.track.tables import Tables
from scintidot.transport.track.tally import DEPOSIT, DEPOSIT_2, N, Tally, add, empty_tally, run_block

_LOG = logging.getLogger(__name__)

BLOCK_IN_VACUUM, BLOCK_IN_MATTER = 8192, 512
"""Histories of one block, which must not depend on the threads: sums round in its order. Short histories in long
blocks, unless a relative error may end the run after any block."""
FEWEST_BLOCKS = 8
"""Before a wanted relative error is believed."""
LARGEST_IMBALANCE = 1e-9
METHOD = "3"
"""Counted up whenever the same choices give another tally from the same kernels."""
ESCAPES_AT_ONCE = 1 << 15
"""Escaped electrons that one thread holds before it hands them over."""

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


def run(
    tables: Tables,
    geometry: Geometry,
    source: Source,
    rules: Rules,
    *,
    histories: int,
    seed: int,
    threads: int = 1,
    relative_error: float | None = None,
    most_hits: int = 1,
    most_escapes: int = 0,
    progress: Progress = lambda *_: None,
) -> Outcome:
    """Run histories 0, 1, ... of a seed, until there are enough or the error is small enough.

    Ctrl-C ends it: what was finished is returned, marked. The same seed gives the same numbers to the bit with any
    number of threads. The first ``most_escapes`` electrons that escape are kept one by one.

    Raises
    ------
    EngineFault
        If the energy of any history does not add up to 1e-9.
    """
    total = empty_tally()
    memory = threading.local()
    nothing = np.empty((0, RECORD_COLUMNS))

    enough = threading.Event()
    escapes, kept_so_far = [np.empty((0, ESCAPE_COLUMNS))], 0

    def block(index: int) -> tuple[Tally, list[FloatArray]]:
        if not hasattr(memory, "scratch"):
            memory.scratch = scratch(most_hits, left=ESCAPES_AT_ONCE if most_escapes else 0)
        own: Scratch = memory.scratch
        tally = empty_tally()
        first = index * size
        count = min(size, histories - first)
        done, parts = 0, []
        while done < count:
            ran, kept = run_block(
                np.uint64(seed), first + done, count - done, tables, geometry, source, rules, own, nothing, tally
            )  # fmt: skip
            done += ran
            if kept and not enough.is_set():
                parts.append(own.left[:kept].copy())
        return tally, parts

    short = geometry.medium[2] < 0 and relative_error is None
    size = BLOCK_IN_VACUUM if short else BLOCK_IN_MATTER
    blocks = -(-histories // size)
    run_block(
        np.uint64(seed), 0, 0, tables, geometry, source, rules, scratch(1), nothing, empty_tally()
    )  # compiles
    started = time.perf_counter()
    interrupted = False
    results = in_order(block, blocks, threads)
    try:
        for index, (tally, parts) in enumerate(results):
            total = _both(total, tally)  # an interrupt leaves none half added
            escapes += parts
            kept_so_far += sum(len(part) for part in parts)
            if kept_so_far >= most_escapes:
                enough.set()
            check(total, seed)
            share = (index + 1) / blocks
            if relative_error is not None and index + 1 >= FEWEST_BLOCKS:
                error, mean = standard_error(total), total.sums[DEPOSIT] / total.sums[N]
                if mean > 0:  # without a hit nothing is known of the error
                    if error <= relative_error * mean:
                        break
                    share = max(share, min(1.0, (relative_error * mean / error) ** 2))
            progress(share)
    except KeyboardInterrupt:
        if total.sums[N] == 0:
            raise
        interrupted = True
    finally:
        results.close()  # type: ignore[attr-defined]
    seconds = time.perf_counter() - started
    _LOG.info("%d histories in %.1f s on %d threads", int(total.sums[N]), seconds, threads)
    return Outcome(total, seconds, threads, interrupted, np.concatenate(escapes)[:most_escapes])


def _both(one: Tally, other: Tally) -> Tally:
    """A new tally of two."""
    both = empty_tally()
    add(both, one)
    add(both, other)
    return both


def run_case(
    setup: Setup, body: Body, spectrum: Spectrum, *, progress: Progress = lambda *_: None
) -> Outcome:
    """One size and energy of a setup, by `run`."""
    return run(
        setup.tables, setup.geometry(body), setup.source(spectrum), setup.rules,
        histories=setup.histories, seed=setup.seed, threads=setup.threads, relative_error=setup.relative_error,
        most_hits=1 if setup.box == 0 else MOST_HITS, most_escapes=MOST_ESCAPES if setup.keep_escapes else 0,
        progress=progress,
    )  # fmt: skip


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
