"""What every command of ``analyse`` does with its result: JSON or tables, report, material card, exit code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scintidot.cli.console import print_json, print_notes

if TYPE_CHECKING:
    from collections.abc import Callable

    from scintidot.measured.document import Analysis

Out = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Write report.html and result.json there.")
]
ToCard = Annotated[
    Path | None,
    typer.Option("--to-card", metavar="FILE", help="Write what was found as a material card for predict."),
]
CardBase = Annotated[
    str, typer.Option("--material", metavar="NAME", help="Material that gives what was not measured.")
]
EdgeLength = Annotated[
    str | None,
    typer.Option("--edge-length-nm", metavar="LENGTH", help="Size of the sample [nm], for --to-card."),
]


def finish(
    analysis: Analysis,
    *,
    json: bool,
    out: Path | None,
    to_card: Path | None,
    material: str,
    edge_length_nm: str | None,
    where: str,
    show: Callable[[Analysis], None],
) -> None:
    """Write and print; exit with code 1 if the analysis failed, after everything stands that there is."""
    if to_card is not None and analysis.document["status"] == "ok":
        from scintidot.materials.fields import In
        from scintidot.measured.card import write_card
        from scintidot.options import read

        edge = None
        if edge_length_nm is not None:
            edge = read(edge_length_nm, "--edge-length-nm", where, In("nm", above=0))
        write_card(analysis, to_card, material, edge)
    files = {}
    if out is not None:
        from scintidot.report.analysis import write_analysis

        files = write_analysis(analysis, out)
    if json:
        print_json(analysis.document)
    else:
        show(analysis)
        for path in files.values():
            print(f"Written: {path.resolve()}")
        if to_card is not None and analysis.document["status"] == "ok":
            print(f"Card: {to_card.resolve()}")
        print_notes(analysis.document["warnings"])
    if analysis.document["status"] != "ok":
        raise typer.Exit(1)


def check_outputs(out: Path | None, to_card: Path | None) -> None:
    """Refuse what could not be written before the work."""
    from scintidot.output import check_writable

    if out is not None:
        check_writable(out / "report.html", "--out")
    if to_card is not None:
        check_writable(to_card, "--to-card")
