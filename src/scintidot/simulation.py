"""The forward path on one page: radiation -> deposit -> excitons -> kinetics -> light -> timing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from scintidot import choices, limits
from scintidot.bands import Outputs, banded_keys, propagate
from scintidot.config import (
    OPTIONS,
    OWN_MATERIAL,
    Kinetics,
    Nanocrystal,
    RunConfig,
    make_config,
    option_flag,
)
from scintidot.constants import PLANCK_TIMES_LIGHT
from scintidot.excitons.occupancy import initial_populations
from scintidot.excitons.pairs import mean_excitons
from scintidot.geometry import mean_path, volume
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.lifetimes import effective_lifetimes
from scintidot.kinetics.rates import biexciton_rates
from scintidot.light.ensemble import nanocrystals_per_gram, size_distribution
from scintidot.materials.library import Material, load_material
from scintidot.records import FloatArray, Primary
from scintidot.results import Prediction
from scintidot.timing.coincidence import detected_photons, label_formula, single_nanocrystal_figure
from scintidot.transport import continuous

CURVE_TIMES = np.concatenate([[0.0], np.geomspace(1.0, 1e5, 251)])
"""Times [ps] of the decay curves in a result."""


def simulate(
    material: Material, config: RunConfig, edge_length: FloatArray
) -> tuple[Outputs, BiexcitonDecay]:
    """Figures of one nanocrystal for each nominal edge length [nm], and its decay.

    Figures of an ensemble with size dispersion are means over the number of nanocrystals; lifetimes and
    photons are those of its summed light.
    """
    card = material.scintillator()
    crystal, excitons, kinetics = config.nanocrystal, config.excitons, config.kinetics
    members, weights = size_distribution(edge_length, crystal.size_dispersion)

    primary = Primary(config.radiation.kinetic_energy_keV * 1e3, config.radiation.start)
    deposit = continuous.mean_deposit(
        members,
        crystal.shape,
        primary,
        card.energy_loss.oscillators,
        card.dielectric.stopping_power_scale.value,
    )

    gap = card.sizing_curve(members)
    pair_energy = limits.pair_creation_rule(card, config, lambda option: ("predict", option))(gap)
    occupancy = initial_populations(mean_excitons(deposit.mean_energy, pair_energy), excitons.statistics)

    retained = kinetics.retained_fraction
    rates = biexciton_rates(
        choices.MODEL_OF_STATISTICS[excitons.statistics],
        exciton_rate=1 / card.exciton.lifetime.value,
        quantum_yield=card.quantum_yield(members),
        retained_fraction=card.biexciton.retained_fraction.value if retained is None else retained,
        auger_rate=1 / card.auger.laws[kinetics.auger_law or card.auger.default](members),
        rate_ratio=card.biexciton.rate_ratio.value,
    )
    decay = BiexcitonDecay(rates, occupancy.exciton, occupancy.biexciton, weights)
    lifetimes = effective_lifetimes(decay, config.timing.response_fwhm_ps)

    photons, kept = decay.photons, deposit.mean_energy @ weights
    number = nanocrystals_per_gram(card.density.value, volume(members, crystal.shape) @ weights)
    outputs = {
        "band_gap_eV": gap @ weights,
        "emission_peak_nm": PLANCK_TIMES_LIGHT / (gap @ weights),
        "mean_path_nm": mean_path(members, crystal.shape, primary.start) @ weights,
        "mean_deposit_eV": kept,
        "pair_creation_energy_eV": pair_energy @ weights,
        "mean_excitons": occupancy.mean_excitons @ weights,
        "quantum_yield": rates.exciton_radiative / rates.exciton @ weights,
        "auger_efficiency": rates.auger_efficiency @ weights,
        "biexciton_lifetime_ps": 1 / rates.biexciton @ weights,
        "photons_per_nc": photons,
        "photons_per_MeV_deposited": photons / kept * 1e6,
        "nanocrystals_per_gram": number,
        "intensity_per_gram": photons * number,
        **{f"tau_ps.{name}": value for name, value in lifetimes.items()},
        "ctr_nc": single_nanocrystal_figure(decay.initial_rate),
    }
    return {name: np.broadcast_to(value, kept.shape) for name, value in outputs.items()}, decay


def light_yield_basis(outputs: Outputs, config: RunConfig) -> FloatArray:
    """The figure that the light yield is proportional to."""
    per_nanocrystal = config.light.light_yield_scaling == "photons-per-nanocrystal"
    return outputs["photons_per_nc" if per_nanocrystal else "photons_per_MeV_deposited"]


def reference_basis(material: Material, config: RunConfig) -> float:
    """`light_yield_basis` of the sample whose light yield is known: its own card and size, same models."""
    name = config.light.light_yield_material
    reference = material if name == OWN_MATERIAL else load_material(name)
    law = config.kinetics.auger_law
    known_law = law if law in reference.scintillator().auger.laws else None
    sample = config.model_copy(
        update={"nanocrystal": Nanocrystal(), "kinetics": Kinetics(auger_law=known_law)}
    )
    edge = np.array([config.light.light_yield_edge_length_nm])
    return float(light_yield_basis(simulate(reference, sample, edge)[0], config)[0])


def with_detector(outputs: Outputs, config: RunConfig, reference: float) -> Outputs:
    """Add light yield and CTR; ``reference`` is the `light_yield_basis` of the known sample."""
    light, timing = config.light, config.timing
    light_yield = light.light_yield_photons_per_MeV * light_yield_basis(outputs, config) / reference
    photons = detected_photons(
        light_yield, timing.gamma_energy_keV / 1e3, timing.outcoupling, timing.detection_efficiency
    )
    ctr = label_formula(timing.rise_time_ps, outputs["tau_ps.harmonic"], photons)
    return {**outputs, "light_yield_photons_per_MeV": light_yield, "ctr_ps.formula": ctr}


def evaluator(
    material: Material, config: RunConfig, edge_length: FloatArray, largest_intensity: float
) -> Callable[[Material], Outputs]:
    """The whole path as a function of a varied material, scaled by what ``material`` itself gives.

    I_ENS is relative to ``largest_intensity`` photons per gram.
    """
    reference = reference_basis(material, config)

    def evaluate(varied: Material) -> Outputs:
        with np.errstate(divide="ignore", invalid="ignore"):  # no light: nan, reported as null
            outputs = with_detector(simulate(varied, config, edge_length)[0], config, reference)
            outputs["intensity_ensemble_relative"] = outputs["intensity_per_gram"] / largest_intensity
        return outputs

    return evaluate


def predict(
    run_file: str | Path | None = None,
    *,
    config: RunConfig | None = None,
    where: str = "predict",
    **options: Any,
) -> Prediction:
    """Predict light, decay and time resolution of nanocrystals against size.

    Parameters
    ----------
    run_file : path, optional
        A run file (TOML); what it leaves out has its default.
    config : RunConfig, optional
        A configuration to start from, instead of a run file.
    **options
        Single choices by the names of `scintidot.config.OPTIONS`, for example ``edge_length="3.3,8.7 nm"``,
        ``energy="7 keV"``, ``material="./mine.toml"``, ``statistics="paper"``. Bare numbers are in the unit
        of the key (nm, keV, ps). They come before the file and the configuration.

    Raises
    ------
    ScintidotError
        With one line that says where, what, expected and found.

    Examples
    --------
    >>> result = predict(edge_length=[5, 10], start="centre")
    >>> result.rows[0]["mean_deposit_eV"] < result.rows[1]["mean_deposit_eV"]
    True
    """
    config = make_config(run_file, options, base=config, where=where)

    def blame(option: str) -> tuple[str, str]:
        if options.get(option) is not None or run_file is None:
            return where, option_flag(option)
        return str(run_file), OPTIONS[option]

    material, host = (
        load_material(name, where=blame(role)[0], who=blame(role)[1])
        for role, name in (("material", config.material), ("host", config.host))
    )
    limits.check(material.scintillator(), host, config, blame)
    known = ((material, config.material_fingerprint), (host, config.host_fingerprint))
    changed = [
        f"The card {card.where} has changed since the run file was written."
        for card, fingerprint in known
        if fingerprint not in (None, card.fingerprint)
    ]
    config = config.model_copy(
        update={"material_fingerprint": material.fingerprint, "host_fingerprint": host.fingerprint}
    )
    edges = np.array(config.nanocrystal.edge_length_nm)
    outputs, decay = simulate(material, config, edges)
    largest = float(outputs["intensity_per_gram"].max())
    keys = banded_keys(material, choices.sections_used(material, config))
    figures = propagate(evaluator(material, config, edges, largest), material, keys)
    return Prediction(
        config=config,
        material=material,
        host=host,
        edge_length=edges,
        figures=figures,
        decay=decay,
        curve_time=CURVE_TIMES,
        choices=choices.describe(material, host, config),
        warnings=[
            *changed,
            *choices.input_warnings(material, host, config),
            *choices.result_warnings(figures.central, edges, config),
        ],
        references=choices.references(material, config),
    )
