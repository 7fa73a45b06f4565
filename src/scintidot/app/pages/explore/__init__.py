"""Page Explore: one nanocrystal under every choice, at once."""

from __future__ import annotations

from dash import Dash, dcc, html
from dash.development.base_component import Component

from scintidot.app.figures import CONFIG
from scintidot.app.pages.explore import answer, fields, form, names, refine
from scintidot.app.pages.explore.work import explored
from scintidot.app.state import State, as_text, check_names, read_link, write_link

PATH, TITLE = "/", "Explore"


def layout(state: State) -> Component:
    """The page in the state of a link. Raises `ScintidotError` for a bad one."""
    check_names(state, [*fields.defaults(), *fields.HELD, *fields.VIEW, *fields.PIN_NAMES])
    pins = [state[name] for name in fields.PIN_NAMES if name in state]
    own = {name: text for name, text in state.items() if name not in fields.PIN_NAMES}
    for pin in pins:
        explored(pin)  # refuses what no model can take, before anything is shown
    shown = {name: value for name, value in own.items() if name not in fields.VIEW}
    now = explored(write_link(shown, fields.defaults()))
    return html.Div(
        [
            html.H1(TITLE, className="sr-only"),
            *(
                dcc.Store(id=name)
                for name in (names.REQUEST, names.ANSWER, names.TURN, names.REFRESH, names.JOB)
            ),
            dcc.Store(id=names.SPEC, data=fields.spec()),
            dcc.Store(id=names.PINS, data=[write_link(read_link(pin)) for pin in pins]),
            dcc.Interval(id=names.CLOCK, interval=700, disabled=True),
            form.controls(shown, now.numbers),
            _results(as_text({**fields.VIEW, **own}["time"])),
        ],
        className="explore",
    )


def _results(time_axis: str) -> Component:
    plots = {
        names.OCCUPANCY: "Excitons after an excitation",
        names.DECAY: "Decay",
        names.SPECTRUM: "Emission spectrum",
    }
    return html.Div(
        [
            html.Div(
                [
                    html.Div([html.Span(id=names.BADGE), html.Span(id=names.PROGRESS)], role="status"),
                    html.Span("Time axis", className="soft"),
                    dcc.RadioItems(
                        list(fields.TIME_AXES), time_axis, id=names.TIME_AXIS, inline=True,
                        className="explore-time",
                    ),
                    html.Button("Pin", id=names.PIN, type="button", title="Keep these curves to compare with"),
                ],
                className="explore-bar",
            ),
            *(
                html.Figure(
                    [
                        html.Figcaption(heading),
                        dcc.Graph(id=name, config=CONFIG, style={"height": "330px"}),
                    ]
                )
                for name, heading in plots.items()
            ),
            html.Div(id=names.TABLE, className="explore-figures"),
            html.Details([html.Summary("Choices and notes"), html.Div(id=names.NOTES)], className="explore-notes"),
        ],
        className="explore-results",
    )  # fmt: skip


def register(app: Dash) -> None:
    """Callbacks of the page."""
    answer.register(app)
    refine.register(app)
