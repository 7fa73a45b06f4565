"""From transition energies to edge lengths and back, by the sizing curve of a material card."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scintidot.materials.nanocrystal import SizingCurve


@dataclass(frozen=True)
class Size:
    """An edge length [nm]: ``error`` from the energy alone, ``low`` to ``high`` by the band of the curve."""

    edge_length: float
    error: float
    low: float
    high: float


def edge_length_of(infinity: float, amplitude: float, exponent: float, energy: float) -> float:
    """Edge length [nm] at which E(d) = infinity + amplitude d^-exponent; nan where no size has that energy.

    >>> round(edge_length_of(2.38, 1.987, 1.8, 2.38 + 1.987 / 5**1.8), 6)
    5.0
    """
    ratio = (energy - infinity) / amplitude
    return math.nan if ratio <= 0 else float(ratio ** (-1 / exponent))


def size_from_energy(curve: SizingCurve, energy: float, error: float = 0.0) -> Size:
    """Edge length whose gap is ``energy`` [eV], with the error of the energy and the band of the curve.

    Bands of the numbers of the curve are varied one at a time and joined as squares, to each side; a variation for
    which no size has that energy makes the side infinite.
    """
    central = {
        "infinity": curve.energy_at_infinity.value, "amplitude": curve.amplitude.value,
        "exponent": curve.exponent.value,
    }  # fmt: skip
    length = edge_length_of(**central, energy=energy)
    if not math.isfinite(length):
        return Size(math.nan, math.nan, math.nan, math.nan)
    slope = length / (central["exponent"] * (energy - central["infinity"]))
    up = down = 0.0
    for name, quantity in (
        ("infinity", curve.energy_at_infinity), ("amplitude", curve.amplitude), ("exponent", curve.exponent),
    ):  # fmt: skip
        if quantity.low is None or quantity.high is None:
            continue
        moved = [
            edge_length_of(**{**central, name: value}, energy=energy) - length
            for value in (quantity.low, quantity.high)
        ]
        moved = [math.inf if math.isnan(m) else m for m in moved]
        up, down = math.hypot(up, max(*moved, 0.0)), math.hypot(down, min(*moved, 0.0))
    return Size(length, abs(slope) * error, max(length - down, 0.0), length + up)


def energy_of(curve: SizingCurve, edge_length: float) -> float:
    """Gap [eV] at an edge length [nm]."""
    return float(curve(np.asarray(edge_length, dtype=float)))
