"""What is excited: rates, lines and P(n) of one nanocrystal of a run, by the functions of a prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scintidot import choices as described
from scintidot import limits
from scintidot.config import OPTIONS, RunConfig
from scintidot.constants import FWHM_PER_SIGMA
from scintidot.deposits.against_size import Deposits
from scintidot.errors import BadValue, nearest
from scintidot.excitons.distribution import COMPOUND, STATISTICS
from scintidot.excitons.pairs import mean_excitons as pairs_of_deposit
from scintidot.kinetic_options import read_pairs
from scintidot.kinetics.exact import MODELS, ExactDecay
from scintidot.kinetics.laws import LABELS, N2_RATIO, TRANSITIONS, Rates
from scintidot.kinetics.stream import Spectrum, as_numbers
from scintidot.light_yield.spectra import SHIFTS, transition_shifts
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.materials.nanocrystal import Emission
from scintidot.nanocrystal_light import decay_of, rates_of
from scintidot.options import option_flag, read
from scintidot.output import number
from scintidot.photon_stream.inputs import OF_CRYSTAL
from scintidot.progress import Progress
from scintidot.records import FloatArray
from scintidot.simulation import find_deposits

PAPER = "paper"


@dataclass(frozen=True, eq=False)
class Sample:
    """One nanocrystal of a run."""

    rates: Rates  # of numbers [1/ps]
    spectrum: Spectrum
    probability: FloatArray  # P(n) of pairs per event
    choices: dict[str, Any]
    warnings: list[str]
    deposits: Deposits | None
    material: Material


def check_statistics(name: str, mean_given: bool, where: str) -> None:
    """Refuse a name of statistics that no events can be drawn from; only those that can are offered."""
    refused = {
        PAPER: "The weights of Fratelli 2024 are no probabilities, so no event can be drawn from them."
    }
    if mean_given:
        refused[COMPOUND] = "compound needs the simulated deposits: leave --mean-excitons out."
    possible = [law for law in STATISTICS if law not in refused]
    if name not in possible:
        raise BadValue(
            where=where, what="name", who="--statistics", found=repr(name),
            hint=refused.get(name) or nearest(name, possible, listed=True),
            expected=f"one of {', '.join(possible)}, or a file of rows n,weight",
        )  # fmt: skip


def check_choices(config: RunConfig, mean_given: bool, statistics: str | None, where: str) -> None:
    """Refuse what no event can be drawn from; ``statistics`` is a file, else that of the run counts.

    Raises
    ------
    BadValue
        For a truncated model, statistics that are no probabilities, or ``compound`` without deposits.
    """
    if config.kinetic_model not in MODELS and config.excitons.statistics != PAPER:
        expected = "carriers or ladder: the others know no single events"
        raise BadValue(
            where=where, what="name", who="--model", expected=expected, found=repr(config.kinetic_model)
        )
    if statistics is None:
        check_statistics(config.excitons.statistics, mean_given, where)


def find_sample(
    config: RunConfig, options: Mapping[str, Any], *, mean_excitons: Any, statistics: str | None, where: str,
    progress: Progress,
) -> Sample:  # fmt: skip
    """Rates, lines and P(n) for the one size of a run; ``options`` are those of `OF_CRYSTAL`.

    ``statistics`` names a file of weights; else P(n) has the mean given, or that of the deposits of the run.

    Raises
    ------
    ScintidotError
        As `scintidot.predict`; for more sizes than one, or a spread of sizes.
    """

    def blame(option: str) -> tuple[str, str]:
        return where, option_flag(option) if option in OPTIONS else option

    material = load_material(config.material, where=where, who="--material", kind="scintillator")
    host = load_material(config.host, where=where, who="--host", kind="host")
    edges, dispersion = config.nanocrystal.edge_length_nm, config.nanocrystal.size_dispersion
    if len(edges) != 1:
        expected, found = "one edge length, such as 8.7", f"{len(edges)} of them"
        raise BadValue(where=where, what="value", who="--edge-length", expected=expected, found=found)
    if dispersion > 0:
        expected = "0: one nanocrystal has one size"
        raise BadValue(
            where=where, what="value", who="--size-dispersion", expected=expected, found=f"{dispersion:g}"
        )
    limits.check(material, host, config, blame)
    card, edge = material.scintillator(), np.array(edges[0])
    given = {
        name: read(options[name], option_flag(name), where, bounds)
        for name, bounds in OF_CRYSTAL.items()
        if options.get(name) is not None
    }
    names = {"exciton_lifetime": "exciton_rate"}
    changed: dict[str, Any] = {
        names.get(name, name): 1 / value if name in names else value for name, value in given.items()
    }
    rates = as_numbers(rates_of(material, config, edge, **changed))
    gap = float(card.sizing_curve(edge))
    spectrum, warnings = lines_of(material.card.emission, gap)
    deposits, named = None, statistics or config.excitons.statistics
    if mean_excitons is not None or statistics is not None:
        pairs = read_pairs(where, mean_excitons, named)
        probability, mean, excitation = pairs.distribution, pairs.mean, dict(pairs.choices)
        excitation["deposit"] = "none: the number of pairs is given"
    else:
        deposits = find_deposits(material, host, config, blame, progress)[0]
        probability, mean = _of_deposits(material, config, edge[None], deposits, blame)
        excitation = {
            "statistics": named,
            "statistics_meaning": STATISTICS[named],
            "mean_excitons": mean,
            **_excitation(config, deposits),
        }
        warnings += [
            *deposits.warnings,
            *described.input_warnings(material, host, config),
            *described.spread_warnings(config, deposits),
            *described.crowd_warnings(probability),
        ]
    ratio = card.biexciton.rate_ratio.value
    if ratio != N2_RATIO and config.kinetics.radiative == "n2":
        warnings.append(
            f"The card's rate ratio of {ratio:g} is not used: by radiative law n2 a biexciton emits {N2_RATIO:g} times "
            "as fast as an exciton."
        )
    choices = _of_crystal(material, config, rates) | excitation | _of_lines(spectrum, gap)
    return Sample(
        rates, spectrum, np.asarray(probability / probability.sum()), choices, warnings, deposits, material
    )


def _of_crystal(material: Material, config: RunConfig, rates: Rates) -> dict[str, Any]:
    """Choices behind the rates."""
    law = described.auger_law(material, config)
    exciton = rates.radiative + rates.nonradiative
    return {
        "material": material.name,
        "material_fingerprint": material.fingerprint,
        "edge_length_nm": config.nanocrystal.edge_length_nm[0],
        "model": config.kinetic_model,
        "model_meaning": MODELS[config.kinetic_model],
        **described.exact_laws(config),
        "auger_law": law,
        "auger_law_meaning": material.scintillator().auger.laws[law].description,
        "exciton_lifetime_ps": number(1 / exciton),
        "quantum_yield": number(rates.radiative / exciton),
        "auger_lifetime_ps": number(1 / rates.auger),
        "retained_fraction": rates.retained_fraction,
        "neutralisation_rate_per_ps": rates.neutralisation,
    }


def _of_lines(spectrum: Spectrum, gap: float) -> dict[str, Any]:
    """Choices behind the energies."""
    return {
        "band_gap_eV": gap,
        "lines_eV": dict(zip(TRANSITIONS, spectrum.line.tolist(), strict=True)),
        "line_width_sigma_eV": spectrum.sigma,
        "line_shape": "gaussian",
        "line_shift": SHIFTS,
    }


def lines_of(emission: Emission | None, gap: float) -> tuple[Spectrum, list[str]]:
    """Lines of all transitions about a gap [eV], and what the card leaves open."""
    if emission is None:
        return Spectrum(np.full(LABELS, gap), 0.0), [
            "The card has no emission section: all lines lie at the gap, without width."
        ]
    shifts, warnings = {}, []
    for name in ("biexciton_shift", "trion_shift"):
        shift = getattr(emission, name)
        shifts[name] = 0.0 if shift is None else shift.value
        if shift is None:
            warnings.append(f"The card has no emission.{name}: these lines lie at the exciton's.")
        elif shift.provenance == "estimate":
            band = f", {shift.low:g} to {shift.high:g} eV" if shift.banded else ""
            warnings.append(f"emission.{name} of {shift.value:g} eV is an estimate{band}.")
    line = gap - transition_shifts(**shifts)
    return Spectrum(line, emission.line_width_fwhm.value / FWHM_PER_SIGMA), warnings


def _of_deposits(
    material: Material, config: RunConfig, edge: FloatArray, deposits: Deposits, blame: limits.Blame
) -> tuple[FloatArray, float]:
    """P(n) and <N> of one size, as a prediction finds them."""
    card = material.scintillator()
    energy = limits.pair_creation_rule(card, config, blame)(card.sizing_curve(edge))
    mean = pairs_of_deposit(deposits.mean(material, config, edge), energy)
    light = decay_of(material, config, edge, edge[:, None], np.ones(1), mean[:, None], deposits)
    assert isinstance(light, ExactDecay)
    return light.distribution[0, 0], float(mean[0])


def _excitation(config: RunConfig, deposits: Deposits) -> dict[str, Any]:
    """Choices behind the deposits."""
    return {
        "deposit": deposits.model,
        "deposit_mean_over": "every crossing" if config.radiation.start == "crossing" else "every event",
        "host": config.host,
        "particle": config.radiation.particle,
        "kinetic_energy_keV": config.radiation.kinetic_energy_keV,
        "start": config.radiation.start,
        "shape": config.nanocrystal.shape,
        "pair_creation_energy": config.excitons.pair_creation_energy,
        "deposit_seed": config.deposit.seed,
        "statistics_fano_factor": deposits.pair_spread if config.excitons.statistics == COMPOUND else None,
    }
