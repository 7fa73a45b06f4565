"""Measured speed, as ``benchmarks/results.json`` and ``benchmarks/gpu.json`` hold it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pieces import table, text

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(FOLDER.parent))

from benchmarks.history import HEADLINES, recorded  # noqa: E402

LIMITS = {
    "kinetics": "arithmetic on arrays of a million points, and memory for each array between.",
    "exact": "sums over the states of 20 pairs and small matrices, one point after the other in numpy.",
    "samples": "a logarithm, two random numbers and two rows of a table that lie apart.",
    "track": "instructions: 1060 an event (callgrind, AVX2: 17 838 for the 16.8 events of a history in vacuum), some "
    "2.5 a clock; the tables, a few MB, stay in the cache. Short histories also pay for their start and their books.",
    "stream": "instructions: a random number, a sum of at most eight rates and a division each; no tables.",
    "timing": "integrals over time of sums of exponentials with Gaussians: pairs of terms where rates differ.",
    "fits": "convolutions of every trial with the response, by Fourier transform, and their derivatives; kinetic "
    "models add an exact decay for each step.",
    "study": "the density of photons behind the time bound, two fifths of the time; the rest is spread over numpy "
    "calls on blocks of 256 designs.",
    "app": "the figures in Python, then encoding, layout and drawing of nine plots by the browser.",
    "interactions seconds": "Dirac-Fock and partial waves are sums over radii, the inelastic response an integral over "
    "energy and momentum; tables are built once and kept.",
    "seconds": "the start of Python and imports, which wait until a command needs them.",
    "scale": "threads share nothing, so it is the machine (clock with all cores busy, other work). Dask: start of "
    "tasks, and the way of the tallies to one process. Checkpoints: bringing 80 kB to the disk.",
}
"""Section -> what limits it on a CPU."""
GPU_LIMITS = {
    "stream": "lanes of a warp that wait for the event with most transitions: the more transitions, the better.",
    "track": "lanes of a warp that wait for the longest history: these figures are of the variant `history`, in which "
    "15 % of them work in octane, by a model from recorded histories (`benchmarks/lanes.py`). The variant `flat`, now "
    "the default, has 43 % there; it has not been timed on a GPU. Bounds: `benchmarks/roofline.py`.",
}
"""The same on a GPU."""
CONDITIONS = ("version", "date", "python", "processor", "gpu", "numba_cuda", "numpy", "calibration_unit_ns")
WORDS = {
    "calibration unit": "one iteration of a fixed loop on one core (three xorshift steps of 64 bits and a logarithm, "
    "`benchmarks/calibration.py`), timed in the same run. Speeds in units compare between machines; times do not",
    "units": "time over that of the calibration unit",
    "per point": "for one set of parameters",
    "process": "a whole run of the command, start of Python included [s]",
    "gpu over one core": "how many times faster than one core of the machine that holds the GPU",
}


def pages() -> Iterator[tuple[str, str]]:
    """One page."""
    parts = [
        "# Speed",
        "`make bench` measures it again, `python -m benchmarks --record` also records it: warm, compilation apart, "
        "fixed problems, one core unless said.",
        table(["word", "meaning"], WORDS.items()),
    ]
    for file, heading, limits in (("results.json", "One core", LIMITS), ("gpu.json", "GPU", GPU_LIMITS)):
        document = json.loads((FOLDER / file).read_text(encoding="utf-8"))
        parts += [f"## {heading}", _conditions(document)]
        for name, section in document.items():
            if isinstance(section, dict):
                parts += [
                    f"### {_words(name)[0].upper()}{_words(name)[1:]}",
                    _conditions(section),
                    f"What limits it: {limits[_words(name)]}" if _words(name) in limits else "",
                    *_tables(section),
                ]
    parts += [
        "## History",
        "Main figures of the recorded runs; those in units compare between machines.",
        _history(),
    ]
    yield "benchmarks.md", "\n\n".join(filter(None, parts))


def _history() -> str:
    runs = recorded()
    rows = [
        [text(words), *(_number(run["figures"].get(key, "-")) for run in runs)]
        for key, words in HEADLINES.items()
    ]
    heads = [f"{run['date']}, unit {run['calibration_unit_ns']:.3g} ns:" for run in runs]
    return table(["figure", *heads], rows)


def _conditions(section: dict[str, Any]) -> str:
    known = [f"{_words(key)} {text(section[key])}" for key in CONDITIONS if key in section]
    return f"Measured with: {'; '.join(known)}." if known else ""


def _tables(section: dict[str, Any]) -> Iterator[str]:
    """Problems with the same figures in one table, one row each; a lone problem has a row for each figure."""
    groups: dict[tuple[str, ...], list[tuple[str, dict[str, Any]]]] = {}
    for name, figures in _problems(section, ""):
        groups.setdefault(tuple(figures), []).append((name, figures))
    for columns, problems in groups.items():
        if len(problems) == 1:
            name, figures = problems[0]
            rows = [[text(_words(key)), _number(value)] for key, value in figures.items()]
            yield table([text(name) or "figure", "value:"], rows)
        else:
            rows = [[text(name), *map(_number, figures.values())] for name, figures in problems]
            yield table(["problem", *(f"{_words(column)}:" for column in columns)], rows)


def _problems(section: dict[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping inside that holds figures itself, with the names that lead to it."""
    figures = {k: v for k, v in section.items() if not isinstance(v, dict) and k not in CONDITIONS}
    if figures:
        yield name, figures
    for key, value in section.items():
        if isinstance(value, dict):
            inner = _words(key) if key != "cases" else ""
            yield from _problems(value, ": ".join(filter(None, [name, inner])))


def _words(key: str) -> str:
    return key.replace("_", " ")


def _number(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) or (isinstance(value, float) and value >= 1e4):
        return f"{value:,.0f}".replace(",", "\N{NO-BREAK SPACE}")
    return f"{value:.4g}" if isinstance(value, float) else text(value)
