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
