"""A history replayed in a process of its own, what its page shows, and its pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from scintidot.app.jobs import Progress
from scintidot.deposits.replay import read_view, shower
from scintidot.output import json_text, write_text
from scintidot.report.shower import draw_shower
from scintidot.report.shower.scene import Scene, scene_of
from scintidot.report.shower.story import QUIET, story
from scintidot.report.shower.traces import lines, marks, space, words_of
from scintidot.report.shower.words import books_in_words, title_of, which_history

FUNCTION = "scintidot.app.pages.shower.work:run"
MOST_STEPS = 20_000
"""That can be stepped through."""
PICTURES = ("shower.html", "shower.png", "shower.svg", "shower.pdf")
FOUND = 0.5
"""Share of the work that is done when the history is replayed."""


def run(arguments: dict[str, Any], folder: Path, progress: Progress) -> dict[str, Any]:
    """Replay, show, then draw the pictures of ``scintidot track`` into ``folder``."""
    view = read_view(arguments["view_nm"])
    one = shower(progress=lambda step, share: progress(step, FOUND * share), **arguments["options"])
    document = one.as_json()
    shown = page_of(document, scene_of(document, view))
    for k, name in enumerate(PICTURES):
        progress("pictures", FOUND + (1 - FOUND) * k / len(PICTURES), shown)
        draw_shower(document, folder / name, view)
    write_text(folder / "shower.json", json_text(document))
    return {**shown, "files": [*PICTURES, "shower.json"]}


def page_of(document: dict[str, Any], scene: Scene) -> dict[str, Any]:
    """What the page shows of a document ``scintidot.track/1``."""
    points, count = document["points"], min(MOST_STEPS, len(scene.points))
    notes = document["warnings"] + scene.notes
    if count < len(scene.points):
        notes.append(f"Of {len(scene.points)} points the first {count} can be stepped through.")
    return {
        "title": title_of(document),
        "books": books_in_words(document),
        "which": which_history(document),
        "notes": notes,
        "traces": [*lines(scene), *marks(document, scene, words_of(document))],
        "space": space(scene),
        "places": scene.points[:count].round(4).tolist(),
        "words": story(document, count),
        "told": np.isin(points["event"][:count], QUIET, invert=True).tolist(),
        "pairs": _pairs(document, count),
        "primary_eV": document["books"]["primary_eV"],
        "running": {name: column[:count] for name, column in document["running_books"].items()},
    }


def _pairs(document: dict[str, Any], count: int) -> list[int] | None:
    """Pairs as they stand after each point: of one nanocrystal alone, since those of many count one by one."""
    running = document["running_books"]
    if document["choices"]["box_nm"] or "holes" not in running:
        return None
    return [min(pair) for pair in zip(running["holes"][:count], running["electrons"][:count], strict=True)]
