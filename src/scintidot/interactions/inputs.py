"""Energies as a user writes them."""

from __future__ import annotations

from collections.abc import Iterable

from scintidot.errors import BadValue, FieldError, OutOfRange
from scintidot.materials.fields import In
from scintidot.options import read
from scintidot.units import split_list, unit_of

Energies = Iterable[float | str] | float | str
"""Energies of a call: numbers, text with a unit such as ``"0.1, 7 keV"``, or a list of either."""


def read_energies(entry: object, unit: str, *, where: str, who: str) -> list[float]:
    """Positive energies in ``unit`` from ``"100,1000"``, ``"1, 7 keV"``, a number or a list, in that order.

    >>> read_energies("1, 7 keV", "eV", where="example", who="--energy-ev")
    [1000.0, 7000.0]
    """
    try:
        parts = split_list(entry, what="energies", unit=unit)
        energies = [In(unit, above=0).read_number(part) for part in parts]
        if energies != sorted(energies) and _one_unit_for_all(entry):  # "100, 1 keV" is hardly 100 keV
            expected, hint = (
                "energies that rise where one unit stands for all",
                "Write its unit to every energy.",
            )
            raise FieldError("list", expected, repr(entry), hint)
    except FieldError as error:
        raise error.at(BadValue, where=where, who=who) from None
    return energies


def _one_unit_for_all(entry: object) -> bool:
    """Whether only the last of several energies has a unit."""
    *others, last = [unit_of(part) for part in entry.split(",")] if isinstance(entry, str) else [None]
    return last is not None and bool(others) and not any(others)


def read_within(value: object, limits: In, *, where: str, who: str) -> float:
    """A number within the limits of a model: what is none is a bad value, one beyond is out of range."""
    return read(value, who, where, limits, beyond=OutOfRange)
