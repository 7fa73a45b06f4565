"""``scintidot deposit-file``: the row of deposits that another program simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scintidot.cli.console import print_json, print_notes, print_table, progress
from scintidot.cli.options import Json


def deposit_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Table of deposits: CSV or other text, HDF5, ROOT.")
    ],
    events: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", min=1, help="Simulated events, where FILE does not say it."),
    ] = None,
    energy_unit: Annotated[
        str | None, typer.Option(metavar="UNIT", help="eV, keV, MeV or GeV, where FILE does not say it.")
    ] = None,
    table: Annotated[
        str | None, typer.Option(metavar="NAME", help="Tree, dataset or folder, where FILE has several.")
    ] = None,
    edge_length: Annotated[
        str | None, typer.Option(metavar="LENGTH", help="Edge length [nm], to be shown.")
    ] = None,
    energy_kev: Annotated[
        str | None, typer.Option(metavar="ENERGY", help="Energy of the primaries [keV], to be shown.")
    ] = None,
    json: Json = False,
) -> None:
    """Deposits of a Geant4, GATE or TOPAS run, as the row that ``scintidot deposit`` prints."""
    from scintidot.interchange.deposits import file_document
    from scintidot.output import as_text

    with progress("reading", counted=False):
        document = file_document(
            file,
            events=events,
            energy_unit=energy_unit,
            table=table,
            edge_length=edge_length,
            energy_keV=energy_kev,
        )
    if json:
        print_json(document)
        return
    (row,) = document["rows"]
    lines = {
        "edge [nm]": row["edge_length_nm"],
        "energy [keV]": row["energy_keV"],
        "events": row["histories"],
        "deposit per event [eV]": row["mean_deposit_eV"],
        "  standard error": row["standard_error_eV"],
        "events that leave something": row["hit_fraction"],
        "deposit per hit [eV]": row["mean_deposit_per_hit_eV"],
        **{f"  {float(q):.0%} of hits below [eV]": value for q, value in row["quantiles_eV"].items()},
        **{f"events above {t} eV": share for t, share in row["fraction_above_eV"].items()},
    }
    rows = [[name, as_text(value)] for name, value in lines.items() if value is not None]
    print_table(f"Deposits of {document['choices']['source']}", ["", ""], rows)
    print_notes(document["choices"]["assumptions"])
