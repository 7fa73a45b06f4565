"""The folder of a run that is under way: what was asked for and its checkpoints, until the result is written.

``DIR/unfinished`` holds ``run.json`` (``scintidot.run/1``: the command line, the folder that it was given in, the
version and the kernels) and the checkpoints. It goes once the run is done, so that a folder with one can be resumed and
a folder without one is finished. A lock, which the system drops with the process, tells a run that died from one that
is going on.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scintidot import __version__
from scintidot.errors import BadFile, CannotWrite
from scintidot.output import json_text, output_folder, write_together
from scintidot.scale.cluster import code_here

SCHEMA = "scintidot.run/1"
UNFINISHED, RUN_FILE, LOCK = "unfinished", "run.json", "lock"
WHERE = "resume"


@dataclass(frozen=True)
class Run:
    """What was asked for."""

    command: str  # such as "predict"
    arguments: tuple[str, ...]  # of the command, without what only says where and how it runs
    computing: dict[str, Any]  # that: options by name
    folder: str  # in which relative paths of the arguments are meant
    code: str = ""
    version: str = __version__

    def as_json(self) -> dict[str, Any]:
        """``run.json``."""
        return {
            "schema": SCHEMA, **asdict(self), "arguments": list(self.arguments), "code": self.code or code_here(),
        }  # fmt: skip


@contextmanager
def under_way(folder: Path, run: Run) -> Iterator[Path]:
    """Hold a folder for a run; yields where its checkpoints go. They are removed if the block ends without an error,
    or before there are any.

    Raises
    ------
    CannotWrite
        If the folder cannot be written, or a run is under way there.
    """
    place = folder / UNFINISHED
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    with output_folder(folder):  # refused before the work
        pass
    place.mkdir(parents=True, exist_ok=True)
    with _locked(place):
        before = _read(place / RUN_FILE)
        document = run.as_json()
        if before is not None and not _same(before, document):
            for path in place.glob("*.*"):
                path.unlink(missing_ok=True)
        for left in folder.glob(".unfinished-*"):  # of a process that was killed while it wrote
            shutil.rmtree(left, ignore_errors=True)
        write_together(place, {RUN_FILE: lambda path: path.write_text(json_text(document), encoding="utf-8")})
        try:
            yield place
        except BaseException:
            if {path.name for path in place.iterdir()} > {RUN_FILE, LOCK}:
                raise
            _remove(folder, made)
            raise
        _remove(folder, made)


def _remove(folder: Path, made: list[Path]) -> None:
    """What is unfinished there, and folders that were made for it and hold nothing else."""
    shutil.rmtree(folder / UNFINISHED, ignore_errors=True)
    for path in made:
        with contextlib.suppress(OSError):
            path.rmdir()


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one.get(key) == other[key] for key in ("command", "arguments", "folder", "code"))


def _read(path: Path) -> dict[str, Any] | None:
    """A run file; None where there is none that can be understood."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) and document.get("schema") == SCHEMA else None


def read_run(folder: Path) -> Run | None:
    """What is unfinished in a folder; None where all is finished.

    Raises
    ------
    BadFile
        If it is no folder of a run, or the run was begun by another version.
    """
    place = folder / UNFINISHED
    if not place.is_dir():
        if (folder / "result.json").is_file():
            return None
        raise BadFile(
            where=str(folder), what="folder", who=WHERE, expected="the folder of a run that was cut short",
            found=f"no {UNFINISHED}/{RUN_FILE} in it" if folder.is_dir() else "none",
            hint="It is what --out DIR, or --checkpoint DIR, named.",
        )  # fmt: skip
    document = _read(place / RUN_FILE)
    if document is None:
        raise BadFile(
            where=str(place / RUN_FILE), what="file", who=WHERE, expected=f"{SCHEMA}", found="none that can be read",
            hint="Give the command again, with the same options and folder: checkpoints that are whole are used.",
        )  # fmt: skip
    if document["code"] != code_here():
        raise BadFile(
            where=str(place / RUN_FILE), what="version", who=WHERE, expected=code_here(), found=document["code"],
            hint="Other code gives other bits: resume with the version that began the run, or begin it anew.",
        )  # fmt: skip
    fields = {name: document[name] for name in ("command", "computing", "folder", "code", "version")}
    return Run(arguments=tuple(document["arguments"]), **fields)


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """One process at a time; the system drops the lock of one that dies."""
    with (place / LOCK).open("a+", encoding="utf-8") as file:
        if not _lock(file):
            file.seek(0)
            raise CannotWrite(
                where=str(place.parent), what="folder", who="--out", expected="no run under way in it",
                found=f"one of process {file.read().strip() or 'unknown'}",
                hint="Wait for it, or choose another folder.",
            )  # fmt: skip
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _lock(file: Any) -> bool:
    """Whether this process has the lock now."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
