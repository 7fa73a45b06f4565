"""Laws against size that a material card parametrises. Arrays in, arrays out."""

from __future__ import annotations

import math

import numpy as np

from scintidot.records import FloatArray


def sizing_power_law(
    edge_length: FloatArray, energy_at_infinity: float, amplitude: float, exponent: float
) -> FloatArray:
    """E(d) = E_inf + A (d/nm)^-p [eV]; ``edge_length`` [nm]."""
    return np.asarray(energy_at_infinity + amplitude * np.asarray(edge_length, dtype=float) ** -exponent)


def log_normal_peak(
    edge_length: FloatArray, peak: float, best: float, small_edge: float, small_value: float
) -> FloatArray:
    """peak exp(-ln^2(d/best)/(2 w^2)), with w such that it is ``small_value`` at ``small_edge`` [nm].

    Highest at ``best`` [nm], falling to both sides.
    """
    log_width = math.log(best / small_edge) / math.sqrt(2 * math.log(peak / small_value))
    return np.asarray(peak * np.exp(-0.5 * (np.log(np.asarray(edge_length) / best) / log_width) ** 2))


def two_point_power_law(
    edge_length: FloatArray, small_edge: float, small_value: float, large_edge: float, large_value: float
) -> FloatArray:
    """The power law through two points; ``value`` goes as V^(exponent/3) for bodies of one shape."""
    exponent = math.log(large_value / small_value) / math.log(large_edge / small_edge)
    return np.asarray(small_value * (np.asarray(edge_length, dtype=float) / small_edge) ** exponent)
