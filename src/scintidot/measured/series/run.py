"""A series of samples as the document ``scintidot.series/1``: laws against size, and the validation."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.analysis.series.lines import weighted_mean
from scintidot.choices import TRUNCATION
from scintidot.errors import BadFile, BadValue, OutOfRange, one_of
from scintidot.excitons.distribution import STATISTICS
from scintidot.geometry import volume
from scintidot.kinetic_options import DEFAULT_MODEL, EFFICIENCY_MEANING, FRACTION, KINETIC_MODELS
from scintidot.kinetics import exact
from scintidot.kinetics.lifetimes import DEFINITIONS
from scintidot.light.ensemble import nanocrystals_per_gram
from scintidot.materials.fields import In
from scintidot.materials.library import load_material
from scintidot.measured.card import SERIES_LAW
from scintidot.measured.document import Analysis, new_document
from scintidot.measured.keywords import refuse_unknown
from scintidot.measured.panels import Panel, Series
from scintidot.measured.series.laws import Found, attenuation, pair_creation, power_laws
from scintidot.measured.series.sample_table import COLUMNS, SampleTable, read_sample_table
from scintidot.measured.series.validation import (
    Judged,
    Setup,
    as_document,
    judge,
    predictable,
    read_statistics,
    verdict,
)
from scintidot.options import Number, read
from scintidot.output import number
from scintidot.progress import Progress, counted, silent
from scintidot.provenance import bibliography, cited
from scintidot.timing.coincidence import FORMULA, FORMULA_LIMIT

SCHEMA = "scintidot.series/1"
WHERE = "analyse series"
SHAPES = ("cube", "sphere")
RETAINED = (0.0, 0.5, 1.0)
"""Retained fractions under which the validation is repeated, since it is rarely known."""
_TIME = In("ps", above=0, at_most=1e12)


def analyse_series(
    table: str | Path,
    *,
    model: str = DEFAULT_MODEL,
    statistics: str | None = None,
    retained_fraction: Number = 0.5,
    tau_definition: str | None = None,
    response: Number = 100.0,
    rise_time: Number = 100.0,
    gamma_energy_keV: Number = 511.0,
    outcoupling: Number = 1.0,
    detection_efficiency: Number = 1.0,
    shape: str = "cube",
    material: str | Path | None = None,
    progress: Progress = silent,
    **unknown: Any,
) -> Analysis:
    """Laws against size and the validation without free parameters, from one table of samples.

    Parameters
    ----------
    table : str or Path
        CSV, one row for each sample and a column for each measured figure (docs/series.md lists them); what it lacks is
        left out and said.
    model, statistics : str
        Of the forward model: ``carriers`` (default), ``ladder``, ``poisson-biexciton``, ``paper``; ``poisson``
        (default; ``paper`` with the model of that name), ``exponential``.
    retained_fraction : float or str
        xi, of all samples.
    tau_definition : str, optional
        Of measured lifetimes, where the table does not say it.
    response, rise_time : float or str
        Full width of the response of ``instrument`` lifetimes, rise time of the CTR formula where the table has none.
        [ps]
    gamma_energy_keV, outcoupling, detection_efficiency : float or str
        Of the CTR.
    shape : str
        ``cube`` or ``sphere``, for the volume.
    material : str or Path, optional
        Card whose density gives nanocrystals per gram.
    progress : callable
        Told the step, and the share of all that is done.

    Returns
    -------
    Analysis
        ``document`` is ``scintidot.series/1``: ``samples``, ``laws`` against volume, ``pair_creation``, ``validation``
        of the prediction, ``choices``, ``warnings``; ``panels`` are its figures.

    Raises
    ------
    BadFile, BadValue
        For tables and options that are wrong, and keywords that are not these.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> rows = ["sample,edge_length_nm,mean_excitons,mean_excitons_error,deposit_eV,band_gap_eV"]
    >>> rows += ["a,3.3,0.9,0.05,9.8,2.61", "b,5,1.5,0.05,14.8,2.49", "c,8.7,2.4,0.1,23,2.4"]
    >>> with TemporaryDirectory() as folder:
    ...     table = Path(folder) / "samples.csv"
    ...     _ = table.write_text("\\n".join(rows))
    ...     found = analyse_series(table)
    >>> round(found["pair_creation"]["gap_factor"], 1)  # gaps for a pair
    4.0
    """
    refuse_unknown(unknown, analyse_series, WHERE)
    one_of(model, KINETIC_MODELS, where=WHERE, who="--model")
    statistics = read_statistics(statistics, model, WHERE)
    one_of(shape, SHAPES, where=WHERE, who="--shape")
    if tau_definition is not None:
        one_of(tau_definition, DEFINITIONS, where=WHERE, who="--tau-definition")
    setup = Setup(
        model, statistics, read(retained_fraction, "--retained-fraction", WHERE, FRACTION),
        read(response, "--response-ps", WHERE, _TIME),
        read(rise_time, "--rise-time-ps", WHERE, In("ps", at_least=0, at_most=1e9)),
        read(gamma_energy_keV, "--gamma-energy-kev", WHERE, In("keV", above=0, at_most=1e6)) / 1e3,
        read(outcoupling, "--outcoupling", WHERE, In("1", above=0, at_most=1)),
        read(detection_efficiency, "--detection-efficiency", WHERE, In("1", above=0, at_most=1)), shape,
    )  # fmt: skip
    samples = read_sample_table(table)
    definition = _definition(samples, tau_definition)
    laws, skipped = power_laws(samples, shape)
    pairs, why = pair_creation(samples)
    shares, why_not = attenuation(samples)
    skipped += [word for word in (why, why_not) if word]
    document = new_document(SCHEMA, [samples], _choices(setup, definition)) | {
        "samples": _rows(samples, shape, material),
        "laws": [law.document for law in laws],
        "pair_creation": None if pairs is None else pairs.document,
        "attenuation": None if shares is None else shares.document,
    }  # fmt: skip
    judged, said = _validate(samples, setup, definition, document, progress)
    document["skipped"] = skipped + said
    document["warnings"] = _warnings(samples, setup, judged, [*laws, *filter(None, (pairs, shares))])
    if not laws and pairs is None and shares is None and not judged:
        document["status"] = "failed"
        document["warnings"].append("The table holds nothing that could be analysed: see what was left out.")
    document["bibliography"] = cited(bibliography(["york_2004", "fratelli_2024"]))
    panels = [found.panel for found in (*laws, *filter(None, (pairs, shares))) if found.panel is not None]
    answer = _answer(document, judged)
    card = _to_card(samples, laws, shape)
    return Analysis(
        document, (*_panels(samples, judged), *panels), f"Series {Path(table).name}", answer, card
    )


def _definition(table: SampleTable, given: str | None) -> str:
    """Of tau_eff where a row does not say it; asked for where it is needed and missing."""
    for own in table.definitions:
        if own and own not in DEFINITIONS:
            try:
                one_of(own, DEFINITIONS, where=str(table.path), who="tau_eff_definition")
            except BadValue as error:
                raise BadFile(
                    where=str(table.path), what="name", who="tau_eff_definition", expected=error.expected,
                    found=error.found, hint=error.hint,
                ) from None  # fmt: skip
    if given is not None or not table.has("tau_eff"):
        return given or "harmonic"
    unsaid = [
        name for name, own, value in zip(table.samples, table.definitions, table.values["tau_eff"], strict=True)
        if not own and np.isfinite(value)
    ]  # fmt: skip
    if unsaid:
        raise BadFile(
            where=str(table.path), what="table", who="tau_eff_definition",
            expected="a column that says it, or --tau-definition: one of " + ", ".join(DEFINITIONS),
            found=f"nothing for {unsaid[0]}",
            hint="Definitions differ by factors; lifetimes and fractions of a fit make the harmonic one.",
        )  # fmt: skip
    return "harmonic"


def _choices(setup: Setup, definition: str) -> dict[str, Any]:
    return {
        "model": setup.model,
        "model_meaning": KINETIC_MODELS[setup.model],
        "statistics": setup.statistics,
        "statistics_meaning": STATISTICS[setup.statistics],
        "retained_fraction": setup.retained_fraction,
        "auger_efficiency_definition": EFFICIENCY_MEANING,
        "tau_definition": definition,
        "tau_definition_of": "rows that have none of their own",
        "tau_definitions": dict(DEFINITIONS),
        "response_fwhm_ps": setup.response,
        "ctr_formula": FORMULA,
        "rise_time_ps": setup.rise_time,
        "gamma_energy_keV": setup.gamma_energy * 1e3,
        "outcoupling": setup.outcoupling,
        "detection_efficiency": setup.detection_efficiency,
        "shape": setup.shape,
        "line": "York 2004, errors in both axes; power laws in the logarithms; where chi-square is below 5 % likely an "
        "intrinsic scatter is added that makes it the number of degrees of freedom",
        "prediction_errors": "errors of <N>, lifetime, efficiency, quantum yield, edge length and light yield by "
        "central differences, as if independent; model and retained fraction are taken as exact",
        "intensity": "photons of a nanocrystal over its volume (equal mass), times one common factor where chi-square "
        "is least: one degree of freedom less",
    }


def _rows(table: SampleTable, shape: str, material: str | Path | None) -> list[dict[str, Any]]:
    """The table as it was read, with volumes and nanocrystals per gram."""
    rows: list[dict[str, Any]] = []
    density = None
    if material is not None:
        density = load_material(material, where=WHERE, who="--material").card.density.value
    for i, name in enumerate(table.samples):
        row: dict[str, Any] = {"sample": name}
        for base, values in table.values.items():
            unit = COLUMNS[base].unit
            suffix = "" if unit == "1" else f"_{unit}"
            row[f"{base}{suffix}"] = number(values[i])
            if base in table.errors:
                row[f"{base}_error{suffix}"] = number(table.errors[base][i])
        if table.has("edge_length"):
            size = volume(table.values["edge_length"][i], shape)
            row["volume_nm3"] = number(size)
            if density is not None:
                row["nanocrystals_per_gram"] = number(nanocrystals_per_gram(density, size))
        rows.append(row)
    return rows


def _validate(
    table: SampleTable, setup: Setup, definition: str, document: dict[str, Any], progress: Progress
) -> tuple[list[Judged], list[str]]:
    """The validation and its variants into the document; what was left out."""
    samples, why = predictable(table, setup.model)
    if samples is None:
        document["validation"] = None
        return [], [f"validation: {why}"]
    judged, words = _judged(table, samples, setup, definition)
    skipped = [f"validation of {word}" for word in words]
    document["validation"] = as_document(table, judged)
    document["choices"]["assumed"] = list(samples.assumed)
    left = [name for i, name in enumerate(table.samples) if i not in set(samples.rows.tolist())]
    if left:
        skipped.append(
            f"validation of {', '.join(left)}: not all of <N>, exciton lifetime and Auger efficiency"
        )
    alternatives = []
    models = dict.fromkeys(((setup.model, setup.statistics), ("paper", "paper")))
    variants = list(product(models, dict.fromkeys((setup.retained_fraction, *RETAINED))))
    for (model, statistics), xi in counted(variants, "validation", progress):
        other = setup._replace(model=model, statistics=statistics, retained_fraction=xi)
        outcome = as_document(table, _judged(table, samples, other, definition)[0])
        alternatives.append(
            {
                "model": model, "statistics": statistics, "retained_fraction": xi,
                **{key: outcome[key] for key in ("chi_square", "degrees_of_freedom", "p_value")},
            }
        )  # fmt: skip
    document["validation"]["alternatives"] = alternatives
    return judged, skipped


def _judged(
    table: SampleTable, samples: Any, setup: Setup, definition: str
) -> tuple[list[Judged], list[str]]:
    try:
        return judge(table, samples, setup, definition)
    except (OutOfRange, BadValue) as error:
        raise error.at(where=str(table.path)) from None


def _warnings(table: SampleTable, setup: Setup, judged: list[Judged], laws: list[Found]) -> list[str]:
    warnings = [*table.notes, *(word for law in laws for word in law.warnings)]
    if setup.model not in exact.MODELS and np.any(table.values.get("mean_excitons", np.zeros(1)) > 0.5):
        warnings.append(TRUNCATION)
    if setup.statistics == "paper":
        warnings.append("Statistics paper weights every n with <N> P(n): these are no probabilities.")
    if any(item.name == "ctr" for item in judged):
        warnings.append(FORMULA_LIMIT)
    small = [item.name for item in judged if item.comparison.degrees_of_freedom < 1]
    if small:
        warnings.append(f"Too few points to judge: {', '.join(small)}.")
    return warnings


def _to_card(table: SampleTable, laws: list[Found], shape: str) -> dict[str, Any]:
    """Lifetime of the exciton; and `card.SERIES_LAW`: edge [nm], lifetime [ps], error at the smallest and the largest
    of the samples by the fitted power law, and a note.
    """
    entries: dict[str, Any] = {}
    if table.has("exciton_lifetime"):
        value, error = table.values["exciton_lifetime"], table.error("exciton_lifetime")
        good = np.isfinite(value) & (error > 0)
        if good.any():
            mean = weighted_mean(value[good], error[good])
            note = f"weighted mean of {int(good.sum())} samples"
            entries["exciton.lifetime"] = (mean.value, mean.error, "ps", note)
    found = next((found for found in laws if found.document["name"] == "auger_lifetime"), None)
    if found is not None and found.law is not None and found.rows is not None:
        law, edges = found.law, table.values["edge_length"][found.rows]
        ends = np.array([np.min(edges), np.max(edges)])
        size = np.asarray(volume(ends, shape))
        lifetimes, errors = law(size), law.error(size)
        note = (
            f"power law 1/k_AR = a V^({law.exponent:.3g} +- {law.exponent_error:.2g}) through {len(edges)} samples, "
            f"V of a {shape}"
        )
        small, large = ((float(ends[k]), float(lifetimes[k]), float(errors[k])) for k in (0, 1))
        if ends[0] < ends[1]:
            entries[SERIES_LAW] = (*small, *large, note)
    return entries


def _answer(document: dict[str, Any], judged: list[Judged]) -> str:
    words = []
    pairs = document["pair_creation"]
    if pairs is not None:
        words.append(
            f"An electron-hole pair takes {pairs['gap_factor']:.2f} Eg ({pairs['gap_factor_low']:.2f} to "
            f"{pairs['gap_factor_high'] or float('inf'):.2f})."
        )
    shares = document["attenuation"]
    if shares is not None:
        words.append(
            f"The samples stop {shares['mean_share']:.1%} ± {shares['mean_share_error']:.1%} of the radiation."
        )
    if judged or not words:
        words.append(verdict(judged))
    return " ".join(words)


def _panels(table: SampleTable, judged: list[Judged]) -> list[Panel]:
    panels = []
    for item in judged:
        sized = table.has("edge_length")
        x = table.values["edge_length"][item.rows] if sized else np.arange(1.0, len(item.rows) + 1)
        order = np.argsort(x)
        c = item.comparison
        panels.append(
            Panel(
                title=f"Validation: {item.name}", x_label="edge length [nm]" if sized else "sample",
                y_label=f"{item.name} [{item.unit}]",
                caption=f"No parameter was fitted{' but a common factor' if c.scale != 1 else ''}: chi-square "
                f"{c.chi_square:.1f} for {c.degrees_of_freedom}.",
                series=(
                    Series("measured", x[order], item.measured[order], error=item.measured_error[order]),
                    Series("predicted", x[order], c.predicted[order], style="line"),
                    Series("68 %", x[order], c.predicted[order], error=c.predicted_error[order], style="band"),
                ), residuals=(Series("measured", x[order], c.residuals[order]),),
            )
        )  # fmt: skip
    return panels
