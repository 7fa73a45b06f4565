"""What ``scintidot`` alone shows: what to try, by what the user wants."""

from __future__ import annotations

TASKS = {
    "See everything once, in about a minute": ("scintidot demo",),
    "Predict light, decay and time resolution against size": ("scintidot predict --out my-report",),
    "Explore in the browser": ("scintidot app",),
    "Analyse my decay (the first command makes one to try)": (
        "scintidot simulate tcspc --auger-efficiency 0.9 --mean-excitons 2 --out lab",
        "scintidot analyse decay lab/decay.csv --irf lab/irf.csv --out fit",
    ),
    "Describe my own material": (
        "scintidot init --material mine.toml",
        "scintidot predict --material ./mine.toml --out mine",
    ),
    "Check the installation": ("scintidot doctor",),
}
"""Wish -> commands that work as written, in this order."""


def welcome(version: str) -> str:
    """The screen."""
    lines = [f"scintidot {version}: predict and measure how nanocrystals scintillate.", ""]
    for wish, tries in TASKS.items():
        lines += [wish, *(f"    {command}" for command in tries)]
    return "\n".join([*lines, "", "Every command: scintidot --help"])
