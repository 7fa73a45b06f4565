"""The browser of this machine that prints reports and that tests drive: Chromium or one of its kin."""

from __future__ import annotations

import os
import shutil

VARIABLE = "SCINTIDOT_BROWSER"
"""Environment variable that names a program, and no other is looked for then."""
KINDS = "Chromium, Chrome, Edge or Brave"
NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
    "microsoft-edge-stable", "msedge", "brave-browser", "brave",
)  # fmt: skip
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Brave Browser.app/Contents/MacOS/Brave Browser",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
    "C:/Program Files/BraveSoftware/Brave-Browser/Application/brave.exe",
)
"""Where browsers lie that are not on the path."""


def find_browser() -> str | None:
    """Its program; that of ``SCINTIDOT_BROWSER`` if it is set, and no other then; None if there is none."""
    named = os.environ.get(VARIABLE)
    if named:
        return shutil.which(named)
    return next((found for name in (*NAMES, *PLACES) if (found := shutil.which(name))), None)


def why_none() -> str:
    """What was found instead, in words."""
    named = os.environ.get(VARIABLE)
    return f"{VARIABLE}={named}, which is no program" if named else "none"
