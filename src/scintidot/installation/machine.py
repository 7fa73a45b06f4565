"""Cores, compiler, GPU, and a number that is known in closed form."""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib import metadata

import numpy as np

from scintidot.backends import cuda_device_in_words, why_no_cuda
from scintidot.installation.check import NOTE, OK, PROBLEM, Check
from scintidot.options import cores

DIGITS = 12
"""To which the known number must be right."""


def threads() -> Iterator[Check]:
    """Cores that simulations share."""
    found = cores()
    words = f"{found} core{'s' * (found > 1)}; histories run on all, each result the same with any number"
    mend = "With more cores simulations run faster; --threads sets how many are used." if found == 1 else None
    yield Check("threads", NOTE if found == 1 else OK, words, mend)


def compiler() -> Iterator[Check]:
    """A kernel compiled (or taken from the cache) gives what Python gives."""
    import numba

    from scintidot.rng import uniform

    if getattr(numba.config, "DISABLE_JIT", 0):
        mend = "Unset NUMBA_DISABLE_JIT."
        yield Check("compiler", PROBLEM, "compiling is switched off: simulations take hours", mend)
        return
    state = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        same = uniform(state) == uniform.py_func(state)  # type: ignore[attr-defined]
    found = f"numba {numba.__version__}, llvmlite {metadata.version('llvmlite')}"
    if same:
        yield Check("compiler", OK, found)
    else:
        yield Check(
            "compiler", PROBLEM, f"{found}: a compiled kernel is wrong", "pip install --upgrade numba"
        )


def gpu() -> Iterator[Check]:
    """Whether kernels can run on CUDA."""
    why = why_no_cuda()
    if not why:
        yield Check("GPU", OK, cuda_device_in_words())
    else:
        yield Check("GPU", NOTE, f"none is used: {why}", "Everything runs on the processor, too.")


def self_test() -> Iterator[Check]:
    """Pairs that do not meet in Auger recombination each give a photon, and F(0) = k_X (<N> + <N>^2) for Poisson."""
    from scintidot.calculators import nanocrystal_kinetics

    mean, rate = 0.8, 1e-4
    found = nanocrystal_kinetics(mean_excitons=mean, auger_efficiency=0, exciton_rate=rate)
    photons, start = found["photons"], found["initial_rate_per_ps"]
    known = rate * (mean + mean**2)
    good = all(math.isclose(a, b, rel_tol=10.0**-DIGITS) for a, b in ((photons, mean), (start, known)))
    words = (
        f"computes a known decay to {DIGITS} digits"
        if good
        else f"a known decay comes out wrong: {photons:.9g} photons for {mean:g}, {start:.9g} /ps for {known:.9g}"
    )
    mend = "Install scintidot again in a new environment, and report it." if not good else None
    yield Check("known number", OK if good else PROBLEM, words, mend)
