"""How far a result can be trusted: bands from the low and high of a card, and what each one does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from scintidot.materials.library import Material
from scintidot.records import FloatArray

Outputs = dict[str, FloatArray]

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


def propagate(evaluate: Callable[[Material], Outputs], material: Material, keys: Iterable[str]) -> Banded:
    """Evaluate at the card's values and with each number of ``keys`` at its ends; see `METHOD`.

    Figures are never negative. Where there is no light they are nan, and so is their band.
    """
    central = evaluate(material)
    quantities = dict(material.card.quantities())
    single = {}
    for key in keys:
        ends = (quantities[key].low, quantities[key].high)
        at_low, at_high = (evaluate(material.with_value(key, end)) for end in ends if end is not None)
        single[key] = (at_low, at_high)
    low, high = {}, {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for name, value in central.items():
            ratios = np.array([[side[name] / value for side in sides] for sides in single.values()])
            changes = np.log(ratios.reshape(len(single), 2, *value.shape))
            down = np.sum(changes.min(axis=1, initial=0.0) ** 2, axis=0)
            up = np.sum(changes.max(axis=1, initial=0.0) ** 2, axis=0)
            low[name], high[name] = value * np.exp(-np.sqrt(down)), value * np.exp(np.sqrt(up))
            if name in _PROBABILITIES:
                high[name] = np.minimum(high[name], 1.0)
    return Banded(central, low, high, single)
