"""The equivalent command, the link, and the job: start, progress, cancel, and what came of it."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from scintidot.app import jobs
from scintidot.app.pages.analyse import names
from scintidot.app.pages.analyse.command import command_line, keywords
from scintidot.app.pages.analyse.files import with_roles
from scintidot.app.pages.analyse.form import ANALYSIS, read_fields
from scintidot.app.pages.analyse.options import DECAY, Kind
from scintidot.app.pages.analyse.recognised import analysis_named
from scintidot.app.run_bar import buttons, command_row, fault_of, said
from scintidot.app.shared import LINK, TAB
from scintidot.app.shelf import shelf
from scintidot.app.state import write_link
from scintidot.errors import BadValue

WORK = "scintidot.app.pages.analyse.work:analyse"
TICK_MS = 300


def layout() -> list[Component]:
    """The command, and what starts and stops the job."""
    return [
        html.Div(
            [
                *buttons("Fit", names.RUN, names.CANCEL),
                html.Span(id=names.PROGRESS, role="status", className="soft"),
            ],
            className="row",
        ),
        command_row(names.COMMAND),
        dcc.Interval(id=names.TICK, interval=TICK_MS, disabled=True),
        dcc.Store(id=names.FINISHED),
        dcc.Store(id=names.REFUSED, data={}),
    ]  # fmt: skip


def register(app: Dash) -> None:
    """Callbacks of the command, the link and the job."""

    @app.callback(
        Output(names.COMMAND, "children"),
        Output(LINK, "data"),
        Input(names.CHANGED, "data"),
        Input({"type": names.OPTION, "name": ALL}, "value"),
        State({"type": names.OPTION, "name": ALL}, "id"),
        State(names.KIND, "value"),
        State(TAB, "data"),
    )
    def say(
        _: int, texts: list[Any], keys: list[dict[str, str]], name: str, tab: str
    ) -> tuple[str, list[str]]:
        kind, values = analysis_named(name), read_fields(keys, texts)
        data, *others = kind.roles
        files = {role: [file.path.name for file in many] for role, many in with_roles(tab, kind).items()}
        further = {role: files[role][0] for role in others if files[role]}
        command = command_line(kind, files[data] or ["FILE"], further, values)
        link = {ANALYSIS: kind.name, **values}
        return command, ["/analyse", write_link(link, {ANALYSIS: DECAY.name})]

    @app.callback(
        Output(names.TICK, "disabled"),
        Output(names.REFUSED, "data"),
        Input(names.RUN, "n_clicks"),
        State({"type": names.OPTION, "name": ALL}, "value"),
        State({"type": names.OPTION, "name": ALL}, "id"),
        State(names.KIND, "value"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def start(
        _: int | None, texts: list[Any], keys: list[dict[str, str]], name: str, tab: str
    ) -> tuple[bool, dict[str, str]]:
        kind = analysis_named(name)
        arguments = task(kind, tab, keywords(kind, read_fields(keys, texts)))
        memory = names.Memory(tab)
        jobs.board().cancel(memory.job, tab)
        memory.job = jobs.board().start(tab, WORK, arguments)
        return False, {}

    @app.callback(
        Output(names.TICK, "disabled", allow_duplicate=True),
        Input(TAB, "data"),
        prevent_initial_call="initial_duplicate",
    )
    def resume(tab: str) -> Any:
        """A page that is opened again goes on with its job."""
        return names.Memory(tab).job is None

    @app.callback(Input(names.CANCEL, "n_clicks"), State(TAB, "data"), prevent_initial_call=True)
    def cancel(clicks: int | None, tab: str) -> None:
        if clicks:
            jobs.board().cancel(names.Memory(tab).job, tab)

    @app.callback(
        Output(names.PROGRESS, "children"),
        Output(names.CANCEL, "hidden"),
        Output(names.RUN, "disabled"),
        Output(names.TICK, "disabled", allow_duplicate=True),
        Output(names.FINISHED, "data"),
        Output(names.REFUSED, "data", allow_duplicate=True),
        Input(names.TICK, "n_intervals"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def follow(_: int, tab: str) -> Any:
        job = names.Memory(tab).job
        status = jobs.board().status(job, tab)
        if status.state == jobs.RUNNING:
            return said(status), False, True, False, no_update, no_update
        if status.state == jobs.DONE:
            return said(status), True, False, True, job, {}
        flag, words = fault_of(shelf().plain(status.error or ""))
        return said(status), True, False, True, no_update, {flag: words} if flag else {}


def task(kind: Kind, tab: str, options: dict[str, Any]) -> dict[str, Any]:
    """What the job is told. Raises `BadValue` if there are no data."""
    data, *others = kind.roles
    files = {role: [str(file.path) for file in many] for role, many in with_roles(tab, kind).items()}
    if not files[data] or (len(files[data]) > 1 and not kind.many):
        raise BadValue(
            where=f"analyse {kind.name}", what="list", who="files",
            expected=f"{'a' if kind.many else 'one'} file of the role {kind.roles[data]}",
            found=str(len(files[data])) if files[data] else "none",
            hint="Drop a file on the page." if not files[data] else None,
        )  # fmt: skip
    further = {role: files[role][0] for role in others if files[role]}
    return {"analysis": kind.name, "files": files[data], "options": {**further, **options}}
