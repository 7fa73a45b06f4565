"""Field types of cards and run files: numbers with a unit and limits, names out of a list."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from pydantic_core import core_schema

from scintidot.errors import BadValue, nearest
from scintidot.provenance import PROVENANCE, Quantity
from scintidot.units import parse_quantity

_REQUIRED = ("value", "unit", "source", "provenance")
_QUANTITY_KEYS = (*_REQUIRED, "low", "high", "note")


class FieldError(ValueError):
    """A fault of one field, before the file or option is known."""

    def __init__(self, what: str, expected: str, found: object, hint: str | None = None) -> None:
        super().__init__(what)
        self.what, self.expected, self.found, self.hint = what, expected, found, hint


@dataclass(frozen=True)
class In:
    """Annotation of a number in ``unit``, within limits.

    On a float field it reads ``7``, ``"7 keV"``; on a `Quantity` field the table of a material card.
    """

    unit: str
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        read: Callable[[Any], Any] = self.read_quantity if source is Quantity else self.read_number
        return core_schema.no_info_plain_validator_function(read)

    def read_number(self, entry: Any, bare_unit: str | None = None) -> float:
        """A float in ``unit``."""
        try:
            value = parse_quantity(entry, self.unit, where="", who="", bare_unit=bare_unit)
        except BadValue as error:
            raise FieldError(error.what, error.expected, error.found, error.hint) from None
        limits = [
            (self.above is not None and value <= self.above, f"more than {self.above}"),
            (self.at_least is not None and value < self.at_least, f"at least {self.at_least}"),
            (self.at_most is not None and value > self.at_most, f"at most {self.at_most}"),
        ]
        for broken, words in limits:
            if broken:
                suffix = "" if self.unit == "1" else f" {self.unit}"
                raise FieldError("value", words + suffix, f"{value:g}{suffix}")
        return value

    def read_quantity(self, entry: Any) -> Quantity:
        """A `Quantity` from a table with value, unit, source, provenance and perhaps low, high, note."""
        if isinstance(entry, Quantity):
            return entry
        if not isinstance(entry, dict):
            example = f"{{ value = ..., unit = '{self.unit}', source = '...', provenance = 'measured' }}"
            raise FieldError("number", f"a table {example}", repr(entry), "A bare number has no source.")
        for key in entry:
            if key not in _QUANTITY_KEYS:
                expected = "one of " + ", ".join(_QUANTITY_KEYS)
                raise FieldError("key", expected, repr(key), nearest(key, _QUANTITY_KEYS))
        for key in _REQUIRED:
            if key not in entry:
                raise FieldError("number", f"the key '{key}'", "no such key")
        OneOf(PROVENANCE, "provenance").read(entry["provenance"])
        if ("low" in entry) != ("high" in entry):
            raise FieldError("band", "both 'low' and 'high', or neither", "one of them")
        unit = str(entry["unit"])
        numbers = {k: self.read_number(entry[k], unit) for k in ("value", "low", "high") if k in entry}
        if "low" in numbers and not numbers["low"] <= numbers["value"] <= numbers["high"]:
            raise FieldError("band", "low <= value <= high", "{low:g}, {value:g}, {high:g}".format(**numbers))
        source = entry["source"]
        return Quantity(
            value=numbers["value"],
            unit=self.unit,
            source=tuple(map(str, source)) if isinstance(source, list) else (str(source),),
            provenance=entry["provenance"],
            low=numbers.get("low"),
            high=numbers.get("high"),
            note=str(entry.get("note", "")),
        )


@dataclass(frozen=True)
class OneOf:
    """Annotation of a string that must be one of ``names``."""

    names: Collection[str]
    what: str = "name"

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def read(self, entry: Any) -> str:
        """The name itself."""
        if entry not in self.names:
            hint = nearest(str(entry), self.names)
            raise FieldError(self.what, "one of " + ", ".join(self.names), repr(entry), hint)
        return str(entry)
