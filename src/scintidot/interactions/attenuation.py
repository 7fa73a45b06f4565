"""Photon interactions of a material, as the document ``scintidot.attenuation/1``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from scintidot import __version__
from scintidot.atoms import relaxation
from scintidot.atoms.relaxation import YIELDS
from scintidot.atoms.shells import shells_of
from scintidot.documents import Document
from scintidot.errors import one_of
from scintidot.interactions.inputs import Energies, read_energies
from scintidot.materials.compound import Compound, compound_of
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.output import number
from scintidot.provenance import bibliography, cited
from scintidot.radiation import compton as incoherent
from scintidot.radiation import photoelectric, photons
from scintidot.radiation.absorption import (
    MeanAbsorption,
    mass_energy_transfer,
    mean_absorption,
    mean_recoil,
)
from scintidot.radiation.photoelectric import last_good_energy, shell_fractions
from scintidot.radiation.photons import (
    COMPTON,
    PROCESSES,
    RANGE,
    check_energy,
    element_fractions,
    mass_attenuation,
)

SCHEMA = "scintidot.attenuation/1"
NEAR_EDGE = 0.02
"""Relative distance from an absorption edge within which the tables are warned of."""


def attenuation(
    material: Material | str | Path,
    energies_keV: Energies,
    *,
    compton: str = "bound",
) -> Document:
    """Attenuation coefficients by process, and what an absorbed photon sets free.

    Parameters
    ----------
    material : Material, str or Path
        A shipped material or a card with composition and density.
    energies_keV : sequence of float or str, or one, or text with commas
        1 keV to 800 keV; a number is in keV, text may carry a unit. Rows follow in this order.
    compton : str
        A name in `scintidot.radiation.photons.COMPTON`.

    Returns
    -------
    Document
        ``scintidot.attenuation/1``: ``rows`` with ``energy_keV``, ``mass_attenuation_cm2_per_g`` by process and in
        total, ``linear_attenuation_per_cm``, ``mean_free_path_mm``, ``mass_energy_transfer_cm2_per_g``,
        ``element_fractions`` and ``shell_fractions`` of photoelectric absorption, ``compton_mean_recoil_eV`` and
        ``photoelectric_event``; beside them ``choices``, ``warnings`` and ``bibliography``.

    Raises
    ------
    BadValue
        For an unknown material or choice, no energy, or what is no positive energy.
    BadFile
        For a card without composition or density, such as vacuum.
    OutOfRange
        For an energy beyond xraylib's tables.

    Examples
    --------
    >>> row = attenuation("CsPbBr3", [7])["rows"][0]
    >>> {element: round(share, 3) for element, share in row["element_fractions"].items()}
    {'Br': 0.197, 'Cs': 0.385, 'Pb': 0.418}
    """
    where = "attenuation"
    one_of(compton, COMPTON, where=where, who="--compton")
    energies = [1e3 * value for value in read_energies(energies_keV, "keV", where=where, who="--energy-kev")]
    check_energy(np.array(energies), where=where, who="--energy-kev")
    card = load_material(material, where=where, who="--material")
    compound = compound_of(card)
    return Document(
        {
            "schema": SCHEMA,
            "version": __version__,
            "material": card.name,
            "density_g_per_cm3": number(compound.density),
            "mass_fractions": _by_element(compound, compound.mass_fraction),
            "rows": [_row(compound, energy, compton) for energy in energies],
            "choices": {
                "material_fingerprint": card.fingerprint,
                "compton": compton,
                "compton_meaning": COMPTON[compton],
                "yields": "xraylib",
                "yields_meaning": YIELDS["xraylib"],
                "range": RANGE,
                "fractions": "of photoelectric absorption; beyond the end of the tables of shells as there",
                "fraction_tables_end_keV": _by_element(
                    compound, [last_good_energy(z) / 1e3 for z in compound.elements]
                ),
                "mass_energy_transfer": "to electrons and outer shells; fluorescence of the first atom leaves, "
                "bremsstrahlung is not subtracted, Compton vacancies do not radiate",
            },
            "warnings": list(_warnings(compound, energies)),
            "bibliography": cited(
                bibliography(_sources(compton)), card.references(["composition", "density"])
            ),
        }
    )


def _sources(compton: str) -> list[str]:
    doppler = incoherent.SOURCES if compton == "doppler" else ()
    return [*photons.SOURCES, *photoelectric.SOURCES, *relaxation.SOURCES, *doppler]


def _by_element(compound: Compound, values: Any) -> dict[str, float | None]:
    return {symbol: number(value) for symbol, value in zip(compound.symbols, values, strict=True)}


def _row(compound: Compound, energy: float, compton: str) -> dict[str, Any]:
    per_mass = {name: float(value) for name, value in mass_attenuation(compound, energy, compton).items()}
    total = sum(per_mass.values())
    per_cm = total * compound.density
    shares = element_fractions(compound, energy, "photoelectric")
    absorbed = mean_absorption(compound, energy)
    return {
        "energy_keV": energy / 1e3,
        "mass_attenuation_cm2_per_g": {
            **{name: number(per_mass[name]) for name in PROCESSES},
            "total": number(total),
        },
        "linear_attenuation_per_cm": number(per_cm),
        "mean_free_path_mm": number(10 / per_cm),
        "mass_energy_transfer_cm2_per_g": number(mass_energy_transfer(compound, energy, compton=compton)),
        "element_fractions": _by_element(compound, shares),
        "shell_fractions": {
            symbol: {
                name: number(share * part)
                for name, part in zip(shells_of(z).names, shell_fractions(z, energy), strict=True)
            }
            for z, symbol, share in zip(compound.elements, compound.symbols, shares, strict=True)
        },
        "compton_mean_recoil_eV": number(mean_recoil(compound, energy, compton)),
        "photoelectric_event": _event(absorbed),
    }


def _event(absorbed: MeanAbsorption) -> dict[str, Any]:
    """Means of one absorption: its energies sum to that of the photon."""
    energies, numbers = absorbed.electron_energy, absorbed.electron_number
    first = [origin.startswith("photoelectron") for origin in absorbed.electron_origin]
    photoelectron = float(energies[first] @ numbers[first])
    return {
        "photoelectron_energy_eV": number(photoelectron),
        "auger_electrons": number(numbers.sum() - numbers[first].sum()),
        "auger_energy_eV": number(energies @ numbers - photoelectron),
        "fluorescence_photons": number(absorbed.photon_number.sum()),
        "fluorescence_energy_eV": number(absorbed.fluorescence_energy),
        "outer_shell_energy_eV": number(absorbed.outer_shell_energy),
        "imbalance_eV": number(absorbed.imbalance),
    }


def _warnings(compound: Compound, energies: list[float]) -> Iterator[str]:
    for energy in dict.fromkeys(energies):
        for z, symbol in zip(compound.elements, compound.symbols, strict=True):
            shells = shells_of(z)
            for name, edge in zip(shells.names, shells.binding_energy, strict=True):
                if abs(energy / edge - 1) <= NEAR_EDGE:
                    yield (
                        f"{energy / 1e3:g} keV is within {NEAR_EDGE:.0%} of the {name} edge of {symbol} "
                        f"({edge / 1e3:.4g} keV): the tables have a step there, its place differs between "
                        "tables by up to 2 %, and the real edge has fine structure."
                    )
    if min(energies) < 5e3:
        yield "Below about 5 keV photoelectric cross sections are uncertain by 5 to 10 %, more near edges."
