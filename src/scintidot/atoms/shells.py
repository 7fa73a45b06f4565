"""Electron shells of an element: names, binding energies, occupation.

Binding energies are the edge energies of xraylib (Schoonjans et al. 2011, doi:10.1016/j.sab.2011.09.011),
which its photoelectric cross sections use too; where xraylib has none for an occupied shell (such as the
outermost s shell of the transition metals) the value of EADL97 stands in. Edges are mostly those of solids, counted
from the Fermi level, EADL97 is for the free atom: outermost shells are rough. The electrons of shell Q1 (Z >= 87) are
left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from scintidot.atoms.elements import match_symbol
from scintidot.errors import BadValue
from scintidot.records import FloatArray

LARGEST_ATOMIC_NUMBER = 98
"""Californium, the heaviest element for which xraylib has all photon cross sections."""

SHELLS = (
    "K", "L1", "L2", "L3", "M1", "M2", "M3", "M4", "M5", "N1", "N2", "N3", "N4", "N5", "N6", "N7",
    "O1", "O2", "O3", "O4", "O5", "O6", "O7", "P1", "P2", "P3", "P4", "P5",
)  # fmt: skip
"""Names in the order of xraylib's shell numbers, from 0."""


@dataclass(frozen=True, eq=False)
class Shells:
    """Occupied shells of one element, in the order of `SHELLS`."""

    names: tuple[str, ...]
    number: tuple[int, ...]  # index in `SHELLS`, which is xraylib's shell number
    binding_energy: FloatArray  # [eV]
    electrons: FloatArray  # in the ground state; fractional where p1/2 and p3/2 share an open shell


@cache
def symbols() -> tuple[str, ...]:
    """Symbols of the elements, by atomic number from 1."""
    import xraylib

    return tuple(xraylib.AtomicNumberToSymbol(z) for z in range(1, LARGEST_ATOMIC_NUMBER + 1))


def atomic_number(symbol: str, *, where: str = "element", who: str = "element") -> int:
    """Atomic number of an element by its symbol, in any case; refuses what is none up to californium.

    >>> atomic_number("Pb")
    82
    """
    known = symbols()
    return known.index(match_symbol(symbol, known, where=where, who=who)) + 1


@cache
def eadl() -> Mapping[str, Any]:
    """The shipped EADL97 table; see ``data/README.md`` beside it."""
    path = resources.files("scintidot.atoms") / "data" / "eadl97_nonradiative.npz"
    with path.open("rb") as file, np.load(file) as table:
        return dict(table)


@cache
def shells_of(z: int) -> Shells:
    """Occupied shells of the element of atomic number ``z``."""
    import xraylib

    known = eadl()["binding_energy_eV"][z]
    found = []
    for number, name in enumerate(SHELLS):
        try:
            electrons = xraylib.ElectronConfig(z, number)
        except ValueError:  # xraylib's word for an empty shell
            continue
        try:
            energy = 1e3 * xraylib.EdgeEnergy(z, number)
        except ValueError:
            energy = float(known[number])
        if energy > 0:
            found.append((name, number, energy, electrons))
    names, numbers, energies, electrons = zip(*found, strict=True)
    return Shells(names, numbers, np.array(energies), np.array(electrons))


def shell_index(z: int, shell: str, *, where: str = "shell", who: str = "shell") -> int:
    """Index of a shell among the occupied ones of an element; refuses any other, naming the nearest."""
    names = shells_of(z).names
    if shell in names:
        return names.index(shell)
    text = str(shell).strip().upper()
    alike = [name for name in names if name[0] == text[:1]] or names
    guess = min(alike, key=lambda name: (name != text, -SequenceMatcher(None, name, text).ratio()))
    raise BadValue(
        where=where,
        what="name",
        who=who,
        expected=f"an occupied shell of {symbols()[z - 1]}, one of " + ", ".join(names),
        found=repr(shell),
        hint=f"Did you mean '{guess}'?" if alike is not names else None,
    )
