"""Plain text and tables as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def text(words: object) -> str:
    """Text that Markdown shows as it is, but for ``code`` in single or double backquotes."""
    parts = re.split(r"(``?[^`]+``?)", " ".join(str(words).split()))
    return "".join(
        code(part.strip("`")) if part.startswith("`") else re.sub(r"([\\*_{}\[\]<>|$#~])", r"\\\1", part)
        for part in parts
    )


def code(words: object) -> str:
    """Text as code, also inside a table."""
    return f"`{str(words).replace('|', chr(92) + '|')}`" if str(words) else ""


def paragraphs(words: str) -> str:
    """Text of several paragraphs, such as a docstring."""
    return "\n\n".join(text(part) for part in re.split(r"\n\s*\n", words.strip()))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are Markdown already; a column whose heading ends in ``:`` is set right."""
    heads = [column.removesuffix(":") for column in columns]
    lines = ["---:" if column.endswith(":") else "---" for column in columns]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, lines, *rows)) + "\n"


def fence(language: str, content: str) -> str:
    """A block of code."""
    ticks = "`" * max(3, 1 + max((len(found) for found in re.findall(r"`+", content)), default=0))
    return f"{ticks}{language}\n{content.strip(chr(10))}\n{ticks}\n"


def contents(pages: Iterable[str], *options: str) -> str:
    """A hidden table of contents."""
    return fence("{toctree}", "\n".join([":hidden:", *options, "", *pages]))
