"""The study file ``scintidot-study/1``: what is asked, complete and checked before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from scintidot import choices, limits
from scintidot.bands import banded_keys
from scintidot.config import OPTIONS, RunConfig, is_simulated, make_config
from scintidot.errors import BadFile, ScintidotError
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.provenance import fingerprint
from scintidot.studies.axes import Axis
from scintidot.studies.targets import SAMPLE_FIGURES, Target
from scintidot.studies.uncertainty import Uncertainty

FORMAT = "scintidot-study/1"
KINDS = {
    "sweep": "every combination of the values of the axes, with its band as a prediction has it",
    "sobol": "share of the variance that each axis and each uncertain number answers for",
    "pareto": "designs that no other one beats in every objective",
    "optimum": "the best design, and where it would lie if the uncertain numbers were others",
}
"""What a study does."""


@dataclass(frozen=True)
class Method:
    """How it is done."""

    kind: str
    samples: int
    seed: int = 1
    second_order: bool = False  # sobol
    over: tuple[str, ...] = ("axes", "uncertainty")  # sobol


@dataclass(frozen=True)
class SampleOptions:
    """Of the light of a sample, for figures that start with ``sample.``."""

    volume_fraction: float = 0.05
    energy_keV: float = 10.0
    host_transfer: float = 0.0
    histories: int = 300
    fano_factor: float | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """One study."""

    title: str
    where: str
    base: RunConfig
    card: Mapping[str, float]  # numbers of the card that are not those of its file
    axes: tuple[Axis, ...]
    objectives: tuple[Target, ...]
    constraints: tuple[Target, ...]
    method: Method
    uncertainty: Uncertainty = field(default_factory=Uncertainty)
    sample: SampleOptions = field(default_factory=SampleOptions)
    _cards: dict[tuple[str, str], Material] = field(default_factory=dict, init=False)

    @cached_property
    def varied(self) -> dict[str, Axis]:
        """Axes by name."""
        return {axis.name: axis for axis in self.axes}

    @property
    def targets(self) -> tuple[Target, ...]:
        """Objectives, then constraints."""
        return (*self.objectives, *self.constraints)

    @property
    def asks_sample(self) -> bool:
        """Whether a figure of the light of a sample is asked for."""
        return any(name in SAMPLE_FIGURES for one in self.targets for name in one.expression.names)

    @property
    def simulates(self) -> bool:
        """Whether any of its figures comes from histories."""
        return self.asks_sample or any(is_simulated(config.deposit.model) for config in self.combinations)

    @cached_property
    def simulated_sizes(self) -> tuple[float, ...]:
        """Edge lengths [nm] that are simulated, besides those for the curve between sizes."""
        axis = self.varied.get("edge_length")
        if axis is None:
            return self.base.nanocrystal.edge_length_nm
        return axis.values if axis.ends is None else (self.base.light.light_yield_edge_length_nm,)

    @cached_property
    def uncertain(self) -> tuple[str, ...]:
        """Dotted keys of the numbers that are not known: neither varied nor set, with a band on some card."""
        wanted = self.uncertainty.numbers
        found: dict[str, None] = {}
        for config in self.combinations:
            for key in banded_keys(
                material := self.material(config), choices.sections_used(material, config)
            ):
                found[key] = None
        fixed = {*self.varied, *self.card}
        if "retained_fraction" in self.varied:
            fixed.add("biexciton.retained_fraction")
        return tuple(key for key in (found if wanted is None else wanted) if key not in fixed)

    @cached_property
    def combinations(self) -> list[RunConfig]:
        """A run for each combination of names, axes and alternatives alike."""
        named = {axis.name: axis.values for axis in self.axes if axis.named} | self.uncertainty.choices
        return [
            make_config(options=dict(zip(named, values, strict=True)), base=self.base, where=self.where)
            for values in product(*named.values())
        ]

    def material(self, config: RunConfig, role: str = "material") -> Material:
        """A card of a run, read once; faults at the key of the study."""
        name = getattr(config, role)
        if (role, name) not in self._cards:
            where, who = self.blame(role)
            kind = "host" if role == "host" else "scintillator"
            self._cards[role, name] = load_material(name, where=where, who=who, kind=kind)
        return self._cards[role, name]

    def blame(self, option: str) -> tuple[str, str]:
        """Where the user wrote an option."""
        table = "vary" if option in self.varied else "base"
        return self.where, f"{table}.{option}"

    @property
    def identity(self) -> str:
        """Fingerprint of all that a figure of a point depends on, the cards too."""
        cards = [
            self.material(c, role).fingerprint for c in self.combinations for role in ("material", "host")
        ]
        parts = [repr(part) for part in (
            self.base, sorted(self.card.items()), self.sample, self.uncertainty.distribution, self.uncertain,
            self.simulated_sizes, sorted(self.varied),
        )]  # fmt: skip
        return fingerprint(*(part.encode() for part in (*parts, *cards)))

    def check(self) -> None:
        """Refuse what the models cannot do, at the ends of every axis."""
        numbers = [
            axis
            for axis in self.axes
            if not axis.named and axis.name in OPTIONS and axis.name != "edge_length"
        ]
        sizes = self.varied.get("edge_length")
        edges = (
            self.base.nanocrystal.edge_length_nm
            if sizes is None
            else tuple(sorted({sizes.values[0], sizes.values[-1]}))
        )
        for config in self.combinations:
            material, host = self.material(config), self.material(config, "host")
            for ends in product(*((min(axis.values), max(axis.values)) for axis in numbers)):
                options = dict(zip((axis.name for axis in numbers), ends, strict=True))
                one = make_config(options={**options, "edge_length": edges}, base=config, where=self.where)
                limits.check(material, host, one, self.blame)
        for key in (*self.card, *(axis.name for axis in self.axes if "." in axis.name)):
            if not any(key in dict(self.material(config).card.quantities()) for config in self.combinations):
                raise self.fault("number", key, "a number of the card", repr(key))

    def fault(
        self, what: str, who: str, expected: str, found: object, hint: str | None = None
    ) -> ScintidotError:
        """The one line about a fault of the file."""
        return BadFile(where=self.where, what=what, who=who, expected=expected, found=found, hint=hint)
