"""Folders, space, terminal and browser."""

from __future__ import annotations

import locale
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scintidot import browsers
from scintidot.backends import code_folder
from scintidot.installation.check import NOTE, OK, PROBLEM, Check
from scintidot.interactions.cache import VARIABLE, cache_folder

FEW_BYTES, LITTLE_BYTES = 50_000_000, 500_000_000
"""Free space that is too little for tables and results, and that is soon used up."""


def cache() -> Iterator[Check]:
    """Where tables and compiled code are kept, whether that can be written, and what is there."""
    folder = cache_folder()
    if folder is None:
        yield Check(
            "cache",
            NOTE,
            f"{VARIABLE}=off: every run makes its tables and compiles anew",
            f"Unset {VARIABLE}.",
        )
        return
    fault = _why_not_writable(folder)
    if fault:
        mend = f"Set {VARIABLE} to a folder that can be written."
        yield Check("cache", PROBLEM, f"{folder} cannot be written: {fault}", mend)
        return
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    size = sum(path.stat().st_size for path in files)
    tables = sum(path.suffix == ".nc" for path in files)
    found = f"{folder}, {size / 1e6:.0f} MB, {tables} table{'s' * (tables != 1)}"
    if any(Path(code_folder("transport")).rglob("*.nbi")):
        yield Check("cache", OK, f"{found}, kernels compiled")
    else:
        mend = "The first simulation compiles them, once: half a minute. scintidot demo does that."
        yield Check("cache", NOTE, f"{found}, kernels of this version not compiled yet", mend)


def working_folder() -> Iterator[Check]:
    """Whether results can be written here."""
    here = Path.cwd()
    fault = _why_not_writable(here)
    if fault:
        mend = "Change to a folder that can be written, or name one with --out."
        yield Check("this folder", PROBLEM, f"{here} cannot be written: {fault}", mend)
    else:
        yield Check("this folder", OK, f"{here} can be written")


def space() -> Iterator[Check]:
    """Free space here and in the cache."""
    places = {"here": Path.cwd(), "in the cache": _nearest_existing(cache_folder() or Path.cwd())}
    usage = {name: shutil.disk_usage(path) for name, path in places.items()}
    free = {name: space.free for name, space in usage.items() if space.total}  # else it is no disk
    least = min(free.values(), default=LITTLE_BYTES)
    status = PROBLEM if least < FEW_BYTES else NOTE if least < LITTLE_BYTES else OK
    words = ", ".join(f"{size / 1e9:.1f} GB {name}" for name, size in free.items())
    yield Check("free space", status, words, "Make room on the disk." if status != OK else None)


def terminal() -> Iterator[Check]:
    """Letters that can be shown."""
    encoding = (sys.stdout.encoding or "none").lower().replace("-", "")
    found = f"encoding {sys.stdout.encoding}, locale {locale.setlocale(locale.LC_CTYPE) or 'none'}"
    if encoding == "utf8":
        yield Check("terminal", OK, found)
    else:
        mend = "Set PYTHONUTF8=1; letters that are lacking are shown as codes."
        yield Check("terminal", NOTE, found, mend)


def browser() -> Iterator[Check]:
    """For reports, the app and PDF."""
    import webbrowser

    printing = browsers.find_browser()
    if printing:
        yield Check("browser", OK, f"{printing}, also for PDF")
        return
    try:
        webbrowser.get()
        found = "one is there, but none that prints PDF by itself"
    except webbrowser.Error:
        found = "none is found: copy report.html to a machine that has one"
    yield Check("browser", NOTE, found, f"Install {browsers.KINDS}, or name one in {browsers.VARIABLE}.")


def _why_not_writable(folder: Path) -> str:
    """Why no file can be made there, or in the nearest folder above that exists; empty if it can."""
    try:
        with tempfile.TemporaryFile(dir=_nearest_existing(folder)):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def _nearest_existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))
