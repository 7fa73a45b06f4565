"""Every report is one page of one style: first the answer, then figures, tables, choices, provenance, sources."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import scintidot
from scintidot.measured.document import Analysis
from scintidot.report import write_report
from scintidot.report.first_page import first_page
from scintidot.report.interactions import draw_document
from scintidot.report.shower import draw_shower


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    path = tmp_path_factory.mktemp("series") / "series.csv"
    path.write_text(
        "sample,edge_length_nm,mean_excitons,mean_excitons_error,deposit_eV,band_gap_eV\n"
        "a,3.3,0.9,0.05,9.8,2.61\nb,5,1.5,0.05,14.8,2.49\nc,8.7,2.4,0.1,23,2.4\nd,12,3.1,0.1,29,2.37\n"
    )
    return scintidot.analyse_series(path)


@pytest.fixture(scope="module")
def writers(analysis: Analysis) -> dict[str, Callable[[Path], object]]:
    return {
        "series": lambda path: write_report(analysis, path),
        "attenuation": lambda path: draw_document(scintidot.attenuation("CsPbBr3", "10, 30 keV"), path),
        "source": lambda path: draw_document(scintidot.source_spectrum("am241"), path),
        "shower": lambda path: draw_shower(scintidot.shower(edge_length=5).as_json(), path),
    }


@pytest.mark.parametrize("kind", ["series", "attenuation", "source", "shower"])
def test_parts_stand_in_one_order(
    writers: dict[str, Callable[[Path], object]], kind: str, tmp_path: Path
) -> None:
    writers[kind](tmp_path / "one.html")
    text = (tmp_path / "one.html").read_text(encoding="utf-8")
    first = text[text.index('<section class="first">') : text.index("</section>")]
    assert re.search(r'<div class="answer"><p>[^<]*\d[^<]*</p>', first)  # a sentence with a number
    parts = [text.index('class="first"'), text.index('id="choices"'), text.rindex("<footer>")]
    assert parts == sorted(parts)
    if 'id="bibliography"' in text:
        assert text.index('id="choices"') < text.index('id="bibliography"')
        assert "data:application/x-bibtex;base64," in text
    assert ("<script" in text) == (kind == "shower")
    assert "@page { size: A4" in text
    assert not re.search(r'<(?:link|script|img)[^>]+(?:src|href)="?(?:https?:)?//', text)


def test_the_same_analysis_makes_the_same_bytes(analysis: Analysis, tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        write_report(analysis, tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_folder_of_an_analysis_has_its_sources_as_bibtex(analysis: Analysis, tmp_path: Path) -> None:
    files = analysis.save(tmp_path)
    keys = [entry["key"] for entry in analysis["bibliography"]]
    assert keys
    assert re.findall(r"^@\w+\{([^,]+),", files["references.bib"].read_text(encoding="utf-8"), re.M) == keys


def test_one_size_is_answered_without_a_contest() -> None:
    result = scintidot.predict(edge_length=5, deposit="continuous")
    page = first_page(result, [])
    assert "nanocrystals of 5 nm scintillate" in page.title
    assert page.answer[1].startswith("Harmonic lifetime: ")
    assert not any("Fastest" in sentence for sentence in page.answer)
