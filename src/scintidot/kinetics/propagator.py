"""exp(Q t) v and its time integral for a generator as stiff as one likes, to about 1e-13 of |v|.

The inverse Laplace integral of (s - Q)^-1 along the cotangent contour of Weideman, by the midpoint rule (Trefethen,
Weideman, Schmelzer 2006, doi:10.1007/s10543-006-0077-9, table of optimal contours): with N nodes theta_k

    z(theta) = N (0.5017 theta cot(0.6407 theta) - 0.6122 + 0.2645 i theta)
    exp(t Q) v = 2 Re sum over theta_k > 0 of w_k (z_k - t Q)^-1 v,   w_k = -i/N exp(z_k) z'(theta_k)

The error falls like 3.89^-N for eigenvalues on the negative real axis; one sparse factorisation a node, however large
t Q is. Rounding adds about 1e-16 for each time that a trap fills and empties within t. The integral over time has
w_k t/z_k instead of w_k.

`contour` inverts the same integral in another way for another task: the transform of the light alone, a number at each
node, at times over many decades at once. Here the resolvent of a sparse matrix acts on every state, at one time: as few
nodes as possible, since each is a factorisation.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scintidot.records import FloatArray

if TYPE_CHECKING:
    from scipy.sparse import csc_array

NODES = 28
"""Fewer lose accuracy, more lose it too, by rounding: exp(z) reaches exp(0.171 N)."""


@cache
def optimal_contour() -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.complex128]]:
    """Nodes z_k of the upper half and weights w_k."""
    theta = np.pi * (2 * np.arange(NODES // 2) + 1) / NODES
    scaled = 0.6407 * theta
    z = NODES * (0.5017 * theta / np.tan(scaled) - 0.6122 + 0.2645j * theta)
    slope = NODES * (0.5017 / np.tan(scaled) - 0.5017 * scaled / np.sin(scaled) ** 2 + 0.2645j)
    return z, -1j / NODES * np.exp(z) * slope


class Propagator:
    """The evolution over one time span, factorised once for any number of vectors.

    Parameters
    ----------
    matrix : csc_array, shape (states, states)
        Q, columns sum to zero. [1/ps]
    time : float
        Length of the span, more than 0. [ps]
    ordered : bool
        Whether the matrix is one of `generator`: by the order of its states next to nothing fills in, and the
        diagonal prevails, so that no pivots are needed.
    """

    def __init__(self, matrix: csc_array, time: float, *, ordered: bool = True) -> None:
        from scipy.sparse import eye_array
        from scipy.sparse.linalg import splu

        nodes, self._weights = optimal_contour()
        self.time, self._nodes = time, nodes
        unit = eye_array(matrix.shape[0], format="csc")
        how: dict[str, Any] = {"permc_spec": "NATURAL", "diag_pivot_thresh": 0.0} if ordered else {}
        self._factors: list[Any] = [splu((z * unit - time * matrix).tocsc(), **how) for z in nodes]

    def __call__(self, vector: FloatArray) -> FloatArray:
        """exp(Q t) v for v of shape (states,) or (states, vectors)."""
        return self._sum(self._weights, vector)

    def integral(self, vector: FloatArray) -> FloatArray:
        """The integral of exp(Q s) v over s from 0 to t: times spent in each state. [ps]"""
        return self._sum(self._weights * self.time / self._nodes, vector)

    def counted(self, vector: FloatArray, photon: csc_array) -> tuple[FloatArray, FloatArray]:
        """The state after the span weighted with the number N of photons emitted, and with N (N - 1); (states,) each.

        ``photon`` is the part E of Q that emits. The moments obey m1' = Q m1 + E p and m2' = Q m2 + 2 E m1.
        """
        once, twice = np.zeros(vector.shape), np.zeros(vector.shape)
        for weight, factor in zip(self._weights, self._factors, strict=True):
            first = factor.solve(self.time * (photon @ factor.solve(vector.astype(complex))))
            once += 2 * (weight * first).real
            twice += 4 * (weight * factor.solve(self.time * (photon @ first))).real
        return once, twice

    def _sum(self, weights: npt.NDArray[np.complex128], vector: FloatArray) -> FloatArray:
        right, total = vector.astype(complex), np.zeros(vector.shape)
        for weight, factor in zip(weights, self._factors, strict=True):
            total += 2 * (weight * factor.solve(right)).real
        return total
