"""Where long work runs, what is kept of it on the way and how much memory it may take: said once, for all within.

Commands say it by options (``--scheduler``, ``--device``, ``--max-memory``, ...), Python by `computing`. The scheduler,
the checkpoints and the memory change no number; the device and the precision do, in the last bits, and are in the
choices of a result.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scintidot.backends import why_no_cuda
from scintidot.errors import BadValue, one_of
from scintidot.scale.checkpoints import EVERY_S, Checkpoints

if TYPE_CHECKING:
    from scintidot.scale.cluster import Cluster

WHERE = "computing"
DEVICES = {
    "auto": "a GPU for a million histories or more, where one is found; else the CPU",
    "cpu": "threads of the CPU",
    "cuda": "an NVIDIA GPU",
}
PRECISIONS = {
    "float64": "tables, arithmetic and sums in double precision",
    "float32": "tables in single precision, arithmetic and sums in double precision",
}
FEWEST_FOR_CUDA = 1_000_000
"""Histories; fewer are done on the CPU before a GPU has compiled its code."""


@dataclass(frozen=True, eq=False)
class Computing:
    """What is said."""

    cluster: Cluster | None = None
    checkpoints: Checkpoints | None = None
    device: str = "cpu"
    precision: str = "float64"
    most_memory: float | None = None  # [B]


_HERE = Computing()
_CURRENT: ContextVar[Computing] = ContextVar("computing")


def current() -> Computing:
    """What holds here."""
    return _CURRENT.get(_HERE)


def device_for(device: str, histories: int) -> str:
    """``cpu`` or ``cuda``."""
    if device != "auto":
        return device
    return "cuda" if histories >= FEWEST_FOR_CUDA and not why_no_cuda() else "cpu"


@contextmanager
def computing(
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    checkpoints: str | Path | None = None,
    checkpoint_every: float = EVERY_S,
    device: str = "cpu",
    precision: str = "float64",
    max_memory: float | None = None,
    where: str = WHERE,
) -> Iterator[Computing]:
    """Say where the work of a ``with`` block runs, and what is kept of it on the way.

    Parameters
    ----------
    scheduler : str, optional
        ``local``: processes of this machine, started at once and ended with the block. Else the address of a Dask
        scheduler, such as ``tcp://head:8786``, or the file that it wrote (``scheduler.json``). Without it: threads.
    workers : int, optional
        Processes of ``local``; all cores without it.
    checkpoints : path, optional
        Folder in which finished blocks are kept: the same calls with the same folder go on from there.
    checkpoint_every : float
        Between two checkpoints. [s]
    device : str
        ``cpu``, ``cuda``, or ``auto`` (a GPU for a million histories or more).
    precision : str
        Of the tables: ``float64`` or ``float32``.
    max_memory : float, optional
        What a run may take; one that would take more is refused before it starts. [B]

    Raises
    ------
    ScintidotError
        For an unknown name, an address that nobody answers at, a GPU that is not there.

    Examples
    --------
    >>> with computing(max_memory=4e9) as here:
    ...     here.most_memory
    4000000000.0
    """
    one_of(device, DEVICES, where=where, who="--device")
    one_of(precision, PRECISIONS, where=where, who="--precision")
    if device == "cuda":
        _need_cuda(where)
    if scheduler is not None and device == "cuda":
        raise BadValue(
            where=where, what="option", who="--device", expected="cpu or auto with --scheduler", found="cuda",
            hint="Workers run on CPUs; a GPU needs no scheduler.",
        )  # fmt: skip
    with ExitStack() as stack:
        cluster = None
        if scheduler is not None:
            from scintidot.scale.cluster import connected

            device = "cpu"
            cluster = stack.enter_context(connected(scheduler, workers=workers, where=where))
        kept = None if checkpoints is None else Checkpoints(Path(checkpoints), checkpoint_every)
        made = Computing(cluster, kept, device, precision, max_memory)
        token = _CURRENT.set(made)
        try:
            yield made
        finally:
            _CURRENT.reset(token)


def _need_cuda(where: str) -> None:
    reason = why_no_cuda()
    if reason:
        raise BadValue(
            where=where, what="option", who="--device", expected="cpu or auto here", found="cuda", hint=f"{reason}."
        )  # fmt: skip
