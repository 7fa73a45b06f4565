"""What follows one vacancy in an atom until only outer holes are left: on average, or one history.

Every transition of `relaxation` leaves holes that lie higher than the vacancy it fills; these are filled in turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scintidot.atoms.relaxation import Relaxation
from scintidot.records import FloatArray

if TYPE_CHECKING:
    from numpy.random import Generator


@dataclass(frozen=True, eq=False)
class MeanCascade:
    """What follows one vacancy on average."""

    vacancies: FloatArray  # mean number that ever opens in each shell, the first one included
    number: FloatArray  # mean number of each transition of the `Relaxation`
    photons: float
    photon_energy: float  # all photons together [eV]
    electrons: float
    electron_energy: float  # [eV]
    outer_shell_energy: float  # held by the holes that stay [eV]
    imbalance: float  # of the energies above against the binding energy of the first vacancy [eV]


@dataclass(frozen=True)
class Cascade:
    """One history of a vacancy."""

    photons: tuple[float, ...]  # energies [eV], in the order of emission
    electrons: tuple[float, ...]
    outer_holes: tuple[int, ...]  # shells, as indices of the element's shells
    outer_shell_energy: float  # [eV]

    @property
    def energy(self) -> float:
        """Of everything together. [eV]"""
        return sum(self.photons) + sum(self.electrons) + self.outer_shell_energy


def mean_cascade(table: Relaxation, shell: str) -> MeanCascade:
    """Mean outcome of one vacancy, exact: every hole lies higher than the vacancy that it comes from.

    Parameters
    ----------
    table : Relaxation
    shell : str
        Of the first vacancy.

    Examples
    --------
    >>> from scintidot.atoms.relaxation import relaxation_of
    >>> cascade = mean_cascade(relaxation_of("Pb"), "K")
    >>> round(cascade.photons, 2), round(cascade.electrons, 1), abs(cascade.imbalance) < 1e-6
    (1.32, 17.7, True)
    """
    energy = table.shells.binding_energy
    initial = table.index(shell)
    vacancies = np.zeros(len(energy))
    vacancies[initial] = 1.0
    number = np.zeros(len(table.probability))
    for i in np.argsort(-energy, kind="stable"):
        own = slice(table.start[i], table.start[i + 1])
        number[own] = vacancies[i] * table.probability[own]
        np.add.at(vacancies, table.first_hole[own], number[own])
        electron = table.second_hole[own] >= 0
        np.add.at(vacancies, table.second_hole[own][electron], number[own][electron])
    photon = table.second_hole < 0
    stays = np.diff(table.start) == 0
    photon_energy = float(number[photon] @ table.energy[photon])
    electron_energy = float(number[~photon] @ table.energy[~photon])
    outer = float(vacancies[stays] @ energy[stays])
    return MeanCascade(
        vacancies=vacancies,
        number=number,
        photons=float(number[photon].sum()),
        photon_energy=photon_energy,
        electrons=float(number[~photon].sum()),
        electron_energy=electron_energy,
        outer_shell_energy=outer,
        imbalance=photon_energy + electron_energy + outer - float(energy[initial]),
    )


def sample_cascade(table: Relaxation, shell: str, random: Generator) -> Cascade:
    """One history of a vacancy; ``random`` is drawn once for each transition.

    Its mean over histories is `mean_cascade`.
    """
    photons, electrons, outer = [], [], []
    open_vacancies = [table.index(shell)]
    while open_vacancies:
        vacancy = open_vacancies.pop()
        first, last = int(table.start[vacancy]), int(table.start[vacancy + 1])
        if first == last:
            outer.append(vacancy)
            continue
        row = first + int(np.searchsorted(table.cumulative[first:last], random.random(), side="right"))
        open_vacancies.append(int(table.first_hole[row]))
        if table.second_hole[row] < 0:
            photons.append(float(table.energy[row]))
        else:
            open_vacancies.append(int(table.second_hole[row]))
            electrons.append(float(table.energy[row]))
    held = float(table.shells.binding_energy[outer].sum())
    return Cascade(tuple(photons), tuple(electrons), tuple(outer), held)
