"""The unit in which speed is quoted, so that machines compare.

One iteration of a fixed loop on one core: three xorshift steps of 64 bits and one logarithm. A figure is
its time divided by the unit's, both measured in the same run.
"""

import time

import numba
import numpy as np


@numba.njit
def _iterate(count):
    bits, total = np.uint64(88172645463325252), 0.0
    for _ in range(count):
        bits ^= bits << np.uint64(13)
        bits ^= bits >> np.uint64(7)
        bits ^= bits << np.uint64(17)
        total += np.log((bits >> np.uint64(11)) * 2.0**-53 + 1e-300)
    return total


def unit_ns(count=10_000_000, repeats=5):
    """Time of one iteration [ns], best of ``repeats``, compiled beforehand."""
    _iterate(10)
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        _iterate(count)
        times.append(time.perf_counter() - start)
    return min(times) / count * 1e9
