"""Slow electrons: Froehlich's coupling constant and emission times against published ones."""

from __future__ import annotations

import math

from scintidot.constants import CONSTANTS, ELECTRON_REST_ENERGY
from scintidot.materials.library import load_material
from scintidot.transport import phonons
from validation.case import Case, Row

REFERENCE = (
    "CsPbBr3: Puppin et al., Phys. Rev. Lett. 124, 206402 (2020), doi:10.1103/PhysRevLett.124.206402, holes, abstract "
    "read. Others: table of J. T. Devreese, Encyclopedia of Applied Physics 14, 383 (1996), and the emission time of "
    "hot electrons in GaAs, both recalled."
)
REMARKS = (
    "alpha carries the difference of two inverse permittivities, and sources give it to no better than 20 %; the "
    "published value of CsPbBr3 is for holes, ours for electrons."
)
COUPLING = {"CsPbBr3": 1.82, "CdS": 0.53}
GALLIUM_ARSENIDE = {"phonon_energy": 0.036, "coupling": 1 / 10.89 - 1 / 12.9, "mass": 0.067}


def cases() -> list[Case]:
    """Coupling constants and one rate."""
    rows = [
        Row("Froehlich coupling constant", name, "1", _coupling_constant(name), published, 0.2)
        for name, published in COUPLING.items()
    ]
    gaas = phonons.coupling_constant(**GALLIUM_ARSENIDE)
    rows.append(Row("Froehlich coupling constant", "GaAs", "1", gaas, 0.068, 0.2))
    rows.append(Row("time to emit a phonon", "GaAs, 0.2 eV, 300 K", "ps", _emission_time(), 0.165, 0.25))
    return [Case("Polar optical phonons", REFERENCE, REMARKS, rows)]


def _coupling_constant(name: str) -> float:
    section = load_material(name).card.phonons
    if section is None or section.effective_mass is None:
        raise AssertionError(f"{name} has no phonons")
    ((energy, coupling),) = section.polar_modes()
    return phonons.coupling_constant(energy, coupling, section.effective_mass.value)


def _emission_time() -> float:
    occupation = phonons.occupation(GALLIUM_ARSENIDE["phonon_energy"], 300.0)
    per_nm = phonons.emission(0.2, occupation=occupation, **GALLIUM_ARSENIDE)
    beta = math.sqrt(2 * 0.2 / (GALLIUM_ARSENIDE["mass"] * ELECTRON_REST_ENERGY))
    speed = beta * CONSTANTS["speed_of_light"].value
    return 1 / (per_nm * speed)
