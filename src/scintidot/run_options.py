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
    "format": "What this file is.",
    "material": "What nanocrystals are made of: CsPbBr3, or a card of your own such as './mine.toml'",
    "material_fingerprint": "Of the card, as a saved run holds it: if the card has changed since, the rerun says so",
    "host": "What is around them: a card of your own such as './mine.toml', or a shipped one",
    "host_fingerprint": "Of the card of the host",
    "nanocrystal.edge_length_nm": "Edge lengths of cubes, diameters of spheres, one row of the result each",
    "nanocrystal.shape": "Of every nanocrystal",
    "nanocrystal.size_dispersion": "Standard deviation of the edge length over its mean",
    "radiation.particle": "What hits a nanocrystal",
    "radiation.kinetic_energy_keV": "Kinetic energy of the electron",
    "radiation.start": "Where the electron starts: in the centre, anywhere inside, or outside to cross the nanocrystal",
    "deposit.model": "How the energy kept is found: simulated (track, local), analytic, or a file of deposits",
    "deposit.local_below_eV": "Limit of the model local: slower secondary electrons stay where they are born",
    "deposit.histories": "Simulated for each size, at most; a whole number from 100",
    "deposit.relative_error": "Standard error of the mean deposit over the mean, at which a size is done",
    "deposit.seed": "Of the random numbers: the same seed gives the same numbers",
    "deposit.events": "Primaries behind a file of deposits, where the file does not say it",
    "deposit.energy_unit": "Of the energies in a file of deposits, where it does not say it: eV, keV, MeV or GeV",
    "deposit.table": "Which table of a file of deposits with several",
    "excitons.pair_creation_energy": "Energy per electron-hole pair: a rule of the card, or an energy such as '7.5 eV'",
    "excitons.statistics": "Of the number of excitons; compound: from the simulated deposits, paper: as Fratelli 2024",
    "kinetics.model": "Exact (carriers, ladder), or every N >= 2 as one biexciton; without it carriers, or paper with "
    "the statistics paper",
    "kinetics.auger_law": "Of the card; without it the card's default",
    "kinetics.retained_fraction": "xi, share of Auger events that eject no carrier; without it that of the card",
    "kinetics.radiative": "How emission rises with the number of pairs; exact models",
    "kinetics.auger": "How Auger recombination rises with it; exact models",
    "kinetics.trapping_rate_per_ps": "Of an electron (ladder: exciton); exact models",
    "kinetics.detrapping_rate_per_ps": "Of an electron back from its trap; exact models",
    "kinetics.trap_loss_rate_per_ps": "Of a trapped electron and a hole, dark; exact models",
    "kinetics.traps": "In a nanocrystal, a whole number from 1; without it they are never full",
    "light.light_yield_photons_per_MeV": "Measured light yield, from which every size is scaled",
    "light.light_yield_edge_length_nm": "Edge length of the cubes on which it was measured",
    "light.light_yield_material": "Material on which it was measured; own: that of this run",
    "light.light_yield_scaling": "How it is scaled to other sizes",
    "timing.gamma_energy_keV": "Of the photons whose coincidence is timed",
    "timing.rise_time_ps": "Of the light",
    "timing.jitter_sigma_ps": "Standard deviation of the detector, for the bound",
    "timing.response_fwhm_ps": "Full width of the Gaussian response in the lifetime 'instrument'",
    "timing.outcoupling": "Share of the light that leaves the sample",
    "timing.detection_efficiency": "Share of that light which is detected",
}
"""Dotted key of the run file -> what it means."""

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

    name: str  # in Python, in a link, and with dashes on the command line; empty: of the run file alone
    key: str  # dotted, in the run file
    unit: str  # of a bare number; empty: it has none
    limits: str  # of a number, in words; empty: there are none
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
    return {option.name: option for option in run_keys(material).values() if option.name}


@cache
def run_keys(material: str = "CsPbBr3") -> dict[str, RunOption]:
    """The same by key, with the keys that no option sets."""
    names = {**_NAMED, **_materials(), **_of_card(material)}
    options = {key: name for name, key in OPTIONS.items()}
    found = {}
    for key, meaning in MEANINGS.items():
        name, field = options.get(key, ""), _field(key)
        number = next((entry for entry in _beside_the_type(field) if isinstance(entry, In)), None)
        found[key] = RunOption(
            name,
            key,
            unit="" if number is None or number.unit == "1" else number.unit,
            limits="" if number is None else number.in_words(),
            default=as_written(field.default),
            meaning=meaning,
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


def _beside_the_type(field: Any) -> Iterator[Any]:
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
