"""How the options of every command are read: a number in its unit, a whole number, or one clear line."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

from scintidot.errors import BadValue, FieldError, ScintidotError
from scintidot.materials.fields import In
from scintidot.units import dimension_of, unit_of

MOST_SEED = 2**63 - 1
_BARE = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
Number = float | str
"""A number in the documented unit, or text with a unit such as ``"0.1/ns"``."""


class StreamOptions(TypedDict, total=False):
    """The options of `scintidot.config.OPTIONS` that a prediction and a stream of photons share."""

    material: str | Path
    host: str | Path
    edge_length: Number | Sequence[Number]
    shape: str
    size_dispersion: Number
    energy: Number
    start: str
    deposit: str | Path
    local_deposit_below: Number
    histories: Number
    relative_error: Number
    energy_unit: str
    table: str
    pair_creation_energy: Number
    model: str
    auger_law: str
    retained_fraction: Number
    radiative: str
    auger: str
    trapping_rate: Number
    detrapping_rate: Number
    trap_loss_rate: Number
    traps: Number
    light_yield: Number
    light_yield_edge_length: Number
    light_yield_material: str
    light_yield_scaling: str
    rise_time: Number
    response: Number
    outcoupling: Number
    detection_efficiency: Number


class PredictOptions(StreamOptions, total=False):
    """The options of `scintidot.predict`, those of `scintidot.config.OPTIONS`, with what they take."""

    seed: Number
    events: Number
    statistics: str
    jitter_sigma: Number


def option_flag(option: str) -> str:
    """``edge_length`` -> ``--edge-length``."""
    return "--" + option.replace("_", "-")


def read(
    value: object, who: str, where: str, limits: In, *, beyond: type[ScintidotError] = BadValue
) -> float:
    """A number of option ``who`` in the unit of ``limits``; ``beyond`` is raised for a sound one outside them."""
    try:
        return limits.read_number(value)
    except FieldError as error:
        raise error.at(beyond if error.what == "value" else BadValue, where=where, who=who) from None


def read_whole(value: object, who: str, where: str, least: int, most: int) -> int:
    """A whole number within limits; 1e5 is one. Digits are read as they stand, beyond 2**53 too."""
    text, whole = str(value).strip(), least - 1
    with suppress(ValueError, OverflowError):
        if re.fullmatch(r"[+-]?\d+", text):
            whole = int(text)
        elif float(text).is_integer():
            whole = int(float(text))
    if not least <= whole <= most:
        expected = f"a whole number from {least} to {most}"
        raise BadValue(where=where, what="number", who=who, expected=expected, found=repr(value))
    return whole


def read_interval(
    text: object, who: str, where: str, limits: In, example: str, *, open_ended: bool = False
) -> tuple[float, float]:
    """``"from:to"`` in the unit of ``limits``, or a pair, the lower bound first; ``open_ended``: an empty side has no
    bound. In ``"10:20 ns"`` the unit is that of both."""

    def refuse(expected: str) -> BadValue:
        return BadValue(where=where, what="interval", who=who, expected=expected, found=repr(text))

    parts = [str(part) for part in text] if isinstance(text, (tuple, list)) else str(text).split(":")
    if len(parts) != 2:
        raise refuse(f"from:to, such as {example}")
    unit = unit_of(parts[1])
    if unit is not None and _BARE.fullmatch(parts[0].strip()):
        parts[0] = f"{parts[0]} {unit}"
    low, high = (
        end if open_ended and not part.strip() else read(part, who, where, limits)
        for part, end in zip(parts, (-math.inf, math.inf), strict=True)
    )
    if not low < high:
        raise refuse("from:to with the lower bound first")
    return low, high


def is_such(value: str, words: str) -> bool:
    """Whether a value has a unit, and is what ``words`` begin with.

    >>> is_such("5 nm", "a length such as '7 nm'")
    True
    """
    unit = unit_of(value)
    return unit is not None and words.startswith(dimension_of(unit))


def read_seed(value: object, where: str) -> int:
    """Of random numbers."""
    return read_whole(value, "--seed", where, 0, MOST_SEED)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
