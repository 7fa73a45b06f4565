"""Photon counts as PicoQuant's unified time-tag files (``.ptu``) in T3 mode, record type GenericT3 (0x00010307).

A header of tags, then a word of 32 bits for each count: bit 31 special, bits 30-25 channel, bits 24-10 time bin after
the last sync, bits 9-0 syncs modulo 1024. A special record of channel 63 says how many times the syncs passed 1024.
The format is PicoQuant's, as documented with their demonstration programs and read by ptufile, tttrlib and phconvert.
"""

from __future__ import annotations

import math
import struct
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from scintidot import __version__
from scintidot.constants import PS_PER_S

GENERIC_T3 = 0x00010307
MOST_BINS = 1 << 15
"""Time bins in one period."""
MOST_CHANNELS = 63
_SYNCS = 1024
_SPECIAL, _OVERFLOW_CHANNEL = 1 << 31, 63 << 25
_MOST_OVERFLOWS = 1023  # in one record

_EMPTY, _BOOL, _INTEGER, _FLOAT, _TIME, _TEXT = (
    0xFFFF0008, 0x00000008, 0x10000008, 0x20000008, 0x21000008, 0x4001FFFF,
)  # fmt: skip
_DAY_ZERO = datetime(1899, 12, 30)

Tag = bool | int | float | str | datetime | None


def encoded(name: str, value: Tag, index: int = -1) -> bytes:
    """One tag of the header: name of 32 bytes, index, kind, value of 8 bytes or its length and then the text."""
    head = struct.pack("<32si", name.encode("ascii"), index)
    if value is None:
        return head + struct.pack("<Iq", _EMPTY, 0)
    if isinstance(value, bool):
        return head + struct.pack("<Iq", _BOOL, value)
    if isinstance(value, int):
        return head + struct.pack("<Iq", _INTEGER, value)
    if isinstance(value, float):
        return head + struct.pack("<Id", _FLOAT, value)
    if isinstance(value, datetime):
        return head + struct.pack("<Id", _TIME, (value - _DAY_ZERO).total_seconds() / 86400)
    text = value.encode("cp1252", "replace") + b"\0"
    text += b"\0" * (-len(text) % 8)
    return head + struct.pack("<Iq", _TEXT, len(text)) + text


def header_tags(
    period: float, bin_width: float, detectors: int, syncs: int, comment: str, metadata: str
) -> Iterator[tuple[str, Tag, int]]:
    """Name, value and index of every tag; times in ps become s, the time of acquisition ms.

    ``metadata``, a JSON text, stands in a tag of our own, which other programs pass over.
    """
    milliseconds = math.ceil(syncs * period * 1e-9)
    single: dict[str, Tag] = {
        "File_GUID": f"{{{uuid.uuid5(uuid.NAMESPACE_URL, metadata)}}}",
        "File_Comment": comment,
        "File_CreatingTime": datetime.now(),
        "CreatorSW_Name": "scintidot",
        "CreatorSW_Version": __version__,
        "Scintidot_Metadata": metadata,
        "Measurement_Mode": 3,
        "Measurement_SubMode": 1,
        "TTResultFormat_TTTRRecType": GENERIC_T3,
        "TTResultFormat_BitsPerRecord": 32,
        "HW_Type": "simulation",
        "HW_InpChannels": detectors,
        "HW_BaseResolution": bin_width / PS_PER_S,
        "MeasDesc_BinningFactor": 1,
        "MeasDesc_Offset": 0,
        "MeasDesc_AcquisitionTime": milliseconds,
        "MeasDesc_Resolution": bin_width / PS_PER_S,
        "MeasDesc_GlobalResolution": period / PS_PER_S,
    }
    for name, value in single.items():
        yield name, value, -1
    for channel in range(detectors):
        yield "HWInpChan_Enabled", True, channel
    yield "TTResult_SyncRate", round(PS_PER_S / period), -1
    yield "TTResult_StopAfter", milliseconds, -1
    yield "TTResult_StopReason", 0, -1
    yield _RECORDS, 0, -1
    yield "Header_End", None, -1


_RECORDS = "TTResult_NumberOfRecords"


def records(
    periods: npt.NDArray[np.int64], bins: npt.NDArray[np.int64], channels: npt.NDArray[np.int64], before: int
) -> tuple[npt.NDArray[np.uint32], int]:
    """Words for counts in the order of time, with the overflows that they need.

    ``before`` says how often the syncs have passed 1024 so far; returned with the words is the new number.

    Examples
    --------
    >>> words, passed = records(np.array([3, 2050]), np.array([7, 8]), np.array([0, 1]), 0)
    >>> [hex(word) for word in words], passed
    (['0x1c03', '0xfe000002', '0x2002002'], 2)
    """
    passed = periods // _SYNCS
    missing = np.diff(passed, prepend=before)
    extra = -(-missing // _MOST_OVERFLOWS)  # overflow records before each count
    place = np.arange(len(periods)) + np.cumsum(extra)
    words = np.full(len(periods) + int(extra.sum()), _SPECIAL | _OVERFLOW_CHANNEL | _MOST_OVERFLOWS, np.int64)
    needed = extra > 0
    last = missing[needed] - (extra[needed] - 1) * _MOST_OVERFLOWS
    words[place[needed] - 1] = _SPECIAL | _OVERFLOW_CHANNEL | last
    words[place] = (channels << 25) | (bins << 10) | (periods % _SYNCS)
    return words.astype(np.uint32), int(passed[-1]) if len(passed) else before


class PtuFile:
    """Writes counts block by block; the number of records is put into the header at the end."""

    def __init__(self, path: Path, tags: Iterator[tuple[str, Tag, int]]) -> None:
        self._file: BinaryIO = path.open("wb")
        self._file.write(b"PQTTTR\0\0" + b"1.0.00\0\0")
        self._number_at = 0
        for name, value, index in tags:
            if name == _RECORDS:
                self._number_at = self._file.tell() + 40
            self._file.write(encoded(name, value, index))
        self._passed, self.records = 0, 0

    def write(self, columns: Mapping[str, npt.NDArray[np.int64]]) -> None:
        """Append counts by their ``period``, ``bin`` and ``channel``."""
        words, self._passed = records(columns["period"], columns["bin"], columns["channel"], self._passed)
        self._file.write(words.astype("<u4").tobytes())
        self.records += len(words)

    def close(self, *, finished: bool) -> None:
        """Set the number of records, if the file is ``finished``, and close."""
        with self._file:
            if finished:
                self._file.seek(self._number_at)
                self._file.write(struct.pack("<q", self.records))
