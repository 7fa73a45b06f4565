"""The cards of the page: shipped ones by name, and those that the tab has dropped or made."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from scintidot.app.shelf import shelf
from scintidot.catalogue import list_cards
from scintidot.errors import one_of

WHERE = "materials"
OWN = "own: "
"""Before the name of a file in the list of materials."""


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """Name of each shipped material -> its line in the list."""
    return {entry["name"]: entry for entry in list_cards()["materials"]}


def own(tab: str) -> dict[str, Path]:
    """Cards of the tab, dropped on any page or made by an analysis."""
    files = shelf().files(tab).values()
    return {OWN + file.name: file.path for file in files if file.path.suffix.lower() == ".toml"}


def place(name: str, tab: str) -> str | Path:
    """What stands for a material of the list: its name or its file. Raises `BadValue` for any other text."""
    mine = own(tab)
    return mine[name] if name in mine else one_of(name, shipped(), where=WHERE, who="material")


def use_of(line: Mapping[str, Any]) -> str:
    """What a material of the list is good for."""
    if line["predict"]:
        return "can be predicted"
    return "host" if line["kind"] == "host" else "energy loss only"


def labelled(name: str) -> dict[str, str]:
    """An entry of the list, a shipped one with its use."""
    return {"label": f"{name} · {use_of(shipped()[name])}" if name in shipped() else name, "value": name}


def found(search: str, kind: str, tab: str) -> list[str]:
    """Materials in whose name, kind or description every word of the search is found."""
    words = search.lower().split()
    lines = {name: f"{name} {line['kind']} {line['description']}" for name, line in shipped().items()}
    lines |= {name: name for name in own(tab)}
    return [
        name
        for name, line in lines.items()
        if all(word in line.lower() for word in words) and kind in ("", shipped().get(name, {}).get("kind"))
    ]
