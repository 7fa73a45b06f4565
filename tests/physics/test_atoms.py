"""Elements and the Dirac-Fock atom against exact, published and independently solved cases."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid

from scintidot.atoms.angular import exchange_weight
from scintidot.atoms.basis import coulomb_kernel, radial_basis
from scintidot.atoms.elements import Shell, element, elements
from scintidot.atoms.nucleus import FermiNucleus
from scintidot.atoms.structure import SPEED_OF_LIGHT, Atom, dirac_fock, ground_state
from scintidot.errors import BadValue


def atom(symbol: str) -> Atom:
    return ground_state(element(symbol))


# --- elements ---------------------------------------------------------------------------------------


def test_electrons_of_every_element_are_its_atomic_number() -> None:
    for number, one in enumerate(elements().values(), start=1):
        assert number == one.Z == sum(shell.electrons for shell in one.shells)
        assert sum(shell.electrons for shell in one.subshells) == pytest.approx(number, abs=1e-12)
        assert all(0 < shell.electrons <= shell.capacity for shell in one.shells)
        assert all(0 < sub.electrons <= sub.degeneracy and sub.n > sub.l for sub in one.subshells)


def test_heavier_elements_weigh_more_but_for_the_known_inversions() -> None:
    every = list(elements().values())
    lighter = {two.symbol for one, two in itertools.pairwise(every) if two.weight < one.weight}
    assert lighter == {"K", "Ni", "I", "Pa"}


def test_open_shells_are_shared_by_degeneracy() -> None:
    assert [(sub.name, round(sub.electrons, 3)) for sub in element("C").subshells] == [
        ("1s1/2", 2.0),
        ("2s1/2", 2.0),
        ("2p1/2", 0.667),
        ("2p3/2", 1.333),
    ]


@pytest.mark.parametrize(("bad", "hint"), [("Xx", "'Xe'"), ("Bq", "'B'"), ("Pu", "'Pb'|'P'|'U'|'Au'|'Cu'")])
def test_unknown_element_is_named_with_the_nearest(bad: str, hint: str) -> None:
    with pytest.raises(BadValue, match=hint):
        element(bad)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none()))
def test_anything_is_an_element_or_refused(name: object) -> None:
    try:
        found = element(name)  # type: ignore[arg-type]
    except BadValue:
        return
    assert name == found.Z or str(name).strip().capitalize() == found.symbol


# --- nucleus ----------------------------------------------------------------------------------------


def test_fermi_nucleus_joins_the_point_charge_and_is_a_ball_inside() -> None:
    lead = FermiNucleus.of_weight(82, 207.2)
    r = np.array([0.8 * lead.end, lead.end, 2 * lead.end])
    assert lead.potential(r) == pytest.approx(-82 / r, rel=1e-9)
    # with a thin skin: a uniformly charged ball, -3Z/2R at its centre
    ball = FermiNucleus(50, 1e-4, 1e-6)
    r = np.array([1e-10, 5e-5])
    assert ball.potential(r) == pytest.approx(-50 / 2e-4 * (3 - (r / 1e-4) ** 2), rel=1e-3)


def test_nucleus_of_an_rms_radius_has_it() -> None:
    made = FermiNucleus.of_rms_radius(54, 4.8)
    r = np.linspace(0, made.end, 20001)
    weight = r**2 / (1 + np.exp((r - made.radius) / made.diffuseness))
    mean = trapezoid(weight * r**2, r) / trapezoid(weight, r)
    fermi_per_a0 = 0.052917721 * 1e6
    assert math.sqrt(mean) * fermi_per_a0 == pytest.approx(4.8, rel=1e-4)


# --- angular and radial integrals -------------------------------------------------------------------


@pytest.mark.parametrize("kappa", [-1, 1, -2, 2, -3, 3, -4])
def test_exchange_weights_obey_the_sum_rule(kappa: int) -> None:
    for size in (1, 2, 3, 4):
        total = sum(
            (2 * k + 1) * exchange_weight(kappa, k, other) for k in range(9) for other in (-size, size)
        )
        assert total == pytest.approx(1, abs=1e-12)


def test_exchange_weights_of_s_electrons() -> None:
    assert exchange_weight(-1, 0, -1) == pytest.approx(1 / 2)
    assert exchange_weight(-1, 1, 1) == pytest.approx(1 / 6)
    assert exchange_weight(-1, 0, 1) == 0  # parity


@pytest.mark.parametrize("k", [0, 1, 3, 6])
def test_coulomb_kernel_of_exponentials_is_exact(k: int) -> None:
    # R^k(f, f) for f = r^n e^-r: twice the integral over s < r, by the incomplete gamma series
    from scipy.integrate import quad
    from scipy.special import gammainc

    basis = radial_basis(3e-6, 60.0, 1.3, 2.0)
    n = 8
    f = basis.r**n * np.exp(-basis.r)
    inner = math.gamma(n + k + 1)
    exact, _ = quad(
        lambda r: 2 * r ** (n - k - 1) * math.exp(-r) * inner * gammainc(n + k + 1, r), 0, 60, epsrel=1e-11
    )
    assert f @ coulomb_kernel(basis, k) @ f == pytest.approx(exact, rel=1e-8)


# --- one electron: exact ----------------------------------------------------------------------------


@pytest.mark.parametrize("Z", [1, 60])
@pytest.mark.parametrize(("n", "l"), [(1, 0), (2, 1), (3, 2)])
def test_one_electron_has_the_energies_of_sommerfeld(Z: int, n: int, l: int) -> None:  # noqa: E741
    ion = replace(element("H"), Z=Z, shells=(Shell(n, l, 1),))
    # all but a point; a real nucleus shifts heavy ions
    found = dirac_fock(ion, nucleus=FermiNucleus(Z, 1e-8, 1e-10))
    for sub, energy in zip(found.subshells, found.orbital_energy, strict=True):
        coupling = Z / SPEED_OF_LIGHT
        gamma = math.sqrt(sub.kappa**2 - coupling**2)
        ratio = coupling / (n - abs(sub.kappa) + gamma)
        exact = -(SPEED_OF_LIGHT**2) * ratio**2 / (math.sqrt(1 + ratio**2) * (1 + math.sqrt(1 + ratio**2)))
        assert energy == pytest.approx(exact, rel=2e-6)


# --- many electrons ---------------------------------------------------------------------------------

# Nonrelativistic Hartree-Fock limits [hartree]: Bunge et al., Phys. Rev. A 46, 3691 (1992),
# doi:10.1103/PhysRevA.46.3691; recalled.
HARTREE_FOCK = {"He": -2.8616800, "Be": -14.573023, "Ne": -128.547098, "Ar": -526.817513}


@pytest.mark.parametrize("symbol", HARTREE_FOCK)
def test_fast_light_gives_the_nonrelativistic_limit(symbol: str) -> None:
    one = element(symbol)
    point = FermiNucleus(one.Z, 1e-8, 1e-10)
    slow, fast = (dirac_fock(one, nucleus=point, speed_of_light=c).total_energy for c in (600, 1200))
    # what relativity adds goes as c^-2
    assert (4 * fast - slow) / 3 == pytest.approx(HARTREE_FOCK[symbol], rel=1e-7)


# Dirac-Fock-Coulomb total energies [hartree] with the nuclei of Visscher and Dyall, At. Data Nucl. Data Tables 67,
# 207 (1997), doi:10.1006/adnd.1997.0751; recalled.
DIRAC_FOCK = {"Ne": (20, -128.69193), "Ar": (40, -528.68376)}


@pytest.mark.parametrize("symbol", DIRAC_FOCK)
def test_total_energy_is_the_published_one(symbol: str) -> None:
    mass_number, published = DIRAC_FOCK[symbol]
    one = element(symbol)
    nucleus = FermiNucleus.of_rms_radius(one.Z, 0.836 * mass_number ** (1 / 3) + 0.570)
    assert dirac_fock(one, nucleus=nucleus).total_energy == pytest.approx(published, rel=1e-7)


# Dirac-Fock orbital energies [hartree]: Desclaux, At. Data Nucl. Data Tables 12, 311 (1973),
# doi:10.1016/0092-640X(73)90020-X; recalled, to the digits shown.
@pytest.mark.parametrize(
    ("symbol", "shell", "published"),
    [("Xe", "5p1/2", -0.4926), ("Xe", "5p3/2", -0.4398), ("Au", "6s1/2", -0.2917)],
)
def test_outer_orbital_energy_is_the_published_one(symbol: str, shell: str, published: float) -> None:
    names = [sub.name for sub in atom(symbol).subshells]
    assert atom(symbol).orbital_energy[names.index(shell)] == pytest.approx(published, abs=3e-4)


# Electron density [1/a0^3] at radii [a0]: tables Z_006.DEN and Z_082.DEN that come with ELSEPA (Salvat, Jablonski,
# Powell 2005, doi:10.1016/j.cpc.2004.09.006), computed with Desclaux's Dirac-Fock program; read.
@pytest.mark.parametrize(
    ("symbol", "rows"),
    [
        (
            "C",
            [
                (1.0018671, 1.7588802e-1),
                (2.0148875, 2.7481096e-2),
                (3.0079461, 3.5522592e-3),
                (4.0452032, 4.4139567e-4),
            ],
        ),
        (
            "Pb",
            [
                (0.10108515, 9.8435446e2),
                (1.0167778, 1.6363998),
                (2.0002821, 8.0175686e-2),
                (3.0457366, 1.1740333e-2),
                (4.0200990, 2.8680248e-3),
            ],
        ),
    ],
)
def test_density_is_that_of_another_dirac_fock_program(symbol: str, rows: list[tuple[float, float]]) -> None:
    r, published = np.array(rows).T
    assert atom(symbol).radial_density(r) / (4 * math.pi * r**2) == pytest.approx(published, rel=1e-4)


def test_orbital_of_helium_solves_its_radial_equation() -> None:
    """A second route: exchange of two 1s electrons is half of their Coulomb field, so a local equation is left."""
    from scipy.integrate import cumulative_simpson, solve_ivp
    from scipy.optimize import brentq

    helium = atom("He")
    r = np.geomspace(1e-6, 50, 6001)
    D = helium.radial_density(r)
    log = np.log(r)
    inside = cumulative_simpson(D * r, x=log, initial=0)
    over = cumulative_simpson(D, x=log, initial=0)
    field = (inside + r * (over[-1] - over)) / 2
    c = SPEED_OF_LIGHT

    def tail(energy: float) -> float:
        def slope(t: float, y: np.ndarray) -> list[float]:
            s = math.exp(t)
            well = energy + (2 - np.interp(t, log, field)) / s
            return [s * (y[0] / s + (well + 2 * c**2) / c * y[1]), s * (-y[1] / s - well / c * y[0])]

        start = 1e-4
        run = solve_ivp(
            slope,
            (math.log(start), math.log(9.0)),
            [start, -start / c],
            method="LSODA",
            rtol=1e-10,
            atol=1e-14,
        )
        return float(run.y[0, -1])

    found = brentq(tail, -0.93, -0.90, xtol=1e-9)
    assert found == pytest.approx(helium.orbital_energy[0], abs=2e-5)


@pytest.mark.parametrize("symbol", ["H", "C", "Br", "Au"])
def test_every_atom_is_neutral_and_its_orbitals_are_bound(symbol: str) -> None:
    found = atom(symbol)
    assert found.mean(0) == pytest.approx(found.element.Z, rel=1e-12)
    assert np.all(found.orbital_energy < -0.1)
    # within one kappa, shells further out are bound less and lie further out
    size = (found.basis.large @ found.large) ** 2 + (found.basis.small @ found.small) ** 2
    radius = (found.basis.weight * found.basis.r) @ size
    for kappa in {sub.kappa for sub in found.subshells}:
        same = [i for i, sub in enumerate(found.subshells) if sub.kappa == kappa]
        same.sort(key=lambda i: found.subshells[i].n)
        assert np.all(np.diff(found.orbital_energy[same]) > 0)
        assert np.all(np.diff(radius[same]) > 0)


def test_orbitals_are_orthonormal_also_between_open_and_closed_shells() -> None:
    gold = atom("Au")
    for kappa in {sub.kappa for sub in gold.subshells}:
        same = [i for i, sub in enumerate(gold.subshells) if sub.kappa == kappa]
        overlap = gold.large[:, same].T @ gold.large[:, same] + gold.small[:, same].T @ gold.small[:, same]
        assert overlap == pytest.approx(np.eye(len(same)), abs=1e-10)


def test_an_atom_of_one_open_shell_is_stationary() -> None:
    """Hellmann and Feynman: the slope of the energy against the nuclear charge is <-1/r>, whatever orbitals do."""
    oxygen, step = element("O"), 1e-3
    more, less, same = (
        dirac_fock(oxygen, nucleus=FermiNucleus(8 + change, 1e-8, 1e-10)) for change in (step, -step, 0.0)
    )
    slope = (more.total_energy - less.total_energy) / (2 * step)
    assert slope == pytest.approx(-same.mean(-1), rel=1e-6)
