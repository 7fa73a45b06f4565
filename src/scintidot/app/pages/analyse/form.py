"""The form of an analysis: its options as fields, the state of a link, and what stands in the fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Dash, Input, Output, dcc, html, set_props
from dash import State as Also
from dash.development.base_component import Component

from scintidot.app.pages.analyse import names
from scintidot.app.pages.analyse.options import KINDS, ON, Group, Kind, Option
from scintidot.app.pages.analyse.recognised import analysis_named
from scintidot.app.state import State, check_names
from scintidot.errors import one_of

ANALYSIS = "analysis"
"""Name in a link of which analysis it is; all others are those of its options."""


def read_state(state: State) -> tuple[Kind, dict[str, str]]:
    """The analysis and the options of a link. Raises `BadValue` for a name that it does not know."""
    kind = analysis_named(one_of(state.get(ANALYSIS, "decay"), KINDS, where="link", who=ANALYSIS))
    options = {option.name: option for option in kind.options()}
    check_names(state, [ANALYSIS, *options])
    for name, option in options.items():
        if option.names() and name in state:
            one_of(state[name], option.names(), where="link", who=name)
    return kind, {name: text for name, text in state.items() if name in options}


def fields(kind: Kind, values: Mapping[str, str]) -> list[Component]:
    """The groups of an analysis; those that hold a value are open."""
    return [_group(group, values) for group in kind.groups]


def _group(group: Group, values: Mapping[str, str]) -> Component:
    used = any(values.get(option.name) for option in group.options)
    return html.Details(
        [
            html.Summary(group.title),
            html.Div(
                [_field(option, values.get(option.name, "")) for option in group.options], className="fields"
            ),
        ],
        open=group.open or used,
        id={"type": names.GROUP, "name": group.title},
    )


def _field(option: Option, value: str) -> Component:
    key = names.field(option.name)
    control: Component
    if option.switch:
        control = dcc.Checklist([{"label": option.label, "value": ON}], [ON] if value == ON else [], id=key)
    elif option.names():
        control = dcc.Dropdown(
            list(option.names()), value or None, id=key, placeholder=option.default, searchable=False
        )
    else:
        control = dcc.Input(
            value, id=key, type="text", debounce=True, placeholder=option.default, maxLength=400
        )
    words = [] if option.switch else [html.Span(option.label)]
    fault = html.Small(id={"type": names.FAULT, "name": option.flag}, className="fault", role="alert")
    return html.Label([*words, control, fault], className="field", title=option.flag)


def read_fields(ids: Sequence[dict[str, str]], values: Sequence[Any]) -> dict[str, str]:
    """Keyword of an option -> text, of the fields that hold something."""
    found = {}
    for key, value in zip(ids, values, strict=True):
        text = (ON if value else "") if isinstance(value, list) else str(value or "").strip()
        if text:
            found[key["name"]] = text
    return found


def register(app: Dash) -> None:
    """Callbacks of the form."""

    @app.callback(Output(names.FORM, "children"), Input(names.KIND, "value"), prevent_initial_call=True)
    def other_analysis(name: str) -> list[Component]:
        return fields(analysis_named(name), {})

    @app.callback(
        Output({"type": names.FAULT, "name": ALL}, "children"),
        Input(names.ASKED, "data"),
        Input(names.REFUSED, "data"),
        Also({"type": names.FAULT, "name": ALL}, "id"),
    )
    def say_at_the_fields(
        asked: dict[str, str] | None, refused: dict[str, str] | None, keys: list[dict[str, str]]
    ) -> list[str]:
        said = {**(asked or {}), **(refused or {})}
        for group in (group for kind in KINDS.values() for group in kind.groups):
            if any(option.flag in said for option in group.options):
                set_props({"type": names.GROUP, "name": group.title}, {"open": True})
        return [said.get(key["name"], "") for key in keys]
