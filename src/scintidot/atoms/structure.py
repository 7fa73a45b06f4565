"""Self-consistent relativistic atom: Dirac-Fock for the average of the ground-state configuration.

Exact exchange, Coulomb interaction only (no Breit interaction, no vacuum polarisation), finite nucleus. An open
nl shell holds its electrons in both j as 2j + 1, and two of its electrons meet as often as in the average of
all states of the configuration: with q of N spin-orbitals filled,

    E = sum_a q_a <a|h|a> + 1/2 sum_ab q_a q_b a_ab [(aa|bb) - sum_k (ja k jb; 1/2 0 -1/2)^2 (ab|ab)_k],
    a_ab = N (q - 1)/((N - 1) q) within an open shell, 1 otherwise.

The equations are solved in a basis of B-splines (`basis`) with direct inversion in the iterative subspace.
Atomic units (hartree, a0) inside this module; I. P. Grant, Relativistic Quantum Theory of Atoms and Molecules
(Springer 2007) has the equations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from scintidot.atoms.angular import exchange_weight
from scintidot.atoms.basis import RadialBasis, coulomb_kernel, radial_basis
from scintidot.atoms.elements import Element, Subshell
from scintidot.atoms.nucleus import FermiNucleus
from scintidot.constants import FINE_STRUCTURE_CONSTANT
from scintidot.records import FloatArray

SPEED_OF_LIGHT = 1 / FINE_STRUCTURE_CONSTANT  # [hartree a0/hbar]
CONVERGED = 1e-6
"""Largest element of the gradient of the energy at which the iteration stops. [hartree]"""
MOST_ITERATIONS = 120
FIRST_BREAK = 3e-6  # [a0]
LAST_BREAK = 60.0  # [a0]
BREAK_RATIO = 1.30
WIDEST_BREAK = 2.0  # [a0]


@dataclass(frozen=True)
class Atom:
    """The converged atom; orbitals as columns of basis coefficients by subshell."""

    element: Element
    nucleus: FermiNucleus
    basis: RadialBasis
    subshells: tuple[Subshell, ...]
    large: FloatArray  # (functions, subshells)
    small: FloatArray
    orbital_energy: FloatArray  # [hartree], rest energy taken off
    total_energy: float  # [hartree]
    iterations: int

    def radial_density(self, r: FloatArray) -> FloatArray:
        """Electrons per radius, 4 pi r^2 rho. [1/a0]"""
        P, Q = self.basis.evaluate(self.large, self.small, np.asarray(r, dtype=float).ravel())
        return np.asarray((P**2 + Q**2) @ self._electrons).reshape(np.shape(r))

    def mean(self, power: int) -> float:
        """Sum over electrons of <r^power>. [a0^power]"""
        basis = self.basis
        density = (basis.large @ self.large) ** 2 + (basis.small @ self.small) ** 2
        return float(basis.weight * basis.r**power @ density @ self._electrons)

    @property
    def _electrons(self) -> FloatArray:
        return np.array([shell.electrons for shell in self.subshells])


def dirac_fock(
    element: Element, *, nucleus: FermiNucleus | None = None, speed_of_light: float = SPEED_OF_LIGHT
) -> Atom:
    """The ground-state configuration of a neutral atom, averaged.

    Parameters
    ----------
    element : Element
        Its Z and shells.
    nucleus : FermiNucleus, optional
        Default: of the element's mean weight.
    speed_of_light : float
        In atomic units; a large value gives the nonrelativistic limit.
    """
    nucleus = nucleus or FermiNucleus.of_weight(element.Z, element.weight)
    basis = radial_basis(FIRST_BREAK, LAST_BREAK, BREAK_RATIO, WIDEST_BREAK)
    mean_field = _Field(element, basis, nucleus, speed_of_light)
    orbitals, _ = mean_field.occupy(mean_field.guess())
    history = _Subspace()
    iteration = 0
    while True:
        iteration += 1
        focks, error, energy = mean_field.fock(orbitals)
        if max(float(np.abs(part).max()) for part in error.values()) < CONVERGED:
            break
        if iteration == MOST_ITERATIONS:
            raise ArithmeticError(f"{element.symbol}: no self-consistency in {MOST_ITERATIONS} iterations")
        orbitals, _ = mean_field.occupy(history.extrapolate(focks, error))
    orbitals, energies = mean_field.occupy(focks)
    number = basis.large.shape[1]
    return Atom(
        element=element,
        nucleus=nucleus,
        basis=basis,
        subshells=element.subshells,
        large=orbitals[:number],
        small=orbitals[number:],
        orbital_energy=energies,
        total_energy=energy,
        iterations=iteration,
    )


@lru_cache(maxsize=16)
def ground_state(element: Element) -> Atom:
    """The neutral atom with its own nucleus, remembered; a heavy one takes some seconds."""
    return dirac_fock(element)


Blocks = dict[int, FloatArray]
"""kappa -> a matrix over the large, then the small functions."""


@dataclass
class _Subspace:
    """Direct inversion in the iterative subspace (Pulay 1980, doi:10.1016/0009-2614(80)80396-4)."""

    size: int = 8
    focks: list[Blocks] = field(default_factory=list)
    errors: list[FloatArray] = field(default_factory=list)

    def extrapolate(self, focks: Blocks, error: Blocks) -> Blocks:
        self.focks = [*self.focks, focks][-self.size :]
        flat = np.concatenate([part.ravel() for part in error.values()])
        self.errors = [*self.errors, flat][-self.size :]
        number = len(self.errors)
        matrix = np.zeros((number + 1, number + 1))
        overlaps = np.array([[one @ two for two in self.errors] for one in self.errors])
        matrix[:-1, :-1] = overlaps / overlaps[-1, -1]
        matrix[-1, :-1] = matrix[:-1, -1] = -1
        right = np.zeros(number + 1)
        right[-1] = -1
        weights = np.linalg.lstsq(matrix, right, rcond=1e-14)[0][:-1]
        return {
            kappa: np.asarray(sum(w * old[kappa] for w, old in zip(weights, self.focks, strict=True)))
            for kappa in focks
        }


class _Field:
    """Operators of one atom in its basis."""

    def __init__(self, element: Element, basis: RadialBasis, nucleus: FermiNucleus, c: float) -> None:
        self.element, self.basis, self.c = element, basis, c
        self.subshells = element.subshells
        self.kappas = sorted({shell.kappa for shell in self.subshells})
        highest = max(shell.l for shell in self.subshells)
        self.kernels = [coulomb_kernel(basis, k) for k in range(2 * highest + 1)]
        self.nuclear = nucleus.potential(basis.r)
        self.bare: Blocks = {kappa: self._bare(kappa) for kappa in self.kappas}
        self.electrons = np.array([shell.electrons for shell in self.subshells])

    def _bare(self, kappa: int) -> FloatArray:
        """Dirac operator of one electron and the nucleus, rest energy taken off."""
        basis, c = self.basis, self.c
        up = (
            c
            * (basis.large * basis.weight[:, None]).T
            @ (-basis.small_slope + kappa / basis.r[:, None] * basis.small)
        )
        LL, SS = self._local(self.nuclear)
        return np.block([[LL, up], [up.T, SS - 2 * c**2 * np.eye(len(SS))]])

    def _local(self, potential: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Matrices of a potential given at the quadrature points."""
        weighted = (self.basis.weight * potential)[:, None]
        large, small = self.basis.large, self.basis.small
        return large.T @ (weighted * large), small.T @ (weighted * small)

    def guess(self) -> Blocks:
        """Screening of a Thomas-Fermi atom after Tietz, leaving one charge far out."""
        Z, r = self.element.Z, self.basis.r
        scale = 0.88534 * Z ** (-1 / 3)
        LL, SS = self._local((Z - 1) / r * (1 - 1 / (1 + 0.536 * r / scale) ** 2))
        zero = np.zeros((len(LL), len(SS)))
        screening = np.block([[LL, zero], [zero.T, SS]])
        return {kappa: bare + screening for kappa, bare in self.bare.items()}

    def occupy(self, focks: Blocks) -> tuple[FloatArray, FloatArray]:
        """Orbitals (functions, subshells) and energies of the lowest electron states of each kappa."""
        orbitals, energies = [], []
        solved = {kappa: np.linalg.eigh(matrix) for kappa, matrix in focks.items()}
        for shell in self.subshells:
            energy, vectors = solved[shell.kappa]
            first = int(np.searchsorted(energy, -(self.c**2)))  # states of negative energy lie below -2 c^2
            index = first + shell.n - shell.l - 1
            orbitals.append(vectors[:, index])
            energies.append(energy[index])
        return np.stack(orbitals, axis=1), np.array(energies)

    def fock(self, orbitals: FloatArray) -> tuple[Blocks, Blocks, float]:
        """Fock matrices whose eigenvectors make the energy stationary, their gradient, and the energy."""
        mean = self._interaction(orbitals, self.electrons)
        own, energy = self._open_shells(orbitals)
        focks, errors = {}, {}
        for kappa in self.kappas:
            members = [i for i, shell in enumerate(self.subshells) if shell.kappa == kappa]
            C, q = orbitals[:, members], self.electrons[members]
            energy += float(np.einsum("ia,ij,ja,a->", C, self.bare[kappa] + mean[kappa] / 2, C, q))
            matrix = self.bare[kappa] + mean[kappa]
            for index, part in own.items():
                if self.subshells[index].kappa == kappa:
                    matrix = matrix + self._coupling(part[kappa], orbitals, index, members)
            focks[kappa] = matrix
            fill = (C * (q / (2 * abs(kappa)))) @ C.T
            errors[kappa] = matrix @ fill - fill @ matrix
        return focks, errors, energy

    def _open_shells(self, orbitals: FloatArray) -> tuple[dict[int, Blocks], float]:
        """What an electron of an open shell does not feel of its own shell, by subshell; and the energy of that."""
        found: dict[int, Blocks] = {}
        energy = 0.0
        for shell in self.element.shells:
            N, q = shell.capacity, shell.electrons
            if q == N:
                continue
            members = [i for i, sub in enumerate(self.subshells) if (sub.n, sub.l) == (shell.n, shell.l)]
            only = np.zeros_like(self.electrons)
            only[members] = self.electrons[members] * (1 - N * (q - 1) / ((N - 1) * q))
            part = self._interaction(orbitals, only, {self.subshells[i].kappa for i in members})
            for i in members:
                C = orbitals[:, i]
                energy -= self.electrons[i] * float(C @ part[self.subshells[i].kappa] @ C) / 2
                found[i] = part
        return found, energy

    def _coupling(self, own: FloatArray, orbitals: FloatArray, index: int, members: list[int]) -> FloatArray:
        """Change of the Fock matrix for the open subshell ``index``: stationary against every other orbital.

        Within the open shell and towards empty orbitals -own; towards a full one of the same kappa, of filling 1
        against f, f own/(1 - f) (Roothaan 1960, doi:10.1103/RevModPhys.32.179).
        """
        f = self.electrons[index] / self.subshells[index].degeneracy
        C = orbitals[:, [index]]
        full = orbitals[:, [i for i in members if i != index]]
        here, there = C @ C.T, full @ full.T
        coupled = here @ own
        change = -(coupled + coupled.T - here @ own @ here)
        across = here @ own @ there
        return np.asarray(change + (1 + f / (1 - f)) * (across + across.T))

    def _interaction(
        self, orbitals: FloatArray, electrons: FloatArray, kappas: set[int] | None = None
    ) -> Blocks:
        """Direct minus exchange interaction with ``electrons`` in the orbitals."""
        basis = self.basis
        number = basis.large.shape[1]
        P, Q = basis.large @ orbitals[:number], basis.small @ orbitals[number:]
        direct = self.kernels[0] @ ((P**2 + Q**2) @ electrons)
        J_LL, J_SS = self._local(direct / basis.weight)
        found: Blocks = {}
        for kappa in kappas or self.kappas:
            LL, LS, SS = (np.zeros_like(self.kernels[0]) for _ in range(3))
            for k, kernel in enumerate(self.kernels):
                share = electrons * [exchange_weight(kappa, k, b.kappa) for b in self.subshells]
                used = share != 0
                if not np.any(used):
                    continue
                p, q, share = P[:, used], Q[:, used], share[used]
                LL += kernel * ((p * share) @ p.T)
                LS += kernel * ((p * share) @ q.T)
                SS += kernel * ((q * share) @ q.T)
            K_LS = basis.large.T @ LS @ basis.small
            found[kappa] = np.block(
                [
                    [J_LL - basis.large.T @ LL @ basis.large, -K_LS],
                    [-K_LS.T, J_SS - basis.small.T @ SS @ basis.small],
                ]
            )
        return found
