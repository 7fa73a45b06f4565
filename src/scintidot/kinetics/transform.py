"""The Laplace transform of all light of `carriers`, compiled: the recursion of `backward` without counted traps.

Decay curves ask for it at thousands of nodes. The rates of a state serve all nodes of a point, which the innermost loop
runs over, real and imaginary parts apart, so that the processor takes several at once.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scintidot.backends import kernel

if TYPE_CHECKING:
    from scintidot.kinetics.backward import Counts


def _carriers(
    radiative: Any, loss: Any, by_electron: Any, by_hole: Any, trapping: Any, surplus: Any,
    rates: Any, node_real: Any, node_imaginary: Any, real: Any, imaginary: Any,
    result_real: Any, result_imaginary: Any,
) -> None:  # fmt: skip
    """Counts (electrons + 1, holes + 1), rates (points, 8), nodes (points, nodes), workspace (4, most + 3, nodes).

    The workspace holds the states of four sums of electrons and holes, by electrons + 2. Where no electron is trapped,
    electrons and holes are alike, and only states with at least as many electrons are worked out.
    """
    most, nodes = radiative.shape[0] - 1, node_real.shape[1]
    for point in range(rates.shape[0]):
        k_rad, k_nr, k_ar, xi = rates[point, 0], rates[point, 1], rates[point, 2], rates[point, 3]
        k_t, k_0 = rates[point, 4], rates[point, 7]
        for level in range(4):
            for place in range(most + 3):
                for k in range(nodes):
                    real[level, place, k] = 0.0
                    imaginary[level, place, k] = 0.0
        for total in range(2, 2 * most + 1):
            here, one, two, three = total % 4, (total - 1) % 4, (total - 2) % 4, (total - 3) % 4
            low = max(1, total - most) if k_t > 0.0 else (total + 1) // 2
            high = min((most + total) // 3, total - 1)  # others are not reached from equal numbers
            for place in range(most + 3):
                for k in range(nodes):
                    real[here, place, k] = 0.0
                    imaginary[here, place, k] = 0.0
            for e in range(low, high + 1):
                h = total - e
                light, lost = radiative[e, h] * k_rad, loss[e, h] * k_nr
                electron, hole = by_electron[e, h] * k_ar, by_hole[e, h] * k_ar
                paired = light + lost + (electron + hole) * xi
                electron_out, hole_out = electron * (1.0 - xi), hole * (1.0 - xi)
                trapped, neutral = trapping[e, h] * k_t, surplus[e, h] * k_0
                leaving = paired + electron_out + hole_out + trapped + neutral
                # One electron less than holes is the same with the signs exchanged.
                fewer = e if k_t > 0.0 or 2 * e > total else e + 1
                other = e + 1 if e > h else e + 2
                for k in range(nodes):
                    x = light + paired * real[two, e + 1, k]
                    x += electron_out * real[three, fewer, k] + hole_out * real[three, e + 1, k]
                    x += trapped * real[one, e + 1, k] + neutral * real[one, other, k]
                    y = paired * imaginary[two, e + 1, k]
                    y += electron_out * imaginary[three, fewer, k] + hole_out * imaginary[three, e + 1, k]
                    y += trapped * imaginary[one, e + 1, k] + neutral * imaginary[one, other, k]
                    a, b = leaving + node_real[point, k], node_imaginary[point, k]
                    size = a * a + b * b
                    real[here, e + 2, k] = (x * a + y * b) / size
                    imaginary[here, e + 2, k] = (y * a - x * b) / size
            if total % 2 == 0:
                n = total // 2
                for k in range(nodes):
                    result_real[point, k, n] = real[here, n + 2, k]
                    result_imaginary[point, k, n] = imaginary[here, n + 2, k]


@cache
def _compiled() -> Any:
    return kernel(_carriers)


def transform(
    counts: Counts, rates: npt.NDArray[np.float64], node: npt.NDArray[np.complex128], most: int
) -> npt.NDArray[np.complex128]:
    """Transform of the light of 0..most pairs, shape (points, nodes, most + 1).

    ``rates`` of shape (points, 8) in the order of `laws.Rates`, ``node`` of shape (points, nodes), [1/ps].
    """
    points, nodes = node.shape
    tables = [table[:, :, 0] for table in counts[:6]]
    work = np.empty((2, 4, most + 3, nodes))
    result = np.zeros((points, nodes, most + 1), dtype=complex)
    _compiled()(
        *map(np.ascontiguousarray, tables), np.ascontiguousarray(rates),
        np.ascontiguousarray(node.real), np.ascontiguousarray(node.imag), *work, result.real, result.imag,
    )  # fmt: skip
    return result
