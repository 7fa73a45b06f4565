"""What passes from one stage to the next. Arrays broadcast against each other; units in brackets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Primary:
    """One kind of primary particle and where it starts."""

    kinetic_energy: float  # [eV]
    start: str  # centre, uniform or crossing


@dataclass(frozen=True)
class Deposit:
    """Energy kept by one nanocrystal, mean over every event (start rule crossing: every crossing)."""

    mean_energy: FloatArray  # [eV]


@dataclass(frozen=True)
class Occupancy:
    """Excitons in one nanocrystal right after the excitation, as populations of the biexciton model."""

    mean_excitons: FloatArray  # <N>
    exciton: FloatArray  # N_X(0)
    biexciton: FloatArray  # N_XX(0): every N >= 2 counted as one biexciton


@dataclass(frozen=True)
class Exponentials:
    """A decay curve F(t) = sum of amplitude exp(-rate t), t >= 0; the last axis runs over the terms.

    Any decay of the kinetics in a form that can be convolved and integrated in closed form. Single amplitudes may be
    negative; F is not.
    """

    amplitude: FloatArray  # [1/ps], shape (..., terms)
    rate: FloatArray  # [1/ps] > 0, broadcasts against the amplitude

    @property
    def integral(self) -> FloatArray:
        """Photons: the time integral of F."""
        return np.asarray(np.sum(self.amplitude / self.rate, axis=-1))

    def __call__(self, time: npt.ArrayLike) -> FloatArray:
        """F [1/ps] at ``time`` [ps] >= 0 of shape (times,); shape (..., times)."""
        return np.asarray(
            self.amplitude @ np.exp(-np.multiply.outer(self.rate, np.asarray(time, dtype=float)))
        )
