"""``scintidot simulate spectrum``: absorption and emission spectra with noise, and the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scintidot.cli.console import progress
from scintidot.cli.laboratory import Edges, Folder, Seed, given, write_measurement
from scintidot.cli.options import Json, MaterialOption

Text = str | None


def spectrum(
    context: typer.Context,
    out: Folder = Path("spectrum"),
    kind: Annotated[str, typer.Option(metavar="KIND", help="absorption or emission.")] = "absorption",
    material: MaterialOption = None,
    edge_length: Edges = None,
    window: Annotated[
        Text, typer.Option(metavar="FROM:TO", help="Of the spectrometer [nm] (400:650).")
    ] = None,
    step_nm: Annotated[Text, typer.Option(metavar="STEP", help="Of the spectrometer [nm] (1).")] = None,
    size_dispersion: Annotated[Text, typer.Option(metavar="SHARE", help="Of the edge lengths (0).")] = None,
    stokes_shift: Annotated[
        Text, typer.Option(metavar="ENERGY", help="Absorption above the sizing curve [eV] (0).")
    ] = None,
    line_width: Annotated[
        Text,
        typer.Option(
            "--line-width", "--line-width-eV", metavar="ENERGY", help="Full width [eV] (of the card)."
        ),
    ] = None,
    height: Annotated[
        Text, typer.Option(metavar="A", help="Absorbance of the first transition (0.5).")
    ] = None,
    continuum: Annotated[
        Text, typer.Option(metavar="SHARE", help="Step of higher transitions over the first one (1).")
    ] = None,
    continuum_above: Annotated[
        Text, typer.Option(metavar="ENERGY", help="Middle of it above the first one [eV] (0.35).")
    ] = None,
    scatter: Annotated[
        Text, typer.Option(metavar="A", help="At the first transition, as 1/wavelength^4 (0).")
    ] = None,
    background: Annotated[Text, typer.Option(metavar="NUMBER", help="Absorbance, or counts (0).")] = None,
    noise: Annotated[Text, typer.Option(metavar="A", help="Of the absorbance (0.001).")] = None,
    counts: Annotated[Text, typer.Option(metavar="NUMBER", help="Emission at its peak (10000).")] = None,
    seed: Seed = None,
    json: Json = False,
) -> None:
    """A file as a spectrometer writes it, which `analyse spectrum` takes, and truth.json."""
    from scintidot.measured.laboratory.spectrum import as_csv, synthetic_spectra

    with progress("spectra", counted=False):
        samples, truth = synthetic_spectra(kind, **given(context, "kind"))
    size = len(samples[0].wavelength)
    write_measurement(
        out, f"{kind}.csv", as_csv(samples), truth, analysed_by="spectrum", as_json=json,
        said=f"{kind.capitalize()} of {len(samples)} size{'s' * (len(samples) > 1)} with noise, {size} points from "
        f"{samples[0].wavelength[0]:g} to {samples[0].wavelength[-1]:g} nm.",
    )  # fmt: skip
