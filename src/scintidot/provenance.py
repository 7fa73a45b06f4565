"""Where a number comes from: quantities with a source, references, bibliography, fingerprints."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

PROVENANCE = {
    "measured": "read from a measurement in the source named",
    "computed": "calculated from read inputs by the formula or program in the note",
    "estimate": "a judgement; its low and high are propagated to the result",
    "recalled": "textbook or data-sheet value quoted from memory, not checked against its source",
}


@dataclass(frozen=True)
class Quantity:
    """One number of a material card, converted to the unit that the card format asks for.

    ``low`` and ``high`` bound the value where it is uncertain enough to matter; every quantity that
    has them is varied when a prediction states its band.
    """

    value: float
    unit: str
    source: tuple[str, ...]
    provenance: str
    low: float | None = None
    high: float | None = None
    note: str = ""

    @property
    def banded(self) -> bool:
        """Whether the card gives a low/high band."""
        return self.low is not None and self.high is not None


@dataclass(frozen=True)
class Reference:
    """A source in the bibliography. ``doi`` is empty where there is none."""

    key: str
    authors: str
    title: str
    year: int
    published_in: str = ""
    doi: str = ""
    note: str = ""

    def as_json(self) -> dict[str, str | int]:
        """Plain mapping for ``bibliography`` in a result."""
        return {
            "key": self.key,
            "authors": self.authors,
            "title": self.title,
            "published_in": self.published_in,
            "year": self.year,
            "doi": self.doi,
        }


@cache
def shipped_references() -> Mapping[str, Reference]:
    """All references known to the package, by key."""
    text = resources.files("scintidot").joinpath("references.toml").read_text(encoding="utf-8")
    return {key: Reference(key=key, **entry) for key, entry in tomllib.loads(text).items()}


def bibliography(keys: Iterable[str], own: Mapping[str, Reference] | None = None) -> list[Reference]:
    """References for ``keys``, each once, sorted by year then key."""
    known = {**shipped_references(), **(own or {})}
    return sorted((known[key] for key in set(keys)), key=lambda reference: (reference.year, reference.key))


def cited(*groups: Iterable[Reference]) -> list[dict[str, str | int]]:
    """The ``bibliography`` of a result: every reference of the groups once, sorted by year then key."""
    known = {reference.key: reference for group in groups for reference in group}
    ordered = sorted(known.values(), key=lambda reference: (reference.year, reference.key))
    return [reference.as_json() for reference in ordered]


def together(*bibliographies: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Bibliographies of several results as one: every entry once, sorted by year then key."""
    known = {entry["key"]: entry for entries in bibliographies for entry in entries}
    return sorted(known.values(), key=lambda entry: (entry["year"], entry["key"]))


def fingerprint(*parts: bytes) -> str:
    """SHA-256 of ``parts``, each framed by its length, as hexadecimal text."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
