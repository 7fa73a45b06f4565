"""A copy of a card: its text, its numbers as a form holds them, the check of ``scintidot materials check``.

Nothing is written but into the temporary folder of the app.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scintidot.app.shelf import Dropped, plain_name, shelf
from scintidot.catalogue import check_card, show_card
from scintidot.catalogue.drafts import SOURCE, changes_of, new_draft, with_numbers
from scintidot.errors import BadFile, ScintidotError

CARD = "card.toml"
LONGEST = 200_000
"""Letters of a card."""
JUDGED = "estimate"
"""Provenance of a number that was changed, until the user says more."""
Number = Mapping[str, Any]


@dataclass(frozen=True)
class Checked:
    """What a check says."""

    fault: str | None = None  # one sentence
    key: str = ""  # dotted key of the number or section at fault
    name: str = ""
    kind: str = ""
    notes: tuple[str, ...] = ()
    changes: Mapping[str, str] = field(default_factory=dict)
    numbers: tuple[dict[str, Any], ...] = ()


def draft_of(place: str | Path) -> str:
    """The text that an editor begins with: a card of one's own as it is, else one based on the shipped card."""
    return place.read_text(encoding="utf-8-sig") if isinstance(place, Path) else new_draft(place)


def check(text: str, beside: Path | None) -> Checked:
    """Check a card with the tables in the folder ``beside``."""
    try:
        with _as_file(text, beside) as path:
            document = check_card(path)
            return Checked(
                name=document["name"], kind=document["kind"], notes=tuple(document["notes"]),
                changes=changes_of(path), numbers=tuple(show_card(str(path))["quantities"]),
            )  # fmt: skip
    except ScintidotError as error:
        return Checked(fault=shelf().plain(str(error)), key=error.who)


@contextmanager
def _as_file(text: str, beside: Path | None) -> Iterator[Path]:
    if len(text) > LONGEST:
        raise BadFile(
            where=CARD, what="file", who="its length", expected=f"at most {LONGEST} letters", found=len(text)
        )
    with tempfile.TemporaryDirectory(dir=shelf().home()) as folder:
        path = Path(folder) / CARD
        path.write_text(text, encoding="utf-8", newline="\n")
        for table, rows in _tables(beside).items():
            (path.parent / table).write_bytes(rows)
        yield path


def _tables(folder: Path | None) -> dict[str, bytes]:
    """Name and content of the tables in a folder."""
    return {} if folder is None else {table.name: table.read_bytes() for table in folder.glob("*.csv")}


def keep(tab: str, name: str, text: str, beside: Path | None) -> Dropped:
    """Put a card among the files of a tab, where other pages find it."""
    return shelf().put(tab, name, text.encode(), _tables(beside))


def take(tab: str, files: Mapping[str, bytes]) -> Dropped:
    """Keep a dropped card with the tables that were dropped beside it, if it is sound. Raises `ScintidotError`."""
    cards = [name for name in files if name.lower().endswith(".toml")]
    if len(cards) != 1:
        raise BadFile(
            where="materials", what="list", who="files", expected="one card, a .toml, with the .csv tables it names",
            found=", ".join(files),
        )  # fmt: skip
    name, content = cards[0], files[cards[0]]
    if len(content) > LONGEST:
        raise BadFile(
            where=name, what="file", who="its length", expected=f"at most {LONGEST} bytes", found=len(content)
        )
    with tempfile.TemporaryDirectory(dir=shelf().home()) as folder:
        card = Path(folder) / plain_name(name)
        card.write_bytes(content)
        for table, rows in files.items():
            if table.lower().endswith(".csv"):
                (card.parent / plain_name(table)).write_bytes(rows)
        check_card(card)
        return shelf().put(tab, name, content, _tables(card.parent))


def owned(parts: Mapping[str, str], number: Number) -> dict[str, str]:
    """What the form holds of a number that was still that of the card below, as the user's own.

    Its old source and note do not stand for another value, so that it gets the source of the draft and counts as
    `JUDGED`, unless the user says more.
    """
    usual = as_parts(number)
    own = {"source": SOURCE, "provenance": JUDGED, "note": ""}
    return {part: own.get(part, text) if text == usual[part] else text for part, text in parts.items()}


def changed(text: str, number: Number, parts: Mapping[str, str]) -> str:
    """The card with one number as the form has it. Raises `BadFile` for text that is no TOML."""
    sources = [key.strip() for key in parts["source"].split(",") if key.strip()]
    table: dict[str, Any] = {"value": as_number(parts["value"]), "unit": number["unit"]}
    table |= {end: as_number(parts[end]) for end in ("low", "high") if parts[end]}
    table |= {"source": sources[0] if len(sources) == 1 else sources, "provenance": parts["provenance"]}
    table |= {"note": parts["note"]} if parts["note"] else {}
    return with_numbers(text, {number["key"]: table}, CARD)


def as_number(text: str) -> float | str:
    """The number that a text means; other text as it is, for the check to refuse."""
    try:
        return float(text)
    except ValueError:
        return text


def as_parts(number: Number) -> dict[str, str]:
    """What the form shows of a number."""
    ends = {end: "" if number[end] is None else f"{number[end]:.10g}" for end in ("low", "high")}
    return {
        "value": f"{number['value']:.10g}", **ends, "provenance": number["provenance"],
        "source": ", ".join(number["source"]), "note": number["note"],
    }  # fmt: skip
