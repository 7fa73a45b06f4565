"""The command reference, from the commands themselves: what ``--help`` prints, one page for each command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from pieces import code, contents, fence, paragraphs, table, text

from scintidot.cli.commands import app
from scintidot.errors import EXIT_CODES


def pages() -> Iterator[tuple[str, str]]:
    """The overview and a page for each command or group of commands."""
    root = typer.main.get_command(app)
    context = _context(root, "scintidot")
    commands = {name: command for name, command in _commands(root).items() if not command.hidden}
    for name, command in commands.items():
        yield f"commands/{name}.md", "\n".join(_page(command, name, context, level=1))
    rows = [
        [f"[{code(f'scintidot {name}')}]({name}.md)", _first(command)] for name, command in commands.items()
    ]
    codes = [[str(number), text(meaning)] for number, meaning in EXIT_CODES.items()]
    parts = [
        "# Commands",
        "Made from the commands of this version: the same words as `scintidot COMMAND --help`.",
        table(["command", "what it does"], rows),
        "## scintidot",
        *_options(root, context),
        "## Exit codes",
        table(["code", "meaning"], codes),
        contents(commands),
    ]
    yield "commands/index.md", "\n\n".join(parts)


def _commands(group: Any) -> dict[str, Any]:
    return dict(getattr(group, "commands", {}))


def _context(command: Any, name: str, parent: Any = None) -> Any:
    return command.make_context(name, [], parent=parent, resilient_parsing=True)


def _first(command: Any) -> str:
    return text((command.help or "").split("\n\n")[0])


def _page(command: Any, name: str, parent: Any, level: int) -> Iterator[str]:
    context = _context(command, name, parent)
    yield f"{'#' * level} {context.command_path}\n"
    yield paragraphs(command.help or "") + "\n"
    yield fence("text", command.get_usage(context).removeprefix("Usage: "))
    yield from _options(command, context)
    for inner, below in _commands(command).items():
        yield from _page(below, inner, context, level + 1)


def _options(command: Any, context: Any) -> Iterator[str]:
    """Arguments and options with their words of help, defaults included."""
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    rows = [[code(names), text(words)] for names, words in filter(None, records)]
    if len(rows) > 1 or not _commands(command):  # a group has but --help
        yield table(["option", "meaning"], rows)
