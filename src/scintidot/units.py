"""Units at the edge: text with a unit comes in, a bare number in the documented unit goes on.

Inside the package every number is a float in eV, nm, ps or K (or the unit in its name). Pint does
the conversion and is imported only when a unit has to be read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from functools import cache
from numbers import Real
from typing import Any

from scintidot.errors import BadValue, FieldError

_NUMBER_AND_UNIT = re.compile(
    r"\s*(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(?P<unit>(?:1\s*/|[^\d\s.,+-]).*?)?\s*"
)

_DIMENSIONS = {
    "eV": "an energy",
    "nm": "a length",
    "ps": "a time",
    "K": "a temperature",
    "g/cm3": "a density",
    "1/ps": "a rate",
    "1/nm": "a wavevector",
    "nm/ps": "a velocity",
    "nm3": "a volume",
    "g/mol": "a molar mass",
    "eV/nm": "a stopping power",
    "1/MeV": "a light yield",
    "1": "a plain number",
    "deg": "an angle",
    "V": "a voltage",
}


@cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry()
    registry.define("photons = 1 = photon")
    return registry


def _power_notation(unit: str) -> str:
    """``g/cm3`` -> ``g/cm**3``: the field writes powers without a sign."""
    return re.sub(r"(?<=[A-Za-z])\^?(-?\d+)", r"**\1", unit)


@cache
def _factor(unit: str, target: str) -> float | str:
    """Factor from ``unit`` to ``target``; if there is none, the words that say what ``unit`` is."""
    registry = _registry()
    unit = re.sub(r"\bph\b", "photons", unit)  # to pint, ph is the phot
    if not unit.isascii():
        unit = unit.replace("µ", "u").replace("μ", "u").replace("Å", "angstrom").replace("³", "3")
    if unit.startswith("/"):
        unit = "1" + unit
    try:
        source = registry.Unit(_power_notation(unit) if unit else "dimensionless")
    except Exception:  # pint raises many kinds on text that is no unit
        return "an unknown unit"
    wanted = registry.Unit(_power_notation(target) if target != "1" else "dimensionless")
    if source.dimensionality == wanted.dimensionality:
        one, two = (float(registry.Quantity(x, source).to(wanted).magnitude) for x in (1.0, 2.0))
        if abs(two - 2 * one) > 1e-9 * abs(two):
            return "a scale with its own zero"
        return float(f"{one:.15g}")  # 1 ns is 1000 ps, not 1000.0000000000001
    for known, words in _DIMENSIONS.items():
        known_unit = registry.Unit(_power_notation(known) if known != "1" else "dimensionless")
        if known_unit.dimensionality == source.dimensionality:
            return words
    return "another dimension"


def dimension_of(unit: str) -> str:
    """Words for what ``unit`` measures, for error messages.

    >>> dimension_of("nm")
    'a length'
    """
    if unit in _DIMENSIONS:
        return _DIMENSIONS[unit]
    words = next((w for known, w in _DIMENSIONS.items() if isinstance(_factor(known, unit), float)), None)
    return words or f"a value in {unit}"


def convert(value: float, unit: str, target: str, *, where: str, who: str) -> float:
    """Convert ``value`` from ``unit`` to ``target``, refusing another dimension.

    >>> convert(7.0, "keV", "eV", where="example", who="energy")
    7000.0
    """
    if unit == target:
        return value
    factor = _factor(unit, target)
    if isinstance(factor, str):
        expected = f"{dimension_of(target)} such as '{value:g}{'' if target == '1' else ' ' + target}'"
        found = f"'{value:g} {unit}', {factor}"
        raise BadValue(
            where=where, what="unit", who=who, expected=expected, found=found, hint=_meant(unit, target)
        )
    return value * factor


def parse_quantity(value: object, unit: str, *, where: str, who: str, bare_unit: str | None = None) -> float:
    """Read ``"7 keV"`` or a bare number and return a float in ``unit``.

    Parameters
    ----------
    value : str, int or float
        Text with a unit, or a bare number which is in ``bare_unit`` (default: ``unit``).
    unit : str
        Unit of the returned number.
    where, who : str
        File or command, and key or option, for the error message.

    Raises
    ------
    BadValue
        If the text is no number, not finite, or has a unit of another dimension.

    Examples
    --------
    >>> parse_quantity("7 keV", "eV", where="example", who="energy")
    7000.0
    >>> parse_quantity(10.7, "nm", where="example", who="edge_length")
    10.7
    """
    bare_unit = bare_unit or unit

    def expected() -> str:
        suffix = "" if unit == "1" else f", as a number in {bare_unit} or with its unit"
        return dimension_of(unit) + suffix

    if isinstance(value, bool) or not isinstance(value, (str, Real)):
        raise BadValue(where=where, what="value", who=who, expected=expected(), found=repr(value))
    if isinstance(value, str):
        match = _NUMBER_AND_UNIT.fullmatch(value)
        if match is None:
            raise BadValue(
                where=where,
                what="number",
                who=who,
                expected=expected(),
                found=repr(value),
                hint=_guess(value),
            )
        number, text_unit = float(match["number"]), match["unit"] or bare_unit
    else:
        try:
            number, text_unit = float(value), bare_unit
        except OverflowError:
            number, text_unit = math.inf, bare_unit
    result = convert(number, text_unit, unit, where=where, who=who)
    if not math.isfinite(result):
        raise BadValue(where=where, what="number", who=who, expected="a finite number", found=repr(value))
    return result


def unit_of(text: str) -> str | None:
    """The unit written behind a number; None without one, or if this is no number.

    >>> unit_of("20 angstrom"), unit_of("2e1")
    ('angstrom', None)
    """
    match = _NUMBER_AND_UNIT.fullmatch(text)
    return None if match is None else match["unit"]


def split_list(entry: object, *, what: str, unit: str) -> list[Any]:
    """The parts of ``"3.3, 5 nm"`` (a unit at the end is that of all), of one number, or of a list of either.

    Raises
    ------
    FieldError
        If there is no part, or parts are separated by ``;``.

    Examples
    --------
    >>> split_list("20, 25 angstrom", what="lengths", unit="nm")
    ['20 angstrom', '25 angstrom']
    """
    if isinstance(entry, str):
        if ";" in entry:
            hint = "Separate them by ',' and write the decimal point as '.'."
            raise FieldError("value", f"{what} separated by ','", repr(entry), hint)
        parts = [part.strip() for part in entry.split(",") if part.strip()]
        last = unit_of(parts[-1]) if parts else None
        if last is not None and not any(unit_of(part) for part in parts[:-1]):
            parts = [*(f"{part} {last}" for part in parts[:-1]), parts[-1]]
        entry = parts
    elif isinstance(entry, Real):
        entry = [entry]
    elif isinstance(entry, Iterable) and not isinstance(entry, (bytes, Mapping)):
        entry = list(entry)
    if not isinstance(entry, list) or not entry:
        expected = f"one or more {what}, as numbers in {unit} or with their unit"
        raise FieldError("value", expected, repr(entry))
    return entry


def _meant(unit: str, target: str) -> str | None:
    """Suggest the usual spelling of a unit written in the wrong case, as ``kev``, or the energy behind a voltage."""
    if unit in ("V", "kV", "MV") and dimension_of(target) == "an energy":
        return f"Did you mean '{unit[:-1]}eV'?"
    usual = {name.lower(): name for name in ("eV", "keV", "MeV", "nm", "ps", "ns", "K", "angstrom")}
    good = usual.get(unit.lower())
    return f"Did you mean '{good}'?" if good not in (None, unit) else None


def _guess(text: str) -> str | None:
    if re.fullmatch(r"\s*[+-]?\d+,\d+\s*\D*", text):
        return "Write the decimal point as '.', not ','."
    return None
