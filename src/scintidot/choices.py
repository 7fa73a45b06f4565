"""What a prediction assumed, in words: named choices, warnings and the sources that it used."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot import study
from scintidot.config import LIGHT_YIELD_SCALINGS, RunConfig
from scintidot.excitons.occupancy import PAPER_STATISTICS_LIMIT, STATISTICS
from scintidot.geometry import STARTS
from scintidot.kinetics.lifetimes import DEFINITIONS
from scintidot.kinetics.rates import MODELS
from scintidot.materials.library import Material
from scintidot.provenance import Reference, bibliography
from scintidot.records import FloatArray
from scintidot.transport import continuous, stopping

MODEL_OF_STATISTICS = {"paper": "paper", "poisson": "poisson-biexciton"}

TRUNCATION = (
    "Every N >= 2 counts as one biexciton: harmonic lifetimes come out 1.3 to 1.5 times too long at <N> = 1, 2 to 5 "
    "times at 3.3, up to 12 times at 5; photon numbers are off by up to a factor 2.5."
)
"""Against the exact carrier model of all multiexcitons, xi = 0.5, Phi_AR = 0 to 0.99."""

_METHOD_SOURCES = (
    "fratelli_2024",
    "ashley_1988",
    "fano_1963",
    "icru_37",
    "codata_2022",
    "xraylib_nist",
    "auffray_2013",
)
_PATH_SOURCES = ("coleman_1969", "kellerer_1971")


def sections_used(material: Material, config: RunConfig) -> list[str]:
    """Dotted prefixes of the card's numbers that this prediction reads."""
    assert material.card.auger is not None
    law = config.kinetics.auger_law or material.card.auger.default
    used = [
        "density", "sizes", "sizing_curve", "exciton", "quantum_yield", "biexciton.rate_ratio", "dielectric",
        f"auger.laws.{law}.", f"pair_creation.{config.excitons.pair_creation_energy}.",
    ]  # fmt: skip
    if config.kinetics.retained_fraction is None:
        used.append("biexciton.retained_fraction")
    return used


def describe(material: Material, host: Material, config: RunConfig) -> dict[str, Any]:
    """Every named choice of the run, as it stands in a result."""
    card = material.card
    assert card.auger is not None
    assert card.biexciton is not None
    law = config.kinetics.auger_law or card.auger.default
    rule = card.pair_creation.get(config.excitons.pair_creation_energy)
    retained = config.kinetics.retained_fraction
    return {
        "material": material.name,
        "material_fingerprint": material.fingerprint,
        "host": host.name,
        "host_effect": "none in the continuous deposit model: what leaves the nanocrystal does not come back",
        "shape": config.nanocrystal.shape,
        "size_dispersion": config.nanocrystal.size_dispersion,
        "particle": config.radiation.particle,
        "kinetic_energy_keV": config.radiation.kinetic_energy_keV,
        "start": config.radiation.start,
        "start_meaning": STARTS[config.radiation.start],
        "deposit": config.deposit.model,
        "deposit_limits": continuous.LIMITS,
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
        "kinetics": MODEL_OF_STATISTICS[config.excitons.statistics],
        "kinetics_meaning": MODELS[MODEL_OF_STATISTICS[config.excitons.statistics]],
        "auger_law": law,
        "auger_law_meaning": card.auger.laws[law].description,
        "retained_fraction": card.biexciton.retained_fraction.value if retained is None else retained,
        "tau_definitions": DEFINITIONS,
        "response_fwhm_ps": config.timing.response_fwhm_ps,
        "intensity_ensemble": "photons per nanocrystal times nanocrystals per gram, largest of the rows = 1",
        "light_yield_photons_per_MeV": config.light.light_yield_photons_per_MeV,
        "light_yield_edge_length_nm": config.light.light_yield_edge_length_nm,
        "light_yield_scaling": config.light.light_yield_scaling,
        "light_yield_scaling_meaning": LIGHT_YIELD_SCALINGS[config.light.light_yield_scaling],
        "ctr_formula": "3.33 sqrt(rise_time tau_harmonic / detected photons), full width of two equal detectors",
        "gamma_energy_keV": config.timing.gamma_energy_keV,
        "rise_time_ps": config.timing.rise_time_ps,
        "outcoupling": config.timing.outcoupling,
        "detection_efficiency": config.timing.detection_efficiency,
        "band": study.METHOD,
    }


def input_warnings(material: Material, host: Material, config: RunConfig) -> list[str]:
    """Limits that follow from the choices alone."""
    card = material.card
    assert card.sizes is not None
    warnings = []
    low, high = card.sizes.published_smallest.value, card.sizes.published_largest.value
    outside = [f"{edge:g}" for edge in config.nanocrystal.edge_length_nm if not low <= edge <= high]
    if outside:
        warnings.append(
            f"Sizes {', '.join(outside)} nm lie outside {low:g}-{high:g} nm, where the laws of the card were "
            "made: extrapolated."
        )
    warnings.append(
        f"Deposit model continuous: {continuous.LIMITS}. Geant4 with tracking to 20 eV keeps about 40 % of "
        "this at 3 nm and 60-70 % at 10-15 nm (7 keV, uniform start, vacuum)."
    )
    if host.name != "vacuum":
        warnings.append(
            f"Host {host.name}: no effect on the deposit in this model (choose by host only once tracks are followed)."
        )
    if config.radiation.particle == "electron":
        warnings.append(
            "Primary is an electron: an X-ray photon of the same energy would give several electrons of lower "
            "energy."
        )
    estimates = [
        dotted
        for dotted, quantity in card.quantities()
        if quantity.provenance == "estimate"
        and quantity.banded
        and dotted.startswith(tuple(sections_used(material, config)))
    ]
    if estimates:
        warnings.append("Estimates, not measurements, each with its band: " + ", ".join(estimates) + ".")
    return warnings


def result_warnings(
    central: dict[str, FloatArray], edges: FloatArray, material: Material, config: RunConfig
) -> list[str]:
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
    beyond = gammainc(3.0, mean)
    if np.any(beyond > 0.1):
        index = int(np.argmax(beyond))
        warnings.append(
            f"At {edges[index]:g} nm {beyond[index]:.0%} of the nanocrystals hold three or more excitons. "
            + TRUNCATION
        )
    kept = central["mean_deposit_eV"] / (config.radiation.kinetic_energy_keV * 1e3)
    if np.any(kept > 0.1):
        warnings.append(
            f"The electron loses more than 10 % of its energy in one nanocrystal at {sizes(kept > 0.1)}: the "
            "straight path neglects scattering, which matters then."
        )
    assert material.card.auger is not None
    if len(material.card.auger.laws) > 1:
        law = config.kinetics.auger_law or material.card.auger.default
        others = [name for name in material.card.auger.laws if name != law]
        warnings.append(
            f"Published Auger figures disagree with each other; this run uses {law}, other laws by name: "
            f"{', '.join(others)}."
        )
    return warnings


def too_many_photons(photons: FloatArray | float, mean_excitons: FloatArray | float) -> Any:
    """Whether more photons than pairs come out, by more than rounding."""
    return np.greater(photons, np.multiply(mean_excitons, 1 + 1e-9))


def references(material: Material, host: Material, config: RunConfig) -> list[Reference]:
    """Sources of the card numbers and of the methods that this prediction used."""
    methods = list(_METHOD_SOURCES)
    if config.radiation.start != "centre":
        methods += _PATH_SOURCES
    used = [*bibliography(methods), *material.references(sections_used(material, config))]
    used += host.references(["density"])
    return sorted(dict.fromkeys(used), key=lambda reference: (reference.year, reference.key))
