"""The site builds without a warning; here without running its examples, which `test_pages_run` does."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import scintidot
from scintidot.catalogue import list_cards, show_card
from scintidot.cli.commands import app
from scintidot.provenance import shipped_references

BESIDE = ("examples", "benchmarks", "validation", "src")
"""What the site is made from, besides ``docs``: of that a copy, so that generated pages stay out of the checkout."""
LOADED = re.compile(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"((?:https?:)?//[^\"]+)\"")


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(root / "docs", folder / "docs", ignore=shutil.ignore_patterns("_build", "generated"))
    for part in BESIDE:
        (folder / part).symlink_to(root / part)
    for path in root.glob("*.md"):
        shutil.copy(path, folder)
    build = ["-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-b", "html", "docs", "html"]
    nothing_runs = [
        "-Dnb_execution_mode=off",
        "-Dsuppress_warnings=myst-nb.lexer",
        "-Dscintidot_run_gallery=0",
    ]
    command = [sys.executable, *build, *nothing_runs]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert LOADED.findall(page.read_text(encoding="utf-8")) == [], page.name


@pytest.fixture(scope="module")
def generated(site: Path) -> Callable[[str], str]:
    """The text of a page that is made from the code."""
    return lambda name: (site / "generated" / f"{name}.html").read_text(encoding="utf-8")


def test_every_command_has_its_options(generated: Callable[[str], str]) -> None:
    root: Any = get_command(app)
    for name, command in root.commands.items():
        page = generated(f"commands/{name}")
        parts = getattr(command, "commands", {"": command}).values()
        options = [option for part in parts for parameter in part.params for option in parameter.opts]
        assert f"scintidot {name}" in page
        assert [option for option in options if option.startswith("--") and option not in page] == []


def test_every_public_name_has_its_page(generated: Callable[[str], str]) -> None:
    for name in set(dir(scintidot)) - {"__version__"}:
        assert f'id="scintidot.{name}"' in generated(f"python/{name}")


def test_every_number_of_a_card_and_every_source_has_its_place(generated: Callable[[str], str]) -> None:
    for material in list_cards()["materials"]:
        page = generated(f"materials/{material['name']}")
        assert [q["key"] for q in show_card(material["name"])["quantities"] if q["key"] not in page] == []
    bibliography = generated("bibliography")
    anchors = [f'id="source-{key.replace("_", "-")}"' for key in shipped_references()]
    assert [anchor for anchor in anchors if anchor not in bibliography] == []


def test_kept_comparisons_are_those_that_exist(
    root: Path, generated: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(root)
    from validation.__main__ import CASES
    from validation.record import read_runs

    for name, run in read_runs().items():
        assert name in CASES
        assert run.date in generated(f"validation/{name}")


def test_search_finds_words_of_the_pages(site: Path) -> None:
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert all(word in index for word in ("nanocryst", "auger", "photon"))
