"""The forward path on one page: radiation -> deposit -> excitons -> kinetics -> light -> timing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from scintidot import choices, study
from scintidot.catalogue import missing_sections
from scintidot.config import LIGHT_YIELD_SCALINGS, RunConfig, make_config, option_flag
from scintidot.constants import PLANCK_TIMES_LIGHT
from scintidot.errors import BadFile, BadValue, OutOfRange, nearest
from scintidot.excitons.occupancy import initial_populations
from scintidot.excitons.pairs import mean_excitons, pair_creation_energy
from scintidot.geometry import STARTS, volume
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.lifetimes import effective_lifetimes
from scintidot.kinetics.rates import biexciton_rates
from scintidot.light.ensemble import nanocrystals_per_gram, size_distribution
from scintidot.materials.library import Material, load_material
from scintidot.records import FloatArray, Primary
from scintidot.results import Prediction
from scintidot.study import Outputs
from scintidot.timing.coincidence import detected_photons, label_formula, single_nanocrystal_figure
from scintidot.transport import continuous, stopping
from scintidot.units import parse_quantity

CURVE_TIMES = np.concatenate([[0.0], np.geomspace(1.0, 1e5, 251)])
"""Times [ps] of the decay curves in a result."""


def simulate(
    material: Material, config: RunConfig, edge_length: FloatArray
) -> tuple[Outputs, BiexcitonDecay]:
    """Every figure of a prediction for each nominal edge length [nm], and the decay itself.

    Figures of an ensemble with size dispersion are means over the number of nanocrystals; lifetimes and
    photons are those of its summed light.
    """
    card, loss = material.card, material.energy_loss
    assert loss is not None and card.sizing_curve and card.quantum_yield  # noqa: PT018
    assert card.exciton and card.biexciton and card.auger and card.dielectric  # noqa: PT018
    members, weights = size_distribution(edge_length, config.nanocrystal.size_dispersion)
    shape = config.nanocrystal.shape

    primary = Primary(config.radiation.kinetic_energy_keV * 1e3, config.radiation.start)
    strength = loss.weight * loss.energy * loss.loss
    scale = card.dielectric.stopping_power_scale.value
    deposit = continuous.mean_deposit(
        members, shape, primary, loss.energy, strength, loss.plasma_energy, scale
    ).mean_energy

    gap = card.sizing_curve(members)
    pair_energy = pair_creation_energy(gap, *pair_rule(card_rules(material), config, where="predict"))
    occupancy = initial_populations(mean_excitons(deposit, pair_energy), config.excitons.statistics)

    retained = config.kinetics.retained_fraction
    rates = biexciton_rates(
        choices.MODEL_OF_STATISTICS[config.excitons.statistics],
        exciton_rate=1 / card.exciton.lifetime.value,
        quantum_yield=card.quantum_yield(members),
        retained_fraction=card.biexciton.retained_fraction.value if retained is None else retained,
        auger_rate=1 / card.auger.laws[config.kinetics.auger_law or card.auger.default](members),
        rate_ratio=card.biexciton.rate_ratio.value,
    )
    decay = BiexcitonDecay(rates, occupancy.exciton, occupancy.biexciton, weights)
    lifetimes = effective_lifetimes(decay, config.timing.response_fwhm_ps)
    photons = decay.photons

    kept = deposit @ weights
    number = nanocrystals_per_gram(card.density.value, volume(members, shape) @ weights)
    outputs = {
        "band_gap_eV": gap @ weights,
        "emission_peak_nm": PLANCK_TIMES_LIGHT / (gap @ weights),
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


def add_sample_figures(outputs: Outputs, config: RunConfig) -> Outputs:
    """Light yield and CTR; the last element is the size that anchors the yield, and is dropped."""
    light, timing = config.light, config.timing
    basis = (
        outputs["photons_per_nc"]
        if light.light_yield_scaling == "photons-per-nanocrystal"
        else outputs["photons_per_MeV_deposited"]
    )
    rows = {name: value[:-1] for name, value in outputs.items()}
    light_yield = light.light_yield_photons_per_MeV * basis[:-1] / basis[-1]
    photons = detected_photons(
        light_yield, timing.gamma_energy_keV / 1e3, timing.outcoupling, timing.detection_efficiency
    )
    rows["light_yield_photons_per_MeV"] = light_yield
    rows["ctr_ps.formula"] = label_formula(timing.rise_time_ps, rows["tau_ps.harmonic"], photons)
    return rows


def evaluator(config: RunConfig, edge_length: FloatArray) -> Callable[[Material], Outputs]:
    """The whole path as a function of the material alone.

    Of the ensemble intensity it gives photons per gram; what is published is relative, see `relative_intensity`.
    """
    anchored = np.append(edge_length, config.light.light_yield_edge_length_nm)

    def evaluate(material: Material) -> Outputs:
        with np.errstate(divide="ignore", invalid="ignore"):  # no light: nan, reported as null
            return add_sample_figures(simulate(material, config, anchored)[0], config)

    return evaluate


def relative_intensity(outputs: tuple[Outputs, Outputs, Outputs], largest: float) -> None:
    """Replace photons per gram by the intensity relative to ``largest`` in central, low and high."""
    for side in outputs:
        side["intensity_ensemble_relative"] = side.pop("intensity_per_gram") / largest


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
        A complete configuration instead.
    **options
        Single choices by the names of `scintidot.config.OPTIONS`, for example ``edge_length="3.3,8.7 nm"``,
        ``energy="7 keV"``, ``material="./mine.toml"``, ``statistics="paper"``. Bare numbers are in the unit
        of the key (nm, keV, ps).

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
    if config is None:
        config = make_config(run_file, options, where=where)
    material = load_material(config.material, where=where, who="--material")
    host = load_material(config.host, where=where, who="--host")
    warnings = check(material, host, config, where)
    for card, known in ((material, config.material_fingerprint), (host, config.host_fingerprint)):
        if known not in (None, card.fingerprint):
            warnings.insert(0, f"The card {card.where} has changed since the run file was written.")
    config = config.model_copy(
        update={"material_fingerprint": material.fingerprint, "host_fingerprint": host.fingerprint}
    )
    edges = np.array(config.nanocrystal.edge_length_nm)
    sections = choices.sections_used(material, config)
    central, low, high, single = study.propagate(
        evaluator(config, edges), material, study.banded_keys(material, sections)
    )
    largest = float(central["intensity_per_gram"].max())
    relative_intensity((central, low, high), largest)
    _, decay = simulate(material, config, edges)
    return Prediction(
        config=config,
        material=material,
        host=host,
        edge_length=edges,
        central=central,
        low=low,
        high=high,
        single=single,
        largest_intensity=largest,
        decay=decay,
        curve_time=CURVE_TIMES,
        choices=choices.describe(material, host, config),
        warnings=warnings + choices.result_warnings(central, edges, material, config),
        references=choices.references(material, host, config),
    )


def card_rules(material: Material) -> dict[str, tuple[float, float]]:
    """Pair-creation rules of the card: name -> (gap factor, offset [eV])."""
    rules = material.card.pair_creation
    return {name: (rule.gap_factor.value, rule.offset.value) for name, rule in rules.items()}


def pair_rule(rules: dict[str, tuple[float, float]], config: RunConfig, *, where: str) -> tuple[float, float]:
    """Gap factor and offset [eV] of the named rule, or of an energy such as ``7.5 eV``."""
    text = config.excitons.pair_creation_energy
    if text in rules:
        return rules[text]
    who = option_flag("pair_creation_energy")
    if text[:1].isdigit() or text[:1] in ".+-":
        energy = parse_quantity(text, "eV", where=where, who=who)
        if energy > 0:
            return 0.0, energy
    expected = f"one of {', '.join(rules)}, or a positive energy such as '7.5 eV'"
    raise BadValue(
        where=where, what="name", who=who, expected=expected, found=repr(text), hint=nearest(text, rules)
    )


def check(material: Material, host: Material, config: RunConfig, where: str) -> list[str]:
    """Refuse what the models cannot do, before anything is computed; return warnings about their limits."""
    card = material.card
    for name in missing_sections(material):
        raise BadFile(
            where=material.where,
            what="card",
            who=name,
            expected="this section, which predict needs",
            found="no such section",
            hint='Start the card with: based_on = "CsPbBr3"',
        )
    if host.card.kind != "host":
        raise BadValue(
            where=where,
            what="material",
            who="--host",
            expected="a host material",
            found=f"{host.name}, a {host.card.kind}",
        )
    stopping.check_energy(config.radiation.kinetic_energy_keV * 1e3, where=where, who="--energy")
    pair_rule(card_rules(material), config, where=where)
    assert card.auger is not None
    law = config.kinetics.auger_law
    if law is not None and law not in card.auger.laws:
        raise BadValue(
            where=where,
            what="name",
            who="--auger-law",
            expected="one of " + ", ".join(card.auger.laws),
            found=repr(law),
            hint=nearest(law, card.auger.laws),
        )
    assert card.sizes is not None
    check_one = partial(
        check_edge_length, smallest=card.sizes.smallest.value, largest=card.sizes.largest.value, where=where
    )
    for edge in config.nanocrystal.edge_length_nm:
        check_one(edge, who="--edge-length")
    check_one(config.light.light_yield_edge_length_nm, who="light.light_yield_edge_length_nm")
    members, weights = size_distribution(
        config.nanocrystal.edge_length_nm, config.nanocrystal.size_dispersion
    )
    for edge in members[:, weights > 1e-3].ravel() if len(weights) > 1 else ():
        check_one(float(edge), who="--size-dispersion, a member of the ensemble")
    return choices.input_warnings(material, host, config)


def check_edge_length(edge: float, *, smallest: float, largest: float, where: str, who: str) -> None:
    """Refuse a size that the card's laws do not cover, guessing angstrom for nanometre."""
    if smallest <= edge <= largest:
        return
    hint = None
    if smallest <= edge / 10 <= largest:
        hint = f"Is this in angstrom? {edge:g} angstrom are {edge / 10:g} nm; write '{edge:g} angstrom'."
    raise OutOfRange(
        where=where,
        what="size",
        who=who,
        expected=f"{smallest:g} to {largest:g} nm for this material card",
        found=f"{edge:g} nm",
        hint=hint,
    )


def size_curves(prediction: Prediction, points: int = 41) -> tuple[FloatArray, Outputs, Outputs, Outputs]:
    """The prediction on a fine grid of sizes [nm] around its rows: grid, central, low, high."""
    rows = prediction.edge_length
    sizes = prediction.material.card.sizes
    assert sizes is not None
    low = max(min(2.0, rows.min()), sizes.smallest.value)
    high = min(max(15.0, rows.max()), sizes.largest.value)
    grid = np.linspace(low, high, points)
    evaluate = evaluator(prediction.config, grid)
    *sides, _ = study.propagate(evaluate, prediction.material, prediction.single)
    outputs = (sides[0], sides[1], sides[2])
    relative_intensity(outputs, prediction.largest_intensity)
    return grid, *outputs


def deposit_curves(
    prediction: Prediction, grid: FloatArray, kinetic_energies_keV: list[float]
) -> dict[float, FloatArray]:
    """Mean deposit [eV] on a grid of sizes [nm] for several electron energies [keV] (Fig. 1c)."""
    config, loss = prediction.config, prediction.material.energy_loss
    assert loss is not None
    strength = loss.weight * loss.energy * loss.loss
    return {
        energy: continuous.mean_deposit(
            grid,
            config.nanocrystal.shape,
            Primary(energy * 1e3, config.radiation.start),
            loss.energy,
            strength,
            loss.plasma_energy,
        ).mean_energy
        for energy in kinetic_energies_keV
    }


def alternatives(prediction: Prediction, index: int) -> list[tuple[str, str, bool, dict[str, float]]]:
    """What each named choice does to one row: choice, option, whether it is the run's, figures."""
    config, card = prediction.config, prediction.material.card
    assert card.auger is not None
    options = {
        "statistics": list(choices.MODEL_OF_STATISTICS),
        "pair_creation_energy": list(card.pair_creation),
        "auger_law": list(card.auger.laws),
        "start": list(STARTS),
        "light_yield_scaling": list(LIGHT_YIELD_SCALINGS),
    }
    edge = prediction.edge_length[[index]]
    result = []
    for option, names in options.items():
        chosen = prediction.choices[option]
        for name in names if chosen in names else [chosen, *names]:
            other = make_config(options={option: name}, base=config)
            outputs = evaluator(other, edge)(prediction.material)
            result.append((option, name, name == chosen, {key: float(v[0]) for key, v in outputs.items()}))
    return result
