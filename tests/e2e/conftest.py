"""A running app and a browser, shared by the tests of one file; skipped, saying so, where no browser is found."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scintidot.browsers import VARIABLE, find_browser

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium through playwright."""
    path = find_browser()
    if path is None:
        pytest.skip(f"no Chromium found (Debian: apt-get install chromium; or set {VARIABLE})")
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def app_link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app that runs in a process of its own: ``http://127.0.0.1:40123``.

    It is deaf to Ctrl-C, as a script makes what it starts in the background; told to end, it leaves no files.
    """
    folder = tmp_path_factory.mktemp("app")
    with subprocess.Popen(
        [sys.executable, "-m", "scintidot", "app", "--no-browser", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "TMPDIR": str(folder)},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # noqa: PLW1509
    ) as process:  # fmt: skip
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1].rstrip("/")
        process.terminate()
        assert process.wait(60) == 0
    assert [path.name for path in folder.iterdir()] == []


@pytest.fixture
def open_page(browser: Any, app_link: str) -> Iterator[Callable[..., Any]]:
    """Open a page of the app in a tab of its own: ``open_page("/predict")``.

    In the end no script may have failed, nothing may have been refused by the content security policy, and nothing
    asked for from anywhere else.
    """
    contexts: list[Any] = []
    faults: list[str] = []

    def note_request(request: Any) -> None:
        if not request.url.startswith((app_link, "data:", "blob:")):
            faults.append(f"asked for {request.url}")

    def open_(link: str = "/", **options: Any) -> Any:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("request", note_request)
        page.goto(app_link + link)
        page.wait_for_selector("main h1")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []
