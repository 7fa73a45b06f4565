"""Slow electrons and holes: a pair, or vibrations of the lattice?

A carrier of a few gaps of kinetic energy E can make a pair only if energy and momentum are kept, which leaves few
final states; dielectric theory, which knows the energies alone, makes it too easy. With every set of products of free
carriers alike (Alig, Bloom & Struck 1980, doi:10.1103/PhysRevB.22.5565) a carrier emits on average

    r(E) = A 105/(2 pi) (E - hbar omega)^(1/2) / (E - Eg)^(7/2)

vibrations before it makes a pair: (E - Eg)^(7/2) is the phase space of two electrons and a hole. One ratio A of matrix
elements does for many semiconductors. Between Eg and 2-3 Eg carriers mostly heat the lattice, and a pair costs 2.2 to
3.3 gaps.

Scalar functions: numbers in, numbers out. Energies in eV.
"""

from __future__ import annotations

import math

MATRIX_ELEMENTS = 5.2
"""A [eV3], recalled; silicon then costs 3.67 eV a pair in the authors' model, which the tests make again."""


def vibrations_per_pair(energy: float, gap: float, vibration: float) -> float:
    """r(E), infinite below the gap."""
    if energy <= gap:
        return math.inf
    states = math.sqrt(max(energy - vibration, 1e-9 * energy)) / math.pow(energy - gap, 3.5)
    return MATRIX_ELEMENTS * 105 / (2 * math.pi) * states


def pairs_per_energy(energy: float, gap: float, vibration: float) -> float:
    """Rate of pairs for each eV that a carrier gives to the lattice, ln(1 + 1/r)/(hbar omega).

    Over one vibration it leaves r/(1 + r) without a pair.
    """
    return math.log1p(1 / vibrations_per_pair(energy, gap, vibration)) / vibration
