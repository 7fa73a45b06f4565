"""Histories of one seed in blocks: what threads, other machines and a GPU run."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scintidot.records import FloatArray
from scintidot.scale.estimate import WORKER_MEMORY
from scintidot.transport.track.books import ESCAPE_COLUMNS, RECORD_COLUMNS, Scratch, scratch
from scintidot.transport.track.problem import Geometry, Rules, Source
from scintidot.transport.track.tables import Tables
from scintidot.transport.track.tally import Tally, add_counts, empty_tally, next_block, run_block, with_rows

if TYPE_CHECKING:
    from scintidot.transport.track.cuda import OnDevice

METHOD = "3"
"""Counted up whenever the same choices give another tally from the same kernels."""
BLOCK_IN_VACUUM, BLOCK_IN_MATTER, BLOCK_ON_CUDA = 8192, 512, 1 << 20
"""Histories of one block, which must not depend on the threads: sums round in its order. Short histories in long
blocks, unless a relative error may end the run after any block."""
ESCAPES_AT_ONCE = 1 << 15
"""Escaped electrons that one thread holds before it hands them over."""

_memory = threading.local()


class Part(NamedTuple):
    """What blocks come to."""

    tally: Tally  # as `tally.with_rows` gives it
    escapes: FloatArray  # electrons one by one, if they are kept: energy, point, direction


@dataclass(frozen=True, eq=False)
class Histories:
    """Histories 0, 1, ... of a seed: all that is needed to run any of them."""

    tables: Tables
    geometry: Geometry
    source: Source
    rules: Rules
    seed: int
    histories: int
    size: int  # of a block
    most_hits: int
    keep_escapes: bool = False
    device: str = "cpu"

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return -(-self.histories // self.size)

    def __call__(self, first: int, last: int) -> Part:
        """Blocks ``first`` to ``last - 1``."""
        counts, blocks = empty_tally(), []
        escapes = [np.empty((0, ESCAPE_COLUMNS))]
        for index in range(first, last):
            start = index * self.size
            count = min(self.size, self.histories - start)
            if self.device == "cuda":
                blocks.append(self._gpu.run(self.seed, start, count))
                add_counts(counts, blocks[-1])
            else:
                blocks.append(next_block(counts))
                escapes += self._on_cpu(start, count, blocks[-1])
        return Part(with_rows(counts, blocks), np.concatenate(escapes))

    def _on_cpu(self, start: int, count: int, tally: Tally) -> list[FloatArray]:
        """Into a tally; returns the electrons that escaped, a piece each time that their room was full."""
        own, done, pieces = self._scratch(), 0, []
        while done < count:
            ran, kept = self._run(start + done, count - done, own, tally)
            done += ran
            if kept:
                pieces.append(own.left[:kept].copy())
        return pieces

    def _run(self, start: int, count: int, own: Scratch, tally: Tally) -> tuple[int, int]:
        nothing = np.empty((0, RECORD_COLUMNS))
        return run_block(
            np.uint64(self.seed), start, count, self.tables, self.geometry, self.source, self.rules, own, nothing, tally
        )  # fmt: skip

    @cached_property
    def _gpu(self) -> OnDevice:
        """Tables and room on the GPU, from the first block to the last."""
        from scintidot.transport.track.cuda import OnDevice

        return OnDevice(self.tables, self.geometry, self.source, self.rules, self.most_hits)

    def _scratch(self) -> Scratch:
        """The memory of this thread, made anew for work of another kind."""
        kind = (self.most_hits, ESCAPES_AT_ONCE if self.keep_escapes else 0)
        if getattr(_memory, "kind", None) != kind:
            _memory.kind, _memory.scratch = kind, scratch(self.most_hits, left=kind[1])
        own: Scratch = _memory.scratch
        return own

    def trial(self, start: int, count: int) -> Tally:
        """A few histories, where the work will be done."""
        if self.device == "cuda":
            return self._gpu.run(self.seed, start, count)
        tally = empty_tally()
        self._on_cpu(start, count, tally)
        return tally

    @property
    def bytes_of_thread(self) -> int:
        """Memory of one thread [B]: of the history that it follows, and tallies that wait for their turn."""
        own = scratch(self.most_hits, left=ESCAPES_AT_ONCE if self.keep_escapes else 0)
        return sum(part.nbytes for part in own) + 3 * sum(part.nbytes for part in empty_tally())

    @property
    def bytes_of_worker(self) -> float:
        """Memory of a worker process [B]: Python, what it was sent, and one thread."""
        sent = sum(part.nbytes for part in self.tables if isinstance(part, np.ndarray))
        return WORKER_MEMORY + self.bytes_of_thread + 2 * sent

    def compile(self) -> None:
        """Have the kernels compiled, or taken from the cache, before time is measured."""
        if self.device == "cpu":
            self._run(0, 0, scratch(1), empty_tally())
        else:
            self._gpu.run(self.seed, 0, 1)
