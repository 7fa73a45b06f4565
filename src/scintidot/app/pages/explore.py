"""Page Explore."""

from __future__ import annotations

from dash import Dash, html
from dash.development.base_component import Component

from scintidot.app.state import State, check_names

PATH, TITLE = "/", "Explore"


def layout(state: State) -> Component:
    """The page in the state of a link. Raises `ScintidotError` for a bad one."""
    check_names(state, [])
    return html.Div([html.H1(TITLE)])


def register(app: Dash) -> None:
    """Callbacks of the page."""
