"""Charge of a finite nucleus: the Fermi distribution. Atomic units: lengths in a0, energies in hartree."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scintidot.constants import BOHR_RADIUS
from scintidot.records import FloatArray

FERMI_RADIUS = 1.07
"""Half-density radius over the cube root of the mass number [fm]: Hahn, Ravenhall, Hofstadter 1956."""
FERMI_DIFFUSENESS = 0.546
"""Length of the exponential skin [fm]: Hahn, Ravenhall, Hofstadter 1956, doi:10.1103/PhysRev.101.1131."""
SKIN_THICKNESS = 2.30
"""90 % to 10 % thickness [fm] of nuclei given by their root-mean-square radius."""
FEMTOMETRE = 1e-6 / BOHR_RADIUS  # [a0]


@dataclass(frozen=True)
class FermiNucleus:
    """Charge Z spread as 1/(1 + exp((r - radius)/diffuseness)); lengths in a0."""

    Z: float
    radius: float
    diffuseness: float

    @classmethod
    def of_weight(cls, Z: float, weight: float) -> FermiNucleus:
        """Of the nearest mass number, with the parameters of Hahn, Ravenhall and Hofstadter."""
        A = round(weight)
        return cls(Z, FERMI_RADIUS * A ** (1 / 3) * FEMTOMETRE, FERMI_DIFFUSENESS * FEMTOMETRE)

    @classmethod
    def of_rms_radius(cls, Z: float, rms_fm: float) -> FermiNucleus:
        """Of a root-mean-square radius above 1.95 fm, by <r^2> = 3/5 c^2 + 7/5 (pi a)^2."""
        a = SKIN_THICKNESS / (4 * math.log(3))
        c = math.sqrt((5 * rms_fm**2 - 7 * (math.pi * a) ** 2) / 3)
        return cls(Z, c * FEMTOMETRE, a * FEMTOMETRE)

    @property
    def end(self) -> float:
        """Radius beyond which the charge is a point's to rounding. [a0]"""
        return self.radius + 36 * self.diffuseness

    @cached_property
    def _tables(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Radii, charge inside, and integral of charge/r outside."""
        edges = np.linspace(0.0, self.end, 401)
        x, w = np.polynomial.legendre.leggauss(8)
        half = np.diff(edges)[:, None] / 2
        r = edges[:-1, None] + half * (1 + x)
        # exp(-y)/(1 + exp(-y)) would not overflow either; y is at most 36
        shape = r**2 / (1 + np.exp((r - self.radius) / self.diffuseness))
        inside = np.concatenate([[0.0], np.cumsum(np.sum(w * half * shape, axis=1))])
        outer = np.sum(w * half * shape / r, axis=1)
        outside = np.concatenate([np.cumsum(outer[::-1])[::-1], [0.0]])
        return edges, self.Z * inside / inside[-1], self.Z * outside / inside[-1]

    def potential(self, r: FloatArray) -> FloatArray:
        """Potential energy of an electron. [hartree]"""
        from scipy.interpolate import CubicSpline

        edges, inside, outside = self._tables
        r = np.asarray(r, dtype=float)
        inner = np.clip(r, 1e-12, self.end)
        near = CubicSpline(edges, inside)(inner) / inner + CubicSpline(edges, outside)(inner)
        return np.asarray(-np.where(r < self.end, near, self.Z / np.maximum(r, self.end)))
