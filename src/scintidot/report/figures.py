"""The figures of a prediction, each as SVG with a caption and the table behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scintidot import study
from scintidot.bands import Banded
from scintidot.choices import TRUNCATED_FROM
from scintidot.config import LIGHT_YIELD_SCALINGS
from scintidot.records import FloatArray
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
from scintidot.study import size_curves, with_option

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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


class Curves(NamedTuple):
    """The prediction on a fine grid of sizes."""

    edge: FloatArray  # [nm]
    figures: Banded


def draw_all(prediction: Prediction) -> list[Plot]:
    """Every figure in the order of the report."""
    curves = Curves(*size_curves(prediction))
    with settings(), np.errstate(divide="ignore", invalid="ignore"):  # no light: nothing is drawn
        return [
            timing_against_size(prediction, curves),
            intensity_against_volume(prediction, curves),
            deposit_and_excitons(prediction, curves),
            *([events(prediction), occupancy(prediction)] if prediction.occupancies else []),
            decay_curves(prediction),
            auger_family(prediction),
            sensitivity(prediction),
        ]


def _line(
    axis: Axes,
    prediction: Prediction,
    curves: Curves,
    key: str,
    colour: str,
    label: str,
    x: Callable[[FloatArray], FloatArray] = lambda edge: edge,
) -> None:
    """Curve with its band, and the rows as points."""
    axis.fill_between(
        x(curves.edge), curves.figures.low[key], curves.figures.high[key], color=colour, alpha=0.15, lw=0
    )
    axis.plot(x(curves.edge), curves.figures.central[key], color=colour, label=label)
    axis.plot(x(prediction.edge_length), prediction.figures.central[key], "o", color=colour, ms=5)


def _table(edges: Any, *columns: Any) -> list[list[float]]:
    return [[float(value) for value in row] for row in zip(edges, *columns, strict=True)]


def _top(values: FloatArray) -> float:
    """Largest finite value; 1 where there is none above zero."""
    return float(np.max(values, where=np.isfinite(values) & (values > 0), initial=0.0)) or 1.0


def _mark_truncation(axis: Axes, curves: Curves) -> None:
    """Grey where <N> is above `TRUNCATED_FROM`."""
    beyond = curves.edge[curves.figures.central["mean_excitons"] > TRUNCATED_FROM]
    if beyond.size:
        axis.axvspan(beyond[0], curves.edge[-1], color=GREY, alpha=0.09, lw=0, zorder=0)
        axis.annotate(
            "⟨N⟩ > 1: biexciton truncation", (1, 0.985), xycoords="axes fraction", ha="right", va="top", fontsize=8.5,
            color=GREY,
        )  # fmt: skip


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
        _line(left, prediction, curves, key, colour, label)
    shortest = curves.figures.central["tau_ps.one_over_e"]
    if np.any(np.isfinite(shortest)):
        left.set(yscale="log", ylim=(0.4 * np.nanmin(shortest), None))
    left.set(xlabel="edge length [nm]", ylabel="effective lifetime [ps]")
    for axis in (left, right):
        _mark_truncation(axis, curves)
    left.legend(title="definition", ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    light = prediction.config.light
    _line(right, prediction, curves, "ctr_ps.formula", BLUE, f"light yield ~ {light.light_yield_scaling}")
    other = next(name for name in LIGHT_YIELD_SCALINGS if name != light.light_yield_scaling)
    ctr = with_option(prediction, curves.edge, "light_yield_scaling", other)["ctr_ps.formula"]
    right.plot(curves.edge, ctr, "--", color=VERMILION, label=f"light yield ~ {other}")
    right.set(xlabel="edge length [nm]", ylabel="CTR by formula [ps FWHM]")
    right.set_ylim(0, 1.15 * _top(prediction.figures.high["ctr_ps.formula"]))
    right.legend(loc="lower left", bbox_to_anchor=(0, 1))
    caption = (
        "Left: effective lifetime by four definitions, which are different quantities. The harmonic one is "
        "integral(F)/F(0); what an instrument of finite response reads differs from it. Right: coincidence time "
        f"resolution by {prediction.choices['ctr_formula']}, for {timing.gamma_energy_keV:g} "
        f"keV, rise time {timing.rise_time_ps:g} ps, outcoupling {timing.outcoupling:g}, detection efficiency "
        f"{timing.detection_efficiency:g}; light yield {light.light_yield_photons_per_MeV:g} photons/MeV at "
        f"{light.light_yield_edge_length_nm:g} nm of {light.light_yield_material} (a measured sample, in which the "
        "nanocrystals keep only part of the energy), scaled to each size. Shaded: band of the estimates. "
        "Grey: more than one exciton on average, where counting every N >= 2 as a biexciton makes lifetimes and CTR "
        "too long and hides further gains. Beyond the published sizes the laws are extrapolated. Compare Fig. 3f "
        "of Fratelli 2024."
    )
    keys = [f"tau_ps.{name}" for name in ("harmonic", "instrument", "mean_photon_time", "one_over_e")]
    keys += ["ctr_ps.formula"]
    table = _table(prediction.edge_length, *(prediction.figures.central[key] for key in keys))
    return Plot(
        "timing",
        "Lifetime and time resolution against size",
        to_svg(drawing),
        caption,
        ["edge_length_nm", *keys],
        table,
    )


def intensity_against_volume(prediction: Prediction, curves: Curves) -> Plot:
    """Photons of one nanocrystal and of equal mass (Fig. 3c)."""
    drawing, axes = figure(1, 3, 13, 4.0)
    left, middle, right = axes[0]
    _line(left, prediction, curves, "photons_per_nc", BLUE, "")
    left.set(xlabel="edge length [nm]", ylabel="photons per nanocrystal", ylim=(0, None))
    _line(middle, prediction, curves, "intensity_ensemble_relative", GREEN, "", lambda edge: edge**3)
    middle.set(xscale="log", xlabel="d³ [nm³]", ylabel="I_ENS of equal mass [relative]")
    middle.set_ylim(0, 1.25 * _top(prediction.figures.high["intensity_ensemble_relative"]))
    _line(right, prediction, curves, "photons_per_MeV_deposited", VERMILION, "")
    right.set(xlabel="edge length [nm]", ylabel="photons per MeV kept by nanocrystals", ylim=(0, None))
    caption = (
        "Left: photons of one nanocrystal after one event. Middle: the same times the number of nanocrystals of equal "
        "mass, largest row = 1, the definition behind Fig. 3c of Fratelli 2024; it counts every nanocrystal of the "
        "sample as hit once and so favours small ones, while the measured intensity there follows the quantum yield. "
        "Right: photons per energy kept, for equal absorbed dose: a larger crystal takes more energy per event, so "
        "fewer of them take part. Shaded: band of the estimates."
    )
    keys = ["photons_per_nc", "intensity_ensemble_relative", "photons_per_MeV_deposited"]
    table = _table(
        prediction.edge_length, prediction.edge_length**3, *(prediction.figures.central[key] for key in keys)
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
    model = prediction.deposits[0].model
    scaled = "" if model == "continuous" else ", scaled"
    for energy, colour in zip(energies, shades(len(energies)), strict=True):
        if energy != own:
            kept = with_option(prediction, curves.edge, "energy", energy)["mean_deposit_eV"]
            left.plot(curves.edge, kept, color=colour, lw=1.3, label=f"{energy:g} keV{scaled}")
    _line(left, prediction, curves, "mean_deposit_eV", VERMILION, f"{own:g} keV (this run)")
    left.plot(
        PUBLISHED_DEPOSIT["edge_length_nm"], PUBLISHED_DEPOSIT["deposit_eV"], "D", color="black", ms=6, ls="none",
        label="Fratelli 2024: Geant4, 990 eV cut, 7 keV",
    )  # fmt: skip
    left.set(yscale="log", xlabel="edge length [nm]", ylabel="mean deposit in one nanocrystal [eV]")
    left.legend(ncols=2, loc="upper left", bbox_to_anchor=(0, -0.16))
    _line(right, prediction, curves, "mean_excitons", BLUE, prediction.choices["pair_creation_energy"])
    for name, colour in zip(
        prediction.material.card.pair_creation, (GREEN, ORANGE, PURPLE, GREY), strict=False
    ):
        if name != prediction.choices["pair_creation_energy"]:
            mean = with_option(prediction, curves.edge, "pair_creation_energy", name)["mean_excitons"]
            right.plot(curves.edge, mean, "--", lw=1.5, color=colour, label=name)
    right.set(xlabel="edge length [nm]", ylabel="mean excitons <N>", ylim=(0, None))
    gaps = right.secondary_xaxis("top")
    ticks = np.array([3.0, 6.0, 9.0, 12.0, 15.0])
    in_gaps = np.interp(
        ticks, curves.edge, curves.figures.central["mean_deposit_eV"] / curves.figures.central["band_gap_eV"]
    )
    gaps.set_xticks(ticks, [f"{value:.1f}" for value in in_gaps])
    gaps.set_xlabel("deposit in band gaps")
    right.legend(title="pair-creation energy", loc="upper left", bbox_to_anchor=(0, -0.16), ncols=2)
    caption = (
        f"Left: mean energy kept by one {prediction.choices['shape']} per event, start rule "
        f"{prediction.choices['start']}, deposit model {model}. {_about_deposit(model)} Diamonds: the published ends (5 eV "
        "at 2 nm, 35 eV at 15 nm) of a simulation that leaves secondaries below 990 eV on the spot. Right: mean number of "
        "excitons with the pair-creation energy of this run and, dashed, with the other rules of the card. Compare Fig. "
        "1c of Fratelli 2024."
    )
    kept, gap, mean = (
        prediction.figures.central[key] for key in ("mean_deposit_eV", "band_gap_eV", "mean_excitons")
    )
    table = _table(prediction.edge_length, kept, kept / gap, mean)
    columns = ["edge_length_nm", "mean_deposit_eV", "deposit_in_gaps", "mean_excitons"]
    return Plot("deposit", "Energy kept and excitons against size", to_svg(drawing), caption, columns, table)


def _about_deposit(model: str) -> str:
    """What the left panel of deposits leaves out."""
    if model == "continuous":
        return "Nothing escapes in it, so small crystals keep less than this."
    return (
        "Curves between simulated sizes, and other energies, are those of the analytic model scaled by what the simulation "
        "made of it."
    )


COLOURS = {"track": VERMILION, "local": BLUE, "continuous": GREY}


def events(prediction: Prediction) -> Plot:
    """Deposit by model, and how it scatters from event to event (Figs. 1b and 1c)."""
    drawing, ((left, right),) = figure(1, 2, 11, 4.2)
    own, edges = prediction.deposits[0], prediction.edge_length
    rows = prediction.rows
    for name in rows[0]["deposit_by_model_eV"]:
        kept = [row["deposit_by_model_eV"][name] for row in rows]
        label = name if name in COLOURS else "file"
        left.plot(edges, kept, "o-", ms=4, color=COLOURS.get(name, PURPLE), label=label)
    errors = [row["deposit_standard_error_eV"] for row in rows]
    kept = [row["mean_deposit_eV"] for row in rows]
    left.errorbar(edges, kept, errors, fmt="none", ecolor="black", capsize=2)
    left.plot(
        PUBLISHED_DEPOSIT["edge_length_nm"], PUBLISHED_DEPOSIT["deposit_eV"], "D", color="black", ms=6, ls="none",
        label="Fratelli 2024: Geant4, 990 eV cut, 7 keV",
    )  # fmt: skip
    left.set(yscale="log", xlabel="edge length [nm]", ylabel="mean deposit per event [eV]")
    left.legend(title="deposit model", loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    shown = sorted({0, len(edges) // 2, len(edges) - 1})
    for i, colour in zip(shown, shades(len(shown)), strict=True):
        size = own.of(float(edges[i]))
        assert size is not None
        beyond = np.cumsum(size.probability[::-1])[::-1]
        right.plot(size.energy, beyond, color=colour, label=f"{edges[i]:g} nm, mean {size.mean:.3g} eV")
        right.plot([size.mean], [np.interp(size.mean, size.energy, beyond)], "o", color=colour, ms=5)
    right.set(
        xscale="log", yscale="log", xlim=(1, None), ylim=(1e-4, 1), xlabel="energy E [eV]",
        ylabel="events that leave more than E",
    )  # fmt: skip
    right.legend(loc="lower left", bbox_to_anchor=(0, 1))
    caption = (
        "Left: the mean deposit by model. track follows every electron to the band gap; local leaves secondary electrons "
        f"below {prediction.config.deposit.local_below_eV:g} eV where they are born, as Geant4 does at its default cut; "
        "continuous is the straight path with its mean loss. Bars: standard errors of the simulation. Right: share of the "
        "events that leave more than E in the nanocrystal; the dot marks the mean, which most events do not reach and a few "
        "exceed by far."
    )
    names = list(rows[0]["deposit_by_model_eV"])
    table = [
        [
            row["edge_length_nm"],
            *(row["deposit_by_model_eV"][name] for name in names),
            row["deposit_standard_error_eV"],
            row["hit_fraction"],
            row["mean_deposit_per_hit_eV"],
        ]
        for row in rows
    ]
    heads = [f"{name if name in COLOURS else 'file'}_eV" for name in names]
    columns = ["edge_length_nm", *heads, "standard_error_eV", "hit_fraction", "per_hit_eV"]
    return Plot("events", "Energy kept, event by event", to_svg(drawing), caption, columns, table)


def occupancy(prediction: Prediction) -> Plot:
    """Excitons from the mean deposit and from its distribution, and what the ratio XX/X is read as."""
    drawing, ((left, right),) = figure(1, 2, 11, 4.0)
    edges, found = prediction.edge_length, prediction.occupancies
    mean = prediction.figures.central["mean_excitons"]
    left.plot(edges, mean, "o-", color="black", label="true ⟨N⟩ per event")
    for name, colour in (("poisson", BLUE), ("compound", VERMILION)):
        inferred = [row[name]["inferred_mean_excitons"] for row in found]
        left.plot(edges, inferred, "s--", ms=4, color=colour, label=f"read from XX/X, if {name}")
        for key, style, words in (("one_exciton", "o-", "one"), ("two_or_more", "s--", "two or more")):
            values = [row[name][key] for row in found]
            right.plot(edges, values, style, ms=4, color=colour, label=f"{name}: {words}")
    left.set(xlabel="edge length [nm]", ylabel="⟨N⟩", ylim=(0, None))
    right.set(xlabel="edge length [nm]", ylabel="probability per event", ylim=(0, None))
    for axis in (left, right):
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    caption = (
        "The same mean number of excitons, spread in two ways: poisson gives every nanocrystal the mean deposit; compound "
        "takes the simulated distribution, in which most events leave nothing and the others several excitons. Left: what "
        "an experimenter reads as ⟨N⟩ from the amplitude ratio of biexcitons to excitons by the Poisson law, "
        "(e^λ - 1 - λ)/λ: far more than the true mean where few nanocrystals are hit hard. Right: probabilities of one, and "
        "of two or more excitons."
    )
    table = [
        [edge, n, *(row[name][key] for name in ("poisson", "compound") for key in row[name])]
        for edge, n, row in zip(edges.tolist(), mean.tolist(), found, strict=True)
    ]
    heads = [f"{name} {key}" for name in ("poisson", "compound") for key in found[0][name]]
    columns = ["edge_length_nm", "mean_excitons", *heads]
    title = "Excitons: from the mean, and event by event"
    return Plot("occupancy", title, to_svg(drawing), caption, columns, table)


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
    family = study.auger_family(statistics, response)
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
        own = prediction.figures.central["auger_efficiency"]
        for axis in axes[:, column]:
            axis.axvspan(own.min(), own.max(), color=GREY, alpha=0.15, lw=0, zorder=0)
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
        f"One nanocrystal against Auger efficiency, statistics {statistics}, Φ_X = 1, k_X = "
        f"{study.FAMILY_EXCITON_RATE:g}/ps, k_XX = {study.FAMILY_RATE_RATIO:g} k_X; "
        "ξ is the share of Auger events that do not ionise. The harmonic lifetime falls steadily and CTR_NC = "
        "sqrt(τ_harmonic/I_NC) = F(0)^-½ does not depend on Auger recombination at all. What an instrument of "
        f"{response:g} ps reads (dots) leaves it where the biexciton becomes faster than the response, and can turn "
        "upward. Grey: where the sizes of this run lie. Compare Fig. 1a of Fratelli 2024."
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
    "tau_ps.harmonic": "harmonic τ [ps]",
    "ctr_ps.formula": "CTR [ps]",
}


def middle_row(prediction: Prediction) -> int:
    """The row nearest to the size that anchors the light yield."""
    target = prediction.config.light.light_yield_edge_length_nm
    return int(np.argmin(np.abs(prediction.edge_length - target)))


def sensitivity(prediction: Prediction) -> Plot:
    """Which uncertain number of the card matters most."""
    index = middle_row(prediction)
    keys = list(prediction.figures.single)
    changes = np.zeros((len(keys), len(SENSITIVITY_FIGURES), 2))
    for i, key in enumerate(keys):
        for j, name in enumerate(SENSITIVITY_FIGURES):
            centre = prediction.figures.central[name][index]
            changes[i, j] = [
                100 * (side[name][index] / centre - 1) for side in prediction.figures.single[key]
            ]
    changes[np.abs(changes) < 1e-9] = 0.0  # rounding
    order = np.argsort(np.abs(changes).max(axis=(1, 2)))
    drawing, axes = figure(1, len(SENSITIVITY_FIGURES), 12, 0.34 * max(len(keys), 3) + 1.3)
    places = np.arange(len(keys))
    for j, (axis, label) in enumerate(zip(axes[0], SENSITIVITY_FIGURES.values(), strict=True)):
        axis.barh(places + 0.2, changes[order, j, 0], 0.38, color=BLUE, label="at low")
        axis.barh(places - 0.2, changes[order, j, 1], 0.38, color=ORANGE, label="at high")
        axis.axvline(0, color="black", lw=0.8)
        axis.set(xlabel=f"change of {label.split(' [')[0]} [%]", yticks=places)
        axis.set_yticklabels([keys[i] for i in order] if j == 0 else [])
        widest = 1.05 * _top(np.abs(changes))
        axis.set_xlim(-widest, widest)
    axes[0, -1].legend(loc="lower right")
    caption = (
        f"At {prediction.edge_length[index]:g} nm: each number of the card that has a band, set to its low and its "
        "high end, all else unchanged, on one scale. The longest bar of a panel is the number to measure first "
        "for that figure."
    )
    columns = [
        "number of the card",
        *(
            f"{name.split(' [')[0]} {end} [%]"
            for name in SENSITIVITY_FIGURES.values()
            for end in ("low", "high")
        ),
    ]
    table: list[list[Any]] = [[keys[i], *map(float, changes[i].ravel())] for i in order[::-1]]
    return Plot("sensitivity", "Which assumption matters most", to_svg(drawing), caption, columns, table)
