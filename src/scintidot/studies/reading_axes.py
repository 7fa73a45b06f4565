"""Axes of a study file, and numbers of the card in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.config import OPTIONS, option_of
from scintidot.errors import nearest
from scintidot.materials.fields import In
from scintidot.materials.library import is_card_path
from scintidot.materials.material import Material
from scintidot.studies.axes import NAMES, NUMBERS, OF_SAMPLE, Axis
from scintidot.studies.reader import Reader
from scintidot.units import unit_of

POINTS = 15
"""Values of a range in a sweep."""


def beside(reader: Reader, name: object) -> str:
    """A card named by a relative path lies beside the study file."""
    text = str(name)
    return str(reader.folder / text) if is_card_path(text) and not Path(text).is_absolute() else text


def card_number(reader: Reader, material: Material, key: str, value: object, who: str) -> float:
    """A number of the card in the card's unit, within what the card format allows."""
    return reader.number(value, who, limits_of(reader, material, key, who))


def limits_of(reader: Reader, material: Material, key: str, who: str) -> In:
    """What the card format allows for a number; a key that the card lacks is answered with the nearest."""
    numbers = dict(material.card.quantities())
    if key not in numbers:
        banded = [name for name, number in numbers.items() if number.banded]
        known = [*NUMBERS, *NAMES, *OF_SAMPLE, *numbers] if who.startswith("vary.") else numbers
        hint = nearest(key, known, listed=True) or f"Numbers of the card with a band: {', '.join(banded)}."
        if "loading" in key:
            hint = "Did you mean 'volume_fraction'?"
        raise reader.fault("axis" if who.startswith("vary.") else "number", who,
                           "an option of predict or a number of the material card", repr(key), hint)  # fmt: skip
    node: Any = material.card
    *path, last = key.split(".")
    for part in path:
        node = (
            node[part]
            if isinstance(node, dict)
            else node[int(part)]
            if isinstance(node, tuple)
            else getattr(node, part)
        )
    metadata = type(node).model_fields[last].metadata
    return next((one for one in metadata if isinstance(one, In)), In(numbers[key].unit))


def read_axis(reader: Reader, material: Material, name: str, entry: Any) -> Axis:
    """One entry of ``[vary]``: a list, a range or names, of an option, a number of the card or a sample."""
    who = f"vary.{name}"
    if name in NAMES:
        values = [entry] if isinstance(entry, str) else entry
        if not isinstance(values, list) or not values or len(set(map(str, values))) < len(values):
            raise reader.fault("axis", who, "a list of different names", repr(entry))
        names = [beside(reader, value) if name in ("material", "host") else str(value) for value in values]
        for value in names:
            reader.configured(who, **{name: value})
        return Axis(name, "1", tuple(names))
    if name in OPTIONS and name not in NUMBERS:
        raise reader.fault(
            "axis", who, "a choice or a number of the physics", f"{name!r}, which steers the computation",
            "Put it under [base].",
        )  # fmt: skip
    read: Callable[[object], float]
    if name in NUMBERS:
        unit, read = NUMBERS[name], lambda value: _option(reader, name, value)
    elif name in OF_SAMPLE:
        limits = In("1", above=0, below=1) if name == "volume_fraction" else In("1", at_least=0, at_most=1)
        unit, read = "1", lambda value: reader.number(value, who, limits)
    else:
        limits = limits_of(reader, material, name, who)
        unit, read = limits.unit, lambda value: reader.number(value, who, limits)
    if isinstance(entry, list):
        numbers = sorted({read(value) for value in entry})
        if not numbers:
            raise reader.fault("axis", who, "a range such as '3 nm to 15 nm' or a list", "an empty list")
        return Axis(name, unit, tuple(numbers))
    return _range(reader, name, unit, entry, read)


def _option(reader: Reader, name: str, value: object) -> float:
    """A numeric option, checked as `predict` does."""
    if isinstance(value, list):
        raise reader.fault("value", f"vary.{name}", "one number", repr(value))
    found = option_of(reader.configured(f"vary.{name}", **{name: value}), name)
    return float(found[0] if isinstance(found, tuple) else found)


def _range(reader: Reader, name: str, unit: str, entry: Any, read: Callable[[object], float]) -> Axis:
    """``"3 nm to 15 nm, 25 points, log"``, or the same as a table with from, to, points and spacing."""
    who, example = f"vary.{name}", "a range such as '3 to 15 nm, 25 points, log', or a list"
    if isinstance(entry, str):
        first, *rest = (part.strip() for part in entry.split(","))
        low, _, high = first.partition(" to ")
        if not high:
            raise reader.fault("axis", who, example, repr(entry))
        if unit_of(low) is None and unit_of(high) is not None:
            low = f"{low} {unit_of(high)}"
        table: dict[str, Any] = {"from": low, "to": high}
        for part in rest:
            key, value = ("points", part.removesuffix("points")) if "points" in part else ("spacing", part)
            table[key] = value.strip()
    elif isinstance(entry, Mapping):
        table = dict(entry)
    else:
        raise reader.fault("axis", who, example, repr(entry))
    reader.check_keys(table, ("from", "to", "points", "spacing"), f"{who}.")
    if not {"from", "to"} <= set(table):
        raise reader.fault("axis", who, "both 'from' and 'to'", repr(entry))
    low_end, high_end = read(table["from"]), read(table["to"])
    points = reader.whole(table.get("points", POINTS), f"{who}.points", 2, 10_000)
    spacing = reader.one_of(table.get("spacing", "linear"), ("linear", "log"), f"{who}.spacing")
    if not low_end < high_end:
        raise reader.fault("range", who, "the lower end first", f"{low_end:g} to {high_end:g}")
    if spacing == "log" and low_end <= 0:
        raise reader.fault("range", who, "ends above 0 for spacing log", f"{low_end:g}")
    values = spaced(low_end, high_end, points, spacing == "log")
    return Axis(name, unit, values, (low_end, high_end), spacing == "log")


def spaced(low: float, high: float, points: int, logarithmic: bool) -> tuple[float, ...]:
    """Points of a range, evenly or in equal ratios; the ends are exact, the others rounded to 12 digits."""
    values = np.geomspace(low, high, points) if logarithmic else np.linspace(low, high, points)
    return (low, *(float(f"{value:.12g}") for value in values[1:-1]), high)
