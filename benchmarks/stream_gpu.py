"""``python -m benchmarks.stream_gpu [FILE.json]``: photon streams on a GPU against one core, speed and parity.

Needs this checkout, numpy, numba and numba-cuda; prints JSON and ends with 1 if the two do not agree.
"""

import json
import os
import platform
import sys
import time
from pathlib import Path

os.environ.setdefault("SCINTIDOT_CACHE", "off")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import numpy as np

from benchmarks.calibration import unit_ns
from benchmarks.stream import BIN_WIDTH, BINS, CASES, fastest, poisson
from scintidot.backends import why_no_cuda
from scintidot.kinetics.stream import EVENTS, STEPS, UNFINISHED, count_photons

ON_CPU, ON_GPU, REPEATS = 1_000_000, 50_000_000, 3


def graphics_card():
    """Name of the device."""
    from numba import cuda

    if not hasattr(cuda, "get_current_device"):
        return "simulator"
    name = cuda.get_current_device().name
    return name.decode() if isinstance(name, bytes) else str(name)


def differences(found, expected):
    """Largest difference of each part of two tallies; those of sums relative to the sums."""
    whole = {
        name: int(np.abs(getattr(found, name) - getattr(expected, name)).max())
        for name in ("sums", "photons")
    }
    labels = np.abs(found.times.sum(axis=1) - expected.times.sum(axis=1)).max()
    moved = np.abs(found.times.cumsum(axis=1) - expected.times.cumsum(axis=1)).max()
    scale = np.maximum(expected.time_sums, 1e-300)
    return {
        **whole,
        "photons_by_transition": int(labels),
        "photons_over_an_edge_of_a_bin": int(moved),
        "time_sums_relative": float((np.abs(found.time_sums - expected.time_sums) / scale).max()),
    }


def main():
    """Measure, compare and report."""
    reason = why_no_cuda()
    if reason:
        sys.exit(f"stream_gpu: no GPU to measure: {reason}")
    from scintidot.kinetics.stream_cuda import count_photons_cuda

    report = {
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "gpu": graphics_card(),
        "calibration_unit_ns": round(unit_ns(), 2),
        "cases": {},
    }
    agree = True
    for name, (model, rates, mean) in CASES.items():
        probability = poisson(mean)
        chosen = {"model": model, "seed": 1, "bins": BINS, "bin_width": BIN_WIDTH}

        def on_cpu(probability=probability, rates=rates, chosen=chosen):
            return count_photons(probability, rates, events=ON_CPU, **chosen)

        def on_gpu(events=ON_GPU, probability=probability, rates=rates, chosen=chosen):
            return count_photons_cuda(probability, rates, events=events, **chosen)

        expected, found = on_cpu(), on_gpu(ON_CPU)
        apart = differences(found, expected)
        again = all(np.array_equal(a, b) for a, b in zip(found, on_gpu(ON_CPU), strict=True))
        same = again and not any(apart[key] for key in ("sums", "photons", "photons_by_transition"))
        same = bool(
            same and apart["photons_over_an_edge_of_a_bin"] <= 2 and apart["time_sums_relative"] < 1e-9
        )
        agree &= same and expected.sums[UNFINISHED] == 0
        cpu, gpu = fastest(on_cpu, REPEATS) / ON_CPU, fastest(on_gpu, REPEATS) / ON_GPU
        steps = expected.sums[STEPS] / expected.sums[EVENTS]
        report["cases"][name] = {
            "parity": same,
            "same_to_the_bit_each_time": again,
            "differences": apart,
            "transitions_per_event": round(float(steps), 2),
            "one_core_events_per_second": round(1 / cpu),
            "gpu_events_per_second": round(1 / gpu),
            "gpu_transitions_per_second": round(float(steps) / gpu),
            "gpu_over_one_core": round(cpu / gpu, 1),
        }
    text = json.dumps(report, indent=1)
    print(text)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")
    sys.exit(0 if agree else 1)


if __name__ == "__main__":
    main()
