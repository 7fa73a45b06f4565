"""Work that takes more than a moment: a process each, so that cancel really stops it and no tab waits for another."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import current_app

from scintidot.errors import BadValue

MOST_AT_ONCE = max(4, os.cpu_count() or 4)
"""Jobs that run at the same time, of all tabs together."""
FORGOTTEN_AFTER = 300.0
"""Seconds without anybody asking, after which the tab is taken for closed and its job is cancelled."""
WORKER = (sys.executable, "-m", "scintidot.app.worker")
RUNNING, DONE, CANCELLED, FAILED = "running", "done", "cancelled", "failed"


@dataclass(frozen=True)
class Status:
    """What is known of a job now."""

    state: str  # running, done, cancelled, failed
    step: str = ""
    share: float = 0.0  # that is done
    seconds: float = 0.0  # since it began
    error: str | None = None  # one sentence, of a job that failed or was cancelled
    result: Any = None  # plain data, of a job that is done; before, what it has so far


@dataclass
class _Job:
    tab: str
    folder: Path
    process: subprocess.Popen[str]
    began: float
    asked: float
    step: str = ""
    share: float = 0.0
    ended: float | None = None
    error: str | None = None
    result: Any = None
    cancelled: bool = False
    reader: threading.Thread = field(default_factory=threading.Thread)


class Board:
    """Every job of one running app, and the temporary folder that holds their files until it ends."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._jobs: dict[str, _Job] = {}
        self._folder: Path | None = None

    def start(self, tab: str, function: str, arguments: dict[str, Any]) -> str:
        """Begin a job for a tab; returns its name.

        Parameters
        ----------
        tab : str
            Name of the browser tab, of the store ``tab``.
        function : str
            ``module:name`` of a function ``(arguments, folder, progress) -> plain data`` inside ``scintidot.app``.
            ``progress(step, share)`` says how far it is, ``progress(step, share, result)`` also what it has so far;
            files that it writes into ``folder`` can be downloaded.
        arguments : dict
            Plain data.

        Raises
        ------
        BadValue
            If too many run already.
        """
        with self._lock:
            self._tidy()
            running = sum(job.ended is None for job in self._jobs.values())
            if running >= MOST_AT_ONCE:
                raise BadValue(
                    where="app", what="number of runs", who="this run", expected=f"at most {MOST_AT_ONCE} at once",
                    found=f"{running} that run already", hint="Wait for one of them, or cancel it.",
                )  # fmt: skip
            name = secrets.token_urlsafe(9)
            folder = Path(tempfile.mkdtemp(dir=self._home()))
            process = subprocess.Popen(
                WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
                start_new_session=True,
            )  # fmt: skip
            now = time.monotonic()
            job = _Job(tab, folder, process, now, now)
            job.reader = threading.Thread(target=_listen, args=(job,), daemon=True)
            self._jobs[name] = job
        assert process.stdin is not None
        task = {"function": function, "arguments": arguments, "folder": str(folder)}
        with suppress(BrokenPipeError):  # it died at once: the reader says so
            process.stdin.write(json.dumps(task) + "\n")
            process.stdin.flush()
        job.reader.start()
        return name

    def status(self, name: str | None, tab: str) -> Status:
        """What a job of this tab does."""
        with self._lock:
            job = self._jobs.get(name or "")
            if job is None or job.tab != tab:
                return Status(FAILED, error="This run is not kept any more. Start it again.")
            job.asked = time.monotonic()
            self._tidy()
            seconds = (job.ended or job.asked) - job.began
            if job.ended is None:
                return Status(RUNNING, job.step, job.share, seconds, result=job.result)
            if job.cancelled:
                return Status(CANCELLED, job.step, job.share, seconds, "The run was cancelled.", job.result)
            if job.error is not None:
                return Status(FAILED, job.step, job.share, seconds, job.error, job.result)
            return Status(DONE, job.step, 1.0, seconds, result=job.result)

    def cancel(self, name: str | None, tab: str) -> None:
        """Stop a job of this tab; what is over stays as it is."""
        with self._lock:
            job = self._jobs.get(name or "")
            if job is not None and job.tab == tab and job.ended is None:
                _stop(job)

    def file(self, name: str, file_name: str) -> Path | None:
        """A file that a job wrote, by its plain name; None if there is none."""
        with self._lock:
            job = self._jobs.get(name)
        if job is None or job.ended is None:
            return None
        return next(
            (path for path in job.folder.iterdir() if path.name == file_name and path.is_file()), None
        )

    def close(self) -> None:
        """Stop every job and delete every file."""
        with self._lock:
            for job in self._jobs.values():
                _stop(job)
            self._jobs.clear()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    def _home(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="scintidot-app-"))
        return self._folder

    def _tidy(self) -> None:
        """Stop jobs of closed tabs, and forget those that ended long ago."""
        now = time.monotonic()
        for name, job in list(self._jobs.items()):
            idle = now - job.asked
            if job.ended is None and idle > FORGOTTEN_AFTER:
                _stop(job)
            elif job.ended is not None and idle > 12 * FORGOTTEN_AFTER:
                shutil.rmtree(job.folder, ignore_errors=True)
                del self._jobs[name]


def _stop(job: _Job) -> None:
    if job.ended is None:
        job.cancelled, job.ended = True, time.monotonic()
        job.process.kill()
    job.process.wait()


def _listen(job: _Job) -> None:
    """Follow what a worker says until it ends, however it does."""
    assert job.process.stdin is not None
    answered = False
    try:
        answered = _answered(job)
    finally:
        with suppress(OSError):  # of a task that a dead worker has not read
            job.process.stdin.close()  # on which the worker ends, whatever else it still does
        code = job.process.wait()
        if job.ended is None:
            if not answered:
                job.error = (
                    f"The run ended unexpectedly (exit status {code}); the terminal of the app may say why."
                )
            job.ended = time.monotonic()


def _answered(job: _Job) -> bool:
    """Whether the lines of a worker end with its result or its error; stops the job of a closed tab."""
    assert job.process.stdout is not None
    with job.process.stdout as lines:
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:  # the worker died within the line
                return False
            job.result = entry.get("result", job.result)
            if "share" not in entry:
                job.error = entry.get("error")
                return True
            job.step, job.share = entry["step"], float(entry["share"])
            if time.monotonic() - job.asked > FORGOTTEN_AFTER:
                _stop(job)
    return False


_EXTENSION = "scintidot-jobs"


def install(extensions: dict[str, Any]) -> Board:
    """A board for a new app."""
    board = extensions[_EXTENSION] = Board()
    return board


def board() -> Board:
    """The board of the app that is being asked."""
    found: Board = current_app.extensions[_EXTENSION]
    return found


Progress = Callable[..., None]
"""Told the step, the share of the work that is done, and perhaps what there is so far."""


def close(extensions: dict[str, Any]) -> None:
    """End every job of an app."""
    extensions[_EXTENSION].close()
