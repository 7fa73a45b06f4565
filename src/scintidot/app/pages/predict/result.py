"""The result: answers, downloads, figures, table, notes and choices."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, html, no_update
from dash.development.base_component import Component

from scintidot.app import jobs
from scintidot.app.pages.predict import names
from scintidot.app.panels import drawn_panel, panel_of
from scintidot.app.run_bar import downloads
from scintidot.app.shared import THEME, theme_of

FEWEST_NOTES = 3
"""Shown at once; more are folded."""


def layout() -> list[Component]:
    """Where the result goes."""
    return [html.P(id=names.OTHER, role="status", className="fault"), html.Div(id=names.RESULT)]


def register(app: Dash) -> None:
    """Callback of the result."""

    @app.callback(
        Output(names.RESULT, "children"),
        Input(names.SHOWN, "data"),
        Input(THEME, "data"),
        prevent_initial_call=True,
    )
    def show(shown: dict[str, str] | None, theme: str | None) -> Any:
        if shown is None:
            return no_update
        status = jobs.board().status(shown["name"], shown["tab"])
        return no_update if status.result is None else page(status.result, shown["name"], theme_of(theme))


def page(result: dict[str, Any], job: str, theme: str) -> list[Component]:
    """Everything that is shown of a prediction."""
    return [
        html.H2(result["heading"]),
        html.Div([_card(answer) for answer in result["answers"]], className="cards"),
        _downloads(result.get("files"), job),
        html.H2("What to know before using these numbers"),
        _notes(result["warnings"]),
        html.Div(
            [drawn_panel(panel_of(plain), theme) for plain in result["panels"]], className="figures even"
        ),
        html.H2("All figures against size"),
        html.P("Value, and below it the band of the uncertain numbers of the card.", className="soft"),
        _table(result),
        html.Details(
            [
                html.Summary("Every choice of this run"),
                html.Dl(
                    [
                        part
                        for key, words in result["choices"].items()
                        for part in (html.Dt(key.replace("_", " ")), html.Dd(words))
                    ],
                    className="choices",
                ),
            ]
        ),
        html.Details([html.Summary("Run file of this result"), html.Pre(result["run"], className="text")]),
    ]


def _card(answer: list[str]) -> Component:
    question, size, value, band, rivals, caution = answer
    return html.Div(
        [
            html.Div(question, className="soft"),
            html.Strong(size, className="size"),
            html.Div(value),
            html.Div(f"band {band}", className="soft"),
            html.Div(f"other choices or card values: {rivals}" if rivals else "", className="soft"),
            html.Div(caution, className="fault"),
        ],
        className="card",
    )


def _downloads(files: list[str] | None, job: str) -> Component:
    if files is None:
        return html.P("The report and the files are being written.", className="soft")
    return downloads(files, job)


def _notes(warnings: list[str]) -> Component:
    def listed(notes: list[str]) -> Component:
        return html.Ul([html.Li(note) for note in notes], className="warnings")

    first, others = warnings[:FEWEST_NOTES], warnings[FEWEST_NOTES:]
    folded = html.Details([html.Summary(f"{len(others)} more"), listed(others)]) if others else None
    return html.Div([listed(first), folded])


def _table(result: dict[str, Any]) -> Component:
    head = html.Tr([html.Th("edge length [nm]"), *(html.Th(f"{edge:g}") for edge in result["edges"])])
    body = [
        html.Tr([html.Td(heading), *(html.Td(_cell(*cell), className="number") for cell in cells)])
        for heading, cells in result["rows"]
    ]
    return html.Div(html.Table([html.Thead(head), html.Tbody(body)]), className="wide")


def _cell(value: str, low: str, high: str) -> list[Any]:
    return [value] if low == high else [value, html.Small(f"{low}–{high}", className="soft band")]
