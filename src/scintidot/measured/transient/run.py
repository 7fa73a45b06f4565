"""Transient absorption: one matrix by global analysis, a fluence series by subtraction and by the carrier model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.analysis.readers import Contents, Given, read
from scintidot.analysis.traces import TransientTrace
from scintidot.errors import BadFile, BadValue
from scintidot.measured.document import Analysis, new_document
from scintidot.measured.transient.options import (
    WHERE,
    Options,
    global_choices,
    read_options,
    series_choices,
    with_fluence,
)

SCHEMA = "scintidot.ta/1"
FEWEST_DELAYS = 12
LARGEST = 1e30
"""Size of a value beyond which it is none."""
Show = Callable[[str, float], None]


def analyse_ta(
    files: Sequence[str | Path],
    *,
    format: str | None = None,
    given: Given | None = None,
    fluence: str | None = None,
    pulse_energy: str | None = None,
    pump_wavelength: float | str | None = None,
    pump_power: str | None = None,
    show: Show = lambda *_: None,
    **options: Any,
) -> Analysis:
    """The document ``scintidot.ta/1`` of one file or of a fluence series.

    Parameters
    ----------
    files : sequence of paths
        One matrix, or several (in one file or more) with a fluence each.
    format, given
        See `scintidot.analysis.readers.read`.
    fluence, pulse_energy, pump_wavelength, pump_power
        See `options.with_fluence`.
    show : callable
        Told of each step and the share that is done.
    **options
        Of `options.read_options`.
    """
    chosen = read_options(**options)
    contents = [read(path, "transient", format=format, given=given) for path in files]
    traces = [_checked(c, trace) for c in contents for trace in c.traces]
    wanted = any(value for value in (fluence, pulse_energy, pump_power))
    mode = chosen.mode
    if mode == "automatic":
        mode = "series" if len(traces) > 1 else "global"
    if mode == "series" and len(traces) < 2:
        raise BadValue(
            where=WHERE,
            what="number",
            who="--mode",
            expected="two matrices at least for a series",
            found="one",
        )
    if mode == "global" and len(traces) > 1:
        raise BadValue(
            where=WHERE, what="number", who="--mode", expected="one matrix", found=f"{len(traces)}",
            hint="Analyse them one by one.",
        )  # fmt: skip
    if mode == "global":
        if wanted:
            raise BadValue(
                where=WHERE,
                what="option",
                who="--fluence",
                expected="a series of two matrices at least",
                found="one",
            )
        return _global(contents, traces[0], chosen, show)
    traces, words = with_fluence(
        traces,
        fluence=fluence,
        pulse_energy=pulse_energy,
        pump_wavelength=pump_wavelength,
        pump_power=pump_power,
    )
    return _series(contents, traces, chosen, words, show)


def _checked(contents: Contents, trace: TransientTrace) -> TransientTrace:
    """Refuse what cannot be fitted; columns with a value that is no number go."""
    where, name = str(contents.path), trace.name or "the matrix"
    if len(trace.time) < FEWEST_DELAYS:
        raise BadFile(
            where=where,
            what="matrix",
            who=name,
            expected=f"{FEWEST_DELAYS} delays at least",
            found=len(trace.time),
        )
    good = np.all(np.abs(trace.values) < LARGEST, axis=0)  # not where it is no number
    good &= np.ptp(np.where(good, trace.values, 0.0), axis=0) > 0
    if not good.any():
        raise BadFile(
            where=where,
            what="matrix",
            who=name,
            expected="a wavelength with a signal and without gaps",
            found="none",
        )
    notes = {**trace.metadata, "columns_left_out": int(np.count_nonzero(~good))}
    return replace(trace, wavelength=trace.wavelength[good], values=trace.values[:, good], metadata=notes)


def _left_out(traces: Sequence[TransientTrace]) -> list[str]:
    count = sum(trace.metadata["columns_left_out"] for trace in traces)
    return (
        [f"{count} columns without signal or with values that are no numbers were left out."] if count else []
    )


def _global(contents: Sequence[Contents], trace: TransientTrace, chosen: Options, show: Show) -> Analysis:
    from scintidot.measured.transient.one_matrix import global_analysis

    document = new_document(SCHEMA, contents, global_choices(chosen))
    document["mode"] = "global"
    document["warnings"] = _left_out([trace])
    try:
        return global_analysis(document, trace, chosen, show)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        return _failed(document, error)


def _series(
    contents: Sequence[Contents],
    traces: list[TransientTrace],
    chosen: Options,
    words: dict[str, Any],
    show: Show,
) -> Analysis:
    from scintidot.measured.transient.fluence_series import series_analysis

    document = new_document(SCHEMA, contents, {**series_choices(chosen), **words})
    document["mode"] = "series"
    document["warnings"] = _left_out(traces)
    try:
        return series_analysis(document, traces, replace(chosen, choices={**chosen.choices, **words}), show)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        return _failed(document, error)


def _failed(document: dict[str, Any], error: Exception) -> Analysis:
    document["status"] = "failed"
    document["warnings"].append(f"The fit failed: {error}.")
    return Analysis(document, title="Transient absorption", answer="The fit failed; the warnings say why.")
