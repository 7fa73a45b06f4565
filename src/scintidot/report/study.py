"""Report of a design study: the answer, the picture that shows it, and all that it rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scintidot.bibtex import references_of
from scintidot.output import as_text, per_cent, write_text
from scintidot.report.study_figures import figures_of_study
from scintidot.report.style import settings, to_svg
from scintidot.report.templates import FirstPage, ReportFigure, Table, render_report
from scintidot.studies.finding import banded_text, best_designs, design_text
from scintidot.studies.result import StudyResult

MOST_LINES = 5
"""Uncertain numbers on the first page."""


def write_study_report(result: StudyResult, path: str | Path) -> None:
    """Write the report of a study to ``path``: one HTML file that needs nothing else."""
    document = result.document
    with settings():
        figures = [
            ReportFigure(one.name, one.title, to_svg(one.drawing), one.caption)
            for one in figures_of_study(result)
        ]
    first = FirstPage(
        document["title"] or f"Design study: {document['kind']}",
        _lead(result),
        result.finding.answer,
        sure=_sure(document),
        rests_on=_rests_on(document),
        failed=result.finding.best is None and not result.finding.variables,
    )
    text = render_report(
        "study.html",
        first,
        schema=document["schema"],
        choices=_choices(document["choices"]),
        references=references_of(document["bibliography"]),
        notes=document["warnings"],
        figures=figures[1:],
        picture=figures[0] if figures else None,
        tables=_tables(document),
        study=result.study_file(),
    )
    write_text(Path(path), text)


def _lead(result: StudyResult) -> str:
    document = result.document
    run, varied = (
        document["choices"]["prediction"],
        ", ".join(axis.words for axis in result.plan.axes) or "nothing",
    )
    return (
        f"{run['material']} in {run['host']}, {as_text(float(run['kinetic_energy_keV']))} keV electron, deposit "
        f"{run['deposit']} · varied: {varied} · {document['choices']['method_meaning']}"
    )


def _sure(document: dict[str, Any]) -> list[str]:
    uncertain, results = document["uncertainty"], document["results"]
    names = [*(line["name"] for line in uncertain["numbers"]), *uncertain["choices"]]
    if not names:
        return ["Nothing was taken as uncertain."]
    meaning = f"{uncertain['distribution']}: {uncertain['distribution_meaning']}"
    lines = [f"{len(names)} numbers and choices are uncertain ({meaning})."]
    if "probability_that_constraints_are_kept" in results and document["constraints"]:
        share = results["probability_that_constraints_are_kept"]
        lines.append(
            f"The recommended design keeps the constraints in {per_cent(share, 2)} of {results['draws']} draws."
        )
    if "regret" in results and results["regret"]["quantile_95"] is not None:
        cost = per_cent(results["regret"]["quantile_95"])
        lines.append(f"It costs up to {cost} (95 % of draws) against the best one in each draw.")
    return lines


def _rests_on(document: dict[str, Any]) -> Table | None:
    """The numbers that move the answer most."""
    results = document["results"]
    if "one_at_a_time" in results:
        return _most_moving(results["one_at_a_time"], document["objectives"][0])
    if "objectives" in results:
        name, entry = next(iter(results["objectives"].items()))
        ranked = sorted(entry["factors"], key=lambda line: -(line["total"] or 0.0))[:MOST_LINES]
        rows = [[line["name"], per_cent(line["total"]), per_cent(line["first_order"])] for line in ranked]
        return Table("", ["factor", "total", "alone"], rows, f"Shares of the variance of {name}.")
    return None


def _most_moving(lines: list[dict[str, Any]], objective: dict[str, Any]) -> Table | None:
    known = [line for line in lines if line["relative_change"] is not None]
    if not known:
        return None
    ranked = sorted(known, key=lambda line: -abs(line["relative_change"]))[:MOST_LINES]
    rows = [
        [
            line["number"],
            line["at"],
            f"{100 * line['relative_change']:+.1f} %",
            design_text(line["best_design"]),
            _cost(line),
        ]
        for line in ranked
    ]
    columns = ["uncertain", "if it were", objective["name"], "the best design would be", "staying costs"]
    return Table("", columns, rows, "Each one alone, all else as it is.")


def _cost(line: dict[str, Any]) -> str:
    return (
        "a constraint is missed" if line.get("keeps_the_constraints") is False else per_cent(line["regret"])
    )


def _tables(document: dict[str, Any]) -> list[Table]:
    results, tables = document["results"], []
    targets = [one["name"] for one in (*document["objectives"], *document["constraints"])]
    if results.get("front"):
        columns = ["design", *targets, "probability to be on the front"]
        rows = [
            [
                design_text(line["design"]),
                *(banded_text(line, name) for name in targets),
                line["probability_on_front"],
            ]
            for line in results["front"]
        ]
        tables.append(Table("Designs of the front", columns, rows))
    columns, rows = best_designs(document)
    if rows:
        tables.append(Table("Best designs", columns, rows))
    for name, entry in results.get("objectives", {}).items():
        rows = [
            [line["name"], *(_with_interval(line, key) for key in ("total", "first_order"))]
            for line in sorted(entry["factors"], key=lambda line: -(line["total"] or 0.0))
        ]
        tables.append(Table(f"Sensitivities of {name}", ["factor", "total index", "first-order index"], rows))
    if results.get("one_at_a_time"):
        rows = [
            [
                line["number"],
                line["at"],
                line["value"],
                per_cent(line["relative_change"]),
                design_text(line["best_design"]),
                _cost(line),
            ]
            for line in results["one_at_a_time"]
        ]
        columns = [
            "uncertain",
            "if it were",
            document["objectives"][0]["name"],
            "change",
            "best design then",
            "staying costs",
        ]
        tables.append(Table("One uncertain thing at a time", columns, rows))
    numbers = document["uncertainty"]["numbers"]
    if numbers:
        rows = [
            [
                one["name"],
                one["value"],
                one["low"],
                one["high"],
                one["unit"],
                one["provenance"],
                ", ".join(one["source"]),
            ]
            for one in numbers
        ]
        columns = ["number", "value", "low", "high", "unit", "provenance", "source"]
        tables.append(Table("What is uncertain", columns, rows))
    return tables


def _with_interval(line: dict[str, Any], key: str) -> str:
    value, half = line[key], line[f"{key}_half_interval"]
    return "-" if value is None or half is None else f"{value:.3f} ± {half:.3f}"


def _choices(choices: dict[str, Any]) -> list[tuple[str, Any]]:
    """Of the study, then those of the prediction behind it."""
    own = [(name, value) for name, value in choices.items() if name != "prediction"]
    return [*own, *((f"prediction: {name}", value) for name, value in choices["prediction"].items())]
