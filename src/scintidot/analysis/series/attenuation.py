"""Attenuation from the light of a reference scintillator with and without a sample before it.

share = 1 - (I_with - b)/(I_without - b), b the background. The same mass of nanocrystals attenuates X-rays alike,
whatever their size: the shares of a series are compared with their mean, and with a line against the size.
"""

from __future__ import annotations

import numpy as np

from scintidot.records import FloatArray


def attenuated_share(
    with_sample: FloatArray, without_sample: FloatArray, background: FloatArray,
    with_error: FloatArray, without_error: FloatArray, background_error: FloatArray,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Share of the radiation that a sample stops, and its standard deviation by first-order propagation.

    >>> from numpy import array, sqrt
    >>> s, e = attenuated_share(*map(array, (6700.0, 10100.0, 100.0)), *map(sqrt, (6700.0, 10100.0, 100.0)))
    >>> round(float(s), 3), round(float(e), 4)
    (0.34, 0.0105)
    """
    above, open_beam = with_sample - background, without_sample - background
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = above / open_beam
        variance = (
            with_error**2 + (ratio * without_error) ** 2 + ((1 - ratio) * background_error) ** 2
        ) / open_beam**2
    return np.asarray(1 - ratio), np.asarray(np.sqrt(variance))
