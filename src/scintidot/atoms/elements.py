"""Facts of the elements hydrogen to uranium: names, weights, ground-state subshells, polarisabilities, radii."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from scintidot.errors import BadValue, nearest

LARGEST_Z = 92
_LETTERS = "spdf"


@dataclass(frozen=True)
class Shell:
    """One nl shell with the number of its electrons, an average over its configuration."""

    n: int
    l: int  # noqa: E741
    electrons: int

    @property
    def capacity(self) -> int:
        """Spin-orbitals: 4l + 2."""
        return 4 * self.l + 2


@dataclass(frozen=True)
class Subshell:
    """One nlj subshell; ``kappa`` = -(l + 1) for j = l + 1/2, +l for j = l - 1/2."""

    n: int
    kappa: int
    electrons: float

    @property
    def l(self) -> int:  # noqa: E743
        """Orbital angular momentum of the large component."""
        return self.kappa if self.kappa > 0 else -self.kappa - 1

    @property
    def degeneracy(self) -> int:
        """2j + 1."""
        return 2 * abs(self.kappa)

    @property
    def name(self) -> str:
        """As ``2p3/2``."""
        return f"{self.n}{_LETTERS[self.l]}{2 * abs(self.kappa) - 1}/2"


@dataclass(frozen=True)
class Element:
    """Facts of one element; sources stand in the head of ``elements.csv``."""

    symbol: str
    Z: int
    weight: float  # [g/mol]
    shells: tuple[Shell, ...]  # of the neutral ground state
    polarisability: float  # static, dipole [a0^3]
    covalent_radius: float  # [nm]

    @property
    def subshells(self) -> tuple[Subshell, ...]:
        """Electrons of an open shell are shared between j = l - 1/2 and l + 1/2 as 2j + 1."""
        found = []
        for shell in self.shells:
            for kappa in (shell.l, -shell.l - 1):
                if kappa:
                    share = 2 * abs(kappa) / shell.capacity
                    found.append(Subshell(shell.n, kappa, shell.electrons * share))
        return tuple(found)


@cache
def elements() -> Mapping[str, Element]:
    """All elements by symbol, in the order of Z."""
    text = resources.files("scintidot.atoms").joinpath("elements.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found: dict[str, Element] = {}
    for row in csv.DictReader(lines):
        found[row["symbol"]] = Element(
            symbol=row["symbol"],
            Z=int(row["Z"]),
            weight=float(row["weight"]),
            shells=_shells(row["configuration"], found),
            polarisability=float(row["polarisability"]),
            covalent_radius=float(row["covalent_radius"]),
        )
    return found


def _shells(configuration: str, known: Mapping[str, Element]) -> tuple[Shell, ...]:
    """``[He] 2s2 2p2`` -> 1s2 2s2 2p2."""
    shells: list[Shell] = []
    for word in configuration.split():
        if word.startswith("["):
            shells += known[word[1:-1]].shells
        elif match := re.fullmatch(r"(\d)([spdf])(\d*)", word):
            shells.append(Shell(int(match[1]), _LETTERS.index(match[2]), int(match[3] or 1)))
    return tuple(shells)


def element(name: str | int, *, where: str = "atoms", who: str = "element") -> Element:
    """The element of a symbol, in any case, or of an atomic number.

    Raises
    ------
    BadValue
        If there is no such element up to uranium.

    Examples
    --------
    >>> element("Pb").Z, element("pb").symbol, element(82).symbol
    (82, 'Pb', 'Pb')
    """
    known = elements()
    if isinstance(name, int) and not isinstance(name, bool) and 1 <= name <= LARGEST_Z:
        return list(known.values())[name - 1]
    return known[match_symbol(name, list(known), where=where, who=who)]


def match_symbol(name: object, known: Sequence[str], *, where: str, who: str) -> str:
    """The one of ``known`` symbols that is written, in any case; refuses all else with the nearest."""
    symbol = name.strip().capitalize() if isinstance(name, str) else ""
    if symbol in known:
        return symbol
    expected = f"the symbol of an element from {known[0]} to {known[-1]}, such as 'Pb'"
    hint = nearest(symbol, known, listed=True, cutoff=0.5) if symbol else None
    if len(symbol) > 3:
        hint = "Write the symbol, not the name."
    raise BadValue(where=where, what="name", who=who, expected=expected, found=repr(name), hint=hint)
