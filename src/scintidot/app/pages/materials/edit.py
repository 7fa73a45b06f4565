"""The editor of a copy: numbers in a form or the card as TOML, checked at each change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update, set_props
from dash.development.base_component import Component

from scintidot.app.pages.materials import cards, draft, names
from scintidot.app.pages.materials.fields import form
from scintidot.app.shared import ADDRESS, TAB
from scintidot.app.shelf import plain_name, shelf
from scintidot.app.state import write_link
from scintidot.catalogue.drafts import has_number
from scintidot.errors import BadFile

EXPLAINED = (
    "A copy holds only what differs from the card that it is based on. It stays in this tab until you download it; a "
    "link does not hold it. A changed number gets the source my_notebook, which the text describes, and counts as an "
    "estimate until you say that it was measured."
)


def layout() -> Component:
    """The editor, hidden until it is asked for."""
    return html.Div(
        [
            html.P(EXPLAINED, className="soft"),
            html.Div(
                [
                    html.Button("Download the card", id=names.SAVE, type="button", className="primary"),
                    html.Button("Use it in Predict", id=names.USE, type="button"),
                    html.Button("Start over", id=names.AGAIN, type="button"),
                    html.Button("Close", id=names.CLOSE, type="button"),
                ],
                className="row",
            ),
            html.Div(id=names.CHECK, role="status"),
            html.Details([html.Summary("Numbers"), html.Div(id=names.FORM)], open=True),
            html.Details(
                [
                    html.Summary("The card as text (TOML)"),
                    dcc.Textarea(
                        id=names.TEXT, className="toml", spellCheck=False, maxLength=draft.LONGEST, rows=24,
                        title="The card as TOML",
                    ),
                ],
                open=True,
            ),
            dcc.Download(id=names.SENT),
            dcc.Store(id=names.FAULTY),
        ],
        id=names.EDITOR, hidden=True,
    )  # fmt: skip


def beside(chosen: str, tab: str) -> Path | None:
    """The folder in which the tables of a card of one's own lie."""
    place = cards.place(chosen, tab)
    return place.parent if isinstance(place, Path) else None


def register(app: Dash) -> None:
    """Callbacks of the editor."""
    number = {"type": names.NUMBER, "key": ALL, "part": ALL}

    @app.callback(
        Output(names.EDITOR, "hidden"),
        Output(names.TEXT, "value"),
        Input(names.EDIT, "n_clicks"),
        Input(names.AGAIN, "n_clicks"),
        Input(names.CLOSE, "n_clicks"),
        Input(names.CHOSEN, "value"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def open_or_close(_: Any, __: Any, ___: Any, chosen: str, tab: str) -> Any:
        if ctx.triggered_id in (names.CLOSE, names.CHOSEN):
            return True, no_update
        place = cards.place(chosen, tab)
        kept = _kept(tab)
        if ctx.triggered_id == names.EDIT and kept.get("of") == chosen:
            return False, kept["text"]
        return False, draft.draft_of(place)

    @app.callback(
        Output(names.CHECK, "children"),
        Output(names.FAULTY, "data"),
        Input(names.TEXT, "value"),
        State(names.CHOSEN, "value"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def say(text: str | None, chosen: str, tab: str) -> Any:
        _kept(tab).update({"of": chosen, "text": text or ""})
        found = draft.check(text or "", beside(chosen, tab))
        return said(found), [found.key, found.fault]

    @app.callback(
        Output({"type": names.FAULT, "key": ALL}, "children"),
        Input(names.FAULTY, "data"),
        State({"type": names.FAULT, "key": ALL}, "id"),
    )
    def say_at_its_place(fault: list[Any] | None, keys: list[dict[str, str]]) -> list[str]:
        key, text = fault or ("", None)
        return at_places(key, text, [one["key"] for one in keys])

    @app.callback(
        Output(names.FORM, "children"),
        Input(names.TEXT, "n_blur"),
        Input(names.EDITOR, "hidden"),
        Input(names.AGAIN, "n_clicks"),
        State(names.TEXT, "value"),
        State(names.CHOSEN, "value"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def fill(_: Any, hidden: bool, __: Any, text: str | None, chosen: str, tab: str) -> Any:
        if hidden or not text:
            return no_update
        found = draft.check(text, beside(chosen, tab))
        return no_update if found.fault else form(found.numbers)

    @app.callback(
        Output(names.TEXT, "value", allow_duplicate=True),
        Input(number, "value"),
        State(number, "id"),
        State(names.TEXT, "value"),
        State(names.CHOSEN, "value"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def change(values: list[Any], keys: list[dict[str, str]], text: str, chosen: str, tab: str) -> Any:
        if len(ctx.triggered) != 1 or ctx.triggered_id is None:
            return no_update  # a new form, not a change in one
        key = ctx.triggered_id["key"]
        parts = {
            one["part"]: str(value or "").strip()
            for one, value in zip(keys, values, strict=True)
            if one["key"] == key
        }
        return change_number(text, key, parts, cards.place(chosen, tab))

    @app.callback(
        Output(names.SENT, "data"),
        Input(names.SAVE, "n_clicks"),
        State(names.TEXT, "value"),
        State(names.CHOSEN, "value"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def download(_: int | None, text: str, chosen: str, tab: str) -> dict[str, str]:
        return {"content": text, "filename": file_name(sound(text, chosen, tab))}

    @app.callback(
        Input(names.USE, "n_clicks"),
        State(names.TEXT, "value"),
        State(names.CHOSEN, "value"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def use(_: int | None, text: str, chosen: str, tab: str) -> None:
        name = file_name(sound(text, chosen, tab))
        draft.keep(tab, name, text, beside(chosen, tab))
        set_props(ADDRESS, {"href": "/predict" + write_link({"material": name})})


def _kept(tab: str) -> dict[str, Any]:
    """What the server remembers of the draft of a tab."""
    kept: dict[str, Any] = shelf().tab(tab).memory.setdefault("materials", {})
    return kept


def sound(text: str, chosen: str, tab: str) -> draft.Checked:
    """A draft that passes the check. Raises `BadFile`."""
    found = draft.check(text or "", beside(chosen, tab))
    if found.fault:
        raise BadFile(
            where="materials", what="card", who="this copy", expected="one that passes the check",
            found="the fault above",
        )  # fmt: skip
    return found


def file_name(found: draft.Checked) -> str:
    """Of a card that is downloaded."""
    return plain_name(f"{found.name[:50]}.toml")


def change_number(text: str, key: str, parts: dict[str, str], place: str | Path) -> Any:
    """The draft with one number changed, as it is if nothing changed. Raises `BadFile` for text that is no TOML.

    What the form knows of the number besides comes from the draft, or where that is faulty from what it began with.
    """
    tables = place.parent if isinstance(place, Path) else None
    found = draft.check(text, tables).numbers or draft.check(draft.draft_of(place), tables).numbers
    number = next((number for number in found if number["key"] == key), None)
    if number is None or parts == draft.as_parts(number):
        return no_update
    if not has_number(text, key, draft.CARD):
        parts = draft.owned(parts, number)
        for part in ("provenance", "source", "note"):
            set_props({"type": names.NUMBER, "key": key, "part": part}, {"value": parts[part]})
    return draft.changed(text, number, parts)


def said(found: draft.Checked) -> list[Component]:
    """The check in words, and what differs."""
    if found.fault:
        return [html.P(found.fault, className="error")]
    lines = [html.Li([html.Code(key), f": {words}"]) for key, words in found.changes.items()]
    return [
        html.P(
            f"Valid card '{found.name}' ({found.kind}), {len(found.numbers)} numbers.", className="answer"
        ),
        *(html.P(note, className="fault") for note in found.notes),
        html.P("What differs:" if lines else "Nothing differs yet."),
        html.Ul(lines),
    ]


def at_places(key: str, fault: str | None, keys: Sequence[str]) -> list[str]:
    """The fault of a number or a section, at the first of the numbers that it concerns."""
    place = next((one for one in keys if key and f"{one}.".startswith(f"{key}.")), None)
    return [fault if fault and one == place else "" for one in keys]
