"""Transient absorption: many simulated series and matrices of known truth, and measured matrices against pyglotaran.

The bias of a parameter is judged as its mean over the trials relative to the truth; the coverage is the share of trials
whose interval of one standard deviation holds the truth, which should be 68.3 %.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from scintidot.analysis.readers import Given, read
from scintidot.analysis.traces import TransientTrace
from scintidot.analysis.transient.carriers import Sample, bleach, fit_series, folded, modes
from scintidot.analysis.transient.chirp import dispersion, onsets
from scintidot.analysis.transient.convolved import decays
from scintidot.analysis.transient.curves import Curve
from scintidot.analysis.transient.global_analysis import Setup, fit_matrix
from scintidot.analysis.transient.subtraction import successive
from scintidot.measured.transient.fluence_series import poisson
from validation.case import SHARED, Case, Row

TRIALS = 240
K_X, SIGMA, ZERO, WIDTH = 1 / 8000, 1e-14, 0.3, 0.5
MEANS = (0.1, 0.4, 1.2, 3.5)
DELAYS = np.concatenate([np.linspace(-3, 10, 40)[:-1], np.geomspace(10, 3000, 45)])
GRID = ((40.0, 0.5, 0.01), (40.0, 0.5, 0.04), (200.0, 0.8, 0.02))
"""Auger lifetime 1/k_AR [ps], xi, noise over the bleach of one pair."""
STREAK = SHARED / "reference/measured/ta_pyglotaran_examples/data.ascii"


def cases() -> list[Case]:
    """Series, matrices, a measured matrix."""
    return [_series(), _subtraction(), _matrices(), _streak()]


def simulated(auger: float, xi: float, noise: float, seed: int) -> list[Curve]:
    """A series with the noise of one seed."""
    random, chain = np.random.default_rng(seed), Sample().chain(16)
    found = modes(chain, chain.matrix(K_X, 1 / auger, xi), bleach(chain.states, "electrons-and-holes", 2))
    seen = decays(DELAYS - ZERO, found.rate, WIDTH).value
    clean = folded(poisson(np.array(MEANS)), 16) @ found.amplitude @ seen.T
    values = clean + noise * random.standard_normal(clean.shape)
    sigma = np.full(len(DELAYS), noise)
    return [Curve(DELAYS, row, sigma, mean / SIGMA) for row, mean in zip(values, MEANS, strict=True)]


def trials(auger: float, xi: float, noise: float, count: int) -> dict[str, np.ndarray[Any, Any]]:
    """Value and error of each figure in each trial, (trials, 2), with all parameters of the model free."""
    rows: dict[str, list[tuple[float, float]]] = {}
    for seed in range(count):
        found = fit_series(
            simulated(auger, xi, noise, seed), poisson, Sample(), time_zero=0.0, response_sigma=0.4, exciton_rate=2e-4,
            hesse=False,
        )  # fmt: skip
        fit = found.fit
        figures = {
            "biexciton lifetime": found.biexciton_lifetime(),
            "Auger efficiency": found.auger_efficiency(),
            "cross section": (fit["cross_section"].value, fit["cross_section"].error),
            "retained fraction": (fit["retained_fraction"].value, fit["retained_fraction"].error),
            "exciton rate": (fit["exciton_rate"].value, fit["exciton_rate"].error),
        }
        for name, pair in figures.items():
            rows.setdefault(name, []).append(pair)
    return {name: np.array(pairs) for name, pairs in rows.items()}


def _series() -> Case:
    case = Case(
        "Fluence series: what went in comes out",
        f"own simulation, {TRIALS} trials at each point; truth and 68.3 %",
        "Four pumps, <N> = 0.1 to 3.5, all parameters free. Coverage is accepted from 60 to 76 %, a mean within "
        "four of its standard errors.",
    )
    for auger, xi, noise in GRID:
        k_ar, at = 1 / auger, f"1/k_AR {auger:g} ps, xi {xi:g}, noise {noise:g}"
        truth = {
            "biexciton lifetime": 1 / (4 * K_X + k_ar),
            "Auger efficiency": k_ar / (k_ar + 4 * K_X),
            "cross section": SIGMA,
            "retained fraction": xi,
            "exciton rate": K_X,
        }
        for name, pairs in trials(auger, xi, noise, TRIALS).items():
            expected = truth[name]
            scatter = 4 * float(np.std(pairs[:, 0])) / TRIALS**0.5 / expected
            case.rows.append(Row(name, at, "truth", float(pairs[:, 0].mean()) / expected, 1.0, scatter))
            covered = float(np.mean(np.abs(pairs[:, 0] - expected) < pairs[:, 1]))
            case.rows.append(Row(f"coverage, {name}", at, "1", covered, 0.683, 0.112))
    return case


def _subtraction() -> Case:
    case = Case(
        "Scatter of the biexciton lifetime: subtraction against the carrier model",
        "own simulation, 60 trials",
        "1/k_AR 40 ps, xi 1, noise 1 % of the bleach of one pair: successive subtraction amplifies the noise.",
    )
    by_fit, by_subtraction = [], []
    for seed in range(60):
        curves = simulated(40.0, 1.0, 0.01, seed)
        found = fit_series(
            curves, poisson, Sample(), time_zero=0.0, response_sigma=0.4, exciton_rate=2e-4, retained_fraction=1.0,
            hesse=False,
        )  # fmt: skip
        by_fit.append(found.biexciton_lifetime()[0])
        extracted = successive(curves, (300, 3000), time_zero=ZERO, response_sigma=WIDTH)
        by_subtraction += [extracted[0].lifetime] if extracted else []
    truth = 1 / (4 * K_X + 1 / 40)
    rows = {"carrier model": by_fit, "successive subtraction": by_subtraction}
    for name, values in rows.items():
        case.rows.append(Row("median lifetime", name, "ps", float(np.median(values)), truth, None))
        case.rows.append(Row("scatter", name, "ps", float(np.std(values)), float(np.std(by_fit)), None))
    return case


def _matrices() -> Case:
    case = Case(
        "Global analysis: what went in comes out",
        f"own simulation, {TRIALS} matrices; truth and 68.3 %",
        "Two lifetimes, chirp and width found from the matrix itself.",
    )
    time = np.concatenate([np.linspace(-4, 4, 50)[:-1], np.geomspace(4, 800, 50)])
    wavelength = np.linspace(450, 600, 16)
    x = (wavelength - 525) / 100
    lifetime = np.array([3.0, 60.0])
    spectra = np.stack(
        [np.exp(-(((wavelength - 480) / 25) ** 2)), 1.2 * np.exp(-(((wavelength - 540) / 30) ** 2))]
    )
    late = time[None] - (0.3 + 0.5 * x - 0.2 * x**2)[:, None]
    clean = np.einsum("jtc,cj->tj", decays(late, 1 / lifetime, 0.25).value, spectra)
    for noise in (0.01, 0.03):
        pulls, values, of_spectra = [], [], []
        for seed in range(TRIALS):
            scatter = noise * np.random.default_rng(seed).standard_normal(clean.shape)
            trace = TransientTrace(time, wavelength, clean + scatter)
            first = onsets(trace)
            found = fit_matrix(trace, Setup(dispersion(first, "polynomial"), first.sigma), 2)
            pulls.append((found.lifetime - lifetime) / found.lifetime_error)
            values.append(found.lifetime / lifetime)
            of_spectra.append(np.mean(np.abs(found.spectra - spectra) < found.spectra_error))
        table = np.array(values)
        for i in range(2):
            at = f"{lifetime[i]:g} ps, noise {noise:g}"
            limit = 4 * float(table[:, i].std()) / TRIALS**0.5
            case.rows.append(Row("lifetime", at, "truth", float(table[:, i].mean()), 1.0, limit))
            covered = float(np.mean(np.abs(np.array(pulls)[:, i]) < 1))
            case.rows.append(Row("coverage, lifetime", at, "1", covered, 0.683, 0.112))
        case.rows.append(
            Row("coverage, spectra", f"noise {noise:g}", "1", float(np.mean(of_spectra)), 0.683, 0.112)
        )
    return case


def _streak() -> Case:
    build: Callable[..., Case] = Case
    words = (
        "Photosystem I on a streak camera, 923 x 49 values",
        "pyglotaran-examples, case_studies/2001-Gobets_et_al-Streakdata_PSI/results/result/result.md: fitted rates",
        "One time zero, columns weighted by their noise, a baseline where pyglotaran has the back-sweep of 13.2 ns.",
    )
    if not STREAK.is_file():
        return build(*words, missing=f"no {STREAK}")
    case = build(*words)
    trace = read(STREAK, "transient", given=Given(time_unit="ps")).traces[0]
    first = onsets(trace)
    fits: list[Any] = []
    for components in range(1, 5):
        fits.append(fit_matrix(trace, Setup(dispersion(first, "none"), first.sigma), components, fits))
    published = (1 / 0.224982, 1 / 0.0680679, 1 / 0.0212251)
    for ours, reference in zip(fits[-1].lifetime, published, strict=False):
        case.rows.append(Row("lifetime", f"{reference:.3g} ps", "ps", float(ours), reference, 0.10))
    case.rows.append(
        Row("width of the response", "sigma", "ps", fits[-1].setup.response_sigma, 1.60986, 0.05)
    )
    return case
