"""Cross sections of photons in elements and compounds, 1 keV to 800 keV, from xraylib.

Photoelectric absorption, incoherent (Compton) and coherent (Rayleigh) scattering by independent atoms, as xraylib
tabulates them (Schoonjans et al. 2011, doi:10.1016/j.sab.2011.09.011); away from edges its numbers are those of NIST
XCOM to 1e-4. Fine structure near edges, Bragg diffraction and anomalous scattering are not in it; below about
5 keV photoelectric cross sections are uncertain by 5 to 10 %, near edges by more. xraylib ends at 800 keV, before
pair production matters.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scintidot.constants import CM_PER_NM, NM2_PER_BARN, NM2_PER_CM2
from scintidot.errors import OutOfRange
from scintidot.materials.compound import Compound
from scintidot.records import FloatArray

LOWEST_ENERGY = 1e3  # [eV]
HIGHEST_ENERGY = 8e5  # [eV]
RANGE = "1 keV to 800 keV, the range of xraylib's tables"
CM2_PER_NM2 = 1 / NM2_PER_CM2

SOURCES = ("xraylib_nist", "berger_hubbell_1987", "hubbell_1975", "hubbell_overbo_1979", "klein_nishina_1929")
PROCESSES = ("photoelectric", "compton", "rayleigh")
COMPTON = {
    "free-electron": "Klein-Nishina on free electrons at rest",
    "bound": "Klein-Nishina times the incoherent scattering function; energies as on a free electron at rest",
    "doppler": (
        "as bound, each shell's momentum (Compton profile) and binding energy in the energies of photon and electron"
    ),
}


def check_energy(energy: FloatArray | float, *, where: str = "photons", who: str = "energy") -> FloatArray:
    """The energies [eV] as an array; refuses any outside xraylib's tables."""
    values = np.asarray(energy, dtype=float)
    for value in values.ravel():
        if not _in_range(value):
            raise OutOfRange(
                where=where,
                what="photon energy",
                who=who,
                expected=RANGE,
                found=f"{value / 1e3:g} keV",
                hint=f"Did you mean {value / 1e6:g} keV?" if _in_range(value / 1e3) else None,
            )
    return values


def _in_range(energy: float) -> bool:
    return bool(LOWEST_ENERGY <= energy <= HIGHEST_ENERGY)


def element_cross_section(z: int, energy: FloatArray, process: str, compton: str = "bound") -> FloatArray:
    """Cross section [nm^2] of one atom for a process in `PROCESSES`; ``energy`` [eV] of any shape."""
    import xraylib

    if process == "compton" and compton == "free-electron":
        from scintidot.radiation.compton import klein_nishina_total

        return z * klein_nishina_total(energy)
    tables: dict[str, Callable[[int, float], float]] = {
        "photoelectric": xraylib.CSb_Photo,
        "compton": xraylib.CSb_Compt,
        "rayleigh": xraylib.CSb_Rayl,
    }
    values = [tables[process](z, float(value) / 1e3) for value in np.ravel(energy)]
    return np.reshape(values, np.shape(energy)) * NM2_PER_BARN


def mass_attenuation(
    compound: Compound, energy: FloatArray | float, compton: str = "bound"
) -> dict[str, FloatArray]:
    """Mass attenuation coefficient [cm2/g] by process.

    Parameters
    ----------
    compound : Compound
    energy : array_like
        Of the photon, 1 keV to 800 keV. [eV]
    compton : str
        A name in `COMPTON`; bound and doppler have the same cross section.

    Raises
    ------
    OutOfRange
        For an energy outside xraylib's tables.
    """
    energies = check_energy(energy)
    return {
        process: CM2_PER_NM2
        * sum(
            (
                atoms * element_cross_section(z, energies, process, compton)
                for z, atoms in zip(compound.elements, compound.atoms_per_gram, strict=True)
            ),
            np.zeros_like(energies),
        )
        for process in PROCESSES
    }


def element_hit(compound: Compound, energy: float, process: str, compton: str, uniform: float) -> int:
    """Which element of the compound interacts, by a uniform random number in [0, 1)."""
    shares = np.cumsum(element_fractions(compound, energy, process, compton))
    return int(np.searchsorted(shares[:-1], uniform, side="right"))


def linear_attenuation(
    compound: Compound, energy: FloatArray | float, compton: str = "bound"
) -> dict[str, FloatArray]:
    """Linear attenuation coefficient [1/nm] by process; parameters as in `mass_attenuation`."""
    per_mass = mass_attenuation(compound, energy, compton)
    return {process: value * (compound.density * CM_PER_NM) for process, value in per_mass.items()}


def element_fractions(
    compound: Compound, energy: FloatArray | float, process: str, compton: str = "bound"
) -> FloatArray:
    """Share of each element in the interactions by one process; shape ``energy.shape + (n elements,)``."""
    energies = check_energy(energy)
    parts = [
        atoms * element_cross_section(z, energies, process, compton)
        for z, atoms in zip(compound.elements, compound.atoms_per_gram, strict=True)
    ]
    stacked = np.stack(parts, axis=-1)
    return np.asarray(stacked / stacked.sum(axis=-1, keepdims=True))
