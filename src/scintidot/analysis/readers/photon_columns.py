"""Photon counts of `scintidot photons`, as .npz and .parquet, to decays: counts by time bin and channel."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.analysis.readers.checks import MOST_BINS, agreed, picked_by_channel
from scintidot.analysis.readers.registry import Reader, Source
from scintidot.analysis.traces import DecayTrace
from scintidot.constants import PS_PER_S

_SCHEMA = "scintidot.photons/"
_MOST_ROWS = 1 << 27


def decays_of_counts(
    source: Source, document: Any, bins: npt.NDArray[Any], channels: npt.NDArray[Any]
) -> list[DecayTrace]:
    """One trace a channel.

    Parameters
    ----------
    document : dict
        Of the run: choices with ``period_ps``, ``bin_width_ps``, ``events``.
    bins, channels : arrays, shape (counts,)
        Time bin after the last sync and number of the detector.
    """
    if not isinstance(document, dict) or not str(document.get("schema", "")).startswith(_SCHEMA):
        raise source.refuse("metadata", "schema", f"{_SCHEMA}1", "another document")
    choices = document.get("choices")
    choices = choices if isinstance(choices, dict) else {}
    period, width = (_positive(source, choices, key) for key in ("period_ps", "bin_width_ps"))
    events = _positive(source, choices, "events")
    count = round(period / width) if period / width < MOST_BINS else MOST_BINS + 1
    if (
        bins.ndim != 1
        or bins.shape != channels.shape
        or bins.dtype.kind not in "iu"
        or channels.dtype.kind not in "iu"
    ):
        raise source.refuse(
            "array", "bin and channel", "whole numbers, one a count", f"{bins.shape}, {channels.shape}"
        )
    if not 1 <= count <= MOST_BINS or len(bins) == 0 or bins.min() < 0 or bins.max() >= count + 1:
        found = f"{len(bins)} counts" + (f" in bins {bins.min()} to {bins.max()}" if len(bins) else "")
        raise source.refuse("content", "the photons", f"counts in bins 0 to {count - 1}", found)
    given = source.given
    agreed(source, "--bin-width-ps", given.bin_width, width, "ps")
    agreed(source, "--period-ns", given.period, period, "ps")
    agreed(source, "--excitations", given.excitations, events, "")
    length = max(count, int(bins.max()) + 1)
    traces = [
        DecayTrace(
            np.bincount(bins[channels == channel], minlength=length).astype(float), width, name=f"channel {channel}",
            period=period, excitations=events, duration=events * period / PS_PER_S,
            metadata={"channel": int(channel), "counts": int(np.sum(channels == channel)), "notes": []},
        )
        for channel in np.unique(channels)
    ]  # fmt: skip
    return picked_by_channel(source, traces)


def _positive(source: Source, choices: dict[str, Any], key: str) -> float:
    value = choices.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not (0 < value < math.inf):
        raise source.refuse("metadata", key, "a positive number", repr(value)[:40])
    return float(value)


def _read_parquet(source: Source, kind: str) -> Sequence[DecayTrace]:
    from pyarrow import parquet

    with parquet.ParquetFile(io.BytesIO(source.content)) as file:
        if file.metadata.num_rows > _MOST_ROWS:
            raise source.refuse(
                "content", "the photons", f"at most {_MOST_ROWS} counts", file.metadata.num_rows
            )
        text = (file.schema_arrow.metadata or {}).get(b"scintidot", b"")
        if not text or not {"bin", "channel"} <= set(file.schema_arrow.names):
            found = ", ".join(file.schema_arrow.names)[:80]
            raise source.refuse(
                "content", "the photons", "a file of `scintidot photons`", found or "no columns"
            )
        columns = file.read(columns=["bin", "channel"])
    bins, channels = (columns[name].to_numpy() for name in ("bin", "channel"))
    return decays_of_counts(source, json.loads(text), bins, channels)


def _recognise_parquet(head: bytes, suffix: str, kind: str) -> float:
    return 0.9 if head.startswith(b"PAR1") else 0.0


READERS = (
    Reader(
        "parquet",
        "photons of `scintidot photons --out *.parquet`",
        ("decay",),
        _recognise_parquet,
        _read_parquet,
    ),
)
