"""``scintidot predict``: the whole forward path against size, with report and data files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from scintidot.cli.console import print_json, print_notes, print_table, progress
from scintidot.cli.long_work import (
    OF_THE_ENGINE,
    are_given,
    folder_of_result,
    print_estimate,
    refuse,
    wants_estimate,
)
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
    PairCreationEnergy,
    Pdf,
    Radiative,
    RetainedFraction,
    Shape,
    Start,
    TrapLossRate,
    TrappingRate,
    Traps,
    browser_for,
)

_DEFAULT_FOLDER = Path("scintidot-predict")


result_folder = folder_of_result(_DEFAULT_FOLDER)


def predict(
    context: typer.Context,
    run_file: Annotated[
        Path | None,
        typer.Argument(metavar="[RUN.toml]", help="Run file; what it leaves out has its default."),
    ] = None,
    material: MaterialOption = None,
    edge_length: Annotated[
        str | None, typer.Option(metavar="LIST", help="Edge lengths [nm], such as 3.3,5,8.7.")
    ] = None,
    energy: ElectronEnergy = None,
    host: Host = None,
    start: Start = None,
    shape: Shape = None,
    deposit: DepositModel = None,
    local_deposit_below: Annotated[
        str | None, typer.Option(metavar="ENERGY", help="Limit of the model local [eV] (990).")
    ] = None,
    histories: Histories = None,
    relative_error: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Of the mean deposit, at which it stops (0.02).")
    ] = None,
    seed: Annotated[str | None, typer.Option(metavar="NUMBER", help="Of the simulation (1).")] = None,
    events: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Primaries behind a file of deposits.")
    ] = None,
    energy_unit: Annotated[
        str | None, typer.Option(metavar="UNIT", help="Of the energies in a file of deposits.")
    ] = None,
    table: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which table of a file of deposits.")
    ] = None,
    size_dispersion: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="Standard deviation of the edge over its mean, such as 0.08."),
    ] = None,
    pair_creation_energy: PairCreationEnergy = None,
    statistics: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="poisson, exponential, compound (from the simulation) or paper (poisson)."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Kinetics: carriers or ladder, exact; poisson-biexciton or paper, truncated (carriers).",
        ),
    ] = None,
    radiative: Radiative = None,
    auger: Auger = None,
    trapping_rate: TrappingRate = None,
    detrapping_rate: DetrappingRate = None,
    trap_loss_rate: TrapLossRate = None,
    traps: Traps = None,
    auger_law: AugerLaw = None,
    retained_fraction: RetainedFraction = None,
    light_yield_scaling: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="photons-per-nanocrystal or photons-per-deposited-energy."),
    ] = None,
    light_yield: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Measured light yield [photons/MeV] (10000).")
    ] = None,
    light_yield_edge_length: Annotated[
        str | None, typer.Option(metavar="LENGTH", help="Edge length at which it was measured [nm] (8.7).")
    ] = None,
    light_yield_material: Annotated[
        str | None, typer.Option(metavar="NAME", help="Material it was measured on (CsPbBr3), or own.")
    ] = None,
    rise_time: Annotated[
        str | None,
        typer.Option("--rise-time", "--rise-time-ps", metavar="TIME", help="Rise time for the CTR [ps]."),
    ] = None,
    jitter_sigma: Annotated[
        str | None,
        typer.Option(
            "--jitter-sigma",
            "--jitter-sigma-ps",
            metavar="TIME",
            help="Standard deviation of the detector, for the bound [ps] (40).",
        ),
    ] = None,
    response: Annotated[
        str | None, typer.Option(metavar="TIME", help="Full width of the response of tau 'instrument' [ps].")
    ] = None,
    outcoupling: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Light that leaves, 0 to 1.")
    ] = None,
    detection_efficiency: Annotated[
        str | None, typer.Option(metavar="SHARE", help="Light that is detected, 0 to 1.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=f"Output folder; ./{_DEFAULT_FOLDER} unless --json is given alone."),
    ] = None,
    pdf: Pdf = False,
    json: Json = False,
) -> None:
    """Predict light, decay and time resolution of nanocrystals against size.

    Writes report.html (one self-contained file), result.json, result.nc (netCDF) and run.toml (reruns to the
    same numbers). Without arguments: CsPbBr3 at the sizes of Fratelli 2024.
    """
    from scintidot.config import OPTIONS, is_simulated, make_config
    from scintidot.output import output_folder
    from scintidot.progress import within
    from scintidot.results import check_folder
    from scintidot.simulation import predict as run

    options = {name: value for name, value in context.params.items() if name in OPTIONS}
    if are_given(context, OF_THE_ENGINE):
        config = make_config(run_file, options, where="scintidot predict")
        if not is_simulated(config.deposit.model):
            refuse(context, f"none with --deposit {config.deposit.model}", OF_THE_ENGINE)
    if wants_estimate(context):
        from scintidot.estimates import estimate_predict

        print_estimate(estimate_predict(run_file, where="scintidot predict", **options).as_json(), json=json)
        return
    folder = result_folder({"out": out, "json": json})
    if folder is not None:
        check_folder(folder)
        with output_folder(folder):  # a folder that cannot be written is refused before the work
            pass
    browser = browser_for(context, pdf, folder)
    files: dict[str, Path] = {}
    with progress() as show:
        result = run(run_file, where="scintidot predict", progress=within(show, 0.0, 0.9), **options)
        if folder is not None:
            from scintidot.report.page import write_report
            from scintidot.report.pdf import print_report

            show("report", 0.9)
            files = result.save(folder, {"report.html": lambda path: write_report(result, path)})
            if browser is not None:
                files["report.pdf"] = print_report(folder, browser)
    if json:
        print_json(result.as_json())
        return
    from scintidot.report.first_page import answer

    for sentence in answer(result):
        print(sentence)
    _print_summary(result.rows)
    print_notes(result.warnings, shortened=bool(files))
    if files:
        print(f"Report: {files['report.html'].resolve()} (open it in a browser; it has the notes in full)")
        if browser is not None:
            print(f"PDF:    {files['report.pdf'].resolve()}")
        print("Data:   " + ", ".join(name for name in sorted(files) if not name.startswith("report.")))


def _by_model(model: str, *keys_and_row: Any) -> Any:
    """One figure of a row by another kinetic model."""
    *keys, row = keys_and_row
    figure = row["models"][model]
    for key in keys:
        figure = figure[key]
    return figure


def _print_summary(rows: list[dict[str, Any]]) -> None:
    """The main figures, a column for each size."""
    from scintidot.output import as_text

    lines: dict[str, Callable[[dict[str, Any]], Any]] = {
        "gap [eV]": lambda row: row["band_gap_eV"],
        "deposit [eV]": lambda row: row["mean_deposit_eV"],
        "excitons <N>": lambda row: row["mean_excitons"],
        "Phi_X": lambda row: row["quantum_yield"],
        "Phi_AR": lambda row: row["auger_efficiency"],
        "photons per NC": lambda row: row["photons_per_nc"],
        "I_ENS relative": lambda row: row["intensity_ensemble_relative"],
        "tau harmonic [ps]": lambda row: row["tau_ps"]["harmonic"],
        "tau instrument": lambda row: row["tau_ps"]["instrument"],
        "CTR formula [ps]": lambda row: row["ctr_ps"]["formula"],
        "  band, low": lambda row: row["band"]["ctr_ps"]["formula"][0],
        "  band, high": lambda row: row["band"]["ctr_ps"]["formula"][1],
        "CTR bound [ps]": lambda row: row["ctr_ps"]["cramer_rao"],
        **{
            f"{label}, {model}": partial(_by_model, model, *keys)
            for label, *keys in (
                ("photons", "photons_per_nc"),
                ("tau harmonic", "tau_ps", "harmonic"),
                ("CTR formula", "ctr_ps", "formula"),
                ("CTR bound", "ctr_ps", "cramer_rao"),
            )
            for model in rows[0]["models"]
        },
    }
    for start in range(0, len(rows), 8):
        part = rows[start : start + 8]
        cells = [[name, *(as_text(get(row), 3) for row in part)] for name, get in lines.items()]
        print_table("", ["edge [nm]", *(f"{row['edge_length_nm']:g}" for row in part)], cells)
