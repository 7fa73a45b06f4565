"""Cards of one's own as text, and what a card says against size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scintidot.catalogue import check_card, show_card
from scintidot.catalogue.drafts import SOURCE, changes_of, has_number, new_draft, with_numbers
from scintidot.catalogue.laws import law_panels
from scintidot.errors import BadFile
from scintidot.materials.library import load_material, scintillator_names


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


@pytest.mark.parametrize("base", ["CsPbBr3", "SiO2", "octane", "Au"])
def test_every_number_of_a_card_can_be_changed_and_nothing_else_is(base: str, written: Path) -> None:
    """Lists too: the vibrations of SiO2."""
    draft = new_draft(base)
    written.write_text(draft, encoding="utf-8")
    assert check_card(written)["name"] == f"my {base}"
    assert changes_of(written) == {}
    before = show_card(base)["quantities"]
    new = {
        number["key"]: {
            "value": number["value"], "unit": number["unit"], "source": SOURCE, "provenance": "measured",
            "note": f"as {number['key']}",
        }
        for number in before
    }  # fmt: skip
    assert not any(has_number(draft, key, "draft") for key in new)
    changed = with_numbers(draft, new, "draft")
    written.write_text(changed, encoding="utf-8")
    assert all(has_number(changed, key, "draft") for key in new)
    after = show_card(str(written))["quantities"]
    assert [(one["key"], one["value"], one["unit"]) for one in after] == [
        (one["key"], one["value"], one["unit"]) for one in before
    ]
    assert all(one["source"] == [SOURCE] and one["note"] == f"as {one['key']}" for one in after)


def test_a_draft_holds_only_what_differs(written: Path) -> None:
    peak = {"value": 0.9, "unit": "1", "source": SOURCE, "provenance": "measured"}
    written.write_text(with_numbers(new_draft("CsPbBr3"), {"quantum_yield.peak": peak}, "draft"), "utf-8")
    assert changes_of(written) == {"quantum_yield.peak": "0.8 (0.7 to 0.9) -> 0.9"}
    assert "best_edge_length" not in written.read_text("utf-8")


def test_text_that_is_no_card_is_refused_in_a_sentence() -> None:
    with pytest.raises(BadFile, match=r"draft: bad syntax for the file \(expected TOML"):
        with_numbers("a = [", {}, "draft")
    text = with_numbers("quantum_yield = 3\n", {"quantum_yield.peak": {"value": 1}}, "draft")
    assert "[quantum_yield.peak]" in text  # what is no table gives way


def test_laws_are_those_of_the_card() -> None:
    name = scintillator_names()[0]
    card = load_material(name).scintillator()
    panels = {panel.title: panel for panel in law_panels([name])}
    gap = panels["Gap"].series[0]
    np.testing.assert_allclose(gap.y, card.sizing_curve(gap.x))
    assert (gap.x[0], gap.x[-1]) == (card.sizes.smallest.value, card.sizes.largest.value)
    auger = panels["Auger lifetime of the biexciton"].series
    assert auger[0].label == card.auger.default
    assert {series.label for series in auger} == set(card.auger.laws)
    for series in panels["Energy per electron-hole pair"].series:
        law = card.pair_creation[series.label]
        np.testing.assert_allclose(series.y, law(card.sizing_curve(series.x)))


def test_cards_side_by_side_share_their_axes() -> None:
    panels = {panel.title: panel for panel in law_panels(["CsPbBr3", "water"])}
    loss = [series.label for series in panels["Energy-loss function"].series]
    assert loss == ["CsPbBr3, Im(-1/ε)", "water, Im(-1/ε)"]
    assert all(
        series.label.startswith("CsPbBr3") for series in panels["Quantum yield of the single exciton"].series
    )
    assert law_panels(["vacuum"]) == []


def test_nesting_without_end_is_refused_in_a_sentence() -> None:
    with pytest.raises(BadFile, match="draft: bad syntax"):
        with_numbers("a = " + "[" * 50_000, {}, "draft")
