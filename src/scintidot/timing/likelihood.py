"""Maximum likelihood from all photon times of an event: what an ideal detector and analysis reach.

The time of the event is the theta that makes L = sum ln p(t_i - theta) largest. Many photons: it reaches the
Cramer-Rao bound. Few: it does not, and its spread exceeds the bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from scintidot.backends import in_order, kernel
from scintidot.records import Exponentials, FloatArray
from scintidot.timing.bounds import LATE, information
from scintidot.timing.coincidence import coincidence_resolution
from scintidot.timing.density import Response, density
from scintidot.timing.order_statistics import Quantiles, best_photon
from scintidot.timing.sampling import Law, draw_events, empty_events, events_at_once, law_of

_POINTS = 8192
"""Of the table of ln p: its straight lines miss the curve by less than 1e-5."""
FEW = 64
"""Up to this number of photons the likelihood may have several maxima: it is tried at each photon."""


class Scores(NamedTuple):
    """ln p(t) and p'/p at equal steps of v, t = width sinh v: fine about 0, in powers far from it."""

    log_density: FloatArray
    score: FloatArray  # p'/p [1/ps]
    first: float  # v of the first number
    step: float
    width: float  # [ps]
    sigma: float  # of the Gaussian that p falls as before the table [ps]
    mode: float  # where p is largest [ps]


def scores_of(decay: Exponentials, rise_time: float, response: Response) -> Scores:
    """Tabulate one decay; ``sigma`` of the response above 0."""
    width = response.standard_deviation
    last = float(np.max(response.delay)) + LATE * max(1 / float(np.min(decay.rate)), rise_time) + 12 * width
    first = float(np.min(response.delay)) - 12 * response.sigma
    for _ in range(2):  # again with the ends where p is above the rounding
        v = np.linspace(math.asinh(first / width), math.asinh(last / width), _POINTS)
        time = width * np.sinh(v)
        value, slope = density(decay, rise_time, response, time)
        mode = int(np.argmax(value))
        sure = np.where(np.arange(_POINTS) < mode, value > 1e-250, value > 1e-14 * value[mode])
        low = mode - int(np.argmin(np.append(sure[mode::-1], False))) + 1
        high = mode + int(np.argmin(np.append(sure[mode:], False))) - 1
        first, last = float(time[low]), float(time[high])
    value, slope, v = value[low : high + 1], slope[low : high + 1], v[low : high + 1]
    return Scores(
        np.log(value),
        slope / value,
        float(v[0]),
        float(v[1] - v[0]),
        width,
        response.sigma,
        float(time[mode]),
    )


@kernel
def score_at(table: Scores, time: float) -> tuple[float, float, float]:
    """ln p, p'/p [1/ps] and its derivative [1/ps^2]; before the table a Gaussian, behind it an exponential."""
    x = time / table.width
    root = math.sqrt(x * x + 1)
    v = math.log(x + root) if x > 0 else -math.log(root - x)
    place = (v - table.first) / table.step
    last = table.score.size - 1
    if place < 0:
        early = time - table.width * math.sinh(table.first)
        steep = 1 / (table.sigma * table.sigma)
        slope = table.score[0] - early * steep
        return table.log_density[0] + 0.5 * early * (table.score[0] + slope), slope, -steep
    if place >= last:
        late = time - table.width * math.sinh(table.first + last * table.step)
        return table.log_density[last] + late * table.score[last], table.score[last], 0.0
    i = int(place)
    part = place - i
    rise = table.score[i + 1] - table.score[i]
    log_density = table.log_density[i] + part * (table.log_density[i + 1] - table.log_density[i])
    return log_density, table.score[i] + part * rise, rise / (table.step * table.width * root)


@kernel
def log_likelihood(table: Scores, times: FloatArray, count: int, theta: float) -> float:
    """L of one event."""
    total = 0.0
    for i in range(count):
        total += score_at(table, times[i] - theta)[0]
    return total


@kernel
def maximum_likelihood(table: Scores, times: FloatArray, count: int, start: float, error: float) -> float:
    """The theta [ps] of largest L: Newton's steps, or where L is not concave Fisher's, kept between known signs.

    ``start`` is where the search begins, unless few photons let every photon be tried; ``error`` the bound's standard
    deviation.
    """
    theta = start
    if count <= FEW:
        best = log_likelihood(table, times, count, theta)
        for i in range(count):
            candidate = times[i] - table.mode
            value = log_likelihood(table, times, count, candidate)
            if value > best:
                best, theta = value, candidate
    low, high = -math.inf, math.inf
    for _ in range(60):
        slope, curvature = 0.0, 0.0
        for i in range(count):
            _, score, derivative = score_at(table, times[i] - theta)
            slope -= score
            curvature += derivative
        if slope > 0:
            low = theta
        else:
            high = theta
        step = -slope / curvature if curvature < 0 else slope * error * error
        step = min(max(step, -3 * table.width), 3 * table.width)
        if not low <= theta + step <= high:
            step = 0.5 * (low + high) - theta
        theta += step
        if abs(step) < 1e-5 * error:
            break
    return theta


@kernel
def estimate_events(
    times: FloatArray,
    counts: FloatArray,
    starts: FloatArray,
    table: Scores,
    error: float,
    estimates: FloatArray,
) -> None:
    """Estimates [ps] of rows of events, drawn at time 0; not a number where there is no photon."""
    for event in range(times.shape[0]):
        count = int(counts[event])
        estimates[event] = math.nan
        if count > 0:
            start = starts[event] if starts[event] < 1e300 else times[event, 0]
            estimates[event] = maximum_likelihood(table, times[event], count, start, error)


def simulated_errors(
    decay: Exponentials,
    rise_time: float,
    response: Response,
    *,
    photons: float,
    number: str,
    events: int,
    seed: int,
    first: int = 0,
    threads: int = 1,
    progress: Callable[[float], None] = lambda _: None,
) -> FloatArray:
    """Maximum-likelihood estimates [ps] of events at time 0, histories ``first`` onwards; shape (events,).

    The same to the bit for any number of threads. Not a number where a Poisson number was 0.
    """
    table, law = scores_of(decay, rise_time, response), law_of(decay, rise_time, response)
    error = float(1 / np.sqrt(photons * information(decay, rise_time, response)))
    best = best_photon(Quantiles.of(decay, rise_time, response), photons, number)
    size = events_at_once(photons)

    def block(index: int) -> FloatArray:
        return _block(
            law, table, photons, number == "poisson", np.uint64(seed), first + index * size,
            empty_events(photons, number, min(size, events - index * size)), error, best.rank, best.mean,
        )  # fmt: skip

    blocks, done = -(-events // size), []
    for part in in_order(block, blocks, threads):
        done.append(part)
        progress(len(done) / blocks)
    return np.concatenate(done)


def _block(
    law: Law,
    table: Scores,
    photons: float,
    poisson: bool,
    seed: np.uint64,
    first: int,
    times: FloatArray,
    error: float,
    rank: int,
    mean: float,
) -> FloatArray:
    """Draw and estimate the events of one block."""
    counts, estimates = np.empty(len(times)), np.empty(len(times))
    draw_events(times, counts, law, photons, poisson, seed, first)
    starts = np.partition(times, rank - 1, axis=1)[:, rank - 1] - mean
    estimate_events(times, counts, starts, table, error, estimates)
    return estimates


class Spread(NamedTuple):
    """A time resolution from simulated events."""

    value: float  # [ps FWHM], 2.3548 standard deviations of the difference of two detectors
    standard_error: float  # [ps]


def coincidence_spread(errors: FloatArray, other: FloatArray | None = None) -> Spread:
    """CTR of two detectors with these errors [ps], other detector None: of two equal ones, from one.

    Errors that are not a number are left out; with fewer than two others both figures are not a number. The standard
    error is that of a standard deviation of any distribution, from the fourth moment.
    """
    difference = errors if other is None else errors - other
    difference = difference[np.isfinite(difference)]
    if difference.size <= 1:
        return Spread(math.nan, math.nan)
    centred = difference - difference.mean()
    variance, fourth = float(np.mean(centred**2)), float(np.mean(centred**4))
    deviation = math.sqrt(variance)
    error = (
        math.sqrt(max(fourth - variance**2, 0.0) / len(difference)) / (2 * deviation)
        if deviation > 0
        else 0.0
    )
    beside = None if other is None else 0.0  # the difference of both is one deviation already
    return Spread(*(float(coincidence_resolution(figure, beside)) for figure in (deviation, error)))
