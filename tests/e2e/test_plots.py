"""Plots for a notebook: figures that can be styled, with units, in both libraries; nothing of pyplot is touched."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

import scintidot
from scintidot.measured.panels import Panel, Series
from scintidot.report import plot, plot_kinds
from scintidot.report.panels import draw_panel
from scintidot.report.panels_plotly import plotly_panel


@pytest.fixture(scope="module")
def prediction() -> scintidot.Prediction:
    return scintidot.predict(edge_length=[4, 8], deposit="continuous")


KINDS = [
    "decay", "light", "photons", "lifetime", "ctr", "deposit", "excitons", "spectrum", "transitions", "models",
    "sensitivity",
]  # fmt: skip


def test_kinds_of_a_prediction(prediction: scintidot.Prediction) -> None:
    assert plot_kinds(prediction) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_prediction_by_both_libraries(prediction: scintidot.Prediction, kind: str) -> None:
    one, two = plot(prediction, kind), plot(prediction, kind, backend="plotly")
    assert isinstance(one, Figure)
    labels = one.axes[0].get_xlabel(), one.axes[0].get_ylabel()
    assert (two.layout.xaxis.title.text, two.layout.yaxis.title.text) == labels
    assert all(labels)
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


def test_points_are_the_rows(prediction: scintidot.Prediction) -> None:
    drawn = [line.get_xydata() for line in plot(prediction, "ctr").axes[0].lines if line.get_marker() == "o"]
    expected = [[row["edge_length_nm"], row["ctr_ps"]["cramer_rao"]] for row in prediction.rows]
    assert any(np.allclose(points, expected) for points in drawn)


def test_a_figure_can_be_styled_and_shows_itself(prediction: scintidot.Prediction) -> None:
    figure = plot(prediction)
    figure.axes[0].set_title("mine")
    figure.set_size_inches(4, 3)
    assert figure._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("kind", [None, "mass_attenuation_cm2_per_g.compton", "mean_free_path_mm"])
@pytest.mark.parametrize("backend", ["matplotlib", "plotly"])
def test_columns_of_a_document(kind: str | None, backend: Any) -> None:
    document = scintidot.attenuation("CsPbBr3", "10, 30, 100 keV")
    figure = plot(document, kind, backend=backend)
    label = figure.axes[0].get_ylabel() if backend == "matplotlib" else figure.layout.yaxis.title.text
    assert label.endswith("[mm]" if kind == "mean_free_path_mm" else "[cm2/g]")


def test_lines_of_a_source_stand_at_their_energies() -> None:
    document = scintidot.source_spectrum("am241")
    (line,) = plot(document).axes[0].lines
    assert sorted({float(x) for x in line.get_xdata()}) == sorted(
        one["energy_keV"] for one in document["lines"]
    )


@pytest.mark.parametrize("backend", ["matplotlib", "plotly"])
def test_a_shower(backend: Any) -> None:
    assert plot(scintidot.shower(edge_length=5), backend=backend) is not None


def test_panels_have_the_same_parts_in_both_libraries() -> None:
    x = np.linspace(0.0, 9.0, 10)
    panel = Panel(
        "fit", "time [ns]", "counts", "caption",
        (
            Series("data", x, np.exp(-x), np.full(10, 0.1)), Series("fit", x, np.exp(-x), style="line"),
            Series("fit, error", x, np.exp(-x), np.full(10, 0.1), style="band"),
        ),
        residuals=(Series("", x, np.zeros(10)),), log_y=True, marks=((2.0, 3.0, "<b>left out</b>"),),
    )  # fmt: skip
    one, two = draw_panel(panel), plotly_panel(panel)
    assert len(one.axes) == 2
    assert {trace.yaxis for trace in two.data} == {"y", "y2"}
    assert two.layout.yaxis.type == "log"
    assert one.axes[0].get_yscale() == "log"
    assert "<b>left out" not in two.to_json()  # words are text, never markup
    assert two.layout.xaxis2.title.text == one.axes[1].get_xlabel() == "time [ns]"


@pytest.mark.parametrize(
    ("result", "kind", "hint"),
    [
        ("prediction", "dekay", "Did you mean 'decay'?"),
        ("kinetics", None, "rows or curves"),
    ],
)
def test_one_line_for_what_cannot_be_plotted(
    prediction: scintidot.Prediction, result: str, kind: str | None, hint: str
) -> None:
    kinetics = scintidot.nanocrystal_kinetics(mean_excitons=1, auger_efficiency=0.9)
    with pytest.raises(scintidot.ScintidotError, match=hint.replace("?", r"\?")):
        plot(prediction if result == "prediction" else kinetics, kind)
