"""The track engine on CUDA does what it does on the CPU.

Without a GPU: numba's simulator of CUDA runs the launch site, and with it the kernels as plain Python, the slow and
obvious twin of what is compiled; and numba-cuda compiles them to PTX where it finds NVVM. With one: a million
histories.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from scintidot.backends import in_order, why_no_cuda
from scintidot.interactions.media import medium, stack
from scintidot.materials.library import load_material
from scintidot.transport.track.books import DRAWS, HEAT, HOLES, SURFACE
from scintidot.transport.track.tables import Tables, tables_in
from scintidot.transport.track.tally import SUMMED, Tally, add, empty_tally

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("cuda_cases", HERE / "cuda_cases.py")
assert _spec is not None
assert _spec.loader is not None
shared = importlib.util.module_from_spec(_spec)
sys.modules["cuda_cases"] = shared
_spec.loader.exec_module(shared)

CASES = shared.CASES
MANY = 1_000_000
LEVEL = 1e-3
"""Of each Kolmogorov-Smirnov test, two-sided: 0.02 for all twenty together."""


@pytest.fixture(scope="module")
def tables() -> Tables:
    return stack([medium(load_material("CsPbBr3"))[0]], shared.LOCAL_BELOW)


def file_of(tables: Tables, folder: Path) -> Path:
    """The tables for another process."""
    np.savez(folder / "tables.npz", **tables._asdict())
    return folder / "tables.npz"


def widened(tables: Tables) -> Tables:
    """In double precision: Python, other than a compiler, multiplies a float32 by a float as float32."""
    return Tables(*(part.astype(np.float64) if part.dtype == np.float32 else part for part in tables))


@pytest.fixture(scope="module")
def wide(tables: Tables) -> Tables:
    return widened(tables)


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """`cuda_cases` in a process of its own."""
    command = [sys.executable, str(HERE / "cuda_cases.py"), *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=600, env={**os.environ, **environment}
    )


def assert_same(found: Tally, expected: Tally, found_books: np.ndarray, books: np.ndarray) -> None:
    """Whole numbers are equal, history by history; energies to rounding."""
    for field, its, ours in zip(Tally._fields, found, expected, strict=True):
        if ours.dtype == np.int64:
            np.testing.assert_array_equal(its, ours, err_msg=field)
        else:
            tolerance = 1e-12 if field == "worst" else 0.0
            np.testing.assert_allclose(its, ours, rtol=1e-9, atol=tolerance, err_msg=field)
    np.testing.assert_array_equal(found_books[:, HOLES:], books[:, HOLES:])
    np.testing.assert_allclose(found_books[:, : SURFACE + 1], books[:, : SURFACE + 1], rtol=1e-9, atol=1e-9)


@pytest.fixture(scope="module")
def simulated(wide: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of what the simulator of CUDA made of every case."""
    if importlib.util.find_spec("numba.cuda") is None:
        pytest.skip("this numba has no simulator of CUDA")
    folder = tmp_path_factory.mktemp("simulated")
    done = run("simulate", file_of(wide, folder), folder, NUMBA_ENABLE_CUDASIM="1", NUMBA_DISABLE_JIT="1")
    assert done.returncode == 0, done.stderr
    return folder


def test_a_command_on_the_simulator_counts_as_on_the_cpu(wide: Tables, simulated: Path) -> None:
    with np.load(simulated / "command.npz") as arrays:
        found = Tally(*(arrays[field] for field in Tally._fields))
    expected = shared.as_a_command(wide, "cpu")
    for field in Tally._fields:
        if field not in SUMMED:
            np.testing.assert_array_equal(getattr(found, field), getattr(expected, field))
    np.testing.assert_allclose(found.sums, expected.sums, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("variant", "name"), shared.SIMULATED)
def test_simulated_threads_give_the_histories_of_the_cpu(
    variant: str, name: str, wide: Tables, simulated: Path
) -> None:
    with np.load(simulated / f"{variant} {name}.npz") as arrays:
        found, found_books = Tally(*(arrays[field] for field in Tally._fields)), arrays["books"]
    expected, books = shared.on_cpu(wide, shared.cases(wide)[name])
    assert len({*books[:, DRAWS]}) > shared.COUNT // 3  # there is something to compare
    assert_same(found, expected, found_books, books)


def test_single_precision_moves_no_book_and_hardly_a_history(tables: Tables, wide: Tables) -> None:
    single = tables_in("float32", tables)
    assert tables_in("float64", tables) is tables
    assert single.rates.dtype == np.float32
    assert sum(part.nbytes for part in single) < sum(part.nbytes for part in tables)
    for name in ("medium", "shell_binding", "vacancy_binding", "vacancy_energy"):
        assert getattr(single, name).dtype == np.float64
    for name, count in (("cube", 20_000), ("local", 2_000)):
        case = shared.cases(tables)[name]
        ours, found = (
            shared.block_on_cpu(wide, case, count),
            shared.block_on_cpu(widened(single), case, count),
        )
        assert found.fault[0] < 0
        assert found.worst[0] < 1e-9
        assert np.abs(found.events.cumsum() - ours.events.cumsum()).max() <= 3e-4 * count
        assert shared.ks_p_value(found.events, ours.events) > LEVEL


def test_kolmogorov_smirnov_tells_distributions_apart() -> None:
    counts = np.array([100, 200, 400, 200, 100])
    assert shared.ks_p_value(counts, 3 * counts) == 1.0
    assert shared.ks_p_value(counts, counts[::-1] + np.arange(0, 250, 50)) < LEVEL


def test_threads_are_put_together() -> None:
    pytest.importorskip("numba.cuda")
    from scintidot.transport.track.cuda import together

    apart = empty_tally()._replace(
        sums=np.arange(6.0).reshape(3, 2),
        worst=np.array([[0.0, 5.0], [1e-3, 1.0], [0.0, 7.0]]),
        fault=np.array([[1, 40], [-1, -1], [2, 30]]),
        depths=np.ones((3, 4)),
    )
    tally = together(apart)
    assert tally.sums.tolist() == [6.0, 9.0]
    assert tally.worst.tolist() == [1e-3, 7.0]
    assert tally.fault.tolist() == [2, 30]
    assert tally.depths.tolist() == [3.0] * 4
    assert together(apart._replace(fault=np.full((3, 2), -1))).fault.tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("variant", "precision", "capability"),
    [("flat", "float64", (7, 5)), ("flat", "float32", (9, 0)), ("history", "float64", (9, 0))],
)
def test_kernel_compiles_to_ptx_without_a_gpu(
    variant: str, precision: str, capability: tuple[int, int], tables: Tables, tmp_path: Path
) -> None:
    if importlib.util.find_spec("numba_cuda") is None:
        pytest.skip("numba-cuda is not installed")
    out = tmp_path / "histories.ptx"
    done = run("compile", file_of(tables_in(precision, tables), tmp_path), variant, out, *capability)
    if done.returncode != 0 and re.search(r"NvvmSupportError|libNVVM cannot be found", done.stderr):
        pytest.skip("numba-cuda finds no NVVM (pip install numba-cuda[cu13], or a CUDA toolkit)")
    assert done.returncode == 0, done.stderr
    ptx = out.read_text(encoding="utf-8")
    assert ptx.count(".entry ") == 1
    assert re.search(r"\b(atom|red)\.\S*add\.u64", ptx)
    assert ("vote.sync" in ptx) == (variant == "flat")
    head = ptx[ptx.index(".entry ") : ptx.index("{", ptx.index(".entry "))]
    assert 8 * head.count(".param") <= 4096, "more arguments than a launch before CUDA 12.1 can hand over"
    assert ".extern .func" not in ptx, "a function that CUDA does not have"


@cache
def million_on_cpu(name: str) -> Tally:
    """On all cores: minutes of one."""
    tables = stack([medium(load_material("CsPbBr3"))[0]], shared.LOCAL_BELOW)
    case, total, blocks = shared.cases(tables)[name], empty_tally(), 100

    def block(index: int) -> Tally:
        return shared.block_on_cpu(tables, case, MANY // blocks, shared.FIRST + index * (MANY // blocks))

    for tally in in_order(block, blocks, os.cpu_count() or 1):
        add(total, tally)
    return total


@pytest.mark.parametrize("variant", ["flat", "history"])
@pytest.mark.parametrize("name", CASES)
def test_a_gpu_gives_the_histories_of_the_cpu(name: str, variant: str, tables: Tables) -> None:
    """With the same seed the same histories, but for three in ten thousand; with another the same distribution."""
    if why_no_cuda():
        pytest.skip(why_no_cuda())
    from scintidot.transport.track.cuda import run_block_cuda

    case, count, alone = shared.cases(tables)[name], MANY, 10_000
    _, books = shared.on_cpu(tables, case, alone)
    found_books = np.empty_like(books)
    others = (shared.FIRST, count, tables, *case, shared.MOST_HITS)
    found = run_block_cuda(shared.SEED, *others, books=found_books, variant=variant)
    assert found.fault[0] < 0
    assert found.worst[0] < 1e-9
    same = (found_books[:, HOLES:] == books[:, HOLES:]).all(axis=1)
    assert same.mean() >= 1 - 3e-4
    np.testing.assert_allclose(
        found_books[same, HEAT : SURFACE + 1], books[same, HEAT : SURFACE + 1], rtol=1e-6, atol=1e-6
    )
    again = run_block_cuda(shared.SEED, *others, variant=variant)
    for first, second in zip(found, again, strict=True):
        np.testing.assert_array_equal(first, second)
    expected = million_on_cpu(name)
    for field in ("events", "hits", "pairs", "crystals", "escapes"):
        its, ours = getattr(found, field).cumsum(), getattr(expected, field).cumsum()
        assert np.abs(its - ours).max() <= 3e-4 * max(ours[-1], 1), field
    other = run_block_cuda(shared.SEED + 1, *others, variant=variant)
    assert shared.ks_p_value(other.events, expected.events) > LEVEL
    single = (shared.FIRST, count, tables_in("float32", tables), *case, shared.MOST_HITS)
    in_single = run_block_cuda(shared.SEED + 2, *single, variant=variant)
    assert in_single.worst[0] < 1e-9
    assert shared.ks_p_value(in_single.events, expected.events) > LEVEL
