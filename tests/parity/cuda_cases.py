"""Histories that the CPU and CUDA must agree on, and what `test_cuda` runs in a process of its own.

``python cuda_cases.py simulate TABLES.npz FOLDER`` runs all under numba's simulator of CUDA, and
``python cuda_cases.py compile TABLES.npz VARIANT OUT.ptx MAJOR MINOR`` without a GPU.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from scintidot.transport.track.books import BOOKS, RECORD_COLUMNS, scratch
from scintidot.transport.track.problem import (
    ELECTRON,
    IONISE,
    MATRIX,
    PHASE_SPACE,
    PHOTON,
    SETTLE,
    UNIFORM,
    Geometry,
    Rules,
    Source,
)
from scintidot.transport.track.shapes import CUBOID, SPHERE
from scintidot.transport.track.steps import NO_SURFACE, QUANTUM
from scintidot.transport.track.tables import Tables
from scintidot.transport.track.tally import Tally, empty_tally, run_block

SEED, FIRST, COUNT, MOST_HITS = 20240229, 7, 10, 8
LOCAL_BELOW = 100.0
"""That the tables must be made for. [eV]"""


class Case(NamedTuple):
    """What is followed, besides the tables."""

    geometry: Geometry
    source: Source
    rules: Rules


def whole_numbers(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def crystal(kind: int, edge: float, *, host: int = -1, core: float = 0.0, box: float = 0.0) -> Geometry:
    """One crystal, alone in vacuum or in the middle of a periodic box of medium ``host``."""
    half, centre = edge / 2, box / 2
    items = np.array([[centre, centre, centre, half, half, half]])
    inside = whole_numbers(0, 1) if box else whole_numbers(0, 0)
    return Geometry(
        kind, whole_numbers(0, 0, host), core, items, whole_numbers(0), inside, whole_numbers(0), 1, box
    )


def primaries(energy: float, start: int, *, particle: int = ELECTRON, species: int = 0) -> Source:
    """Of one energy; photons make a vacancy in the crystal and scatter in the host."""
    return Source(
        particle, start, np.array([energy]), np.ones((1, 3)), np.arange(4), np.ones(3),
        whole_numbers(species, species, -1), np.array([[-1.0, 0.0, 1.0]]),
    )  # fmt: skip


def cases(tables: Tables) -> dict[str, Case]:
    """By name: cube and sphere, vacuum and box, both particles, both treatments."""
    binding = np.where(tables.vacancy_binding < 1500.0, tables.vacancy_binding, 0.0)
    return {
        "cube": Case(
            crystal(CUBOID, 5.0)._replace(confined=np.array([3.7, 0.0, 0.0])),
            primaries(300.0, UNIFORM),
            Rules(QUANTUM, 0.0, PHASE_SPACE, 0, 0),
        ),
        "core-shell": Case(
            crystal(SPHERE, 6.0, host=0, core=0.6, box=12.0),
            primaries(500.0, MATRIX),
            Rules(NO_SURFACE, 0.0, IONISE, 0, 0),
        ),
        "delta": Case(
            crystal(CUBOID, 6.0, host=0, box=9.0), primaries(500.0, MATRIX), Rules(NO_SURFACE, 0.0, SETTLE, 0, 1)
        ),
        "photons": Case(
            crystal(SPHERE, 8.0, host=0, box=10.0),
            primaries(2000.0, MATRIX, particle=PHOTON, species=int(np.argmax(binding))),
            Rules(QUANTUM, 0.0, IONISE, 0, 0),
        ),
        "local": Case(
            crystal(CUBOID, 5.0, host=0), primaries(3000.0, UNIFORM), Rules(NO_SURFACE, LOCAL_BELOW, SETTLE, 1, 0)
        ),
    }  # fmt: skip


def block_on_cpu(tables: Tables, case: Case, count: int, first: int = FIRST) -> Tally:
    tally, record = empty_tally(), np.empty((0, RECORD_COLUMNS))
    run_block(np.uint64(SEED), first, count, tables, *case, scratch(MOST_HITS), record, tally)
    return tally


def on_cpu(tables: Tables, case: Case, count: int = COUNT) -> tuple[Tally, np.ndarray]:
    """Tally of a block, and the books of each history run alone."""
    tally, record = block_on_cpu(tables, case, count), np.empty((0, RECORD_COLUMNS))
    memory, books = scratch(MOST_HITS), np.empty((count, BOOKS))
    for k in range(count):
        run_block(np.uint64(SEED), FIRST + k, 1, tables, *case, memory, record, empty_tally())
        books[k] = memory.books
    return tally, books


CASES = ("cube", "core-shell", "delta", "photons", "local")
"""Names of `cases`."""
SIMULATED = [("flat", name) for name in CASES] + [("history", "cube"), ("history", "delta")]


def ks_p_value(counts: np.ndarray, others: np.ndarray) -> float:
    """Kolmogorov-Smirnov, two-sided, of two histograms: too large rather than too small, as bins hide differences."""
    from scipy.special import kolmogorov

    n, m = counts.sum(), others.sum()
    distance = np.abs(counts.cumsum() / n - others.cumsum() / m).max()
    return float(kolmogorov(distance * np.sqrt(n * m / (n + m))))


def simulate(tables: Tables, folder: str) -> None:
    """Every variant and case of `SIMULATED` into a file of their names."""
    from scintidot.transport.track import cuda

    warnings.simplefilter("ignore", RuntimeWarning)  # random numbers wrap around
    cuda.GROUPS = 3  # of the eight threads
    known = cases(tables)
    for variant, name in SIMULATED:
        books = np.empty((COUNT, BOOKS))
        tally = cuda.run_block_cuda(
            SEED, FIRST, COUNT, tables, *known[name], MOST_HITS,
            books=books, variant=variant, blocks=2, threads=4, steps=3,
        )  # fmt: skip
        np.savez(Path(folder) / f"{variant} {name}.npz", books=books, **tally._asdict())
    np.savez(Path(folder) / "command.npz", **as_a_command(tables, "cuda")._asdict())


def as_a_command(tables: Tables, device: str) -> Tally:
    """Two blocks of the case ``cube``, as `scintidot.deposit` has them run."""
    from scintidot.deposits.histories import Histories

    work = Histories(tables, *cases(tables)["cube"], SEED, COUNT, COUNT // 2, MOST_HITS, device=device)
    return work(0, 2).tally


def compile_to_ptx(tables: Tables, variant: str, out: str, capability: tuple[int, int]) -> None:
    """Compile without a GPU; the compiler asks the current device only for its compute capability."""
    from numba import cuda, from_dtype, types
    from numba.cuda import dispatcher

    from scintidot.transport.track import cuda as ours

    def type_of(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return types.Array(from_dtype(value.dtype), value.ndim, "C")
        if isinstance(value, tuple):
            return types.NamedTuple([type_of(entry) for entry in value], type(value))
        return types.float64 if isinstance(value, float) else types.int64

    dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=capability)
    kernel = {"flat": ours.flat, "history": ours.histories}[variant]
    one, tally = scratch(MOST_HITS), empty_tally()
    none = np.empty((0, RECORD_COLUMNS))
    memory = ours.Shared(one.stack[None], one.hit_crystal[None], one.hits[None], one.escapes[None], none)
    tally = tally._replace(
        sums=tally.sums[None], worst=tally.worst[None], fault=tally.fault[None], depths=tally.depths[None]
    )
    arguments = (tables, *cases(tables)["cube"], memory, tally, none, 1)
    signature = types.void(
        types.uint64, types.int64, types.int64, *(type_of(argument) for argument in arguments)
    )
    ptx, _ = cuda.compile(kernel, signature, device=False, abi="numba", cc=capability)
    Path(out).write_text(ptx, encoding="utf-8")


if __name__ == "__main__":
    task, kept, *rest = sys.argv[1:]
    with np.load(kept) as arrays:
        loaded = Tables(*(arrays[field] for field in Tables._fields))
    if task == "simulate":
        simulate(loaded, *rest)
    else:
        compile_to_ptx(loaded, rest[0], rest[1], (int(rest[2]), int(rest[3])))
