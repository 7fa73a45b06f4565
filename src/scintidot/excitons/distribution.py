"""How probable it is that an excitation makes n electron-hole pairs, n = 0, 1, 2, ..."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scintidot.errors import BadValue, one_of
from scintidot.records import FloatArray
from scintidot.tables import bad_row, read_weighted

COMPOUND = "compound"
STATISTICS = {
    "poisson": "Poisson: P(n) = <N>^n exp(-<N>)/n!",
    "exponential": "exponential distribution of deposits, Poisson pairs in each: P(n) = <N>^n/(1 + <N>)^(n+1)",
    "compound": "P(n) from the simulated distribution of deposits: each deposit E makes E/epsilon pairs on average, "
    "with the Fano factor that the simulation finds in the bulk, 0 where it makes no pairs (gamma law, rounded by "
    "chance so that the mean is kept)",
    "paper": "Fratelli 2024, Eqs. 3-4: weights <N> P(n) with P Poisson; no probabilities",
}
NEGLECTED = 1e-14
"""Probability of more pairs than a distribution holds, at most."""
STEP = 4
"""n_max is a multiple of it, so that close means share the tables of the kinetics."""
COARSE_STEP = 64
"""The same for deposits with a distribution, whose largest deposit decides."""
MOST_PAIRS = 800  # exp(-<N>) is a number up to there
"""Pairs in one nanocrystal beyond which the models are refused."""


def pair_distribution(mean_excitons: npt.ArrayLike, statistics: str) -> FloatArray:
    """P(n) of a named law, shape (..., n_max + 1); all but `NEGLECTED` of the probability.

    ``mean_excitons`` [1] of any shape; ``statistics`` one of `STATISTICS` but ``compound``. The largest mean sets
    n_max.

    Raises
    ------
    BadValue
        If more than `MOST_PAIRS` would be needed.

    Examples
    --------
    >>> [round(float(p), 4) for p in pair_distribution(0.8, "poisson")[:3]]
    [0.4493, 0.3595, 0.1438]
    >>> p = pair_distribution(0.3, "exponential")
    >>> round(float(p[2:].sum() / p[1]), 6)  # XX/X is the mean itself
    0.3
    """
    one_of(statistics, [name for name in STATISTICS if name != COMPOUND], where="excitons", who="statistics")
    mean = np.asarray(mean_excitons, dtype=float)
    largest = float(mean.max(initial=0.0))
    most = _poisson_most(largest) if statistics != "exponential" else _geometric_most(largest)
    most = -(-most // STEP) * STEP
    if most > MOST_PAIRS:
        raise BadValue(
            where="excitons", what="value", who="mean excitons",
            expected=f"at most {MOST_PAIRS} pairs in all but {NEGLECTED:g} of the events",
            found=f"<N> = {largest:g} with statistics {statistics}",
        )  # fmt: skip
    number = np.arange(1, most + 1.0)
    mean = mean[..., None]
    if statistics == "exponential":
        first, ratio = 1 / (1 + mean), np.broadcast_to(mean / (1 + mean), (*mean.shape[:-1], most))
    else:
        first, ratio = np.exp(-mean), mean / number
    found = np.cumprod(np.concatenate([first, ratio], axis=-1), axis=-1)
    return np.asarray(found * mean if statistics == "paper" else found)


def _poisson_most(mean: float) -> int:
    from scipy.special import pdtrc

    most = np.arange(1, MOST_PAIRS + 2)
    enough = most[pdtrc(most, mean) <= NEGLECTED]
    return int(enough[0]) if enough.size else MOST_PAIRS + 1


def _geometric_most(mean: float) -> int:
    return max(math.ceil(math.log(NEGLECTED) / math.log(mean / (1 + mean))) - 1, 1) if mean > 0 else 1


def compound_distribution(
    mean_excitons: npt.ArrayLike, relative_deposit: FloatArray, probability: FloatArray, fano_factor: float
) -> FloatArray:
    """P(n) when the deposit has a distribution, shape (..., n_max + 1).

    A deposit that makes x pairs on average makes a number of that mean and of variance ``fano_factor`` x (gamma law),
    rounded up or down by chance so that the mean is kept: P(n) = G(n+1) - 2 G(n) + G(n-1), G(a) = E max(y - a, 0).
    Numbers beyond about `MOST_PAIRS` count as so many.

    Parameters
    ----------
    mean_excitons : array_like, any shape
        <N> per event.
    relative_deposit, probability : ndarray, shape (bins,)
        The deposit over its mean, and how probable it is per event.
    fano_factor : float
        Of pair creation. [1]
    """
    from scipy.special import gammaincc

    pairs = np.asarray(mean_excitons, dtype=float)[..., None] * relative_deposit
    reach = 9 * np.sqrt(fano_factor * pairs) + 40 * fano_factor  # beyond, the gamma law is below 1e-16
    most = min(math.ceil(float((pairs + reach).max(initial=0.0))) + 1, MOST_PAIRS)
    most = -(-most // COARSE_STEP) * COARSE_STEP
    above = [np.broadcast_to(np.sum(pairs * probability, axis=-1), pairs.shape[:-1])]  # G(0), the mean
    for level in range(1, most + 2):
        excess = np.maximum(pairs - level, 0.0)
        near = (np.abs(pairs - level) < reach) & (pairs > 0)
        x, at = pairs[near], level / fano_factor if fano_factor > 0 else 0.0
        if x.size:
            shape = x / fano_factor
            excess[near] = np.maximum(x * gammaincc(shape + 1, at) - level * gammaincc(shape, at), 0.0)
        above.append(excess @ probability)
    above_all = np.stack(above, axis=-1)
    inner = above_all[..., 2:] - 2 * above_all[..., 1:-1] + above_all[..., :-2]
    none = probability.sum() - above_all[..., :1] + above_all[..., 1:2]
    found = np.maximum(np.concatenate([none, inner], axis=-1), 0.0)
    found[..., -1] += np.maximum(above_all[..., -2] - above_all[..., -1], 0.0)
    return np.asarray(found)


def read_pair_distribution(path: str | Path, *, who: str = "--statistics") -> FloatArray:
    """P(n) from a file: rows ``n,weight`` (numbers of pairs, and counts or probabilities), any order, '#' comments.

    The weights are scaled to a sum of 1.

    Raises
    ------
    BadFile
        With the line: not two numbers, n no whole number of pairs, negative weight, n twice, only zeros.
    """
    table = read_weighted(path, ("n", "weight"), who=who)
    before: set[float] = set()
    for line, number in zip(table.line, table.value, strict=True):
        if number != int(number) or not 0 <= number <= MOST_PAIRS or number in before:
            expected = f"each whole number of pairs once, 0 to {MOST_PAIRS}"
            raise bad_row(path, line, who, expected, f"{number:g}")
        before.add(number)
    seen = table.weight > 0
    pairs = table.value[seen].astype(int)
    probability = np.zeros(max(1, pairs.max()) + 1)
    probability[pairs] = table.weight[seen] / table.weight.sum()
    return probability
