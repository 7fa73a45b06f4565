"""The browser app as a user meets it, in headless Chromium."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Open = Callable[..., Any]


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
    assert page.inner_text("main h1") == title
    assert page.inner_text("#error") == ""
    assert page.inner_text("header [aria-current=page]") == title
