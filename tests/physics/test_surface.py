"""The surface barrier: conservation, reciprocity, and the step solved a second way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad

from scintidot.interactions.slow_electrons import isotropic_transmission, low_energy_model, vacuum_level
from scintidot.materials.library import load_material
from scintidot.transport import surface

energies = st.floats(0.05, 200.0)
cosines = st.floats(0.01, 1.0)
steps = st.floats(-10.0, 10.0)
angles = st.floats(0.0, 2 * math.pi)


def matched(energy: float, cosine: float, step: float) -> float:
    """Transmitted flux of exp(ik1 z) + r exp(-ik1 z) | t exp(ik2 z), matched in value and slope."""
    k1, k2 = math.sqrt(energy) * cosine, math.sqrt(energy * cosine**2 - step)
    r, t = np.linalg.solve([[-1, 1], [k1, k2]], [1, k1])
    assert k1 * r**2 + k2 * t**2 == pytest.approx(k1)  # nothing is lost
    return float(k2 / k1 * t**2)


@given(energies, cosines, steps)
def test_transmission_is_that_of_matched_waves(energy: float, cosine: float, step: float) -> None:
    assume(energy * cosine**2 - step > 1e-6)
    found = surface.quantum_transmission(energy, cosine, step)
    assert found == pytest.approx(matched(energy, cosine, step), rel=1e-6)
    assert 0 < found <= 1
    assert surface.classical_transmission(energy, cosine, step) == 1


@given(energies, cosines, st.floats(0.0, 10.0))
def test_total_reflection(energy: float, cosine: float, step: float) -> None:
    assume(energy * cosine**2 <= step)
    for transmission in (surface.quantum_transmission, surface.classical_transmission):
        assert transmission(energy, cosine, step) == 0
    assert cosine <= surface.critical_cosine(energy, step) * (1 + 1e-12)


def direction(cosine: float, azimuth: float, normal: np.ndarray) -> np.ndarray:
    """Unit vector at that angle to ``normal``."""
    helper = np.eye(3)[np.argmin(np.abs(normal))]
    one = np.cross(normal, helper)
    one /= np.linalg.norm(one)
    across = math.cos(azimuth) * one + math.sin(azimuth) * np.cross(normal, one)
    return cosine * normal + math.sqrt(1 - cosine**2) * across


NORMALS = [np.array([0.0, 0.0, 1.0]), np.array([1.0, -2.0, 2.0]) / 3]


@pytest.mark.parametrize("normal", NORMALS)
@given(energies, cosines, angles, steps)
def test_crossing_conserves_energy_and_momentum_along_the_surface(
    normal: np.ndarray, energy: float, cosine: float, azimuth: float, step: float
) -> None:
    assume(energy * cosine**2 - step > 1e-3)
    before = direction(cosine, azimuth, normal)
    *found, after = surface.refract(energy, *before, *normal, step)
    behind = np.array(found)
    assert after + step == pytest.approx(energy)
    assert np.linalg.norm(behind) == pytest.approx(1, abs=1e-9)
    assert behind @ normal > 0
    p, p_behind = math.sqrt(energy) * before, math.sqrt(after) * behind
    assert p_behind - (p_behind @ normal) * normal == pytest.approx(p - (p @ normal) * normal, abs=1e-6)

    # the way back: the same probability, and the same path
    through = surface.quantum_transmission(energy, cosine, step)
    back = surface.quantum_transmission(after, float(behind @ normal), -step)
    assert back == pytest.approx(through, rel=1e-6)
    *returned, energy_again = surface.refract(after, *-behind, *-normal, -step)
    assert np.array(returned) == pytest.approx(-before, abs=1e-6)
    assert energy_again == pytest.approx(energy)


@given(energies, cosines, angles)
def test_no_step_changes_nothing(energy: float, cosine: float, azimuth: float) -> None:
    before = direction(cosine, azimuth, NORMALS[1])
    *found, after = surface.refract(energy, *before, *NORMALS[1], 0.0)
    assert np.array(found) == pytest.approx(before)
    assert after == energy
    assert surface.quantum_transmission(energy, cosine, 0.0) == 1


@given(cosines, angles)
def test_reflection_turns_the_motion_across_round(cosine: float, azimuth: float) -> None:
    before = direction(cosine, azimuth, NORMALS[1])
    after = np.array(surface.reflect(*before, *NORMALS[1]))
    assert after @ NORMALS[1] == pytest.approx(-cosine)
    assert np.array(surface.reflect(*after, *NORMALS[1])) == pytest.approx(before)


def test_slow_electrons_are_bent_away_from_the_normal_and_fast_ones_hardly_see_the_step() -> None:
    x, _, z, after = surface.refract(5.0, 0.3, 0.0, math.sqrt(0.91), 0.0, 0.0, 1.0, 3.7)
    assert x > 0.3
    assert z < math.sqrt(0.91)
    assert after == pytest.approx(1.3)
    assert surface.quantum_transmission(1e4, 1.0, 3.7) == pytest.approx(1, abs=1e-7)
    barely = [surface.quantum_transmission(3.7 * (1 + x), 1.0, 3.7) for x in (1e-2, 1e-6, 1e-10)]
    assert barely == sorted(barely, reverse=True)
    assert barely[-1] < 1e-4


# --- barriers of materials -----------------------------------------------------------------------------------


def test_the_step_has_its_sign_from_the_affinities() -> None:
    crystal, octane, vacuum = (load_material(name) for name in ("CsPbBr3", "octane", "vacuum"))

    def step(inside, outside) -> float:
        return low_energy_model(inside, host=outside, phonons="none").step

    assert step(crystal, vacuum) == crystal.card.electrons.electron_affinity.value > 0
    assert step(octane, vacuum) < 0  # V0 > 0: the liquid pushes the electron out
    assert step(crystal, octane) > step(crystal, vacuum)
    assert step(crystal, octane) == -step(octane, crystal)
    assert step(crystal, crystal) == 0


def test_a_metal_counts_from_the_bottom_of_its_band() -> None:
    electrons = load_material("Au").card.electrons
    expected = electrons.electron_affinity.value + electrons.valence_band_width.value
    assert vacuum_level(load_material("Au")) == pytest.approx(expected)


@pytest.mark.parametrize("energy", [1.0, 3.8, 5.0, 50.0])
@pytest.mark.parametrize(("inside", "outside"), [("CsPbBr3", "octane"), ("octane", "CsPbBr3")])
def test_escape_of_an_isotropic_flux(energy: float, inside: str, outside: str) -> None:
    """Classically 1 - step/T leaves; the quantum step by another quadrature."""
    materials = load_material(inside), load_material(outside)
    classical, quantum = (
        low_energy_model(materials[0], host=materials[1], phonons="none", surface=name)
        for name in ("classical-step", "quantum-step")
    )
    expected = min(1.0, max(0.0, 1 - classical.step / energy))
    assert isotropic_transmission(energy, classical) == pytest.approx(expected, abs=1e-12)
    lowest = min(1.0, surface.critical_cosine(energy, quantum.step))
    integral = quad(
        lambda c: 2 * c * surface.quantum_transmission(energy, c, quantum.step), lowest, 1, limit=200
    )
    assert isotropic_transmission(energy, quantum) == pytest.approx(integral[0], abs=1e-6)
    assert isotropic_transmission(energy, low_energy_model(materials[0], phonons="none", surface="none")) == 1
