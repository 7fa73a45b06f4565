"""Coherent scattering of photons: dsigma/dOmega = r^2 (1 + cos^2 theta)/2 F(x)^2, energy unchanged.

Form factors of xraylib (Hubbell et al. 1975, doi:10.1063/1.555523). They are nonrelativistic, while the total cross
sections of `photons` have relativistic ones: for heavy atoms at high energy this integrates to less (Pb: 2 % at
10 keV, 8 % at 100 keV, 12 % at 800 keV). Use it for angles, `photons` for how often. Atoms scatter
independently: interference between them (Bragg peaks of a crystal) and the resonances near edges are not in it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from scintidot.constants import CLASSICAL_ELECTRON_RADIUS
from scintidot.radiation.compton import scattering_variable
from scintidot.radiation.sampling import InverseTable
from scintidot.records import FloatArray

LOWEST_VARIABLE = 1e-6
"""Where the tables of the form factor start, [1/angstrom]; below, it is that of forward scattering."""

_ANGLE_NODES = np.concatenate([[0.0], np.geomspace(1e-10, 2.0, 800)])


def differential_cross_section(z: int, energy: float, cosine: FloatArray) -> FloatArray:
    """Coherent scattering of one atom into unit solid angle. [nm^2/sr]"""
    import xraylib

    x = np.maximum(scattering_variable(energy, cosine), LOWEST_VARIABLE)
    form = np.reshape([xraylib.FF_Rayl(z, float(value)) for value in np.ravel(x)], np.shape(x))
    return np.asarray(CLASSICAL_ELECTRON_RADIUS**2 / 2 * (1 + np.asarray(cosine) ** 2) * form**2)


@lru_cache(maxsize=256)
def angle_table(z: int, energy: float) -> InverseTable:
    """Distribution of 1 - cos(theta) for one element."""
    return InverseTable.of(_ANGLE_NODES, differential_cross_section(z, energy, 1 - _ANGLE_NODES))
