"""The material-card format ``scintidot-material/1`` as a data model.

A card is a TOML file. Every number is a table with ``value``, ``unit``, ``source`` and ``provenance``,
and, where it is uncertain, ``low`` and ``high`` in the same unit. The format is described for users in
``docs/material-cards.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

from scintidot.errors import FieldError
from scintidot.materials.bulk import Composition, Dielectric, Electrons, Lattice, Phonons
from scintidot.materials.energy_loss import EnergyLoss
from scintidot.materials.nanocrystal import (
    Auger,
    Biexciton,
    Emission,
    Exciton,
    LogNormalYield,
    PairCreation,
    QuantumYield,
    SizeRange,
    SizingCurve,
    YieldPoints,
)
from scintidot.materials.sections import (
    AtLeastOne,
    Density,
    Energy,
    PositiveEnergy,
    Section,
)
from scintidot.provenance import Quantity, Reference


@dataclass(frozen=True, repr=False)
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

    def __repr__(self) -> str:
        return f"<Scintillator: {', '.join(field.name for field in fields(self))}>"


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

    def __repr__(self) -> str:
        numbers = [key for key, _ in self.quantities()]
        sections = dict.fromkeys(key.partition(".")[0] for key in numbers)
        return f"<Card {self.name}, {self.kind}, {len(numbers)} numbers: {', '.join(sections)}>"

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
