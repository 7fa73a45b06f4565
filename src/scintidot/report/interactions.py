"""Pictures of how electrons and photons interact with a material, as one file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.bibtex import references_of
from scintidot.documents import value_at
from scintidot.errors import BadValue
from scintidot.output import as_text, write_text, write_together
from scintidot.report.first_page_document import of_document, of_interactions
from scintidot.report.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    VERMILION,
    WITHOUT_DATE,
    figure,
    settings,
    shades,
    to_svg,
)
from scintidot.report.templates import FirstPage, ReportFigure, render_report, tables_of

KINDS = (".png", ".svg", ".pdf", ".html")
PROCESS_COLOURS = {"total": GREY, "photoelectric": BLUE, "compton": ORANGE, "rayleigh": GREEN}
PROCESS_WORDS = {
    "total": "total",
    "photoelectric": "photoelectric",
    "compton": "Compton",
    "rayleigh": "Rayleigh",
}
SHELL_STRENGTH = {"K": 1.0, "L": 0.75, "M": 0.5, "N": 0.3, "O": 0.18, "P": 0.1, "Q": 0.05}
"""Opacity of the colour of an element."""
PROVENANCE_COLOURS = {"measured": GREEN, "computed": BLUE, "estimate": VERMILION, "recalled": PURPLE}


def check_plot_file(path: Path, *, where: str, who: str) -> None:
    """Refuse a file name whose ending names no kind of picture."""
    if path.suffix.lower() not in KINDS:
        expected = f"a file name that ends in one of {', '.join(KINDS)}"
        raise BadValue(where=where, what="file name", who=who, expected=expected, found=repr(str(path)))


def draw_interactions(document: dict[str, Any], path: Path) -> None:
    """The page of ``scintidot.interactions/1``: mean free paths, stopping, loss function, DCS, photons, shells."""
    panels = (_mean_free_paths, _stopping, _loss_function, _differential, _photons, _absorbing_shells)
    with settings():
        drawing, axes = figure(3, 2, 13, 15)
        for axis, panel in zip(axes.flat, panels, strict=True):
            panel(axis, document)
        title = f"How electrons and photons interact with {document['material']}"
        if path.suffix.lower() != ".html":  # the page has it as its heading, and the choices below
            drawing.suptitle(title, fontsize=14)
            drawing.supxlabel(caption_of(document["choices"]), fontsize=9, color=GREY)
        save_drawing(drawing, document, path, of_interactions(document, title), "--out")


def caption_of(choices: dict[str, Any]) -> str:
    """The models of the picture in a line."""
    names = ("model", "exchange", "elastic", "compton", "phonons", "mass", "temperature_K")
    return " · ".join(
        f"{name.removesuffix('_K')} {choices[name]}"
        for name in names
        if isinstance(choices.get(name), (str, float))
    )


def draw_document(document: dict[str, Any], path: Path) -> None:
    """What ``scintidot elastic``, ``inelastic``, ``attenuation`` or ``sources show`` answers, against energy."""
    panels: dict[str, Callable[[Any, dict[str, Any]], None]] = {
        "scintidot.elastic/1": _elastic_rows,
        "scintidot.inelastic/1": _inelastic_rows,
        "scintidot.attenuation/1": _attenuation_rows,
        "scintidot.source/1": _source,
    }
    with settings():
        drawing, axes = figure(1, 1, 8, 5.2)
        panels[document["schema"]](axes[0, 0], document)
        axes[0, 0].set_title(_title(document))
        save_drawing(drawing, document, path, of_document(document, _title(document)), "--plot")


def _title(document: dict[str, Any]) -> str:
    """What a picture shows, with the model."""
    choices = document["choices"]
    titles: dict[str, Callable[[], str]] = {
        "scintidot.elastic/1": lambda: f"{document['element']}: elastic scattering, {choices['model']}",
        "scintidot.inelastic/1": lambda: f"{document['material']}: inelastic scattering, {choices['model']}",
        "scintidot.attenuation/1": lambda: f"{document['material']}: attenuation of photons",
        "scintidot.source/1": lambda: document["description"].rstrip("."),
    }
    return titles[document["schema"]]()


def _column(rows: list[dict[str, Any]], dotted: str) -> Any:
    in_order = sorted(rows, key=lambda row: next(iter(row.values())))
    return np.array([value_at(row, dotted) for row in in_order], dtype=float)


def _elastic_rows(axis: Any, document: dict[str, Any]) -> None:
    rows = document["rows"]
    names = {"total": "total", "transport1": "first transport", "transport2": "second transport"}
    for (key, label), colour in zip(names.items(), (BLUE, ORANGE, GREEN), strict=True):
        axis.loglog(_column(rows, "energy_eV"), _column(rows, f"{key}_cm2"), "o-", color=colour, label=label)
    axis.set(xlabel="kinetic energy [eV]", ylabel="cross section [cm²]")
    axis.legend()


def _inelastic_rows(axis: Any, document: dict[str, Any]) -> None:
    rows = document["rows"]
    energy = _column(rows, "energy_eV")
    stopping = axis.twinx()
    axis.loglog(energy, _column(rows, "imfp_nm"), "o-", color=BLUE)
    stopping.loglog(energy, _column(rows, "stopping_power_eV_per_nm"), "s-", color=VERMILION)
    stopping.grid(visible=False)
    axis.set_xlabel("kinetic energy [eV]")
    axis.set_ylabel("mean free path [nm]", color=BLUE)
    stopping.set_ylabel("stopping power [eV/nm]", color=VERMILION)


def _attenuation_rows(axis: Any, document: dict[str, Any]) -> None:
    rows = document["rows"]
    for key, colour in PROCESS_COLOURS.items():
        values = _column(rows, f"mass_attenuation_cm2_per_g.{key}")
        axis.loglog(_column(rows, "energy_keV"), values, "o-", color=colour, label=PROCESS_WORDS[key])
    axis.set(xlabel="photon energy [keV]", ylabel="mass attenuation [cm²/g]")
    axis.legend()


def _source(axis: Any, document: dict[str, Any]) -> None:
    """Lines as stems, per unit; the continuum per unit and keV."""
    edges, shares = np.array(document["bins"]["edges_keV"]), np.array(document["bins"]["intensity"])
    if shares.size:
        axis.stairs(
            shares / np.diff(edges), edges, color=BLUE, fill=True, alpha=0.4, label="continuum, per keV"
        )
    if document["lines"]:
        energies = [line["energy_keV"] for line in document["lines"]]
        axis.vlines(
            energies, 0, [line["intensity"] for line in document["lines"]], color=VERMILION, label="lines"
        )
    axis.set(ylim=(0, None), xlabel=f"{document['particle']} energy [keV]")
    axis.set_ylabel(f"{document['particle']}s per {document['per']}")
    axis.legend()


def _curve(axis: Any, x: Any, y: Any, colour: Any, label: str, style: str = "-") -> None:
    """A line through what there is; values that are None (a closed channel) are left out."""
    axis.plot(x, [np.nan if value is None else value for value in y], style, color=colour, label=label)


def _mean_free_paths(axis: Any, document: dict[str, Any]) -> None:
    electron = document["electron"]
    energy = electron["energy_eV"]
    for key, label, colour, style in (
        ("imfp_nm", "inelastic", BLUE, "-"),
        ("elastic_mean_free_path_nm", "elastic", ORANGE, "-"),
        ("transport_mean_free_path_nm", "elastic, first transport", ORANGE, "--"),
        ("acoustic_mean_free_path_nm", "acoustic phonons", GREEN, "-"),
        ("optical_phonon_mean_free_path_nm", "LO phonon emission", PURPLE, "-"),
    ):
        if any(value is not None for value in electron[key]):
            _curve(axis, energy, electron[key], colour, label, style)
    axis.set(xscale="log", yscale="log", xlabel="kinetic energy [eV]", ylabel="mean free path [nm]")
    axis.set_title("Electrons: mean free paths")
    axis.legend()


def _stopping(axis: Any, document: dict[str, Any]) -> None:
    electron = document["electron"]
    energy = np.array(electron["energy_eV"])
    stopping = np.array(electron["stopping_power_eV_per_nm"], dtype=float)
    if document["band"] is not None:
        low, high = document["band"]["stopping_power"]
        axis.fill_between(
            energy,
            low * stopping,
            high * stopping,
            color=BLUE,
            alpha=0.15,
            lw=0,
            label="band of the loss function",
        )
    _curve(axis, energy, stopping, BLUE, "full Penn")
    _curve(axis, energy, electron["stopping_power_ashley_eV_per_nm"], VERMILION, "Ashley", "--")
    _curve(axis, energy, electron["stopping_power_bethe_eV_per_nm"], GREY, "Bethe", ":")
    axis.set(xscale="log", yscale="log", xlabel="kinetic energy [eV]", ylabel="stopping power [eV/nm]")
    axis.set_title("Electrons: energy lost per path")
    axis.legend()


def _loss_function(axis: Any, document: dict[str, Any]) -> None:
    loss = document["loss_function"]
    energy, values = np.array(loss["energy_eV"]), np.array(loss["energy_loss_function"])
    words = np.array(loss["provenance"])
    for provenance, colour in PROVENANCE_COLOURS.items():
        if (words == provenance).any():
            axis.plot(energy, np.where(words == provenance, values, np.nan), color=colour, label=provenance)
    axis.set(xscale="log", yscale="log", xlim=(1, 1e5), ylim=(1e-7, None), xlabel="energy loss [eV]")
    axis.set_ylabel("Im(-1/ε)")
    axis.set_title("Loss function at zero momentum transfer")
    axis.legend()


def _differential(axis: Any, document: dict[str, Any]) -> None:
    curves = document["differential_elastic"]
    for curve, colour in zip(curves, shades(len(curves)), strict=True):
        _curve(axis, curve["angle_deg"], curve["nm2_per_sr"], colour, f"{as_text(curve['energy_eV'])} eV")
    axis.set(yscale="log", xlabel="scattering angle [deg]", ylabel="dσ/dΩ per formula unit [nm²/sr]")
    axis.set_title("Electrons: elastic differential cross section")
    axis.legend()


def _photons(axis: Any, document: dict[str, Any]) -> None:
    photon = document["photon"]
    for key, colour in PROCESS_COLOURS.items():
        values = photon["mass_attenuation_cm2_per_g"][key]
        _curve(axis, photon["energy_keV"], values, colour, PROCESS_WORDS[key])
    axis.set(xscale="log", yscale="log", xlabel="photon energy [keV]", ylabel="mass attenuation [cm²/g]")
    axis.set_title("Photons: attenuation")
    axis.legend()


def _absorbing_shells(axis: Any, document: dict[str, Any]) -> None:
    photon = document["photon"]
    shares = photon["photoelectric_share"]
    elements = list(dict.fromkeys(name.split()[0] for name in shares if " " in name))
    hues = dict(zip(elements, cycle((BLUE, ORANGE, GREEN, VERMILION, PURPLE)), strict=False))
    colours = [(hues[name[:-2]], SHELL_STRENGTH[name[-1]]) if " " in name else GREY for name in shares]
    axis.stackplot(photon["energy_keV"], *shares.values(), labels=list(shares), colors=colours, lw=0)
    axis.set(xscale="log", xlim=(1, 800), ylim=(0, 1), xlabel="photon energy [keV]")
    axis.set_ylabel("share of photoelectric absorption")
    axis.set_title("Photons: which shells absorb")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), reverse=True)


def save_drawing(drawing: Any, document: dict[str, Any], path: Path, first: FirstPage, option: str) -> None:
    """Write the drawing as the kind that the name's ending says; the page holds answer, notes and sources too."""
    kind = path.suffix.lower()
    if kind == ".html":
        write = partial(_write_page, drawing=drawing, document=document, first=first)
    else:
        write = partial(drawing.savefig, format=kind[1:], dpi=130, metadata=WITHOUT_DATE[kind[1:]])
    write_together(path.parent, {path.name: write}, option)


def _write_page(path: Path, *, drawing: Any, document: dict[str, Any], first: FirstPage) -> None:
    width, height = drawing.get_size_inches()
    tall = height > width  # more than fits on the first page
    shown = ReportFigure("picture", first.title, to_svg(drawing), caption_of(document["choices"]))
    text = render_report(
        "document.html",
        first,
        schema=document["schema"],
        choices=[(name.replace("_", " "), value) for name, value in document["choices"].items()],
        references=references_of(document.get("bibliography", [])),
        notes=[*document["warnings"], *document.get("notes", [])],
        picture=None if tall else shown,
        figures=[shown] if tall else [],
        tables=tables_of(document, nested=True),
    )
    write_text(path, text)
