"""Compiled loops of the partial-wave method. Imported only where they run: numba is slow to start.

The radial Dirac equation, with the small component scaled so that a free wave has equal amplitudes, is
d(P, Q)/dr = [[-kappa/r, b], [c, kappa/r]] (P, Q). Matrices of this form (traceless) are kept as (a, b, c).
One step is the sixth-order Magnus expansion with three Gauss points (Blanes, Casas, Oteo, Ros, Phys. Rep. 470,
151 (2009), doi:10.1016/j.physrep.2008.11.001), whose exponential is closed for 2 x 2 matrices.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from scintidot.records import FloatArray

ComplexArray = npt.NDArray[np.complex128]
_SQRT15 = math.sqrt(15.0)


@njit(cache=True, inline="always")
def _commutator(
    a1: float, b1: float, c1: float, a2: float, b2: float, c2: float
) -> tuple[float, float, float]:
    return b1 * c2 - b2 * c1, 2 * (a1 * b2 - a2 * b1), 2 * (c1 * a2 - c2 * a1)


@njit(cache=True)
def propagate(
    kappas: FloatArray,
    first: npt.NDArray[np.int64],
    edges: FloatArray,
    nodes: FloatArray,
    b: FloatArray,
    c: FloatArray,
    P: FloatArray,
    Q: FloatArray,
) -> None:
    """Carry (P, Q), regular at the edge ``first`` of each kappa, to the last edge, in place.

    ``nodes``, ``b`` and ``c`` have three columns: the Gauss points of each step.
    """
    steps = nodes.shape[0]
    for wave in range(len(kappas)):
        kappa = kappas[wave]
        p, q = P[wave], Q[wave]
        for i in range(first[wave], steps):
            h = edges[i + 1] - edges[i]
            a1, a2, a3 = -kappa / nodes[i, 0], -kappa / nodes[i, 1], -kappa / nodes[i, 2]
            b1, b2, b3 = b[i, 0], b[i, 1], b[i, 2]
            c1, c2, c3 = c[i, 0], c[i, 1], c[i, 2]
            # moments of the matrix over the step
            ma, mb, mc = h * a2, h * b2, h * c2
            f = h * _SQRT15 / 3
            na, nb, nc = f * (a3 - a1), f * (b3 - b1), f * (c3 - c1)
            f = h * 10 / 3
            oa, ob, oc = f * (a3 - 2 * a2 + a1), f * (b3 - 2 * b2 + b1), f * (c3 - 2 * c2 + c1)
            ka, kb, kc = _commutator(ma, mb, mc, na, nb, nc)
            la, lb, lc = _commutator(ma, mb, mc, 2 * oa + ka, 2 * ob + kb, 2 * oc + kc)
            sa, sb, sc = _commutator(
                ka - 20 * ma - oa,
                kb - 20 * mb - ob,
                kc - 20 * mc - oc,
                na - la / 60,
                nb - lb / 60,
                nc - lc / 60,
            )
            wa, wb, wc = ma + oa / 12 + sa / 240, mb + ob / 12 + sb / 240, mc + oc / 12 + sc / 240
            square = wa * wa + wb * wc
            if square > 1e-8:
                root = math.sqrt(square)
                even, odd = math.cosh(root), math.sinh(root) / root
            elif square < -1e-8:
                root = math.sqrt(-square)
                even, odd = math.cos(root), math.sin(root) / root
            else:
                even, odd = 1 + square / 2, 1 + square / 6
            p, q = even * p + odd * (wa * p + wb * q), even * q + odd * (wc * p - wa * q)
        P[wave], Q[wave] = p, q


@njit(cache=True)
def amplitudes(
    direct: ComplexArray, flip: ComplexArray, cosine: FloatArray, f: ComplexArray, g: ComplexArray
) -> None:
    """f = sum direct_l P_l(x), g = sum flip_l P_l^1(x) with P_l^1 = sin(theta) P_l', in place."""
    for i in range(len(cosine)):
        x = cosine[i]
        sine = math.sqrt(max(0.0, (1 - x) * (1 + x)))
        p0, p1 = 1.0, x
        d0, d1 = 0.0, 1.0  # derivatives of P_l
        f[i] = direct[0]
        g[i] = 0.0
        for l in range(1, len(direct)):  # noqa: E741
            f[i] += direct[l] * p1
            g[i] += flip[l] * d1 * sine
            p0, p1 = p1, ((2 * l + 1) * x * p1 - l * p0) / (l + 1)
            d0, d1 = d1, d0 + (2 * l + 1) * p0
