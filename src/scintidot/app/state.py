"""State of a page <-> link: a short query string in which everything that has its default is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode

from scintidot.errors import BadValue, nearest

WHERE = "link"
LONGEST = 8000
"""Letters of a query string."""

State = dict[str, str]
"""What stands in a link: names and texts, unchecked."""


def read_link(search: str | None) -> State:
    """The names and texts of a query string, such as ``?edge_length=8.7``.

    Raises
    ------
    BadValue
        If it is too long, cannot be read, or names something twice.
    """
    text = (search or "").removeprefix("?")
    if len(text) > LONGEST:
        raise _bad("length", "link", f"at most {LONGEST} letters", len(text))
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict")
    except ValueError:
        raise _bad("text", "link", "name=value&name=value", repr(text[:40])) from None
    state: State = {}
    for name, value in pairs:
        if name in state:
            raise _bad("name", name, "each name once", "it twice")
        state[name] = value
    return state


def write_link(values: Mapping[str, object], defaults: Mapping[str, object] | None = None) -> str:
    """A query string of what differs from the defaults; None is left out.

    >>> write_link({"edge_length": 8.7, "host": "octane"}, {"host": "octane"})
    '?edge_length=8.7'
    """
    usual = defaults or {}
    shown = {
        name: as_text(value)
        for name, value in values.items()
        if value is not None and not (name in usual and as_text(value) == as_text(usual[name]))
    }
    return "?" + urlencode(shown) if shown else ""


def as_text(value: object) -> str:
    """A value as it stands in a link: numbers in their shortest exact form.

    >>> as_text(7.0), as_text(8.7), as_text(True)
    ('7', '8.7', '1')
    """
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)


def check_names(state: Mapping[str, str], known: Iterable[str]) -> None:
    """Refuse a name that the page does not know. Raises `BadValue`."""
    names = list(known)
    for name in state:
        if name not in names:
            raise _bad("name", name, "a known name", repr(name), nearest(name, names))


def _bad(what: str, who: str, expected: str, found: object, hint: str | None = None) -> BadValue:
    return BadValue(where=WHERE, what=what, who=who, expected=expected, found=found, hint=hint)
