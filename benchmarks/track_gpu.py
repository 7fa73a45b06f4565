"""``python -m benchmarks.track_gpu [FILE.json]``: the track engine on a GPU against one core, speed and parity.

The cases are those of `tests/parity/cuda_cases.py`. Prints JSON and ends with 1 if a history differs in its counts.
"""

import importlib.util
import json
import platform
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

import numpy as np

from benchmarks.calibration import unit_ns
from benchmarks.stream_gpu import graphics_card
from scintidot.backends import why_no_cuda
from scintidot.interactions.media import medium, stack
from scintidot.materials.library import load_material

ON_CPU, ON_GPU, REPEATS = 50_000, 2_000_000, 3
COUNTS = ("events", "hits", "pairs", "escapes")


def shared_cases():
    """The module that the parity tests use, too."""
    spec = importlib.util.spec_from_file_location("cuda_cases", ROOT / "tests" / "parity" / "cuda_cases.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["cuda_cases"] = module
    spec.loader.exec_module(module)
    return module


def main():
    """Measure, compare and report."""
    reason = why_no_cuda()
    if reason:
        sys.exit(f"track_gpu: no GPU to measure: {reason}")
    from scintidot.transport.track.cuda import run_block_cuda

    shared = shared_cases()
    tables = stack([medium(load_material("CsPbBr3"))[0]], shared.LOCAL_BELOW)
    cases = shared.cases(tables)
    paper = shared.Case(
        shared.crystal(shared.CUBOID, 10.0)._replace(confined=np.array([3.7, 0.0, 0.0])),
        shared.primaries(7000.0, shared.UNIFORM),
        cases["cube"].rules,
    )
    report = {
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "gpu": graphics_card(),
        "calibration_unit_ns": round(unit_ns(), 2),
        "cases": {},
    }
    agree = True
    for name, case in {"7 keV, 10 nm, vacuum, to the gap": paper, **cases}.items():

        def on_gpu(count, case=case):
            start = time.perf_counter()
            tally = run_block_cuda(shared.SEED, shared.FIRST, count, tables, *case, shared.MOST_HITS)
            return tally, time.perf_counter() - start

        shared.block_on_cpu(tables, case, 100)
        start = time.perf_counter()
        expected = shared.block_on_cpu(tables, case, ON_CPU)
        one_core = (time.perf_counter() - start) / ON_CPU
        found, _ = on_gpu(ON_CPU)
        apart = {
            field: int(np.abs(getattr(found, field).cumsum() - getattr(expected, field).cumsum()).max())
            for field in COUNTS
        }
        agree &= not any(apart.values())
        gpu = min(on_gpu(ON_GPU)[1] for _ in range(REPEATS)) / ON_GPU
        report["cases"][name] = {
            "one_core_us_per_history": round(one_core * 1e6, 3),
            "gpu_us_per_history": round(gpu * 1e6, 4),
            "gpu_over_one_core": round(one_core / gpu, 1),
            "largest_difference_of_counts": apart,
        }
    text = json.dumps(report, indent=1)
    print(text)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")
    sys.exit(0 if agree else 1)


if __name__ == "__main__":
    main()
