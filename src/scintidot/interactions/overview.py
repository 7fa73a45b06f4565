"""All interactions of a material against energy, as ``scintidot.interactions/1``: what the picture shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scintidot import __version__
from scintidot.atoms.elements import element
from scintidot.atoms.shells import shells_of
from scintidot.cache.store import kept
from scintidot.documents import Document
from scintidot.errors import BadFile
from scintidot.interactions.elastic import REFERENCES as ELASTIC_REFERENCES
from scintidot.interactions.inelastic import inelastic
from scintidot.interactions.low_energy import PHONONS, low_energy
from scintidot.materials.compound import Compound, compound_of
from scintidot.materials.energy_loss import EnergyLoss
from scintidot.materials.library import load_material
from scintidot.materials.material import Material, composition_of
from scintidot.output import number
from scintidot.progress import Progress, silent
from scintidot.provenance import bibliography, cited, fingerprint, together
from scintidot.radiation import photoelectric, photons
from scintidot.radiation.photons import element_fractions, mass_attenuation
from scintidot.records import FloatArray
from scintidot.transport import phonons as polar
from scintidot.transport import stopping
from scintidot.transport.elastic.cross_sections import (
    HIGHEST_ENERGY,
    LOWEST_ENERGY,
    differential_cross_section,
    scatterer,
)
from scintidot.transport.elastic.tables import table as elastic_table
from scintidot.transport.inelastic.bethe import bethe_stopping_power

if TYPE_CHECKING:
    import xarray

ELECTRON_ENERGIES = np.geomspace(0.5, 1e5, 107)
"""[eV]"""
BETHE_FROM = 1e3
"""Bethe's formula is drawn from here; lower it is far outside its range. [eV]"""
DIFFERENTIAL_AT = (50.0, 200.0, 1e3, 1e4, 1e5)
"""[eV]"""
ANGLES = np.concatenate([np.geomspace(0.1, 10, 60)[:-1], np.linspace(10, 180, 171)])
"""[deg]"""
ANGLES_METHOD = "1"
"""Counted up whenever the differential cross sections change, so that kept ones are made anew."""
PHOTON_ENERGIES = np.geomspace(1.0, 800.0, 160)
"""[keV]"""
SOURCES = (*ELASTIC_REFERENCES["free"], *photons.SOURCES, *photoelectric.SOURCES)
SHARE_SHOWN = 0.02
"""Shells that never absorb this share are summed up as others."""


def overview(material: str | Path | Material, progress: Progress = silent) -> Document:
    """Mean free paths, stopping power, loss function, differential cross sections and attenuation of a material.

    Raises
    ------
    BadValue, BadFile
        For an unknown material, or a card that lacks what the interactions need.
    """
    loaded = load_material(material, where="plot interactions", who="--material")
    progress("photons", 0.0)
    compound = compound_of(loaded)
    attenuation = mass_attenuation(compound, 1e3 * PHOTON_ENERGIES)
    progress("inelastic", 0.2)
    losses = inelastic(loaded, ELECTRON_ENERGIES.tolist())
    progress("elastic", 0.6)
    electron = {
        "energy_eV": ELECTRON_ENERGIES.tolist(),
        **{key: [row[key] for row in losses["rows"]] for key in ("imfp_nm", "stopping_power_eV_per_nm")},
        **_stopping_twins(loaded, losses),
        **_elastic_paths(loaded),
    }
    phonons = _phonon_paths(loaded)
    progress("differential", 0.8)
    document = {
        "schema": "scintidot.interactions/1",
        "version": __version__,
        "material": loaded.name,
        "choices": {
            **losses["choices"],
            "elastic": "free atoms, independent (model free)",
            "compton": "bound",
            **phonons["choices"],
        },
        "electron": {**electron, **phonons["paths"]},
        "band": losses["band"],
        "mean_excitation_energy_eV": losses["mean_excitation_energy_eV"],
        "f_sum": losses["f_sum"],
        "loss_function": _loss_function(loaded),
        "differential_elastic": _differential(loaded),
        "photon": {
            "energy_keV": PHOTON_ENERGIES.tolist(),
            "mass_attenuation_cm2_per_g": {
                **{name: values.tolist() for name, values in attenuation.items()},
                "total": np.sum(list(attenuation.values()), axis=0).tolist(),
            },
            "photoelectric_share": _shares(compound),
        },
        "warnings": [*losses["warnings"], *phonons["warnings"]],
        "bibliography": together(
            losses["bibliography"], phonons["bibliography"], cited(bibliography(SOURCES))
        ),
    }
    progress("done", 1.0)
    return Document(document)


def _stopping_twins(material: Material, losses: dict[str, Any]) -> dict[str, list[float | None]]:
    """Ashley's and Bethe's stopping power [eV/nm] where they hold."""
    table = _table(material)
    medium, mean = table.oscillators, losses["mean_excitation_energy_eV"]
    ashley: list[float | None] = []
    bethe: list[float | None] = []
    for energy in ELECTRON_ENERGIES:
        holds = energy >= stopping.LOWEST_ENERGY
        ashley.append(number(stopping.stopping_power(np.asarray(energy), medium)) if holds else None)
        bethe.append(
            number(bethe_stopping_power(float(energy), medium, mean)) if energy >= BETHE_FROM else None
        )
    return {"stopping_power_ashley_eV_per_nm": ashley, "stopping_power_bethe_eV_per_nm": bethe}


def _elastic_paths(material: Material) -> dict[str, list[float | None]]:
    """Mean free path and first transport mean free path [nm] of independent free atoms."""
    covered = ELECTRON_ENERGIES >= LOWEST_ENERGY
    energy = np.minimum(ELECTRON_ENERGIES[covered], HIGHEST_ENERGY)
    total, transport = np.zeros(energy.size), np.zeros(energy.size)
    compound = compound_of(material)
    for symbol, density in zip(compound.symbols, compound.atoms_per_nm3, strict=True):
        sections = elastic_table(symbol).cross_sections(energy)
        total += density * sections[0]
        transport += density * sections[1]
    below: list[float | None] = [None] * int((~covered).sum())
    return {
        "elastic_mean_free_path_nm": below + (1 / total).tolist(),
        "transport_mean_free_path_nm": below + (1 / transport).tolist(),
    }


def _phonon_paths(material: Material) -> dict[str, Any]:
    """Mean free paths [nm] of phonon scattering; none where the card does not say what they need."""
    keys = {
        "acoustic_mean_free_path_nm": "acoustic_per_nm",
        "optical_phonon_mean_free_path_nm": "lo_emission_per_nm",
    }
    slow = ELECTRON_ENERGIES[ELECTRON_ENERGIES <= polar.HIGHEST_ENERGY]
    beyond: list[float | None] = [None] * (ELECTRON_ENERGIES.size - slow.size)
    for phonons in (name for name in PHONONS if name != "none"):
        try:
            document = low_energy(material, slow.tolist(), phonons=phonons, surface="none")
        except BadFile:
            continue
        paths = {
            name: [1 / row[key] if row.get(key) else None for row in document["rows"]] + beyond
            for name, key in keys.items()
        }
        choices = {key: document["choices"][key] for key in ("phonons", "mass", "temperature_K")}
        return {
            "paths": paths,
            "choices": choices,
            "warnings": document["warnings"],
            "bibliography": document["bibliography"],
        }
    return {
        "paths": dict.fromkeys(keys, [None] * ELECTRON_ENERGIES.size),
        "choices": {"phonons": "none"},
        "warnings": [f"The card of {material.name} has no [phonons]: slow electrons are shown without them."],
        "bibliography": [],
    }


def _table(material: Material) -> EnergyLoss:
    table = material.energy_loss_or_estimate()
    assert table is not None  # empty space was refused by `compound_of`
    return table


def _loss_function(material: Material) -> dict[str, Any]:
    table = _table(material)
    return {
        "energy_eV": table.energy.tolist(),
        "energy_loss_function": table.loss.tolist(),
        "provenance": list(table.provenance),
    }


def _differential(material: Material) -> list[dict[str, Any]]:
    """Sum over the atoms of a formula unit [nm^2/sr] against the scattering angle."""
    atoms = composition_of(material.card, material.where).atoms
    by_element = {z: _angles(element(z).symbol) for z in atoms}
    total = sum(count * by_element[z]["differential"].values for z, count in atoms.items())
    return [
        {"energy_eV": energy, "angle_deg": ANGLES.tolist(), "nm2_per_sr": row.tolist()}
        for energy, row in zip(DIFFERENTIAL_AT, np.asarray(total), strict=True)
    ]


def _angles(symbol: str) -> xarray.Dataset:
    """Differential cross sections of one element, kept: the self-consistent atom takes seconds."""
    import xarray

    def build() -> xarray.Dataset:
        target = scatterer(element(symbol))
        rows = [differential_cross_section(target, energy, np.radians(ANGLES)) for energy in DIFFERENTIAL_AT]
        return xarray.Dataset(
            {"differential": (("energy", "angle"), np.array(rows), {"units": "nm2/sr"})},
            {
                "energy": ("energy", list(DIFFERENTIAL_AT), {"units": "eV"}),
                "angle": ("angle", ANGLES, {"units": "deg"}),
            },
        )

    return kept("angles", fingerprint(ANGLES_METHOD.encode(), symbol.encode()), build)


def _shares(compound: Compound) -> dict[str, list[float]]:
    """Share of photoelectric absorption by principal shell, such as Pb L; small ones as others."""
    shares: dict[str, FloatArray] = {}
    for i, energy in enumerate(1e3 * PHOTON_ENERGIES):
        by_element = element_fractions(compound, energy, "photoelectric")
        for z, symbol, share in zip(compound.elements, compound.symbols, by_element, strict=True):
            for shell, part in zip(shells_of(z).names, photoelectric.shell_fractions(z, energy), strict=True):
                name = f"{symbol} {shell[0]}"
                shares.setdefault(name, np.zeros(PHOTON_ENERGIES.size))[i] += share * part
    shown = {name: values.tolist() for name, values in shares.items() if values.max() >= SHARE_SHOWN}
    rest = 1 - np.sum(list(shown.values()), axis=0)
    return {**shown, "others": np.maximum(rest, 0.0).tolist()}
