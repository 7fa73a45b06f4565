"""One exception base and one message grammar.

``{where}: bad {what} for {who} (expected ..., found ...). {hint}``

*where* is a file or a command, *who* the dotted key, option or parameter, *what* the kind of fault.
The command line prints exactly this line and exits with the class's ``exit_code``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ScintidotError(Exception):
    """Base of every error that a user can cause and mend."""

    exit_code = 1

    def __init__(
        self, *, where: str, what: str, who: str, expected: str, found: object, hint: str | None = None
    ) -> None:
        self.where, self.what, self.who = where, what, who
        self.expected, self.found, self.hint = expected, found, hint
        line = f"{where}: bad {what} for {who} (expected {expected}, found {found})."
        super().__init__(" ".join((line if hint is None else f"{line} {hint}").split()))

    def at(self, *, where: str, who: str | None = None) -> ScintidotError:
        """The same fault at another place: as the user, who does not know the part that found it, would look for it."""
        return type(self)(
            where=where, what=self.what, who=self.who if who is None else who, expected=self.expected,
            found=self.found, hint=self.hint,
        )  # fmt: skip


class FieldError(ValueError):
    """A fault of one number or name, before its file or option is known; see `at`."""

    def __init__(self, what: str, expected: str, found: object, hint: str | None = None) -> None:
        super().__init__(what)
        self.what, self.expected, self.found, self.hint = what, expected, found, hint

    def at(self, kind: type[ScintidotError], *, where: str, who: str) -> ScintidotError:
        """The same fault with its place."""
        return kind(
            where=where, what=self.what, who=who, expected=self.expected, found=self.found, hint=self.hint
        )


class BadValue(ScintidotError):
    """A value that no model can take: wrong sign, wrong unit, not a number, unknown name."""

    exit_code = 2


class BadFile(ScintidotError):
    """A material card, table or run file that is missing, malformed or incomplete."""

    exit_code = 3


class OutOfRange(ScintidotError):
    """A sound value outside the stated range of a model."""

    exit_code = 4


class CannotWrite(ScintidotError):
    """An output folder or file that cannot be written; nothing was left half done."""

    exit_code = 5


class BadInstallation(ScintidotError):
    """A library that is missing or cannot be imported."""

    exit_code = 6


EXIT_CODES = {
    0: "success",
    1: "unexpected internal error (please report it)",
    2: "bad value or bad command line",
    3: "bad material card, table or run file",
    4: "value outside the range of a model",
    5: "output cannot be written",
    6: "installation with a problem (scintidot doctor), or a library that cannot be imported",
    130: "interrupted",
}


def nearest(name: str, valid: Iterable[str], *, listed: bool = False, cutoff: float = 0.6) -> str | None:
    """Suggest the valid name closest to ``name``; if none is close, list them unless they are ``listed`` already.

    >>> nearest("CsPbBr", ["CsPbBr3", "octane"])
    "Did you mean 'CsPbBr3'?"
    >>> nearest("zzz", ["CsPbBr3", "octane"])
    'Known: CsPbBr3, octane.'
    """
    names = list(valid)
    lowered = {candidate.lower(): candidate for candidate in names}
    close = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=cutoff)
    if close:
        return f"Did you mean '{lowered[close[0]]}'?"
    return f"Known: {', '.join(names)}." if names and not listed else None


def one_of(value: str, valid: Iterable[str], *, where: str, who: str) -> str:
    """Return ``value`` if it is a known name; otherwise raise with the nearest one."""
    names = list(valid)
    if value in names:
        return value
    expected, hint = "one of " + ", ".join(names), nearest(value, names, listed=True)
    raise BadValue(where=where, what="name", who=who, expected=expected, found=repr(value), hint=hint)
