"""The controls of page Explore."""

from __future__ import annotations

import math
from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from scintidot.app.pages.explore import fields
from scintidot.app.pages.explore.fields import CHOICES, NUMBERS, SLIDERS, Slider
from scintidot.app.pages.explore.names import RESET, field, hold, slider
from scintidot.app.shared import spoken
from scintidot.run_options import run_options


def controls(state: Mapping[str, str], numbers: Mapping[str, str]) -> Component:
    """Everything that can be set, in the state of a link; ``numbers`` is where the sliders stand."""
    texts = {**fields.defaults(), **numbers, **state}
    return html.Section(
        [
            html.Div(
                [_slider(one, texts, one.name in state) for one in SLIDERS], className="explore-sliders"
            ),
            html.Button("All from the chain", id=RESET, type="button", title="Hold nothing any more"),
            html.Div([_choice(name, texts) for name in CHOICES], className="explore-choices"),
            *(_group(heading, names, texts) for heading, names in NUMBERS.items()),
        ],
        className="explore-controls panel",
        **spoken("Choices"),
    )


def _slider(one: Slider, texts: Mapping[str, str], held: bool) -> Component:
    """A number: label, slider, field, and whether it is held."""
    text = texts.get(one.name, "")
    meaning = one.meaning or run_options()[one.name].meaning
    unit = f" [{one.unit}]" if one.unit else ""
    switch: Component = html.Span()
    if one.held:
        value = ["held"] if held else []
        switch = dcc.Checklist([{"label": "held", "value": "held"}], value, id=hold(one.name))
    return html.Div(
        [
            html.Label([one.label, html.Small(unit)], htmlFor=field(one.name)),
            html.Label(
                [
                    html.Span(f"{one.label}, slider", className="sr-only"),
                    dcc.Input(
                        type="range",
                        min=0,
                        max=one.steps,
                        step=1,
                        value=position(one, text),
                        id=slider(one.name),
                    ),
                ],
                className="range",
            ),
            dcc.Input(type="text", value=text, debounce=True, maxLength=30, id=field(one.name)),
            switch,
        ],
        className="explore-slider",
        title=meaning,
    )


def position(one: Slider, text: str) -> float:
    """Step at which a slider stands; the first for what is no plain number."""
    try:
        value = float(text)
    except ValueError:
        return 0
    if one.logarithmic:
        share = math.log(value / one.low) / math.log(one.high / one.low) if value > 0 else 0.0
    else:
        share = (value - one.low) / (one.high - one.low)
    return round(min(max(share, 0.0), 1.0) * one.steps)


def _choice(name: str, texts: Mapping[str, str]) -> Component:
    names = fields.names_of_choice(name, texts["material"])
    options = [{"label": one, "value": one, "title": meaning} for one, meaning in names.items()]
    return html.Div(
        [
            html.Label(CHOICES[name], htmlFor=field(name)),
            dcc.Dropdown(options, texts[name], id=field(name), clearable=False, searchable=False),
        ],
        title=run_options()[name].meaning,
    )


def _group(heading: str, names: tuple[str, ...], texts: Mapping[str, str]) -> Component:
    """Numbers that are seldom changed, folded away while they have their defaults."""
    usual = fields.defaults()
    return html.Details(
        [html.Summary(heading), html.Div([_number(name, texts[name]) for name in names])],
        open=any(texts[name] != usual[name] for name in names),
        className="explore-group",
    )


def _number(name: str, text: str) -> Component:
    option = run_options()[name]
    unit = f" [{option.unit}]" if option.unit else ""
    return html.Div(
        [
            html.Label([fields.label(name), html.Small(unit)], htmlFor=field(name)),
            dcc.Input(type="text", value=text, debounce=True, maxLength=30, id=field(name)),
        ],
        title=option.meaning,
    )
