"""Photon streams on CUDA are those of the CPU: under the simulator, as PTX without a GPU, and with a GPU."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scintidot.backends import why_no_cuda
from scintidot.kinetics.stream import EMITTED, Tally

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("stream_cases", HERE / "stream_cases.py")
assert _spec is not None
assert _spec.loader is not None
shared = importlib.util.module_from_spec(_spec)
sys.modules["stream_cases"] = shared
_spec.loader.exec_module(shared)


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """`stream_cases` in a process of its own."""
    command = [sys.executable, str(HERE / "stream_cases.py"), *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=600, env={**os.environ, **environment}
    )


@pytest.mark.parametrize("name", shared.CASES)
def test_simulated_threads_count_the_photons_of_the_cpu(name: str, tmp_path: Path) -> None:
    if importlib.util.find_spec("numba.cuda") is None:
        pytest.skip("this numba has no simulator of CUDA")
    out = tmp_path / "simulated.npz"
    done = run("simulate", name, out, NUMBA_ENABLE_CUDASIM="1", NUMBA_DISABLE_JIT="1")
    assert done.returncode == 0, done.stderr
    expected = shared.on_cpu(name)
    assert expected.sums[EMITTED] > 30  # there is something to compare
    with np.load(out) as arrays:
        for field, ours in zip(Tally._fields, expected, strict=True):
            if ours.dtype == np.int64:
                np.testing.assert_array_equal(arrays[field], ours, err_msg=field)
            else:
                np.testing.assert_allclose(arrays[field], ours, rtol=1e-12, err_msg=field)


@pytest.mark.parametrize("capability", [(7, 5), (9, 0)])
def test_kernel_compiles_to_ptx_without_a_gpu(capability: tuple[int, int], tmp_path: Path) -> None:
    if importlib.util.find_spec("numba_cuda") is None:
        pytest.skip("numba-cuda is not installed")
    out = tmp_path / "histories.ptx"
    done = run("compile", out, *capability)
    if done.returncode != 0 and re.search(r"NvvmSupportError|libNVVM cannot be found", done.stderr):
        pytest.skip("numba-cuda finds no NVVM (pip install numba-cuda[cu13], or a CUDA toolkit)")
    assert done.returncode == 0, done.stderr
    ptx = out.read_text(encoding="utf-8")
    assert ptx.count(".entry ") == 1
    assert re.search(r"\b(atom|red)\.\S*add\.u64", ptx)
    assert ".extern .func" not in ptx, "a function that CUDA does not have"


@pytest.mark.parametrize("name", shared.CASES)
def test_a_gpu_counts_the_photons_of_the_cpu(name: str) -> None:
    """Photons by label and event are the same; one time in 10^13 or so may fall to the other side of a bin's edge."""
    if why_no_cuda():
        pytest.skip(why_no_cuda())
    from scintidot.kinetics.stream_cuda import count_photons_cuda

    events = 1_000_000
    rates = shared.CASES[name][1]
    found = count_photons_cuda(shared.PROBABILITY, rates, **shared.arguments(name, events))
    again = count_photons_cuda(shared.PROBABILITY, rates, **shared.arguments(name, events))
    for first, second in zip(found, again, strict=True):
        np.testing.assert_array_equal(first, second)
    expected = shared.on_cpu(name, events)
    np.testing.assert_array_equal(found.sums, expected.sums)
    np.testing.assert_array_equal(found.photons, expected.photons)
    np.testing.assert_array_equal(found.times.sum(axis=1), expected.times.sum(axis=1))
    assert np.abs(found.times.cumsum(axis=1) - expected.times.cumsum(axis=1)).max() <= 2
    np.testing.assert_allclose(found.time_sums, expected.time_sums, rtol=1e-9)
