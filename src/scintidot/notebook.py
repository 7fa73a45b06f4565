"""How results show themselves in Jupyter: short HTML that fits light and dark pages; everything is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from scintidot.documents import figures_of, flat, heading, tables
from scintidot.output import as_text

if TYPE_CHECKING:
    from scintidot.materials.material import Material
    from scintidot.results import Prediction

MOST_ROWS, MOST_COLUMNS, MOST_FIGURES = 12, 10, 16
LONGEST_TEXT = 300
_STYLE = (
    "<style>.scintidot{max-width:70em;line-height:1.4}.scintidot b.title{font-size:1.1em}"
    ".scintidot table{border-collapse:collapse;margin:.4em 0;font-variant-numeric:tabular-nums}"
    ".scintidot th,.scintidot td{padding:.15em .6em;border-bottom:1px solid rgba(128,128,128,.35);text-align:right;"
    "background:none}.scintidot .words{text-align:left}.scintidot summary{cursor:pointer}"
    ".scintidot small{opacity:.75}.scintidot ul{margin:.2em 0;padding-left:1.3em}</style>"
)
"""Colours of the page are kept, so that light and dark ones read alike."""


def block(title: str, *parts: str) -> str:
    """One result: its title and what follows."""
    return f'{_STYLE}<div class="scintidot"><b class="title">{escape(title)}</b>{"".join(parts)}</div>'


def paragraph(text: str) -> str:
    """A sentence."""
    return f"<p>{escape(text)}</p>" if text else ""


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table of at most `MOST_ROWS` rows and `MOST_COLUMNS` columns, that says what it leaves out."""
    if not rows:
        return ""
    shown = [list(row)[:MOST_COLUMNS] for row in rows[:MOST_ROWS]]
    words = [any(isinstance(row[i], str) for row in shown) for i in range(len(shown[0]))]
    marks = [' class="words"' if word else "" for word in words]
    head = "".join(
        f"<th{mark}>{escape(str(column))}</th>" for mark, column in zip(marks, columns, strict=False)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{mark}>{_cell(value)}</td>" for mark, value in zip(marks, row, strict=True))
        + "</tr>"
        for row in shown
    )
    left_out = [
        f"{len(many) - most} more {what}"
        for many, most, what in ((rows, MOST_ROWS, "rows"), (columns, MOST_COLUMNS, "columns"))
        if len(many) > most
    ]
    more = f"<small>{' and '.join(left_out)} not shown</small>" if left_out else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def folded(name: str, rows: Iterable[tuple[str, Any]]) -> str:
    """Names and values that open on a click."""
    cells = [
        f'<tr><td class="words">{escape(key)}</td><td class="words">{_cell(value)}</td></tr>'
        for key, value in rows
    ]
    if not cells:
        return ""
    return (
        f"<details><summary>{escape(name)} ({len(cells)})</summary><table>{''.join(cells)}</table></details>"
    )


def listed(name: str, lines: Sequence[str]) -> str:
    """Sentences that open on a click."""
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<details><summary>{escape(name)} ({len(lines)})</summary><ul>{items}</ul></details>"


def _cell(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        value = ", ".join(as_text(one) for one in value)
    text = as_text(value, 4)
    return escape(text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]} ...")


def beneath(document: dict[str, Any]) -> list[str]:
    """What every document has at its end: warnings, choices, sources."""
    sources = [
        f"{entry['authors']}, {entry['title']}, {entry['published_in']} ({entry['year']})"
        for entry in document.get("bibliography", [])
    ]
    return [
        listed("Warnings", document.get("warnings", [])),
        folded("Choices", flat(document.get("choices", {}))),
        listed("Sources", sources),
    ]


def document_html(document: dict[str, Any], title: str = "", answer: str = "") -> str:
    """Any document: its main figures, its first tables, and what lies beneath."""
    subject = document.get("material") or document.get("element") or ""
    schema = document.get("schema", "")
    kind = schema.removeprefix("scintidot.").partition("/")[0]
    name = title or " of ".join(filter(None, (kind, str(subject))))
    figures = [(words, text) for words, text in figures_of(document) if words not in ("material", "element")]
    shown = [
        paragraph(name.replace("_", " ")) + table([heading(column) for column in columns], rows)
        for name, columns, rows in tables(document, nested=True)[:2]
    ]
    return block(
        name,
        paragraph(answer),
        table(["figure", "value"], figures[:MOST_FIGURES]),
        *shown,
        *beneath(document),
    )


def study_html(document: dict[str, Any]) -> str:
    """A design study: its answer and the best designs."""
    from scintidot.studies.finding import best_designs

    return block(
        document["title"] or f"Design study: {document['kind']}",
        paragraph(document["answer"]),
        table(*best_designs(document)),
        *beneath(document),
    )


MAIN_FIGURES = (
    "mean_excitons", "photons_per_nc", "photons_per_MeV_deposited", "tau_ps.harmonic", "ctr_ps.formula",
    "ctr_ps.cramer_rao",
)  # fmt: skip
"""Of a prediction, shown with their bands."""


def material_html(material: Material) -> str:
    """A material: what it is, what was changed of the card it is based on, every number, sources."""
    from scintidot.catalogue import material_document, quantity_text

    document = material_document(material)
    numbers = document["quantities"]
    estimates = sum(number["provenance"] == "estimate" for number in numbers)
    rows = [
        (number["key"], f"{quantity_text(number)}, {number['provenance']}: {', '.join(number['source'])}")
        for number in numbers
    ]
    return block(
        f"{document['name']} ({', '.join(filter(None, (document['formula'], document['kind'])))})",
        paragraph(document["description"]),
        f"<small>{len(numbers)} numbers, {estimates} of them estimates.</small>",
        folded("Changed", material.changes().items()),
        folded("Numbers, with bands and provenance", rows),
        folded("Loss function", document["loss_function"].items()),
        *beneath(document),
    )


def prediction_html(prediction: Prediction) -> str:
    """The main figures of a prediction against size, each with its band."""
    figures, headings = prediction.figures, prediction.headings(MAIN_FIGURES)
    rows = [
        [
            float(edge),
            *(
                f"{as_text(float(figures.central[key][i]), 3)} ({as_text(float(figures.low[key][i]), 3)} to "
                f"{as_text(float(figures.high[key][i]), 3)})"
                for key in MAIN_FIGURES
            ),
        ]
        for i, edge in enumerate(prediction.edge_length)
    ]
    document = {
        "choices": prediction.choices,
        "warnings": prediction.warnings,
        "bibliography": [reference.as_json() for reference in prediction.references],
    }
    return block(
        f"Prediction of {prediction.material.name}",
        table(["edge length [nm]", *headings], rows),
        "<small>In brackets: the band of the uncertain numbers of the card.</small>",
        *beneath(document),
    )
