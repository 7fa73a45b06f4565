"""What every command shares: JSON out, tables, one line for a user's mistake."""

from __future__ import annotations

import _thread
import errno
import io
import os
import signal
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from scintidot.cli import loudness, mistakes
from scintidot.cli.broken_library import broken_library
from scintidot.cli.progress import progress as progress  # noqa: PLC0414 (commands take it from here)
from scintidot.errors import CannotWrite, ScintidotError
from scintidot.output import json_text


def print_json(document: dict[str, Any]) -> None:
    """The document alone on standard output."""
    sys.stdout.write(json_text(document))


READABLE = 20
"""Letters to which a cell of words may be folded; a table that needs more than that is printed row by row."""


def print_table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """A table for people; 200 columns wide when the output is not a terminal. Rows one by one where it has no room."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text  # text in square brackets is a unit here, not markup

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError(errno.EPIPE, "the reader went away")

    console = Output(width=None if sys.stdout.isatty() else 200, highlight=False)
    if title:
        console.print(Text(title))
    room = console.width - _least_width(columns, rows)
    if room < 0:
        console.print(Text(f"\n{one_by_one(columns, rows, console.width)}\n"), soft_wrap=True)
        return
    airy = room >= 2 * (len(columns) - 1)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1 if airy else 0))
    for i, column in enumerate(columns):
        numeric = rows and all(row[i][:1] in "-0123456789" for row in rows)
        table.add_column(
            Text(column), justify="right" if numeric else "left", overflow="fold", no_wrap=i == 0
        )
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _least_width(columns: list[str], rows: list[list[str]]) -> int:
    """Of a table with blanks between its columns, the first of which is not folded, and others not below `READABLE`."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    return widths[0] + sum(min(width, READABLE) for width in widths[1:]) + len(columns) + 1


def one_by_one(columns: list[str], rows: list[list[str]], width: int) -> str:
    """Each row as its first cell and, beneath it, the others with the names of their columns.

    >>> print(one_by_one(["key", "value", "source"], [["density", "4.856 g/cm3", "stoumpos_2013"]], 30))
    key
    density
      value: 4.856 g/cm3
      source: stoumpos_2013
    """
    hard = "\N{NO-BREAK SPACE}"  # a name stays with its cell, unless that is long
    lines = [columns[0]] if columns[0] else []
    for first, *others in rows:
        parts = [f"{name}: {cell}" for name, cell in zip(columns[1:], others, strict=True) if cell]
        kept = [part.replace(" ", hard) if len(part) < width - 2 else part for part in parts]
        text = textwrap.fill("  ".join(kept), width, initial_indent="  ", subsequent_indent="  ")
        lines += [*textwrap.wrap(first, width), *filter(None, [text.replace(hard, " ")])]
    return "\n".join(lines)


def print_notes(warnings: list[str], *, shortened: bool = False) -> None:
    """Warnings on standard error unless --quiet, one line each; cut to 100 letters if they stand in full elsewhere."""
    if loudness.quiet():
        return
    for warning in warnings:
        line = textwrap.shorten(warning, 100, placeholder=" ...") if shortened else warning
        print(f"note: {line}", file=sys.stderr)


def run_guarded(command: Callable[[], Any]) -> int:
    """Run the command line; turn every expected failure into one line and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter
    with _every_interrupt_heard() as interrupted:
        try:
            result = command()
            sys.stdout.flush()
            code = result if isinstance(result, int) else 0
            line = _INTERRUPTED if code == 130 else ""  # typer has caught the interrupt
        except BaseException as error:
            outcome = _outcome(error)
            if outcome is None and interrupted():
                outcome = _outcome(KeyboardInterrupt())  # a library made another error of it
            if outcome is None:
                raise
            line, code = outcome
    if line:
        print(" ".join(line.split()), file=sys.stderr)
    return code


@contextmanager
def _every_interrupt_heard() -> Iterator[Callable[[], bool]]:
    """Yields whether Ctrl-C was pressed, or the process told to end; delivers it again where Python dropped it.

    Each of the two is left alone where somebody else answers to it, or nobody shall: a shell makes what a script starts
    in the background deaf to Ctrl-C, yet ``kill`` ends it.
    An interrupt that arrives while a weak reference or a finaliser calls back is printed as "Exception ignored"
    and lost: the command would go on as if nobody had asked it to stop.
    """
    usual: dict[signal.Signals, Any] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
    }
    heard = [number for number, handler in usual.items() if signal.getsignal(number) is handler]
    if threading.current_thread() is not threading.main_thread() or not heard:
        yield lambda: False
        return
    pressed = False
    usual_hook = sys.unraisablehook

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        raise KeyboardInterrupt

    def ignored(unraisable: sys.UnraisableHookArgs) -> None:
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            usual_hook(unraisable)
            return
        again = threading.Timer(0.01, _thread.interrupt_main, heard[:1])  # once the callback is over
        again.daemon = True
        again.start()

    for number in heard:
        signal.signal(number, interrupt)
    sys.unraisablehook = ignored
    try:
        yield lambda: pressed
    finally:
        sys.unraisablehook = usual_hook
        for number in heard:
            signal.signal(number, usual[number])


def _outcome(error: BaseException) -> tuple[str, int] | None:
    """Line and exit code of an expected failure; None for a fault of ours."""
    if isinstance(error, ScintidotError):
        return mistakes.line_of(error, sys.argv[1:]), error.exit_code
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        return _INTERRUPTED, 130
    if isinstance(error, BrokenPipeError) or type(sys.stdout).__name__ == "PacifyFlushWrapper":
        _forget_output()  # the reader, such as head, went away; the second form is how typer says it
        return "", 0
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        _forget_output()
        full = CannotWrite(
            where="standard output", what="device", who="the result", expected="free space", found="none"
        )
        return str(full), full.exit_code
    if hasattr(error, "format_message"):  # a fault of the command line itself, found by typer
        return mistakes.line_of_usage(error, sys.argv[1:]), 2
    broken = broken_library(error)
    return None if broken is None else (str(broken), broken.exit_code)


_INTERRUPTED = "interrupted; nothing was left half written"


def _forget_output() -> None:
    """What is still buffered cannot be written: keep the interpreter from trying again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
