"""Runs of the app: processes that report, can be cancelled, and never end without a word; and links of a state."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("dash")

from flask import Flask

from scintidot.app import jobs, known
from scintidot.app.jobs import CANCELLED, DONE, FAILED, RUNNING, Board, Status
from scintidot.app.state import as_text, check_names, read_link, write_link
from scintidot.config import make_config
from scintidot.errors import BadValue

SIMULATE = "scintidot.app.pages.explore.work:run_job"


@pytest.fixture
def board() -> Iterator[Board]:
    own = Board()
    yield own
    own.close()


def arguments(**options: Any) -> dict[str, Any]:
    """A run of page Explore that would take minutes, unless there are few histories."""
    many = {"edge_length": 9, "histories": 10**9, "relative_error": 1e-6, "energy": 30}
    return make_config(options={**many, **options}).model_dump(mode="json")


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def ended(board: Board, name: str) -> Status:
    wait_for(lambda: board.status(name, "tab").state != RUNNING)
    return board.status(name, "tab")


def test_cancel_ends_the_process_at_once(board: Board) -> None:
    name = board.start("tab", SIMULATE, arguments())
    wait_for(lambda: board.status(name, "tab").step != "")
    process = board._jobs[name].process
    board.cancel(name, "tab")
    status = board.status(name, "tab")
    assert (status.state, status.error) == (CANCELLED, "The run was cancelled.")
    assert process.poll() is not None


def test_a_run_of_another_tab_is_neither_seen_nor_cancelled(board: Board) -> None:
    name = board.start("tab", SIMULATE, arguments())
    board.cancel(name, "other")
    assert board.status(name, "other").state == FAILED
    assert board.status(name, "tab").state == RUNNING


def test_a_process_that_dies_says_so(board: Board) -> None:
    name = board.start("tab", SIMULATE, arguments())
    board._jobs[name].process.kill()
    status = ended(board, name)
    assert status.state == FAILED
    assert status.error is not None
    assert "ended unexpectedly" in status.error


@pytest.mark.parametrize(
    ("script", "letters"),
    [("import os; os._exit(3)", 1 << 20), ("print('{\"step\": \"half a', end='')", 1)],
    ids=["before it reads its task", "within a line"],
)
def test_a_worker_that_dies_badly_leaves_no_run_behind(
    board: Board, monkeypatch: pytest.MonkeyPatch, script: str, letters: int
) -> None:
    monkeypatch.setattr(jobs, "WORKER", (sys.executable, "-c", script))
    monkeypatch.setattr(jobs, "MOST_AT_ONCE", 1)
    for _ in range(2):
        status = ended(board, board.start("tab", SIMULATE, {"text": "x" * letters}))
        assert status.state == FAILED
        assert "ended unexpectedly" in (status.error or "")


def test_a_mistake_of_the_user_is_its_sentence(board: Board) -> None:
    status = ended(board, board.start("tab", SIMULATE, arguments(edge_length=90, material="CsPbBr3")))
    assert status.state == FAILED
    assert status.error is not None
    assert status.error.startswith("explore: bad size for edge_length")


def test_only_functions_of_the_app_are_called(board: Board, capfd: pytest.CaptureFixture[str]) -> None:
    status = ended(board, board.start("tab", "os:system", {}))
    assert status.state == FAILED
    assert "os is not part of the app" in capfd.readouterr().err


def test_too_many_at_once_are_refused_in_a_sentence(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_AT_ONCE", 1)
    first = board.start("tab", SIMULATE, arguments())
    with pytest.raises(BadValue, match="at most 1 at once, found 1 that run already"):
        board.start("other", SIMULATE, arguments())
    board.cancel(first, "tab")
    board.start("other", SIMULATE, arguments())


def test_the_run_of_a_closed_tab_is_cancelled(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    name = board.start("tab", SIMULATE, arguments())
    other = board.start("other", SIMULATE, arguments())
    monkeypatch.setattr(jobs, "FORGOTTEN_AFTER", 0.05)
    time.sleep(0.1)
    board.status(other, "other")
    assert board._jobs[name].cancelled
    assert not board._jobs[other].cancelled


def test_the_run_of_a_closed_tab_ends_though_nobody_asks_for_another(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "FORGOTTEN_AFTER", 0.1)
    says = 'import time\nwhile True: print(\'{"step": "a", "share": 0.1}\', flush=True); time.sleep(0.02)'
    monkeypatch.setattr(jobs, "WORKER", (sys.executable, "-c", says))
    job = board._jobs[board.start("tab", SIMULATE, {})]
    job.reader.join(60)
    assert job.cancelled
    assert job.process.poll() is not None


def test_a_run_that_was_forgotten_is_not_kept(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "WORKER", (sys.executable, "-c", "print('{\"result\": 1}')"))
    name = board.start("tab", SIMULATE, {})
    assert ended(board, name).state == DONE
    monkeypatch.setattr(jobs, "FORGOTTEN_AFTER", -1.0)
    assert board.status("other", "tab").error == "This run is not kept any more. Start it again."
    board.start("tab", SIMULATE, {})
    assert board.status(name, "tab").error == "This run is not kept any more. Start it again."


def test_the_end_of_the_app_ends_its_runs_and_deletes_their_files() -> None:
    board = Board()
    job = board._jobs[board.start("tab", SIMULATE, arguments())]
    assert job.folder.is_dir()
    board.close()
    assert job.process.poll() is not None
    assert not job.folder.parent.exists()


def test_what_a_run_has_so_far_is_there_before_its_end(board: Board) -> None:
    few = arguments(histories=100, relative_error=0.9, energy=7, edge_length=8.7)
    name = board.start("tab", SIMULATE, few)
    wait_for(lambda: bool(board.status(name, "tab").result), 120)
    status = ended(board, name)
    assert status.state == DONE
    assert status.result[0]["size"]["edge_length"] == 8.7


def test_runs_are_remembered_by_many_requests_at_once() -> None:
    app, often = Flask("app"), sys.getswitchinterval()

    def ask(thread: int) -> None:
        with app.app_context():
            for i in range(500):
                known.remember({"name": "", "tab": "", "key": f"{thread} {i}"})

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(ask, range(4)))
    finally:
        sys.setswitchinterval(often)
    with app.app_context():
        assert len(known._runs()) == known.MOST


# --- links ----------------------------------------------------------------------------------------------------

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)


@given(st.dictionaries(NAMES, TEXTS, max_size=8))
def test_a_link_gives_back_its_state(state: dict[str, str]) -> None:
    assert read_link(write_link(state)) == state


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_in_links_are_exact(value: float) -> None:
    assert float(as_text(value)) == value


@given(st.text(max_size=200))
def test_any_text_is_a_state_or_a_sentence(text: str) -> None:
    with suppress(BadValue):
        assert all(isinstance(value, str) for value in read_link(text).values())


def test_what_has_its_default_is_left_out() -> None:
    assert write_link({"energy": 7.0, "host": None, "seed": 2}, {"energy": "7"}) == "?seed=2"
    with pytest.raises(BadValue, match="Did you mean 'energy'"):
        check_names({"enrgy": "7"}, ["energy", "host"])
