"""Names of the components of the frame that pages use, and the theme."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Dash

from scintidot.app.figures import DARK, LIGHT
from scintidot.errors import ScintidotError

ADDRESS, PAGE, ERROR, THEME, TAB, LINK = "address", "page", "error", "theme", "tab", "link"
"""Components of the frame.

``theme`` (store): ``light`` or ``dark``. ``tab`` (store): name of this browser tab, for `jobs`. ``link`` (store): a
page writes ``[path, query]`` there and the address line follows. ``error``: one sentence; what a callback raises as a
`ScintidotError` is shown there without further doing.
"""


def theme_of(stored: str | None) -> str:
    """The theme to draw in."""
    return DARK if stored == DARK else LIGHT


def sentence(error: ScintidotError) -> str:
    """What is wrong, for a place that says where."""
    return " ".join(f"Expected {error.expected}, found {error.found}. {error.hint or ''}".split())


def in_browser(app: Dash, script: str, function: str, *arguments: Any, **options: Any) -> None:
    """A callback that is a function of ``assets/SCRIPT.js``."""
    register: Any = app.clientside_callback
    register(ClientsideFunction(script, function), *arguments, **options)


def spoken(words: str) -> Any:
    """Name of a component for those who do not see it."""
    return {"aria-label": words}
