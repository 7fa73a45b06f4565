"""``scintidot analyse ta``: transient absorption, one matrix or a fluence series."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scintidot.cli.analysis_output import CardMaterial, Out, SampleEdge, ToCard, check_outputs, finish
from scintidot.cli.console import print_table, progress
from scintidot.cli.file_options import Format, Rows, SpectralUnit, TimeUnit
from scintidot.cli.options import Json, Pdf, QuantumYield

if TYPE_CHECKING:
    from scintidot.measured.document import Analysis

Text = str | None
_NOT_OF_THE_ANALYSIS = ("files", "out", "pdf", "json", "to_card", "material", "edge_length_nm")


def analyse_ta(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="One matrix, or a fluence series.")],
    fluence: Annotated[
        Text,
        typer.Option(
            "--fluence",
            "--fluences",
            metavar="LIST",
            help="Of the pump [photons/cm2], one for each matrix in order.",
        ),
    ] = None,
    pulse_energy: Annotated[
        Text,
        typer.Option(
            "--pulse-energy-uJ-cm2",
            metavar="LIST",
            help="Instead, energies per area; needs --pump-wavelength.",
        ),
    ] = None,
    pump_wavelength: Annotated[
        Text, typer.Option(metavar="LENGTH", help="Of the pump [nm], to turn its energy into photons.")
    ] = None,
    pump_power: Annotated[
        Text, typer.Option(metavar="LIST", help="Instead, powers in any unit: <N> per unit is then found.")
    ] = None,
    mode: Annotated[
        Text, typer.Option(metavar="NAME", help="global (one matrix, default) or series (several, default).")
    ] = None,
    wavelength: Annotated[
        Text, typer.Option(metavar="LENGTH", help="Of the dynamics of a series [nm] (strongest bleach).")
    ] = None,
    band: Annotated[
        Text, typer.Option(metavar="FROM:TO", help="Instead, a band such as 500:510 [nm].")
    ] = None,
    components: Annotated[
        Text, typer.Option(metavar="NUMBER", help="Of lifetimes in global analysis (as many as pay).")
    ] = None,
    artefact: Annotated[
        Text,
        typer.Option(metavar="NUMBER", help="Columns of a coherent artefact, 0 to 3 (where it is needed)."),
    ] = None,
    chirp: Annotated[
        Text, typer.Option(metavar="LAW", help="polynomial (default), cauchy, linear or none.")
    ] = None,
    model: Annotated[
        Text, typer.Option(metavar="NAME", help="Of a series: carriers (default) or ladder.")
    ] = None,
    filling: Annotated[
        Text, typer.Option(metavar="NAME", help="What bleaches: electrons-and-holes (default) or electrons.")
    ] = None,
    degeneracy: Annotated[
        Text, typer.Option(metavar="NUMBER", help="Carriers that the probed level holds (2), or unlimited.")
    ] = None,
    tail: Annotated[
        Text,
        typer.Option(
            metavar="FROM:TO", help="Delays of single excitons alone [ps] (after 6 biexciton lifetimes)."
        ),
    ] = None,
    exciton_rate: Annotated[
        Text, typer.Option(metavar="RATE", help="k_X [1/ps] held, or a lifetime such as '8 ns' (fitted).")
    ] = None,
    retained_fraction: Annotated[
        Text,
        typer.Option(metavar="XI", help="xi held, share of Auger events that eject no carrier (fitted)."),
    ] = None,
    quantum_yield: QuantumYield = None,
    time_unit: TimeUnit = None,
    rows: Rows = None,
    spectral_unit: SpectralUnit = None,
    format: Format = None,
    out: Out = None,
    pdf: Pdf = False,
    to_card: ToCard = None,
    material: CardMaterial = None,
    edge_length_nm: SampleEdge = None,
    json: Json = False,
) -> None:
    """Lifetimes and spectra of one matrix; biexciton lifetime, Auger rate and cross section of a fluence series.

    One matrix: global analysis with chirp and response. Several, each with its fluence: the carrier model of the whole
    series and, beside it, successive subtraction and state filling.
    """
    from scintidot.measured.transient.run import analyse_ta as analyse

    browser = check_outputs(context, out, pdf, to_card)
    options: dict[str, Any] = {
        name: value
        for name, value in context.params.items()
        if name not in _NOT_OF_THE_ANALYSIS and value is not None
    }
    with progress() as show:
        analysis = analyse(files, progress=show, **options)
    finish(
        analysis, _print, json=json, out=out, browser=browser, to_card=to_card, material=material,
        edge_length=edge_length_nm,
    )  # fmt: skip


def _print(analysis: Analysis) -> None:
    print(analysis.answer)
    document = analysis.document
    if document["status"] != "ok":
        return
    if document["mode"] == "global":
        rows = [
            [
                row["name"], _value(row, "lifetime", "_ps"), f"{row['peak_wavelength_nm']:.1f}",
                _value(row, "peak_amplitude"),
            ]
            for row in document["components"]
        ]  # fmt: skip
        print_table("", ["component", "lifetime [ps]", "peak [nm]", "amplitude there"], rows)
        return
    print_table("", ["", "value", "unit"], _series_rows(document))


def _value(row: dict[str, Any], name: str, unit: str = "") -> str:
    from scintidot.output import with_error

    return with_error(row[f"{name}{unit}"], row[f"{name}_error{unit}"])


def _series_rows(document: dict[str, Any]) -> list[list[str]]:
    fit, two = document["carrier_fit"], document["from_subtraction"]
    rows = [
        ["biexciton lifetime, carrier model", _value(fit, "biexciton_lifetime", "_ps"), "ps"],
        *([["  successive subtraction", _value(two, "biexciton_lifetime", "_ps"), "ps"]] if two else []),
        ["Auger rate k_AR", _value(document, "auger_rate", "_per_ps"), "1/ps"],
        ["Auger efficiency", _value(document, "auger_efficiency"), "1"],
        *([["  successive subtraction", _value(two, "auger_efficiency"), "1"]] if two else []),
        ["exciton lifetime", _value(fit, "exciton_lifetime", "_ps"), "ps"],
        ["retained fraction", _value(fit, "retained_fraction"), "1"],
    ]
    for name, unit in (("absorption_cross_section_cm2", "cm2"), ("mean_excitons_per_unit", "1/unit")):
        if name in document:
            rows.append([name.removesuffix("_cm2").replace("_", " "), _value(document, name), unit])
    for entry in document["mean_excitons"]:
        rows.append([f"<N> at {entry['fluence']:.4g}", _value(entry, "mean_excitons"), "1"])
    for entry in document["successive_subtraction"][1:]:
        rows.append([f"n = {entry['pairs']} lifetime, subtraction", _value(entry, "lifetime", "_ps"), "ps"])
    return rows
