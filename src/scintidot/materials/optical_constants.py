"""Measured optical constants."""

from __future__ import annotations

from dataclasses import dataclass

from scintidot.records import FloatArray


@dataclass(frozen=True, eq=False)
class OpticalConstants:
    """Either the dielectric function or the loss function, by rising energy."""

    energy: FloatArray  # [eV]
    eps1: FloatArray | None = None
    eps2: FloatArray | None = None
    loss: FloatArray | None = None
