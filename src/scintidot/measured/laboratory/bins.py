"""Time bins of a photon counting instrument, as `simulate tcspc` and `plan` take them."""

from __future__ import annotations

from typing import NamedTuple

from scintidot.errors import BadValue
from scintidot.materials.fields import In
from scintidot.options import Number, read, read_whole


class Bins(NamedTuple):
    """Bins from the start of a period."""

    width: float  # [ps]
    number: int
    period: float  # [ps] between excitations


def read_bins(bin_width_ps: Number, bins: Number, period_ns: Number, where: str) -> Bins:
    """Bins that end within the period."""
    width = read(bin_width_ps, "--bin-width-ps", where, In("ps", above=0, at_most=1e9))
    number = read_whole(bins, "--bins", where, 20, 1 << 20)
    period = 1e3 * read(period_ns, "--period-ns", where, In("ns", above=0, at_most=1e9))
    if number * width > period * (1 + 1e-9):
        raise BadValue(
            where=where, what="value", who="--bins", found=f"{number} of {width:g} ps",
            expected=f"bins that end within the period of {period / 1e3:g} ns",
        )  # fmt: skip
    return Bins(width, number, period)
