"""What is fitted to a decay: sums of exponentials, or the kinetic models with <N>, k_X and k_AR as parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

import numpy as np

from scintidot.analysis.decay.responses import Response
from scintidot.analysis.fitting import Parameter
from scintidot.kinetics import exact, rates
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.records import Exponentials, FloatArray

NAMES = {1: ("X",), 2: ("XX", "X"), 3: ("XX", "trion", "X"), 4: ("multi", "XX", "trion", "X")}
"""Names of the components in the order of their lifetimes, shortest first."""


UNSEEN = 1e-11
"""Share of the light below which a term of an exact model is left out."""


class Light(NamedTuple):
    """Counts in each bin and their derivatives."""

    counts: FloatArray  # (bins,)
    jacobian: FloatArray  # (bins, parameters of the shape)
    by_shift: FloatArray  # (bins,)
    by_width: FloatArray | None


class Shape(Protocol):
    """The light after an excitation, without the instrument."""

    def parameters(self) -> list[Parameter]:
        """With starts."""

    def counts(self, values: FloatArray, response: Response, shift: float, width: float) -> FloatArray:
        """In each bin of an instrument."""

    def light(self, values: FloatArray, response: Response, shift: float, width: float) -> Light:
        """The same with derivatives."""

    def exponentials(self, values: FloatArray) -> Exponentials:
        """F(t) of all the light: amplitudes in counts/ps."""


@dataclass(frozen=True)
class Components:
    """A sum of exponentials, each with its photons (counts in the whole decay) and its lifetime."""

    photons: tuple[float, ...]  # where they start
    lifetimes: tuple[float, ...]  # [ps], shortest first
    names: tuple[str, ...]
    shortest: float  # [ps] limits of the lifetimes
    longest: float

    def parameters(self) -> list[Parameter]:
        """Photons of each, then lifetime of each."""
        light = [
            Parameter(photons_name(name), start, 0.0, unit="counts", scale=max(start, 1.0))
            for name, start in zip(self.names, self.photons, strict=True)
        ]
        times = [
            Parameter(lifetime_name(name), start, self.shortest, self.longest, unit="ps")
            for name, start in zip(self.names, self.lifetimes, strict=True)
        ]
        return [*light, *times]

    def counts(self, values: FloatArray, response: Response, shift: float, width: float) -> FloatArray:
        """See `Shape`."""
        photons, lifetimes = np.split(values, 2)
        return np.asarray(photons @ response.share(1 / lifetimes, shift, width))

    def light(self, values: FloatArray, response: Response, shift: float, width: float) -> Light:
        """See `Shape`."""
        photons, lifetimes = np.split(values, 2)
        columns = response.columns(1 / lifetimes, shift, width)
        by_lifetime = -(photons / lifetimes)[:, None] * columns.by_log_rate
        return Light(
            photons @ columns.share,
            np.concatenate([columns.share, by_lifetime]).T,
            photons @ columns.by_shift,
            None if columns.by_width is None else photons @ columns.by_width,
        )

    def exponentials(self, values: FloatArray) -> Exponentials:
        """See `Shape`."""
        photons, lifetimes = np.split(values, 2)
        return Exponentials(photons / lifetimes, 1 / lifetimes)


def photons_name(component: str) -> str:
    """Of the parameter with the photons of a component."""
    return f"photons_{component}"


def lifetime_name(component: str) -> str:
    """Of the parameter with its lifetime."""
    return f"lifetime_{component}_ps"


@dataclass(frozen=True)
class Kinetic:
    """A kinetic model of the nanocrystal, with the photons of the whole decay as a factor."""

    model: str  # of `exact.MODELS` or `rates.MODELS`
    distribution: Callable[[float], FloatArray] = field(compare=False)  # P(n) of a mean <N>
    photons: float
    exciton_lifetime: float  # [ps]
    auger_lifetime: float  # [ps], 1/k_AR
    mean_excitons: float
    retained_fraction: float = 0.5
    quantum_yield: float = 1.0
    most_excitons: float = 30.0
    held: Sequence[str] = ("retained_fraction", "quantum_yield")

    def parameters(self) -> list[Parameter]:
        """Photons, then those of the kinetics."""
        tau, auger = self.exciton_lifetime, self.auger_lifetime
        rows = [
            Parameter("photons", self.photons, 0.0, unit="counts", scale=self.photons),
            Parameter("exciton_lifetime_ps", tau, 1e-3 * tau, 1e3 * tau, unit="ps"),
            Parameter("auger_lifetime_ps", auger, 1e-4 * auger, 1e4 * auger, unit="ps"),
            Parameter("mean_excitons", self.mean_excitons, 1e-4, self.most_excitons, scale=1.0),
            Parameter("retained_fraction", self.retained_fraction, 0.0, 1.0, scale=1.0),
            Parameter("quantum_yield", self.quantum_yield, 1e-3, 1.0, scale=1.0),
        ]
        return [replace(p, fixed=p.name in self.held) for p in rows]

    def _decay(self, values: FloatArray) -> Exponentials:
        """F(t) of one nanocrystal per excitation."""
        _, tau, auger, mean, retained, phi = values
        weights = self.distribution(float(mean))
        common = {
            "exciton_rate": 1 / tau, "quantum_yield": phi, "auger_rate": 1 / auger,
            "retained_fraction": retained,
        }  # fmt: skip
        if self.model in exact.MODELS:
            return exact.ExactDecay(self.model, exact.exact_rates(**common), weights).exponentials
        populations = np.asarray(weights[1]), np.asarray(weights[2:].sum())
        return BiexcitonDecay(rates.biexciton_rates(self.model, **common), *populations).exponentials

    def exponentials(self, values: FloatArray) -> Exponentials:
        """See `Shape`."""
        found = self._decay(values)
        light = np.abs(found.amplitude / found.rate)
        kept = light > UNSEEN * light.sum()
        return Exponentials(values[0] * found.amplitude[kept] / found.integral, found.rate[kept])

    def light(self, values: FloatArray, response: Response, shift: float, width: float) -> Light:
        """See `Shape`; the derivatives by the kinetic parameters are differences."""
        terms = self.exponentials(values)
        columns = response.columns(terms.rate, shift, width)
        weight = terms.amplitude / terms.rate
        counts = weight @ columns.share
        jacobian = np.zeros((response.bins, len(values)))
        one = np.concatenate([[1.0], values[1:]])
        jacobian[:, 0] = counts / values[0] if values[0] else self.counts(one, response, shift, width)
        for place, p in enumerate(self.parameters()):
            if place == 0 or p.fixed:
                continue
            step = 1e-3 * (values[place] if p.scale is None else p.scale * max(values[place], 0.05))
            up, down = values.copy(), values.copy()
            up[place], down[place] = min(values[place] + step, p.high), max(values[place] - step, p.low)
            change = self.counts(up, response, shift, width) - self.counts(down, response, shift, width)
            jacobian[:, place] = change / (up[place] - down[place])
        by_width = None if columns.by_width is None else weight @ columns.by_width
        return Light(counts, jacobian, weight @ columns.by_shift, by_width)

    def counts(self, values: FloatArray, response: Response, shift: float, width: float) -> FloatArray:
        """See `Shape`."""
        terms = self.exponentials(values)
        return np.asarray((terms.amplitude / terms.rate) @ response.share(terms.rate, shift, width))
