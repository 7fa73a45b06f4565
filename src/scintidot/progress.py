"""How long work tells of itself: a callable that is given the step and the share of all that is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Progress = Callable[[str, float], None]
Item = TypeVar("Item")


def counted(items: Sequence[Item], step: str, progress: Progress) -> Iterator[Item]:
    """The items one by one; before each, and after the last, the share that is done is told.

    >>> list(counted("ab", "fit", lambda step, share: print(step, share)))
    fit 0.0
    fit 0.5
    fit 1.0
    ['a', 'b']
    """
    for index, item in enumerate(items):
        progress(step, index / len(items))
        yield item
    progress(step, 1.0)


def silent(step: str, share: float) -> None:
    """Tell nobody."""


def within(progress: Progress, start: float, end: float) -> Progress:
    """Progress of a part of the work, which goes from ``start`` to ``end`` of the whole.

    >>> within(lambda step, share: print(step, share), 0.5, 1.0)("fit", 0.5)
    fit 0.75
    """
    return lambda step, share: progress(step, start + share * (end - start))
