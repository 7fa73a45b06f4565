"""The form: a field for every option of ``scintidot predict``, in the sections of the run file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dash import ALL, Dash, Input, Output, ctx, dcc, html
from dash import State as Also
from dash.development.base_component import Component

from scintidot.app.pages.predict import asked, names
from scintidot.app.pages.predict.drop import dropped, own_files
from scintidot.app.shared import LINK, TAB
from scintidot.app.state import State, write_link
from scintidot.config import is_deposit_file
from scintidot.errors import ScintidotError
from scintidot.run_options import RunOption, run_options

PATH = "/predict"
SECTIONS = {
    "": "Materials",
    "nanocrystal": "Nanocrystals",
    "radiation": "Radiation",
    "deposit": "Deposit",
    "excitons": "Excitons",
    "kinetics": "Kinetics",
    "light": "Light yield",
    "timing": "Time resolution",
}
"""Of the run file."""
OPEN = ("", "nanocrystal", "radiation", "deposit")
OFFERED = (*asked.OF_FILES, "auger_law")
"""Options whose lists depend on the files of the tab and on the material."""
LONGEST_TEXT = 400
WHAT_TO_DROP = (
    "Drop a run.toml here, or choose one. A material card or a file of deposits can be dropped too."
)


def layout(state: State) -> list[Component]:
    """Where files are dropped, and the fields as a link fills them."""
    return [
        dcc.Upload(
            WHAT_TO_DROP, id=names.DROP, className="drop", multiple=False, max_size=-1,
            style={}, style_active={}, style_reject={},
        ),
        html.P(id=names.LOADED, role="status", className="soft"),
        *(_group(section, state) for section in SECTIONS),
        html.Datalist(_rules(run_options()), id=names.RULES),
        html.Button("All defaults", id=names.RESET, type="button"),
        dcc.Store(id=names.OWN, data=[]),
    ]  # fmt: skip


def _group(section: str, state: State) -> Component:
    options = [option for option in run_options().values() if option.section == section]
    used = any(option.name in state for option in options)
    return html.Details(
        [
            html.Summary(
                [SECTIONS[section], html.Span(id={"type": names.GROUP, "name": section}, className="soft")]
            ),
            html.Div([_field(option, state) for option in options], className="fields"),
        ],
        open=section in OPEN or used,
    )


def _field(option: RunOption, state: State) -> Component:
    unit = f" [{option.unit}]" if option.unit else ""
    key, value = names.field(option.name), state.get(option.name, option.default)
    control: Component
    if option.names and not option.free:
        control = dcc.Dropdown(
            _with(option.names, value), value or None, id=key, searchable=False, clearable=not option.default,
            placeholder="by the card" if option.name == "auger_law" else "by the statistics",
        )  # fmt: skip
    else:
        suggestions: Any = {"list": names.RULES} if option.names else {}
        control = dcc.Input(
            value, id=key, type="text", debounce=0.3, placeholder=option.default, maxLength=LONGEST_TEXT,
            autoComplete="off", **suggestions,
        )  # fmt: skip
    return html.Label(
        [
            html.Span(option.name.replace("_", " ") + unit),
            control,
            html.Small(option.meaning, id={"type": names.MEANING, "name": option.name}, className="soft"),
            html.Small(id={"type": names.FAULT, "name": option.name}, className="fault", role="alert"),
        ],
        className="field wide-field" if option.name == "edge_length" else "field",
        title=f"{option.key} in the run file",
    )


def _with(offered: Iterable[str], value: str | None) -> list[str]:
    """Names that a list offers, and what is chosen: what is not offered would be taken away without a word."""
    found = list(offered)
    return [*found, value] if value and value not in found else found


def _rules(options: Mapping[str, RunOption]) -> list[Component]:
    return [
        html.Option(meaning, value=name) for name, meaning in options["pair_creation_energy"].names.items()
    ]


def read(ids: Sequence[Mapping[str, str]], values: Sequence[Any], tab: str) -> asked.Asked:
    """What the fields ask for."""
    typed = {key["name"]: value for key, value in zip(ids, values, strict=True)}
    return asked.read(typed, own_files(tab))


def register(app: Dash) -> None:
    """Callbacks of the form."""
    fields = {"type": names.FIELD, "name": ALL}

    @app.callback(
        Output({"type": names.FAULT, "name": ALL}, "children"),
        Output({"type": names.MEANING, "name": ALL}, "children"),
        Output({"type": names.GROUP, "name": ALL}, "children"),
        Output(names.COMMAND, "children"),
        Output(names.RUN_FILE, "children"),
        Output(names.NOW, "data"),
        Output(LINK, "data"),
        Input(fields, "value"),
        Input(names.OWN, "data"),
        Also(fields, "id"),
        Also(TAB, "data"),
    )
    def follow(values: list[Any], _: list[str], ids: list[dict[str, str]], tab: str) -> Any:
        now = read(ids, values, tab)
        options, order = run_options(), [key["name"] for key in ids]
        typed = dict(zip(order, values, strict=True))
        meanings = [options[name].names.get(str(typed[name]), options[name].meaning) for name in order]
        groups = [_counted(now, section) for section in SECTIONS]
        text = (
            "There is a value to mend first." if now.config is None else asked.run_file(now.config, now.texts)
        )
        return (
            [now.faults.get(name, "") for name in order], meanings, groups, asked.command_line(now.texts), text,
            now.key, [PATH, write_link(now.texts)],
        )  # fmt: skip

    @app.callback(
        Output(fields, "value"),
        *(Output(names.field(option), "options", allow_duplicate=True) for option in OFFERED),
        Output(names.LOADED, "children"),
        Output(names.OWN, "data"),
        Input(names.DROP, "contents"),
        Input(names.RESET, "n_clicks"),
        Also(names.DROP, "filename"),
        Also(fields, "id"),
        Also(fields, "value"),
        Also(TAB, "data"),
        prevent_initial_call=True,
    )
    def fill(
        contents: str | None, _: int | None, name: str | None, ids: list[dict[str, str]], values: list[Any],
        tab: str,
    ) -> Any:  # fmt: skip
        order = [key["name"] for key in ids]
        texts, said = dict(zip(order, values, strict=True)), ""
        if ctx.triggered_id == names.RESET:
            texts = {option: run_options()[option].default for option in order}
        elif contents is not None:
            new, said = dropped(contents, name or "file", tab)
            texts |= new
        filled = [texts[option] or None for option in order]
        return filled, *_offered(texts, tab), said, sorted(own_files(tab))

    @app.callback(
        *(Output(names.field(option), "options") for option in OFFERED),
        Output(names.RULES, "children"),
        Input(names.OWN, "data"),
        Input(names.field("material"), "value"),
        *(Also(names.field(option), "value") for option in OFFERED[1:]),
        Also(TAB, "data"),
    )
    def offer(_: list[str], *chosen_and_tab: str) -> Any:
        """Files that were dropped, and the laws of the material."""
        *chosen, tab = chosen_and_tab
        texts = dict(zip(OFFERED, chosen, strict=True))
        return *_offered(texts, tab), _rules(_options_of(texts["material"], tab))


def _counted(now: asked.Asked, section: str) -> str:
    """How many fields of a section are changed, and how many are wrong: it may be folded."""
    options = run_options()
    many = [
        (sum(options[name].section == section for name in found), words)
        for found, words in ((now.texts, "changed"), (now.faults, "to mend"))
    ]
    return "".join(f" · {count} {words}" for count, words in many if count)


def _options_of(material: str | None, tab: str) -> dict[str, RunOption]:
    """Options with the laws of a material; of one that cannot be read, which its field says, the usual ones."""
    usual = run_options()
    try:
        return run_options(own_files(tab).get(material or "", material or usual["material"].default))
    except ScintidotError:
        return usual


def _offered(texts: Mapping[str, str | None], tab: str) -> list[list[str]]:
    """What the lists of `OFFERED` offer."""
    options, own = _options_of(texts["material"], tab), own_files(tab)
    return [
        _with([*options[name].names, *(file for file in own if _suits(file, name))], texts[name])
        for name in OFFERED
    ]


def _suits(name: str, option: str) -> bool:
    if option == "deposit":
        return is_deposit_file(name)
    return option in asked.OF_FILES and name.endswith(".toml")
