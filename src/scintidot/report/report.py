"""Write the report of a prediction."""

from __future__ import annotations

from pathlib import Path

from scintidot.results import Prediction


def write_report(prediction: Prediction, path: Path) -> None:
    """Write one self-contained HTML file."""
    path.write_text(str(prediction.rows), encoding="utf-8")
