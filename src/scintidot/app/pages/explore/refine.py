"""Deposits are simulated in the background while the page already shows what is known."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update

from scintidot.app import jobs
from scintidot.app.pages.explore import names
from scintidot.app.pages.explore.work import MEMORY, explored
from scintidot.app.shared import TAB, in_browser
from scintidot.errors import BadValue, ScintidotError

_WORK = "scintidot.app.pages.explore.work:run_job"


def register(app: Dash) -> None:
    """A clock that ticks while something is wanting or running."""

    in_browser(
        app,
        "explore",
        "wind",
        Output(names.CLOCK, "disabled"),
        Input(names.ANSWER, "data"),
        Input(names.JOB, "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output(names.JOB, "data"),
        Output(names.REFRESH, "data"),
        Output(names.PROGRESS, "children"),
        Input(names.CLOCK, "n_intervals"),
        State(names.ANSWER, "data"),
        State(names.JOB, "data"),
        State(names.REFRESH, "data"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def tick(
        _: int, answer: dict[str, Any] | None, job: dict[str, Any] | None, refresh: int | None, tab: str
    ) -> tuple[Any, Any, Any]:
        job = job or {}
        wanted = next(iter((answer or {}).get("wanting") or []), None)
        if not job.get("name"):
            return _begin(wanted, job, tab)
        status = jobs.board().status(job["name"], tab)
        entries = status.result or []
        for entry in entries[job["taken"] :]:
            MEMORY.add(entry)
        news = no_update if len(entries) == job["taken"] else (refresh or 0) + 1
        job["taken"] = len(entries)
        if status.state != jobs.RUNNING:
            failed = None if status.state == jobs.DONE else status.error
            tried = [*job["tried"], job["query"]]
            return {"tried": tried}, news, failed or ""
        if wanted is not None and wanted != job["query"] and not _serves(job["query"], wanted):
            jobs.board().cancel(job["name"], tab)  # outdated: somebody wants something else now
            return {"tried": job["tried"]}, news, ""
        return job, news, f"simulating {status.step}, {status.share:.0%}" if status.step else "simulating"


def _serves(query: str, wanted: str) -> bool:
    """Whether a run for one state is one for another, too."""
    try:
        one, other = explored(query), explored(wanted)
    except ScintidotError:
        return False
    return (one.case, one.edge_length_nm) == (other.case, other.edge_length_nm)


def _begin(wanted: str | None, job: dict[str, Any], tab: str) -> tuple[Any, Any, Any]:
    """Simulate what is wanted, once it has been wanted for a whole tick."""
    tried = job.get("tried", [])
    if wanted is None:
        return no_update, no_update, ""
    if wanted in tried:
        return no_update, no_update, no_update
    if job.get("seen") != wanted:
        return {"seen": wanted, "tried": tried}, no_update, "simulating soon"
    config = explored(wanted).config
    try:
        name = jobs.board().start(tab, _WORK, config.model_dump(mode="json"))
    except BadValue:
        return no_update, no_update, "waiting for other runs"
    return {"name": name, "query": wanted, "taken": 0, "tried": tried[-50:]}, no_update, "simulating"
