"""What a user may write for a source, and the one line for what he may not."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scintidot.errors import BadFile, BadValue, OutOfRange, ScintidotError
from scintidot.interactions.sources import list_sources, source_spectrum
from scintidot.provenance import PROVENANCE, shipped_references
from scintidot.radiation.sources import GRAMMAR, read_source, source_names
from scintidot.radiation.spectrum import KINDS, PARTICLES


@pytest.mark.parametrize("name", source_names())
def test_every_name_reads_as_itself(name: str) -> None:
    spectrum = read_source(name)
    assert spectrum.kind in KINDS
    assert spectrum.particle in PARTICLES
    assert spectrum.intensity > 0
    assert set(spectrum.source) <= set(shipped_references())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("electron 7 keV", "electron 7 keV"),
        ("Electron 7000 eV", "electron 7 keV"),
        ("photon 0.511 MeV", "photon 511 keV"),
        ("Am-241", "am241"),
        ("AM241", "am241"),
        ("Cd-109 22", "cd109-22"),
        ("Sr-90/Y-90", "sr90-y90"),
        ("sr90+y90", "sr90-y90"),
        ("tube:w40", "tube W 40 kV 2.5 mm Al 12 deg"),
        ("tube W40", "tube W 40 kV 2.5 mm Al 12 deg"),
        ("tube w 40kVp, 2500 um al", "tube W 40 kV 2.5 mm Al 12 deg"),
        ("tube Mo 28 kV 1 mm Be 0.03 mm Mo angle 12 deg", "tube Mo 28 kV 1 mm Be 0.03 mm Mo 12 deg"),
        ("beta P-32 1710.7 keV", "beta P-32 1710.7 keV allowed"),
        ("beta 90Sr 545.9keV unique-first-forbidden screening none", None),
    ],
)
def test_forms(text: str, name: str | None) -> None:
    found = read_source(text).name
    assert found == (name or "beta 90Sr 545.9 keV unique-first-forbidden")


def test_words_of_a_beta_source_count() -> None:
    text = "beta Sr-90 545.9 keV unique-first-forbidden"
    assert read_source(text).mean_energy == pytest.approx(read_source("sr90").mean_energy)
    (transition,) = read_source(text + " screening none radiative none").choices["transitions"]
    assert (transition["screening"], transition["radiative"]) == ("none", "none")


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("", BadValue, "an empty text"),
        ("am242", BadValue, "Did you mean 'am241'?"),
        ("7 keV", BadValue, "Of which particle? Write 'electron 7 keV' or 'photon 7 keV'."),
        ("gamma 511 keV", BadValue, "Write 'photon 511 keV'."),
        ("electron", BadValue, "Write 'electron 7 keV'."),
        ("electron 7", BadValue, "Write 'electron 7 keV'."),
        ("electron 7 kev", BadValue, "Did you mean 'keV'?"),
        ("electron 7 nm", BadValue, "a length"),
        ("electron nan", BadValue, "nan"),
        ("photon -5 keV", OutOfRange, "1 eV to 10 MeV"),
        ("photon 1 GeV", OutOfRange, "1 eV to 10 MeV"),
        ("tube", BadValue, "tube W 40 kV 2.5 mm Al 12 deg"),
        ("tube W", BadValue, "expected one of W20"),
        ("tube Cu 40 kV", BadValue, "expected one of W, Mo, Rh, Ag"),
        ("tube W 40 kV 2.5 Al", BadValue, "found '2.5 Al'"),
        ("tube W 40 kV 20000 mm Al", OutOfRange, "at most 10000 mm"),
        ("tube:W41", BadValue, "Did you mean 'W40'?"),
        ("beta", BadValue, "beta P-32 1710.7 keV allowed"),
        ("beta P-32", BadValue, "beta P-32 1710.7 keV allowed"),
        ("beta P-32 1710.7", BadValue, "beta P-32 1710.7 keV allowed"),
        ("beta Pq-32 1 MeV", BadValue, "such as Sr-90"),
        ("beta C-3 1 MeV", BadValue, "such as Sr-90"),
        ("beta P-32 1 MeV alowed", BadValue, "Did you mean 'allowed'?"),
        ("beta P-32 1 MeV screening ros", BadValue, "Did you mean 'rose'?"),
        ("beta P-32 500 eV", OutOfRange, "1 keV to 5 MeV"),
        ("beta At-217 1 MeV", OutOfRange, "Z = 86"),
        ("gamma", BadValue, "Write 'photon 7 keV'."),
        ("./none.csv", BadFile, "no such file"),
        ("~nobody-of-this-name/mine.csv", BadFile, "readable text file"),
        ("./nul\0.csv", BadFile, "readable text file"),
    ],
)
def test_a_mistake_gets_one_clear_line(text: str, kind: type[ScintidotError], words: str) -> None:
    with pytest.raises(kind, match=re.escape(words)) as caught:
        read_source(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 330


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        outcome = str(read_source(text, Path("/nonexistent")).name)
    except ScintidotError as error:
        outcome = str(error)
    assert "\n" not in outcome


@given(st.sampled_from(PARTICLES), st.floats(1e-3, 1e4))
def test_energy_survives_the_text(particle: str, energy: float) -> None:
    assert read_source(f"{particle} {energy!r} keV").mean_energy == pytest.approx(1e3 * energy)


# --- a user's table ---------------------------------------------------------------------------------

PHOTON = "# particle: photon\n"


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str | bytes, name: str = "mine.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_lines_in_ev_and_kev_are_the_same(write) -> None:
    one = read_source(str(write(PHOTON + "energy_keV,weight\n20,1\n60,3\n")))
    two = read_source(str(write(PHOTON + "energy_eV,weight\n20000,2\n60e3,6\n")))
    assert one.line_energy.tolist() == two.line_energy.tolist() == [20e3, 60e3]
    assert one.line_intensity.tolist() == two.line_intensity.tolist() == [0.25, 0.75]
    assert one.mean_energy == 50e3
    assert one.choices["weight_sum"] == 4


def test_bins_by_edges_and_by_centres_are_the_same(write) -> None:
    one = read_source(
        str(write("energy_low_keV,energy_high_keV,weight\n10,20,1\n20,30,0\n30,40,3\n")) + " photon"
    )
    text = PHOTON + "# kind: bins\nenergy_keV,weight\n15,1\n25,0\n35,3\n"
    two = read_source(str(write(text)))
    assert one.bin_edges.tolist() == two.bin_edges.tolist() == [10e3, 20e3, 30e3, 40e3]
    assert one.mean_energy == two.mean_energy == 30e3
    drawn = one.energy(np.linspace(0, 1, 1001)[:-1])
    assert not np.any((drawn > 20e3) & (drawn < 30e3))


def test_relative_names_start_at_the_folder_and_may_have_spaces(write) -> None:
    path = write(PHOTON + "energy_keV,weight\n20,1\n", "my own.csv")
    assert read_source("my own.csv", path.parent).mean_energy == 20e3
    assert read_source("./my own.csv photon", path.parent).particle == "photon"


def test_equally_spaced_lines_get_a_note(write) -> None:
    rows = "".join(f"{energy},1\n" for energy in range(10, 40))
    assert "write '# kind: bins'" in read_source(str(write(PHOTON + "energy_keV,weight\n" + rows))).notes[0]
    assert read_source(str(write(PHOTON + "# kind: bins\nenergy_keV,weight\n" + rows))).notes == ()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", "", "found nothing"),
        (PHOTON, "", "found nothing"),
        (PHOTON + "energy_keV,weight\n", "", "at least one row"),
        (PHOTON + "20,1\n", ":2", "bad header"),
        (PHOTON + "energy,weight\n20,1\n", ":2", "Did you mean 'energy_eV,weight'?"),
        (PHOTON + "energy_keV weight\n20 1\n", ":2", "Separate the columns by commas."),
        (PHOTON + "energy_keV,weight\n20,one\n", ":3", "2 finite numbers"),
        (PHOTON + "energy_keV,weight\n20\n", ":3", "2 finite numbers"),
        (PHOTON + "energy_keV,weight\n20,5,1,5\n", ":3", "decimal point"),
        (PHOTON + "energy_keV,weight\n20,nan\n", ":3", "2 finite numbers"),
        (PHOTON + "energy_keV,weight\n20,inf\n", ":3", "2 finite numbers"),
        (PHOTON + "energy_keV,weight\n20,-1\n", ":3", "bad weight"),
        (PHOTON + "energy_keV,weight\n-20,1\n", ":3", "bad energy"),
        (PHOTON + "energy_keV,weight\n0,1\n", ":3", "bad energy"),
        (PHOTON + "energy_keV,weight\n20,0\n", "", "only zeros"),
        (PHOTON + "energy_keV,weight\n20,1\n\n10,1\n", ":5", "bad order"),
        (PHOTON + "energy_keV,weight\n20,1\n20,1\n", ":4", "bad order"),
        (PHOTON + "energy_keV,weight\n20000,1\n60000,1\n", ":4", "Are these eV?"),
        (PHOTON + "energy_eV,weight\n20,1\n60,1\n", ":4", "Are these keV?"),
        (PHOTON + "energy_low_keV,energy_high_keV,weight\n10,20,1\n25,30,1\n", ":4", "bad gap"),
        (PHOTON + "energy_low_keV,energy_high_keV,weight\n10,20,1\n15,30,1\n", ":4", "bad overlap"),
        (PHOTON + "energy_low_keV,energy_high_keV,weight\n20,10,1\n", ":3", "bad bin"),
        (PHOTON + "# kind: bins\nenergy_keV,weight\n20,1\n", "", "at least two rows"),
        (PHOTON + "# kind: bins\nenergy_keV,weight\n5,1\n20,1\n", "", "first bin above 0"),
        (PHOTON + "# kind: line\nenergy_keV,weight\n20,1\n", "", "bad kind"),
        ("# particle: fotone\nenergy_keV,weight\n20,1\n", "", "Did you mean 'photon'?"),
        ("energy_keV,weight\n20,1\n", "", "# particle: photon"),
        (b"\xff\xfe\x00", "", "no UTF-8 text"),
    ],
)
def test_a_faulty_table_is_refused_with_its_line(write, text: str | bytes, line: str, words: str) -> None:
    path = write(text)
    with pytest.raises(BadFile, match=re.escape(words)) as caught:
        read_source(str(path))
    assert str(caught.value).startswith(f"{path}{line}: bad ")
    assert "\n" not in str(caught.value)


def test_particle_of_file_and_source_must_agree(write) -> None:
    path = write(PHOTON + "energy_keV,weight\n20,1\n")
    with pytest.raises(BadFile, match="electrons, as the source says"):
        read_source(f"{path} electron")


def test_a_missing_file_gets_its_nearest_neighbour(write) -> None:
    path = write(PHOTON + "energy_keV,weight\n20,1\n")
    with pytest.raises(BadFile, match=r"Did you mean 'mine\.csv'\?"):
        read_source("./mime.csv", path.parent)
    with pytest.raises(BadFile, match="readable text file"):
        read_source(f"{path.parent}/", path.parent)


spectra = st.lists(
    st.tuples(st.floats(0.1, 5.0), st.floats(0, 1e6).filter(lambda w: w == 0 or w > 1e-6)),
    min_size=1,
    max_size=20,
).filter(lambda rows: any(weight for _, weight in rows))


@given(spectra, st.sampled_from(["lines", "bins"]))
def test_table_keeps_its_moments(tmp_path_factory, rows, kind) -> None:
    edges = np.cumsum([1.0, *(step for step, _ in rows)])
    weight = np.array([w for _, w in rows])
    at = edges[1:] if kind == "lines" else (edges[1:] + edges[:-1]) / 2
    pairs = zip(edges[:-1].tolist(), edges[1:].tolist(), weight.tolist(), strict=True)
    header = "energy_keV,weight\n" if kind == "lines" else "energy_low_keV,energy_high_keV,weight\n"
    text = "".join(
        f"{high!r},{w!r}\n" if kind == "lines" else f"{low!r},{high!r},{w!r}\n" for low, high, w in pairs
    )
    path = tmp_path_factory.mktemp("spectra") / "mine.csv"
    path.write_text(PHOTON + header + text)
    spectrum = read_source(str(path))
    assert spectrum.mean_energy == pytest.approx(1e3 * (at @ weight) / weight.sum())
    drawn = spectrum.energy((np.arange(20_000) + 0.5) / 20_000)
    assert drawn.mean() == pytest.approx(spectrum.mean_energy, abs=1e-4 * 1e3 * edges[-1])


# --- documents --------------------------------------------------------------------------------------


def test_list_holds_every_name_and_form() -> None:
    document = list_sources()
    assert document["schema"] == "scintidot.sources/1"
    assert [row["name"] for row in document["sources"]] == list(source_names())
    assert [row["form"] for row in document["forms"]] == list(GRAMMAR)
    json.dumps(document, allow_nan=False)


@pytest.mark.parametrize("text", ["electron 7 keV", "am241", "sr90-y90", "tube:W40"])
def test_document_is_complete(text: str) -> None:
    document = source_spectrum(text)
    assert document["schema"] == "scintidot.source/1"
    json.dumps(document, allow_nan=False)
    lines = sum(line["intensity"] for line in document["lines"])
    total = lines + sum(document["bins"]["intensity"])
    assert total == pytest.approx(document["intensity"], rel=1e-5)
    edges = document["bins"]["edges_keV"]
    assert len(edges) == (len(document["bins"]["intensity"]) + 1 if edges else 0)
    energy = sum(line["intensity"] * line["energy_keV"] for line in document["lines"])
    middles = [(low + high) / 2 for low, high in pairwise(edges)]
    energy += sum(m * w for m, w in zip(middles, document["bins"]["intensity"], strict=True))
    assert energy / total == pytest.approx(document["mean_energy_keV"], rel=1e-5)
    assert document["choices"]["source"] == text
    assert bool(document["bibliography"]) == (text != "electron 7 keV")


def test_every_line_of_a_nuclide_says_where_it_comes_from() -> None:
    document = source_spectrum("cd109")
    keys = {reference["key"] for reference in document["bibliography"]}
    for line in document["lines"]:
        assert {line["energy_provenance"], line["intensity_provenance"]} <= set(PROVENANCE)
        assert {*line["energy_source"], *line["intensity_source"]} <= keys
        if line["intensity_low"] is not None:
            assert line["intensity_low"] < line["intensity"] < line["intensity_high"]
    assert document["provenance"] == "recalled"  # the energy of the 88 keV gamma


def test_warnings_name_what_lies_outside() -> None:
    assert source_spectrum("photon 511 keV")["warnings"] == []
    (warning,) = source_spectrum("sr90-y90")["warnings"]
    assert re.match(r"8\d\.\d\d% of the electrons are above 100 keV", warning)
