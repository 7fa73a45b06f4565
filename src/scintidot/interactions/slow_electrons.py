"""Slow electrons in a material: from its card to the numbers that the kernels of phonons and surface need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scintidot.constants import AVOGADRO_CONSTANT, NM3_PER_CM3
from scintidot.errors import BadFile
from scintidot.materials.bulk import Phonons
from scintidot.materials.library import load_material
from scintidot.materials.material import Material, composition_of
from scintidot.records import FloatArray
from scintidot.transport import acoustic
from scintidot.transport import phonons as polar
from scintidot.transport import surface as barrier

_ROOTS, _SHARES = np.polynomial.legendre.leggauss(64)
_TRANSMISSIONS = {
    "quantum-step": barrier.quantum_transmission,
    "classical-step": barrier.classical_transmission,
}


@dataclass(frozen=True)
class LowEnergy:
    """What the kernels need: plain numbers of one material, surface, mass and temperature."""

    modes: tuple[tuple[float, float, float], ...]  # energy [eV], coupling, occupation of each polar vibration
    mass: float  # [electron masses]
    acoustic: acoustic.Acoustic | None
    step: float  # rise of the potential energy from the material to its host [eV]
    transmission: Callable[[float, float, float], float] | None


def low_energy_model(
    material: Material,
    *,
    host: Material | None = None,
    temperature: float = 300.0,
    phonons: str = "froehlich+acoustic",
    surface: str = "quantum-step",
    mass: str = "free",
) -> LowEnergy:
    """Parameters of the chosen models from the cards of the material and of its surroundings (default: vacuum).

    Raises
    ------
    BadFile
        If a chosen model needs a number that the card does not have.
    """
    modes: list[tuple[float, float, float]] = []
    crystal, mass_value = None, 1.0
    if phonons != "none":
        section = _section(material, phonons)
        if mass == "effective":
            mass_value = _needed(material, section, "effective_mass", "--mass free")
        if "froehlich" in phonons:
            modes = _polar_modes(material, section, temperature)
        if "acoustic" in phonons:
            crystal = _acoustic(material, section, mass_value, temperature)
    step, transmission = 0.0, None
    if surface != "none":
        around = load_material("vacuum") if host is None else host
        step = vacuum_level(material) - vacuum_level(around)
        transmission = _TRANSMISSIONS[surface]
    return LowEnergy(tuple(modes), mass_value, crystal, step, transmission)


def vacuum_level(material: Material) -> float:
    """Height [eV] of the vacuum above the state from which kinetic energy counts.

    That state is the bottom of the conduction band, in a metal the bottom of the valence band.
    """
    electrons, gap = material.card.electrons, material.card.band_gap
    if electrons is None or electrons.electron_affinity is None:
        raise _missing(material, "electrons.electron_affinity", "--surface none")
    metal = gap is not None and gap.value == 0
    return electrons.electron_affinity.value + (electrons.valence_band_width.value if metal else 0.0)


def zone_edge(material: Material) -> float:
    """q_BZ [1/nm]: of the card, else the Debye wavevector of its formula units."""
    card = material.card
    if card.phonons is not None and card.phonons.zone_edge is not None:
        return card.phonons.zone_edge.value
    molar_mass = composition_of(card, material.where).molar_mass
    return acoustic.debye_wavevector(card.density.value / molar_mass * AVOGADRO_CONSTANT / NM3_PER_CM3)


def _section(material: Material, phonons: str) -> Phonons:
    if material.card.phonons is None:
        raise _missing(material, "phonons", f"--phonons none instead of {phonons}")
    return material.card.phonons


def _polar_modes(
    material: Material, section: Phonons, temperature: float
) -> list[tuple[float, float, float]]:
    for name in ("static_permittivity", "optical_permittivity"):
        _needed(material, section, name, "--phonons acoustic")
    if not section.modes:
        _needed(material, section, "longitudinal_optical_energy", "--phonons acoustic")
    return [
        (energy, coupling, polar.occupation(energy, temperature))
        for energy, coupling in section.polar_modes()
    ]


def _acoustic(material: Material, section: Phonons, mass: float, temperature: float) -> acoustic.Acoustic:
    hint = "--phonons froehlich"
    return acoustic.acoustic_phonons(
        _needed(material, section, "deformation_potential", hint),
        _needed(material, section, "sound_velocity", hint),
        material.card.density.value,
        zone_edge(material),
        mass,
        temperature,
    )


def _needed(material: Material, section: Phonons, name: str, switch: str) -> float:
    quantity = getattr(section, name)
    if quantity is None:
        raise _missing(material, f"phonons.{name}", switch)
    return float(quantity.value)


def _missing(material: Material, key: str, switch: str) -> BadFile:
    return BadFile(
        where=material.where,
        what="card",
        who=key,
        expected="this entry, which the low-energy model needs",
        found="no such entry",
        hint=f"Add it, or choose {switch}.",
    )


def figures(energies: Sequence[float], model: LowEnergy) -> dict[str, FloatArray]:
    """Inverse mean free paths and surface probabilities at each kinetic energy [eV] in the material."""
    rows = [_figures(energy, model) for energy in energies]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _figures(energy: float, model: LowEnergy) -> dict[str, float]:
    row = {}
    if model.modes:
        emitted = [polar.emission(energy, e, c, model.mass, n) for e, c, n in model.modes]
        absorbed = [polar.absorption(energy, e, c, model.mass, n) for e, c, n in model.modes]
        row["lo_emission_per_nm"] = sum(emitted)
        row["lo_absorption_per_nm"] = sum(absorbed)
        row["lo_energy_loss_eV_per_nm"] = sum(
            (out - back) * mode[0] for out, back, mode in zip(emitted, absorbed, model.modes, strict=True)
        )
    if model.acoustic is not None:
        row["acoustic_per_nm"] = acoustic.inverse_mean_free_path(energy, model.acoustic)
        row["acoustic_transport_per_nm"] = acoustic.inverse_transport_mean_free_path(energy, model.acoustic)
        row["acoustic_energy_loss_eV_per_nm"] = acoustic.energy_loss(energy, model.acoustic)
    if model.transmission is not None:
        row["transmission_normal"] = model.transmission(energy, 1.0, model.step)
        row["transmission_isotropic"] = isotropic_transmission(energy, model)
    return row


def isotropic_transmission(energy: float, model: LowEnergy) -> float:
    """Share that passes of electrons that arrive from all directions, int 2 cos T dcos."""
    if model.transmission is None:
        return 1.0
    lowest = min(1.0, barrier.critical_cosine(energy, model.step))
    half = (1 - lowest) / 2  # cos = lowest + (1 - lowest) x^2 removes the square root at the critical angle
    total = 0.0
    for x, share in zip((_ROOTS + 1) / 2, _SHARES, strict=True):
        cosine = lowest + 2 * half * x * x
        total += share * 2 * half * x * 2 * cosine * model.transmission(energy, cosine, model.step)
    return float(total)
