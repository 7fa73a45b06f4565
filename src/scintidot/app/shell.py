"""What stands around every page: navigation, theme, the line for errors, the container; and the state in the link."""

from __future__ import annotations

import secrets
import sys
import traceback
from types import ModuleType
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update, set_props

from scintidot import __version__
from scintidot.app.pages import PAGES
from scintidot.app.shared import ADDRESS, ERROR, LINK, PAGE, TAB, THEME, in_browser, spoken
from scintidot.app.state import WHERE, read_link
from scintidot.errors import BadValue, ScintidotError


def frame() -> html.Div:
    """The whole window, made anew for each tab."""
    navigation = [
        dcc.Link(page.TITLE, href=page.PATH, id=_nav_id(page), className="nav-link", refresh=False)
        for page in PAGES
    ]
    return html.Div(
        [
            dcc.Location(id=ADDRESS, refresh=False),
            dcc.Store(id=THEME, storage_type="local", data=None),
            dcc.Store(id=TAB, data=secrets.token_urlsafe(9)),
            dcc.Store(id=LINK),
            html.A("Skip to content", href=f"#{PAGE}", className="skip"),
            html.Header(
                [
                    html.Strong("scintidot", className="brand"),
                    html.Nav(navigation, **spoken("Pages")),
                    html.Button(
                        "Copy link", id="copy-link", type="button", title="Copy the link of this state"
                    ),
                    html.Button("Dark", id="theme-switch", type="button", title="Switch light and dark"),
                ]
            ),
            html.Div(id=ERROR, role="alert", className="error"),
            html.Main(id=PAGE, tabIndex="-1"),
            html.Footer(f"scintidot {__version__}, on this machine alone: nothing is sent anywhere."),
        ],
        id="window",
    )


def _nav_id(page: ModuleType) -> str:
    return f"nav-{page.PATH.strip('/') or 'explore'}"


def register(app: Dash) -> None:
    """Callbacks of the frame and of every page."""

    @app.callback(Output(PAGE, "children"), Input(ADDRESS, "pathname"), State(ADDRESS, "search"))
    def open_page(path: str | None, search: str | None) -> Any:
        page = next((page for page in PAGES if (path or "/") == page.PATH), None)
        if page is None:
            set_props(ERROR, {"children": _unknown_page(path)})
            page, search = PAGES[0], ""
        try:
            return page.layout(read_link(search))
        except ScintidotError as error:
            set_props(ERROR, {"children": str(error)})
            return page.layout({})

    navigation = [Output(_nav_id(page), "href") for page in PAGES]
    current = [Output(_nav_id(page), "className") for page in PAGES]
    in_browser(app, "shell", "follow", navigation, Input(LINK, "data"), prevent_initial_call=True)
    in_browser(app, "shell", "mark", current, Input(ADDRESS, "pathname"))
    in_browser(
        app,
        "shell",
        "theme",
        [Output(THEME, "data"), Output("theme-switch", "children")],
        Input("theme-switch", "n_clicks"),
        State(THEME, "data"),
    )
    in_browser(app, "shell", "copy", Output("copy-link", "children"), Input("copy-link", "n_clicks"),
        prevent_initial_call=True,
    )  # fmt: skip
    for page in PAGES:
        page.register(app)


def _unknown_page(path: str | None) -> str:
    known = ", ".join(page.PATH for page in PAGES)
    return str(
        BadValue(where=WHERE, what="page", who="address", expected=f"one of {known}", found=repr(path))
    )


def show_error(error: Exception) -> Any:
    """What Dash does with an exception of a callback: one sentence, and everything else stays as it was."""
    if isinstance(error, ScintidotError):
        set_props(ERROR, {"children": str(error)})
    else:
        traceback.print_exception(error, file=sys.stderr)
        set_props(ERROR, {"children": "Unexpected internal error (please report it; the terminal has more)."})
    return no_update
