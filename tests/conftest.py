"""What the tests share."""

from __future__ import annotations

import compileall
import os
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# Before numpy loads: matrices are small here, and threads that wait for each other take all cores from the tests.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Slow libraries are imported on first use, so the first example of a property may take long.
settings.register_profile("scintidot", deadline=None, max_examples=60)
settings.load_profile("scintidot")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data, which is not part of the project: skip where it is absent."""
    folder = Path(os.environ.get("SCINTIDOT_SHARED", ROOT.parent / "shared"))
    if not (folder / "reference").is_dir():
        pytest.skip(f"no reference data in {folder} (set SCINTIDOT_SHARED)")
    return folder


def pytest_configure(config: pytest.Config) -> None:
    """Tables and compiled code are kept among pytest's own files, never in the folder of the user.

    Sources are compiled once for all the processes that tests start, whether or not these may keep what they compile.
    """
    if not hasattr(config, "workerinput"):  # workers inherit the environment
        cache = getattr(config, "cache", None)
        folder = tempfile.mkdtemp() if cache is None else cache.mkdir("scintidot")
        os.environ["SCINTIDOT_CACHE"] = str(folder)
        os.environ.pop("SCINTIDOT_CACHE_LIMIT", None)
        compileall.compile_dir(ROOT / "src", quiet=2)


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One worker more than cores: tests of the app and of commands wait for other processes."""
    return (yield) + 1


class Outcome(NamedTuple):
    """What one command did."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def kept_command_tree() -> Callable[[Any], Any]:
    """The tree of commands, which a process makes once: it takes longer than most mistakes to be found."""
    from typer.main import get_command

    return cache(get_command)


@pytest.fixture
def cli(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kept_command_tree: Callable[[Any], Any],
) -> Callable[..., Outcome]:
    """Run ``scintidot`` in this process: ``cli("ctr", "--photons", 5110)``."""
    from scintidot.cli.main import main

    monkeypatch.setattr("typer.main.get_command", kept_command_tree)

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr("sys.argv", ["scintidot", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as leave:
            main()
        out, err = capsys.readouterr()
        return Outcome(int(leave.value.code or 0), out, err)

    return run


@pytest.fixture
def write_card(tmp_path: Path) -> Callable[..., Path]:
    """Write a card (by default one that starts from CsPbBr3) and return its path."""

    def write(text: str, *, based_on: str | None = "CsPbBr3", name: str = "mine.toml") -> Path:
        path = tmp_path / name
        head = "" if based_on is None else f'based_on = "{based_on}"\n'
        path.write_text(head + text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB that is soon full; skips where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def remount(small_disk: Path) -> Callable[[str], None]:
    """Mount the small disk again, as ``ro`` or ``rw``."""
    return lambda how: subprocess.run(["mount", "-o", f"remount,{how}", small_disk], check=True) and None
