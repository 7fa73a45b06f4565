"""``scintidot plan``: how many counts, and minutes, until a parameter is known well enough."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from scintidot.cli.console import print_json, print_notes, print_table, progress
from scintidot.cli.light_options import (
    AugerEfficiency,
    Bins,
    BinWidth,
    DarkCountRate,
    EdgeLength,
    Fractions,
    Lifetimes,
    Material,
    MeanExcitons,
    Model,
    Period,
    PhotonsPerPeriod,
    ResponseWidth,
    RunFile,
    Statistics,
)
from scintidot.cli.options import ExcitonRate, Json, QuantumYield, RetainedFraction

Text = str | None


def plan(
    context: typer.Context,
    run_file: RunFile = None,
    target: Annotated[
        str, typer.Option(metavar="NAME", help="mean_excitons, or a parameter such as lifetime_XX_ps.")
    ] = "mean_excitons",
    precision: Annotated[str, typer.Option(metavar="SHARE", help="Standard deviation over value.")] = "5 %",
    components: Annotated[
        Text, typer.Option(metavar="NUMBER", help="Analysed by so many exponentials, or")
    ] = None,
    analysis: Annotated[
        Text, typer.Option(metavar="NAME", help="by this kinetic model (that of the light).")
    ] = None,
    lifetimes_ps: Lifetimes = None,
    fractions: Fractions = None,
    model: Model = None,
    mean_excitons: MeanExcitons = None,
    statistics: Statistics = None,
    auger_efficiency: AugerEfficiency = None,
    exciton_rate: ExcitonRate = None,
    retained_fraction: RetainedFraction = None,
    quantum_yield: QuantumYield = None,
    edge_length: EdgeLength = None,
    material: Material = None,
    count_rate: Annotated[
        Text, typer.Option(metavar="RATE", help="Counts per second (photons per period over the period).")
    ] = None,
    photons_per_period: PhotonsPerPeriod = "0.01",
    bin_width_ps: BinWidth = "16",
    bins: Bins = "4096",
    period_ns: Period = "100",
    irf_fwhm_ps: ResponseWidth = "100",
    dark_count_rate: DarkCountRate = "100",
    json: Json = False,
) -> None:
    """Plan a measurement: counts and minutes until <N>, or another parameter, is known to 5 %.

    Example: scintidot plan --auger-efficiency 0.9 --mean-excitons 1 --count-rate 1e5
    """
    from scintidot.measured.plan import plan_measurement as run
    from scintidot.output import as_text

    options: dict[str, Any] = {name: value for name, value in context.params.items() if name != "json"}
    with progress("errors of the fit", counted=False):
        document = run(**options)
    if json:
        print_json(document)
    else:
        print(
            f"{document['target']} = {as_text(document['expected_value'], 4)} to {100 * document['precision']:.3g} %: "
            f"{as_text(document['counts_needed'], 3)} counts, {_time(document['time_s'])} at "
            f"{document['count_rate_per_s']:.3g} counts/s"
        )
        rows = [
            [p["name"], as_text(p["value"], 5), as_text(p["error"], 3), "" if p["unit"] == "1" else p["unit"]]
            for p in document["parameters"]
        ]
        print_table("Errors after that time", ["parameter", "value", "+-", "unit"], rows)
        print_notes(document["warnings"])
    if document["status"] != "ok":
        raise typer.Exit(1)


def _time(seconds: float | None) -> str:
    """In the unit that people would take."""
    from scintidot.output import as_text

    if seconds is None or seconds < 120:
        return f"{as_text(seconds, 3)} s"
    return f"{as_text(seconds / 60, 3)} minutes" if seconds < 7200 else f"{as_text(seconds / 3600, 3)} hours"
