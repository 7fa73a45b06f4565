"""What a prediction assumed, in words: named choices, warnings and the sources that it used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scintidot import bands
from scintidot.config import DEPOSITS, LIGHT_YIELD_SCALINGS, Kinetics, RunConfig
from scintidot.excitons.distribution import COMPOUND, MOST_PAIRS, NEGLECTED, STATISTICS
from scintidot.excitons.occupancy import PAPER_STATISTICS_LIMIT
from scintidot.geometry import STARTS
from scintidot.kinetic_options import KINETIC_MODELS, NEVER_FULL
from scintidot.kinetics import rates
from scintidot.kinetics.laws import AUGER, RADIATIVE
from scintidot.kinetics.lifetimes import DEFINITIONS
from scintidot.materials.material import Material
from scintidot.materials.nanocrystal import YieldPoints
from scintidot.provenance import Reference, bibliography
from scintidot.records import FloatArray
from scintidot.timing.coincidence import FORMULA, FORMULA_LIMIT
from scintidot.transport import continuous, stopping

if TYPE_CHECKING:
    from scintidot.deposits.against_size import Deposits

COMPARED_MODELS = ("carriers", "ladder", "paper")
"""Kinetic models that every prediction shows side by side."""

TRUNCATION = (
    "Every N >= 2 counts as one biexciton. Against a model of all multiexcitons (Phi_X = 1, xi = 0.5, charged "
    "crystals emit) harmonic lifetimes come out 1.3 to 1.5 times too long at <N> = 1, 2.2 to 5.4 times at 3.3 and "
    "3 to 12 times at 5, and photon numbers are off by up to a factor 2.6; at higher <N> and other xi it may be more."
)
"""Phi_AR = 0 to 0.99; computed in tests/physics/test_truncation.py."""

EXACT_ONLY = {
    name: field.default
    for name, field in Kinetics.model_fields.items()
    if name not in ("model", "auger_law", "retained_fraction")
}
"""Choices of the exact models, with their defaults."""

TRUNCATED_FROM = 1.0
"""<N> from which figures are marked and warned of for this reason."""

BOUND = (
    "Cramer-Rao: 3.33/sqrt(detected photons x Fisher information of one), full width at half maximum of two equal "
    "detectors; the density of one photon is the decay convolved with an exponential rise of the rise time and a "
    "Gaussian jitter"
)

METHOD_SOURCES = (
    "fratelli_2024", "ashley_1988", "fano_1963", "icru_37", "codata_2022", "xraylib_nist", "auffray_2013",
    "agostinelli_2003", "coleman_1969", "kellerer_1971",
)  # fmt: skip
"""References behind the methods and the limits quoted in warnings."""


def with_model(config: RunConfig, model: str) -> RunConfig:
    """The run by another kinetic model; ``paper`` with the statistics of the paper, as it was published."""
    if model == config.kinetic_model:
        return config
    statistics = config.excitons.statistics
    if model == "paper":
        statistics = "paper"
    elif statistics == "paper":
        statistics = "poisson"
    update = {
        "kinetics": config.kinetics.model_copy(update={"model": model}),
        "excitons": config.excitons.model_copy(update={"statistics": statistics}),
    }
    return config.model_copy(update=update)


def truncated(config: RunConfig) -> bool:
    """Whether the kinetic model counts every N >= 2 as one biexciton."""
    return config.kinetic_model in rates.MODELS


def auger_law(material: Material, config: RunConfig) -> str:
    """Name of the Auger law of this run."""
    return config.kinetics.auger_law or material.scintillator().auger.default


def sections_used(material: Material, config: RunConfig) -> list[str]:
    """Dotted prefixes of the card's numbers that this prediction reads."""
    used = [
        "composition", "density", "sizes", "sizing_curve", "exciton", "quantum_yield", "biexciton.rate_ratio",
        "dielectric", f"auger.laws.{auger_law(material, config)}.",
        f"pair_creation.{config.excitons.pair_creation_energy}.",
    ]  # fmt: skip
    if config.kinetics.retained_fraction is None:
        used.append("biexciton.retained_fraction")
    return used


def _host_effect(config: RunConfig) -> str:
    if config.deposit.model in SIMULATED:
        return "followed: electrons scatter in it, some come back, some start there"
    if config.deposit.model == "continuous":
        return "none in the continuous deposit model: what leaves the nanocrystal does not come back"
    return "whatever the program that simulated the deposits made of it"


def exact_laws(config: RunConfig) -> dict[str, Any]:
    """Rate laws and traps of the exact models."""
    kinetics = config.kinetics
    return {
        "radiative": kinetics.radiative,
        "radiative_meaning": RADIATIVE[kinetics.radiative],
        "auger": kinetics.auger,
        "auger_meaning": AUGER[kinetics.auger],
        "trapping_rate_per_ps": kinetics.trapping_rate_per_ps,
        "detrapping_rate_per_ps": kinetics.detrapping_rate_per_ps,
        "trap_loss_rate_per_ps": kinetics.trap_loss_rate_per_ps,
        "traps": NEVER_FULL if kinetics.traps is None else kinetics.traps,
    }


def describe(material: Material, host: Material, config: RunConfig, deposits: Deposits) -> dict[str, Any]:
    """Every named choice of the run, as it stands in a result."""
    card, law = material.scintillator(), auger_law(material, config)
    rule = card.pair_creation.get(config.excitons.pair_creation_energy)
    retained, light, timing = config.kinetics.retained_fraction, config.light, config.timing
    model = config.kinetic_model
    return {
        "material": material.name,
        "material_file": material.where,
        "material_changes": [f"{key}: {change}" for key, change in material.changes().items()],
        "material_fingerprint": material.fingerprint,
        "host": host.name,
        "host_effect": _host_effect(config),
        "shape": config.nanocrystal.shape,
        "size_dispersion": config.nanocrystal.size_dispersion,
        "particle": config.radiation.particle,
        "kinetic_energy_keV": config.radiation.kinetic_energy_keV,
        "start": config.radiation.start,
        "start_meaning": STARTS[config.radiation.start],
        "deposit": config.deposit.model,
        "deposit_meaning": DEPOSITS.get(config.deposit.model, "read from a file of another program"),
        "deposit_limits": DEPOSIT_LIMITS.get(config.deposit.model, "those of that program"),
        **(_simulation(config, deposits) if config.deposit.model in SIMULATED else {}),
        "deposit_mean_over": "every crossing" if config.radiation.start == "crossing" else "every event",
        "stopping_power": stopping.THEORY,
        "pair_creation_energy": config.excitons.pair_creation_energy,
        "pair_creation_energy_rule": (
            f"{rule.gap_factor.value:g} Eg + {rule.offset.value:g} eV, Eg of the nanocrystal: {rule.description}"
            if rule
            else "given as an energy"
        ),
        "statistics": config.excitons.statistics,
        "statistics_meaning": STATISTICS[config.excitons.statistics],
        "statistics_fano_factor": deposits.pair_spread if config.excitons.statistics == COMPOUND else None,
        "kinetics": model,
        "kinetics_meaning": KINETIC_MODELS[model],
        **({} if truncated(config) else exact_laws(config)),
        "auger_law": law,
        "auger_law_meaning": card.auger.laws[law].description,
        "auger_efficiency_definition": "k_AR/(k_AR + ratio k_X) with the total exciton rate k_X",
        "retained_fraction": card.biexciton.retained_fraction.value if retained is None else retained,
        "retained_fraction_from": "material card, with its band"
        if retained is None
        else "run, taken as exact",
        "tau_definitions": dict(DEFINITIONS),
        "ctr_nc_definition": "sqrt(harmonic tau/photons) = F(0)^(-1/2), in ps^0.5",
        "models": f"the same by {', '.join(COMPARED_MODELS)}; paper with its statistics, whose factor <N> makes "
        f"photons out of nothing above <N> = {PAPER_STATISTICS_LIMIT:.3f}",
        "response_fwhm_ps": timing.response_fwhm_ps,
        "intensity_ensemble": "photons per nanocrystal times nanocrystals per gram, largest of the rows = 1",
        "light_yield_photons_per_MeV": light.light_yield_photons_per_MeV,
        "light_yield_edge_length_nm": light.light_yield_edge_length_nm,
        "light_yield_material": light.light_yield_material,
        "light_yield_scaling": light.light_yield_scaling,
        "light_yield_scaling_meaning": LIGHT_YIELD_SCALINGS[light.light_yield_scaling],
        "ctr_formula": FORMULA,
        "ctr_cramer_rao": BOUND,
        "jitter_sigma_ps": timing.jitter_sigma_ps,
        "gamma_energy_keV": timing.gamma_energy_keV,
        "rise_time_ps": timing.rise_time_ps,
        "outcoupling": timing.outcoupling,
        "detection_efficiency": timing.detection_efficiency,
        "band": bands.METHOD,
    }


DEPOSIT_LIMITS = {
    "continuous": continuous.LIMITS,
    "track": "free atoms and a dielectric medium down to the band gap, sharp surface, no photons followed",
    "local": "no slow secondary electron leaves: deposits of the smallest crystals come out two to "
    "three times too high",
}
SIMULATED = ("track", "local")
"""Deposit models that run the engine."""


def _simulation(config: RunConfig, deposits: Deposits) -> dict[str, Any]:
    """Choices that only a simulation has."""
    chosen = config.deposit
    pair_energy, fano = deposits.pair_creation_energy, deposits.fano_factor
    return {
        "local_deposit_below_eV": chosen.local_below_eV,
        "histories": chosen.histories,
        "relative_error": chosen.relative_error,
        "seed": chosen.seed,
        "simulated_pair_creation_energy_eV": "no pairs in this model" if pair_energy is None else pair_energy,
        "simulated_fano_factor": "no pairs in this model" if fano is None else fano,
        "deposit_between_sizes": "analytic model times the simulated ratio, whose logarithm is a parabola in that of "
        "the size; bands and other energies and starts likewise",
    }


def input_warnings(material: Material, host: Material, config: RunConfig) -> list[str]:
    """Limits that follow from the choices alone."""
    card = material.scintillator()
    warnings = []
    low, high = card.sizes.published_smallest.value, card.sizes.published_largest.value
    outside = [f"{edge:g}" for edge in config.nanocrystal.edge_length_nm if not low <= edge <= high]
    if outside:
        warnings.append(
            f"Sizes {', '.join(outside)} nm lie outside {low:g}-{high:g} nm, where the laws of the card were "
            "made: extrapolated."
        )
    model = config.deposit.model
    if model == "continuous":
        warnings.append(
            f"Deposit model continuous: {continuous.LIMITS}. Geant4 with tracking to 20 eV keeps about 40 % of "
            "this at 3 nm and 60-70 % at 10-15 nm (CsPbBr3, 7 keV, uniform start, vacuum)."
        )
    if config.excitons.statistics != COMPOUND:
        warnings.append(
            "Every nanocrystal gets the mean deposit. In truth most tracks leave nothing in it and a few leave much, "
            "so that a nanocrystal which is really hit holds more excitons than <N>; statistics compound shows it."
        )
    if config.excitons.pair_creation_energy == "fratelli":
        known = {
            "continuous": "the continuous model keeps 5.9 and 44.5 eV there, so that with both <N> "
            "comes out about 20 % "
            "too high",
            "track": "where every electron is followed, crystals of 2-3 nm keep less than half of "
            "that, so that with both "
            "<N> comes out too low there",
        }
        more = f"; {known[model]}" if model in known else ""
        warnings.append(
            "Pair creation fratelli was fitted to simulated deposits of 5 eV at 2 nm to 35 eV at 15 nm (CsPbBr3, 7 "
            f"keV, uniform start){more}. Other rules of the card give up to 1.5 times more excitons still."
        )
    if truncated(config):
        ignored = [name for name, default in EXACT_ONLY.items() if getattr(config.kinetics, name) != default]
        if ignored:
            warnings.append(f"Model {config.kinetic_model} knows nothing of: {', '.join(ignored)}.")
    if config.kinetics.retained_fraction is not None:
        warnings.append("The retained fraction is taken as exact: its uncertainty is not in the bands.")
    warnings += unusual(material)
    if isinstance(card.quantum_yield, YieldPoints):
        points = [point.edge_length.value for point in card.quantum_yield.points]
        beyond = [f"{e:g}" for e in config.nanocrystal.edge_length_nm if not points[0] <= e <= points[-1]]
        if beyond:
            warnings.append(
                f"Quantum yields of the card reach from {points[0]:g} to {points[-1]:g} nm; at {', '.join(beyond)} nm "
                "the nearest is taken, which may decide which size comes out best."
            )
    if host.name != "vacuum" and config.deposit.model == "continuous":
        warnings.append(f"Host {host.name}: no effect on the deposit in this model, nor on the light.")
    warnings.append(
        "The primary is an electron: an X-ray photon of the same energy gives several electrons of lower energy."
    )
    used = tuple(sections_used(material, config))
    estimates = [
        dotted
        for dotted, quantity in material.card.quantities()
        if quantity.provenance == "estimate" and quantity.banded and dotted.startswith(used)
    ]
    if estimates:
        warnings.append("Estimates, not measurements, each with its band: " + ", ".join(estimates) + ".")
    others = [name for name in card.auger.laws if name != auger_law(material, config)]
    if others:
        warnings.append(
            f"Published Auger figures disagree with each other; this run uses {auger_law(material, config)}, other "
            f"laws by name: {', '.join(others)}."
        )
    return warnings


def spread_warnings(config: RunConfig, deposits: Deposits) -> list[str]:
    """That statistics compound knows no scatter of the numbers of pairs, where nothing simulates them."""
    if config.excitons.statistics != COMPOUND or deposits.fano_factor is not None:
        return []
    return [
        f"Statistics compound takes a Fano factor of {deposits.pair_spread:g}: the deposits of {deposits.model} come "
        "without pairs, so that their number does not scatter about E/epsilon but for rounding."
    ]


def crowd_warnings(distribution: FloatArray) -> list[str]:
    """That deposits with more pairs than P(n) holds (..., n) count as its last number."""
    most, share = distribution.shape[-1] - 1, float(distribution[..., -1].max())
    if most < MOST_PAIRS or share < NEGLECTED:
        return []
    return [
        f"Up to {share:.1g} of the events make {most} pairs or more and count as {most}: the models end there."
    ]


USUAL = {
    "exciton.lifetime": (100.0, 1e7),
    "density": (0.5, 20.0),
    "sizing_curve.energy_at_infinity": (0.3, 10.0),
    "electrons.electron_affinity": (-2.0, 7.0),
    "phonons.longitudinal_optical_energy": (0.003, 0.3),
    "phonons.effective_mass": (0.005, 3.0),
    "phonons.sound_velocity": (0.5, 20.0),
    "phonons.deformation_potential": (0.3, 30.0),
}
"""What is common among nanocrystals; outside, a unit may have been mistaken."""


def unusual(material: Material) -> list[str]:
    """Numbers of the card that are far from what nanocrystals have."""
    numbers = dict(material.card.quantities())
    return [
        f"{key} = {numbers[key].value:g} {numbers[key].unit} is unusual ({low:g} to {high:g}). Is the unit right?"
        for key, (low, high) in USUAL.items()
        if key in numbers and material.card.kind == "scintillator" and not low <= numbers[key].value <= high
    ]


def result_warnings(central: dict[str, FloatArray], edges: FloatArray, config: RunConfig) -> list[str]:
    """Limits that the numbers ran into."""
    from scipy.special import gammainc

    warnings = []
    mean, photons = central["mean_excitons"], central["photons_per_nc"]

    def sizes(where: Any) -> str:
        return ", ".join(f"{edge:g}" for edge in edges[where]) + " nm"

    if config.excitons.statistics == "paper" and np.any(mean > PAPER_STATISTICS_LIMIT):
        warnings.append(
            f"Statistics paper: above <N> = {PAPER_STATISTICS_LIMIT:.3f} it holds more excitons than pairs were "
            f"created, so that without Auger recombination more photons than pairs come out. Concerns "
            f"{sizes(mean > PAPER_STATISTICS_LIMIT)}. Statistics poisson does not do this."
        )
    if np.any(too_many_photons(photons, mean)):
        warnings.append(f"More photons than electron-hole pairs at {sizes(photons > mean)}: not physical.")
    if truncated(config) and np.any(mean > TRUNCATED_FROM):
        index = int(np.argmax(mean))
        warnings.append(
            f"Do not read from here which size is fastest or has the best time resolution where <N> exceeds "
            f"{TRUNCATED_FROM:g} ({sizes(mean > TRUNCATED_FROM)}): gains of large crystals are hidden. {TRUNCATION} At "
            f"{edges[index]:g} nm, <N> = {mean[index]:.2g}, {gammainc(3.0, mean[index]):.0%} would hold three or more."
        )
    warnings.append(
        f"{FORMULA_LIMIT} Outcoupling {config.timing.outcoupling:g} and detection efficiency "
        f"{config.timing.detection_efficiency:g} are taken."
    )
    pairs_per_MeV = 1e6 / central["pair_creation_energy_eV"]
    too_bright = central["light_yield_photons_per_MeV"] > pairs_per_MeV
    if np.any(too_bright):
        warnings.append(
            f"The light yield at {sizes(too_bright)} exceeds the number of pairs per MeV: not physical. It is scaled "
            f"from {config.light.light_yield_photons_per_MeV:g} photons/MeV at "
            f"{config.light.light_yield_edge_length_nm:g} nm of {config.light.light_yield_material}."
        )
    kept = central["mean_deposit_eV"] / (config.radiation.kinetic_energy_keV * 1e3)
    if np.any(kept > 0.1) and config.deposit.model == "continuous":
        warnings.append(
            f"The electron loses more than 10 % of its energy in one nanocrystal at {sizes(kept > 0.1)}: the "
            "straight path neglects scattering, which matters then."
        )
    if len(edges) > 1:
        warnings.append(
            "Figures against size assume different excitation: I_ENS counts every nanocrystal of the sample as hit "
            f"once, light yield and CTR follow {config.light.light_yield_scaling}."
        )
    return warnings


def too_many_photons(photons: FloatArray | float, mean_excitons: FloatArray | float) -> Any:
    """Whether more photons than pairs come out, by more than rounding."""
    return np.greater(photons, np.multiply(mean_excitons, 1 + 1e-9))


def references(material: Material, config: RunConfig, deposits: Deposits) -> list[Reference]:
    """Sources of the card numbers and of the methods that this prediction used."""
    used = [
        *bibliography([*METHOD_SOURCES, *deposits.sources]),
        *material.references(sections_used(material, config)),
    ]
    return sorted(dict.fromkeys(used), key=lambda reference: (reference.year, reference.key))
