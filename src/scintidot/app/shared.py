"""Names of the components of the frame that pages use, and the theme."""

from __future__ import annotations

from typing import Any

from scintidot.app.figures import DARK, LIGHT

ADDRESS, PAGE, ERROR, THEME, TAB, LINK = "address", "page", "error", "theme", "tab", "link"
"""Components of the frame.

``theme`` (store): ``light`` or ``dark``. ``tab`` (store): name of this browser tab, for `jobs`. ``link`` (store): a
page writes ``[path, query]`` there and the address line follows. ``error``: one sentence; what a callback raises as a
`ScintidotError` is shown there without further doing.
"""


def aria(label: str) -> Any:
    """What a screen reader says of a component, as keywords of it."""
    return {"aria-label": label}


def theme_of(stored: str | None) -> str:
    """The theme to draw in."""
    return DARK if stored == DARK else LIGHT
