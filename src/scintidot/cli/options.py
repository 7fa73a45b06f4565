"""Options that several commands have, each spelled and explained once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PLOT_HELP = "Also draw it into FILE, a .png, .svg, .pdf or .html."
MATERIAL_HELP = "Shipped material, or a card such as ./mine.toml."


def _drawable(context: typer.Context, parameter: typer.CallbackParam, path: Path | None) -> Path | None:
    """Refuse a file name that names no kind of picture before anything is computed."""
    if path is not None:
        from scintidot.report.interactions import check_plot_file

        where = context.command_path.removeprefix("scintidot ")
        check_plot_file(path, where=where, who=f"--{parameter.name}")
    return path


Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Plot = Annotated[Path | None, typer.Option(metavar="FILE", help=PLOT_HELP, callback=_drawable)]
Picture = Annotated[
    Path, typer.Option(metavar="FILE", help="Picture: .png, .svg, .pdf or .html.", callback=_drawable)
]
MaterialName = Annotated[str, typer.Option(metavar="NAME|FILE", help=MATERIAL_HELP)]
EnergiesEV = Annotated[
    str, typer.Option(metavar="LIST", help="Energies [eV], such as 100,1000,7000 or '0.1, 1, 7 keV'.")
]
ElementSymbol = Annotated[str, typer.Option(metavar="SYMBOL", help="Chemical element, such as Pb.")]
