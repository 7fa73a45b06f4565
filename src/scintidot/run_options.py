"""Every option of a prediction as a form needs it: unit, default, meaning, and the names that it takes."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from scintidot.config import DEPOSITS, LIGHT_YIELD_SCALINGS, OPTIONS, OWN_MATERIAL, RunConfig
from scintidot.excitons.distribution import STATISTICS
from scintidot.geometry import STARTS
from scintidot.kinetic_options import KINETIC_MODELS
from scintidot.kinetics.laws import AUGER, RADIATIVE
from scintidot.materials.fields import In
from scintidot.materials.library import load_material, material_names, scintillator_names

MEANINGS = {
    "material": "what the nanocrystals are made of",
    "host": "what is around them",
    "nanocrystal.edge_length_nm": "edges of the cubes, or diameters of the spheres; a row for each",
    "nanocrystal.shape": "of every nanocrystal",
    "nanocrystal.size_dispersion": "standard deviation of the edge over its mean",
    "radiation.kinetic_energy_keV": "kinetic energy of the electron",
    "radiation.start": "where the electron starts",
    "deposit.model": "how the energy that a nanocrystal keeps is found",
    "deposit.local_below_eV": "limit of the deposit model local",
    "deposit.histories": "simulated for each size, at most",
    "deposit.relative_error": "of the mean deposit, at which a simulation stops",
    "deposit.seed": "of the random numbers of the simulation",
    "deposit.events": "primaries behind a file of deposits",
    "deposit.energy_unit": "of the energies in a file of deposits",
    "deposit.table": "which table of a file of deposits",
    "excitons.pair_creation_energy": "for one electron-hole pair: a rule of the card, or an energy such as 7.5 eV",
    "excitons.statistics": "how excitons spread over nanocrystals",
    "kinetics.model": "of the kinetics; empty: carriers, and paper with the statistics of that name",
    "kinetics.auger_law": "Auger rate against size; empty: the first one of the card",
    "kinetics.retained_fraction": "ξ, share of Auger events that eject no carrier; empty: of the card",
    "kinetics.radiative": "radiative rate of several excitons, in exact models",
    "kinetics.auger": "Auger rate of several excitons, in exact models",
    "kinetics.trapping_rate_per_ps": "of one electron (ladder: exciton), in exact models",
    "kinetics.detrapping_rate_per_ps": "of a trapped electron, in exact models",
    "kinetics.trap_loss_rate_per_ps": "of a trapped electron and a hole, dark, in exact models",
    "kinetics.traps": "in one nanocrystal, in exact models; empty: never full",
    "light.light_yield_photons_per_MeV": "that was measured on a known sample",
    "light.light_yield_edge_length_nm": "of that sample",
    "light.light_yield_material": "of that sample",
    "light.light_yield_scaling": "from that sample to other sizes",
    "timing.rise_time_ps": "of the light, for the time resolution",
    "timing.jitter_sigma_ps": "standard deviation of the detector, for the bound",
    "timing.response_fwhm_ps": "full width of what measures τ instrument",
    "timing.outcoupling": "share of the light that leaves the scintillator",
    "timing.detection_efficiency": "share of that light which is detected",
}
"""Dotted key of the run file -> what it says."""

_NAMED = {
    "shape": {"cube": "edge as given", "sphere": "diameter as given"},
    "start": STARTS,
    "deposit": DEPOSITS,
    "statistics": STATISTICS,
    "model": KINETIC_MODELS,
    "radiative": RADIATIVE,
    "auger": AUGER,
    "light_yield_scaling": LIGHT_YIELD_SCALINGS,
}


@dataclass(frozen=True)
class RunOption:
    """One option of a prediction."""

    name: str  # in Python, in a link, and with dashes on the command line
    key: str  # dotted, in the run file
    unit: str  # of a bare number; empty: it has none
    default: str  # as a user writes it; empty: another choice or the card decides
    meaning: str
    names: Mapping[str, str]  # named choices and what each means; empty: there are none
    free: bool  # whether other texts than the names are read

    @property
    def section(self) -> str:
        """Of the run file; empty: above its sections."""
        return self.key.rpartition(".")[0]


@cache
def run_options(material: str = "CsPbBr3") -> dict[str, RunOption]:
    """Every option by its name; laws and rules are those of a shipped ``material``. Raises `ScintidotError`."""
    names = {**_NAMED, **_materials(), **_of_card(material)}
    found = {}
    for name, key in OPTIONS.items():
        field = _field(key)
        limits = next((entry for entry in _annotations(field) if isinstance(entry, In)), None)
        found[name] = RunOption(
            name,
            key,
            unit="" if limits is None or limits.unit == "1" else limits.unit,
            default=as_written(field.default),
            meaning=MEANINGS[key],
            names=names.get(name, {}),
            free=name not in names or name == "pair_creation_energy",
        )
    return found


def as_written(value: Any) -> str:
    """A value of the run file as a user types it.

    >>> as_written((3.3, 8.7)), as_written(None), as_written(200000), as_written(0.02)
    ('3.3, 8.7', '', '200000', '0.02')
    """
    if value is None:
        return ""
    if isinstance(value, (tuple, list)):
        return ", ".join(map(as_written, value))
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _field(key: str) -> Any:
    """What the model of the run file knows of a dotted key."""
    model: Any = RunConfig
    *path, last = key.split(".")
    for part in path:
        model = model.model_fields[part].annotation
    return model.model_fields[last]


def _annotations(field: Any) -> Iterator[Any]:
    """What stands beside the type of a field, at any depth."""
    yield from field.metadata
    yield from _inside(field.annotation)


def _inside(annotation: Any) -> Iterator[Any]:
    yield from getattr(annotation, "__metadata__", ())
    if typing.get_origin(annotation) in (tuple, typing.Union, types.UnionType, typing.Annotated):
        for part in typing.get_args(annotation):
            yield from _inside(part)


@cache
def _materials() -> dict[str, dict[str, str]]:
    """Shipped materials by what they are good for."""
    cards = {name: load_material(name) for name in material_names()}
    lines = {name: material.card.description for name, material in cards.items()}
    scintillators = {name: lines[name] for name in scintillator_names()}
    return {
        "material": scintillators,
        "host": {name: lines[name] for name, material in cards.items() if material.card.kind == "host"},
        "light_yield_material": {OWN_MATERIAL: "the material of this run", **scintillators},
    }


def _of_card(material: str) -> dict[str, dict[str, str]]:
    """Laws and rules of a card."""
    card = load_material(material).scintillator()
    return {
        "auger_law": {name: law.description for name, law in card.auger.laws.items()},
        "pair_creation_energy": {name: rule.description for name, rule in card.pair_creation.items()},
    }
