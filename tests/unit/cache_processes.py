"""Processes that share a cache: ``python cache_processes.py ROLE`` prints what happened as JSON."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import xarray

from scintidot.cache.container import packed, unpacked
from scintidot.cache.folder import cache_folder
from scintidot.cache.store import kept

CONTEXT = multiprocessing.get_context("fork" if hasattr(os, "fork") else "spawn")
FOLDER = cache_folder() or Path()
BUILT = FOLDER.parent / "built"
"""A letter for each time that something was built."""


def truth(number: int) -> xarray.Dataset:
    return xarray.Dataset({"a": ("x", np.random.default_rng(number).random(1000))})


def build(number: int, takes_s: float = 0.0) -> xarray.Dataset:
    with BUILT.open("a") as file:
        file.write("b")
    time.sleep(takes_s)
    return truth(number)


def get(number: int, takes_s: float = 0.0) -> None:
    found = kept("table", f"{number:064x}"[::-1], partial(build, number, takes_s))
    if not found.identical(truth(number)):
        sys.exit(1)


def damage(draw: random.Random) -> None:
    """Change a byte of some file, cut it, or remove it."""
    for path in draw.sample(found := sorted(FOLDER.glob("*.npz")), min(1, len(found))):
        try:
            size = path.stat().st_size
            match draw.randrange(3):
                case 0:
                    with path.open("r+b") as file:
                        file.seek(draw.randrange(size))
                        file.write(draw.randbytes(1))
                case 1:
                    os.truncate(path, draw.randrange(size))
                case 2:
                    path.unlink()
        except FileNotFoundError:
            continue


def hammer(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(150):
        if draw.random() < 0.2:
            damage(draw)
        else:
            get(draw.randrange(12))


def started(task: Callable[..., None], *arguments: float) -> multiprocessing.process.BaseProcess:
    process = CONTEXT.Process(target=task, args=arguments)
    process.start()
    return process


def codes(processes: list[multiprocessing.process.BaseProcess]) -> list[int | None]:
    for process in processes:
        process.join(60)
    return [process.exitcode for process in processes]


def hammering() -> dict[str, object]:
    return {"codes": codes([started(hammer, seed) for seed in range(4)])}


def together() -> dict[str, object]:
    return {"codes": codes([started(get, 1, 0.4) for _ in range(4)]), "built": len(BUILT.read_text())}


def killed() -> dict[str, object]:
    first = started(get, 1, 600.0)
    while not BUILT.exists():
        time.sleep(0.01)
    others = [started(get, 1) for _ in range(3)]
    time.sleep(0.3)
    before = len(BUILT.read_text())
    first.kill()
    killed_at = time.monotonic()
    return {
        "before": before,
        "codes": codes(others),
        "built": len(BUILT.read_text()),
        "seconds": time.monotonic() - killed_at,
    }


if __name__ == "__main__":
    unpacked(packed(truth(0), ""), "").identical(
        truth(0)
    )  # loads what is slow to load, once for all processes
    print(json.dumps({"hammering": hammering, "together": together, "killed": killed}[sys.argv[1]]()))
