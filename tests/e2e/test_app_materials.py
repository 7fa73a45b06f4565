"""Page Materials as a user meets it: search, compare, edit a copy, drop a card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scintidot.catalogue import check_card, show_card
from scintidot.catalogue.drafts import changes_of

Open = Callable[..., Any]
HOSTILE = """
format = "scintidot-material/1"
based_on = "CsPbBr3"
name = "<img src=x onerror=alert(1)>"
description = "<script>alert(2)</script>"

[quantum_yield.peak]
value = 0.9
unit = "1"
source = "mine.of [mine]"
provenance = "measured"
note = "<b>bold</b>"

[references."mine.of [mine]"]
authors = "<i>me</i>"
title = "javascript:alert(3)"
year = 2026
doi = "javascript:alert(4)"
"""


def test_every_number_is_shown_with_its_source_and_two_cards_are_compared(open_page: Open) -> None:
    page = open_page("/materials?material=octane&compare=toluene")
    page.wait_for_selector("#materials-view table")
    shown = page.inner_text("#materials-view")
    for name in ("octane", "toluene"):
        card = show_card(name)
        for number in card["quantities"]:
            assert number["key"] in shown
        assert all(entry["title"] in shown for entry in card["bibliography"])

    page.fill("#materials-search", "perovskite lead nanocrystals")
    page.locator("#materials-chosen label", has_text="CsPbBr3").click()
    page.locator("#materials-view h2", has_text="CsPbBr3").wait_for()
    page.locator("#materials-chosen label").nth(1).wait_for(state="detached")
    page.wait_for_url("**search=perovskite**")
    assert page.locator("#materials-view .badge.estimate").count() > 5


def test_a_copy_is_edited_checked_at_its_place_and_downloaded(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/materials")
    page.click("#materials-edit")
    page.get_by_text("Nothing differs yet.").wait_for()

    def put(part: str, text: str) -> None:
        page.fill(f'input[id*=\'"key":"quantum_yield.peak","part":"{part}"\']', text)
        page.keyboard.press("Tab")

    put("value", "1.92")
    fault = page.locator("tr:has-text('peak') small.fault")
    fault.filter(has_text="expected at least 0 and at most 1, found 1.92").wait_for()
    put("value", "0.92")
    fault.filter(has_text="expected low <= value <= high").wait_for()
    put("high", "0.95")
    page.locator("#materials-check li").filter(has_text="0.8 (0.7 to 0.9) -> 0.92 (0.7 to 0.95)").wait_for()
    page.wait_for_selector("tr:has-text('peak') small.fault:empty", state="attached")
    assert 'source = "my_notebook"' in page.input_value("#materials-text")

    with page.expect_download() as download:
        page.click("#materials-save")
    assert download.value.suggested_filename == "my CsPbBr3.toml"
    card = tmp_path / "mine.toml"
    download.value.save_as(card)
    assert check_card(card)["notes"] == []
    assert list(changes_of(card)) == ["quantum_yield.peak"]
    assert len(card.read_text(encoding="utf-8")) < 600  # only what differs

    text = page.input_value("#materials-text").replace('provenance = "estimate"', 'provenance = "guess"')
    page.fill("#materials-text", text)
    page.locator("#materials-check .error").filter(has_text="quantum_yield.peak").wait_for()
    page.click("#materials-save")
    page.locator("#error").filter(has_text="one that passes the check").wait_for()


def test_a_dropped_card_is_text_whatever_it_holds(open_page: Open, tmp_path: Path) -> None:
    page = open_page("/materials")
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    card = tmp_path / "mine.toml"
    card.write_text(HOSTILE, encoding="utf-8")
    page.set_input_files("#materials-drop input[type=file]", [str(card)])
    page.locator("#materials-view h2", has_text="<img src=x onerror=alert(1)>").wait_for()
    shown = page.inner_text("#materials-view")
    assert "<script>alert(2)</script>" in shown
    assert "<b>bold</b>" in shown
    links = page.locator("#materials-view a").evaluate_all("links => links.map(link => link.href)")
    assert all(link.startswith("http") for link in links)

    card = tmp_path / "other.toml"
    card.write_text('based_on = "CsPbBr3"\n[dielectric]\nfile = "../../secret.csv"\n', encoding="utf-8")
    page.set_input_files("#materials-drop input[type=file]", [str(card)])
    said = page.locator("#materials-said").filter(has_text="without folders")
    said.wait_for()
    assert said.inner_text().startswith("other.toml: bad file for dielectric")
