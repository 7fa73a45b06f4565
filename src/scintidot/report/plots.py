"""Plots of results for a notebook or a paper: figures of matplotlib or plotly, to be styled by whoever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from scintidot.errors import BadValue, one_of
from scintidot.measured.document import Analysis
from scintidot.measured.panels import Panel
from scintidot.results import Prediction
from scintidot.studies.result import StudyResult

if TYPE_CHECKING:
    import matplotlib.figure
    import plotly.graph_objects

    from scintidot.deposits.replay import Shower
    from scintidot.deposits.result import DepositResult

    Plottable = Prediction | Analysis | StudyResult | DepositResult | Shower | dict[str, Any]

BACKENDS = ("matplotlib", "plotly")
SHOWER = "scintidot.track/1"


def plot(
    result: Plottable, kind: str | None = None, *, backend: Literal["matplotlib", "plotly"] = "matplotlib"
) -> matplotlib.figure.Figure | plotly.graph_objects.Figure:
    """A figure of a result, with units at its axes and colours for any kind of colour vision.

    Parameters
    ----------
    result : Prediction, Analysis, StudyResult, DepositResult, Shower or document
        What a public function returned.
    kind : str, optional
        What is shown; without it the first that there is, see `plot_kinds`. Of a prediction ``decay``, ``light``,
        ``photons``, ``lifetime``, ``ctr``, ``deposit``, ``excitons``, ``spectrum``, ``transitions``, ``models`` and
        ``sensitivity``; of an analysis the titles of its figures; of a study the names of its pictures, the first of
        which shows the answer, such as ``map`` and ``tornado``; of a document with rows any of their columns, such as
        ``imfp_nm``.
    backend : str
        ``matplotlib`` (default) or ``plotly``; studies by matplotlib alone.

    Returns
    -------
    matplotlib.figure.Figure or plotly.graph_objects.Figure
        Change it as you like; it shows itself in a notebook. Nothing of pyplot is touched: save it with
        ``figure.savefig("plot.svg")``, or ``figure.write_html("plot.html")`` of plotly.

    Raises
    ------
    BadValue
        For a kind that the result does not have, a result without anything to plot, or a study by plotly.

    Examples
    --------
    >>> import scintidot
    >>> figure = plot(scintidot.attenuation("CsPbBr3", "10, 30, 100 keV"))
    >>> figure.axes[0].get_ylabel()
    'mass attenuation [cm2/g]'
    >>> figure.axes[0].set_title("Photons in my sample")
    Text(0.5, 1.0, 'Photons in my sample')
    """
    one_of(backend, BACKENDS, where="plot", who="backend")
    if isinstance(result, StudyResult):
        return _study_figure(result, kind, backend)
    panel = _panel(result, kind)
    if panel is None:
        from scintidot.report.shower import shower_figure

        return shower_figure(_document(result), backend)
    if backend == "plotly":
        from scintidot.report.panels_plotly import plotly_panel

        return plotly_panel(panel)
    from scintidot.report.panels import draw_panel

    return draw_panel(panel)


def plot_kinds(result: Plottable) -> list[str]:
    """What `plot` can show of a result; the first is what it shows unless asked for another."""
    if isinstance(result, Prediction):
        from scintidot.report.panels_of_prediction import KINDS

        return list(KINDS)
    if isinstance(result, Analysis):
        return [panel.title for panel in result.panels]
    if isinstance(result, StudyResult):
        return list(_study_figures(result))
    if _document(result).get("schema") == SHOWER:
        return ["paths"]
    from scintidot.report.panels_of_document import kinds_of

    return kinds_of(_document(result))


def _study_figures(result: StudyResult) -> dict[str, Any]:
    from scintidot.report.study_figures import figures_of_study

    return {picture.name: picture.drawing for picture in figures_of_study(result)}


def _study_figure(result: StudyResult, kind: str | None, backend: str) -> Any:
    figures = _study_figures(result)
    if backend != "matplotlib":
        raise BadValue(
            where="plot", what="backend", who="a study", expected="'matplotlib', which draws studies",
            found=repr(backend), hint="For plotly, take the numbers from .to_xarray().",
        )  # fmt: skip
    return figures[_chosen(kind, list(figures), result)]


def _panel(result: Plottable, kind: str | None) -> Panel | None:
    """What is shown; None for a shower, which is drawn in space."""
    kinds = plot_kinds(result)
    kind = _chosen(kind, kinds, result)
    if isinstance(result, Prediction):
        from scintidot.report.panels_of_prediction import KINDS

        return KINDS[kind](result)
    if isinstance(result, Analysis):
        return result.panels[kinds.index(kind)]
    document = _document(result)
    if document.get("schema") == SHOWER:
        return None
    from scintidot.report.panels_of_document import panel_of

    return panel_of(document, kind)


def _chosen(kind: str | None, kinds: list[str], result: Any) -> str:
    """The kind that was asked for, or the first."""
    if not kinds:
        raise BadValue(
            where="plot", what="result", who="result", expected="one with rows or curves to plot",
            found=_document(result).get("schema", type(result).__name__),
        )  # fmt: skip
    kind = kind if kind is not None else kinds[0]
    one_of(kind, kinds, where="plot", who="kind")
    return kind


def _document(result: Any) -> dict[str, Any]:
    """The document of a result that is one, or has one."""
    if isinstance(result, dict):
        return result
    return dict(result.as_json() if hasattr(result, "as_json") else result.document)
