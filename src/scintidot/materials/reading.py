"""Read a card and the tables beside it, put it over the one that it is based on, and check what it says."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scintidot.errors import BadFile, nearest
from scintidot.materials.card import Card
from scintidot.materials.material import Material, composition_of
from scintidot.materials.schema import explain
from scintidot.provenance import fingerprint, shipped_references

DATA = resources.files("scintidot.materials") / "data"
"""The shipped cards and tables."""


def parse_toml(content: bytes, where: str) -> dict[str, Any]:
    """Parse TOML; a syntax error keeps its line and column."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        comma = re.search(rb"=\s*[+-]?\d+,\d+\s*(#|\r?\n|$)", content)
        hint = "Write the decimal point as '.', not ','." if comma else None
        raise BadFile(
            where=where, what="syntax", who="the file", expected="TOML in UTF-8", found=str(error), hint=hint
        ) from None


def with_reference_keys(data: dict[str, Any]) -> dict[str, Any]:
    """The card with each of its own references told its key, as `Reference` holds it."""
    references = data.get("references")
    if isinstance(references, dict):
        own = {k: {"key": k, **v} if isinstance(v, dict) else v for k, v in references.items()}
        data = {**data, "references": own}
    return data


def merge(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """``own`` over ``base``; a number, or a law of another form, replaces what the base has whole."""
    merged = dict(base)
    for key, entry in own.items():
        old = merged.get(key)
        merged[key] = entry
        if isinstance(entry, dict) and isinstance(old, dict):
            same_form = entry.get("form") in (None, old.get("form"))
            if same_form and "value" not in entry:
                merged[key] = merge(old, entry)
    return merged


def read_table(name: str, card: Path | None, where: str, key: str) -> str:
    """The table beside the card, else the shipped one of that name."""
    candidates: list[Any] = [DATA / name] if card is None else [card.with_name(name), DATA / name]
    for candidate in candidates:
        if candidate.is_file():
            try:
                return str(candidate.read_bytes().decode("utf-8-sig"))
            except UnicodeDecodeError as error:
                raise BadFile(
                    where=str(candidate), what="text", who="the table", expected="UTF-8", found=str(error)
                ) from None
    raise BadFile(
        where=where,
        what="file",
        who=f"dielectric.{key}",
        expected="a table beside the card",
        found=repr(name),
    )


def read_material(
    content: bytes, where: str, path: Path | None, base_of: Callable[[str, str], Material]
) -> Material:
    """The material that a card describes.

    Parameters
    ----------
    content : bytes
        TOML of the card.
    where : str
        The card, for errors.
    path : Path or None
        Where a user's card lies; None for a shipped one.
    base_of : function
        Gives the material of a name that the card is ``based_on``; ``where`` goes to its error.

    Raises
    ------
    BadFile
        The first fault of the card.
    """
    data = parse_toml(content, where)
    base = base_of(str(data.pop("based_on")), where) if "based_on" in data else None
    inherited: str | None = None
    if base is not None:
        data, inherited = _over(base, {"name": f"{base.name} ({Path(where).name})", **data})
    try:
        card = Card.model_validate(with_reference_keys(data))
    except ValidationError as error:
        raise explain(error, Card, where) from None
    _check_sources(card, where)
    if card.composition is not None:
        composition_of(card, where)
        if base is not None and inherited is not None:
            _check_inherited_table(card, base, where)
    table, optical = inherited, None
    if card.dielectric is not None and card.dielectric.file is not None and table is None:
        table = read_table(card.dielectric.file, path, where, "file")
    if card.dielectric is not None and card.dielectric.optical_constants is not None:
        optical = read_table(card.dielectric.optical_constants, path, where, "optical_constants")
    canonical = json.dumps(data, sort_keys=True, default=str).encode()
    texts = [text.encode() for text in (table or "", optical) if text is not None]
    identity = fingerprint(canonical, *texts)
    material = Material(card, where, content, table, identity, path is not None, base, optical)
    _check_electrons(material)  # a malformed table is refused with the card, not later
    return material


def _over(base: Material, own: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """The data of a card over those of its base, and the table of the base unless the card replaces it."""
    whole = parse_toml(base.content, base.name)
    section = own.get("dielectric")
    if not (isinstance(section, dict) and ("file" in section or "optical_constants" in section)):
        return merge(whole, own), base.dielectric_text
    whole.get("dielectric", {}).pop("file", None)
    return merge(whole, own), None


def _check_sources(card: Card, where: str) -> None:
    """Refuse a source that is described nowhere."""
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


def _check_electrons(material: Material) -> None:
    """Refuse a density or a composition that the loss function contradicts."""
    loss, card = material.energy_loss, material.card
    if loss is not None and not 0.8 < loss.f_sum / loss.electrons < 1.25:
        formula = "" if card.composition is None else card.composition.formula
        raise BadFile(
            where=material.where,
            what="density or composition",
            who="density",
            expected=f"about {loss.electrons:g} electrons per formula unit in the dielectric table",
            found=f"{loss.f_sum:.4g} for {card.density.value:g} g/cm3 of {formula}",
        )
