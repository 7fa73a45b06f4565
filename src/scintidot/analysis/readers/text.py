"""Tables of numbers in text: any encoding, line ends, separator, decimal sign; header and trailing lines set apart.

The table is the largest run of lines that hold only numbers and empty cells; what stands above is its header, what
stands below its trailer. Every row has as many cells as the others, or the file is refused at that line.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scintidot.analysis.readers.registry import Source
from scintidot.errors import BadFile
from scintidot.records import FloatArray

_BINARY = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_MISSING = frozenset(("nan", "-nan", "+nan", "na", "n/a", "#n/a", "#num!", "#value!", "--", "-", "null", "none",
                      "1.#qnan", "-1.#ind", "1.#ind"))  # fmt: skip
_INFINITE = re.compile(r"[+-]?(?:inf|infinity|1\.#inf)", re.IGNORECASE)
_DIGITS = {  # possessive: a line of any length is read in one pass
    ".": r"[+-]?+(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?+[0-9]++)?+",
    ",": r"[+-]?+(?:[0-9]++(?:,[0-9]++)?+|,[0-9]++)(?:[eE][+-]?+[0-9]++)?+",
}
_DIGIT = re.compile("[0-9]")
_NUMBER = {decimal: re.compile(digits) for decimal, digits in _DIGITS.items()}
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3})+\.\d+|(?:\.\d{3})+,\d+|(?:'\d{3})+(?:[.,]\d+)?)")
_COMMENT = ("#", "%")
_SPOKEN_FOR = re.compile(
    r"(?:time|wavelength)\s+explicit|# scintidot\.decay-data|time calibration:", re.IGNORECASE
)
_CANDIDATES = (("\t", "."), ("\t", ","), (";", "."), (";", ","), (",", "."), (" ", "."), (" ", ","))
_PLAIN_LINE = {
    (separator, decimal): re.compile(
        rf"\s*+{_DIGITS[decimal]}(?:\s++{_DIGITS[decimal]})*+\s*+"
        if separator == " "
        else rf"[ ]*+(?:{_DIGITS[decimal]})?+[ ]*+(?:{separator}[ ]*+(?:{_DIGITS[decimal]})?+[ ]*+)*+"
    )
    for separator, decimal in _CANDIDATES
}
"""Lines of numbers and empty cells without quotes or words."""
_SAMPLE = 1000
_MOST_CELLS = 100_000
_SECOND_TABLE = 10
"""Rows that make other lines of numbers a table, if they are also a tenth of the first."""
_LEADING = 10
"""Lines of another width that may stand right above the numbers."""


@dataclass(frozen=True)
class Table:
    """Numbers of a text and what stands around them."""

    values: FloatArray  # (rows, columns), nan where a cell is empty
    lines: npt.NDArray[np.int64]  # (rows,) numbers of the lines, from 1
    header: tuple[str, ...]  # lines above, comment signs kept
    trailer: tuple[str, ...]  # lines below
    separator: str
    decimal: str
    notes: tuple[str, ...] = ()

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.values.shape[1])

    @cached_property
    def titles(self) -> tuple[tuple[str, ...], ...]:
        """Cells of the header lines that are as wide as the table, the lowest one first; comment signs off."""
        found = []
        for line in reversed(self.header[-_LEADING:]):
            cells = _title(line, self.separator, self.columns)
            if cells is not None and any(cells):
                found.append(cells)
            elif line.strip():
                break
        return tuple(found)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns: of the lowest line of titles with words that are no bare units."""
        for cells in self.titles:
            if any(_is_name(cell) for cell in cells):
                return cells
        return self.titles[0] if self.titles else ("",) * self.columns

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the columns from brackets or the end of the names, or from a line of bare units."""
        found = [unit_of_title(name) for name in self.names]
        for cells in self.titles:
            if not any(_is_name(cell) for cell in cells):
                found = [unit or cell.strip("[]() ") for unit, cell in zip(found, cells, strict=True)]
        return tuple(found)


def unit_of_title(title: str) -> str:
    """The unit in brackets, behind a slash or as the last word of a title; '30 s' is a value, no unit.

    >>> unit_of_title("Time [ns]"), unit_of_title("t/ps"), unit_of_title("time_ps"), unit_of_title("30 s")
    ('ns', 'ps', 'ps', '')
    """
    title = title.strip()
    if match := re.search(r"[\[(]\s*([^\[\]()]+?)\s*[\])]\s*$", title):
        return match[1]
    if match := re.search(r"(?:^|(?<![\d\s])[\s_/,.])([a-zµμA-Z]{1,3}|cm-1|cm\^-1|counts?)$", title):
        return match[1] if match[1].lower() in _BARE_UNITS else ""
    return ""


_BARE_UNITS = frozenset((
    "fs", "ps", "ns", "us", "µs", "μs", "ms", "s", "sec", "nm", "ev", "cm-1", "cm^-1", "1/cm", "v", "mv", "mod", "od",
    "a.u.", "counts", "count", "cts", "cnts",
))  # fmt: skip


def _is_name(cell: str) -> bool:
    return bool(re.search(r"[^\W\d_]", cell)) and cell.strip("[]() ").lower() not in _BARE_UNITS - {
        "counts", "count", "cts", "cnts",
    }  # fmt: skip


def decoded(source: Source) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, else Windows-1252.

    Raises
    ------
    BadFile
        If it is no text.
    """
    content = source.content
    try:
        wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = content.decode("utf-16") if wide else _bytes_as_text(content)
    except UnicodeDecodeError as error:
        raise source.refuse("text", "the file", "text in UTF-8, UTF-16 or Windows-1252", str(error)) from None
    if match := _BINARY.search(text):
        found = f"the control character {match[0]!r} at position {match.start()}"
        hint = "Unpack it first." if content.startswith((b"\x1f\x8b", b"PK\x03\x04")) else None
        raise source.refuse("text", "the file", "text", found, hint)
    return text.replace("\x1a", "")


def _bytes_as_text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def looks_like_text(head: bytes) -> bool:
    """Whether the first bytes of a file could be text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not _BINARY.search(head.decode("latin-1"))


def head_text(head: bytes) -> str:
    """The first bytes of a file as text, whatever they are; line ends as ``\\n``."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    else:
        text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    return _plain_ends(text)


def any_numbers(head: bytes, suffix: str, kind: str) -> float:
    """How sure a reader of tables of any maker may be: hardly, and not at all of a format that says what it is."""
    if not looks_like_text(head):
        return 0.0
    text = head_text(head)
    if _SPOKEN_FOR.search(text[:4000]):
        return 0.0
    return 0.2 if any(sign.isdigit() for sign in text) else 0.0


def _plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def text_lines(source: Source) -> list[str]:
    """The lines of a file, whatever ends them."""
    return _plain_ends(decoded(source)).split("\n")


def cells_of(line: str, separator: str) -> list[str]:
    """The cells of a line, quotes and blanks off; the separator blank is any white space."""
    if separator == " ":
        return line.replace('"', " ").split()
    if '"' in line:
        try:
            return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
        except csv.Error:
            return [line]
    return [cell.strip() for cell in line.split(separator)]


def read_table(source: Source, lines: Sequence[str] | None = None, *, who: str = "the table") -> Table:
    """The largest table of numbers in a text.

    Raises
    ------
    BadFile
        If there is none, a row is wider or narrower than the others, or the decimal sign is not certain.
    """
    lines = text_lines(source) if lines is None else lines
    separator, decimal = _manner(lines)
    kinds = [_is_row(line, separator, decimal) for line in lines]
    runs = _runs(kinds, lines, separator)
    if not runs:
        _refuse_nothing(source, lines, who)
    first, last, _ = max(runs, key=lambda run: run[2])
    numbers = np.array([i for i in range(first, last) if kinds[i]], dtype=np.int64)
    skipped, width = _widths(source, lines, numbers, separator, who)
    numbers = numbers[skipped:]
    rows = [lines[i] for i in numbers]
    _check_decimal(source, rows, decimal)
    values = _parsed(rows, separator, decimal, width)
    keep = width
    while keep > 1 and np.all(np.isnan(values[:, keep - 1])):
        keep -= 1
    notes = ["',' is the decimal sign"] if decimal == "," and any("," in row for row in rows) else []
    _note_others(source, runs, (first, last), notes)
    return Table(
        values[:, :keep], numbers + 1, tuple(lines[: numbers[0]]), tuple(lines[numbers[-1] + 1 :]),
        separator, decimal, tuple(notes),
    )  # fmt: skip


def _manner(lines: Sequence[str]) -> tuple[str, str]:
    """Separator and decimal sign that make most lines rows of numbers; of equal ones the one with most cells."""
    filled = [line for line in lines if line.strip()]
    step = max(1, len(filled) // _SAMPLE)
    sample = [*filled[:200], *filled[200::step]]
    best, most = _CANDIDATES[-2], (0, 0)
    for separator, decimal in _CANDIDATES:
        if separator != " " and not any(separator in line for line in sample):
            continue
        rows = [line for line in sample if _is_row(line, separator, decimal) == _ROW]
        cells = (
            sum(line.count(separator) for line in rows)
            if separator != " "
            else sum(len(r.split()) for r in rows)
        )
        score = (len(rows), cells if separator != " " else cells - len(rows))
        if score > most:
            best, most = (separator, decimal), score
    return best


_ROW = 1


def _is_row(line: str, separator: str, decimal: str) -> int:
    """1 for a line of numbers and empty cells, at least one number; 0 for any other."""
    if _PLAIN_LINE[separator, decimal].fullmatch(line):
        return _ROW if _DIGIT.search(line) else 0
    if not line.strip() or line.lstrip().startswith(_COMMENT):
        return 0
    seen = False
    for cell in cells_of(line, separator):
        if _NUMBER[decimal].fullmatch(cell):
            seen = True
        elif cell and cell.lower() not in _MISSING and not _INFINITE.fullmatch(cell):
            return 0
    return _ROW if seen else 0


def _runs(kinds: Sequence[int], lines: Sequence[str], separator: str) -> list[tuple[int, int, int]]:
    """From, to (exclusive) and number of rows of every run of rows; empty lines do not end one, all others do."""
    found: list[tuple[int, int, int]] = []
    start, rows, end = None, 0, 0
    for i, kind in enumerate([*kinds, 0]):
        if kind:
            start = i if start is None else start
            rows, end = rows + 1, i + 1
        elif start is not None and (i >= len(lines) or lines[i].strip(f"{separator} \t")):
            found.append((start, end, rows))
            start, rows = None, 0
    if start is not None:
        found.append((start, end, rows))
    return found


def _note_others(
    source: Source, runs: Sequence[tuple[int, int, int]], taken: tuple[int, int], notes: list[str]
) -> None:
    """Refuse a second table; note single lines of numbers apart from the table."""
    most = max(rows for *_, rows in runs)
    others = [(first, rows) for first, last, rows in runs if (first, last) != taken]
    for first, rows in others:
        if rows >= max(_SECOND_TABLE, most // 10):
            found = f"{most} rows from line {taken[0] + 1} and {rows} rows from line {first + 1}"
            raise source.refuse(
                "text", "the table", "one table of numbers", found, "Save them as files of their own."
            )
    if sum(rows for _, rows in others) > 2:
        notes.append(
            f"{sum(rows for _, rows in others)} lines of numbers apart from the table were not read "
            f"(first: {others[0][0] + 1})"
        )


def _widths(
    source: Source, lines: Sequence[str], numbers: npt.NDArray[np.int64], separator: str, who: str
) -> tuple[int, int]:
    """How many leading lines belong to the header, and the number of cells of every other row."""
    widths = [
        len(cells_of(lines[i], separator))
        if separator == " " or '"' in lines[i]
        else lines[i].count(separator) + 1
        for i in numbers
    ]
    width = Counter(widths).most_common(1)[0][0]
    leading = next(i for i, w in enumerate(widths) if w == width)
    wrong = next((i for i in range(leading, len(widths)) if widths[i] != width), None)
    if leading > _LEADING and wrong is None:
        wrong = 0
    if width > _MOST_CELLS:
        raise source.refuse("table", who, f"at most {_MOST_CELLS} columns", f"{width} columns")
    if wrong is not None:
        last = wrong == len(widths) - 1
        hint = "Was the file cut short?" if last else None
        if separator == ",":
            start = f"{hint} Else write" if last else "Write"
            hint = f"{start} the decimal point as '.', or separate columns by ';' or tabs."
        raise BadFile(
            where=f"{source.where}:{numbers[wrong] + 1}", what="row", who=who,
            expected=f"{width} cells as in the other rows", found=f"{widths[wrong]}",
            hint=hint,
        )  # fmt: skip
    return leading, width


def _check_decimal(source: Source, rows: Sequence[str], decimal: str) -> None:
    """Refuse a comma that may be one between thousands."""
    if decimal != ",":
        return
    sure = re.compile(r"(?<![\d,])[+-]?(?:0|0\d*|\d{4,}|),\d|,(?:\d{1,2}|\d{4,})(?![\d,])")
    with_comma = [row for row in rows if "," in row]
    if with_comma and not any(sure.search(row) for row in with_comma):
        raise source.refuse(
            "number", "the decimal sign", "a decimal sign that is certain",
            f"{with_comma[0].strip()[:40]!r}, which may be a comma between thousands",
            "Write the decimal point as '.', and no sign between thousands.",
        )  # fmt: skip


def _parsed(rows: Sequence[str], separator: str, decimal: str, width: int) -> FloatArray:
    if decimal == ",":
        rows = [row.replace(",", ".") for row in rows]
    try:
        delimiter = None if separator == " " else separator
        quote = '"' if any('"' in row for row in rows) else None
        return np.asarray(
            np.loadtxt(rows, delimiter=delimiter, comments=None, ndmin=2, quotechar=quote), dtype=float
        )
    except ValueError:
        table = [[_number(cell) for cell in cells_of(row, separator)] for row in rows]
        return np.array(table, dtype=float).reshape(len(rows), width)


def _number(cell: str) -> float:
    lowered = cell.lower()
    if not cell or lowered in _MISSING:
        return float("nan")
    return float(lowered.replace("1.#inf", "inf"))


def _title(line: str, separator: str, width: int) -> tuple[str, ...] | None:
    """The cells of a header line if they are as many as columns (empty ones at the end left out or added)."""
    line = line.strip().lstrip("#%").strip() if line.lstrip().startswith(_COMMENT) else line
    tries = [cells_of(line, mark) for mark in dict.fromkeys((separator, "\t", ";", ",")) if mark != " "]
    if separator == " ":
        tries += [re.split(r"\s{2,}", line.strip()), re.split(r"\s+(?![\[(])", line.strip()), line.split()]
    for cells in tries:
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if len(cells) == width:
            return tuple(cell.strip('"') for cell in cells)
    return None


def _refuse_nothing(source: Source, lines: Sequence[str], who: str) -> None:
    expected = "rows of numbers, separated by tabs, ';', ',' or blanks"
    for i, line in enumerate(lines):
        if any(_THOUSANDS.fullmatch(cell) for mark in "\t; " for cell in cells_of(line, mark)):
            raise BadFile(
                where=f"{source.where}:{i + 1}", what="number", who=who,
                expected="one decimal sign, no sign between thousands", found=repr(line.strip()[:60]),
            )  # fmt: skip
    raise source.refuse("text", who, expected, "none")
