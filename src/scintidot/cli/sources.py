"""``scintidot sources``: list and show what radiates."""

from __future__ import annotations

from typing import Annotated

import typer

from scintidot.cli.console import print_json, print_notes, print_table, progress
from scintidot.cli.options import Json, Plot

app = typer.Typer(
    help="Radiation sources: lines, tubes, beta decays, your own spectrum.", rich_markup_mode=None
)


@app.command("list")
def list_all(json: Json = False) -> None:
    """The named sources, and how to write any other."""
    from scintidot.interactions.sources import list_sources
    from scintidot.output import as_text

    document = list_sources()
    if json:
        print_json(document)
        return
    keys = ("mean_energy_keV", "highest_energy_keV", "intensity")
    rows = [
        [
            source["name"],
            source["particle"],
            *(as_text(source[key]) for key in keys),
            source["per"],
            source["description"],
        ]
        for source in document["sources"]
    ]
    print_table(
        "", ["name", "particle", "mean [keV]", "highest [keV]", "intensity", "per", "description"], rows
    )
    print_table("Others", ["write", "for"], [[form["form"], form["meaning"]] for form in document["forms"]])


@app.command("show")
def show(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="Such as am241, 'tube W 40 kV', ./mine.csv.")
    ],
    plot: Plot = None,
    json: Json = False,
) -> None:
    """The spectrum of one source: its lines, continuum, mean energy and origin."""
    from scintidot.interactions.sources import source_spectrum
    from scintidot.output import as_text

    with progress("spectrum", counted=False):
        document = source_spectrum(source)
    if plot is not None:
        from scintidot.report.interactions import draw_document

        draw_document(document, plot)
    if json:
        print_json(document)
        return
    print(f"{document['name']}: {document['description']}")
    print(
        f"{as_text(document['intensity'], 5)} {document['particle']}s per {document['per']}, "
        f"mean {as_text(document['mean_energy_keV'], 5)} keV, "
        f"{as_text(document['lowest_energy_keV'], 5)} to {as_text(document['highest_energy_keV'], 6)} keV"
    )
    if document["lines"]:
        rows = [
            [as_text(line["energy_keV"], 6), as_text(line["intensity"], 4), line["name"]]
            for line in document["lines"]
        ]
        print_table("", ["energy [keV]", f"per {document['per']}", "line"], rows)
    print_notes([*document["warnings"], *document["notes"]])
    if plot is not None:
        print(f"Plot: {plot.resolve()}")
