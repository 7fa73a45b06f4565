"""Bleach of the band edge in the exact models, as sums of exponentials, and the global fit of a fluence series.

A nanocrystal with n_e electrons and n_h holes bleaches by b(n_e, n_h) = w_e min(n_e, g) + w_h min(n_h, g), in units of
one pair: an edge level holds g carriers (state filling; Klimov 2000, doi:10.1021/jp9944132). The mean after n pairs is

    S_n(t) = b exp(Q t) e_n = sum_k (b V)_k (V^-1 e_n)_k exp(-q_k t)

with the eigenvectors V of the generator Q of `scintidot.kinetics.generator`; with a pump of fluence J, the mean number
of pairs is sigma J and the signal sum_n P(n) S_n(t).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from scintidot.analysis.fitting import Cost, Fit, Parameter, Prediction, fit
from scintidot.analysis.transient.convolved import decays
from scintidot.analysis.transient.curves import Curve
from scintidot.kinetics.exact import exact_rates
from scintidot.kinetics.generator import Generator, State, generator
from scintidot.records import FloatArray
from scintidot.response import gaussian_times_decay

Pairs = Callable[[FloatArray], FloatArray]
"""From means (curves,) to P(n), shape (curves, n_max + 1)."""

FILLING = {
    "electrons-and-holes": "(min(n_e, g) + min(n_h, g))/2: electrons and holes fill the edge alike",
    "electrons": "min(n_e, g): the electrons alone fill it, as in CdSe, whose holes have many close levels",
}
WEIGHTS = {"electrons-and-holes": (0.5, 0.5), "electrons": (1.0, 0.0)}
RARE = 1e-4
"""Probability of more pairs than are followed, at most; those nanocrystals start with the most that are."""
FEWEST_PAIRS, MOST_PAIRS = 6, 24
REMEMBERED = 16
"""Sets of rates whose curves are kept."""
CLEAR_BEND = 4.0
"""Standard errors by which a series must depart from proportionality to the fluence."""
CLEAR_SERIES = 100.0
"""Chi-square of no signal at all, above that of noise, from which a fit is worth it."""


class Modes(NamedTuple):
    """S_n(t) = sum of amplitude[n, k] exp(-rate[k] t)."""

    rate: FloatArray  # (terms,) [1/ps]
    amplitude: FloatArray  # (n_max + 1, terms)


def bleach(found: Generator, filling: str, degeneracy: int | None) -> FloatArray:
    """Of each state, in units of one pair; ``degeneracy`` None: a level that never fills. Dark ones bleach nothing."""
    most = np.inf if degeneracy is None else degeneracy
    electrons, holes = (np.clip(found.carriers[:, i], 0, most) for i in (0, 1))
    of_electron, of_hole = WEIGHTS[filling]
    return np.asarray(of_electron * electrons + of_hole * holes, dtype=float)


def modes(chain: Chain, matrix: FloatArray, observable: FloatArray) -> Modes:
    """The mean of ``observable`` (states,) or (rows, states) after n = 0..most_pairs pairs; ``matrix`` is Q.

    Rates that coincide by accident leave too few eigenvectors; they are then drawn apart by 1e-7, which moves a curve
    by as little.
    """
    eigenvalues, vectors = np.linalg.eig(matrix)
    inverse = _inverse(vectors)
    if inverse is None:
        apart = matrix + np.diag(1e-7 * np.diag(matrix) * np.linspace(-1, 1, len(matrix)))
        eigenvalues, vectors = np.linalg.eig(apart)
        inverse = np.linalg.inv(vectors)
    left = np.real(observable @ vectors)
    amplitude = np.einsum("...k,kn->...nk", left, np.real(inverse @ chain.starts))
    return Modes(np.maximum(-np.real(eigenvalues), 0.0), amplitude)


def _inverse(vectors: FloatArray) -> FloatArray | None:
    """None where they are nearly dependent."""
    try:
        inverse = np.linalg.inv(vectors)
    except np.linalg.LinAlgError:
        return None
    size = float(np.linalg.norm(vectors, 1) * np.linalg.norm(inverse, 1))  # bounds the condition number
    return np.asarray(inverse) if size < 1e9 else None


def folded(distribution: FloatArray, most: int) -> FloatArray:
    """P(n) of n = 0..most, whatever is above added to the last."""
    if distribution.shape[-1] <= most + 1:
        missing = most + 1 - distribution.shape[-1]
        return np.pad(distribution, [(0, 0)] * (distribution.ndim - 1) + [(0, missing)])
    kept = distribution[..., : most + 1].copy()
    kept[..., most] += distribution[..., most + 1 :].sum(axis=-1)
    return np.asarray(kept)


def followed(pairs: Pairs, largest_mean: float) -> int:
    """Number of pairs beyond which nanocrystals are rarer than `RARE`."""
    above = 1 - np.cumsum(pairs(np.array([largest_mean]))[0])
    enough = np.flatnonzero(above < RARE)
    found = int(enough[0]) if enough.size else MOST_PAIRS
    return int(np.clip(found, FEWEST_PAIRS, MOST_PAIRS))


@dataclass(frozen=True)
class Sample:
    """What is held fixed of the nanocrystals and of the probe."""

    model: str = "carriers"
    filling: str = "electrons-and-holes"
    degeneracy: int | None = 2
    quantum_yield: float = 1.0

    def chain(self, most: int) -> Chain:
        """States up to ``most`` pairs, whatever the rates."""
        return _chain(self.model, self.quantum_yield, most)

    def biexciton_rate(self, exciton_rate: float, auger_rate: float) -> float:
        """Total rate out of the neutral biexciton. [1/ps]"""
        phi = self.quantum_yield
        return (4 * phi + 2 * (1 - phi)) * exciton_rate + auger_rate


class Chain(NamedTuple):
    """The states of a model, and its generator as a function of the rates, in which it is linear."""

    states: Generator  # for some positive rates, with every state that can occur
    starts: FloatArray  # (states, n_max + 1), 1 where n pairs start
    of_exciton: FloatArray  # (states, states), what k_X multiplies
    of_auger: FloatArray  # what k_AR multiplies
    of_retained: FloatArray  # what xi k_AR multiplies

    def matrix(self, exciton_rate: float, auger_rate: float, retained: float) -> FloatArray:
        """Q. [1/ps]"""
        return np.asarray(
            exciton_rate * self.of_exciton + auger_rate * (self.of_auger + retained * self.of_retained)
        )


@lru_cache(maxsize=32)
def _chain(model: str, quantum_yield: float, most: int) -> Chain:
    def states(exciton_rate: float, retained: float) -> Generator:
        rates = exact_rates(
            exciton_rate=exciton_rate, quantum_yield=quantum_yield, auger_rate=1.0, retained_fraction=retained
        )
        return generator(model, rates, most)

    found = states(1.0, 0.5)
    base, faster, less = (g.matrix.toarray() for g in (found, states(2.0, 0.5), states(1.0, 0.25)))
    of_exciton, of_retained = faster - base, 4 * (base - less)
    starts = np.zeros((len(found.states), most + 1))
    for pairs in range(most + 1):
        starts[found.index[State(pairs, pairs, 0)], pairs] = 1
    return Chain(found, starts, of_exciton, base - of_exciton - 0.5 * of_retained, of_retained)


NAMES = (
    "exciton_rate", "auger_rate", "retained_fraction", "cross_section", "amplitude", "time_zero", "response_sigma"
)  # fmt: skip
"""Parameters of a series; a baseline of each curve follows."""


class SeriesModel:
    """Signal of every curve of a series, one after the other, from the values of `NAMES` and the baselines."""

    def __init__(self, curves: Sequence[Curve], pairs: Pairs, sample: Sample, most: int) -> None:
        self.curves, self.pairs, self.sample, self.most = tuple(curves), pairs, sample, most
        self.fluence = np.array([curve.fluence for curve in curves])
        self.times, places = np.unique(np.concatenate([c.time for c in curves]), return_inverse=True)
        ends = np.cumsum([len(c.time) for c in curves])
        self.least = 1e-6 / float(np.ptp(self.times))  # change of a rate that a curve may show
        self.places = np.split(places, ends[:-1])
        self._found = lru_cache(maxsize=REMEMBERED)(
            self._modes
        )  # minimisers turn most parameters at the same rates
        self._table = lru_cache(maxsize=REMEMBERED)(self._seen)

    def _modes(self, exciton_rate: float, auger_rate: float, retained: float) -> Modes:
        chain = self.sample.chain(self.most)
        seen = bleach(chain.states, self.sample.filling, self.sample.degeneracy)
        return modes(chain, chain.matrix(exciton_rate, auger_rate, retained), seen)

    def _seen(self, rates: tuple[float, float, float], time_zero: float, width: float) -> FloatArray:
        found = self._found(*rates)
        seen = gaussian_times_decay((self.times - time_zero)[:, None], found.rate, width)
        return np.asarray(found.amplitude @ seen.T)

    def found(self, values: FloatArray) -> Modes:
        """S_n(t) for the rates in ``values``."""
        return self._found(*values[:3].tolist())

    def table(self, values: FloatArray) -> FloatArray:
        """S_n at every delay after the response, shape (n_max + 1, delays)."""
        return self._table(tuple(values[:3].tolist()), float(values[5]), float(values[6]))

    def occupancy(self, cross_section: float) -> FloatArray:
        """P(n) of each curve, shape (curves, n_max + 1)."""
        return folded(self.pairs(np.maximum(cross_section * self.fluence, 0.0)), self.most)

    def gathered(self, signals: FloatArray) -> FloatArray:
        """From every delay of the series to those of each curve: (..., curves, delays) to (..., points)."""
        parts = [signals[..., row, place] for row, place in enumerate(self.places)]
        return np.concatenate(parts, axis=-1)

    def __call__(self, values: FloatArray) -> Prediction:
        table, occupancy = self.table(values), self.occupancy(values[3])
        bases = np.repeat(values[7:], [len(place) for place in self.places])
        expected = values[4] * self.gathered(occupancy @ table) + bases
        return Prediction(expected, lambda: self.slopes(values, table, occupancy))

    def slopes(self, values: FloatArray, table: FloatArray, occupancy: FloatArray) -> FloatArray:
        """Derivatives, (points, parameters): of the rates and of P(n) by differences, of the rest in closed form."""
        height = values[4]
        by: list[FloatArray] = []
        for place in range(3):
            step = max(1e-4 * values[place], 1e-8 * values[1], self.least) if place < 2 else 1e-4
            up, down = values.copy(), values.copy()
            up[place] += step
            down[place] = max(values[place] - step, 0.0)
            if place == 2:
                up[place] = min(up[place], 1.0)
            by.append(height * occupancy @ (self.table(up) - self.table(down)) / (up[place] - down[place]))
        step = 1e-5 * values[3]
        change = (self.occupancy(values[3] + step) - self.occupancy(values[3] - step)) / (2 * step)
        by += [height * change @ table, occupancy @ table]
        found = self.found(values)
        shape = decays(self.times - values[5], found.rate, values[6])
        by += [-height * occupancy @ found.amplitude @ shape.by_time.T]
        by += [height * occupancy @ found.amplitude @ shape.by_sigma.T]
        columns = self.gathered(np.stack(by)).T
        bases = np.repeat(np.eye(len(self.curves)), [len(place) for place in self.places], axis=0)
        return np.hstack([columns, bases])


class Series(NamedTuple):
    """A fitted series; where chi-square says that the noise is larger than thought, errors are wider by that."""

    fit: Fit
    model: SeriesModel
    chi_square: float
    degrees_of_freedom: int
    error_scale: float

    @property
    def most(self) -> int:
        """Pairs that were followed."""
        return self.model.most

    def expected(self) -> list[FloatArray]:
        """Of each curve."""
        lengths = [len(curve.time) for curve in self.model.curves]
        return list(np.split(self.fit.expected, np.cumsum(lengths)[:-1]))

    def biexciton_lifetime(self) -> tuple[float, float]:
        """Of the neutral biexciton, and its error. [ps]"""
        sample = self.model.sample
        value, error = self.fit.propagated(lambda v: np.array([1 / sample.biexciton_rate(v[0], v[1])]))
        return float(value[0]), float(error[0])

    def auger_efficiency(self) -> tuple[float, float]:
        """k_AR/(k_AR + 4 k_X), and its error."""
        value, error = self.fit.propagated(lambda v: np.array([v[1] / (v[1] + 4 * v[0])]))
        return float(value[0]), float(error[0])


def fit_series(
    curves: Sequence[Curve],
    pairs: Pairs,
    sample: Sample,
    *,
    time_zero: float,
    response_sigma: float,
    exciton_rate: float,
    exciton_rate_fixed: bool = False,
    retained_fraction: float | None = None,
    hesse: bool = True,
) -> Series:
    """All curves of a series at once: shared rates, cross section, height, time zero and response; a baseline each.

    Parameters
    ----------
    curves : sequence of Curve
        By any order of fluence.
    pairs : callable
        P(n) for the mean numbers of pairs, such as Poisson's law.
    sample : Sample
        Model and state filling.
    time_zero, response_sigma, exciton_rate : float
        Where the fit starts. [ps, ps, 1/ps]
    exciton_rate_fixed : bool
        Whether k_X is known from elsewhere.
    retained_fraction : float, optional
        xi where it is known; fitted from 0 to 1 without it.

    Raises
    ------
    ValueError
        If no signal stands out of the noise, or if nothing in the series is not proportional to the fluence.
    """
    if not sum(float(np.sum((c.values / c.sigma) ** 2 - 1)) for c in curves) > CLEAR_SERIES:
        raise ValueError("no signal stands out of the noise")
    if not bent(curves, time_zero, response_sigma) > CLEAR_BEND:
        raise ValueError(
            "within their noise the curves are proportional to the fluence: no pump clearly makes two pairs"
        )
    strongest = float(max(curve.fluence for curve in curves))
    span = max(float(curve.time[-1]) for curve in curves) - time_zero
    xi = 0.7 if retained_fraction is None else retained_fraction
    start, most = _start(
        curves, pairs, sample, np.array([exciton_rate, 0, xi, 0, 0, time_zero, response_sigma]), span
    )
    auger, section, height = (float(start[i]) for i in (1, 3, 4))
    parameters = [
        Parameter("exciton_rate", exciton_rate, 0.0, 1e2 / span, fixed=exciton_rate_fixed, unit="1/ps"),
        Parameter("auger_rate", auger, 0.0, 1e2 / response_sigma, unit="1/ps"),
        Parameter("retained_fraction", xi, 0.0, 1.0, fixed=retained_fraction is not None, scale=1.0),
        Parameter("cross_section", section, 1e-6 * section, 50 / strongest, unit="cm2"),
        Parameter("amplitude", height, unit="signal of one pair"),
        Parameter("time_zero", time_zero, unit="ps", scale=response_sigma),
        Parameter("response_sigma", response_sigma, 0.02 * response_sigma, 50 * response_sigma, unit="ps"),
    ]
    has_before = [np.count_nonzero(c.time < time_zero - 2 * response_sigma) > 1 for c in curves]
    parameters += [
        Parameter(f"baseline_{i}", 0.0, fixed=not before, scale=abs(height))
        for i, before in enumerate(has_before, start=1)
    ]
    data = np.concatenate([c.values for c in curves])
    sigma = np.concatenate([c.sigma for c in curves])
    model, found = SeriesModel(curves, pairs, sample, most), None
    for _ in range(3):
        model = SeriesModel(curves, pairs, sample, most)
        found = fit(Cost.gaussian(model, data, sigma), parameters, hesse=False)
        needed = followed(pairs, min(found["cross_section"].value * strongest, 50.0))
        if needed <= most:
            break
        most = needed
    assert found is not None
    chi_square, degrees = found.cost, found.degrees_of_freedom
    scale = float(np.sqrt(max(chi_square / max(degrees, 1), 1.0)))
    if scale > 1 or hesse:
        again = [replace(p, start=q.value) for p, q in zip(parameters, found.parameters, strict=True)]
        found = fit(Cost.gaussian(model, data, sigma * scale), again, hesse=hesse)
    return Series(found, model, chi_square, degrees, scale)


def bent(curves: Sequence[Curve], time_zero: float, response_sigma: float) -> float:
    """Standard errors by which a series departs from proportionality to the fluence, as pairs would make it.

    The part J f(t) with any f is taken away; what is left is compared with J^2 exp(-t/tau), the first order of
    saturation and of biexcitons, for tau from the response to infinity. The largest of nine: 2 by chance.
    """
    time = curves[0].time
    values = np.stack([np.interp(time, c.time, c.values) for c in curves])
    sigma = np.stack([np.interp(time, c.time, c.sigma) for c in curves])
    fluence = np.array([c.fluence for c in curves]) / max(c.fluence for c in curves)
    later = time - time_zero
    lifetimes = np.geomspace(response_sigma, max(float(later[-1]), 2 * response_sigma), 8)
    shapes = gaussian_times_decay(later[:, None], np.append(0.0, 1 / lifetimes), response_sigma).T
    weight = 1 / sigma**2

    def straightened(part: FloatArray) -> FloatArray:
        """What is left of (..., curves, times) without the multiple of the fluence at each delay."""
        slope = np.einsum("m,mt,...mt->...t", fluence, weight, part) / np.einsum(
            "m,mt->t", fluence**2, weight
        )
        return np.asarray(part - fluence[:, None] * slope[..., None, :])

    bend = straightened(fluence[:, None] ** 2 * shapes[:, None, :])
    size = np.sqrt(np.einsum("kmt,mt->k", bend**2, weight))
    score = np.abs(np.einsum("kmt,mt,mt->k", bend, weight, values))
    return float(np.max(score / np.maximum(size, 1e-300)))


def _start(
    curves: Sequence[Curve], pairs: Pairs, sample: Sample, values: FloatArray, span: float
) -> tuple[FloatArray, int]:
    """Coarse search over Auger rate and mean number of pairs; the height follows linearly."""
    data = np.concatenate([c.values for c in curves])
    weight = np.concatenate([1 / c.sigma**2 for c in curves])
    strongest = max(c.fluence for c in curves)
    response = values[6]
    best, best_values, best_most = np.inf, values, FEWEST_PAIRS
    baselines = np.zeros(len(curves))
    for mean in (0.15, 0.4, 1.0, 2.0, 4.0):
        most = min(followed(pairs, mean), 12)
        model = SeriesModel(curves, pairs, sample, most)
        for lifetime in np.geomspace(max(0.5 * response, 1e-3 * span), 0.5 * span, 9):
            trial = values.copy()
            trial[[1, 3, 4]] = 1 / lifetime, mean / strongest, 1.0
            shape = model(np.append(trial, baselines)).expected
            height = (shape * weight) @ data / max((shape * weight) @ shape, 1e-300)
            cost = float(weight @ (data - height * shape) ** 2)
            if cost < best:
                trial[4] = height
                best, best_values, best_most = cost, trial, most
    return best_values, max(best_most, followed(pairs, best_values[3] * strongest))
