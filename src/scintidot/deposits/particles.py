"""Electrons of an MCPL file as primaries, and electrons that escape as an MCPL file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scintidot.deposits.primaries import UP_TO
from scintidot.errors import BadFile, OutOfRange
from scintidot.interchange.mcpl import ELECTRON, PHOTON, Particles, read_mcpl
from scintidot.radiation.spectrum import Spectrum
from scintidot.records import FloatArray
from scintidot.transport.track.problem import GIVEN, Source, electrons
from scintidot.transport.track.tables import HIGHEST_ENERGY

MOST_ESCAPES = 2_000_000
"""Escaped electrons that are kept, in the order of their histories: 0.1 GB while running, 0.5 GB while writing."""
NAMES = {PHOTON: "a photon", -ELECTRON: "a positron", 2112: "a neutron", 2212: "a proton"}


def read_primaries(path: str | Path) -> Particles:
    """Electrons of one weight from an MCPL file.

    Raises
    ------
    BadFile
        If the file is none, not whole, empty, or has other particles, different weights or no energy.
    OutOfRange
        If an energy is above 100 keV.
    """
    particles = read_mcpl(path)

    def fault(what: str, expected: str, found: str, hint: str | None = None) -> BadFile:
        return BadFile(
            where=str(path), what=what, who="--primaries", expected=expected, found=found, hint=hint
        )

    if len(particles.energy) == 0:
        raise fault("file", "electrons", "no particle")
    others = np.flatnonzero(particles.pdg != ELECTRON)
    if others.size:
        code = int(particles.pdg[others[0]])
        found = f"{NAMES.get(code, f'particle {code}')} at place {others[0]}, {others.size} such in all"
        photons = "Photons: --source starts with their first interaction." if code == PHOTON else None
        raise fault("particle", f"electrons only (Particle Data Group {ELECTRON})", found, photons)
    if np.ptp(particles.weight) > 1e-9 * particles.weight.max() or particles.weight[0] == 0:
        low, high = particles.weight.min(), particles.weight.max()
        expected = "the same weight, above 0, for every particle"
        raise fault("weight", expected, f"{low:g} to {high:g}", "Draw particles by their weights first.")
    wrong = np.flatnonzero(particles.energy <= 0)
    if wrong.size:
        raise fault("energy", "above 0 eV", f"0 eV at place {wrong[0]}")
    if particles.energy.max() > HIGHEST_ENERGY:
        raise OutOfRange(
            where=str(path), what="energy", who="--primaries",
            expected=f"electrons of {UP_TO} for the track-structure engine",
            found=f"{particles.energy.max() / 1e3:g} keV",
        )  # fmt: skip
    return particles


def spectrum_of(particles: Particles, name: str, histories: int) -> Spectrum:
    """Energies of the first ``histories`` particles, as a source has them."""
    energies, counts = np.unique(particles.energy[:histories], return_counts=True)
    return Spectrum(
        name=f"electrons of {name}",
        kind="table",
        particle="electron",
        per="particle",
        description="Electrons of an MCPL file.",
        line_energy=energies,
        line_intensity=counts.astype(np.float64),
        provenance="as given",
    )


def source_of_particles(particles: Particles) -> Source:
    """History k starts as particle k."""
    norm = np.sqrt(np.square(particles.direction).sum(axis=1, keepdims=True))
    given = np.concatenate([particles.position, particles.direction / norm], axis=1)
    return electrons(np.ascontiguousarray(particles.energy), GIVEN, given)


def escaped_particles(escapes: FloatArray) -> Particles:
    """What the engine kept of escaped electrons, (n, 7), as particles of weight 1."""
    return Particles(
        pdg=np.full(len(escapes), ELECTRON, dtype=np.int32),
        energy=escapes[:, 0],
        position=escapes[:, 1:4],
        direction=escapes[:, 4:7],
        weight=np.ones(len(escapes)),
    )
