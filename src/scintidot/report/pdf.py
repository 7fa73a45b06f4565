"""Reports on paper: the HTML report printed by a browser that the machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from scintidot.browsers import KINDS, VARIABLE, find_browser, why_none
from scintidot.errors import CannotWrite
from scintidot.output import write_together

FLAGS = (
    "--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
    "--disable-background-networking", "--no-pdf-header-footer",
)  # fmt: skip
TIMEOUT_S = 120.0


def need_browser(where: str, who: str = "--pdf") -> str:
    """The browser, or the line that says what to install; to be asked before long work.

    Raises
    ------
    CannotWrite
        If there is none.
    """
    browser = find_browser()
    if browser is None:
        raise CannotWrite(
            where=where, what="browser", who=who, expected=f"{KINDS}, which prints the report", found=why_none(),
            hint=f"Install one (such as the package chromium), or set {VARIABLE} to its program; report.html prints "
            "from any browser.",
        )  # fmt: skip
    return browser


def print_report(folder: Path, browser: str) -> Path:
    """``report.pdf`` from the ``report.html`` of a folder."""
    path = folder / "report.pdf"
    print_pdf(folder / "report.html", path, browser)
    return path


def print_pdf(page: Path, path: Path, browser: str) -> None:
    """Print an HTML file into a PDF file of A4 pages.

    Raises
    ------
    CannotWrite
        If the browser fails, or takes longer than `TIMEOUT_S`; nothing is left at ``path`` then.
    """
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with tempfile.TemporaryDirectory(prefix="scintidot-print-", ignore_cleanup_errors=True) as profile:
        printed = Path(profile) / "report.pdf"
        command = [
            browser, *FLAGS, *(["--no-sandbox"] if root else []), f"--user-data-dir={profile}",
            f"--print-to-pdf={printed}", page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
            found = f"exit code {done.returncode}"
        except subprocess.TimeoutExpired:
            found = f"nothing after {TIMEOUT_S:g} s"
        except OSError as error:
            found = error.strerror or str(error)
        if not (printed.is_file() and printed.read_bytes().startswith(b"%PDF")):
            raise CannotWrite(
                where=browser, what="print", who=path.name, expected="a PDF file", found=found,
                hint=f"Try another browser by {VARIABLE}, or print the report from yours.",
            )  # fmt: skip
        write_together(path.parent, {path.name: partial(shutil.copyfile, printed)}, "--pdf")
