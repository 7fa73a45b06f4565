"""Page Shower in a browser: steps, sums, keys, camera, link, mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scintidot.deposits.replay import Shower, shower

Open = Callable[..., Any]
LINK = "/shower?edge_length=5&energy_keV=1&most_deposit=60&seed=3"
PATIENT = 240_000  # [ms]


@pytest.fixture(scope="module")
def history() -> Shower:
    """The history that the link shows."""
    return shower(3, most_deposit=60, edge_length=5, energy_keV=1)


def sums(page: Any) -> dict[str, float]:
    """The account as it is shown."""
    rows = [line.split("\t") for line in page.inner_text(".sums").splitlines()]
    return {name: float(text.removesuffix(" eV")) for name, text in rows}


def at_step(page: Any, step: int) -> str:
    """Wait for a step; what is said of it."""
    page.wait_for_selector(f"#shower-words:has-text('Step {step} of ')", timeout=PATIENT)
    return str(page.inner_text("#shower-words"))


def camera(page: Any) -> str:
    """From where the scene is seen."""
    plot = page.locator("#shower-graph .js-plotly-plot")
    return str(plot.evaluate("plot => JSON.stringify(plot._fullLayout.scene._scene.getCamera().eye)"))


def turn(page: Any) -> str:
    """Drag the scene until it has turned; the camera after it."""
    before, box = camera(page), page.locator("#shower-graph .js-plotly-plot").bounding_box()
    x, y = box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, 100):
        page.mouse.move(x + 3 * (k % 40), y + (k % 40))
        page.wait_for_timeout(50)  # the scene follows frame by frame
        if k > 3 and camera(page) != before:
            break
    page.mouse.up()
    page.wait_for_timeout(300)
    assert camera(page) != before
    return camera(page)


def check_sums(page: Any, one: Shower, step: int) -> None:
    shown = sums(page)
    for words, name in (
        ("kept by nanocrystals", "deposit_eV"),
        ("left in the host", "host_deposit_eV"),
        ("escaped", "escaped_eV"),
        ("work at surfaces", "surface_work_eV"),
        ("holes made", "holes"),
        ("electrons stopped", "electrons"),
    ):
        assert shown[words] == pytest.approx(float(one.running[name][step]), abs=0.0051), words
    assert shown["sum: the primary"] == one.books["primary_eV"]
    parts = ("kept by nanocrystals", "left in the host", "escaped", "work at surfaces", "still under way")
    assert sum(shown[part] for part in parts) == pytest.approx(shown["sum: the primary"], abs=0.03)


def test_stepping_shows_each_event_with_the_sums_of_the_replay(open_page: Open, history: Shower) -> None:
    last = len(history.points["event"]) - 1
    told = [k for k, event in enumerate(history.points["event"]) if event not in ("scattered", "phonon")]
    page = open_page(LINK)
    at_step(page, last)
    check_sums(page, history, last)
    assert sums(page)["kept by nanocrystals"] == pytest.approx(history.books["deposit_eV"], abs=0.0051)
    assert sums(page)["pairs"] == history.books["pairs"]
    assert sums(page)["still under way"] == 0

    page.keyboard.press("Home")
    assert "The primary electron sets off with 1 keV" in at_step(page, 0)
    hit = next(k for k, event in enumerate(history.points["event"]) if event == "ionised")
    for k in told[1 : told.index(hit) + 1]:
        page.keyboard.press("ArrowRight")
        said = at_step(page, k)
    check_sums(page, history, hit)
    shell = str(history.points["atomic_shell"][hit])
    assert "collides with an electron of" in said
    assert shell.rsplit(maxsplit=1)[-1] in said

    turned = turn(page)
    page.click("#shower-forward")
    at_step(page, told[told.index(hit) + 1])
    assert camera(page) == turned
    page.click("#shower-back")
    at_step(page, hit)

    page.wait_for_url(f"**step={hit}")
    other = open_page(page.url[page.url.index("/shower") :])
    assert at_step(other, hit) == said
    other.click("#shower-play")
    other.wait_for_selector(f"#shower-words:not(:has-text('Step {hit} of'))")
    other.click("#shower-play:has-text('Pause')")
    reached = int(other.inner_text("#shower-words").split()[1])
    assert reached > hit
    assert reached in told
    other.wait_for_selector("#shower-files a[download='shower.png']", timeout=PATIENT)
    with other.expect_download() as waiting:
        other.click("#shower-files a[download='shower.png']")
    assert waiting.value.path().read_bytes().startswith(b"\x89PNG")


def test_a_bad_value_is_a_sentence_at_its_field(open_page: Open) -> None:
    page = open_page("/shower?edge_length=3,10&most_deposit=10")
    page.wait_for_selector(".field .fault:has-text('expected one for one history, found 2')", timeout=PATIENT)
