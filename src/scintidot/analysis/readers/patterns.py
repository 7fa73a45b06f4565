"""Patterns of file names, where no shell has turned them into names: on Windows, in notebooks."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from scintidot.errors import BadFile

Given = TypeVar("Given")  # a name, or data instead of it


def expanded(files: Iterable[Given]) -> list[Given | str]:
    """The files, each pattern such as ``ta-*.npz`` or ``**/*.ptu`` replaced by what it matches, sorted by name.

    A name with ``*``, ``?`` or ``[`` that a file bears is that file.

    Raises
    ------
    BadFile
        For a pattern that matches nothing.
    """
    found: list[Given | str] = []
    for file in files:
        if not isinstance(file, (str, Path)) or not glob.has_magic(str(file)) or Path(file).exists():
            found.append(file)
            continue
        matches = sorted(glob.glob(str(file), recursive=True))  # noqa: PTH207 - patterns with a root, too
        if not matches:
            raise BadFile(
                where=str(file), what="pattern", who="FILE", expected="one that files match", found="no such file"
            )  # fmt: skip
        found += matches
    return found
