"""The figures of a prediction, each as SVG with a caption and the table behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scintidot import study
from scintidot.report.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    VERMILION,
    figure,
    settings,
    shades,
    to_svg,
)
from scintidot.results import Prediction
from scintidot.simulation import deposit_curves, size_curves
from scintidot.study import Outputs

ENERGIES_KEV = [1.0, 2.0, 5.0, 7.0, 20.0, 50.0, 100.0]
PUBLISHED_DEPOSIT = {"edge_length_nm": (2.0, 15.0), "deposit_eV": (5.0, 35.0)}
"""Geant4 with its default 990 eV production cut, 7 keV (Fratelli 2024, p. 5)."""


@dataclass(frozen=True)
class Plot:
    """One figure of the report."""

    name: str
    title: str
    svg: str
    caption: str
    columns: list[str]
    table: list[list[float]]


@dataclass(frozen=True)
class Curves:
    """The prediction on a fine grid of sizes."""

    edge: Any
    central: Outputs
    low: Outputs
    high: Outputs


def draw_all(prediction: Prediction) -> list[Plot]:
    """Every figure in the order of the report."""
    curves = Curves(*size_curves(prediction))
    with settings():
        return [
            timing_against_size(prediction, curves),
            intensity_against_volume(prediction, curves),
            deposit_and_excitons(prediction, curves),
            decay_curves(prediction),
            auger_family(prediction),
            sensitivity(prediction),
        ]


def _line(
    axis: Any, prediction: Prediction, curves: Curves, key: str, colour: str, label: str, x: Any
) -> None:
    """Curve with its band, and the rows as points."""
    axis.fill_between(x(curves.edge), curves.low[key], curves.high[key], color=colour, alpha=0.15, lw=0)
    axis.plot(x(curves.edge), curves.central[key], color=colour, label=label)
    axis.plot(x(prediction.edge_length), prediction.central[key], "o", color=colour, ms=5)


def _table(edges: Any, *columns: Any) -> list[list[float]]:
    return [[float(value) for value in row] for row in zip(edges, *columns, strict=True)]


def _same(values: Any) -> Any:
    return values


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
        _line(left, prediction, curves, key, colour, label, _same)
    lowest = float(np.nanmin(curves.central["tau_ps.one_over_e"]))
    left.set(yscale="log", ylim=(0.4 * lowest, None))
    left.set(xlabel="edge length [nm]", ylabel="effective lifetime [ps]")
    left.legend(title="definition", ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    light = prediction.config.light
    _line(
        right, prediction, curves, "ctr_ps.formula", BLUE, f"light yield ~ {light.light_yield_scaling}", _same
    )
    other = _other_scaling(curves, prediction)
    right.plot(curves.edge, other[1], "--", color=VERMILION, label=f"light yield ~ {other[0]}")
    right.set(xlabel="edge length [nm]", ylabel="CTR by formula [ps FWHM]")
    top = float(np.nanmax(prediction.high["ctr_ps.formula"]))
    right.set_ylim(0, 1.15 * top)
    right.legend(loc="lower left", bbox_to_anchor=(0, 1))
    caption = (
        "Left: effective lifetime by four definitions, which are different quantities. The harmonic one is "
        "integral(F)/F(0); what an instrument of finite response reads differs from it. Right: coincidence time "
        f"resolution by the formula 3.33 sqrt(rise time x harmonic tau / photons) for {timing.gamma_energy_keV:g} "
        f"keV, rise time {timing.rise_time_ps:g} ps, {light.light_yield_photons_per_MeV:g} photons/MeV at "
        f"{light.light_yield_edge_length_nm:g} nm, outcoupling {timing.outcoupling:g}, detection efficiency "
        f"{timing.detection_efficiency:g}. Shaded: band of the estimates. Compare Fig. 3f of Fratelli 2024."
    )
    keys = [f"tau_ps.{name}" for name in ("harmonic", "instrument", "mean_photon_time", "one_over_e")]
    keys += ["ctr_ps.formula"]
    table = _table(prediction.edge_length, *(prediction.central[key] for key in keys))
    return Plot(
        "timing",
        "Lifetime and time resolution against size",
        to_svg(drawing),
        caption,
        ["edge_length_nm", *keys],
        table,
    )


def _other_scaling(curves: Curves, prediction: Prediction) -> tuple[str, Any]:
    """CTR under the other scaling of the light yield, joined at the size that anchors it."""
    kept = curves.central["mean_deposit_eV"]
    anchor = np.interp(prediction.config.light.light_yield_edge_length_nm, curves.edge, kept)
    ctr = curves.central["ctr_ps.formula"]
    if prediction.config.light.light_yield_scaling == "photons-per-nanocrystal":
        return "photons-per-deposited-energy", ctr * np.sqrt(kept / anchor)
    return "photons-per-nanocrystal", ctr * np.sqrt(anchor / kept)


def intensity_against_volume(prediction: Prediction, curves: Curves) -> Plot:
    """Photons of one nanocrystal and of equal mass (Fig. 3c)."""
    drawing, axes = figure(1, 3, 13, 4.0)
    left, middle, right = axes[0]
    _line(left, prediction, curves, "photons_per_nc", BLUE, "", _same)
    left.set(xlabel="edge length [nm]", ylabel="photons per hit nanocrystal", ylim=(0, None))
    _line(middle, prediction, curves, "intensity_ensemble_relative", GREEN, "", lambda edge: edge**3)
    middle.set(xscale="log", xlabel="d³ [nm³]", ylabel="I_ENS of equal mass [relative]")
    middle.set_ylim(0, 1.25 * float(prediction.high["intensity_ensemble_relative"].max()))
    _line(right, prediction, curves, "photons_per_MeV_deposited", VERMILION, "", _same)
    right.set(xlabel="edge length [nm]", ylabel="photons per MeV kept by nanocrystals", ylim=(0, None))
    caption = (
        "Left: photons after one hit. Middle: the same times the number of nanocrystals of equal mass, largest "
        "row = 1, as in Fig. 3c of Fratelli 2024; this counts every nanocrystal of the sample as hit once. Right: "
        "photons per energy kept, which is what equal absorbed dose gives: a larger crystal takes more energy "
        "per hit, so fewer of them are hit. Shaded: band of the estimates."
    )
    keys = ["photons_per_nc", "intensity_ensemble_relative", "photons_per_MeV_deposited"]
    table = _table(
        prediction.edge_length, prediction.edge_length**3, *(prediction.central[key] for key in keys)
    )
    return Plot(
        "intensity",
        "Light against size",
        to_svg(drawing),
        caption,
        ["edge_length_nm", "d3_nm3", *keys],
        table,
    )


def deposit_and_excitons(prediction: Prediction, curves: Curves) -> Plot:
    """Deposit for several energies, and mean excitons (Fig. 1c)."""
    drawing, ((left, right),) = figure(1, 2, 11, 4.4)
    own = prediction.config.radiation.kinetic_energy_keV
    energies = sorted({*ENERGIES_KEV, own})
    lines = deposit_curves(prediction, curves.edge, energies)
    for energy, colour in zip(energies, shades(len(energies)), strict=True):
        if energy != own:
            left.plot(curves.edge, lines[energy], color=colour, lw=1.3, label=f"{energy:g} keV")
    _line(left, prediction, curves, "mean_deposit_eV", VERMILION, f"{own:g} keV (this run)", _same)
    left.plot(
        PUBLISHED_DEPOSIT["edge_length_nm"], PUBLISHED_DEPOSIT["deposit_eV"], "D", color="black", ms=6, ls="none",
        label="Fratelli 2024, Geant4, 7 keV",
    )  # fmt: skip
    left.set(yscale="log", xlabel="edge length [nm]", ylabel="mean deposit in one nanocrystal [eV]")
    left.legend(ncols=2, loc="upper left", bbox_to_anchor=(0, -0.16))
    _line(right, prediction, curves, "mean_excitons", BLUE, prediction.choices["pair_creation_energy"], _same)
    for (name, rule), colour in zip(
        prediction.material.card.pair_creation.items(), (GREEN, ORANGE, PURPLE, GREY), strict=False
    ):
        if name != prediction.choices["pair_creation_energy"]:
            pair_energy = rule.gap_factor.value * curves.central["band_gap_eV"] + rule.offset.value
            mean = curves.central["mean_deposit_eV"] / pair_energy
            right.plot(curves.edge, mean, "--", lw=1.5, color=colour, label=name)
    right.set(xlabel="edge length [nm]", ylabel="mean excitons <N>", ylim=(0, None))
    gaps = right.secondary_xaxis("top")
    ticks = np.array([3.0, 6.0, 9.0, 12.0, 15.0])
    in_gaps = np.interp(ticks, curves.edge, curves.central["mean_deposit_eV"] / curves.central["band_gap_eV"])
    gaps.set_xticks(ticks, [f"{value:.0f}" for value in in_gaps])
    gaps.set_xlabel("deposit in band gaps")
    right.legend(title="pair-creation energy", loc="upper left", bbox_to_anchor=(0, -0.16), ncols=2)
    caption = (
        f"Left: mean energy kept by one {prediction.choices['shape']}, start rule {prediction.choices['start']}, "
        "model continuous: nothing escapes, so small crystals keep less than this. Diamonds: the published ends "
        "(5 eV at 2 nm, 35 eV at 15 nm). Right: mean number of excitons with the pair-creation energy of this run "
        "and, dashed, with the other rules of the card. Compare Fig. 1c of Fratelli 2024."
    )
    table = _table(
        prediction.edge_length, prediction.central["mean_deposit_eV"],
        prediction.central["mean_deposit_eV"] / prediction.central["band_gap_eV"], prediction.central["mean_excitons"],
    )  # fmt: skip
    columns = ["edge_length_nm", "mean_deposit_eV", "deposit_in_gaps", "mean_excitons"]
    return Plot("deposit", "Energy kept and excitons against size", to_svg(drawing), caption, columns, table)


def decay_curves(prediction: Prediction) -> Plot:
    """F(t) of every size, normalised to its start."""
    drawing, ((left, right),) = figure(1, 2, 11, 4.0)
    time, curves = prediction.curve_time, prediction.curves
    for edge, curve, colour in zip(
        prediction.edge_length, curves, shades(len(prediction.edge_length)), strict=True
    ):
        for axis in (left, right):
            axis.plot(time / 1e3, curve / curve[0], color=colour, lw=1.6, label=f"{edge:g} nm")
    left.set(xlim=(0, 1), ylim=(0.03, 1.1), yscale="log", xlabel="time [ns]", ylabel="F(t)/F(0)")
    right.set(xlim=(0, 30), ylim=(1e-3, 1.1), yscale="log", xlabel="time [ns]")
    right.legend(title="edge length", ncols=2)
    caption = (
        "Emission rate after the excitation, without instrument response: the fast part is the biexciton, the "
        "slow part the single exciton. Left the first nanosecond, right the whole decay."
    )
    chosen = [int(np.argmin(np.abs(time - t))) for t in (0, 10, 100, 1000, 10000)]
    columns = ["edge_length_nm", *(f"F({time[i]:.4g} ps)/F(0)" for i in chosen)]
    table = [
        [float(edge), *(float(c[i] / c[0]) for i in chosen)]
        for edge, c in zip(prediction.edge_length, curves, strict=True)
    ]
    return Plot("decays", "Decay curves", to_svg(drawing), caption, columns, table)


def auger_family(prediction: Prediction) -> Plot:
    """tau, I_NC and CTR_NC against Phi_AR (Fig. 1a)."""
    statistics = prediction.choices["statistics"]
    response = prediction.config.timing.response_fwhm_ps
    family = study.auger_family(prediction.choices["kinetics"], statistics, response)
    drawing, axes = figure(3, 3, 11, 8.6)
    colours = shades(len(study.FAMILY_MEAN_EXCITONS))
    phi = family["auger_efficiency"]
    for column, retained in enumerate(study.FAMILY_RETAINED_FRACTIONS):
        for row, mean in enumerate(study.FAMILY_MEAN_EXCITONS):
            style = {"color": colours[row], "lw": 1.6}
            axes[0, column].plot(phi, family["harmonic"][column, row] / 1e3, label=f"{mean:g}", **style)
            axes[0, column].plot(phi, family["instrument"][column, row] / 1e3, ls=":", **style)
            axes[1, column].plot(phi, family["photons"][column, row], **style)
            axes[2, column].plot(phi, family["ctr_nc"][column, row], **style)
        axes[0, column].set(title=f"ξ = {retained:g}", ylim=(0, 10.5))
        axes[1, column].set(ylim=(0, 1.05 * family["photons"].max()))
        axes[2, column].set(ylim=(0, 1.05 * family["ctr_nc"].max()), xlabel="Φ_AR")
    axes[0, 0].set_ylabel("τ [ns]: harmonic (line),\ninstrument (dots)")
    axes[1, 0].set_ylabel("I_NC [photons]")
    axes[2, 0].set_ylabel("CTR_NC [ps^½]")
    drawing.legend(
        *axes[0, 0].get_legend_handles_labels(),
        title="<N>",
        ncols=7,
        loc="outside lower center",
        frameon=False,
    )
    caption = (
        f"One nanocrystal against Auger efficiency, statistics {statistics}, Φ_X = 1, k_X = 1e-4/ps, k_XX = 4 k_X; "
        "ξ is the share of Auger events that do not ionise. The harmonic lifetime falls steadily and CTR_NC = "
        "sqrt(τ_harmonic/I_NC) = F(0)^-½ does not depend on Auger recombination at all. What an instrument of "
        f"{response:g} ps reads (dots) turns upward at high Auger efficiency. Compare Fig. 1a of Fratelli 2024."
    )
    middle = study.FAMILY_RETAINED_FRACTIONS.index(0.5)
    chosen = [int(np.argmin(np.abs(phi - value))) for value in (0.0, 0.5, 0.9, 0.99)]
    keys = ["harmonic", "instrument", "photons", "ctr_nc"]
    table = [
        [mean, float(phi[i]), *(float(family[key][middle, row, i]) for key in keys)]
        for row, mean in enumerate(study.FAMILY_MEAN_EXCITONS)
        for i in chosen
    ]
    columns = ["mean_excitons", "auger_efficiency", "harmonic_ps", "instrument_ps", "photons", "ctr_nc"]
    return Plot(
        "family",
        "What Auger recombination does (ξ = 0.5 in the table)",
        to_svg(drawing),
        caption,
        columns,
        table,
    )


SENSITIVITY_FIGURES = {
    "photons_per_nc": "photons per nanocrystal",
    "tau_ps.harmonic": "harmonic τ",
    "ctr_ps.formula": "CTR",
}


def middle_row(prediction: Prediction) -> int:
    """The row nearest to the size that anchors the light yield."""
    target = prediction.config.light.light_yield_edge_length_nm
    return int(np.argmin(np.abs(prediction.edge_length - target)))


def sensitivity(prediction: Prediction) -> Plot:
    """Which uncertain number of the card matters most."""
    index = middle_row(prediction)
    keys = list(prediction.single)
    changes = np.zeros((len(keys), len(SENSITIVITY_FIGURES), 2))
    for i, key in enumerate(keys):
        for j, name in enumerate(SENSITIVITY_FIGURES):
            centre = prediction.central[name][index]
            changes[i, j] = [100 * (side[name][index] / centre - 1) for side in prediction.single[key]]
    order = np.argsort(np.abs(changes).max(axis=(1, 2)))
    drawing, axes = figure(1, len(SENSITIVITY_FIGURES), 12, 0.34 * max(len(keys), 3) + 1.3)
    places = np.arange(len(keys))
    for j, (axis, label) in enumerate(zip(axes[0], SENSITIVITY_FIGURES.values(), strict=True)):
        axis.barh(places, changes[order, j, 0], color=BLUE, alpha=0.85, label="at low")
        axis.barh(places, changes[order, j, 1], color=ORANGE, alpha=0.85, label="at high")
        axis.axvline(0, color="black", lw=0.8)
        axis.set(xlabel=f"change of {label} [%]", yticks=places)
        axis.set_yticklabels([keys[i] for i in order] if j == 0 else [])
    axes[0, -1].legend(loc="lower right")
    caption = (
        f"At {prediction.edge_length[index]:g} nm: each number of the card that has a band, set to its low and its "
        "high end, all else unchanged. The longest bar is the number to measure first."
    )
    columns = [
        "number of the card",
        *(f"{name} {end} [%]" for name in SENSITIVITY_FIGURES.values() for end in ("low", "high")),
    ]
    table: list[list[Any]] = [[keys[i], *map(float, changes[i].ravel())] for i in order[::-1]]
    return Plot("sensitivity", "Which assumption matters most", to_svg(drawing), caption, columns, table)
