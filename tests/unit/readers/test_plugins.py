"""Readers of the user's own, through the entry point of a distribution that is installed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scintidot.analysis.readers import readers
from scintidot.errors import BadFile, BadValue

GOOD = """
import numpy as np
from scintidot.analysis.readers import Reader
from scintidot.analysis.traces import DecayTrace


def recognise(head, suffix, kind):
    return 1.0 if head.startswith(b"MINE") else 0.0


def read(source, kind):
    counts = np.frombuffer(source.content[4:], dtype=np.uint8).astype(float)
    return [DecayTrace(counts, bin_width=4.0, name="mine")]


READER = Reader("mine", "bytes after MINE", ("decay",), recognise, read)
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Put a distribution with one reader on the path of imports, and off again."""
    import sys

    def run(source: str, entry: str = "plugged_reader:READER") -> None:
        folder = tmp_path / "site"
        info = folder / "plugged-1.0.dist-info"
        info.mkdir(parents=True)
        (folder / "plugged_reader.py").write_text(source, encoding="utf-8")
        (info / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: plugged\nVersion: 1.0\n", encoding="utf-8"
        )
        (info / "entry_points.txt").write_text(f"[scintidot.readers]\nmine = {entry}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(str(folder))
        readers.cache_clear()

    yield run
    sys.modules.pop("plugged_reader", None)
    monkeypatch.undo()
    readers.cache_clear()


def test_a_reader_of_the_users_own(install: Callable[..., None], read_text: Callable[..., Any]) -> None:
    install(GOOD)
    contents = read_text(b"MINE\x01\x02\x03", "decay")
    assert contents.format == "mine"
    assert contents.traces[0].values.tolist() == [1, 2, 3]
    assert read_text("time_ps,counts\n0,1\n4,2\n", "decay").format == "decay-table"


def test_the_example_of_the_docs(
    root: Path, install: Callable[..., None], read_text: Callable[..., Any]
) -> None:
    page = (root / "docs" / "measured-files.md").read_text(encoding="utf-8")
    install(re.findall(r"```python\n(.*?)```", page, re.DOTALL)[-1])
    assert read_text(b"MINE\x05\x02", "decay", bin_width=4.0).traces[0].values.tolist() == [5, 2]
    with pytest.raises(BadFile, match="--bin-width-ps"):
        read_text(b"MINE\x05\x02", "decay")


def test_the_other_example_of_the_docs(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (root / "docs" / "measured-files.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path("decay.csv").write_text("time_ps,counts\n0,1\n4,2\n")
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0], names)
    assert names["contents"].traces[0].period == 100_000.0


def test_the_docs_name_every_format(root: Path) -> None:
    page = (root / "docs" / "measured-files.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in readers())


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import no_such_module_at_all\n", "ModuleNotFoundError"),
        ("READER = 3\n", "an object of class scintidot.analysis.readers.Reader, found int"),
        (GOOD.replace('("decay",)', '("picture",)'), "kinds among decay, transient, spectrum"),
        (GOOD.replace('Reader("mine"', 'Reader("glotaran"'), "'glotaran', which is taken"),
        (GOOD.replace('return 1.0 if head.startswith(b"MINE") else 0.0', "raise ValueError(3)"), "recognise"),
    ],
)
def test_a_broken_one_is_named_in_one_line(
    source: str, said: str, install: Callable[..., None], read_text: Callable[..., Any]
) -> None:
    install(source)
    with pytest.raises(BadValue, match=said) as fault:
        read_text("time_ps,counts\n0,1\n4,2\n", "decay")
    assert "'mine'" in str(fault.value)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return [1 / 0]", "ZeroDivisionError"),
        ("return []", "found none"),
        ("return [3]", "a decay"),
        ('return [DecayTrace(np.array([1.0, np.nan]), bin_width=4.0, name="x")]', "finite numbers"),
        ('return [DecayTrace(np.ones(3), bin_width=0.0, name="x")]', "finite numbers"),
    ],
)
def test_what_it_reads_is_checked(
    body: str, said: str, install: Callable[..., None], read_text: Callable[..., Any]
) -> None:
    install(GOOD.replace('return [DecayTrace(counts, bin_width=4.0, name="mine")]', body))
    with pytest.raises(BadFile, match=said):
        read_text(b"MINE\x01\x02\x03", "decay")
