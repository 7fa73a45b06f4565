"""Dask distributed: blocks of work on the workers of a scheduler, their parts in order.

Workers may come and go. What a lost worker was doing is done again by another one, and since a part is a function of
its blocks alone, nothing can come out differently. Tasks are spans of so many blocks that each takes about `TASK_S`, so
that what the scheduler does for each (about a millisecond) does not count.
"""

from __future__ import annotations

import logging
import pickle
import time
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from scintidot import __version__
from scintidot.cache.kernels import kernel_fingerprint
from scintidot.errors import BadInstallation, ScintidotError
from scintidot.scale.computing import computing, current

if TYPE_CHECKING:
    from distributed import Client, Future

    from scintidot.scale.blocks import Work

TASK_S = 2.0
"""That one task should take. [s]"""
SMALLEST = 8
"""Part of such a task that the last ones are at least: smaller ones would cost more than they spare."""
AHEAD = 3
"""Tasks under way for each thread of the workers."""
RETRIES = 20
"""Of a task whose workers die."""
LARGEST_PART = 32e6
"""That one task should give back. [B]"""
NO_WORKERS_SAID_S = 10.0
"""Without a worker, until that is said. [s]"""

Part = TypeVar("Part")

_LOG = logging.getLogger(__name__)


class LostScheduler(ScintidotError):
    """The scheduler went away, or its workers die whatever they are given."""

    exit_code = 6


def code_here() -> str:
    """Of the kernels and the version: workers with others would give other numbers."""
    return f"{__version__} {kernel_fingerprint('transport')} {kernel_fingerprint('kinetics')}"


@lru_cache(maxsize=2)
def _unpacked(blob: bytes) -> Any:
    from cloudpickle import loads

    return loads(blob)


def _span(blob: bytes, code: str, first: int, last: int) -> tuple[float, float, Any]:
    """What a worker runs: the seconds that it took, and the part with its size in bytes."""
    if code != code_here():
        raise _other_code(code)
    work, precision = _unpacked(blob)
    started = time.perf_counter()
    with computing(precision=precision):  # of the tables that it may make itself
        part = work(first, last)
    return time.perf_counter() - started, _size(part), part


def _size(part: Any) -> float:
    """Of what is sent, without a copy of its arrays. [B]"""
    from cloudpickle import dumps

    arrays: list[pickle.PickleBuffer] = []
    rest = dumps(part, protocol=5, buffer_callback=arrays.append)
    return float(len(rest) + sum(one.raw().nbytes for one in arrays))


def _other_code(code: str) -> BadInstallation:
    return BadInstallation(
        where="worker", what="installation", who="--scheduler", expected=f"scintidot {code}", found=code_here(),
        hint="Install the same version of scintidot for the scheduler, its workers and here.",
    )  # fmt: skip


@dataclass(eq=False)
class Cluster:
    """Workers behind a scheduler."""

    client: Client
    address: str
    where: str
    tasks: int = field(default=0, init=False)

    def slots(self) -> int:
        """Threads of all workers, now."""
        return sum(self.client.nthreads().values())

    def parts(self, work: Work[Part], start: int, stop: int) -> Generator[tuple[int, int, Part]]:
        """Spans of blocks from ``start`` to ``stop - 1`` in their order, each as (first, last + 1, part)."""
        from cloudpickle import dumps
        from distributed import CancelledError, KilledWorker

        run = uuid4().hex
        blob = dumps((work, current().precision))
        shared = self.client.submit(bytes, blob, key=f"work-{run}")
        waiting: deque[tuple[int, int, Future]] = deque()
        following, span = start, 1

        def submit(first: int, last: int, attempt: int = 0) -> Future:
            return self.client.submit(
                _span, shared, code_here(), first, last,
                key=f"blocks-{run}-{first}-{attempt}", priority=-first,
            )  # fmt: skip

        try:
            while waiting or following < stop:
                slots = max(1, self.slots())
                while following < stop and len(waiting) < AHEAD * slots:
                    share = max(-(-(stop - following) // (2 * slots)), span // SMALLEST)  # all end together
                    last = min(following + min(span, share), stop)
                    waiting.append((following, last, submit(following, last)))
                    self.tasks += 1
                    following = last
                first, last, future = waiting.popleft()
                for attempt in range(1, RETRIES + 1):
                    try:
                        seconds, size, part = self._result(future)
                        break
                    except (KilledWorker, CancelledError) as error:
                        if self.client.status != "running" or attempt == RETRIES:
                            raise self._lost(str(error) or "its tasks were cancelled") from None
                        shared = self.client.submit(bytes, blob, key=f"work-{run}-{attempt}-{first}")
                        future = submit(first, last, attempt)
                enough = min(TASK_S / max(seconds, 1e-4), LARGEST_PART / size)  # such spans
                span = max(1, min(4 * span, round(enough * (last - first))))
                yield first, last, part
        finally:
            for _, _, future in waiting:
                future.release()
            if waiting and self.client.status == "running":
                self.client.cancel([future for _, _, future in waiting], force=True)

    def _result(self, future: Future) -> Any:
        """Of a task, however long it takes; says so while there is no worker, and raises where nobody can answer."""
        from distributed import TimeoutError as NotYet

        since = time.monotonic()
        said = False
        while True:
            try:
                return future.result(timeout=2.0)
            except NotYet as error:
                if future.status == "error":  # of the work
                    raise self._lost(str(error) or "a time-out") from None
                if self.client.status != "running":
                    raise self._lost("the connection was lost") from None
                if self.slots():
                    since, said = time.monotonic(), False
                elif not said and time.monotonic() - since > NO_WORKERS_SAID_S:
                    said = True
                    _LOG.warning("%s has no workers: waiting for some", self.address)
            except UnboundLocalError:  # distributed's own, where a wait is cancelled: it is asked again
                continue
            except OSError as error:
                raise self._lost(str(error)) from None

    def _lost(self, found: str) -> LostScheduler:
        return LostScheduler(
            where=self.where, what="scheduler", who="--scheduler", expected=f"{self.address} with workers that live",
            found=found, hint="With --checkpoint, or --out of a folder, scintidot resume goes on from what was done.",
        )  # fmt: skip
