"""What a form asks for, as keywords of the function and as the equivalent command line."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from scintidot.app.pages.analyse.options import ON, SEPARATOR, Kind, Option
from scintidot.errors import one_of

Values = Mapping[str, str]
"""Keyword of an option -> text of its field; what is not given is absent or empty."""


def keywords(kind: Kind, values: Values) -> dict[str, Any]:
    """The options that are given, as the function takes them. Raises `BadValue` for a name that is none to choose."""
    found: dict[str, Any] = {}
    for option, text in _given(kind, values):
        if option.switch:
            found[option.name] = True
            continue
        if option.names():
            one_of(text, option.names(), where=f"analyse {kind.name}", who=option.flag)
        found[option.name] = _parts(text) if option.repeated else text
    return found


def command_line(kind: Kind, files: Iterable[str], roles: Mapping[str, str], values: Values) -> str:
    """The command that does the same on files of these names; ``roles`` has further ones by keyword."""
    words = ["scintidot", "analyse", kind.name, *files]
    options = list(_given(kind, values))
    overruled = [option.name for option, _ in options]
    for role, name in roles.items():
        if role not in overruled:
            words += [f"--{role}", name]
    for option, text in options:
        if option.switch:
            words.append(option.flag)
        else:
            for part in _parts(text) if option.repeated else [text]:
                words += [option.flag, part]
    return shlex.join(words)


def _given(kind: Kind, values: Values) -> Iterable[tuple[Option, str]]:
    for option in kind.options():
        text = str(values.get(option.name) or "").strip()
        if text and (not option.switch or text == ON):
            yield option, text


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(SEPARATOR) if part.strip()]
