"""Photoabsorption of independent atoms as the imaginary part f2 of the atomic scattering factor.

10 eV to 30 keV: B. L. Henke, E. M. Gullikson, J. C. Davis, At. Data Nucl. Data Tables 54, 181 (1993),
doi:10.1006/adnd.1993.1013, as updated by the Center for X-Ray Optics, through the package periodictable.
30 to 800 keV: photoelectric cross sections sigma of xraylib, f2 = sigma E/(2 r_e h c).

The density of oscillator strength is df/dE = (2/pi) f2/E, and with n formula units per volume
eps2 = (Ep1/E)^2 f2, where Ep1 is the plasma energy of one electron per formula unit. Against the tables of
Chantler (NIST FFAST) these have no one-electron artefact at the 4d and 5d thresholds of heavy elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from scintidot.constants import AVOGADRO_CONSTANT, CLASSICAL_ELECTRON_RADIUS, NM2_PER_CM2, PLANCK_TIMES_LIGHT
from scintidot.records import FloatArray

LOWEST_ENERGY = 10.0  # [eV]
JOIN_ENERGY = 30_000.0  # [eV]
HIGHEST_ENERGY = 800_000.0  # [eV]
HEAVIEST_ELEMENT = 92


def scattering_factor(elements: Mapping[int, float], energy: FloatArray) -> FloatArray:
    """f2 of one formula unit.

    Parameters
    ----------
    elements : mapping
        Atomic number -> atoms per formula unit.
    energy : ndarray
        `LOWEST_ENERGY` to `HIGHEST_ENERGY`. [eV]
    """
    return np.asarray(sum(count * _f2(z, energy) for z, count in elements.items()))


def grid(elements: Mapping[int, float]) -> FloatArray:
    """Energies [eV] that resolve every edge: those of the Henke tables, then a logarithmic grid with the edges."""
    import xraylib

    edges = [
        1e3 * xraylib.EdgeEnergy(z, xraylib.K_SHELL)
        for z in elements
        if 1e3 * xraylib.EdgeEnergy(z, xraylib.K_SHELL) > JOIN_ENERGY
    ]
    high = np.geomspace(JOIN_ENERGY, HIGHEST_ENERGY, 120)
    sides = [edge * side for edge in edges for side in (1 - 1e-5, 1 + 1e-5)]
    energies = np.unique(np.concatenate([*(_table(z)[0] for z in elements), high, sides]))
    return np.asarray(energies[np.append(True, np.diff(energies) > 1e-6 * energies[1:])])


@lru_cache(maxsize=100)
def _table(z: int) -> tuple[FloatArray, FloatArray]:
    """Energies [eV] and f2 of the Henke tables."""
    import periodictable

    energy, _, f2 = periodictable.elements[z].xray.sftable
    return np.asarray(energy * 1e3), np.asarray(f2)


def _f2(z: int, energy: FloatArray) -> FloatArray:
    low, f2 = _table(z)
    inside = np.exp(np.interp(np.log(energy), np.log(low), np.log(np.maximum(f2, 1e-30))))
    high = energy > JOIN_ENERGY
    inside[high] = _photoelectric(z, energy[high])
    return inside


def _photoelectric(z: int, energy: FloatArray) -> FloatArray:
    import xraylib

    atom = xraylib.AtomicWeight(z) / AVOGADRO_CONSTANT * NM2_PER_CM2  # [nm2] per [cm2/g]
    cross_section = np.array([xraylib.CS_Photo(z, e / 1e3) for e in energy]) * atom
    return np.asarray(cross_section * energy / (2 * CLASSICAL_ELECTRON_RADIUS * PLANCK_TIMES_LIGHT))
