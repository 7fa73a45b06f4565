"""How fast the exact kinetics are: many points by linear algebra, one decay curve, its sum of exponentials."""

import numpy as np

from scintidot.excitons.distribution import pair_distribution
from scintidot.kinetics import exact
from scintidot.kinetics.exact import ExactDecay, exact_rates
from scintidot.kinetics.lifetimes import harmonic

POINTS, MOST_PAIRS = 10_000, 20
TIMES = np.geomspace(0.1, 1e5, 250)


def random_points():
    """``carriers`` at random (<N>, Phi_AR, xi), with up to 20 pairs."""
    random = np.random.default_rng(1)
    efficiency = random.uniform(0, 0.999, POINTS)
    rates = exact_rates(
        exciton_rate=1e-4,
        quantum_yield=0.8,
        auger_rate=4e-4 * efficiency / (1 - efficiency),
        retained_fraction=random.uniform(0, 1, POINTS),
    )
    distribution = pair_distribution(random.uniform(0.01, 5, POINTS), "poisson")[:, : MOST_PAIRS + 1]
    return ExactDecay("carriers", rates, distribution)


def one(mean=2.3):
    """One nanocrystal."""
    exact._KEPT.clear()
    rates = exact_rates(exciton_rate=1e-4, quantum_yield=0.8, auger_rate=4e-3, retained_fraction=0.5)
    return ExactDecay("carriers", rates, pair_distribution(mean, "poisson"))


def all_figures():
    """Photons, variance, mean time and harmonic lifetime of every point."""
    exact._KEPT.clear()  # tables of the last time
    decay = random_points()
    return decay.photons, decay.photon_number_variance, decay.first_moment, harmonic(decay)


def figures(best, unit_ns):
    """Seconds of one core by ``best(task)``, and calibration units of one point."""
    points = best(all_figures, 3)
    return {
        "carriers_10000_points_20_pairs_s": round(points, 3),
        "carriers_units_per_point": round(points / POINTS * 1e9 / unit_ns),
        "curve_of_250_times_ms": round(best(lambda: one().curve(TIMES)) * 1e3, 2),
        "moments_of_one_ms": round(best(lambda: one().photons) * 1e3, 2),
    }
