"""Page Shower: one history replayed in space, step by step, with its exact account."""

from __future__ import annotations

from dash import Dash, html
from dash.development.base_component import Component

from scintidot.app.pages.shower import asked, form, stage
from scintidot.app.state import State, check_names
from scintidot.errors import BadValue

PATH, TITLE = "/shower", "Shower"
STEP = "step"
"""Name in a link of the step that is shown; without it the last one."""


def layout(state: State) -> Component:
    """The page in the state of a link. Raises `ScintidotError` for a bad one."""
    check_names(state, [STEP, *asked.options()])
    asked.texts_of(state)
    step = state.get(STEP)
    if step is not None and not (step.isdecimal() and step.isascii()):
        raise BadValue(
            where="link", what="number", who=STEP, expected="a whole number from 0", found=repr(step)
        )
    return html.Div(
        [
            html.H1(TITLE),
            html.Div(
                [
                    html.Div(form.layout(state), className="side"),
                    html.Div(stage.layout(step), className="stage"),
                ],
                className="two",
            ),
        ]
    )


def register(app: Dash) -> None:
    """Callbacks of the page."""
    form.register(app)
    stage.register(app)
