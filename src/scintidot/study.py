"""How far a result can be trusted: bands from the card's low and high, and what each one does."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from scintidot.materials.library import Material
from scintidot.records import FloatArray

Outputs = dict[str, FloatArray]

METHOD = (
    "each number of the card that has low and high is set to them in turn, all else at its value; the "
    "deviations are combined in quadrature, upward and downward apart, as if independent"
)


def banded_keys(material: Material, sections: Iterable[str]) -> list[str]:
    """Dotted keys, within ``sections``, of the numbers of the card that have a band."""
    prefixes = tuple(sections)
    return [key for key, q in material.card.quantities() if q.banded and key.startswith(prefixes)]


def propagate(
    evaluate: Callable[[Material], Outputs], material: Material, keys: Iterable[str]
) -> tuple[Outputs, Outputs, Outputs, dict[str, tuple[Outputs, Outputs]]]:
    """Central outputs, their low and high, and the outputs with each number at its low and high."""
    central = evaluate(material)
    quantities = dict(material.card.quantities())
    single = {}
    for key in keys:
        quantity = quantities[key]
        assert quantity.low is not None
        assert quantity.high is not None
        single[key] = (
            evaluate(material.with_value(key, quantity.low)),
            evaluate(material.with_value(key, quantity.high)),
        )
    low, high = {}, {}
    for name, value in central.items():
        down, up = np.zeros_like(value), np.zeros_like(value)
        for at_low, at_high in single.values():
            change = np.stack([at_low[name] - value, at_high[name] - value])
            down += np.minimum(change.min(axis=0), 0.0) ** 2
            up += np.maximum(change.max(axis=0), 0.0) ** 2
        low[name], high[name] = value - np.sqrt(down), value + np.sqrt(up)
        if np.all(value >= 0):
            low[name] = np.maximum(low[name], 0.0)
        if name in _PROBABILITIES:
            high[name] = np.minimum(high[name], 1.0)
    return central, low, high, single


_PROBABILITIES = ("auger_efficiency", "quantum_yield")
