"""Figures of what stays in a nanocrystal: energy and excitons, on average and event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scintidot.report.figures_common import Curves, Plot, line, table_of
from scintidot.report.style import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION, figure, shades
from scintidot.results import Prediction
from scintidot.variations import pairs_with_option

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENERGIES_KEV = [1.0, 2.0, 5.0, 7.0, 20.0, 50.0, 100.0]
PUBLISHED_DEPOSIT = {"edge_length_nm": (2.0, 15.0), "deposit_eV": (5.0, 35.0)}
"""Geant4 with its default 990 eV production cut, 7 keV (Fratelli 2024, p. 5)."""
COLOURS = {"track": VERMILION, "local": BLUE, "continuous": GREY}


def deposit_and_excitons(prediction: Prediction, curves: Curves) -> Plot:
    """Deposit for several energies, and mean excitons (Fig. 1c)."""
    drawing, ((left, right),) = figure(1, 2, 11, 4.4)
    own = prediction.config.radiation.kinetic_energy_keV
    energies = sorted({*ENERGIES_KEV, own})
    model = prediction.deposits[0].model
    scaled = "" if model == "continuous" else ", scaled"
    for energy, colour in zip(energies, shades(len(energies)), strict=True):
        if energy != own:
            kept, _ = pairs_with_option(prediction, curves.edge, "energy", energy)
            left.plot(curves.edge, kept, color=colour, lw=1.3, label=f"{energy:g} keV{scaled}")
    line(left, prediction, curves, "mean_deposit_eV", VERMILION, f"{own:g} keV (this run)")
    _draw_published(left)
    left.set(yscale="log", xlabel="edge length [nm]", ylabel="mean deposit in one nanocrystal [eV]")
    left.legend(ncols=2, loc="upper left", bbox_to_anchor=(0, -0.16))
    line(right, prediction, curves, "mean_excitons", BLUE, prediction.choices["pair_creation_energy"])
    for name, colour in zip(
        prediction.material.card.pair_creation, (GREEN, ORANGE, PURPLE, GREY), strict=False
    ):
        if name != prediction.choices["pair_creation_energy"]:
            _, mean = pairs_with_option(prediction, curves.edge, "pair_creation_energy", name)
            right.plot(curves.edge, mean, "--", lw=1.5, color=colour, label=name)
    right.set(xlabel="edge length [nm]", ylabel="mean excitons ⟨N⟩", ylim=(0, None))
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
        f"{prediction.choices['start']}, deposit model {model}. {_about_deposit(model)} Diamonds: the published ends "
        "(5 eV at 2 nm, 35 eV at 15 nm) of a simulation that leaves secondaries below 990 eV on the spot. Right: mean "
        "number of excitons with the pair-creation energy of this run and, dashed, with the other rules of the card. "
        "Compare Fig. 1c of Fratelli 2024."
    )
    kept, gap, mean = (
        prediction.figures.central[key] for key in ("mean_deposit_eV", "band_gap_eV", "mean_excitons")
    )
    table = table_of(prediction.edge_length, kept, kept / gap, mean)
    columns = ["edge_length_nm", "mean_deposit_eV", "deposit_in_gaps", "mean_excitons"]
    return Plot("deposit", "Energy kept and excitons against size", drawing, caption, columns, table)


def _draw_published(axis: Axes) -> None:
    axis.plot(
        PUBLISHED_DEPOSIT["edge_length_nm"], PUBLISHED_DEPOSIT["deposit_eV"], "D", color="black", ms=6, ls="none",
        label="Fratelli 2024: Geant4, 990 eV cut, 7 keV",
    )  # fmt: skip


def _about_deposit(model: str) -> str:
    """What the left panel of deposits leaves out."""
    if model == "continuous":
        return "Nothing escapes in it, so small crystals keep less than this."
    return (
        "Curves between simulated sizes, and other energies, are those of the analytic model scaled by what the "
        "simulation made of it."
    )


def events(prediction: Prediction) -> Plot:
    """Deposit by model, and how it scatters from event to event (Figs. 1b and 1c)."""
    from matplotlib.ticker import LogFormatter

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
    _draw_published(left)
    left.set(yscale="log", xlabel="edge length [nm]", ylabel="mean deposit per event [eV]")
    left.yaxis.set_major_formatter(LogFormatter())  # 20, not 2 x 10^1
    left.yaxis.set_minor_formatter(LogFormatter())
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
        "Left: the mean deposit by model. track follows every electron to the band gap; local leaves secondary "
        f"electrons below {prediction.config.deposit.local_below_eV:g} eV where they are born, as Geant4 does at its "
        "default cut; continuous is the straight path with its mean loss. Bars: standard errors of the simulation. "
        "Right: share of the events that leave more than E in the nanocrystal; the dot marks the mean, which most "
        "events do not reach and a few exceed by far."
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
    return Plot("events", "Energy kept, event by event", drawing, caption, columns, table)


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
        "The same mean number of excitons, spread in two ways: poisson gives every nanocrystal the mean deposit; "
        "compound takes the simulated distribution, in which most events leave nothing and the others several "
        "excitons. Left: what an experimenter reads as ⟨N⟩ from the amplitude ratio of biexcitons to excitons by the "
        "Poisson law, (e^λ - 1 - λ)/λ: far more than the true mean where few nanocrystals are hit hard. Right: "
        "probabilities of one, and of two or more excitons."
    )
    table = [
        [edge, n, *(row[name][key] for name in ("poisson", "compound") for key in row[name])]
        for edge, n, row in zip(edges.tolist(), mean.tolist(), found, strict=True)
    ]
    heads = [f"{name} {key}" for name in ("poisson", "compound") for key in found[0][name]]
    columns = ["edge_length_nm", "mean_excitons", *heads]
    title = "Excitons: from the mean, and event by event"
    return Plot("occupancy", title, drawing, caption, columns, table)
