"""Shipped materials with every number of their cards, and the bibliography of the package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pieces import code, contents, fence, table, text

from scintidot.catalogue import card_text, list_cards, show_card
from scintidot.output import as_text
from scintidot.provenance import PROVENANCE, Reference, bibliography, shipped_references

SOURCES = "../bibliography.md"


def pages() -> Iterator[tuple[str, str]]:
    """The overview, a page for each card, and the bibliography."""
    materials = list_cards()["materials"]
    yield "materials/index.md", _overview(materials)
    for material in materials:
        yield f"materials/{material['name']}.md", _card(material["name"])
    yield "bibliography.md", _bibliography()


def _overview(materials: list[dict[str, Any]]) -> str:
    rows = [
        [
            f"[{text(m['name'])}]({m['name']}.md)",
            m["kind"],
            "yes" if m["predict"] else "",
            as_text(m["density_g_per_cm3"]),
            text(m["description"]),
        ]
        for m in materials
    ]
    meanings = [[code(name), text(meaning)] for name, meaning in PROVENANCE.items()]
    parts = [
        "# Shipped materials",
        "Each number has its unit, provenance and source. Where it is uncertain, it has a band, which predictions "
        "propagate. The format is described on the page of [material cards](../../material-cards.md).",
        table(["name", "kind", "`predict`", "density [g/cm³]:", "what it is"], rows),
        "## Provenance",
        table(["word", "meaning"], meanings),
        contents(m["name"] for m in materials),
    ]
    return "\n\n".join(parts)


def _card(name: str) -> str:
    card = show_card(name)
    columns = ["number", "value:", "band", "unit", "provenance", "source"]
    rows = [[code(q["key"]), *_value(q), q["provenance"], _links(q["source"])] for q in card["quantities"]]
    notes = [f"- {code(q['key'])}: {text(q['note'])}" for q in card["quantities"] if q["note"]]
    loss = [[code(key), text(as_text(value))] for key, value in card["loss_function"].items()]
    parts = [f"# {text(name)}", text(card["description"]), table(columns, rows)]
    if notes:
        parts += ["## Notes", "\n".join(notes)]
    if loss:
        parts += ["## Energy-loss function", table(["key", "value"], loss)]
    parts += [
        "## The card",
        "As `scintidot materials show --toml` prints it, to copy and change.",
        fence("toml", card_text(name)),
    ]
    return "\n\n".join(parts)


def _value(quantity: dict[str, Any]) -> list[str]:
    low, high, unit = quantity["low"], quantity["high"], quantity["unit"]
    band = "" if low is None else f"{as_text(low)} to {as_text(high)}".replace(" ", "\N{NO-BREAK SPACE}")
    return [as_text(quantity["value"], 6), band, "" if unit == "1" else text(unit)]


def _links(keys: list[str]) -> str:
    known = shipped_references()
    return ", ".join(
        f"[{text(key)}]({SOURCES}#{_anchor(key)})" if key in known else text(key) for key in keys
    )


def _anchor(key: str) -> str:
    return f"source-{key.replace('_', '-')}"


def _bibliography() -> str:
    """Every reference of ``references.toml``, newest last."""
    entries = [_entry(reference) for reference in bibliography(shipped_references())]
    words = "What numbers and models rest on. The note says what was taken, and how far the source was seen."
    return "\n\n".join(["# Bibliography", words, *entries])


def _entry(reference: Reference) -> str:
    where = [text(reference.published_in)] if reference.published_in else []
    where += [str(reference.year)]
    if reference.doi:
        where.append(f"[doi:{text(reference.doi)}](https://doi.org/{reference.doi})")
    note = f"  \nNote: {text(reference.note)}." if reference.note else ""
    title = text(reference.title).rstrip(".")
    head = f"({_anchor(reference.key)})=\n{code(reference.key)} {text(reference.authors)}"
    return f"{head}: *{title}*. {', '.join(where)}.{note}"
