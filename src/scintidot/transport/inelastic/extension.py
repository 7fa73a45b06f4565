"""The loss function at finite momentum: the full Penn algorithm for the valence band and shallow shells.

Penn 1987 (doi:10.1103/PhysRevB.35.482) takes the medium as free-electron gases of all plasmon energies W_p:

    Im[-1/eps(Q, W)] = integral_0^inf g(W_p) Im[-1/eps_L(Q, W; W_p)] dW_p,   g(W_p) = 2/(pi W_p) Im[-1/eps(W_p)]

with Lindhard's permittivity eps_L: where (Q, W) lies in the continuum of single excitations of the gas W_p, the
integral is done as it stands; outside it, the undamped plasmon is a delta function, which leaves

    g(W_0) pi/|d eps_L/d W_p| at W_0,   eps_L(Q, W; W_0) = 0.

Each gas obeys the f-sum rule at every Q, hence so does the sum. Momentum is counted by the recoil energy Q
(see `kinematics`), which puts the ridge of hard collisions at Q = W also for relativistic recoil (Fano 1963).

What follows per loss W depends on the electron only through the limits of Q, so the integrals over Q from 0,
of Im(-1/eps) times 1/Q, 1 and Q, are tabulated once for the material, by shell. Deeper shells are not gases:
see `deep`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from scintidot.constants import HARTREE_ENERGY
from scintidot.records import FloatArray
from scintidot.transport.inelastic.lindhard import fermi_wavenumber, permittivity, plasmon_energy
from scintidot.transport.inelastic.medium import LossMedium

RATIO_SPAN = 1e4
"""Q/W is tabulated from 1/span to span."""
_RATIOS = 320
_CLUSTERING = 6.0
_LOSSES_PER_DECADE = (80, 48)
_DENSE_BELOW = 200.0  # [eV], where solids have their structure
_WEIGHT_POINTS = 40000


@dataclass(frozen=True, eq=False)
class Response:
    """Integrals over the recoil energy of the loss function at finite momentum, by shell."""

    loss: FloatArray  # W [eV], rising, from the gap on
    ratio: FloatArray  # Q/W
    optical: FloatArray  # Im(-1/eps) at Q = 0, shape (losses, shells)
    collisions: FloatArray  # integral of Im(-1/eps(Q, W)) dQ/Q from ratio[0] W to ratio W [1]
    single: tuple[FloatArray, FloatArray, FloatArray]
    """Single excitations alone: integrals of Im(-1/eps) times 1/Q, 1, Q dQ up to ratio W [1, eV, eV^2].

    All of shape (losses, ratios, shells)."""


def response(medium: LossMedium, progress: Callable[[float], None] = lambda _: None) -> Response:
    """Tabulate the full Penn response of a medium, a few seconds; ``progress`` is told the share that is done."""
    loss, ratio, weight = _losses(medium), _ratios(), Weights(medium)
    parts = []
    for i, w in enumerate(loss):
        progress(i / len(loss))
        parts.append(extended_loss(w * ratio, w, weight))
    single = np.array([part[0] for part in parts])
    collisions = single + np.array([part[1] for part in parts])
    return Response(
        loss,
        ratio,
        weight.optical(loss),
        _integral(collisions, loss, ratio, 0),
        (
            _integral(single, loss, ratio, 0),
            _integral(single, loss, ratio, 1),
            _integral(single, loss, ratio, 2),
        ),
    )


def _losses(medium: LossMedium) -> FloatArray:
    """Energies at which the response is tabulated: dense in log, and on both sides of the edges of its shells."""
    first, last = float(medium.energy[0]), float(medium.energy[-1])
    middle = min(max(_DENSE_BELOW, 1.01 * first), last)
    parts = [
        np.geomspace(a, b, max(2, math.ceil(density * math.log10(b / a)) + 1))
        for a, b, density in zip((first, middle), (middle, last), _LOSSES_PER_DECADE, strict=True)
    ]
    return with_edges(np.concatenate(parts), medium.binding_energy[medium.shallow])


def with_edges(loss: FloatArray, binding: FloatArray) -> FloatArray:
    """Losses with one more on each side of every binding energy that lies between them."""
    edges = np.concatenate([binding * (1 - 1e-6), binding * (1 + 1e-6)])
    return np.unique(np.concatenate([loss, edges[(edges > loss.min()) & (edges < loss.max())]]))


def _ratios() -> FloatArray:
    """Q/W, densest about the ridge of hard collisions Q = W."""
    t = np.linspace(-1, 1, _RATIOS)
    return np.asarray(RATIO_SPAN ** (np.sinh(_CLUSTERING * t) / math.sinh(_CLUSTERING)))


def ratio_index(ratio: FloatArray) -> FloatArray:
    """Place, with fraction, of Q/W in the table of ratios; within it."""
    scaled = np.log(ratio) / math.log(RATIO_SPAN) * math.sinh(_CLUSTERING)
    place = (np.arcsinh(scaled) / _CLUSTERING + 1) / 2 * (_RATIOS - 1)
    return np.asarray(np.clip(place, 0, _RATIOS - 1))


class Weights:
    """Of the gases: (2/pi) Im(-1/eps) of every shell on a uniform grid in ln W_p; g dW_p = weight d ln W_p."""

    def __init__(self, medium: LossMedium) -> None:
        log = np.log(medium.energy)
        grid = np.linspace(log[0], log[-1], _WEIGHT_POINTS)
        self.first, self.last = float(medium.energy[0]), float(medium.energy[-1])
        self._start, self._step = log[0], grid[1] - grid[0]
        floor = 1e-300
        shells = medium.loss[medium.shallow]
        rows = [np.exp(np.interp(grid, log, np.log(np.maximum(row, floor)))) for row in shells]
        closed = [np.interp(grid, log, (row > 0).astype(float)) < 1 for row in shells]
        table = 2 / math.pi * np.where(closed, 0.0, rows).T
        self._table = np.vstack([table, np.zeros(len(shells))])  # the last row is for all that lies outside

    def __call__(self, energy: FloatArray) -> FloatArray:
        """Weights by shell, along a new last axis; 0 outside the loss function."""
        place = (np.log(energy) - self._start) / self._step
        outside = (place < -0.5) | (place > _WEIGHT_POINTS - 0.5)
        nearest = np.where(outside, _WEIGHT_POINTS, np.clip(np.rint(place), 0, _WEIGHT_POINTS - 1)).astype(
            int
        )
        return np.asarray(self._table[nearest])

    def optical(self, energy: FloatArray) -> FloatArray:
        """Im(-1/eps) at Q = 0."""
        return np.asarray(math.pi / 2 * self(energy))


def extended_loss(recoil: FloatArray, loss: float, weight: Weights) -> tuple[FloatArray, FloatArray]:
    """Im[-1/eps(Q, W)] for recoil energies Q [eV] and one loss W [eV]: of single excitations, of plasmons.

    Both by shell, shape (recoils, shells).
    """
    energy = recoil / HARTREE_ENERGY
    q, w = np.sqrt(2 * energy), loss / HARTREE_ENERGY
    return _single_excitations(q, energy, w, weight), _plasmons(q, energy, w, weight)


def _single_excitations(q: FloatArray, recoil: FloatArray, w: float, weight: Weights) -> FloatArray:
    """Gases with k_F >= |Q - W|/q, whose continuum holds (Q, W). Hartree units."""
    least, most = fermi_wavenumber(np.array([weight.first, weight.last]) / HARTREE_ENERGY)
    edge = np.maximum(np.abs(recoil - w) / q, least)
    steps, step_weights = _edge_quadrature()
    k = np.minimum(edge[:, None] * np.exp(steps), 2 * most)
    gas = plasmon_energy(k)
    real, imaginary = permittivity(q[:, None], np.asarray(w), gas)
    kernel = 1.5 * step_weights * imaginary / (real**2 + imaginary**2)  # d ln W_p = 1.5 d ln k_F
    return np.asarray(np.einsum("qk,qks->qs", kernel, weight(gas * HARTREE_ENERGY)))


@cache
def _edge_quadrature() -> tuple[FloatArray, FloatArray]:
    """Points and weights in ln(k_F/edge): clustered at the edge, where the plasmon joins the continuum.

    Then panels that resolve the structure of solids, and wide ones for the gases far above.
    """
    bounds = np.concatenate([np.linspace(0.3, 3.3, 13), np.linspace(4.1, 10.5, 9)])
    fine, fine_weight = np.polynomial.legendre.leggauss(16)
    panel, panel_weight = np.polynomial.legendre.leggauss(6)
    t, widths = (fine + 1) / 2, np.diff(bounds)
    points = [bounds[0] * t**3, *(bounds[:-1, None] + widths[:, None] * (panel + 1) / 2)]
    weights = [bounds[0] * 3 * t**2 * fine_weight / 2, *(widths[:, None] * panel_weight / 2)]
    return np.concatenate(points), np.concatenate(weights)


def _plasmons(q: FloatArray, recoil: FloatArray, w: float, weight: Weights) -> FloatArray:
    """The gas whose plasmon of momentum q has the energy w, where that is outside its continuum."""
    result = weight(np.full(q.shape, weight.first)) * 0.0
    outside = np.flatnonzero(recoil < w)
    if not outside.size:
        return result
    largest = plasmon_energy((w - recoil[outside]) / q[outside]) * (1 - 1e-12)
    largest = np.minimum(largest, w)
    has = permittivity(q[outside], np.asarray(w), largest)[0] < 0
    outside, high = outside[has], largest[has]
    q = q[outside]
    low = np.full(high.shape, 1e-6 * w)
    for _ in range(30):
        middle = (low + high) / 2
        positive = permittivity(q, np.asarray(w), middle)[0] > 0
        low, high = np.where(positive, middle, low), np.where(positive, high, middle)
    gas = (low + high) / 2
    step = 1e-5 * gas
    drop = permittivity(q, np.asarray(w), gas - step)[0] - permittivity(q, np.asarray(w), gas)[0]
    result[outside] = (math.pi * step / (gas * drop))[:, None] * weight(gas * HARTREE_ENERGY)
    return result


def _integral(spectra: FloatArray, loss: FloatArray, ratio: FloatArray, power: int) -> FloatArray:
    """Of spectra Q^(power - 1) dQ, from ratio[0] on for power 0, else from 0."""
    integrand = spectra * ratio[:, None] ** power
    cells = (integrand[:, 1:] + integrand[:, :-1]) / 2 * np.diff(np.log(ratio))[:, None]
    cumulative = np.concatenate([np.zeros_like(cells[:, :1]), np.cumsum(cells, axis=1)], axis=1)
    if power:  # below the first ratio the spectrum is that of Q = 0
        cumulative += spectra[:, :1] * ratio[0] ** power / power
    return np.asarray(cumulative * loss[:, None, None] ** power)
