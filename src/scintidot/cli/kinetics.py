"""``scintidot kinetics``: one stage alone."""

from __future__ import annotations

from typing import Annotated

import typer

from scintidot.cli.console import print_json, print_notes, print_table
from scintidot.cli.options import (
    Auger,
    AugerEfficiency,
    DetrappingRate,
    ExcitonRate,
    Json,
    NeutralisationRate,
    QuantumYield,
    Radiative,
    RetainedFraction,
    TrapLossRate,
    TrappingRate,
    Traps,
)


def kinetics(
    context: typer.Context,
    auger_efficiency: AugerEfficiency,
    mean_excitons: Annotated[
        str | None, typer.Option(metavar="N", help="Mean excitons <N> per nanocrystal.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="carriers (default) or ladder, exact; poisson-biexciton or paper, truncated."
        ),
    ] = None,
    statistics: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="poisson (default), exponential, paper, or a file of rows n,weight."
        ),
    ] = None,
    retained_fraction: RetainedFraction = None,
    exciton_rate: ExcitonRate = None,
    quantum_yield: QuantumYield = None,
    radiative: Radiative = None,
    auger: Auger = None,
    trapping_rate: TrappingRate = None,
    detrapping_rate: DetrappingRate = None,
    trap_loss_rate: TrapLossRate = None,
    neutralisation_rate: NeutralisationRate = None,
    traps: Traps = None,
    rate_ratio: Annotated[
        str | None,
        typer.Option(metavar="RATIO", help="k_XX/k_X of radiative rates (4); truncated models."),
    ] = None,
    response_ps: Annotated[
        str | None, typer.Option(metavar="TIME", help="Full width of the Gaussian response [ps] (100).")
    ] = None,
    json: Json = False,
) -> None:
    """Photons, lifetimes and transitions of one nanocrystal from its kinetic parameters."""
    from scintidot.calculators import nanocrystal_kinetics
    from scintidot.output import as_text

    given = {name: value for name, value in context.params.items() if name != "json" and value is not None}
    if "response_ps" in given:
        given["response"] = given.pop("response_ps")
    result = nanocrystal_kinetics(**given)
    if json:
        print_json(result)
        return
    variance = result["photon_number_variance"]
    rows = [
        ["photons per nanocrystal", as_text(result["photons"], 6), ""],
        ["  standard deviation", as_text(None if variance is None else variance**0.5, 6), ""],
        ["initial rate", as_text(result["initial_rate_per_ps"], 6), "1/ps"],
        *([f"tau {name}", as_text(value, 6), "ps"] for name, value in result["tau_ps"].items()),
        ["CTR_NC", as_text(result["ctr_nc"], 6), "ps^0.5"],
        *([f"{name} at the start", as_text(value, 6), ""] for name, value in result["populations"].items()),
    ]
    chosen = result["choices"]
    rows[3:3] = [["exciton lifetime", as_text(1 / chosen["exciton_rate_per_ps"], 6), "ps"]]
    losses = {"nonradiative_pairs": "pairs lost without light", "auger_pairs": "pairs lost to Auger recombination",
              "ionisations": "ionising Auger events"}  # fmt: skip
    rows += [[losses[name], as_text(value, 6), ""] for name, value in result.get("losses", {}).items()]
    print_table(
        f"Model {chosen['model']}, statistics {chosen['statistics']}, <N> = {chosen['mean_excitons']:g}, Phi_X = "
        f"{chosen['quantum_yield']:g}, Phi_AR = {chosen['auger_efficiency']:g}, xi = {chosen['retained_fraction']:g}; "
        f"instrument: {chosen['response_fwhm_ps']:g} ps",
        ["figure", "value", "unit"],
        rows,
    )
    keys = ("photons", "fraction", "mean_photon_time_ps")
    print_table(
        "",
        ["transition", "photons", "fraction", "mean time [ps]"],
        [[part["name"], *(as_text(part[key], 5) for key in keys)] for part in result["transitions"]],
    )
    parts = [
        [part["name"], *(as_text(part[key], 5) for key in ("amplitude", "lifetime_ps", "fraction"))]
        for part in result["components"]
    ]
    if parts:
        print_table("", ["component", "amplitude [1/ps]", "lifetime [ps]", "fraction"], parts)
    print_notes(result["warnings"])
