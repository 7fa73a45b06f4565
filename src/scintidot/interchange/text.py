"""Tables as text: CSV from any spreadsheet, Geant4's own CSV ntuples, TOPAS ntuples with their header beside."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.interchange.columns import Table, plain, refuse
from scintidot.tables import is_number

_DECIMAL_COMMA = re.compile(r"[+-]?[\d.]*,[\d.,]+(?:[eE][+-]?\d+)?")
_TOPAS_COLUMN = re.compile(r"\s*\d+:\s*(.+?)\s*")
_TOPAS_HISTORIES = re.compile(r"Number of Original Histories:\s*(\d+)\s*")

Lines = list[tuple[int, str]]  # with their numbers


def read_text(content: bytes, path: Path) -> tuple[Table, list[str]]:
    """A table of text, and the values of its ``# assumption: ...`` lines."""
    where = str(path)
    comments, lines = _split(_decoded(content, where))
    metadata, remembered = _metadata(comments)
    separator = _geant4_separator(comments)
    header = [text.split()[2] for _, text in comments if text.startswith("column ") and len(text.split()) > 2]
    if not header and path.suffix == ".phsp" and (beside := path.with_suffix(".header")).is_file():
        header, more = _topas_header(_decoded(beside.read_bytes(), str(beside)), str(beside))
        metadata |= more
        separator = " "
    if not header:
        title, lines = _title(comments, lines, where)
        separator = _separator(title)
        header = _cells(title, separator)
    if len(set(header)) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        refuse(where, "header", "the table", "every column once", repr(twice))
    _check_widths(lines, header, separator, where)
    notes = []
    if separator != "," and any(_has_decimal_comma(text, separator) for _, text in lines):
        lines = [(number, _with_point(text, f"{where}:{number}")) for number, text in lines]
        notes.append("',' is the decimal sign")
    columns = {
        name: partial(_column, lines, i, name, separator, where) for i, name in enumerate(header) if name
    }
    table = Table(where, columns, metadata=metadata, assumptions=tuple(notes), place=_place(lines, where))
    return table, remembered


def _decoded(content: bytes, where: str) -> str:
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "Unpack it first." if content.startswith(b"\x1f\x8b") else None
        refuse(where, "text", "the table", "text in UTF-8, an HDF5 or a ROOT file", str(error), hint)


def _split(text: str) -> tuple[Lines, Lines]:
    """Comments without their sign, and the other lines."""
    comments, lines = [], []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip("\r\n ")
        if stripped.startswith("#"):
            comments.append((number, stripped.lstrip("# ")))
        elif stripped.strip():
            lines.append((number, stripped))
    return comments, lines


def _metadata(comments: Lines) -> tuple[dict[str, str], list[str]]:
    metadata, remembered = {}, []
    for _, text in comments:
        match = re.fullmatch(r"([^:=]+?)\s*[:=]\s*(.+)", text)
        if match and plain(match[1]) == "assumption":
            remembered.append(match[2])
        elif match:
            metadata[plain(match[1])] = match[2].strip()
    return metadata, remembered


def _geant4_separator(comments: Lines) -> str:
    codes = [re.fullmatch(r"separator (\d+)", text) for _, text in comments]
    return next((chr(int(code[1])) for code in codes if code), ",")


def _topas_header(text: str, where: str) -> tuple[list[str], dict[str, str]]:
    columns, metadata, active = [], {}, False
    for line in text.splitlines():
        if match := _TOPAS_HISTORIES.fullmatch(line.strip()):
            metadata["numberoforiginalhistories"] = match[1]
        if active and (match := _TOPAS_COLUMN.fullmatch(line)):
            columns.append(match[1])
        elif line.strip():
            active = line.strip() == "Columns of data are as follows:"
    if not columns:
        hint = "TOPAS writes one for its ASCII output; binary ntuples are not read."
        refuse(where, "header", "TOPAS", "'Columns of data are as follows:' and the columns", "none", hint)
    return columns, metadata


def _title(comments: Lines, lines: Lines, where: str) -> tuple[str, Lines]:
    """The line with the column names: the first one, or the comment right above the numbers."""
    expected = "a header such as 'event,nanocrystal,energy_eV' and rows"
    if not lines:
        refuse(where, "table", "the file", expected, "nothing")
    (number, first), rest = lines[0], lines[1:]
    cells = _cells(first, _separator(first))
    if not all(map(is_number, cells)):
        return first, rest
    above = next((text for line, text in comments if line == number - 1), "")
    if len(_cells(above, _separator(above))) != len(cells):
        refuse(f"{where}:{number}", "header", "the table", expected, repr(first))
    return above, lines


def _separator(line: str) -> str:
    """The separator of a header; a blank stands for any white space."""
    return next((sign for sign in (";", "\t", ",", "|") if sign in line), " ")


def _cells(line: str, separator: str) -> list[str]:
    parts = re.split(r"\s+(?![\[(])", line.strip()) if separator == " " else line.split(separator)
    return [part.strip().strip('"').strip() for part in parts]


def _check_widths(lines: Lines, header: list[str], separator: str, where: str) -> None:
    """Every row as wide as the header, since a decimal comma would else move the columns."""
    for number, text in lines:
        if '"' in text:
            continue
        width = len(text.split()) if separator == " " else text.count(separator) + 1
        if width != len(header):
            hint = "Write the decimal point as '.', or separate columns by ';'." if separator == "," else None
            expected = f"{len(header)} cells as in the header"
            refuse(f"{where}:{number}", "row", "the table", expected, f"{width}: {text!r}", hint)


def _has_decimal_comma(text: str, separator: str) -> bool:
    return "," in text and any(_DECIMAL_COMMA.fullmatch(cell) for cell in _cells(text, separator))


def _with_point(text: str, where: str) -> str:
    if re.search(r"\d\.\d*,\d|\d,\d*\.\d|,\d+,", text):
        refuse(where, "number", "the table", "one decimal sign, no sign between thousands", repr(text))
    return text.replace(",", ".")


def _place(lines: Lines, where: str) -> Callable[[int], str]:
    return lambda row: f"{where}:{lines[row][0]}"


def _column(lines: Lines, index: int, name: str, separator: str, where: str) -> npt.NDArray[Any]:
    """Numbers if all are, else words."""
    if not lines:
        return np.zeros(0)
    read = partial(
        np.loadtxt,
        [text for _, text in lines],
        delimiter=None if separator == " " else separator,
        usecols=index,
        comments=None,
        quotechar='"',
        ndmin=1,
    )
    try:
        return read(dtype=np.float64)
    except ValueError:
        words = read(dtype=str)
    numbers = [is_number(str(word)) for word in words]
    if sum(numbers) > len(words) / 2:
        wrong = numbers.index(False)
        refuse(f"{where}:{lines[wrong][0]}", "number", name, "a number", repr(str(words[wrong])))
    return words
