"""Comparisons with published and independent numbers, as `validation/results.json` holds them; nothing is run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pieces import code, contents, fence, table, text
from validation.__main__ import CASES
from validation.case import Case, Row
from validation.record import Run, read_runs

from scintidot.output import as_text
from scintidot.report.style import BLUE, GREY, VERMILION, figure, settings, to_svg

SHOWN_ROWS = 12
COLUMNS = ["quantity", "at", "unit", "scintidot:", "reference:", "deviation:", "tolerance:"]


def pages() -> Iterator[tuple[str, str]]:
    """The overview with its picture, and a page for each module of comparisons."""
    runs = read_runs()
    yield "validation/index.md", _overview(runs)
    yield "validation/deviations.svg", _picture([case for run in runs.values() for case in run.cases])
    for name, run in runs.items():
        yield f"validation/{name}.md", _page(name, run)


def _judged(case: Case) -> list[Row]:
    return [row for row in case.worst() if row.tolerance is not None]


def _overview(runs: dict[str, Run]) -> str:
    rows = [
        [
            f"[{text(case.title)}]({name}.md)",
            str(len(_judged(case))),
            str(sum(not row.passed for row in case.rows) or ""),
            next((f"{100 * row.deviation:+.2g} %" for row in _judged(case)), "shown only"),
            run.date.replace("-", "\N{NON-BREAKING HYPHEN}"),
        ]
        for name, run in runs.items()
        for case in run.cases
    ]
    left_out = ", ".join(code(name) for name in CASES if name not in runs)
    parts = [
        "# Validation",
        "What the models give beside published and independent numbers. The numbers are those of the runs named below, "
        "kept in `validation/results.json`; the site does not run them again. `make validate` does, all of them; "
        "`python -m validation NAME --record` runs one part and keeps what it finds. "
        "[How good the track engine is](../../track-validation.md) has more on the deposits.",
        fence(
            "{figure} deviations.svg",
            "Deviation of every judged number over its tolerance, at most 1 in size.",
        ),
        *([f"Long ones that were not kept yet: {left_out}."] if left_out else []),
        table(["comparison", "judged:", "beyond:", "largest deviation:", "run on"], rows),
        contents(runs),
    ]
    return "\n\n".join(parts)


def _page(name: str, run: Run) -> str:
    parts = [
        f"# {name.replace('_', ' ').capitalize()}",
        f"Run on {run.date} with version {run.version}, in {run.seconds:g} s: `python -m validation {name}`.",
    ]
    for case in run.cases:
        ordered = iter(case.worst())
        worst, rest = list(islice(ordered, SHOWN_ROWS)), list(ordered)
        parts += [
            f"## {text(case.title)}",
            f"Reference: {text(case.reference)}",
            text(case.remarks),
            table(COLUMNS, map(_cells, worst)),
        ]
        if rest:
            parts.append(
                fence(
                    f"{{dropdown}} {len(rest)} more rows, by falling deviation",
                    table(COLUMNS, map(_cells, rest)),
                )
            )
    return "\n\n".join(parts)


def _cells(row: Row) -> list[str]:
    deviation = f"{row.deviation:+.2%}"
    return [
        text(row.quantity),
        text(row.at),
        "" if row.unit == "1" else text(row.unit),
        as_text(row.ours, 5),
        as_text(row.reference, 5),
        deviation if row.passed else f"**{deviation}**",
        "shown only" if row.tolerance is None else f"±{100 * row.tolerance:.3g} %",
    ]


def _picture(cases: list[Case]) -> str:
    """Every judged deviation over its tolerance, a line for each comparison."""
    shown = [case for case in cases if _judged(case)]
    with settings():
        drawing, ((axis,),) = figure(1, 1, 9, 0.8 + 0.32 * len(shown))
        axis.axvspan(-1, 1, color=GREY, alpha=0.1, lw=0)
        for place, case in enumerate(shown):
            shares = [row.deviation / row.tolerance for row in _judged(case) if row.tolerance]
            colours = [BLUE if abs(share) <= 1 else VERMILION for share in shares]
            axis.scatter(shares, [place] * len(shares), s=22, c=colours, alpha=0.5, lw=0)
        axis.set(xlabel="deviation / tolerance", ylim=(len(shown) - 0.5, -0.5))
        axis.set_yticks(range(len(shown)), [case.title for case in shown], fontsize=9)
        return to_svg(drawing)
