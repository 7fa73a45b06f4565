"""Which shell of which atom takes up the energy of a photon: partial photoelectric cross sections.

The cross sections are Kissel's through xraylib (Schoonjans et al. 2011, doi:10.1016/j.sab.2011.09.011), of free
atoms; binding energies are its edges (see `shells`). Shells that bind less than a limit make up the valence band of the
solid; they are one group here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scintidot.atoms.shells import shells_of, symbols
from scintidot.constants import NM2_PER_BARN
from scintidot.records import FloatArray

PARTIAL_END = 30.0
"""Energy over that of the K edge up to which the partial cross sections add to the total; beyond, and above
290 keV where their tables end, the shares stay and the total goes on (to 790 keV, then as E^-3)."""


@dataclass(frozen=True)
class InnerShell:
    """One subshell of one element of a compound, below the valence band."""

    atomic_number: int
    symbol: str
    name: str  # K, L1, ...
    binding_energy: float  # [eV]
    electrons: float  # per formula unit

    @property
    def label(self) -> str:
        """As ``Pb M5``."""
        return f"{self.symbol} {self.name}"


@dataclass(frozen=True, eq=False)
class Photoabsorption:
    """Photoelectric cross sections per formula unit at the energies asked for."""

    inner: tuple[InnerShell, ...]  # by falling binding energy
    valence_electrons: float  # per formula unit
    valence: FloatArray  # of all other shells together [nm2], shape (energies,)
    by_shell: FloatArray  # [nm2], shape (shells, energies); 0 below the binding energy

    @property
    def total(self) -> FloatArray:
        """[nm2], shape (energies,)."""
        return np.asarray(self.valence + self.by_shell.sum(axis=0))


def photoabsorption(atoms: Mapping[int, float], energy: FloatArray, valence_limit: float) -> Photoabsorption:
    """Partial cross sections of independent atoms.

    Parameters
    ----------
    atoms : mapping
        Atomic number -> atoms per formula unit.
    energy : ndarray, shape (energies,)
        Of the photon. [eV]
    valence_limit : float
        Shells that bind less count as valence. [eV]
    """
    energy = np.asarray(energy, dtype=float)
    valence, valence_electrons = np.zeros_like(energy), 0.0
    inner: list[tuple[InnerShell, FloatArray]] = []
    for z, count in atoms.items():
        shells = shells_of(z)
        columns = (shells.number, shells.names, shells.binding_energy, shells.electrons)
        for number, name, binding, electrons in zip(*columns, strict=True):
            part = count * electrons * NM2_PER_BARN * _per_electron(z, number, binding, energy)
            if binding < valence_limit:
                valence = valence + part
                valence_electrons += count * electrons
            else:
                symbol = symbols()[z - 1]
                inner.append((InnerShell(z, symbol, name, float(binding), count * electrons), part))
    inner.sort(key=lambda pair: -pair[0].binding_energy)
    parts = np.array([part for _, part in inner]).reshape(len(inner), energy.size)
    return Photoabsorption(tuple(shell for shell, _ in inner), valence_electrons, valence, parts)


def _per_electron(z: int, number: int, binding: float, energy: FloatArray) -> FloatArray:
    """[barn], which is how xraylib has them; 0 below the edge and for shells that it has none of."""
    import xraylib

    result = np.zeros_like(energy)
    try:
        xraylib.EdgeEnergy(z, number)
    except ValueError:
        return result
    partial_end, total_end = min(PARTIAL_END * xraylib.EdgeEnergy(z, 0), 290.0), 790.0
    for i in np.flatnonzero(energy > binding):
        kev = float(energy[i]) / 1e3
        reached = min(kev, partial_end)
        result[i] = xraylib.CSb_Photo_Partial(z, number, reached)
        if kev > reached:
            seen = min(kev, total_end)
            beyond = xraylib.CSb_Photo(z, seen) / xraylib.CSb_Photo(z, reached)
            result[i] *= beyond * (seen / kev) ** 3
    return result
