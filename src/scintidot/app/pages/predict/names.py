"""Names of the components of page Predict."""

from __future__ import annotations

FIELD, FAULT, MEANING, GROUP = "predict-field", "predict-fault", "predict-meaning", "predict-group"
"""Kinds of components of which there are many: what is typed, what is wrong with it, what it means; its group."""
NOW, OWN, JOB, SHOWN = "predict-now", "predict-own", "predict-job", "predict-shown"
"""Stores. ``NOW``: what the form asks for, None where it cannot be run. ``OWN``: names of files dropped in this tab.
``JOB``: the run of this page with what was asked of it. ``SHOWN``: of which run, at what stage, the result is drawn."""
DROP, LOADED, RESET = "predict-drop", "predict-loaded", "predict-reset"
RUN, CANCEL, PROGRESS, CLOCK = "predict-run", "predict-cancel", "predict-progress", "predict-clock"
COMMAND, RUN_FILE, OTHER, RESULT = "predict-command", "predict-run-file", "predict-other", "predict-result"
RULES = "predict-rules"


def field(option: str) -> dict[str, str]:
    """Name of the field of an option."""
    return {"type": FIELD, "name": option}
