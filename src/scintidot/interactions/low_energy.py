"""Slow electrons in a material: phonons and the surface, from its card, as a checked document.

Below some ten eV an electron in an insulator can no longer lift another one over the gap; it loses its energy
to phonons, one by one, and leaves the crystal if it still clears the surface barrier.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from scintidot import __version__, bands
from scintidot.documents import Document
from scintidot.errors import one_of
from scintidot.interactions.inputs import Energies, read_energies, read_within
from scintidot.interactions.slow_electrons import LowEnergy, figures, low_energy_model
from scintidot.materials.fields import In
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.output import number
from scintidot.provenance import bibliography, cited
from scintidot.transport import acoustic
from scintidot.transport import phonons as polar
from scintidot.transport import surface as barrier

PHONONS = {
    "froehlich+acoustic": "emission and absorption of polar optical phonons (Froehlich), and acoustic phonons",
    "froehlich": "emission and absorption of polar optical phonons (Froehlich) alone",
    "acoustic": "quasi-elastic scattering by longitudinal acoustic phonons alone",
    "none": "no phonons",
}
MASSES = {
    "free": f"free electron mass; right above about {polar.FREE_FROM:g} eV, rates too high below",
    "effective": f"mass at the band edge; right below about {polar.PARABOLIC_TO:g} eV, rates too low above",
}
SOURCES = (
    "froehlich_1954", "llacer_garwin_1969", "bardeen_shockley_1950", "schreiber_fitting_2002", "kieft_bosch_2008",
    "codata_2022",
)  # fmt: skip
"""References behind the models."""

WEAK_COUPLING_TO = 1.0
"""Froehlich's alpha up to which first-order perturbation theory describes an electron near the band edge."""
_WHERE = "low-energy"


def low_energy(
    material: Material | str | Path,
    energies_eV: Energies,
    *,
    temperature: float | str = 300.0,
    host: Material | str | Path = "vacuum",
    phonons: str = "froehlich+acoustic",
    surface: str = "quantum-step",
    mass: str = "free",
) -> Document:
    """Phonon scattering and escape of slow electrons, as ``scintidot.low-energy/1``.

    Parameters
    ----------
    material : Material, str or Path
        The crystal, or its name or path.
    energies_eV : sequence of float or str, or one, or text with commas
        Kinetic energies [eV] above the bottom of the conduction band (of the band, in a metal), 0.05 to 200 eV.
    temperature : float or str
        0 to 1000 K.
    host : Material, str or Path
        What is on the other side of the surface.
    phonons, surface, mass : str
        Models by name: `PHONONS`, `scintidot.transport.surface.SURFACES`, `MASSES`.

    Returns
    -------
    Document
        ``scintidot.low-energy/1``: ``rows`` with rates of phonons [1/nm], energy lost to them [eV/nm], transmission
        through the surface and the critical angle, each with its ``band``; ``parameters`` of the models, ``choices``,
        ``warnings`` and ``bibliography``.

    Raises
    ------
    BadValue, OutOfRange
        For an unknown name, a number that is none, or one outside the range of the models.
    BadFile
        If the card lacks a number that the models need.

    Examples
    --------
    >>> document = low_energy("CsPbBr3", [1.0, 5.0], mass="effective")
    >>> round(document["parameters"]["polar_modes"][0]["coupling_constant"], 2)
    2.0
    """
    _check_names(phonons, surface, mass)
    energies = _energies(energies_eV)
    kelvin = read_within(
        temperature, In("K", at_least=0, at_most=polar.HIGHEST_TEMPERATURE), where=_WHERE, who="--temperature"
    )
    material = load_material(material, where=_WHERE, who="--material")
    host = load_material(host, where=_WHERE, who="--host")

    def build(change: bands.Change | None = None) -> LowEnergy:
        here, around = material, host
        if change is not None:
            side, key = change[0].split(":")
            here = material.with_value(key, change[1]) if side == "material" else material
            around = host.with_value(key, change[1]) if side == "host" else host
        return low_energy_model(
            here, host=around, temperature=kelvin, phonons=phonons, surface=surface, mass=mass
        )

    quantities = {
        f"{side}:{key}": quantity
        for side, source in (("material", material), ("host", host))
        for key, quantity in source.card.quantities()
        if key in _keys_used(source, side, phonons, surface, mass)
    }
    model = build()
    banded = bands.propagate(lambda change: figures(energies, build(change)), quantities, list(quantities))
    used = [source for quantity in quantities.values() for source in quantity.source]
    return Document(
        {
            "schema": "scintidot.low-energy/1",
            "version": __version__,
            "material": material.name,
            "choices": {
                "material": material.name,
                "material_fingerprint": material.fingerprint,
                "host": host.name,
                "temperature_K": kelvin,
                "phonons": phonons,
                "phonons_meaning": PHONONS[phonons],
                "surface": surface,
                "surface_meaning": barrier.SURFACES[surface],
                "mass": mass,
                "mass_meaning": MASSES[mass],
                "band_method": bands.METHOD,
            },
            "parameters": _parameters(model),
            "rows": [_row(i, energy, banded, model) for i, energy in enumerate(energies)],
            "warnings": _warnings(material, energies, model, phonons, mass),
            "bibliography": cited(
                bibliography([*SOURCES, *used], {**material.card.references, **host.card.references})
            ),
        }
    )


def _check_names(phonons: str, surface: str, mass: str) -> None:
    one_of(phonons, PHONONS, where=_WHERE, who="--phonons")
    one_of(surface, barrier.SURFACES, where=_WHERE, who="--surface")
    one_of(mass, MASSES, where=_WHERE, who="--mass")


def _energies(values: object) -> list[float]:
    limits = In("eV", at_least=polar.LOWEST_ENERGY, at_most=polar.HIGHEST_ENERGY)
    return [
        read_within(value, limits, where=_WHERE, who="--energy-ev")
        for value in read_energies(values, "eV", where=_WHERE, who="--energy-ev")
    ]


def _keys_used(material: Material, side: str, phonons: str, surface: str, mass: str) -> set[str]:
    """Dotted keys of the numbers that the chosen models read from this card."""
    used: set[str] = set()
    if surface != "none":
        used.add("electrons.electron_affinity")
        if material.card.band_gap is not None and material.card.band_gap.value == 0:
            used.add("electrons.valence_band_width")
    if side == "material" and phonons != "none":
        keys = {key for key, _ in material.card.quantities() if key.startswith("phonons.")}
        sound = {"phonons.sound_velocity", "phonons.deformation_potential", "phonons.zone_edge"}
        used |= {"density"} | keys & sound if "acoustic" in phonons else set()
        used |= keys - sound - {"phonons.effective_mass"} if "froehlich" in phonons else set()
        used |= {"phonons.effective_mass"} if mass == "effective" else set()
    return used


def _parameters(model: LowEnergy) -> dict[str, Any]:
    crystal = model.acoustic
    return {
        "mass_electron_masses": number(model.mass),
        "polar_modes": [
            {
                "energy_eV": number(energy),
                "coupling": number(coupling),
                "coupling_constant": number(polar.coupling_constant(energy, coupling, model.mass)),
                "occupation": number(occupation),
            }
            for energy, coupling, occupation in model.modes
        ],
        "acoustic": {}
        if crystal is None
        else {
            "zone_edge_phonon_energy_eV": number(crystal.edge_phonon_energy),
            "zone_edge_electron_energy_eV": number(crystal.edge_kinetic_energy),
            "long_wave_inverse_mean_free_path_per_nm": number(2 * crystal.strength * crystal.thermal_energy),
        },
        "surface_step_eV": number(model.step),
    }


def _row(i: int, energy: float, banded: bands.Banded, model: LowEnergy) -> dict[str, Any]:
    row: dict[str, Any] = {"energy_eV": number(energy)}
    for name, values in banded.central.items():
        row[name] = number(values[i])
    if model.acoustic is not None:
        row["mott_weight"] = number(acoustic.mott_weight(energy))
    if model.transmission is not None:
        outside = energy - model.step
        row["energy_outside_eV"] = number(outside) if outside > 0 else None
        critical = barrier.critical_cosine(energy, model.step)
        row["critical_angle_deg"] = number(math.degrees(math.acos(critical))) if critical <= 1 else None
    row["band"] = {
        name: {"low": number(banded.low[name][i]), "high": number(banded.high[name][i])}
        for name in banded.central
    }
    return row


def _warnings(
    material: Material, energies: list[float], model: LowEnergy, phonons: str, mass: str
) -> list[str]:
    warnings = []
    if phonons != "none" and mass == "free" and min(energies) < polar.FREE_FROM:
        warnings.append(
            f"Below about {polar.FREE_FROM:g} eV the mass m* at the band edge holds: with the free mass rates are too "
            "high, those of optical phonons by 1/m*, of acoustic ones by up to 1/m*^2; --mass effective has them."
        )
    if phonons != "none" and mass == "effective" and max(energies) > polar.PARABOLIC_TO:
        warnings.append(
            f"Above about {polar.PARABOLIC_TO:g} eV the band is no longer parabolic: the effective mass makes rates "
            "too low; --mass free has those of a fast electron."
        )
    alphas = [polar.coupling_constant(energy, coupling, model.mass) for energy, coupling, _ in model.modes]
    if mass == "effective" and max(alphas, default=0.0) > WEAK_COUPLING_TO:
        warnings.append(
            f"Coupling constant {max(alphas):.2g} exceeds {WEAK_COUPLING_TO:g}: the electron is a polaron, and "
            "first-order rates are too high near the band edge."
        )
    if "froehlich" in phonons and not any(coupling > 0 for _, coupling, _ in model.modes):
        warnings.append(
            f"{material.name} is not polar: its optical phonons act through the deformation potential, which is not "
            "modelled, so that energy loss to phonons is too low."
        )
    if model.acoustic is not None and max(energies) > acoustic.MOTT_FROM:
        warnings.append(
            f"Above {acoustic.MOTT_FROM:g} eV the free-atom cross sections take over (mott_weight); acoustic rates are "
            "shown as they are."
        )
    return warnings
