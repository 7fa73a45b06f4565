"""The fields of page Shower, its replay with progress and cancel, its command and its link."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Dash, Input, Output, ctx, dcc, html, no_update, set_props
from dash import State as Also
from dash.development.base_component import Component

from scintidot.app import jobs, known
from scintidot.app.pages.shower import asked, names, work
from scintidot.app.run_bar import buttons, command_row, fault_of, register_cancel, said, watched
from scintidot.app.shared import TAB
from scintidot.app.state import State, write_link
from scintidot.errors import BadValue

TICK_MS = 300
LONGEST_TEXT = 100
ASK = "Press Replay to begin."


def layout(state: State) -> list[Component]:
    """The fields as a link fills them, and what replays."""
    options = asked.options()
    usual = [_field(option, state) for option in options.values() if option.name not in asked.MORE]
    more = [_field(options[name], state) for name in asked.MORE]
    return [
        html.Div(usual, className="fields"),
        html.Details(
            [html.Summary("Shell, many nanocrystals, treatment"), html.Div(more, className="fields")],
            open=any(name in state for name in asked.MORE),
        ),
        html.Div(buttons("Replay", names.RUN, names.CANCEL), className="row"),
        html.P("" if _light(state) else ASK, id=names.PROGRESS, role="status", className="soft"),
        command_row(names.COMMAND),
        dcc.Interval(id=names.CLOCK, interval=TICK_MS, disabled=True),
        dcc.Store(id=names.ASKED),
        dcc.Store(id=names.JOB),
        dcc.Store(id=names.DRAWN),
        dcc.Store(id=names.QUERY),
    ]


def _field(option: asked.Option, state: State) -> Component:
    key, value = names.field(option.name), state.get(option.name, option.default)
    control: Component
    if option.names:
        control = dcc.Dropdown(
            list(option.names), value or None, id=key, searchable=False, clearable=not option.default,
            placeholder=option.hint or "none",
        )  # fmt: skip
    else:
        control = dcc.Input(
            value, id=key, type="text", debounce=0.3, placeholder=option.default, maxLength=LONGEST_TEXT,
            autoComplete="off",
        )  # fmt: skip
    return html.Label(
        [
            html.Span(option.label),
            control,
            html.Small("" if option.names else option.hint, className="soft"),
            html.Small(id={"type": names.FAULT, "name": option.flag}, className="fault", role="alert"),
        ],
        className="field",
        title=option.flag,
    )


def _typed(ids: Sequence[Mapping[str, str]], values: Sequence[Any]) -> dict[str, str]:
    return asked.texts_of({key["name"]: value for key, value in zip(ids, values, strict=True)})


def _light(texts: Mapping[str, str]) -> bool:
    """Whether opening a link may replay it unasked."""
    count = asked.keywords(texts).get("most_deposit", "0")
    return count.isdigit() and int(count) <= asked.MOST_UNASKED and "composite" not in texts


def register(app: Dash) -> None:
    """Callbacks of the form and of the replay."""
    fields = {"type": names.FIELD, "name": ALL}

    @app.callback(
        Output(names.ASKED, "data"),
        Output(names.COMMAND, "children"),
        Output(names.QUERY, "data"),
        Input(fields, "value"),
        Also(fields, "id"),
    )
    def follow(values: list[Any], ids: list[dict[str, str]]) -> Any:
        texts = _typed(ids, values)
        return texts, asked.command_line(texts), write_link(texts)

    @app.callback(
        Output(names.JOB, "data"),
        Input(names.RUN, "n_clicks"),
        Input(names.ASKED, "data"),
        Also(names.JOB, "data"),
        Also(TAB, "data"),
        prevent_initial_call=True,
    )
    def start(_: int | None, texts: dict[str, str] | None, job: known.Run | None, tab: str) -> Any:
        """By the button; unasked for a page that was just opened, and for what was replayed before."""
        key = json.dumps(texts, sort_keys=True)
        pressed = ctx.triggered_id == names.RUN
        if texts is None or (not pressed and job is not None):
            return no_update
        before = known.find(f"shower {key}")
        if before is not None:
            return before
        if not pressed and not _light(texts):
            return no_update
        if job is not None:
            jobs.board().cancel(job["name"], tab)
        task = {"options": asked.keywords(texts), "view_nm": texts.get("view_nm")}
        try:
            name = jobs.board().start(tab, work.FUNCTION, task)
        except BadValue:  # too many run already
            if pressed:
                raise
            set_props(names.PROGRESS, {"children": ASK})
            return no_update
        return {"name": name, "tab": tab, "key": f"shower {key}"}

    register_cancel(app, names.CANCEL, names.JOB)

    @app.callback(
        Output(names.PROGRESS, "children"),
        Output(names.CANCEL, "hidden"),
        Output(names.CLOCK, "disabled"),
        Output(names.DRAWN, "data"),
        Output({"type": names.FAULT, "name": ALL}, "children"),
        Input(names.CLOCK, "n_intervals"),
        Input(names.JOB, "data"),
        Also(names.DRAWN, "data"),
        Also({"type": names.FAULT, "name": ALL}, "id"),
        prevent_initial_call=True,
    )
    def watch(
        _: int | None, job: known.Run | None, drawn: dict[str, str] | None, flags: list[dict[str, str]]
    ) -> Any:
        if job is None:
            return no_update, True, True, no_update, [""] * len(flags)
        status, new = watched(job, drawn)
        running = status.state == jobs.RUNNING
        faults = [status.error if fault_of(status.error)[0] == flag["name"] else "" for flag in flags]
        told = "" if status.state == jobs.DONE or any(faults) else said(status)
        return told, not running, not running, new, faults
