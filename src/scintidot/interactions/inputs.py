"""Energies as a user writes them."""

from __future__ import annotations

from collections.abc import Iterable

from scintidot.errors import BadValue, FieldError, OutOfRange
from scintidot.materials.fields import In
from scintidot.units import split_list

Energies = Iterable[float | str] | float | str
"""Energies of a call: numbers, text with a unit such as ``"0.1, 7 keV"``, or a list of either."""


def read_energies(entry: object, unit: str, *, where: str, who: str) -> list[float]:
    """Positive energies in ``unit`` from ``"100,1000"``, ``"1, 7 keV"``, a number or a list, in that order.

    >>> read_energies("1, 7 keV", "eV", where="example", who="--energy-ev")
    [1000.0, 7000.0]
    """
    try:
        return [In(unit, above=0).read_number(part) for part in split_list(entry, what="energies", unit=unit)]
    except FieldError as error:
        raise error.at(BadValue, where=where, who=who) from None


def read_within(value: object, limits: In, *, where: str, who: str) -> float:
    """A number within the limits of a model: what is none is a bad value, one beyond is out of range."""
    try:
        return limits.read_number(value)
    except FieldError as error:
        raise error.at(OutOfRange if error.what == "value" else BadValue, where=where, who=who) from None
