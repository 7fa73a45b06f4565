"""References, bibliography and fingerprints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scintidot
from scintidot.materials.library import load_material, material_names
from scintidot.provenance import (
    PROVENANCE,
    Quantity,
    Reference,
    bibliography,
    fingerprint,
    shipped_references,
)
from scintidot.radiation.sources import read_source, source_names
from scintidot.timing.detectors import detector_names, load_detector


def test_provenance_words_are_pinned() -> None:
    assert list(PROVENANCE) == ["measured", "computed", "estimate", "recalled"]


@pytest.mark.parametrize("reference", shipped_references().values(), ids=lambda r: r.key)
def test_reference_is_complete(reference: Reference) -> None:
    assert reference.authors.strip()
    assert reference.title.strip()
    assert 1900 <= reference.year <= 2030
    assert reference.published_in or reference.doi
    assert re.fullmatch(r"(10\.\d{4,}/\S+)?", reference.doi)
    assert set(reference.as_json()) == {"key", "authors", "title", "published_in", "year", "doi"}


def test_every_shipped_reference_is_used() -> None:
    """By a number or note of a card, or named in the source as that of a method."""
    package = Path(scintidot.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    methods = {key for key in shipped_references() if f'"{key}"' in source}
    cards = [load_material(name).card for name in material_names()]
    used = {key for card in cards for _, quantity in card.quantities() for key in quantity.source}
    used |= {card.composition.source for card in cards if card.composition}
    used |= {key for name in detector_names() for key in load_detector(name).sources}
    used |= {key for name in source_names() for key in read_source(name).source}
    notes = " ".join(quantity.note for card in cards for _, quantity in card.quantities())
    unused = {
        key
        for key, reference in shipped_references().items()
        if key not in used | methods and not (reference.doi and reference.doi in notes)
    }
    assert unused == set()


def test_bibliography_is_sorted_and_without_doubles() -> None:
    found = bibliography(["klimov_2000", "fratelli_2024", "fano_1963", "klimov_2000"])
    assert [reference.key for reference in found] == ["fano_1963", "klimov_2000", "fratelli_2024"]


def test_own_references_come_before_shipped_ones() -> None:
    own = {"fratelli_2024": Reference("fratelli_2024", "I", "Mine", 2025)}
    assert bibliography(["fratelli_2024"], own)[0].title == "Mine"


def test_quantity_is_banded_only_with_both_ends() -> None:
    assert not Quantity(1.0, "nm", ("x",), "measured").banded
    assert Quantity(1.0, "nm", ("x",), "measured", low=0.0, high=2.0).banded


@given(st.lists(st.binary()), st.lists(st.binary()))
def test_fingerprint_tells_parts_apart(one: list[bytes], two: list[bytes]) -> None:
    assert (fingerprint(*one) == fingerprint(*two)) == (one == two)


def test_fingerprint_does_not_depend_on_where_parts_are_cut_away() -> None:
    assert fingerprint(b"ab", b"c") != fingerprint(b"a", b"bc")
    assert re.fullmatch("[0-9a-f]{64}", fingerprint(b"ab"))
