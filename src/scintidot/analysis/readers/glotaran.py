"""Glotaran's text matrices: ``Time explicit`` and ``Wavelength explicit``.

Two lines of comment, the words, ``Intervalnr`` with the number N of points of the explicit axis, these N points on
one or several lines, then rows of one point of the other axis and N values
(https://glotaran.github.io/legacy/file_formats). The format knows no unit of time: ps is what its programs are used
with, and what is taken, with a note, where the user says none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from scintidot.analysis.readers.axes import MOST_POINTS, to_nanometres, transient
from scintidot.analysis.readers.registry import Reader, Source
from scintidot.analysis.readers.text import head_text, looks_like_text, text_lines
from scintidot.analysis.traces import TransientTrace
from scintidot.records import FloatArray

_EXPLICIT = re.compile(r"^\s*(time|wavelength)\s+explicit", re.IGNORECASE)
_NUMBER_OF = re.compile(r"^\s*intervalnr\s*[:=]?\s*(\d{1,12})", re.IGNORECASE)
_FIRST_LINES = 12
USUAL_UNIT = "ps"


def _recognise(head: bytes, suffix: str, kind: str) -> float:
    if not looks_like_text(head):
        return 0.0
    return (
        1.0
        if any(_EXPLICIT.match(line) for line in head_text(head).split("\n", _FIRST_LINES)[:_FIRST_LINES])
        else 0.0
    )


def _read(source: Source, kind: str) -> Sequence[TransientTrace]:
    lines = text_lines(source)
    first = lines[:_FIRST_LINES]
    at = next((i for i, line in enumerate(first) if _EXPLICIT.match(line)), None)
    match = None if at is None or at + 1 >= len(lines) else _NUMBER_OF.match(lines[at + 1])
    explicit = None if at is None else _EXPLICIT.match(lines[at])
    if at is None or match is None or explicit is None:
        raise source.refuse(
            "header", "Intervalnr", "'Time explicit' or 'Wavelength explicit', then 'Intervalnr N'", "none"
        )
    unit = source.given.time_unit or USUAL_UNIT
    said = (
        "as said by --time-unit"
        if source.given.time_unit
        else "taken for them: the format never says (--time-unit)"
    )
    count = int(match[1])
    numbers = _numbers(source, lines, at + 2)
    if not 1 <= count <= len(numbers) or len(numbers) > MOST_POINTS:
        raise source.refuse("header", "Intervalnr", f"at most the {len(numbers)} numbers that follow", count)
    axis, body = numbers[:count], numbers[count:]
    if len(body) == 0 or len(body) % (count + 1):
        over = len(body) % (count + 1)
        found = f"{over} numbers left over" if len(body) else "no row"
        raise source.refuse(
            "matrix",
            "its rows",
            f"rows of {count + 1} numbers, as Intervalnr says",
            found,
            "Was the file cut short?",
        )
    rows = body.reshape(-1, count + 1)
    times_across = explicit[1].lower() == "time"
    other, values = rows[:, 0], rows[:, 1:]
    time, wavelength = (axis, other) if times_across else (other, axis)
    wavelength = to_nanometres(source, wavelength, source.given.spectral_unit or "nm", "the spectral axis")
    return [
        transient(
            source, time, wavelength, values.T if times_across else values, time_unit=unit,
            name=source.path.stem,
            metadata={"comment": " ".join(" ".join(first[:at]).split()), "notes": [
                f"times in {unit}, {said}",
            ]},
        )
    ]  # fmt: skip


def _numbers(source: Source, lines: Sequence[str], start: int) -> FloatArray:
    text = "\n".join(lines[start:])
    if re.search(r"[^0-9+\-.eE\s]", text):
        words = text.split()
        if wrong := next(
            (
                w
                for w in words
                if not re.fullmatch(r"[+-]?[0-9.]+(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf)", w, re.I)
            ),
            None,
        ):
            raise source.refuse("number", "the matrix", "numbers with a decimal point", repr(wrong[:40]))
    try:
        return np.array(text.split(), dtype=float)
    except ValueError as error:
        raise source.refuse("number", "the matrix", "numbers with a decimal point", str(error)[:80]) from None


READERS = (
    Reader(
        "glotaran", "Glotaran ASCII, Time explicit or Wavelength explicit; in ps unless --time-unit says other",
        ("transient",),
        _recognise, _read,
    ),
)  # fmt: skip
