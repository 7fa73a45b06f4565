"""Page Materials: every number of every card with its provenance; two cards side by side; a copy to edit."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, dcc, html, no_update
from dash import State as Also
from dash.development.base_component import Component

from scintidot.app.pages.materials import cards, draft, edit, names
from scintidot.app.pages.materials.view import card_view
from scintidot.app.shared import LINK, TAB, THEME, theme_of
from scintidot.app.shelf import decoded, shelf
from scintidot.app.state import State, check_names, write_link
from scintidot.errors import ScintidotError, one_of

PATH, TITLE = "/materials", "Materials"
FIRST = "CsPbBr3"
KINDS = ("scintillator", "host", "standard")


def layout(state: State) -> Component:
    """The page in the state of a link. Raises `ScintidotError` for a bad one."""
    check_names(state, ["material", "compare", "search", "kind"])
    chosen, other = state.get("material", FIRST), state.get("compare")
    for name in filter(None, (chosen, other)):
        one_of(name, cards.shipped(), where="link", who="material")
    if "kind" in state:
        one_of(state["kind"], KINDS, where="link", who="kind")
    return html.Div(
        [
            html.H1(TITLE),
            html.Div([_side(state, chosen), _stage(other)], className="two narrow-side"),
            dcc.Store(id=names.CHANGED, data=0),
        ]
    )


def _side(state: State, chosen: str) -> Component:
    return html.Div(
        [
            html.Label(
                ["Search", dcc.Input(state.get("search", ""), id=names.SEARCH, type="search", placeholder="words")],
                className="field",
            ),
            html.Label(
                ["Kind", dcc.Dropdown(
                    list(KINDS), state.get("kind"), id=names.KIND, placeholder="all", searchable=False,
                )],
                className="field",
            ),
            dcc.RadioItems([cards.labelled(chosen)], chosen, id=names.CHOSEN, className="list"),
            dcc.Upload(
                [html.Strong("Drop a card"), " (.toml, with its .csv tables) or choose it"], id=names.DROP,
                multiple=True, className="drop",
            ),
            html.Div(id=names.SAID, className="fault", role="alert"),
        ],
        className="side",
    )  # fmt: skip


def _stage(other: str | None) -> Component:
    return html.Div(
        [
            html.Div(
                [
                    html.Label(
                        ["Compare with", dcc.Dropdown(
                            list(cards.shipped()), other, id=names.COMPARE, placeholder="no other", searchable=False,
                        )],
                        className="field",
                    ),
                    html.Button("Edit a copy", id=names.EDIT, type="button"),
                ],
                className="row",
            ),
            edit.layout(),
            html.Div(id=names.VIEW),
        ],
        className="stage",
    )  # fmt: skip


def register(app: Dash) -> None:
    """Callbacks of the page."""

    @app.callback(
        Output(names.CHOSEN, "options"),
        Output(names.COMPARE, "options"),
        Input(names.SEARCH, "value"),
        Input(names.KIND, "value"),
        Input(names.CHANGED, "data"),
        Also(TAB, "data"),
    )
    def search(words: str | None, kind: str | None, _: int, tab: str) -> Any:
        found = cards.found(words or "", kind or "", tab)
        return [cards.labelled(name) for name in found], [*cards.shipped(), *cards.own(tab)]

    @app.callback(
        Output(LINK, "data"),
        Input(names.CHOSEN, "value"),
        Input(names.COMPARE, "value"),
        Input(names.SEARCH, "value"),
        Input(names.KIND, "value"),
    )
    def link(chosen: str, other: str | None, words: str | None, kind: str | None) -> list[str]:
        """What is shown, without cards of one's own: a link holds none."""
        asked = {"material": chosen, "compare": other, "search": words or None, "kind": kind}
        shared = {key: text for key, text in asked.items() if not str(text).startswith(cards.OWN)}
        return [PATH, write_link(shared, {"material": FIRST})]

    @app.callback(
        Output(names.VIEW, "children"),
        Input(names.CHOSEN, "value"),
        Input(names.COMPARE, "value"),
        Input(THEME, "data"),
        Input(names.EDITOR, "hidden"),
        Also(TAB, "data"),
    )
    def show(chosen: str, other: str | None, theme: str | None, closed: bool, tab: str) -> list[Component]:
        if not closed:
            return []  # plots that are drawn while they are hidden never end
        place = cards.place(chosen, tab)
        beside = None if not other or other == chosen else cards.place(other, tab)
        return card_view(place, beside, theme_of(theme))

    @app.callback(
        Output(names.SAID, "children"),
        Output(names.CHANGED, "data"),
        Output(names.CHOSEN, "value"),
        Input(names.DROP, "contents"),
        Also(names.DROP, "filename"),
        Also(names.CHANGED, "data"),
        Also(TAB, "data"),
        prevent_initial_call=True,
    )
    def arrive(contents: list[str], file_names: list[str], changed: int, tab: str) -> Any:
        files = {name: decoded(content, name) for content, name in zip(contents, file_names, strict=True)}
        try:
            return None, changed + 1, cards.OWN + draft.take(tab, files).name
        except ScintidotError as error:
            return shelf().plain(str(error)), changed, no_update

    edit.register(app)
