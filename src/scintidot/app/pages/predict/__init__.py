"""Page Predict: every option of ``scintidot predict`` as a form, the run with its progress, and the result."""

from __future__ import annotations

from dash import Dash, html
from dash.development.base_component import Component

from scintidot.app.pages.predict import form, result, running
from scintidot.app.state import State, check_names
from scintidot.config import OPTIONS

PATH, TITLE = form.PATH, "Predict"


def layout(state: State) -> Component:
    """The page in the state of a link. Raises `ScintidotError` for a name that it does not know."""
    check_names(state, OPTIONS)
    return html.Div(
        [
            html.H1(TITLE),
            html.Div(
                [
                    html.Div(form.layout(state), className="side predict-form"),
                    html.Div([*running.layout(), *result.layout()], className="stage"),
                ],
                className="two",
            ),
        ]
    )


def register(app: Dash) -> None:
    """Callbacks of the page."""
    for part in (form, running, result):
        part.register(app)
