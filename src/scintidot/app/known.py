"""Runs that ended, by what they were asked: who asks the same again gets the same result."""

from __future__ import annotations

import threading
from typing import Any

from flask import current_app

from scintidot.app import jobs

MOST = 100
"""Runs that are remembered."""

Run = dict[str, Any]
"""``name`` and ``tab`` of a job, and the ``key`` of what it was asked."""
_LOCK = threading.Lock()
"""Of the runs: requests come in threads."""


def remember(run: Run) -> None:
    """Keep a run that is done."""
    with _LOCK:
        runs = _runs()
        runs[run["key"]] = run
        while len(runs) > MOST:
            runs.pop(next(iter(runs)))


def find(key: str | None) -> Run | None:
    """A run of this key whose result is still there."""
    with _LOCK:
        run = _runs().get(key or "")
    if run is None or jobs.board().status(run["name"], run["tab"]).state != jobs.DONE:
        return None
    return run


def _runs() -> dict[str, Run]:
    found: dict[str, Run] = current_app.extensions.setdefault("scintidot-runs", {})
    return found
