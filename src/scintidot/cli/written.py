"""What every ``analyse`` command writes: report and result into a folder, and a material card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scintidot.errors import BadValue

if TYPE_CHECKING:
    from scintidot.measured.document import Analysis


def write_all(analysis: Analysis, out: Path | None, to_card: Path | None, base: str | None) -> None:
    """Write what was asked for; ``base`` is the material that gives a card everything else."""
    if to_card is not None and base is None:
        raise BadValue(
            where="analyse", what="option", who="--material", expected="it with --to-card, for all other numbers",
            found="nothing",
        )  # fmt: skip
    if out is not None:
        from scintidot.report.analysis import write_analysis

        write_analysis(analysis, out)
    if to_card is not None:
        from scintidot.measured.card import write_card

        assert base is not None
        write_card(analysis, to_card, base)
