"""Lindhard's permittivity of the free-electron gas, without damping, in Hartree atomic units.

Lindhard 1954, in the form of Penn 1987 (doi:10.1103/PhysRevB.35.482):

    eps  = 1 + (F(z - u) + F(z + u) + 4z)/(8 pi k_F z^3) + i eps2,   F(t) = (1 - t^2) ln|(1 + t)/(1 - t)|
    eps2 = pi u/2, where z + u < 1,  (pi/8z) [1 - (z - u)^2], where |z - u| < 1 < z + u,   over pi k_F z^2
    z = q/2k_F,  u = W/(q k_F),  k_F^3 = (3 pi/4) W_p^2 for the plasmon energy W_p at q = 0

The cancelling linear parts of F are taken out by hand, which keeps eps - 1 accurate to rounding for q -> 0.
"""

from __future__ import annotations

import math

import numpy as np

from scintidot.records import FloatArray

_SERIES_FROM = 4.0  # |t| from which F(t) + 2t is summed as a series
_SERIES = [4 / ((2 * k + 1) * (2 * k + 3)) for k in range(15)]


def fermi_wavenumber(plasmon_energy: FloatArray) -> FloatArray:
    """k_F [1/a0] of the gas whose plasmon has this energy [Hartree] at q = 0."""
    return np.asarray(np.cbrt(0.75 * math.pi * np.square(plasmon_energy)))


def plasmon_energy(fermi_wavenumber: FloatArray) -> FloatArray:
    """Inverse of `fermi_wavenumber`."""
    return np.asarray(np.sqrt(4 * np.asarray(fermi_wavenumber) ** 3 / (3 * math.pi)))


def permittivity(q: FloatArray, w: FloatArray, plasmon: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Real and imaginary part at momentum q [1/a0] and energy w [Hartree] for the plasmon energy [Hartree].

    Arrays broadcast; all positive.
    """
    k = fermi_wavenumber(plasmon)
    z, u = q / (2 * k), w / (q * k)
    scale = 1 / (math.pi * k * z * z)
    real = 1 + scale / (8 * z) * (_without_linear_part(z - u) + _without_linear_part(z + u))
    edge = 1 - np.square(z - u)
    imaginary = np.where(z + u < 1, math.pi / 2 * u, np.where(edge > 0, math.pi / (8 * z) * edge, 0.0))
    return real, scale * imaginary


def _without_linear_part(t: FloatArray) -> FloatArray:
    """(1 - t^2) ln|(1 + t)/(1 - t)| + 2t, which falls as 4/3t."""
    size = np.abs(t)
    far = size > _SERIES_FROM
    inverse = 1 / np.where(far, size, 1.0)
    series = np.zeros_like(size)
    for coefficient in reversed(_SERIES):
        series = series * inverse**2 + coefficient
    near = np.where(far | (size == 1), 0.5, size)
    closed = (1 - near**2) * np.log((1 + near) / np.abs(1 - near)) + 2 * near
    return np.asarray(np.sign(t) * np.where(far, series * inverse, np.where(size == 1, 2.0, closed)))
