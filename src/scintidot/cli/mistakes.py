"""One line for a user's mistake, with the command that would work at its end where it can be told."""

from __future__ import annotations

import difflib
import itertools
import re
import shlex
from contextlib import suppress
from pathlib import Path
from typing import Any

from scintidot.cli.examples import NEEDED, OPTIONS, VALUES, WORDS
from scintidot.errors import CannotWrite, ScintidotError

_UNIT = re.compile(r"(1\s*)?/?(eV|keV|MeV|nm|um|µm|mm|cm|angstrom|Å|fs|ps|ns|us|µs|ms|s|K|%)(\d|/\w+)?")
_NUMBER = re.compile(r"[+-]?[\d.,]*\d([eE][+-]?\d+)?")


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
        message, better = _usage(error, context, arguments)
    line = f"{context.command_path}: {message}"
    return _with_remedy(line, better) if better else f"{line} See: {context.command_path} --help"


def _with_remedy(line: str, arguments: list[str] | None) -> str:
    return line if arguments is None else f"{line} Try: {shlex.join(['scintidot', *arguments])}"


# --- faults of the command line --------------------------------------------------------------------------


def _usage(error: Any, context: Any, arguments: list[str]) -> tuple[str, list[str] | None]:
    message = error.message if hasattr(error, "possibilities") else error.format_message()
    unknown = re.match(r"No such command '(.*?)'\.", message)
    if unknown:
        return f"No such command '{unknown[1]}'.", _command(unknown[1], context, arguments)
    if hasattr(error, "possibilities"):
        return _option(error.option_name, context, arguments)
    if type(error).__name__ in ("NoArgsIsHelpError", "UsageError") and hasattr(context.command, "commands"):
        return f"a command is missing: {', '.join(context.command.commands)}.", None
    if type(error).__name__ == "MissingParameter":
        return message, [*arguments, *_missing(error.param, context, arguments)]
    extra = re.match(r"Got unexpected extra argument.*? \((.*)\)$", message)
    if extra:
        return f"Unexpected argument {extra[1]}.", rejoined(arguments) or _for_file(
            extra[1].split()[0], arguments
        )
    return message if message.endswith(".") else f"{message}.", None


def _paths(command: Any, above: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every command of the tree by its words."""
    found = {}
    for name, one in command.commands.items():
        found[(*above, name)] = one
        if hasattr(one, "commands"):
            found |= _paths(one, (*above, name))
    return found


def _command(word: str, context: Any, arguments: list[str]) -> list[str] | None:
    """The arguments with the command that was meant."""
    group = tuple(context.command_path.split()[1:])
    paths = _paths(context.find_root().command)
    meant = None if Path(word).is_file() else _meant(word, group, paths)
    if meant is None:
        return _for_file(word, [])
    place = arguments.index(word)
    before = [entry for entry in arguments[:place] if entry not in group]
    return [*before, *meant, *arguments[place + 1 :]]


def _meant(word: str, group: tuple[str, ...], paths: dict[tuple[str, ...], Any]) -> tuple[str, ...] | None:
    known = tuple(WORDS.get(word.lower(), "").split())
    if known in paths or (known and known[0].startswith("-")):
        return known
    within = {path[-1]: path for path in paths if path[:-1] == group}
    anywhere = {path[-1]: path for path in reversed(paths)}
    for names in ({} if word in anywhere else within, anywhere):
        close = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.7)
        if close:
            return names[close[0]]
    return None


def _option(option: str, context: Any, arguments: list[str]) -> tuple[str, list[str] | None]:
    """What to say of an unknown option, and the arguments with the one that was meant."""
    message = f"No such option: {option}."
    known = [name for parameter in context.command.params for name in parameter.opts if name[:2] == "--"]
    close = difflib.get_close_matches(option, known, n=1, cutoff=0.8)
    meant = OPTIONS.get(option)
    meant = meant if meant in known else next(iter(close), None)
    if meant is not None:
        return f"{message} Did you mean {meant}?", _replaced(arguments, option, meant)
    paths = _paths(context.find_root().command)
    if hasattr(context.command, "commands"):  # an option before its command
        words = [*context.command_path.split()[1:], *context.command.commands]
        own = [word for word in arguments if word in words]
        if own:
            moved = [*own, *(word for word in arguments if word not in own)]
            return f"{message} Options stand behind the command.", moved
    owners = [
        " ".join(path) for path, one in paths.items() if any(option in entry.opts for entry in one.params)
    ]
    if owners:
        return f"{message} It belongs to: {', '.join(owners)}.", None
    return message, None


def _missing(first: Any, context: Any, arguments: list[str]) -> list[str]:
    """Required options and arguments that are not there, with values that would do."""
    given = _options(arguments)
    more: list[str] = []
    for option, value in NEEDED.get(context.info_name, {}).items():
        more += [] if option in given else [option, value]
    for parameter in context.command.params:
        option = parameter.opts[-1]
        if not parameter.required or given & set(parameter.opts):
            continue
        if option.startswith("-"):
            value = VALUES.get(f"{context.info_name} {option}") or VALUES.get(option, "...")
            more += [option, value]
        elif parameter is first:
            name = parameter.metavar or option
            more += (VALUES.get(f"{context.info_name} {name}") or VALUES.get(name, name)).split()
    return more


# --- errors of ours --------------------------------------------------------------------------------------


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
        better = _replaced(arguments, error.where if error.what == "file" else found, meant[1])
    elif written:
        better = _rewritten(arguments, error.who, written[1] or written[2])
    elif error.what == "unit":
        better = _swapped(arguments, error)
    elif example:
        better = [*arguments, *shlex.split(example[1])]
    elif len(parts) > 1 and all(map(_NUMBER.fullmatch, parts)):
        better = _replaced(arguments, found, ",".join(parts))
    elif endings:
        better = _replaced(arguments, found, str(Path(found).with_suffix(endings[1])))
    if better is None and error.where in arguments and not isinstance(error, CannotWrite):
        better = rejoined(arguments)
        better = better or _for_file(error.where, arguments) or _similar_file(error.where, arguments)
    lacking = error.who.startswith("--") and error.who not in _options(arguments)
    if better is None and lacking and error.who in VALUES:
        better = [*arguments, error.who, VALUES[error.who]]
    return better


def _options(arguments: list[str]) -> set[str]:
    """Words before an equals sign: options as they are known."""
    return {word.partition("=")[0] for word in arguments}


def _replaced(arguments: list[str], old: str, new: str) -> list[str] | None:
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


def _rewritten(arguments: list[str], option: str, value: str) -> list[str] | None:
    """The value of an option as the hint writes it; a list gets its unit at the end."""
    number, _, unit = value.partition(" ")
    for place, word in enumerate(arguments):
        old = arguments[place + 1] if word == option and place + 1 < len(arguments) else None
        if old is not None and _NUMBER.fullmatch(old):
            new = f"{old} {unit}" if "," in old or old.rstrip("0").rstrip(".") != number else value
            return [*arguments[: place + 1], new, *arguments[place + 2 :]]
    return None


def _swapped(arguments: list[str], error: ScintidotError) -> list[str] | None:
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
        elif _NUMBER.fullmatch(before) and _UNIT.fullmatch(word):
            made[-1] = f"{before} {word}"
        elif _NUMBER.fullmatch(before) and _NUMBER.fullmatch(word):
            made[-1] = f"{before},{word}"
        else:
            made.append(word)
    return made if made != arguments else None


def _for_file(name: str, arguments: list[str]) -> list[str] | None:
    """The command that takes a file; None if this is none, or the command was that one already."""
    from scintidot.recognition import command_for

    with suppress(OSError, ValueError, ScintidotError):
        command = command_for(Path(name))
        right = arguments[:1] == ["materials"] and "--material" in (command or ())
        return None if right or set(command or ()) - {name} <= set(arguments) else command
    return None


def _similar_file(name: str, arguments: list[str]) -> list[str] | None:
    """The arguments with a file that exists and has nearly this name."""
    path = Path(name)
    with suppress(OSError):
        if not path.exists():
            names = [entry.name for entry in path.parent.iterdir()]
            close = difflib.get_close_matches(path.name, names, n=1, cutoff=0.75)
            if close:
                return _replaced(arguments, name, str(path.with_name(close[0])))
    return None
