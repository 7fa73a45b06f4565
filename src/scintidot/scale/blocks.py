"""Work in blocks, folded in their order: the same result to the bit on any number of threads, processes and machines,
and after any number of interruptions.

A `Work` gives the part that a span of blocks comes to; it can be sent to another process as it is. A `Fold` adds parts
up. `fold_blocks` brings the two together, wherever `scintidot.scale.computing` says that blocks run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from scintidot.backends import in_order
from scintidot.scale.checkpoints import Arrays
from scintidot.scale.computing import current

_LOG = logging.getLogger(__name__)

Part = TypeVar("Part")
_Part_co = TypeVar("_Part_co", covariant=True)
_Part_contra = TypeVar("_Part_contra", contravariant=True)
_Item = TypeVar("_Item")


class Work(Protocol[_Part_co]):
    """Blocks of something. What it holds is plain data, so that it can be sent to other processes."""

    def __call__(self, first: int, last: int) -> _Part_co:
        """Do blocks ``first`` to ``last - 1``."""


class Fold(Protocol[_Part_contra]):
    """What parts add up to."""

    @property
    def done(self) -> int:
        """Blocks that are in it: after an interrupt at any moment, just these."""

    @property
    def enough(self) -> bool:
        """Whether no more blocks are wanted: told by what is in it alone, so that it holds after `restore`, too."""

    def add(self, first: int, last: int, part: _Part_contra) -> None:
        """Add the part of blocks ``first`` to ``last - 1``, the next ones."""

    def arrays(self) -> Arrays:
        """All of it, for a checkpoint."""

    def restore(self, blocks: int, arrays: Arrays) -> None:
        """Go on from what `arrays` gave after so many blocks."""


def fold_blocks(
    work: Work[Part], fold: Fold[Part], blocks: int, *, threads: int = 1, key: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> bool:  # fmt: skip
    """Do blocks 0 to ``blocks - 1`` and fold their parts in this order; returns whether Ctrl-C cut them short.

    Parameters
    ----------
    key : str, optional
        Fingerprint of all that the work depends on: under it checkpoints are kept, where they are wanted at all.
    progress : callable
        Told how many blocks are done.
    """
    checkpoints = current().checkpoints if key is not None else None
    if checkpoints is None or key is None:
        return _fold(work, fold, blocks, threads, lambda: progress(fold.done))
    found = checkpoints.load(key)
    if found is not None:
        fold.restore(found.blocks, found.arrays)
        _LOG.info("goes on from a checkpoint after %d of %d blocks", found.blocks, blocks)
        progress(fold.done)
    checkpoints.begin(key)
    saved = fold.done

    def save() -> None:
        nonlocal saved
        if fold.done > saved and checkpoints.save(key, fold.done, fold.arrays()):
            saved = fold.done
            _LOG.info("checkpoint after %d of %d blocks", fold.done, blocks)

    def after_each() -> None:
        progress(fold.done)
        if checkpoints.due(key):
            save()

    try:
        return _fold(work, fold, blocks, threads, after_each)
    finally:  # after a fault, too, such as a scheduler that went away
        save()


def _fold(
    work: Work[Part], fold: Fold[Part], blocks: int, threads: int, after_each: Callable[[], None]
) -> bool:
    following = parts(work, fold.done, blocks, threads=threads)
    try:
        while not fold.enough and (found := next(following, None)) is not None:
            fold.add(*found)
            after_each()
    except KeyboardInterrupt:
        return True
    finally:
        following.close()
    return False


def parts(work: Work[Part], start: int, stop: int, *, threads: int = 1) -> Generator[tuple[int, int, Part]]:
    """Spans of blocks from ``start`` to ``stop - 1`` in their order, each as (first, last + 1, part)."""
    cluster = current().cluster
    if cluster is not None:
        yield from cluster.parts(work, start, stop)
        return

    def one(index: int) -> Part:
        return work(start + index, start + index + 1)

    results = in_order(one, stop - start, threads)
    try:
        for index, part in enumerate(results, start):
            yield index, index + 1, part
    finally:
        results.close()  # type: ignore[attr-defined]


@dataclass(frozen=True, eq=False)
class _Each:
    """A function of each of many items, one a block."""

    function: Callable[[Any], Any]
    items: Sequence[Any]

    def __call__(self, first: int, last: int) -> list[Any]:
        return [self.function(item) for item in self.items[first:last]]


def each(function: Callable[[_Item], Part], items: Sequence[_Item]) -> Iterator[Part]:
    """``function`` of every item, in their order, on the machines that `computing` names; else one after the other.

    The function is one of a module, and it and the items can be sent to other processes.
    """
    for _, _, found in parts(_Each(function, items), 0, len(items)):
        yield from found
