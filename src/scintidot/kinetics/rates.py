"""Rates of the biexciton model, and the two named ways to derive them from measured figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scintidot.errors import one_of
from scintidot.records import FloatArray

MODELS = {
    "paper": (
        "Eqs. 1-7 of Fratelli 2024 as printed: the total exciton rate stands for the radiative one, "
        "k_XX = ratio k_X, and the biexciton has no nonradiative way out but Auger recombination"
    ),
    "poisson-biexciton": (
        "the same equations with radiative and nonradiative rates kept apart: k_XX = ratio k_rad, each "
        "exciton of the pair may be lost nonradiatively (2 k_nr), and Auger recombination"
    ),
}


@dataclass(frozen=True)
class BiexcitonRates:
    """Rates of X (one exciton) and XX (two). [1/ps] Arrays broadcast."""

    exciton: FloatArray  # k_X, total
    exciton_radiative: FloatArray  # Phi_X k_X
    biexciton_radiative: FloatArray  # k_XX
    biexciton_nonradiative: FloatArray  # XX -> X without a photon, other than Auger
    auger: FloatArray  # k_AR
    retained_fraction: FloatArray  # xi: share of Auger events that leave X; the others ionise (dark)
    rate_ratio: FloatArray  # k_XX / k_X that defines Phi_AR

    @property
    def biexciton(self) -> FloatArray:
        """Total rate out of XX."""
        return self.biexciton_radiative + self.biexciton_nonradiative + self.auger

    @property
    def refill(self) -> FloatArray:
        """Rate from XX into X."""
        return self.biexciton_radiative + self.biexciton_nonradiative + self.retained_fraction * self.auger

    @property
    def auger_efficiency(self) -> FloatArray:
        """Phi_AR = k_AR/(k_AR + ratio k_X), as published values are derived: with the total k_X."""
        return self.auger / (self.auger + self.rate_ratio * self.exciton)


def biexciton_rates(
    model: str,
    *,
    exciton_rate: npt.ArrayLike,
    quantum_yield: npt.ArrayLike,
    retained_fraction: npt.ArrayLike,
    auger_rate: npt.ArrayLike | None = None,
    auger_efficiency: npt.ArrayLike | None = None,
    rate_ratio: npt.ArrayLike = 4.0,
) -> BiexcitonRates:
    """Rates of the named model. Give the Auger rate, or the efficiency from which it follows.

    Parameters
    ----------
    model : str
        ``paper`` or ``poisson-biexciton``, see `MODELS`.
    exciton_rate : array_like
        Total decay rate of the single exciton, radiative and nonradiative. [1/ps]
    quantum_yield : array_like
        Phi_X, radiative share of that rate. [1] 0 to 1.
    retained_fraction : array_like
        xi, share of Auger events that leave one exciton. [1] 0 to 1.
    auger_rate : array_like, optional
        k_AR. [1/ps]
    auger_efficiency : array_like, optional
        Phi_AR = k_AR/(k_AR + ratio k_X) with the total k_X, 0 <= Phi_AR < 1. In both models this is a
        name for k_AR; it is the probability that a biexciton ends by Auger recombination if Phi_X = 1.
    rate_ratio : array_like
        k_XX / k_X between radiative rates; 4 for two independent electron-hole pairs whose carriers all
        recombine with each other (Klimov 2000, doi:10.1021/jp9944132).

    Examples
    --------
    >>> rates = biexciton_rates("paper", exciton_rate=1e-4, quantum_yield=1.0, retained_fraction=0.5,
    ...                         auger_efficiency=0.9)
    >>> round(float(rates.auger), 6)
    0.0036
    """
    one_of(model, MODELS, where="kinetics", who="model")
    total, phi, retained, ratio = (
        np.asarray(x, dtype=float) for x in (exciton_rate, quantum_yield, retained_fraction, rate_ratio)
    )
    if model == "paper":
        radiative, nonradiative = ratio * total, np.zeros_like(total)
    else:
        radiative, nonradiative = ratio * phi * total, 2 * (1 - phi) * total
    if auger_rate is None:
        if auger_efficiency is None:
            raise TypeError("biexciton_rates needs auger_rate or auger_efficiency")
        efficiency = np.asarray(auger_efficiency, dtype=float)
        auger = ratio * total * efficiency / (1 - efficiency)
    else:
        auger = np.asarray(auger_rate, dtype=float)
    return BiexcitonRates(total, phi * total, radiative, nonradiative, auger, retained, ratio)
