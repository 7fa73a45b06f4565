"""Elastic cross sections of an atom from its phase shifts. Energies in eV, cross sections in nm^2.

f = 1/(2ik) sum [(l + 1)(e^(2i delta_l+) - 1) + l (e^(2i delta_l-) - 1)] P_l(cos theta)
g = 1/(2ik) sum [e^(2i delta_l-) - e^(2i delta_l+)] P_l^1(cos theta)
d sigma/d Omega = |f|^2 + |g|^2      (unpolarised electrons)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scintidot.atoms.elements import Element
from scintidot.atoms.structure import ground_state
from scintidot.constants import BOHR_RADIUS, HARTREE_ENERGY
from scintidot.records import FloatArray
from scintidot.transport.elastic.partial_waves import PhaseShifts, phase_shifts
from scintidot.transport.elastic.potential import Sphere, at_energy, free_atom, muffin_tin

ComplexArray = npt.NDArray[np.complex128]

LOWEST_ENERGY = 10.0  # [eV]
HIGHEST_ENERGY = 1e5  # [eV]
RANGE = "10 eV to 100 keV"
MODELS = {
    "free": "free atom: static potential of a Dirac-Fock density and Furness-McCarthy exchange",
    "muffin-tin": (
        "atom in a solid: static potential and density of a sphere with those of its neighbours mirrored at its "
        "radius, zero beyond, and Furness-McCarthy exchange"
    ),
    "correlation-polarisation": (
        "free atom with Buckingham's polarisation potential and, near the nucleus, the correlation potential of an "
        "electron gas (Salvat, Jablonski, Powell 2005)"
    ),
}


@dataclass(frozen=True)
class Scatterer:
    """What an electron is scattered by: an atom under one of the `MODELS`."""

    element: Element
    model: str
    sphere: Sphere
    radius: float | None = None  # of the muffin tin [nm]
    polarisability: float | None = None  # [a0^3]

    def phase_shifts(self, energy: float) -> PhaseShifts:
        """Phase shifts at a kinetic energy. [eV]"""
        at = at_energy(self.sphere, energy / HARTREE_ENERGY, polarisability=self.polarisability)
        return phase_shifts(at)


def scatterer(
    element: Element, model: str = "free", *, radius: float | None = None, polarisability: float | None = None
) -> Scatterer:
    """An atom under a model; its density takes a few seconds to compute and is then remembered.

    Parameters
    ----------
    element : Element
        Hydrogen to uranium.
    model : str
        A name of `MODELS`.
    radius : float, optional
        Of the muffin-tin sphere; default: the covalent radius, half of the distance between like atoms. [nm]
    polarisability : float, optional
        Static dipole polarisability; default: that of the free atom. [a0^3]
    """
    sphere = free_atom(ground_state(element))
    if model == "muffin-tin":
        radius = radius or element.covalent_radius
        return Scatterer(element, model, muffin_tin(sphere, radius / BOHR_RADIUS), radius=radius)
    if model == "correlation-polarisation":
        alpha = polarisability or element.polarisability
        return Scatterer(element, model, sphere, polarisability=alpha)
    return Scatterer(element, model, sphere)


@dataclass(frozen=True)
class AngularDistribution:
    """Differential cross section of one energy at the points of a quadrature over the angle."""

    energy: float  # [eV]
    mu: FloatArray  # (1 - cos theta)/2, rising
    weight: FloatArray  # of the integral over solid angle [sr]
    differential: FloatArray  # [nm^2/sr]

    @property
    def total(self) -> float:
        """[nm^2]"""
        return float(self.weight @ self.differential)

    @property
    def transport1(self) -> float:
        """Integral of 1 - cos theta. [nm^2]"""
        return float(self.weight @ (2 * self.mu * self.differential))

    @property
    def transport2(self) -> float:
        """Integral of 1 - P_2(cos theta) = 3/2 sin^2 theta. [nm^2]"""
        return float(self.weight @ (6 * self.mu * (1 - self.mu) * self.differential))

    def quantiles(self, probability: FloatArray, complement: FloatArray) -> FloatArray:
        """mu below which the scattering falls with ``probability``; ``complement`` is 1 - probability, exactly."""
        from scipy.interpolate import PchipInterpolator

        shares = self.weight * self.differential / self.total
        # between two points of the quadrature half of the share of each
        below = np.cumsum(shares) - shares / 2
        above = np.cumsum(shares[::-1])[::-1] - shares / 2
        curve = PchipInterpolator(np.log(below / above), np.log(self.mu / (1 - self.mu)), extrapolate=True)
        inner = (probability > 0) & (complement > 0)
        logit = np.log(probability[inner] / complement[inner])
        low, high = np.log(below[0] / above[0]), np.log(below[-1] / above[-1])
        value = curve(np.clip(logit, low, high)) + np.minimum(logit - low, 0) + np.maximum(logit - high, 0)
        found = np.where(complement > 0, 0.0, 1.0)
        found[inner] = 1 / (1 + np.exp(-value))
        return found


def angular_distribution(target: Scatterer, energy: float) -> AngularDistribution:
    """Differential cross section of a kinetic energy [eV] on a grid that resolves the forward peak."""
    phases = target.phase_shifts(energy)
    theta, weight = _angles(phases.wave_number)
    mu = np.sin(theta / 2) ** 2
    weight = weight * 2 * math.pi * np.sin(theta)
    return AngularDistribution(energy, mu, weight, _differential(phases, np.cos(theta)))


def differential_cross_section(target: Scatterer, energy: float, theta: FloatArray) -> FloatArray:
    """d sigma/d Omega at polar angles ``theta`` [rad] for a kinetic energy [eV]. [nm^2/sr]"""
    theta = np.asarray(theta, dtype=float)
    flat = _differential(target.phase_shifts(energy), np.cos(theta.ravel()))
    return flat.reshape(theta.shape)


def _differential(phases: PhaseShifts, cosine: FloatArray) -> FloatArray:
    f, g = scattering_amplitudes(phases, cosine)
    return np.asarray(BOHR_RADIUS**2 * (np.abs(f) ** 2 + np.abs(g) ** 2))


def scattering_amplitudes(phases: PhaseShifts, cosine: FloatArray) -> tuple[ComplexArray, ComplexArray]:
    """Direct and spin-flip amplitude, complex. [a0]"""
    from scintidot.transport.elastic import kernels

    l = np.arange(len(phases.up))  # noqa: E741
    # e^(2i delta) - 1 = 2i e^(i delta) sin(delta) keeps small phases
    up = np.exp(1j * phases.up) * np.sin(phases.up) / phases.wave_number
    down = np.exp(1j * phases.down) * np.sin(phases.down) / phases.wave_number
    cosine = np.ascontiguousarray(cosine, dtype=float)
    f, g = np.empty(len(cosine), dtype=complex), np.empty(len(cosine), dtype=complex)
    direct: ComplexArray = np.asarray((l + 1) * up + l * down, dtype=complex)
    flip: ComplexArray = np.asarray(down - up, dtype=complex)
    kernels.amplitudes(direct, flip, cosine, f, g)
    return f, g


ANGLES_PER_PANEL = 8
WIDEST_PANEL = 0.08  # [rad]
PANEL_RATIO = 1.35


def _angles(wave_number: float) -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre angles [rad] in panels that grow from the width of the forward peak, and their weights."""
    edges = [0.0, min(0.02 / wave_number, WIDEST_PANEL)]
    while edges[-1] < math.pi:
        edges.append(min(edges[-1] * PANEL_RATIO, edges[-1] + WIDEST_PANEL))
    bounds = np.array(edges) * math.pi / edges[-1]
    x, w = np.polynomial.legendre.leggauss(ANGLES_PER_PANEL)
    half = np.diff(bounds)[:, None] / 2
    return (bounds[:-1, None] + half * (1 + x)).ravel(), (half * w).ravel()
