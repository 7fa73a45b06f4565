"""The surface between two media as a planar step of the potential energy.

``step`` is what the potential energy rises by when the surface is crossed [eV]: positive where the electron is
slowed down, as from a crystal into vacuum (its electron affinity), negative where it is sped up. Energy and the
momentum along the surface are conserved, with the same (free) mass on both sides:

    T' = T - step,    sqrt(T) sin(theta) = sqrt(T') sin(theta')

Only the motion across counts: with T_n = T cos^2(theta) the electron is reflected for T_n <= step, and otherwise
passes with the probability of a sharp quantum step (textbooks: Cohen-Tannoudji, Diu, Laloe, Quantum Mechanics, H_I)

    4 r/(1 + r)^2,    r = sqrt(1 - step/T_n)

or, by name, classically with certainty. A surface that changes over more than the wavelength (0.4 nm at 10 eV)
lies between the two; image force, roughness, ligands and charge are left out.

Scalar kernels: numbers in, numbers out. ``cosine`` is that of the angle between the direction and the outward
normal, positive.
"""

from __future__ import annotations

import math

SURFACES = {
    "quantum-step": "sharp step: quantum reflection, refraction, total internal reflection",
    "classical-step": "step: passes whenever the motion across suffices, refraction, total internal reflection",
    "none": "no barrier: every electron passes straight on with its energy",
}


def quantum_transmission(kinetic_energy: float, cosine: float, step: float) -> float:
    """Probability to pass a sharp step."""
    across = kinetic_energy * cosine * cosine
    if across <= max(step, 0.0):
        return 0.0
    ratio = math.sqrt(1 - step / across)
    return min(1.0, 4 * ratio / (1 + ratio) ** 2)


def classical_transmission(kinetic_energy: float, cosine: float, step: float) -> float:
    """1 where the motion across suffices, else 0."""
    return 1.0 if kinetic_energy * cosine * cosine > max(step, 0.0) else 0.0


def critical_cosine(kinetic_energy: float, step: float) -> float:
    """Below this cosine an electron is totally reflected; more than 1: at every angle."""
    return math.sqrt(max(step, 0.0) / kinetic_energy)


def refract(
    kinetic_energy: float,
    direction_x: float,
    direction_y: float,
    direction_z: float,
    normal_x: float,
    normal_y: float,
    normal_z: float,
    step: float,
) -> tuple[float, float, float, float]:
    """Unit direction and kinetic energy behind the surface, for an electron whose transmission is not zero.

    ``normal`` is the unit normal towards the medium that is entered.
    """
    cosine = direction_x * normal_x + direction_y * normal_y + direction_z * normal_z
    after = kinetic_energy - step
    along = math.sqrt(kinetic_energy / after)
    across = math.sqrt(max(0.0, kinetic_energy * cosine * cosine - step) / after) - along * cosine
    return (
        along * direction_x + across * normal_x,
        along * direction_y + across * normal_y,
        along * direction_z + across * normal_z,
        after,
    )


def reflect(
    direction_x: float,
    direction_y: float,
    direction_z: float,
    normal_x: float,
    normal_y: float,
    normal_z: float,
) -> tuple[float, float, float]:
    """Unit direction after specular reflection."""
    twice = 2 * (direction_x * normal_x + direction_y * normal_y + direction_z * normal_z)
    return direction_x - twice * normal_x, direction_y - twice * normal_y, direction_z - twice * normal_z
