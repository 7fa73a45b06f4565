"""What came of an analysis: the answer, warnings, figures, parameters, correlation, goodness of fit, downloads."""

from __future__ import annotations

from html import escape
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from scintidot.app import jobs
from scintidot.app.figures import CONFIG, template
from scintidot.app.pages.analyse import card, names
from scintidot.app.panels import drawn_panel, panel_of
from scintidot.app.run_bar import downloads
from scintidot.app.shared import TAB, THEME, theme_of
from scintidot.app.shelf import shelf
from scintidot.documents import figures_of, flat, heading, tables
from scintidot.output import as_text, with_error
from scintidot.report.analysis import MOST_CORRELATED

FILES = {
    "report.html": "Report (HTML)",
    "result.json": "Result (JSON)",
    "curves.csv": "Curves (CSV)",
}
"""What the job wrote, in words."""


def register(app: Dash) -> None:
    """Callbacks of the result."""

    @app.callback(
        Output(names.RESULT, "children"),
        Input(names.FINISHED, "data"),
        Input(THEME, "data"),
        State(TAB, "data"),
    )
    def show(job: str | None, theme: str | None, tab: str) -> list[Component]:
        status = jobs.board().status(job, tab)
        if job is None or status.state != jobs.DONE:
            return []
        return shown(job, status.result, theme_of(theme))


def shown(job: str, found: dict[str, Any], theme: str) -> list[Component]:
    """The result of a job."""
    document = found["document"]
    failed = document["status"] != "ok"
    found_tables = tables(document)
    warnings = [shelf().plain(text) for text in document["warnings"]]
    return [
        html.H2(found["title"]),
        html.P(found["answer"] or "See the tables below.", className="answer failed" if failed else "answer"),
        html.Ul([html.Li(text) for text in warnings], className="warnings"),
        downloads(FILES, job, FILES),
        *card.part(found),
        html.Div([drawn_panel(panel_of(plain), theme) for plain in found["panels"]], className="figures"),
        *[_table(*table, unfolded=True) for table in found_tables[:1]],
        *_goodness(document),
        *_parameters(document),
        *_correlation(document, theme),
        *[_table(*table) for table in found_tables[1:]],
        _pairs("All figures", figures_of(document)),
        _pairs("Choices", flat(document["choices"])),
        _pairs("Inputs", [(one["file"], f"{one['format']}, sha256 {one['sha256']}") for one in document["inputs"]]),
    ]  # fmt: skip


def _parameters(document: dict[str, Any]) -> list[Component]:
    """Every parameter with its error and interval."""
    rows = document.get("parameters", [])
    if not rows:
        return []
    cells = [
        [
            p["name"], as_text(p["value"], 6), "held" if p["fixed"] else as_text(p["error"], 3),
            "" if p["fixed"] else f"{as_text(p['low'], 6)} to {as_text(p['high'], 6)}", p["interval"],
            "" if p["unit"] == "1" else p["unit"], "at a limit" if p["at_limit"] else "",
        ]
        for p in rows
    ]  # fmt: skip
    heads = ["parameter", "value", "error", "interval of 68.3 %", "by", "unit", ""]
    return [html.H3("Parameters"), grid(heads, cells)]


def _goodness(document: dict[str, Any]) -> list[Component]:
    """How well the model describes the data, in single numbers."""
    found = [
        document[name] for name in ("quality", "fit", "validation") if isinstance(document.get(name), dict)
    ]
    rows = [
        [name.replace("_", " "), as_text(value, 4)]
        for part in found
        for name, value in part.items()
        if value is not None and not isinstance(value, (dict, list))
    ]
    return [html.H3("Goodness of fit"), grid(["", ""], rows)] if rows else []


def _correlation(document: dict[str, Any], theme: str) -> list[Component]:
    """The correlation matrix as a picture with its numbers."""
    from plotly.graph_objects import Figure

    found = document.get("correlation") or {"names": []}
    labels, matrix = [escape(name) for name in found["names"]], found.get("matrix", [])
    if not 1 < len(labels) <= MOST_CORRELATED:
        return []
    figure = Figure()
    figure.add_heatmap(
        z=matrix, x=labels, y=labels, zmin=-1, zmax=1, colorscale="RdBu_r", texttemplate="%{z:.2f}", xgap=1, ygap=1,
        hovertemplate="%{y}, %{x}: %{z:.3f}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(
        template=template(theme), height=140 + 34 * len(labels), yaxis={"autorange": "reversed", "showgrid": False},
        xaxis={"showgrid": False},
    )  # fmt: skip
    return [
        html.H3("Correlation of the parameters"),
        html.Div(dcc.Graph(figure=figure, config=CONFIG), className="narrow"),
    ]


def _table(name: str, columns: list[str], rows: list[list[Any]], unfolded: bool = False) -> Component:
    units = units_of(columns, rows)
    kept = [
        i for i, column in enumerate(columns) if column.removesuffix("_unit") not in units or column in units
    ]
    shown, cells = with_errors([columns[i] for i in kept], [[row[i] for i in kept] for row in rows])
    heads = [heading(column) + (f" [{units[column]}]" if column in units else "") for column in shown]
    return html.Details(
        [
            html.Summary(name.replace("_", " ").replace(".", ": ")),
            grid(heads, cells),
        ],
        open=unfolded,
    )


def units_of(columns: list[str], rows: list[list[Any]]) -> dict[str, str]:
    """Columns of which another one gives the unit, the same in all rows.

    >>> units_of(["amplitude", "amplitude_unit"], [[2.0, "counts/ps"], [3.0, "counts/ps"]])
    {'amplitude': 'counts/ps'}
    """
    found = {column: {row[i] for row in rows} for i, column in enumerate(columns) if column.endswith("_unit")}
    named = {column.removesuffix("_unit"): units for column, units in found.items() if len(units) == 1}
    return {column: str(*units) for column, units in named.items() if column in columns}


def with_errors(columns: list[str], rows: list[list[Any]]) -> tuple[list[str], list[list[str]]]:
    """Columns without those of errors, which stand with their values, rounded to their size.

    >>> with_errors(["name", "tau_ps", "tau_error_ps"], [["fast", 22083.4, 181.7], ["slow", 1.23456, None]])
    (['name', 'tau_ps'], [['fast', '22080 ± 180'], ['slow', '1.235']])
    """
    values = {column.replace("_error", ""): column for column in columns if "_error" in column}
    errors = {value: error for value, error in values.items() if value in columns}
    shown = [column for column in columns if column not in errors.values()]
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    return shown, [[_cell(row[column], row.get(errors.get(column, ""))) for column in shown] for row in named]


def _cell(value: Any, error: Any) -> str:
    numbers = isinstance(value, float) and isinstance(error, float)
    return with_error(value, error) if numbers else as_text(value)


def _pairs(title: str, pairs: list[tuple[str, Any]]) -> Component:
    rows = [[name, as_text(value, 6)] for name, value in pairs]
    return html.Details([html.Summary(title), grid(["", ""], rows)])


def grid(heads: list[str], rows: list[list[str]]) -> Component:
    """A table of texts, wider ones within their own scroll bar."""
    return html.Div(
        html.Table(
            [
                html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])) if any(heads) else None,
                html.Tbody(
                    [
                        html.Tr(
                            [
                                html.Td(cell.replace(" ± ", "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}"))
                                for cell in row
                            ]
                        )
                        for row in rows
                    ]
                ),
            ]
        ),
        className="wide",
    )
