"""``scintidot formats``: which measured files are read, and what one of them holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from scintidot.cli.console import print_json, print_notes, print_table, progress
from scintidot.cli.file_options import (
    BinWidth,
    Channel,
    Column,
    Excitations,
    Format,
    Period,
    Rows,
    SpectralUnit,
    SpectrumKind,
    TimeUnit,
    given_from,
)
from scintidot.cli.options import Json


def formats(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="What is in it? (all formats)")] = None,
    format: Format = None,
    bin_width_ps: BinWidth = None,
    period_ns: Period = None,
    excitations: Excitations = None,
    time_unit: TimeUnit = None,
    channel: Channel = None,
    column: Column = None,
    rows: Rows = None,
    spectral_unit: SpectralUnit = None,
    kind: SpectrumKind = None,
    json: Json = False,
) -> None:
    """Formats of measured files: a list of them, or what FILE is recognised as and holds.

    What the file does not say is asked for by the name of an option.
    """
    from scintidot.measured.formats import describe_file, list_formats

    if file is None:
        document = list_formats()
        if json:
            print_json(document)
            return
        print_table("", ["format", "holds", "description"], [
            [row["name"], ", ".join(row["kinds"]), row["description"]] for row in document["formats"]
        ])  # fmt: skip
        return
    options = {
        name: value for name, value in context.params.items() if name not in ("file", "format", "json")
    }
    with progress("reading", counted=False):
        document = describe_file(file, format=format, given=given_from("formats", **options))
    if json:
        print_json(document)
    else:
        _print(document)
    if all(kind["status"] != "ok" for kind in document["kinds"]):
        raise typer.Exit(3)


def _print(document: dict[str, Any]) -> None:
    from scintidot.output import as_text

    found = [kind for kind in document["kinds"] if kind["status"] == "ok"]
    for kind in found:
        traces = kind["traces"]
        keys = [key for key in traces[0] if key != "notes"]
        print_table(
            f"{document['file']} as {kind['kind']}: format {kind['format']}",
            [key.replace("_", " ") for key in keys],
            [[_cell(trace[key], as_text) for key in keys] for trace in traces],
        )
        print_notes(list(dict.fromkeys(note for trace in traces for note in trace["notes"])))
    if not found:
        print(f"{document['file']}: not read")
    for kind in document["kinds"]:
        if kind["status"] != "ok" and (not found or kind["asks_for"]):
            print(f"as {kind['kind']}: {kind['reason']}")


def _cell(value: Any, as_text: Any) -> str:
    if isinstance(value, list):
        return " to ".join(as_text(part, 6) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(as_text(value, 6))
