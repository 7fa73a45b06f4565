"""What the words above a table say: time base, repetition rate, pairs of key and value."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from scintidot.analysis.readers.checks import TIME_UNITS_PS, time_unit
from scintidot.analysis.readers.registry import Source
from scintidot.constants import PS_PER_S

_FLOAT = r"([+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?)"
_UNIT = r"(fs|ps|ns|[uµμ]s|ms|s(?:ec)?)"
_BIN = r"(?:ch(?:an(?:nel)?)?s?|bins?|pts?|points?|samples?|kanal)\b"
_BASES = (
    re.compile(rf"{_FLOAT}\s*{_UNIT}\s*(?:/|per)\s*{_BIN}", re.IGNORECASE),  # 2.7E-02ns/ch
    re.compile(rf"\b{_UNIT}\s*(?:/|per)\s*{_BIN}\W*?{_FLOAT}", re.IGNORECASE),  # ns/channel = 0.05
    re.compile(
        rf"(?:time\s*(?:/|per)\s*{_BIN}|(?:channel|bin)[\s_-]*width|time[\s_-]*(?:resolution|calibration|increment)"
        rf"|sample\s*interval|resolution)\s*(?:[\[(]\s*{_UNIT}\s*[\])])?[^\w.+-]*{_FLOAT}\s*{_UNIT}?(?![a-z])",
        re.IGNORECASE,
    ),  # Time per channel: 55 ps; Resolution [ns]: 0.016
)
_RATE = re.compile(
    rf"(?:rep(?:etition|\.)?[\s_-]*(?:rate|freq(?:uency)?)|sync[\s_-]*(?:rate|freq(?:uency)?)|laser[\s_-]*"
    rf"(?:rate|freq(?:uency)?)|pulse[\s_-]*rate)\s*(?:[\[(]\s*([kMG]?Hz)\s*[\])])?[^\w.+-]*{_FLOAT}\s*([kMG]?Hz)?",
    re.IGNORECASE,
)
_DWELL = re.compile(r"integration|acquisition|exposure|dwell|averag", re.IGNORECASE)  # times, but of no bin
_HERTZ = {"hz": 1.0, "khz": 1e3, "mhz": 1e6, "ghz": 1e9}
_X_AXIS = re.compile(r"\W*(?:x[\s_-]*(?:axis|units?|label|title)|time[\s_-]*units?)\b", re.IGNORECASE)
_MOST_LETTERS = 300


def number_of(text: str) -> float:
    """A number with a point or a comma as its decimal sign; nan if it is none or not finite."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return math.nan
    return value if math.isfinite(value) and "_" not in text else math.nan


def pairs(lines: Iterable[str]) -> dict[str, str]:
    """``key: value`` and ``key = value`` lines; keys in small letters, comment signs off."""
    found: dict[str, str] = {}
    for line in lines:
        key, sign, value = line[:_MOST_LETTERS].lstrip("#%*; \t").partition(":" if ":" in line else "=")
        if sign and key.strip():
            found.setdefault(key.strip().lower(), value.strip())
    return found


def time_base(source: Source, lines: Iterable[str]) -> float | None:
    """Width of a bin [ps] that the header says with its unit; None if it says none.

    Raises
    ------
    BadFile
        If it says two different ones.
    """
    found: dict[float, tuple[float, str]] = {}  # by the value up to rounding
    lines = [line[:_MOST_LETTERS] for line in lines]
    after = [*lines[1:], ""]
    lines = ["" if _DWELL.search(line) else line for line in lines]
    joined = [f"{a} {b}" if _ends_with_unit(a) else a for a, b in zip(lines, after, strict=False)]
    for line in joined:
        for pattern in _BASES:
            if (match := pattern.search(line)) is None:
                continue
            words = [word for word in match.groups() if word is not None]
            unit = next((u for u in map(time_unit, words) if u), None)
            value = next((v for v in map(number_of, words) if not math.isnan(v)), math.nan)
            if unit and value > 0:
                width = float(f"{value * TIME_UNITS_PS[unit]:.12g}")
                found.setdefault(float(f"{width:.3g}"), (width, line.strip()))
                break
    if len(found) > 1:
        raise source.refuse(
            "header", "the time base", "one", " and ".join(repr(line[:60]) for _, line in found.values())
        )
    return next((width for width, _ in found.values()), None)


def _ends_with_unit(line: str) -> bool:
    """``#ns/channel`` alone: the number stands in the next line."""
    return re.fullmatch(rf"\W*{_UNIT}\s*(?:/|per)\s*{_BIN}\W*", line, re.IGNORECASE) is not None


def period(lines: Iterable[str]) -> float | None:
    """Time between excitations [ps] from a repetition rate with its unit; None if there is none."""
    for line in lines:
        if match := _RATE.search(line[:_MOST_LETTERS]):
            unit, value = (match[1] or match[3] or "").lower(), number_of(match[2])
            if unit in _HERTZ and value > 0:
                return PS_PER_S / (value * _HERTZ[unit])
    return None


def unit_of_axis(lines: Iterable[str]) -> str | None:
    """The unit of time of a line about the x axis, such as ``XAxis,Time(ns)`` or ``Time units: ps``."""
    for line in lines:
        if _X_AXIS.match(line[:_MOST_LETTERS]):
            words = re.split(r"[^\wµμ]+", line[:_MOST_LETTERS])
            unit = next((unit for word in words[1:] if (unit := time_unit(word))), None)
            if unit is not None:
                return unit
    return None
