"""Faults of the command line itself: what to say of them, and what was meant."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Any

from scintidot.cli.arguments import for_file, given_options, rejoined, replaced
from scintidot.cli.remedies import NEEDED, OPTIONS, VALUES, WORDS


def usage(error: Any, context: Any, arguments: list[str]) -> tuple[str, list[str] | None]:
    """What to say of a fault that typer found, and the arguments that would work, if they can be told."""
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
        return f"Unexpected argument {extra[1]}.", rejoined(arguments) or for_file(
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
        return for_file(word, [])
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
        return f"{message} Did you mean {meant}?", replaced(arguments, option, meant)
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
    given = given_options(arguments)
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
