"""Laws of a series of samples: what is drawn against size, deposit or volume, and attenuation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from scintidot.analysis.series.attenuation import attenuated_share
from scintidot.analysis.series.lines import (
    PowerLaw,
    Slope,
    power_law,
    slope_through_zero,
    weighted_mean,
    york,
)
from scintidot.geometry import volume
from scintidot.measured.panels import Panel, Series
from scintidot.measured.series.sample_table import SampleTable
from scintidot.output import number
from scintidot.records import FloatArray

NOT_SMALL = 0.3
"""Relative error above which the logarithm of a value is no longer normal."""


class Points(NamedTuple):
    """What a law is fitted to."""

    rows: Any
    x: FloatArray
    y: FloatArray
    x_error: FloatArray
    y_error: FloatArray


class Found(NamedTuple):
    """A law for the document, its warnings and its picture."""

    document: dict[str, Any]
    warnings: list[str]
    panel: Panel | None
    law: PowerLaw | None = None
    rows: Any = None  # of the table that it goes through


def _volume(table: SampleTable, shape: str) -> tuple[FloatArray, FloatArray]:
    edge = table.values["edge_length"]
    size = np.asarray(volume(edge, shape))
    return size, 3 * size * table.error("edge_length") / edge


def _auger_lifetime(table: SampleTable) -> tuple[FloatArray, FloatArray]:
    """1/k_AR = tau_X (1 - Phi)/(4 Phi)."""
    phi, tau = table.values["auger_efficiency"], table.values["exciton_lifetime"]
    with np.errstate(divide="ignore", invalid="ignore"):
        value = tau * (1 - phi) / (4 * phi)
        relative = np.hypot(
            table.error("exciton_lifetime") / tau, table.error("auger_efficiency") / (phi * (1 - phi))
        )
    return value, value * relative


def _given(name: str) -> Callable[[SampleTable], tuple[FloatArray, FloatArray]]:
    return lambda table: (table.values[name], table.error(name))


POWERS: tuple[tuple[str, str, str, tuple[str, ...], Callable[[SampleTable], tuple[FloatArray, FloatArray]]], ...] = (
    ("biexciton_lifetime", "ps", "tau_XX = a V^b", ("biexciton_lifetime",), _given("biexciton_lifetime")),
    (
        "auger_lifetime", "ps", "1/k_AR = tau_X (1 - Phi_AR)/(4 Phi_AR) = a V^b",
        ("auger_efficiency", "exciton_lifetime"), _auger_lifetime,
    ),
    ("intensity_relative", "1", "I = a V^b", ("intensity_relative",), _given("intensity_relative")),
    ("tau_eff", "ps", "tau_EFF = a V^b", ("tau_eff",), _given("tau_eff")),
    ("ctr", "ps", "CTR = a V^b", ("ctr",), _given("ctr")),
    ("mean_excitons", "1", "<N> = a V^b", ("mean_excitons",), _given("mean_excitons")),
)  # fmt: skip
"""Name, unit, law against the volume [nm3], columns, values with errors."""


def power_laws(table: SampleTable, shape: str) -> tuple[list[Found], list[str]]:
    """Every power of the volume that the table allows, and why others are left out."""
    found, skipped = [], []
    for name, unit, formula, columns, values in POWERS:
        if not table.has("edge_length", *columns):
            if table.has(*columns):
                skipped.append(f"{name} against volume: no column edge_length_nm")
            continue
        x, x_error = _volume(table, shape)
        y, y_error = values(table)
        points = _points(x, y, x_error, y_error, positive=True)
        if len(points.rows) < 2 or np.unique(points.x).size < 2:
            skipped.append(f"{name} against volume: no two sizes with a value and an error")
            continue
        found.append(_power(name, unit, formula, points))
    return found, skipped


def _points(
    x: FloatArray, y: FloatArray, x_error: FloatArray, y_error: FloatArray, *, positive: bool
) -> Points:
    good = np.isfinite(x) & np.isfinite(y) & (np.nan_to_num(x_error) + np.nan_to_num(y_error) > 0)
    if positive:
        good &= (x > 0) & (y > 0)
    rows = np.flatnonzero(good)
    return Points(rows, x[rows], y[rows], np.nan_to_num(x_error[rows]), np.nan_to_num(y_error[rows]))


def _power(name: str, unit: str, formula: str, points: Points) -> Found:
    law = power_law(points.x, points.y, points.x_error, points.y_error)
    warnings = []
    if max(np.max(points.y_error / points.y), np.max(points.x_error / points.x)) > NOT_SMALL:
        warnings.append(
            f"{name}: relative errors above {NOT_SMALL:.0%} are not normal in the logarithm; the law is approximate."
        )
    if law.line.scatter > 0:
        warnings.append(
            f"{name}: the points scatter about the law by more than their errors (p = {law.line.probability:.2g}); an "
            f"intrinsic scatter of {law.line.scatter:.1%} was added."
        )
    return Found(
        _power_document(name, unit, formula, law, points),
        warnings,
        _power_panel(name, unit, law, points),
        law,
        points.rows,
    )


def _power_document(name: str, unit: str, formula: str, law: PowerLaw, points: Points) -> dict[str, Any]:
    return {
        "name": name,
        "law": formula,
        "exponent": number(law.exponent),
        "exponent_error": number(law.exponent_error),
        "pivot_nm3": number(law.pivot),
        "at_pivot": number(law.amplitude),
        "at_pivot_error": number(law.amplitude_error),
        "coefficient": number(law.coefficient),
        "unit": unit,
        "points": len(points.rows),
        "chi_square": number(law.line.chi_square),
        "degrees_of_freedom": law.line.degrees_of_freedom,
        "p_value": number(law.line.probability),
        "intrinsic_scatter": number(law.line.scatter),
    }


def _power_panel(name: str, unit: str, law: PowerLaw, points: Points) -> Panel:
    x = np.geomspace(points.x.min() / 1.1, points.x.max() * 1.1, 100)
    order = np.argsort(points.x)
    sigma = np.hypot(points.y_error / points.y, law.exponent * points.x_error / points.x)
    residuals = np.log(points.y / law(points.x)) / sigma
    return Panel(
        title=f"{name} against volume", x_label="volume [nm³]", y_label=f"{name} [{unit}]",
        caption=f"{name} is proportional to V^({law.exponent:.3f} ± {law.exponent_error:.3f}).",
        series=(
            Series("samples", points.x, points.y, error=points.y_error, x_error=points.x_error),
            Series("law", x, law(x), style="line"), Series("68 %", x, law(x), error=law.error(x), style="band"),
        ), residuals=(Series("samples", points.x[order], residuals[order]),), log_x=True, log_y=True,
    )  # fmt: skip


def pair_creation(table: SampleTable) -> tuple[Found | None, str]:
    """epsilon/Eg, the inverse slope of <N> against deposit/Eg through zero."""
    missing = [name for name in ("mean_excitons", "deposit", "band_gap") if not table.has(name)]
    if missing:
        return None, "pair creation energy: no column of " + ", ".join(missing)
    deposit, gap = table.values["deposit"], table.values["band_gap"]
    with np.errstate(divide="ignore", invalid="ignore"):
        x = deposit / gap
        x_error = x * np.hypot(table.error("deposit") / deposit, table.error("band_gap") / gap)
    points = _points(x, table.values["mean_excitons"], x_error, table.error("mean_excitons"), positive=True)
    if len(points.rows) < 2:
        return None, "pair creation energy: no two samples with <N>, deposit, gap and an error"
    slope = slope_through_zero(points.x, points.y, points.x_error, points.y_error)
    warnings = []
    if slope.widened > 1:
        warnings.append(
            f"Pair creation: the samples scatter about one slope by more than their errors (p = "
            f"{slope.probability:.2g}); the interval is widened by {slope.widened:.2f}."
        )
    if not table.error("deposit").any():
        warnings.append(
            "Pair creation: the deposits are taken as exact; errors of the simulation are not in it."
        )
    return Found(_pair_document(slope, points), warnings, _pair_panel(slope, points)), ""


def _pair_document(slope: Slope, points: Points) -> dict[str, Any]:
    return {
        "gap_factor": number(1 / slope.slope),
        "gap_factor_low": number(1 / slope.high),
        "gap_factor_high": number(1 / slope.low) if slope.low > 0 else None,
        "slope": number(slope.slope),
        "slope_low": number(slope.low),
        "slope_high": number(slope.high),
        "law": "<N> = (deposit/Eg)/gap_factor, through zero; epsilon = gap_factor Eg",
        "points": len(points.rows),
        "chi_square": number(slope.chi_square),
        "degrees_of_freedom": slope.degrees_of_freedom,
        "p_value": number(slope.probability),
        "interval_widened_by": number(slope.widened),
    }


def _pair_panel(slope: Slope, points: Points) -> Panel:
    x = np.linspace(0, 1.1 * float(points.x.max()), 50)
    away = np.array([slope.high - slope.slope, slope.slope - slope.low])  # one side may have no bound
    half = x * float(np.max(away[np.isfinite(away)], initial=0.0))
    sigma = np.hypot(points.y_error, slope.slope * points.x_error)
    return Panel(
        title="Pair creation", x_label="deposit/Eg", y_label="<N>",
        caption=f"The slope is one over epsilon/Eg = {1 / slope.slope:.2f}.",
        series=(
            Series("samples", points.x, points.y, error=points.y_error, x_error=points.x_error),
            Series("through zero", x, slope.slope * x, style="line"),
            Series("68 %", x, slope.slope * x, error=half, style="band"),
        ), residuals=(Series("samples", points.x, (points.y - slope.slope * points.x) / sigma),),
    )  # fmt: skip


def attenuation(table: SampleTable) -> tuple[Found | None, str]:
    """Shares that samples stop, from counts behind a reference scintillator or as given, and whether size matters."""
    count, common = len(table.samples), 0.0
    if table.has("counts_with", "counts_without"):
        zero = np.zeros(count)
        counts = [
            np.nan_to_num(table.values.get(f"counts_{n}", zero))
            if n == "background"
            else table.values[f"counts_{n}"]
            for n in ("with", "without", "background")
        ]
        given = [table.errors.get(f"counts_{n}") for n in ("with", "without", "background")]
        sigma = [np.sqrt(np.maximum(c, 0)) if e is None else e for c, e in zip(counts, given, strict=True)]
        share, error = attenuated_share(*counts, *sigma)
        origin = "counts; errors " + ("as given" if given[0] is not None else "of Poisson's law")
        if count > 1 and np.unique(counts[1]).size == 1:  # one measurement without a sample for all of them
            total = error
            error = attenuated_share(counts[0], counts[1], counts[2], sigma[0], 0 * sigma[1], sigma[2])[1]
            common = float(np.sqrt(np.mean(np.maximum(total**2 - error**2, 0))))
            origin += "; one measurement without a sample, whose error is common to all shares"
    elif table.has("share_attenuated"):
        share, error = table.values["share_attenuated"], table.error("share_attenuated")
        origin = "share_attenuated of the table"
    else:
        return None, "attenuation: neither counts_with and counts_without nor share_attenuated"
    rows = np.flatnonzero(np.isfinite(share) & (np.nan_to_num(error) > 0))
    if not rows.size:
        counted = "no sample with counts above the background"
        return None, "attenuation: " + (counted if table.has("counts_with") else "no share with an error")
    edge = table.values["edge_length"] if table.has("edge_length") else np.full(count, np.nan)
    sized = rows[np.isfinite(edge[rows])]
    document: dict[str, Any] = {
        "from": origin,
        "common_error": number(common),
        "samples": [
            {"sample": table.samples[i], "edge_length_nm": number(edge[i]), "share": number(share[i]),
             "share_error": number(error[i])}
            for i in rows
        ],
    }  # fmt: skip
    mean = weighted_mean(share[rows], error[rows])
    document |= {
        "mean_share": number(mean.value), "mean_share_error": number(np.hypot(mean.error, common)),
        "chi_square": number(mean.chi_square), "degrees_of_freedom": mean.degrees_of_freedom,
        "p_value": number(mean.probability),
    }  # fmt: skip
    warnings = [] if np.all(share[rows] >= 0) else ["Attenuation: more light with a sample than without it."]
    if document["p_value"] is not None and document["p_value"] < 0.05:
        warnings.append(f"Attenuation differs between samples (p = {document['p_value']:.2g}).")
    panel = None
    if sized.size > 1 and np.unique(edge[sized]).size > 1:
        line = york(edge[sized], share[sized], np.zeros(sized.size), error[sized])
        document |= {
            "slope_per_nm": number(line.slope), "slope_per_nm_error": number(line.slope_error),
            "slope_sigma": number(line.slope / line.slope_error),
        }  # fmt: skip
        panel = Panel(
            title="Attenuation against size", x_label="edge length [nm]", y_label="share stopped",
            caption="The same mass should stop the same share, whatever the size.",
            series=(
                Series("samples", edge[sized], share[sized], error=error[sized]),
                Series("mean", edge[sized], np.full(sized.size, mean.value), style="dashed"),
            ), residuals=(Series("samples", edge[sized], (share[sized] - mean.value) / error[sized]),),
        )  # fmt: skip
    return Found(document, warnings, panel), ""
