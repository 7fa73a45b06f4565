"""``scintidot demo``: a prediction, a measurement of what was predicted, and its analysis."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from scintidot.cli.console import print_json, print_table, progress
from scintidot.cli.options import Json

FOLDER = Path("scintidot-demo")
SIZES = (3.3, 5.0, 8.7, 13.5)
"""Edge lengths [nm] that are predicted."""
MEASURED = 8.7
"""Edge length [nm] of the nanocrystals that are measured."""
RELATIVE_ERROR = 0.03
"""Of the simulated deposits: enough to see how all hangs together, and quick."""
COUNTS = 1e6


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Output folder.")] = FOLDER, json: Json = False
) -> None:
    """Show the whole loop in about a minute: predict CsPbBr3 nanocrystals, measure them, analyse the measurement.

    The first run compiles the simulation, once: half a minute. The measurement is that of a virtual laboratory, so
    that the analysis can be held against what was put in.
    """
    from scintidot.demonstration import check_folder, folder_of_parts
    from scintidot.progress import within

    started = time.perf_counter()
    check_folder(out)
    with progress("predict") as show, folder_of_parts(out) as made:
        prediction = _predict(made / "prediction", within(show, 0.0, 0.8))
        show("measure", 0.8)
        row = next(row for row in prediction.rows if row["edge_length_nm"] == MEASURED)
        truth = _measure(made / "measurement", prediction, row)
        show("analyse", 0.9)
        analysis = _analyse(made / "measurement", made / "analysis")
    found = {
        "schema": "scintidot.demo/1",
        "seconds": round(time.perf_counter() - started, 1),
        "folder": str(out),
        "rows": prediction.rows,
        "put_in": truth,
        "found": analysis["decays"][0],
    }
    if json:
        print_json(found)
    else:
        _print(out, found)


def _predict(folder: Path, show: Any) -> Any:
    from scintidot.progress import within
    from scintidot.report.page import write_report
    from scintidot.simulation import predict

    result = predict(
        edge_length=SIZES, relative_error=RELATIVE_ERROR, where="demo", progress=within(show, 0.0, 0.9)
    )
    show("report", 0.9)
    result.save(folder, {"report.html": lambda path: write_report(result, path)})
    return result


def _measure(folder: Path, prediction: Any, row: dict[str, Any]) -> dict[str, float]:
    """Photon counting of the predicted nanocrystals; what is true of them."""
    from scintidot.measured.laboratory.tcspc import simulate_tcspc

    rate = 1 / prediction.material.scintillator().exciton.lifetime.value
    put_in = {"mean_excitons": row["mean_excitons"], "auger_efficiency": row["auger_efficiency"]}
    simulate_tcspc(folder, **put_in, exciton_rate=rate, counts=COUNTS, period_ns=100.0)
    return put_in


def _analyse(measurement: Path, folder: Path) -> dict[str, Any]:
    from scintidot.measured.decay.run import analyse_decay
    from scintidot.report.analysis import write_analysis

    analysis = analyse_decay(measurement / "decay.csv", irf=measurement / "irf.csv", model="carriers")
    write_analysis(analysis, folder)
    return analysis.document


def _print(out: Path, found: dict[str, Any]) -> None:
    from scintidot.output import as_text, with_error

    lines = {
        "<N> excitons": ("mean_excitons",),
        "photons per nanocrystal": ("photons_per_nc",),
        "light of equal mass": ("intensity_ensemble_relative",),
        "lifetime, harmonic [ps]": ("tau_ps", "harmonic"),
        "time resolution, bound [ps]": ("ctr_ps", "cramer_rao"),
    }
    rows = found["rows"]
    print_table(
        "1. Predicted: CsPbBr3 nanocrystals in octane, each hit by a 7 keV electron (deposits to 3 %)",
        ["edge [nm]", *(f"{row['edge_length_nm']:g}" for row in rows)],
        [[name, *(as_text(_at(row, keys), 3) for row in rows)] for name, keys in lines.items()],
    )
    fitted, put_in = found["found"], found["put_in"]
    mean = fitted["mean_excitons"]
    print_table(
        f"2. Measured in the virtual laboratory: {COUNTS:g} photons of those of {MEASURED:g} nm. 3. Analysed:",
        ["", "put in", "found"],
        [
            ["<N>", as_text(put_in["mean_excitons"]), with_error(mean["value"], mean["error"])],
            [
                "Phi_AR, how strongly Auger recombination competes",
                as_text(put_in["auger_efficiency"]),
                with_error(fitted["auger_efficiency"], fitted["auger_efficiency_error"]),
            ],
        ],
    )
    print(f"Done in {found['seconds']:.0f} s. Open in a browser:")
    for part in ("prediction", "analysis"):
        print(f"    {(out / part / 'report.html').resolve()}")
    print("Next:")
    run, decay, irf = (
        shlex.quote(str(out / part))
        for part in ("prediction/run.toml", "measurement/decay.csv", "measurement/irf.csv")
    )
    print(f"    scintidot predict {run} --host toluene --out other-host")
    print(f"    scintidot analyse decay {decay} --irf {irf} --components 3")
    print("    scintidot                    what else to try")


def _at(row: dict[str, Any], keys: tuple[str, ...]) -> Any:
    value: Any = row
    for key in keys:
        value = value[key]
    return value
