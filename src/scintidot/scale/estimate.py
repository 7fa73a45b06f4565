"""What a run will take, told before it starts: time by a trial of each part, memory by what will be held at once."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from scintidot import __version__
from scintidot.documents import Document
from scintidot.errors import OutOfRange
from scintidot.output import number
from scintidot.scale.computing import current
from scintidot.sizes import size_in_words

SCHEMA = "scintidot.estimate/1"
TRIAL_S = 0.25
"""Over which the speed of a part is measured. [s]"""
METHOD = (
    f"each part is tried for {TRIAL_S:g} s on one core, and its speed and spread stand for the rest; loading, "
    "compiling and writing are not counted"
)
LATER = {"deposit": 40e6, "light": 70e6, "predict": 190e6, "study": 300e6}
"""Measured, of what a command loads and draws after its work: netCDF, tables, the report. [B]"""
WORKER_MEMORY = 250e6
"""Of a worker process before it holds anything of the work: Python and its libraries. [B]"""


@dataclass(frozen=True)
class PartOfWork:
    """One size, energy or search of a run."""

    name: str
    core_seconds: float
    histories: int | None = None
    kept: bool = False  # known from before: it takes no time


@dataclass(frozen=True)
class Estimate:
    """Of a whole run."""

    command: str
    parts: tuple[PartOfWork, ...]
    cores: int
    memory: float  # of the work, at the most [B], of all processes
    notes: tuple[str, ...] = field(default=())

    @property
    def seconds(self) -> float:
        """On all cores."""
        return sum(part.core_seconds for part in self.parts) / self.cores

    @property
    def peak(self) -> float:
        """Memory at the most, of what comes after the work too. [B]"""
        return self.memory + LATER.get(self.command, 0.0)

    def _refused(self) -> list[str]:
        most = current().most_memory
        if most is None or self.peak <= most:
            return []
        return [
            f"With --max-memory {size_in_words(most)} it is refused, or takes fewer threads where that is enough."
        ]

    def as_json(self) -> Document:
        """The document ``scintidot.estimate/1``."""
        return Document({
            "schema": SCHEMA,
            "version": __version__,
            "command": self.command,
            "seconds": number(self.seconds),
            "core_seconds": number(self.seconds * self.cores),
            "cores": self.cores,
            "peak_memory_MB": number(self.peak / 1e6),
            "parts": [
                {
                    "name": part.name, "core_seconds": number(part.core_seconds), "histories": part.histories,
                    "kept_from_before": part.kept,
                }
                for part in self.parts
            ],
            "method": METHOD,
            "warnings": [*self.notes, *self._refused()],
        })  # fmt: skip


def cores_for(threads: int) -> int:
    """That work runs on: threads here, or those of the workers."""
    cluster = current().cluster
    return threads if cluster is None else max(1, cluster.slots())


def memory_now() -> float:
    """Of this process. [B]"""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:  # not Linux: the most so far
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return float(most if sys.platform == "darwin" else most * 1024)
    import os

    return float(int(pages) * os.sysconf("SC_PAGE_SIZE"))


def affordable_threads(wanted: int, for_all: float, of_one: float, where: str) -> int:
    """Threads that the allowed memory has room for: ``for_all`` whatever their number, ``of_one`` for each. [B]

    Raises
    ------
    OutOfRange
        If there is no room for one.
    """
    most = current().most_memory
    if most is None:
        return wanted
    room = int((most - for_all) / of_one) if of_one > 0 else wanted
    if room < 1:
        raise too_little(for_all + of_one, where)
    return min(wanted, room)


def check_memory(needed: float, where: str, hint: str = "") -> None:
    """Refuse work before it takes more memory than is allowed. [B]"""
    most = current().most_memory
    if most is not None and needed > most:
        raise too_little(needed, where, hint)


def too_little(needed: float, where: str, hint: str = "") -> OutOfRange:
    """The allowed memory does not hold what is needed. [B]"""
    most = current().most_memory or 0.0
    return OutOfRange(
        where=where, what="memory", who="--max-memory", expected=f"{needed / 1e6:.0f} MB or more for this run",
        found=f"{most / 1e6:.0f} MB", hint=hint or None,
    )  # fmt: skip
