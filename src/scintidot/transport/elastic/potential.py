"""What an electron feels of an atom. Atomic units: hartree, a0.

Static potential of the finite nucleus and the electrons, the local exchange potential of Furness and McCarthy
(J. Phys. B 6, 2280 (1973), doi:10.1088/0022-3700/6/11/021) and, by name, a muffin-tin sphere or the
correlation-polarisation potential; the forms are those of Salvat, Jablonski and Powell, Comput. Phys. Commun.
165, 157 (2005), doi:10.1016/j.cpc.2004.09.006.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from scintidot.atoms.structure import SPEED_OF_LIGHT, Atom
from scintidot.constants import HARTREE_ENERGY
from scintidot.records import FloatArray

GRID_POINTS = 1500
INNERMOST = 1e-7  # [a0]
OUTERMOST = 60.0  # [a0], where the density of the heaviest alkali has long ended
FARTHEST = 100.0  # [a0], up to which the polarisation potential is followed
NEGLIGIBLE = 1e-8
"""r V [hartree a0] below which the potential is taken as zero."""


@dataclass(frozen=True)
class Sphere:
    """Electron density and static potential on a radial grid."""

    Z: int
    r: FloatArray  # [a0]
    density: FloatArray  # electrons per volume [1/a0^3]
    r_times_potential: FloatArray  # [hartree a0]
    confined: bool = False  # the potential is taken from its value at the last radius, and zero beyond

    @property
    def radius(self) -> float:
        """End of the grid. [a0]"""
        return float(self.r[-1])


def free_atom(atom: Atom) -> Sphere:
    """Density and potential of a neutral atom; its number of electrons is made Z exactly."""
    edges = np.concatenate([[0.0], np.geomspace(INNERMOST, OUTERMOST, GRID_POINTS)])
    charge, over_r = _shell_integrals(edges, atom.radial_density)
    scale = atom.element.Z / charge.sum()
    outside = scale * np.cumsum(charge[::-1])[::-1]
    screening = scale * np.cumsum(over_r[::-1])[::-1]
    r = edges[1:]
    outside, screening = np.append(outside[1:], 0.0), np.append(screening[1:], 0.0)
    nuclear = r * atom.nucleus.potential(r) + atom.element.Z
    density = scale * atom.radial_density(r) / (4 * math.pi * r**2)
    return Sphere(atom.element.Z, r, density, r * screening - outside + nuclear)


def _shell_integrals(edges: FloatArray, radial_density: Any) -> tuple[FloatArray, FloatArray]:
    """Integrals of D and of D/r over each interval."""
    x, w = np.polynomial.legendre.leggauss(5)
    half = np.diff(edges)[:, None] / 2
    s = edges[:-1, None] + half * (1 + x)
    D = w * half * radial_density(s)
    return D.sum(axis=1), (D / s).sum(axis=1)


def muffin_tin(free: Sphere, radius: float) -> Sphere:
    """The atom in a solid: the field of the neighbours is its own mirrored at ``radius``. [a0]

    V(r) = V_free(r) + V_free(2R - r) - 2 V_free(R) inside, zero outside; the density likewise, without the last term
    and with a uniform one that makes the sphere neutral. Kinetic energies are those between the spheres.
    """
    from scipy.interpolate import CubicSpline

    rv = CubicSpline(np.log(free.r), free.r_times_potential)
    rho = CubicSpline(np.log(free.r), free.density)
    r = np.append(free.r[free.r < radius * (1 - 1e-9)], radius)
    mirror = 2 * radius - r

    def potential(s: FloatArray) -> FloatArray:
        return np.asarray(rv(np.log(s)) / s)

    value = potential(r) + potential(mirror) - 2 * potential(np.array(radius))
    density = rho(np.log(r)) + rho(np.log(mirror))
    inside = CubicSpline(r, 4 * math.pi * r**2 * density).integrate(r[0], radius)
    uniform = (free.Z - inside) / (4 * math.pi * radius**3 / 3)
    return Sphere(free.Z, r, np.maximum(density + uniform, 0.0), r * value, confined=True)


def exchange(energy: float, potential: FloatArray, density: FloatArray) -> FloatArray:
    """Furness and McCarthy: [x - sqrt(x^2 + 4 pi rho)]/2 with x = k^2/2 - V, for an electron. [hartree]

    k^2/2, half of the squared wave number, is the kinetic energy E of a slow electron and E (1 + E/2mc^2) of any.
    """
    x, y = energy * (1 + energy / (2 * SPEED_OF_LIGHT**2)) - potential, 4 * math.pi * density
    return np.asarray(-y / 2 / (x + np.sqrt(x**2 + y)))


def correlation(density: FloatArray) -> FloatArray:
    """Of an electron in an electron gas: Perdew and Zunger 1981, doi:10.1103/PhysRevB.23.5048. [hartree]"""
    rs = (3 / (4 * math.pi * np.maximum(density, 1e-30))) ** (1 / 3)
    log, root = np.log(rs), np.sqrt(rs)
    dense = 0.0311 * log - 0.0584 + 0.00133 * rs * log - 0.0084 * rs
    thin = (
        -0.1423 * (1 + 7 / 6 * 1.0529 * root + 4 / 3 * 0.3334 * rs) / (1 + 1.0529 * root + 0.3334 * rs) ** 2
    )
    return np.where(rs < 1, dense, thin)


def polarisation(energy: float, r: FloatArray, Z: int, polarisability: float) -> FloatArray:
    """Buckingham's -alpha/(2 (r^2 + d^2)^2) with d^4 = alpha b^2/(2 Z^(1/3)), b^2 = max((E - 50 eV)/16 eV, 1)."""
    b2 = max((energy * HARTREE_ENERGY - 50) / 16, 1.0)
    d2 = math.sqrt(polarisability * Z ** (-1 / 3) * b2 / 2)
    return np.asarray(-polarisability / (2 * (r**2 + d2) ** 2))


@dataclass(frozen=True)
class Potential:
    """Potential of one energy as a curve of r V against ln r, zero beyond ``radius``."""

    energy: float  # [hartree]
    curve: Any  # scipy CubicSpline
    radius: float  # [a0]
    nuclear_radius: float  # [a0], well inside the nucleus

    def __call__(self, r: FloatArray) -> FloatArray:
        """V. [hartree]"""
        return np.where(r <= self.radius, self.curve(np.log(np.minimum(r, self.radius))) / r, 0.0)


def at_energy(sphere: Sphere, energy: float, *, polarisability: float | None = None) -> Potential:
    """Static and exchange potential at a kinetic energy [hartree], with correlation-polarisation if asked for.

    Inside the outermost crossing of the correlation and polarisation potentials the weaker of both counts, outside
    it the polarisation potential.
    """
    from scipy.interpolate import CubicSpline

    r, rv, density = sphere.r, sphere.r_times_potential, sphere.density
    if polarisability is not None:
        further = np.geomspace(r[-1], FARTHEST, 40)[1:]
        r = np.concatenate([r, further])
        rv, density = (np.concatenate([part, np.zeros(len(further))]) for part in (rv, density))
    total = rv + r * exchange(energy, rv / r, density)
    if polarisability is not None:
        near, far = correlation(density), polarisation(energy, r, sphere.Z, polarisability)
        inside = np.flatnonzero(near < far)  # correlation is the stronger one; its exponential tail is not
        crossing = inside[-1] + 1 if len(inside) else 0
        both = np.where(np.arange(len(r)) < crossing, np.maximum(near, far), far)
        total = total + r * both
    if sphere.confined:
        total = total - r * (total[-1] / r[-1])
    seen = np.flatnonzero(np.abs(total) > NEGLIGIBLE)
    last = min(int(seen[-1]) + 1, len(r) - 1)
    curve = CubicSpline(np.log(r), total)
    return Potential(energy, curve, float(r[last]), float(r[0]))
