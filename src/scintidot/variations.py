"""Around a prediction: the same on a fine grid, with other energies, with other choices; and Fig. 1a."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scintidot.bands import Banded, Outputs, propagate
from scintidot.config import LIGHT_YIELD_SCALINGS, RunConfig, make_config
from scintidot.excitons.distribution import COMPOUND, STATISTICS, pair_distribution
from scintidot.excitons.occupancy import initial_populations
from scintidot.geometry import STARTS
from scintidot.kinetic_options import KINETIC_MODELS
from scintidot.kinetics import exact
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.exact import ExactDecay
from scintidot.kinetics.laws import AUGER, RADIATIVE
from scintidot.kinetics.lifetimes import harmonic, instrument
from scintidot.kinetics.rates import biexciton_rates
from scintidot.light.ensemble import size_distribution
from scintidot.limits import pair_creation_rule
from scintidot.records import FloatArray
from scintidot.results import Prediction
from scintidot.simulation import deposit_and_pairs, evaluator
from scintidot.timing.bounds import cramer_rao_bound, fisher_information
from scintidot.timing.coincidence import label_formula, single_nanocrystal_figure

MANY_PAIRS = 100
"""Pairs beyond which a size takes long."""


def size_curves(prediction: Prediction) -> tuple[FloatArray, Banded]:
    """The prediction on a fine grid of sizes [nm] around its rows; a coarser one where each takes long."""
    light, members = prediction.decay, prediction.config.nanocrystal.size_dispersion > 0
    many_pairs = isinstance(light, ExactDecay) and light.distribution.shape[-1] > MANY_PAIRS
    points = 9 if members or many_pairs else 25
    rows, sizes = prediction.edge_length, prediction.material.scintillator().sizes
    low = max(min(2.0, rows.min()), sizes.smallest.value)
    high = min(max(15.0, rows.max()), sizes.largest.value)
    grid = np.geomspace(low, high, points)
    evaluate = evaluator(
        prediction.material, prediction.config, grid, prediction.largest_intensity, prediction.deposits
    )
    return grid, propagate(
        evaluate, dict(prediction.material.card.quantities()), list(prediction.figures.single)
    )


def with_option(prediction: Prediction, edge_length: FloatArray, option: str, value: object) -> Outputs:
    """Figures of the prediction with one choice changed, at ``edge_length`` [nm]."""
    config = make_config(options={option: value}, base=prediction.config)
    largest = prediction.largest_intensity
    return evaluator(prediction.material, config, edge_length, largest, prediction.deposits)(None)


def pairs_with_option(
    prediction: Prediction, edge_length: FloatArray, option: str, value: object
) -> tuple[FloatArray, FloatArray]:
    """Mean deposit [eV] and mean number of pairs with one choice changed, at ``edge_length`` [nm]; no light."""
    config, material = make_config(options={option: value}, base=prediction.config), prediction.material
    members, weights = size_distribution(edge_length, config.nanocrystal.size_dispersion)
    rule = pair_creation_rule(material.scintillator(), config)
    deposit, _, pairs = deposit_and_pairs(material, config, members, rule, prediction.deposits[0])
    return deposit @ weights, pairs @ weights


@dataclass(frozen=True, eq=False)
class Alternative:
    """What one option of one choice gives at the sizes of the prediction."""

    choice: str
    option: str
    chosen: bool
    figures: Outputs


def alternatives(prediction: Prediction) -> list[Alternative]:
    """What each named choice does to the rows of the prediction."""
    card = prediction.material.scintillator()
    options = {
        "model": list(KINETIC_MODELS),
        "radiative": list(RADIATIVE),
        "auger": list(AUGER),
        "statistics": [name for name in STATISTICS if name != COMPOUND or prediction.deposits[0].sizes],
        "pair_creation_energy": list(card.pair_creation),
        "auger_law": list(card.auger.laws),
        "start": list(STARTS),
        "light_yield_scaling": list(LIGHT_YIELD_SCALINGS),
    }
    result = []
    for choice, names in options.items():
        if choice not in prediction.choices and choice != "model":
            continue  # of the exact models only
        chosen = prediction.choices["kinetics" if choice == "model" else choice]
        for name in names if chosen in names else [chosen, *names]:
            together = (choice, name) == ("model", "paper") and prediction.choices["statistics"] != "paper"
            option = f"{name}, and statistics {name}" if together else name
            if choice == "model" and name in prediction.models:
                figures = prediction.models[name]
            else:
                figures = with_option(prediction, prediction.edge_length, choice, name)
            result.append(Alternative(choice, option, name == chosen, figures))
    return result


FAMILY_MEAN_EXCITONS = (0.3, 0.8, 1.3, 1.8, 2.3, 2.8, 3.3)
FAMILY_RETAINED_FRACTIONS = (0.0, 0.5, 1.0)
FAMILY_EXCITON_RATE = 1e-4  # [1/ps]
FAMILY_RATE_RATIO = 4.0


FAMILY_NANOCRYSTALS = 1000
"""Nanocrystals hit in one event, behind the time resolutions of the family."""


def family_statistics(config: RunConfig) -> str:
    """Statistics of the family: it has no deposits, whose scatter other statistics stand for."""
    return "paper" if config.excitons.statistics == "paper" else "poisson"


def auger_family(config: RunConfig, points: int = 25) -> Outputs:
    """The curves of Fig. 1a of Fratelli 2024: one nanocrystal against Phi_AR, with Phi_X = 1.

    By the kinetic model of the run, at its response, rise time and jitter; time resolutions for
    `FAMILY_NANOCRYSTALS` hit at once and all light detected. Arrays of shape (xi, <N>, Phi_AR) with xi and <N> as in
    `FAMILY_RETAINED_FRACTIONS` and `FAMILY_MEAN_EXCITONS`; ``auger_efficiency`` has shape (Phi_AR,).
    """
    statistics, timing = family_statistics(config), config.timing
    efficiency = np.linspace(0.0, 0.99, points)
    ratio = FAMILY_RATE_RATIO * efficiency / (1 - efficiency)
    common: dict[str, Any] = {
        "exciton_rate": FAMILY_EXCITON_RATE,
        "quantum_yield": 1.0,
        "retained_fraction": np.array(FAMILY_RETAINED_FRACTIONS)[:, None, None],
        "auger_rate": FAMILY_EXCITON_RATE * ratio,
    }
    mean = np.array(FAMILY_MEAN_EXCITONS)[:, None]
    decay: BiexcitonDecay | ExactDecay
    if config.kinetic_model in exact.MODELS:
        rates = exact.exact_rates(**common, radiative=config.kinetics.radiative, auger=config.kinetics.auger)
        decay = ExactDecay(config.kinetic_model, rates, pair_distribution(mean, statistics))
    else:
        biexciton = biexciton_rates(config.kinetic_model, **common, rate_ratio=FAMILY_RATE_RATIO)
        occupancy = initial_populations(mean, statistics)
        decay = BiexcitonDecay(biexciton, occupancy.exciton, occupancy.biexciton)
    lifetime = harmonic(decay.decay)
    photons = FAMILY_NANOCRYSTALS * decay.photons
    information = fisher_information(decay.exponentials, timing.rise_time_ps, timing.jitter_sigma_ps)
    return {
        "auger_efficiency": efficiency,
        "photons": decay.photons,
        "harmonic": lifetime,
        "instrument": instrument(decay.decay, timing.response_fwhm_ps),
        "ctr_nc": single_nanocrystal_figure(decay.initial_rate),
        "formula": label_formula(timing.rise_time_ps, lifetime, photons),
        "cramer_rao": cramer_rao_bound(photons * information),
    }
