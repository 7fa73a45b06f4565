"""Pages from the templates of this folder: every report is a child of ``base.html``."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from scintidot import __version__
from scintidot.bibtex import Reference, bibtex
from scintidot.documents import heading, tables
from scintidot.output import as_text


@dataclass(frozen=True)
class Table:
    """A table of a report; text is set left, numbers right."""

    title: str
    columns: list[str]
    rows: list[list[Any]]
    note: str = ""


@dataclass(frozen=True)
class FirstPage:
    """What a reader sees first, and understands in half a minute."""

    title: str
    lead: str  # what was asked, in a line
    answer: Sequence[str]  # sentences with numbers and their uncertainty
    sure: Sequence[str] = ()  # how sure
    rests_on: Table | None = None  # the assumptions that matter most, with their effect
    failed: bool = False


@dataclass(frozen=True)
class ReportFigure:
    """One figure of a report: SVG with its caption."""

    name: str
    title: str
    svg: str
    caption: str


MOST_COLUMNS = 8
"""Of a table that is wider than long, before it is turned."""
LONGEST_TABLE = 60
"""Rows that are shown of a document's table."""


def tables_of(document: dict[str, Any], *, nested: bool = False) -> list[Table]:
    """The tables of a document; wide ones of few rows are turned, so that they fit a page."""
    found = []
    for name, columns, rows in tables(document, nested=nested):
        words = name.replace("_", " ").replace(".", ": ")
        cut = len(rows) > LONGEST_TABLE
        note = (
            f"First {LONGEST_TABLE} of {len(rows)} rows; the result as JSON has all of them." if cut else ""
        )
        table = Table(
            words[:1].upper() + words[1:], [heading(column) for column in columns], rows[:LONGEST_TABLE], note
        )
        found.append(_turned(table) if len(rows) < len(columns) > MOST_COLUMNS else table)
    return found


def _turned(table: Table) -> Table:
    """Rows as columns, named by their first entry."""
    names, *values = [[row[i] for row in table.rows] for i in range(len(table.columns))]
    heads = [table.columns[0], *(as_text(name) for name in names)]
    rows = [[column, *row] for column, row in zip(table.columns[1:], values, strict=True)]
    return Table(table.title, heads, rows, table.note)


def render_report(
    template: str,
    first: FirstPage,
    *,
    schema: str,
    choices: Iterable[tuple[str, Any]],
    references: Sequence[Reference] = (),
    notes: Sequence[str] = (),
    figures: Sequence[Any] = (),
    picture: Any = None,
    **more: Any,
) -> str:
    """The text of a report from a child of ``base.html``.

    ``notes`` are limits and warnings, ``figures`` have the fields of `ReportFigure`, ``choices`` are every named
    choice with its value, ``references`` the bibliography, which is attached as BibTeX; ``picture`` is that of the
    first page, ``more`` what the child itself asks for. The same values make the same bytes.
    """
    return render(
        template,
        first=first,
        schema=schema,
        choices=list(choices),
        references=references,
        bibtex=base64.b64encode(bibtex(references).encode()).decode(),
        notes=[] if set(notes) <= set(first.sure) else notes,
        figures=figures,
        picture=picture,
        version=__version__,
        **more,
    )


def render(template: str, **values: Any) -> str:
    """The text of a page; a name that the template uses and ``values`` lacks is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("scintidot.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters["number"] = as_text
    return environment.get_template(template).render(**values).lstrip()
