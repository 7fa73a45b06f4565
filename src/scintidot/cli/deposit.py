"""``scintidot deposit``: energy that nanocrystals keep, event by event."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scintidot.cli.console import print_json, print_notes, print_table, progress
from scintidot.cli.long_work import print_estimate, refuse, wants_estimate
from scintidot.cli.options import MATERIAL_HELP, Json

if TYPE_CHECKING:
    from scintidot.deposits.geant4 import Geant4Result
    from scintidot.deposits.result import DepositResult

Text = str | None


def result_folder(options: dict[str, Any]) -> Path | None:
    """Folder of the result; None if --out names a file, or nothing."""
    out: Path | None = options["out"]
    from scintidot.deposits.names import names_a_folder

    return out if out is not None and names_a_folder(out) else None


def deposit(
    context: typer.Context,
    engine: Annotated[
        str, typer.Option(metavar="NAME", help="scintidot, or geant4 (needs calzone: docs/interchange.md).")
    ] = "scintidot",
    material: Annotated[str, typer.Option(metavar="NAME|FILE", help=MATERIAL_HELP)] = "CsPbBr3",
    edge_length: Annotated[
        Text,
        typer.Option(metavar="LIST", help="Edge lengths [nm], such as 3,10,15 (10); cuboids as 20x20x3."),
    ] = None,
    energy_kev: Annotated[
        Text, typer.Option(metavar="LIST", help="Electron energies [keV], such as 7 or 1,7,20 (7).")
    ] = None,
    source: Annotated[
        Text, typer.Option(metavar="SOURCE", help="Instead, such as 'photon 30 keV', 'tube:W40' or 'fe55'.")
    ] = None,
    host: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="What is around: vacuum, octane, ...")
    ] = "vacuum",
    start: Annotated[
        Text, typer.Option(metavar="RULE", help="uniform, centre, crossing, beam; matrix with --composite.")
    ] = None,
    shape: Annotated[str, typer.Option(metavar="SHAPE", help="cube, sphere or cuboid.")] = "cube",
    shell: Annotated[Text, typer.Option(metavar="NAME|FILE", help="Material of a shell.")] = None,
    shell_thickness_nm: Annotated[Text, typer.Option(metavar="LENGTH", help="Of the shell [nm] (1).")] = None,
    composite: Annotated[
        Text, typer.Option(metavar="TEXT", help="Many in the host: '74 x 3 nm' or '5 % x 3 nm'.")
    ] = None,
    box_nm: Annotated[Text, typer.Option(metavar="LENGTH", help="Edge of the periodic box [nm].")] = None,
    packing: Annotated[
        Text,
        typer.Option(
            metavar="NAME|FILE", help="random (default), lattice, or a CSV file of x_nm, y_nm, z_nm."
        ),
    ] = None,
    treatment: Annotated[
        str, typer.Option(metavar="NAME", help="track, or local (slow secondaries stay where they are born).")
    ] = "track",
    local_deposit_below: Annotated[
        Text, typer.Option(metavar="ENERGY", help="Limit of treatment local [eV] (990).")
    ] = None,
    em_model: Annotated[
        Text, typer.Option(metavar="NAME", help="Of Geant4: penelope (100 eV) or livermore (10 eV).")
    ] = None,
    cut_ev: Annotated[
        Text, typer.Option(metavar="ENERGY", help="Electrons stop here [eV] (threshold of collisions).")
    ] = None,
    elastic: Annotated[str, typer.Option(metavar="NAME", help="partial-wave or none.")] = "partial-wave",
    phonons: Annotated[
        Text, typer.Option(metavar="NAME", help="froehlich+acoustic, froehlich, acoustic or none.")
    ] = None,
    surface: Annotated[
        str, typer.Option(metavar="NAME", help="quantum-step, classical-step or none.")
    ] = "quantum-step",
    pairs: Annotated[
        str, typer.Option(metavar="NAME", help="phase-space, settle or ionise.")
    ] = "phase-space",
    whole_tracks: Annotated[
        bool, typer.Option("--whole-tracks", help="Follow electrons in the host that cannot come back, too.")
    ] = False,
    tracking: Annotated[str, typer.Option(metavar="NAME", help="surface or woodcock.")] = "surface",
    temperature: Annotated[str, typer.Option(metavar="TEMPERATURE", help="Of the phonons [K].")] = "300",
    primaries: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Electrons of an MCPL file start as it says, one a history."),
    ] = None,
    escapes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write electrons that escape as MCPL (not photons).")
    ] = None,
    histories: Annotated[
        Text, typer.Option(metavar="NUMBER", help="Primaries, at most (100000, or all of --primaries).")
    ] = None,
    relative_error: Annotated[
        Text, typer.Option(metavar="SHARE", help="Stop earlier at this standard error over the mean.")
    ] = None,
    seed: Annotated[str, typer.Option(metavar="NUMBER", help="Same seed, same numbers.")] = "1",
    threads: Annotated[Text, typer.Option(metavar="NUMBER", help="Threads (all cores).")] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE|DIR", help="Every histogram: FILE.nc, or DIR with result.json and .nc."),
    ] = None,
    json: Json = False,
) -> None:
    """Energy and electron-hole pairs that nanocrystals keep: every collision of every electron.

    Without arguments: a 7 keV electron that starts anywhere in a CsPbBr3 cube of 10 nm in vacuum.
    """
    from scintidot.deposits.names import names_a_folder
    from scintidot.deposits.result import OUTPUT_FILES, SCHEMA, check_out
    from scintidot.deposits.run import deposit as run
    from scintidot.interchange.mcpl import check_name
    from scintidot.output import check_writable
    from scintidot.results import check_folder

    if engine == "geant4":
        refuse(
            context,
            "none with --engine geant4",
            hint="Geant4 runs on one core, from its beginning to its end.",
        )
    if out is not None:
        check_folder(out, OUTPUT_FILES, SCHEMA) if names_a_folder(out) else check_out(out)
    if escapes is not None:
        check_name(escapes)
        check_writable(escapes, "--escapes")
    names = {"energy_kev": "energy_keV", "cut_ev": "cut_eV"}
    options: dict[str, Any] = {
        names.get(name, name): value
        for name, value in context.params.items()
        if name not in ("out", "json", "escapes") and given(context, name)
    }
    if escapes is not None:
        options["escapes"] = True
    if wants_estimate(context):
        from scintidot.deposits.estimate import estimate_deposit
        from scintidot.deposits.run import check_engine

        check_engine(options.pop("engine", engine), options.pop("em_model", em_model))
        print_estimate(estimate_deposit(**options).as_json(), json=json)
        return
    with progress() as show:
        result = run(show, **options)
    written: list[str] = []
    try:
        written += _save(result, out, escapes)
    finally:  # what was computed comes out, even if the disk is full by now
        if json:
            print_json(result.as_json())
        else:
            _print(result.as_json())
            for line in written:
                print(line)
    if result.partial:
        raise typer.Exit(130)


def _save(result: DepositResult | Geant4Result, out: Path | None, escapes: Path | None) -> Iterator[str]:
    """Write what was asked for; a line for each."""
    from scintidot.deposits.names import names_a_folder
    from scintidot.deposits.result import DepositResult

    if out is not None:
        result.save(out)
        yield f"{'Result' if names_a_folder(out) else 'Histograms'}: {out.resolve()}"
    if escapes is not None and isinstance(result, DepositResult):
        result.save_escapes(escapes)
        yield f"Escaped electrons: {escapes.resolve()}"


def given(context: typer.Context, name: str) -> bool:
    """Whether the user wrote this option; the defaults are those of the functions behind."""
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def _print(document: dict[str, Any]) -> None:
    from scintidot.output import as_text

    lines = {
        "energy [keV]": "energy_keV",
        "histories": "histories",
        "deposit per event [eV]": "mean_deposit_eV",
        "  standard error": "standard_error_eV",
        "events that leave something": "hit_fraction",
        "deposit per hit [eV]": "mean_deposit_per_hit_eV",
        "pairs per event": "mean_pairs",
        "pairs per hit": "mean_pairs_per_hit",
        "escaped per event [eV]": "escaped_eV",
        "histories/s per core": "histories_per_second_per_core",
    }
    rows = document["rows"]
    if "volume_fraction" in rows[0]:
        lines |= {"crystals": "crystals", "volume fraction": "volume_fraction", "share kept": "kept_share"}
    heads = [
        "x".join(f"{edge:g}" for edge in row["edges_nm"][: 1 if row["edge_length_nm"] else 3]) for row in rows
    ]
    choices = document["choices"]
    what = choices["material"]
    if choices.get("shell"):
        what += f" with {choices['shell_thickness_nm']:g} nm of {choices['shell']}"
    title = f"{what} in {choices['host']}, start {choices['start']}, treatment {choices['treatment']}"
    if document["partial"]:
        title += ", partial: interrupted"
    print_table(
        title,
        ["edge [nm]", *heads],
        [[name, *(as_text(row[key], 4) for row in rows)] for name, key in lines.items()],
    )
    if document["pair_creation_energy_eV"] is not None:
        energy, fano = (as_text(document[key], 3) for key in ("pair_creation_energy_eV", "fano_factor"))
        print(f"Pair creation in the bulk: {energy} eV, Fano factor {fano}")
    print_notes(document["warnings"])
