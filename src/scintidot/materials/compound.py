"""Elements of a material by mass and by number: what photons and fast electrons meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scintidot.atoms.shells import LARGEST_ATOMIC_NUMBER, symbols
from scintidot.constants import AVOGADRO_CONSTANT, NM3_PER_CM3
from scintidot.errors import BadFile, OutOfRange
from scintidot.materials.composition import parse_formula
from scintidot.materials.material import Material
from scintidot.records import FloatArray


@dataclass(frozen=True, eq=False)
class Compound:
    """Independent atoms of a material; arrays have one entry for each element."""

    name: str
    elements: tuple[int, ...]  # atomic numbers, rising
    mass_fraction: FloatArray
    atoms_per_gram: FloatArray
    density: float  # [g/cm3]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols of the elements."""
        return tuple(symbols()[z - 1] for z in self.elements)

    @property
    def atoms_per_nm3(self) -> FloatArray:
        """Number density. [1/nm^3]"""
        return np.asarray(self.atoms_per_gram * self.density / NM3_PER_CM3)


def compound_of(material: Material) -> Compound:
    """Elements of a material card; refuses one without composition or mass."""
    composition, density = material.card.composition, material.card.density.value
    if composition is None or density <= 0:
        raise BadFile(
            where=material.where,
            what="material",
            who="composition" if composition is None else "density",
            expected="matter that particles interact with: a formula and a positive density",
            found="none" if composition is None else f"{density:g} g/cm3",
        )
    return compound_from_formula(composition.formula, density, name=material.name, where=material.where)


def compound_from_formula(
    formula: str, density: float, *, name: str | None = None, where: str = "formula"
) -> Compound:
    """Elements of a formula such as H2O; ``density`` in g/cm3.

    >>> water = compound_from_formula("H2O", 1.0)
    >>> water.symbols, [round(float(number), 1) for number in water.atoms_per_nm3]
    (('H', 'O'), [66.8, 33.4])
    """
    import xraylib

    composition = parse_formula(formula, where=where)
    heaviest = max(composition.atoms)
    if heaviest > LARGEST_ATOMIC_NUMBER:
        raise OutOfRange(
            where=where,
            what="element",
            who="composition.formula",
            expected=f"elements up to Z = {LARGEST_ATOMIC_NUMBER}, the last in xraylib's photon tables",
            found=f"Z = {heaviest}",
        )
    weight = np.array([xraylib.AtomicWeight(z) for z in composition.atoms])
    atoms_per_gram = composition.mass_fraction / weight * AVOGADRO_CONSTANT
    return Compound(
        name or formula, tuple(composition.atoms), composition.mass_fraction, atoms_per_gram, density
    )
