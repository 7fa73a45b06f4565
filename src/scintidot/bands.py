"""How far a result can be trusted: bands from the low and high of a card, and what each one does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scintidot.materials.material import Material
from scintidot.provenance import Quantity
from scintidot.records import FloatArray

Outputs = dict[str, FloatArray]
Change = tuple[str, float]
"""Dotted key of a card, and the value to put there."""

METHOD = (
    "each number of the card that has low and high is set to them in turn, all else at its value; the logarithms "
    "of the changes are combined in quadrature, upward and downward apart, as if independent; probabilities stop at 1"
)
_PROBABILITIES = ("auger_efficiency", "quantum_yield")


@dataclass(frozen=True, eq=False)
class Banded:
    """Figures against size with their bands, and the figures with each uncertain number at its ends."""

    central: Outputs
    low: Outputs
    high: Outputs
    single: Mapping[str, tuple[Outputs, Outputs]]  # dotted key of the card -> at low, at high


def banded_keys(material: Material, sections: Iterable[str]) -> list[str]:
    """Dotted keys, within ``sections``, of the numbers of the card that have a band."""
    prefixes = tuple(sections)
    return [key for key, q in material.card.quantities() if q.banded and key.startswith(prefixes)]


def propagate(
    evaluate: Callable[[Change | None], Outputs],
    quantities: Mapping[str, Quantity],
    keys: Sequence[str],
    progress: Callable[[float], None] = lambda _: None,
) -> Banded:
    """Evaluate at the card's values and with each number of ``keys`` at its ends; see `METHOD`.

    Figures are never negative. A figure that does not exist (the lifetime of no light) is nan, and so is its
    band; an end at which it does not exist is left out. The band of a zero reaches from zero to its changes.
    ``progress`` is told the share of the keys that is done.
    """
    central = evaluate(None)
    single = {}
    for index, key in enumerate(keys):
        progress(index / len(keys))
        low_end, high_end = quantities[key].low, quantities[key].high
        if low_end is not None and high_end is not None:
            single[key] = (evaluate((key, low_end)), evaluate((key, high_end)))
    low, high = {}, {}
    for name, value in central.items():
        ends = np.array([[side[name] for side in sides] for sides in single.values()])
        low[name], high[name] = _band(value, ends.reshape(len(single), 2, *value.shape))
        if name in _PROBABILITIES:
            high[name] = np.minimum(high[name], 1.0)
    return Banded(central, low, high, single)


def _band(value: FloatArray, ends: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Low and high of one figure from its values at the ends, shape (keys, 2, ...)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        changes = np.nan_to_num(np.log(ends / value), nan=0.0, posinf=0.0, neginf=-700.0)
        down = np.sum(changes.min(axis=1, initial=0.0) ** 2, axis=0)
        up = np.sum(changes.max(axis=1, initial=0.0) ** 2, axis=0)
        from_zero = np.sqrt(np.sum(np.nan_to_num(ends, posinf=0.0).max(axis=1, initial=0.0) ** 2, axis=0))
        high = np.where(value == 0, from_zero, value * np.exp(np.sqrt(up)))
        return value * np.exp(-np.sqrt(down)), high
