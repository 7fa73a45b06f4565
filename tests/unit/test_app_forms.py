"""What the forms of the app ask for: checked texts, the command and the run file that do the same."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("dash", reason="the extra app is not installed")

from scintidot.app.pages import predict, shower
from scintidot.app.pages.predict import asked
from scintidot.app.pages.shower import asked as shower_asked
from scintidot.app.run_bar import fault_of, remaining
from scintidot.config import OPTIONS, make_config
from scintidot.errors import BadValue
from scintidot.run_options import run_options

CHANGED = {"edge_length": "3.3, 5 nm", "energy": "9 keV", "deposit": "continuous", "trapping_rate": "0.1/ns"}


def test_a_form_of_defaults_asks_for_the_defaults() -> None:
    typed = {name: option.default for name, option in run_options().items()}
    now = asked.read(typed, {})
    assert (now.texts, now.faults, now.config) == ({}, {}, make_config())
    assert asked.command_line(now.texts) == "scintidot predict"


def test_command_and_run_file_ask_for_the_same(tmp_path: Path) -> None:
    now = asked.read(CHANGED, {})
    assert now.config is not None
    assert now.config == make_config(options=CHANGED)
    words = shlex.split(asked.command_line(now.texts))[2:]
    again = dict(zip((flag[2:].replace("-", "_") for flag in words[::2]), words[1::2], strict=True))
    assert make_config(options=again) == now.config
    (tmp_path / "run.toml").write_text(asked.run_file(now.config, now.texts), encoding="utf-8")
    assert make_config(tmp_path / "run.toml") == now.config
    texts, notes = asked.texts_of_run_file((tmp_path / "run.toml").read_bytes(), "run.toml")
    assert list(texts) == list(OPTIONS)
    assert asked.read(texts, {}).config == now.config
    assert notes == []


def test_every_fault_is_said_at_its_own_field() -> None:
    now = asked.read({"edge_length": "80", "energy": "-7", "shape": "ball", "outcoupling": "2"}, {})
    assert now.config is None
    assert now.key is None
    assert set(now.faults) == {"edge_length", "energy", "shape", "outcoupling"}
    assert now.faults["energy"] == "Expected more than 0 keV, found -7 keV."


@pytest.mark.parametrize("option", asked.OF_FILES)
@pytest.mark.parametrize("text", ["/etc/passwd", "../mine.toml", "./deposits.csv", "mine.toml"])
def test_only_files_that_were_dropped_are_read(option: str, text: str) -> None:
    now = asked.read({option: text}, {"other.toml": "/somewhere/other.toml"})
    assert "a file dropped on this page" in now.faults[option]


def test_a_dropped_card_stands_by_its_name(tmp_path: Path) -> None:
    card = tmp_path / "mine.toml"
    card.write_text('based_on = "CsPbBr3"\n', encoding="utf-8")
    now = asked.read({"material": "mine.toml"}, {"mine.toml": str(card)})
    assert now.config is not None
    assert now.config.material == str(card)
    assert asked.command_line(now.texts) == "scintidot predict --material mine.toml"
    assert tomllib.loads(asked.run_file(now.config, now.texts))["material"] == "mine.toml"


def test_a_card_that_has_changed_since_is_said() -> None:
    old = b'material = "CsPbBr3"\nmaterial_fingerprint = "0123"\n'
    _, notes = asked.texts_of_run_file(old, "run.toml")
    assert "has changed since the run file was written" in notes[0]


def test_time_left_is_said_once_there_is_something_to_judge_by() -> None:
    assert remaining(0.02, 100) == ""
    assert remaining(0.25, 10) == "about 30 s left"
    assert remaining(0.1, 60) == "about 9 min left"


def test_a_fault_of_a_job_is_said_at_the_field_of_its_flag() -> None:
    line = "decay (1).csv: bad window for --window (expected 2 ends, found 1). Write a:b."
    assert fault_of(line) == ("--window", "expected 2 ends, found 1. Write a:b.")
    assert (
        fault_of("track: bad size for --edge-length, 9 nm (expected less, found more).")[0] == "--edge-length"
    )
    assert fault_of("The run was cancelled.") == fault_of(None) == ("", "")


def test_a_history_is_named_or_searched() -> None:
    assert shower_asked.keywords({}) == {"edge_length": "10", "most_deposit": "1000"}
    assert shower_asked.keywords({"history": "3", "most_deposit": "50"}) == {
        "edge_length": "10",
        "history": "3",
    }
    assert "edge_length" not in shower_asked.keywords({"composite": "5 % x 3 nm", "box_nm": "30"})
    command = shower_asked.command_line({"energy_keV": "2", "view_nm": "40", "history": "3"})
    assert command.split()[2:] == [
        "--energy-kev", "2", "--history", "3", "--edge-length", "10", "--view-nm", "40", "--out", "shower.html",
    ]  # fmt: skip
    with pytest.raises(BadValue, match="bad name for --material"):
        shower_asked.texts_of({"material": "../mine.toml"})


@pytest.mark.parametrize(
    ("page", "state", "words"),
    [
        (shower, {"energy": "7"}, "link: bad name for energy"),
        (shower, {"step": "first"}, "link: bad number for step"),
        (shower, {"step": "-1"}, "link: bad number for step"),
        (shower, {"material": "../mine.toml"}, "track: bad name for --material"),
        (shower, {"shape": "ball"}, "track: bad name for --shape"),
        (predict, {"energy_keV": "7"}, "link: bad name for energy_keV"),
    ],
)
def test_a_bad_link_is_refused_in_a_sentence(page: Any, state: dict[str, str], words: str) -> None:
    with pytest.raises(BadValue) as caught:
        page.layout(state)
    assert words in str(caught.value)
