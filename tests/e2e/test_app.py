"""The browser app as a user meets it, in headless Chromium: the frame and page Explore."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

Open = Callable[..., Any]
NOW = "#explore-table tbody tr:has(th:text-is('{}')) td >> nth=0"
FAST = "deposit=continuous"


def figure(page: Any, heading: str) -> str:
    """What the table says now."""
    return str(page.inner_text(NOW.format(heading)))


def wait_until(page: Any, condition: Callable[[], bool], seconds: float = 120) -> None:
    """Wait as long as it takes, which another process of the machine may decide."""
    for _ in range(int(seconds * 20)):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not within {seconds} s")


def explore(open_page: Open, query: str = FAST, **options: Any) -> Any:
    """Page Explore with its figures."""
    page = open_page(f"/?{query}", **options)
    page.wait_for_selector("#explore-table td")
    return page


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/", "Explore"),
        ("/predict", "Predict"),
        ("/shower", "Shower"),
        ("/analyse", "Analyse"),
        ("/materials", "Materials"),
    ],
)
def test_each_page_opens(open_page: Open, path: str, title: str) -> None:
    page = open_page(path)
    assert page.text_content("main h1") == title
    assert page.inner_text("#error") == ""
    assert page.inner_text("header [aria-current=page]") == title


def test_a_slider_moved_by_keys_changes_figures_and_link(open_page: Open) -> None:
    """Keys faster than answers: what is between is left out, the last one is not."""
    page = explore(open_page)
    before = figure(page, "deposit [eV]")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.focus("#explore-slider-edge_length")
    for _ in range(13):
        page.keyboard.press("ArrowRight")
    wait_until(page, lambda: "edge_length=10" in page.url)
    assert page.input_value("#explore-edge_length") == "10"
    wait_until(page, lambda: float(figure(page, "deposit [eV]")) > 1.1 * float(before))
    assert len(requests) < 13


def test_a_figure_is_held_when_it_is_moved_and_let_go_by_the_button(open_page: Open) -> None:
    page = explore(open_page)
    free = figure(page, "⟨N⟩")
    page.fill("#explore-mean_excitons", "6")
    page.keyboard.press("Enter")
    wait_until(page, lambda: figure(page, "⟨N⟩") == "6")
    assert page.is_checked("#explore-hold-mean_excitons input")
    assert "mean_excitons=6" in page.url
    page.click("#explore-reset")
    wait_until(page, lambda: figure(page, "⟨N⟩") == free)
    assert not page.is_checked("#explore-hold-mean_excitons input")
    assert "mean_excitons" not in page.url


def test_a_shared_link_is_restored_with_its_pins(open_page: Open) -> None:
    query = f"{FAST}&edge_length=5&quantum_yield=0.4&statistics=exponential&time=logarithmic"
    page = explore(open_page, f"{query}&pin1=deposit%3Dcontinuous%26edge_length%3D12")
    assert page.input_value("#explore-edge_length") == "5"
    assert figure(page, "Φ_X") == "0.4"
    assert page.inner_text("#explore-statistics") == "exponential"
    assert page.is_checked("#explore-time-axis input[value=logarithmic]")
    assert "12" in page.inner_text("#explore-table thead")
    wait_until(page, lambda: "pin1" in page.url)
    again = explore(open_page, page.url.partition("?")[2])
    assert again.inner_text("#explore-table") == page.inner_text("#explore-table")


def test_curves_are_pinned_compared_and_unpinned(open_page: Open) -> None:
    page = explore(open_page)
    page.click("#explore-pin")
    page.wait_for_selector("#explore-table button")
    page.fill("#explore-edge_length", "4")
    page.keyboard.press("Enter")
    row = "#explore-table tbody tr:has(th:text-is('deposit [eV]'))"
    wait_until(page, lambda: "×" in page.inner_text(row))  # the pinned one keeps a multiple of it
    wait_until(page, lambda: page.locator("#explore-decay .scatterlayer .trace").count() == 2)
    page.click("#explore-table button")
    wait_until(page, lambda: page.locator("#explore-table button").count() == 0)
    wait_until(page, lambda: "pin1" not in page.url)


def test_an_error_is_a_sentence_and_goes_with_the_next_good_value(open_page: Open) -> None:
    page = explore(open_page)
    page.fill("#explore-edge_length", "87")
    page.keyboard.press("Enter")
    wait_until(page, lambda: "Edge length: Expected" in page.inner_text("#error"))
    assert "Is this in angstrom?" in page.inner_text("#error")
    page.fill("#explore-edge_length", "7")
    page.keyboard.press("Enter")
    wait_until(page, lambda: page.inner_text("#error") == "" and "edge_length=7" in page.url)


def test_beside_a_wrong_field_plots_take_the_theme_and_the_chain_mends_it(open_page: Open) -> None:
    page = explore(open_page, color_scheme="light")
    ink = "getComputedStyle(document.querySelector('#explore-decay .xtitle')).fill"
    page.wait_for_selector("#explore-decay .xtitle", state="attached")
    before = page.evaluate(ink)
    page.fill("#explore-edge_length", "8,7")
    page.keyboard.press("Enter")
    wait_until(page, lambda: page.inner_text("#error") == "Edge length: Write 8.7, with a point.")
    page.click("#theme-switch")
    wait_until(page, lambda: page.evaluate(ink) != before)
    page.click("#explore-reset")
    wait_until(page, lambda: page.input_value("#explore-edge_length") == "8.7")
    wait_until(page, lambda: page.inner_text("#error") == "")


def test_script_in_a_link_is_shown_as_text(open_page: Open) -> None:
    page = open_page("/?host=%3Cimg%20src%3Dx%20onerror%3D%22document.title%3D'owned'%22%3E")
    assert "<img src=x onerror=" in page.inner_text("#error")
    page.wait_for_timeout(300)
    assert page.title() == "scintidot"
    assert page.locator("#error img").count() == 0


def test_two_tabs_keep_their_own_state(open_page: Open) -> None:
    one, other = explore(open_page), explore(open_page)
    one.fill("#explore-edge_length", "4")
    one.keyboard.press("Enter")
    other.fill("#explore-edge_length", "11")
    other.keyboard.press("Enter")
    wait_until(one, lambda: "edge_length=4" in one.url)
    wait_until(other, lambda: "edge_length=11" in other.url)
    wait_until(one, lambda: float(figure(one, "deposit [eV]")) < 13)
    assert float(figure(other, "deposit [eV]")) > 30
    assert one.input_value("#explore-edge_length") == "4"


def test_pages_are_reached_by_keyboard_and_keep_their_state(open_page: Open) -> None:
    page = explore(open_page, f"{FAST}&edge_length=6")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("header nav a >> nth=4")
    page.keyboard.press("Enter")
    wait_until(page, lambda: page.text_content("main h1") == "Materials")
    page.focus("header nav a >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#explore-table td")
    assert page.input_value("#explore-edge_length") == "6"


def test_every_control_has_a_name(open_page: Open) -> None:
    page = explore(open_page)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("main input, main button, main select")]
          .filter((one) => !one.closest(".js-plotly-plot, [aria-hidden=true]"))
          .filter((one) => !(one.labels && one.labels.length) && !one.getAttribute("aria-label")
            && !one.getAttribute("aria-labelledby") && !one.textContent.trim() && !one.title)
          .map((one) => one.outerHTML)"""
    )
    assert "\n".join(nameless) == ""


def test_the_theme_is_switched_and_kept(open_page: Open) -> None:
    page = explore(open_page, color_scheme="light")
    assert page.get_attribute("html", "data-theme") == "light"
    page.click("#theme-switch")
    wait_until(page, lambda: page.get_attribute("html", "data-theme") == "dark")
    page.reload()
    page.wait_for_selector("#explore-table td")
    assert page.get_attribute("html", "data-theme") == "dark"


def test_deposits_are_analytic_until_they_are_simulated(open_page: Open) -> None:
    """Few histories: the page answers at once, and again when the simulation is done."""
    page = explore(open_page, "histories=100&relative_error=0.9")
    wait_until(page, lambda: "simulated at this size" in page.inner_text("#explore-badge"), 90)
    first = figure(page, "deposit [eV]")
    page.fill("#explore-energy", "9")
    page.keyboard.press("Enter")
    wait_until(page, lambda: "analytic" in page.inner_text("#explore-badge"))
    page.fill("#explore-energy", "7")
    page.keyboard.press("Enter")
    wait_until(page, lambda: "simulated at this size" in page.inner_text("#explore-badge"))
    assert figure(page, "deposit [eV]") == first


def test_a_port_in_use_and_a_bad_host_are_one_line(app_link: str) -> None:
    port = app_link.rpartition(":")[2]
    for options, words in (
        (["--port", port], "bad address for --port"),
        (["--host", "192.0.2.77", "--port", "0"], "bad address for --host"),
    ):
        command = [sys.executable, "-m", "scintidot", "app", "--no-browser", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert words in done.stderr
