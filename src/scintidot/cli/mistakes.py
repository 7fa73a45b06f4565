"""One line for a user's mistake, with the command that would work at its end where it can be told."""

from __future__ import annotations

import itertools
import re
import shlex
from contextlib import suppress
from pathlib import Path
from typing import Any

from scintidot.cli.arguments import (
    NUMBER,
    for_file,
    given_options,
    rejoined,
    replaced,
    response_beside,
    rewritten,
    similar_file,
    swapped,
)
from scintidot.cli.remedies import VALUES
from scintidot.cli.usage import usage
from scintidot.errors import CannotWrite, ScintidotError


def line_of(error: ScintidotError, arguments: list[str]) -> str:
    """The line of an error of ours; ``arguments`` are those of the command line."""
    better = None
    with suppress(Exception):  # a remedy that cannot be told hides no error
        better = _remedy(error, arguments)
    return _with_remedy(str(error), better)


def line_of_usage(error: Any, arguments: list[str]) -> str:
    """The line of a fault of the command line itself, found by typer."""
    context = getattr(error, "ctx", None)
    if context is None:
        command = " ".join(["scintidot", *itertools.takewhile(re.compile("[a-z][a-z-]*$").match, arguments)])
        return f"{command}: {error.format_message()} See: {command} --help"
    message, better = error.format_message(), None
    with suppress(Exception):
        message, better = usage(error, context, arguments)
    line = f"{context.command_path}: {message}"
    return _with_remedy(line, better) if better else f"{line} See: {context.command_path} --help"


def _with_remedy(line: str, arguments: list[str] | None) -> str:
    return line if arguments is None else f"{line} Try: {shlex.join(['scintidot', *arguments])}"


def _remedy(error: ScintidotError, arguments: list[str]) -> list[str] | None:
    """The arguments that would work, as far as the error tells."""
    hint, found = error.hint or "", str(error.found).strip("'\"")
    meant = re.search(r"Did you mean '?([^'?]+)'?\?", hint)
    written = re.search(r"[Ww]rite '([^']+)'|; '?([\d.]+ \w+)'? is", hint)
    example = re.search(r"For example: (--.*?)\.?$", hint)
    parts = re.split(r"[\s;]+", found)
    endings = re.search(r"ends (?:in|with) (?:one of )?(\.\w+)", error.expected)
    better = None
    if meant:
        better = replaced(arguments, error.where if error.what == "file" else found, meant[1])
    elif written:
        better = rewritten(arguments, error.who, written[1] or written[2])
    elif error.what == "unit":
        better = swapped(arguments, error)
    elif example:
        better = [*arguments, *shlex.split(example[1])]
    elif len(parts) > 1 and all(map(NUMBER.fullmatch, parts)):
        better = replaced(arguments, found, _with_points(found, parts))
    elif endings:
        better = replaced(arguments, found, str(Path(found).with_suffix(endings[1])))
    if better is None and error.where in arguments and not isinstance(error, CannotWrite):
        better = rejoined(arguments)
        better = better or for_file(error.where, arguments) or similar_file(error.where, arguments)
    lacking = error.who.startswith("--") and error.who not in given_options(arguments)
    if better is None and lacking and error.who in VALUES:
        known = response_beside(arguments) if error.who == "--irf" else None
        better = [*arguments, error.who, known or VALUES[error.who]]
    return better


def _with_points(found: str, parts: list[str]) -> str:
    """Numbers between ``;`` or spaces as a list; with ``;`` a comma is a decimal point."""
    return ",".join(part.replace(",", ".", 1) for part in parts) if ";" in found else ",".join(parts)
