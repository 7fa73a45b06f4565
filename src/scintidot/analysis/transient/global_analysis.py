"""Global analysis of one matrix: lifetimes common to all wavelengths, spectra by variable projection.

    y(t, L) = sum_i D_i(L) E(t - t0(L); 1/tau_i, s) + artefact + baseline(L)

The spectra D (decay-associated) are linear and drop out (Golub, Pereyra 1973, doi:10.1137/0710036); the derivatives
of what is left are those of Kaufman 1975 (doi:10.1007/BF01932995), whose squares give the marginal covariance of the
lifetimes exactly to first order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scintidot.analysis.fitting import Cost, Fit, Parameter, Prediction, fit
from scintidot.analysis.traces import TransientTrace
from scintidot.analysis.transient.chirp import Dispersion
from scintidot.analysis.transient.convolved import artefacts, decays
from scintidot.analysis.transient.curves import CLEAR, noise
from scintidot.records import FloatArray

MOST_COLUMNS = 64
"""Wavelengths beyond which neighbours are averaged for the lifetimes; the spectra have all of them."""
WORTH = 0.05
"""Share of chi-square per degree of freedom that one more component must take away."""
SHORTEST = 1.0
"""Lifetime over the rough width of the response, at least: what is faster is not told from an artefact."""
CLEAR_GAIN = 8.0
"""Standard deviations by which a model must take more off chi-square than it would off that of noise."""
MOST_COMPONENTS = 4
ARTEFACT = 3
"""Columns of a coherent artefact: a Gaussian and two derivatives."""


@dataclass(frozen=True)
class Setup:
    """What is to be fitted besides the lifetimes and a constant at each wavelength."""

    dispersion: Dispersion
    response_sigma: float  # [ps] where it starts
    artefact: int = 0  # columns of a coherent artefact
    before: float | None = None  # [ps] delays up to which noise is taken from; by the other two without it

    def with_before(self, wavelength: FloatArray) -> Setup:
        """With a bound that stays as it is while time zero is fitted."""
        if self.before is not None:
            return self
        first = float(self.dispersion(wavelength).min())
        return replace(self, before=first - CLEAR * self.response_sigma)


class Projection:
    """The model as a function of lifetimes, dispersion and width; its linear part is solved for each wavelength."""

    def __init__(
        self, time: FloatArray, wavelength: FloatArray, values: FloatArray, sigma: FloatArray, setup: Setup,
        components: int,
    ) -> None:  # fmt: skip
        self.time, self.wavelength, self.setup, self.components = time, wavelength, setup, components
        self.sigma = sigma
        self.data = np.ascontiguousarray(values.T)  # (wavelengths, times)
        self.basis = setup.dispersion.basis(wavelength)

    def split(self, values: FloatArray) -> tuple[FloatArray, FloatArray, float]:
        """Lifetimes, coefficients of the dispersion, width."""
        n, m = self.components, self.basis.shape[1]
        return values[:n], values[n : n + m], float(values[n + m])

    def solved(self, values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, tuple[FloatArray, ...]]:
        """Q of the columns, inverse of R, linear parameters (wavelengths, columns), and the derivatives of the model:
        by lifetime (components, ...), by time, by width, at fixed linear parameters."""
        lifetime, coefficients, width = self.split(values)
        t = self.time - (self.basis @ coefficients)[:, None]  # (wavelengths, times)
        shape = decays(t, 1 / lifetime, width)
        extra = artefacts(t, width, self.setup.artefact)
        q, r = np.linalg.qr(np.concatenate([shape.value, extra.value, np.ones((*t.shape, 1))], axis=-1))
        inverse = np.linalg.pinv(r, rcond=1e-10)
        linear = (inverse @ (np.swapaxes(q, 1, 2) @ self.data[..., None]))[..., 0]
        n = self.components
        amplitude, of_artefact = linear[:, None, :n], linear[:, None, n : n + self.setup.artefact]
        by_lifetime = np.moveaxis(-shape.by_rate * amplitude / lifetime**2, -1, 0)
        by_time, by_width = (
            np.sum(part * amplitude, axis=-1) + np.sum(other * of_artefact, axis=-1)
            for part, other in ((shape.by_time, extra.by_time), (shape.by_sigma, extra.by_sigma))
        )
        return q, inverse, linear, (by_lifetime, by_time, by_width)

    def slopes(self, derivatives: tuple[FloatArray, ...]) -> FloatArray:
        """Derivatives by every parameter, (wavelengths, times, parameters)."""
        by_lifetime, by_time, by_width = derivatives
        of_zero = -by_time[..., None] * self.basis[:, None, :]
        return np.concatenate([np.moveaxis(by_lifetime, 0, -1), of_zero, by_width[..., None]], axis=-1)

    def __call__(self, values: FloatArray) -> Prediction:
        q, _, _, derivatives = self.solved(values)
        turned = np.swapaxes(q, 1, 2)
        expected = (q @ (turned @ self.data[..., None]))[..., 0]
        slopes = self.slopes(derivatives)
        slopes = slopes - q @ (turned @ slopes)
        return Prediction(expected.ravel(), slopes.reshape(-1, slopes.shape[-1]))


@dataclass(frozen=True)
class GlobalFit:
    """Lifetimes with their spectra."""

    fit: Fit
    setup: Setup  # as found
    lifetime: FloatArray  # (components,) [ps], rising
    lifetime_error: FloatArray
    wavelength: FloatArray
    spectra: FloatArray  # (components, wavelengths) decay-associated
    spectra_error: FloatArray
    covariance: FloatArray  # (wavelengths, components, components) of the spectra
    expected: FloatArray  # (times, wavelengths)
    sigma: FloatArray  # (wavelengths,) noise that was taken
    chi_square: float
    degrees_of_freedom: int
    error_scale: float  # by which errors are wider than the noise alone would make them

    @property
    def too_fast(self) -> bool:
        """Whether the shortest lifetime is that of the response, or what is allowed at least."""
        first = self.fit.parameters[int(np.argmin(self.fit.values[: len(self.lifetime)]))]
        return bool(self.lifetime[0] < self.setup.response_sigma) or first.at_limit

    @property
    def per_degree(self) -> float:
        """Chi-square over degrees of freedom."""
        return self.chi_square / max(self.degrees_of_freedom, 1)


def fit_matrix(
    trace: TransientTrace, setup: Setup, components: int, before: Sequence[GlobalFit] = ()
) -> GlobalFit:
    """Global analysis with a number of ``components``; ``before`` are fits with fewer, from which it starts too."""
    setup = setup.with_before(trace.wavelength)
    assert setup.before is not None
    time, first = trace.time, float(setup.dispersion(trace.wavelength).min())
    sigma = noise(time, trace.values, setup.before)
    wavelength, values, coarse = _fewer(trace.wavelength, trace.values, sigma)
    model = Projection(time, wavelength, values, coarse, setup, components)
    span, step = float(time[-1]) - first, 0.2 * setup.response_sigma
    low, high = SHORTEST * float(setup.response_sigma), 100 * float(span)
    starts = [
        np.clip(start, low, high) for start in _lifetimes(components, setup.response_sigma, span, before)
    ]
    law = setup.dispersion
    parameters = [
        Parameter(f"lifetime_{i + 1}", float(s), low, high, unit="ps") for i, s in enumerate(starts[0])
    ]
    parameters += [
        Parameter(f"time_zero_{i}", float(c), unit="ps", scale=step) for i, c in enumerate(law.coefficients)
    ]
    width = float(setup.response_sigma)
    parameters.append(Parameter("response_sigma", width, 0.1 * width, 10 * width, unit="ps"))
    others = np.append(law.coefficients, width)
    each = np.repeat(coarse, len(time))
    cost = Cost.gaussian(model, model.data.ravel(), each)
    whole = sorted((np.append(s, others) for s in starts), key=lambda s: _size(cost, s))[:2]
    parameters = [replace(p, start=float(s)) for p, s in zip(parameters, whole[0], strict=True)]
    linear = len(wavelength) * (components + setup.artefact + 1)
    with np.errstate(over="ignore"):  # a lifetime that leaves no trace has no bound
        found = fit(cost, parameters, starts=whole[1:], hesse=False)
        degrees = cost.points - linear - len(found.free)
        scale = float(np.sqrt(max(found.cost / max(degrees, 1), 1.0)))
        if scale > 1:
            again = [replace(p, start=q.value) for p, q in zip(parameters, found.parameters, strict=True)]
            wider = Cost.gaussian(model, cost.data, each * scale)
            found = replace(fit(wider, again, hesse=False), starts=found.starts)
    return _spectra(trace, setup, found, components, sigma, scale)


def fit_best(
    trace: TransientTrace, setup: Setup, *, artefact_if_needed: bool = True
) -> tuple[GlobalFit, list[GlobalFit]]:
    """The fewest components after which one more takes less than `WORTH` off chi-square; and all that were tried.

    A lifetime below the width of the response is no dynamics: then a coherent artefact is added, if that is allowed.
    """
    tried: list[GlobalFit] = []
    setup = setup.with_before(trace.wavelength)
    while len(tried) < MOST_COMPONENTS:
        begin = replace(setup, dispersion=tried[-1].setup.dispersion) if tried else setup
        found = fit_matrix(trace, begin, len(tried) + 1, tried)
        if tried and found.per_degree > (1 - WORTH) * tried[-1].per_degree:
            return tried[-1], [*tried, found]
        if artefact_if_needed and not setup.artefact and found.too_fast:
            setup, tried = replace(begin, artefact=ARTEFACT), []
        else:
            tried.append(found)
    return tried[-1], tried


def stands_out(found: GlobalFit, trace: TransientTrace) -> bool:
    """Whether the model takes more off chi-square than its parameters would off that of noise about constants.

    Of k parameters it is k +- sqrt(2 k); lifetimes and time zero, which were searched for, take a little more.
    """
    about = trace.values - np.average(trace.values, axis=0)
    constant = float(np.sum((about / found.sigma) ** 2))
    parameters = len(found.wavelength) * (len(found.lifetime) + found.setup.artefact) + len(found.fit.free)
    gained = (constant - found.chi_square) / max(found.per_degree, 1.0)
    return gained > parameters + CLEAR_GAIN * float(np.sqrt(2 * parameters))


def _size(cost: Cost, values: FloatArray) -> float:
    return float(np.sum(cost.contributions(cost.model(values).expected)))


def _lifetimes(components: int, width: float, span: float, before: Sequence[GlobalFit]) -> list[FloatArray]:
    starts = [np.geomspace(3 * width, 0.5 * span, components + 2)[1:-1]]
    if before and len(before[-1].lifetime) == components - 1:
        known = np.clip(before[-1].lifetime, width, 10 * span)
        edges = np.concatenate([[max(width, 0.1 * known[0])], known, [min(10 * known[-1], 10 * span)]])
        between = np.sqrt(edges[1:] * edges[:-1])
        starts += [np.sort(np.append(known, new)) for new in between]
    return starts


def _fewer(
    wavelength: FloatArray, values: FloatArray, sigma: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Weighted means of neighbours, at most `MOST_COLUMNS` of them."""
    if len(wavelength) <= MOST_COLUMNS:
        return wavelength, values, sigma
    weight = 1 / sigma**2
    size = -(-len(wavelength) // MOST_COLUMNS)
    first = np.arange(0, len(wavelength), size)
    total = np.add.reduceat(weight, first)
    return (
        np.add.reduceat(wavelength * weight, first) / total,
        np.add.reduceat(values * weight, first, axis=1) / total,
        1 / np.sqrt(total),
    )


def _spectra(
    trace: TransientTrace, setup: Setup, found: Fit, components: int, sigma: FloatArray, scale: float
) -> GlobalFit:
    """Spectra at every wavelength: their scatter at fixed lifetimes, and what the errors of these add."""
    model = Projection(trace.time, trace.wavelength, trace.values, sigma, setup, components)
    q, inverse, linear, derivatives = model.solved(found.values)
    expected = (q @ (np.swapaxes(q, 1, 2) @ model.data[..., None]))[..., 0]
    slopes = -inverse @ (np.swapaxes(q, 1, 2) @ model.slopes(derivatives))  # of the linear ones by the others
    covariance = np.nan_to_num(found.covariance, posinf=0.0)
    spread = inverse @ np.swapaxes(inverse, 1, 2) * (scale * sigma[:, None, None]) ** 2
    spread = spread + slopes @ covariance @ np.swapaxes(slopes, 1, 2)
    lifetime, coefficients, width = model.split(found.values)
    order = np.argsort(lifetime)
    error = np.array([found.parameters[i].error for i in range(components)])
    chi_square = float(np.sum(((model.data - expected) / sigma[:, None]) ** 2))
    return GlobalFit(
        fit=found,
        setup=replace(setup, dispersion=replace(setup.dispersion, coefficients=coefficients), response_sigma=width),
        lifetime=lifetime[order], lifetime_error=error[order], wavelength=trace.wavelength,
        spectra=linear[:, :components].T[order],
        spectra_error=np.sqrt(np.maximum(np.diagonal(spread, axis1=1, axis2=2), 0)).T[:components][order],
        covariance=spread[:, order][:, :, order],
        expected=expected.T, sigma=sigma, chi_square=chi_square,
        degrees_of_freedom=model.data.size - linear.size - len(found.free), error_scale=scale,
    )  # fmt: skip


def sequential(lifetime: FloatArray) -> FloatArray:
    """Concentrations of a sequence 1 -> 2 -> ... -> ground, each slower than the one before, as sums of exponentials.

    ``lifetime`` (components,) [ps] rising; c_i(t) = sum_j b[i, j] exp(-t/lifetime_j), with c_1(0) = 1.
    """
    k = 1 / lifetime
    b = np.zeros((len(k), len(k)))
    for i in range(len(k)):
        for j in range(i + 1):
            others = [m for m in range(i + 1) if m != j]
            b[i, j] = np.prod(k[:i]) / np.prod(k[others] - k[j])
    return b


def evolution_spectra(found: GlobalFit) -> tuple[FloatArray, FloatArray]:
    """Spectra of the species of that sequence and their errors, (components, wavelengths): D_j = sum_i b[i, j] S_i."""
    turn = np.linalg.inv(sequential(found.lifetime).T)
    spread = turn @ found.covariance @ turn.T
    return turn @ found.spectra, np.sqrt(np.maximum(np.diagonal(spread, axis1=1, axis2=2), 0)).T
