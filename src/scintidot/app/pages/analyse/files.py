"""The files of the page: dropped, recognised, given a role, removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update, set_props
from dash.development.base_component import Component

from scintidot.app.belongs import is_card, laid_out
from scintidot.app.pages.analyse import names
from scintidot.app.pages.analyse.form import read_fields
from scintidot.app.pages.analyse.options import DECAY, KINDS, Kind
from scintidot.app.pages.analyse.recognised import LEFT_OUT, Found, analysis_named, kind_of, look, role_of
from scintidot.app.shared import TAB, spoken
from scintidot.app.shelf import LIMITS, Dropped, decoded, shelf
from scintidot.errors import BadFile, ScintidotError

NO_FILES_IN_A_LINK = "The link holds the options of an analysis, but never files: drop yours above."
RESPONSE_ASKED = (
    "the response of the instrument is needed: a file of this role, the width of a Gaussian, or "
    "none for the tail alone"
)


def layout(kind: Kind) -> list[Component]:
    """Where files are dropped and listed."""
    return [
        html.Label(
            ["Analysis", dcc.Dropdown(
                {one.name: one.words for one in KINDS.values()}, kind.name, id=names.KIND, clearable=False,
                searchable=False,
            )],
            className="field",
        ),
        dcc.Upload(
            [html.Strong("Drop files here"), " or choose them"], id=names.DROP, multiple=True, className="drop",
        ),
        html.P(LIMITS, className="soft"),
        html.Div(id=names.SAID, className="fault", role="alert"),
        html.Div(id=names.FILES),
    ]  # fmt: skip


def with_roles(tab: str, kind: Kind) -> dict[str, list[Dropped]]:
    """Files of a tab by their role in an analysis; a role of another analysis is none."""
    memory = names.Memory(tab)
    found: dict[str, list[Dropped]] = {role: [] for role in kind.roles}
    for key, file in memory.files().items():
        if memory.roles[key] in found:
            found[memory.roles[key]].append(file)
    return found


def give_roles(tab: str, kind: Kind, keys: list[str]) -> None:
    """The likeliest roles of files that came, or of all for another analysis."""
    roles, files = names.Memory(tab).roles, shelf().files(tab)
    for key in keys:
        roles.pop(key, None)
    found = {key: look(files[key].path, kind, {}) for key in keys if key in files}
    for key in sorted(found, key=lambda key: set(found[key].spectra) == {"absorption"}):  # beside emission
        others = [role for other, role in roles.items() if other in files]
        roles[key] = role_of(kind, files[key], found[key], others)


def register(app: Dash) -> None:
    """Callbacks of the files."""

    @app.callback(
        Output(names.SAID, "children"),
        Output(names.CHANGED, "data"),
        Input(names.DROP, "contents"),
        State(names.DROP, "filename"),
        State(names.KIND, "value"),
        State(names.CHANGED, "data"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def arrive(
        contents: list[str], file_names: list[str], name: str, changed: int, tab: str
    ) -> tuple[Any, int]:
        first = not names.Memory(tab).files()
        faults, keys, kind = [], [], analysis_named(name)
        for content, file_name in sorted(
            zip(contents or [], file_names or [], strict=True), key=lambda pair: pair[1]
        ):
            try:
                if file_name.lower().endswith(".toml"):
                    raise _of_other_pages(decoded(content, file_name), file_name)
                keys.append(shelf().put(tab, file_name, decoded(content, file_name)).key)
            except ScintidotError as error:
                faults.append(html.P(str(error)))
        files = shelf().files(tab)
        kinds = [kind_of(files[key].path) for key in keys] if first else []
        likely = next(filter(None, kinds), None)
        if likely is not None and likely is not kind:
            kind = likely
            set_props(names.KIND, {"value": kind.name})
        give_roles(tab, kind, keys)
        return faults, changed + 1

    @app.callback(
        Output(names.CHANGED, "data", allow_duplicate=True),
        Input(names.KIND, "value"),
        State(names.CHANGED, "data"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def other_analysis(name: str, changed: int, tab: str) -> int:
        give_roles(tab, analysis_named(name), list(names.Memory(tab).files()))
        return changed + 1

    @app.callback(
        Output(names.CHANGED, "data", allow_duplicate=True),
        Input({"type": names.ROLE, "key": ALL}, "value"),
        Input({"type": names.REMOVE, "key": ALL}, "n_clicks"),
        State({"type": names.ROLE, "key": ALL}, "id"),
        State(names.CHANGED, "data"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def change(chosen: list[str], _: Any, keys: list[dict[str, str]], changed: int, tab: str) -> Any:
        asked = ctx.triggered_id
        if asked is None or not ctx.triggered[0]["value"]:
            return no_update
        roles = names.Memory(tab).roles
        if asked["type"] == names.REMOVE:
            shelf().remove(tab, asked["key"])
            return changed + 1
        wanted = {key["key"]: role for key, role in zip(keys, chosen, strict=True)}
        if all(roles.get(key) == role for key, role in wanted.items()):
            return no_update
        roles.update(wanted)
        return changed + 1

    @app.callback(
        Output(names.FILES, "children"),
        Output(names.ASKED, "data"),
        Input(names.CHANGED, "data"),
        Input({"type": names.OPTION, "name": ALL}, "value"),
        State({"type": names.OPTION, "name": ALL}, "id"),
        State(names.KIND, "value"),
        State(TAB, "data"),
    )
    def show(
        _: int, texts: list[Any], keys: list[dict[str, str]], name: str, tab: str
    ) -> tuple[Any, dict[str, str]]:
        kind, values = analysis_named(name), read_fields(keys, texts)
        memory = names.Memory(tab)
        found = {
            key: look(file.path, kind, values, memory.roles[key]) for key, file in memory.files().items()
        }
        if not found:
            return html.P(NO_FILES_IN_A_LINK, className="panel") if values else None, {}
        return listed(tab, kind, found), asked_for(tab, kind, found, values)


def _of_other_pages(content: bytes, name: str) -> BadFile:
    """The refusal of a .toml file, which holds no data: it says where the file belongs."""
    with laid_out(content, name) as path:
        card = is_card(path)
    hint = (
        "This is a material card; drop it in Materials or Predict." if card else "Drop a run file in Predict."
    )
    return BadFile(
        where=name, what="file", who="this page", expected="data of an instrument or a table of samples",
        found="a material card" if card else "a .toml file", hint=hint,
    )  # fmt: skip


def asked_for(tab: str, kind: Kind, found: Mapping[str, Found], values: Mapping[str, str]) -> dict[str, str]:
    """Flag of each option that is missing -> why."""
    roles = names.Memory(tab).roles
    asked = {
        one.asks_for: shelf().plain(one.words)
        for key, one in found.items()
        if one.asks_for is not None and roles.get(key) in kind.roles
    }
    given = with_roles(tab, kind)
    if kind is DECAY and given["files"] and not given["irf"]:
        beside = any(
            "curves" in found[file.key].words for file in given["files"]
        )  # one of them may be the response
        if not beside and not values.get("irf") and not values.get("irf_fwhm_ps"):
            asked["--irf"] = RESPONSE_ASKED
    return asked


def listed(tab: str, kind: Kind, found: Mapping[str, Found]) -> list[Component]:
    """Each file with what it is recognised as, what was taken for granted, and its role."""
    memory = names.Memory(tab)
    choices = {**kind.roles, LEFT_OUT: LEFT_OUT}
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.Strong(file.name, className="file-name"),
                        dcc.Dropdown(
                            choices, memory.roles[key], id={"type": names.ROLE, "key": key}, clearable=False,
                            searchable=False, className="role",
                        ),
                        html.Button(
                            "✕", id={"type": names.REMOVE, "key": key}, type="button", title="Remove",
                            **spoken(f"Remove {file.name}"),
                        ),
                    ],
                    className="between",
                ),
                html.P(shelf().plain(found[key].words), className="soft" if found[key].readable else "fault"),
                *(html.P(note, className="soft note") for note in map(shelf().plain, found[key].notes)),
            ],
            className="panel file",
        )
        for key, file in memory.files().items()
        if key in found
    ]  # fmt: skip
