"""The parts of page Analyse that need no browser: options, command line, window, panels, kinds of files."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from scintidot.app.figures import panel_figure
from scintidot.app.pages.analyse.command import command_line, keywords
from scintidot.app.pages.analyse.options import DECAY, KINDS, ON, SERIES, SPECTRUM, TRANSIENT, Kind, Option
from scintidot.app.pages.analyse.preview import window_text
from scintidot.app.pages.analyse.recognised import kind_of, look
from scintidot.app.pages.analyse.result import shown
from scintidot.app.pages.analyse.work import analyse
from scintidot.app.panels import panel_of, plain_panel
from scintidot.app.server import create_app
from scintidot.cli import analyse as command
from scintidot.cli.analyse_series import _RENAMED
from scintidot.errors import BadValue
from scintidot.measured.decay.inputs import read_stretch
from scintidot.measured.panels import Panel, Series
from scintidot.measured.spectrum.traces import read_window

OUTSIDE = {
    "json", "out", "pdf", "to_card", "quiet", "verbose", "files", "file", "table", "irf", "reference", "absorption",
    "scheduler", "workers",
}  # fmt: skip
"""Parameters of the commands that are no fields: outputs, what every command has, where it runs, and
files, which have roles."""
OF_THE_CARD = {"decay": {"material", "edge_length_nm"}, "ta": {"material", "edge_length_nm"}}
"""Those that stand beside the card that is exported."""


def parameters(kind: Kind) -> dict[str, list[str]]:
    """Keyword of each option of a command -> its flags."""
    commands: Any = typer.main.get_command(command.app)
    renamed = _RENAMED if kind is SERIES else {}
    return {renamed.get(one.name, one.name): one.opts for one in commands.commands[kind.name].params}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_the_form_has_every_option_of_the_command_and_no_other(kind: Kind) -> None:
    flags = parameters(kind)
    names = {option.name for option in kind.options()}
    assert names - {"irf"} == set(flags) - OUTSIDE - OF_THE_CARD.get(kind.name, set()) - {"help"}
    assert all(option.flag in flags[option.name] for option in kind.options())
    assert set(kind.roles) <= set(flags)


@pytest.mark.parametrize(
    ("kind", "option"),
    [(kind, option) for kind in KINDS.values() for option in kind.options() if option.names()],
    ids=lambda part: part.name,
)
def test_names_to_choose_from_are_those_that_the_analysis_takes(
    kind: Kind, option: Option, tmp_path: Path
) -> None:
    if option.name == "irf" or option.names()[0].isdigit() or option.material:
        return  # a file, a number or a card may stand there, too
    task = {
        "analysis": kind.name,
        "files": [str(tmp_path / "none.csv")],
        "options": {option.name: "nonsense"},
    }
    with pytest.raises(BadValue) as fault:
        analyse(task, tmp_path, lambda *_: None)
    listed = fault.value.expected.removeprefix("one of ").split(", ")
    assert set(option.names()) | {"automatic"} == set(listed) | {"automatic"}
    assert fault.value.who == option.flag


def test_keywords_hold_what_is_given_and_refuse_names_that_are_none() -> None:
    values = {"components": "2", "minos": ON, "scatter": "", "exclude": "0:1; 5 ns:6 ns", "window": " "}
    assert keywords(DECAY, values) == {"components": "2", "minos": True, "exclude": ["0:1", "5 ns:6 ns"]}
    with pytest.raises(BadValue, match="--material"):
        keywords(SPECTRUM, {"material": "/etc/passwd"})  # a path is no name of a material


@given(st.text("ab '\"$;|&<>", min_size=1).filter(str.strip), st.text("1:.e ", min_size=1).filter(str.strip))
def test_the_command_line_is_what_a_shell_reads_as_these_words(name: str, window: str) -> None:
    text = command_line(DECAY, [name], {"irf": "irf.csv"}, {"window": window, "minos": ON})
    words = ["scintidot", "analyse", "decay", name, "--irf", "irf.csv", "--window", window.strip(), "--minos"]
    assert shlex.split(text) == words


@given(st.floats(-1e3, 1e5), st.floats(0.01, 1e5))
def test_a_dragged_window_means_the_same_in_its_field(start: float, width: float) -> None:
    low, high = read_stretch(window_text(DECAY, [start + width, start]), "--window")
    tolerance = max(0.5, 5 * width) + 1e-9 * abs(start)  # ps, of ns
    assert low == pytest.approx(1e3 * start, abs=tolerance)
    assert high == pytest.approx(1e3 * (start + width), abs=tolerance)
    width = min(width, 1e3)
    low, high = read_window(window_text(SPECTRUM, [400.0, 400 + width]), "", "")
    assert high - low == pytest.approx(width, rel=0.011)


def test_a_panel_survives_the_way_to_the_page_and_its_words_are_text() -> None:
    x = np.linspace(0, 1, 50)
    y = np.where(x > 0.5, np.nan, x)
    panel = Panel(
        "title", "<b>x</b>", "y", "caption", (Series("<script>", x, y, error=x), Series("l", x, x, style="line")),
        (Series("r", x, x),), log_y=True, marks=((0.2, 0.4, "<i>m</i>"), (0.1, 0.1, "place")),
    )  # fmt: skip
    back = panel_of(plain_panel(panel))
    np.testing.assert_allclose(back.series[0].y, y, rtol=1e-6)
    assert back.marks == panel.marks
    for theme in ("light", "dark"):
        text = str(panel_figure(back, theme).to_json())
        assert "<script>" not in text
        assert "<b>" not in text
        assert "<i>" not in text


def test_files_are_recognised_as_the_analysis_that_they_are_for(tmp_path: Path) -> None:
    wavelength = np.arange(400.0, 600)
    light = np.column_stack([wavelength, 1000 * np.exp(-(((wavelength - 510) / 12) ** 2))])
    header = "Wavelength (nm),5 nm"
    np.savetxt(tmp_path / "emission.csv", light, "%.4f", ",", header=header, comments="")
    assert kind_of(tmp_path / "emission.csv") is SPECTRUM
    table = tmp_path / "table.csv"
    table.write_text("sample,edge_length_nm,mean_excitons\nA,5,1\nB,8,2\n", encoding="utf-8")
    assert kind_of(table) is SERIES
    assert look(table, SERIES, {}).words == "table of 2 samples"
    matrix = tmp_path / "m.npz"
    np.savez(matrix, time_ps=np.arange(20.0), wavelength_nm=np.arange(400.0, 410), values=np.ones((20, 10)))
    assert kind_of(matrix) is TRANSIENT
    (tmp_path / "words.txt").write_text("no numbers here\n", encoding="utf-8")
    assert kind_of(tmp_path / "words.txt") is None


def test_a_failed_analysis_is_a_result_that_says_why(tmp_path: Path) -> None:
    slope = np.column_stack([np.arange(400.0, 600), np.arange(200.0)])
    file = tmp_path / "emission.csv"
    np.savetxt(file, slope, "%.1f", ",", header="Wavelength (nm),A", comments="")
    found = analyse({"analysis": "spectrum", "files": [str(file)], "options": {}}, tmp_path, lambda *_: None)
    assert found["document"]["status"] == "failed"
    assert (tmp_path / "report.html").exists()
    with create_app().server.app_context():
        page = json.dumps([part for part in shown("job", found, "dark") if part], default=str)
    assert "answer failed" in page
    assert "No spectrum of the file has a peak that stands out." in page
    assert "Export as a material card" not in page
