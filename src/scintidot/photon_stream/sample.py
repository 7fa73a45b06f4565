"""What is excited: rates, lines and P(n) of one nanocrystal of a run, by the functions of a prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scintidot import choices as described
from scintidot import limits
from scintidot.config import OPTIONS, RunConfig, option_flag
from scintidot.deposits.against_size import Deposits, Progress
from scintidot.errors import BadValue, nearest
from scintidot.excitons.distribution import (
    DISTRIBUTIONS,
    compound_distribution,
    pair_distribution,
    read_pair_distribution,
)
from scintidot.excitons.occupancy import COMPOUND, STATISTICS
from scintidot.excitons.pairs import mean_excitons as pairs_of_deposit
from scintidot.kinetics.exact import MODELS, exact_rates
from scintidot.kinetics.laws import AUGER, MULTI, RADIATIVE, TRANSITIONS, XX, Rates, X
from scintidot.kinetics.stream import Spectrum
from scintidot.materials.library import Material, load_material
from scintidot.materials.nanocrystal import Emission
from scintidot.photon_stream.inputs import OF_CRYSTAL, read, read_whole
from scintidot.records import FloatArray
from scintidot.simulation import find_deposits

SHIFTS = (
    "line of a transition = gap - shift of the card: biexciton_shift for XX and, for want of better, n >= 3; "
    "trion_shift for both trions; every line has the width of the exciton's"
)
_PROBABILITIES = ("poisson", "exponential", COMPOUND)


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


def statistics_of(given: Any, config: RunConfig, mean_given: bool, where: str) -> str | Path:
    """Name of the law of the number of pairs, or a file of weights."""
    named = config.excitons.statistics if given is None else str(given)
    if named in _PROBABILITIES and not (named == COMPOUND and mean_given):
        return named
    if Path(named).suffix or "/" in named:
        if mean_given:
            raise BadValue(
                where=where, what="option", who="--mean-excitons", found="both",
                expected="no mean beside a file of --statistics, which has its own",
            )  # fmt: skip
        return Path(named)
    possible = [name for name in _PROBABILITIES if not (name == COMPOUND and mean_given)]
    hint = nearest(named, possible, listed=True)
    if named == COMPOUND:
        hint = "compound needs the simulated deposits: leave --mean-excitons out."
    if named == "paper":
        hint = "The weights of Fratelli 2024 are no probabilities, so no event can be drawn from them."
    raise BadValue(
        where=where, what="name", who="--statistics", found=repr(named), hint=hint,
        expected=f"one of {', '.join(possible)}, or a file of rows n,weight",
    )  # fmt: skip


def find_sample(
    config: RunConfig, options: Mapping[str, Any], *, model: str, radiative: str, auger: str,
    mean_excitons: float | None, statistics: str | Path, traps: Any, where: str, progress: Progress,
) -> Sample:  # fmt: skip
    """Rates, lines and P(n) for the one size of a run; ``options`` are those of `OF_CRYSTAL`.

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
    card, edge = material.scintillator(), np.array(edges)
    law = described.auger_law(material, config)
    given = {
        name: read(options[name], name, bounds, where)
        for name, bounds in OF_CRYSTAL.items()
        if options.get(name) is not None
    }
    retained = config.kinetics.retained_fraction
    taken: dict[str, Any] = {
        "exciton_lifetime_ps": given.get("exciton_lifetime", card.exciton.lifetime.value),
        "quantum_yield": given.get("quantum_yield", float(card.quantum_yield(edge)[0])),
        "auger_lifetime_ps": float(card.auger.laws[law](edge)[0]),
        "retained_fraction": card.biexciton.retained_fraction.value if retained is None else retained,
        "trapping_rate_per_ps": given.get("trapping_rate", 0.0),
        "detrapping_rate_per_ps": given.get("detrapping_rate", 0.0),
        "trap_loss_rate_per_ps": given.get("trap_loss_rate", 0.0),
        "neutralisation_rate_per_ps": given.get("neutralisation_rate", 0.0),
        "traps": None if traps is None else read_whole(traps, "traps", 1, 1000, where),
    }
    rates = exact_rates(
        exciton_rate=1 / taken["exciton_lifetime_ps"],
        quantum_yield=taken["quantum_yield"],
        auger_rate=1 / taken["auger_lifetime_ps"],
        retained_fraction=taken["retained_fraction"],
        trapping_rate=taken["trapping_rate_per_ps"],
        detrapping_rate=taken["detrapping_rate_per_ps"],
        trap_loss_rate=taken["trap_loss_rate_per_ps"],
        neutralisation_rate=taken["neutralisation_rate_per_ps"],
        radiative=radiative,
        auger=auger,
        traps=taken["traps"],
    )
    gap = float(card.sizing_curve(edge)[0])
    spectrum, warnings = lines_of(material.card.emission, gap)
    deposits = None
    if mean_excitons is None and not isinstance(statistics, Path):
        deposits = find_deposits(material, host, config, blame, progress)[0]
        rule = limits.pair_creation_rule(card, config, blame)
        kept = deposits.mean(material, config, edge)
        mean_excitons = float(pairs_of_deposit(kept, rule(np.array([gap])))[0])
        warnings += deposits.warnings
        if statistics in STATISTICS:  # what a prediction says of the same choices
            warnings += described.input_warnings(material, host, config)
            warnings += described.spread_warnings(config, deposits)
    probability = _distribution(mean_excitons, statistics, deposits, float(edge[0]))
    if card.biexciton.rate_ratio.value != 4.0 and radiative == "n2":
        warnings.append(
            f"The card's rate ratio of {card.biexciton.rate_ratio.value:g} is not used: by radiative law n2 a "
            "biexciton emits 4 times as fast as an exciton."
        )
    return Sample(
        rates,
        spectrum,
        probability,
        {
            "material": material.name,
            "material_fingerprint": material.fingerprint,
            "edge_length_nm": float(edge[0]),
            "model": model,
            "model_meaning": MODELS[model],
            "radiative": radiative,
            "radiative_meaning": RADIATIVE[radiative],
            "auger": auger,
            "auger_meaning": AUGER[auger],
            "auger_law": law,
            "auger_law_meaning": card.auger.laws[law].description,
            **taken,
            **_excitation(config, statistics, deposits),
            "mean_excitons": float(np.arange(len(probability)) @ probability),
            "band_gap_eV": gap,
            "lines_eV": dict(zip(TRANSITIONS, spectrum.line.tolist(), strict=True)),
            "line_width_sigma_eV": spectrum.sigma,
            "line_shape": "gaussian",
            "line_shift": SHIFTS,
        },
        warnings,
        deposits,
        material,
    )


def lines_of(emission: Emission | None, gap: float) -> tuple[Spectrum, list[str]]:
    """Lines of all transitions about a gap [eV], and what the card leaves open."""
    line, warnings = np.full(len(TRANSITIONS), gap), []
    if emission is None:
        return Spectrum(line, 0.0), [
            "The card has no emission section: all lines lie at the gap, without width."
        ]
    for name, numbers in {"biexciton_shift": (XX, MULTI), "trion_shift": None}.items():
        shift = getattr(emission, name)
        if shift is None:
            warnings.append(f"The card has no emission.{name}: these lines lie at the exciton's.")
            continue
        of_one = numbers or tuple(n for n in range(len(TRANSITIONS)) if n not in (X, XX, MULTI))
        line[list(of_one)] -= shift.value
        if shift.provenance == "estimate":
            band = f", {shift.low:g} to {shift.high:g} eV" if shift.banded else ""
            warnings.append(f"emission.{name} of {shift.value:g} eV is an estimate{band}.")
    return Spectrum(line, emission.line_width_fwhm.value / np.sqrt(8 * np.log(2))), warnings


def _distribution(
    mean: float | None, statistics: str | Path, deposits: Deposits | None, edge: float
) -> FloatArray:
    """P(n); the small rest beyond the last number goes to it."""
    if isinstance(statistics, Path):
        return read_pair_distribution(statistics)
    assert mean is not None
    if statistics != COMPOUND:
        probability = pair_distribution(mean, statistics)
    else:
        assert deposits is not None
        about = deposits.neighbours(edge)
        relative = [size.energy / size.mean if size.mean > 0 else size.energy for _, size in about]
        weight = [share * size.probability for share, size in about]
        probability = compound_distribution(
            mean, np.concatenate(relative), np.concatenate(weight), deposits.pair_spread
        )
    return np.asarray(probability / probability.sum())


def _excitation(config: RunConfig, statistics: str | Path, deposits: Deposits | None) -> dict[str, Any]:
    """Choices behind P(n)."""
    named = str(statistics)
    meaning = (
        "read from a file" if isinstance(statistics, Path) else DISTRIBUTIONS.get(named) or STATISTICS[named]
    )
    found: dict[str, Any] = {"statistics": named, "statistics_meaning": meaning}
    if deposits is None:
        return {**found, "deposit": "none: the number of pairs is given"}
    return {
        **found,
        "deposit": deposits.model,
        "deposit_mean_over": "every crossing" if config.radiation.start == "crossing" else "every event",
        "host": config.host,
        "particle": config.radiation.particle,
        "kinetic_energy_keV": config.radiation.kinetic_energy_keV,
        "start": config.radiation.start,
        "shape": config.nanocrystal.shape,
        "pair_creation_energy": config.excitons.pair_creation_energy,
        "deposit_seed": config.deposit.seed,
        "statistics_fano_factor": deposits.pair_spread if named == COMPOUND else None,
    }
