"""``scintidot photons``: photon streams of one nanocrystal, as an instrument records them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from scintidot.cli.console import print_json, print_notes, print_table, progress
from scintidot.cli.long_work import print_estimate, refuse, wants_estimate
from scintidot.cli.options import (
    Auger,
    AugerLaw,
    DepositModel,
    DetrappingRate,
    ElectronEnergy,
    Histories,
    Host,
    Json,
    MaterialOption,
    NeutralisationRate,
    PairCreationEnergy,
    Radiative,
    RetainedFraction,
    Shape,
    Start,
    TrapLossRate,
    TrappingRate,
    Traps,
)

Text = str | None


def photons(
    context: typer.Context,
    run_file: Annotated[
        Path | None,
        typer.Argument(metavar="[RUN.toml]", help="Run file; what it leaves out has its default."),
    ] = None,
    edge_length: Annotated[Text, typer.Option(metavar="LENGTH", help="Edge length [nm].")] = None,
    events: Annotated[
        str, typer.Option(metavar="NUMBER", help="Excitations, one a period of the pulse train.")
    ] = "1000",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Counts one by one: .ptu, .parquet or .npz; without it a summary."),
    ] = None,
    mean_excitons: Annotated[
        Text, typer.Option(metavar="N", help="Mean pairs per event; else from the deposit.")
    ] = None,
    statistics: Annotated[
        Text,
        typer.Option(metavar="NAME|FILE", help="poisson, exponential, compound, or a file of rows n,weight."),
    ] = None,
    model: Annotated[Text, typer.Option(metavar="NAME", help="carriers (default) or ladder.")] = None,
    radiative: Radiative = None,
    auger: Auger = None,
    seed: Annotated[str, typer.Option(metavar="NUMBER", help="Same seed, same photons.")] = "1",
    threads: Annotated[Text, typer.Option(metavar="NUMBER", help="Threads (all cores).")] = None,
    device: Annotated[
        str,
        typer.Option(metavar="NAME", help="auto, cpu or cuda (no --out, ideal instrument)."),
    ] = "auto",
    material: MaterialOption = None,
    quantum_yield: Annotated[
        Text, typer.Option(metavar="PHI", help="Phi_X instead of the card's, 0 to 1.")
    ] = None,
    exciton_lifetime: Annotated[
        Text, typer.Option(metavar="TIME", help="1/k_X instead of the card's [ps].")
    ] = None,
    auger_law: AugerLaw = None,
    retained_fraction: RetainedFraction = None,
    trapping_rate: TrappingRate = None,
    detrapping_rate: DetrappingRate = None,
    trap_loss_rate: TrapLossRate = None,
    neutralisation_rate: NeutralisationRate = None,
    traps: Traps = None,
    energy: ElectronEnergy = None,
    host: Host = None,
    start: Start = None,
    shape: Shape = None,
    deposit: DepositModel = None,
    histories: Histories = None,
    pair_creation_energy: PairCreationEnergy = None,
    period: Annotated[Text, typer.Option(metavar="TIME", help="Between excitations [ps] (100000).")] = None,
    bin_width: Annotated[Text, typer.Option(metavar="TIME", help="Of the time bins [ps] (5).")] = None,
    outcoupling: Annotated[Text, typer.Option(metavar="SHARE", help="Light that leaves, 0 to 1.")] = None,
    detection_efficiency: Annotated[
        Text, typer.Option(metavar="SHARE", help="Light that is detected, 0 to 1.")
    ] = None,
    offset: Annotated[
        Text, typer.Option(metavar="TIME", help="Of the excitation after the sync [ps] (0).")
    ] = None,
    jitter_sigma: Annotated[
        Text,
        typer.Option(
            "--jitter-sigma",
            "--jitter-sigma-ps",
            metavar="TIME",
            help="Gaussian jitter of the detector, sigma [ps] (0).",
        ),
    ] = None,
    dead_time: Annotated[Text, typer.Option(metavar="TIME", help="Of each detector [ps] (0).")] = None,
    dark_count_rate: Annotated[Text, typer.Option(metavar="RATE", help="Of each detector [1/s] (0).")] = None,
    afterpulse_probability: Annotated[
        Text, typer.Option(metavar="SHARE", help="Of each detected photon (0).")
    ] = None,
    afterpulse_lifetime: Annotated[
        Text, typer.Option(metavar="TIME", help="Of the delay of afterpulses [ps] (100000).")
    ] = None,
    detectors: Annotated[str, typer.Option(metavar="NUMBER", help="That share the photons.")] = "1",
    recording: Annotated[
        str, typer.Option(metavar="NAME", help="time-tagged, or start-stop (one count a period).")
    ] = "time-tagged",
    json: Json = False,
) -> None:
    """Simulate photon streams of one nanocrystal, exactly, as photon counting records them.

    Example: scintidot photons --edge-length 8.7 --mean-excitons 2 --events 1000 --out stream.ptu
    """
    from scintidot.photon_stream.run import photons as run

    if out is not None or device == "cuda":
        other = "--out" if out is not None else "--device cuda"
        refuse(context, f"none with {other}: it is done in one go", ["checkpoint", "checkpoint_every"])
    options: dict[str, Any] = {
        name: value for name, value in context.params.items() if name not in ("json", "run_file")
    }
    with progress() as show:
        document = run(run_file, progress=show, dry_run=wants_estimate(context), **options)
    if wants_estimate(context):
        print_estimate(document, json=json)
        return
    if json:
        print_json(document)
        return
    _print(document)


def _print(document: dict[str, Any]) -> None:
    from scintidot.output import as_text

    choices, emitted, recorded = (document[key] for key in ("choices", "emitted", "recorded"))
    rows = [
        [
            name,
            as_text(emitted["by_transition"][name]),
            as_text(recorded["by_transition"][name]),
            as_text(emitted["mean_photon_time_ps_by_transition"][name]),
            as_text(choices["lines_eV"][name]),
        ]
        for name in choices["transitions"]
    ]
    rows.append(
        [
            "all",
            as_text(emitted["photons"]),
            as_text(recorded["photons"]),
            as_text(emitted["mean_photon_time_ps"]),
            "-",
        ]
    )
    title = (
        f"{choices['material']}, {choices['edge_length_nm']:g} nm, {choices['model']}, {choices['statistics']} with "
        f"<N> = {choices['mean_excitons']:.4g}, {choices['events']} events"
    )
    print_table(title, ["transition", "photons emitted", "recorded", "mean time [ps]", "line [eV]"], rows)
    error = as_text(emitted["photons_per_event_standard_error"], 2)
    print(f"Photons per event: {as_text(emitted['photons_per_event'])}, standard error {error}")
    print(
        f"Counts: {recorded['counts']}, of them {recorded['dark_counts']} dark, {recorded['afterpulses']} afterpulses"
    )
    print_notes(document["warnings"])
    if document["file"]:
        print(f"File: {Path(document['file']).resolve()}")
