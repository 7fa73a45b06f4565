"""One size of one run as a document: figures, P(n), decay and spectrum, with some figures held by the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from scintidot import __version__, choices, limits
from scintidot.config import RunConfig
from scintidot.deposits.against_size import Deposits
from scintidot.emission import Emission
from scintidot.errors import BadValue
from scintidot.kinetic_options import EFFICIENCY, FRACTION, MEAN, read_exciton_rate
from scintidot.kinetics.exact import ExactDecay
from scintidot.materials.material import Material
from scintidot.nanocrystal_light import NOTHING_HELD, Held, Light, exciton_rate
from scintidot.options import Number, read
from scintidot.output import nested, number
from scintidot.records import FloatArray
from scintidot.results import FIGURES
from scintidot.simulation import (
    CURVE_TIMES,
    find_deposits,
    light_yield_basis,
    reference_sample,
    simulate,
    with_detector,
)

SCHEMA = "scintidot.explore/1"
WHERE = "explore"
SHOWN = 1e-6
"""Of the probability: larger numbers of pairs, which together have less, are not listed."""


def read_held(values: Mapping[str, Number | None], *, where: str = WHERE) -> Held:
    """Held figures by their names, checked; what is None is not held.

    >>> read_held({"quantum_yield": "80 %", "exciton_rate": "6 ns"}).quantum_yield
    0.8

    Raises
    ------
    BadValue
        For a value outside the range of the kinetics.
    """
    ranges = {"mean_excitons": MEAN, "auger_efficiency": EFFICIENCY, "quantum_yield": FRACTION}
    given = {name: value for name, value in values.items() if value is not None}
    rate = given.pop("exciton_rate", None)
    numbers = {name: read(value, name, where, ranges[name]) for name, value in given.items()}
    return Held(**numbers, exciton_rate_per_ps=None if rate is None else read_exciton_rate(rate, where))


def _blame(option: str) -> tuple[str, str]:
    """Where an option stands, for an error."""
    return WHERE, option


def materials_of(config: RunConfig) -> tuple[Material, Material]:
    """Material and host of a run that is within the range of its models. Raises `ScintidotError`."""
    found = limits.checked_materials(config, _blame)
    if len(config.nanocrystal.edge_length_nm) != 1:
        raise BadValue(
            where=WHERE, what="number of sizes", who="edge_length", expected="one size",
            found=len(config.nanocrystal.edge_length_nm),
        )  # fmt: skip
    return found


def explore(
    config: RunConfig,
    held: Held = NOTHING_HELD,
    deposits: tuple[Deposits, Deposits] | None = None,
) -> dict[str, Any]:
    """What a nanocrystal of one size does, as ``scintidot.explore/1``.

    The figures are those of `scintidot.predict` at the same choices, without bands; nothing is drawn or written.

    Parameters
    ----------
    config : RunConfig
        Of one size.
    held : Held
        Figures that stand instead of those of the chain. The sample whose light yield is known keeps its own.
    deposits : tuple of Deposits, optional
        Of the run and of the sample whose light yield is known; found (simulated where the run says so) if left out.

    Raises
    ------
    ScintidotError
        For a run outside the range of a model.
    """
    material, host = materials_of(config)
    found = deposits or find_deposits(material, host, config, _blame)
    edge = np.array(config.nanocrystal.edge_length_nm)
    rule = limits.pair_creation_rule(material.scintillator(), config)
    reference, sample = reference_sample(material, config)
    known_edge = np.array(sample.nanocrystal.edge_length_nm)
    known_rule = limits.known_sample_rule(reference, material, config)
    with np.errstate(divide="ignore", invalid="ignore"):  # no light: nan, reported as null
        known = simulate(reference, sample, known_edge, known_rule, found[1])[0]
        outputs, light = simulate(material, config, edge, rule, found[0], held)
        outputs = with_detector(outputs, config, float(light_yield_basis(known, config)[0]))
        per_gram = outputs["intensity_per_gram"]
        outputs["intensity_ensemble_over_known_sample"] = per_gram / known["intensity_per_gram"]
    return {
        "schema": SCHEMA,
        "version": __version__,
        "choices": {**choices.describe(material, host, config, found[0]), "held": _held(held)},
        "figures": {
            "edge_length_nm": float(edge[0]),
            "exciton_rate_per_ps": exciton_rate(material, held),
            **nested({name: number(outputs[name][0]) for name in _FIGURES}),
        },
        "occupancy": _occupancy(light),
        "decay": _decay(light),
        "emission": _emission(material, config, edge, light),
        "warnings": [
            *_held_warnings(held, config),
            *choices.input_warnings(material, host, config),
            *found[0].warnings,
            *choices.spread_warnings(config, found[0]),
            *(choices.crowd_warnings(light.distribution) if isinstance(light, ExactDecay) else []),
            *choices.result_warnings(outputs, edge, config),
        ],
    }


_FIGURES = (
    *(name for name in FIGURES if name != "intensity_ensemble_relative"),  # which is 1 for a single size
    "intensity_per_gram", "intensity_ensemble_over_known_sample",
)  # fmt: skip


def _held(held: Held) -> dict[str, float]:
    return {name: value for name, value in asdict(held).items() if value is not None}


def _held_warnings(held: Held, config: RunConfig) -> list[str]:
    """What a held figure no longer agrees with."""
    names = _held(held)
    notes = [f"Held by the user, not what the size gives: {', '.join(names)}."] if names else []
    if held.mean_excitons is not None and config.light.light_yield_scaling == "photons-per-deposited-energy":
        notes.append("<N> is held: photons per deposited energy still count the deposit of the size.")
    return notes


def _occupancy(light: Light) -> dict[str, Any]:
    """P(n) over all members (weights with statistics paper), or what a model of X and XX knows of it."""
    if not isinstance(light, ExactDecay):
        populations = [float(part[0] @ light.weights) for part in (light.exciton, light.biexciton)]
        return {"pairs": [1, 2], "probability": populations, "last_counts_all_above": True}
    assert light.weights is not None
    probability = light.weights @ light.distribution[0]
    above = probability[::-1].cumsum()[::-1]
    most = max(2, int(np.count_nonzero(above > SHOWN * above[0])) - 1)
    shown = probability[: most + 1]
    return {"pairs": list(range(len(shown))), "probability": shown.tolist(), "last_counts_all_above": False}


def _decay(light: Light) -> dict[str, Any]:
    """F(t) of one nanocrystal, to 1e-7 of F(0)."""
    rate = light.decay.emission_rate(CURVE_TIMES[:, None])[:, 0]
    return {"time_ps": CURVE_TIMES.tolist(), "photons_per_ps": rate.tolist()}


def _emission(material: Material, config: RunConfig, edge: FloatArray, light: Light) -> dict[str, Any] | None:
    """Spectrum of all photons; None for a model or a card that does not know it."""
    if material.card.emission is None or not isinstance(light, ExactDecay):
        return None
    emission = Emission(material, edge, config.nanocrystal.size_dispersion, light)
    spectrum = emission.per_energy(emission.photons)[0]
    return {
        "energy_eV": emission.energy.tolist(),
        "photons_per_eV": spectrum.tolist(),
        **emission.row(0),
    }
