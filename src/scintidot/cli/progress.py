"""Progress of long work on standard error: step, share done, time passed and time left."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from scintidot.cli import loudness
from scintidot.progress import Progress, silent

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

SHOWN_AFTER_S = 0.5
"""Quicker work shows nothing. [s]"""
REMEMBERED_S = 3600.0
"""Over which the speed is averaged: steps differ much. [s]"""


@contextmanager
def progress(first: str = "starting", *, counted: bool = True) -> Iterator[Progress]:
    """A bar on standard error while it is a terminal; call what it yields with the step and the share done.

    ``first`` is shown until then. Work that is not ``counted`` has no share: the time that passed is all there is.
    """
    from rich.console import Console

    console = Console(stderr=True)
    # rich takes FORCE_COLOR, which Jupyter sets, for a terminal
    if not (console.is_terminal and sys.stderr.isatty()) or loudness.quiet():
        yield silent
        return
    bars = _bars(console, counted=counted)
    bar = bars.add_task(first, total=1.0 if counted else None)
    steps = _StepsOfTheLibrary(lambda step: bars.update(bar, description=step or first))

    def show(step: str, share: float) -> None:
        nonlocal first
        first = step
        bars.update(bar, description=step, completed=share)

    loudness.LOGGER.addHandler(steps)
    try:
        with _started_late(bars):
            yield show
    finally:
        loudness.LOGGER.removeHandler(steps)


class _StepsOfTheLibrary(logging.Handler):
    """What the library does within a step, such as compiling: records that carry ``step``, empty at its end."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        if hasattr(record, "step"):
            self._tell(str(record.step))


def _bars(console: Any, *, counted: bool) -> Bars:
    from rich import progress as rich

    columns: list[Any] = [rich.TextColumn("{task.description}"), rich.BarColumn(20)]
    columns += [rich.TaskProgressColumn()] if counted else []
    columns += [rich.TimeElapsedColumn()]
    columns += [rich.TimeRemainingColumn(), rich.TextColumn("left")] if counted else []
    more: dict[str, Any] = {
        "transient": True,
        "redirect_stdout": False,
        "speed_estimate_period": REMEMBERED_S,
    }
    return rich.Progress(*columns, console=console, **more)


@contextmanager
def _started_late(bars: Bars) -> Iterator[None]:
    """Shown after a moment, and gone at the end."""
    lock, over = threading.Lock(), False

    def start() -> None:
        with lock:
            if not over:
                bars.start()

    timer = threading.Timer(SHOWN_AFTER_S, start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            over = True
            bars.stop()
