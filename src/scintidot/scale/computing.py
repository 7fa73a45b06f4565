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
from scintidot.materials.fields import In
from scintidot.options import Number, read, read_whole
from scintidot.scale.checkpoints import EVERY_S, Checkpoints
from scintidot.sizes import read_size

if TYPE_CHECKING:
    from scintidot.scale.cluster import Cluster

WHERE = "computing"
LOCAL = "local"
"""Name of a scheduler that is started here."""
MOST_WORKERS = 1024
DEVICES = {
    "auto": "a GPU for a million histories or more, where one is found; else the CPU",
    "cpu": "threads of the CPU",
    "cuda": "an NVIDIA GPU",
}
PRECISIONS = {
    "float64": "rates, energies, arithmetic and sums in double precision; quantiles of losses and angles in single",
    "float32": "rates and quantiles of the tables in single precision; energies, arithmetic and sums in double",
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
    workers: Number | None = None,
    checkpoints: str | Path | None = None,
    checkpoint_every: Number = EVERY_S,
    device: str = "cpu",
    precision: str = "float64",
    max_memory: float | str | None = None,
    where: str = WHERE,
) -> Iterator[Computing]:
    """Say where the work of a ``with`` block runs, and what is kept of it on the way.

    Parameters
    ----------
    scheduler : str, optional
        ``local``: processes of this machine, started at once and ended with the block. Else the address of a Dask
        scheduler, such as ``tcp://head:8786``, or the file that it wrote (``scheduler.json``). Without it: threads.
    workers : number or text, optional
        Processes of ``local``; all cores without it.
    checkpoints : path, optional
        Folder in which finished blocks are kept: the same calls with the same folder go on from there.
    checkpoint_every : number or text
        Between two checkpoints. [s]
    device : str
        ``cpu``, ``cuda``, or ``auto`` (a GPU for a million histories or more).
    precision : str
        Of the tables: ``float64`` or ``float32``.
    max_memory : number or text, optional
        What a run may take [B], such as ``"4 GB"``; one that would take more is refused before it starts.

    where : str
        How an error names the caller.

    Returns
    -------
    context manager
        Yields what is said, as `Computing`.

    Raises
    ------
    ScintidotError
        For an unknown name, an address that nobody answers at, a GPU that is not there.

    Examples
    --------
    >>> with computing(max_memory="4 GB") as here:
    ...     here.most_memory
    4000000000
    """
    one_of(device, DEVICES, where=where, who="--device")
    one_of(precision, PRECISIONS, where=where, who="--precision")
    if device == "cuda":
        check_cuda(where, scheduler=scheduler is not None)
    if workers is not None:
        workers = read_whole(workers, "--workers", where, 1, MOST_WORKERS)
        if scheduler != LOCAL:
            raise BadValue(
                where=where, what="option", who="--workers", expected="it with --scheduler local", found=workers,
                hint="A scheduler that is there has its own workers.",
            )  # fmt: skip
    every = read(checkpoint_every, "--checkpoint-every", where, In("s", at_least=0))
    if isinstance(max_memory, str):
        max_memory = read_size(max_memory, where=where, who="--max-memory")
    with ExitStack() as stack:
        cluster = None
        if scheduler is not None:
            from scintidot.scale.connection import connected

            device = "cpu"
            cluster = stack.enter_context(connected(scheduler, workers=workers, where=where))
        kept = None if checkpoints is None else Checkpoints(Path(checkpoints), every)
        made = Computing(cluster, kept, device, precision, max_memory)
        token = _CURRENT.set(made)
        try:
            yield made
        finally:
            _CURRENT.reset(token)


def check_cuda(where: str, *, scheduler: bool) -> None:
    """Refuse a GPU where a scheduler's workers do the work, or where none is found."""
    if scheduler:
        raise BadValue(
            where=where, what="option", who="--device", expected="cpu or auto with --scheduler", found="cuda",
            hint="Workers run on CPUs; a GPU needs no scheduler.",
        )  # fmt: skip
    reason = why_no_cuda()
    if reason:
        raise BadValue(
            where=where, what="option", who="--device", expected="cpu or auto here", found="cuda", hint=f"{reason}."
        )  # fmt: skip
