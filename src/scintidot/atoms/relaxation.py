"""How a vacancy in an atomic shell relaxes: fluorescence, Auger and Coster-Kronig transitions.

A vacancy i is filled from shell j; a photon of B_i - B_j leaves, or an electron of B_i - B_j - B_k from shell
k. B are the binding energies of the neutral atom, so the books close: what photons and electrons carry and what
the holes left at the end still hold is B of the first vacancy. Each vacancy is taken as the only one of its
atom; an Auger energy therefore lacks the attraction of the second hole (tens of eV; it comes back when that
hole is filled), and a hole in a shell that is itself emptied is not followed.

Probabilities:

- radiative: branching by xraylib's rates; yields of K and L by xraylib (the default, mostly fits to measured
  ones) or EADL97, of M by EADL97; vacancies of N and beyond do not radiate (yields below 1 %);
- nonradiative: EADL97 (Cullen et al. 1991, UCRL-50400 vol. 30) for vacancies of K, L and M; with
  ``yields="xraylib"`` Coster-Kronig and Auger transitions of K and L are scaled to xraylib's totals;
- by rule, where the table has none: pairs of electrons beyond M5, which it lacks, share the rest of its total
  in proportion to the number of electron pairs over the energy of the electron that leaves; so do all pairs for
  a vacancy of N and beyond or of a light element (``origin`` "statistical"). The rule is an assumption; where
  EADL97 knows better, its mean energy of the first electron is off by 8 % in the median for M2 and M3 (up to
  30 % for one element; M1: 40 %), and by 2 and 15 % for N1 and N2 of Pb (EADL in ENDF/B-VIII.1). A pair counts if
  its energy is positive with both electrons bound as halfway to the next element (Chung & Jenkins 1970, recalled).

A vacancy with no transition stays: it is an outer hole, and its binding energy the ``outer_shell_energy``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from scintidot.atoms.shells import SHELLS, Shells, atomic_number, eadl, shell_index, shells_of
from scintidot.errors import one_of
from scintidot.records import FloatArray

IntArray = npt.NDArray[np.int64]

SOURCES = ("xraylib_nist", "cullen_1991", "chung_jenkins_1970")
YIELDS = {
    "xraylib": "fluorescence, Coster-Kronig and Auger yields of K and L from xraylib, of M from EADL97",
    "eadl": "yields of K, L and M from EADL97",
}
RULE = (
    "Vacancies of N and beyond and pairs of two such holes have no table: pairs share the probability in proportion "
    "to the number of electron pairs over the energy of the emitted electron (an assumption)"
)
LOWEST_WEIGHTED = 50.0
"""Electron energy [eV] below which the weight of that rule rises no more."""
_LAST_TABULATED = SHELLS.index("M5")
_LAST_SCALED = SHELLS.index("L3")
_COSTER_KRONIG = {"L1": ("L2", "L3"), "L2": ("L3",)}

Line = tuple[int, int, float]
"""First hole, second hole (-1: a photon left), probability; indices of `SHELLS`."""


@dataclass(frozen=True, eq=False)
class Relaxation:
    """Every transition of one element as flat arrays, those of one vacancy side by side.

    The transitions of vacancy ``i`` are ``start[i]:start[i + 1]``; their probabilities sum to 1. A vacancy
    without any stays as an outer hole.
    """

    symbol: str
    shells: Shells
    yields: str
    origin: tuple[str, ...]  # of each vacancy: EADL97, statistical or none
    start: IntArray  # shape (n + 1,)
    probability: FloatArray  # shape (m,), as are the following
    first_hole: IntArray
    second_hole: IntArray  # -1: a photon leaves, otherwise an electron from this shell
    energy: FloatArray  # of the photon or electron [eV]

    @cached_property
    def cumulative(self) -> FloatArray:
        """Running sum of ``probability`` within each vacancy, 1 at its last transition."""
        table = np.empty_like(self.probability)
        for first, last in zip(self.start[:-1], self.start[1:], strict=True):
            if last > first:
                table[first:last] = np.cumsum(self.probability[first:last])
                table[first:last] /= table[last - 1]
        return table

    def index(self, shell: str) -> int:
        """Index of a shell by name."""
        return shell_index(atomic_number(self.symbol), shell)

    def fluorescence_yield(self, shell: str) -> float:
        """Probability that a vacancy is filled with the emission of a photon."""
        place = self.index(shell)
        own = slice(self.start[place], self.start[place + 1])
        return float(self.probability[own][self.second_hole[own] < 0].sum())


@cache
def relaxation_of(symbol: str, yields: str = "xraylib") -> Relaxation:
    """The transitions of an element.

    Parameters
    ----------
    symbol : str
        H to Cf.
    yields : str
        A name in `YIELDS`.

    Examples
    --------
    >>> round(relaxation_of("Pb").fluorescence_yield("K"), 4)
    0.9634
    """
    z = atomic_number(symbol)
    one_of(yields, YIELDS, where="relaxation", who="yields")
    shells = shells_of(z)
    place = {number: i for i, number in enumerate(shells.number)}
    start, origin, lines, energies = [0], [], [], []
    for i, vacancy in enumerate(shells.number):
        found, kind = _lines(z, vacancy, yields)
        whole = sum(probability for *_, probability in found)
        for first, second, probability in found:
            inner, outer = place[first], place.get(second, -1)
            taken = shells.binding_energy[inner] + (shells.binding_energy[outer] if outer >= 0 else 0.0)
            lines.append((inner, outer, probability / whole))
            energies.append(shells.binding_energy[i] - taken)
        origin.append(kind)
        start.append(len(lines))
    return Relaxation(
        symbol,
        shells,
        yields,
        tuple(origin),
        np.array(start),
        np.array([probability for *_, probability in lines]),
        np.array([first for first, *_ in lines], dtype=np.int64),
        np.array([second for _, second, _ in lines], dtype=np.int64),
        np.array(energies),
    )


def _lines(z: int, vacancy: int, yields: str) -> tuple[list[Line], str]:
    """Transitions that fill one vacancy, not normalised, and where they come from."""
    nonradiative = eadl()["total"][z, vacancy] if vacancy <= _LAST_TABULATED else 0.0
    if nonradiative == 0:
        pairs = list(_statistical(z, vacancy, beyond=vacancy))
        return pairs, "statistical" if pairs else "none"
    lines = list(_tabulated(z, vacancy))
    rest = nonradiative - sum(probability for *_, probability in lines)
    outer = list(_statistical(z, vacancy, beyond=_LAST_TABULATED))
    if outer and rest > 0:
        whole = sum(weight for *_, weight in outer)
        lines += [(first, second, weight * rest / whole) for first, second, weight in outer]
    radiative = list(_radiative(z, vacancy))
    branches = sum(probability for *_, probability in radiative)
    lines += [(j, -1, probability * (1 - nonradiative) / branches) for j, _, probability in radiative]
    if yields == "xraylib" and vacancy <= _LAST_SCALED:
        lines = _scaled(z, vacancy, lines)
    return lines, "EADL97"


def _tabulated(z: int, vacancy: int) -> Iterator[Line]:
    """Nonradiative transitions in EADL97 that are open at our binding energies."""
    shells = shells_of(z)
    energy = dict(zip(shells.number, shells.binding_energy, strict=True))
    table = eadl()
    rows = np.flatnonzero((table["transition"][:, 0] == z) & (table["transition"][:, 1] == vacancy))
    for row in rows:
        first, second = (int(hole) for hole in table["transition"][row, 2:])
        if first in energy and second in energy and energy[first] + energy[second] < energy[vacancy]:
            yield first, second, float(table["probability"][row])


def _statistical(z: int, vacancy: int, *, beyond: int) -> Iterator[Line]:
    """Open pairs of holes beyond a shell, each with its weight by the rule."""
    shells = shells_of(z)
    energy = dict(zip(shells.number, shells.binding_energy, strict=True))
    electrons = dict(zip(shells.number, shells.electrons, strict=True))
    following = shells_of(z + 1)
    next_energy = dict(zip(following.number, following.binding_energy, strict=True))
    halfway = {j: (energy[j] + next_energy.get(j, energy[j])) / 2 for j in energy}
    holes = [j for j in shells.number if j > beyond]
    for i, first in enumerate(holes):
        for second in holes[i:]:
            other = electrons[second] - (first == second)
            pairs = electrons[first] * other / (2 if first == second else 1)
            taken = energy[first] + energy[second]
            if pairs > 0 and max(taken, halfway[first] + halfway[second]) < energy[vacancy]:
                yield first, second, float(pairs / max(energy[vacancy] - taken, LOWEST_WEIGHTED))


def _radiative(z: int, vacancy: int) -> Iterator[Line]:
    """Radiative transitions with xraylib's relative rates."""
    import xraylib

    shells = shells_of(z)
    energy = dict(zip(shells.number, shells.binding_energy, strict=True))
    for other in shells.number:
        name = f"{SHELLS[vacancy]}{SHELLS[other]}_LINE"
        if other > vacancy and energy[other] < energy[vacancy] and hasattr(xraylib, name):
            try:
                yield other, -1, xraylib.RadRate(z, getattr(xraylib, name))
            except ValueError:  # xraylib's word for a line without a rate
                continue


def _scaled(z: int, vacancy: int, lines: list[Line]) -> list[Line]:
    """The same lines, with the shares of photons, Coster-Kronig and Auger transitions of xraylib."""
    import xraylib

    shell = SHELLS[vacancy]
    try:
        wanted = {"photon": xraylib.FluorYield(z, vacancy)}
    except ValueError:  # xraylib has no yields for this shell
        return lines
    for other in _COSTER_KRONIG.get(shell, ()):
        try:
            transition = getattr(xraylib, f"F{shell}{other[1]}_TRANS")
            wanted[other] = xraylib.CosKronTransProb(z, transition)
        except ValueError:
            wanted[other] = 0.0
    wanted["auger"] = max(0.0, 1 - sum(wanted.values()))
    classes = [_class_of(line, wanted) for line in lines]
    whole = dict.fromkeys(wanted, 0.0)
    for name, (_, _, probability) in zip(classes, lines, strict=True):
        whole[name] += probability
    return [
        (first, second, probability * wanted[name] / whole[name])
        for name, (first, second, probability) in zip(classes, lines, strict=True)
    ]


def _class_of(line: Line, classes: dict[str, float]) -> str:
    first, second, _ = line
    if second < 0:
        return "photon"
    return SHELLS[first] if SHELLS[first] in classes else "auger"
