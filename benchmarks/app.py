"""``python -m benchmarks.app [FILE.json]``: from a moved slider of page Explore to its redrawn plots, in a browser."""

import json
import os
import statistics
import subprocess
import sys
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from scintidot.browsers import find_browser

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
GRAPHS = ("explore-occupancy", "explore-decay", "explore-spectrum")
SLIDERS = ("edge_length", "energy", "mean_excitons", "auger_efficiency", "retained_fraction", "quantum_yield")
MOVES = 20
"""Of each slider, one key each."""
PAGES = {"analytic": "/?deposit=continuous", "while_simulating": "/", "three_pins": "/?deposit=continuous"}
"""What is measured -> where it starts."""

WATCH = """(graphs) => {
  const moves = [];
  let left = new Set(), began = 0, tell = null;
  window.nextMove = () => moves.length ? Promise.resolve(moves.shift()) : new Promise((done, fail) => {
    tell = done;
    setTimeout(() => fail(new Error(`not drawn: ${[...left]}`)), 15000);
  });
  document.addEventListener("input", () => { began = performance.now(); left = new Set(graphs); }, true);
  for (const name of graphs) {
    document.querySelector(`#${name} .js-plotly-plot`).on("plotly_afterplot", () => {
      if (left.delete(name) && left.size === 0) {
        requestAnimationFrame(() => {
          const time = performance.now() - began;
          if (tell) { tell(time); tell = null; } else moves.push(time);
        });
      }
    });
  }
}"""
"""Time [ms] from the input event of a slider to the frame after the last plot is drawn."""


@contextmanager
def running_app():
    """An app on a free port; its address."""
    command = [sys.executable, "-m", "scintidot", "app", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process.stdout.readline().split()[-1].rstrip("/")
        finally:
            process.terminate()


def moved(page, slider, moves):
    """Times [ms] of single steps of a slider, each after the one before was drawn."""
    page.focus(f"#explore-slider-{slider}")
    times = []
    for i in range(moves):
        page.keyboard.press("ArrowLeft" if i < moves // 2 else "ArrowRight")
        times.append(page.evaluate("window.nextMove()"))
    return times


def opened(browser, link, pins=0):
    """Page Explore with everything drawn."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(link)
    page.wait_for_selector(".explore-table")
    for name in GRAPHS:
        page.wait_for_selector(f"#{name} .main-svg >> nth=0")
    page.wait_for_timeout(2000)
    for i in range(pins):
        page.keyboard.press("Tab")
        page.fill("#explore-edge_length", str(5 + 3 * i))
        page.keyboard.press("Enter")
        page.wait_for_timeout(1500)
        page.click("#explore-pin")
        page.wait_for_timeout(1500)
    page.evaluate(WATCH, list(GRAPHS))
    return page


def measured(browser, link, pins=0):
    """Median and 90th percentile [ms] over all sliders, and the median of each."""
    page = opened(browser, link, pins)
    moved(page, SLIDERS[0], 4)  # warms up
    times = {slider: moved(page, slider, MOVES) for slider in SLIDERS}
    page.close()
    together = sorted(time for some in times.values() for time in some)
    return {
        "moves": len(together),
        "median_ms": round(statistics.median(together), 1),
        "percentile_90_ms": round(statistics.quantiles(together, n=10)[-1], 1),
        "median_ms_by_slider": {name: round(statistics.median(some), 1) for name, some in times.items()},
    }


def figures():
    """Every measurement, with the load of the machine; or why there is none."""
    path = find_browser()
    if path is None:
        return {"skipped": "no Chromium found"}
    missing = [name for name in ("dash", "playwright") if find_spec(name) is None]
    if missing:
        return {"skipped": f"{missing[0]} is not installed"}
    from playwright.sync_api import sync_playwright

    with running_app() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        found = {
            name: measured(browser, link + start, pins=3 if name == "three_pins" else 0)
            for name, start in PAGES.items()
        }
        browser.close()
    return {**found, "processors": os.cpu_count(), "load_1_minute": round(os.getloadavg()[0], 2)}


if __name__ == "__main__":
    text = json.dumps(figures(), indent=1)
    print(text)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")
