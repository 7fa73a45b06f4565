"""From a trace to what is fitted: bins that are alive, a response without its background, on the bins of the data."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scintidot.analysis.traces import DecayTrace
from scintidot.records import FloatArray

LEAST_COUNTS = 100
"""Counts below which no decay is fitted."""
MARGIN = 2
"""Bins left out at an end where the instrument stops counting: the last one may be open for part of its width."""


def alive(counts: FloatArray) -> tuple[int, int]:
    """First bin, and one past the last, between which the instrument counts.

    Zeros at an end are taken for dead bins where the bins next to them have so many counts that the zeros could not be
    chance (more than 20 counts expected).
    """
    seen = np.flatnonzero(counts > 0)
    if not seen.size:
        return 0, len(counts)
    first, last = int(seen[0]), int(seen[-1])
    rise = int(np.argmax(counts > 0.05 * counts.max()))
    quiet = counts[first : max(rise - 20, first)]
    level = float(np.median(quiet)) if quiet.size >= 20 else 0.0
    start = first + MARGIN if level >= 1 and level * first > 20 else 0
    level = float(np.median(counts[max(last - 50, 0) : last])) if last > 0 else 0.0
    dead = len(counts) - 1 - last
    end = last + 1 - MARGIN if level >= 1 and level * dead > 20 else len(counts)
    return start, end


@dataclass(frozen=True)
class PreparedResponse:
    """A response ready for use, and what was done to it."""

    histogram: FloatArray  # (bins of the data,), sums to 1
    background: float  # [counts/bin] that was taken off
    counts: float  # that are left
    fwhm: float  # [ps]
    cut: float  # share of the response that had no place on the bins of the data
    notes: tuple[str, ...]


def prepare_response(
    trace: DecayTrace, bins: int, bin_width: float, start: float, background: float | None = None
) -> PreparedResponse:
    """The response as a histogram on ``bins`` of ``bin_width`` [ps] from ``start`` [ps].

    Without a given ``background`` [counts/bin] it is the mean of the quiet bins before the response; beyond the stretch
    about the peak that stands out of it the response is set to zero. With 0 the histogram is used as it is. A response
    that starts elsewhere than the data is placed by its own times.

    Raises
    ------
    ValueError
        With what is wrong: other bins, no peak, nothing left.
    """
    counts = np.asarray(trace.values, dtype=float)
    if not math.isclose(trace.bin_width, bin_width, rel_tol=1e-3):
        raise ValueError(f"bins of {trace.bin_width:g} ps, those of the data have {bin_width:g} ps")
    if not np.any(counts > 0):
        raise ValueError("no counts above zero")
    peak = int(np.argmax(counts))
    begin, _ = alive(counts)
    rise = int(np.argmax(counts > 0.01 * counts[peak]))
    quiet = counts[begin : max(rise - 5, begin)]
    level = float(quiet.mean()) if quiet.size >= 10 else 0.0
    if background is not None:
        level = background
    left, right = _stretch(counts, peak, level) if level > 0 else (0, len(counts))
    kept = np.zeros(len(counts))
    kept[left:right] = counts[left:right] - level
    total = float(kept.sum())
    if total <= 0 or kept[peak] <= 0:
        raise ValueError("nothing above its background")
    notes = []
    move = round((trace.start - start) / bin_width)
    placed = np.zeros(bins)
    source = np.arange(len(kept)) + move
    inside = (source >= 0) & (source < bins)
    placed[source[inside]] = kept[inside]
    cut = 1 - float(placed.sum()) / total
    if placed.sum() <= 0 or cut > 0.5:
        raise ValueError("a response that lies outside of the data")
    if cut > 1e-3:
        notes.append(f"{cut:.1%} of the response lies outside of the bins of the data and was left out")
    width = full_width(kept) * bin_width
    return PreparedResponse(placed / placed.sum(), level, total, width, cut, tuple(notes))


def _stretch(counts: FloatArray, peak: int, level: float) -> tuple[int, int]:
    """Bins about the peak that stand out of the background: up to the second block of 16 in a row that does not."""

    def reach(side: FloatArray) -> int:
        quiet, end = 0, 0
        for start in range(0, len(side), 16):
            block = side[start : start + 16]
            if block.sum() - level * len(block) > 3 * math.sqrt(max(level * len(block), 1.0)):
                quiet, end = 0, start + len(block)
            else:
                quiet += 1
                if quiet == 2:
                    break
        return end

    return peak - reach(counts[:peak][::-1]), peak + 1 + reach(counts[peak + 1 :])


def full_width(values: FloatArray) -> float:
    """Full width at half maximum [bins], with straight lines between the middles of the bins."""
    top = int(np.argmax(values))
    half = values[top] / 2

    def crossing(side: FloatArray) -> float:
        below = np.flatnonzero(side < half)
        if not below.size:
            return float(len(side))
        i = int(below[0])
        return i - 1 + (side[i - 1] - half) / (side[i - 1] - side[i]) if i > 0 else 0.0

    return crossing(values[top:]) + crossing(values[top::-1])


def chosen_bins(
    edges: FloatArray,
    window: tuple[float, float] | None,
    excluded: list[tuple[float, float]],
    living: tuple[int, int],
) -> npt.NDArray[np.intp]:
    """Bins whose middle lies in the window [ps] and in none of the ``excluded`` stretches, among the living ones."""
    middle = 0.5 * (edges[1:] + edges[:-1])
    wanted = np.zeros(len(middle), dtype=bool)
    wanted[living[0] : living[1]] = True
    if window is not None:
        wanted &= (middle >= window[0]) & (middle <= window[1])
    for start, end in excluded:
        wanted &= ~((middle >= start) & (middle <= end))
    return np.flatnonzero(wanted)
