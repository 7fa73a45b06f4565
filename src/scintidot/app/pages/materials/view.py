"""A card as tables and plots: every number with unit, band, provenance, source and note; two cards side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from dash import html
from dash.development.base_component import Component

from scintidot.app.panels import drawn_panel
from scintidot.catalogue import provenance_meanings, show_card
from scintidot.catalogue.laws import law_panels
from scintidot.output import as_text

HEIGHT = 290
Number = Mapping[str, Any]
"""One of the ``quantities`` of ``scintidot.material/1``."""


def card_view(place: str | Path, other: str | Path | None, theme: str) -> list[Component]:
    """The card at a place, beside another one if there is."""
    documents = [show_card(str(one)) for one in (place, other) if one is not None]
    entries = {entry["key"]: entry for document in documents for entry in document["bibliography"]}
    anchors = {key: f"source-{i}" for i, key in enumerate(entries)}
    return [
        *(_head(document) for document in documents),
        _plots([one for one in (place, other) if one is not None], theme),
        html.H2("Numbers"),
        _compared(documents, anchors) if len(documents) > 1 else _numbers(documents[0], anchors),
        *_loss(documents),
        *_bibliography(entries, anchors),
    ]


def _head(document: Mapping[str, Any]) -> Component:
    words = ", ".join(filter(None, (document["formula"], document["kind"])))
    return html.Div(
        [
            html.H2([document["name"], html.Span(f" {words}", className="soft")]),
            html.P(document["description"]),
        ]
    )


def _plots(places: Sequence[str | Path], theme: str) -> Component:
    figures = [drawn_panel(panel, theme, HEIGHT) for panel in law_panels(places)]
    return html.Div(figures, className="figures even")


def badge(provenance: str) -> Component:
    """How a number came about, in a word and a colour."""
    return html.Span(
        provenance, className=f"badge {provenance}", title=provenance_meanings().get(provenance, "")
    )


def band(number: Number) -> str:
    """From low to high, or nothing."""
    return "" if number["low"] is None else f"{as_text(number['low'])} to {as_text(number['high'])}"


def unit(number: Number) -> str:
    """Nothing for plain numbers."""
    return "" if number["unit"] == "1" else str(number["unit"])


def section(key: str) -> str:
    """The first part of a dotted key."""
    return key.split(".", maxsplit=1)[0]


def short(key: str) -> str:
    """The key below its section."""
    return key.partition(".")[2] or key


def code(text: str, key: str | None = None) -> Component:
    """A key, or the rest of one, that may break behind its dots and lines."""
    parts = [part for whole in re.split(r"(?<=[._])", text) for part in (whole, html.Wbr())]
    return html.Code(parts[:-1], title=key or text)


def _numbers(document: Mapping[str, Any], anchors: Mapping[str, str]) -> Component:
    rows: list[Component] = []
    for title, group in groupby(document["quantities"], key=lambda number: section(number["key"])):
        heading = html.Th(title.replace("_", " "), colSpan=6, className="section")
        rows += [html.Tr(heading), *(_row(number, anchors) for number in group)]
    heads = ["key", "value", "unit", "band", "provenance", "source, note"]
    return _table(heads, rows)


def _row(number: Number, anchors: Mapping[str, str]) -> Component:
    return html.Tr(
        [
            html.Td(code(short(number["key"]), number["key"]), className="key"),
            html.Td(as_text(number["value"], 6), className="number"),
            html.Td(unit(number)),
            html.Td(band(number), className="tight"),
            html.Td(badge(number["provenance"])),
            html.Td([*_sources(number, anchors), html.Div(number["note"], className="soft")]),
        ]
    )


def _sources(number: Number, anchors: Mapping[str, str]) -> list[Component | str]:
    """Links to the bibliography below."""
    links = [html.A(key, href=f"#{anchors[key]}", className="source") for key in number["source"]]
    return [part for link in links for part in (link, " ")]


def _compared(documents: Sequence[Mapping[str, Any]], anchors: Mapping[str, str]) -> Component:
    """The numbers of two cards side by side, those that only one has too."""
    tables = [{number["key"]: number for number in document["quantities"]} for document in documents]
    rows = []
    for key in dict.fromkeys(key for table in tables for key in table):
        either = tables[0].get(key) or tables[1][key]
        values = [
            (one["value"], one["low"], one["high"]) for one in (table.get(key) for table in tables) if one
        ]
        cells = [_cell(table[key], anchors) if key in table else html.Td() for table in tables]
        differs = len(values) > 1 and values[0] != values[1]
        rows.append(
            html.Tr(
                [html.Td(code(key), className="key"), html.Td(unit(either)), *cells],
                className="differs" if differs else "",
            )
        )
    heads = ["key", "unit", *(document["name"] for document in documents)]
    return _table(heads, rows)


def _cell(number: Number, anchors: Mapping[str, str]) -> Component:
    """A number with all that belongs to it."""
    words = [
        html.Strong(as_text(number["value"], 6)),
        html.Span(f" ({band(number)})" if band(number) else ""),
    ]
    return html.Td([*words, " ", badge(number["provenance"]), " ", *_sources(number, anchors)])


def _table(heads: Sequence[str], rows: Sequence[Component]) -> Component:
    return html.Div(
        html.Table([html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)]),
        className="wide",
    )


def _loss(documents: Sequence[Mapping[str, Any]]) -> list[Component]:
    """Sums of the loss functions."""
    known = [document for document in documents if document["loss_function"]]
    keys = list(dict.fromkeys(key for document in known for key in document["loss_function"]))
    if not keys:
        return []
    rows = [
        html.Tr([html.Td(key.replace("_", " ")), *(
            html.Td(as_text(document["loss_function"].get(key)), className="number") for document in known
        )])
        for key in keys
    ]  # fmt: skip
    return [html.H3("Sums of the loss function"), _table(["", *(d["name"] for d in known)], rows)]


def _bibliography(entries: Mapping[str, Mapping[str, Any]], anchors: Mapping[str, str]) -> list[Component]:
    lines = []
    for key, entry in entries.items():
        parts = [entry["authors"], entry["title"], f"{entry['published_in']} {entry['year']}".strip()]
        doi = entry["doi"]
        link = html.A(f"doi:{doi}", href=f"https://doi.org/{doi}", target="_blank", rel="noreferrer")
        words: list[Any] = [
            html.Code(key),
            ": ",
            ", ".join(filter(None, parts)),
            *([", ", link] if doi else []),
        ]
        lines.append(html.Li(words, id=anchors[key]))
    return [html.H2("Sources"), html.Ul(lines)] if lines else []
