"""Constants against each other and against scipy."""

from __future__ import annotations

import math

import pytest
from scipy import constants as si

from scintidot.constants import (
    BOHR_RADIUS,
    CONSTANTS,
    ELECTRON_REST_ENERGY,
    FINE_STRUCTURE_CONSTANT,
    HARTREE_ENERGY,
    MASS_DENSITY,
    PLANCK_TIMES_LIGHT,
)

CODATA_SHIFT = 2e-9
"""Recommended values moved by less than this, relative, from CODATA 2018 to 2022; scipy may have either."""

ALPHA = FINE_STRUCTURE_CONSTANT
HBAR_C = PLANCK_TIMES_LIGHT / (2 * math.pi)  # [eV nm]


def test_hartree_energy_is_alpha_squared_rest_energies() -> None:
    assert math.isclose(HARTREE_ENERGY, ALPHA**2 * ELECTRON_REST_ENERGY, rel_tol=1e-9)


def test_bohr_radius_is_compton_length_over_alpha() -> None:
    assert math.isclose(BOHR_RADIUS, HBAR_C / (ALPHA * ELECTRON_REST_ENERGY), rel_tol=1e-9)


def test_hartree_energy_is_coulomb_energy_at_the_bohr_radius() -> None:
    assert math.isclose(HARTREE_ENERGY, ALPHA * HBAR_C / BOHR_RADIUS, rel_tol=1e-9)


def test_planck_times_light_follows_from_the_exact_values() -> None:
    assert math.isclose(PLANCK_TIMES_LIGHT, si.h * si.c / si.e * 1e9, rel_tol=1e-15)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("electron_rest_energy", si.physical_constants["electron mass energy equivalent in MeV"][0] * 1e6),
        ("bohr_radius", si.physical_constants["Bohr radius"][0] * 1e9),
        ("hartree_energy", si.physical_constants["Hartree energy in eV"][0]),
        ("fine_structure_constant", si.alpha),
        ("proton_electron_mass_ratio", si.physical_constants["proton-electron mass ratio"][0]),
        ("avogadro_constant", si.N_A),
        ("speed_of_light", si.c * 1e9 / 1e12),
        ("planck_times_light", si.h * si.c / si.e * 1e9),
        ("reduced_planck_constant", si.hbar / si.e * 1e12),
        ("boltzmann_constant", si.k / si.e),
        ("joule", 1 / si.e),
    ],
)
def test_agrees_with_scipy(name: str, value: float) -> None:
    constant = CONSTANTS[name]
    exact = constant.kind == "exact"
    assert math.isclose(constant.value, value, rel_tol=1e-15 if exact else CODATA_SHIFT)


def test_mass_density_unit_is_that_of_the_rest_energy_of_a_gram() -> None:
    """m c^2 of 1 g in 1e21 nm^3, over c^2 in nm/ps."""
    rest_energy = 1e-3 * si.c**2 / si.e  # [eV]
    assert math.isclose(MASS_DENSITY, rest_energy / (si.c * 1e-3) ** 2 / 1e21, rel_tol=1e-12)


def test_every_constant_says_what_it_is() -> None:
    for constant in CONSTANTS.values():
        assert constant.kind in ("exact", "CODATA 2022")
        assert constant.unit
        assert (constant.relative_uncertainty == 0) == (constant.kind == "exact")
