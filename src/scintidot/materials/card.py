"""The material-card format ``scintidot-material/1`` as a data model.

A card is a TOML file. Every number is a table with ``value``, ``unit``, ``source`` and ``provenance``,
and, where it is uncertain, ``low`` and ``high`` in the same unit. The format is described for users in
``docs/material-cards.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from scintidot.errors import FieldError, nearest
from scintidot.materials.energy_loss import EnergyLoss
from scintidot.materials.fields import In, OneOf
from scintidot.provenance import PROVENANCE, Quantity, Reference
from scintidot.records import FloatArray

Length = Annotated[Quantity, In("nm", above=0)]
ExactLength = Annotated[Quantity, In("nm", above=0, banded=False)]
Energy = Annotated[Quantity, In("eV", at_least=0)]
Time = Annotated[Quantity, In("ps", above=0)]
Density = Annotated[Quantity, In("g/cm3", at_least=0)]
Positive = Annotated[Quantity, In("1", above=0)]
Fraction = Annotated[Quantity, In("1", at_least=0, at_most=1)]
PositiveEnergy = Annotated[Quantity, In("eV", above=0)]
SignedEnergy = Annotated[Quantity, In("eV")]
Velocity = Annotated[Quantity, In("nm/ps", above=0)]
Wavevector = Annotated[Quantity, In("1/nm", above=0)]
AtLeastOne = Annotated[Quantity, In("1", at_least=1)]


class Section(BaseModel):
    """Base of the parts of a card: immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


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


class SizingCurve(Section):
    """Band gap of the nanocrystal against edge length."""

    form: Literal["power-law"]
    energy_at_infinity: PositiveEnergy
    amplitude: Energy
    exponent: Positive

    def __call__(self, edge_length: FloatArray) -> FloatArray:
        """Gap [eV] at ``edge_length`` [nm]."""
        rise = self.amplitude.value * np.asarray(edge_length, dtype=float) ** -self.exponent.value
        return np.asarray(self.energy_at_infinity.value + rise)


class Exciton(Section):
    """The single exciton."""

    lifetime: Time


class YieldPoint(Section):
    """Quantum yield of one sample."""

    edge_length: ExactLength
    quantum_yield: Fraction


class YieldPoints(Section):
    """Measured quantum yields of samples, linear between them and constant beyond."""

    form: Literal["points"]
    points: tuple[YieldPoint, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rising(self) -> YieldPoints:
        edges = [point.edge_length.value for point in self.points]
        if any(b <= a for a, b in pairwise(edges)):
            raise FieldError("law", "points by rising edge_length", ", ".join(f"{edge:g}" for edge in edges))
        return self

    def __call__(self, edge_length: FloatArray) -> FloatArray:
        """Phi_X at ``edge_length`` [nm]."""
        edges = [point.edge_length.value for point in self.points]
        return np.interp(edge_length, edges, [point.quantum_yield.value for point in self.points])


class LogNormalYield(Section):
    """Share of single excitons that emit: highest at one size, falling to both sides."""

    form: Literal["log-normal"]
    peak: Fraction
    best_edge_length: Length
    small_edge_length: ExactLength
    small_value: Annotated[Quantity, In("1", above=0, at_most=1)]

    @model_validator(mode="after")
    def _rises_to_its_peak(self) -> LogNormalYield:
        low = self.peak.value if self.peak.low is None else self.peak.low
        high = self.small_value.value if self.small_value.high is None else self.small_value.high
        if not high < low:
            raise FieldError("law", "small_value < peak, with their bands", f"{high:g} and {low:g}")
        nearest_best = self.best_edge_length.low or self.best_edge_length.value
        if not self.small_edge_length.value < nearest_best:
            found = f"{self.small_edge_length.value:g} and {nearest_best:g} nm"
            raise FieldError("law", "small_edge_length < best_edge_length, with its band", found)
        return self

    def __call__(self, edge_length: FloatArray) -> FloatArray:
        """Phi_X at ``edge_length`` [nm]."""
        peak, best = self.peak.value, self.best_edge_length.value
        fall = math.log(best / self.small_edge_length.value) ** 2 / math.log(peak / self.small_value.value)
        return np.asarray(peak * np.exp(-(np.log(np.asarray(edge_length) / best) ** 2) / fall))


def _yield_law(entry: Any) -> Any:
    """The law whose ``form`` the table names; its own faults are explained by `schema.explain`."""
    if not isinstance(entry, dict):
        return entry
    laws: dict[str, type[Section]] = {"log-normal": LogNormalYield, "points": YieldPoints}
    form = OneOf(laws, "form").read(entry.get("form"))
    return laws[form].model_validate(entry)


QuantumYield = Annotated[LogNormalYield | YieldPoints, BeforeValidator(_yield_law)]


class Biexciton(Section):
    """Two excitons in one nanocrystal."""

    rate_ratio: AtLeastOne
    retained_fraction: Fraction


class AugerLaw(Section):
    """Auger lifetime of the biexciton: the power of the volume that joins two sizes."""

    form: Literal["two-point-power-law"]
    description: str
    small_edge_length: ExactLength
    small_lifetime: Time
    large_edge_length: ExactLength
    large_lifetime: Time

    @model_validator(mode="after")
    def _two_sizes(self) -> AugerLaw:
        if not self.small_edge_length.value < self.large_edge_length.value:
            found = f"{self.small_edge_length.value:g} and {self.large_edge_length.value:g} nm"
            raise FieldError("law", "small_edge_length < large_edge_length", found)
        return self

    def __call__(self, edge_length: FloatArray) -> FloatArray:
        """1/k_AR [ps] at ``edge_length`` [nm]."""
        small, lifetime = self.small_edge_length.value, self.small_lifetime.value
        exponent = math.log(self.large_lifetime.value / lifetime) / math.log(
            self.large_edge_length.value / small
        )
        return np.asarray(lifetime * (np.asarray(edge_length, dtype=float) / small) ** exponent)


class Auger(Section):
    """Named laws for the Auger lifetime of the biexciton against volume."""

    default: str
    laws: dict[str, AugerLaw]

    @model_validator(mode="after")
    def _default_exists(self) -> Auger:
        if self.default not in self.laws:
            raise FieldError(
                "name", "a law under 'auger.laws'", repr(self.default), nearest(self.default, self.laws)
            )
        return self


class PairCreation(Section):
    """epsilon = gap_factor Eg + offset."""

    description: str
    gap_factor: Positive
    offset: Energy

    def __call__(self, band_gap: FloatArray) -> FloatArray:
        """Mean energy [eV] per electron-hole pair at ``band_gap`` [eV]."""
        return np.asarray(self.gap_factor.value * np.asarray(band_gap) + self.offset.value)


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


class Emission(Section):
    """Emission spectrum of the single exciton: a Gaussian in energy about the sizing curve."""

    form: Literal["gaussian"]
    line_width_fwhm: PositiveEnergy


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


class SizeRange(Section):
    """Edge lengths that the card's laws were made for, and beyond which they are refused."""

    published_smallest: ExactLength
    published_largest: ExactLength
    smallest: ExactLength
    largest: ExactLength

    @model_validator(mode="after")
    def _in_order(self) -> SizeRange:
        sizes = [
            q.value for q in (self.smallest, self.published_smallest, self.published_largest, self.largest)
        ]
        if sizes != sorted(sizes) or sizes[0] == sizes[-1]:
            expected = "smallest <= published_smallest <= published_largest <= largest"
            raise FieldError("range", expected, ", ".join(f"{size:g}" for size in sizes) + " nm")
        return self


@dataclass(frozen=True)
class Scintillator:
    """What a prediction needs of a card, all of it present."""

    density: Quantity
    sizes: SizeRange
    sizing_curve: SizingCurve
    exciton: Exciton
    quantum_yield: LogNormalYield | YieldPoints
    biexciton: Biexciton
    auger: Auger
    pair_creation: dict[str, PairCreation]
    dielectric: Dielectric
    energy_loss: EnergyLoss


class Card(Section):
    """A scintillator, a host, or a standard against which methods are checked."""

    format: Literal["scintidot-material/1"]
    name: str
    kind: Literal["scintillator", "host", "standard"]
    description: str = ""
    composition: Composition | None = None
    density: Density
    lattice: Lattice | None = None
    band_gap: Energy | None = None
    refractive_index: AtLeastOne | None = None
    mean_excitation_energy: PositiveEnergy | None = None
    sizes: SizeRange | None = None
    sizing_curve: SizingCurve | None = None
    exciton: Exciton | None = None
    quantum_yield: QuantumYield | None = None
    biexciton: Biexciton | None = None
    auger: Auger | None = None
    pair_creation: dict[str, PairCreation] = Field(default_factory=dict)
    emission: Emission | None = None
    electrons: Electrons | None = None
    phonons: Phonons | None = None
    dielectric: Dielectric | None = None
    references: dict[str, Reference] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_mass(self) -> Card:
        if self.kind == "scintillator" and self.density.value == 0:
            raise FieldError("density", "a positive density", "0 g/cm3")
        return self

    def quantities(self) -> Iterator[tuple[str, Quantity]]:
        """Every number of the card with its dotted key."""
        yield from _walk(self, "")

    def sources(self) -> Iterator[tuple[str, str]]:
        """Dotted key and source key of every number, and of the composition."""
        if self.composition is not None:
            yield "composition", self.composition.source
        for dotted, quantity in self.quantities():
            yield from ((dotted, key) for key in quantity.source)

    def with_value(self, dotted: str, value: float) -> Card:
        """The same card with one number replaced (its band is dropped)."""
        return _replace(self, dotted.split("."), value)  # type: ignore[no-any-return]


def _children(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, BaseModel):
        yield from ((name, getattr(node, name)) for name in type(node).model_fields)
    elif isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, tuple):
        yield from ((str(i), child) for i, child in enumerate(node))


def _walk(node: Any, prefix: str) -> Iterator[tuple[str, Quantity]]:
    for name, child in _children(node):
        if isinstance(child, Quantity):
            yield prefix + name, child
        else:
            yield from _walk(child, f"{prefix}{name}.")


def _replace(node: Any, path: list[str], value: float) -> Any:
    if isinstance(node, Quantity):
        return Quantity(value, node.unit, node.source, node.provenance, note=node.note)
    child = _replace(dict(_children(node))[path[0]], path[1:], value)
    if isinstance(node, tuple):
        return tuple(child if str(i) == path[0] else other for i, other in enumerate(node))
    return {**node, path[0]: child} if isinstance(node, dict) else node.model_copy(update={path[0]: child})
