"""What is wrong with a field, in the words of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scintidot.app.pages.explore import fields
from scintidot.app.shared import sentence
from scintidot.errors import ScintidotError


def in_words(error: ScintidotError, values: Mapping[str, str | None]) -> str:
    """A refusal with the label of its field, where it speaks of one; ``values`` is what stands in the fields."""
    name = error.who.split(",")[0].removeprefix("--").replace("-", "_")
    if name not in values:
        return str(error)
    text = (values[name] or "").strip()
    if re.fullmatch(r"-?\d+,\d+", text):
        words = f"Write {text.replace(',', '.')}, with a point."
    elif name == "edge_length" and not text:
        words = "Enter one edge length."
    else:
        words = sentence(error)
    return f"{fields.label(name)}: {words}"
