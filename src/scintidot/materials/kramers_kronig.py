"""Kramers-Kronig relation on a grid.

The transform of f(E), odd in E, is (2/pi) P integral_0^inf E' f(E')/(E'^2 - E^2) dE'. With f = eps2 it is
eps1 - 1, with f = Im(-1/eps) it is 1 - Re(1/eps). Exact for f linear between the points and zero outside.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scintidot.records import FloatArray

_CLOSEST = 1e-12  # [eV]; the logarithms of the two intervals that meet at the pole cancel


def transform(energy: FloatArray, function: FloatArray, at: FloatArray) -> FloatArray:
    """Transform of ``function`` on ``energy`` [eV, rising] at the energies ``at`` [eV]."""
    return operator(energy, at)(function)


def operator(energy: FloatArray, at: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """The transform from functions on ``energy`` to the energies ``at``, to be used more than once.

    On the interval [a, b], with q = ln|(b - E)/(a - E)|,
    integral f/(x - E) dx = f(a) q + (f(b) - f(a)) (1 + q (E - a)/(b - a)); the poles are at E and -E.
    """
    start, width = energy[:-1], np.diff(energy)
    constant = np.zeros((len(at), len(width)))
    slope = np.zeros((len(at), len(width)))
    for sign in (1, -1):
        pole = sign * np.asarray(at, dtype=float)[:, None]
        below = start - pole
        ratio = width / np.where(np.abs(below) < _CLOSEST, _CLOSEST, below)
        near = np.abs(ratio) > 0.5
        q = np.log1p(np.where(near, 0.0, ratio))  # no cancellation for narrow intervals far from the pole
        ends = np.maximum(np.abs(energy - pole), _CLOSEST)
        q[near] = np.log(ends[:, 1:] / ends[:, :-1])[near]
        constant += q
        slope += 1 - q * below / width

    def apply(function: FloatArray) -> FloatArray:
        return np.asarray((constant @ function[:-1] + slope @ np.diff(function)) / np.pi)

    return apply
