"""Sources of radiation as the engine draws them: equally likely energies, and what a photon does first."""

from __future__ import annotations

import numpy as np

from scintidot.atoms.shells import shells_of, symbols
from scintidot.errors import OutOfRange
from scintidot.interactions.media import Medium, Vacancies
from scintidot.materials.compound import compound_of
from scintidot.radiation.compton import angle_table
from scintidot.radiation.photoelectric import shell_fractions
from scintidot.radiation.photons import element_fractions, linear_attenuation
from scintidot.radiation.spectrum import Spectrum
from scintidot.transport.track.problem import PHOTON, STARTS, Source, electrons
from scintidot.transport.track.tables import HIGHEST_ENERGY

SPECTRUM_ROWS = 500
"""Equally likely energies that stand for a spectrum."""
ANGLES = 129
HIGHEST_PHOTON = HIGHEST_ENERGY
"""A photon hands its whole energy to an electron at most. [eV]"""
LOWEST_PHOTON = 1e3
UP_TO = f"up to {HIGHEST_ENERGY / 1e3:g} keV"
"""Energies of electrons, in words."""


def left_out(spectrum: Spectrum) -> float:
    """Share of the photons of a spectrum that are too soft for the engine and left out; all or none: 0."""
    share = 0.0 if spectrum.particle == "electron" else spectrum.share_between(0.0, LOWEST_PHOTON)
    return share if share < 1 else 0.0


def source_of(spectrum: Spectrum, start: str, media: list[Medium | None], *, where: str, who: str) -> Source:
    """The source for a run; ``media`` of core, shell and host, None for vacuum.

    Raises
    ------
    OutOfRange
        For energies that the engine does not cover.
    """
    low, high = spectrum.energy_range
    one = high == low
    electron = spectrum.particle == "electron"
    soft = left_out(spectrum)
    even = (np.arange(SPECTRUM_ROWS) + 0.5) / SPECTRUM_ROWS
    rows = np.array([low]) if one else spectrum.energy(soft + (1 - soft) * even)
    lowest, highest = (0.0, HIGHEST_ENERGY) if electron else (LOWEST_PHOTON, HIGHEST_PHOTON)
    outside = rows[(rows < lowest) | (rows > highest)]
    if outside.size:
        span = UP_TO if electron else f"{LOWEST_PHOTON / 1e3:g} to {HIGHEST_PHOTON / 1e3:g} keV"
        reason = "" if electron else ", since an electron may take all of it"
        raise OutOfRange(
            where=where,
            what="energy",
            who=who,
            expected=f"{spectrum.particle}s of {span} for the track-structure engine{reason}",
            found=f"{outside.max() / 1e3 if outside.max() > highest else outside.min() / 1e3:g} keV",
            hint="Higher photon energies: simulate the electrons that they set free, see 'scintidot attenuation'."
            if not electron and outside.max() > highest
            else None,
        )
    if electron:
        return electrons(rows, STARTS[start])
    return _photons(rows, start, media)


def _photons(
    rows: np.ndarray[tuple[int], np.dtype[np.float64]], start: str, media: list[Medium | None]
) -> Source:
    kinds = Vacancies.of_media([m for m in media if m is not None])
    attenuation = np.zeros((len(rows), 3))
    first, cumulative, species = [0], [], []
    scattered = np.ones((len(rows), ANGLES))
    u = np.linspace(0, 1, ANGLES)
    for i, energy in enumerate(rows):
        whole = np.zeros(ANGLES)
        for region, one in enumerate(media):
            weights, outcomes = [], []
            if one is not None:
                compound = compound_of(one.material)
                per_process = {
                    name: float(value)
                    for name, value in linear_attenuation(compound, float(energy)).items()
                    if name != "rayleigh"
                }
                attenuation[i, region] = sum(per_process.values())
                shares = element_fractions(compound, float(energy), "photoelectric")
                for z, share in zip(compound.elements, shares, strict=True):
                    by_shell = shell_fractions(z, float(energy))
                    for name, part in zip(shells_of(z).names, by_shell, strict=True):
                        if part > 0:
                            weights.append(per_process["photoelectric"] * float(share) * float(part))
                            outcomes.append(kinds.of(symbols()[z - 1], name))
                weights.append(per_process["compton"])
                outcomes.append(-1)
                if not whole.any():  # angles of the first medium stand for all: they hardly differ
                    parts = element_fractions(compound, float(energy), "compton")
                    tables = [angle_table(z, float(energy)) for z in compound.elements]
                    grid = np.linspace(0, 2, 801)
                    below = sum(p * t.probability(grid) for p, t in zip(parts, tables, strict=True))
                    whole = np.interp(u, np.asarray(below), grid)
            total = np.cumsum(weights)
            cumulative += list(total / total[-1]) if weights else []
            species += outcomes
            first.append(len(species))
        scattered[i] = 1 - whole
    most = attenuation.max(axis=1, keepdims=True)
    if start != "matrix":
        most = attenuation[:, :2].max(axis=1, keepdims=True)
    return Source(
        PHOTON, STARTS[start], rows, np.divide(attenuation, most, out=np.ones_like(attenuation), where=most > 0),
        np.array(first, dtype=np.int64), np.array(cumulative), np.array(species, dtype=np.int64), scattered,
    )  # fmt: skip
