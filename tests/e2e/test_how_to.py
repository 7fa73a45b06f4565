"""The how-to guides: their commands and programs run, in order, in one folder for each guide."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GUIDES = sorted((Path(__file__).resolve().parents[2] / "docs" / "how-to").glob("*.md"))
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", flags=re.S | re.M)


@pytest.mark.long
@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guide_does_what_it_says(
    guide: Path, cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("scintidot.report.page.write_report", lambda _, path: Path(path).write_text("report"))
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    names: dict[str, Any] = {}
    for language, block in BLOCK.findall(guide.read_text(encoding="utf-8")):
        if language == "python":
            exec(compile(block, guide.name, "exec"), names)
            continue
        for line in block.splitlines():
            program, *arguments = shlex.split(line)
            assert program == "scintidot", line
            done = cli(*arguments)
            assert done.code == 0, f"{line}\n{done.err}"
