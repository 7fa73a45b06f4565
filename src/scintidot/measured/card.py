"""What was measured as a material card that ``predict`` takes: based on another card, with the found rates in it."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.errors import BadFile, BadValue
from scintidot.materials.fields import In
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.measured.document import Analysis
from scintidot.options import Number, read
from scintidot.output import write_text, write_together

WHERE = "--to-card"
SOURCE = "this_measurement"
LAW = "measured"
MEASURED_LAW = "auger_lifetime_ps"
"""Key of `Analysis.card` that becomes a law of Auger recombination through one size."""
SERIES_LAW = "auger_law"
"""Key that becomes one through two sizes: edge [nm], lifetime [ps] and its error at both, and a note."""
EDGE = "edge_length_nm"
REACH = 2.0
"""Ratio of the second size of that law, which carries the exponent of the base card, to the measured one."""


def write_card(
    analysis: Analysis, path: str | Path, base: str = "CsPbBr3", edge_length: Number | None = None
) -> Path:
    """Write a card with provenance ``measured`` for every number that was found.

    Parameters
    ----------
    analysis : Analysis
        Its ``card`` holds dotted key -> (value, standard deviation, unit, note).
    path : path
        The card, a ``.toml`` file. It is read back before it stands there.
    base : str
        Shipped material that gives everything else.
    edge_length : number or str, optional
        Of the sample [nm]; a law of Auger recombination needs it.

    Raises
    ------
    BadValue
        If nothing was found that a card holds, or the edge length is missing.
    """
    path = Path(path)
    check_card_options(path, base)
    if analysis.document.get("status") != "ok":
        raise BadValue(
            where=WHERE, what="result", who=WHERE, expected="a fit that succeeded", found="one that failed"
        )
    numbers = dict(analysis.card)
    of_sample = numbers.pop(EDGE, None)
    edge = None if of_sample is None else float(of_sample[0])
    if edge_length is not None:
        edge = read(edge_length, "--edge-length-nm", WHERE, In("nm", above=0))
    if edge is None and len(numbers) > 1 and numbers.pop(MEASURED_LAW, None) is not None:
        analysis.document["warnings"].append(
            "the card has no Auger lifetime: its law is one of size; give --edge-length-nm LENGTH"
        )
    if not numbers:
        raise BadValue(
            where=WHERE, what="result", who=WHERE, found="none in this analysis",
            expected="a number that a material card holds",
            hint="Cards take the lifetime of a component named X of one decay, the rates of a fluence series, the "
            "width of one emission line, or the laws of a series of samples.",
        )  # fmt: skip
    material = load_material(base, where=WHERE, who="--material", kind="scintillator")
    text = card_text(analysis, material, numbers, edge)

    def write(temporary: Path) -> None:
        write_text(temporary, text)
        load_material(temporary, where=WHERE)

    try:
        write_together(path.parent, {path.name: write}, WHERE)
    except BadFile as error:
        raise error.at(where=WHERE) from None
    return path


def check_card_options(path: Path, base: str) -> None:
    """Refuse a file name that is no card's, and a base that is no complete scintillator."""
    if path.suffix.lower() != ".toml":
        raise BadValue(
            where=WHERE, what="file name", who=WHERE, expected="a name that ends with .toml", found=repr(path.name)
        )  # fmt: skip
    load_material(base, where=WHERE, who="--material", kind="scintillator").scintillator()


def card_text(
    analysis: Analysis, material: Material, numbers: dict[str, Any], edge_length: float | None
) -> str:
    """The card as TOML."""
    files = ", ".join(entry["file"] for entry in analysis.document["inputs"])
    doubt = [w for w in analysis.document["warnings"] if "not perfect" in w or "does not describe" in w]
    words = f"{analysis.title}. Numbers marked measured come from {files}; all else from {material.name}."
    lines = [
        'format = "scintidot-material/1"',
        f"based_on = {_text(material.name)}",
        f"name = {_text(f'{material.name} ({files})')}",
        f"description = {_text(words)}",
        *(f"# doubtful: {word}" for word in doubt),
        "",
        f"[references.{SOURCE}]",
        'authors = "measured by the user"',
        f"title = {_text(f'{analysis.title}, analysed by scintidot')}",
        f"year = {date.today().year}",
        f"note = {_text('; '.join(_file_words(entry) for entry in analysis.document['inputs']))}",
    ]
    lifetime, through = numbers.pop(MEASURED_LAW, None), numbers.pop(SERIES_LAW, None)
    sections: dict[str, list[str]] = {}
    for dotted, (value, error, unit, note) in numbers.items():
        section, _, key = dotted.rpartition(".")
        sections.setdefault(section, []).append(f"{key} = {_number(value, error, unit, note)}")
    for section, rows in sections.items():
        lines += ["", f"[{section}]", *rows]
    if lifetime is not None:
        lines += _law_at_one_size(material, lifetime, edge_length)
    elif through is not None:
        lines += _law_through_sizes(through)
    return "\n".join(lines) + "\n"


def _file_words(entry: dict[str, str]) -> str:
    return f"{entry['file']} (sha256 {entry['sha256'][:16]}, {entry['format']})"


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _number(value: float, error: float | None, unit: str, note: str, provenance: str = "measured") -> str:
    band = ""
    if error is not None and math.isfinite(error) and error > 0:
        low, high = max(value - error, 0.0 if value > 0 else value - error), value + error
        band = f", low = {low:.6g}, high = {high:.6g}"
    return (
        f"{{ value = {value:.6g}, unit = {_text(unit)}{band}, source = {_text(SOURCE)}, "
        f"provenance = {_text(provenance)}, note = {_text(note)} }}"
    )


def _law_at_one_size(
    material: Material, lifetime: tuple[float, float, str, str], edge_length: float | None
) -> list[str]:
    """The measured Auger lifetime at its size, carried to others by the exponent of the base card."""
    if edge_length is None:
        raise BadValue(
            where=WHERE, what="option", who="--edge-length-nm", found="nothing",
            expected="the size of the sample: the law of Auger recombination of a card is one of size",
        )  # fmt: skip
    card = material.scintillator().auger
    law = card.laws[card.default]
    value, error, unit, note = lifetime
    near, further = law(np.array([edge_length, REACH * edge_length]))
    factor = float(further / near)
    words = (
        f"through the measured lifetime at {edge_length:g} nm ({note}), with the exponent of {card.default}"
    )
    far = f"{note}; {factor:.4g} times the measured one, by the law {card.default} of {material.name}"
    return _law(
        words,
        (edge_length, "measured", _number(value, error, unit, note)),
        (REACH * edge_length, "computed", _number(factor * value, factor * error, unit, far, "estimate")),
    )


def _law_through_sizes(entry: tuple[float, float, float, float, float, float, str]) -> list[str]:
    """The power law of a series of samples, by its values at the smallest and the largest."""
    small, at_small, small_error, large, at_large, large_error, note = entry
    return _law(
        note,
        (small, "measured", _number(at_small, small_error, "ps", note)),
        (large, "measured", _number(at_large, large_error, "ps", note)),
    )


def _law(words: str, small: tuple[float, str, str], large: tuple[float, str, str]) -> list[str]:
    """A law of a card from edge length, its provenance, and lifetime at two sizes."""
    rows = [
        "",
        "[auger]",
        f"default = {_text(LAW)}",
        "",
        f"[auger.laws.{LAW}]",
        'form = "two-point-power-law"',
    ]
    rows.append(f"description = {_text(words)}")
    for end, (edge, provenance, lifetime) in (("small", small), ("large", large)):
        rows.append(
            f"{end}_edge_length = {{ value = {edge:.6g}, unit = {_text('nm')}, source = {_text(SOURCE)}, "
            f"provenance = {_text(provenance)} }}"
        )
        rows.append(f"{end}_lifetime = {lifetime}")
    return rows
