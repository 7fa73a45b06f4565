"""Headings and names: which history it is, its books, energies, generations."""

from __future__ import annotations

from typing import Any

from scintidot.output import as_text
from scintidot.report.shower.marks import LAST_GENERATION


def energy_in_words(value: float) -> str:
    """An energy [eV] in eV or keV."""
    return f"{as_text(value / 1e3, 3)} keV" if value >= 1e3 else f"{as_text(value, 3)} eV"


def title_of(document: dict[str, Any]) -> str:
    """Which primary in which crystals."""
    choices = document["choices"]
    edges = choices["edges_nm"]
    size = f"{edges[0]:g}" if len(set(edges)) == 1 else "x".join(f"{edge:g}" for edge in edges)
    kind = f"{choices['material']}/{choices['shell']}" if choices["shell"] else choices["material"]
    first = f"{energy_in_words(document['books']['primary_eV'])} {choices['particle']}"
    body = f"{kind} {choices['shape']} of {size} nm in {choices['host']}"
    if choices["box_nm"]:
        body = (
            f"{choices['crystals_in_box']} {kind} {choices['shape']}s of {size} nm in {choices['host']}, "
            f"box of {choices['box_nm']:g} nm"
        )
    return f"{first}, {body}"


def books_in_words(document: dict[str, Any]) -> str:
    """Where the energy went, as one line."""
    books = document["books"]
    parts = [f"deposit {energy_in_words(books['deposit_eV'])}"]
    if books["pairs"] is not None:
        parts.append(f"{books['pairs']} pair{'s' if books['pairs'] != 1 else ''}")
    parts += [
        f"{word} {energy_in_words(books[key])}"
        for word, key in (
            ("escaped", "escaped_eV"), ("in the host", "host_deposit_eV"), ("work at surfaces", "surface_work_eV"),
        )
        if key == "escaped_eV" or books[key] != 0
    ]  # fmt: skip
    return " · ".join(parts)


def which_history(document: dict[str, Any]) -> str:
    """With what it can be drawn again."""
    return f"seed {document['seed']}, history {document['history']}"


def generation_in_words(generation: int) -> str:
    """Of an electron; late ones share a name as they share a colour."""
    if generation >= LAST_GENERATION:
        return f"{LAST_GENERATION}th and later"
    words = {0: "primary electron", 1: "1st generation", 2: "2nd generation", 3: "3rd generation"}
    return words.get(generation, f"{generation}th generation")
