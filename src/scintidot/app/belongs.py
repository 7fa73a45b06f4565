"""Where a file belongs that was dropped on another page, told from what it holds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scintidot.app.shelf import plain_name
from scintidot.errors import ScintidotError
from scintidot.recognition import command_for

MEASUREMENTS = {
    "decay": "a decay",
    "ta": "a transient absorption",
    "spectrum": "a spectrum",
    "series": "a table of samples",
}
"""What each command of ``analyse`` takes."""


@contextmanager
def laid_out(content: bytes, name: str) -> Iterator[Path]:
    """A file on its own, before it takes the place of another one of the tab."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / plain_name(name)
        path.write_bytes(content)
        yield path


def measurement_in(path: Path) -> str | None:
    """What was measured, such as ``a decay``; None for what page Analyse does not take."""
    command = _command(path)
    return MEASUREMENTS[command[1]] if command[:1] == ["analyse"] else None


def is_card(path: Path) -> bool:
    """Whether this is a material card."""
    return "--material" in _command(path)


def _command(path: Path) -> list[str]:
    try:
        return command_for(path) or []
    except (OSError, ValueError, ScintidotError):
        return []
