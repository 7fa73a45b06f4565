"""``scintidot simulate series``: a table of samples as a whole study would measure it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scintidot.cli.console import progress
from scintidot.cli.laboratory import Edges, Folder, Seed, given, write_measurement
from scintidot.cli.options import Json, MaterialOption, RetainedFraction, SeriesModel, SeriesStatistics

Text = str | None


def series(
    context: typer.Context,
    out: Folder = Path("series"),
    material: MaterialOption = None,
    edge_length: Edges = None,
    model: SeriesModel = None,
    statistics: SeriesStatistics = None,
    retained_fraction: RetainedFraction = None,
    tau_definition: Annotated[Text, typer.Option(metavar="NAME", help="Of the lifetimes (harmonic).")] = None,
    relative_error: Annotated[Text, typer.Option(metavar="SHARE", help="Of every figure (0.05).")] = None,
    deposit: Annotated[
        Text, typer.Option(metavar="MODEL", help="continuous (default) or as in predict.")
    ] = None,
    seed: Seed = None,
    json: Json = False,
) -> None:
    """A table of samples from the laws of a card, which `analyse series` takes, and truth.json."""
    from scintidot.measured.laboratory.series import synthetic_series

    with progress("samples") as show:
        text, truth = synthetic_series(progress=show, **given(context))
    write_measurement(
        out, "series.csv", text, truth, analysed_by="series", as_json=json,
        said=f"A table of {len(truth['samples'])} samples, every figure with a normal error.",
    )  # fmt: skip
