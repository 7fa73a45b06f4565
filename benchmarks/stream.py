"""How fast photon streams are: transitions of one core, compiled beforehand, counted and listed."""

import time

import numpy as np

from scintidot.kinetics.laws import CARRIERS_CODE, CUBIC, LADDER_CODE, N2, UNLIMITED, Rates
from scintidot.kinetics.stream import STEPS, Spectrum, count_photons, stream_photons

EVENTS, BINS, BIN_WIDTH = 400_000, 1000, 50.0
PLAIN = Rates(8e-5, 2e-5, 9.3e-3, 0.5, 0.0, 0.0, 0.0, 0.0, N2, CUBIC, UNLIMITED)
"""CsPbBr3 of 8.7 nm, about. [1/ps]"""
TRAPS = PLAIN._replace(trapping=1e-3, detrapping=2e-3, trap_loss=1e-5, neutralisation=1e-5)
CASES = {
    "carriers_N2.3": (CARRIERS_CODE, PLAIN, 2.3),
    "carriers_N10": (CARRIERS_CODE, PLAIN, 10.0),
    "carriers_traps_N2.3": (CARRIERS_CODE, TRAPS, 2.3),
    "ladder_N2.3": (LADDER_CODE, PLAIN, 2.3),
}
"""Name -> model, rates and mean number of pairs (Poisson)."""
LINES = Spectrum(np.full(5, 2.4), 0.04)


def poisson(mean, most=60):
    """P(0..most)."""
    found = np.exp(np.arange(most + 1) * np.log(mean) - mean - np.cumsum(np.log([1, *range(1, most + 1)])))
    return found / found.sum()


def fastest(task, repeats):
    """Best time [s] after one warm-up."""
    task()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times)


def figures(unit_ns, repeats=5):
    """Time of a transition [ns], in calibration units, and transitions per second; best of some runs."""
    found = {}
    for name, (model, rates, mean) in CASES.items():
        probability = poisson(mean)
        chosen = {"model": model, "events": EVENTS, "seed": 1}

        def count(probability=probability, rates=rates, chosen=chosen):
            return count_photons(probability, rates, bins=BINS, bin_width=BIN_WIDTH, **chosen)

        def listed(probability=probability, rates=rates, chosen=chosen):
            for _ in stream_photons(probability, rates, LINES, **chosen):
                pass

        steps = int(count().sums[STEPS])
        found[name] = {"transitions_per_event": round(steps / EVENTS, 2)}
        for mode, task in (("count", count), ("list", listed)):
            per_step = fastest(task, repeats) / steps * 1e9
            found[name][mode] = {
                "ns_per_transition": round(per_step, 1),
                "units_per_transition": round(per_step / unit_ns, 2),
                "transitions_per_second": round(1e9 / per_step),
            }
    return found
