"""Fewer rows for a loss function, and the text of its table."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from itertools import pairwise

import numpy as np

from scintidot.materials.energy_loss import COLUMNS, EnergyLoss
from scintidot.records import FloatArray

MOST_ROWS = 480
_LEAST_LOSS = 1e-4  # below it only the absolute miss counts
_EPS1_WEIGHT = 0.1


def thinned(loss: EnergyLoss, most_rows: int = MOST_ROWS) -> EnergyLoss:
    """The rows between which straight lines miss the loss function, and eps1, least.

    The ends and both sides of every step stay; then, one at a time, the row is added that is missed by most.
    """
    energy, values, eps1 = loss.energy, loss.loss, loss.eps1
    steps = np.flatnonzero(np.diff(energy) < 3e-4 * energy[1:])
    steps = steps[np.abs(np.diff(values)[steps]) > 0.02 * (values[steps] + _LEAST_LOSS)]
    changes = [i for i, (here, there) in enumerate(pairwise(loss.provenance)) if here != there]
    rows = sorted({0, len(energy) - 1, *steps, *(steps + 1), *changes, *(i + 1 for i in changes)})

    def worst(first: int, last: int) -> tuple[float, int]:
        inside = slice(first + 1, last)
        share = (energy[inside] - energy[first]) / (energy[last] - energy[first])
        line = values[first] + share * (values[last] - values[first])
        miss = np.abs(line - values[inside]) / (values[inside] + _LEAST_LOSS * (energy[inside] < 1e3))
        relation = np.abs(eps1[first] + share * (eps1[last] - eps1[first]) - eps1[inside])
        miss = np.maximum(miss, _EPS1_WEIGHT * relation / (1 + np.abs(eps1[inside])))
        return -float(miss.max()), first + 1 + int(miss.argmax())

    queue: list[tuple[float, int, int, int]] = []

    def push(first: int, last: int) -> None:
        if last - first > 1:
            miss, middle = worst(first, last)
            heappush(queue, (miss, first, middle, last))

    for first, last in pairwise(tuple(rows)):
        push(first, last)
    while queue and len(rows) < most_rows:
        _, first, middle, last = heappop(queue)
        rows.append(middle)
        push(first, middle)
        push(middle, last)
    return _take(loss, np.array(sorted(rows)))


def _take(loss: EnergyLoss, rows: np.typing.NDArray[np.intp]) -> EnergyLoss:
    words = tuple(loss.provenance[i] for i in rows)
    columns: list[FloatArray] = [column[rows] for column in (loss.energy, loss.eps1, loss.eps2, loss.loss)]
    return EnergyLoss(
        columns[0], columns[1], columns[2], columns[3], words, loss.electrons, loss.plasma_energy
    )


def table_text(loss: EnergyLoss, comments: Iterable[str]) -> str:
    """The table in the form that a card names; energies to 8 digits, else 5."""
    lines = [f"# {comment}".rstrip() for comment in comments]
    lines.append(",".join(COLUMNS))
    for energy, eps1, eps2, value, word in zip(
        loss.energy, loss.eps1, loss.eps2, loss.loss, loss.provenance, strict=True
    ):
        lines.append(f"{energy:.8g},{eps1:.5g},{eps2:.5g},{value:.5g},{word}")
    return "\n".join(lines) + "\n"
