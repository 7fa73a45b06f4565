"""The material card of an analysis: previewed, downloaded, used on other pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from scintidot.app import jobs
from scintidot.app.pages.analyse import names
from scintidot.app.pages.analyse.options import scintillators
from scintidot.app.shared import TAB
from scintidot.app.shelf import plain_name, shelf
from scintidot.app.state import write_link
from scintidot.errors import one_of
from scintidot.measured.card import write_card
from scintidot.measured.document import Analysis

BASE = "CsPbBr3"


def part(found: dict[str, Any]) -> list[Component]:
    """Where the card of a result is made; nothing where there is nothing that a card holds."""
    if not found["card"] or found["document"]["status"] != "ok":
        return []
    return [
        html.Details(
            [
                html.Summary("Export as a material card"),
                html.P(
                    "What was measured, as a card that a prediction takes: based on a shipped one, with the found "
                    "numbers and their errors in it. The law of Auger recombination needs the size of the sample.",
                    className="soft",
                ),
                html.Div(
                    [
                        html.Label(
                            ["Edge length [nm]", dcc.Input(id=names.EDGE, type="text", placeholder="not given")],
                            className="field", title="--edge-length-nm",
                        ),
                        html.Label(
                            [
                                "Based on",
                                dcc.Dropdown(
                                    list(scintillators()), BASE, id=names.BASE, clearable=False,
                                    searchable=False,
                                ),
                            ],
                            className="field", title="--material",
                        ),
                        html.Button("Make the card", id=names.MAKE, type="button"),
                    ],
                    className="row",
                ),
                html.Div(id=names.CARD),
            ],
            className="panel",
        )
    ]  # fmt: skip


def register(app: Dash) -> None:
    """Callbacks of the card."""

    @app.callback(
        Output(names.CARD, "children"),
        Input(names.MAKE, "n_clicks"),
        State(names.EDGE, "value"),
        State(names.BASE, "value"),
        State(names.FINISHED, "data"),
        State(TAB, "data"),
        prevent_initial_call=True,
    )
    def make(clicks: int | None, edge: str | None, base: str, job: str, tab: str) -> Any:
        status = jobs.board().status(job, tab)
        if not clicks or status.state != jobs.DONE:
            return no_update
        one_of(base, scintillators(), where="--to-card", who="--material")
        beside = jobs.board().file(job, "result.json")
        assert beside is not None
        first = status.result["document"]["inputs"][0]["file"]
        name = plain_name(f"{Path(first).stem}-measured.toml")
        path, warnings = write(status.result, beside.with_name(name), base, (edge or "").strip() or None)
        content = path.read_bytes()
        shelf().put(tab, name, content)
        return [
            *(html.P(warning, className="fault") for warning in warnings),
            html.Div(
                [
                    html.A("Download the card", href=f"/files/{job}/{quote(name)}", className="button"),
                    dcc.Link(
                        "Use it in Predict",
                        href="/predict" + write_link({"material": name}),
                        className="button",
                    ),
                ],
                className="row",
            ),
            html.Pre(content.decode(), className="text", tabIndex="0"),
        ]


def write(found: dict[str, Any], path: Path, base: str, edge_length: str | None) -> tuple[Path, list[str]]:
    """Write the card of a result, as ``--to-card`` does; also what was said on the way."""
    analysis = Analysis(
        {**found["document"], "warnings": []}, (), found["title"], found["answer"], dict(found["card"])
    )
    return write_card(analysis, path, base, edge_length), analysis.document["warnings"]
