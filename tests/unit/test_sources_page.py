"""The page on sources: its code runs, its forms are read, its numbers are ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scintidot.radiation.sources import read_source, source_names
from scintidot.radiation.tube import SHIPPED, shipped_table, shipped_tube


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/sources.md").read_text(encoding="utf-8")


def test_python_runs(page: str) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.S)
    names: dict[str, object] = {}
    exec(compile(code, "sources.md", "exec"), names)
    assert set(names) - {"__builtins__"}


def test_table_of_the_page_is_read(page: str, tmp_path: Path) -> None:
    (table,) = re.findall(r"```text\n(.*?)```", page, flags=re.S)
    (tmp_path / "mine.csv").write_text(table, encoding="utf-8")
    assert read_source("./mine.csv", tmp_path).particle == "photon"


def test_every_form_is_read_and_every_name_is_there(page: str) -> None:
    forms = page.split("| write | source |")[1].split("\n\n", maxsplit=1)[0]
    for cell in re.findall(r"^\| (`.*?) \|", forms, flags=re.M):
        for text in re.findall(r"`([^`]+)`", cell):
            if not text.startswith("./"):
                assert read_source(text).intensity > 0
    for name in source_names():
        assert f"`{name.removeprefix('tube:')}`" in page


@pytest.mark.parametrize("name", SHIPPED)
def test_tube_table(page: str, name: str) -> None:
    (row,) = re.findall(rf"^\| `{name}` \| (.*) \| (.*) \| (.*) \|$", page, flags=re.M)
    filters = ", ".join(f"{thickness:g} mm {material}" for material, thickness in SHIPPED[name].filters)
    stated = float(shipped_table(name).comments["half-value layer by spekpy"].split()[0])
    assert row[0] == filters
    assert float(row[1]) == pytest.approx(shipped_tube(name).mean_energy / 1e3, abs=0.05)
    assert float(row[2]) == pytest.approx(stated, abs=6e-4 if stated < 1 else 6e-3)


@pytest.mark.parametrize(
    ("row", "name", "beta"),
    [
        ("C-14", "c14", "beta C-14 156.476 keV"),
        ("Sr-90", "sr90", "beta Sr-90 545.9 keV unique-first-forbidden"),
        ("Y-90", "y90", "beta Y-90 2278.7 keV unique-first-forbidden"),
    ],
)
def test_beta_table(page: str, row: str, name: str, beta: str) -> None:
    ((ours, bare),) = re.findall(rf"^\| {row} \| ([\d.]+) \| ([\d.]+) \|", page, flags=re.M)
    for stated, source in ((ours, name), (bare, beta + " radiative none")):
        digits = len(stated.partition(".")[2])
        assert f"{read_source(source).mean_energy / 1e3:.{digits}f}" == stated
