"""What instruments measure, whatever file it came from. Arrays in the working units: ps, nm, eV, counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scintidot.records import FloatArray


@dataclass(frozen=True)
class DecayTrace:
    """Light against time after an excitation, in bins of equal width."""

    values: FloatArray  # (bins,) photon counts, or a signal where ``counted`` is false
    bin_width: float  # [ps]
    name: str = ""
    start: float = 0.0  # [ps] lower edge of the first bin
    period: float | None = None  # [ps] between excitations; None where the file does not say
    excitations: float | None = None  # number of excitations in the measurement
    duration: float | None = None  # [s] of the measurement
    counted: bool = True  # whole numbers of photons; false for a voltage or a normalised curve
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def edges(self) -> FloatArray:
        """Edges of the bins [ps], shape (bins + 1,)."""
        import numpy as np

        return np.asarray(self.start + self.bin_width * np.arange(len(self.values) + 1), dtype=float)


@dataclass(frozen=True)
class TransientTrace:
    """Change of absorption, or time-resolved emission, against delay and wavelength."""

    time: FloatArray  # (times,) [ps], rising
    wavelength: FloatArray  # (wavelengths,) [nm], rising
    values: FloatArray  # (times, wavelengths)
    name: str = ""
    fluence: float | None = None  # [photons/cm2] of the pump, where the file or the user says it
    unit: str = ""  # of the values, such as mOD, where the file says it
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SpectrumTrace:
    """One spectrum; a file of several columns gives several."""

    wavelength: FloatArray  # (points,) [nm], rising
    values: FloatArray  # (points,)
    name: str = ""
    kind: str = "unknown"  # absorption, emission, excitation, unknown
    metadata: dict[str, Any] = field(default_factory=dict)


Trace = DecayTrace | TransientTrace | SpectrumTrace

KINDS: dict[str, type[Trace]] = {
    "decay": DecayTrace,
    "transient": TransientTrace,
    "spectrum": SpectrumTrace,
}
"""What a command asks of a file."""
