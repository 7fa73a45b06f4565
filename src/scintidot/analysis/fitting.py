"""Maximum likelihood with honest errors: counts by Poisson, other values by Gauss, several starts, HESSE and MINOS.

The minimum is found by Fisher scoring (Levenberg-Marquardt on the expected information) from every start, then handed
to Minuit (James, Roos 1975, doi:10.1016/0010-4655(75)90039-9; iminuit), which polishes it and gives the errors. The
cost is -2 ln L up to a constant: for counts the deviance of Baker and Cousins 1984 (doi:10.1016/0167-5087(84)90016-4),

    D = 2 sum(mu - n + n ln(n/mu)),

for values with errors chi-square. One standard deviation is a rise of 1 in both.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scintidot.analysis.cost import Cost, JointCost, Model, Parameter, Prediction
from scintidot.analysis.scoring import NEGLIGIBLE, Evaluation, inside, scored, stuck_at_limits
from scintidot.records import FloatArray

_LOG = logging.getLogger(__name__)

__all__ = [
    "Cost",
    "Fit",
    "FittedParameter",
    "JointCost",
    "Model",
    "Parameter",
    "Prediction",
    "fit",
    "widened",
]

MOST_HESSE = 40
"""Free parameters up to which second derivatives are taken numerically; beyond, the expected information is used."""
NEAR = 1e-2
"""How far above its minimum a cost may be, by its slope, in units of one standard deviation squared."""
POLISHED = 1e-6
"""The same, below which Minuit has nothing to polish."""


@dataclass(frozen=True)
class FittedParameter:
    """A parameter after the fit. ``low`` and ``high`` bound 68.3 % as ``interval`` says."""

    name: str
    unit: str
    value: float
    error: float
    low: float
    high: float
    interval: str  # hesse, information or minos
    start: float
    fixed: bool
    at_limit: bool
    incidental: bool = False


@dataclass(frozen=True)
class Fit:
    """A fit that ended, well or not; ``faults`` says what is wrong with it."""

    parameters: tuple[FittedParameter, ...]
    covariance: FloatArray  # (free, free)
    free: tuple[int, ...]
    cost: float
    points: int
    expected: FloatArray
    residuals: FloatArray
    calls: int
    starts: tuple[float, ...]  # cost reached from each start
    errors_by: str  # hesse, or information: the expected information matrix
    faults: tuple[str, ...]

    @property
    def values(self) -> FloatArray:
        """Of all parameters."""
        return np.array([p.value for p in self.parameters], dtype=float)

    @property
    def free_names(self) -> tuple[str, ...]:
        """Of the parameters that were fitted."""
        return tuple(self.parameters[i].name for i in self.free)

    @property
    def degrees_of_freedom(self) -> int:
        """Points less free parameters."""
        return self.points - len(self.free)

    @property
    def correlation(self) -> FloatArray:
        """Of the free parameters; zero where an error is not known."""
        sigma = np.sqrt(np.maximum(np.diag(self.covariance), 0))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.nan_to_num(self.covariance / np.outer(sigma, sigma)))

    def __getitem__(self, name: str) -> FittedParameter:
        return next(p for p in self.parameters if p.name == name)

    def propagated(self, function: Callable[[FloatArray], FloatArray]) -> tuple[FloatArray, FloatArray]:
        """Value and standard deviation of functions of the parameters, by their slope at the minimum."""
        values = self.values
        centre = np.atleast_1d(np.asarray(function(values), dtype=float))
        slopes = np.zeros((centre.size, len(self.free)))
        sigma = np.sqrt(np.maximum(np.diag(self.covariance), 0))
        for column, (place, error) in enumerate(zip(self.free, sigma, strict=True)):
            step = 0.05 * error if math.isfinite(error) and error > 0 else 0.0
            if step == 0:
                continue
            up, down = values.copy(), values.copy()
            up[place] += step
            down[place] -= step
            slopes[:, column] = (np.atleast_1d(function(up)) - np.atleast_1d(function(down))) / (2 * step)
        variance = np.einsum("ij,jk,ik->i", slopes, np.nan_to_num(self.covariance), slopes)
        return centre, np.sqrt(np.maximum(variance, 0))


def widened(found: Fit) -> Fit:
    """The same fit with errors and intervals wider by the root of chi-square per degree of freedom, if that exceeds 1.

    For values with errors that hold their noise, but not what the model lacks.
    """
    scale = math.sqrt(max(found.cost / max(found.degrees_of_freedom, 1), 1.0))
    parameters = tuple(
        replace(
            p, error=scale * p.error, low=p.value - scale * (p.value - p.low), high=p.value + scale * (p.high - p.value)
        )
        for p in found.parameters
    )  # fmt: skip
    return replace(found, parameters=parameters, covariance=scale**2 * found.covariance)


def fit(
    cost: Cost,
    parameters: Sequence[Parameter],
    *,
    starts: Sequence[FloatArray] = (),
    minos: Sequence[str] = (),
    hesse: bool = True,
    scaled: bool = False,
    progress: Callable[[float], None] = lambda _: None,
) -> Fit:
    """The best parameters and their errors.

    Parameters
    ----------
    cost : Cost
        Data and model.
    parameters : sequence of Parameter
        In the order in which the model takes them; ``start`` is the first start.
    starts : sequence of ndarray
        Further starts, all parameters each.
    minos : sequence of str
        Names of parameters whose interval is found by profiling the likelihood.
    hesse : bool
        Errors from the second derivatives of the likelihood; else, and for more than `MOST_HESSE` free parameters,
        from the expected information.
    scaled : bool
        For values of unknown error: their sigma is set so that chi-square is the number of degrees of freedom.
    progress : callable
        Told the share that is done: each start, and the errors, count the same.

    Raises
    ------
    ValueError
        If there are fewer points than free parameters.
    """
    free = np.array([i for i, p in enumerate(parameters) if not p.fixed], dtype=int)
    if cost.points < len(free):
        raise ValueError(f"{cost.points} points for {len(free)} parameters")
    evaluate = Evaluation(cost, parameters, free, 0.0 if scaled else NEGLIGIBLE)
    begin = np.array([p.start for p in parameters])
    ends: list[tuple[FloatArray, float]] = []
    for start in (begin, *starts):
        progress(len(ends) / (len(starts) + 2))
        ends.append(scored(evaluate, inside(start, parameters)))
    reached = [end[1] for end in ends]
    _LOG.debug("cost reached from each start: %s", reached)
    best = ends[int(np.argmin(reached))][0]
    if scaled and cost.points > len(free) and cost.sigma is not None:
        spread = math.sqrt(max(min(reached), 1e-300) / (cost.points - len(free)))
        known = Cost(cost.model, cost.data, cost.sigma * spread)
        evaluate = Evaluation(known, parameters, free, NEGLIGIBLE)
        best = scored(evaluate, best)[0]
    progress(len(ends) / (len(starts) + 2))
    outcome = _minuit(evaluate, best, minos, hesse and len(free) <= MOST_HESSE)
    expected = evaluate.cost.expected(outcome.values)
    fitted = _fitted(parameters, free, outcome)
    cost = evaluate.cost
    return Fit(
        parameters=fitted, covariance=outcome.covariance, free=tuple(free.tolist()),
        cost=evaluate.value(outcome.values), points=cost.points, expected=expected,
        residuals=cost.residuals(expected), calls=cost.calls, starts=tuple(reached),
        errors_by=outcome.errors_by, faults=outcome.faults,
    )  # fmt: skip


class _Outcome(NamedTuple):
    values: FloatArray
    covariance: FloatArray  # (free, free)
    minos: dict[int, tuple[float, float]]  # index of a parameter -> its interval
    errors_by: str
    faults: tuple[str, ...]


def _minuit(evaluate: Evaluation, start: FloatArray, minos: Sequence[str], hesse: bool) -> _Outcome:
    from iminuit import Minuit

    free, parameters = evaluate.free, evaluate.parameters
    names = [parameters[i].name for i in free]
    if not len(free):
        return _Outcome(start, np.zeros((0, 0)), {}, "information", ())
    if len(free) > MOST_HESSE and not minos:
        known = _covariance(evaluate, start)
        return _settled(evaluate, start, known, "information", {})
    _, information = evaluate.scoring(start)
    scale = np.sqrt(np.maximum(np.diag(information), 0))
    scale = np.where(scale > 0, scale, 1 / np.maximum(np.abs(start[free]), 1e-12))
    offset = start[free]

    def whole(inner: FloatArray) -> FloatArray:
        """All parameters from the inner ones: distances from the start in units of their own spread."""
        values = start.copy()
        moved = np.nan_to_num(np.asarray(inner, dtype=float))
        values[free] = np.clip(offset + moved / scale, evaluate.low, evaluate.high)
        return values

    def height(inner: FloatArray) -> float:
        try:
            return evaluate.value(whole(inner))
        except (ValueError, ArithmeticError, np.linalg.LinAlgError):
            return 1e300  # a model that gives no number far from the minimum

    def slope(inner: FloatArray) -> FloatArray:
        try:
            found = -2 * evaluate.scoring(whole(inner))[0] / scale
        except (ValueError, ArithmeticError, np.linalg.LinAlgError):
            found = np.zeros(len(free))
        return np.nan_to_num(found)

    minuit = Minuit(height, np.zeros(len(free)), grad=slope if evaluate.cost.analytic else None, name=names)
    minuit.errordef = Minuit.LEAST_SQUARES
    minuit.print_level = 0
    minuit.strategy = 0
    for name, low, high, at, s in zip(names, evaluate.low, evaluate.high, offset, scale, strict=True):
        minuit.limits[name] = ((low - at) * s, (high - at) * s)
        minuit.errors[name] = 1.0
    stuck = stuck_at_limits(evaluate, start, evaluate.scoring(start)[0])
    for name in np.array(names)[stuck]:
        minuit.fixed[str(name)] = True
    unpolished = _distance(evaluate, start, _covariance(evaluate, start)) > POLISHED
    if hesse or minos or unpolished:
        minuit.migrad(ncall=500, iterate=1)
    values = whole(np.array(minuit.values))
    if evaluate.value(values) > evaluate.value(start):
        values = start.copy()
    covariance, errors_by = _without(stuck, evaluate.scoring(values)[1]), "information"
    if hesse:
        minuit.strategy = 1
        minuit.hesse()
        found = minuit.accurate and minuit.covariance is not None
        if found and not _bent(evaluate, values, covariance, stuck):
            known = np.array(minuit.covariance) / np.outer(scale, scale)
            covariance = np.where(np.logical_or.outer(stuck, stuck), covariance, known)
            errors_by = "hesse"
    intervals = {}
    for name in minos:
        if name in names:
            intervals[int(free[names.index(name)])] = _profiled(minuit, name, offset, scale, names)
    return _settled(evaluate, values, covariance, errors_by, intervals)


def _bent(
    evaluate: Evaluation, values: FloatArray, covariance: FloatArray, stuck: npt.NDArray[np.bool_]
) -> bool:
    """Whether a limit lies so near to a parameter that Minuit's map of it spoils the second derivatives."""
    here, sigma = values[evaluate.free], np.sqrt(np.maximum(np.diag(covariance), 0))
    room = np.minimum(here - evaluate.low, evaluate.high - here)
    return bool(np.any((room < 3 * sigma) & ~stuck))


def _covariance(evaluate: Evaluation, values: FloatArray) -> FloatArray:
    """From the expected information at ``values``."""
    slope, information = evaluate.scoring(values)
    return _without(stuck_at_limits(evaluate, values, slope), information)


def _without(stuck: npt.NDArray[np.bool_], information: FloatArray) -> FloatArray:
    """Covariance of the parameters that move; one at its limit has the variance that it would have alone."""
    covariance = np.zeros_like(information)
    move = np.flatnonzero(~stuck)
    covariance[np.ix_(move, move)] = _inverse(information[np.ix_(move, move)])
    for i in np.flatnonzero(stuck):
        covariance[i, i] = 1 / information[i, i] if information[i, i] > 0 else math.inf
    return covariance


def _distance(evaluate: Evaluation, values: FloatArray, covariance: FloatArray) -> float:
    """How far the cost is above its minimum, by its slope; what waits at a limit does not count."""
    slope, _ = evaluate.scoring(values)
    known = np.isfinite(np.diag(covariance)) & ~stuck_at_limits(evaluate, values, slope)
    return float(slope[known] @ covariance[np.ix_(known, known)] @ slope[known])


def _settled(
    evaluate: Evaluation,
    values: FloatArray,
    covariance: FloatArray,
    errors_by: str,
    intervals: dict[int, tuple[float, float]],
) -> _Outcome:
    """The outcome with its faults: no minimum, no bound."""
    faults = []
    if not _distance(evaluate, values, covariance) < NEAR:
        faults.append("the minimum was not reached")
    variance = np.diag(covariance)
    if not np.all(np.isfinite(variance)) or np.any(variance <= 0):
        faults.append("the data leave a combination of parameters without any bound")
    return _Outcome(values, covariance, intervals, errors_by, tuple(faults))


def _profiled(
    minuit: Any, name: str, offset: FloatArray, scale: FloatArray, names: list[str]
) -> tuple[float, float]:
    """The interval in which the profiled cost rises by less than 1; infinite on a side where it does not."""
    place = names.index(name)
    try:
        minuit.minos(name)
    except (RuntimeError, ValueError):
        return -math.inf, math.inf
    error = minuit.merrors[name]
    at = minuit.values[name]
    low = offset[place] + (at + error.lower) / scale[place] if error.lower_valid else -math.inf
    high = offset[place] + (at + error.upper) / scale[place] if error.upper_valid else math.inf
    return float(low), float(high)


def _inverse(information: FloatArray) -> FloatArray:
    """Covariance from the information; infinite variances where a parameter leaves no trace."""
    if not np.all(np.isfinite(information)):
        return np.full(information.shape, math.inf)
    with np.errstate(all="ignore"):
        diagonal = np.diag(information)
        scale = np.where(diagonal > 0, 1 / np.sqrt(np.maximum(diagonal, 1e-300)), 0.0)
        values, vectors = np.linalg.eigh(information * np.outer(scale, scale))
        known = values > 1e-14 * max(values.max(initial=0.0), 1e-300)
        inverse = (vectors[:, known] / values[known]) @ vectors[:, known].T
        covariance = inverse * np.outer(scale, scale)
        if not np.all(known):
            unknown = np.sum(vectors[:, ~known] ** 2, axis=1) > 1e-6
            covariance[np.diag(unknown)] = math.inf
    return np.asarray(covariance)


def _fitted(parameters: Sequence[Parameter], free: Any, outcome: _Outcome) -> tuple[FittedParameter, ...]:
    place = {int(index): row for row, index in enumerate(free)}
    found = []
    for index, p in enumerate(parameters):
        value = float(outcome.values[index])
        variance = float(outcome.covariance[place[index], place[index]]) if index in place else 0.0
        error = math.sqrt(max(variance, 0.0))
        low, high = outcome.minos.get(index, (value - error, value + error))
        near = 1e-3 * error if math.isfinite(error) else 0.0
        at_limit = bool(not p.fixed and (value - p.low <= near or p.high - value <= near))
        found.append(
            FittedParameter(
                name=p.name, unit=p.unit, value=value, error=error, low=low, high=high,
                interval="fixed" if p.fixed else ("minos" if index in outcome.minos else outcome.errors_by),
                start=p.start, fixed=p.fixed, at_limit=at_limit, incidental=p.incidental,
            )
        )  # fmt: skip
    return tuple(found)
