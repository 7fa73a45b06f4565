"""Compiled code kept between runs: damage is noticed, and a folder that cannot be written costs only time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scintidot.backends import kernel
from scintidot.cache.contents import cache_info, clear_cache
from scintidot.cache.folder import size_limit
from scintidot.cache.kernels import code_folder, is_current
from scintidot.errors import BadValue


def doubled(x: float) -> float:
    return 2.0 * x


def compiled() -> Any:
    """As in a new process, which knows nothing of what was compiled before."""
    return kernel(doubled)


def loaded(function: Any) -> bool:
    """Whether the code of a function was taken from the cache when it was called."""
    assert function(1.5) == 3.0
    return sum(function.stats.cache_hits.values()) == 1


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCINTIDOT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


@pytest.mark.parametrize("pattern", ["*.nbc", "*.nbi"])
@pytest.mark.parametrize("damage", [flip, cut, Path.unlink])
def test_damaged_code_is_compiled_anew(folder: Path, pattern: str, damage: Callable[[Path], None]) -> None:
    assert not loaded(compiled())
    assert loaded(compiled())
    (path,) = folder.rglob(pattern)
    damage(path)
    assert not loaded(compiled())
    assert loaded(compiled())


def test_cleared_while_in_use(folder: Path) -> None:
    function = compiled()
    clear_cache()
    assert function(2.0) == 4.0
    clear_cache()
    assert function(2) == 4.0  # of another kind: compiled now, and kept
    assert list(folder.rglob("*.nbc"))


def test_code_counts_and_is_that_of_these_sources(folder: Path) -> None:
    loaded(compiled())
    (part,) = cache_info()["kinds"]
    assert part["size_bytes"] == sum(path.stat().st_size for path in folder.rglob("*.nb?"))
    assert (part["kind"], part["entries"], part["outdated"]["entries"]) == ("kernels", 1, 0)
    place = code_folder("transport")
    assert place is not None
    assert is_current(place.name)
    assert not is_current(f"{place.name[:-1]}{'0' if place.name[-1] != '0' else '1'}")


def test_folder_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SCINTIDOT_CACHE", str(tmp_path / "file"))
    for _ in range(2):
        assert not loaded(compiled())
    assert not list(Path(__file__).parent.rglob("*doubled*"))  # not beside the source either
    (line,) = warnings_of(caplog)
    assert "cannot be written" in line


@pytest.mark.usefixtures("folder")
def test_limit_that_is_no_size(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE_LIMIT", "a lot")
    for _ in range(2):
        loaded(compiled())
    assert warnings_of(caplog) == [str(bad_limit())]


def bad_limit() -> BadValue:
    with pytest.raises(BadValue) as caught:
        size_limit()
    return caught.value


def test_full_disk(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE", str(small_disk))
    function = compiled()
    (small_disk / "full").write_bytes(bytes(small_disk.stat().st_blksize * 62))
    assert function(1.5) == 3.0
    (line,) = warnings_of(caplog)
    assert "No space left" in line
