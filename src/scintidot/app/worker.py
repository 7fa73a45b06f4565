"""One job in a process of its own: ``python -m scintidot.app.worker``.

The first line of standard input says what to do, as JSON: ``function`` (``module:name`` inside the app), ``arguments``
and ``folder``. Lines of JSON on standard output say how far it is, perhaps with what it has so far, and in the end the
result or the error. When standard input ends, the app is gone, and so is the worker.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import IO, Any

from scintidot.errors import ScintidotError

HOME = "scintidot.app."
"""Functions elsewhere are none of a worker's business."""


def main() -> None:
    """Read what to do, do it, and say what came of it."""
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no line of ours
    task = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_the_app, daemon=True).start()
    try:
        _say(lines, result=_call(task, lines))
    except ScintidotError as error:
        _say(lines, error=str(error))


def _call(task: dict[str, Any], lines: IO[str]) -> Any:
    module, name = task["function"].split(":")
    if not module.startswith(HOME):
        raise ValueError(f"{module} is not part of the app")
    work = getattr(importlib.import_module(module), name)

    def progress(step: str, share: float, result: Any = None) -> None:
        so_far = {} if result is None else {"result": result}
        _say(lines, step=step, share=share, **so_far)

    return work(task["arguments"], Path(task["folder"]), progress)


def _say(lines: IO[str], **entry: Any) -> None:
    lines.write(json.dumps(entry) + "\n")
    lines.flush()


def _end_with_the_app() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
