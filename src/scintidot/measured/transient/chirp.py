"""Time zero against wavelength in the document and in the report, for one matrix and for a series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from scintidot.analysis.transient.chirp import Dispersion, Onsets
from scintidot.measured.panels import Panel, Series
from scintidot.output import number
from scintidot.records import FloatArray


def numbers(values: FloatArray) -> list[float | None]:
    """An array for JSON."""
    return [number(value) for value in values]


def chirp_document(law: Dispersion, first: Onsets, errors: Sequence[float] | None = None) -> dict[str, Any]:
    """Law, coefficients (with ``errors`` where they were fitted) and single onsets."""
    fitted = {} if errors is None else {"coefficients_error_ps": [number(error) for error in errors]}
    return {
        "law": law.law,
        "centre_nm": law.centre,
        "coefficients_ps": numbers(law.coefficients),
        **fitted,
        "wavelength_nm": numbers(first.wavelength),
        "time_zero_ps": numbers(law(first.wavelength)),
        "onset_ps": numbers(first.time_zero),
        "onset_error_ps": numbers(first.error),
    }


def chirp_panel(law: Dispersion, first: Onsets, caption: str) -> Panel:
    """Onsets with their errors, and the law."""
    good, x = np.isfinite(first.error), first.wavelength
    return Panel(
        "Chirp", "wavelength [nm]", "time zero [ps]", caption,
        (
            Series("onsets", x[good], first.time_zero[good], first.error[good]),
            Series("law", x, law(x), style="line"),
        ),
    )  # fmt: skip
