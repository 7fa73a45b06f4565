"""Checkpoints: what long work has done so far, in a folder, so that a killed run goes on to the same bits.

A checkpoint is one file: a line of JSON (format, key, blocks done, size and SHA-256 of the rest), then the arrays as an
uncompressed npz. It is written under another name, brought to the disk and renamed; the one before stays beside it as
``*.before``. Whatever moment a process dies at, one of the two is whole. A file whose checksum differs, or that another
version made, is passed over with a warning, and the one before it, or the beginning, takes its place.

When to write is told by a clock that no change of the date can move.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot import __version__

FORMAT = "scintidot-checkpoint/1"
EVERY_S = 30.0
"""Between two checkpoints of the same work. [s]"""
REST = 4.0
"""Times what a checkpoint took to write, until the next one: large ones never take most of a run."""
SUFFIX, BEFORE = ".checkpoint", ".before"

Arrays = dict[str, npt.NDArray[Any]]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What was done of one piece of work."""

    blocks: int  # all before this one are done
    arrays: Arrays


@dataclass(eq=False)
class Checkpoints:
    """Those of a run, in its folder: one for each piece of work, by the fingerprint of everything it depends on."""

    folder: Path
    every: float = EVERY_S  # [s]
    _due: dict[str, float] = field(default_factory=dict, init=False)  # [s]
    _whole: set[str] = field(default_factory=set, init=False)  # work whose newest file is whole
    _warned: bool = field(default=False, init=False)

    def begin(self, key: str) -> None:
        """Work starts or goes on now: the first checkpoint is due after one interval."""
        self._due[key] = time.monotonic() + self.every

    def due(self, key: str) -> bool:
        """Whether the interval has passed since the last one of this work, or longer if that took long to write."""
        return time.monotonic() >= self._due.get(key, -np.inf)

    def path(self, key: str) -> Path:
        """File of a piece of work."""
        return self.folder / f"{key[:32]}{SUFFIX}"

    def load(self, key: str) -> Checkpoint | None:
        """What is known of a piece of work; None: nothing, or nothing whole."""
        newest = self.path(key)
        older = newest.with_suffix(BEFORE)
        for path in (newest, older):
            if not path.is_file():
                continue
            try:
                found = _read(path, key)
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
                instead = "the one before" if path is newest and older.is_file() else "the beginning"
                _LOG.warning(
                    "%s: unusable checkpoint (%s): this part goes on from %s", path.name, error, instead
                )
                continue
            if path is newest:
                self._whole.add(key)
            return found
        return None

    def save(self, key: str, blocks: int, arrays: Arrays) -> bool:
        """Keep it; False where the disk refuses, which is said once and costs nothing but the checkpoint."""
        started = time.monotonic()
        try:
            return self._save(key, blocks, arrays)
        finally:
            now = time.monotonic()
            self._due[key] = now + max(self.every, REST * (now - started))

    def _save(self, key: str, blocks: int, arrays: Arrays) -> bool:
        path = self.path(key)
        unfinished = path.with_suffix(f".{os.getpid()}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(unfinished, key, blocks, arrays)
            if (
                key in self._whole and path.is_file()
            ):  # a damaged one must not take the place of the one before it
                path.replace(path.with_suffix(BEFORE))
            unfinished.replace(path)
            self._whole.add(key)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            if not self._warned:
                _LOG.warning(
                    "%s: no checkpoint can be written (%s): the run goes on, and tries again every %g s",
                    self.folder, error.strerror or error, self.every,
                )  # fmt: skip
            self._warned = True
            return False
        self._warned = False
        return True


def _write(path: Path, key: str, blocks: int, arrays: Arrays) -> None:
    memory = io.BytesIO()
    np.savez(memory, **arrays)  # type: ignore[arg-type]
    body = memory.getbuffer()
    head = {
        "format": FORMAT, "version": __version__, "key": key, "blocks": blocks, "bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
    }  # fmt: skip
    with path.open("wb") as file:
        file.write(json.dumps(head).encode() + b"\n")
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path, key: str) -> Checkpoint:
    """A whole checkpoint of this key; raises `ValueError` and others for anything else."""
    with path.open("rb") as file:
        head = json.loads(file.readline(10_000))
        body = file.read()
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise ValueError(f"not of the format {FORMAT}")
    if head["version"] != __version__:
        raise ValueError(f"made by version {head['version']}")
    if len(body) != head["bytes"]:
        raise ValueError(f"{len(body)} B instead of {head['bytes']}")
    if hashlib.sha256(body).hexdigest() != head["sha256"]:
        raise ValueError("its checksum differs")
    if head["key"] != key:
        raise ValueError("it belongs to other work")
    with np.load(io.BytesIO(body), allow_pickle=False) as file:
        return Checkpoint(int(head["blocks"]), {name: file[name] for name in file.files})
