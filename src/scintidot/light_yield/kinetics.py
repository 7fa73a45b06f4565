"""Photons of n pairs in one nanocrystal, and the decay of a mixture of numbers of pairs, by the named models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scintidot.kinetics import exact
from scintidot.kinetics.backward import PHOTON_PAIRS, PHOTONS, backward
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.laws import TRANSITIONS, XX, Rates, X
from scintidot.kinetics.lifetimes import harmonic
from scintidot.kinetics.rates import BiexcitonRates, biexciton_rates
from scintidot.materials.card import Scintillator
from scintidot.records import Exponentials, FloatArray

MODELS = {
    **exact.MODELS,
    "paper": "rates of Fratelli 2024 as printed, and every n >= 2 emits as one biexciton; the number of pairs is drawn "
    "from the deposits, so that the paper's statistics with their factor <N> play no part",
}
MOST_PAIRS = 200
"""Largest number of pairs that the models follow; beyond it photons grow by the last step."""


@dataclass(frozen=True, eq=False)
class Kinetics:
    """What n = 0, 1, ... `MOST_PAIRS` pairs emit: shape (n,) each, and by transition (n, transitions)."""

    model: str
    rates: Rates | BiexcitonRates
    transitions: FloatArray  # mean photons of each of `laws.TRANSITIONS`
    variance: FloatArray  # of the number of photons

    @property
    def mean(self) -> FloatArray:
        """Photons of n pairs."""
        return np.asarray(self.transitions.sum(axis=-1))

    def extended(self, most: int) -> tuple[FloatArray, FloatArray]:
        """Mean and variance for n up to ``most``, beyond the tables by their last step."""
        return _extended(self.mean, most), _extended(self.variance, most)

    def decays(self, distributions: FloatArray) -> list[Exponentials]:
        """F(t) of mixtures of numbers of pairs, ``distributions`` of shape (k, MOST_PAIRS + 1), none of them all 0.

        Together they take hardly longer than one.
        """
        if isinstance(self.rates, BiexcitonRates):
            single, more = distributions[:, 1], distributions[:, 2:].sum(axis=1)
            return [
                BiexcitonDecay(self.rates, x, xx).exponentials for x, xx in zip(single, more, strict=True)
            ]
        there = np.flatnonzero(distributions.any(axis=0))[-1] + 1
        found = exact.ExactDecay(self.model, self.rates, distributions[:, :there]).exponentials
        rate = np.broadcast_to(found.rate, found.amplitude.shape)
        return [Exponentials(*one) for one in zip(found.amplitude, rate, strict=True)]

    def harmonic(self, distribution: FloatArray) -> float:
        """Photons over the photon rate at the start [ps] of one mixture, shape (MOST_PAIRS + 1,); nan without light."""
        if isinstance(self.rates, BiexcitonRates):
            return float(harmonic(BiexcitonDecay(self.rates, distribution[1], distribution[2:].sum())))
        found = exact.ExactDecay(self.model, self.rates, distribution)
        return float(found.photons / found.initial_rate) if found.initial_rate > 0 else float("nan")


def kinetics_of(
    model: str,
    card: Scintillator,
    edge_length: float,
    *,
    auger_law: str,
    retained_fraction: float,
) -> Kinetics:
    """The rates of a card at one size [nm], in a model of `MODELS`."""
    common: dict[str, Any] = {
        "exciton_rate": 1 / card.exciton.lifetime.value,
        "quantum_yield": float(card.quantum_yield(np.array(edge_length))),
        "auger_rate": 1 / float(card.auger.laws[auger_law](np.array(edge_length))),
        "retained_fraction": retained_fraction,
    }
    if model == "paper":
        return _truncated(
            model, biexciton_rates("paper", rate_ratio=card.biexciton.rate_ratio.value, **common)
        )
    rates = exact.exact_rates(**common)
    table = backward(model, rates, MOST_PAIRS)
    photons = table[:, PHOTONS]
    mean = photons.sum(axis=-1)
    return Kinetics(model, rates, photons, np.maximum(table[:, PHOTON_PAIRS] + mean - mean**2, 0.0))


def _truncated(model: str, rates: BiexcitonRates) -> Kinetics:
    """Every n >= 2 as one biexciton: one photon of XX with probability a, then X with probability r."""
    of_exciton = float(rates.exciton_radiative / rates.exciton)
    of_biexciton = float(rates.biexciton_radiative / rates.biexciton)
    left = float(rates.refill / rates.biexciton)
    photons = np.zeros((MOST_PAIRS + 1, len(TRANSITIONS)))
    photons[1, X] = of_exciton
    photons[2:, X], photons[2:, XX] = left * of_exciton, of_biexciton
    pairs_of_photons = np.where(np.arange(MOST_PAIRS + 1) >= 2, 2 * of_biexciton * of_exciton, 0.0)
    mean = photons.sum(axis=-1)
    return Kinetics(model, rates, photons, pairs_of_photons + mean - mean**2)


def _extended(values: FloatArray, most: int) -> FloatArray:
    beyond = np.arange(1, most - len(values) + 2)
    longer = np.concatenate([values, values[-1] + beyond * (values[-1] - values[-2])])
    return np.asarray(np.maximum(longer, 0.0))
