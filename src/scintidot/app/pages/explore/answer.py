"""What the page asks for and what it is told: one request at a time, always the latest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Dash, Input, Output, State, html, no_update, set_props
from dash.development.base_component import Component

from scintidot.app.pages.explore import drawing, fields, names
from scintidot.app.pages.explore.faults import in_words
from scintidot.app.pages.explore.fields import SLIDERS
from scintidot.app.pages.explore.names import field, hold, slider
from scintidot.app.pages.explore.table import table
from scintidot.app.pages.explore.work import Explored, explored
from scintidot.app.shared import ERROR, LINK, THEME, in_browser, theme_of
from scintidot.app.state import as_text, read_link, write_link
from scintidot.errors import ScintidotError
from scintidot.explore.simulated import STANDING

PATH = "/"


def register(app: Dash) -> None:
    """From the controls to a request, on the client's side; from a request to everything that is shown."""
    sliders = [slider(one.name) for one in SLIDERS]
    typed = [field(one.name) for one in SLIDERS]
    held = [hold(one.name) for one in SLIDERS if one.held]
    others = [field(name) for name in (*fields.ALL_NUMBERS, *fields.CHOICES)]
    in_browser(
        app,
        "explore",
        "gather",
        [Output(names.REQUEST, "data"), *(Output(name, "value") for name in (*sliders, *typed, *held))],
        [
            Input(names.TURN, "data"),
            Input(names.REFRESH, "data"),
            Input(names.PINS, "data"),
            Input(THEME, "data"),
            Input(names.TIME_AXIS, "value"),
            Input(names.RESET, "n_clicks"),
            *(Input(name, "value") for name in (*sliders, *typed, *held, *others)),
        ],
        [State(names.ANSWER, "data"), State(names.REQUEST, "data"), State(names.SPEC, "data")],
    )
    in_browser(
        app,
        "explore",
        "taken",
        Input(names.ANSWER, "data"),
        prevent_initial_call=True,
    )
    in_browser(
        app,
        "explore",
        "pin",
        Output(names.PINS, "data"),
        Input(names.PIN, "n_clicks"),
        Input({"type": names.UNPIN, "index": ALL}, "n_clicks"),
        State(names.PINS, "data"),
        State(names.ANSWER, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(names.ANSWER, "data"),
        Output(names.OCCUPANCY, "figure"),
        Output(names.DECAY, "figure"),
        Output(names.SPECTRUM, "figure"),
        Output(names.TABLE, "children"),
        Output(names.BADGE, "children"),
        Output(names.NOTES, "children"),
        Output(LINK, "data"),
        Input(names.REQUEST, "data"),
        State(names.ANSWER, "data"),
        prevent_initial_call=True,
    )
    def show(request: dict[str, Any] | None, last: dict[str, Any] | None) -> tuple[Any, ...]:
        if not request:
            return (no_update,) * 8
        try:
            return _shown(request)
        except ScintidotError as error:
            set_props(ERROR, {"children": in_words(error, request["values"])})
            return _as_before(request, last or {})


def _as_before(request: dict[str, Any], last: dict[str, Any]) -> tuple[Any, ...]:
    """After a refusal: the last good state, in the theme and on the time axis that are chosen now."""
    answer = {**last, "number": request["number"], "refused": True}
    if "query" not in last:
        return answer, *(no_update,) * 7
    shown = _drawn_together(explored(last["query"]), [explored(pin) for pin in last["pins"]])
    return answer, *_plots(shown, request), *(no_update,) * 4


def _shown(request: dict[str, Any]) -> tuple[Any, ...]:
    """Everything that a request changes. Raises `ScintidotError`."""
    texts = {name: text for name, text in request["values"].items() if text is not None}
    query = write_link(texts, fields.defaults())
    now = explored(query)
    pins = [explored(pin) for pin in request["pins"]]
    shown = _drawn_together(now, pins)
    answer = {
        "number": request["number"],
        "query": query,
        "pins": request["pins"],
        "numbers": now.numbers,
        "typed": {one.name: texts.get(one.name) for one in SLIDERS if not one.held},
        "wanting": [one.query for one in (now, *pins) if one.wanting],
    }  # fmt: skip
    link = {
        **read_link(query),
        **dict(zip(fields.PIN_NAMES, (pin[1:] for pin in request["pins"]), strict=False)),
    }
    return (
        answer,
        *_plots(shown, request),
        table(shown, [_apart(read_link(pin), read_link(query)) for pin in request["pins"]]),
        _badge(now),
        _notes(now),
        [PATH, write_link({**link, "time": request["time"]}, fields.VIEW)],
    )


def _drawn_together(now: Explored, pins: Sequence[Explored]) -> drawing.Shown:
    return [("now", now.document), *((_letter(i), pin.document) for i, pin in enumerate(pins))]


def _plots(shown: drawing.Shown, request: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    theme = theme_of(request["theme"])
    return (
        drawing.occupancy(shown, theme),
        drawing.decay(shown, theme, request["time"] == "logarithmic"),
        drawing.spectrum(shown, theme),
    )


def _letter(index: int) -> str:
    return "ABCD"[index]


def _apart(pin: dict[str, str], now: dict[str, str]) -> str:
    """What a pinned state has that the current one has not.

    >>> _apart({"host": "water"}, {"edge_length": "5"})
    'edge length 8.7, host water'
    """
    names_ = [name for name in {**now, **pin} if pin.get(name) != now.get(name)]
    return ", ".join(_pinned(name, pin) for name in names_)


def _pinned(name: str, pin: Mapping[str, str]) -> str:
    """A name and what a pinned state has there.

    >>> _pinned("mean_excitons", {}), _pinned("mean_excitons", {"mean_excitons": "2"})
    ('⟨N⟩ from the chain', '⟨N⟩ 2')
    """
    text = {**fields.defaults(), **pin}.get(name)
    return f"{fields.short(name)} from the chain" if text is None else f"{fields.short(name)} {text}"


def _badge(now: Explored) -> Component:
    return html.Span(["Deposit: ", STANDING[now.standing]], className=f"badge {now.standing}")


def _notes(now: Explored) -> str:
    """Every named choice and every note, a line each: one text, since components take a browser longer."""
    chosen = [
        f"{name.replace('_', ' ')}: {_words(value)}"
        for name, value in now.document["choices"].items()
        if value not in (None, [], {})
    ]
    return "\n".join([*(f"• {note}" for note in now.document["warnings"]), "", *chosen])


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {as_text(one)}" for name, one in value.items())
    if isinstance(value, list):
        return "; ".join(map(as_text, value))
    return as_text(value)
