"""``scintidot track`` as a user meets it: pictures, pages, one line for each mistake."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scintidot.interchange.mcpl import ELECTRON, Particles, write_mcpl
from scintidot.report.shower.scene import clipped

Cli = Callable[..., Any]
FIRST_BYTES = {".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml", ".html": b"<!DOCTYPE html>"}


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("kind", FIRST_BYTES)
def test_picture_of_each_kind(cli: Cli, kind: str) -> None:
    code, out, _ = cli("track", "--most-deposit", 200, "--out", f"one{kind}")
    assert code == 0
    assert "deposit" in out
    assert Path(f"one{kind}").read_bytes().startswith(FIRST_BYTES[kind])
    assert Path(f"one{kind}").stat().st_size > 10_000
    assert [path.name for path in Path().iterdir()] == [f"one{kind}"]


def test_page_needs_nothing_else(cli: Cli) -> None:
    assert cli("track", "--most-deposit", 100, "--host", "octane", "--out", "one.html").code == 0
    text = Path("one.html").read_text(encoding="utf-8")
    assert not re.search(r"<(script|link|img|iframe)[^>]*(src|href)\s*=", text[:2000] + text[-200_000:])
    assert not re.search(r"<script[^>]*\ssrc\s*=", text)
    assert "<link" not in text
    assert "ionisation" in text


@pytest.mark.parametrize(
    "options",
    [
        ("--history", 0),
        ("--history", 3, "--shape", "cuboid", "--edge-length", "20x20x3"),
        ("--most-deposit", 50, "--shape", "sphere", "--shell", "CdS", "--material", "CdSe"),
        ("--most-deposit", 50, "--composite", "5 % x 3 nm", "--box-nm", 30, "--host", "octane", "--energy-kev", 1),
        ("--most-deposit", 50, "--host", "octane", "--view-nm", 100),
        ("--most-deposit", 50, "--host", "octane", "--view-nm", 0.01),
        ("--source", "photon 8 keV", "--treatment", "local"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [".png", ".html"])
def test_every_geometry_is_drawn(cli: Cli, options: tuple[object, ...], kind: str) -> None:
    code, _, err = cli("track", *options, "--out", f"one{kind}")
    assert (code, [line for line in err.splitlines() if not line.startswith("note: ")]) == (0, [])
    assert Path(f"one{kind}").stat().st_size > 10_000


def test_json_is_what_is_drawn(cli: Cli) -> None:
    code, out, err = cli("track", "--seed", 1, "--history", 124, "--out", "one.png", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert (document["schema"], document["seed"], document["history"]) == ("scintidot.track/1", 1, 124)
    assert set(document["points"]) == {
        "x_nm", "y_nm", "z_nm", "energy_eV", "event", "region", "generation", "electron",
        "atomic_shell",
    }  # fmt: skip
    assert document["choices"]["material"] == "CsPbBr3"


def test_books_are_those_of_the_run(cli: Cli) -> None:
    """The only history of a run, and the same one again."""
    row = json.loads(cli("deposit", "--histories", 1, "--json").out)["rows"][0]
    books = json.loads(cli("track", "--history", 0, "--out", "one.png", "--json").out)["books"]
    for ours, theirs in (
        ("escaped_eV", "escaped_eV"),
        ("deposit_eV", "mean_deposit_eV"),
        ("pairs", "mean_pairs"),
    ):
        assert books[ours] == row[theirs]


@pytest.mark.parametrize(
    ("option", "number", "words"),
    [
        ("--history", 3, "track: bad number for --history (expected at most 2"),
        ("--most-deposit", 4, "track: bad number for --most-deposit (expected at most 3"),
    ],
)
def test_histories_end_with_the_particles_of_a_file(cli: Cli, option: str, number: int, words: str) -> None:
    electrons = Particles(
        pdg=np.full(3, ELECTRON, dtype=np.int32),
        energy=np.array([100.0, 200.0, 300.0]),
        position=np.zeros((3, 3)),
        direction=np.tile([0.0, 0.0, 1.0], (3, 1)),
        weight=np.ones(3),
    )
    write_mcpl("in.mcpl", electrons)
    done = cli("track", "--primaries", "in.mcpl", option, number, "--out", "one.png")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert words in done.err
    last = cli("track", "--primaries", "in.mcpl", option, number - 1, "--out", "one.png", "--json")
    assert last.code == 0, last.err
    if option == "--history":
        assert json.loads(last.out)["books"]["primary_eV"] == 300


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--out", "one.txt"), 2, "track: bad file name for --out"),
        (("--out", "one.png", "--history", "-1"), 2, "track: bad number for --history"),
        (("--out", "one.png", "--history", "first"), 2, "track: bad number for --history"),
        (("--out", "one.png", "--histories", "9"), 2, "No such option"),
        (("--out", "one.png", "--view-nm", "0"), 4, "track: bad value for --view-nm"),
        (("--out", "one.png", "--material", "CsPbBr"), 2, "Did you mean 'CsPbBr3'?"),
        (("--out", "/proc/none/one.png"), 5, "--out"),
        (("--out", "one.png", "--energy-kev", "7000"), 4, "track: bad energy for --energy-kev"),
        (("--out", "one.png", "--cut-ev", "1"), 2, "track: bad energy for --cut-ev"),
        (("--out", "one.png", "--source", "photon 511 keV"), 4, "track: bad energy for --source"),
        ((), 2, "Missing option '--out'"),
    ],
)
def test_one_line_for_each_mistake(cli: Cli, arguments: tuple[str, ...], code: int, words: str) -> None:
    found, out, err = cli("track", *arguments)
    assert (found, out) == (code, "")
    assert words in err
    assert err.count("\n") == 1
    assert not list(Path().iterdir())


def test_segments_are_cut_at_the_view() -> None:
    segments = np.array(
        [
            [[0, 0, 0], [0.5, 0, 0]],  # inside
            [[-3, 0, 0], [3, 0, 0]],  # through
            [[0, 2, 0], [1, 2, 0]],  # beside
            [[0, 0, 0], [0, 0, 4]],  # out
            [[-2, 0, 0], [0, 2.5, 0]],  # past a corner
        ],
        dtype=float,
    )
    parts, kept = clipped(segments, np.zeros(3), 1.0)
    assert kept.tolist() == [0, 1, 3]
    assert parts[1].tolist() == [[-1, 0, 0], [1, 0, 0]]
    assert parts[2].tolist() == [[0, 0, 0], [0, 0, 1]]
    assert clipped(np.empty((0, 2, 3)), np.zeros(3), 1.0)[0].shape == (0, 2, 3)
