"""Measured responses that are only a few bins wide: how their light lies within the bins.

The histogram gives the cumulative response F at the edges of the bins, and nothing between them. F is interpolated on
a scale of which the law named ``normal`` makes a straight line: z with Phi(z) = F. So a Gaussian response comes out
right however narrow it is, every bin keeps its light, and since the interpolation is monotone (scipy's PCHIP, after
Fritsch and Butland 1984, doi:10.1137/0905021) no light is negative. A second law, ``logistic``, has the same histogram
and heavier flanks: what differs between both is not known from the data. Each bin is then cut into `PARTS`, on which a
`MeasuredResponse` does the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scintidot.analysis.decay.prepare import full_width
from scintidot.analysis.decay.responses import Columns, MeasuredResponse
from scintidot.records import FloatArray

LAWS = ("normal", "logistic")
"""Scales on which the cumulative response is interpolated; the first is used, the second tells the doubt."""
NARROW = 3.0
"""Full width at half maximum [bins] below which the interpolation is better than a spline through the bins."""
PARTS = 4
"""Parts of a bin."""
FLOOR = 1e-7
"""Share of the response before or after an edge below which it counts as none."""


def measured_response(
    histogram: FloatArray, bin_width: float, period: float | None = None
) -> MeasuredResponse | NarrowResponse:
    """The response with this ``histogram``: a spline through it, or, if it is narrow or spiky, a `NarrowResponse`."""
    whole = MeasuredResponse(histogram, bin_width, period)
    if full_width(histogram) >= NARROW and whole.smooth:
        return whole
    return NarrowResponse(MeasuredResponse(cut(histogram), bin_width / PARTS, period))


@dataclass(frozen=True)
class NarrowResponse:
    """A measured response on `PARTS` of each bin of the data."""

    fine: MeasuredResponse

    @property
    def bins(self) -> int:
        """Of the data."""
        return self.fine.bins // PARTS

    @property
    def period(self) -> float | None:
        """Between two excitations. [ps]"""
        return self.fine.period

    @property
    def width(self) -> float:
        """Full width at half maximum [bins of the data]."""
        return full_width(self.fine.histogram) / PARTS

    def by(self, law: str) -> NarrowResponse:
        """The same histogram, cut by another law."""
        histogram = _together(self.fine.histogram)
        return NarrowResponse(replace(self.fine, histogram=cut(histogram, law)))

    def share(self, rates: FloatArray, shift: float, width: float) -> FloatArray:
        """See `Response`."""
        return _together(self.fine.share(rates, shift, width))

    def columns(self, rates: FloatArray, shift: float, width: float) -> Columns:
        """See `Response`."""
        return _columns_together(self.fine.columns(rates, shift, width))

    def flash(self, shift: float, width: float) -> Columns:
        """See `Response`."""
        return _columns_together(self.fine.flash(shift, width))


def cut(histogram: FloatArray, law: str = LAWS[0]) -> FloatArray:
    """The histogram on `PARTS` of each bin; a bin that is negative, less its background, or dark is cut evenly.

    Examples
    --------
    >>> import numpy as np
    >>> np.round(cut(np.array([0.0, 0.02, 0.48, 0.48, 0.02, 0.0])), 2)[8:16]
    array([0.05, 0.1 , 0.15, 0.19, 0.19, 0.15, 0.1 , 0.05])
    """
    from scipy.interpolate import PchipInterpolator
    from scipy.special import expit, logit, ndtr, ndtri

    to_line, back = {"normal": (ndtri, ndtr), "logistic": (logit, expit)}[law]
    light = np.maximum(histogram, 0.0)
    before = np.concatenate([[0.0], np.cumsum(light)]) / light.sum()
    line = PchipInterpolator(np.arange(len(before)), to_line(np.clip(before, FLOOR, 1 - FLOOR)))
    parts = np.diff(back(line(np.arange(PARTS * len(light) + 1) / PARTS))).reshape(-1, PARTS)
    total = parts.sum(axis=1, keepdims=True)
    within = np.where(total > 0, parts / np.where(total > 0, total, 1.0), 1 / PARTS)
    return np.asarray((histogram[:, None] * np.where(light[:, None] > 0, within, 1 / PARTS)).ravel())


def _together(fine: FloatArray) -> FloatArray:
    """Sums over the parts of each bin, along the last axis."""
    return np.asarray(fine.reshape(*fine.shape[:-1], -1, PARTS).sum(axis=-1))


def _columns_together(fine: Columns) -> Columns:
    return Columns(_together(fine.share), _together(fine.by_log_rate), _together(fine.by_shift), None)
