"""The last run of every case, kept in ``results.json`` for the pages of the documentation."""

from __future__ import annotations

import json
import re
from dataclasses import astuple, dataclass
from datetime import date
from functools import partial
from pathlib import Path

from scintidot import __version__
from scintidot.output import write_text, write_together
from validation.case import Case, Row

RESULTS = Path(__file__).with_name("results.json")
DIGITS = 6


@dataclass(frozen=True)
class Run:
    """What one module of comparisons found, and when."""

    date: str
    version: str
    seconds: float
    cases: list[Case]


def read_runs(path: Path = RESULTS) -> dict[str, Run]:
    """Runs by the name that ``python -m validation NAME`` knows."""
    if not path.exists():
        return {}
    known = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: Run(**{**run, "cases": [_case(**case) for case in run["cases"]]}) for name, run in known.items()
    }


def record_run(name: str, cases: list[Case], seconds: float, path: Path = RESULTS) -> None:
    """Put a run in place of the last one of its name."""
    run = Run(date.today().isoformat(), __version__, round(seconds, 1), cases)
    runs = dict(sorted({**read_runs(path), name: run}.items()))
    write_together(path.parent, {path.name: partial(write_text, text=_text(runs))})


def _case(rows: list[list], **words: str) -> Case:
    return Case(rows=[Row(*row) for row in rows], **words)


def _text(runs: dict[str, Run]) -> str:
    """JSON with one row a line, so that a changed number is a changed line."""
    document = {
        name: {
            "date": run.date,
            "version": run.version,
            "seconds": run.seconds,
            "cases": [
                {
                    "title": case.title,
                    "reference": case.reference,
                    "remarks": case.remarks,
                    "rows": [
                        [
                            float(f"{part:.{DIGITS}g}") if isinstance(part, float) else part
                            for part in astuple(row)
                        ]
                        for row in case.rows
                    ],
                }
                for case in run.cases
            ],
        }
        for name, run in runs.items()
    }
    return (
        re.sub(r"\[\n([^\[\]]*)\n *\]", _on_one_line, json.dumps(document, indent=1, ensure_ascii=False))
        + "\n"
    )


def _on_one_line(found: re.Match[str]) -> str:
    return f"[{' '.join(found[1].split())}]"
