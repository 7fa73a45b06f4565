"""Programs of the gallery and code of the pages run from a clean environment, each in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
WRITTEN = [
    path for path in sorted((ROOT / "docs").rglob("*.md")) if not {"_build", "generated"} & {*path.parts}
]
PAGES = [path for path in WRITTEN if "\n```{code-cell}" in path.read_text(encoding="utf-8")]
TUTORIALS = [page for page in PAGES if page.parent.name == "tutorials"]
RUN_PAGE = Path(__file__).with_name("run_page.py")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Path]:
    """Run Python with these arguments in an empty folder, with no variable of this process but the cache."""
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT / "src"),
        "SCINTIDOT_CACHE": os.environ["SCINTIDOT_CACHE"],
        "MPLBACKEND": "Agg",
        "LANG": "C.UTF-8",
    }
    folder = tmp_path / "work"
    folder.mkdir()

    def python(*arguments: Path) -> Path:
        command = [sys.executable, *map(str, arguments)]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return folder

    return python


@pytest.mark.long
def test_programs_of_the_gallery_draw_a_picture_each(run: Callable[..., Path]) -> None:
    pictures = list(run(RUN_PAGE, *SCRIPTS).glob("*.png"))
    assert len(pictures) == len(SCRIPTS)
    assert all(picture.stat().st_size > 10_000 for picture in pictures)


@pytest.mark.parametrize("page", TUTORIALS, ids=name_of)
def test_a_tutorial_runs_from_a_clean_environment(run: Callable[..., Path], page: Path) -> None:
    run(RUN_PAGE, page)


def test_code_of_the_other_pages_runs(run: Callable[..., Path]) -> None:
    run(RUN_PAGE, *(page for page in PAGES if page not in TUTORIALS))


def test_there_is_something_to_run() -> None:
    assert len(SCRIPTS) >= 8
    assert len(TUTORIALS) >= 4
