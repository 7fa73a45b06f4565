"""Find, read and check material cards."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import cache, cached_property, lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from scintidot.errors import BadFile, BadValue, nearest
from scintidot.materials.card import Card, Scintillator
from scintidot.materials.composition import Composition, parse_formula
from scintidot.materials.dielectric import build_energy_loss
from scintidot.materials.energy_loss import EnergyLoss, read_energy_loss
from scintidot.materials.loss_table import thinned
from scintidot.materials.nanocrystal import YieldPoints
from scintidot.materials.optical_constants import read_optical_constants
from scintidot.materials.reading import DATA, merge, parse_toml, read_table, with_reference_keys
from scintidot.materials.schema import explain
from scintidot.provenance import Reference, bibliography, fingerprint, shipped_references

_OTHERS = (
    "Other shipped cards describe energy loss only; make one of your own with `scintidot init --material`."
)
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
    based_on: str | None = None  # name of the shipped card that it starts from
    optical_text: str | None = None  # optical constants that the card names

    @property
    def name(self) -> str:
        """Name of the material."""
        return self.card.name

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
            raise BadFile(
                where=self.name, what="material", who="predict", expected="one of " + ", ".join(scintillator_names()),
                found=f"{self.name}, for energy loss only", hint=_OTHERS,
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
        if self.based_on is None:
            return {}
        base = load_material(self.based_on)
        there, here = (dict(_as_words(material)) for material in (base, self))
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


def shipped_card(name: str) -> Traversable:
    """The file of a shipped card."""
    return DATA / f"{name}.toml"


def material_names() -> list[str]:
    """Names of the shipped materials, sorted without regard to case."""
    names = [Path(entry.name).stem for entry in DATA.iterdir() if entry.name.endswith(".toml")]
    return sorted(names, key=str.lower)


def scintillator_names() -> list[str]:
    """Names of the shipped scintillators whose cards are complete: those that `predict` can run."""
    materials = (load_material(name) for name in material_names())
    return [m.name for m in materials if m.card.kind == "scintillator" and not m.missing_sections()]


def is_card_path(text: str) -> bool:
    """Whether ``text`` names a card of the user's own, not a shipped material."""
    return text.endswith(".toml") or "/" in text or "\\" in text


def load_material(
    name_or_path: str | Path | Material,
    *,
    where: str = "material",
    who: str = "material",
    kind: str | None = None,
) -> Material:
    """A shipped material by name, or a user's card by path (see `is_card_path`); a material as it is.

    Parameters
    ----------
    name_or_path : str, Path or Material
        Name of a shipped material, a path that ends in ``.toml``, or a material.
    where, who : str
        Command and option that an error names.
    kind : str, optional
        Limits what is suggested for an unknown name to hosts or to complete scintillators.

    Returns
    -------
    Material
        ``card`` with every number, its band, provenance and source; ``changes()`` against the card that it is based
        on.

    Raises
    ------
    BadValue
        If no shipped material has that name.
    BadFile
        If the card is missing, malformed or incomplete; the message names file, key, expected and found.

    Examples
    --------
    >>> load_material("octane").card.density.value
    0.7026
    """
    if isinstance(name_or_path, Material):
        return name_or_path
    text = str(name_or_path)
    if is_card_path(text):
        return _read_card(Path(text), who)
    names = material_names()
    for name in names:
        if name.lower() == text.lower():
            return _shipped(name)
    if kind == "scintillator":
        names = scintillator_names()
    elif kind is not None:
        names = [name for name in names if load_material(name).card.kind == kind]
    guess = nearest(text, names, listed=True) or ""
    own = (
        _OTHERS if kind == "scintillator" else "A card of your own is given by its path, such as ./mine.toml."
    )
    raise BadValue(
        where=where,
        what="name",
        who=who,
        expected="one of " + ", ".join(names),
        found=repr(text),
        hint=f"{guess} {own}",
    )


@cache
def _shipped(name: str) -> Material:
    return _from_text(shipped_card(name).read_bytes(), f"{name}.toml", None)


def _read_card(path: Path, who: str) -> Material:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFile(
            where=str(path),
            what="file",
            who=who,
            expected="a readable material card (TOML)",
            found=error.strerror or "no such file",
            hint="A card saved with a run lies beside its run.toml: copy the whole folder.",
        ) from None
    return _from_text(content, str(path), path)


def _from_text(content: bytes, where: str, path: Path | None) -> Material:
    data = parse_toml(content, where)
    table: str | None = None
    optical: str | None = None
    base: str | None = None
    if "based_on" in data:
        base = str(data.pop("based_on"))
        names = material_names()
        if base not in names:
            raise BadFile(
                where=where,
                what="name",
                who="based_on",
                expected="a shipped material, one of " + ", ".join(names),
                found=repr(base),
                hint=nearest(base, names, listed=True),
            )
        own = data.get("dielectric")
        replaced = isinstance(own, dict) and ("file" in own or "optical_constants" in own)
        if not replaced:
            table = load_material(base).dielectric_text
        data = {"name": f"{base} ({Path(where).name})", **data}
        shipped = parse_toml(shipped_card(base).read_bytes(), base)
        if replaced:
            shipped.get("dielectric", {}).pop("file", None)
        data = merge(shipped, data)
    try:
        card = Card.model_validate(with_reference_keys(data))
    except ValidationError as error:
        raise explain(error, Card, where) from None
    known = {*shipped_references(), *card.references}
    for dotted, key in card.sources():
        if key not in known:
            raise BadFile(
                where=where,
                what="source",
                who=f"{dotted}.source",
                expected="a key of references.toml or of the card's own [references]",
                found=repr(key),
                hint=nearest(key, known, listed=True, cutoff=0.85)
                or f"Describe it under [references.{key}] with authors, title and year.",
            )
    if card.composition is not None:
        composition_of(card, where)
        if base is not None and table is not None:
            _check_inherited_table(card, load_material(base), where)
    if card.dielectric is not None and card.dielectric.file is not None and table is None:
        table = read_table(card.dielectric.file, path, where, "file")
    if card.dielectric is not None and card.dielectric.optical_constants is not None:
        optical = read_table(card.dielectric.optical_constants, path, where, "optical_constants")
    canonical = json.dumps(data, sort_keys=True, default=str).encode()
    texts = [text.encode() for text in (table or "", optical) if text is not None]
    identity = fingerprint(canonical, *texts)
    own_card = path is not None
    material = Material(card, where, content, table, identity, own_card, based_on=base, optical_text=optical)
    loss = material.energy_loss  # a malformed table is refused with the card, not later
    if loss is not None and not 0.8 < loss.f_sum / loss.electrons < 1.25:
        raise BadFile(
            where=where,
            what="density or composition",
            who="density",
            expected=f"about {loss.electrons:g} electrons per formula unit in the dielectric table",
            found=f"{loss.f_sum:.4g} for {card.density.value:g} g/cm3 of {_formula(card)}",
        )
    return material


def _check_inherited_table(card: Card, base: Material, where: str) -> None:
    """Refuse another compound with the loss function of the one that its card starts from."""
    ours, theirs = (composition_of(one, where) for one in (card, base.card))
    if ours.atoms != theirs.atoms:
        raise BadFile(
            where=where,
            what="composition",
            who="composition.formula",
            expected=f"{theirs.formula}, whose loss function the card takes over from {base.name}",
            found=repr(ours.formula),
            hint="Give a [dielectric] section with a file or optical_constants of your own.",
        )


def _formula(card: Card) -> str:
    return "" if card.composition is None else card.composition.formula
