"""Files of two columns, as people write them by hand or save them from a spreadsheet."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from scintidot.errors import BadFile
from scintidot.records import FloatArray

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:nan|inf)", re.IGNORECASE
)


def is_number(word: str) -> bool:
    """Whether a word is a number as spreadsheets and programs write it; ``1_000`` and other digits are not."""
    return _NUMBER.fullmatch(word.strip()) is not None


class Weighted(NamedTuple):
    """Rows of a file, in its order; shape (rows,) each."""

    line: list[int]  # of the file, from 1
    value: FloatArray
    weight: FloatArray


def read_weighted(path: str | Path, names: tuple[str, str], *, who: str) -> Weighted:
    """Rows of a number and its weight, separated by ``,``, ``;``, tabs or blanks.

    Empty lines, what follows ``#``, and words before the first row are passed over.

    Raises
    ------
    BadFile
        With the line, if a row is not two numbers, the first one finite, the second one finite and at least 0. If the
        file cannot be read, or no weight is above 0.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or "no text in UTF-8"
        expected = f"a text file with rows {','.join(names)}"
        raise BadFile(where=str(path), what="file", who=who, expected=expected, found=found) from None
    places: list[int] = []
    rows: list[tuple[float, float]] = []
    for place, line in enumerate(lines, 1):
        words = line.split("#")[0].replace(";", " ").replace(",", " ").split()
        if not words or not (rows or any(map(is_number, words))):
            continue  # empty, or a header
        if len(words) != len(names) or not all(map(is_number, words)):
            expected = f"two numbers, {names[0]} and {names[1]}"
            raise bad_row(path, place, who, expected, repr(line.strip()))
        value, weight = map(float, words)
        if not math.isfinite(value):
            raise bad_row(path, place, who, f"a finite {names[0]}", f"{value:g}")
        if not 0 <= weight < math.inf:
            raise bad_row(path, place, who, f"a {names[1]} of at least 0", f"{weight:g}")
        places.append(place)
        rows.append((value, weight))
    if not any(weight > 0 for _, weight in rows):
        raise BadFile(
            where=str(path),
            what="file",
            who=who,
            expected=f"rows {','.join(names)}",
            found="no weight above 0",
        )
    values, weights = np.array(rows).T
    return Weighted(places, values, weights)


def bad_row(path: str | Path, line: int, who: str, expected: str, found: str) -> BadFile:
    """The error about one line of a file."""
    return BadFile(where=f"{path}:{line}", what="row", who=who, expected=expected, found=found)
