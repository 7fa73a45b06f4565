"""Figures of points block by block, each kept in a folder so that an interrupted study goes on."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from scintidot.bands import Outputs
from scintidot.errors import CannotWrite
from scintidot.progress import Progress, silent
from scintidot.provenance import fingerprint
from scintidot.scale.blocks import each
from scintidot.scale.computing import current
from scintidot.studies.axes import Points, length, take

BLOCK = 256
"""Points of one block: computed together, kept together."""


@dataclass(eq=False)
class Blocks:
    """A function of points, block by block; in a folder, each block is kept under the fingerprint of its content."""

    function: Callable[[Points], Outputs]
    folder: Path | None = None
    identity: str = ""
    progress: Progress = silent
    expected: int = 0  # points, for the progress
    computed: int = field(default=0, init=False)
    reused: int = field(default=0, init=False)
    _own: set[Path] = field(default_factory=set, init=False)  # blocks of this run

    def __call__(self, points: Points) -> Outputs:
        """The figures of any number of points: on the workers of `scintidot.scale.computing`, where there are some."""
        count = length(points)
        cut = [take(points, np.arange(start, min(start + BLOCK, count))) for start in range(0, count, BLOCK)]
        found = [self._known(block) for block in cut]
        missing = [i for i, outputs in enumerate(found) if outputs is None]
        elsewhere = (
            current().cluster is not None and self.computed + self.reused > 0
        )  # the first warms what all share
        made = (
            each(self.function, [cut[i] for i in missing])
            if elsewhere
            else (self.function(cut[i]) for i in missing)
        )
        for i, outputs in zip(missing, made, strict=True):
            found[i] = outputs
            self._keep(cut[i], outputs)
            done = self.computed + self.reused
            self.progress("designs", min(done / max(self.expected, done + 1), 1.0))
        whole = [outputs for outputs in found if outputs is not None]
        return {name: np.concatenate([part[name] for part in whole]) for name in whole[0]}

    def _path(self, points: Points) -> Path | None:
        return None if self.folder is None else self.folder / f"{self._key(points)}.npz"

    def _known(self, points: Points) -> Outputs | None:
        path = self._path(points)
        found = None if path is None else _read(path)
        if found is not None and path not in self._own:
            self.reused += length(points)
        return found

    def _keep(self, points: Points, outputs: Outputs) -> None:
        self.computed += length(points)
        path = self._path(points)
        if path is not None:
            _write(path, outputs)
            self._own.add(path)

    def _key(self, points: Points) -> str:
        columns = (f"{name}={values.tolist()!r}".encode() for name, values in sorted(points.items()))
        return fingerprint(self.identity.encode(), *columns)[:32]


def _read(path: Path) -> Outputs | None:
    """A block; None if there is none or it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, outputs: Outputs) -> None:
    """A whole block or none."""
    memory = io.BytesIO()
    np.savez_compressed(memory, **outputs)  # type: ignore[arg-type]
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(memory.getvalue())
        unfinished.replace(path)
    except OSError as error:
        raise CannotWrite(
            where=str(path.parent), what="output folder", who="--out", expected="a folder that can be written",
            found=error.strerror or str(error),
        ) from None  # fmt: skip
    finally:
        unfinished.unlink(missing_ok=True)
