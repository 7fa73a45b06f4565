"""One check of the installation, and the guard that keeps a broken one from stopping the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

OK, NOTE, PROBLEM = "ok", "note", "problem"
"""Fine; fine, but something could be had besides; something does not work."""


@dataclass(frozen=True)
class Check:
    """What was looked at, what was found, and how to mend it."""

    name: str
    status: str
    found: str
    mend: str | None = None


def guarded(name: str, checks: Callable[[], Iterable[Check]]) -> list[Check]:
    """What the checks find; whatever one raises is a problem of that name."""
    try:
        return list(checks())
    except Exception as error:  # a broken library may raise anything
        found = " ".join(f"{type(error).__name__}: {error}".split())
        return [
            Check(name, PROBLEM, found, "Install scintidot again in a new environment: pip install scintidot")
        ]
