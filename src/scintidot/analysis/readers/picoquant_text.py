"""Text of PicoQuant's histogram programs (PicoHarp, TimeHarp, HydraHarp): ``#ns/channel`` and ``#counts``.

Lines with '#' are titles; below each stands one line of numbers, one for each curve, and below ``#counts`` the counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from scintidot.analysis.readers.checks import MOST_BINS, agreed, is_counted, picked_by_channel
from scintidot.analysis.readers.header import number_of
from scintidot.analysis.readers.registry import Reader, Source
from scintidot.analysis.readers.text import head_text, looks_like_text, read_table, text_lines
from scintidot.analysis.traces import DecayTrace

_TITLE = re.compile(r"^#\s*(.*?)\s*$")
_MOST_LINES = 60


def _recognise(head: bytes, suffix: str, kind: str) -> float:
    if not looks_like_text(head):
        return 0.0
    text = head_text(head)[:4000].lower()
    return 1.0 if re.search(r"^#\s*ns/channel", text, re.M) and re.search(r"^#\s*counts", text, re.M) else 0.0


def _read(source: Source, kind: str) -> Sequence[DecayTrace]:
    lines = text_lines(source)
    said: dict[str, str] = {}
    start = None
    for i, line in enumerate(lines[:_MOST_LINES]):
        if match := _TITLE.match(line):
            if match[1].lower() == "counts":
                start = i + 1
                break
            said[match[1].lower()] = lines[i + 1] if i + 1 < len(lines) else ""
    if start is None:
        raise source.refuse("header", "#counts", "a line '#counts' above the counts", "none")
    widths = [number_of(word) for word in said.get("ns/channel", "").split()]
    table = read_table(source, [""] * start + lines[start:], who="the counts")
    stated = number_of(said.get("channels per curve", ""))
    if not math.isnan(stated) and stated != len(table.values):
        found = f"{len(table.values)}"
        raise source.refuse(
            "table", "#channels per curve", f"{stated:g} rows", found, "Was the file cut short?"
        )
    if (
        len(widths) != table.columns
        or not all(width > 0 for width in widths)
        or len(table.values) > MOST_BINS
    ):
        found = " ".join(said.get("ns/channel", "").split())[:60] or "none"
        raise source.refuse("header", "#ns/channel", f"{table.columns} widths above zero", found)
    numbers = said.get("display curve no.", "").split()
    given = source.given
    traces = []
    for column, width in enumerate(widths):
        values, curve = table.values[:, column], column
        if column < len(numbers) and re.fullmatch(r"\d{1,6}", numbers[column]):
            curve = int(numbers[column])
        if not np.any(values):
            continue
        width_ps = float(f"{1000 * width:.12g}")
        agreed(source, "--bin-width-ps", given.bin_width, width_ps, "ps")
        traces.append(
            DecayTrace(
                values.copy(), width_ps, name=f"curve {curve}", period=given.period, excitations=given.excitations,
                counted=is_counted(source, values, f"curve {curve}", table.lines),
                metadata={"channel": curve, "counts": float(values.sum()), "notes": list(table.notes)},
            )
        )  # fmt: skip
    if not traces:
        raise source.refuse("content", "the counts", "counts", "zeros only")
    return picked_by_channel(source, traces)


READERS = (
    Reader(
        "picoquant-text", "PicoQuant histograms as text: '#ns/channel' and '#counts'", ("decay",), _recognise, _read
    ),
)  # fmt: skip
