"""Uncertain numbers of the card as random ones: from a place in the band, 0 to 1, to a value."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scintidot.provenance import Quantity
from scintidot.records import FloatArray

DISTRIBUTIONS = {
    "uniform": "every value between low and high alike, the widest of the three",
    "triangular": "from low to high, the value of the card the most likely",
    "normal": "two halves of Gaussians about the value, of which low and high are the 2.5 and 97.5 % points; cut at "
    "low and high, beyond which a number may be impossible",
}
"""What low and high of a card are taken to mean."""
INDEPENDENT = (
    "numbers of the card vary independently of each other; a number that the sample with the known light "
    "yield shares changes there too"
)
INTERVAL = (0.025, 0.5, 0.975)
"""Quantiles that are given of what varies: the middle and the ends of 95 %."""


@dataclass(frozen=True)
class Uncertainty:
    """What is not known, and what it is taken to be distributed like."""

    numbers: tuple[str, ...] | None = None  # dotted keys; None: all that have a band and are used
    distribution: str = "uniform"
    draws: int = 64
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)  # option -> names, all alike


def value_at(quantity: Quantity, share: npt.ArrayLike, distribution: str) -> FloatArray:
    """Value of a number at the quantile ``share`` of its band; nan stands for the value of the card.

    Examples
    --------
    >>> peak = Quantity(0.8, "1", (), "estimate", low=0.7, high=0.9)
    >>> [round(float(x), 4) for x in value_at(peak, [0, 0.25, 1], "triangular")]
    [0.7, 0.7707, 0.9]
    """
    u, middle = np.asarray(share, dtype=float), quantity.value
    low, high = (middle if end is None else end for end in (quantity.low, quantity.high))
    if low == high:
        return np.full_like(u, middle)
    if distribution == "uniform":
        found = low + (high - low) * u
    elif distribution == "triangular":
        rising = (middle - low) / (high - low)
        found = np.where(
            u < rising,
            low + np.sqrt(np.maximum(u, 0) * (high - low) * (middle - low)),
            high - np.sqrt(np.maximum(1 - u, 0) * (high - low) * (high - middle)),
        )
    else:
        from scipy.special import ndtr, ndtri

        edge = ndtri(INTERVAL[2])
        deviation = ndtri(ndtr(-edge) + u * (ndtr(edge) - ndtr(-edge)))  # within -edge..edge
        found = middle + np.where(deviation < 0, middle - low, high - middle) * deviation / edge
    return np.where(np.isnan(u), middle, np.clip(found, low, high))


def quasi_random(count: int, dimensions: int, seed: int) -> FloatArray:
    """Points of the unit cube that fill it evenly: Sobol' sequence, shifted at random modulo 1.

    Shape (count, dimensions). Cranley, Patterson 1976.
    """
    if dimensions == 0:
        return np.empty((count, 0))
    from scipy.stats import qmc

    power = int(np.ceil(np.log2(max(count, 2))))
    points = qmc.Sobol(dimensions, scramble=False).random_base2(power)[:count]
    shift = np.random.default_rng(seed).random(dimensions)
    return np.asarray((points + shift) % 1.0)
