"""Page Analyse: measured files to lifetimes, spectra and rates, by the same functions as ``scintidot analyse``."""

from __future__ import annotations

from dash import Dash, dcc, html
from dash.development.base_component import Component

from scintidot.app.pages.analyse import card, files, form, names, preview, result, running
from scintidot.app.state import State

PATH, TITLE = "/analyse", "Analyse"


def layout(state: State) -> Component:
    """The page in the state of a link. Raises `ScintidotError` for a bad one."""
    kind, values = form.read_state(state)
    return html.Div(
        [
            html.H1(TITLE),
            html.Div(
                [
                    html.Div(
                        [*files.layout(kind), html.Div(form.fields(kind, values), id=names.FORM)],
                        className="side",
                    ),
                    html.Div(
                        [preview.layout(), *running.layout(), html.Div(id=names.RESULT)],
                        className="stage",
                    ),
                ],
                className="two",
            ),
            dcc.Store(id=names.CHANGED, data=0),
            dcc.Store(id=names.ASKED, data={}),
        ]
    )


def register(app: Dash) -> None:
    """Callbacks of the page."""
    for part in (files, form, preview, running, result, card):
        part.register(app)
