"""Names of the components of page Explore."""

from __future__ import annotations

REQUEST, ANSWER, TURN, REFRESH, SPEC = (
    "explore-request", "explore-answer", "explore-turn", "explore-refresh", "explore-spec",
)  # fmt: skip
"""Stores. ``REQUEST``: what the page asks for, one at a time. ``ANSWER``: what the server made of it, without the
curves. ``TURN``: number of the last answer. ``REFRESH``: counted up when simulated deposits have come. ``SPEC``: what
the sliders stand for."""
PINS, PIN, UNPIN, RESET = "explore-pins", "explore-pin", "explore-unpin", "explore-reset"
"""Store of pinned states (query strings), and the buttons that pin, unpin and let go of what is held."""
OCCUPANCY, DECAY, SPECTRUM, TABLE = "explore-occupancy", "explore-decay", "explore-spectrum", "explore-table"
BADGE, NOTES, TIME_AXIS = "explore-badge", "explore-notes", "explore-time-axis"
JOB, CLOCK, PROGRESS = "explore-job", "explore-clock", "explore-progress"
"""The simulation that this tab runs, when it is asked for it, and what is said of it."""


def slider(name: str) -> str:
    """Of a number that has a slider."""
    return f"explore-slider-{name}"


def field(name: str) -> str:
    """Where an option is typed or chosen."""
    return f"explore-{name}"


def hold(name: str) -> str:
    """Switch that holds a figure."""
    return f"explore-hold-{name}"
