"""What the pictures of a design study have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scintidot.output import as_text
from scintidot.report.style import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION, figure
from scintidot.studies.result import StudyResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BARS = 12
SMALLEST_CHANGE = 0.01
"""From which a number is drawn. [%]"""
COLOURS = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, GREY)


class StudyFigure(NamedTuple):
    """One figure of a study, with its caption."""

    name: str
    title: str
    drawing: Figure
    caption: str


def is_listed(axis: Any) -> bool:
    """Whether an axis of a study has values one by one, not a range."""
    return bool(axis.named or axis.ends is None)


def name_places(panel: Any, values: Sequence[Any]) -> None:
    """Places 0, 1, 2 ... of an axis in a drawing, named by the values of a list, all with the same room."""
    panel.set_xticks(range(len(values)), [as_text(value) for value in values])
    panel.set_xlim(-0.5, len(values) - 0.5)


def place_in_list(axis: Any, design: dict[str, Any]) -> int:
    """Which of the values of an axis a design has."""
    if axis.named:
        return list(axis.values).index(design[axis.key])
    return int(np.argmin(np.abs(np.array(axis.values) - design[axis.key])))


def tornado(result: StudyResult) -> list[StudyFigure]:
    """What each uncertain number alone does to the first objective, largest above; nothing where none does."""
    lines = result.document["results"]["one_at_a_time"]
    changes: dict[str, dict[str, float]] = {}
    for line in lines:
        if line["relative_change"] is not None:
            changes.setdefault(line["number"], {})[line["at"]] = 100 * line["relative_change"]
    largest = {key: max(map(abs, ends.values())) for key, ends in changes.items()}
    ranked = sorted((key for key in largest if largest[key] > SMALLEST_CHANGE), key=largest.__getitem__)
    ranked = ranked[-MOST_BARS:]
    if not ranked:
        return []
    drawing, axes = figure(1, 1, 11, 0.36 * len(ranked) + 1.4)
    axis = axes[0, 0]
    for i, key in enumerate(ranked):
        for j, (end, change) in enumerate(changes[key].items()):
            low = end == "low"
            colour = BLUE if low else ORANGE if end == "high" else GREY
            axis.barh(i + (0.19 if j % 2 == 0 else -0.19), change, 0.36, color=colour)
            if end not in ("low", "high"):
                axis.annotate(f" {end}", (change, i - 0.19 if j % 2 else i + 0.19), va="center", fontsize=9)
    handles = [
        axis.barh(0, 0, color=colour, label=label)
        for colour, label in ((BLUE, "at low"), (ORANGE, "at high"))
    ]
    axis.legend(handles=handles, loc="lower right")
    axis.axvline(0, color="black", lw=0.8)
    axis.set(yticks=range(len(ranked)), xlabel=f"change of {result.plan.objectives[0].heading} [%]")
    axis.set_yticklabels(ranked)
    caption = (
        "At the recommended design: each uncertain number set to its low and its high end, each undecided choice to "
        "its other names, all else unchanged. The longest bar is the number to measure first for this figure."
    )
    return [StudyFigure("tornado", "Which uncertain number matters most", drawing, caption)]
