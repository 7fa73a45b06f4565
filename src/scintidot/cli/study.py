"""``scintidot study``: which nanocrystals are best, how sure that is, and which number to measure better."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scintidot.cli.console import print_json, print_notes, progress
from scintidot.cli.long_work import (
    OF_THE_ENGINE,
    are_given,
    folder_of_result,
    print_estimate,
    refuse,
    wants_estimate,
)
from scintidot.cli.options import Json, Pdf, browser_for

_DEFAULT_FOLDER = Path("scintidot-study")


result_folder = folder_of_result(_DEFAULT_FOLDER)


def study(
    context: typer.Context,
    study_file: Annotated[
        Path,
        typer.Argument(metavar="STUDY.toml", help="What is varied and what is wanted; see docs/study.md."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=f"Output folder; ./{_DEFAULT_FOLDER} unless --json is given alone."),
    ] = None,
    pdf: Pdf = False,
    json: Json = False,
) -> None:
    """Find the best design: sweep, Sobol sensitivity, Pareto front or optimum, with the uncertainty of the card.

    Writes report.html (one self-contained file), result.json, result.nc (netCDF), study.toml (complete) and
    references.bib. What was computed before an interrupt is kept in the output folder: the same command goes on from
    there.
    """
    from scintidot.output import output_folder
    from scintidot.results import check_folder
    from scintidot.studies.reading import read_plan
    from scintidot.studies.result import OUTPUT_FILES, SCHEMA
    from scintidot.studies.run import study as run

    if are_given(context, OF_THE_ENGINE) and not read_plan(study_file).simulates:
        refuse(context, "none without a simulated deposit", OF_THE_ENGINE)
    if wants_estimate(context):
        from scintidot.estimates import estimate_study

        print_estimate(estimate_study(study_file).as_json(), json=json)
        return
    folder = result_folder({"out": out, "json": json})
    if folder is not None:
        check_folder(folder, OUTPUT_FILES, SCHEMA)
        with output_folder(folder):  # a folder that cannot be written is refused before the work
            pass
    browser = browser_for(context, pdf, folder)
    with progress() as show:
        result = run(study_file, out=folder, progress=show)
    files: dict[str, Path] = {}
    if folder is not None:
        from scintidot.report.pdf import print_report
        from scintidot.report.study import write_study_report

        with progress("report", counted=False):
            files = result.save(folder, {"report.html": lambda path: write_study_report(result, path)})
            if browser is not None:
                files["report.pdf"] = print_report(folder, browser)
    if json:
        print_json(result.as_json())
        return
    print(result.answer)
    print_notes(result.document["warnings"], shortened=bool(files))
    if files:
        print(f"Report: {files['report.html'].resolve()} (open it in a browser; it has the notes in full)")
        if browser is not None:
            print(f"PDF:    {files['report.pdf'].resolve()}")
        print("Data:   " + ", ".join(name for name in sorted(files) if not name.startswith("report.")))
