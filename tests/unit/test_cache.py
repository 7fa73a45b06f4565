"""Datasets kept between runs, in one process."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray
from hypothesis import given
from hypothesis import strategies as st

from scintidot.cache.container import DamagedFile, packed, unpacked
from scintidot.cache.folder import DEFAULT_LIMIT_BYTES, cache_folder, size_limit
from scintidot.cache.store import kept
from scintidot.errors import BadValue
from scintidot.sizes import read_size, size_in_words

KEY, OTHER_KEY = "a" * 64, "b" * 64


class Builder:
    """Counts how often it is asked."""

    def __init__(self, size: int = 3) -> None:
        self.times, self.size = 0, size

    def __call__(self) -> xarray.Dataset:
        self.times += 1
        return xarray.Dataset(
            {"a": ("x", np.arange(float(self.size)), {"units": "eV"})}, attrs={"schema": "test/1"}
        )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCINTIDOT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


# --- what is kept is read again -----------------------------------------------------------------------------


def test_second_call_reads_what_the_first_kept(folder: Path) -> None:
    build = Builder()
    first, second = kept("kind", KEY, build), kept("kind", KEY, build)
    assert build.times == 1
    assert first.identical(second)
    (path,) = folder.glob("*.*")
    assert path.name == f"kind-{'a' * 32}.npz"
    with np.load(path) as arrays:  # as anyone may
        assert list(arrays["v0"]) == [0, 1, 2]


@pytest.mark.usefixtures("folder")
def test_another_content_is_made_anew() -> None:
    build = Builder()
    kept("kind", KEY, build)
    kept("kind", OTHER_KEY, build)
    kept("other", KEY, build)
    assert build.times == 3


@pytest.mark.usefixtures("folder")
def test_threads_that_want_the_same_build_it_once() -> None:
    build = Builder()
    threads = [threading.Thread(target=kept, args=("kind", KEY, build)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert build.times == 1


def test_one_may_be_built_from_another(folder: Path) -> None:
    def build() -> xarray.Dataset:
        return kept("inner", KEY, Builder())

    assert kept("outer", KEY, build).identical(Builder()())
    assert len(list(folder.glob("*.npz"))) == 2


def test_interrupt_leaves_nothing_behind(folder: Path) -> None:
    def interrupted() -> xarray.Dataset:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept("kind", KEY, interrupted)
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_off_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE", "off")
    build = Builder()
    kept("kind", KEY, build)
    kept("kind", KEY, build)
    assert build.times == 2
    assert cache_folder() is None


def test_default_folder_is_that_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCINTIDOT_CACHE", raising=False)
    found = cache_folder()
    assert found is not None
    assert found.name == "scintidot"


# --- damage -------------------------------------------------------------------------------------------------


def test_damaged_file_is_made_anew_with_a_word(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    build = Builder()
    truth = kept("kind", KEY, build)
    (path,) = folder.glob("*.npz")
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    for damage in (b"junk", b"", whole[: len(whole) // 2], bytes(flipped)):
        path.write_bytes(damage)
        assert kept("kind", KEY, build).identical(truth)
        assert path.read_bytes() == whole
    assert build.times == 5
    assert len(warnings_of(caplog)) == 4
    assert all("is damaged" in line and "made anew" in line for line in warnings_of(caplog))


def test_file_under_another_name_is_not_taken_for_it(folder: Path) -> None:
    build = Builder()
    kept("kind", KEY, build)
    (path,) = folder.glob("*.npz")
    path.rename(folder / f"kind-{'b' * 32}.npz")
    kept("kind", OTHER_KEY, build)
    assert build.times == 2


EVERYTHING = xarray.Dataset(
    {
        "numbers": (("x", "y"), np.array([[1.0, np.nan], [-0.0, np.inf]]), {"units": "eV"}),
        "single": ("x", np.array([1, 2], np.float32)),
        "shell": ("s", np.array(["Pb L3", "Cs µ"])),
        "object": ("s", np.array(["a", "bcd"], dtype=object)),
        "whole": ("x", np.array([2**62, -1])),
        "flag": ("x", np.array([True, False])),
        "empty": ("nothing", np.empty(0)),
        "scalar": ((), 7.5),
    },
    {"x": ("x", np.array([0.1, 0.2]), {"units": "nm"})},
    {"schema": "test/1", "count": 3, "widths": np.array([1.0, 2.0])},
)
CONTENT = packed(EVERYTHING, "name")


def test_everything_comes_back() -> None:
    found = unpacked(CONTENT, "name")
    assert found.equals(EVERYTHING)
    for name, variable in EVERYTHING.variables.items():
        assert found[name].attrs == variable.attrs
        assert variable.dtype in (object, found[name].dtype)
    assert found.attrs == {"schema": "test/1", "count": 3, "widths": [1.0, 2.0]}
    assert set(found.coords) == {"x"}


@given(st.integers(0, 8 * len(CONTENT) - 1))
def test_every_flipped_bit_is_noticed(bit: int) -> None:
    content = bytearray(CONTENT)
    content[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DamagedFile):
        unpacked(bytes(content), "name")


@given(st.integers(0, len(CONTENT) - 1))
def test_every_truncation_is_noticed(length: int) -> None:
    with pytest.raises(DamagedFile):
        unpacked(CONTENT[:length], "name")


# --- folders that cannot be written -------------------------------------------------------------------------


def test_folder_that_cannot_be_written_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SCINTIDOT_CACHE", str(tmp_path / "file" / "cache"))
    for _ in range(3):
        assert kept("kind", KEY, Builder()).attrs == {"schema": "test/1"}
    (line,) = warnings_of(caplog)
    assert "cannot be written" in line


def test_full_disk_costs_only_time(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE", str(small_disk))
    build = Builder(100_000)
    for key in (KEY, OTHER_KEY):
        assert kept("kind", key, build).identical(build())
    (line,) = warnings_of(caplog)
    assert "No space left on device" in line
    assert [path for path in small_disk.rglob("*") if path.is_file() and path.name != "size"] == []
    kept("kind", KEY, Builder())  # there is room for a small one
    assert len(list(small_disk.glob("*.npz"))) == 1


def test_read_only_folder_is_read(
    small_disk: Path,
    remount: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE", str(small_disk))
    build = Builder()
    kept("kind", KEY, build)
    remount("ro")
    kept("kind", KEY, build)
    assert build.times == 1
    kept("kind", OTHER_KEY, build)
    kept("kind", OTHER_KEY, build)
    assert build.times == 3
    (line,) = warnings_of(caplog)
    assert "Read-only file system" in line


# --- sizes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "limit"),
    [("500 MB", 500_000_000), ("1.5GiB", 3 * 2**29), ("2tb", 2 * 10**12), ("none", None), ("", DEFAULT_LIMIT_BYTES)],
)  # fmt: skip
def test_limit_is_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, text: str, limit: int | None
) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE_LIMIT", text)
    assert size_limit() == limit


@pytest.mark.parametrize("text", ["500", "-1 GB", "0 MB", "much", "5 apples", "1e3 MB", "nan GB"])
def test_bad_limit_is_one_line_before_the_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE_LIMIT", text)
    build = Builder()
    with pytest.raises(BadValue, match=rf"bad size for SCINTIDOT_CACHE_LIMIT .*found '{re.escape(text)}'"):
        kept("kind", KEY, build)
    assert build.times == 0
    assert not folder.exists()


@given(st.integers(1, 10**14))
def test_sizes_are_told_as_they_are_read(size: int) -> None:
    words = size_in_words(size)
    if size >= 1000:
        assert read_size(words, where="test", who="size") == pytest.approx(size, rel=6e-3)
