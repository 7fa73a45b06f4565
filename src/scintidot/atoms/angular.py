"""Angular coefficients of the exchange between two relativistic subshells (Grant 2007, see `structure`)."""

from __future__ import annotations

import math


def exchange_weight(kappa_a: int, k: int, kappa_b: int) -> float:
    """(ja k jb; 1/2 0 -1/2)^2, zero unless la + k + lb is even."""
    la, lb = (kappa if kappa > 0 else -kappa - 1 for kappa in (kappa_a, kappa_b))
    if (la + k + lb) % 2:
        return 0.0
    return _three_j_squared(2 * abs(kappa_a) - 1, 2 * k, 2 * abs(kappa_b) - 1)


def _three_j_squared(a: int, b: int, c: int) -> float:
    """Square of the 3j symbol (a/2 b/2 c/2; 1/2 0 -1/2) by Racah's formula; arguments are doubled."""
    if not abs(a - c) <= b <= a + c:
        return 0.0
    fact = math.factorial
    triangle = fact((a + b - c) // 2) * fact((a - b + c) // 2) * fact((b + c - a) // 2)
    projections = fact((a + 1) // 2) * fact((a - 1) // 2) * fact((c + 1) // 2) * fact((c - 1) // 2)
    total = 0.0
    for t in range(a + b + c):
        terms = (
            t,
            (c - b + 1) // 2 + t,
            (c - a) // 2 + t,
            (a + b - c) // 2 - t,
            (a - 1) // 2 - t,
            b // 2 - t,
        )
        if min(terms) >= 0:
            total += (-1) ** t / math.prod(map(fact, terms))
    return triangle / fact((a + b + c) // 2 + 1) * projections * fact(b // 2) ** 2 * total**2
