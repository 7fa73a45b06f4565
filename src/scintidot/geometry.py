"""Shapes of one nanocrystal, and how far a straight track runs inside.

Path lengths are for isotropic directions and three start rules:

- ``centre``: the track starts at the centre;
- ``uniform``: it starts anywhere inside with equal probability;
- ``crossing``: it comes from outside, from an isotropic homogeneous field (cosine law at the surface).

For ``crossing`` the mean chord is 4V/S for any convex body (Cauchy). For ``uniform`` the mean is
E[L^2]/(2 E[L]) of the chords (Coleman 1969; Kellerer 1971).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from scintidot.errors import one_of
from scintidot.records import FloatArray

SHAPES = ("cube", "sphere")
STARTS = {
    "centre": "the electron starts at the centre of the nanocrystal",
    "uniform": "the electron starts anywhere in the nanocrystal with equal probability",
    "crossing": "the electron comes from outside and crosses the nanocrystal (isotropic field)",
}


def volume(edge_length: FloatArray | float, shape: str = "cube") -> FloatArray:
    """Volume [nm^3] of a cube of edge, or a sphere of diameter, ``edge_length`` [nm].

    >>> float(volume(2.0, "cube"))
    8.0
    """
    one_of(shape, SHAPES, where="geometry", who="shape")
    cube = np.asarray(edge_length, dtype=float) ** 3
    return cube if shape == "cube" else cube * (math.pi / 6)


def _inverse_tangent_integral(x: float) -> float:
    """Ti2(x) = sum (-1)^k x^(2k+1)/(2k+1)^2 for 0 <= x < 1/2 (Lewin 1981, ch. 2)."""
    return math.fsum((-1) ** k * x ** (2 * k + 1) / (2 * k + 1) ** 2 for k in range(40))


CATALAN = 0.915_965_594_177_219_015

# Integrals over the unit square of 1, u and uv, each divided by 1 + u^2 + v^2. They follow in polar
# coordinates; the first one from ln(3 + cos x) = ln(1 + 2 r cos x + r^2) - ln(2 r) with r = 3 - 2 sqrt 2.
_R = 3 - 2 * math.sqrt(2)
_SQUARE_1 = _inverse_tangent_integral(_R) - math.pi / 4 * math.log(_R) - CATALAN
_SQUARE_U = (math.log(1.5) + 2 * math.sqrt(2) * math.atan(math.sqrt(0.5)) - math.pi / 2) / 2
_SQUARE_UV = (3 * math.log(3) - 4 * math.log(2)) / 4

_MEAN_PATH = {
    # 3/pi times the integral of 1/(1 + u^2 + v^2): a face seen from the centre
    ("cube", "centre"): 3 / math.pi * _SQUARE_1,
    # (1/4 pi) double integral of |x - y|^-2 over the cube, reduced by homogeneity to the face
    ("cube", "uniform"): 2 / math.pi * (1.5 * _SQUARE_1 - _SQUARE_U + _SQUARE_UV / 4),
    ("cube", "crossing"): 2 / 3,
    ("sphere", "centre"): 1 / 2,
    ("sphere", "uniform"): 3 / 8,
    ("sphere", "crossing"): 2 / 3,
}


def mean_path(edge_length: FloatArray | float, shape: str = "cube", start: str = "uniform") -> FloatArray:
    """Mean straight path [nm] inside the nanocrystal, closed form.

    >>> round(float(mean_path(1.0, "cube", "uniform")), 6)
    0.448317
    """
    one_of(shape, SHAPES, where="geometry", who="shape")
    one_of(start, STARTS, where="geometry", who="start")
    return np.asarray(edge_length, dtype=float) * _MEAN_PATH[shape, start]


@cache
def path_quadrature(shape: str, start: str, order: int = 10) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of the path-length distribution of a body of unit edge (or diameter).

    Returns
    -------
    lengths, weights : ndarray, shape (n,)
        ``sum(weights * f(lengths))`` is the mean of ``f`` over tracks; the weights sum to 1.
    """
    one_of(shape, SHAPES, where="geometry", who="shape")
    one_of(start, STARTS, where="geometry", who="start")
    nodes, weights = np.polynomial.legendre.leggauss(order)
    nodes, weights = (nodes + 1) / 2, weights / 2
    if shape == "sphere":
        if start == "centre":
            nodes, weights = np.array([0.5]), np.array([1.0])
        density = {
            "centre": np.ones_like(nodes),
            "uniform": 1.5 * (1 - nodes**2),
            "crossing": 2 * nodes,
        }
        lengths, mass = nodes, weights * density[start]
    else:
        lengths, mass = _cube_quadrature(start, nodes, weights)
    for array in (lengths, mass):
        array.setflags(write=False)  # it is cached
    return lengths, mass


def _cube_quadrature(start: str, nodes: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Tensor rule over directions (u, v, 1)/rho of one face quarter and the fraction t of the chord.

    For a start uniform in the cube the path exceeds t rho with probability (1-tu)(1-tv)(1-t); chords of
    tracks that come from outside follow from its derivatives, with an atom at t = 1.
    """
    u, v = np.meshgrid(nodes, nodes, indexing="ij")
    rho = np.sqrt(1 + u**2 + v**2)
    direction = np.outer(weights, weights) / rho**3 / (math.pi / 6)
    if start == "centre":
        return (rho / 2).ravel(), direction.ravel()
    u, v, rho, direction = (x[..., None] for x in (u, v, rho, direction))
    t = nodes
    if start == "uniform":
        density = (1 - t * u) * (1 - t * v) + u * (1 - t * v) * (1 - t) + v * (1 - t * u) * (1 - t)
        return (rho * t).ravel(), (direction * weights * density).ravel()
    projected = (1 + u + v) / 1.5 / rho  # area seen along the direction; its mean over directions is 1
    inside = 2 * (u * (1 - t * v) + v * (1 - t * u) + u * v * (1 - t)) / (1 + u + v)
    atom = (1 - u) * (1 - v) / (1 + u + v)
    lengths = np.concatenate([(rho * t).ravel(), rho.ravel()])
    mass = np.concatenate(
        [(direction * projected * weights * inside).ravel(), (direction * projected * atom).ravel()]
    )
    return lengths, mass
