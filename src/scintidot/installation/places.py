"""Folders, space, terminal and browser."""

from __future__ import annotations

import locale
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from scintidot import browsers
from scintidot.cache.entries import entries
from scintidot.cache.folder import (
    LIMIT_VARIABLE,
    VARIABLE,
    cache_folder,
    nearest_existing,
    size_limit,
    why_not_writable,
)
from scintidot.cache.kernels import KERNELS, code_folder
from scintidot.errors import BadValue
from scintidot.installation.check import NOTE, OK, PROBLEM, Check
from scintidot.sizes import size_in_words

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
    fault = why_not_writable(folder)
    if fault:
        mend = f"Set {VARIABLE} to a folder that can be written."
        yield Check("cache", PROBLEM, f"{folder} cannot be written: {fault}", mend)
        return
    try:
        limit = size_limit()
    except BadValue as error:
        yield Check(
            "cache", PROBLEM, str(error), f"Set {LIMIT_VARIABLE} to a size such as '2 GB', or unset it."
        )
        return
    held = entries(folder)
    size, outdated = sum(e.size for e in held), sum(e.size for e in held if e.outdated)
    tables = sum(entry.kind != KERNELS for entry in held)
    most = "without a limit" if limit is None else f"of at most {size_in_words(limit)}"
    found = f"{folder}, {size_in_words(size)} {most}, {tables} table{'s' * (tables != 1)}"
    found += f", {size_in_words(outdated)} outdated" if outdated else ""
    if any((code_folder("transport") or folder).rglob("*.nbi")):
        yield Check("cache", OK, f"{found}, kernels compiled")
    else:
        mend = "The first simulation compiles them, once: half a minute. scintidot demo does that."
        yield Check("cache", NOTE, f"{found}, kernels of this version not compiled yet", mend)


def working_folder() -> Iterator[Check]:
    """Whether results can be written here."""
    here = Path.cwd()
    fault = why_not_writable(here)
    if fault:
        mend = "Change to a folder that can be written, or name one with --out."
        yield Check("this folder", PROBLEM, f"{here} cannot be written: {fault}", mend)
    else:
        yield Check("this folder", OK, f"{here} can be written")


def space() -> Iterator[Check]:
    """Free space here and in the cache."""
    places = {"here": Path.cwd(), "in the cache": nearest_existing(cache_folder() or Path.cwd())}
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
