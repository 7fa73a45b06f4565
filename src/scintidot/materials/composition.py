"""From a chemical formula to atoms, mass fractions, electrons and molar mass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scintidot.errors import BadFile
from scintidot.records import FloatArray


@dataclass(frozen=True, eq=False)
class Composition:
    """One formula unit."""

    formula: str
    atoms: Mapping[int, float]  # atomic number -> atoms, by rising atomic number
    mass_fraction: FloatArray  # of each element, in that order
    electrons: float
    molar_mass: float  # [g/mol]


def parse_formula(formula: str, *, where: str = "formula", who: str = "composition.formula") -> Composition:
    """Parse a formula with xraylib.

    >>> parse_formula("CsPbBr3").electrons
    242.0
    """
    import xraylib

    try:
        compound = xraylib.CompoundParser(formula)
    except ValueError:
        raise BadFile(
            where=where,
            what="formula",
            who=who,
            expected="element symbols and counts such as CsPbBr3",
            found=repr(formula),
        ) from None
    atoms = {int(z): float(n) for z, n in zip(compound["Elements"], compound["nAtoms"], strict=True)}
    electrons = sum(z * n for z, n in atoms.items())
    mass_fraction = np.array(compound["massFractions"])
    return Composition(formula, atoms, mass_fraction, electrons, float(compound["molarMass"]))
