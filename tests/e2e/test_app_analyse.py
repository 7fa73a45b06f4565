"""Page Analyse as a user meets it: files are dropped, a window is dragged, a fit runs, a card comes out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scintidot.catalogue import check_card
from scintidot.measured.decay.run import analyse_decay
from scintidot.measured.laboratory.tcspc import simulate_tcspc

Open = Callable[..., Any]
DROP = "#analyse-drop input[type=file]"


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with decay.csv and irf.csv."""
    folder = tmp_path_factory.mktemp("lab")
    simulate_tcspc(
        folder,
        lifetimes_ps="400,6000",
        fractions="0.3,0.7",
        counts=4e4,
        bins=512,
        bin_width_ps=100,
        period_ns=60,
    )
    return folder


def field(name: str) -> str:
    """Selector of the text field of an option."""
    return f'input[id*=\'"name":"{name}"\']'


def drop(page: Any, *files: Path) -> None:
    """Drop files, and wait until they are listed."""
    page.set_input_files(DROP, [str(file) for file in files])
    for file in files:
        page.locator(".file-name").get_by_text(file.name, exact=True).wait_for()


def fit(page: Any) -> str:
    """Fit, and return the answer."""
    page.click("#analyse-run")
    page.wait_for_selector("#analyse-result .answer", timeout=240_000)
    answer: str = page.inner_text("#analyse-result .answer")
    return answer


def test_a_dropped_decay_is_recognised_windowed_fitted_and_exported(
    open_page: Open, laboratory: Path, tmp_path: Path
) -> None:
    page = open_page("/analyse?components=2")
    drop(page, laboratory / "decay.csv", laboratory / "irf.csv")
    files = page.inner_text("#analyse-files")
    assert "scintidot-decay: 512 bins of 100 ps" in files
    assert "period 60 ns" in files
    page.locator("#analyse-command").filter(has_text="--irf irf.csv").wait_for()

    page.wait_for_selector("#analyse-data .nsewdrag")
    box = page.locator("#analyse-data .nsewdrag").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.01 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], middle, steps=4)
    page.mouse.up()
    page.locator("#analyse-command").filter(has_text="--window").wait_for()
    dragged = page.input_value(field("window"))
    start, end = (float(part) for part in dragged.split(":"))
    assert 0 <= start < 2500
    assert 25_000 < end < 35_000
    page.locator("#analyse-command").filter(has_text=f"--window {dragged}").wait_for()

    shown = fit(page)
    same = analyse_decay(laboratory / "decay.csv", irf=laboratory / "irf.csv", components=2, window=dragged)
    assert shown == same.answer

    page.click("text=Export as a material card")
    page.fill("#analyse-edge", "8")
    page.click("#analyse-make")
    with page.expect_download() as download:
        page.click("text=Download the card")
    card = tmp_path / download.value.suggested_filename
    download.value.save_as(card)
    assert check_card(card)["name"] == "CsPbBr3 (decay.csv, irf.csv)"
    assert card.read_text(encoding="utf-8") == page.inner_text("pre.text")

    page.click("header >> text=Materials")
    page.wait_for_selector("#materials-view h2")
    page.click("header >> text=Analyse")  # the files and the result are those of the tab
    page.wait_for_selector("#analyse-result .answer")
    assert page.inner_text("#analyse-result .answer") == shown
    assert page.input_value(field("window")) == dragged


def test_what_a_file_does_not_say_is_asked_for_at_its_field(open_page: Open, tmp_path: Path) -> None:
    file = tmp_path / "plain.csv"
    times = np.arange(400)
    counts = np.random.default_rng(1).poisson(1000 * np.exp(-times / 80))
    np.savetxt(file, np.column_stack([times, counts]), "%d", ",", header="time,counts", comments="")
    page = open_page("/analyse?components=1")
    page.locator("#analyse-files").filter(has_text="The link holds the options").wait_for()
    drop(page, file)
    fault = page.locator("label:has-text('Unit of times') .fault")
    fault.filter(has_text="expected the unit of the times").wait_for()
    page.locator("label:has-text('Unit of times') button").click()
    page.get_by_role("option", name="ns", exact=True).click()
    page.get_by_text("decay-table: 400 bins of 1000 ps").wait_for()
    response = page.locator("label:has-text('Response') .fault").first
    response.filter(has_text="the response of the instrument is needed").wait_for()

    page.fill(field("irf_fwhm_ps"), "minus")
    page.keyboard.press("Tab")
    page.click("#analyse-run")
    page.wait_for_selector("#analyse-progress .fault")
    page.locator("label:has-text('Gaussian') .fault").filter(has_text="expected").wait_for()
    page.fill(field("irf_fwhm_ps"), "200")
    page.keyboard.press("Tab")
    assert "X 80" in fit(page) or "X 79" in page.inner_text("#analyse-result .answer")


def test_hostile_files_are_refused_in_a_sentence_and_their_names_are_text(
    open_page: Open, laboratory: Path, tmp_path: Path
) -> None:
    page = open_page("/analyse")
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    pickled = tmp_path / "pickled.npz"
    objects = np.array([{"a": 1}], dtype=object)
    np.savez(pickled, time_ps=objects, wavelength_nm=np.arange(4.0), values=np.ones((1, 4)))
    named = tmp_path / "<img src=x onerror=alert(1)>.csv"
    named.write_bytes((laboratory / "decay.csv").read_bytes())
    drop(page, named, pickled)
    assert page.locator(".file-name").all_inner_texts() == [named.name, pickled.name]
    assert page.locator("#analyse-files img").count() == 0
    assert "bad a" in page.inner_text("#analyse-files .fault")
    assert str(tmp_path) not in page.inner_text("#analyse-files")
    page.set_input_files(DROP, [])


def test_a_fit_is_cancelled_and_another_tab_has_its_own_files(open_page: Open, laboratory: Path) -> None:
    page, other = open_page("/analyse?components=4&starts=100"), open_page("/analyse")
    drop(page, laboratory / "decay.csv", laboratory / "irf.csv")
    page.click("#analyse-run")
    page.click("#analyse-cancel")
    page.get_by_text("The run was cancelled.").wait_for()
    assert page.locator("#analyse-result .answer").count() == 0
    assert other.inner_text("#analyse-files") == ""
