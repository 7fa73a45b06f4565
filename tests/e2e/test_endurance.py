"""Runs that are killed, starved of disk or lied to by the clock: what was done is kept, and the bits are the same."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import xarray

from scintidot.scale.checkpoints import BEFORE, SUFFIX
from scintidot.scale.run_folder import UNFINISHED

RUN = ["deposit", "--edge-length", "5,8", "--histories", "160000", "--checkpoint-every", "0.02"]
FOREVER = 300.0
SPEED = ("histories_per_second_per_core",)
"""Of a row: all that may differ between two runs."""


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    said: str


class Killable:
    """Commands that start at once, and are killed at any moment; see `killable.py`."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("killable.py")
        self.process = subprocess.Popen(
            [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._answer().said == "ready"

    def _answer(self) -> Ended:
        assert self.process.stdout is not None
        return Ended(**json.loads(self.process.stdout.readline()))

    def __call__(
        self,
        *arguments: object,
        kill_after: float = FOREVER,
        clock_jumps: bool = False,
        cache: Path | None = None,
    ) -> Ended:
        assert self.process.stdin is not None
        asked = {
            "arguments": [str(word) for word in arguments],
            "kill_after_s": kill_after,
            "clock_jumps": clock_jumps,
            "cache": None if cache is None else str(cache),
        }
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def finished(self, *arguments: object, **how: Any) -> str:
        """What a command said that must succeed."""
        ended = self(*arguments, **how)
        assert ended.status == 0, ended.said
        return ended.said


@pytest.fixture(scope="module")
def scintidot() -> Iterator[Killable]:
    made = Killable()
    yield made
    with made.process:  # closes its pipes and waits
        made.process.terminate()


@pytest.fixture(scope="module")
def expected(scintidot: Killable, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The result of a run that nothing disturbed, on one thread."""
    out = tmp_path_factory.mktemp("undisturbed") / "run"
    scintidot.finished(*RUN, "--threads", "1", "--out", out)
    return bits(out)


def bits(out: Path) -> dict[str, Any]:
    """Everything in a result but its speed and where it ran: numbers exactly, arrays as bytes."""
    document = json.loads((out / "result.json").read_text())
    for row in document["rows"]:
        for name in SPEED:
            row.pop(name)
    document["choices"].pop("threads")
    with xarray.open_dataset(out / "result.nc", engine="h5netcdf") as dataset:
        arrays = {
            str(name): values.to_numpy().tobytes()
            for name, values in dataset.variables.items()
            if name not in SPEED
        }
    return {"document": document, "arrays": arrays}


def checkpoints(out: Path) -> list[Path]:
    return sorted((out / UNFINISHED).glob(f"*{SUFFIX}"))


def killed_until_done(
    scintidot: Killable, how: list[str], out: Path, kills: int, moments: random.Random
) -> int:
    """Kill a run so often at random moments; returns how many kills left a checkpoint behind."""
    killed, useful, length = 0, 0, 1.0
    while killed < kills:
        words = ["resume", out] if (out / UNFINISHED / "run.json").is_file() else [*RUN, *how, "--out", out]
        started = time.monotonic()
        ended = scintidot(*words, kill_after=moments.uniform(0.0, length))
        if ended.status == 0:  # it was faster: begin anew, and kill earlier
            length = 0.8 * (time.monotonic() - started)
            shutil.rmtree(out)
            continue
        assert ended.status == -signal.SIGKILL, ended.said
        killed += 1
        useful += bool(checkpoints(out))
    if (out / UNFINISHED / "run.json").is_file():
        scintidot.finished("resume", out)
    elif not (out / "result.json").is_file():
        scintidot.finished(*RUN, *how, "--out", out)
    return useful


@pytest.mark.parametrize(
    ("how", "kills"), [(["--threads", "1"], 9), (["--threads", "2"], 9)], ids=["single", "threads"]
)
def test_killed_at_random_moments_it_goes_on_to_the_same_bits(
    how: list[str], kills: int, scintidot: Killable, expected: dict[str, Any], tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    moments = random.Random(seed)
    useful = 0
    for chain in range(3):
        out = tmp_path / f"run {chain}"
        useful += killed_until_done(scintidot, how, out, kills // 3, moments)
        assert bits(out) == expected, f"seed of the moments {seed}"
        assert not (out / UNFINISHED).exists()
    assert useful >= 1, f"no kill came after a checkpoint: seed {seed}"


# --- many machines


@contextmanager
def dask_cluster(
    folder: Path, workers: int = 2
) -> Iterator[tuple[str, Callable[[], subprocess.Popen[bytes]], list[Any]]]:
    """A scheduler and workers, each a process, as on a cluster: file of the scheduler, how to add a worker, workers."""
    file = folder / "scheduler.json"
    environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "20"}
    quiet: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "env": environment,
        "cwd": folder,
    }
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
         "--scheduler-file", str(file), "--no-dashboard", "--no-show"], **quiet,
    )  # fmt: skip
    started: list[subprocess.Popen[bytes]] = []

    def add() -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1",
                 "--no-nanny", "--no-dashboard", "--memory-limit", "0"], **quiet,
            )
        )  # fmt: skip
        return started[-1]

    try:
        for _ in range(workers):
            add()
        yield str(file), add, started
    finally:
        for process in (*started, scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Callable[[], Any], list[Any]]]:
    with dask_cluster(tmp_path_factory.mktemp("cluster")) as made:
        deadline = time.monotonic() + 60
        while not Path(made[0]).is_file() and time.monotonic() < deadline:
            time.sleep(0.05)
        yield made


def test_a_distributed_run_that_is_killed_goes_on_to_the_same_bits(
    scintidot: Killable, cluster: Any, expected: dict[str, Any], tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    out = tmp_path / "run"
    killed_until_done(scintidot, ["--scheduler", cluster[0]], out, 4, random.Random(seed))
    assert bits(out) == expected, f"seed of the moments {seed}"


def test_workers_that_die_and_come_cost_nothing(scintidot: Killable, cluster: Any, tmp_path: Path) -> None:
    """Both workers of the run are killed in its middle; one that joins later does what they had not done."""
    file, add, workers = cluster
    out = tmp_path / "run"
    longer = [word if word != "160000" else "600000" for word in RUN]
    undisturbed = tmp_path / "undisturbed"
    scintidot.finished(*longer, "--threads", "2", "--out", undisturbed)
    run = subprocess.Popen(
        [sys.executable, "-m", "scintidot", *longer, "--scheduler", file, "--out", str(out)],
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not checkpoints(out) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert run.poll() is None, "it was done before a worker could be killed"
    for worker in workers[:2]:
        worker.kill()
    add()
    assert run.wait(timeout=200) == 0
    assert bits(out) == bits(undisturbed)


def test_a_local_cluster_dies_with_its_run(
    scintidot: Killable, expected: dict[str, Any], tmp_path: Path
) -> None:
    out, cache = tmp_path / "run", tmp_path / "cache"
    cache.symlink_to(os.environ["SCINTIDOT_CACHE"])
    how: dict[str, Any] = {"kill_after": 6.0, "cache": cache}
    ended = scintidot(*RUN, "--scheduler", "local", "--workers", "2", "--out", out, **how)
    if ended.status != 0:
        assert ended.status == -signal.SIGKILL, ended.said
        scintidot.finished("resume", out, "--workers", "1", cache=cache)
    assert bits(out) == expected
    deadline = time.monotonic() + 30
    while (left := processes_with(cache)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left, "workers outlived their run"


def processes_with(cache: Path) -> set[int]:
    """Those that were started with this folder in their environment: workers, not those of other tests."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.fsencode(cache) in (folder / "environ").read_bytes():
                found.add(int(folder.name))
        except OSError:
            continue
    return found


# --- disks and clocks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Mount a disk of so many bytes; given again, it changes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = False

    def mount(*options: str) -> Path:
        nonlocal mounted
        more = ["-o", ",".join(("remount", *options) if mounted else options)]
        done = subprocess.run(
            ["mount", "-t", "tmpfs", *more, "tmpfs", str(place)], capture_output=True, check=False
        )
        if done.returncode and not mounted:
            pytest.skip("no disk can be mounted here: needs root")
        assert done.returncode == 0, done.stderr
        mounted = True
        return place

    yield mount
    if mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_costs_no_more_than_the_result_of_now(
    scintidot: Killable, expected: dict[str, Any], small_disk: Callable[..., Path]
) -> None:
    """Room for checkpoints, not for the result: one line; with more room it goes on from them."""
    disk = small_disk("size=480k")
    out = disk / "run"
    ended = scintidot(*RUN, "--threads", "1", "--out", out)
    assert ended.status == 5, ended.said
    assert "Traceback" not in ended.said
    assert "No space left on device" in ended.said
    assert len(checkpoints(out)) == 2
    small_disk("size=20m")
    scintidot.finished("resume", out)
    assert bits(out) == expected


def test_a_disk_without_room_for_a_checkpoint_is_said_and_the_run_goes_on(
    scintidot: Killable, small_disk: Callable[..., Path], expected: dict[str, Any], tmp_path: Path
) -> None:
    disk, result = small_disk("size=60k"), tmp_path / "result.nc"
    said = scintidot.finished(*RUN, "--threads", "1", "--checkpoint", disk / "kept", "--out", result)
    assert said.count("no checkpoint can be written") == 1
    assert "No space left on device" in said
    assert result.is_file()
    assert (
        expected["arrays"]["events_by_deposit"]
        == xarray.load_dataset(result)["events_by_deposit"].to_numpy().tobytes()
    )


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(
    scintidot: Killable, small_disk: Callable[..., Path]
) -> None:
    disk = small_disk("size=1m")
    small_disk("ro", "size=1m")
    started = time.monotonic()
    ended = scintidot("deposit", "--histories", "100000000", "--out", disk / "run")
    assert ended.status == 5
    assert "Read-only file system" in ended.said
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("damage", ["cut", "emptied", "one bit", "other text"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(
    damage: str, scintidot: Killable, expected: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    deadline = time.monotonic() + 60
    kill_after = 0.25
    while (
        not any(path.with_suffix(BEFORE).is_file() for path in checkpoints(out))
        and time.monotonic() < deadline
    ):
        shutil.rmtree(out, ignore_errors=True)
        ended = scintidot(*RUN, "--threads", "1", "--out", out, kill_after=kill_after)
        kill_after *= 0.7 if ended.status == 0 else 1.3
    for path in checkpoints(out):
        content = bytearray(path.read_bytes())
        if damage == "cut":
            content = content[: len(content) // 2]
        elif damage == "emptied":
            content = bytearray()
        elif damage == "one bit":
            content[len(content) // 2] ^= 4
        else:
            content = bytearray(b"[1, 2]\nnothing of the kind")
        path.write_bytes(content)
    said = scintidot.finished("resume", out)
    assert "unusable checkpoint" in said
    assert bits(out) == expected


def test_a_clock_that_jumps_changes_nothing(
    scintidot: Killable, expected: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    ended = scintidot(*RUN, "--threads", "1", "--out", out, kill_after=0.4, clock_jumps=True)
    if ended.status != 0:
        scintidot.finished(*RUN, "--threads", "1", "--out", out, clock_jumps=True)  # goes on as resume does
    assert bits(out) == expected


# --- other commands, and mistakes


def test_a_prediction_goes_on_within_a_size(scintidot: Killable, tmp_path: Path) -> None:
    """Each with tables of its own cache, and no deposit in it."""
    caches = [tmp_path / "cache 1", tmp_path / "cache 2"]
    for cache in caches:
        shutil.copytree(
            os.environ["SCINTIDOT_CACHE"],
            cache,
            ignore=shutil.ignore_patterns("deposit*", "kernels", "locks"),
        )
    words = ["predict", "--edge-length", "4.4", "--histories", "20000", "--relative-error", "0.001"]
    words += ["--checkpoint-every", "0.02"]
    once, twice = tmp_path / "once", tmp_path / "twice"
    scintidot.finished(*words, "--out", once, cache=caches[0])
    kill_after = 2.0
    while True:
        ended = scintidot(*words, "--out", twice, kill_after=kill_after, cache=caches[1])
        if ended.status != 0 and len(checkpoints(twice)) > len(list(caches[1].glob("deposit*"))):
            break  # within a size: what is done of the others is in the cache
        kill_after *= 0.7 if ended.status == 0 else 1.3
        shutil.rmtree(twice, ignore_errors=True)
        for kept in caches[1].glob("deposit*"):
            kept.unlink()
    said = scintidot.finished("resume", "-v", twice, cache=caches[1])
    assert "goes on from a checkpoint after" in said
    assert (once / "result.json").read_bytes() == (twice / "result.json").read_bytes()


def test_what_is_finished_and_what_was_never_begun(scintidot: Killable, tmp_path: Path) -> None:
    out = tmp_path / "run"
    scintidot.finished("deposit", "--edge-length", "3", "--histories", "500", "--out", out)
    assert "nothing to resume" in scintidot.finished("resume", out)
    ended = scintidot("resume", tmp_path / "nowhere")
    assert ended.status == 3
    assert "expected the folder of a run that was cut short, found none" in ended.said


def test_another_version_and_a_run_under_way_are_refused(
    unfinished: Path, scintidot: Killable, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    shutil.copytree(unfinished, out)
    file = out / UNFINISHED / "run.json"
    document = json.loads(file.read_text())
    file.write_text(json.dumps({**document, "code": "0.0.1 older kernels"}))
    ended = scintidot("resume", out)
    assert ended.status == 3
    assert "found 0.0.1 older kernels" in ended.said
    file.write_text(json.dumps(document))
    import fcntl

    with (out / UNFINISHED / "lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = scintidot("resume", out)
    assert ended.status == 5
    assert "expected no run under way in it" in ended.said


def killed_after_a_checkpoint(scintidot: Killable, place: Path, *words: object) -> None:
    """A run that did not live to its end, and left what it had done in this folder."""
    kill_after = 0.3
    while True:
        ended = scintidot(*RUN, "--threads", "1", *words, kill_after=kill_after)
        if ended.status != 0 and checkpoints(place):
            return
        kill_after *= 0.7 if ended.status == 0 else 1.3
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def unfinished(scintidot: Killable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was killed after a checkpoint."""
    out = tmp_path_factory.mktemp("unfinished") / "run"
    killed_after_a_checkpoint(scintidot, out, "--out", out)
    return out


def test_another_number_of_threads_loses_nothing(
    scintidot: Killable, expected: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    killed_after_a_checkpoint(scintidot, out, "--out", out)
    said = scintidot.finished(*RUN, "-v", "--threads", "2", "--out", out)
    assert "goes on from a checkpoint after" in said
    assert bits(out) == expected


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["deposit", "--edge-length", "3", "--histories", "500"], 5),
        (["deposit", "--edge-length", "5,8", "--histories", "160000", "--material", "nope"], 2),
        ([*RUN, "--source", "photon"], 2),
        ([*RUN, "--max-memory", "1 MB"], 4),
        ([*RUN, "--workers", "2"], 2),
        (["predict", "--edge-length", "5"], 5),
    ],
    ids=["another", "mistyped", "refused", "memory", "option", "other command"],
)
def test_no_slip_of_the_hand_drops_what_was_done(
    words: list[str], status: int, unfinished: Path, scintidot: Killable, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    shutil.copytree(unfinished, out)
    before = {path.name: path.read_bytes() for path in (out / UNFINISHED).glob(f"*{SUFFIX}")}
    ended = scintidot(*words, "--out", out)
    assert ended.status in (status, 5), ended.said
    assert "Traceback" not in ended.said
    assert {path.name: path.read_bytes() for path in (out / UNFINISHED).glob(f"*{SUFFIX}")} == before
    scintidot.finished("resume", out)


def test_a_run_with_a_folder_of_checkpoints_writes_where_it_was_told(
    scintidot: Killable, expected: dict[str, Any], tmp_path: Path
) -> None:
    out, kept = tmp_path / "run", tmp_path / "kept"
    killed_after_a_checkpoint(scintidot, kept, "--out", out, "--checkpoint", kept)
    scintidot.finished("resume", kept, "--scheduler", "none")
    assert bits(out) == expected
    assert not kept.exists()


def test_a_folder_unfinished_of_somebody_else_stays(scintidot: Killable, tmp_path: Path) -> None:
    novel = tmp_path / UNFINISHED / "novel.txt"
    novel.parent.mkdir()
    novel.write_text("It was a dark night")
    ended = scintidot("deposit", "--histories", "500", "--out", tmp_path)
    assert ended.status == 5
    assert "expected one without a folder 'unfinished' of yours" in ended.said
    assert [path.name for path in tmp_path.rglob("*")] == [UNFINISHED, "novel.txt"]


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("deposit --engine geant4 --dry-run", "--dry-run"),
        ("deposit --engine geant4 --scheduler local", "--scheduler"),
        ("deposit --engine geant4 --precision float32", "--precision"),
        ("predict --deposit continuous --json --device auto", "--device"),
        ("photons --edge-length 8 --mean-excitons 2 --out x.npz --checkpoint kept", "--checkpoint"),
        ("photons --edge-length 8 --mean-excitons 2 --max-memory 9MB", "--max-memory"),
        ("light --checkpoint-every 3", "--checkpoint-every"),
        ("analyse decay x.csv --share lifetimes --scheduler local", "--scheduler"),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    words: str, option: str, scintidot: Killable, tmp_path: Path
) -> None:
    place = tmp_path / "new"
    ended = scintidot(*words.replace("kept", str(place)).replace("x.", f"{tmp_path}/x.").split())
    assert ended.status in (2, 4), ended.said
    assert f"for {option} (expected" in ended.said
    assert not list(tmp_path.iterdir())


def test_the_usual_engine_by_its_name_is_estimated_too(scintidot: Killable) -> None:
    said = scintidot.finished("deposit", "--engine", "scintidot", "--histories", "1000", "--dry-run")
    assert "scintidot deposit would run" in said


def test_arrays_of_a_result_are_not_empty(expected: dict[str, Any]) -> None:
    """What the others compare says something."""
    counts = np.frombuffer(expected["arrays"]["events_by_deposit"], dtype=np.int64)
    assert counts.sum() == 2 * 160000
