"""Energy-loss function of a material and the sums that check it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from scintidot.constants import AVOGADRO_CONSTANT, BOHR_RADIUS, HARTREE_ENERGY, NM3_PER_CM3
from scintidot.errors import BadFile
from scintidot.records import FloatArray

COLUMNS = ("energy_eV", "eps1", "eps2", "energy_loss_function", "provenance")


@dataclass(frozen=True, eq=False)
class Oscillators:
    """A loss function as a sum of oscillators, which is all that a stopping power needs."""

    energy: FloatArray  # W [eV], positive
    strength: FloatArray  # W Im(-1/eps(W)) dW [eV^2]
    plasma_energy: float  # [eV], of all electrons of the medium

    @classmethod
    def of(cls, energy: FloatArray, loss: FloatArray, plasma_energy: float) -> Oscillators:
        """Each row of a table of Im(-1/eps) an oscillator, with the trapezoidal share of its surroundings."""
        gaps = np.diff(energy)
        width = np.concatenate([gaps, [0.0]]) / 2 + np.concatenate([[0.0], gaps]) / 2
        return cls(energy, width * energy * loss, plasma_energy)

    def f_sum(self, electrons: float) -> float:
        """(2/pi Ep^2) Z integral(E loss), which should be the number Z of ``electrons``."""
        return 2 / math.pi * electrons * float(self.strength.sum()) / self.plasma_energy**2

    @property
    def screening_sum(self) -> float:
        """(2/pi) integral(loss/E), which should be 1 - 1/eps1(0)."""
        return 2 / math.pi * float(np.sum(self.strength / self.energy**2))

    @property
    def mean_excitation_energy(self) -> float:
        """I [eV], ln I = integral(E loss ln E)/integral(E loss)."""
        return float(np.exp(np.sum(self.strength * np.log(self.energy)) / np.sum(self.strength)))


@dataclass(frozen=True, eq=False, repr=False)
class EnergyLoss:
    """Im(-1/eps) at zero momentum transfer, tabulated."""

    energy: FloatArray  # [eV], rising
    eps1: FloatArray
    eps2: FloatArray
    loss: FloatArray
    provenance: tuple[str, ...]
    electrons: float  # per formula unit
    plasma_energy: float  # [eV], of all electrons

    def __repr__(self) -> str:
        return (
            f"<EnergyLoss: {len(self.energy)} energies, {self.energy[0]:.3g} to {self.energy[-1]:.3g} eV, "
            f"{self.electrons:g} electrons per formula unit>"
        )

    @cached_property
    def oscillators(self) -> Oscillators:
        """The table as oscillators."""
        return Oscillators.of(self.energy, self.loss, self.plasma_energy)

    @property
    def f_sum(self) -> float:
        """Electrons per formula unit in the loss function."""
        return self.oscillators.f_sum(self.electrons)

    @property
    def screening_sum(self) -> float:
        """See `Oscillators.screening_sum`."""
        return self.oscillators.screening_sum

    @property
    def mean_excitation_energy(self) -> float:
        """I. [eV]"""
        return self.oscillators.mean_excitation_energy


def plasma_energy(electrons: float, molar_mass: float, density: float) -> float:
    """hbar omega_p [eV] of all electrons: Ep^2 = 4 pi n a0^3 (e^2/a0)^2; molar mass [g/mol], density [g/cm3].

    >>> round(plasma_energy(10, 18.015, 1.0), 2)  # liquid water
    21.47
    """
    per_nm3 = electrons * density / molar_mass * AVOGADRO_CONSTANT / NM3_PER_CM3
    return HARTREE_ENERGY * math.sqrt(4 * math.pi * per_nm3 * BOHR_RADIUS**3)


@lru_cache(maxsize=32)  # the same table is asked for with every varied card
def read_energy_loss(
    text: str, *, where: str, electrons: float, molar_mass: float, density: float
) -> EnergyLoss:
    """Read the table of a card: comma-separated `COLUMNS`, ``#`` comments, energies rising."""
    lines = [
        (i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")
    ]
    if not lines or tuple(lines[0][1].strip().split(",")) != COLUMNS:
        found = repr(lines[0][1]) if lines else "an empty file"
        raise BadFile(where=where, what="header", who="the table", expected=",".join(COLUMNS), found=found)
    numbers: list[list[float]] = []
    words: list[str] = []
    for number, line in lines[1:]:
        cells = line.strip().split(",")
        try:
            values = [float(cell) for cell in cells[:4]]
        except ValueError:
            values = []
        if len(cells) != len(COLUMNS) or len(values) != 4 or not all(map(math.isfinite, values)):
            raise BadFile(
                where=f"{where}:{number}",
                what="row",
                who="the table",
                expected="four finite numbers and a provenance word",
                found=repr(line),
            )
        if values[0] <= (numbers[-1][0] if numbers else 0.0) or values[3] < 0:
            raise BadFile(
                where=f"{where}:{number}",
                what="row",
                who="the table",
                expected="positive rising energies and a loss function that is not negative",
                found=repr(line),
            )
        numbers.append(values)
        words.append(cells[4])
    if len(numbers) < 10:
        raise BadFile(
            where=where, what="table", who="the table", expected="at least 10 rows", found=len(numbers)
        )
    energy, eps1, eps2, loss = np.array(numbers).T
    plasma = plasma_energy(electrons, molar_mass, density)
    return EnergyLoss(energy, eps1, eps2, loss, tuple(words), electrons, plasma)
