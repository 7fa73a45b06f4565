"""<N> from the light of biexcitons and excitons in a decay, under named statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from scintidot.analysis.fitting import Fit
from scintidot.choices import TRUNCATED_FROM
from scintidot.excitons.occupancy import inferred_mean
from scintidot.output import number
from scintidot.records import FloatArray

STATISTICS = {
    "poisson": "XX/X = (e^N - 1 - N)/N",
    "exponential": "XX/X = N, an exponential distribution of deposits with Poisson pairs in each",
}
METHODS = {
    "populations": "amplitudes become populations by Eqs. 1-6 of Fratelli 2024 with k_XX = 4 k_X, Phi_X = 1 and the "
    "stated xi: what an XX emits, and what it leaves behind as X, is taken into account",
    "amplitude-ratio": "the ratio of the amplitudes as it stands is taken for that of the populations",
}
RATE_RATIO = 4.0
"""k_XX/k_X."""
Pair = tuple[tuple[float, float], tuple[float, float]]
"""Amplitude [counts/ps] and lifetime [ps] of XX, and of X."""


def population_ratio(
    biexciton: tuple[float, float], exciton: tuple[float, float], retained_fraction: float
) -> float:
    """N_XX(0)/N_X(0) from amplitude [counts/ps] and lifetime [ps] of both components; nan where there is none.

    With k = 1/tau_X, K = 1/tau_XX, k_XX = 4 k, k_AR = K - 4 k and p = (4 k + xi k_AR)/(K - k), the amplitudes of the
    model are a_XX = k (4 - p) N_XX and a_X = k (N_X + p N_XX).

    Examples
    --------
    >>> round(population_ratio((6.9495e-4, 100.0), (2.0505e-4, 10000.0), 0.5), 3)  # 2 XX for 1 X
    2.0
    """
    (a_fast, tau_fast), (a_slow, tau_slow) = biexciton, exciton
    slow, fast = 1 / tau_slow, 1 / tau_fast
    if not fast > slow * (1 + 1e-9):
        return float("nan")
    passed_on = (RATE_RATIO * slow + retained_fraction * (fast - RATE_RATIO * slow)) / (fast - slow)
    pairs = a_fast / (slow * (RATE_RATIO - passed_on))
    singles = a_slow / slow - passed_on * pairs
    return pairs / singles if singles > 0 else float("nan")


def pair_of(values: FloatArray, names: Sequence[str]) -> Pair:
    """Of the components XX and X among ``names``; ``values`` are the photons of each and the lifetime of each."""
    photons, lifetimes = np.split(values, 2)
    fast, slow = (names.index(name) for name in ("XX", "X"))
    return (photons[fast] / lifetimes[fast], lifetimes[fast]), (
        photons[slow] / lifetimes[slow],
        lifetimes[slow],
    )


def mean_from_ratio(ratio: float, statistics: str) -> float:
    """<N> at which P(n >= 2)/P(1) has this value."""
    if not ratio >= 0:
        return float("nan")
    return float(inferred_mean(ratio)) if statistics == "poisson" else ratio


def biased(mean: Mapping[str, Any]) -> bool:
    """Whether a row of <N> comes from exponentials, where more than one biexciton in a nanocrystal matters."""
    return mean["method"] in METHODS and mean["value"] is not None and mean["value"] > TRUNCATED_FROM


def mean_excitons(
    fit: Fit, read: Callable[[FloatArray], Pair], retained_fraction: float, statistics: str
) -> tuple[dict[str, Any], list[str]]:
    """<N> by every method and statistics, the chosen one first, and what is doubtful of it.

    ``read`` gives, from the values of the fit, amplitude and lifetime of XX and of X.
    """

    def means(values: FloatArray) -> FloatArray:
        fast, slow = read(values)
        ratios = {
            "populations": population_ratio(fast, slow, retained_fraction),
            "amplitude-ratio": fast[0] / slow[0] if slow[0] > 0 else float("nan"),
        }
        return np.array([mean_from_ratio(ratios[m], s) for m in METHODS for s in STATISTICS])

    centre, error = fit.propagated(means)
    rows = [
        {
            "statistics": s, "statistics_meaning": STATISTICS[s], "method": m, "method_meaning": METHODS[m],
            "value": number(value), "error": number(spread),
        }
        for (m, s), value, spread in zip(
            [(m, s) for m in METHODS for s in STATISTICS], centre, error, strict=True
        )
    ]  # fmt: skip
    rows.sort(key=lambda row: (row["method"] != "populations", row["statistics"] != statistics))
    fast, slow = read(fit.values)
    warnings = []
    if fast[1] > slow[1] / RATE_RATIO:
        warnings.append(
            f"the component XX lives {fast[1]:.4g} ps, longer than a quarter of X ({slow[1] / RATE_RATIO:.4g} ps): "
            "no Auger recombination makes it so, and <N> from it means nothing"
        )
    if rows[0]["value"] is None:
        warnings.append(
            "no <N> explains this ratio: after so many XX the excitons that they leave would give more light than X "
            "has; is the short component a biexciton?"
        )
    first = rows[0]
    if biased(first):
        warnings.append(
            f"<N> = {first['value']:.3g} from exponentials counts every n >= 2 as one biexciton and knows no trions: "
            "--model carriers fits <N> itself"
        )
    return {**first, "retained_fraction": retained_fraction, "others": rows[1:]}, warnings
