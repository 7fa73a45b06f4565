"""What every ``analyse`` command writes: report and result into a folder, and a material card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scintidot.measured.document import Analysis


def write_all(analysis: Analysis, out: Path | None, to_card: Path | None, base: str | None) -> None:
    """Write what was asked for."""
    if out is not None:
        from scintidot.report.analysis import write_analysis

        write_analysis(analysis, out)
    if to_card is not None:
        from scintidot.measured.card import write_card

        write_card(analysis, to_card, base)
