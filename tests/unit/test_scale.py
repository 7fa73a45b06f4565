"""Work in blocks: the same to the bit on any number of threads and workers and after any interrupts; checkpoints."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import xarray
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import scintidot
from scintidot.errors import BadFile, BadValue, OutOfRange
from scintidot.scale.blocks import each, fold_blocks, parts
from scintidot.scale.checkpoints import BEFORE, Checkpoints
from scintidot.scale.computing import Computing, computing, current
from scintidot.scale.run_folder import Run, read_run, under_way


class Rounding:
    """Blocks of numbers whose sum depends on the order: any other order of adding shows in the bits."""

    def __init__(self, blocks: int) -> None:
        self.blocks = blocks

    def __call__(self, first: int, last: int) -> list[float]:
        return [
            float(np.random.default_rng(block).normal() * 10.0 ** (block % 17))
            for block in range(first, last)
        ]


class Sum:
    """Their sum; interrupted before the blocks that are named, enough where one of the stops is met."""

    def __init__(self, interrupts: set[int] | None = None, stops: Collection[int] = ()) -> None:
        self.interrupts, self.stops = interrupts or set(), stops
        self._state = (0, 0.0)

    @property
    def done(self) -> int:
        return self._state[0]

    @property
    def value(self) -> float:
        return self._state[1]

    @property
    def enough(self) -> bool:
        return self.done in self.stops

    def add(self, first: int, last: int, part: list[float]) -> None:
        total = self.value
        for block, value in zip(range(first, last), part, strict=True):
            if block in self.interrupts:
                self.interrupts.remove(block)
                raise KeyboardInterrupt
            total += value
        self._state = (last, total)

    def arrays(self) -> dict[str, Any]:
        return {"sum": np.array(self.value)}

    def restore(self, blocks: int, arrays: Any) -> None:
        self._state = (blocks, float(arrays["sum"]))


def in_order(blocks: int) -> float:
    total = 0.0
    for value in Rounding(blocks)(0, blocks):
        total += value
    return total


@given(
    blocks=st.integers(0, 60),
    threads=st.integers(1, 4),
    interrupts=st.sets(st.integers(0, 59), max_size=5),
    every=st.sampled_from([0.0, 1e9]),
)
@settings(max_examples=40)
def test_interrupts_and_threads_change_no_bit(
    blocks: int, threads: int, interrupts: set[int], every: float
) -> None:
    """Interrupted at blocks, whatever had been kept, and taken up by a new process each time."""
    interrupts = {block for block in interrupts if block < blocks}
    with TemporaryDirectory() as folder, computing(checkpoints=folder, checkpoint_every=every):
        runs = 0
        while True:
            total, runs = Sum(interrupts), runs + 1
            if not fold_blocks(Rounding(blocks), total, blocks, threads=threads, key="toy"):
                break
            assert runs <= 6
        assert total.value == in_order(blocks)
        again = Sum({0})  # finished: nothing is done again
        assert not fold_blocks(Rounding(blocks), again, blocks, key="toy")
        assert again.value == total.value


@given(
    content=st.dictionaries(
        st.sampled_from(["a", "b", "c"]), arrays(np.float64, array_shapes(max_side=4)), min_size=1
    )
)
@settings(max_examples=25)
def test_a_checkpoint_gives_back_what_it_was_given(content: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        kept = Checkpoints(Path(folder))
        assert kept.load("key") is None
        assert kept.save("key", 7, content)
        found = kept.load("key")
    assert found is not None
    assert found.blocks == 7
    assert {name: values.tobytes() for name, values in found.arrays.items()} == {
        name: values.tobytes() for name, values in content.items()
    }


@given(damage=st.data())
@settings(max_examples=60)
def test_any_damaged_byte_is_found_and_the_checkpoint_before_serves(damage: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        kept = Checkpoints(Path(folder))
        kept.save("key", 1, {"a": np.arange(5.0)})
        kept.save("key", 2, {"a": np.arange(5.0) + 1})
        path = kept.path("key")
        content = bytearray(path.read_bytes())
        place = damage.draw(st.integers(0, len(content) - 1))
        if damage.draw(st.booleans()):
            content = content[:place]
        else:
            content[place] ^= damage.draw(st.integers(1, 255))
        path.write_bytes(content)
        found = kept.load("key")
        assert found is not None
        if found.blocks == 2:  # in a blank of the first line
            assert np.array_equal(found.arrays["a"], np.arange(5.0) + 1)
        else:
            assert found.blocks == 1
            assert np.array_equal(found.arrays["a"], np.arange(5.0))


def test_a_damaged_checkpoint_never_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    """Killed between the two renames of the next one, there is still a whole one."""
    before = Checkpoints(tmp_path)
    before.save("key", 1, {"a": np.zeros(3)})
    before.save("key", 2, {"a": np.zeros(3)})
    before.path("key").write_bytes(b"")
    again = Checkpoints(tmp_path)
    assert again.load("key") is not None
    with pytest.MonkeyPatch.context() as patch:
        usual, renamed = Path.replace, []

        def killed_later(path: Path, target: Path) -> Path:
            renamed.append(path)
            if path.name.endswith(str(os.getpid())):
                raise KeyboardInterrupt
            return usual(path, target)

        patch.setattr(Path, "replace", killed_later)
        with pytest.raises(KeyboardInterrupt):
            again.save("key", 3, {"a": np.zeros(3)})
    found = Checkpoints(tmp_path).load("key")
    assert found is not None
    assert found.blocks == 1


def test_a_checkpoint_of_another_version_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from scintidot.scale import checkpoints

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "__version__", "0.0.1")
        Checkpoints(tmp_path).save("key", 3, {"a": np.zeros(3)})
    assert Checkpoints(tmp_path).load("key") is None
    assert "made by version 0.0.1" in caplog.messages[0]


@pytest.mark.parametrize("every", [0.0, 1e9])
def test_what_was_enough_is_enough_after_a_kill(tmp_path: Path, every: float) -> None:
    """Killed once there was enough, before anybody heard of it: no further block is added."""
    with computing(checkpoints=tmp_path, checkpoint_every=every):
        undisturbed = Sum(stops=[20])
        assert not fold_blocks(Rounding(60), undisturbed, 60)
        here = current().checkpoints
        assert here is not None
        here.save("toy", undisturbed.done, undisturbed.arrays())
        again = Sum(stops=[20])
        assert not fold_blocks(Rounding(60), again, 60, key="toy")
    assert (again.done, again.value) == (undisturbed.done, undisturbed.value) == (20, again.value)


def test_after_a_fault_what_was_done_is_kept(tmp_path: Path) -> None:
    """Such as a scheduler that went away, long before the next checkpoint was due."""

    def failing(first: int, last: int) -> list[float]:
        if first == 7:
            raise BadValue(where="work", what="number", who="--it", expected="another", found="this")
        return Rounding(20)(first, last)

    with computing(checkpoints=tmp_path, checkpoint_every=1e9):
        with pytest.raises(BadValue):
            fold_blocks(failing, Sum(), 20, key="toy")
        total = Sum({6})  # is not done again
        assert not fold_blocks(Rounding(20), total, 20, key="toy")
    assert total.value == in_order(20)


def test_without_a_whole_checkpoint_the_work_begins_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Checkpoints(tmp_path)
    kept.save("key", 1, {"a": np.zeros(3)})
    kept.save("key", 2, {"a": np.zeros(3)})
    for path in (kept.path("key"), kept.path("key").with_suffix(BEFORE)):
        path.write_bytes(path.read_bytes()[:-1])
    with caplog.at_level(logging.WARNING):
        assert kept.load("key") is None
    assert "goes on from the one before" in caplog.messages[0]
    assert "goes on from the beginning" in caplog.messages[1]


def test_a_checkpoint_of_other_work_is_not_taken(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path)
    kept.save("one", 3, {"a": np.zeros(3)})
    kept.path("one").rename(kept.path("another"))
    assert kept.load("another") is None


def test_large_checkpoints_never_take_most_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scintidot.scale import checkpoints

    clock = [0.0]

    def written(*_: object) -> None:
        clock[0] += 50.0
        (tmp_path / f"key.{os.getpid()}").touch()

    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(checkpoints, "_write", written)
    kept = Checkpoints(tmp_path, every=30.0)
    kept.begin("key")
    assert not kept.due("key")
    clock[0] = 30.0
    assert kept.due("key")
    assert kept.save("key", 1, {})
    clock[0] += 190.0
    assert not kept.due("key")
    clock[0] += 10.0
    assert kept.due("key")


def test_a_run_that_dies_while_it_clears_up_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def finish() -> None:
        with under_way(tmp_path, Run("deposit", (), {}, str(tmp_path))):
            (tmp_path / "result.json").write_text("{}")
            monkeypatch.setattr(shutil, "rmtree", die)

    with pytest.raises(KeyboardInterrupt):
        finish()
    assert read_run(tmp_path) is None


def test_folders_of_others_that_write_are_left_alone(tmp_path: Path) -> None:
    """Only what the process that held the folder before left half written goes."""
    (tmp_path / "unfinished").mkdir()
    (tmp_path / "unfinished" / "lock").write_text("4194305")
    dead, alive = tmp_path / ".unfinished-4194305-a", tmp_path / ".unfinished-4194306-b"
    dead.mkdir()
    alive.mkdir()
    with under_way(tmp_path, Run("deposit", (), {}, str(tmp_path))):
        assert not dead.exists()
        assert alive.exists()


# --- Dask


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler and two workers, in threads of this process."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=None,
        silence_logs=logging.CRITICAL, scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # the usual may be taken
    ) as cluster:  # fmt: skip
        yield cluster.scheduler_address


def test_parts_come_in_order_and_all_of_them(address: str) -> None:
    with computing(scheduler=address) as here:
        assert here.cluster is not None
        found = list(parts(Rounding(300), 3, 300))
        assert here.cluster.tasks < 150  # spans grow to what takes a while
    assert [first for first, _, _ in found] == [3, *(last for _, last, _ in found)][:-1]
    assert [value for _, _, part in found for value in part] == Rounding(300)(3, 300)


def test_a_fold_that_has_enough_leaves_nothing_running(address: str) -> None:
    with computing(scheduler=address):
        total = Sum(stops=range(20, 10_000))
        assert not fold_blocks(Rounding(10_000), total, 10_000)
        assert 20 <= total.done < 10_000


def test_each_item_once_in_order(address: str) -> None:
    with computing(scheduler=address):
        assert list(each(str, range(50))) == [str(i) for i in range(50)]
    assert list(each(str, range(3))) == ["0", "1", "2"]


class Large:
    """Blocks of a megabyte."""

    def __call__(self, first: int, last: int) -> list[Any]:
        return [np.zeros(125_000) for _ in range(first, last)]


def test_a_task_gives_back_no_more_than_fits(address: str) -> None:
    with computing(scheduler=address):
        spans = [last - first for first, last, _ in parts(Large(), 0, 200)]
    assert max(spans) <= 40


def precision_here(_: int) -> str:
    return current().precision


def test_workers_make_tables_in_the_precision_of_the_sender(address: str) -> None:
    with computing(scheduler=address, precision="float32"):
        assert list(each(precision_here, [1, 2])) == ["float32"] * 2


def test_a_fault_of_the_work_is_told_as_it_is(address: str) -> None:
    def refuse(_: int) -> int:
        raise BadValue(where="work", what="number", who="--it", expected="another", found="this")

    with computing(scheduler=address), pytest.raises(BadValue, match="work: bad number for --it"):
        list(each(refuse, [1]))


def same(one: scintidot.deposits.result.DepositResult, other: Any) -> None:  # type: ignore[name-defined]
    for mine, its in zip(one.entries, other.entries, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(mine.tally, its.tally, strict=True))
        assert np.array_equal(mine.outcome.escapes, its.outcome.escapes)


@pytest.mark.parametrize(
    "options",
    [
        {"edge_length": [3, 6], "histories": 20_000},
        {"edge_length": [6], "host": "octane", "relative_error": 0.05, "histories": 60_000},
        {"edge_length": [6], "histories": 9_000, "escapes": True},
        {"composite": "5 % x 3 nm", "box_nm": 20, "energy_keV": [1], "histories": 600},
        {"edge_length": [8], "source": "photon 30 keV", "histories": 2_000},
    ],
    ids=["sizes", "until an error", "escapes", "composite", "photons"],
)
def test_a_deposit_is_the_same_on_a_cluster(address: str, options: dict[str, Any]) -> None:
    here = scintidot.deposit(threads=1, **options)
    with computing(scheduler=address):
        same(scintidot.deposit(**options), here)


def test_streams_studies_and_fits_are_the_same_on_a_cluster(address: str) -> None:
    stream: dict[str, Any] = {
        "edge_length": 8.7, "mean_excitons": 2, "events": 200_000, "dead_time": "50 ns", "detectors": 2,
        "device": "cpu",
    }  # fmt: skip
    study = {
        "base": {"deposit": "continuous"},
        "vary": {"edge_length": {"from": 4, "to": 12, "points": 300}},
        "objective": {"figure": "photons_per_nc"}, "method": {"kind": "sweep"},
    }  # fmt: skip
    rng = np.random.default_rng(3)
    decays = [rng.poisson(500 * np.exp(-np.arange(300) * 0.1 / tau)) for tau in (3.0, 5.0)]
    fit: dict[str, Any] = {"bin_width_ps": 100, "irf": "none", "components": 1}

    def all_of_it() -> tuple[Any, ...]:
        found = scintidot.study(study)
        fits = scintidot.analyse_decay(decays, **fit)
        return (
            scintidot.photons(**stream),
            found.document["results"],
            [one["components"] for one in fits["decays"]],
        )

    here = all_of_it()
    with computing(scheduler=address):
        there = all_of_it()
    assert here == there


def test_other_code_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from scintidot.scale import cluster

    usual = cluster.code_here()
    answers = iter([usual + " older"])
    monkeypatch.setattr(
        cluster, "code_here", lambda: next(answers, usual)
    )  # of the sender, then of the workers
    with (
        computing(scheduler=address),
        pytest.raises(scintidot.ScintidotError, match="same version of scintidot"),
    ):
        list(parts(Rounding(4), 0, 4))


def test_nobody_at_the_address() -> None:
    from scintidot.scale import connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "ANSWER_S", 0.3)
        with (
            pytest.raises(BadValue, match="a Dask scheduler that answers"),
            computing(scheduler="tcp://127.0.0.1:9"),
        ):
            pass


def test_one_cluster_after_the_other_in_one_process() -> None:
    """What is set for the first is undone, and no more than that."""
    import subprocess
    import sys

    program = (
        "import scintidot\n"
        "for _ in range(2):\n"
        "    with scintidot.computing(scheduler='local', workers=1) as here: print(here.cluster.slots())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"if __name__ == '__main__':\n    exec({program!r})"],
        capture_output=True,
        check=False,
    )
    assert (done.stdout.split(), done.returncode) == ([b"1", b"1"], 0), done.stderr


def test_somebody_else_at_the_address() -> None:
    """Who listens, but does not greet as Dask does."""
    import socket

    from scintidot.scale import connection

    with pytest.MonkeyPatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as other:
        patch.setattr(connection, "ANSWER_S", 0.3)
        address = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(BadValue, match="a Dask scheduler that answers"), computing(scheduler=address):
            pass


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"scheduler": "somewhere"}, BadValue, "expected local, an address"),
        ({"scheduler": "none.json"}, BadFile, "found no none.json"),
        ({"device": "gpu"}, BadValue, "expected one of auto, cpu, cuda"),
        ({"precision": "half"}, BadValue, "expected one of float64, float32"),
        ({"workers": 2}, BadValue, "it with --scheduler local"),
        ({"checkpoint_every": "-3 s"}, BadValue, "at least 0"),
        ({"max_memory": "much"}, BadValue, "a number with its unit"),
    ],
)
def test_mistakes_are_one_line(options: dict[str, Any], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as caught, computing(**options):
        pass
    assert "\n" not in str(caught.value)
    assert current() is not None
    assert current().checkpoints is None


# --- memory and estimates


def test_too_little_memory_is_refused_with_what_is_needed() -> None:
    with (
        computing(max_memory="20 MB"),
        pytest.raises(OutOfRange, match="MB or more for this run, found 20 MB"),
    ):
        scintidot.deposit(edge_length=[5], histories=1000)


def test_a_sample_whose_hits_do_not_fit_is_refused_early() -> None:
    from scintidot.scale.estimate import memory_now

    with computing(max_memory=memory_now() + 2e6), pytest.raises(OutOfRange, match="fewer --histories"):
        scintidot.sample_light(energies="5", histories=100_000, fano_factor=0.1, seed=77)


def test_an_estimate_tells_time_and_histories() -> None:
    from scintidot.deposits.estimate import estimate_deposit

    options: dict[str, Any] = {
        "edge_length": [6],
        "host": "octane",
        "relative_error": 0.03,
        "threads": 1,
        "seed": 5,
    }
    estimate = estimate_deposit(**options, histories=10**6)
    document = estimate.as_json()
    assert document["schema"] == "scintidot.estimate/1"
    found = scintidot.deposit(**options, histories=10**6).entries[0].outcome
    assert document["parts"][0]["histories"] == pytest.approx(found.histories, rel=0.5)
    assert document["core_seconds"] == pytest.approx(found.seconds, rel=0.8)


def test_an_estimate_of_every_command_and_nothing_is_run() -> None:
    from scintidot.estimates import estimate_light, estimate_predict, estimate_study
    from scintidot.scale.estimate import memory_now

    own = memory_now() / 1e6  # of all that tests before this one have loaded
    study = {
        "base": {"deposit": "continuous", "edge_length": 8.7}, "vary": {"retained_fraction": [0, 0.5, 1]},
        "objective": {"figure": "photons_per_nc"}, "method": {"kind": "sweep"},
    }  # fmt: skip
    unknown = time.time_ns() % 10**9  # a seed of which no run before has kept anything
    options: dict[str, Any] = {"edge_length": 5.1, "host": "octane", "seed": unknown}
    found = {
        "predict": estimate_predict(**options, histories=500).as_json(),
        "light": estimate_light(energies="2,4", histories=500, seed=91).as_json(),
        "study": estimate_study(study).as_json(),
        "photons": scintidot.photons(edge_length=8.7, mean_excitons=2, events=10**8, dry_run=True),
    }
    for command, document in found.items():
        assert document["command"] == command
        assert document["seconds"] > 0
        assert 20 < document["peak_memory_MB"] - own < 1500
        assert document["core_seconds"] == pytest.approx(
            sum(part["core_seconds"] for part in document["parts"])
        )
    assert not any(part["kept_from_before"] for part in found["predict"]["parts"])
    scintidot.predict(**options, histories=500)
    again = estimate_predict(**options, histories=500).as_json()
    assert all(part["kept_from_before"] for part in again["parts"][:-1])


def test_memory_does_not_grow_with_histories(tmp_path: Path) -> None:
    """The most that a process ever took, for 30 000 histories and 30 times as many."""
    import subprocess
    import sys

    program = (
        "import resource, sys, scintidot\n"
        "scintidot.deposit(edge_length=[2], histories=int(float(sys.argv[1])), threads=2, energy_keV=[1])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    few, many = (
        int(
            subprocess.run(
                [sys.executable, "-c", program, count], capture_output=True, check=True, cwd=tmp_path
            ).stdout
        )
        for count in ("3e4", "9e5")
    )
    assert many < 1.03 * few


def test_netcdf_made_in_memory_is_what_xarray_reads(tmp_path: Path) -> None:
    from scintidot.output import write_netcdf

    data = xarray.Dataset(
        {"a": (("x", "y"), np.arange(6.0).reshape(2, 3), {"units": "eV"})}, attrs={"words": "<N>, é"}
    )
    write_netcdf(tmp_path / "file.nc", data)
    xarray.testing.assert_identical(xarray.load_dataset(tmp_path / "file.nc", engine="h5netcdf"), data)


def test_nothing_is_said_by_default() -> None:
    assert current() == current()
    assert Computing().cluster is None
    assert (current().device, current().precision, current().most_memory) == ("cpu", "float64", None)
