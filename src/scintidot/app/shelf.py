"""Files that a browser tab has dropped, each in a temporary folder of its own until the app ends.

Of a file's name only letters, digits and a few signs are kept, so that it names no other place; the name as it was is
shown as text. Nothing in a file is executed or unpickled: readers take bytes.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import current_app

from scintidot.app.security import LARGEST_FILE
from scintidot.errors import BadFile

MOST_FILES = 24
"""Files of one tab."""
MOST_BYTES = 4 * LARGEST_FILE
"""Bytes of all files of one tab."""
MOST_TABS = 32
"""Tabs whose files are kept; of more, those of the tab that was quiet for longest go."""
LONGEST_NAME = 60
LIMITS = (
    f"At most {LARGEST_FILE >> 20} MB at once, {MOST_FILES} files and {MOST_BYTES >> 20} MB together; they stay on "
    "this machine and are deleted when the app ends."
)
"""What a page says beside the place to drop files."""


@dataclass(frozen=True)
class Dropped:
    """One file."""

    key: str
    name: str  # as it was dropped, for people
    path: Path
    size: int  # with the files beside it [bytes]


@dataclass
class Tab:
    """What the server remembers of one browser tab."""

    files: dict[str, Dropped] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    """Of pages: what a link does not hold, such as the role of a file and the last job."""


class Shelf:
    """The files of all tabs of one running app."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._tabs: dict[str, Tab] = {}  # the one that was quiet for longest first
        self._home: Path | None = None

    def tab(self, name: str) -> Tab:
        """What is kept of a tab."""
        with self._lock:
            tab = self._tabs.pop(name, None) or Tab()
            self._tabs[name] = tab
            while len(self._tabs) > MOST_TABS:
                for dropped in self._tabs.pop(next(iter(self._tabs))).files.values():
                    shutil.rmtree(dropped.path.parent, ignore_errors=True)
            return tab

    def put(self, tab: str, name: str, content: bytes, beside: Mapping[str, bytes] | None = None) -> Dropped:
        """Keep a file of a tab; one of the same name takes the place of the old one, unless it is refused.

        ``beside``: name and content of files that lie in the same folder, of which the first one speaks.

        Raises
        ------
        BadFile
            If it is too large, or the tab has too many.
        """
        parts = {plain_name(table): rows for table, rows in (beside or {}).items()} | {
            plain_name(name): content
        }
        size = sum(map(len, parts.values()))
        with self._lock:
            files = self.tab(tab).files
            old = next((key for key, file in files.items() if file.name == name), None)
            others = [file.size for key, file in files.items() if key != old]
            for who, found, most, unit in (
                ("its size", size / 2**20, LARGEST_FILE / 2**20, " MB"),
                ("the size of all files", (sum(others) + size) / 2**20, MOST_BYTES / 2**20, " MB"),
                ("the number of files", len(others) + 1, MOST_FILES, ""),
            ):
                if found > most:
                    raise BadFile(
                        where=name, what="file", who=who, expected=f"at most {most:g}{unit}",
                        found=f"{found:.4g}{unit}",
                    )  # fmt: skip
            if old is not None:
                self.remove(tab, old)
            folder = Path(tempfile.mkdtemp(dir=self.home()))
            for part, its in parts.items():
                (folder / part).write_bytes(its)
            dropped = Dropped(secrets.token_urlsafe(9), name, folder / plain_name(name), size)
            files[dropped.key] = dropped
            return dropped

    def files(self, tab: str) -> dict[str, Dropped]:
        """Key of each file of a tab -> the file, as they came."""
        with self._lock:
            return dict(self.tab(tab).files)

    def remove(self, tab: str, key: str) -> None:
        """Delete a file of a tab."""
        with self._lock:
            dropped = self.tab(tab).files.pop(key, None)
            if dropped is not None:
                shutil.rmtree(dropped.path.parent, ignore_errors=True)

    def home(self) -> Path:
        """The folder of all files; removed when the app ends."""
        with self._lock:
            if self._home is None:
                self._home = Path(tempfile.mkdtemp(prefix="scintidot-files-"))
                weakref.finalize(self, shutil.rmtree, self._home, ignore_errors=True)
            return self._home

    def plain(self, text: str) -> str:
        """A sentence without the folders in which the files lie."""
        return re.sub(re.escape(str(self.home())) + r"[\\/][^\\/]*[\\/]", "", text)


def plain_name(name: str) -> str:
    """What of a file's name can name a file in a folder and nothing else.

    >>> plain_name("../../etc/passwd"), plain_name("Run 3 <script>.csv"), plain_name("")
    ('_.._etc_passwd', 'Run 3 _script_.csv', 'file')
    """
    kept = re.sub(r"[^A-Za-z0-9 ._+()-]", "_", name).strip(" .")
    return kept[-LONGEST_NAME:].strip(" .") or "file"


def decoded(content: str, name: str) -> bytes:
    """The bytes of what a browser sends of a dropped file. Raises `BadFile`."""
    try:
        return base64.b64decode(content.partition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise BadFile(
            where=name,
            what="file",
            who="its content",
            expected="what a browser sends",
            found="something else",
        ) from None


_EXTENSION = "scintidot-shelf"


def shelf() -> Shelf:
    """The shelf of the app that is being asked."""
    found: Shelf = current_app.extensions.setdefault(_EXTENSION, Shelf())
    return found
