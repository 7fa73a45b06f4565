"""Transient absorption: one matrix by global analysis, a fluence series by subtraction and by the carrier model."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt

from scintidot.analysis.readers import Contents, Given, expanded, read
from scintidot.analysis.traces import TransientTrace
from scintidot.errors import BadFile, BadValue, nearest
from scintidot.measured.document import Analysis, new_document
from scintidot.measured.given import given as file_options
from scintidot.measured.keywords import TransientOptions
from scintidot.measured.transient.options import (
    WHERE,
    Options,
    check_mode,
    check_series,
    global_choices,
    read_options,
    series_choices,
    with_fluence,
)
from scintidot.progress import Progress, silent

SCHEMA = "scintidot.ta/1"
FEWEST_DELAYS = 12
LARGEST = 1e30
"""Size of a value beyond which it is none."""


def analyse_ta(
    files: str | Path | Sequence[str | Path],
    *,
    format: str | None = None,
    time_unit: str | None = None,
    rows: str | None = None,
    spectral_unit: str | None = None,
    given: Given | None = None,
    fluence: str | Sequence[float] | None = None,
    pulse_energy: str | Sequence[float] | None = None,
    pump_wavelength: float | str | None = None,
    pump_power: str | Sequence[float] | None = None,
    progress: Progress = silent,
    **options: Unpack[TransientOptions],
) -> Analysis:
    """Transient absorption: one matrix by global analysis, or a fluence series with the carrier model.

    Parameters
    ----------
    files : path or sequence of paths
        One matrix, or several (in one file or more) with a fluence each; a pattern such as ``"ta/*.npz"`` stands for
        files, sorted by name.
    format : str, optional
        Of the files, as ``scintidot formats`` lists them; recognised without it.
    time_unit, rows, spectral_unit : str, optional
        What a file does not say: unit of its times (fs, ps, ns, us, ms, s); what runs down the rows (times,
        wavelengths); unit of its spectral axis (nm, eV, cm-1). ``given`` holds the same for several calls.
    fluence : str or sequence of numbers, optional
        Of each matrix [photons/cm2], as a sequence or as text such as "1e13,5e13"; from the files without it.
    pulse_energy, pump_wavelength : optional
        Instead, energies per area [uJ/cm2] and the wavelength of the pump [nm].
    pump_power : optional
        Instead, powers in any unit.
    progress : callable
        Told of each step and the share that is done.
    mode : str
        automatic (default), global or series.
    components, artefact : number
        Of one matrix: lifetimes and columns of a coherent artefact; as many as the data ask for without them.
    chirp : str
        polynomial (default), cauchy, linear or none.
    wavelength, band : number, str
        Of the dynamics of a series [nm]: one, or "from:to"; the strongest bleach without them.
    tail : str
        Delays "from:to" [ps] of single excitons alone.
    model, filling, degeneracy : str, str, number
        Of a series: carriers (default) or ladder; electrons-and-holes (default) or electrons; carriers that the probed
        level holds (2), or "unlimited".
    exciton_rate, retained_fraction : number, optional
        k_X [1/ps] or a lifetime such as "8 ns", and xi, where they are known; fitted without them.
    quantum_yield : number
        1 by default.

    Returns
    -------
    Analysis
        Its ``document`` is ``scintidot.ta/1``; ``status`` is "failed" where the fit did not succeed.

    Raises
    ------
    BadFile, BadValue
        For files and options that no analysis can start from.

    Examples
    --------
    >>> found = scintidot.analyse_ta(["low.ufs", "high.ufs"], fluence="1e13, 5e13")  # doctest: +SKIP
    """
    _check_names(options)
    chosen = read_options(**options)
    said = file_options(time_unit=time_unit, rows=rows, spectral_unit=spectral_unit, where=WHERE)
    known = {name: value for name, value in vars(said).items() if value is not None}
    given = replace(given or Given(), **known)
    paths = expanded([files] if isinstance(files, (str, Path)) else files)
    contents = [read(path, "transient", format=format, given=given) for path in paths]
    traces = _checked([(str(c.path), trace) for c in contents for trace in c.traces])
    wanted = any(value is not None for value in (fluence, pulse_energy, pump_power))
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
    check_mode(mode, options)
    if mode == "global":
        if wanted:
            raise BadValue(
                where=WHERE,
                what="option",
                who="--fluence",
                expected="a series of two matrices at least",
                found="one",
            )
        return _global(contents, traces[0], chosen, progress)
    traces, words = with_fluence(
        traces,
        fluence=fluence,
        pulse_energy=pulse_energy,
        pump_wavelength=pump_wavelength,
        pump_power=pump_power,
    )
    check_series(chosen, traces)
    return _series(contents, traces, chosen, words, progress)


def _check_names(options: Iterable[str]) -> None:
    """Refuse a keyword that does not exist, with the nearest one."""
    of_options = inspect.signature(read_options).parameters
    known = [*of_options, *(name for name in inspect.signature(analyse_ta).parameters if name != "options")]
    for name in options:
        if name not in of_options:
            raise BadValue(
                where=WHERE, what="keyword", who=name, expected="a keyword of analyse_ta", found=repr(name),
                hint=nearest(name, known),
            )  # fmt: skip


def _checked(matrices: Sequence[tuple[str, TransientTrace]]) -> list[TransientTrace]:
    """Refuse what cannot be fitted; columns with a value that is no number go, from all matrices if others have them.

    Spectra of a series need the same wavelengths in all matrices.
    """
    usable = [_usable(where, trace) for where, trace in matrices]
    everywhere = reduce(
        np.intersect1d, [trace.wavelength[good] for (_, trace), good in zip(matrices, usable, strict=True)]
    )
    alike = 2 * everywhere.size > max(trace.wavelength.size for _, trace in matrices)
    kept = []
    for (_, trace), good in zip(matrices, usable, strict=True):
        mask = good & np.isin(trace.wavelength, everywhere) if alike else good
        left = {**trace.metadata, "columns_left_out": int(np.count_nonzero(~mask))}
        kept.append(
            replace(trace, wavelength=trace.wavelength[mask], values=trace.values[:, mask], metadata=left)
        )
    return kept


def _usable(where: str, trace: TransientTrace) -> npt.NDArray[np.bool_]:
    """Columns with a signal and without gaps."""
    name = trace.name or "the matrix"
    if len(trace.time) < FEWEST_DELAYS:
        raise BadFile(
            where=where, what="matrix", who=name, expected=f"{FEWEST_DELAYS} delays at least", found=len(trace.time)
        )  # fmt: skip
    good = np.all(np.abs(trace.values) < LARGEST, axis=0)  # not where it is no number
    good &= np.ptp(np.where(good, trace.values, 0.0), axis=0) > 0
    if not good.any():
        raise BadFile(
            where=where, what="matrix", who=name, expected="a wavelength with a signal and without gaps", found="none"
        )  # fmt: skip
    return np.asarray(good)


def _left_out(traces: Sequence[TransientTrace]) -> list[str]:
    count = sum(trace.metadata["columns_left_out"] for trace in traces)
    return [f"{count} columns were left out: no signal, no numbers, or not in all matrices."] if count else []


def _global(
    contents: Sequence[Contents], trace: TransientTrace, chosen: Options, progress: Progress
) -> Analysis:
    from scintidot.measured.transient.one_matrix import global_analysis

    document = new_document(SCHEMA, contents, global_choices(chosen))
    document["mode"] = "global"
    document["warnings"] = _left_out([trace])
    try:
        return global_analysis(document, trace, chosen, progress)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        return _failed(document, error)


def _series(
    contents: Sequence[Contents],
    traces: list[TransientTrace],
    chosen: Options,
    words: dict[str, Any],
    progress: Progress,
) -> Analysis:
    from scintidot.measured.transient.fluence_series import series_analysis

    document = new_document(SCHEMA, contents, {**series_choices(chosen), **words})
    document["mode"] = "series"
    document["warnings"] = _left_out(traces)
    try:
        return series_analysis(
            document, traces, replace(chosen, choices={**chosen.choices, **words}), progress
        )
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        return _failed(document, error)


def _failed(document: dict[str, Any], error: Exception) -> Analysis:
    document["status"] = "failed"
    document["warnings"].append(f"The fit failed: {error}.")
    return Analysis(document, title="Transient absorption", answer="The fit failed; the warnings say why.")
