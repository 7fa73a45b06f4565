"""Electron-hole pairs from deposited energy."""

from __future__ import annotations

from scintidot.records import FloatArray


def pair_creation_energy(band_gap: FloatArray, gap_factor: float, offset: float) -> FloatArray:
    """Mean energy per electron-hole pair [eV] = gap_factor * band_gap + offset.

    The factor and the offset belong to a named rule on the material card, for example 14/5 and 0.5-1 eV
    (Klein 1968, doi:10.1063/1.1656484).
    """
    return gap_factor * band_gap + offset


def mean_excitons(mean_deposit: FloatArray, pair_energy: FloatArray) -> FloatArray:
    """<N>, taking every pair to bind into one exciton of the nanocrystal that got the energy."""
    return mean_deposit / pair_energy
