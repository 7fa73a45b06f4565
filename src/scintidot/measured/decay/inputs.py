"""From options and files to decays that can be fitted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.analysis.decay.fit import Measured
from scintidot.analysis.decay.narrow import measured_response
from scintidot.analysis.decay.prepare import (
    PreparedResponse,
    alive,
    chosen_bins,
    prepare_response,
)
from scintidot.analysis.decay.responses import (
    GaussianResponse,
    NoResponse,
    Response,
)
from scintidot.analysis.readers import Contents, Given
from scintidot.analysis.traces import DecayTrace
from scintidot.errors import BadFile, BadValue
from scintidot.materials.fields import In
from scintidot.measured.decay.sources import NONE, WHERE, Source, read_decays, read_response
from scintidot.options import Number, read_interval
from scintidot.options import read as read_number

MANY_WINDOWS = 100.0
"""Times the measured span beyond which a period is doubted."""
Stretch = tuple[float, float]


@dataclass(frozen=True)
class Loaded:
    """Decays with their responses, and what was chosen on the way."""

    measured: tuple[Measured, ...]
    inputs: tuple[Contents, ...]
    responses: tuple[PreparedResponse | None, ...]
    choices: dict[str, Any]
    warnings: list[str] = field(default_factory=list)


def _several(intervals: Any) -> list[Any]:
    """Intervals as a list: one text, one pair of numbers, or many of either."""
    if isinstance(intervals, str):
        return [intervals]
    listed = list(intervals)
    ends = len(listed) == 2 and not any(
        isinstance(part, (tuple, list)) or (isinstance(part, str) and ":" in part) for part in listed
    )
    return [tuple(listed)] if ends else listed


def read_stretch(text: Any, who: str) -> Stretch:
    """Times from:to [ps] of an option, such as ``"2 ns:80 ns"``; an empty side has no bound. Raises `BadValue`."""
    return read_interval(text, who, WHERE, In("ps"), "2 ns:80 ns", open_ended=True)


def load(
    files: Source | Sequence[Source],
    *,
    irf: Source | None,
    irf_column: Number | None,
    irf_fwhm_ps: Number | None,
    irf_background: Number | None,
    free_irf_width: bool,
    window: Any,
    exclude: Any,
    scatter: bool,
    pile_up: str,
    given: Given,
    format: str | None,
) -> Loaded:
    """Every trace of every file as a decay to fit, with one response for all."""
    contents, beside = read_decays(files, given, format)
    traces = [trace for content in contents for trace in content.traces]
    said = [note for trace in traces for note in trace.metadata.get("notes", ())]
    none = isinstance(irf, str) and irf.lower() == NONE
    if irf is not None and irf_fwhm_ps is not None:
        raise BadValue(
            where=WHERE, what="options", who="--irf-fwhm-ps", expected="one of --irf and --irf-fwhm-ps", found="both"
        )  # fmt: skip
    gaussian = irf_fwhm_ps is not None
    measured_response = not none and not gaussian
    for flag, asked, possible, needed in (
        (
            "--free-irf-width",
            free_irf_width,
            gaussian,
            "a Gaussian response (--irf-fwhm-ps), whose width is fitted",
        ),
        ("--scatter", scatter, not none, "a response: a tail alone has no scattered light"),
        (
            "--irf-column",
            irf_column is not None,
            irf is not None and not none,
            "a file of the response (--irf)",
        ),
        ("--irf-background", irf_background is not None, measured_response, "a measured response (--irf)"),
    ):
        if asked and not possible:
            raise BadValue(where=WHERE, what="option", who=flag, expected=needed, found="none")
    response = None
    if irf is not None and not none:
        response = read_response(irf, given, None if irf_column is None else str(irf_column))
    elif irf is None and irf_fwhm_ps is None and beside is not None:
        response = beside
        said.append(f"the column {beside.traces[0].name} of {beside.path.name} is taken for the response")
    elif irf is None and irf_fwhm_ps is None:
        raise BadValue(
            where=WHERE, what="option", who="--irf", expected="the response of the instrument: --irf FILE, a Gaussian "
            "of --irf-fwhm-ps WIDTH, or --irf none to fit the tail alone", found="none of them",
        )  # fmt: skip
    bounds = None if window is None else read_stretch(window, "--window")
    excluded = [read_stretch(part, "--exclude") for part in _several(exclude)]
    background = None if irf_background is None else read_number(
        irf_background, "--irf-background", WHERE, In("1", at_least=0)
    )  # fmt: skip
    width = None if irf_fwhm_ps is None else read_number(
        irf_fwhm_ps, "--irf-fwhm-ps", WHERE, In("ps", above=0, at_most=1e9)
    )  # fmt: skip
    names = _names([(content, trace) for content in contents for trace in content.traces])
    notes: list[str] = [note[0].upper() + note[1:] for note in said]
    decays, prepared = [], []
    for name, trace in zip(names, traces, strict=True):
        decay, used = _decay(
            name,
            trace,
            response,
            width,
            background,
            bounds,
            excluded,
            free_irf_width,
            scatter,
            pile_up,
            given,
            notes,
        )
        decays.append(decay)
        prepared.append(used)
    first = decays[0]
    choices = {
        "response": "measured" if response else ("none: tail alone" if none else "gaussian"),
        "response_file": None if response is None else response.path.name,
        "response_fwhm_ps": None if isinstance(first.response, NoResponse) else first.response_fwhm,
        "response_width_fitted": first.width_free,
        "response_background": None if prepared[0] is None else prepared[0].background,
        "window_ps": [[float(d.edges[d.window[0]]), float(d.edges[d.window[-1] + 1])] for d in decays],
        "bins_fitted": [len(d.window) for d in decays],
        "excluded_ps": [list(part) for part in excluded],
        "scatter": scatter,
        "pile_up": "first photon of an excitation" if first.excitations is not None else "not corrected",
        "excitations": [d.excitations for d in decays],
        "bin_width_ps": [d.bin_width for d in decays],
        "period_ps": [t.period if t.period is not None else given.period for t in traces],
    }
    inputs = (*contents, *([response] if response and response is not beside else []))
    return Loaded(tuple(decays), inputs, tuple(prepared), choices, list(dict.fromkeys(notes)))


def _names(pairs: list[tuple[Contents, DecayTrace]]) -> list[str]:
    several: dict[Path, int] = {}
    for content, _ in pairs:
        several[content.path] = several.get(content.path, 0) + 1
    names = [
        content.path.stem + (f":{trace.name or i}" if several[content.path] > 1 else "")
        for i, (content, trace) in enumerate(pairs)
    ]
    return [name if names.count(name) == 1 else f"{name}#{i + 1}" for i, name in enumerate(names)]


def _decay(
    name: str,
    trace: DecayTrace,
    response: Contents | None,
    width: float | None,
    background: float | None,
    bounds: Stretch | None,
    excluded: list[Stretch],
    free_width: bool,
    scatter: bool,
    pile_up: str,
    given: Given,
    notes: list[str],
) -> tuple[Measured, PreparedResponse | None]:
    counts, edges = np.asarray(trace.values, dtype=float), trace.edges
    period = trace.period if trace.period is not None else given.period
    if period is not None and period < 0.5 * (edges[-1] - edges[0]):
        raise BadValue(
            where=WHERE, what="value", who="--period-ns", found=f"{period / 1e3:g} ns",
            expected=f"at least about the {1e-3 * (edges[-1] - edges[0]):g} ns that the bins of {name} cover",
            hint="Is the period in ns, or the bin width right?",
        )  # fmt: skip
    if period is not None and period > MANY_WINDOWS * (edges[-1] - edges[0]):
        notes.append(
            f"the period of {period / 1e3:g} ns is {period / (edges[-1] - edges[0]):.0f} times what the bins of {name} "
            "cover: is it in ns?"
        )
    living = alive(counts)
    if period is not None:
        living = (living[0], min(living[1], living[0] + math.floor(period / trace.bin_width)))
    prepared: PreparedResponse | None = None
    kind: Response
    fwhm, before = width or 0.0, 0.0
    if response is not None:
        prepared = _prepared(response, trace, background, notes)
        kind, fwhm = measured_response(prepared.histogram, trace.bin_width, period), prepared.fwhm
    elif width is not None:
        kind = GaussianResponse(edges, period)
        if width < trace.bin_width / 20:
            notes.append(
                f"the response of {width:g} ps is far narrower than a bin of {name} ({trace.bin_width:g} ps): are "
                "both in ps?"
            )
    else:
        top = int(np.argmax(counts))
        start = edges[top] if bounds is None else max(bounds[0], edges[0])
        bounds = (start, math.inf if bounds is None else bounds[1])
        first = int(np.searchsorted(edges, start - 1e-9 * trace.bin_width))
        before, counts, edges = float(counts[:first].sum()), counts[first:], edges[first:]
        living = (0, max(living[1] - first, 0))
        kind, fwhm = NoResponse(edges - edges[0], period), trace.bin_width
        notes.append(
            "a tail alone was fitted: lifetimes near or below the response are lost, amplitudes hold at its start"
        )
    chosen = chosen_bins(edges, bounds, excluded, living)
    if len(chosen) < 20:
        raise BadValue(
            where=WHERE, what="window", who="--window", expected="at least 20 bins with the instrument counting",
            found=f"{len(chosen)} of {name}", hint=f"The bins cover {edges[0]:g} to {edges[-1]:g} ps.",
        )  # fmt: skip
    if living != (0, len(counts)) and response is not None:
        notes.append(
            f"{len(counts) - (living[1] - living[0])} bins at the ends of {name}, in which the instrument counts "
            "nothing, were left out"
        )
    excitations = None if pile_up == NONE else _excitations(name, trace, given, before, notes)
    return Measured(
        name, counts, edges, chosen, kind, fwhm, excitations,
        width_free=free_width, scatter_free=scatter,
        sigma=None if trace.counted else _noise(counts, notes),
    ), prepared  # fmt: skip


def _excitations(name: str, trace: DecayTrace, given: Given, before: float, notes: list[str]) -> float | None:
    """Excitations in which the first photon is counted: all, less those counted ``before`` a tail began."""
    excitations = trace.excitations if trace.excitations is not None else given.excitations
    counts = float(np.sum(trace.values))
    if excitations is None:
        if trace.counted:
            notes.append(
                "pile-up was not corrected: the number of excitations is not known (--excitations NUMBER)"
            )
        return None
    if counts >= excitations:
        raise BadValue(
            where=WHERE, what="value", who="--excitations", found=f"{excitations:g}",
            expected=f"more than the {counts:g} counts of {name}: the first photon of an excitation is counted",
        )  # fmt: skip
    if before > 0:
        notes.append(
            f"{before:g} of {excitations:g} excitations were counted before the tail of {name} began: pile-up and "
            "amplitudes are those of the others"
        )
    return excitations - before


def _noise(values: np.ndarray[Any, Any], notes: list[str]) -> float:
    """Standard deviation of a signal that is not counted, from its second differences (white noise)."""
    notes.append(
        "the file holds a signal, no counts: least squares with its white noise as error, which underestimates "
        "the errors where the noise grows with the signal"
    )
    bend = np.diff(values, 2)
    sigma = float(np.median(np.abs(bend)) / 0.6745 / math.sqrt(6))
    return sigma if sigma > 0 else float(np.std(bend) / math.sqrt(6)) or 1.0


def _prepared(
    response: Contents, trace: DecayTrace, background: float | None, notes: list[str]
) -> PreparedResponse:
    source = response.traces[0]
    if not np.all(np.isfinite(source.values)) or np.any(source.values < 0):
        raise BadFile(
            where=str(response.path), what="value", who="--irf", expected="counts of at least 0",
            found="negative counts or nan",
        )  # fmt: skip
    try:
        prepared = prepare_response(source, len(trace.values), trace.bin_width, trace.start, background)
    except ValueError as error:
        raise BadFile(
            where=str(response.path), what="response", who="--irf",
            expected="a measured response on the bins of the data", found=str(error),
        ) from None  # fmt: skip
    notes += prepared.notes
    if prepared.counts < 1e4:
        notes.append(
            f"the response has {prepared.counts:.3g} counts only: its own noise is not in the errors"
        )
    return prepared
