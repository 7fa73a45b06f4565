"""``scintidot formats`` and the options that every command with a measured file has."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scintidot.analysis.readers import Given, readers
from scintidot.errors import BadValue
from scintidot.measured.given import given


def test_list(cli: Callable[..., Any]) -> None:
    document = json.loads(cli("formats", "--json").out)
    assert document["schema"] == "scintidot.formats/1"
    assert [row["name"] for row in document["formats"]] == list(readers())
    assert {kind for row in document["formats"] for kind in row["kinds"]} == {
        "decay",
        "transient",
        "spectrum",
    }
    table = cli("formats").out
    assert all(row["name"] in table for row in document["formats"])


def test_what_a_file_holds(cli: Callable[..., Any], samples: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "sample.ptu"
    path.write_bytes(samples["sample.ptu"].content)
    outcome = cli("formats", path, "--channel", 1, "--json")
    assert outcome.code == 0
    kinds = {kind["kind"]: kind for kind in json.loads(outcome.out)["kinds"]}
    assert kinds["decay"]["format"] == "ptu"
    (trace,) = kinds["decay"]["traces"]
    assert (trace["bins"], trace["bin_width_ps"], trace["period_ns"]) == (80, 16.0, 1.28)
    assert trace["counts"] == 2 * samples["sample.ptu"].values.sum()
    assert kinds["spectrum"]["status"] == "refused"
    words = cli("formats", path)
    assert "format ptu" in words.out
    assert "excitations" in words.err


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [("arrays.npz", "fluence_photons_per_cm2", 1e13), ("PL of dots.csv", "largest_at_nm", 510.5)],
)
def test_other_kinds(
    name: str, key: str, value: float, cli: Callable[..., Any], samples: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(samples[name].content)
    document = json.loads(cli("formats", path, "--json").out)
    found = next(kind for kind in document["kinds"] if kind["kind"] == samples[name].kind)
    assert found["traces"][0][key] == value


def test_what_is_missing_is_asked_for(cli: Callable[..., Any], tmp_path: Path) -> None:
    """A column of counts says no bin width."""
    path = tmp_path / "counts.txt"
    path.write_text("counts\n" + "\n".join(str(n) for n in range(200, 0, -1)) + "\n")
    outcome = cli("formats", path)
    assert outcome.code == 3
    assert "--bin-width-ps" in outcome.out
    assert cli("formats", path, "--bin-width-ps", 4).code == 0
    document = json.loads(cli("formats", path, "--json").out)
    decay = next(kind for kind in document["kinds"] if kind["kind"] == "decay")
    assert decay["asks_for"] == "--bin-width-ps"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["absent.csv"], 3, "No such file"),
        (["here.csv", "--format", "csvv"], 2, "--format"),
        (["here.csv", "--time-unit", "h"], 2, "--time-unit"),
        (["here.csv", "--bin-width-ps", "3 K"], 2, "--bin-width-ps"),
        (["here.csv", "--bin-width-ps", "-1"], 2, "--bin-width-ps"),
        (["here.csv", "--channel", "1.5"], 2, "--channel"),
        (["here.csv", "--rows", "columns"], 2, "--rows"),
    ],
)
def test_mistakes_are_one_line(
    arguments: list[str],
    code: int,
    said: str,
    cli: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("here.csv").write_text("time_ps,counts\n0,1\n4,2\n")
    outcome = cli("formats", *arguments)
    assert outcome.code == code
    assert said in outcome.err
    assert outcome.err.count("\n") == 1


def test_options_take_units() -> None:
    assert given(bin_width_ps="4 ns", period_ns="12.5 us", excitations="1e9", channel="2") == Given(
        bin_width=4000.0, period=12.5e6, excitations=1e9, channel=2
    )
    assert given(bin_width_ps=4, period_ns=100).period == 1e5
    assert given(column=2).column == "2"
    with pytest.raises(BadValue, match="--spectral-unit"):
        given(spectral_unit="THz")
