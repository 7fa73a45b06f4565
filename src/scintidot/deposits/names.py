"""Named choices of ``scintidot deposit``, what they mean, and what it takes where nothing is said."""

from __future__ import annotations

from pathlib import Path

from scintidot.transport.track.problem import IONISE, PHASE_SPACE, SETTLE
from scintidot.transport.track.shapes import CUBOID, SPHERE
from scintidot.transport.track.steps import CLASSICAL, NO_SURFACE, QUANTUM

WHERE = "deposit"
TREATMENTS = {
    "track": "every collision and every secondary electron, down to the cut",
    "local": "secondary electrons below the limit stay where they are born, losses below it are continuous: what "
    "Geant4 does at its default cut of 990 eV (Fratelli 2024)",
}
SHAPES = {"cube": CUBOID, "sphere": SPHERE, "cuboid": CUBOID}
ELASTIC = {
    "partial-wave": "Dirac partial waves of free atoms, below 200 eV blended with acoustic phonons "
    "where the card has them",
    "none": "no elastic scattering: straight flight between collisions",
}
PAIR_RULES = {"phase-space": PHASE_SPACE, "settle": SETTLE, "ionise": IONISE}
PAIRS_MEANING = {
    "phase-space": "carriers that can't leave, holes in the valence band and electrons below the vacuum level, make "
    "a pair or heat the lattice as phase space allows (Alig, Bloom, Struck 1980); a hole below the band is filled from "
    "it and lifts another electron; faster electrons collide by the loss function",
    "settle": "a hole in the valence band gives its depth to the lattice, one below it is filled from it and lifts "
    "another electron; electrons collide by the loss function down to the gap",
    "ionise": "a hole deeper than the gap makes a pair, every division of what is left alike; electrons collide by the "
    "loss function down to the gap",
}
SURFACE_NUMBERS = {"none": NO_SURFACE, "classical-step": CLASSICAL, "quantum-step": QUANTUM}
START_MEANINGS = {
    "centre": "every primary starts at the centre of the nanocrystal",
    "uniform": "primaries start anywhere in the nanocrystal with equal probability; photons do their "
    "first interaction there",
    "crossing": "electrons come from outside (isotropic field) and cross the surface of the nanocrystal",
    "file": "each electron starts where the file says, in or around the nanocrystal at the origin, with its energy and "
    "direction",
    "beam": "electrons come from outside along x and meet the middle of the first face (a sphere: its pole) head-on",
    "matrix": "primaries start anywhere in the box; photons do their first interaction there, by attenuation",
}
MEAN_OVER = (
    "mean_deposit_eV: every event; mean_deposit_per_hit_eV and quantiles_eV: every nanocrystal that kept "
    "something"
)
LOCAL_NOTE = (
    "Treatment local keeps the energy of slow secondaries where they are born: at 2-3 nm deposits come out two to "
    "three times too high, and no pairs are counted."
)
HISTORIES = 100_000
PACKING = "random"
SHELL_THICKNESS = 1.0  # [nm]
LOCAL_BELOW = 990.0
"""Limit of treatment local without another. [eV]"""
MOST_HITS = 4096


def names_a_folder(path: Path) -> bool:
    """Whether a result goes into a folder of this name: one without an ending, or that is there and no ``.nc``."""
    return not path.suffix or (path.is_dir() and path.suffix != ".nc")
