"""``python -m benchmarks.track_gpu [FILE.json] [SECONDS]``: the track engine on a GPU against one core.

Both variants of `scintidot.transport.track.cuda`, both precisions, and numbers of threads, steps and registers, in the
order of their importance: nothing new is begun after so many seconds (220), and what was left out is named. Prints
JSON, and ends with 1 if a history differs in its counts or a distribution from that of the CPU.
"""

import importlib.util
import json
import platform
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

import numpy as np

from benchmarks.calibration import unit_ns
from benchmarks.roofline import Peaks, events_of_a_history, least_ns
from benchmarks.stream_gpu import graphics_card
from scintidot.backends import why_no_cuda
from scintidot.deposits.options import read_setup
from scintidot.transport.track.books import RECORD_COLUMNS, scratch
from scintidot.transport.track.tables import tables_in
from scintidot.transport.track.tally import empty_tally, run_block

SEED, OTHER_SEED, REPEATS, LEVEL = 20240229, 7, 2, 0.01
COUNTS = ("events", "hits", "pairs", "escapes")
CASES = {
    "7 keV, 10 nm, octane": (100_000, 4_000_000, 1, {"host": "octane"}),
    "7 keV, 10 nm, vacuum": (200_000, 20_000_000, 1, {}),
    "7 keV, 5 % x 10 nm, octane": (
        2_000, 100_000, 512,
        {"composite": "5 % x 10 nm", "box_nm": 100.0, "host": "octane", "start": "matrix"},
    ),
}  # fmt: skip
"""Name -> histories on one core and on the GPU, most crystals hit, choices."""
PLANS = (("flat", "float64"), ("history", "float64"), ("flat", "float32"), ("history", "float32"))
TRIED = ({"steps": 1}, {"steps": 2}, {"steps": 4}, {"steps": 8}, {"threads": 64}, {"threads": 256})
COMPILED_ANEW = ({"registers": 128}, {"registers": 255})
"""Besides the defaults, with the first plan and the first case."""


def parity_cases():
    """The module that the parity tests use, too."""
    spec = importlib.util.spec_from_file_location("cuda_cases", ROOT / "tests" / "parity" / "cuda_cases.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["cuda_cases"] = module
    spec.loader.exec_module(module)
    return module


def timed(task):
    """What a task gives, and its time [s]."""
    start = time.perf_counter()
    found = task()
    return found, time.perf_counter() - start


def prepared(name):
    """A case with its tally and its time [ns] on one core."""
    count, _, most_hits, choices = CASES[name]
    setup = read_setup(**choices, histories=count, threads=1)
    problem = (setup.tables, setup.geometry(setup.bodies[0]), setup.source(setup.spectra[0]), setup.rules)
    memory, record = scratch(most_hits), np.empty((0, RECORD_COLUMNS))

    def on_cpu(histories):
        tally = empty_tally()
        run_block(np.uint64(SEED), 0, histories, *problem, memory, record, tally)
        return tally

    on_cpu(1)
    tally, seconds = timed(lambda: on_cpu(count))
    return {"problem": problem, "most_hits": most_hits, "tally": tally, "core_ns": seconds / count * 1e9}


def on_gpu(case, count, precision, **choices):
    """A case on the device with its kernel compiled, and the time [s] to copy everything there."""
    from scintidot.transport.track.cuda import OnDevice

    tables, *others = case["problem"]
    made, seconds = timed(
        lambda: OnDevice(tables_in(precision, tables), *others, case["most_hits"], **choices)
    )
    made.run(SEED, 0, min(count, 1000))
    return made, seconds


def kernel_seconds(made, count, repeats=REPEATS):
    """Of the kernel alone; best of some runs."""
    from numba import cuda

    def once():
        made.launch(OTHER_SEED, 0, count)
        cuda.synchronize()

    return min(timed(once)[1] for _ in range(repeats))


def resources(made):
    """Registers and local memory of a thread, and how many of its threads a multiprocessor can hold."""
    from numba import cuda

    if not hasattr(made.kernel, "get_regs_per_thread"):
        return {}
    device = cuda.get_current_device()
    registers = max(made.kernel.get_regs_per_thread().values())
    at_once = (
        device.MAX_REGISTERS_PER_MULTIPROCESSOR // (-(-registers // 8) * 8 * made.threads) * made.threads
    )
    return {
        "registers_per_thread": registers,
        "local_memory_B_per_thread": max(made.kernel.get_local_mem_per_thread().values()),
        "occupancy": round(at_once / device.MAX_THREADS_PER_MULTIPROCESSOR, 3),
    }


def figures(name, case, variant, precision):
    """Speed and parity of one case."""
    few, many, *_ = CASES[name]
    made, to_device = on_gpu(case, many, precision, variant=variant)
    tally = made.run(SEED, 0, few)
    large, whole = timed(lambda: made.run(OTHER_SEED, 0, many))
    kernel = kernel_seconds(made, many)
    apart = {
        field: int(np.abs(getattr(tally, field).cumsum() - getattr(case["tally"], field).cumsum()).max())
        for field in COUNTS
    }
    return {
        "core_ns_per_history": round(case["core_ns"], 1),
        "gpu_ns_per_history": round(kernel / many * 1e9, 3),
        "gpu_over_one_core": round(case["core_ns"] * many / (kernel * 1e9), 1),
        "gpu_over_one_core_with_copies": round(case["core_ns"] * many / (whole * 1e9), 1),
        "kernel_s": round(kernel, 4),
        "tally_to_host_s": round(max(whole - kernel, 0.0), 4),
        "tables_to_device_s": round(to_device, 4),
        "histories": many,
        "threads_at_once": made.blocks * made.threads,
        "largest_difference_of_counts": apart,
        "histories_compared": few,
        "ks_p_value_of_deposits": round(parity_cases().ks_p_value(case["tally"].events, large.events), 4),
        "largest_imbalance_of_books": float(large.worst[0]),
        **resources(made),
    }


def peaks():
    """Of the device at hand; None under the simulator."""
    from numba import cuda

    if not hasattr(cuda, "get_current_device"):
        return None
    device = cuda.get_current_device()
    major, minor = device.compute_capability
    doubles = 64 if (major, minor) in ((9, 0), (10, 0)) else 32 if (major, minor) in ((7, 0), (8, 0)) else 2
    return Peaks(device.MULTIPROCESSOR_COUNT, device.CLOCK_RATE / 1e6, double_lanes=doubles)


def agrees(row):
    """Whether a row is that of the CPU: nearly no history counted elsewhere, and books that close."""
    moved = max(row["largest_difference_of_counts"].values())
    close = row["largest_imbalance_of_books"] < 1e-9
    return close and row["ks_p_value_of_deposits"] > LEVEL and moved <= 3e-4 * row["histories_compared"] + 1


def tried(report, ready, end, all_choices):
    """The first plan and case with other numbers of threads, steps and registers than the defaults."""
    (variant, precision), (name, (_, many, *_)) = PLANS[0], next(iter(CASES.items()))
    for choices in all_choices:
        label = ", ".join(f"{key} {value}" for key, value in choices.items())
        if name not in ready or time.perf_counter() > end:
            report["left_out"].append(label)
            continue
        made, _ = on_gpu(ready[name], many, precision, variant=variant, **choices)
        report["tried"][label] = {
            "gpu_ns_per_history": round(kernel_seconds(made, many) / many * 1e9, 3), **resources(made)
        }  # fmt: skip


def main(file=None, seconds=220.0):
    """Measure, compare and report."""
    reason = why_no_cuda()
    if reason:
        sys.exit(f"track_gpu: no GPU to measure: {reason}")
    end = time.perf_counter() + seconds
    report = {
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "gpu": graphics_card(),
        "calibration_unit_ns": round(unit_ns(), 2),
        "ks_level": LEVEL,
        "bounds": {},
        "cases": {},
        "tried": {},
        "left_out": [],
    }
    ready = {}
    for variant, precision in PLANS:
        for name in CASES:
            label = f"{variant}, {precision}: {name}"
            if time.perf_counter() > end:
                report["left_out"].append(label)
                continue
            if name not in ready:
                ready[name] = prepared(name)
                events = events_of_a_history(ready[name])
                device = peaks()
                report["bounds"][name] = {
                    "events_of_a_history": events, **(least_ns(device, events) if device else {})
                }  # fmt: skip
            report["cases"][label] = figures(name, ready[name], variant, precision)
            print(label, report["cases"][label]["gpu_over_one_core"], "times one core", file=sys.stderr)
        tried(report, ready, end, {PLANS[0]: TRIED, PLANS[-1]: COMPILED_ANEW}.get((variant, precision), ()))
    report["left_out"] = "; ".join(report["left_out"]) or "nothing"
    text = json.dumps(report, indent=1)
    print(text)
    if file:
        Path(file).write_text(text + "\n", encoding="utf-8")
    sys.exit(0 if all(agrees(row) for row in report["cases"].values()) else 1)


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(float, sys.argv[2:3]))
