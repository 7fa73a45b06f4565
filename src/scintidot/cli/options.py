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


def browser_for(context: typer.Context, pdf: bool, folder: Path | None) -> str | None:
    """The browser that prints what --pdf asks for, before the work; None where nothing is asked for."""
    if not pdf:
        return None
    from scintidot.errors import BadValue
    from scintidot.report.pdf import need_browser

    where = context.command_path.removeprefix("scintidot ")
    if folder is None:
        raise BadValue(
            where=where, what="option", who="--pdf", expected="a folder for it, by --out", found="no folder"
        )
    return need_browser(where)


Pdf = Annotated[
    bool,
    typer.Option("--pdf", help="Also print the report as report.pdf, by Chromium, Chrome, Edge or Brave."),
]
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

# --- the same choice in several commands: rates, radiation, deposit ---

AugerEfficiency = Annotated[str, typer.Option(metavar="PHI", help="Phi_AR, 0 <= PHI < 1.")]
RetainedFraction = Annotated[
    str | None,
    typer.Option(metavar="XI", help="xi, share of Auger events that eject no carrier, 0 to 1 (0.5)."),
]
ExcitonRate = Annotated[
    str | None,
    typer.Option(metavar="RATE", help="Total rate k_X [1/ps], or a lifetime such as '6 ns' (1e-4)."),
]
QuantumYield = Annotated[str | None, typer.Option(metavar="PHI", help="Phi_X, 0 to 1 (1).")]
Radiative = Annotated[
    str | None, typer.Option(metavar="LAW", help="n2 (default), n or saturating; exact models.")
]
Auger = Annotated[str | None, typer.Option(metavar="LAW", help="cubic (default) or quadratic; exact models.")]
TrappingRate = Annotated[
    str | None, typer.Option(metavar="RATE", help="Of an electron (ladder: exciton) [1/ps] (0).")
]
DetrappingRate = Annotated[str | None, typer.Option(metavar="RATE", help="Back from its trap [1/ps] (0).")]
TrapLossRate = Annotated[
    str | None, typer.Option(metavar="RATE", help="Of a trapped electron and a hole, dark [1/ps] (0).")
]
NeutralisationRate = Annotated[
    str | None,
    typer.Option(metavar="RATE", help="Of one surplus carrier, or of a dark nanocrystal [1/ps] (0)."),
]
Traps = Annotated[str | None, typer.Option(metavar="NUMBER", help="Traps in a nanocrystal (never full).")]
AugerLaw = Annotated[
    str | None, typer.Option(metavar="NAME", help="published-efficiency or volume-scaling (CsPbBr3).")
]
ElectronEnergy = Annotated[
    str | None, typer.Option(metavar="ENERGY", help="Kinetic energy of the electron [keV], such as '7 keV'.")
]
Host = Annotated[str | None, typer.Option(metavar="NAME|FILE", help="Host material, such as octane.")]
Start = Annotated[str | None, typer.Option(metavar="RULE", help="centre, uniform or crossing.")]
Shape = Annotated[str | None, typer.Option(metavar="SHAPE", help="cube or sphere.")]
SeriesModel = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME", help="carriers (default), ladder, poisson-biexciton or paper."),
]
SeriesStatistics = Annotated[
    str | None, typer.Option("--statistics", metavar="NAME", help="poisson (default), exponential, paper.")
]
DepositModel = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL|FILE", help="track (simulated), local, continuous, or a file of simulated deposits."
    ),
]
Histories = Annotated[
    str | None, typer.Option(metavar="NUMBER", help="Simulated for each size, at most (200000).")
]
PairCreationEnergy = Annotated[
    str | None,
    typer.Option(metavar="NAME|ENERGY", help="alig-bloom, klein, fratelli, or an energy such as '7.5 eV'."),
]
MaterialOption = Annotated[str | None, typer.Option(metavar="NAME|FILE", help=MATERIAL_HELP)]
