"""Every check in its order, as the document ``scintidot.doctor/1``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from scintidot import __version__
from scintidot.installation import libraries as lib
from scintidot.installation import machine, places
from scintidot.installation.check import OK, PROBLEM, Check, guarded

SCHEMA = "scintidot.doctor/1"
CHECKS = {
    "Python": lib.python,
    "libraries": lib.libraries,
    "compiled libraries": lib.loading,
    "compiler": machine.compiler,
    "threads": machine.threads,
    "cache": places.cache,
    "known number": machine.self_test,
    "GPU": machine.gpu,
    "extras": lib.extras,
    "this folder": places.working_folder,
    "free space": places.space,
    "browser": places.browser,
    "terminal": places.terminal,
}


def examine() -> dict[str, Any]:
    """Look at the installation. ``status`` is ``problem`` if any check has one; nothing is raised.

    Keys: ``schema``, ``version``, ``status``, ``checks`` (each ``name``, ``status``, ``found``, ``mend``),
    ``environment``.
    """
    checks: list[Check] = []
    for name, check in CHECKS.items():
        checks += guarded(name, check)
    return {
        "schema": SCHEMA,
        "version": __version__,
        "status": PROBLEM if any(check.status == PROBLEM for check in checks) else OK,
        "checks": [asdict(check) for check in checks],
        "environment": machine.environment(),
    }
