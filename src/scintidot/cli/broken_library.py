"""A library that cannot be imported: one line that says how to mend it, for the doctor cannot come then."""

from __future__ import annotations

import re
import sys
import traceback

from scintidot.errors import BadInstallation

PACKAGE = "scintidot"


def broken_library(error: BaseException) -> BadInstallation | None:
    """The fault of a library that raised ``error`` while it was imported, or is missing; None for any other error."""
    name = _failed_import(error) or _missing(error)
    if name is None:
        return None
    return BadInstallation(
        where=PACKAGE, what="library", who=name, expected="one that can be imported",
        found=f"{type(error).__name__}: {error}", hint=f"Mend it: pip install --force-reinstall {_distribution(name)}",
    )  # fmt: skip


def _failed_import(error: BaseException) -> str | None:
    """The innermost library of others whose module was running when the error came."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    for frame in reversed(frames):
        library = frame.f_globals.get("__name__", "").partition(".")[0]
        if library == PACKAGE:
            return None
        if frame.f_code.co_name == "<module>" and library not in (*sys.stdlib_module_names, "__main__"):
            return str(library)
    return None


def _missing(error: BaseException) -> str | None:
    """A library that we need and that is not installed."""
    from importlib import metadata

    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return None
    try:
        requirements = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    needed = {
        re.split(r"[^\w.-]", line)[0].replace("-", "_") for line in requirements if "extra ==" not in line
    }
    library = error.name.partition(".")[0]
    return library if library in needed else None


def _distribution(library: str) -> str:
    """The name by which pip knows it."""
    from importlib import metadata

    return metadata.packages_distributions().get(library, [library])[0]
