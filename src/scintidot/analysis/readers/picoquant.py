"""PicoQuant's unified files: time tags (.ptu, T3 mode) as histograms of the arrival after the sync, and .phu."""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from scintidot.analysis.readers.checks import MOST_BINS, agreed, picked_by_channel
from scintidot.analysis.readers.registry import Reader, Source
from scintidot.analysis.traces import DecayTrace
from scintidot.constants import PS_PER_S

_MOST_CURVES = 4096
_T2, _T3 = 2, 3


def _opened(source: Source, kind: str) -> tuple[Any, int]:
    """The file as ptufile reads its tags, and where they end; what it would log is said by its errors."""
    import ptufile

    logger = logging.getLogger("ptufile")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    reader = ptufile.PtuFile if kind == "PTU" else ptufile.PhuFile
    try:
        stream = io.BytesIO(source.content)
        return reader(stream), stream.tell()
    except ptufile.PqFileError as error:
        raise source.refuse("header", "its tags", f"those of a {kind} file", str(error)[:120]) from None


def _tag(source: Source, tags: dict[str, Any], name: str) -> float:
    """A positive number among the tags."""
    value = tags.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
        raise source.refuse(
            "header", name, "a positive number", "none" if value is None else repr(value)[:40]
        )
    return float(value)


def _read_ptu(source: Source, kind: str) -> Sequence[DecayTrace]:
    file, end = _opened(source, "PTU")
    with file:
        tags = file.tags
        mode = tags.get("Measurement_Mode")
        if mode != _T3:
            found = "T2, which has no sync to count from" if mode == _T2 else repr(mode)
            hint = "Record in T3 mode, or make a histogram of it with the program of the instrument."
            raise source.refuse("mode", "Measurement_Mode", "3 (T3)", found, hint)
        width = _tag(source, tags, "MeasDesc_Resolution") * PS_PER_S
        period = _tag(source, tags, "MeasDesc_GlobalResolution") * PS_PER_S
        stated, there = (
            tags.get("TTResult_NumberOfRecords", 0),
            (len(source.content) - end) // 4,
        )
        if not isinstance(stated, int) or stated > there:
            hint = "Was the file cut short?"
            raise source.refuse(
                "records", "TTResult_NumberOfRecords", f"at most the {there} in the file", stated, hint
            )
        records = file.decode_records()
        longest = int(file.number_bins_max)
    photons = records[records["channel"] >= 0]
    if len(photons) == 0:
        raise source.refuse("content", "the photons", "one or more", "none")
    if photons["dtime"].min() < 0:
        raise source.refuse("records", "the time bins", "zero or more", f"{photons['dtime'].min()}")
    count = max(min(math.ceil(round(period / width, 6)), longest), int(photons["dtime"].max()) + 1)
    syncs = int(records["time"].max()) + 1
    return _traces(source, tags, photons, count, float(f"{width:.12g}"), float(f"{period:.12g}"), syncs)


def _traces(
    source: Source, tags: dict[str, Any], photons: Any, count: int, width: float, period: float, syncs: int
) -> list[DecayTrace]:
    given, notes = source.given, []
    agreed(source, "--bin-width-ps", given.bin_width, width, "ps")
    agreed(source, "--period-ns", given.period, period, "ps")
    if given.excitations is None:
        notes.append(f"excitations: the {syncs} syncs up to the last record")
    excitations = float(syncs) if given.excitations is None else given.excitations
    if tags.get("Measurement_SubMode") == 3:
        notes.append("all pixels of an image together")
    traces = []
    for channel in np.unique(photons["channel"]):
        times = photons["dtime"][photons["channel"] == channel]
        traces.append(
            DecayTrace(
                np.bincount(times, minlength=count).astype(float), width, name=f"channel {channel}", period=period,
                excitations=excitations, duration=syncs * period / PS_PER_S,
                metadata={
                    "channel": int(channel), "counts": len(times), "notes": list(notes),
                    "comment": str(tags.get("File_Comment") or "")[:500], "instrument": str(tags.get("HW_Type") or ""),
                    "sync_rate_per_s": tags.get("TTResult_SyncRate"),
                },
            )
        )  # fmt: skip
    return picked_by_channel(source, traces)


def _read_phu(source: Source, kind: str) -> Sequence[DecayTrace]:
    file, _ = _opened(source, "PHU")
    with file:
        tags = file.tags
    count = int(_tag(source, tags, "HistoResult_NumberOfCurves"))
    names = ("HistResDscr_DataOffset", "HistResDscr_HistogramBins")
    offsets, bins = (_list(source, tags, name, count) for name in names)
    if tags.get("HistoResult_BitsPerBin", 32) != 32:
        raise source.refuse(
            "header", "HistoResult_BitsPerBin", "32", repr(tags.get("HistoResult_BitsPerBin"))[:40]
        )
    traces = []
    for curve in range(count):
        offset, length = int(offsets[curve]), int(bins[curve])
        if not 2 <= length <= MOST_BINS or offset < 0 or offset + 4 * length > len(source.content):
            found = f"{length} bins from byte {offset} of {len(source.content)}"
            raise source.refuse(
                "histogram", f"curve {curve}", "bins inside the file", found, "Was the file cut short?"
            )
        values = np.frombuffer(source.content, dtype="<u4", count=length, offset=offset).astype(float)
        if np.any(values):
            traces.append(_curve(source, tags, curve, count, values))
    if not traces:
        raise source.refuse("content", "the histograms", "counts", "zeros only")
    return picked_by_channel(source, traces)


def _list(source: Source, tags: dict[str, Any], name: str, count: int) -> list[Any]:
    values = tags.get(name)
    if (
        not isinstance(values, list) or len(values) != count or count > _MOST_CURVES
        or not all(isinstance(value, int) for value in values)
    ):  # fmt: skip
        found = f"{len(values)}" if isinstance(values, list) else "none"
        raise source.refuse("header", name, f"{count} whole numbers, one a curve", found)
    return values


def _curve(source: Source, tags: dict[str, Any], curve: int, count: int, values: Any) -> DecayTrace:
    def of_curve(name: str) -> float | None:
        found = tags.get(name)
        value = found[curve] if isinstance(found, list) and len(found) == count else None
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < math.inf
        return float(value) if good and value is not None else None

    resolution = of_curve("HistResDscr_MDescResolution")
    width = (resolution or _tag(source, tags, "MeasDesc_Resolution")) * PS_PER_S
    rate, milliseconds = of_curve("HistResDscr_SyncRate"), of_curve("HistResDscr_MDescStopAfter")
    period = None if rate is None else PS_PER_S / rate
    duration = None if milliseconds is None else milliseconds * 1e-3
    given, notes = source.given, []
    if rate is not None:
        notes.append(f"period from the measured sync rate of {rate:g} Hz")
    excitations = given.excitations
    if excitations is None and rate is not None and duration is not None:
        excitations = rate * duration
        notes.append("excitations: sync rate times duration")
    agreed(source, "--bin-width-ps", given.bin_width, width, "ps")
    return DecayTrace(
        values, float(f"{width:.12g}"), name=f"curve {curve}",
        period=agreed(source, "--period-ns", given.period, period, "ps"),
        excitations=excitations, duration=duration,
        metadata={
            "channel": curve, "counts": int(values.sum()), "notes": notes,
            "comment": str(tags.get("File_Comment") or "")[:500], "instrument": str(tags.get("HW_Type") or ""),
        },
    )  # fmt: skip


def _recognise_ptu(head: bytes, suffix: str, kind: str) -> float:
    return 1.0 if head.startswith(b"PQTTTR") else 0.0


def _recognise_phu(head: bytes, suffix: str, kind: str) -> float:
    return 1.0 if head.startswith(b"PQHISTO") else 0.0


READERS = (
    Reader(
        "ptu", "PicoQuant time tags in T3 mode (.ptu), a trace for each channel", ("decay",),
        _recognise_ptu, _read_ptu,
    ),
    Reader(
        "phu", "PicoQuant histograms (.phu), a trace for each curve with counts", ("decay",),
        _recognise_phu, _read_phu,
    ),
)  # fmt: skip
