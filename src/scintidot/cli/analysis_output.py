"""What every command of ``analyse`` does with its result: JSON or tables, report, material card, exit code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scintidot.cli.console import print_json, print_notes, progress
from scintidot.cli.options import browser_for
from scintidot.errors import ScintidotError

if TYPE_CHECKING:
    from scintidot.measured.document import Analysis

CARD_BASE = "CsPbBr3"
"""Material that gives a card what was not measured, where the user names none."""

Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Write report.html, result.json and curves.csv there."),
]
ToCard = Annotated[
    Path | None,
    typer.Option("--to-card", metavar="FILE", help="Write what was found as a material card for predict."),
]
CardMaterial = Annotated[
    str | None,
    typer.Option("--material", metavar="NAME", help=f"Gives the card what was not measured ({CARD_BASE})."),
]
SampleEdge = Annotated[
    str | None,
    typer.Option(
        "--edge-length-nm", "--edge-length", metavar="LENGTH", help="Of the sample [nm], for --to-card."
    ),
]


def check_outputs(
    context: typer.Context, out: Path | None, pdf: bool, to_card: Path | None, material: str | None = None
) -> str | None:
    """Refuse what could not be written, and an unknown material of a card, before the work; the browser for --pdf."""
    from scintidot.output import check_writable

    if out is not None:
        check_writable(out / "report.html", "--out")
    if to_card is not None:
        from scintidot.measured.card import check_card_options

        check_writable(to_card, "--to-card")
        check_card_options(to_card, material or CARD_BASE)
    return browser_for(context, pdf, out)


def finish(
    analysis: Analysis,
    show: Callable[[Analysis], None],
    *,
    json: bool,
    out: Path | None,
    browser: str | None,
    to_card: Path | None,
    material: str | None = None,
    edge_length: str | None = None,
) -> None:
    """Write and print; exit with code 1 if the analysis failed, after everything stands that there is."""
    failed = analysis.document["status"] != "ok"
    no_card: ScintidotError | None = None
    if to_card is not None and not failed:
        from scintidot.measured.card import write_card

        try:
            write_card(analysis, to_card, material or CARD_BASE, edge_length)
        except ScintidotError as error:
            no_card = error  # the analysis stands all the same
    if out is not None:
        from scintidot.report.analysis import write_analysis
        from scintidot.report.pdf import print_report

        with progress("report", counted=False):
            write_analysis(analysis, out)
            if browser is not None:
                print_report(out, browser)
    if json:
        print_json(analysis.document)
    else:
        show(analysis)
        if out is not None:
            print(f"Report: {(out / 'report.html').resolve()}")
            if browser is not None:
                print(f"PDF: {(out / 'report.pdf').resolve()}")
        if to_card is not None and not failed and no_card is None:
            print(f"Card: {to_card.resolve()}")
        print_notes(analysis.document["warnings"])
    if no_card is not None:
        raise no_card
    if failed:
        raise typer.Exit(1)
