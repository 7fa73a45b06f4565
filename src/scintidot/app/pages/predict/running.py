"""The run: start, progress, cancel; and the command and run file that do the same."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from scintidot.app import jobs, known
from scintidot.app.pages.predict import asked, names, work
from scintidot.app.pages.predict.drop import own_files
from scintidot.app.pages.predict.form import read
from scintidot.app.run_bar import buttons, command_row, register_cancel, said, watched
from scintidot.app.shared import TAB
from scintidot.app.shelf import shelf
from scintidot.errors import BadValue
from scintidot.options import option_flag

TICK_MS = 400
MEMORY = "predict"
"""Of a tab: its last run, which goes on while another page is open."""


def layout() -> list[Component]:
    """What starts and stops a run, and what would do the same elsewhere."""
    return [
        html.Div(
            [
                *buttons("Run", names.RUN, names.CANCEL),
                html.Span(id=names.PROGRESS, role="status", className="soft"),
            ],
            className="row run-bar",
        ),
        command_row(names.COMMAND),
        html.Details(
            [
                html.Summary("Run file that does the same"),
                html.Div(
                    [
                        html.Pre(id=names.RUN_FILE, className="text"),
                        dcc.Clipboard(
                            target_id=names.RUN_FILE, title="Copy the run file", className="in-corner"
                        ),
                    ],
                    className="with-corner",
                ),
            ]
        ),
        dcc.Interval(id=names.CLOCK, interval=TICK_MS, disabled=True),
        dcc.Store(id=names.NOW),
        dcc.Store(id=names.JOB),
        dcc.Store(id=names.SHOWN),
    ]


def register(app: Dash) -> None:
    """Callbacks of the run."""
    fields = {"type": names.FIELD, "name": ALL}

    @app.callback(
        Output(names.JOB, "data"),
        Input(names.RUN, "n_clicks"),
        State(fields, "value"),
        State(fields, "id"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def start(clicks: int | None, values: list[Any], ids: list[dict[str, str]], tab: str) -> Any:
        if not clicks:
            return no_update
        now = read(ids, values, tab)
        if now.config is None or now.key is None:
            option, words = next(iter(now.faults.items()))
            raise BadValue(
                where=asked.WHERE, what="value", who=option_flag(option), expected="what its field says",
                found=repr(now.texts.get(option, "")), hint=words,
            )  # fmt: skip
        options = asked.options_of(now.texts, own_files(tab))
        name = jobs.board().start(tab, work.FUNCTION, {"options": options})
        run = shelf().tab(tab).memory[MEMORY] = {"name": name, "tab": tab, "key": now.key}
        return run

    @app.callback(
        Output(names.JOB, "data", allow_duplicate=True),
        Input(names.NOW, "data"),
        State(names.JOB, "data"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def find(key: str | None, job: known.Run | None, tab: str) -> Any:
        """What this tab still runs, else what was asked before: it is shown."""
        last = job or shelf().tab(tab).memory.get(MEMORY)
        if last is not None and jobs.board().status(last["name"], tab).state == jobs.RUNNING:
            return no_update if job else last
        if job is not None and job["key"] == key:
            return no_update
        return known.find(key) or no_update

    register_cancel(app, names.CANCEL, names.JOB)

    @app.callback(
        Output(names.PROGRESS, "children"),
        Output(names.RUN, "disabled"),
        Output(names.CANCEL, "hidden"),
        Output(names.CLOCK, "disabled"),
        Output(names.SHOWN, "data"),
        Input(names.CLOCK, "n_intervals"),
        Input(names.JOB, "data"),
        State(names.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def watch(_: int | None, job: known.Run | None, shown: dict[str, str] | None) -> Any:
        if job is None:
            return "", False, True, True, no_update
        status, drawn = watched(job, shown)
        running = status.state == jobs.RUNNING
        return said(status), running, not running, not running, drawn

    @app.callback(
        Output(names.OTHER, "children"), Input(names.NOW, "data"), Input(names.JOB, "data"),
        Input(names.SHOWN, "data"),
    )  # fmt: skip
    def compare(key: str | None, job: known.Run | None, shown: dict[str, str] | None) -> str:
        if job is None or shown is None or (key == job["key"] and shown["name"] == job["name"]):
            return ""
        return "The result below is that of an earlier form; Run predicts what the form says now."
