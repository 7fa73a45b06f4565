"""Figures of time: lifetimes and time resolution against size, and the decays themselves."""

from __future__ import annotations

import numpy as np

from scintidot.choices import COMPARED_MODELS, truncated
from scintidot.config import LIGHT_YIELD_SCALINGS
from scintidot.report.figures_common import Curves, Plot, line, mark_truncation, table_of, top
from scintidot.report.style import BLUE, GREEN, ORANGE, PURPLE, VERMILION, figure, shades
from scintidot.results import Prediction
from scintidot.variations import with_option


def timing_against_size(prediction: Prediction, curves: Curves) -> Plot:
    """Effective lifetimes and CTR (Fig. 3f)."""
    drawing, ((left, right),) = figure(1, 2, 11, 4.2)
    timing = prediction.config.timing
    response = f"instrument ({timing.response_fwhm_ps:g} ps)"
    for key, colour, label in (
        ("tau_ps.harmonic", BLUE, "harmonic"),
        ("tau_ps.instrument", ORANGE, response),
        ("tau_ps.mean_photon_time", GREEN, "mean photon time"),
        ("tau_ps.one_over_e", PURPLE, "1/e"),
    ):
        line(left, prediction, curves, key, colour, label)
    shortest = curves.figures.central["tau_ps.one_over_e"]
    if np.any(np.isfinite(shortest)):
        left.set(yscale="log", ylim=(0.4 * np.nanmin(shortest), None))
    left.set(xlabel="edge length [nm]", ylabel="effective lifetime [ps]")
    if truncated(prediction.config):
        for axis in (left, right):
            mark_truncation(axis, curves)
    left.legend(title="definition", ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    light = prediction.config.light
    line(right, prediction, curves, "ctr_ps.formula", BLUE, f"light yield ~ {light.light_yield_scaling}")
    other = next(name for name in LIGHT_YIELD_SCALINGS if name != light.light_yield_scaling)
    ctr = with_option(prediction, curves.edge, "light_yield_scaling", other)["ctr_ps.formula"]
    right.plot(curves.edge, ctr, "--", color=BLUE, lw=1.2, label=f"light yield ~ {other}")
    line(right, prediction, curves, "ctr_ps.cramer_rao", VERMILION, "Cramér-Rao bound")
    right.set(xlabel="edge length [nm]", ylabel="CTR [ps FWHM]: formula, bound")
    highest = max(top(prediction.figures.high[f"ctr_ps.{name}"]) for name in ("formula", "cramer_rao"))
    right.set_ylim(0, 1.15 * highest)
    right.legend(loc="lower left", bbox_to_anchor=(0, 1))
    truncation = (
        "Grey: more than one exciton on average, where counting every N >= 2 as a biexciton makes lifetimes and CTR "
        "too long and hides further gains. "
        if truncated(prediction.config)
        else ""
    )
    caption = (
        "Left: effective lifetime by four definitions, which are different quantities. The harmonic one is "
        "integral(F)/F(0); what an instrument of finite response reads differs from it. Right: coincidence time "
        f"resolution by {prediction.choices['ctr_formula']}, for {timing.gamma_energy_keV:g} "
        f"keV, rise time {timing.rise_time_ps:g} ps, outcoupling {timing.outcoupling:g}, detection efficiency "
        f"{timing.detection_efficiency:g}; light yield {light.light_yield_photons_per_MeV:g} photons/MeV at "
        f"{light.light_yield_edge_length_nm:g} nm of {light.light_yield_material} (a measured sample, in which the "
        "nanocrystals keep only part of the energy), scaled to each size; and by the Cramér-Rao bound with a jitter "
        f"of {timing.jitter_sigma_ps:g} ps (standard deviation), which no estimator can beat. Shaded: band of the "
        f"estimates. {truncation}Beyond the published sizes the laws are extrapolated. Compare Fig. 3f of Fratelli "
        "2024."
    )
    keys = [f"tau_ps.{name}" for name in ("harmonic", "instrument", "mean_photon_time", "one_over_e")]
    keys += ["ctr_ps.formula", "ctr_ps.cramer_rao"]
    table = table_of(prediction.edge_length, *(prediction.figures.central[key] for key in keys))
    return Plot(
        "timing",
        "Lifetime and time resolution against size",
        drawing,
        caption,
        ["edge_length_nm", *keys],
        table,
    )


def models_compared(prediction: Prediction) -> Plot:
    """Light, lifetime and time resolution by the kinetic models side by side."""
    drawing, axes = figure(1, 3, 13, 4.0)
    edges = prediction.edge_length
    shown = (
        ("photons_per_nc", "photons per nanocrystal"),
        ("tau_ps.harmonic", "harmonic τ [ps]"),
        ("ctr_ps.cramer_rao", "CTR [ps FWHM]: bound, formula"),
    )
    styles = zip(COMPARED_MODELS, (BLUE, GREEN, VERMILION), ("o-", "s--", "^:"), strict=True)
    for model, colour, style in styles:
        outputs = prediction.models[model]
        for axis, (key, label) in zip(axes[0], shown, strict=True):
            axis.plot(edges, outputs[key], style, color=colour, ms=5, label=model)
            axis.set(xlabel="edge length [nm]", ylabel=label)
        axes[0, 2].plot(edges, outputs["ctr_ps.formula"], style, color=colour, ms=3, lw=1, alpha=0.5)
    for axis in axes[0]:
        axis.set_ylim(0, None)
    axes[0, 0].legend(title="kinetic model")
    caption = (
        "The same deposits by three kinetic models: carriers (electrons and holes, trions emit; exact), ladder "
        "(excitons, an ionised crystal is dark; exact) and paper (Eqs. 1-7 of Fratelli 2024 with its statistics: every "
        "N >= 2 is one biexciton). Right: thick the Cramér-Rao bound, thin the formula. Each model is scaled to the "
        "measured light yield of the known sample by itself."
    )
    keys = ["photons_per_nc", "tau_ps.harmonic", "tau_ps.instrument", "ctr_ps.formula", "ctr_ps.cramer_rao"]
    table = [
        [model, float(edge), *(float(prediction.models[model][key][i]) for key in keys)]
        for model in COMPARED_MODELS
        for i, edge in enumerate(edges)
    ]
    columns = ["model", "edge_length_nm", *keys]
    return Plot("models", "Kinetic models side by side", drawing, caption, columns, table)


def decay_curves(prediction: Prediction) -> Plot:
    """F(t) of every size, normalised to its start."""
    drawing, ((left, right),) = figure(1, 2, 11, 4.0)
    time, curves = prediction.curve_time, prediction.curves
    for i, (edge, curve, colour) in enumerate(
        zip(prediction.edge_length, curves, shades(len(prediction.edge_length)), strict=True)
    ):
        for axis in (left, right):
            axis.plot(
                time / 1e3, curve / curve[0], "-" if i % 2 == 0 else "--", color=colour, label=f"{edge:g} nm"
            )
    left.set(xlim=(0, 1), ylim=(0.03, 1.1), yscale="log", xlabel="time [ns]", ylabel="F(t)/F(0)")
    right.set(xlim=(0, 30), ylim=(1e-3, 1.1), yscale="log", xlabel="time [ns]")
    right.legend(title="edge length", ncols=2)
    caption = (
        "Emission rate after the excitation, without instrument response: the fast part are multi-excitons and trions, "
        "the slow part the single exciton. Left the first nanosecond, right the whole decay."
    )
    chosen = [int(np.argmin(np.abs(time - t))) for t in (0, 10, 100, 1000, 10000)]
    columns = ["edge_length_nm", *(f"F({time[i]:.4g} ps)/F(0)" for i in chosen)]
    table = [
        [float(edge), *(float(c[i] / c[0]) for i in chosen)]
        for edge, c in zip(prediction.edge_length, curves, strict=True)
    ]
    return Plot("decays", "Decay curves", drawing, caption, columns, table)
