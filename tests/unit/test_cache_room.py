"""The limit of the cache, which of its files go, and which files are none of its own."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray
from hypothesis import given, settings
from hypothesis import strategies as st

from scintidot.cache.contents import cache_info, clear_cache
from scintidot.cache.entries import entries
from scintidot.cache.kernels import code_folder
from scintidot.cache.room import make_room
from scintidot.cache.store import kept
from scintidot.errors import BadValue

OLD_TAG = f"cpython-311-transport-{'0' * 16}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCINTIDOT_CACHE", str(tmp_path))
    return tmp_path


def table(
    folder: Path, number: int, size: int, ago_s: float, *, form: str = "npz", kind: str = "deposit"
) -> Path:
    """A file as the cache names it, last used so long ago."""
    path = folder / f"{kind}-{number:032x}.{form}"
    path.write_bytes(b"x" * size)
    os.utime(path, times=(time.time() - ago_s,) * 2)
    return path


def kernels(folder: Path, tag: str, size: int, ago_s: float) -> Path:
    path = folder / "kernels" / tag / f"track_{'0' * 40}" / "steps.rate-1.py311.1.nbc"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * size)
    os.utime(path.parent.parent, times=(time.time() - ago_s,) * 2)
    return path


def current_tag() -> str:
    place = code_folder("transport")
    assert place is not None
    return place.name


def put(number: int, size: int = 8000) -> xarray.Dataset:
    return kept("deposit", f"{number:064x}"[::-1], lambda: xarray.Dataset({"a": ("x", np.zeros(size // 8))}))


# --- the limit ----------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(
    files=st.lists(st.tuples(st.integers(1, 500), st.integers(0, 10**6), st.booleans()), max_size=12),
    limit=st.integers(1, 3000),
)
def test_what_goes_is_outdated_or_was_used_longest_ago(
    files: list[tuple[int, int, bool]], limit: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for i, (size, ago, old) in enumerate(files):
            table(folder, i, size, ago, form="nc" if old else "npz")
        before = entries(folder)
        make_room(folder, 0, limit)
        left = entries(folder)
        now = time.time()
        gone = [entry for entry in before if entry not in left]
        assert sum(entry.size for entry in left) <= limit
        assert bool(gone) == (sum(entry.size for entry in before) > limit)
        assert all(g.order_of_removal(now) <= stays.order_of_removal(now) for g in gone for stays in left)


def test_limit_holds_after_each_write_and_what_is_in_use_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE_LIMIT", "100 kB")
    for number in range(40):
        put(number)
        time.sleep(0.002)
        put(0)
        assert sum(path.stat().st_size for path in folder.glob("*.npz")) <= 100_000
    names = {path.name for path in folder.glob("*.npz")}
    assert f"deposit-{'0' * 32}.npz" in names
    assert 8 <= len(names) <= 12


def test_larger_than_the_limit_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE_LIMIT", "100 kB")
    put(1)
    put(2, 200_000)
    assert len(list(folder.glob("*.npz"))) == 1


@pytest.mark.usefixtures("folder")
def test_walks_no_folder_while_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    put(0)
    monkeypatch.setattr("scintidot.cache.room.entries", lambda _: pytest.fail("walked"))
    for number in range(1, 5):
        put(number)


@pytest.mark.parametrize("note", ["", "garbage", "1 2 3", "12 nan", f"0 {2**33}", "0 0"])
def test_sum_that_cannot_be_trusted_is_counted_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, note: str
) -> None:
    for number in range(12):
        put(number)
    (folder / "locks/size").write_text(note)
    monkeypatch.setenv("SCINTIDOT_CACHE_LIMIT", "50 kB")
    put(99)
    assert sum(path.stat().st_size for path in folder.glob("*.npz")) <= 50_000


def test_outdated_kernels_go_before_anything_else(folder: Path) -> None:
    old, current = kernels(folder, OLD_TAG, 400, 0), kernels(folder, current_tag(), 400, 60)
    deposit = table(folder, 1, 400, 3600)
    make_room(folder, 0, 1000)
    assert [path.exists() for path in (old, current, deposit)] == [False, True, True]
    (folder / "locks/size").unlink()
    make_room(folder, 0, 500)
    assert [path.exists() for path in (current, deposit)] == [True, False]


def test_use_noted_by_a_wrong_clock_counts_as_the_oldest(folder: Path) -> None:
    future, past = table(folder, 1, 400, -10 * 86400), table(folder, 2, 400, 300 * 86400)
    skewed = table(folder, 3, 100, -60)  # the clock of a file server
    make_room(folder, 0, 700)
    assert [path.exists() for path in (future, past, skewed)] == [False, True, True]


def test_unfinished_file_goes_when_its_writer_must_be_dead(folder: Path) -> None:
    for name, ago_s in (("young", 10), ("old", 7200)):
        path = folder / f".unfinished-{name}"
        path.write_text("half")
        os.utime(path, times=(time.time() - ago_s,) * 2)
    assert [entry.kind for entry in entries(folder)] == ["unfinished"]
    clear_cache()
    assert [path.name for path in folder.iterdir()] == [".unfinished-young"]


# --- telling and clearing -----------------------------------------------------------------------------------


def sizes(document: dict[str, Any]) -> dict[str, int]:
    return {part["kind"]: part["size_bytes"] for part in document["kinds"]}


@pytest.fixture
def filled(folder: Path) -> Path:
    table(folder, 1, 100, 60)
    table(folder, 2, 50, 120)
    table(folder, 3, 30, 30, kind="bulk-pairs")
    table(folder, 4, 20, 30, form="nc", kind="angles-Cs")
    kernels(folder, OLD_TAG, 300, 0)
    kernels(folder, current_tag(), 200, 0)
    return folder


@pytest.mark.usefixtures("filled")
def test_info_has_what_is_there() -> None:
    document = cache_info()
    assert sizes(document) == {"kernels": 500, "deposit": 150, "bulk-pairs": 30, "angles-Cs": 20}
    assert document["size_bytes"] == 700
    assert document["outdated"] == {"entries": 2, "files": 2, "size_bytes": 320}
    assert document["oldest_use_utc"] < document["newest_use_utc"]


@pytest.mark.parametrize(
    ("options", "freed"),
    [
        ({}, {"kernels": 500, "deposit": 150, "bulk-pairs": 30, "angles-Cs": 20}),
        ({"kinds": ["deposit"]}, {"deposit": 150}),
        ({"kinds": ["deposit", "hits", "bulk-pairs"]}, {"deposit": 150, "bulk-pairs": 30}),
        ({"outdated": True}, {"kernels": 300, "angles-Cs": 20}),
        ({"outdated": True, "kinds": ["kernels"]}, {"kernels": 300}),
    ],
)
@pytest.mark.usefixtures("filled")
def test_clear_removes_what_it_says(options: dict[str, Any], freed: dict[str, int]) -> None:
    before = sizes(cache_info())
    assert sizes(clear_cache(**options, dry_run=True)) == freed
    assert sizes(cache_info()) == before
    assert sizes(clear_cache(**options)) == freed
    left = {kind: size - freed.get(kind, 0) for kind, size in before.items()}
    assert sizes(cache_info()) == {kind: size for kind, size in left.items() if size}


def test_clear_leaves_an_empty_folder_and_work_goes_on(folder: Path) -> None:
    put(1)
    kernels(folder, OLD_TAG, 300, 0)
    clear_cache()
    assert list(folder.iterdir()) == []
    put(1)
    assert sizes(cache_info()).keys() == {"deposit"}


@pytest.mark.usefixtures("folder")
def test_unknown_kind_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadValue, match="Did you mean 'deposit'"):
        clear_cache(["deposits"])


def test_clear_leaves_the_files_of_the_user(filled: Path) -> None:
    name = f"deposit-{7:032x}.npz"
    (filled / "thesis").mkdir()
    mine = [
        filled / path
        for path in (
            "thesis.tex", "deposit.npz", "deposit-notes.npz", f"{name}.bak", f"Deposit-{7:032x}.npz", f"thesis/{name}",
            f"deposit-{7:031x}g.npz", "kernels/readme.txt", "kernels/linux.nbc", f"kernels/{OLD_TAG}/mine.nbc",
            f"kernels/{OLD_TAG}/track_{'0' * 40}/thesis.tex", "locks/mine", "locks/deposit-7", "unfinished.txt",
        )
    ]  # fmt: skip
    (filled / "locks").mkdir()
    for path in mine:
        path.write_text("mine")
    (filled / name).symlink_to(filled / "thesis.tex")
    (filled / f"hits-{8:032x}.npz").mkdir()
    clear_cache()
    assert {path.read_text() for path in mine} == {"mine"}
    assert (filled / name).is_symlink()
    assert (filled / f"hits-{8:032x}.npz").is_dir()
    assert cache_info()["entries"] == 0
