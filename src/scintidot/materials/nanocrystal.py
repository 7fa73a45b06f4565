"""Sections of a card that describe nanocrystals against their size: gap, yields, lifetimes, emission."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from scintidot.errors import FieldError, nearest
from scintidot.materials.fields import In, OneOf
from scintidot.materials.sections import (
    AtLeastOne,
    Energy,
    ExactLength,
    Fraction,
    Length,
    Positive,
    PositiveEnergy,
    Section,
    SignedEnergy,
    Time,
)
from scintidot.provenance import Quantity
from scintidot.records import FloatArray


class SizeRange(Section):
    """Edge lengths that the card's laws were made for, and beyond which they are refused."""

    published_smallest: ExactLength
    published_largest: ExactLength
    smallest: ExactLength
    largest: ExactLength

    @model_validator(mode="after")
    def _in_order(self) -> SizeRange:
        sizes = [
            q.value for q in (self.smallest, self.published_smallest, self.published_largest, self.largest)
        ]
        if sizes != sorted(sizes) or sizes[0] == sizes[-1]:
            expected = "smallest <= published_smallest <= published_largest <= largest"
            raise FieldError("range", expected, ", ".join(f"{size:g}" for size in sizes) + " nm")
        return self


class SizingCurve(Section):
    """Band gap of the nanocrystal against edge length."""

    form: Literal["power-law"]
    energy_at_infinity: PositiveEnergy
    amplitude: Energy
    exponent: Positive

    def __call__(self, edge_length: FloatArray) -> FloatArray:
        """Gap [eV] at ``edge_length`` [nm]."""
        rise = self.amplitude.value * np.asarray(edge_length, dtype=float) ** -self.exponent.value
        return np.asarray(self.energy_at_infinity.value + rise)


class Exciton(Section):
    """The single exciton."""

    lifetime: Time


class YieldPoint(Section):
    """Quantum yield of one sample."""

    edge_length: ExactLength
    quantum_yield: Fraction


class YieldPoints(Section):
    """Measured quantum yields of samples, linear between them and constant beyond."""

    form: Literal["points"]
    points: tuple[YieldPoint, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rising(self) -> YieldPoints:
        edges = [point.edge_length.value for point in self.points]
        if any(b <= a for a, b in pairwise(edges)):
            raise FieldError("law", "points by rising edge_length", ", ".join(f"{edge:g}" for edge in edges))
        return self

    def __call__(self, edge_length: FloatArray) -> FloatArray:
        """Phi_X at ``edge_length`` [nm]."""
        edges = [point.edge_length.value for point in self.points]
        return np.interp(edge_length, edges, [point.quantum_yield.value for point in self.points])


class LogNormalYield(Section):
    """Share of single excitons that emit: highest at one size, falling to both sides."""

    form: Literal["log-normal"]
    peak: Fraction
    best_edge_length: Length
    small_edge_length: ExactLength
    small_value: Annotated[Quantity, In("1", above=0, at_most=1)]

    @model_validator(mode="after")
    def _rises_to_its_peak(self) -> LogNormalYield:
        low = self.peak.value if self.peak.low is None else self.peak.low
        high = self.small_value.value if self.small_value.high is None else self.small_value.high
        if not high < low:
            peak = self.peak.value
            hint = f"{100 * peak:g} % is {peak:g}: is the unit '1' meant?" if peak < 0.01 else None
            raise FieldError("law", "small_value < peak, with their bands", f"{high:g} and {low:g}", hint)
        nearest_best = self.best_edge_length.low or self.best_edge_length.value
        if not self.small_edge_length.value < nearest_best:
            found = f"{self.small_edge_length.value:g} and {nearest_best:g} nm"
            raise FieldError("law", "small_edge_length < best_edge_length, with its band", found)
        return self

    def __call__(self, edge_length: FloatArray) -> FloatArray:
        """Phi_X at ``edge_length`` [nm]."""
        peak, best = self.peak.value, self.best_edge_length.value
        fall = np.log(best / self.small_edge_length.value) ** 2 / np.log(peak / self.small_value.value)
        return np.asarray(peak * np.exp(-(np.log(np.asarray(edge_length) / best) ** 2) / fall))


def _yield_law(entry: Any) -> Any:
    """The law whose ``form`` the table names; its own faults are explained by `schema.explain`."""
    if not isinstance(entry, dict):
        return entry
    laws: dict[str, type[Section]] = {"log-normal": LogNormalYield, "points": YieldPoints}
    form = OneOf(laws, "form").read(entry.get("form"))
    return laws[form].model_validate(entry)


QuantumYield = Annotated[LogNormalYield | YieldPoints, BeforeValidator(_yield_law)]


class Biexciton(Section):
    """Two excitons in one nanocrystal."""

    rate_ratio: AtLeastOne
    retained_fraction: Fraction


class AugerLaw(Section):
    """Auger lifetime of the biexciton: the power of the volume that joins two sizes."""

    form: Literal["two-point-power-law"]
    description: str
    small_edge_length: ExactLength
    small_lifetime: Time
    large_edge_length: ExactLength
    large_lifetime: Time

    @model_validator(mode="after")
    def _two_sizes(self) -> AugerLaw:
        if not self.small_edge_length.value < self.large_edge_length.value:
            found = f"{self.small_edge_length.value:g} and {self.large_edge_length.value:g} nm"
            raise FieldError("law", "small_edge_length < large_edge_length", found)
        return self

    def __call__(self, edge_length: FloatArray) -> FloatArray:
        """1/k_AR [ps] at ``edge_length`` [nm]."""
        small, lifetime = self.small_edge_length.value, self.small_lifetime.value
        exponent = np.log(self.large_lifetime.value / lifetime) / np.log(self.large_edge_length.value / small)
        return np.asarray(lifetime * (np.asarray(edge_length, dtype=float) / small) ** exponent)


class Auger(Section):
    """Named laws for the Auger lifetime of the biexciton against volume."""

    default: str
    laws: dict[str, AugerLaw]

    @model_validator(mode="after")
    def _default_exists(self) -> Auger:
        if self.default not in self.laws:
            raise FieldError(
                "name", "a law under 'auger.laws'", repr(self.default), nearest(self.default, self.laws)
            )
        return self


class PairCreation(Section):
    """epsilon = gap_factor Eg + offset."""

    description: str
    gap_factor: Positive
    offset: Energy

    def __call__(self, band_gap: FloatArray) -> FloatArray:
        """Mean energy [eV] per electron-hole pair at ``band_gap`` [eV]."""
        return np.asarray(self.gap_factor.value * np.asarray(band_gap) + self.offset.value)


class Emission(Section):
    """Emission spectrum of the single exciton: a Gaussian in energy about the sizing curve.

    Shifts say by how much the lines of other transitions lie below it (negative: above). The trion shift holds for
    both signs of the charge; the width for all lines, at the temperature of its source.
    """

    form: Literal["gaussian"]
    line_width_fwhm: PositiveEnergy
    biexciton_shift: SignedEnergy | None = None
    trion_shift: SignedEnergy | None = None
