"""The report on paper: whole pages with text, by the browser of this machine; one clear line where there is none."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import scintidot
from scintidot.browsers import find_browser
from scintidot.errors import CannotWrite
from scintidot.report import write_pdf
from scintidot.report.pdf import need_browser, print_pdf

with_browser = pytest.mark.skipif(find_browser() is None, reason="no browser that prints is found")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small table of samples."""
    path = tmp_path_factory.mktemp("series") / "series.csv"
    path.write_text(
        "sample,edge_length_nm,mean_excitons,mean_excitons_error,deposit_eV,band_gap_eV\n"
        "a,3.3,0.9,0.05,9.8,2.61\nb,5,1.5,0.05,14.8,2.49\nc,8.7,2.4,0.1,23,2.4\nd,12,3.1,0.1,29,2.37\n"
    )
    return path


@with_browser
def test_pdf_has_pages_text_and_title(table: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    write_pdf(scintidot.analyse_series(table), path)
    data = path.read_bytes()
    assert data.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", data)) >= 2  # the first page is a page
    assert b"/Title (scintidot: Series series.csv)" in data
    assert b"/ToUnicode" in data  # words can be searched and copied
    assert re.search(rb"/MediaBox \[0 0 59[4-6][\d.]* 84[1-3][\d.]*\]", data)  # A4
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["report.pdf"]


@with_browser
def test_command_prints_beside_the_report(
    cli: Callable[..., tuple[int, str, str]], table: Path, tmp_path: Path
) -> None:
    code, out, err = cli("analyse", "series", table, "--out", tmp_path / "out", "--pdf")
    assert code == 0, err
    assert (tmp_path / "out" / "report.pdf").read_bytes().startswith(b"%PDF")
    assert "report.pdf" in out


def test_pdf_needs_a_folder(cli: Callable[..., tuple[int, str, str]], table: Path) -> None:
    code, _, err = cli("analyse", "series", table, "--pdf")
    assert code == 2
    assert "--pdf" in err
    assert "--out" in err


def test_without_a_browser_one_line_says_what_to_install(
    cli: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCINTIDOT_BROWSER", str(tmp_path / "none"))
    code, _, err = cli("predict", "--pdf", "--out", tmp_path / "out")  # asked before the work
    assert code == 5
    assert len(err.strip().splitlines()) == 1
    assert "SCINTIDOT_BROWSER" in err
    assert not (tmp_path / "out").exists()
    monkeypatch.delenv("SCINTIDOT_BROWSER")
    monkeypatch.setattr("scintidot.report.pdf.find_browser", lambda: None)
    with pytest.raises(CannotWrite, match="Install one"):
        need_browser("predict")


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for a browser is a shell script")
@pytest.mark.parametrize(("script", "found"), [("exit 3", "exit code 3"), ("sleep 9", "nothing after")])
def test_a_browser_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, found: str
) -> None:
    browser, page = tmp_path / "browser", tmp_path / "page.html"
    browser.write_text(f"#!/bin/sh\n{script}\n")
    browser.chmod(0o755)
    page.write_text("<p>text</p>")
    monkeypatch.setattr("scintidot.report.pdf.TIMEOUT_S", 0.5)
    with pytest.raises(CannotWrite, match=found):
        print_pdf(page, tmp_path / "page.pdf", str(browser))
    assert not (tmp_path / "page.pdf").exists()
