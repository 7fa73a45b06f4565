"""Python, the libraries that scintidot needs, and the optional ones."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from importlib import import_module, metadata

from scintidot.installation.check import NOTE, OK, PROBLEM, Check

PACKAGE = "scintidot"
OLDEST_PYTHON = (3, 11)
COMPILED = ("numpy", "scipy", "numba", "xraylib", "h5py")
"""Libraries that may be installed and yet not load: they hold compiled code for one machine and one Python."""

EXTRAS = {
    "app": "the browser app (scintidot app)",
    "cuda": "photon streams and electron tracks on an NVIDIA GPU",
    "root": "deposits in ROOT files",
    "geant4": "Geant4 beside our engine (scintidot deposit --engine geant4)",
    "spectra": "spectra of any X-ray tube",
    "docs": "building the documentation",
}
"""Extra -> what it gives."""

_BOUND = re.compile(r"([A-Za-z0-9_.-]+)\s*>=\s*([\d.]+)")


def python() -> Iterator[Check]:
    """Version and place."""
    found = f"{platform.python_version()} at {sys.executable}, {platform.system()} {platform.machine()}"
    new_enough = sys.version_info >= OLDEST_PYTHON
    mend = None if new_enough else "Install Python 3.11 or newer and make a new environment with it."
    yield Check("Python", OK if new_enough else PROBLEM, found, mend)


def libraries() -> Iterator[Check]:
    """Versions against the lower bounds that the installed package states."""
    bounds = _bounds()
    if bounds is None:
        yield Check(
            "libraries", NOTE, "scintidot is not installed here, so its bounds are unknown", "pip install ."
        )
        return
    needed = {name: bound for (name, extra), bound in bounds.items() if not extra}
    wrong = list(_wrong(needed))
    if not wrong:
        yield Check("libraries", OK, f"all {len(needed)}, none older than scintidot allows")
    yield from wrong


def _wrong(needed: dict[str, str]) -> Iterator[Check]:
    for name, bound in needed.items():
        version = _version(name)
        if version is None or _numbers(version) < _numbers(bound):
            found = "not installed" if version is None else f"{version}, older than {bound}"
            yield Check(name, PROBLEM, found, f"pip install --upgrade '{name}>={bound}'")


def loading() -> Iterator[Check]:
    """Whether libraries with compiled code load."""
    failed = []
    for name in COMPILED:
        try:
            import_module(name)
        except Exception as error:  # whatever a broken one raises
            failed.append(name)
            found = " ".join(f"it does not load: {type(error).__name__}: {error}".split())
            yield Check(name, PROBLEM, found, f"pip install --force-reinstall {name}")
    if not failed:
        yield Check("compiled libraries", OK, f"{', '.join(COMPILED)} load")


def extras() -> Iterator[Check]:
    """What is optional, what it gives, and how to get it."""
    bounds = _bounds() or {}
    for extra, gives in EXTRAS.items():
        wanted = {name: bound for (name, of), bound in bounds.items() if of == extra}
        versions = {name: _version(name) for name in wanted}
        name = f"extra {extra}"
        if not wanted:
            yield Check(name, NOTE, f"unknown to this installation; gives {gives}", _pip(extra))
        elif None in versions.values():
            yield Check(name, NOTE, f"not installed; gives {gives}", _pip(extra))
        elif old := [n for n, v in versions.items() if v and _numbers(v) < _numbers(wanted[n])]:
            yield Check(name, NOTE, f"{', '.join(old)} older than needed; gives {gives}", _pip(extra))
        else:
            yield Check(name, OK, ", ".join(f"{n} {v}" for n, v in versions.items()))


def _pip(extra: str) -> str:
    return f"pip install '{PACKAGE}[{extra}]'"


def _bounds() -> dict[tuple[str, str], str] | None:
    """(library, extra or nothing) -> lower bound; None if the package is not installed."""
    try:
        requirements = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    found = {}
    for requirement in requirements:
        bound = _BOUND.match(requirement)
        if bound is not None:
            extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", requirement)
            found[bound[1], extra[1] if extra else ""] = bound[2]
    return found


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    """The release, such as (1, 26): what follows it does not count here.

    >>> _numbers("2.10rc1") > _numbers("2.9")
    True
    """
    release = re.match(r"\d+(\.\d+)*", version)
    numbers = [int(part) for part in release[0].split(".")] if release else [0]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
