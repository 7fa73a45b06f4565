"""Colours and symbols that the picture and the page share."""

from __future__ import annotations

from dataclasses import dataclass

from scintidot.report.style import BLUE, GREEN, ORANGE, PURPLE, VERMILION

GENERATION_COLOURS = ("#000000", BLUE, VERMILION, GREEN, ORANGE, PURPLE)
"""Of the primary, of electrons that it set free, and so on; the last stands for all later ones."""
LAST_GENERATION = len(GENERATION_COLOURS) - 1


@dataclass(frozen=True)
class Mark:
    """How a kind of event is drawn."""

    word: str
    symbol: str  # of matplotlib
    symbol_of_page: str  # of plotly
    size: float  # diameter [points]
    filled: bool = True
    rimmed: bool = False  # white around it in the picture, so that it stands out on the path of its colour


MARKS = {
    "start": Mark("start of the primary", "*", "circle-open", 9.0),
    "phonon": Mark("phonon", ".", "circle", 1.6),
    "ionised": Mark("ionisation", "o", "circle", 3.6, rimmed=True),
    "stopped": Mark("electron stops", "s", "square", 3.4, filled=False),
    "left": Mark("electron escapes", "^", "diamond", 6.0),
    "given_up": Mark("cannot come back", "x", "x", 4.5),
}
"""Drawn in this order."""
OUTLINE, FACE = "#333333", "#56B4E9"
