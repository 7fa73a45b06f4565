"""Random numbers that are a function of (seed, history, draw): any history can be replayed alone.

Every history has a stream of its own, SplitMix64 with an increment of its own (Steele, Lea, Flood 2014,
doi:10.1145/2660193.2660195): draw n of it is mix(start + n increment). Neither threads, chunks nor restarts change a
number. Kernels carry ``state`` and ``increment``, and draw with

    state += increment
    u = uniform(state)
"""

from __future__ import annotations

import math

import numpy as np

from scintidot.backends import kernel

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_A, _B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_C, _D = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_ALTERNATING = np.uint64(0xAAAAAAAAAAAAAAAA)
_11, _27, _30, _31, _33 = (np.uint64(n) for n in (11, 27, 30, 31, 33))
_1, _2, _4, _56 = (np.uint64(n) for n in (1, 2, 4, 56))
_32, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
_PAIRS, _QUADS = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
_BYTES, _ONES = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)


@kernel
def mix(z: np.uint64) -> np.uint64:
    """A bijection of 64 bits in which every bit of ``z`` reaches every bit (Stafford's variant 13)."""
    z = (z ^ (z >> _30)) * _A
    z = (z ^ (z >> _27)) * _B
    return z ^ (z >> _31)


@kernel
def increment_of(z: np.uint64) -> np.uint64:
    """An odd number with enough changes between neighbouring bits, as in the paper's mixGamma."""
    z = (z ^ (z >> _33)) * _C
    z = (z ^ (z >> _33)) * _D
    z = (z ^ (z >> _33)) | _1
    bits = z ^ (z >> _1)
    bits = bits - ((bits >> _1) & _PAIRS)
    bits = (bits & _QUADS) + ((bits >> _2) & _QUADS)
    ones = (((bits + (bits >> _4)) & _BYTES) * _ONES) >> _56
    if ones < np.uint64(24):
        z ^= _ALTERNATING
    return z


@kernel
def stream(seed: np.uint64, history: np.uint64) -> tuple[np.uint64, np.uint64]:
    """State before the first draw and increment of one history; different histories of a seed never share a state."""
    z = mix(seed + _GOLDEN) + (history + history + _1) * _GOLDEN
    return mix(z), increment_of(z + _GOLDEN)


@kernel
def uniform(state: np.uint64) -> float:
    """The number in [0, 1) that a state stands for, in steps of 2^-53."""
    return (mix(state) >> _11) * 1.1102230246251565e-16  # type: ignore[return-value]


@kernel
def two_uniform(state: np.uint64) -> tuple[float, float]:
    """Two numbers in [0, 1) from one draw, in steps of 2^-32: for angles."""
    z = mix(state)
    return (z >> _32) * 2.3283064365386963e-10, (z & _LOW) * 2.3283064365386963e-10  # type: ignore[return-value]


@kernel
def normal(state: np.uint64, increment: np.uint64) -> tuple[float, np.uint64]:
    """A standard Gaussian number from two draws, and the state after them.

    Box and Muller 1958, doi:10.1214/aoms/1177706645; 53 bits give at most sqrt(106 ln 2) = 8.57.
    """
    state += increment
    radius = math.sqrt(-2 * math.log(1 - uniform(state)))
    state += increment
    return radius * math.cos(2 * math.pi * uniform(state)), state


@kernel
def draws_between(first: np.uint64, last: np.uint64, increment: np.uint64) -> np.uint64:
    """How many draws lead from one state to another: (last - first)/increment modulo 2^64."""
    inverse = increment  # right to 3 bits; Newton's step doubles them
    for _ in range(5):
        inverse *= _2 - increment * inverse
    return (last - first) * inverse
