"""Every check in its order, as the document ``scintidot.doctor/1``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from importlib import import_module
from typing import Any

from scintidot import __version__
from scintidot.installation.check import OK, PROBLEM, Check, guarded

SCHEMA = "scintidot.doctor/1"
VARIABLES = (
    "SCINTIDOT_CACHE", "SCINTIDOT_CACHE_LIMIT", "NUMBA_DISABLE_JIT", "NUMBA_ENABLE_CUDASIM", "OMP_NUM_THREADS",
    "PYTHONUTF8",
)  # fmt: skip
"""Of the environment, that change how scintidot runs."""
CHECKS = {
    "Python": ("libraries", "python"),
    "libraries": ("libraries", "libraries"),
    "compiled libraries": ("libraries", "loading"),
    "compiler": ("machine", "compiler"),
    "threads": ("machine", "threads"),
    "cache": ("places", "cache"),
    "known number": ("machine", "self_test"),
    "GPU": ("machine", "gpu"),
    "extras": ("libraries", "extras"),
    "this folder": ("places", "working_folder"),
    "free space": ("places", "space"),
    "browser": ("places", "browser"),
    "terminal": ("places", "terminal"),
}
"""Check -> module and function, imported within the guard: the import may be what is broken."""


def examine() -> dict[str, Any]:
    """Look at the installation. ``status`` is ``problem`` if any check has one; nothing is raised.

    Keys: ``schema``, ``version``, ``status``, ``checks`` (each ``name``, ``status``, ``found``, ``mend``),
    ``environment``.
    """
    checks: list[Check] = []
    for name, place in CHECKS.items():
        checks += guarded(name, partial(_run, *place))
    return {
        "schema": SCHEMA,
        "version": __version__,
        "status": PROBLEM if any(check.status == PROBLEM for check in checks) else OK,
        "checks": [asdict(check) for check in checks],
        "environment": {name: os.environ[name] for name in VARIABLES if name in os.environ},
    }


def _run(module: str, function: str) -> Iterator[Check]:
    found: Iterator[Check] = getattr(import_module(f"scintidot.installation.{module}"), function)()
    return found
