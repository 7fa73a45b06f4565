"""``scintidot analyse spectrum``: peaks, edges, widths, sizes and yields of measured spectra."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scintidot.cli.analysis_output import Out, ToCard, check_outputs, finish
from scintidot.cli.console import print_table, progress
from scintidot.cli.file_options import Column, Format, SpectralUnit, SpectrumKind
from scintidot.cli.options import Json, MaterialOption, Pdf

if TYPE_CHECKING:
    from scintidot.measured.document import Analysis

Text = str | None
_HERE = ("file", "out", "pdf", "to_card", "json")


def spectrum(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Of one or more spectra.")],
    kind: SpectrumKind = None,
    format: Format = None,
    column: Column = None,
    spectral_unit: SpectralUnit = None,
    window: Annotated[
        Text, typer.Option(metavar="FROM:TO", help="What is used [nm], such as 450:620.")
    ] = None,
    material: MaterialOption = None,
    edge_length: Annotated[
        Text,
        typer.Option(
            "--edge-length",
            "--edge-length-nm",
            metavar="LENGTH",
            help="Also what the card expects there [nm].",
        ),
    ] = None,
    peak: Annotated[
        Text, typer.Option(metavar="NAME", help="Of absorption: curvature (default) or maximum.")
    ] = None,
    line: Annotated[
        Text, typer.Option(metavar="SHAPE", help="gaussian (default), pseudo-voigt or asymmetric.")
    ] = None,
    background: Annotated[
        Text, typer.Option(metavar="NAME", help="Under emission: none (default) or ends.")
    ] = None,
    weight: Annotated[
        Text, typer.Option(metavar="NAME", help="The file holds photons (default) or energy per nm.")
    ] = None,
    band: Annotated[Text, typer.Option(metavar="FROM:TO", help="Of the integral [nm] (all).")] = None,
    absorption: Annotated[
        Text, typer.Option(metavar="FILE", help="Absorption of the same samples: Stokes shifts.")
    ] = None,
    reference: Annotated[Text, typer.Option(metavar="FILE", help="Emission of a reference.")] = None,
    reference_yield: Annotated[Text, typer.Option(metavar="PHI", help="Its quantum yield.")] = None,
    absorbance: Annotated[Text, typer.Option(metavar="A", help="Of the sample at the excitation.")] = None,
    reference_absorbance: Annotated[Text, typer.Option(metavar="A", help="Of the reference there.")] = None,
    index: Annotated[Text, typer.Option(metavar="N", help="Refractive index around the sample.")] = None,
    reference_index: Annotated[Text, typer.Option(metavar="N", help="Around the reference.")] = None,
    plqy_method: Annotated[
        Text, typer.Option(metavar="NAME", help="absorptance (default) or absorbance.")
    ] = None,
    reference_light_yield: Annotated[
        Text, typer.Option(metavar="YIELD", help="Of the reference [photons/MeV]: radioluminescence.")
    ] = None,
    path_cm: Annotated[Text, typer.Option(metavar="LENGTH", help="Through the sample [cm].")] = None,
    at_nm: Annotated[Text, typer.Option(metavar="LENGTH", help="Where the absorbance is read [nm].")] = None,
    extinction: Annotated[
        Text, typer.Option(metavar="NUMBER", help="Decadic [L/(mol cm)]: concentration.")
    ] = None,
    cross_section_cm2: Annotated[Text, typer.Option(metavar="NUMBER", help="Instead, natural [cm2].")] = None,
    intrinsic_per_cm: Annotated[
        Text,
        typer.Option(metavar="NUMBER", help="Instead, of the solid, natural [1/cm]; needs --volume-nm3."),
    ] = None,
    volume_nm3: Annotated[Text, typer.Option(metavar="VOLUME", help="Of one nanocrystal [nm3].")] = None,
    density_g_per_cm3: Annotated[
        Text, typer.Option(metavar="DENSITY", help="Of the nanocrystals: concentration in g/L.")
    ] = None,
    out: Out = None,
    pdf: Pdf = False,
    to_card: ToCard = None,
    json: Json = False,
) -> None:
    """First absorption peak and edge, emission peak and width, size, Stokes shift, yields, concentration.

    The file says itself, by a heading or its name, whether it is absorption, emission or excitation; else --kind does.
    Shoulders of absorption count as peaks: the most negative second derivative.
    """
    from scintidot.measured.spectrum.run import analyse_spectrum

    browser = check_outputs(context, out, pdf, to_card)
    options: dict[str, Any] = {
        name: value for name, value in context.params.items() if name not in _HERE and value is not None
    }
    with progress("spectra") as show:
        analysis = analyse_spectrum(file, progress=show, **options)
    finish(analysis, _print, json=json, out=out, browser=browser, to_card=to_card, material=material)


def _print(analysis: Analysis) -> None:
    from scintidot.output import as_text

    document, answer = analysis.document, analysis.answer
    keys = {
        "peak_nm": "peak [nm]", "peak_error_nm": "+-", "maximum_nm": "maximum [nm]", "edge_nm": "edge [nm]",
        "peak_eV": "peak [eV]", "fwhm_nm": "FWHM [nm]", "fwhm_eV": "FWHM [eV]", "edge_length_nm": "edge length [nm]",
        "stokes_shift_eV": "Stokes shift [eV]", "quantum_yield": "quantum yield", "relative_integral": "over reference",
        "light_yield_photons_per_MeV": "photons/MeV", "nanocrystals_per_cm3": "1/cm3",
        "concentration_mol_per_L": "mol/L", "concentration_g_per_L": "g/L",
    }  # fmt: skip
    always = ("peak_nm", "peak_error_nm", "peak_eV")
    shown = [
        key for key in keys if key in always or any(row.get(key) is not None for row in document["traces"])
    ]
    table = [[row["name"], *(as_text(row.get(key), 5) for key in shown)] for row in document["traces"]]
    print_table(answer, ["spectrum", *(keys[key] for key in shown)], table)
    expected = document.get("expected")
    if expected is not None:
        print(
            f"Expected by the card {expected['material']} for an edge length of {expected['edge_length_nm']:g} nm: "
            f"a peak at {as_text(expected['peak_nm'], 4)} nm ({as_text(expected['peak_eV'], 4)} eV)."
        )
