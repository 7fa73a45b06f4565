"""What an electron loses energy to: the optical energy-loss function, shared among shells.

Below the band gap there is nothing, by construction. The loss function between two shells' edges is shared
among the valence band and the open inner shells as their photoelectric cross sections are. Where the table of
the material ends, independent atoms go on, Im(-1/eps) = eps2 = n sigma hbar c/E, up to `HIGHEST_LOSS`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from scintidot.atoms.photoabsorption import photoabsorption
from scintidot.constants import BOHR_RADIUS, HARTREE_ENERGY, PLANCK_TIMES_LIGHT
from scintidot.materials.composition import parse_formula
from scintidot.materials.energy_loss import EnergyLoss, Oscillators
from scintidot.records import FloatArray

HIGHEST_LOSS = 1.1e6
"""[eV] Above the highest kinetic energy of the model."""
VALENCE = "valence"
BELOW_THE_BAND = 3.0
"""[eV] Shells that bind more than the bottom of the valence band by this are levels of their own, such as Pb 5d, Cs 5s,
Br 4s, O 2s; atomic edges and bands agree no better."""
SHALLOW_LIMIT = 200.0
"""[eV] Shells that bind less respond as Penn's gases, deeper ones as `deep` says. In the gas of plasmon energy W_p
the electrons have the mean kinetic energy 0.6 E_F, which grows as W_p^(4/3) and passes W_p at 181 eV, while
the virial theorem ties it to the binding energy: above, the gas moves too fast and loses its shell correction."""
_TAIL_POINTS_PER_DECADE = 60


@dataclass(frozen=True, eq=False)
class LossMedium:
    """Optical loss function by shell. The first shell is the valence band; `binding_energy` of it is the gap."""

    energy: FloatArray  # [eV], rising, from the gap on; jumps stand as two close energies
    loss: FloatArray  # Im(-1/eps) at q = 0, shape (shells, energies)
    eps1: FloatArray
    eps2: FloatArray
    shells: tuple[str, ...]  # valence, then inner ones by falling binding energy, as "Pb M5"
    binding_energy: FloatArray  # [eV], what a loss must at least be to open the shell
    band_gap: float  # [eV], 0 for a metal
    valence_band_width: float  # [eV], of a metal the Fermi energy above the bottom of the band
    plasma_energy: float  # [eV], of all electrons
    electrons: float  # per formula unit

    @property
    def shallow(self) -> npt.NDArray[np.bool_]:
        """Which shells respond as free-electron gases, shape (shells,); the valence band always does."""
        return np.asarray(self.binding_energy < max(SHALLOW_LIMIT, 1.01 * self.band_gap))

    @property
    def inner_energy(self) -> float:
        """From the bottom of the valence band to the lowest empty state. [eV]"""
        return self.band_gap + self.valence_band_width

    @property
    def mean_binding(self) -> FloatArray:
        """Mean energy of the electrons of a shell below the lowest empty state [eV], shape (shells,).

        The valence band counts as filled evenly over its width.
        """
        mean = self.binding_energy.copy()
        mean[0] += self.valence_band_width / 2
        return np.asarray(mean)

    @cached_property
    def oscillators(self) -> Oscillators:
        """All shells together."""
        return Oscillators.of(self.energy, self.loss.sum(axis=0), self.plasma_energy)

    @property
    def f_sum(self) -> float:
        """Electrons per formula unit in the loss function, atomic tail included."""
        return self.oscillators.f_sum(self.electrons)

    @property
    def screening_sum(self) -> float:
        """See `Oscillators.screening_sum`."""
        return self.oscillators.screening_sum

    @property
    def mean_excitation_energy(self) -> float:
        """I, atomic tail included. [eV]"""
        return self.oscillators.mean_excitation_energy


def loss_medium(table: EnergyLoss, formula: str, *, band_gap: float, valence_band_width: float) -> LossMedium:
    """The loss function of a material shared among its shells.

    Parameters
    ----------
    table : EnergyLoss
        Measured or estimated; rows below the gap are dropped.
    formula : str
        Such as ``CsPbBr3``, for the atomic shells.
    band_gap, valence_band_width : float
        [eV]; for a metal 0 and the Fermi energy.
    """
    atoms = parse_formula(formula).atoms
    limit = band_gap + valence_band_width + BELOW_THE_BAND
    edges = [shell.binding_energy for shell in photoabsorption(atoms, np.array([]), limit).inner]
    start = max(band_gap, float(table.energy[0]))
    tail = np.geomspace(table.energy[-1], HIGHEST_LOSS, _tail_points(float(table.energy[-1]), HIGHEST_LOSS))[
        1:
    ]
    beside = [edge * side for edge in edges for side in (1 - 1e-7, 1 + 1e-7)]
    inside = [energy for energy in (start, *beside) if start <= energy <= HIGHEST_LOSS]
    energy = np.unique(np.concatenate([table.energy[table.energy >= start], tail, inside]))
    shares = photoabsorption(atoms, energy, limit)
    open_shells = shares.total > 0
    inner = np.divide(shares.by_shell, shares.total, out=np.zeros_like(shares.by_shell), where=open_shells)
    share = np.vstack([1 - inner.sum(axis=0), inner])

    per_nm3 = table.plasma_energy**2 / (
        4 * math.pi * BOHR_RADIUS**3 * HARTREE_ENERGY**2 * table.electrons
    )  # formula units
    atomic = per_nm3 * shares.total * PLANCK_TIMES_LIGHT / (2 * math.pi * energy)
    beyond = energy > table.energy[-1]
    floor = 1e-300
    logs = np.interp(np.log(energy), np.log(table.energy), np.log(np.maximum(table.loss, floor)))
    loss = np.where(beyond, atomic, np.exp(logs))
    free = 1 - np.square(table.plasma_energy / energy)
    return LossMedium(
        energy=energy,
        loss=share * loss,
        eps1=np.where(beyond, free, np.interp(energy, table.energy, table.eps1)),
        eps2=np.where(beyond, atomic, np.interp(energy, table.energy, table.eps2)),
        shells=(VALENCE, *(shell.label for shell in shares.inner)),
        binding_energy=np.array([band_gap, *(shell.binding_energy for shell in shares.inner)]),
        band_gap=band_gap,
        valence_band_width=valence_band_width,
        plasma_energy=table.plasma_energy,
        electrons=table.electrons,
    )


def _tail_points(start: float, end: float) -> int:
    return max(2, math.ceil(_TAIL_POINTS_PER_DECADE * math.log10(end / start)))
