"""``python -m benchmarks.scale``: threads, Dask workers, checkpoints and memory, against one thread in the same run."""

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import scintidot
from benchmarks.calibration import unit_ns
from scintidot.options import cores
from scintidot.scale.checkpoints import Checkpoints
from scintidot.scale.computing import computing
from scintidot.transport.track.tally import empty_tally

HISTORIES = 1_000_000
CASE = {"edge_length": [10], "energy_keV": [7]}
SLOW = {"edge_length": [10], "energy_keV": [7], "host": "octane", "histories": 2_000_000}
MEMORY = """
import resource, sys, scintidot
result = scintidot.deposit(edge_length=[2], energy_keV=[1], histories=int(float(sys.argv[1])))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, result.entries[0].outcome.seconds)
"""


def seconds(**options):
    """Of the histories alone: loading, compiling and the bulk are not in it."""
    return scintidot.deposit(**options).entries[0].outcome.seconds


def speedups(repeats):
    """One thread and all of them by turns: the median of the ratios."""
    many, ratios, one_core = cores(), [], []
    for _ in range(repeats):
        one = seconds(**CASE, histories=HISTORIES, threads=1)
        ratios.append(one / seconds(**CASE, histories=HISTORIES, threads=many))
        one_core.append(one)
    return {
        "histories": HISTORIES,
        "threads": many,
        "one_thread_s": round(min(one_core), 3),
        "speedup": round(statistics.median(ratios), 2),
    }


def dask_overhead(repeats):
    """A local cluster against as many threads, by turns, both warm; tasks of seconds."""
    ratios, tasks = [], 0
    with computing(scheduler="local") as here:
        seconds(**{**SLOW, "histories": 20_000})
    for _ in range(repeats):
        with computing(scheduler="local") as here:
            seconds(**{**SLOW, "histories": 20_000})  # workers load and compile
            before = here.cluster.tasks
            on_workers = seconds(**SLOW)
            tasks = here.cluster.tasks - before
        ratios.append(on_workers / seconds(**SLOW, threads=cores()))
    return {
        "histories": SLOW["histories"],
        "workers": cores(),
        "tasks": tasks,
        "over_threads": round(statistics.median(ratios), 3),
    }


def checkpoint():
    """One checkpoint of a size and energy, brought to the disk."""
    with TemporaryDirectory() as folder:
        kept, arrays, times = Checkpoints(Path(folder)), empty_tally()._asdict(), []
        for _ in range(20):
            start = time.perf_counter()
            kept.save("key", 1, arrays)
            times.append(time.perf_counter() - start)
        size = kept.path("key").stat().st_size
    return {"ms": round(statistics.median(times) * 1e3, 2), "kB": round(size / 1e3)}


def memory():
    """The most that a process took, against the number of histories."""
    found = {}
    for count in ("1e6", "1e7", "1e8"):
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, count], capture_output=True, check=True, text=True
        )
        most, took = map(float, done.stdout.split())
        found[f"histories_{count}"] = {"peak_MB": round(most, 1), "seconds": round(took, 2)}
    return found


def figures(unit, repeats=5):
    """All of them."""
    seconds(**CASE, histories=10_000)
    return {
        "date": time.strftime("%Y-%m-%d"),
        "calibration_unit_ns": round(unit, 2),
        "threads": speedups(repeats),
        "dask": dask_overhead(2),
        "checkpoint": checkpoint(),
        "memory": memory(),
        "this_process_peak_MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


if __name__ == "__main__":
    print(json.dumps(figures(unit_ns()), indent=1))
