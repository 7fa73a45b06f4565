"""``python -m benchmarks [--record]``: run everything, print the figures and optionally record them for the page.

`results.json` holds the last recorded run, `history.jsonl` the main figures of all of them.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

import scintidot
from benchmarks import app, exact, fits, history, interactions, scale, stream, study, timing, track
from benchmarks.calibration import unit_ns
from scintidot.excitons.occupancy import initial_populations
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.lifetimes import effective_lifetimes, harmonic
from scintidot.kinetics.rates import biexciton_rates
from scintidot.timing.coincidence import single_nanocrystal_figure

POINTS = 1_000_000


def best(task, repeats=5):
    """Best time [s] after one warm-up."""
    task()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


def kinetics_points():
    """A million random (<N>, Phi_AR) points."""
    random = np.random.default_rng(1)
    return random.uniform(0.01, 5, POINTS), random.uniform(0, 0.999, POINTS)


def decay(mean, efficiency):
    """Rates and populations of the paper's model."""
    rates = biexciton_rates(
        "paper", exciton_rate=1e-4, quantum_yield=0.8, retained_fraction=0.5, auger_efficiency=efficiency
    )
    occupancy = initial_populations(mean, "paper")
    return BiexcitonDecay(rates, occupancy.exciton, occupancy.biexciton)


def closed_forms(points):
    """Photons, F(0), harmonic lifetime and CTR_NC."""
    one = decay(*points)
    return one.photons, harmonic(one), single_nanocrystal_figure(one.initial_rate)


def process(*arguments, runs=7):
    """Median wall time [s] of a whole process, after one warm-up."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def main():
    """Measure and report."""
    unit = unit_ns()
    points = kinetics_points()
    per_point = {
        "kinetics_closed_forms": best(lambda: closed_forms(points)),
        "kinetics_all_lifetimes": best(lambda: effective_lifetimes(decay(*points), 100.0), 3),
    }
    with tempfile.TemporaryDirectory() as folder:
        seconds = {
            "predict_in_process": best(scintidot.predict, 3),
            "process_python": process("-c", "pass"),
            "process_import": process("-c", "import scintidot"),
            "process_help": process("-m", "scintidot", "--help"),
            "process_doctor": process("-m", "scintidot", "doctor", runs=3),
            "process_kinetics_json": process(
                "-m", "scintidot", "kinetics", "--mean-excitons", "1", "--auger-efficiency", "0.9", "--json"
            ),
            "process_predict_json": process("-m", "scintidot", "predict", "--json", runs=3),
            "process_predict_report": process("-m", "scintidot", "predict", "--out", folder, runs=3),
        }
    figures = {
        "version": scintidot.__version__,
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "processor": platform.machine(),
        "calibration_unit_ns": round(unit, 2),
        "points": POINTS,
        "kinetics": {
            name: {
                "seconds_per_million": round(t, 3),
                "ns_per_point": round(t / POINTS * 1e9, 1),
                "units_per_point": round(t / POINTS * 1e9 / unit, 1),
            }
            for name, t in per_point.items()
        },
        "exact": exact.figures(best, unit),
        "samples": {
            name: {"ns": round(t * 1e9, 1), "units": round(t * 1e9 / unit, 1)}
            for name, t in interactions.per_sample(best).items()
        },
        "track": track.figures(unit),
        "stream": stream.figures(unit),
        "timing": timing.figures(best, unit),
        "fits": fits.figures(best, unit),
        "study": study.figures(best, unit),
        "scale": scale.figures(unit),
        "app": app.figures(),
        "interactions_seconds": {name: round(t, 4) for name, t in interactions.seconds(best).items()},
        "seconds": {name: round(t, 3) for name, t in seconds.items()},
    }
    text = json.dumps(figures, indent=1)
    print(text)
    if sys.argv[1:] == ["--record"]:
        Path(__file__).with_name("results.json").write_text(text + "\n", encoding="utf-8")
        history.record(figures)


if __name__ == "__main__":
    main()
