"""Tables in text: the same numbers whatever the separator, decimal sign, line ends and encoding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scintidot.analysis.readers.registry import Source
from scintidot.analysis.readers.text import read_table
from scintidot.errors import BadFile

ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with its mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 big end": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "windows": lambda text: text.encode("cp1252"),
}
MANNERS = [("\t", "."), (";", "."), (",", "."), (" ", "."), ("\t", ","), (";", ","), (" ", ",")]
HEADERS = ["", "Zeit [ns]{0}Zählrate\n", "Gerät: µs-Blitz 3,5 mW\n\n# Kommentar\nTime (ns){0}Counts\n"]


def table(content: str | bytes) -> Any:
    return read_table(Source(Path("file.txt"), content.encode() if isinstance(content, str) else content))


numbers = st.one_of(
    st.floats(-1e6, 1e6).map(lambda x: float(f"{x:.5g}")), st.integers(0, 10**6).map(float), st.just(0.25)
)


@settings(max_examples=120)
@given(
    rows=st.lists(st.tuples(numbers, numbers, numbers), min_size=2, max_size=30),
    manner=st.sampled_from(MANNERS),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    header=st.sampled_from(HEADERS),
    tail=st.booleans(),
    last=st.booleans(),
)
def test_any_manner_reads_to_the_same_numbers(
    rows: list[tuple[float, ...]],
    manner: tuple[str, str],
    end: str,
    encoding: str,
    header: str,
    tail: bool,
    last: bool,
) -> None:
    separator, decimal = manner
    rows = [*rows, (0.5, 0.125, 3.0)]  # a number that is surely no thousand
    lines = [separator.join(repr(x).replace(".", decimal) for x in row) for row in rows]
    filled = tail and separator != " "  # an empty column at the end, as spreadsheets leave it
    text = header.format(separator) + "\n".join(line + separator * filled for line in lines) + "\n" * last
    found = table(ENCODINGS[encoding](text.replace("\n", end)))
    assert np.array_equal(found.values, np.array(rows))
    assert found.decimal == decimal or not any("," in line for line in lines)


def test_column_names_and_units() -> None:
    found = table("Sample A\nTime [ns]\tCounts (cts)\tlambda/nm\tt_ps\n0\t1\t2\t3\n1\t2\t3\t4\n")
    assert found.names == ("Time [ns]", "Counts (cts)", "lambda/nm", "t_ps")
    assert found.units == ("ns", "cts", "nm", "ps")
    assert found.lines.tolist() == [3, 4]
    below = table("Time\tCounts\nns\t\n0\t1\n1\t2\n")
    assert (below.names, below.units) == (("Time", "Counts"), ("ns", ""))


def test_header_trailer_comments_and_blank_lines() -> None:
    found = table('made by X\n% a comment\n\n1;2\n\n3;4\n;;\n5;6\n;;\nInstrument;Cary\n"Quoted; text";x\n')
    assert found.values.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert found.header == ("made by X", "% a comment", "")
    assert found.trailer[1:] == ("Instrument;Cary", '"Quoted; text";x', "")


def test_words_for_no_number() -> None:
    found = table("a,b,c\n1,nan,3\n2,,4\n3,N/A,-inf\n4,--,1.5e-3\n")
    assert np.array_equal(
        found.values,
        [[1, np.nan, 3], [2, np.nan, 4], [3, np.nan, -np.inf], [4, np.nan, 1.5e-3]],
        equal_nan=True,
    )


def test_quoted_cells() -> None:
    found = table('"t";"n"\n"0,5";"1"\n"1,5";"2"\n')
    assert found.values.tolist() == [[0.5, 1], [1.5, 2]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,2\n3,4\n5,6,7\n8,9\n", "file.txt:3"),  # one cell too many
        ("1 2\n3 4\n5 6\n7\n", "cut short"),
        ("0\t1,234\n1\t5,678\n2\t999\n", "comma between thousands"),
        ("0;1.234,5\n1;2.345,6\n", "no sign between thousands"),
        ("0;1'234\n1;2'345\n", "no sign between thousands"),
        ("0,5;1.5\n1,5;2.5\n2,5;3.5\n", "rows of numbers"),  # two decimal signs
        ("1_000 2\n3_000 4\n", "rows of numbers"),
        ("only words\nand more\n", "rows of numbers"),
        ("\x00\x01\x02", "control character"),
        (b"\x1f\x8b\x08\x00", "Unpack it first"),
        (b"\xff\xfea", "text in UTF-8"),
        ("1 2\n" * 30 + "---\n" + "1 2\n" * 20, "one table"),
    ],
)
def test_refused_with_the_reason(text: str | bytes, said: str) -> None:
    with pytest.raises(BadFile, match=said) as fault:
        table(text)
    assert "\n" not in str(fault.value)


def test_decimal_comma_with_three_digits_needs_a_sign_of_it() -> None:
    """1,234 alone may be a thousand; beside 0,5 it is not."""
    assert table("0,5\t1,234\n1,5\t5,678\n").values.tolist() == [[0.5, 1.234], [1.5, 5.678]]


def test_single_lines_of_numbers_elsewhere_are_noted() -> None:
    text = "1\n\nheader\n" + "".join(f"{i} {i}\n" for i in range(100)) + "end\n7\nx\n8\n"
    found = table(text)
    assert len(found.values) == 100
    assert "3 lines of numbers apart" in found.notes[0]


@pytest.mark.parametrize("manner", [("\t", "."), (";", "."), (",", "."), ("\t", ","), (";", ",")])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_every_kind_reads_the_same_in_any_manner(
    manner: tuple[str, str], end: str, encoding: str, read_text: Callable[..., Any]
) -> None:
    """Numbers in titles, as the axis of a matrix, follow the manner of the rows."""
    separator, decimal = manner

    def written(*rows: tuple[Any, ...]) -> bytes:
        lines = [
            separator.join(x if isinstance(x, str) else repr(x).replace(".", decimal) for x in row)
            for row in rows
        ]
        return ENCODINGS[encoding]("\n".join([*lines, ""]).replace("\n", end))

    decay = written(("Zeit für A [ns]", "Counts"), *((0.25 * i, 9 - i) for i in range(8)))
    (trace,) = read_text(decay, "decay", time_unit=None).traces
    assert (trace.bin_width, trace.values.tolist()) == (250.0, [9, 8, 7, 6, 5, 4, 3, 2])
    matrix = written(("time in ps", 500.5, 510.25), (-1.5, 1.25, -2.5), (0.5, 3.0, 4.75))
    (trace,) = read_text(matrix, "transient").traces
    assert (trace.time.tolist(), trace.wavelength.tolist()) == ([-1.5, 0.5], [500.5, 510.25])
    assert trace.values.tolist() == [[1.25, -2.5], [3.0, 4.75]]
    spectrum = written(("Wellenlänge (nm)", "Dünnfilm PL", ""), (500.5, 1.25, ""), (510.25, 2.5, ""))
    (trace,) = read_text(spectrum, "spectrum").traces
    assert (trace.name, trace.kind) == ("Dünnfilm PL", "emission")
    assert (trace.wavelength.tolist(), trace.values.tolist()) == ([500.5, 510.25], [1.25, 2.5])
