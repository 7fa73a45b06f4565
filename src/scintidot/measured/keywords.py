"""Keywords of the functions that take many: an unknown one is one clear line with the nearest name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from scintidot.errors import BadValue, nearest


def refuse_unknown(
    names: Iterable[str], function: Callable[..., Any], where: str, more: Iterable[str] = ()
) -> None:
    """Refuse keywords that neither the signature of ``function`` nor ``more`` has.

    Raises
    ------
    BadValue
        Naming the first of them, with the nearest known one.
    """
    known = [
        name for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]  # fmt: skip
    known += more
    for name in names:
        if name not in known:
            raise BadValue(
                where=where, what="keyword", who=name, expected="a known one", found=repr(name),
                hint=nearest(name, known),
            )  # fmt: skip
