"""What every command shares: JSON out, tables, one line for a user's mistake."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from scintidot.errors import EXIT_CODES, ScintidotError


def print_json(document: dict[str, Any]) -> None:
    """The document alone on standard output."""
    sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def print_table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """A table for people; plain and unwrapped when the output is not a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text  # text in square brackets is a unit here, not markup

    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    table = Table(
        title=Text(title) if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for i, column in enumerate(columns):
        numeric = rows and all(row[i][:1] in "-0123456789" for row in rows)
        table.add_column(Text(column), justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def print_notes(warnings: list[str]) -> None:
    """Warnings, one line each, on standard error."""
    for warning in warnings:
        print(f"note: {warning}", file=sys.stderr)


def figure(value: float | None, digits: int = 4) -> str:
    """A number for a table."""
    return "-" if value is None else f"{value:.{digits}g}"


def run_guarded(command: Callable[[], Any]) -> int:
    """Run the command line; turn every expected failure into one line and an exit code."""
    try:
        result = command()
    except ScintidotError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _fail("interrupted; nothing was left half written", 130)
    except BrokenPipeError:  # the reader, such as head, went away
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        return 0
    except Exception as error:
        if hasattr(error, "format_message"):  # a fault of the command line itself, found by typer
            return _fail(" ".join(_usage(error).split()), 2)
        if type(error).__name__ == "Abort":
            return _fail("interrupted; nothing was left half written", 130)
        raise
    return result if isinstance(result, int) else 0


def _usage(error: Any) -> str:
    message = error.format_message() or "a subcommand is needed."
    context = getattr(error, "ctx", None)
    path = getattr(context, "command_path", "scintidot")
    return f"{path}: {message} See: {path} --help"


def _fail(line: str, code: int) -> int:
    assert code in EXIT_CODES
    print(line, file=sys.stderr)
    return code
