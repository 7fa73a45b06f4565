"""Which command takes a file, told from what it holds: for the user who gave it to another one."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from scintidot.config import RunConfig

LARGEST_READ = 20_000_000
"""Larger files are not looked into. [bytes]"""
ANALYSED_BY = {"decay": "decay", "transient": "ta", "spectrum": "spectrum"}
"""Kind of data -> command of ``analyse``."""


def command_for(path: Path) -> list[str] | None:
    """Arguments of the command that takes this file, such as ``["predict", "run.toml"]``; None if there is none."""
    if not path.is_file() or path.stat().st_size > LARGEST_READ:
        return None
    suffix = path.suffix.lower()
    if suffix == ".toml":
        return _of_toml(path)
    if suffix == ".json":
        return _of_json(path)
    if suffix == ".mcpl" or path.name.endswith(".mcpl.gz"):
        return ["deposit", "--primaries", str(path)]
    return _of_table(path) or _of_measurement(path)


def _of_toml(path: Path) -> list[str] | None:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    kind = str(data.get("format", ""))
    if "based_on" in data or kind.startswith("scintidot-material/"):
        return ["predict", "--material", _as_card(path)]
    if kind.startswith("scintidot-study/"):
        return ["study", str(path)]
    if kind.startswith("scintidot-run/") or set(data) & set(RunConfig.model_fields):
        return ["predict", str(path)]
    return None


def _as_card(path: Path) -> str:
    """Written so that it is taken for a file rather than for the name of a shipped card."""
    text = str(path)
    return text if "/" in text else f"./{text}"


def _of_json(path: Path) -> list[str] | None:
    document: Any = json.loads(path.read_text(encoding="utf-8"))
    run = path.with_name("run.toml")
    if isinstance(document, dict) and document.get("schema") == "scintidot.predict/1" and run.is_file():
        return ["predict", str(run)]
    return None


def _of_table(path: Path) -> list[str] | None:
    """A table of samples, or deposits of another program, told by the names of its columns."""
    from scintidot.measured.series.sample_table import COLUMNS

    with path.open(encoding="utf-8", errors="replace") as file:
        lines = (line.strip() for line in file if line.strip() and not line.startswith("#"))
        columns = {name.strip() for name in next(lines, "").split(",")}
    if {"event", "energy_eV"} <= columns:
        return ["deposit-file", str(path)]
    known = {column for column in columns for name in COLUMNS if f"{column}_".startswith(f"{name}_")}
    if len(known) >= 2:
        return ["analyse", "series", str(path)]
    return None


def _of_measurement(path: Path) -> list[str] | None:
    from scintidot.measured.formats import describe_file

    found = [kind["kind"] for kind in describe_file(path)["kinds"] if kind["status"] == "ok"]
    return ["analyse", ANALYSED_BY[found[0]], str(path)] if found else None
