"""How far a history is, and what its electron has around it: numbers, which the compiler keeps in registers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scintidot.transport.track.flight import NOTHING, Rates

GOES_ON, EVENT = -1, -2
"""Besides the events of the books: nothing worth a point has happened; an event, and it is not decided which."""


class History(NamedTuple):
    """How far a history is."""

    state: np.uint64  # of its random numbers
    increment: np.uint64
    waiting: int  # electrons on the stack
    crystals: int  # hit so far
    tracks: int
    events: int
    points: int  # recorded


class Near(NamedTuple):
    """Rates for an electron where it is; not ``known`` once they belong to another medium or energy."""

    known: bool
    i: int  # row of its energy in the tables
    f: float  # share of the way to the next row
    rated: float  # energy that the rates are for [eV]
    rates: Rates


UNKNOWN = Near(False, 0, 0.0, 0.0, NOTHING)
