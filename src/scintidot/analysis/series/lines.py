"""Straight lines and power laws with errors in both axes.

The line is York's (York, Evensen, Lopez Martinez, Delgado 2004, doi:10.1119/1.1632486): the most probable one when each
point has normal errors in x and y, with the errors of that paper. Where chi-square says that the points scatter by more
than their errors, an intrinsic scatter in y is added such that chi-square is the number of degrees of freedom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scintidot.records import FloatArray

UNLIKELY = 0.05
"""Probability of a chi-square as large or larger below which an intrinsic scatter is added."""


@dataclass(frozen=True)
class StraightLine:
    """y = intercept + slope x, with standard deviations."""

    intercept: float
    slope: float
    intercept_error: float
    slope_error: float
    covariance: float
    chi_square: float  # without intrinsic scatter
    degrees_of_freedom: int
    probability: float  # of this chi-square or a larger one, if the errors are right
    scatter: float = 0.0  # intrinsic, in y

    def __call__(self, x: FloatArray) -> FloatArray:
        """y on the line."""
        return np.asarray(self.intercept + self.slope * x)

    def error(self, x: FloatArray) -> FloatArray:
        """Standard deviation of y on the line."""
        variance = self.intercept_error**2 + (x * self.slope_error) ** 2 + 2 * x * self.covariance
        return np.asarray(np.sqrt(np.maximum(variance, 0)))


def york(x: FloatArray, y: FloatArray, x_error: FloatArray, y_error: FloatArray) -> StraightLine:
    """The most probable line through points with errors in both axes.

    Parameters
    ----------
    x, y, x_error, y_error : ndarray, shape (points,)
        At least two points with different x; every point needs an error in one of the axes.

    Raises
    ------
    ValueError
        For fewer than two places, or a point without any error.

    Examples
    --------
    Pearson's data with York's weights:

    >>> x = np.array([0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4])
    >>> y = np.array([5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5])
    >>> wx = np.array([1000, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1.0])
    >>> wy = np.array([1, 1.8, 4, 8, 20, 20, 70, 70, 100, 500])
    >>> line = york(x, y, wx**-0.5, wy**-0.5)
    >>> round(line.intercept, 8), round(line.slope, 9)
    (5.47991022, -0.480533407)
    """
    x, y, vx, vy = x.astype(float), y.astype(float), x_error**2, y_error**2
    if x.size < 2 or not np.ptp(x) > 0:
        raise ValueError("a line needs two places")
    if np.any(vx + vy <= 0):
        raise ValueError("every point needs an error")
    slope = float(np.polyfit(x, y, 1)[0]) or float(np.std(y) / np.std(x)) or 1.0
    for _ in range(500):
        weight = 1 / (vy + slope**2 * vx)
        u, v = x - _mean(x, weight), y - _mean(y, weight)
        beta = weight * (u * vy + slope * v * vx)
        below = float(np.sum(weight * beta * u))
        new = float(np.sum(weight * beta * v)) / below if below else slope
        done = abs(new - slope) <= 1e-13 * max(abs(new), 1e-300)
        slope = new
        if done:
            break
    weight = 1 / (vy + slope**2 * vx)
    centre_x, centre_y = _mean(x, weight), _mean(y, weight)
    beta = weight * ((x - centre_x) * vy + slope * (y - centre_y) * vx)
    adjusted = centre_x + beta
    mean_adjusted = _mean(adjusted, weight)
    slope_variance = 1 / float(np.sum(weight * (adjusted - mean_adjusted) ** 2))
    intercept_variance = 1 / float(np.sum(weight)) + mean_adjusted**2 * slope_variance
    intercept = centre_y - slope * centre_x
    chi_square = float(np.sum(weight * (y - intercept - slope * x) ** 2))
    return StraightLine(
        intercept, slope, math.sqrt(intercept_variance), math.sqrt(slope_variance),
        -mean_adjusted * slope_variance, chi_square, x.size - 2, chance(chi_square, x.size - 2),
    )  # fmt: skip


def _mean(values: FloatArray, weight: FloatArray) -> float:
    return float(np.sum(weight * values) / np.sum(weight))


def chance(chi_square: float, degrees_of_freedom: int) -> float:
    """Probability of this chi-square or a larger one; 1 without degrees of freedom."""
    from scipy.special import gammaincc

    return float(gammaincc(degrees_of_freedom / 2, chi_square / 2)) if degrees_of_freedom > 0 else 1.0


@dataclass(frozen=True)
class Mean:
    """Weighted mean, its standard deviation, and the chance of the scatter about it."""

    value: float
    error: float
    chi_square: float
    degrees_of_freedom: int
    probability: float


def weighted_mean(values: FloatArray, error: FloatArray) -> Mean:
    """Mean with weights 1/error^2."""
    weight = 1 / error**2
    mean = _mean(values, weight)
    chi_square, freedom = float(np.sum(weight * (values - mean) ** 2)), values.size - 1
    return Mean(mean, float(np.sum(weight) ** -0.5), chi_square, freedom, chance(chi_square, freedom))


def straight_line(x: FloatArray, y: FloatArray, x_error: FloatArray, y_error: FloatArray) -> StraightLine:
    """`york`, with intrinsic scatter where chi-square is less likely than `UNLIKELY`."""
    from dataclasses import replace

    bare = york(x, y, x_error, y_error)
    if bare.probability >= UNLIKELY or bare.degrees_of_freedom < 1:
        return bare
    from scipy.optimize import brentq

    def excess(scatter: float) -> float:
        line = york(x, y, x_error, np.hypot(y_error, scatter))
        return line.chi_square - line.degrees_of_freedom

    largest = 2 * float(np.ptp(y)) or 1.0
    scatter = float(brentq(excess, 0.0, largest)) if excess(largest) < 0 else largest
    widened = york(x, y, x_error, np.hypot(y_error, scatter))
    return replace(widened, chi_square=bare.chi_square, probability=bare.probability, scatter=scatter)


@dataclass(frozen=True)
class PowerLaw:
    """y = amplitude (x/pivot)^exponent; the pivot makes the two numbers nearly independent."""

    pivot: float
    amplitude: float
    amplitude_error: float
    exponent: float
    exponent_error: float
    line: StraightLine  # of ln y against ln(x/pivot); its scatter is relative

    def __call__(self, x: FloatArray) -> FloatArray:
        """y of the law."""
        return np.asarray(np.exp(self.line(np.log(x / self.pivot))))

    def error(self, x: FloatArray) -> FloatArray:
        """Standard deviation of y of the law."""
        return self(x) * self.line.error(np.log(x / self.pivot))

    @property
    def coefficient(self) -> float:
        """a of y = a x^exponent."""
        return float(self.amplitude * self.pivot**-self.exponent)


def power_law(x: FloatArray, y: FloatArray, x_error: FloatArray, y_error: FloatArray) -> PowerLaw:
    """A power law by the straight line through the logarithms, with relative errors.

    Raises
    ------
    ValueError
        Where x or y is not positive, or as `york`.
    """
    if np.any(x <= 0) or np.any(y <= 0):
        raise ValueError("a power law needs positive values")
    pivot = float(np.exp(np.mean(np.log(x))))
    line = straight_line(np.log(x / pivot), np.log(y), x_error / x, y_error / y)
    amplitude = math.exp(line.intercept)
    return PowerLaw(pivot, amplitude, amplitude * line.intercept_error, line.slope, line.slope_error, line)


@dataclass(frozen=True)
class Slope:
    """y = slope x, through zero, with the interval in which chi-square rises by less than 1."""

    slope: float
    low: float
    high: float
    chi_square: float
    degrees_of_freedom: int
    probability: float
    widened: float = 1.0  # factor on the interval where chi-square is unlikely


def slope_through_zero(x: FloatArray, y: FloatArray, x_error: FloatArray, y_error: FloatArray) -> Slope:
    """The most probable slope of a line through zero with errors in both axes.

    With the true x of each point at its most probable place -2 ln L is sum (y - b x)^2/(s_y^2 + b^2 s_x^2), York's with
    the intercept held. Where chi-square is less likely than `UNLIKELY` the interval is that of errors
    scaled by the root of chi-square over degrees of freedom.
    """
    from scipy.optimize import brentq, minimize_scalar

    if np.any(x <= 0) or np.any(x_error**2 + y_error**2 <= 0):
        raise ValueError("positive x and an error for every point are needed")

    def cost(slope: float) -> float:
        return float(np.sum((y - slope * x) ** 2 / (y_error**2 + slope**2 * x_error**2)))

    ratios = y / x
    low, high = float(np.min(ratios)), float(np.max(ratios))
    reach = max(high - low, 1e-6 * abs(high))
    found = minimize_scalar(
        cost, bounds=(low - reach, high + reach), method="bounded", options={"xatol": 1e-12}
    )
    best, least = float(found.x), float(found.fun)
    freedom = x.size - 1
    probability = chance(least, freedom)
    factor = math.sqrt(least / freedom) if freedom and probability < UNLIKELY else 1.0
    rise = factor**2

    def above(slope: float) -> float:
        return cost(slope) - least - rise

    error = 1 / math.sqrt(float(np.sum(x**2 / (y_error**2 + best**2 * x_error**2))))
    ends = []
    for sign in (-1, 1):
        far = best + 1.1 * sign * factor * error
        while above(far) < 0 and abs(far - best) < 1e6 * error:
            far = best + 2 * (far - best)
        ends.append(float(brentq(above, best, far)) if above(far) > 0 else sign * math.inf)
    return Slope(best, ends[0], ends[1], least, freedom, probability, factor)
