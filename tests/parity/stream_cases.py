"""Photon streams that the CPU and CUDA must agree on, and what `test_stream_cuda` runs in a process of its own.

``python stream_cases.py simulate CASE OUT.npz`` runs under numba's simulator of CUDA, and
``python stream_cases.py compile OUT.ptx MAJOR MINOR`` without a GPU.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from scintidot.kinetics.laws import CARRIERS_CODE, CUBIC, LADDER_CODE, N1, N2, QUADRATIC, UNLIMITED, Rates
from scintidot.kinetics.stream import count_photons, empty_tally

PROBABILITY = np.array([0.2, 0.3, 0.2, 0.2, 0.1])
SEED, EVENTS, BINS, BIN_WIDTH = 20240229, 150, 20, 700.0

_PLAIN = Rates(8e-5, 2e-5, 3.6e-3, 0.5, 0.0, 0.0, 0.0, 0.0, N2, CUBIC, UNLIMITED)
_TRAPS = _PLAIN._replace(trapping=4e-4, detrapping=3e-4, trap_loss=1e-5, neutralisation=1e-5, traps=2)
CASES = {
    "carriers": (CARRIERS_CODE, _PLAIN),
    "carriers with traps": (CARRIERS_CODE, _TRAPS),
    "ladder with traps": (LADDER_CODE, _TRAPS._replace(radiative_law=N1, auger_law=QUADRATIC)),
}


def arguments(name: str, events: int = EVENTS) -> dict[str, Any]:
    """What both sides are asked for, besides P(n) and the rates."""
    return {
        "model": CASES[name][0],
        "events": events,
        "seed": SEED,
        "bins": BINS,
        "bin_width": BIN_WIDTH,
    }


def on_cpu(name: str, events: int = EVENTS) -> Any:
    return count_photons(PROBABILITY, CASES[name][1], **arguments(name, events))


def simulate(name: str, out: str) -> None:
    from scintidot.kinetics.stream_cuda import count_photons_cuda

    warnings.simplefilter("ignore", RuntimeWarning)  # random numbers wrap around
    tally = count_photons_cuda(PROBABILITY, CASES[name][1], **arguments(name), blocks=2, threads=4)
    np.savez(out, **tally._asdict())


def compile_to_ptx(out: str, capability: tuple[int, int]) -> None:
    """Compile without a GPU; the compiler asks the current device only for its compute capability."""
    from numba import cuda, from_dtype, types
    from numba.cuda import dispatcher

    from scintidot.kinetics.stream_cuda import histories

    def type_of(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return types.Array(from_dtype(value.dtype), value.ndim, "C")
        if isinstance(value, tuple):
            fields = [type_of(entry) for entry in value]
            kind = types.NamedUniTuple if len(set(fields)) == 1 else types.NamedTuple
            return kind(fields, type(value))
        return types.float64 if isinstance(value, float) else types.int64

    dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=capability)
    tally = empty_tally(4, BINS)
    tally = tally._replace(
        sums=tally.sums[None], time_sums=tally.time_sums[None], time_squares=tally.time_squares[None]
    )
    given = (1, 1, PROBABILITY, 0, _TRAPS, 1.0, 10, tally)
    signature = types.void(types.uint64, *(type_of(argument) for argument in given))
    ptx, _ = cuda.compile(histories, signature, device=False, abi="numba", cc=capability)
    Path(out).write_text(ptx, encoding="utf-8")


if __name__ == "__main__":
    task, *rest = sys.argv[1:]
    if task == "simulate":
        simulate(*rest)
    else:
        compile_to_ptx(rest[0], (int(rest[1]), int(rest[2])))
