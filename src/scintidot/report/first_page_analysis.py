"""First page of an analysis: its answer, how sure it is, and what its held assumptions do to it."""

from __future__ import annotations

from typing import Any

from scintidot.documents import with_unit
from scintidot.measured.document import Analysis
from scintidot.output import as_text, with_error
from scintidot.report.templates import FirstPage, Table

MOST_ROWS = 6


def first_page(analysis: Analysis) -> FirstPage:
    """The first page of any analysis."""
    document = analysis.document
    files = [entry["file"] for entry in document["inputs"]]
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return FirstPage(
        title=analysis.title,
        lead=f"From {', '.join(files[:3])}{more}" if files else "",
        answer=_sentences(analysis.answer or "See the tables below."),
        sure=_how_sure(document),
        rests_on=_rests_on(document),
        failed=document["status"] != "ok",
    )


def _sentences(answer: str) -> list[str]:
    """One paragraph each; a full stop inside a number or after an initial ends none."""
    parts = answer.replace(". ", ".\n").split("\n")
    return [part for part in parts if part]


def _how_sure(document: dict[str, Any]) -> list[str]:
    lines = []
    parameters = [p for p in document.get("parameters", []) if not p["fixed"]]
    if parameters:
        lines.append("Errors are one standard deviation: an interval holds 68.3 % if the model is true.")
    limited = [p["name"] for p in parameters if p.get("at_limit")]
    if limited:
        lines.append(f"At a limit, so that its error says little: {', '.join(limited)}.")
    warnings = document["warnings"]
    lines += warnings[:3]
    if len(warnings) > 3:
        lines.append(f"Notes in all: {len(warnings)}.")
    return lines


def _rests_on(document: dict[str, Any]) -> Table | None:
    """Numbers that were held, and other ways to read the same fit, with what they change."""
    rows: list[list[Any]] = []
    for held in document.get("held", []):
        changes = [
            _change(key.removeprefix("change_of_"), change)
            for key, change in held.items()
            if key.startswith("change_of_") and change is not None
        ]
        if changes:
            rows.append(
                [
                    held["name"].replace("_", " "),
                    as_text(held["value"]),
                    as_text(held["moved_to"]),
                    "; ".join(changes),
                ]
            )
    mean = document.get("mean_excitons")
    if isinstance(mean, dict):
        as_it_is = f"{mean.get('statistics')}, {mean.get('method')}"
        rows += [
            [
                "how ⟨N⟩ is read",
                as_it_is,
                f"{other['statistics']}, {other['method']}",
                f"⟨N⟩ {with_error(other['value'], other.get('error'))}",
            ]
            for other in mean.get("others", [])
        ]
    if not rows:
        return None
    return Table("What this rests on", ["assumption", "as it is", "if instead", "then"], rows[:MOST_ROWS])


def _change(key: str, change: float) -> str:
    """By how much a figure moves, with its unit."""
    words, unit = with_unit(key)
    return " ".join(filter(None, (words, f"{change:+.3g}", unit)))
