"""Electron-hole pairs from deposited energy."""

from __future__ import annotations

from scintidot.records import FloatArray


def mean_excitons(mean_deposit: FloatArray, pair_creation_energy: FloatArray) -> FloatArray:
    """<N> from energies in eV, taking every pair to bind into one exciton of the nanocrystal that got it."""
    return mean_deposit / pair_creation_energy
