"""Surface Xplorer's binary matrices (.ufs) of Ultrafast Systems.

Big-endian: texts with their length in four bytes before them, whole numbers of four bytes, numbers of eight. Version,
label, unit, number and points of the first axis, the same of the second, label of the values, zero, both numbers
again, the values row by row, a text of metadata (csv2ufs by P. Tapping, https://bitbucket.org/ptapping/csv2ufs).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from scintidot.analysis.readers.axes import MOST_POINTS, spectral_unit, to_nanometres, transient
from scintidot.analysis.readers.checks import agreed_unit, time_unit
from scintidot.analysis.readers.registry import Reader, Source
from scintidot.analysis.traces import TransientTrace
from scintidot.records import FloatArray

_LONGEST_WORD = 1000


class _Reading:
    """The rest of the file, part by part."""

    def __init__(self, source: Source) -> None:
        self.source, self.at = source, 0

    def take(self, size: int, what: str) -> bytes:
        part = self.source.content[self.at : self.at + size]
        if len(part) < size:
            raise self.source.refuse("file", what, f"{size} bytes", f"{len(part)}", "Was the file cut short?")
        self.at += size
        return part

    def whole(self, what: str) -> int:
        return int(struct.unpack(">I", self.take(4, what))[0])

    def text(self, what: str) -> str:
        length = self.whole(what)
        if length > _LONGEST_WORD:
            raise self.source.refuse("file", what, "a short text", f"one of {length} letters")
        return self.take(length, what).decode("utf-8", "replace")

    def numbers(self, count: int, what: str) -> FloatArray:
        if count > MOST_POINTS:
            raise self.source.refuse("file", what, f"at most {MOST_POINTS} numbers", f"{count}")
        return np.frombuffer(self.take(8 * count, what), dtype=">f8").astype(float)


def _recognise(head: bytes, suffix: str, kind: str) -> float:
    return 1.0 if head[:4] == b"\x00\x00\x00\x08" and head[4:11] == b"Version" else 0.0


def _read(source: Source, kind: str) -> Sequence[TransientTrace]:
    reading = _Reading(source)
    reading.text("the version")
    first_label, first_unit, first = _axis(reading, "the first axis")
    label, unit, second = _axis(reading, "the second axis")
    signal = reading.text("the label of the values")
    reading.whole("the values")
    shape = reading.whole("the rows"), reading.whole("the columns")
    if shape != (len(first), len(second)):
        raise source.refuse(
            "matrix", "its axes", f"{len(first)} x {len(second)} values", f"{shape[0]} x {shape[1]}"
        )
    values = reading.numbers(shape[0] * shape[1], "the values").reshape(shape)
    times = time_unit(unit)
    spectral = spectral_unit(f"{first_label} ({first_unit})")
    if times is None or spectral is None:
        found = f"'{first_label}' in '{first_unit}' and '{label}' in '{unit}'"
        raise source.refuse("axis", "the axes", "wavelengths in nm and times in ps, ns, ...", found)
    agreed_unit(source, times, unit)
    wavelength = to_nanometres(source, first, spectral, "the first axis")
    notes = [] if spectral == "nm" else [f"axis converted from {spectral} to nm"]
    comment = source.content[reading.at + 4 :][:2000].decode("utf-8", "replace")
    return [
        transient(
            source, second, wavelength, values.T, time_unit=times, name=source.path.stem, unit=signal[:20],
            metadata={"comment": " ".join(comment.split()), "notes": notes},
        )
    ]  # fmt: skip


def _axis(reading: _Reading, what: str) -> tuple[str, str, FloatArray]:
    label, unit = reading.text(what), reading.text(what)
    return label, unit, reading.numbers(reading.whole(what), what)


READERS = (
    Reader("ufs", "Ultrafast Systems Surface Xplorer, binary", ("transient",), _recognise, _read),
)  # fmt: skip
