"""The forward path on one page: radiation -> deposit -> excitons -> kinetics -> light -> timing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Unpack

import numpy as np

from scintidot import choices, limits
from scintidot.bands import Change, Outputs, banded_keys, propagate
from scintidot.config import (
    OPTIONS,
    OWN_MATERIAL,
    Nanocrystal,
    RunConfig,
    is_deposit_file,
    make_config,
)
from scintidot.constants import PLANCK_TIMES_LIGHT
from scintidot.deposits.against_size import CURVE_SIZES, Deposits, of_events, simulated
from scintidot.deposits.names import WHERE as ENGINE
from scintidot.errors import BadValue, ScintidotError
from scintidot.excitons.distribution import COMPOUND
from scintidot.excitons.pairs import mean_excitons
from scintidot.geometry import mean_path, volume
from scintidot.kinetics.exact import ExactDecay
from scintidot.kinetics.lifetimes import effective_lifetimes
from scintidot.light.ensemble import nanocrystals_per_gram, size_distribution
from scintidot.limits import Rule
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.nanocrystal_light import (
    NOTHING_HELD,
    Held,
    Light,
    auger_efficiency,
    decay_of,
    quantum_yield,
)
from scintidot.options import PredictOptions, option_flag
from scintidot.progress import Progress, silent, within
from scintidot.records import FloatArray
from scintidot.results import Prediction
from scintidot.timing.bounds import cramer_rao_bound, fisher_information
from scintidot.timing.coincidence import detected_photons, label_formula, single_nanocrystal_figure

_LOG = logging.getLogger(__name__)

CURVE_TIMES = np.concatenate([[0.0], np.geomspace(1.0, 1e5, 251)])
"""Times [ps] of the decay curves in a result."""


def simulate(
    material: Material,
    config: RunConfig,
    edge_length: FloatArray,
    pair_creation: Rule,
    deposits: Deposits,
    held: Held = NOTHING_HELD,
) -> tuple[Outputs, Light]:
    """Figures of one nanocrystal for each nominal edge length [nm], and its decay.

    Figures of an ensemble with size dispersion are means over the number of nanocrystals; lifetimes and
    photons are those of its summed light. Numbers of the laws of the card, the energy, the size dispersion and the
    retained fraction may be arrays of one for each edge length, shape (n, 1); the size dispersion (n,).
    """
    card = material.scintillator()
    crystal, timing = config.nanocrystal, config.timing
    members, weights = size_distribution(edge_length, crystal.size_dispersion)
    gap = card.sizing_curve(members)
    deposit, pair_energy, pairs = deposit_and_pairs(material, config, members, pair_creation, deposits)
    if held.mean_excitons is not None:
        pairs = np.full_like(pairs, held.mean_excitons)
    decay = decay_of(material, config, edge_length, members, weights, pairs, deposits, held)
    lifetimes = effective_lifetimes(decay.decay, timing.response_fwhm_ps)
    information = fisher_information(decay.exponentials, timing.rise_time_ps, timing.jitter_sigma_ps)

    photons, kept = decay.photons, deposit @ weights
    number = nanocrystals_per_gram(card.density.value, volume(members, crystal.shape) @ weights)
    outputs = {
        "band_gap_eV": gap @ weights,
        "emission_peak_nm": PLANCK_TIMES_LIGHT / (gap @ weights),
        "mean_path_nm": mean_path(members, crystal.shape, config.radiation.start) @ weights,
        "mean_deposit_eV": kept,
        "pair_creation_energy_eV": pair_energy @ weights,
        "mean_excitons": pairs @ weights,
        "quantum_yield": quantum_yield(material, members, held) @ weights,
        "auger_efficiency": auger_efficiency(material, config, members, held) @ weights,
        "biexciton_lifetime_ps": 1 / decay.biexciton_rate @ weights,
        "photons_per_nc": photons,
        "photons_per_MeV_deposited": photons / kept * 1e6,
        "nanocrystals_per_gram": number,
        "intensity_per_gram": photons * number,
        **{f"tau_ps.{name}": value for name, value in lifetimes.items()},
        "ctr_nc": single_nanocrystal_figure(decay.initial_rate),
        "information_per_photon_per_ps2": information,
    }
    return {name: np.broadcast_to(value, kept.shape) for name, value in outputs.items()}, decay


def deposit_and_pairs(
    material: Material, config: RunConfig, members: FloatArray, pair_creation: Rule, deposits: Deposits
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean deposit [eV], energy of a pair [eV] and mean number of pairs at edge lengths [nm]."""
    deposit = deposits.mean(material, config, members)
    pair_energy = pair_creation(material.scintillator().sizing_curve(members))
    return deposit, pair_energy, mean_excitons(deposit, pair_energy)


def light_yield_basis(outputs: Outputs, config: RunConfig) -> FloatArray:
    """The figure that the light yield is proportional to."""
    per_nanocrystal = config.light.light_yield_scaling == "photons-per-nanocrystal"
    return outputs["photons_per_nc" if per_nanocrystal else "photons_per_MeV_deposited"]


def reference_sample(material: Material, config: RunConfig) -> tuple[Material, RunConfig]:
    """The sample whose light yield is known, under the same models.

    A shipped material stands for monodisperse cubes; ``own`` for the sample of the run at that size.
    """
    light, law = config.light, config.kinetics.auger_law
    if light.light_yield_material == OWN_MATERIAL:
        reference, crystal = material, config.nanocrystal
    else:
        reference, crystal = load_material(light.light_yield_material), Nanocrystal()
    known = law if law in reference.scintillator().auger.laws else None
    update = {
        "nanocrystal": crystal.model_copy(update={"edge_length_nm": (light.light_yield_edge_length_nm,)}),
        "kinetics": config.kinetics.model_copy(update={"auger_law": known}),
    }
    return reference, config.model_copy(update=update)


def with_detector(outputs: Outputs, config: RunConfig, reference: FloatArray | float) -> Outputs:
    """Add light yield and CTR; ``reference`` is the `light_yield_basis` of the known sample."""
    light, timing = config.light, config.timing
    light_yield = light.light_yield_photons_per_MeV * light_yield_basis(outputs, config) / reference
    photons = detected_photons(
        light_yield, timing.gamma_energy_keV / 1e3, timing.outcoupling, timing.detection_efficiency
    )
    ctr = label_formula(timing.rise_time_ps, outputs["tau_ps.harmonic"], photons)
    bound = cramer_rao_bound(photons * outputs["information_per_photon_per_ps2"])
    return {
        **outputs,
        "light_yield_photons_per_MeV": light_yield,
        "ctr_ps.formula": ctr,
        "ctr_ps.cramer_rao": bound,
    }


def evaluator(
    material: Material,
    config: RunConfig,
    edge_length: FloatArray,
    largest_intensity: float,
    deposits: tuple[Deposits, Deposits],
) -> Callable[[Change | None], Outputs]:
    """The whole path as a function of one changed number of the card.

    The light yield of the reference sample is a measured one: a number that it shares with the run changes
    there too. I_ENS is relative to ``largest_intensity`` photons per gram; ``deposits`` are those of the run and of the
    reference sample.
    """
    reference, sample = reference_sample(material, config)
    edge = np.array(sample.nanocrystal.edge_length_nm)
    numbers, known = (dict(card.card.quantities()) for card in (material, reference))

    def evaluate(change: Change | None) -> Outputs:
        run, anchor = material, reference
        if change is not None:
            run = material.with_value(*change)
            if known.get(change[0]) == numbers[change[0]]:
                anchor = reference.with_value(*change)
        rule = limits.pair_creation_rule(run.scintillator(), config)
        known_rule = limits.known_sample_rule(anchor, run, config)
        with np.errstate(divide="ignore", invalid="ignore"):  # no light: nan, reported as null
            basis = float(
                light_yield_basis(simulate(anchor, sample, edge, known_rule, deposits[1])[0], config)[0]
            )
            outputs = with_detector(simulate(run, config, edge_length, rule, deposits[0])[0], config, basis)
            outputs["intensity_ensemble_relative"] = outputs["intensity_per_gram"] / largest_intensity
        return outputs

    return evaluate


def find_deposits(
    material: Material,
    host: Material,
    config: RunConfig,
    blame: limits.Blame,
    progress: Progress = silent,
) -> tuple[Deposits, Deposits]:
    """Deposits of the run and of the sample whose light yield is known, by the model of the run."""
    model, sizes = config.deposit.model, config.nanocrystal.edge_length_nm
    reference, sample = reference_sample(material, config)
    if config.excitons.statistics == COMPOUND and model == "continuous":
        where, who = blame("statistics")
        raise BadValue(
            where=where, what="name", who=who, expected="poisson or paper with the deposit model continuous",
            found=COMPOUND, hint="Only a simulation has a distribution: use --deposit track.",
        )  # fmt: skip
    if model == "continuous":
        own, known = Deposits(model, material, config), Deposits(model, reference, sample)
        return own, known
    if is_deposit_file(model):
        where, who = blame("deposit")
        if len(sizes) > 1:
            raise BadValue(
                where=where, what="file", who=who, expected="one --edge-length, that of the file",
                found=f"{len(sizes)} sizes",
            )  # fmt: skip
        from scintidot.interchange.deposits import read_deposits

        chosen = config.deposit
        events = read_deposits(
            model, events=chosen.events, energy_unit=chosen.energy_unit, table=chosen.table
        )
        own = of_events(material, config, sizes[0], events, Path(model))
        return own, own
    card = material.scintillator().sizes
    extra = [edge for edge in CURVE_SIZES if card.smallest.value <= edge <= card.largest.value]
    with _blamed(blame):
        own = simulated(material, host, config, sizes, extra, progress=within(progress, 0.0, 0.9))
    same = (
        reference.fingerprint == material.fingerprint and sample.nanocrystal.shape == config.nanocrystal.shape
    )
    edge = sample.nanocrystal.edge_length_nm
    if same and own.of(edge[0]) is not None:
        return own, own
    with _blamed(blame):
        known = simulated(reference, host, sample, edge, beside=False, progress=within(progress, 0.9, 1.0))
        return own, known


@contextmanager
def _blamed(blame: limits.Blame) -> Iterator[None]:
    """Faults that the engine finds, with the command or run file and the option or key that the user wrote."""
    try:
        yield
    except ScintidotError as error:
        if error.where != ENGINE:
            raise
        option = error.who.removeprefix("--").replace("-", "_")
        option = {"energy_kev": "energy"}.get(option, option)
        where, who = blame(option) if option in OPTIONS else (blame("deposit")[0], error.who)
        raise error.at(where=where, who=who) from None


def predict(
    run_file: str | Path | None = None,
    *,
    config: RunConfig | None = None,
    where: str = "predict",
    progress: Progress = silent,
    **options: Unpack[PredictOptions],
) -> Prediction:
    """Predict light, decay and time resolution of nanocrystals against size.

    Parameters
    ----------
    run_file : path, optional
        A run file (TOML); what it leaves out has its default.
    config : RunConfig, optional
        A configuration to start from, instead of a run file.
    progress : callable, optional
        Told the step, and the share of all that is done.
    **options
        Single choices by the names of `scintidot.config.OPTIONS`, for example ``edge_length="3.3,8.7 nm"``,
        ``energy="7 keV"``, ``material="./mine.toml"``, ``statistics="paper"``. Bare numbers are in the unit
        of the key (nm, keV, ps). They come before the file and the configuration.

    Returns
    -------
    Prediction
        ``rows``, one for each size, with figures and their bands; ``choices``, ``warnings``, ``references``;
        ``as_json()`` is ``scintidot.predict/1``, ``to_xarray()`` has figures, decays and spectra with units,
        ``save(folder)`` writes them with the run file that makes the same numbers again.

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

    material, host = limits.checked_materials(config, blame)
    outdated = limits.outdated(config, material, host)
    config = config.model_copy(
        update={"material_fingerprint": material.fingerprint, "host_fingerprint": host.fingerprint}
    )
    edges = np.array(config.nanocrystal.edge_length_nm)
    rule = limits.pair_creation_rule(material.scintillator(), config)
    chosen = (config.deposit.model, config.excitons.statistics, config.kinetic_model)
    _LOG.info(
        "%s in %s, %d sizes: deposit %s, statistics %s, kinetics %s",
        material.name,
        host.name,
        len(edges),
        *chosen,
    )
    deposits = find_deposits(material, host, config, blame, within(progress, 0.0, 0.8))
    with np.errstate(divide="ignore", invalid="ignore"):  # no light
        outputs, decay = simulate(material, config, edges, rule, deposits[0])
    largest = float(outputs["intensity_per_gram"].max())
    keys = banded_keys(material, choices.sections_used(material, config))
    evaluate = evaluator(material, config, edges, largest, deposits)
    of_bands = within(progress, 0.8, 1.0)
    figures = propagate(
        evaluate, dict(material.card.quantities()), keys, lambda share: of_bands("bands", share)
    )
    models = {
        name: figures.central
        if (changed := choices.with_model(config, name)) == config
        else evaluator(material, changed, edges, largest, deposits)(None)
        for name in choices.COMPARED_MODELS
    }
    return Prediction(
        config=config,
        material=material,
        host=host,
        edge_length=edges,
        figures=figures,
        models=models,
        decay=decay,
        curve_time=CURVE_TIMES,
        deposits=deposits,
        choices=choices.describe(material, host, config, deposits[0]),
        warnings=[
            *outdated,
            *choices.input_warnings(material, host, config),
            *deposits[0].warnings,
            *choices.spread_warnings(config, deposits[0]),
            *(choices.crowd_warnings(decay.distribution) if isinstance(decay, ExactDecay) else []),
            *choices.result_warnings(figures.central, edges, config),
        ],
        references=choices.references(material, config, deposits[0]),
    )
