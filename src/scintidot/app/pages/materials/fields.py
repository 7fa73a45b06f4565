"""The numbers of a card as fields of a form."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from scintidot.app.pages.materials import draft, names
from scintidot.app.pages.materials.view import code, section, short, unit
from scintidot.catalogue import provenance_meanings


def form(numbers: Sequence[draft.Number]) -> Component:
    """Every number in fields."""
    rows: list[Component] = []
    for title, group in groupby(numbers, key=lambda number: section(number["key"])):
        rows += [html.Tr(html.Th(title.replace("_", " "), colSpan=8, className="section")), *map(_row, group)]
    heads = ["key", "value", "unit", "low", "high", "provenance", "source", "note"]
    return html.Div(
        html.Table([html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)]),
        className="wide numbers",
    )


def _row(number: draft.Number) -> Component:
    key, parts = number["key"], draft.as_parts(number)

    def field(part: str) -> Component:
        return html.Td(
            dcc.Input(
                parts[part], id={"type": names.NUMBER, "key": key, "part": part}, type="text", debounce=True,
                maxLength=1000, className=part, name=f"{key} {part}",
            )
        )  # fmt: skip

    choice = dcc.Dropdown(
        list(provenance_meanings()), parts["provenance"], clearable=False, searchable=False,
        id={"type": names.NUMBER, "key": key, "part": "provenance"}, className="provenance",
    )  # fmt: skip
    fault = html.Small(id={"type": names.FAULT, "key": key}, className="fault", role="alert")
    return html.Tr(
        [
            html.Td([code(short(key), key), fault], className="key"), field("value"),
            html.Td(unit(number)), field("low"), field("high"), html.Td(choice), field("source"), field("note"),
        ]
    )  # fmt: skip
