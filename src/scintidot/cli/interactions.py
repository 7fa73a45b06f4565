"""``scintidot elastic | inelastic | attenuation | relaxation | low-energy``: how particles interact with matter."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from scintidot.cli.console import print_json, print_notes, print_table, progress
from scintidot.cli.options import ElementSymbol, EnergiesEV, Json, MaterialName, Plot

_SHOWN_LINES = 25
_SHOWN_SHELLS = 5


def elastic(
    element: ElementSymbol,
    energy_ev: EnergiesEV,
    model: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="free (tables), muffin-tin or correlation-polarisation (computed, seconds)."
        ),
    ] = "free",
    radius_nm: Annotated[
        str | None, typer.Option(metavar="LENGTH", help="Of the sphere of muffin-tin [nm] (covalent radius).")
    ] = None,
    polarisability: Annotated[
        str | None,
        typer.Option(metavar="NUMBER", help="Of the atom, for correlation-polarisation [a0^3] (free atom)."),
    ] = None,
    plot: Plot = None,
    json: Json = False,
) -> None:
    """Elastic scattering of electrons by one atom: total and transport cross sections."""
    from scintidot.interactions.elastic import elastic as run

    with progress("density of the atom") as show:
        document = run(
            element, energy_ev, model=model, radius_nm=radius_nm, polarisability_a03=polarisability,
            progress=show,
        )  # fmt: skip
    _finish(
        document,
        json,
        plot,
        f"Elastic scattering by {document['element']}, model {model}",
        {
            "energy [eV]": "energy_eV",
            "total [cm2]": "total_cm2",
            "first transport [cm2]": "transport1_cm2",
            "second transport [cm2]": "transport2_cm2",
        },
    )


def inelastic(
    material: MaterialName,
    energy_ev: EnergiesEV,
    model: Annotated[str, typer.Option(metavar="NAME", help="full-penn, or ashley (fast).")] = "full-penn",
    exchange: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Exchange with the struck electron: moller, ochkur or none."),
    ] = None,
    plot: Plot = None,
    json: Json = False,
) -> None:
    """Inelastic scattering of electrons: mean free path, stopping power, mean loss."""
    from scintidot.interactions.inelastic import inelastic as run

    options = {} if exchange is None else {"exchange": exchange}
    with progress("cross sections") as show:
        document = run(material, energy_ev, model=model, progress=show, **options)
    _finish(
        document,
        json,
        plot,
        f"Inelastic scattering in {document['material']}, model {model}",
        {
            "energy [eV]": "energy_eV",
            "mean free path [nm]": "imfp_nm",
            "stopping power [eV/nm]": "stopping_power_eV_per_nm",
            "mean loss [eV]": "mean_loss_eV",
        },
        [_band(document["band"])],
    )


def _band(band: dict[str, Any] | None) -> str:
    """The uncertainty that the loss function brings, in words."""
    if band is None:
        return "Band: the card gives none"
    paths, stopping = ("{:.2f} to {:.2f}".format(*band[key]) for key in ("imfp", "stopping_power"))
    return f"Band of the loss function: mean free path x {paths}, stopping power x {stopping}"


def attenuation(
    material: MaterialName,
    energy_kev: Annotated[str, typer.Option(metavar="LIST", help="Photon energies [keV], such as 7,30,511.")],
    compton: Annotated[
        str | None, typer.Option(metavar="NAME", help="free-electron, bound or doppler.")
    ] = None,
    plot: Plot = None,
    json: Json = False,
) -> None:
    """Attenuation of photons by process, and the shells that absorb them."""
    from scintidot.interactions.attenuation import attenuation as run

    options = {} if compton is None else {"compton": compton}
    with progress("cross sections", counted=False):
        document = run(material, energy_kev, **options)
    _finish(
        document,
        json,
        plot,
        f"Mass attenuation of {document['material']} [cm2/g]",
        {
            "energy [keV]": "energy_keV",
            "photoelectric": "mass_attenuation_cm2_per_g.photoelectric",
            "Compton": "mass_attenuation_cm2_per_g.compton",
            "Rayleigh": "mass_attenuation_cm2_per_g.rayleigh",
            "total": "mass_attenuation_cm2_per_g.total",
            "linear [1/cm]": "linear_attenuation_per_cm",
            "mean free path [mm]": "mean_free_path_mm",
        },
        [_absorbing_shells(row) for row in document["rows"]],
    )


def _absorbing_shells(row: dict[str, Any]) -> str:
    """The shells that absorb most, in words."""
    shares = {
        f"{element} {shell}": share
        for element, shells in row["shell_fractions"].items()
        for shell, share in shells.items()
    }
    most = sorted(shares, key=lambda name: -shares[name])[:_SHOWN_SHELLS]
    words = ", ".join(f"{name} {shares[name]:.0%}" for name in most if shares[name] > 0)
    return f"{row['energy_keV']:g} keV is absorbed by {words}"


def relaxation(
    element: ElementSymbol,
    shell: Annotated[str, typer.Option(metavar="SHELL", help="Where the vacancy is, such as K or L3.")],
    json: Json = False,
) -> None:
    """What a vacancy in an inner shell sets free: fluorescence, Auger and Coster-Kronig electrons."""
    from scintidot.interactions.relaxation import relaxation as run
    from scintidot.output import as_text

    with progress("cascades", counted=False):
        document = run(element, shell)
    if json:
        print_json(document)
        return
    parts = {"photons": "photons", "electrons": "electrons", "outer_shells": "left in outer shells"}
    print_table(
        f"A vacancy in {document['shell']} of {document['element']}, {as_text(document['binding_energy_eV'], 6)} eV",
        ["mean of", "number", "energy [eV]"],
        [
            [words, as_text(document[key]["number"], 4), as_text(document[key]["energy_eV"], 6)]
            for key, words in parts.items()
        ],
    )
    most = sorted(document["lines"], key=lambda line: -line["number"])[:_SHOWN_LINES]
    lines = [
        [
            line["particle"],
            line["vacancy"],
            " ".join(line["holes"]),
            as_text(line["energy_eV"], 6),
            as_text(line["number"]),
        ]
        for line in most
    ]
    left_out = len(document["lines"]) - len(lines)
    more = f"; {left_out} more with --json" if left_out > 0 else ""
    print_table(
        f"Lines by falling number{more}",
        ["particle", "vacancy", "holes left", "energy [eV]", "number"],
        lines,
    )
    print_notes(document["warnings"])


def low_energy(
    material: MaterialName,
    energy_ev: Annotated[
        str,
        typer.Option(metavar="LIST", help="Energies above the conduction-band minimum [eV], such as 1,5,20."),
    ],
    host: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="What is on the other side of the surface.")
    ] = "vacuum",
    temperature: Annotated[str, typer.Option(metavar="TEMPERATURE", help="[K].")] = "300",
    phonons: Annotated[
        str, typer.Option(metavar="NAME", help="froehlich+acoustic, froehlich, acoustic or none.")
    ] = "froehlich+acoustic",
    surface: Annotated[
        str, typer.Option(metavar="NAME", help="quantum-step, classical-step or none.")
    ] = "quantum-step",
    mass: Annotated[
        str, typer.Option(metavar="NAME", help="free, or effective (near the band edge).")
    ] = "free",
    json: Json = False,
) -> None:
    """Slow electrons: phonon scattering, and escape over the surface barrier."""
    from scintidot.interactions.low_energy import low_energy as run

    chosen = {"host": host, "temperature": temperature, "phonons": phonons, "surface": surface, "mass": mass}
    with progress("scattering rates", counted=False):
        document = run(material, energy_ev, **chosen)
    if json:
        print_json(document)
        return
    rows = document["rows"]
    keys = [key for key, value in rows[0].items() if not isinstance(value, dict) and key != "energy_eV"]
    print_table(
        f"Slow electrons in {document['material']}",
        ["at", *(f"{row['energy_eV']:g} eV" for row in rows)],
        [[_heading(key), *(_cell(row, key) for row in rows)] for key in keys],
    )
    print_notes(document["warnings"])


def _heading(key: str) -> str:
    """``energy_outside_eV`` -> ``energy outside [eV]``."""
    units = (("_eV_per_nm", "eV/nm"), ("_per_nm", "1/nm"), ("_eV", "eV"), ("_deg", "deg"))
    for suffix, unit in units:
        if key.endswith(suffix):
            return f"{key.removesuffix(suffix).replace('_', ' ')} [{unit}]"
    return key.replace("_", " ")


def _finish(
    document: dict[str, Any],
    json: bool,
    plot: Path | None,
    title: str,
    columns: dict[str, str],
    lines: Iterable[str] = (),
) -> None:
    """Draw on request, then print JSON, or a table with the lines that go with it and its notes."""
    if plot is not None:
        from scintidot.report.interactions import draw_document

        draw_document(document, plot)
    if json:
        print_json(document)
        return
    print_table(
        title, list(columns), [[_cell(row, key) for key in columns.values()] for row in document["rows"]]
    )
    for line in lines:
        print(line)
    print_notes(document["warnings"])
    if plot is not None:
        print(f"Plot: {plot.resolve()}")


def _cell(row: dict[str, Any], dotted: str) -> str:
    from scintidot.documents import value_at
    from scintidot.output import as_text

    return as_text(value_at(row, dotted), 5)
