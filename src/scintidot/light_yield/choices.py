"""What the light of a sample assumes, in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.choices import TRUNCATION
from scintidot.deposits.choices import engine_warnings, run_choices
from scintidot.light.pulses import SEPARATION
from scintidot.light.resolution import RESOLUTION
from scintidot.light.yields import LIGHT_COLLECTED, LIGHT_YIELD, PROMPT_DENSITY
from scintidot.light_yield.kinetics import MODELS, MOST_PAIRS
from scintidot.light_yield.options import Sample
from scintidot.light_yield.photons import SIMULATED
from scintidot.light_yield.ranges import RANGE
from scintidot.output import number

SCHEMA = "scintidot.light/1"
PAIR_NUMBERS = (
    "a deposit E makes E/epsilon pairs on average; their number follows a gamma law of this mean and of variance Fano "
    "factor x mean, rounded up or down by chance so that the mean is kept (rounding adds up to 1/4 to the variance)"
)
MERGED = 0.05
"""Share of the nanocrystals of the box hit by one primary, from which images of one that merge are warned of."""
_UNSAID = ("relative_error", "pair_creation_energy", "mean_over", "energies_of_a_spectrum", "range_rejection")


def sample_choices(sample: Sample, fano_factor: float) -> dict[str, Any]:
    """Every named choice, as it stands in a result."""
    setup, card = sample.setup, sample.material.scintillator()
    rule = card.pair_creation.get(sample.pair_rule)
    counted = sample.pair_rule == SIMULATED
    return {
        **{name: value for name, value in run_choices(setup).items() if name not in _UNSAID},
        "sample": "without end: every electron is fully absorbed; characteristic X-rays that leave atoms are not",
        "range": RANGE,
        "edge_length_nm": sample.edge_length,
        "size_dispersion": 0.0,
        "volume_fraction": number(setup.volume(setup.bodies[0]) / setup.box**3),
        "nanocrystals_in_box": setup.bodies[0].count,
        "model": sample.model,
        "model_meaning": MODELS[sample.model],
        "most_pairs": MOST_PAIRS,
        "beyond_most_pairs": "photons grow by the last step of the tables",
        "pair_creation": sample.pair_rule,
        "pair_creation_meaning": "pairs that the engine counts in each nanocrystal: what radiation sets free"
        if counted
        else (f"{rule.gap_factor.value:g} Eg + {rule.offset.value:g} eV: {rule.description}" if rule else "given"),
        "pair_creation_energy_eV": None if counted else number(sample.pair_creation_energy),
        "pair_numbers": "simulated" if counted else PAIR_NUMBERS,
        "fano_factor": None if counted else number(fano_factor),
        "fano_factor_from": None
        if counted
        else ("given" if sample.fano_factor is not None else "bulk, simulated by the same models"),
        "charges": "all nanocrystals start neutral, with as many electrons as holes",
        "auger_law": sample.auger_law,
        "auger_law_meaning": card.auger.laws[sample.auger_law].description,
        "retained_fraction": sample.retained_fraction,
        "traps": "none",
        "quantum_yield": number(card.quantum_yield(np.array(sample.edge_length))),
        "exciton_lifetime_ps": number(card.exciton.lifetime.value),
        "host_transfer_efficiency": sample.host_transfer,
        "host_transfer_meaning": "share of the energy left in the host that reaches nanocrystals, exciton by "
        "exciton, at once, at the same energy per pair; 0: the host is dark",
        "outcoupling": sample.outcoupling,
        "detection_efficiency": sample.detection_efficiency,
        "light_yield": LIGHT_YIELD,
        "reference_energy_keV": number(setup.spectra[sample.reference].mean_energy / 1e3),
        "relative_light_yield": "detected photons per energy of the primary over those at the reference energy",
        "resolution": RESOLUTION,
        "prompt_density": dict(PROMPT_DENSITY),
        "prompt_ns": list(sample.prompt),
        "time_collected": LIGHT_COLLECTED,
        "pulse_separation": SEPARATION,
        "response_fwhm_ps": sample.response,
        "valley_over_peak": sample.valley,
    }  # fmt: skip


def sample_warnings(sample: Sample, rows: list[dict[str, Any]]) -> list[str]:
    """Limits of the models, and what the numbers ran into."""
    setup = sample.setup
    notes = engine_warnings(setup)
    crystals = setup.bodies[0].count
    worst = max(rows, key=lambda row: row["nanocrystals_hit"])
    if worst["nanocrystals_hit"] > MERGED * crystals:
        notes.append(
            f"An electron of {worst['energy_keV']:g} keV hits {worst['nanocrystals_hit']:.0f} of {crystals} "
            "nanocrystals in the periodic box: images of one count as the same. A larger --box-nm keeps them apart."
        )
    for row in rows:
        at = f"{row['energy_keV']:g} keV"
        if row["nanocrystals_hit"] == 0:
            notes.append(f"At {at} no nanocrystal was hit.")
        if row["photons_beyond_tables"] > 0.01:
            notes.append(
                f"At {at} {row['photons_beyond_tables']:.0%} of the photons come from more than {MOST_PAIRS} pairs in "
                "one nanocrystal, where the tables are continued by their last step."
            )
        if row["escaped_share"] > 0.01:
            notes.append(
                f"At {at} {row['escaped_share']:.1%} of the energy leaves as characteristic X-rays; a large sample "
                "absorbs most of them again, which is not followed."
            )
    if sample.model == "paper":
        notes.append(TRUNCATION)
    return notes
