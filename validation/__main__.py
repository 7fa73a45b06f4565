"""Compare with published and independent numbers; write one page with plots and a table of deviations.

    python -m validation [--out validation-report.html] [--json] [--record] [CASE ...]

Exit code 1 if a deviation is beyond its tolerance. References that are not part of the repository are read
from the folder that SCINTIDOT_SHARED names (default ../shared); without it their cases say so.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from scintidot import __version__
from scintidot.output import as_text, write_text, write_together
from scintidot.report.style import settings, to_svg
from validation.case import Case, Row
from validation.record import record_run

CASES = (
    "loss_functions",
    "elastic",
    "inelastic",
    "ionisation",
    "low_energy",
    "photons",
    "sources",
    "transport",
    "deposits",
    "spectra",
    "decays",
    "timing",
    "transient",
)
SHOWN_ROWS = 12


def main(arguments: list[str]) -> int:
    """Run the cases, write the page, print a line for each comparison."""
    parser = argparse.ArgumentParser(prog="python -m validation", description=__doc__.split("\n\n")[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)} (default: all)")
    parser.add_argument("--out", type=Path, default=Path("validation-report.html"), help="the page")
    parser.add_argument("--json", action="store_true", help="print every row as JSON")
    parser.add_argument("--record", action="store_true", help="keep the rows in validation/results.json")
    options = parser.parse_args(arguments)
    unknown = set(options.cases) - set(CASES)
    if unknown:
        parser.error(f"unknown case {', '.join(sorted(unknown))}; known: {', '.join(CASES)}")
    done: list[tuple[Case, float]] = []
    for name in options.cases or CASES:
        start = time.perf_counter()
        found = importlib.import_module(f"validation.{name}").cases()
        seconds = time.perf_counter() - start
        done += [(case, seconds / len(found)) for case in found]
        for case in found:
            print(_line(case), file=sys.stderr)
        if options.record:
            _record(name, found, seconds)
    _write(options.out, [_section(case, seconds) for case, seconds in done])
    if options.json:
        print(json.dumps(_document([case for case, _ in done]), indent=1))
    print(f"Page: {options.out.resolve()}", file=sys.stderr)
    return int(not all(row.passed for case, _ in done for row in case.rows))


def _record(name: str, cases: list[Case], seconds: float) -> None:
    missing = [case.missing for case in cases if case.missing]
    if missing:
        print(f"not recorded  {name}: {missing[0]}", file=sys.stderr)
    else:
        record_run(name, cases, seconds)


def _line(case: Case) -> str:
    if case.missing:
        return f"left out  {case.title}: {case.missing}"
    judged = [row for row in case.worst() if row.tolerance is not None]
    failed = sum(not row.passed for row in judged)
    verdict = f"{failed} beyond" if failed else "passed" if judged else "shown"
    shown = len(case.rows) - len(judged)
    words = f"{len(judged)} judged" + (f", {shown} only shown" if shown else "")
    if judged:
        words += f"; largest of the judged {judged[0].deviation:+.2%} ({judged[0].quantity}, {judged[0].at})"
    return f"{verdict:9} {case.title}: {words}"


def _document(cases: list[Case]) -> dict[str, Any]:
    return {
        "schema": "scintidot.validation/1",
        "version": __version__,
        "cases": [
            {
                "title": case.title,
                "reference": case.reference,
                "remarks": case.remarks,
                "missing": case.missing,
                "rows": [
                    {
                        "quantity": row.quantity,
                        "at": row.at,
                        "unit": row.unit,
                        "ours": row.ours,
                        "reference": row.reference,
                        "deviation": row.deviation,
                        "tolerance": row.tolerance,
                        "passed": row.passed,
                    }
                    for row in case.rows
                ],
            }
            for case in cases
        ],
    }


def _section(case: Case, seconds: float) -> dict[str, Any]:
    """What the page shows of a case: its worst rows in sight, all of them folded away."""
    worst = list(case.worst())
    return {
        "case": case,
        "verdict": _line(case),
        "failed": any(not row.passed for row in case.rows),
        "svg": "" if case.draw is None or case.missing else _picture(case),
        "worst": [_cells(row) for row in worst[:SHOWN_ROWS]],
        "rest": [_cells(row) for row in worst[SHOWN_ROWS:]],
        "seconds": f"{seconds:.1f}",
    }


def _cells(row: Row) -> dict[str, Any]:
    tolerance = "shown only" if row.tolerance is None else f"±{100 * row.tolerance:.3g} %"
    return {
        "words": (row.quantity, row.at, row.unit),
        "numbers": (as_text(row.ours, 5), as_text(row.reference, 5), f"{row.deviation:+.2%}", tolerance),
        "failed": not row.passed,
    }


def _picture(case: Case) -> str:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    assert case.draw is not None
    with settings():
        drawing = Figure(figsize=(11, 4.6))
        FigureCanvasSVG(drawing)
        case.draw(drawing)
        return to_svg(drawing)


def _write(path: Path, sections: list[dict[str, Any]]) -> None:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    text = environment.get_template("page.html").render(version=__version__, sections=sections)
    write_together(path.parent, {path.name: partial(write_text, text=text)})


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("interrupted; nothing was left half written")
