"""The folder of ``scintidot demo``: whole or not there, and never that of somebody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scintidot.errors import CannotWrite
from scintidot.output import json_text, output_folder, write_text

LIST = "demo.json"
"""Names every file of the demonstration, by which it knows its own."""


def check_folder(folder: Path) -> None:
    """Refuse a folder that could not be written, or that holds files which no demonstration wrote."""
    if folder.is_dir():
        try:
            ours = set(json.loads((folder / LIST).read_bytes())["files"])
        except (OSError, ValueError, KeyError, TypeError):
            ours = set()
        foreign = sorted(set(_files(folder)) - ours - {LIST})
        if foreign:
            raise CannotWrite(
                where=str(folder), what="output folder", who="--out",
                expected="a new folder, or one that holds an earlier demo alone", found=foreign[0],
                hint="Nothing was overwritten; choose another folder.",
            )  # fmt: skip
    with output_folder(folder):
        pass


@contextmanager
def folder_of_parts(folder: Path) -> Iterator[Path]:
    """A temporary folder beside, which takes the place of ``folder`` when all of it is there."""
    with output_folder(folder.absolute().parent) as temporary:
        made, old = temporary / "made", temporary / "old"
        made.mkdir()
        yield made
        write_text(made / LIST, json_text({"files": sorted(_files(made))}))
        if folder.exists():
            folder.rename(old)
        try:
            made.rename(folder)
        except BaseException:
            if old.exists() and not folder.exists():
                old.rename(folder)
            raise


def _files(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()]
