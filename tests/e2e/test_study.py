"""``scintidot study`` as a user meets it: the examples, files, an interrupt, mistakes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w

import scintidot
from scintidot.errors import ScintidotError
from scintidot.report import plot_kinds
from scintidot.studies.reading import read_plan
from scintidot.studies.result import BLOCKS, as_dict

EXAMPLES = ("study-pet-pixel", "study-what-to-measure", "study-light-against-time")
SMALL = """
[base]
deposit = "continuous"
[vary]
edge_length = "4 nm to 12 nm, 5 points"
host = ["octane", "water"]
[[objective]]
figure = "ctr_ps.formula"
[[constraint]]
figure = "light_yield_photons_per_MeV"
at_least = "6000 photons/MeV"
[method]
kind = "sweep"
"""


def example(root: Path, name: str) -> dict[str, Any]:
    """A shipped example, with fewer samples, draws and uncertain numbers."""
    content = tomllib.loads((root / "examples" / f"{name}.toml").read_text(encoding="utf-8"))
    content["method"]["samples"] = 16
    content.setdefault("uncertainty", {})["draws"] = 4
    if "size_dispersion" in content.get("vary", {}):
        content["vary"]["size_dispersion"] = [0.0]
    content["uncertainty"]["numbers"] = ["quantum_yield.best_edge_length", "biexciton.retained_fraction"]
    return content


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_and_leaves_an_answer_a_picture_and_its_data(
    name: str, root: Path, tmp_path: Path, cli: Callable[..., Any]
) -> None:
    import xarray

    path, out = tmp_path / "study.toml", tmp_path / "out"
    path.write_text(tomli_w.dumps(example(root, name)), encoding="utf-8")
    done = cli("study", path, "--out", out)
    assert done.code == 0, done.err
    document = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert document["schema"] == "scintidot.study/1"
    assert done.out.splitlines()[0] == document["answer"]
    assert document["choices"]["seed"] == 1
    assert {"fratelli_2024"} < {entry["key"] for entry in document["bibliography"]}
    page = (out / "report.html").read_text(encoding="utf-8")
    first = page.index("<svg")
    assert page.index('class="answer') < first < page.index("What to know before using these numbers")
    assert [
        word for word in ("<script", "<link", "src=", "@import") if word in page
    ] == []  # needs nothing else
    with xarray.open_dataset(out / "result.nc", engine="h5netcdf") as dataset:
        assert dataset.attrs["answer"] == document["answer"]
    assert not (out / BLOCKS).exists()
    assert as_dict(read_plan(out / "study.toml")) == as_dict(read_plan(path))


def test_a_sweep_prints_writes_and_prints_json(tmp_path: Path, cli: Callable[..., Any]) -> None:
    path, out = tmp_path / "small.toml", tmp_path / "out"
    path.write_text(SMALL, encoding="utf-8")
    done = cli("study", path, "--out", out)
    assert done.code == 0
    assert done.out.startswith("Best of the grid: edge length 12 nm, host octane, with CTR formula ")
    assert "host changes nothing" in done.err
    files = ["references.bib", "report.html", "result.json", "result.nc", "study.toml"]
    assert sorted(p.name for p in out.iterdir()) == files
    assert "@article{fratelli_2024," in (out / "references.bib").read_text(encoding="utf-8")
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Of what is uncertain" in page
    alone = cli("study", path, "--json")
    assert (
        json.loads(alone.out)["results"]
        == json.loads((out / "result.json").read_text(encoding="utf-8"))["results"]
    )
    (out / "report.pdf").touch()
    assert cli("study", path, "--out", out).code == 0  # an earlier result may be replaced, with its reports
    assert sorted(p.name for p in out.iterdir()) == files


def test_mistakes_are_one_line(tmp_path: Path, cli: Callable[..., Any]) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(SMALL.replace("ctr_ps.formula", "ctr_ps.formla"), encoding="utf-8")
    done = cli("study", path, "--out", tmp_path / "out")
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "Did you mean 'ctr_ps.formula'?" in done.err
    assert not (tmp_path / "out").exists()
    assert cli("study", tmp_path / "none.toml").code == 3
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "result.json").write_text("{}")
    path.write_text(SMALL, encoding="utf-8")
    foreign = cli("study", path, "--out", tmp_path / "theirs")
    assert foreign.code == 5 or "not part of a result" in foreign.err
    assert (tmp_path / "theirs" / "result.json").read_text() == "{}"


def test_a_constraint_that_nothing_keeps_is_an_answer(tmp_path: Path, cli: Callable[..., Any]) -> None:
    path, answer = (
        tmp_path / "hard.toml",
        "No design keeps the constraints: light yield at least 6e+06 photons/MeV",
    )
    text = SMALL.replace("6000", "6e6") + 'samples = 16\n[uncertainty]\nnumbers = "none"\n'
    path.write_text(text, encoding="utf-8")
    assert json.loads(cli("study", path, "--json").out)["answer"].startswith(answer)
    more = text.replace('"sweep"', '"pareto"').replace(
        "[method]", '[[objective]]\nfigure = "ctr_nc"\n[method]'
    )
    path.write_text(more, encoding="utf-8")
    assert json.loads(cli("study", path, "--json").out)["answer"].startswith(answer)
    path.write_text(text.replace('"sweep"', '"optimum"'), encoding="utf-8")
    done = cli("study", path, "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert done.out.startswith(answer)
    assert answer in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_an_interrupted_study_goes_on_to_the_same_result(tmp_path: Path) -> None:
    content = tomllib.loads(SMALL)
    steps = 0

    def interrupt(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scintidot.study(content, out=tmp_path, progress=interrupt)
    kept = list((tmp_path / BLOCKS).iterdir())
    assert kept
    kept[0].write_bytes(b"damaged")  # is computed again
    whole, rest = scintidot.study(content), scintidot.study(content, out=tmp_path)
    assert rest.document["evaluations"]["from_an_interrupted_study"] > 0
    assert rest.document["results"] == whole.document["results"]
    other = {**content, "base": {**content["base"], "energy": "8 keV"}}  # nothing of another study is taken
    assert scintidot.study(other, out=tmp_path).document["evaluations"]["from_an_interrupted_study"] == 0
    rest.save(tmp_path)
    assert not (tmp_path / BLOCKS).exists()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_killed_study_goes_on(root: Path, tmp_path: Path) -> None:
    content = example(root, "study-pet-pixel")
    path, out = tmp_path / "study.toml", tmp_path / "out"
    path.write_text(tomli_w.dumps(content), encoding="utf-8")
    command = [sys.executable, "-m", "scintidot", "study", str(path), "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 120
        while not list(out.glob(f"{BLOCKS}/*.npz")) and time.monotonic() < deadline:
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
    content["uncertainty"]["draws"] = 0
    found = scintidot.study(content, out=out)
    assert found.document["evaluations"]["from_an_interrupted_study"] > 0


@pytest.mark.parametrize(
    ("vary", "picture"),
    [
        ({"edge_length": "4 to 12 nm, 8 points", "retained_fraction": "0 to 1, 7 points"}, "map"),
        ({"edge_length": [4, 8, 12], "retained_fraction": [0.2, 0.8], "host": ["octane"]}, "lines"),
        ({"edge_length": [8], "model": ["carriers", "ladder"], "shape": ["cube", "sphere"]}, "bars"),
    ],
)
def test_the_picture_of_a_sweep_fits_its_axes(vary: dict[str, Any], picture: str) -> None:
    certain = {"uncertainty": {"numbers": "none"}}
    found = scintidot.study({**tomllib.loads(SMALL), **certain, "vary": vary})
    assert plot_kinds(found) == [picture]
    axes = scintidot.plot(found).axes[0]
    assert "CTR formula [ps]" in (
        axes.get_xlabel(),
        axes.get_ylabel(),
        scintidot.plot(found).axes[-1].get_ylabel(),
    )
    with pytest.raises(ScintidotError, match=r"bad backend for a study \(expected 'matplotlib'"):
        scintidot.plot(found, backend="plotly")
    with pytest.raises(ScintidotError, match="bad name for kind"):
        scintidot.plot(found, "tornado")


def test_the_result_shows_itself() -> None:
    found = scintidot.study(tomllib.loads(SMALL))
    assert repr(found).startswith("<Study: Best of the grid: edge length 12 nm")
    page = found._repr_html_()
    assert "Best of the grid: edge length 12 nm" in page
    assert "edge_length_nm = 12, host = octane" in page
    assert "Warnings (" in page
    assert "Choices (" in page
    data = found.to_xarray()
    assert data["ctr_ps_formula"].attrs["units"] == "ps"
    assert data["edge_length"].attrs["units"] == "nm"
    assert data["ctr_ps_formula"].dims == ("edge_length", "host")
