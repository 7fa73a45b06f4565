"""The scene, the keys that step through it, what happened, and where the energy is."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html, no_update
from dash import State as Also
from dash.development.base_component import Component

from scintidot.app import jobs
from scintidot.app.figures import CONFIG, empty
from scintidot.app.pages.shower import names
from scintidot.app.pages.shower.drawing import scene_in
from scintidot.app.run_bar import downloads
from scintidot.app.shared import LINK, THEME, spoken, theme_of

SUMS = {
    "deposit_eV": "kept by nanocrystals",
    "host_deposit_eV": "left in the host",
    "escaped_eV": "escaped",
    "surface_work_eV": "work at surfaces",
    "under_way": "still under way",
    "primary_eV": "sum: the primary",
    "holes": "holes made",
    "electrons": "electrons stopped",
    "pairs": "pairs",
}
"""Rows of the account; the script fills them."""
SPEEDS = {"2": "slow", "6": "medium", "20": "fast"}
"""Steps a second."""
NOTHING_YET = "The history is drawn here once it is replayed."
DRAWING = "The pictures are being drawn."
HEIGHT = "max(330px, min(52vh, 820px))"
KEYS = "Arrow keys step, Home and End go to the ends, space plays. Drag to turn, scroll to come closer."


def layout(step: str | None) -> list[Component]:
    """The empty stage; ``step``: that of the link."""
    buttons = (
        (names.FIRST, "|◀", "First step"),
        (names.BACK, "◀", "Step back"),
        (names.PLAY, "Play", "Play or pause"),
        (names.FORWARD, "▶", "Step forward"),
        (names.LAST, "▶|", "Last step"),
    )
    return [
        html.H2(id=names.HEADING, className="shower-heading"),
        html.Div(
            [
                dcc.Graph(id=names.GRAPH, figure=empty(NOTHING_YET), config=CONFIG, style={"height": HEIGHT}),
                html.Table(
                    html.Tbody(
                        [
                            html.Tr(
                                [html.Th(label), html.Td(id={"type": names.SUM, "name": key}, className="number")]
                            )
                            for key, label in SUMS.items()
                        ]
                    ),
                    className="sums",
                ),
            ],
            className="shower-stage",
        ),
        html.Div(
            [
                *(_button(*button) for button in buttons),
                html.Label(
                    ["step ", dcc.Input(id=names.STEP, type="range", min=0, max=0, step=1, value=0)],
                    className="shower-slider",
                ),
                dcc.Dropdown(
                    [{"label": label, "value": value} for value, label in SPEEDS.items()], "6", id=names.SPEED,
                    clearable=False, searchable=False, className="shower-speed",
                ),
                dcc.Checklist(
                    [{"label": "skip scattering and phonons", "value": "skip"}], ["skip"], id=names.QUIET
                ),
            ],
            className="row",
        ),
        html.P(id=names.WORDS, className="answer", role="status"),
        html.P(KEYS, className="soft"),
        html.Div(id=names.FILES),
        html.Details([html.Summary("What to know of this history"), html.Ul(id=names.NOTES, className="warnings")]),
        dcc.Store(id=names.SCENE),
        dcc.Store(id=names.START, data=step),
    ]  # fmt: skip


def _button(key: str, sign: str, words: str) -> Component:
    return html.Button(sign, id=key, type="button", title=words, **spoken(words))


def register(app: Dash) -> None:
    """Callbacks of the stage: the server sends a scene once, the script steps through it."""

    @app.callback(
        Output(names.SCENE, "data"),
        Output(names.HEADING, "children"),
        Output(names.FILES, "children"),
        Output(names.NOTES, "children"),
        Input(names.DRAWN, "data"),
        Input(THEME, "data"),
        prevent_initial_call=True,
    )
    def show(drawn: dict[str, str] | None, theme: str | None) -> Any:
        status = jobs.board().status(drawn["name"], drawn["tab"]) if drawn else jobs.Status("")
        if drawn is None or status.result is None:
            return no_update
        shown = status.result
        heading = [shown["title"], html.Span(f" · {shown['which']} · {shown['books']}", className="soft")]
        files = (
            downloads(shown["files"], drawn["name"])
            if "files" in shown
            else html.P(DRAWING, className="soft")
        )
        notes = [html.Li(note) for note in shown["notes"]]
        return scene_in(shown, theme_of(theme), drawn["name"]), heading, files, notes

    in_browser: Any = app.clientside_callback
    in_browser(
        ClientsideFunction("shower", "open"),
        [Output(names.STEP, "max"), Output(names.STEP, "value")],
        Input(names.SCENE, "data"),
        [Also(names.STEP, "value"), Also(names.START, "data")],
        prevent_initial_call=True,
    )
    in_browser(
        ClientsideFunction("shower", "draw"),
        [
            Output(names.GRAPH, "figure"),
            Output(names.WORDS, "children"),
            *(Output({"type": names.SUM, "name": key}, "children") for key in SUMS),
        ],
        [Input(names.STEP, "value"), Input(names.SCENE, "data")],
        prevent_initial_call=True,
    )
    in_browser(
        ClientsideFunction("shower", "move"),
        Output(names.PLAY, "children"),
        [Input(key, "n_clicks") for key in (names.FIRST, names.BACK, names.PLAY, names.FORWARD, names.LAST)],
        prevent_initial_call=True,
    )
    in_browser(
        ClientsideFunction("shower", "settings"),
        Output(names.QUIET, "className"),
        [Input(names.QUIET, "value"), Input(names.SPEED, "value")],
    )
    in_browser(
        ClientsideFunction("shower", "link"),
        Output(LINK, "data", allow_duplicate=True),
        [Input(names.QUERY, "data"), Input(names.STEP, "value")],
        [Also(names.STEP, "max"), Also(names.SCENE, "data"), Also(names.START, "data")],
        prevent_initial_call=True,
    )
