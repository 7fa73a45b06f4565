"""B-spline basis of the radial Dirac equation and the Coulomb kernel on its quadrature points.

Large and small components use splines of different order on the same breakpoints, which keeps spurious states
away (Froese Fischer, Zatsarinny, Comput. Phys. Commun. 180, 879 (2009), doi:10.1016/j.cpc.2008.12.010).
Atomic units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scintidot.records import FloatArray

ORDER = 8
"""Of the splines of the large component; those of the small one are of one order less; with one more, spurious states
appear in heavy atoms."""
POINTS = 9
"""Gauss-Legendre points between two breakpoints."""


@dataclass(frozen=True)
class RadialBasis:
    """Orthonormal functions for the large (P) and small (Q) component at quadrature points ``r``."""

    breaks: FloatArray  # [a0]
    r: FloatArray  # (points,) [a0]
    weight: FloatArray  # (points,)
    large: FloatArray  # (points, functions)
    small: FloatArray
    small_slope: FloatArray  # derivative of the small ones
    mix_large: FloatArray  # B-spline coefficients (splines, functions)
    mix_small: FloatArray

    def evaluate(self, P: FloatArray, Q: FloatArray, r: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Functions with coefficients ``P`` and ``Q`` at any radii, zero beyond the last breakpoint."""
        inside = (r <= self.breaks[-1])[:, None]
        at = np.minimum(r, self.breaks[-1])
        large = _splines(self.breaks, ORDER, at)[0] @ (self.mix_large @ P)
        small = _splines(self.breaks, ORDER - 1, at)[0] @ (self.mix_small @ Q)
        return large * inside, small * inside


def radial_basis(first: float, last: float, ratio: float, widest: float) -> RadialBasis:
    """Breakpoints 0, ``first``, then growing by ``ratio`` with steps of at most ``widest``, to ``last``. [a0]"""
    breaks = [0.0, first]
    while breaks[-1] < last:
        breaks.append(breaks[-1] + min(widest, (ratio - 1) * breaks[-1]))
    edges = np.array(breaks)
    x, w = np.polynomial.legendre.leggauss(POINTS)
    half = np.diff(edges)[:, None] / 2
    r = (edges[:-1, None] + half * (1 + x)).ravel()
    weight = (half * w).ravel()
    large, _, mix_large = _orthonormal(edges, ORDER, r, weight)
    small, slope, mix_small = _orthonormal(edges, ORDER - 1, r, weight)
    return RadialBasis(edges, r, weight, large, small, slope, mix_large, mix_small)


def _splines(breaks: FloatArray, order: int, r: FloatArray) -> tuple[FloatArray, FloatArray]:
    """B-splines that vanish at both ends, and their derivatives, at ``r``."""
    from scipy.interpolate import BSpline

    knots = np.concatenate([np.repeat(breaks[0], order - 1), breaks, np.repeat(breaks[-1], order - 1)])
    number = len(knots) - order
    spline = BSpline(knots, np.eye(number)[:, 1:-1], order - 1)
    return np.asarray(spline(r)), np.asarray(spline(r, 1))


def _orthonormal(
    breaks: FloatArray, order: int, r: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    value, slope = _splines(breaks, order, r)
    scale = 1 / np.sqrt(np.einsum("ri,r,ri->i", value, weight, value))
    overlap = (value * scale).T @ (weight[:, None] * (value * scale))
    size, vectors = np.linalg.eigh(overlap)
    mix = scale[:, None] * vectors / np.sqrt(size)
    return value @ mix, slope @ mix, mix


def coulomb_kernel(basis: RadialBasis, k: int) -> FloatArray:
    """T such that f T g = integral integral f(r) g(s) min(r,s)^k / max(r,s)^(k+1) dr ds.

    Between two different intervals the kernel is smooth on each. Within one its kink is integrated exactly:
    the inner integral is that of the polynomial through the points.
    """
    r, w = basis.r, basis.weight
    low, high = np.minimum(r[:, None], r), np.maximum(r[:, None], r)
    kernel = (low / high) ** k / high * w[:, None] * w
    x, weights = np.polynomial.legendre.leggauss(POINTS)
    below = _integration_matrix(x)
    for start in range(0, len(r), POINTS):
        part = slice(start, start + POINTS)
        half = w[start] / weights[0]
        s, ws = r[part], w[part]
        ratio = s / s[:, None]  # [i, j] = s_j / s_i
        inner = half * below * ratio**k / s[:, None]
        outer = (ws - half * below) * ratio ** -(k + 1.0) / s[:, None]
        block = ws[:, None] * (inner + outer)
        kernel[part, part] = (block + block.T) / 2
    return np.asarray(kernel)


def _integration_matrix(x: FloatArray) -> FloatArray:
    """M such that (M f)_i is the integral from -1 to x_i of the polynomial through (x, f)."""
    legendre = np.polynomial.legendre
    vandermonde = legendre.legvander(x, len(x) - 1)
    integrals = np.stack(
        [legendre.legval(x, legendre.legint(np.eye(len(x))[n], lbnd=-1)) for n in range(len(x))],
        axis=1,
    )
    return np.asarray(integrals @ np.linalg.inv(vandermonde))
