"""Parts of every page that runs a job: what starts and stops it, how far it is, its command, its files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from dash import Dash, Input, State, dcc, html, no_update
from dash.development.base_component import Component

from scintidot.app import jobs, known
from scintidot.app.shared import TAB
from scintidot.app.shelf import shelf

FLAG = re.compile(r" for (--[A-Za-z0-9-]+)[ ,](.*)", re.DOTALL)
"""The option that an error line speaks of, and what it says of it."""


def buttons(words: str, start: str, cancel: str) -> list[Component]:
    """What starts a job, in words of the page, and what stops it; their names."""
    return [
        html.Button(words, id=start, type="button", className="primary"),
        html.Button("Cancel", id=cancel, type="button", hidden=True),
    ]


def command_row(name: str) -> Component:
    """The command that does the same, to copy."""
    return html.Div(
        [html.Code(id=name), dcc.Clipboard(target_id=name, title="Copy the command")], className="row command"
    )


def register_cancel(app: Dash, button: str, job: str) -> None:
    """The button stops the job of the store ``job``."""

    @app.callback(Input(button, "n_clicks"), State(job, "data"), State(TAB, "data"))
    def cancel(clicks: int | None, run: known.Run | None, tab: str) -> None:
        if clicks and run is not None:
            jobs.board().cancel(run["name"], tab)


def watched(job: known.Run, shown: dict[str, str] | None) -> tuple[jobs.Status, Any]:
    """How a job is, and the stage of its result: what to draw, ``no_update`` where there is none or it is ``shown``."""
    status = jobs.board().status(job["name"], job["tab"])
    stage = {"name": job["name"], "tab": job["tab"], "state": status.state}
    if status.state == jobs.DONE:
        known.remember(job)
    return status, no_update if status.result is None or stage == shown else stage


def said(status: jobs.Status) -> Any:
    """How far a job is, or what came of it."""
    if status.state == jobs.RUNNING:
        left = remaining(status.share, status.seconds)
        words = ", ".join(filter(None, (status.step or "starting", f"{status.share:.0%}", left)))
        return [html.Progress(value=str(status.share), max="1"), f" {words}"]
    if status.state == jobs.DONE:
        return f"Done in {status.seconds:.1f} s."
    return html.Span(shelf().plain(status.error or ""), className="fault")


def remaining(share: float, seconds: float) -> str:
    """Time left in words, once there is something to judge it by.

    >>> remaining(0.25, 10), remaining(0.01, 10)
    ('about 30 s left', '')
    """
    if not 0.05 < share < 1:
        return ""
    left = seconds * (1 - share) / share
    return f"about {left:.0f} s left" if left < 90 else f"about {left / 60:.0f} min left"


def fault_of(error: str | None) -> tuple[str, str]:
    """The flag that an error line speaks of, and what it says of it; both empty where it speaks of none.

    >>> fault_of("decay: bad window for --window (expected 2 ends, found 1). Write a:b.")
    ('--window', 'expected 2 ends, found 1. Write a:b.')
    """
    found = FLAG.search(error or "")
    return (found[1], found[2].removeprefix("(").replace(").", ".", 1)) if found else ("", "")


def downloads(files: Iterable[str], job: str, words: Mapping[str, str] | None = None) -> Component:
    """Links to files of a job, by their names or by words."""
    links = [
        html.A((words or {}).get(name, name), href=f"/files/{job}/{quote(name)}", download=name, className="button")
        for name in files
    ]  # fmt: skip
    return html.Div([html.Span("Download"), *links], className="row")
