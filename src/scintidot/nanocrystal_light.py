"""Light of one nanocrystal, or of an ensemble, under the choices of a run: card and options become rates and P(n)."""

from __future__ import annotations

from dataclasses import dataclass
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
from scintidot.materials.material import Material
from scintidot.records import FloatArray

Light = BiexcitonDecay | ExactDecay
"""Light of nanocrystals by a model."""


@dataclass(frozen=True)
class Held:
    """Figures of a nanocrystal that a user fixed; None: what the chain of laws gives for its size.

    Held figures are those of every member of an ensemble. xi is no law but a choice of the run, `retained_fraction`.
    """

    mean_excitons: float | None = None  # <N>
    auger_efficiency: float | None = None  # Phi_AR
    quantum_yield: float | None = None  # Phi_X
    exciton_rate_per_ps: float | None = None  # k_X


NOTHING_HELD = Held()


def decay_of(
    material: Material,
    config: RunConfig,
    edge_length: FloatArray,
    members: FloatArray,
    weights: FloatArray,
    mean_pairs: FloatArray,
    deposits: Deposits,
    held: Held = NOTHING_HELD,
) -> Light:
    """Light of every size by the kinetic model of the run.

    ``edge_length`` of shape (n,), ``members`` and ``mean_pairs`` (<N> of each) of shape (n, m), ``weights`` (m,).
    """
    statistics = config.excitons.statistics
    if config.kinetic_model in exact.MODELS:
        rates = rates_of(material, config, members, held)
        distribution = _distribution(mean_pairs, edge_length, statistics, deposits)
        return ExactDecay(config.kinetic_model, rates, distribution, weights)
    ratio = material.scintillator().biexciton.rate_ratio.value
    biexciton = biexciton_rates(
        config.kinetic_model, **_pair_rates(material, config, members, held), rate_ratio=ratio
    )
    if statistics == COMPOUND:
        distribution = _distribution(mean_pairs, edge_length, statistics, deposits)
        occupancy = biexciton_populations(mean_pairs, distribution)
    else:
        occupancy = initial_populations(mean_pairs, statistics)
    return BiexcitonDecay(biexciton, occupancy.exciton, occupancy.biexciton, weights)


def rates_of(
    material: Material, config: RunConfig, members: FloatArray, held: Held = NOTHING_HELD, **overrides: Any
) -> Rates:
    """Rates of the exact models for a run, at edge lengths [nm]; ``overrides`` replace parameters of `exact_rates`."""
    kinetics = config.kinetics
    of_run = {
        **_pair_rates(material, config, members, held),
        "radiative": kinetics.radiative,
        "auger": kinetics.auger,
        "trapping_rate": kinetics.trapping_rate_per_ps,
        "detrapping_rate": kinetics.detrapping_rate_per_ps,
        "trap_loss_rate": kinetics.trap_loss_rate_per_ps,
        "traps": kinetics.traps,
    }
    return exact.exact_rates(**{**of_run, **overrides})


def _pair_rates(material: Material, config: RunConfig, members: FloatArray, held: Held) -> dict[str, Any]:
    """What every model takes of exciton and biexciton."""
    card, retained = material.scintillator(), config.kinetics.retained_fraction
    return {
        "exciton_rate": exciton_rate(material, held),
        "quantum_yield": quantum_yield(material, members, held),
        "retained_fraction": card.biexciton.retained_fraction.value if retained is None else retained,
        "auger_rate": auger_rate(material, config, members, held),
    }


def exciton_rate(material: Material, held: Held = NOTHING_HELD) -> float:
    """k_X of the exciton. [1/ps]"""
    rate = held.exciton_rate_per_ps
    return 1 / material.scintillator().exciton.lifetime.value if rate is None else rate


def quantum_yield(material: Material, members: FloatArray, held: Held = NOTHING_HELD) -> FloatArray:
    """Phi_X at edge lengths [nm]."""
    if held.quantum_yield is None:
        return material.scintillator().quantum_yield(members)
    return np.full_like(members, held.quantum_yield)


def auger_rate(
    material: Material, config: RunConfig, members: FloatArray, held: Held = NOTHING_HELD
) -> FloatArray:
    """k_AR [1/ps] of the biexciton by the law of the run, at edge lengths [nm]."""
    card = material.scintillator()
    efficiency = held.auger_efficiency
    if efficiency is None:
        return np.asarray(1 / card.auger.laws[config.kinetics.auger_law or card.auger.default](members))
    ratio = card.biexciton.rate_ratio.value * efficiency / (1 - efficiency)
    return np.full_like(members, ratio * exciton_rate(material, held))


def auger_efficiency(
    material: Material, config: RunConfig, members: FloatArray, held: Held = NOTHING_HELD
) -> FloatArray:
    """Phi_AR = k_AR/(k_AR + ratio k_X), as published values are derived, at edge lengths [nm]."""
    ratio = material.scintillator().biexciton.rate_ratio.value
    k_auger = auger_rate(material, config, members, held)
    return np.asarray(k_auger / (k_auger + ratio * exciton_rate(material, held)))


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
