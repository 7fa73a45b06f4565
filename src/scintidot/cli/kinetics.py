"""``scintidot kinetics``: one stage alone."""

from __future__ import annotations

from typing import Annotated

import typer

from scintidot.cli.console import print_json, print_notes, print_table
from scintidot.cli.options import Json


def kinetics(
    context: typer.Context,
    mean_excitons: Annotated[str, typer.Option(metavar="N", help="Mean excitons <N> per nanocrystal.")],
    auger_efficiency: Annotated[str, typer.Option(metavar="PHI", help="Phi_AR, 0 <= PHI < 1.")],
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="paper or poisson-biexciton (default).")
    ] = None,
    retained_fraction: Annotated[
        str | None, typer.Option(metavar="XI", help="xi, share of Auger events that leave an exciton (0.5).")
    ] = None,
    exciton_rate: Annotated[
        str | None, typer.Option(metavar="RATE", help="Total rate k_X [1/ps] (1e-4).")
    ] = None,
    quantum_yield: Annotated[str | None, typer.Option(metavar="PHI", help="Phi_X, 0 to 1 (1).")] = None,
    rate_ratio: Annotated[
        str | None, typer.Option(metavar="RATIO", help="k_XX/k_X of radiative rates (4).")
    ] = None,
    response_ps: Annotated[
        str | None, typer.Option(metavar="TIME", help="Full width of the Gaussian response [ps] (100).")
    ] = None,
    json: Json = False,
) -> None:
    """Photons, lifetimes and components of one nanocrystal from its kinetic parameters."""
    from scintidot.calculators import biexciton_kinetics
    from scintidot.results import as_text

    given = {name: value for name, value in context.params.items() if name != "json" and value is not None}
    if "response_ps" in given:
        given["response"] = given.pop("response_ps")
    result = biexciton_kinetics(**given)
    if json:
        print_json(result)
        return
    rows = [
        ["photons per nanocrystal", as_text(result["photons"], 6), ""],
        ["initial rate", as_text(result["initial_rate_per_ps"], 6), "1/ps"],
        *([f"tau {name}", as_text(value, 6), "ps"] for name, value in result["tau_ps"].items()),
        ["CTR_NC", as_text(result["ctr_nc"], 6), "ps^0.5"],
        ["N_X(0)", as_text(result["populations"]["x0"], 6), ""],
        ["N_XX(0)", as_text(result["populations"]["xx0"], 6), ""],
    ]
    print_table(
        f"Model {result['choices']['model']}, statistics {result['choices']['statistics']}",
        ["figure", "value", "unit"],
        rows,
    )
    parts = [
        [part["name"], *(as_text(part[key], 5) for key in ("amplitude", "lifetime_ps", "fraction"))]
        for part in result["components"]
    ]
    if parts:
        print_table("", ["component", "amplitude [1/ps]", "lifetime [ps]", "fraction"], parts)
    print_notes(result["warnings"])
