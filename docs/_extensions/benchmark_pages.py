"""Measured speed, as ``benchmarks/results.json`` and ``benchmarks/gpu.json`` hold it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pieces import table, text

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
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
        "`make bench` measures it again: warm, compilation apart, fixed problems, one core unless said.",
        table(["word", "meaning"], WORDS.items()),
    ]
    for file, heading in (("results.json", "One core"), ("gpu.json", "GPU")):
        document = json.loads((FOLDER / file).read_text(encoding="utf-8"))
        parts += [f"## {heading}", _conditions(document)]
        for name, section in document.items():
            if isinstance(section, dict):
                parts += [
                    f"### {_words(name)[0].upper()}{_words(name)[1:]}",
                    _conditions(section),
                    *_tables(section),
                ]
    yield "benchmarks.md", "\n\n".join(filter(None, parts))


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
