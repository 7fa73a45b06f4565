"""How fast measured files become numbers: fits of decays and of transient absorption, readers."""

import tempfile
from pathlib import Path

import numpy as np

from scintidot.analysis.decay.fit import Measured, fit_components, fit_kinetic
from scintidot.analysis.decay.prepare import prepare_response
from scintidot.analysis.decay.responses import MeasuredResponse
from scintidot.analysis.decay.shapes import NAMES, Kinetic
from scintidot.analysis.readers import read
from scintidot.analysis.traces import DecayTrace
from scintidot.excitons.distribution import pair_distribution
from scintidot.measured.laboratory.ta import simulate_ta
from scintidot.measured.transient.run import analyse_ta

WIDTH, BINS, PERIOD, SIGMA = 16.0, 4096, 80_000.0, 40.0
EDGES = WIDTH * np.arange(BINS + 1)


def decay(seed, shares=(0.2, 0.2, 0.6), photons=1_000_000):
    """A decay of three lifetimes in 4096 channels with its measured response."""
    rng = np.random.default_rng(seed)
    tau = np.array([120.0, 900.0, 6000.0])[rng.choice(3, photons, p=shares)]
    time = (rng.exponential(tau) + rng.normal(1013, SIGMA, photons)) % PERIOD
    counts = np.bincount((time[time < EDGES[-1]] / WIDTH).astype(int), minlength=BINS) + rng.poisson(2, BINS)
    flash = np.bincount((rng.normal(1000, SIGMA, photons) / WIDTH).astype(int), minlength=BINS)
    ready = prepare_response(DecayTrace(flash.astype(float), WIDTH), BINS, WIDTH, 0.0)
    response = MeasuredResponse(ready.histogram, WIDTH, PERIOD)
    return Measured(f"decay {seed}", counts.astype(float), EDGES, np.arange(BINS), response, ready.fwhm)


def carriers(data):
    """<N>, k_X and k_AR of the exact model."""
    kinetic = Kinetic("carriers", lambda mean: pair_distribution(mean, "poisson"), 1, 1, 1, 1)
    return fit_kinetic([data], kinetic)


def table(folder):
    """A text file of 65536 counts."""
    path = Path(folder) / "decay.csv"
    counts = np.random.default_rng(1).poisson(100, 65536)
    path.write_text("time [ps],counts\n" + "\n".join(f"{4 * i},{n}" for i, n in enumerate(counts)))
    return path


def figures(best, unit_ns):
    """Seconds of one core by ``best(task)``; of the first, calibration units too."""
    one = decay(1)
    many = [decay(seed, (0.1 + 0.02 * seed, 0.2, 0.7 - 0.02 * seed), 200_000) for seed in range(20)]
    three = best(lambda: fit_components([one], NAMES[3]), 3)
    with tempfile.TemporaryDirectory() as folder:
        path = table(folder)
        simulate_ta(Path(folder) / "ta", seed=1)
        series = sorted((Path(folder) / "ta").glob("*.npz"))
        return {
            "decay_4096_channels_3_components_hesse_4_starts_s": round(three, 3),
            "decay_4096_channels_3_components_units": round(three * 1e9 / unit_ns),
            "decay_one_start_s": round(best(lambda: fit_components([one], NAMES[3], starts=1), 3), 3),
            "decays_20_shared_lifetimes_s": round(
                best(lambda: fit_components(many, NAMES[3], shared=True, starts=1), 2), 2
            ),
            "decay_carriers_s": round(best(lambda: carriers(one), 2), 2),
            "ta_fluence_series_s": round(best(lambda: analyse_ta(series), 2), 2),
            "read_csv_65536_bins_s": round(best(lambda: read(path, "decay"), 3), 3),
        }
