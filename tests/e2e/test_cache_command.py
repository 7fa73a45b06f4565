"""``scintidot cache`` as a user meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with two deposits and kernels of other sources, in a folder that has something else, too."""
    monkeypatch.setenv("SCINTIDOT_CACHE", str(tmp_path))
    code = tmp_path / f"kernels/cpython-311-transport-{'0' * 16}/track_{'0' * 40}/steps.rate-1.py311.nbi"
    code.parent.mkdir(parents=True)
    for name in ("1", "2"):
        (tmp_path / f"deposit-{name * 32}.npz").write_bytes(b"x" * 1000)
    code.write_bytes(b"x" * 3000)
    (tmp_path / "thesis.tex").write_text("mine")
    return tmp_path


def test_info(cli: Cli, folder: Path) -> None:
    code, out, err = cli("cache", "info")
    assert (code, err) == (0, "")
    assert f"Folder: {folder} (SCINTIDOT_CACHE)" in out
    assert "5 kB in 3 files, at most 2 GB (default)" in out
    assert "3 kB in 1 file. scintidot cache clear --outdated" in out
    document = json.loads(cli("cache", "info", "--json").out)
    assert document["schema"] == "scintidot.cache/1"
    assert (document["size_bytes"], document["limit_bytes"]) == (5000, 2_000_000_000)
    assert [part["kind"] for part in document["kinds"]] == ["kernels", "deposit"]


def test_info_says_why_a_folder_cannot_be_written(
    cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE", str(folder / "thesis.tex"))
    assert "thesis.tex (SCINTIDOT_CACHE, cannot be written: Not a directory)" in cli("cache", "info").out
    assert json.loads(cli("cache", "info", "--json").out)["fault"] == "Not a directory"


def test_clear(cli: Cli, folder: Path) -> None:
    assert "Would be freed: 5 kB in 3 files" in cli("cache", "clear", "--dry-run").out
    assert "Freed: 3 kB in 1 file" in cli("cache", "clear", "--outdated").out
    document = json.loads(cli("cache", "clear", "--kind", "deposit", "--json").out)
    assert document["schema"] == "scintidot.cache-clear/1"
    assert (document["size_bytes"], document["files"], document["dry_run"]) == (2000, 2, False)
    assert "Freed: 0 bytes in 0 files" in cli("cache", "clear").out
    assert [path.name for path in folder.iterdir()] == ["thesis.tex"]


def test_off(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE", "off")
    for command in ("info", "clear"):
        assert "SCINTIDOT_CACHE=off" in cli("cache", command).out
        assert json.loads(cli("cache", command, "--json").out)["folder"] is None


def test_without_a_limit(cli: Cli, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE_LIMIT", "none")
    assert "no limit" in cli("cache", "info").out
    assert str(folder) in cli("cache", "info").out


@pytest.mark.usefixtures("folder")
def test_mistakes_are_one_line(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = cli("cache", "clear", "--kind", "kernel")
    assert (code, out) == (2, "")
    assert err.startswith("cache clear: bad name for --kind")
    assert "Did you mean 'kernels'?" in err
    monkeypatch.setenv("SCINTIDOT_CACHE_LIMIT", "lots")
    line = (
        "environment: bad size for SCINTIDOT_CACHE_LIMIT (expected a number with its unit, such as '500 MB'"
    )
    code, out, err = cli("cache", "info")
    assert (code, out) == (2, "")
    assert err.startswith(line)
    code, _, err = cli("materials", "build", "water")
    assert code == 2
    assert err.startswith(line)
    check = next(c for c in json.loads(cli("doctor", "--json").out)["checks"] if c["name"] == "cache")
    assert check["status"] == "problem"
    assert "SCINTIDOT_CACHE_LIMIT" in check["mend"]


def test_file_that_cannot_be_removed_is_named(
    cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, **_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refused)
    code, out, err = cli("cache", "clear", "--kind", "deposit")
    assert code == 5
    assert "Freed: 0 bytes" in out
    assert f"deposit-{'1' * 32}.npz: Permission denied" in err
    assert "2 entries were left" in err
    assert len(list(folder.glob("*.npz"))) == 2
