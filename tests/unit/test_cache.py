"""Tables kept between runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray

from scintidot.interactions.cache import cache_folder, kept


class Builder:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> xarray.Dataset:
        self.times += 1
        return xarray.Dataset({"a": ("x", np.arange(3.0), {"units": "eV"})}, attrs={"schema": "test/1"})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCINTIDOT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_second_call_reads_what_the_first_kept(folder: Path) -> None:
    build = Builder()
    first, second = kept("kind", "k" * 64, build), kept("kind", "k" * 64, build)
    assert build.times == 1
    assert first.identical(second)
    assert len(list(folder.iterdir())) == 1


@pytest.mark.usefixtures("folder")
def test_another_content_is_made_anew() -> None:
    build = Builder()
    kept("kind", "k" * 64, build)
    kept("kind", "l" * 64, build)
    kept("other", "k" * 64, build)
    assert build.times == 3


def test_damaged_file_is_made_anew(folder: Path) -> None:
    build = Builder()
    kept("kind", "k" * 64, build)
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    for damage in (b"junk", b"", whole[: len(whole) // 2]):
        path.write_bytes(damage)
        kept("kind", "k" * 64, build)
    assert build.times == 4
    assert path.read_bytes()[:4] == whole[:4]


def test_folder_that_cannot_be_written_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SCINTIDOT_CACHE", str(tmp_path / "file" / "cache"))
    assert kept("kind", "k" * 64, Builder()).attrs == {"schema": "test/1"}


def test_interrupt_leaves_nothing_behind(folder: Path) -> None:
    def interrupted() -> xarray.Dataset:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept("kind", "k" * 64, interrupted)
    assert not folder.exists()


def test_off_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE", "off")
    build = Builder()
    kept("kind", "k" * 64, build)
    kept("kind", "k" * 64, build)
    assert build.times == 2
    assert cache_folder() is None


def test_default_folder_is_that_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCINTIDOT_CACHE", raising=False)
    folder = cache_folder()
    assert folder is not None
    assert folder.name == "scintidot"
