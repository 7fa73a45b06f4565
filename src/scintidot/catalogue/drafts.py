"""A card of one's own as text: begun from a shipped one, its numbers changed one by one, checked, compared."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from scintidot.materials.library import load_material, shipped_card
from scintidot.materials.reading import merge, parse_toml

SOURCE = "my_notebook"
"""Key of the reference that a draft begins with."""
Node = dict[str, Any]


def new_draft(base: str) -> str:
    """The text of a card that differs from the shipped ``base`` in nothing but its name."""
    return f"{first_lines(base)}\n{own_reference()}"


def first_lines(base: str) -> str:
    """The lines of a card that say what it is based on, and its name."""
    name = load_material(base, where="draft", who="based_on").name
    return _text({"based_on": name, "name": f"my {name}"})


def own_reference() -> str:
    """The table of the reference that numbers of one's own begin with."""
    notebook = {"authors": "A. Chemist", "title": "Notebook, batch 1", "year": date.today().year}
    return _text({"references": {SOURCE: notebook}})


def with_numbers(text: str, numbers: Mapping[str, Mapping[str, Any]], where: str) -> str:
    """The card with the tables of some numbers replaced whole.

    Parameters
    ----------
    text : str
        TOML of the card; comments are lost.
    numbers : mapping
        Dotted key, as `scintidot.catalogue.show_card` lists them, to its table with value, unit, source, provenance
        and perhaps low, high, note.
    where : str
        The card, for errors.

    Raises
    ------
    BadFile
        If the text is no TOML.
    """
    data = parse_toml(text.encode(), where)
    whole = data
    if isinstance(data.get("based_on"), str):
        base = load_material(data["based_on"], where=where, who="based_on").name
        whole = merge(parse_toml(shipped_card(base).read_bytes(), base), data)
    for dotted, table in numbers.items():
        _put(data, whole, dotted.split("."), dict(table))
    return _text(data)


def has_number(text: str, dotted: str, where: str) -> bool:
    """Whether a card has a number itself, not from the card that it is based on. Raises `BadFile`."""
    node: Any = parse_toml(text.encode(), where)
    for part in dotted.split("."):
        if isinstance(node, list):
            node = dict(enumerate(node)).get(int(part))
        else:
            node = node.get(part) if isinstance(node, dict) else None
    return node is not None


def _put(data: Any, whole: Any, path: list[str], table: Node) -> None:
    """Set the number at ``path``; a list that the card does not have itself is taken over first, since lists are
    replaced whole."""
    key: Any = int(path[0]) if isinstance(data, list) else path[0]
    if len(path) == 1:
        data[key] = table
        return
    beside = whole[key] if isinstance(whole, list) else whole.get(key)
    if isinstance(data, dict) and not isinstance(data.get(key), (dict, list)):
        data[key] = copy.deepcopy(beside) if isinstance(beside, list) else {}
    _put(data[key], beside if isinstance(beside, (dict, list)) else {}, path[1:], table)


def _text(data: Node) -> str:
    import tomli_w

    return tomli_w.dumps(data)


def changes_of(file: str | Path) -> dict[str, str]:
    """What a card changes of the one that it is based on: dotted key -> ``there -> here``."""
    return load_material(file, where="materials check", who="FILE").changes()
