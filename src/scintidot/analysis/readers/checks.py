"""What every reader asks of the numbers of a file before they become a trace."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scintidot.analysis.readers.registry import Source
from scintidot.analysis.traces import DecayTrace
from scintidot.errors import BadFile
from scintidot.records import FloatArray

TIME_UNITS_PS = {"fs": 1e-3, "ps": 1.0, "ns": 1e3, "us": 1e6, "ms": 1e9, "s": 1e12}
_TIME_WORDS = {
    "fs": "fs", "femtosecond": "fs", "ps": "ps", "picosecond": "ps", "ns": "ns", "nanosecond": "ns", "nsec": "ns",
    "us": "us", "µs": "us", "μs": "us", "usec": "us", "microsecond": "us", "ms": "ms", "msec": "ms",
    "millisecond": "ms", "s": "s", "sec": "s", "second": "s",
}  # fmt: skip
MOST_BINS = 1 << 24
"""Time bins of a decay beyond which a file is refused."""
_AGREE = 1e-3
_SIGNAL_NAME = re.compile(
    r"norm|volt|signal|amplitude|ampl|a\.\s?u\.|arb|\[m?v\]|\(m?v\)|intensity|_m?v$|^m?v$", re.IGNORECASE
)


def time_unit(word: str) -> str | None:
    """The unit of time that a word is, as in `TIME_UNITS_PS`; None for any other word."""
    lowered = word.strip().lower()
    return _TIME_WORDS.get(lowered) or _TIME_WORDS.get(lowered.removesuffix("s"))


def place(source: Source, line: int) -> str:
    """A line of the file, as errors name it."""
    return f"{source.where}:{line}"


def agreed(source: Source, option: str, given: float | None, found: float | None, unit: str) -> float | None:
    """What the user or the file says [``unit``], whoever does; refused if they say different things."""
    if given is None or found is None:
        return found if given is None else given
    if abs(given - found) > _AGREE * abs(found):
        hint = f"Leave {option} away to take what the file says."
        said, typed = (_as_the_option_counts(option, value, unit) for value in (found, given))
        raise source.refuse("value", option, f"{said}, as the file says", typed, hint)
    return found


def _as_the_option_counts(option: str, value: float, unit: str) -> str:
    """A value in the unit that the name of its option ends with."""
    last = option.rpartition("-")[2]
    if unit == "ps" and last in TIME_UNITS_PS:
        value, unit = value / TIME_UNITS_PS[last], last
    rounded = float(f"{value:.6g}")
    return f"{rounded:.12g} {unit}".strip()


def agreed_word(source: Source, option: str, given: str | None, said: str | None) -> str | None:
    """What the user or the file says, whoever does; refused if they say different things."""
    if given is not None and said is not None and given != said:
        raise source.refuse("value", option, f"{said}, as the file says", given)
    return given if said is None else said


def agreed_unit(source: Source, said: str | None, found: str) -> str:
    """The unit of the times, by the file or by ``--time-unit``; asked for if neither says it.

    ``found`` are the words for a file that does not say it.
    """
    unit = agreed_word(source, "--time-unit", source.given.time_unit, said)
    if unit is None:
        raise source.refuse("time base", "--time-unit", "the unit of the times", found)
    return unit


def equal_step(source: Source, time: FloatArray, lines: npt.NDArray[np.int64] | None, who: str) -> float:
    """The step of a rising axis with equal steps, up to the rounding of its numbers.

    Raises
    ------
    BadFile
        With the first line where the axis leaves the straight line.
    """
    if len(time) < 2:
        raise source.refuse("axis", who, "two or more times", f"{len(time)}")
    if not np.all(np.isfinite(time)):
        bad = int(np.flatnonzero(~np.isfinite(time))[0])
        raise _at(source, lines, bad, "axis", who, "a time in every row", "none")
    number = np.arange(len(time)) - (len(time) - 1) / 2
    step = float(number @ time / (number @ number))
    if step <= 0:
        raise source.refuse("axis", who, "rising times", f"{time[0]:g} first and {time[-1]:g} last")
    quantum = next((10.0**-k for k in range(18) if _whole(time * 10.0**k)), 0.0)
    tolerance = min(max(_AGREE * step, 0.6 * quantum), 0.3 * step) + 1e-12 * float(np.max(np.abs(time)))
    away = np.abs(time - (np.mean(time) + step * number))
    if np.max(away) > tolerance:
        bad = int(np.argmax(np.abs(np.diff(time) - np.median(np.diff(time))))) + 1
        hint = "Bins of different width are not read; rebin to the widest one."
        found = f"a step of {time[bad] - time[bad - 1]:g} where others are {np.median(np.diff(time)):g}"
        raise _at(source, lines, bad, "axis", who, "equal steps of time", found, hint)
    return step


def _whole(values: FloatArray) -> bool:
    return bool(np.all(np.abs(values - np.round(values)) < 1e-6 * np.maximum(1.0, np.abs(values) * 1e-6)))


def _at(
    source: Source, lines: npt.NDArray[np.int64] | None, row: int, what: str, who: str, expected: str,
    found: str, hint: str | None = None,
) -> BadFile:  # fmt: skip
    where = source.where if lines is None else place(source, int(lines[row]))
    return BadFile(where=where, what=what, who=who, expected=expected, found=found, hint=hint)


def is_counted(
    source: Source, values: FloatArray, name: str, lines: npt.NDArray[np.int64] | None = None
) -> bool:
    """Whether values are counts: whole and not negative; false for a column that is clearly a signal.

    A signal is told by its name (V, mV, norm, a.u., amplitude, intensity, ...) or by values that all lie within
    -1 to 1 and are not whole.

    Raises
    ------
    BadFile
        For a value that is not finite, and for counts that are negative or not whole.
    """
    who = f"column '{name}'" if name else "the counts"
    if not np.all(np.isfinite(values)):
        bad = int(np.flatnonzero(~np.isfinite(values))[0])
        raise _at(source, lines, bad, "number", who, "a finite number in every row", f"{values[bad]}")
    if not np.any(values):
        raise source.refuse("content", who, "counts", "zeros only")
    wrong = (values < 0) | (values != np.round(values))
    if not np.any(wrong):
        return True
    if _SIGNAL_NAME.search(name) or np.max(np.abs(values)) <= 1.0 + 1e-9:
        return False
    bad = int(np.flatnonzero(wrong)[0])
    hint = "If it is no number of photons, say so in the name of the column, such as 'signal (a.u.)'."
    raise _at(source, lines, bad, "count", who, "whole numbers, zero or more", f"{values[bad]:g}", hint)


def picked_by_name(source: Source, names: Sequence[str], choices: Sequence[int]) -> list[int]:
    """Which of the columns ``choices`` (indices into ``names``) the user wants: all without ``--column``.

    ``--column`` is a name (capitals do not count) or a number, from 1, of the columns of the file.
    """
    wanted = source.given.column
    if source.given.channel is not None:
        raise source.refuse(
            "option", "--channel", "a file with channels", "a table of columns", "Use --column."
        )
    if wanted is None:
        return list(choices)
    same = [i for i in choices if names[i].strip().lower() == wanted.strip().lower()]
    if not same and re.fullmatch(r"\d{1,6}", wanted):
        same = [i for i in choices if i == int(wanted) - 1]
    if not same:
        listed = ", ".join(f"{i + 1} '{names[i]}'" if names[i] else f"{i + 1}" for i in choices[:20])
        raise source.refuse("name", "--column", f"one of {listed}", repr(wanted))
    return same


def picked_by_channel(source: Source, traces: Sequence[DecayTrace]) -> list[DecayTrace]:
    """The traces of ``--channel`` by their metadata; all without it."""
    if source.given.column is not None:
        raise source.refuse(
            "option", "--column", "a table of columns", "a file with channels", "Use --channel."
        )
    wanted = source.given.channel
    if wanted is None:
        return list(traces)
    chosen = [trace for trace in traces if trace.metadata.get("channel") == wanted]
    if not chosen:
        known = ", ".join(str(trace.metadata.get("channel")) for trace in traces[:20]) or "none with counts"
        raise source.refuse("number", "--channel", f"one of {known}", wanted)
    return chosen
