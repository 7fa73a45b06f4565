"""Processes that share a cache: each read is the truth, one builds, and a killed one blocks nobody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from scintidot.cache.entries import entries

LIMIT_BYTES = 60_000  # 7 of 12 tables


def processes(role: str, folder: Path) -> dict[str, Any]:
    environment = {
        **os.environ, "SCINTIDOT_CACHE": str(folder), "SCINTIDOT_CACHE_LIMIT": f"{LIMIT_BYTES / 1e3} kB",
    }  # fmt: skip
    program = Path(__file__).with_name("cache_processes.py")
    done = subprocess.run(
        [sys.executable, program, role], env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_read_is_the_truth_while_files_are_damaged_and_removed(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    assert processes("hammering", folder) == {"codes": [0, 0, 0, 0]}
    assert sum(entry.size for entry in entries(folder)) <= LIMIT_BYTES
    assert {path.name for path in (folder / "locks").iterdir()} <= {"size"}
    assert not list(folder.glob(".unfinished-*"))


def test_one_builds_and_the_others_wait_for_it(tmp_path: Path) -> None:
    assert processes("together", tmp_path / "cache") == {"codes": [0, 0, 0, 0], "built": 1}


def test_killed_builder_blocks_nobody(tmp_path: Path) -> None:
    found = processes("killed", tmp_path / "cache")
    assert found["before"] == 1
    assert found["codes"] == [0, 0, 0]
    assert found["built"] == 2
    assert found["seconds"] < 10
