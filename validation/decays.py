"""Decays: what the virtual laboratory put in comes out, over lifetimes, counts, responses and models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from scintidot.analysis.decay.fit import Measured, fit_components, fit_kinetic
from scintidot.analysis.decay.prepare import prepare_response
from scintidot.analysis.decay.responses import GaussianResponse, MeasuredResponse, Response
from scintidot.analysis.decay.shapes import NAMES, Kinetic
from scintidot.analysis.fitting import Fit
from scintidot.analysis.traces import DecayTrace
from scintidot.constants import FWHM_PER_SIGMA
from scintidot.excitons.distribution import pair_distribution
from scintidot.measured.laboratory.light import Light, read_light
from scintidot.measured.laboratory.tcspc import Setup, histogram, record
from validation.case import Case, Row

TRIALS = 200
WIDTH, BINS, SIGMA, PERIOD = 16.0, 2048, 40.0, 40_000.0
EDGES = WIDTH * np.arange(BINS + 1)


class Setting(NamedTuple):
    """One place of the grid."""

    name: str
    light: dict[str, Any]
    counts: float
    response: str = "measured"  # of 1e7 photons, or gaussian
    per_period: float = 0.001
    model: str = "components"


GRID = (
    Setting("two lifetimes, 20 000 counts", {"lifetimes_ps": "300,6000", "fractions": "0.3,0.7"}, 2e4),
    Setting("two lifetimes, 200 000 counts", {"lifetimes_ps": "300,6000", "fractions": "0.3,0.7"}, 2e5),
    Setting("12 ps in bins of 16 ps", {"lifetimes_ps": "12,4000", "fractions": "0.3,0.7"}, 1e6),
    Setting("three lifetimes", {"lifetimes_ps": "120,900,6000", "fractions": "0.2,0.2,0.6"}, 1e6),
    Setting("Gaussian response", {"lifetimes_ps": "300,6000", "fractions": "0.3,0.7"}, 2e5, "gaussian"),
    Setting("pile-up, 0.3 a period", {"lifetimes_ps": "300,6000", "fractions": "0.3,0.7"}, 2e5, "gaussian", 0.3),
    Setting(
        "model paper",
        {"model": "paper", "mean_excitons": 1.2, "auger_efficiency": 0.95, "exciton_rate": 1 / 6000,
         "statistics": "poisson"},
        2e5, "gaussian", model="paper",
    ),
    Setting(
        "model carriers",
        {"model": "carriers", "mean_excitons": 1.5, "auger_efficiency": 0.95, "exciton_rate": 1 / 6000},
        2e5, "gaussian", model="carriers",
    ),
)  # fmt: skip


def drawn(setting: Setting, light: Light, seed: int) -> Measured:
    """A decay photon by photon, with its response."""
    rng = np.random.default_rng([seed, 77])
    setup = Setup(
        bin_width=WIDTH, bins=BINS, period=PERIOD, response_fwhm=SIGMA * FWHM_PER_SIGMA, tail_share=0.0,
        tail_lifetime=500.0, offset=1000.0, shift=13.0, photons_per_period=setting.per_period, dark_rate=2e-11,
        afterpulse=0.0, afterpulse_lifetime=1e5,
    )  # fmt: skip
    excitations = round(setting.counts / setting.per_period)
    counts = histogram(setup, record(setup, rng, excitations, light.times, setup.shift))
    response: Response = GaussianResponse(EDGES, PERIOD)
    if setting.response == "measured":
        flash = np.bincount((rng.normal(1000, SIGMA, 10_000_000) / WIDTH).astype(int), minlength=BINS)
        ready = prepare_response(DecayTrace(flash.astype(float), WIDTH), BINS, WIDTH, 0.0)
        response = MeasuredResponse(ready.histogram, WIDTH, PERIOD)
    known = float(excitations) if setting.per_period > 0.01 else None
    return Measured("drawn", counts, EDGES, np.arange(BINS), response, SIGMA * FWHM_PER_SIGMA, known)


def fitted(setting: Setting, data: Measured) -> Fit:
    """As ``analyse decay`` does it, from one start."""
    if setting.model != "components":
        kinetic = Kinetic(setting.model, lambda mean: pair_distribution(mean, "poisson"), 1, 1, 1, 1)
        return fit_kinetic([data], kinetic, starts=1).fit
    return fit_components([data], NAMES[setting.light["lifetimes_ps"].count(",") + 1], starts=1).fit


def truths(setting: Setting, light: Light) -> dict[str, float]:
    """Parameters of the fit with their true values."""
    shift = 13.0 + (1000.0 if setting.response == "gaussian" else 0.0)
    if setting.model != "components":
        names = ("mean_excitons", "exciton_lifetime_ps", "auger_lifetime_ps")
        return {name: light.truth[name] for name in names} | {"shift_ps": shift}
    lifetimes = light.truth["lifetimes_ps"]
    names = NAMES[len(lifetimes)]
    return {f"lifetime_{name}_ps": tau for name, tau in zip(names, lifetimes, strict=True)} | {
        "shift_ps": shift
    }


def pulls(setting: Setting, trials: int) -> dict[str, np.ndarray]:
    """(value - truth)/error of each parameter over the trials."""
    light = read_light("validation", **setting.light)
    truth = truths(setting, light)
    found: dict[str, list[float]] = {name: [] for name in truth}
    for seed in range(trials):
        fit = fitted(setting, drawn(setting, light, seed))
        for name, value in truth.items():
            found[name].append((fit[name].value - value) / fit[name].error)
    return {name: np.array(values) for name, values in found.items()}


def cases(trials: int = TRIALS, show: Callable[[str], None] = lambda _: None) -> list[Case]:
    """Coverage of the 68.3 % intervals (60 to 76 % accepted), and bias in standard errors of the mean (shown)."""
    rows = []
    for setting in GRID:
        show(setting.name)
        for name, values in pulls(setting, trials).items():
            coverage = float(np.mean(np.abs(values) < 1))
            rows.append(Row(f"coverage of {name}", setting.name, "1", coverage, 0.68, 0.08 / 0.68))
            bias = float(values.mean())
            rows.append(Row(f"bias of {name} + 1", setting.name, "errors", 1 + bias, 1.0, 0.35))
    return [
        Case(
            "Decays: round trips",
            "virtual laboratory, every photon drawn; no formula shared with the analysis",
            f"{trials} trials each. Coverage of intervals of one standard deviation; mean deviation over the stated "
            "error (0.07 of chance).",
            rows,
        )
    ]
