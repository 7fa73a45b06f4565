"""Photoelectric absorption: in which shell, and where the photoelectron goes.

Shares of the shells are those of Kissel's partial cross sections in xraylib. Where the spline that xraylib draws
beyond its tables no longer sums to the total (from 8 keV for carbon, 166 keV for Cs), or from 299 keV, the shares stay
as at the last good energy: far above all edges they hardly change (to 0.006 against EPDL97 up to 800 keV).
"""

from __future__ import annotations

import math
from functools import cache, lru_cache

import numpy as np

from scintidot.atoms.shells import shells_of
from scintidot.constants import ELECTRON_REST_ENERGY
from scintidot.errors import one_of
from scintidot.radiation.photons import check_energy
from scintidot.radiation.sampling import InverseTable
from scintidot.records import FloatArray

SOURCES = ("xraylib_nist", "kissel_2000")
DIRECTION_SOURCES = ("sauter_1931",)
DIRECTIONS = {
    "sauter": "Sauter's angular distribution of K photoelectrons, used for every shell",
    "isotropic": "all directions alike",
}
KISSEL_START = 150.0  # where the totals that they are compared with start [eV]
KISSEL_END = 299e3  # [eV]
TOLERANCE = 0.005
"""Largest deviation of the sum of the partial cross sections from the total for the former to be used."""

_ANGLE_NODES = np.concatenate([[0.0], np.geomspace(1e-6, 2.0, 600)])


def _partial(z: int, energy: float) -> FloatArray:
    """Kissel's cross section of each shell [barn]; 0 below its edge and where there is none."""
    import xraylib

    shells = shells_of(z)
    values = np.zeros(len(shells.names))
    for i, number in enumerate(shells.number):
        if energy > shells.binding_energy[i]:
            try:
                one_electron = xraylib.CSb_Photo_Partial(z, number, energy / 1e3)
            except ValueError:  # a shell without a table
                continue
            values[i] = one_electron * shells.electrons[i]
    return values


@cache
def last_good_energy(z: int) -> float:
    """Highest energy [eV] at which the partial cross sections of an element sum to its total."""
    import xraylib

    above_edges = max(1.1 * float(shells_of(z).binding_energy[0]), KISSEL_START)
    for energy in np.geomspace(KISSEL_END, above_edges, 80):
        total = xraylib.CSb_Photo(z, float(energy) / 1e3)
        if abs(_partial(z, float(energy)).sum() / total - 1) < TOLERANCE:
            return float(energy)
    return above_edges


def shell_fractions(z: int, energy: float) -> FloatArray:
    """Share of each occupied shell of an element in photoelectric absorption; sums to 1.

    Exactly 0 for a shell bound as strongly as the photon's energy or more.
    """
    check_energy(energy)
    partial = _partial(z, min(energy, last_good_energy(z)))
    return np.asarray(partial / partial.sum())


@lru_cache(maxsize=1024)
def direction_table(kinetic_energy: float) -> InverseTable:
    """Sauter's distribution of 1 - cos(theta) of a photoelectron to the photon that it came from.

    dsigma/dOmega ~ sin^2 theta/(1 - beta cos theta)^4 [1 + gamma (gamma - 1)(gamma - 2)(1 - beta cos theta)/2];
    K shell, first Born approximation (Sauter 1931, doi:10.1002/andp.19314030406).
    """
    gamma = 1 + kinetic_energy / ELECTRON_REST_ENERGY
    beta = math.sqrt(1 - gamma**-2)
    cosine = 1 - _ANGLE_NODES
    denominator = 1 - beta * cosine
    bracket = 1 + gamma * (gamma - 1) * (gamma - 2) / 2 * denominator
    return InverseTable.of(_ANGLE_NODES, np.maximum(1 - cosine**2, 0.0) / denominator**4 * bracket)


def photoelectron_cosine(kinetic_energy: float, uniform: float, direction: str = "sauter") -> float:
    """Cosine of the angle between photoelectron and photon for a uniform number between 0 and 1."""
    one_of(direction, DIRECTIONS, where="photons", who="direction")
    if direction == "isotropic":
        return 1 - 2 * uniform
    return 1 - float(direction_table(kinetic_energy)(uniform))
