"""Expected counts of one measurement: light through the instrument, background, scatter, pile-up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scintidot.analysis.decay.responses import Response
from scintidot.analysis.decay.shapes import Shape
from scintidot.analysis.fitting import Cost, Parameter, Prediction
from scintidot.records import FloatArray

SHIFT, WIDTH, BACKGROUND, SCATTER = "shift_ps", "response_fwhm_ps", "background", "scatter"


@dataclass(frozen=True)
class Instrument:
    """Parameters of a measurement that are none of the sample's."""

    response: Response
    shift: Parameter
    width: Parameter  # FWHM [ps] of a Gaussian response
    background: Parameter  # [counts/bin]
    scatter: Parameter  # counts of excitation light in the whole decay
    excitations: float | None = None  # number of them: the first photon of each is counted (pile-up)

    @property
    def parameters(self) -> list[Parameter]:
        """In the order in which `DecayModel` takes them."""
        return [self.shift, self.width, self.background, self.scatter]


@dataclass(frozen=True)
class DecayModel:
    """Expected counts against the parameters of the shape, then those of the instrument."""

    shape: Shape
    instrument: Instrument
    window: npt.NDArray[np.intp]  # bins that are fitted

    @cached_property
    def parameters(self) -> list[Parameter]:
        """All, with starts."""
        return [*self.shape.parameters(), *self.instrument.parameters]

    def cost(self, counts: FloatArray, sigma: float | None = None) -> Cost:
        """Of the counts of all bins; of a signal with errors ``sigma`` where it is no counts."""
        if sigma is not None:
            return Cost.gaussian(self, counts[self.window], sigma)
        return Cost.poisson(self, counts[self.window])

    def __call__(self, values: FloatArray) -> Prediction:
        return Prediction(self.expected(values)[self.window], lambda: self.jacobian(values)[self.window])

    def expected(self, values: FloatArray) -> FloatArray:
        """Counts in every bin, fitted or not."""
        own, (shift, width, background, scatter) = values[:-4], values[-4:]
        response = self.instrument.response
        counts = self.shape.counts(own, response, shift, width) + background
        if scatter:
            counts = counts + scatter * response.flash(shift, width).share[0]
        excitations = self.instrument.excitations
        return counts if excitations is None else piled_up(counts, excitations)

    def jacobian(self, values: FloatArray) -> FloatArray:
        """Of the counts in every bin by the parameters, (bins, parameters)."""
        own, (shift, width, background, scatter) = values[:-4], values[-4:]
        response = self.instrument.response
        light = self.shape.light(own, response, shift, width)
        flash = response.flash(shift, width)
        jacobian = np.zeros((response.bins, len(values)))
        jacobian[:, : len(own)] = light.jacobian
        jacobian[:, -4] = light.by_shift + scatter * flash.by_shift[0]
        if light.by_width is not None and flash.by_width is not None:
            jacobian[:, -3] = light.by_width + scatter * flash.by_width[0]
        jacobian[:, -2] = 1
        jacobian[:, -1] = flash.share[0]
        excitations = self.instrument.excitations
        if excitations is None:
            return jacobian
        return piled_up_slopes(light.counts + background + scatter * flash.share[0], jacobian, excitations)


def piled_up(expected: FloatArray, excitations: float) -> FloatArray:
    """Counts of an instrument that sees the first photon of each excitation only (Coates 1968,
    doi:10.1088/0022-3735/1/8/437, read forwards), c_i = E (1 - exp(-m_i/E)) exp(-sum_(j<i) m_j/E).

    Examples
    --------
    >>> import numpy as np
    >>> [round(float(c), 3) for c in piled_up(np.array([100.0, 100.0]), 1000.0)]
    [95.163, 86.107]
    """
    before = np.concatenate([[0.0], np.cumsum(expected)[:-1]])
    return np.asarray(-excitations * np.expm1(-expected / excitations) * np.exp(-before / excitations))


def piled_up_slopes(expected: FloatArray, jacobian: FloatArray, excitations: float) -> FloatArray:
    """Derivatives of `piled_up` from those of ``expected``."""
    before = np.concatenate([[0.0], np.cumsum(expected)[:-1]])
    seen = piled_up(expected, excitations)
    earlier = np.concatenate([np.zeros((1, jacobian.shape[1])), np.cumsum(jacobian, axis=0)[:-1]])
    here = np.exp(-(before + expected) / excitations)
    return np.asarray(here[:, None] * jacobian - (seen / excitations)[:, None] * earlier)
