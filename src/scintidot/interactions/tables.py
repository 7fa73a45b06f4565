"""Everything that particles do in one material, computed once and kept: the tables of an engine.

`build_tables` makes one dataset (netCDF, units as attributes) of elastic, inelastic, low-energy and photon tables.
Its parts are kept one by one under the fingerprint of what they were made from, so an interrupted build goes on
where it was.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scintidot import __version__
from scintidot.cache.folder import cache_folder
from scintidot.cache.store import kept
from scintidot.documents import name_variables
from scintidot.errors import BadFile, BadValue
from scintidot.interactions.elastic import REFERENCES as ELASTIC_REFERENCES
from scintidot.interactions.inelastic import inelastic, loss_medium_of, tabulate
from scintidot.interactions.low_energy import PHONONS
from scintidot.interactions.low_energy import SOURCES as PHONON_SOURCES
from scintidot.interactions.slow_electrons import figures, low_energy_model
from scintidot.materials.compound import compound_of
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.output import write_netcdf, write_together
from scintidot.progress import Progress, silent
from scintidot.provenance import bibliography, cited, fingerprint, together
from scintidot.radiation import photons
from scintidot.radiation.photons import (
    HIGHEST_ENERGY,
    LOWEST_ENERGY,
    PROCESSES,
    element_fractions,
    linear_attenuation,
)
from scintidot.transport import phonons as polar
from scintidot.transport.elastic.tables import probabilities
from scintidot.transport.elastic.tables import table as elastic_table

if TYPE_CHECKING:
    import xarray

SCHEMA = "scintidot.tables/1"
METHOD = "3"
"""Counted up whenever the same card gives other tables, so that kept ones are made anew."""
PHOTON_POINTS = 200
SLOW_POINTS = 80
TEMPERATURE = 300.0
"""Of the phonons. [K]"""
PARTS = ("elastic", "inelastic", "low-energy", "photons")


def build_tables(name_or_path: str | Path, progress: Progress = silent) -> xarray.Dataset:
    """All tables of a material, from the cache where they are kept.

    Parameters
    ----------
    name_or_path : str or Path
        A shipped material, or a card.
    progress : callable, optional
        Told the part that is being made, and the share of parts that are done.

    Returns
    -------
    xarray.Dataset
        ``scintidot.tables/1``: elastic, inelastic, low-energy and photon tables, each variable with ``units``.

    Raises
    ------
    BadValue, BadFile
        For an unknown material, or a card that lacks what the tables need.

    Examples
    --------
    >>> tables = build_tables("CsPbBr3")
    >>> tables["stopping_power"].attrs["units"]
    'eV/nm'
    """
    import xarray

    material = load_material(name_or_path, where="materials build", who="NAME|FILE")
    loss_medium_of(material)  # refuses empty space and a card without a gap before any work
    makers = {
        "elastic": partial(_elastic, material),
        "inelastic": partial(_inelastic, material),
        "low-energy": partial(_low_energy, material),
        "photons": partial(_photons, material),
    }
    parts = []
    for i, name in enumerate(PARTS):
        progress(name, i / len(PARTS))
        key = fingerprint(*(text.encode() for text in (SCHEMA, METHOD, __version__, material.fingerprint)))
        parts.append(kept(name, key, makers[name]))
    progress("done", 1.0)
    warnings = [note for part in parts for note in json.loads(part.attrs["warnings"])]
    choices = {key: value for part in parts for key, value in json.loads(part.attrs["choices"]).items()}
    tables = xarray.merge(parts, combine_attrs="override").assign_attrs(
        schema=SCHEMA,
        version=__version__,
        material=material.name,
        fingerprint=material.fingerprint,
        choices=json.dumps(choices),
        warnings=json.dumps(warnings),
        bibliography=json.dumps(together(*(json.loads(part.attrs["bibliography"]) for part in parts))),
    )
    name_variables(tables)
    return tables


def check_tables_file(path: Path) -> None:
    """Refuse a file name that is not that of netCDF."""
    if path.suffix != ".nc":
        expected = "a file name that ends in .nc, for netCDF"
        raise BadValue(
            where="materials build", what="file name", who="--out", expected=expected, found=repr(path.name)
        )


def save(tables: xarray.Dataset, path: Path) -> None:
    """Write the tables as netCDF, whole or not at all."""
    write_together(path.parent, {path.name: partial(write_netcdf, dataset=tables)})


def summary(tables: xarray.Dataset) -> dict[str, Any]:
    """What was made, as ``scintidot.tables-summary/1``."""
    folder = cache_folder()
    axes = {
        "elastic": "elastic_energy",
        "inelastic": "inelastic_energy",
        "low-energy": "slow_energy",
        "photons": "photon_energy",
    }
    return {
        "schema": "scintidot.tables-summary/1",
        "version": tables.attrs["version"],
        "material": tables.attrs["material"],
        "fingerprint": tables.attrs["fingerprint"],
        "tables": [
            {
                "name": name,
                "points": int(tables[axis].size),
                "lowest": float(tables[axis][0]),
                "highest": float(tables[axis][-1]),
                "unit": "eV",
            }
            for name, axis in axes.items()
            if axis in tables
        ],
        "choices": json.loads(tables.attrs["choices"]),
        "warnings": json.loads(tables.attrs["warnings"]),
        "bibliography": json.loads(tables.attrs["bibliography"]),
        "kept_in": None if folder is None else str(folder),
    }


def _dataset(
    variables: dict[str, tuple[Any, ...]],
    choices: dict[str, Any],
    warnings: list[str],
    sources: list[dict[str, str | int]],
) -> xarray.Dataset:
    """A part: name -> dimensions, values, unit; what was chosen, what to know, where it comes from."""
    import xarray

    return xarray.Dataset(
        {name: (dims, values, {"units": unit}) for name, (dims, values, unit) in variables.items()},
        attrs={
            "choices": json.dumps(choices),
            "warnings": json.dumps(warnings),
            "bibliography": json.dumps(sources),
        },
    )


def _elastic(material: Material) -> xarray.Dataset:
    compound = compound_of(material)
    tables = [elastic_table(symbol) for symbol in compound.symbols]
    probability, complement = probabilities()
    by_element = ("element", "elastic_energy")
    return _dataset(
        {
            "element": ("element", list(compound.symbols), "1"),
            "atoms_per_volume": ("element", compound.atoms_per_nm3, "1/nm3"),
            "elastic_energy": ("elastic_energy", tables[0].energy, "eV"),
            "elastic_total": (by_element, np.array([t.total for t in tables]), "nm2"),
            "elastic_transport1": (by_element, np.array([t.transport1 for t in tables]), "nm2"),
            "elastic_transport2": (by_element, np.array([t.transport2 for t in tables]), "nm2"),
            "elastic_probability": ("elastic_probability", probability, "1"),
            "elastic_probability_complement": ("elastic_probability", complement, "1"),
            "elastic_mu": (
                ("element", "elastic_energy", "elastic_probability"),
                np.array([t.mu for t in tables], dtype=np.float32),
                "1",
            ),
        },
        {"elastic": "free atoms, independent; mu = (1 - cos theta)/2"},
        [
            "Elastic scattering is that of free atoms: below 100 eV atoms in a solid differ by tens of percent, and up "
            "to 10 keV their total, not their transport cross sections, is 10 to 40 % lower."
        ],
        cited(bibliography(ELASTIC_REFERENCES["free"])),
    )


def _inelastic(material: Material) -> xarray.Dataset:
    known = inelastic(material, [1e3])  # its warnings and band hold for the table too
    table = tabulate(material)
    energies, by_quantile = "inelastic_energy", ("inelastic_energy", "inelastic_quantile")
    return _dataset(
        {
            energies: (energies, table.kinetic_energy, "eV"),
            "inelastic_inverse_mean_free_path": (energies, table.inverse_mean_free_path, "1/nm"),
            "stopping_power": (energies, table.stopping_power, "eV/nm"),
            "inelastic_quantile": ("inelastic_quantile", table.quantile, "1"),
            "inelastic_loss": (by_quantile, table.loss, "eV"),
            "inelastic_shell_probability": (
                (*by_quantile, "shell"),
                table.shell_probability.astype(np.float32),
                "1",
            ),
            "shell": ("shell", list(table.shells), "1"),
            "shell_binding_energy": ("shell", table.binding_energy, "eV"),
            "band_gap": ((), table.band_gap, "eV"),
            "valence_band_width": ((), table.valence_band_width, "eV"),
            "recoil_loss": ("recoil_loss", table.recoil_loss, "eV"),
            "recoil_ratio": ("recoil_ratio", table.recoil_ratio, "1"),
            "recoil": (("recoil_loss", "recoil_ratio"), table.recoil, "1"),
            "optical_loss_function": ("recoil_loss", table.optical, "1"),
        },
        {**known["choices"], "band": known["band"]},
        known["warnings"],
        known["bibliography"],
    )


def _low_energy(material: Material) -> xarray.Dataset:
    """Phonons, where the card has what they need; the surface depends on the host and is left to the engine."""
    energy = np.geomspace(polar.LOWEST_ENERGY, polar.HIGHEST_ENERGY, SLOW_POINTS)
    choice, lacking = "none", ""
    for name in (name for name in PHONONS if name != "none"):
        try:
            model = low_energy_model(material, temperature=TEMPERATURE, phonons=name, surface="none")
        except BadFile as fault:
            lacking = lacking or fault.who
            continue
        choice = name
        break
    if choice == "none":
        return _dataset({}, {"phonons": "none"}, [f"Without phonons: the card lacks {lacking}."], [])
    warnings = [f"Of phonons only {choice}: the card lacks {lacking}."] if lacking else []
    units = {"_eV_per_nm": "eV/nm", "_per_nm": "1/nm"}
    variables: dict[str, tuple[Any, ...]] = {"slow_energy": ("slow_energy", energy, "eV")}
    for key, values in figures(energy.tolist(), model).items():
        suffix = next(suffix for suffix in units if key.endswith(suffix))
        variables[f"slow_{key.removesuffix(suffix)}"] = ("slow_energy", values, units[suffix])
    return _dataset(
        variables,
        {"phonons": choice, "phonons_mass": "free", "temperature_K": TEMPERATURE},
        warnings,
        cited(bibliography(PHONON_SOURCES), material.references(["phonons"])),
    )


def _photons(material: Material) -> xarray.Dataset:
    compound = compound_of(material)
    energy = np.geomspace(LOWEST_ENERGY, HIGHEST_ENERGY, PHOTON_POINTS)
    coefficients = linear_attenuation(compound, energy)
    return _dataset(
        {
            "photon_energy": ("photon_energy", energy, "eV"),
            "process": ("process", list(PROCESSES), "1"),
            "photon_attenuation": (
                ("process", "photon_energy"),
                np.array([coefficients[name] for name in PROCESSES]),
                "1/nm",
            ),
            "photoelectric_element_share": (
                ("photon_energy", "photon_element"),
                np.array([element_fractions(compound, e, "photoelectric") for e in energy]),
                "1",
            ),
            "photon_element": ("photon_element", list(compound.symbols), "1"),
        },
        {"compton": "bound"},
        [],
        cited(bibliography(photons.SOURCES), material.references(["composition", "density"])),
    )
