"""Light of one nanocrystal, or of an ensemble, under the choices of a run: card and options become rates and P(n)."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.config import RunConfig
from scintidot.deposits.against_size import Deposits
from scintidot.excitons.distribution import COMPOUND, compound_distribution, pair_distribution
from scintidot.excitons.occupancy import biexciton_populations, initial_populations
from scintidot.kinetics import exact
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.exact import ExactDecay
from scintidot.kinetics.laws import Rates
from scintidot.kinetics.rates import biexciton_rates
from scintidot.materials.library import Material
from scintidot.records import FloatArray

Light = BiexcitonDecay | ExactDecay
"""Light of nanocrystals by a model."""


def decay_of(
    material: Material,
    config: RunConfig,
    edge_length: FloatArray,
    members: FloatArray,
    weights: FloatArray,
    mean_pairs: FloatArray,
    deposits: Deposits,
) -> Light:
    """Light of every size by the kinetic model of the run.

    ``edge_length`` of shape (n,), ``members`` and ``mean_pairs`` (<N> of each) of shape (n, m), ``weights`` (m,).
    """
    statistics = config.excitons.statistics
    if config.kinetic_model in exact.MODELS:
        rates = rates_of(material, config, members)
        distribution = _distribution(mean_pairs, edge_length, statistics, deposits)
        return ExactDecay(config.kinetic_model, rates, distribution, weights)
    ratio = material.scintillator().biexciton.rate_ratio.value
    biexciton = biexciton_rates(
        config.kinetic_model, **_pair_rates(material, config, members), rate_ratio=ratio
    )
    if statistics == COMPOUND:
        distribution = _distribution(mean_pairs, edge_length, statistics, deposits)
        occupancy = biexciton_populations(mean_pairs, distribution)
    else:
        occupancy = initial_populations(mean_pairs, statistics)
    return BiexcitonDecay(biexciton, occupancy.exciton, occupancy.biexciton, weights)


def rates_of(material: Material, config: RunConfig, members: FloatArray, **overrides: Any) -> Rates:
    """Rates of the exact models for a run, at edge lengths [nm]; ``overrides`` replace parameters of `exact_rates`."""
    kinetics = config.kinetics
    of_run = {
        **_pair_rates(material, config, members),
        "radiative": kinetics.radiative,
        "auger": kinetics.auger,
        "trapping_rate": kinetics.trapping_rate_per_ps,
        "detrapping_rate": kinetics.detrapping_rate_per_ps,
        "trap_loss_rate": kinetics.trap_loss_rate_per_ps,
        "traps": kinetics.traps,
    }
    return exact.exact_rates(**{**of_run, **overrides})


def _pair_rates(material: Material, config: RunConfig, members: FloatArray) -> dict[str, Any]:
    """What every model takes of exciton and biexciton."""
    card, retained = material.scintillator(), config.kinetics.retained_fraction
    return {
        "exciton_rate": 1 / card.exciton.lifetime.value,
        "quantum_yield": card.quantum_yield(members),
        "retained_fraction": card.biexciton.retained_fraction.value if retained is None else retained,
        "auger_rate": auger_rate(material, config, members),
    }


def auger_rate(material: Material, config: RunConfig, members: FloatArray) -> FloatArray:
    """k_AR [1/ps] of the biexciton by the law of the run, at edge lengths [nm]."""
    card = material.scintillator()
    return np.asarray(1 / card.auger.laws[config.kinetics.auger_law or card.auger.default](members))


def auger_efficiency(material: Material, config: RunConfig, members: FloatArray) -> FloatArray:
    """Phi_AR = k_AR/(k_AR + ratio k_X), as published values are derived, at edge lengths [nm]."""
    card, k_auger = material.scintillator(), auger_rate(material, config, members)
    return np.asarray(k_auger / (k_auger + card.biexciton.rate_ratio.value / card.exciton.lifetime.value))


def _distribution(
    mean: FloatArray, edge_length: FloatArray, statistics: str, deposits: Deposits
) -> FloatArray:
    """P(n) from <N> of shape (n sizes, m members) by the named statistics."""
    if statistics != COMPOUND:
        return pair_distribution(mean, statistics)
    parts = []
    for row, edge in zip(mean, edge_length, strict=True):
        about = deposits.neighbours(float(edge))
        relative = [size.energy / size.mean if size.mean > 0 else size.energy for _, size in about]
        probability = [weight * size.probability for weight, size in about]
        parts.append(
            compound_distribution(
                row, np.concatenate(relative), np.concatenate(probability), deposits.pair_spread
            )
        )
    most = max(part.shape[-1] for part in parts)
    return np.stack([np.pad(part, [(0, 0), (0, most - part.shape[-1])]) for part in parts])
