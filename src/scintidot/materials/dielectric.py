"""Dielectric function and energy-loss function of a compound, from what is known of it.

Three stretches of energy are put together (zero momentum transfer):

measured  optical constants, or a measured loss function, as far as they go
estimate  from there to `ATOMIC_START`: one Tauc-Lorentz oscillator, G = `ESTIMATE_WIDTH`,
              eps2(E) = A E0 G (E - Eg)^2 / (E ((E^2 - E0^2)^2 + G^2 E^2)) above the gap Eg
          (Jellison and Modine, Appl. Phys. Lett. 69, 371 (1996), doi:10.1063/1.118064)
computed  above: photoabsorption of independent atoms (`photoabsorption`)

Whatever the input, three sum rules hold on the result, since eps1 follows from eps2 (or eps from the loss
function) by Kramers and Kronig, and the one free scale from the f-sum rule:

    (2/pi Ep1^2) integral E eps2 dE = (2/pi Ep1^2) integral E Im(-1/eps) dE = Z electrons per formula unit
    (2/pi) integral Im(-1/eps)/E dE = 1 - 1/eps1(0)

Ep1 is the plasma energy of one electron per formula unit. The free scale is, by the kind of input,
the strength A of the oscillator (its position E0 then follows from the measured eps1 at the lowest energy, the
refractive index, or Herve and Vandamme's index for the gap); the atoms above measured eps2; or a measured loss
function, whose absolute scale is its weakest part. Below the gap an insulator loses nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scintidot.errors import BadFile, OutOfRange
from scintidot.materials import photoabsorption
from scintidot.materials.composition import Composition
from scintidot.materials.energy_loss import EnergyLoss, plasma_energy
from scintidot.materials.kramers_kronig import operator, transform
from scintidot.materials.optical_constants import OpticalConstants
from scintidot.records import FloatArray

ATOMIC_START = 30.0  # [eV]; below it bonding rearranges the absorption of the atoms
FADE_START = 27.0  # [eV]; oscillator and atoms cross over from here to ATOMIC_START
ESTIMATE_WIDTH = 10.0  # [eV]
LOWEST_ENERGY = 0.1  # [eV]
LARGEST_SCALE = 1.15  # of atoms or of a measured loss function, and its inverse
HIGHEST_GAP = 15.0  # [eV]
DENSITIES = (1e-3, 30.0)  # [g/cm3]
_ITERATIONS = 8
_HERVE_VANDAMME = (13.6, 3.4)  # [eV]


@dataclass(frozen=True)
class Construction:
    """A loss function and how its free scale came out."""

    energy_loss: EnergyLoss
    scales: dict[str, float]  # factors that close the sum rules, or electrons and position of the oscillator


def index_from_gap(band_gap: float) -> float:
    """Refractive index n^2 = 1 + (13.6 eV/(Eg + 3.4 eV))^2; gap [eV].

    P. Herve, L. K. J. Vandamme, Infrared Phys. Technol. 35, 609 (1994), doi:10.1016/1350-4495(94)90026-4.

    >>> round(index_from_gap(1.42), 2)  # GaAs, measured 3.3
    3.0
    """
    numerator, offset = _HERVE_VANDAMME
    return math.hypot(1, numerator / (band_gap + offset))


def build_energy_loss(
    composition: Composition,
    density: float,
    *,
    band_gap: float = 0.0,
    refractive_index: float | None = None,
    optical: OpticalConstants | None = None,
    where: str = "dielectric",
) -> Construction:
    """Loss function of a compound.

    Parameters
    ----------
    composition : Composition
        Atoms per formula unit.
    density : float
        [g/cm3]
    band_gap : float
        Below it nothing is absorbed; 0 for a metal. [eV]
    refractive_index : float, optional
        In the transparent range; used where no optical constants are given.
    optical : OpticalConstants, optional
        Measured.
    where : str
        File for messages.
    """
    _check_range(density, band_gap, where)
    builder = _Builder(composition, density, band_gap, refractive_index, optical, where)
    if optical is None or (optical.loss is None and optical.energy[-1] < ATOMIC_START):
        return builder.with_oscillator()
    if optical.loss is None:
        return builder.from_measured_eps2()
    return builder.from_measured_loss()


def _check_range(density: float, band_gap: float, where: str) -> None:
    low, high = DENSITIES
    if not low <= density <= high:
        raise OutOfRange(
            where=where, what="value", who="density", expected=f"{low:g} to {high:g} g/cm3", found=f"{density:g}"
        )
    if not 0 <= band_gap <= HIGHEST_GAP:
        expected = f"0 to {HIGHEST_GAP:g} eV"
        raise OutOfRange(where=where, what="value", who="band_gap", expected=expected, found=f"{band_gap:g}")


class _Builder:
    """The grid, the atoms on it, and the three ways to close the f-sum."""

    def __init__(
        self,
        composition: Composition,
        density: float,
        band_gap: float,
        refractive_index: float | None,
        optical: OpticalConstants | None,
        where: str,
    ) -> None:
        self.composition, self.gap, self.index = composition, band_gap, refractive_index
        self.optical, self.where = optical, where
        self.z = composition.electrons
        self.plasma = plasma_energy(self.z, composition.molar_mass, density)
        self.unit = self.plasma**2 / self.z  # Ep1^2 [eV^2]
        self.measured_end = 0.0 if optical is None else float(optical.energy[-1])
        self.atomic_start = max(ATOMIC_START, self.measured_end)
        self.energy = self._grid()
        above = self.energy > FADE_START if self.measured_end < ATOMIC_START else self.energy > self.measured_end
        self.atoms = np.zeros(len(self.energy))
        self.atoms[above] = (
            self.unit
            / self.energy[above] ** 2
            * photoabsorption.scattering_factor(composition.atoms, self.energy[above])
        )

    def _grid(self) -> FloatArray:
        lowest = LOWEST_ENERGY if self.optical is None else min(LOWEST_ENERGY, float(self.optical.energy[0]))
        atomic = photoabsorption.grid(self.composition.atoms)
        parts = [
            np.geomspace(lowest, photoabsorption.HIGHEST_ENERGY, 900),
            np.arange(max(self.gap, 1.0), 60.0, 0.1),
            [self.gap * side for side in (1.0, 1 + 1e-6)] if self.gap else [],
            [ATOMIC_START],
            atomic[atomic > FADE_START],
        ]
        if self.optical is not None:
            parts += [self.optical.energy, [self.measured_end * (1 + 1e-6)]]
            if self.gap == 0 and self.optical.loss is None:
                parts.append(np.geomspace(lowest / 1e3, lowest, 60))  # Drude tail of a metal
        energy = np.unique(np.concatenate(parts))
        energy = energy[energy <= photoabsorption.HIGHEST_ENERGY * (1 + 1e-12)]
        return np.asarray(energy[np.append(True, np.diff(energy) > 3e-7 * energy[1:])])

    def _electrons(self, function: FloatArray) -> float:
        """f-sum of eps2 or of the loss function."""
        weighted = self.energy * function
        return float(np.sum(np.diff(self.energy) * (weighted[1:] + weighted[:-1])) / np.pi / self.unit)

    def _screening(self, loss: FloatArray) -> float:
        """(2/pi) integral loss/E dE."""
        weighted = loss / self.energy
        return float(np.sum(np.diff(self.energy) * (weighted[1:] + weighted[:-1])) / np.pi)

    def with_oscillator(self) -> Construction:
        """Strength from the f-sum, position from the index."""
        from scipy.optimize import brentq

        measured = self._measured_eps2()
        fade = _smooth_step(self.energy, FADE_START, ATOMIC_START)
        is_measured = self.energy <= self.measured_end
        fixed = np.where(is_measured, measured, fade * self.atoms)
        electrons = self.z - self._electrons(fixed)
        if electrons <= 0:
            self._refuse(f"fewer than {self.z:g} electrons per formula unit", f"{self.z - electrons:.4g}")
        reference, eps1 = self._reference()
        at_reference = operator(self.energy, np.array([reference]))

        def eps2(position: float) -> FloatArray:
            shape = self._tauc_lorentz(position)
            misfit = 0.0
            if self.optical is not None:  # optics and oscillator differ where they meet
                misfit = measured[is_measured][-1] * _fading(self.energy, self.measured_end)
                start = np.interp(self.measured_end, self.energy, shape) * _fading(self.energy, self.measured_end)
                shape = np.maximum(shape - start, 0.0)
            outside = np.where(is_measured, 0.0, (1 - fade))
            rest = fixed + outside * misfit
            amplitude = (self.z - self._electrons(rest)) / self._electrons(outside * shape)
            return np.asarray(rest + max(amplitude, 0.0) * outside * shape)

        def excess(position: float) -> float:
            return float(1 + at_reference(eps2(position))[0] - eps1)

        low, high = self.gap + 0.5, ATOMIC_START
        if excess(low) <= 0:
            position = low
        elif excess(high) >= 0:
            position = high
        else:
            position = float(brentq(excess, low, high, xtol=1e-8))
        total = eps2(position)
        provenance = np.where(
            is_measured, "measured", np.where(self.energy < ATOMIC_START, "estimate", "computed")
        )
        return Construction(
            self._from_eps2(total, provenance),
            {"oscillator_electrons": electrons, "oscillator_position_eV": position},
        )

    def from_measured_eps2(self) -> Construction:
        """The atoms are scaled."""
        measured = self._measured_eps2()
        is_measured = self.energy <= self.measured_end
        scale = (self.z - self._electrons(np.where(is_measured, measured, 0.0))) / self._electrons(self.atoms)
        self._check_scale(scale, "the absorption of the atoms")
        provenance = np.where(is_measured, "measured", "computed")
        loss = self._from_eps2(np.where(is_measured, measured, scale * self.atoms), provenance)
        return Construction(loss, {"atoms": scale})

    def from_measured_loss(self) -> Construction:
        """The atoms are scaled, and the measured loss function if there is an index; else it alone."""
        assert self.optical is not None
        assert self.optical.loss is not None
        is_measured = self.energy <= self.measured_end
        inside = np.where(is_measured, np.interp(self.energy, self.optical.energy, self.optical.loss, left=0.0), 0.0)
        inside[self.energy <= self.gap] = 0.0
        relation = operator(self.energy, self.energy)
        above, scale, atoms = self.atoms, 1.0, 1.0
        for _ in range(_ITERATIONS):
            if self.index is None:
                scale = (self.z - self._electrons(above)) / self._electrons(inside)
            else:
                scale = (1 - self.index**-2 - self._screening(above)) / self._screening(inside)
                atoms *= (self.z - scale * self._electrons(inside)) / self._electrons(above)
            loss = np.where(is_measured, scale * inside, above)
            real = 1 - relation(loss)  # Re(1/eps)
            above = np.where(is_measured, 0.0, atoms * self.atoms * (real**2 + loss**2))
        self._check_scale(scale, "the measured loss function")
        self._check_scale(atoms, "the absorption of the atoms")
        loss = np.where(is_measured, scale * inside, above)
        real = 1 - relation(loss)
        size = real**2 + loss**2
        provenance = np.where(is_measured, "measured", "computed")
        energy_loss = self._energy_loss(real / size, loss / size, loss, provenance)
        return Construction(energy_loss, {"measured loss function": scale, "atoms": atoms})

    def _measured_eps2(self) -> FloatArray:
        """Measured eps2 on the grid, zero below the gap; a metal goes on as 1/E to lower energies."""
        if self.optical is None:
            return np.zeros(len(self.energy))
        assert self.optical.eps2 is not None
        known, eps2 = self.optical.energy, np.maximum(self.optical.eps2, 1e-12)
        result = np.exp(np.interp(np.log(self.energy), np.log(known), np.log(eps2)))
        low = self.energy < known[0]
        result[low] = eps2[0] * known[0] / self.energy[low]
        result[self.energy <= self.gap] = 0.0
        return np.asarray(result)

    def _reference(self) -> tuple[float, float]:
        """Energy and eps1 that place the oscillator."""
        if self.optical is not None:
            assert self.optical.eps1 is not None
            return float(self.optical.energy[0]), float(self.optical.eps1[0])
        index = index_from_gap(self.gap) if self.index is None else self.index
        return 0.0, index**2

    def _tauc_lorentz(self, position: float) -> FloatArray:
        energy, width = self.energy, ESTIMATE_WIDTH
        rise = np.maximum(1 - self.gap / energy, 0.0) ** 2
        return np.asarray(rise * width * energy / ((position**2 - energy**2) ** 2 + (width * energy) ** 2))

    def _from_eps2(self, eps2: FloatArray, provenance: FloatArray) -> EnergyLoss:
        eps1 = 1 + transform(self.energy, eps2, self.energy)
        return self._energy_loss(eps1, eps2, eps2 / (eps1**2 + eps2**2), provenance)

    def _energy_loss(
        self, eps1: FloatArray, eps2: FloatArray, loss: FloatArray, provenance: FloatArray
    ) -> EnergyLoss:
        rows = self.energy >= LOWEST_ENERGY
        words = tuple(str(word) for word in provenance[rows])
        return EnergyLoss(self.energy[rows], eps1[rows], eps2[rows], loss[rows], words, self.z, self.plasma)

    def _check_scale(self, scale: float, what: str) -> None:
        if not 1 / LARGEST_SCALE < scale < LARGEST_SCALE:
            self._refuse(f"{what} within {LARGEST_SCALE - 1:.0%} of the sum rules", f"{scale:.3g} times that")

    def _refuse(self, expected: str, found: str) -> None:
        raise BadFile(
            where=self.where,
            what="sum rule",
            who="optical constants",
            expected=expected,
            found=found,
            hint="Check density, formula and the units of the optical constants.",
        )


def _smooth_step(energy: FloatArray, start: float, end: float) -> FloatArray:
    """0 up to `start`, 1 from `end`, cubic between."""
    x = np.clip((energy - start) / (end - start), 0, 1)
    return np.asarray(x * x * (3 - 2 * x))


def _fading(energy: FloatArray, start: float) -> FloatArray:
    """1 at the end of the optical constants, 0 from a third beyond."""
    return 1 - _smooth_step(energy, start, start * 4 / 3)
