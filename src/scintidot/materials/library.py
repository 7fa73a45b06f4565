"""The shipped materials by name, and cards of one's own by path."""

from __future__ import annotations

from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path

from scintidot.errors import BadFile, BadValue, nearest
from scintidot.materials.material import Material
from scintidot.materials.reading import DATA, read_material

OTHERS = (
    "Other shipped cards describe energy loss only; make one of your own with `scintidot init --material`."
)
"""What to do where the shipped scintillators are not enough."""


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
        return _own(Path(text), who)
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
        OTHERS if kind == "scintillator" else "A card of your own is given by its path, such as ./mine.toml."
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
    return read_material(shipped_card(name).read_bytes(), f"{name}.toml", None, _base)


def _own(path: Path, who: str) -> Material:
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
    return read_material(content, str(path), path, _base)


def _base(name: str, where: str) -> Material:
    """The shipped material that a card is based on."""
    names = material_names()
    if name not in names:
        raise BadFile(
            where=where,
            what="name",
            who="based_on",
            expected="a shipped material, one of " + ", ".join(names),
            found=repr(name),
            hint=nearest(name, names, listed=True),
        )
    return _shipped(name)
