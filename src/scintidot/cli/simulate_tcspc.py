"""``scintidot simulate tcspc``: a decay and its response as a photon counting instrument would write them."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scintidot.cli.console import print_json, print_notes, progress
from scintidot.cli.laboratory import Folder, Seed, given
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


def tcspc(
    context: typer.Context,
    run_file: RunFile = None,
    out: Folder = Path("tcspc"),
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
    counts: Annotated[str, typer.Option(metavar="NUMBER", help="Photons of the decay.")] = "1e6",
    irf_counts: Annotated[str, typer.Option(metavar="NUMBER", help="Photons of the response.")] = "1e6",
    bin_width_ps: BinWidth = "16",
    bins: Bins = "4096",
    period_ns: Period = "100",
    irf_fwhm_ps: ResponseWidth = "100",
    irf_tail_share: Annotated[
        str, typer.Option(metavar="SHARE", help="Of the response that comes late.")
    ] = "0",
    irf_tail_ps: Annotated[str, typer.Option(metavar="TIME", help="Lifetime of that tail [ps].")] = "500",
    offset_ps: Annotated[
        Text, typer.Option(metavar="TIME", help="Excitation after the first bin [ps].")
    ] = None,
    shift_ps: Annotated[
        str, typer.Option(metavar="TIME", help="Of the decay against the response [ps].")
    ] = "0",
    photons_per_period: PhotonsPerPeriod = "0.01",
    dark_count_rate: DarkCountRate = "100",
    afterpulse_probability: Annotated[str, typer.Option(metavar="SHARE", help="Of each photon.")] = "0",
    afterpulse_lifetime_ps: Annotated[
        str, typer.Option(metavar="TIME", help="Of their delay [ps].")
    ] = "100000",
    format: Annotated[str, typer.Option(metavar="NAME", help="csv or ptu.")] = "csv",
    seed: Seed = None,
    json: Json = False,
) -> None:
    """Make a decay with its response, photon by photon.

    Example: scintidot simulate tcspc --auger-efficiency 0.9 --mean-excitons 2 --out lab
    """
    from scintidot.measured.laboratory.tcspc import simulate_tcspc

    with progress("photons") as show:
        document = simulate_tcspc(out, progress=show, **given(context))
    if json:
        print_json(document)
        return
    kind = "ptu" if format == "ptu" else "csv"
    print(f"{document['decay']['counts']:.6g} counts in {document['decay']['duration_s']:.4g} s")
    print(f"Written: {(out / f'decay.{kind}').resolve()}, irf.{kind}, truth.json")
    decay, irf = (shlex.quote(str(out / f"{name}.{kind}")) for name in ("decay", "irf"))
    print(f"Try: scintidot analyse decay {decay} --irf {irf}")
    print_notes(document["warnings"])
