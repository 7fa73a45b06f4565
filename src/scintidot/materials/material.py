"""A material: its card, its energy-loss function, and what a prediction needs of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from pathlib import Path

from scintidot.errors import BadFile
from scintidot.materials.card import Card, Scintillator
from scintidot.materials.composition import Composition, parse_formula
from scintidot.materials.dielectric import build_energy_loss
from scintidot.materials.energy_loss import EnergyLoss, read_energy_loss
from scintidot.materials.loss_table import thinned
from scintidot.materials.nanocrystal import YieldPoints
from scintidot.materials.optical_constants import read_optical_constants
from scintidot.provenance import Reference, bibliography, fingerprint

_SCINTILLATOR_SECTIONS = [
    field.name for field in fields(Scintillator) if field.name not in ("density", "energy_loss")
]


@dataclass(frozen=True, eq=False, repr=False)
class Material:
    """A card, the table it names, and where both come from."""

    card: Card
    where: str  # file name for messages
    content: bytes  # of the card
    dielectric_text: str | None
    fingerprint: str
    own: bool = False  # a user's card, not a shipped one
    base: Material | None = None  # the shipped one that its card starts from
    optical_text: str | None = None  # optical constants that the card names

    @property
    def name(self) -> str:
        """Name of the material."""
        return self.card.name

    @property
    def based_on(self) -> str | None:
        """Name of the shipped material that its card starts from."""
        return None if self.base is None else self.base.name

    def __repr__(self) -> str:
        numbers = len(list(self.card.quantities()))
        return f"<Material {self.name}, {self.card.kind}, {numbers} numbers; see .card, .changes()>"

    def _repr_html_(self) -> str:
        from scintidot.notebook import material_html

        return material_html(self)

    @cached_property
    def energy_loss(self) -> EnergyLoss | None:
        """Energy-loss function by the card's table or optical constants, if it has any."""
        section = self.card.dielectric
        if section is None:
            return None
        if self.optical_text is not None and section.optical_constants is not None:
            return self._build(str(Path(self.where).with_name(section.optical_constants)))
        if self.dielectric_text is None or section.file is None:
            return None
        composition = composition_of(self.card, self.where)
        return read_energy_loss(
            self.dielectric_text,
            where=str(Path(self.where).with_name(section.file)),
            electrons=composition.electrons,
            molar_mass=composition.molar_mass,
            density=self.card.density.value,
        )

    def energy_loss_or_estimate(self) -> EnergyLoss | None:
        """The card's energy-loss function, else an estimate by sum rules; None for the vacuum."""
        if self.energy_loss is not None:
            return self.energy_loss
        if self.card.composition is None or self.card.density.value == 0:
            return None
        return self._build(self.where)

    @property
    def static_index(self) -> float | None:
        """Refractive index in the transparent range, which closes an estimate; None where the card has none."""
        card = self.card
        if card.phonons is not None and card.phonons.optical_permittivity is not None:
            return math.sqrt(card.phonons.optical_permittivity.value)
        if self.optical_text is None and card.refractive_index is not None:
            return card.refractive_index.value  # somewhat above that towards low energy
        return None

    def _build(self, where: str) -> EnergyLoss:
        card, index = self.card, self.static_index
        assert card.composition is not None
        return _built(
            card.composition.formula,
            card.density.value,
            0.0 if card.band_gap is None else card.band_gap.value,
            index if index is None or index > 1 else None,
            self.optical_text,
            where,
        )

    def tables(self) -> dict[str, str]:
        """Name and text of the files that lie beside the card."""
        section = self.card.dielectric
        if section is None:
            return {}
        texts = {section.file: self.dielectric_text, section.optical_constants: self.optical_text}
        return {name: text for name, text in texts.items() if name is not None and text is not None}

    def scintillator(self) -> Scintillator:
        """The sections that a prediction needs; refuses a card that lacks one."""
        if self.card.kind != "scintillator":
            raise BadFile(
                where=self.where,
                what="material",
                who="kind",
                expected="a scintillator",
                found=f"{self.name}, a {self.card.kind}",
            )
        missing = self.missing_sections()
        if missing and not self.own:
            from scintidot.materials.library import OTHERS, scintillator_names

            raise BadFile(
                where=self.name, what="material", who="predict", expected="one of " + ", ".join(scintillator_names()),
                found=f"{self.name}, for energy loss only", hint=OTHERS,
            )  # fmt: skip
        if missing:
            base = self.based_on or "CsPbBr3"
            raise BadFile(
                where=self.where,
                what="card",
                who=missing[0],
                expected="this section, which predict needs",
                found=f"a card of {self.name} without " + ", ".join(missing),
                hint=f'Describe your nanocrystals in a card of your own that starts with: based_on = "{base}"',
            )
        sections = {name: getattr(self.card, name) for name in _SCINTILLATOR_SECTIONS}
        return Scintillator(density=self.card.density, energy_loss=self.energy_loss, **sections)  # type: ignore[arg-type]

    def missing_sections(self) -> list[str]:
        """Sections without which a material cannot be predicted."""
        return [name for name in ("composition", *_SCINTILLATOR_SECTIONS) if not getattr(self.card, name)]

    def changes(self) -> dict[str, str]:
        """What differs from the card it is based on: dotted key -> ``there -> here``."""
        if self.base is None:
            return {}
        there, here = (dict(_as_words(material)) for material in (self.base, self))
        if there.get("quantum_yield") != here.get("quantum_yield"):  # one line, not one for each number
            there, here = (
                {k: v for k, v in words.items() if not k.startswith("quantum_yield.")}
                for words in (there, here)
            )
        return {
            key: f"{there.get(key, 'none')} -> {here.get(key, 'none')}"
            for key in {**there, **here}
            if there.get(key) != here.get(key)
        }

    def with_value(self, dotted: str, value: float) -> Material:
        """The same material with one number of its card replaced."""
        return replace(self, card=self.card.with_value(dotted, value))

    def references(self, sections: Iterable[str]) -> list[Reference]:
        """Sources of the numbers in ``sections`` (dotted prefixes) of the card."""
        prefixes = tuple(sections)
        keys = [key for dotted, key in self.card.sources() if dotted.startswith(prefixes)]
        return bibliography(keys, self.card.references)


def _as_words(material: Material) -> Iterator[tuple[str, str]]:
    """Every number, with its band, and what else of a card acts on a result."""
    for key, q in material.card.quantities():
        yield key, f"{q.value:g}" + ("" if q.low is None else f" ({q.low:g} to {q.high:g})")
    law = material.card.quantum_yield
    if isinstance(law, YieldPoints):
        words = [f"{p.quantum_yield.value:g} at {p.edge_length.value:g} nm" for p in law.points]
        yield "quantum_yield", "points " + ", ".join(words)
    elif law is not None:
        yield "quantum_yield", f"{law.form} law"
    if material.card.composition is not None:
        yield "composition.formula", material.card.composition.formula
    if material.card.auger is not None:
        yield "auger.default", material.card.auger.default
    for text in material.tables().values():
        yield "dielectric table", fingerprint(text.encode())[:8]


@lru_cache(maxsize=32)  # the same card is asked with every varied number
def _built(
    formula: str, density: float, band_gap: float, index: float | None, optical_text: str | None, where: str
) -> EnergyLoss:
    """Loss function from optical constants, or without them an estimate."""
    optical = None if optical_text is None else read_optical_constants(optical_text, where=where)
    if optical is not None and optical.loss is None:
        index = None  # they have their own
    built = build_energy_loss(
        parse_formula(formula, where=where),
        density,
        band_gap=band_gap,
        refractive_index=index,
        optical=optical,
        where=where,
    )
    return thinned(built.energy_loss)


def composition_of(card: Card, where: str) -> Composition:
    """One formula unit; refuses a card without a formula."""
    if card.composition is None:
        raise BadFile(
            where=where, what="card", who="composition", expected="a formula", found="no such section"
        )
    return parse_formula(card.composition.formula, where=where)
