"""How fast time resolutions are: information of one decay, best photon, whole document, simulated photons."""

import numpy as np

from scintidot.coincidence import coincidence_time_resolution
from scintidot.records import Exponentials
from scintidot.timing.bounds import fisher_information
from scintidot.timing.density import Response
from scintidot.timing.likelihood import simulated_errors
from scintidot.timing.order_statistics import Quantiles, best_photon

DECAYS, TERMS = 200, 60
LIGHT = Exponentials(np.array([0.3 / 250, 0.7 / 1e4]), np.array([1 / 250, 1e-4]))
JITTER = Response.gaussian(40.0)
PHOTONS, EVENTS = 1500, 500


def decays():
    """Random sums of 60 exponentials, lifetimes from 1 ps to 1 us."""
    random = np.random.default_rng(1)
    rate = 10 ** random.uniform(-6, 0, (DECAYS, TERMS))
    return Exponentials(random.uniform(0, 1, rate.shape) * rate, rate)


def simulate():
    """Maximum likelihood on one thread."""
    return simulated_errors(
        LIGHT, 0.0, JITTER, photons=PHOTONS, number="fixed", events=EVENTS, seed=1, threads=1
    )


def figures(best, unit_ns):
    """Milliseconds of one core by ``best(task)``, and calibration units where a single step repeats."""
    own, shared = decays(), Exponentials(decays().amplitude, decays().rate[0])
    information = best(lambda: fisher_information(own, 100.0, 40.0)) / DECAYS
    shared_rates = best(lambda: fisher_information(shared, 100.0, 40.0)) / DECAYS
    photon = best(lambda: best_photon(Quantiles.of(LIGHT, 0.0, JITTER), 5000.0))
    document = best(
        lambda: coincidence_time_resolution(decay="0.3:250,0.7:10000", jitter_sigma=40, photons=1500)
    )
    simulated = best(simulate, 3) / (EVENTS * PHOTONS)
    return {
        "fisher_information_60_terms_ms": round(information * 1e3, 4),
        "fisher_information_60_terms_units": round(information * 1e9 / unit_ns),
        "fisher_information_60_shared_terms_ms": round(shared_rates * 1e3, 4),
        "best_photon_ms": round(photon * 1e3, 3),
        "document_ms": round(document * 1e3, 3),
        "maximum_likelihood_ns_per_photon": round(simulated * 1e9, 1),
        "maximum_likelihood_units_per_photon": round(simulated * 1e9 / unit_ns, 1),
    }
