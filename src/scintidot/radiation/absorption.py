"""What one absorbed photon sets free: the photoelectron, and what the vacancy sends after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scintidot.atoms.cascade import mean_cascade, sample_cascade
from scintidot.atoms.relaxation import relaxation_of
from scintidot.atoms.shells import shells_of
from scintidot.materials.compound import Compound
from scintidot.radiation.compton import mean_transfer
from scintidot.radiation.photoelectric import photoelectron_cosine, shell_fractions
from scintidot.radiation.photons import check_energy, element_fractions, element_hit, mass_attenuation
from scintidot.records import FloatArray

if TYPE_CHECKING:
    from numpy.random import Generator


@dataclass(frozen=True)
class PhotoelectricEvent:
    """One absorption; the energies of electrons, photons and outer shells sum to that of the photon."""

    element: str
    shell: str
    electrons: tuple[float, ...]  # kinetic energies [eV], the photoelectron first
    photoelectron_cosine: float  # to the photon; all other particles are isotropic
    photons: tuple[float, ...]  # [eV]
    outer_shell_energy: float  # of the holes that stay [eV]


@dataclass(frozen=True, eq=False)
class MeanAbsorption:
    """Mean outcome of one photoelectric absorption in a compound."""

    electron_energy: FloatArray  # of each line [eV], rising
    electron_number: FloatArray  # electrons per absorption
    electron_origin: tuple[str, ...]  # such as "photoelectron of Pb M5", "Cs L3"
    photon_energy: FloatArray  # of each fluorescence line [eV], rising
    photon_number: FloatArray
    outer_shell_energy: float  # [eV]
    imbalance: float  # of all energies against the photon's [eV]

    @property
    def fluorescence_energy(self) -> float:
        """Mean energy of all fluorescence photons. [eV]"""
        return float(self.photon_energy @ self.photon_number)


def photoelectric_event(
    compound: Compound,
    energy: float,
    random: Generator,
    *,
    direction: str = "sauter",
    yields: str = "xraylib",
) -> PhotoelectricEvent:
    """One photoelectric absorption with the cascade that follows.

    Parameters
    ----------
    compound : Compound
    energy : float
        Of the photon, 1 keV to 800 keV. [eV]
    random : numpy.random.Generator
    direction, yields : str
        Names in `photoelectric.DIRECTIONS` and `relaxation.YIELDS`.
    """
    place = element_hit(compound, energy, "photoelectric", "bound", random.random())
    z, symbol = compound.elements[place], compound.symbols[place]
    shells = shells_of(z)
    fractions = np.cumsum(shell_fractions(z, energy))
    i = int(np.searchsorted(fractions, random.random() * fractions[-1], side="right"))
    photoelectron = energy - float(shells.binding_energy[i])
    cosine = photoelectron_cosine(photoelectron, random.random(), direction)
    cascade = sample_cascade(relaxation_of(symbol, yields), shells.names[i], random)
    return PhotoelectricEvent(
        symbol,
        shells.names[i],
        (photoelectron, *cascade.electrons),
        cosine,
        cascade.photons,
        cascade.outer_shell_energy,
    )


def mean_absorption(compound: Compound, energy: float, yields: str = "xraylib") -> MeanAbsorption:
    """Every electron and photon line that one absorption starts, with its mean number.

    The mean of `photoelectric_event`, exact. Photons and electrons are those of the absorbing atom: what becomes
    of a fluorescence photon is not followed.
    """
    check_energy(energy)
    electrons: list[tuple[float, float, str]] = []
    photons: list[tuple[float, float]] = []
    outer = 0.0
    shares = element_fractions(compound, energy, "photoelectric")
    for z, symbol, share in zip(compound.elements, compound.symbols, shares, strict=True):
        table, shells = relaxation_of(symbol, yields), shells_of(z)
        number = np.zeros(len(table.probability))
        for shell, binding, part in zip(
            shells.names, shells.binding_energy, shell_fractions(z, energy), strict=True
        ):
            if part == 0:
                continue
            electrons.append((energy - float(binding), share * part, f"photoelectron of {symbol} {shell}"))
            cascade = mean_cascade(table, shell)
            number += share * part * cascade.number
            outer += share * part * cascade.outer_shell_energy
        vacancy = np.repeat(np.arange(len(shells.names)), np.diff(table.start))
        for row in np.flatnonzero(number):
            if table.second_hole[row] < 0:
                photons.append((float(table.energy[row]), float(number[row])))
            else:
                origin = f"{symbol} {shells.names[vacancy[row]]}"
                electrons.append((float(table.energy[row]), float(number[row]), origin))
    electrons.sort()
    photons.sort()
    electron_energy, electron_number = (np.array([line[i] for line in electrons]) for i in (0, 1))
    photon_energy, photon_number = (np.array([line[i] for line in photons]) for i in (0, 1))
    whole = float(electron_energy @ electron_number + photon_energy @ photon_number + outer)
    return MeanAbsorption(
        electron_energy,
        electron_number,
        tuple(origin for *_, origin in electrons),
        photon_energy,
        photon_number,
        float(outer),
        whole - energy,
    )


def mean_recoil(compound: Compound, energy: float, compton: str = "bound") -> float:
    """Mean energy [eV] that an incoherent scattering takes from the photon, electrons taken as free."""
    shares = element_fractions(compound, energy, "compton", compton)
    parts = [mean_transfer(z, energy, compton) for z in compound.elements]
    return float(sum(share * part for share, part in zip(shares, parts, strict=True)))


def mass_energy_transfer(
    compound: Compound, energy: float, *, compton: str = "bound", yields: str = "xraylib"
) -> float:
    """Mass energy-transfer coefficient: energy that electrons and outer shells get, over the photon's. [cm2/g]

    Fluorescence of the atom hit leaves; bremsstrahlung of the electrons is not subtracted, which is what divides
    it from the energy-absorption coefficient; vacancies after Compton scattering do not radiate.
    """
    per_mass = mass_attenuation(compound, energy, compton)
    kept = 1 - mean_absorption(compound, energy, yields).fluorescence_energy / energy
    recoil = mean_recoil(compound, energy, compton) / energy
    return float(per_mass["photoelectric"] * kept + per_mass["compton"] * recoil)
