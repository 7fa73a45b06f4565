"""``--quiet`` and ``--verbose``, which every command takes: how much is said on standard error.

Library code logs under the logger ``scintidot``; here the command line listens to it.
"""

from __future__ import annotations

import logging
import sys

LOGGER = logging.getLogger("scintidot")


class _StandardError(logging.Handler):
    """Lines on the standard error of the moment, above a bar of progress if there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr)


_HANDLER = _StandardError()
_HANDLER.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))


def start() -> None:
    """Listen to warnings alone, as each command starts out."""
    if _HANDLER not in LOGGER.handlers:
        LOGGER.addHandler(_HANDLER)
    LOGGER.setLevel(logging.INFO)  # what is compiled is shown with the progress
    _HANDLER.setLevel(logging.WARNING)


def quiet() -> bool:
    """Whether only results and errors are wanted."""
    return _HANDLER.level > logging.WARNING


def be_quiet() -> None:
    """Errors alone from now on."""
    _HANDLER.setLevel(logging.ERROR)


def verbose() -> bool:
    """Whether more than results is wanted."""
    return _HANDLER.level < logging.WARNING


def be_verbose(count: int) -> None:
    """What is done, too; with a ``count`` of 2 also what only its makers want to know."""
    _HANDLER.setLevel(logging.INFO if count == 1 else logging.DEBUG)
    LOGGER.setLevel(_HANDLER.level)
