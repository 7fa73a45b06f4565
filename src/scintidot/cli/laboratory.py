"""What every ``simulate`` command writes: the file of the instrument and the truth beside it."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

Folder = Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the files and truth.json go.")]
Seed = Annotated[str | None, typer.Option(metavar="NUMBER", help="Same seed, same numbers (1).")]
Edges = Annotated[str | None, typer.Option(metavar="LIST", help="Edge lengths [nm], such as 5,8.7.")]


def given(context: typer.Context, *without: str) -> dict[str, Any]:
    """Options that the user wrote."""
    left = ("out", "json", *without)
    return {name: value for name, value in context.params.items() if name not in left and value is not None}


def write_measurement(
    folder: Path, name: str, text: str, truth: dict[str, Any], *, said: str, analysed_by: str, as_json: bool
) -> None:
    """Both files or none; what was made (``said``) with the paths and the command that takes it, or the truth as
    JSON, on standard output.
    """
    from scintidot.cli.console import print_json
    from scintidot.output import json_text, write_text, write_together

    document = {**truth, "file": name}
    paths = write_together(
        folder,
        {
            name: partial(write_text, text=text),
            "truth.json": partial(write_text, text=json_text(document)),
        },
    )
    if as_json:
        print_json(document)
        return
    print(said)
    print(f"Written: {paths[name].resolve()}, truth.json")
    print(f"Try: {shlex.join(['scintidot', 'analyse', analysed_by, str(folder / name)])}")
