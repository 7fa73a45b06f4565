"""``scintidot simulate attenuation``: counts of a reference scintillator with and without samples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scintidot.cli.console import progress
from scintidot.cli.laboratory import Edges, Folder, Seed, given, write_measurement
from scintidot.cli.options import Json, MaterialOption

Text = str | None


def attenuation(
    context: typer.Context,
    out: Folder = Path("attenuation"),
    edge_length: Edges = None,
    share: Annotated[
        Text, typer.Option(metavar="SHARE", help="That a sample stops; or by the next three.")
    ] = None,
    material: MaterialOption = None,
    areal_density: Annotated[Text, typer.Option(metavar="NUMBER", help="Of the material [g/cm2].")] = None,
    energy_kev: Annotated[Text, typer.Option(metavar="ENERGY", help="Of the photons [keV].")] = None,
    counts: Annotated[Text, typer.Option(metavar="NUMBER", help="Without a sample (10000).")] = None,
    background: Annotated[Text, typer.Option(metavar="NUMBER", help="Counts without radiation (0).")] = None,
    repeats: Annotated[Text, typer.Option(metavar="NUMBER", help="Measurements of each size (1).")] = None,
    seed: Seed = None,
    json: Json = False,
) -> None:
    """A table of counts, which `analyse series` takes, and truth.json."""
    from scintidot.measured.laboratory.attenuation import synthetic_attenuation

    options = {{"energy_kev": "energy"}.get(name, name): value for name, value in given(context).items()}
    with progress("counts", counted=False):
        text, truth = synthetic_attenuation(**options)
    edges = truth["edge_length_nm"]
    write_measurement(
        out, "attenuation.csv", text, truth, analysed_by="series", as_json=json,
        said=f"Counts behind samples of {len(edges)} size{'s' * (len(edges) > 1)} of nanocrystals, which stop "
        f"{100 * truth['share']:.3g} % of the radiation.",
    )  # fmt: skip
