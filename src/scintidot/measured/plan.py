"""How long to measure: the counts after which a parameter of a decay is known as well as is wanted.

The expected counts themselves are fitted, as if they were data (Cowan 2011, doi:10.1140/epjc/s10052-011-1554-0): the
errors of that fit are those to expect, and all counts grow with the time, so that errors fall with its root.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scintidot import __version__
from scintidot.analysis.decay.fit import DecayFit, Measured, fit_components, fit_kinetic
from scintidot.analysis.decay.responses import GaussianResponse
from scintidot.analysis.decay.shapes import NAMES, Kinetic
from scintidot.analysis.identifiability import identifiability
from scintidot.constants import PS_PER_S
from scintidot.documents import Document
from scintidot.errors import BadValue, one_of
from scintidot.excitons.distribution import pair_distribution
from scintidot.kinetic_options import KINETIC_MODELS
from scintidot.materials.fields import In
from scintidot.measured.decay.occupancy import mean_excitons, pair_of
from scintidot.measured.document import correlation_of
from scintidot.measured.laboratory.bins import read_bins
from scintidot.measured.laboratory.light import read_light
from scintidot.options import Number, option_flag, read, read_whole
from scintidot.output import number

WHERE = "plan"
SCHEMA = "scintidot.plan/1"
MEAN = "mean_excitons"
TRIAL = 1e7
"""Counts of the decay that is fitted; the errors are carried to other numbers."""
FEW = 2000.0
"""Counts below which errors are not those of many counts."""


def plan_measurement(
    *,
    target: str = MEAN,
    precision: Number = 0.05,
    components: Number | None = None,
    analysis: str | None = None,
    count_rate: Number | None = None,
    photons_per_period: Number = 0.01,
    bin_width_ps: Number = 16.0,
    bins: Number = 4096,
    period_ns: Number = 100.0,
    irf_fwhm_ps: Number = 100.0,
    dark_count_rate: Number = 100.0,
    **light: Any,
) -> Document:
    """Counts and minutes until a parameter is known to a relative ``precision``.

    Parameters
    ----------
    target : str
        ``mean_excitons``, or a parameter of the analysis such as lifetime_XX_ps, auger_lifetime_ps.
    precision : number
        One standard deviation over the value. [1]
    components, analysis
        How the decay will be analysed: a number of exponentials, or a kinetic model; by default the model of the light.
    count_rate : number, optional
        Detected counts per second; else ``photons_per_period`` over the period.
    bin_width_ps, bins, period_ns : number
        Width and number of the time bins, and the time between excitations. [ps, 1, ns]
    irf_fwhm_ps : number
        Full width of a Gaussian response. [ps]
    dark_count_rate : number
        Of the detector. [1/s]
    **light
        Of `laboratory.light.read_light`: what is expected of the sample.

    Returns
    -------
    dict
        ``scintidot.plan/1``.

    Raises
    ------
    BadValue
        For a value outside its limits, or a target that the analysis does not find.

    Examples
    --------
    >>> plan = plan_measurement(auger_efficiency=0.9, mean_excitons=1, count_rate=1e5, bins=512)
    >>> plan["counts_needed"] > 1000 and plan["minutes"] > 0
    True
    """
    source = read_light(WHERE, **light)

    def given(name: str, value: Number, limits: In) -> float:
        return read(value, option_flag(name), WHERE, limits)

    wanted = given("precision", precision, In("1", above=0, below=1))
    width, many, period = read_bins(bin_width_ps, bins, period_ns, WHERE)
    fwhm = given("irf_fwhm_ps", irf_fwhm_ps, In("ps", above=0, at_most=1e7))
    dark = given("dark_count_rate", dark_count_rate, In("1", at_least=0, at_most=1e9))
    per_period = given("photons_per_period", photons_per_period, In("1", above=0, at_most=100))
    rate = per_period / period * PS_PER_S
    if count_rate is not None:
        rate = given("count_rate", count_rate, In("1", above=0, at_most=1e12))
    zero = max(6 * fwhm, 60 * width)
    edges = np.asarray(width * np.arange(many + 1) - zero, dtype=float)
    response = GaussianResponse(edges, period)
    terms = source.decay
    share = terms.amplitude / terms.rate / float(terms.integral)
    background = dark / rate * TRIAL * width / period
    expected = TRIAL * (share @ response.share(terms.rate, 0.0, fwhm)) + background
    data = Measured("expected", np.asarray(expected, dtype=float), edges, np.arange(many), response, fwhm)
    found, names, how = _fitted(data, source.truth, components, analysis)
    value, error = _target(found, target, names, source.truth)
    counts = TRIAL * (error / abs(value) / wanted) ** 2
    warnings = list(source.warnings)
    if counts < FEW:
        warnings.append(
            f"{counts:.3g} counts are few: errors of so small numbers are larger and not symmetric; take at least "
            f"{FEW:g}"
        )
    untold = identifiability(found.fit)
    if not math.isfinite(counts):
        warnings.append("no number of counts determines it: " + ", ".join(untold["not_determined"]))
    truth = source.truth.get(target)
    if truth is not None and abs(value - truth) > 0.02 * abs(truth):
        warnings.append(
            f"the analysis finds {target} = {value:.4g} where {truth:.4g} is true: its model is not that of the light, "
            "and more counts do not mend it"
        )
    scale = math.sqrt(TRIAL / counts) if counts > 0 and math.isfinite(counts) else math.nan
    return Document({
        "schema": SCHEMA,
        "version": __version__,
        "status": "ok" if math.isfinite(counts) else "failed",
        "target": target,
        "precision": wanted,
        "expected_value": number(value),
        "counts_needed": number(counts),
        "time_s": number(counts / rate),
        "minutes": number(counts / rate / 60),
        "count_rate_per_s": rate,
        "parameters": [
            {"name": p.name, "value": number(p.value), "error": number(p.error * scale), "unit": p.unit}
            for p in found.fit.parameters
            if not p.fixed and not p.name.startswith("photons")
        ],
        "correlation": correlation_of(found.fit),
        "identifiability": untold,
        "choices": {
            **{f"light_{key}": value for key, value in source.truth.items()},
            "analysis": how, "bin_width_ps": width, "bins": many, "period_ns": period / 1e3,
            "response": "gaussian, known", "response_fwhm_ps": fwhm, "dark_count_rate_per_s": dark,
            "errors": "expected counts fitted as data; they fall with the root of the time",
        },
        "warnings": warnings,
    })  # fmt: skip


def _fitted(
    data: Measured, truth: dict[str, Any], components: Number | None, analysis: str | None
) -> tuple[DecayFit, tuple[str, ...], str]:
    model = analysis or (truth["model"] if truth["model"] in KINETIC_MODELS and components is None else None)
    if model is None:
        expected = len(truth["lifetimes_ps"]) if "lifetimes_ps" in truth else 2
        count = read_whole(
            min(expected, max(NAMES)) if components is None else components, "--components", WHERE, 1, max(NAMES)
        )  # fmt: skip
        names = NAMES[count]
        return fit_components([data], names, starts=1), names, f"{count} components"
    one_of(model, KINETIC_MODELS, where=WHERE, who="--analysis")
    statistics = truth.get("statistics", "poisson")
    kinetic = Kinetic(
        model, lambda mean: pair_distribution(mean, statistics), 1.0, 1.0, 1.0, 1.0,
        truth.get("retained_fraction", 0.5), truth.get("quantum_yield", 1.0),
    )  # fmt: skip
    return fit_kinetic([data], kinetic), (), model


def _target(
    found: DecayFit, target: str, names: tuple[str, ...], truth: dict[str, Any]
) -> tuple[float, float]:
    """Value and error of the target at `TRIAL` counts."""
    known = [p.name for p in found.fit.parameters if not p.fixed and not p.name.startswith("photons")]
    if target in known:
        parameter = found.fit[target]
        return parameter.value, parameter.error
    possible = [*known, *([MEAN] if {"XX", "X"} <= set(names) else [])]
    one_of(target, possible, where=WHERE, who="--target")
    mean, warnings = mean_excitons(
        found.fit,
        lambda values: pair_of(values[:-4], names),
        truth.get("retained_fraction", 0.5),
        truth.get("statistics", "poisson"),
    )
    if mean["value"] is None:
        raise BadValue(
            where=WHERE, what="value", who="--target", expected="a decay from which <N> can be read",
            found="; ".join(warnings) or "none",
        )  # fmt: skip
    return mean["value"], mean["error"]
