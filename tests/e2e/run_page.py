"""Run pages of the documentation and programs as plain Python, one after the other: ``python run_page.py PAGE.md ...``.

Nothing that one of them names is known to the next.

Cells that begin with ``%%sh`` and ``sh`` blocks go to the shell (of the latter only what calls scintidot), those that
begin with ``%%writefile NAME`` into that file.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

BLOCK = re.compile(r"^```(\{code-cell\}[^\n]*|sh)\n(.*?)^```$", flags=re.S | re.M)
OPTIONS = re.compile(r"\A(---\n.*?^---\n|(:[\w-]+:[^\n]*\n)+)", flags=re.S | re.M)
SHELL, FILE = "%%sh\n", "%%writefile "
SERVES = "scintidot app"
"""Does not end by itself."""


def cells(page: str) -> Iterator[str]:
    """Code of the cells; shell code begins with ``%%sh``."""
    for kind, body in BLOCK.findall(page):
        if kind != "sh":
            yield OPTIONS.sub("", body)
        else:
            commands = re.findall(r"^scintidot (?:.*\\\n)*.*$", body, flags=re.M)
            yield SHELL + "\n".join(line for line in commands if not line.startswith(SERVES))


def run(cell: str, names: dict[str, object], where: str) -> None:
    """One cell in the names that earlier ones left."""
    if cell.startswith(SHELL):
        subprocess.run(["sh", "-ec", cell.removeprefix(SHELL)], check=True)
    elif cell.startswith(FILE):
        name, _, content = cell.removeprefix(FILE).partition("\n")
        Path(name.strip()).write_text(content, encoding="utf-8")
    else:
        exec(compile(cell, where, "exec"), names)


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        shared: dict[str, object] = {"__name__": "__main__"}
        text = path.read_text(encoding="utf-8")
        for number, code in enumerate([text] if path.suffix == ".py" else cells(text), 1):
            run(code, shared, f"{path.name}, cell {number}")
