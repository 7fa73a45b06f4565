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
import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from scintidot import __version__
from scintidot.cache.locks import release, taken
from scintidot.errors import BadFile, CannotWrite
from scintidot.output import json_text, output_folder, temporary_prefix, write_together
from scintidot.scale.cluster import code_here

SCHEMA = "scintidot.run/1"
UNFINISHED, RUN_FILE, LOCK, BLOCKS = "unfinished", "run.json", "lock", "blocks"
"""Folder, and names in it: besides checkpoints the blocks of a study."""
GONE = "-gone"
"""Ending of its name while it is removed."""
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
        If the folder cannot be written, a run is under way there, or what is there is not ours.
    """
    place = folder / UNFINISHED
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    with output_folder(folder):  # refused before the work
        place.mkdir(exist_ok=True)
        _check_ours(place)
    with _locked(place) as before:
        for pattern in (
            f"{temporary_prefix(before)}*",
            f".{UNFINISHED}-*{GONE}",
        ):  # of those killed meanwhile
            for left in folder.glob(pattern):
                shutil.rmtree(left, ignore_errors=True)
        _check_same(place, run)
        document = run.as_json()
        write_together(place, {RUN_FILE: lambda path: path.write_text(json_text(document), encoding="utf-8")})
        try:
            yield place
        except BaseException:
            if not _names(place) <= {RUN_FILE, LOCK}:
                raise
            _remove(folder, made)
            raise
        _remove(folder, [folder, *made[1:]])


def _check_ours(place: Path) -> None:
    """Refuse a folder of this name that somebody else made: what is in it would go with the run."""
    names = _names(place)
    if not names <= {BLOCKS} and not names & {RUN_FILE, LOCK}:
        raise CannotWrite(
            where=str(place.parent), what="folder", who="--out", found=str(place),
            expected=f"one without a folder '{UNFINISHED}' of yours",
            hint="Runs keep there what they have done, and remove it: choose another folder.",
        )  # fmt: skip


def _names(place: Path) -> set[str]:
    return {path.name for path in place.glob("*")}


def _check_same(place: Path, run: Run) -> None:
    """Refuse a folder in which another command began: what it has done must not go by a slip of the hand."""
    before = _read(place / RUN_FILE)
    if before is None or not _names(place) - {RUN_FILE, LOCK}:
        return
    if (before["command"], _asked(before["arguments"])) != (run.command, _asked(run.arguments)):
        words = shlex.join(["scintidot", *before["command"].split(), *before["arguments"]])
        raise CannotWrite(
            where=str(place.parent), what="folder", who="this run", expected="one without an unfinished run",
            found=f"'{words}'", hint=f"Go on with it: scintidot resume {place.parent}. Or choose another folder.",
        )  # fmt: skip


def _asked(arguments: Sequence[str]) -> list[str]:
    """What a command asks for: the number of threads changes nothing of it."""
    words = list(arguments)
    if "--threads" in words:
        place = words.index("--threads")
        del words[place : place + 2]
    return words


def _remove(folder: Path, made: list[Path]) -> None:
    """What is unfinished there, at once, and folders that were made for it and hold nothing else."""
    place, gone = folder / UNFINISHED, folder / f"{temporary_prefix(os.getpid())[:-1]}{GONE}"
    with contextlib.suppress(OSError):  # where it cannot be renamed, it goes file by file
        place = place.rename(gone)
    shutil.rmtree(place, ignore_errors=True)
    for path in made:
        with contextlib.suppress(OSError):
            path.rmdir()


def _read(path: Path) -> dict[str, Any] | None:
    """A run file; None where there is none that can be understood."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(document, dict) and document.get("schema") == SCHEMA
    return document if known and all(one.name in document for one in fields(Run)) else None


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
    known = {one.name: document[one.name] for one in fields(Run)}
    return Run(**{**known, "arguments": tuple(document["arguments"])})


@contextmanager
def _locked(place: Path) -> Iterator[int]:
    """One process at a time; yields the one before, 0 if it is not known. The system drops the lock of one that dies.

    A file system without locks lets everybody in.
    """
    path = place / LOCK
    try:
        descriptor = taken(path)
    except OSError:
        yield 0
        return
    holder = ""
    with contextlib.suppress(OSError):
        holder = path.read_text(encoding="utf-8").strip()
    if descriptor is None:
        raise CannotWrite(
            where=str(place.parent), what="folder", who="this run", expected="no run under way in it",
            found=f"one of process {holder or 'unknown'}", hint="Wait for it, or choose another folder.",
        )  # fmt: skip
    try:
        with contextlib.suppress(OSError):  # a full disk
            path.write_text(str(os.getpid()), encoding="utf-8")
        yield int(holder) if holder.isdigit() else 0
    finally:
        release(descriptor, path, remove=False)
