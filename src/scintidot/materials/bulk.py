"""Sections of a card that describe the bulk: what it is made of, its bands, vibrations and optics."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated

from pydantic import Field, model_validator

from scintidot.errors import FieldError
from scintidot.materials.fields import OneOf
from scintidot.materials.sections import (
    AtLeastOne,
    Energy,
    Length,
    Positive,
    PositiveEnergy,
    Section,
    SignedEnergy,
    Velocity,
    Wavevector,
)
from scintidot.provenance import PROVENANCE


class Composition(Section):
    """Atoms per formula unit."""

    formula: str
    source: str
    provenance: Annotated[str, OneOf(PROVENANCE, "provenance")]
    note: str = ""


class Lattice(Section):
    """Unit cell, edges along a, b, c."""

    space_group: str
    formula_units: int = Field(gt=0)
    a: Length
    b: Length
    c: Length


class Electrons(Section):
    """Where the bands of the bulk lie, which decides what an electron can lose and what leaves the crystal.

    Of a metal (`Card.band_gap` zero) ``valence_band_width`` is the Fermi energy above the bottom of the band
    and ``electron_affinity`` the work function. Of a liquid the affinity is -V0, the conduction level with the
    other sign; below zero the vacuum is the lower place.
    """

    valence_band_width: Energy
    electron_affinity: SignedEnergy | None = None


class PolarMode(Section):
    """One longitudinal optical vibration of several, and the permittivity once it responds too."""

    energy: PositiveEnergy
    permittivity_below: AtLeastOne


class Phonons(Section):
    """Lattice vibrations that a slow electron gives energy to.

    Either one ``longitudinal_optical_energy``, or ``modes`` by falling energy that lead from the optical to the
    static permittivity. ``zone_edge`` is needed only where the formula unit is not the primitive cell.
    """

    longitudinal_optical_energy: PositiveEnergy | None = None
    modes: tuple[PolarMode, ...] = ()
    static_permittivity: AtLeastOne | None = None
    optical_permittivity: AtLeastOne | None = None
    effective_mass: Positive | None = None
    sound_velocity: Velocity | None = None
    deformation_potential: PositiveEnergy | None = None
    zone_edge: Wavevector | None = None

    @model_validator(mode="after")
    def _permittivities_in_order(self) -> Phonons:
        static, optical = self.static_permittivity, self.optical_permittivity
        if static is not None and optical is not None and static.value < optical.value:
            found = f"{static.value:g} < {optical.value:g}"
            raise FieldError("permittivity", "static_permittivity >= optical_permittivity", found)
        if self.modes:
            self._check_modes()
        return self

    def _check_modes(self) -> None:
        static, optical = self.static_permittivity, self.optical_permittivity
        if self.longitudinal_optical_energy is not None or static is None or optical is None:
            expected = "modes with both permittivities, without longitudinal_optical_energy"
            raise FieldError("modes", expected, "others")
        energies = [mode.energy.value for mode in self.modes]
        below = [optical.value, *(mode.permittivity_below.value for mode in self.modes)]
        if energies != sorted(energies, reverse=True) or below != sorted(below) or below[-1] != static.value:
            expected = (
                "modes by falling energy, permittivity_below rising from optical to static_permittivity"
            )
            found = ", ".join(f"{e:g} eV: {p:g}" for e, p in zip(energies, below[1:], strict=True))
            raise FieldError("modes", expected, found)

    def polar_modes(self) -> list[tuple[float, float]]:
        """Energy [eV] and coupling 1/eps_above - 1/eps_below of each vibration; none if data are missing."""
        if self.static_permittivity is None or self.optical_permittivity is None:
            return []
        lone, above = self.longitudinal_optical_energy, self.optical_permittivity.value
        steps = [(mode.energy.value, mode.permittivity_below.value) for mode in self.modes]
        if lone is not None:
            steps = [(lone.value, self.static_permittivity.value)]
        found = []
        for energy, below in steps:
            found.append((energy, 1 / above - 1 / below))
            above = below
        return found


class Dielectric(Section):
    """Where the energy-loss function comes from, and the uncertainty of the stopping that follows.

    ``file`` is a table of eps1, eps2 and loss function; from ``optical_constants`` one is built.
    """

    file: str | None = None
    optical_constants: str | None = None
    stopping_power_scale: Positive

    @model_validator(mode="after")
    def _one_beside_the_card(self) -> Dielectric:
        names = [name for name in (self.file, self.optical_constants) if name is not None]
        if len(names) != 1:
            found = " and ".join(map(repr, names)) or "neither"
            raise FieldError("table", "either 'file' or 'optical_constants'", found)
        if PurePath(names[0]).name != names[0] or not names[0].endswith(".csv"):
            expected = "the name of a .csv table beside the card, without folders"
            raise FieldError("file", expected, repr(names[0]))
        return self
