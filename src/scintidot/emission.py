"""What a prediction emits by transition: photons, spectra, time-resolved spectra of every size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from scintidot.constants import PLANCK_TIMES_LIGHT
from scintidot.kinetics.exact import ExactDecay
from scintidot.kinetics.laws import TRANSITIONS
from scintidot.light.spectrum import Spectrum, peak_and_width
from scintidot.light_yield.spectra import emission_spectrum
from scintidot.materials.material import Material
from scintidot.records import FloatArray

GRID = 161
"""Photon energies of a spectrum."""


@dataclass(frozen=True, eq=False)
class Emission:
    """Light of an exact model by transition, with the lines of a card."""

    material: Material
    edge_length: FloatArray  # [nm], shape (n,)
    size_dispersion: float
    decay: ExactDecay

    @cached_property
    def photons(self) -> FloatArray:
        """Per nanocrystal, shape (n, transitions)."""
        return self.decay.transition_photons

    def spectrum(self, i: int, photons: FloatArray) -> Spectrum:
        """Of size ``i``, from photons or rates by transition, shape (..., transitions)."""
        lines = self.material.card.emission
        assert lines is not None
        shifts = {
            name: 0.0 if shift is None else shift.value
            for name, shift in (
                ("biexciton_shift", lines.biexciton_shift),
                ("trion_shift", lines.trion_shift),
            )
        }
        return emission_spectrum(
            photons, self.material.scintillator(), float(self.edge_length[i]), lines.line_width_fwhm.value,
            size_dispersion=self.size_dispersion, **shifts,
        )  # fmt: skip

    @cached_property
    def energy(self) -> FloatArray:
        """Photon energies [eV] that hold the lines of all sizes, shape (`GRID`,)."""
        ends = [self.spectrum(i, self.photons[i]).energies(2) for i in range(len(self.edge_length))]
        return np.linspace(min(end[0] for end in ends), max(end[1] for end in ends), GRID)

    def per_energy(self, photons: FloatArray) -> FloatArray:
        """Spectra [1/eV] of all sizes, shape (n, ..., `GRID`), from photons or rates of shape (n, ..., transitions)."""
        return np.stack([self.spectrum(i, part).per_energy(self.energy) for i, part in enumerate(photons)])

    def row(self, i: int) -> dict[str, Any]:
        """Figures of size ``i`` for a result; energies [eV], wavelength of the peak per wavelength [nm]."""
        spectrum = self.spectrum(i, self.photons[i])
        at = spectrum.energies()
        peak, width = peak_and_width(at, spectrum.per_energy(at))
        wavelength = np.linspace(PLANCK_TIMES_LIGHT / at[-1], PLANCK_TIMES_LIGHT / at[0], len(at))
        numbers = {
            "mean_energy_eV": float(spectrum.mean_energy),
            "peak_eV": peak,
            "width_fwhm_eV": width,
            "peak_nm": peak_and_width(wavelength, spectrum.per_wavelength(wavelength))[0],
        }
        known = {name: value if np.isfinite(value) else None for name, value in numbers.items()}
        by_transition = {name: float(light) for name, light in zip(TRANSITIONS, self.photons[i], strict=True)}
        return {**known, "photons_by_transition": by_transition}
