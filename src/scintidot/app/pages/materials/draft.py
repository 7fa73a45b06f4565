"""A copy of a card: its text, its numbers as a form holds them, the check of ``scintidot materials check``.

Nothing is written but into the temporary folder of the app.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scintidot.app.shelf import Dropped, shelf
from scintidot.catalogue import check_card, show_card
from scintidot.catalogue.drafts import SOURCE, changes_of, new_draft, with_numbers
from scintidot.errors import BadFile, ScintidotError

CARD = "card.toml"
LONGEST = 200_000
"""Letters of a card."""
PARTS = ("value", "low", "high", "provenance", "source", "note")
"""Of a number, as the form shows them; its unit stays."""
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
        _copy_tables(beside, path.parent)
        yield path


def _copy_tables(source: Path | None, target: Path) -> None:
    for table in source.glob("*.csv") if source is not None else ():
        shutil.copyfile(table, target / table.name)


def keep(tab: str, name: str, text: str, beside: Path | None) -> Dropped:
    """Put a card among the files of a tab, where other pages find it."""
    dropped = shelf().put(tab, name, text.encode())
    _copy_tables(beside, dropped.path.parent)
    return dropped


def changed(text: str, number: Number, parts: Mapping[str, str], *, inherited: bool) -> str:
    """The card with one number as the form has it.

    A number that is still that of the card below gets the source of the user and counts as `JUDGED`: its old source
    does not stand for a new value.
    """
    parts = dict(parts)
    if inherited and parts["source"] == ", ".join(number["source"]):
        parts |= {
            "source": SOURCE,
            "provenance": JUDGED if parts["provenance"] == number["provenance"] else parts["provenance"],
        }
    sources = [key.strip() for key in parts["source"].split(",") if key.strip()]
    table: dict[str, Any] = {"value": as_number(parts["value"]), "unit": number["unit"]}
    table |= {end: as_number(parts[end]) for end in ("low", "high") if parts[end]}
    table |= {"source": sources[0] if len(sources) == 1 else sources, "provenance": parts["provenance"]}
    if parts["note"] and not (inherited and parts["note"] == number["note"]):
        table["note"] = parts["note"]
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
