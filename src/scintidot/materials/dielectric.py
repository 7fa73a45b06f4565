"""Dielectric function and energy-loss function of a compound, from what is known of it.

Three stretches of energy are put together (zero momentum transfer):

measured  optical constants, or a measured loss function, as far as they go
estimate  from there to `ATOMIC_START`: one Tauc-Lorentz oscillator,
              eps2(E) = A E0 G (E - Eg)^2 / (E ((E^2 - E0^2)^2 + G^2 E^2)) above the gap Eg,
          G the least of E0, 2 (E0 - Eg) and 10 eV
          (Jellison and Modine, Appl. Phys. Lett. 69, 371 (1996), doi:10.1063/1.118064)
computed  above: photoabsorption of independent atoms (`scattering_factors`)

Sum rules close the gaps in what is known, and hold on every result, since eps1 follows from eps2 (or eps from the
loss function) by Kramers and Kronig:

    (2/pi Ep1^2) integral E eps2 dE = (2/pi Ep1^2) integral E Im(-1/eps) dE = Z electrons per formula unit
    (2/pi) integral Im(-1/eps)/E dE = 1 - 1/eps1(0)

Ep1 is the plasma energy of one electron per formula unit. The first fixes the strength A of the oscillator, the
index its position E0. Where measurements reach the atoms there is no oscillator: the first scales the atoms,
and the index, if given, the measurements; a measured loss function without an index is scaled alone, since its absolute
scale is its weakest part. Below the gap an insulator loses nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scintidot.constants import AVOGADRO_CONSTANT, NM3_PER_CM3
from scintidot.errors import BadFile, OutOfRange
from scintidot.materials import scattering_factors
from scintidot.materials.composition import Composition
from scintidot.materials.energy_loss import EnergyLoss, plasma_energy
from scintidot.materials.kramers_kronig import operator
from scintidot.materials.optical_constants import OpticalConstants
from scintidot.records import FloatArray

ATOMIC_START = 30.0  # [eV]; below it bonding rearranges the absorption of the atoms
FADE_START = 27.0  # [eV]; oscillator and atoms cross over from here to ATOMIC_START
LARGEST_WIDTH = 10.0  # [eV], of the oscillator
NEAREST_TO_GAP = 0.2  # [eV], of the oscillator
LOWEST_ENERGY = 0.1  # [eV]
LARGEST_SCALE = 1.25  # of atoms or measurements, and its inverse
HIGHEST_GAP = 15.0  # [eV]
DENSITIES = (1e-3, 30.0)  # [g/cm3]
MOST_ATOMS = 220.0  # [1/nm3]; diamond has 176
MOST_OPTICAL_ROWS = 800  # of more only every second, third, ... enters the grid
_ITERATIONS = 8
_HERVE_VANDAMME = (13.6, 3.4)  # [eV]


@dataclass(frozen=True)
class Construction:
    """A loss function and what closed its sum rules."""

    energy_loss: EnergyLoss
    closure: dict[str, float]  # factors on measurements and atoms, or strength and place of the oscillator


def index_from_gap(band_gap: float) -> float:
    """Refractive index n^2 = 1 + (13.6 eV/(Eg + 3.4 eV))^2; gap [eV].

    P. Herve, L. K. J. Vandamme, Infrared Phys. Technol. 35, 609 (1994), doi:10.1016/1350-4495(94)90026-4.

    >>> round(index_from_gap(1.42), 2)  # GaAs, measured 3.3
    2.99
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
        In the transparent range, towards low energy but above the lattice vibrations; without it the lowest
        energy of the optical constants counts, and without those the rule of `index_from_gap`.
    optical : OpticalConstants, optional
        Measured.
    where : str
        File for messages.
    """
    _check_range(composition, density, band_gap, refractive_index, where)
    builder = _Builder(composition, density, band_gap, refractive_index, optical, where)
    if optical is None or (optical.loss is None and optical.energy[-1] < ATOMIC_START):
        return builder.with_oscillator()
    return builder.from_eps2() if optical.loss is None else builder.from_loss()


def _check_range(
    composition: Composition, density: float, band_gap: float, index: float | None, where: str
) -> None:
    heaviest, limit = max(composition.atoms), scattering_factors.HEAVIEST_ELEMENT
    if heaviest > limit:
        expected, found = f"elements up to Z = {limit}", f"Z = {heaviest} in {composition.formula}"
        raise OutOfRange(where=where, what="element", who="composition", expected=expected, found=found)
    low, high = DENSITIES
    if not low <= density <= high:
        expected, found = f"{low:g} to {high:g} g/cm3", f"{density:g} g/cm3"
        raise OutOfRange(where=where, what="value", who="density", expected=expected, found=found)
    atoms = (
        sum(composition.atoms.values()) * density / composition.molar_mass * AVOGADRO_CONSTANT / NM3_PER_CM3
    )
    if atoms > MOST_ATOMS:
        expected = f"at most {MOST_ATOMS:g} atoms per nm3"
        found = f"{atoms:.4g} for {density:g} g/cm3 of {composition.formula}"
        raise OutOfRange(where=where, what="value", who="density", expected=expected, found=found)
    if not 0 <= band_gap <= HIGHEST_GAP:
        expected, found = f"0 to {HIGHEST_GAP:g} eV", f"{band_gap:g} eV"
        raise OutOfRange(where=where, what="value", who="band_gap", expected=expected, found=found)
    if index is not None and not index > 1:
        expected = "more than 1"
        raise OutOfRange(
            where=where, what="value", who="refractive_index", expected=expected, found=f"{index:g}"
        )


class _Builder:
    """The grid, the atoms on it, and the three ways to close the sum rules."""

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
        self.energy = self._grid()
        self.is_measured = self.energy <= self.measured_end
        above = self.energy > (FADE_START if self.measured_end < ATOMIC_START else self.measured_end)
        factor = scattering_factors.scattering_factor(composition.atoms, self.energy[above])
        self.atoms = np.zeros(len(self.energy))
        self.atoms[above] = self.unit / self.energy[above] ** 2 * factor

    def _grid(self) -> FloatArray:
        atomic = scattering_factors.grid(self.composition.atoms)
        lowest = LOWEST_ENERGY if self.optical is None else min(LOWEST_ENERGY, float(self.optical.energy[0]))
        parts = [
            np.geomspace(lowest, scattering_factors.HIGHEST_ENERGY, 900),
            np.arange(max(self.gap, 1.0), 60.0, 0.1),
            np.array([self.gap, self.gap * (1 + 1e-6)] if self.gap else []),
            np.array([ATOMIC_START]),
            atomic[atomic > FADE_START],
        ]
        if self.optical is not None:
            every = -(-len(self.optical.energy) // MOST_OPTICAL_ROWS)
            parts += [self.optical.energy[::-every], self.measured_end * np.array([1, 1 + 1e-6])]
            if self.gap == 0 and self.optical.loss is None:
                parts.append(np.geomspace(lowest / 1e3, lowest, 60))  # Drude tail of a metal
        energy = np.unique(np.concatenate(parts))
        energy = energy[energy <= scattering_factors.HIGHEST_ENERGY * (1 + 1e-12)]
        return np.asarray(energy[np.append(True, np.diff(energy) > 3e-7 * energy[1:])])

    def _integral(self, function: FloatArray) -> float:
        return float(np.sum(np.diff(self.energy) * (function[1:] + function[:-1])) / 2)

    def _electrons(self, function: FloatArray) -> float:
        """f-sum of eps2 or of the loss function."""
        return 2 / math.pi / self.unit * self._integral(self.energy * function)

    def _screening(self, function: FloatArray) -> float:
        """(2/pi) integral function/E dE: 1 - 1/eps1(0) of the loss function, eps1(0) - 1 of eps2."""
        return 2 / math.pi * self._integral(function / self.energy)

    def with_oscillator(self) -> Construction:
        """Strength from the f-sum, position from the index."""
        from scipy.optimize import brentq

        measured = self._measured_eps2()
        fade = _smooth_step(self.energy, FADE_START, ATOMIC_START)
        between = np.where(self.is_measured, 0.0, 1 - fade)
        joined = _fading(self.energy, self.measured_end)  # optics and oscillator differ where they meet
        fixed = np.where(self.is_measured, measured, fade * self.atoms)
        if self.optical is not None:
            fixed = fixed + between * joined * measured[self.is_measured][-1]
        electrons = self.z - self._electrons(fixed)
        if electrons <= 0:
            self._refuse(f"fewer than {self.z:g} electrons per formula unit", f"{self.z - electrons:.4g}")
        reference, eps1 = self._reference()
        at_reference = operator(self.energy, np.array([reference]))

        def eps2(position: float) -> FloatArray:
            shape = self._tauc_lorentz(position)
            if self.optical is not None:
                shape = np.maximum(shape - joined * np.interp(self.measured_end, self.energy, shape), 0.0)
            shape = between * shape
            return np.asarray(fixed + electrons / self._electrons(shape) * shape)

        def excess(position: float) -> float:
            return float(1 + at_reference(eps2(position))[0] - eps1)

        low, high = self.gap + NEAREST_TO_GAP, ATOMIC_START
        if excess(low) > 0 > excess(high):
            position = float(brentq(excess, low, high, xtol=1e-8))
        elif self.index is None and self.optical is None:  # the rule for the index is no better than this
            position = low if excess(low) <= 0 else high
        else:
            ends = sorted(math.sqrt(max(eps1 + excess(end), 0.0)) for end in (low, high))
            expected = f"a refractive index of {ends[0]:.3g} to {ends[1]:.3g} for so many electrons"
            self._refuse(expected, f"{math.sqrt(abs(eps1)):.3g}")
        words = np.where(self.energy < ATOMIC_START, "estimate", "computed")
        closure = {"oscillator_electrons": electrons, "oscillator_position_eV": position}
        return Construction(self._from_eps2(eps2(position), words), closure)

    def from_eps2(self) -> Construction:
        """The atoms are scaled, and the measured eps2 if there is an index."""
        measured = np.where(self.is_measured, self._measured_eps2(), 0.0)
        inside, atoms = 1.0, 1.0
        for _ in range(_ITERATIONS):
            if self.index is not None:
                inside = (self.index**2 - 1 - self._screening(atoms * self.atoms)) / self._screening(measured)
            atoms = (self.z - inside * self._electrons(measured)) / self._electrons(self.atoms)
        closure = self._checked({"measured_factor": inside, "atoms_factor": atoms})
        return Construction(self._from_eps2(inside * measured + atoms * self.atoms), closure)

    def from_loss(self) -> Construction:
        """The measured loss function is scaled, and the atoms if there is an index."""
        assert self.optical is not None
        assert self.optical.loss is not None
        known = np.interp(self.energy, self.optical.energy, self.optical.loss, left=0.0)
        measured = np.where(self.is_measured & (self.energy > self.gap), known, 0.0)
        relation = operator(self.energy, self.energy)
        inside, atoms, above = 1.0, 1.0, self.atoms
        for _ in range(_ITERATIONS):
            if self.index is None:
                inside = (self.z - self._electrons(above)) / self._electrons(measured)
            else:
                inside = (1 - self.index**-2 - self._screening(above)) / self._screening(measured)
                atoms *= (self.z - inside * self._electrons(measured)) / self._electrons(above)
            loss = inside * measured + above
            real = 1 - relation(loss)  # Re(1/eps)
            above = atoms * self.atoms * (real**2 + loss**2)
        closure = self._checked({"measured_factor": inside, "atoms_factor": atoms})
        loss = inside * measured + above
        real = 1 - relation(loss)
        size = real**2 + loss**2
        return Construction(self._energy_loss(real / size, loss / size, loss), closure)

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
        if self.index is None and self.optical is not None:
            assert self.optical.eps1 is not None
            return float(self.optical.energy[0]), float(self.optical.eps1[0])
        index = index_from_gap(self.gap) if self.index is None else self.index
        return 0.0, index**2

    def _tauc_lorentz(self, position: float) -> FloatArray:
        energy, width = self.energy, min(position, 2 * (position - self.gap), LARGEST_WIDTH)
        rise = np.maximum(1 - self.gap / energy, 0.0) ** 2
        return np.asarray(rise * width * energy / ((position**2 - energy**2) ** 2 + (width * energy) ** 2))

    def _from_eps2(self, eps2: FloatArray, words: np.typing.NDArray[np.str_] | None = None) -> EnergyLoss:
        eps1 = 1 + operator(self.energy, self.energy)(eps2)
        return self._energy_loss(eps1, eps2, eps2 / (eps1**2 + eps2**2), words)

    def _energy_loss(
        self,
        eps1: FloatArray,
        eps2: FloatArray,
        loss: FloatArray,
        words: np.typing.NDArray[np.str_] | None = None,
    ) -> EnergyLoss:
        rows = self.energy >= LOWEST_ENERGY
        beyond = "computed" if words is None else words
        provenance = tuple(str(word) for word in np.where(self.is_measured, "measured", beyond)[rows])
        return EnergyLoss(
            self.energy[rows], eps1[rows], eps2[rows], loss[rows], provenance, self.z, self.plasma
        )

    def _checked(self, closure: dict[str, float]) -> dict[str, float]:
        for name, factor in closure.items():
            if not 1 / LARGEST_SCALE < factor < LARGEST_SCALE:
                expected = f"{name.removesuffix('_factor')} within {LARGEST_SCALE - 1:.0%} of the sum rules"
                self._refuse(expected, f"a factor {factor:.3g} that would close them")
        return closure

    def _refuse(self, expected: str, found: str) -> None:
        raise BadFile(
            where=self.where,
            what="sum rule",
            who="optical constants",
            expected=expected,
            found=found,
            hint="Check density, formula, index and the units of the optical constants.",
        )


def _smooth_step(energy: FloatArray, start: float, end: float) -> FloatArray:
    """0 up to `start`, 1 from `end`, cubic between."""
    x = np.clip((energy - start) / (end - start), 0, 1)
    return np.asarray(x * x * (3 - 2 * x))


def _fading(energy: FloatArray, start: float) -> FloatArray:
    """1 at the end of the optical constants, 0 from a third beyond."""
    return 1 - _smooth_step(energy, start, start * 4 / 3) if start else np.zeros(len(energy))
