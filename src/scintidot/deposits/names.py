"""Named choices of ``scintidot deposit``, what they mean, and what it takes where nothing is said."""

from __future__ import annotations

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
HOLES = {
    "settle": "a hole in the valence band gives its depth to the lattice; one below the band is "
    "filled from it, and the "
    "energy lifts another electron of the band",
    "ionise": "a hole deeper than the gap makes a pair; the two holes and the electron share what is "
    "left, every division "
    "alike",
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
