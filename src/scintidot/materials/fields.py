"""Field types of cards and run files: numbers with a unit and limits, names out of a list."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from pydantic_core import core_schema

from scintidot.errors import BadValue, FieldError, nearest
from scintidot.provenance import PROVENANCE, Quantity
from scintidot.units import parse_quantity

_REQUIRED = ("value", "unit", "source", "provenance")
_QUANTITY_KEYS = (*_REQUIRED, "low", "high", "note")


@dataclass(frozen=True)
class In:
    """Annotation of a number in ``unit``, within limits.

    On a float field it reads ``7``, ``"7 keV"``; on a `Quantity` field the table of a material card.
    """

    unit: str
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    banded: bool = True  # whether a card may give low and high

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        read: Callable[[Any], Any] = self.read_quantity if source is Quantity else self.read_number
        return core_schema.no_info_plain_validator_function(read)

    def read_number(self, entry: Any, bare_unit: str | None = None) -> float:
        """A float in ``unit``."""
        try:
            value = parse_quantity(entry, self.unit, where="", who="", bare_unit=bare_unit)
        except BadValue as error:
            raise FieldError(error.what, error.expected, error.found, error.hint) from None
        if not self._allows(value):
            suffix = "" if self.unit == "1" else f" {self.unit}"
            limit = self.at_most if self.below is None else self.below
            percent = self.unit == "1" and limit is not None and limit <= 1 and 2 <= value <= 100
            hint = f"Is this in percent? Write '{value:g} %'." if percent else None
            raise FieldError("value", self.in_words() + suffix, f"{value:g}{suffix}", hint)
        return value

    def _allows(self, value: float) -> bool:
        return not (
            (self.above is not None and value <= self.above)
            or (self.at_least is not None and value < self.at_least)
            or (self.at_most is not None and value > self.at_most)
            or (self.below is not None and value >= self.below)
        )

    def in_words(self) -> str:
        """The limits, such as "more than 0 and at most 1"."""
        bounds = {
            "more than": self.above,
            "at least": self.at_least,
            "at most": self.at_most,
            "less than": self.below,
        }
        return " and ".join(f"{words} {bound:g}" for words, bound in bounds.items() if bound is not None)

    def read_quantity(self, entry: Any) -> Quantity:
        """A `Quantity` from a table with value, unit, source, provenance and perhaps low, high, note."""
        if isinstance(entry, Quantity):
            return entry
        self._check_table(entry)
        unit = str(entry["unit"])
        if not unit:
            raise FieldError("unit", f"a unit such as '{self.unit}'", "an empty text")
        for key in ("value", "low", "high"):
            if isinstance(entry.get(key), str):
                raise FieldError(
                    "number", f"a bare number for '{key}', its unit under 'unit'", repr(entry[key])
                )
        numbers = {k: self.read_number(entry[k], unit) for k in ("value", "low", "high") if k in entry}
        if "low" in numbers and not numbers["low"] <= numbers["value"] <= numbers["high"]:
            raise FieldError("band", "low <= value <= high", "{low:g}, {value:g}, {high:g}".format(**numbers))
        sources = entry["source"] if isinstance(entry["source"], list) else [entry["source"]]
        if not sources or not all(isinstance(key, str) and key for key in sources):
            raise FieldError("source", "a key of the references, or a list of keys", repr(entry["source"]))
        return Quantity(
            value=numbers["value"],
            unit=self.unit,
            source=tuple(sources),
            provenance=entry["provenance"],
            low=numbers.get("low"),
            high=numbers.get("high"),
            note=str(entry.get("note", "")),
        )

    def _check_table(self, entry: Any) -> None:
        """Keys and kinds of the table of a number."""
        if not isinstance(entry, dict):
            example = f"{{ value = ..., unit = '{self.unit}', source = '...', provenance = 'measured' }}"
            raise FieldError("number", f"a table {example}", repr(entry), "A bare number has no source.")
        for key in entry:
            if key not in _QUANTITY_KEYS:
                expected = "one of " + ", ".join(_QUANTITY_KEYS)
                raise FieldError("key", expected, repr(key), nearest(key, _QUANTITY_KEYS, listed=True))
        for key in _REQUIRED:
            if key not in entry:
                raise FieldError("number", f"the key '{key}'", "no such key")
        OneOf(PROVENANCE, "provenance").read(entry["provenance"])
        if not self.banded and "low" in entry:
            raise FieldError("band", "no band: the law is drawn through this size", "low and high")
        if ("low" in entry) != ("high" in entry):
            raise FieldError("band", "both 'low' and 'high', or neither", "one of them")


@dataclass(frozen=True)
class OneOf:
    """Annotation of a string that must be one of ``names``."""

    names: Collection[str]
    what: str = "name"

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def read(self, entry: Any) -> str:
        """The name itself."""
        if not isinstance(entry, str) or entry not in self.names:
            hint = nearest(str(entry), self.names, listed=True)
            raise FieldError(self.what, "one of " + ", ".join(self.names), repr(entry), hint)
        return str(entry)
