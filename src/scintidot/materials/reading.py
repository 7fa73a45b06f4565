"""Text of cards and of the tables beside them."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from scintidot.errors import BadFile

DATA = resources.files("scintidot.materials") / "data"
"""The shipped cards and tables."""


def parse_toml(content: bytes, where: str) -> dict[str, Any]:
    """Parse TOML; a syntax error keeps its line and column."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        comma = re.search(rb"=\s*[+-]?\d+,\d+\s*(#|\r?\n|$)", content)
        hint = "Write the decimal point as '.', not ','." if comma else None
        raise BadFile(
            where=where, what="syntax", who="the file", expected="TOML in UTF-8", found=str(error), hint=hint
        ) from None


def with_reference_keys(data: dict[str, Any]) -> dict[str, Any]:
    """The card with each of its own references told its key, as `Reference` holds it."""
    references = data.get("references")
    if isinstance(references, dict):
        own = {k: {"key": k, **v} if isinstance(v, dict) else v for k, v in references.items()}
        data = {**data, "references": own}
    return data


def merge(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """``own`` over ``base``; a number, or a law of another form, replaces what the base has whole."""
    merged = dict(base)
    for key, entry in own.items():
        old = merged.get(key)
        merged[key] = entry
        if isinstance(entry, dict) and isinstance(old, dict):
            same_form = entry.get("form") in (None, old.get("form"))
            if same_form and "value" not in entry:
                merged[key] = merge(old, entry)
    return merged


def read_table(name: str, card: Path | None, where: str, key: str) -> str:
    """The table beside the card, else the shipped one of that name."""
    candidates: list[Any] = [DATA / name] if card is None else [card.with_name(name), DATA / name]
    for candidate in candidates:
        if candidate.is_file():
            try:
                return str(candidate.read_bytes().decode("utf-8-sig"))
            except UnicodeDecodeError as error:
                raise BadFile(
                    where=str(candidate), what="text", who="the table", expected="UTF-8", found=str(error)
                ) from None
    raise BadFile(
        where=where,
        what="file",
        who=f"dielectric.{key}",
        expected="a table beside the card",
        found=repr(name),
    )
