"""Files that a browser tab has dropped: where they lie, how many, how large."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from scintidot.app import shelf as module
from scintidot.app.pages.materials.draft import keep
from scintidot.app.shelf import LONGEST_NAME, MOST_FILES, Shelf, decoded, plain_name
from scintidot.errors import BadFile


@given(st.text())
def test_a_name_names_a_file_in_its_folder_and_nothing_else(name: str) -> None:
    plain = plain_name(name)
    assert 0 < len(plain) <= LONGEST_NAME
    assert Path(plain).name == plain
    assert plain not in (".", "..")
    assert Path("folder", plain).resolve().parent == Path("folder").resolve()


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\..\\win.ini", "a\0b", "CON"])
def test_files_lie_in_folders_of_their_own_that_no_name_leaves(name: str) -> None:
    shelf = Shelf()
    files = [shelf.put("tab", name, b"1"), shelf.put("other", name, b"2")]
    assert len({file.path.parent for file in files}) == 2
    assert all(file.path.parent.parent == shelf.home() for file in files)
    assert [file.path.read_bytes() for file in files] == [b"1", b"2"]
    assert shelf.plain(f"{files[0].path}: bad") == f"{files[0].path.name}: bad"


def test_too_many_and_too_large_files_are_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf()
    for i in range(MOST_FILES):
        shelf.put("tab", f"{i}.csv", b"1")
    with pytest.raises(
        BadFile, match=r"25.csv: bad file for the number of files \(expected at most 24, found 25\)"
    ):
        shelf.put("tab", "25.csv", b"1")
    shelf.put("tab", "3.csv", b"again")  # takes the place of the old one
    assert len(shelf.files("tab")) == MOST_FILES
    monkeypatch.setattr(module, "LARGEST_FILE", 1 << 20)
    with pytest.raises(BadFile, match="expected at most 1 MB, found 2 MB"):
        shelf.put("other", "large.csv", bytes(2 << 20))
    monkeypatch.setattr(module, "MOST_BYTES", 1 << 20)
    shelf.put("other", "small.csv", bytes(900_000))
    with pytest.raises(BadFile, match="for the size of all files"):
        shelf.put("other", "more.csv", bytes(900_000))


def test_a_refused_file_leaves_the_old_one_of_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_FILE", 10)
    monkeypatch.setattr(module, "MOST_BYTES", 14)
    shelf = Shelf()
    good = shelf.put("tab", "a.toml", b"good", {"a.csv": b"1, 2"})
    assert good.size == 8
    for content, beside in ((b"x" * 11, {}), (b"x", {"a.csv": b"x" * 10})):
        with pytest.raises(BadFile, match="for its size"):
            shelf.put("tab", "a.toml", content, beside)
    with pytest.raises(BadFile, match="for the size of all files"):
        shelf.put("tab", "b.toml", b"1234567")
    assert [file.path.read_bytes() for file in shelf.files("tab").values()] == [b"good"]
    new = shelf.put("tab", "a.toml", b"1234567890")  # the old one no longer counts
    assert new.path.read_bytes() == b"1234567890"
    assert not good.path.exists()


def test_a_card_kept_in_its_own_place_keeps_its_tables() -> None:
    with Flask("app").app_context():
        first = module.shelf().put("tab", "mine.toml", b"a = 1", {"absorption.csv": b"1, 2"})
        again = keep("tab", "mine.toml", "a = 2", first.path.parent)
        assert again.path.read_bytes() == b"a = 2"
        assert again.path.with_name("absorption.csv").read_bytes() == b"1, 2"


def test_files_of_the_tab_that_was_quiet_for_longest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_TABS", 2)
    shelf = Shelf()
    files = {name: shelf.put(name, "a.csv", b"1") for name in ("first", "second")}
    shelf.files("first")
    shelf.put("third", "a.csv", b"1")
    assert not files["second"].path.exists()
    assert files["first"].path.exists()


def test_files_are_deleted_with_the_shelf() -> None:
    shelf = Shelf()
    kept, gone = shelf.put("tab", "a.csv", b"1"), shelf.put("tab", "b.csv", b"1")
    shelf.remove("tab", gone.key)
    assert not gone.path.parent.exists()
    home = shelf.home()
    assert kept.path.exists()
    del shelf, kept, gone
    assert not home.exists()


@given(st.binary(max_size=100))
def test_what_a_browser_sends_is_decoded(content: bytes) -> None:
    sent = "data:text/csv;base64," + base64.b64encode(content).decode()
    assert decoded(sent, "a.csv") == content


@pytest.mark.parametrize("sent", ["data:text/csv;base64,!!", "data:,abc"])
def test_what_is_no_file_is_refused(sent: str) -> None:
    with pytest.raises(BadFile, match=r"a.csv: bad file for its content"):
        decoded(sent, "a.csv")
