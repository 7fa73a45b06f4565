"""``scintidot excitation``: one nanocrystal under a continuous flux or a train of pulses."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from scintidot.cli.console import print_json, print_notes, print_table, progress
from scintidot.cli.options import (
    Auger,
    AugerEfficiency,
    DetrappingRate,
    ExcitonRate,
    Json,
    MaterialOption,
    NeutralisationRate,
    QuantumYield,
    Radiative,
    RetainedFraction,
    TrapLossRate,
    TrappingRate,
    Traps,
)

_OPTIONS = {
    "dose_rate_gy_per_s": "dose_rate", "deposit_ev": "deposit", "period_ps": "period", "delays_ps": "delays"
}  # fmt: skip
"""Option -> parameter of the function, where they differ."""


def excitation(
    context: typer.Context,
    auger_efficiency: AugerEfficiency,
    mode: Annotated[str | None, typer.Option(metavar="NAME", help="steady (default) or pulses.")] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="carriers (default) or ladder.")] = None,
    mean_excitons: Annotated[
        str | None, typer.Option(metavar="N", help="Mean excitons <N> of one event or pulse.")
    ] = None,
    statistics: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="poisson (default), exponential, or a file of P(n)."),
    ] = None,
    retained_fraction: RetainedFraction = None,
    exciton_rate: ExcitonRate = None,
    quantum_yield: QuantumYield = None,
    radiative: Radiative = None,
    auger: Auger = None,
    trapping_rate: TrappingRate = None,
    detrapping_rate: DetrappingRate = None,
    trap_loss_rate: TrapLossRate = None,
    traps: Traps = None,
    neutralisation_rate: NeutralisationRate = None,
    event_rate: Annotated[
        str | None, typer.Option(metavar="RATE", help="steady: events in one nanocrystal [1/ps], or '1 /ms'.")
    ] = None,
    dose_rate_gy_per_s: Annotated[
        str | None,
        typer.Option(metavar="DOSE", help="steady, instead: dose rate of the nanocrystals [Gy/s]."),
    ] = None,
    edge_length: Annotated[
        str | None, typer.Option(metavar="LENGTH", help="With a dose rate: edge, or diameter [nm].")
    ] = None,
    shape: Annotated[
        str | None, typer.Option(metavar="NAME", help="With a dose rate: cube (default) or sphere.")
    ] = None,
    deposit_ev: Annotated[
        str | None, typer.Option(metavar="ENERGY", help="With a dose rate: mean deposit of an event [eV].")
    ] = None,
    material: MaterialOption = None,
    density: Annotated[
        str | None, typer.Option(metavar="DENSITY", help="Instead of a material [g/cm3].")
    ] = None,
    delays_ps: Annotated[
        str | None, typer.Option(metavar="LIST", help="steady: delays of g2 [ps] (0).")
    ] = None,
    period_ps: Annotated[
        str | None, typer.Option(metavar="TIME", help="pulses: from one to the next [ps].")
    ] = None,
    pulses: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="pulses: how many of the first to list (5).")
    ] = None,
    json: Json = False,
) -> None:
    """Light, pile-up, charge and photon statistics of one nanocrystal that is excited again and again."""
    from scintidot.excitation.document import repeated_excitation

    given = {
        _OPTIONS.get(name, name): value
        for name, value in context.params.items()
        if name != "json" and value is not None
    }
    with progress("steady state", counted=False):
        result = repeated_excitation(**given)
    if json:
        print_json(result)
        return
    _tables(result)
    print_notes(result["warnings"])


def _tables(result: dict[str, Any]) -> None:
    from scintidot.output import as_text

    pulsed = result["choices"]["mode"] == "pulses"
    each = "pulse" if pulsed else "event"
    light, alone = result[f"photons_per_{each}"], result["photons_isolated"]
    rows = [[name, as_text(light[name], 5), as_text(alone[name], 5)] for name in light]
    title = f"Model {result['choices']['model']}, {result['choices']['mode_meaning']}"
    print_table(title, ["photons", f"per {each}", "of one alone"], rows)
    rows = [
        [f"{each} finds it {name}", as_text(share, 5)] for name, share in _shares(result[f"{each}_finds"])
    ]
    rows += [[f"mean pairs that the {each} finds", as_text(result["mean_pairs_found"], 5)]]
    if pulsed:
        rows += [["period [ps]", as_text(result["period_ps"], 5)]]
        peaks = result["g2_peaks"] or []
        rows += [[f"g2, peak {place}", as_text(value, 5)] for place, value in enumerate(peaks)]
    else:
        rows += [["events per time [1/ps]", as_text(result["event_rate_per_ps"], 5)]]
        rows += [["photons per time [1/ps]", as_text(result["emission_rate_per_ps"]["total"], 5)]]
        rows += [
            [f"g2 at {as_text(row['delay_ps'], 4)} ps", as_text(row["g2"], 5)] for row in result["g2"] or []
        ]
    rows += [["light over that of events alone", as_text(result["pile_up_ratio"], 5)]]
    print_table("", ["figure", "value"], rows)
    if pulsed and result["first_pulses"]:
        names = [name for name, _ in _shares(result["first_pulses"][0]) if name not in ("pulse", "photons")]
        rows = [
            [str(row["pulse"]), *(as_text(row[name], 5) for name in ("photons", *names))]
            for row in result["first_pulses"]
        ]
        print_table("", ["pulse", "photons", *(_heading(name) for name in names)], rows)


def _heading(name: str) -> str:
    return "mean pairs found" if name == "mean_pairs_found" else f"finds it {name}"


def _shares(found: dict[str, Any]) -> list[tuple[str, Any]]:
    """Without what the model does not have."""
    return [(name, share) for name, share in found.items() if share is not None]
