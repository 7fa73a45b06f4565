"""``scintidot analyse series``: laws against size, and the validation without free parameters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scintidot.cli.analysis_output import Out, ToCard, check_outputs, finish
from scintidot.cli.console import print_notes, print_table, progress
from scintidot.cli.options import (
    Json,
    MaterialOption,
    Pdf,
    RetainedFraction,
    SeriesModel,
    SeriesStatistics,
    Shape,
)

if TYPE_CHECKING:
    from scintidot.measured.document import Analysis

Text = str | None
_HERE = ("table", "out", "pdf", "to_card", "json")
_RENAMED = {"response_ps": "response", "rise_time_ps": "rise_time", "gamma_energy_kev": "gamma_energy_keV"}


def series(
    context: typer.Context,
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="CSV, one row for each sample.")],
    model: SeriesModel = None,
    statistics: SeriesStatistics = None,
    retained_fraction: RetainedFraction = None,
    tau_definition: Annotated[
        Text,
        typer.Option(
            metavar="NAME", help="harmonic, instrument, mean_photon_time or one_over_e, where a row has none."
        ),
    ] = None,
    response_ps: Annotated[
        Text, typer.Option(metavar="TIME", help="Of lifetimes by definition instrument [ps] (100).")
    ] = None,
    rise_time_ps: Annotated[
        Text, typer.Option(metavar="TIME", help="Of the CTR formula, where the table has none [ps] (100).")
    ] = None,
    gamma_energy_kev: Annotated[Text, typer.Option(metavar="ENERGY", help="Of the CTR [keV] (511).")] = None,
    outcoupling: Annotated[Text, typer.Option(metavar="SHARE", help="Light that leaves, 0 to 1 (1).")] = None,
    detection_efficiency: Annotated[
        Text, typer.Option(metavar="SHARE", help="Light that is detected of it, 0 to 1 (1).")
    ] = None,
    shape: Shape = None,
    material: MaterialOption = None,
    out: Out = None,
    pdf: Pdf = False,
    to_card: ToCard = None,
    json: Json = False,
) -> None:
    """Powers of the volume, pair creation energy, attenuation, and prediction against measurement.

    Columns: sample, edge_length_nm, mean_excitons, exciton_lifetime_ns, auger_efficiency or biexciton_lifetime_ps,
    quantum_yield, intensity_relative, tau_eff_ps with tau_eff_definition, ctr_ps, deposit_eV, band_gap_eV,
    light_yield_photons_per_MeV, counts_with, counts_without, counts_background; errors as edge_length_error_nm and so
    on. Cells may be empty.
    """
    from scintidot.measured.series.run import analyse_series

    browser = check_outputs(context, out, pdf, to_card)
    options: dict[str, Any] = {
        _RENAMED.get(name, name): value
        for name, value in context.params.items()
        if name not in _HERE and value is not None
    }
    with progress("laws and validation") as show:
        analysis = analyse_series(table, progress=show, **options)
    finish(analysis, _print, json=json, out=out, browser=browser, to_card=to_card, material=material)


def _print(analysis: Analysis) -> None:
    from scintidot.output import as_text

    document, answer = analysis.document, analysis.answer
    if document["laws"]:
        rows = [
            [
                law["law"], as_text(law["exponent"]), as_text(law["exponent_error"]), as_text(law["at_pivot"]),
                as_text(law["pivot_nm3"]), as_text(law["p_value"], 2), as_text(law["intrinsic_scatter"], 2),
            ]
            for law in document["laws"]
        ]  # fmt: skip
        heads = ["law", "exponent b", "+-", "value at", "V [nm3]", "p", "scatter"]
        print_table("Powers of the volume", heads, rows)
    validation = document["validation"]
    if validation is not None and validation["points"]:
        rows = [
            [
                point["quantity"], point["sample"], *(
                    as_text(point[key]) for key in
                    ("measured", "measured_error", "predicted", "predicted_error", "residual_sigma")
                ),
            ]
            for point in validation["points"]
        ]  # fmt: skip
        heads = ["quantity", "sample", "measured", "+-", "predicted", "+-", "residual"]
        print_table(f"Validation, model {document['choices']['model']}", heads, rows)
    print(answer)
    print_notes([f"left out: {word}" for word in document["skipped"]])
