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


def chirp_document(law: Dispersion, each: Onsets, errors: Sequence[float] | None = None) -> dict[str, Any]:
    """Law, coefficients (with ``errors`` where they were fitted) and the onset of each column by itself."""
    fitted = {} if errors is None else {"coefficients_error_ps": [number(error) for error in errors]}
    return {
        "law": law.law,
        "centre_nm": law.centre,
        "coefficients_ps": numbers(law.coefficients),
        **fitted,
        "wavelength_nm": numbers(each.wavelength),
        "time_zero_ps": numbers(law(each.wavelength)),
        "onset_from": "each wavelength by itself, with the rates and the response of the fit",
        "onset_ps": numbers(each.time_zero),
        "onset_error_ps": numbers(each.error),
    }


def chirp_panel(law: Dispersion, each: Onsets, words: str) -> Panel:
    """Onsets of single columns with their errors, and the law, of which the caption says ``words``."""
    good, x = np.isfinite(each.error), each.wavelength
    return Panel(
        "Chirp", "wavelength [nm]", "time zero [ps]",
        f"Time zero fitted to each wavelength by itself with the rates and the response of the fit, and {words}.",
        (
            Series("each wavelength", x[good], each.time_zero[good], each.error[good]),
            Series("law", x, law(x), style="line"),
        ),
    )  # fmt: skip
