"""Pieces of a study file, read one by one; every fault with its key, what was expected and the nearest name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from scintidot.config import RunConfig, make_config
from scintidot.errors import BadFile, FieldError, ScintidotError, nearest
from scintidot.materials.fields import In

MOST = 1 << 16
"""Samples."""


class Reader:
    """One file, for its errors."""

    def __init__(self, data: Mapping[str, Any], where: str, folder: Path) -> None:
        self.data, self.where, self.folder = data, where, folder

    def fault(self, what: str, who: str, expected: str, found: object, hint: str | None = None) -> BadFile:
        """The one line."""
        return BadFile(where=self.where, what=what, who=who, expected=expected, found=found, hint=hint)

    def table(self, name: str, known: Collection[str] | None = None) -> dict[str, Any]:
        """A section, its keys checked against ``known`` ones."""
        section = self.mapping(self.data.get(name, {}), name)
        if known is not None:
            self.check_keys(section, known, f"{name}.")
        return section

    def mapping(self, value: object, who: str) -> dict[str, Any]:
        """A table."""
        if not isinstance(value, Mapping):
            raise self.fault("section", who, f"a table [{who}]", repr(value))
        return dict(value)

    def check_keys(self, section: Mapping[str, Any], known: Collection[str], prefix: str = "") -> None:
        """Refuse a key that is not known."""
        for key in section:
            if key not in known:
                expected = "one of " + ", ".join(known)
                raise self.fault("key", prefix + key, expected, repr(key), nearest(key, known, listed=True))

    def number(self, value: object, who: str, limits: In) -> float:
        """A number in the unit of its limits."""
        try:
            return limits.read_number(value)
        except FieldError as error:
            raise error.at(BadFile, where=self.where, who=who) from None

    def whole(self, value: object, who: str, least: int, most: int = MOST) -> int:
        """A whole number."""
        found = self.number(value, who, In("1", at_least=least, at_most=most))
        if found != int(found):
            raise self.fault("number", who, f"a whole number from {least} to {most}", repr(value))
        return int(found)

    def one_of(self, value: object, known: Collection[str], who: str) -> str:
        """A known name."""
        if not isinstance(value, str) or value not in known:
            expected = "one of " + ", ".join(known)
            raise self.fault("name", who, expected, repr(value), nearest(str(value), known, listed=True))
        return value

    def names(self, value: object, who: str, least: int = 0) -> tuple[str, ...]:
        """A list of ``least`` texts or more."""
        if (
            not isinstance(value, list)
            or len(value) < least
            or not all(isinstance(one, str) for one in value)
        ):
            expected = f"a list of {least} or more names" if least else "a list of names"
            raise self.fault("list", who, expected, repr(value))
        return tuple(value)

    def switch(self, value: object, who: str) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            raise self.fault("value", who, "true or false", repr(value))
        return value

    def configured(self, who: str, **options: Any) -> RunConfig:
        """Options checked as `predict` checks them."""
        try:
            return make_config(options=options, where=self.where)
        except ScintidotError as error:
            raise error.at(where=self.where, who=who) from None


def flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted keys, whether they were written with or without quotation marks."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, Mapping) and not {"from", "to"} & set(value):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found
