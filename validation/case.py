"""What a comparison consists of."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHARED = Path(os.environ.get("SCINTIDOT_SHARED", Path(__file__).resolve().parents[2] / "shared"))
"""Folder of references that are not part of the repository; a case that lacks one says so."""


@dataclass(frozen=True)
class Row:
    """One number of ours beside one from elsewhere."""

    quantity: str
    at: str  # where it is taken, such as "Au, 1 keV"
    unit: str
    ours: float
    reference: float
    tolerance: float | None  # largest relative deviation accepted; None: shown, not judged

    @property
    def deviation(self) -> float:
        """Relative, ours against the reference."""
        return self.ours / self.reference - 1

    @property
    def passed(self) -> bool:
        """Whether the deviation is within the tolerance, if there is one."""
        return self.tolerance is None or abs(self.deviation) <= self.tolerance


@dataclass(frozen=True)
class Case:
    """A named comparison: its rows, what the reference is, why it differs where it does, and a picture."""

    title: str
    reference: str  # the source in full, with DOI, and its provenance
    remarks: str
    rows: list[Row] = field(default_factory=list)
    draw: Callable[[Any], None] | None = None  # draws on a matplotlib Figure
    missing: str = ""  # why nothing could be compared, such as an absent reference file

    def worst(self) -> Iterable[Row]:
        """Rows by falling deviation."""
        return sorted(self.rows, key=lambda row: -abs(row.deviation))
