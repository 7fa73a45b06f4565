"""Command lines that would work: the arguments given, with what was meant in the place of what was written."""

from __future__ import annotations

import difflib
import re
from contextlib import suppress
from pathlib import Path

from scintidot.errors import ScintidotError

_UNIT = re.compile(r"(1\s*)?/?(eV|keV|MeV|nm|um|µm|mm|cm|angstrom|Å|fs|ps|ns|us|µs|ms|s|K|%)(\d|/\w+)?")
NUMBER = re.compile(r"[+-]?[\d.,]*\d([eE][+-]?\d+)?")


def given_options(arguments: list[str]) -> set[str]:
    """Words before an equals sign: options as they are known."""
    return {word.partition("=")[0] for word in arguments}


def replaced(arguments: list[str], old: str, new: str) -> list[str] | None:
    """Another word for one argument, for the name or the value in ``--option=value``, or for one of a list."""
    made = []
    for word in arguments:
        option, equals, value = word.partition("=")
        if word == old:
            made.append(new)
        elif equals and old in (option, value):
            made.append(f"{new}={value}" if option == old else f"{option}={new}")
        elif old in word.split(",") and not word.startswith("-"):
            made.append(",".join(new if part == old else part for part in word.split(",")))
        else:
            made.append(word)
    return made if made != arguments else None


def rewritten(arguments: list[str], option: str, value: str) -> list[str] | None:
    """The value of an option as the hint writes it; a list gets its unit at the end."""
    number, _, unit = value.partition(" ")
    for place, word in enumerate(arguments):
        old = arguments[place + 1] if word == option and place + 1 < len(arguments) else None
        if old is not None and NUMBER.fullmatch(old):
            new = f"{old} {unit}" if "," in old or old.rstrip("0").rstrip(".") != number else value
            return [*arguments[: place + 1], new, *arguments[place + 2 :]]
    return None


def swapped(arguments: list[str], error: ScintidotError) -> list[str] | None:
    """The arguments with two values exchanged, if another option has one of the dimension that was expected."""
    from scintidot.options import is_such

    if error.who not in arguments[:-1]:
        return None
    place = arguments.index(error.who) + 1
    for other, value in enumerate(arguments):
        if arguments[other - 1].startswith("--") and is_such(value, error.expected):
            made = list(arguments)
            made[place], made[other] = made[other], made[place]
            return made
    return None


def rejoined(arguments: list[str]) -> list[str] | None:
    """What the shell took apart because it stood without quotes: ``7 keV``, ``3.3, 5``, ``3 5``; None if nothing did.

    >>> rejoined(["predict", "--energy", "7", "keV"])
    ['predict', '--energy', '7 keV']
    """
    made: list[str] = []
    for word in arguments:
        before = made[-1] if made else ""
        if before.endswith(",") or (made and word.startswith(",")):
            made[-1] = before + word
        elif NUMBER.fullmatch(before) and _UNIT.fullmatch(word):
            made[-1] = f"{before} {word}"
        elif NUMBER.fullmatch(before) and NUMBER.fullmatch(word):
            made[-1] = f"{before},{word}"
        else:
            made.append(word)
    return made if made != arguments else None


def for_file(name: str, arguments: list[str]) -> list[str] | None:
    """The command that takes a file; None if this is none, or the command was that one already."""
    from scintidot.recognition import command_for

    with suppress(OSError, ValueError, ScintidotError):
        command = command_for(Path(name))
        right = arguments[:1] == ["materials"] and "--material" in (command or ())
        return None if right or set(command or ()) - {name} <= set(arguments) else command
    return None


def response_beside(arguments: list[str]) -> str | None:
    """The file ``irf`` of any ending that lies beside a file among the arguments."""
    for data in map(Path, arguments):
        with suppress(OSError, ValueError):
            for response in sorted(data.parent.glob("irf.*")) if data.is_file() else ():
                if response != data:
                    return str(response)
    return None


def similar_file(name: str, arguments: list[str]) -> list[str] | None:
    """The arguments with a file that exists and has nearly this name."""
    path = Path(name)
    with suppress(OSError):
        if not path.exists():
            names = [entry.name for entry in path.parent.iterdir()]
            close = difflib.get_close_matches(path.name, names, n=1, cutoff=0.75)
            if close:
                return replaced(arguments, name, str(path.with_name(close[0])))
    return None
