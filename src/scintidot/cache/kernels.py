"""Compiled code kept between runs, under a fingerprint of every source that it may have been made from."""

from __future__ import annotations

import hashlib
import re
import sys
from functools import cache
from pathlib import Path

from scintidot.cache.folder import cache_folder

KERNELS = "kernels"
"""Folder in that of the cache."""
KERNEL_SOURCES = ("backends.py", "rng.py", "constants.py")
"""Files of the package that the kernels of every stage are made from, besides the folder of the stage."""
TAG = re.compile(r"[\w.]+-[\w.]+-(?P<stage>\w*)-(?P<fingerprint>[0-9a-f]{16})")
"""Folder of the code of one stage: kind of Python, stage, fingerprint of its sources."""


@cache
def kernel_fingerprint(stage: str) -> str:
    """Of every source that the kernels of a stage are made from: results that were kept hold for it alone."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for file in (*(package / name for name in KERNEL_SOURCES), *sorted((package / stage).rglob("*.py"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def is_current(tag: str) -> bool:
    """Whether the folder of this name holds code of the sources that are installed here, for any kind of Python."""
    match = TAG.fullmatch(tag)
    return match is not None and match["fingerprint"] == kernel_fingerprint(match["stage"])


def code_folder(stage: str) -> Path | None:
    """Where compiled code of this version of the sources is kept; None if none is to be kept."""
    folder = cache_folder()
    if folder is None:
        return None
    return folder / KERNELS / f"{sys.implementation.cache_tag}-{stage}-{kernel_fingerprint(stage)}"
