"""Objectives and constraints of a study file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scintidot.errors import BadFile, FieldError, ScintidotError
from scintidot.materials.fields import In
from scintidot.studies.expression import read_expression
from scintidot.studies.targets import DIRECTIONS, HEADINGS, UNITS, Target, usual_direction
from scintidot.units import parse_quantity

if TYPE_CHECKING:
    from scintidot.studies.reader import Reader

_COMMON = ("figure", "expression", "name", "unit", "edge_length")


def read_targets(reader: Reader, axes: Collection[str]) -> tuple[tuple[Target, ...], tuple[Target, ...]]:
    """Objectives and constraints; ``axes`` are the names of numeric ones, which an expression may use."""
    objectives = [
        _objective(reader, entry, f"objective[{i}]", axes)
        for i, entry in enumerate(_list(reader, "objective"))
    ]
    constraints = [
        _constraint(reader, entry, f"constraint[{i}]", axes)
        for i, entry in enumerate(_list(reader, "constraint"))
    ]
    if not objectives:
        raise reader.fault("section", "objective", 'at least one [[objective]] with figure = "..."', "none")
    _refuse_contradictions(reader, constraints)
    taken: dict[str, int] = {}
    named = []
    for target in (*objectives, *constraints):
        taken[target.name] = taken.get(target.name, 0) + 1
        count = taken[target.name]
        named.append(target if count == 1 else replace(target, name=f"{target.name} ({count})"))
    return tuple(named[: len(objectives)]), tuple(named[len(objectives) :])


def _list(reader: Reader, name: str) -> list[Any]:
    entries = reader.data.get(name, [])
    entries = [entries] if isinstance(entries, dict) else entries
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise reader.fault("section", name, f"tables [[{name}]]", repr(entries))
    return entries


def _target(reader: Reader, entry: dict[str, Any], who: str, axes: Collection[str]) -> Target:
    if ("figure" in entry) == ("expression" in entry):
        raise reader.fault("key", who, "either 'figure' or 'expression'", ", ".join(entry) or "nothing")
    key = "figure" if "figure" in entry else "expression"
    known = [*UNITS] if key == "figure" else [*UNITS, *axes]
    try:
        expression = read_expression(entry[key], known)
    except FieldError as error:
        raise error.at(BadFile, where=reader.where, who=f"{who}.{key}") from None
    text = expression.text
    if key == "figure" and text not in UNITS:
        raise reader.fault(
            "figure", f"{who}.figure", "one figure", repr(text), "Arithmetic goes under 'expression'."
        )
    size = entry.get("edge_length")
    edge = None if size is None else reader.number(size, f"{who}.edge_length", In("nm", above=0))
    unit = str(entry.get("unit", UNITS.get(text, "1")))
    if key == "figure" and unit != UNITS[text]:
        raise reader.fault("unit", f"{who}.unit", f"none: {text} is in {UNITS[text]}", repr(unit))
    at = "" if edge is None else f" at {edge:g} nm"
    heading = str(entry.get("name", HEADINGS.get(text, text)))
    return Target(str(entry.get("name", text)) + at, expression, unit, heading + at, edge_length=edge)


def _objective(reader: Reader, entry: dict[str, Any], who: str, axes: Collection[str]) -> Target:
    reader.check_keys(entry, (*_COMMON, "direction"), f"{who}.")
    target = _target(reader, entry, who, axes)
    usual = usual_direction(target.expression.text) if "figure" in entry else None
    direction = reader.one_of(entry.get("direction", usual), DIRECTIONS, f"{who}.direction")
    return replace(target, direction=direction)


def _constraint(reader: Reader, entry: dict[str, Any], who: str, axes: Collection[str]) -> Target:
    reader.check_keys(entry, (*_COMMON, "at_least", "at_most"), f"{who}.")
    target = _target(reader, entry, who, axes)
    limits: dict[str, Any] = {}
    for key in ("at_least", "at_most"):
        if key in entry:
            try:
                limits[key] = parse_quantity(entry[key], target.unit, where=reader.where, who=f"{who}.{key}")
            except ScintidotError as error:
                raise error.at(where=reader.where, who=f"{who}.{key}") from None
    if not limits:
        raise reader.fault("constraint", who, "'at_least' or 'at_most'", "neither")
    return replace(target, **limits)


def _refuse_contradictions(reader: Reader, constraints: list[Target]) -> None:
    """Two limits on one figure that no number can keep."""
    bounds: dict[tuple[str, float | None], tuple[float, float]] = {}
    for i, one in enumerate(constraints):
        key = (one.expression.text, one.edge_length)
        low, high = bounds.get(key, (float("-inf"), float("inf")))
        low = low if one.at_least is None else max(low, one.at_least)
        high = high if one.at_most is None else min(high, one.at_most)
        bounds[key] = (low, high)
        if low > high:
            raise reader.fault(
                "constraint", f"constraint[{i}]", "limits that a number can keep",
                f"{one.heading} at least {low:g} and at most {high:g}",
            )  # fmt: skip
