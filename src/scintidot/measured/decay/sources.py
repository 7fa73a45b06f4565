"""Decays and their response, from files, columns of one file, or arrays."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.analysis.decay.prepare import LEAST_COUNTS
from scintidot.analysis.readers import Contents, Given, expanded, read
from scintidot.analysis.traces import DecayTrace
from scintidot.errors import BadFile, BadValue

WHERE = "analyse decay"
NONE = "none"
RESPONSE = re.compile(r"\b(irf|response|prompt|instrument)\b", re.IGNORECASE)
"""Names of columns that are taken for the response of the instrument."""
Source = str | Path | DecayTrace | np.ndarray[Any, Any]


def read_decays(
    files: Source | Sequence[Source], given: Given, format: str | None
) -> tuple[list[Contents], Contents | None]:
    """The contents of every file without a column that is a response by its name, and that response.

    A column that the user names stays a decay whatever it is called.
    """
    listed: list[Source] = [files] if isinstance(files, (str, Path, DecayTrace, np.ndarray)) else list(files)
    many = expanded(listed)
    if not many:
        raise BadValue(where=WHERE, what="list", who="FILE", expected="at least one decay", found="none")
    found, response = [], None
    for file in many:
        content = _contents(file, given, format)
        beside = [trace for trace in content.traces if RESPONSE.search(trace.name)]
        if beside and len(content.traces) > 1 and given.column is None:
            response = response or replace(content, traces=(beside[0],))
            decays = tuple(trace for trace in content.traces if not RESPONSE.search(trace.name))
            content = replace(content, traces=decays)
        if not content.traces:
            raise BadFile(
                where=str(content.path),
                what="content",
                who="FILE",
                expected="a decay",
                found="responses alone",
            )
        for trace in content.traces:
            check_counts(trace, str(content.path))
        found.append(content)
    return found, response


def read_response(irf: Source, given: Given, column: str | None) -> Contents:
    """The response in a file: the column named, one that is called so, or the only one."""
    own = Given(bin_width=given.bin_width, time_unit=given.time_unit, period=given.period, column=column)
    try:
        content = _contents(irf, own, None)
    except BadFile as error:
        raise (error.at(where=error.where, who="--irf") if error.who == "FILE" else error) from None
    called = [trace for trace in content.traces if RESPONSE.search(trace.name)]
    if len(content.traces) > 1 and len(called) != 1:
        names = ", ".join(trace.name or "unnamed" for trace in content.traces)
        raise BadValue(
            where=str(content.path), what="choice", who="--irf-column", found="several curves",
            expected=f"the name or number of one of: {names}",
        )  # fmt: skip
    return replace(content, traces=(called[0] if len(called) == 1 else content.traces[0],))


def _contents(source: Source, given: Given, format: str | None) -> Contents:
    """Of a file, or of a trace or an array of counts as if it were one."""
    if isinstance(source, (str, Path)):
        return read(source, "decay", format=format, given=given)
    trace = source if isinstance(source, DecayTrace) else _of_array(source, given)
    data = np.ascontiguousarray(trace.values, dtype=float)
    return Contents(
        Path(trace.name or "array"), hashlib.sha256(data.tobytes()).hexdigest(), "python", (trace,)
    )


def _of_array(values: Any, given: Given) -> DecayTrace:
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        raise BadValue(
            where=WHERE, what="array", who="FILE", expected="counts in one row, or files", found=f"shape {array.shape}"
        )  # fmt: skip
    if given.bin_width is None:
        raise BadValue(
            where=WHERE, what="option", who="--bin-width-ps", expected="the bin width of an array of counts",
            found="nothing",
        )  # fmt: skip
    return DecayTrace(
        array.astype(float), given.bin_width, excitations=given.excitations, period=given.period
    )


def check_counts(trace: DecayTrace, where: str) -> None:
    """Refuse what no Poisson law fits."""
    values = np.asarray(trace.values, dtype=float)
    if not np.all(np.isfinite(values)):
        raise BadFile(where=where, what="value", who="counts", expected="numbers", found="nan or infinity")
    if not trace.counted:
        return
    if np.any(values < 0) or np.any(values != np.round(values)):
        raise BadFile(
            where=where, what="value", who="counts", expected="whole numbers of photons, at least 0",
            found=f"{values[(values < 0) | (values != np.round(values))][0]:g}",
            hint="Fit counts as they were measured: the Poisson law needs them, not a normalised curve.",
        )  # fmt: skip
    if values.sum() < LEAST_COUNTS:
        raise BadFile(
            where=where, what="decay", who="counts", expected=f"at least {LEAST_COUNTS} of them",
            found=f"{values.sum():g}",
        )  # fmt: skip
