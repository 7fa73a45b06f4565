"""Names of the components of page Shower. Its script in ``assets`` knows them too."""

from __future__ import annotations

FIELD, FAULT, SUM = "shower-field", "shower-fault", "shower-sum"
"""Kinds of components of which there are many: what is typed, what is wrong with it, where the energy is."""
ASKED, JOB, DRAWN, SCENE, QUERY, START = (
    "shower-asked", "shower-job", "shower-drawn", "shower-scene", "shower-query", "shower-start",
)  # fmt: skip
"""Stores. ``ASKED``: what the form asks for. ``JOB``: the replay of this page. ``DRAWN``: of which replay, at what
stage, the scene is. ``SCENE``: what the script draws. ``QUERY``: the link without its step. ``START``: step of the
link."""
RUN, CANCEL, PROGRESS, CLOCK = "shower-run", "shower-cancel", "shower-progress", "shower-clock"
GRAPH, STEP, WORDS, QUIET, SPEED = (
    "shower-graph",
    "shower-step",
    "shower-words",
    "shower-quiet",
    "shower-speed",
)
FIRST, BACK, PLAY, FORWARD, LAST = (
    "shower-first",
    "shower-back",
    "shower-play",
    "shower-forward",
    "shower-last",
)
COMMAND, HEADING, FILES, NOTES = "shower-command", "shower-heading", "shower-files", "shower-notes"


def field(option: str) -> dict[str, str]:
    """Name of the field of an option."""
    return {"type": FIELD, "name": option}
