"""Optical constants of a user: what is read, what is refused and with which line; cards that use them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scintidot.constants import PLANCK_TIMES_LIGHT
from scintidot.errors import BadFile, OutOfRange, ScintidotError
from scintidot.materials.composition import parse_formula
from scintidot.materials.dielectric import build_energy_loss
from scintidot.materials.library import load_material
from scintidot.materials.optical_constants import LARGEST_STEP, read_optical_constants

SILICON = Path(__file__).resolve().parents[2] / "tools/optical_constants/Si_palik.csv"


def table(header: str = "energy_eV,n,k", rows: list[str] | None = None) -> str:
    """A sound table, or one with the rows given."""
    sound = [f"{energy:.4g},2.0,0.5" for energy in np.linspace(1, 6, 21)]
    return "\n".join(["# mine", header, *(sound if rows is None else rows)]) + "\n"


def test_columns_become_a_dielectric_function() -> None:
    by_energy = read_optical_constants(table(), where="a.csv")
    assert by_energy.eps1 == pytest.approx(np.full(21, 3.75))
    assert by_energy.eps2 == pytest.approx(np.full(21, 2.0))
    rows = [f"{PLANCK_TIMES_LIGHT / energy:.12g},2,0.5" for energy in np.linspace(1, 6, 21)]
    by_wavelength = read_optical_constants(table("wavelength_nm,n,k", rows), where="a.csv")
    assert by_wavelength.energy == pytest.approx(by_energy.energy)
    assert by_wavelength.eps1 == pytest.approx(by_energy.eps1)
    direct = read_optical_constants(
        table("energy_eV,eps1,eps2", [f"{e:.4g},-3,2" for e in np.linspace(1, 6, 21)]), where="a.csv"
    )
    assert direct.eps1 == pytest.approx(np.full(21, -3.0))


@given(st.lists(st.floats(1.0, 1.2), min_size=5, max_size=40), st.booleans())
def test_rows_go_either_way(steps: list[float], falling: bool) -> None:
    energy = [float(f"{e:.9g}") for e in 1.5 * np.cumprod([step + 0.01 for step in steps])]
    rows = [f"{e!r},1.5,0.1" for e in energy if e < 1500]
    text = table(rows=rows[::-1] if falling else rows)
    if len(rows) < 5 or not (float(rows[0].split(",")[0]) < 60):
        return
    optical = read_optical_constants(text, where="a.csv")
    assert optical.energy == pytest.approx([e for e in energy if e < 1500])


BAD = {
    "empty": ("", "empty file", ""),
    "no unit": (table("wavelength,n,k"), "header", "State the unit: wavelength_nm."),
    "micrometres": (table("wavelength_um,n,k"), "header", "multiply by 1000"),
    "angstrom": (table("wavelength_angstrom,n,k"), "header", "divide by 10"),
    "kiloelectronvolt": (table("energy_keV,n,k"), "header", "multiply by 1000"),
    "wrong columns": (table("energy_eV,k,n"), "header", ""),
    "a word": (table(rows=["1,2,0", "2,two,0", "3,2,0", "4,2,0", "5,2,0"]), "a.csv:4", ""),
    "too few cells": (table(rows=["1,2,0", "2,2", "3,2,0"]), "a.csv:4", ""),
    "not finite": (table(rows=["1,2,0", "2,nan,0", "3,2,0"]), "a.csv:4", ""),
    "infinite": (table(rows=["1,2,0", "2,inf,0", "3,2,0"]), "a.csv:4", ""),
    "negative k": (table(rows=["1,2,0", "1.1,2,-0.1", "1.2,2,0"]), "a.csv:4", "for k (expected not negative"),
    "negative n": (table(rows=["1,-2,0"]), "a.csv:3", "for n (expected not negative"),
    "negative eps2": (table("energy_eV,eps1,eps2", ["1,-2,-1"]), "a.csv:3", "for eps2"),
    "negative energy": (table(rows=["-1,2,0"]), "a.csv:3", "more than 0"),
    "duplicate": (table(rows=["1,2,0", "1.1,2,0", "1.1,2,0", "1.2,2,0", "1.3,2,0"]), "a.csv:5", "each once"),
    "unsorted": (table(rows=["1,2,0", "1.2,2,0", "1.1,2,0", "1.3,2,0", "1.4,2,0"]), "a.csv:5", "all rising"),
    "few rows": (table(rows=["1,2,0", "2,2,0"]), "at least 5 rows", ""),
    "a gap": (table(rows=["1,2,0", "2,2,0", "2.2,2,0", "4,2,0", "4.5,2,0"]), "a.csv:6", "between 2.2 and 4 eV"),
    "short loss function": (
        table("energy_eV,energy_loss_function", [f"{e:.3g},0.1" for e in np.arange(5, 20)]), "30 eV", "n and k",
    ),
    "micrometres as nm": (
        table("wavelength_nm,n,k", [f"{w / 1000:.4g},2,0" for w in range(200, 1000, 20)]), "eV", "micrometres?",
    ),
    "angstrom as nm": (
        table("wavelength_nm,n,k", [f"{w},2,0" for w in range(2000, 10000, 200)]), "eV", "angstrom?",
    ),
    "nm as energy": (table(rows=[f"{w},2,0" for w in range(200, 1000, 20)]), "60 eV", "nanometres?"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "first", "second"), BAD.values(), ids=list(BAD))
def test_bad_optical_constants_get_one_line(text: str, first: str, second: str) -> None:
    with pytest.raises(BadFile) as caught:
        read_optical_constants(text, where="a.csv")
    line = str(caught.value)
    assert line.startswith("a.csv")
    assert "\n" not in line
    assert first in line
    assert second in line


def test_the_step_that_counts_as_a_gap() -> None:
    def rows(step: float) -> str:
        return table(rows=[f"{3 * step**i:.6f},2,0.1" for i in range(8)])

    assert read_optical_constants(rows(LARGEST_STEP - 0.01), where="a.csv").energy.size == 8
    with pytest.raises(BadFile, match="no gaps"):
        read_optical_constants(rows(LARGEST_STEP + 0.01), where="a.csv")


# --- what a card can ask for --------------------------------------------------------------------------

CARD = """
format = "scintidot-material/1"
name = "mine"
kind = "host"

[composition]
formula = "Si"
source = "note"
provenance = "measured"

[density]
value = 2.329
unit = "g/cm3"
source = "note"
provenance = "measured"

[band_gap]
value = 1.12
unit = "eV"
source = "note"
provenance = "measured"

[references.note]
authors = "A. Chemist"
title = "Notebook"
year = 2026
"""
SECTION = """
[dielectric]
optical_constants = "nk.csv"
stopping_power_scale = { value = 1.0, low = 0.9, high = 1.1, unit = "1", source = "note", provenance = "estimate" }
"""

WriteCard = Callable[..., Path]


def test_optical_constants_of_a_card_give_the_loss_function(write_card: WriteCard, tmp_path: Path) -> None:
    (tmp_path / "nk.csv").write_bytes(SILICON.read_bytes())
    path = write_card(CARD + SECTION, based_on=None)
    start = time.perf_counter()
    material = load_material(path)
    loss = material.energy_loss
    assert time.perf_counter() - start < 5
    assert loss.energy[loss.loss.argmax()] == pytest.approx(16.7, abs=0.3)
    assert loss.f_sum == pytest.approx(14, rel=0.003)
    assert set(loss.provenance) == {"measured", "computed"}
    assert material.energy_loss_or_estimate() is loss
    assert material.tables() == {"nk.csv": SILICON.read_text(encoding="utf-8")}


def test_the_constants_are_part_of_the_fingerprint(write_card: WriteCard, tmp_path: Path) -> None:
    (tmp_path / "nk.csv").write_bytes(SILICON.read_bytes())
    path = write_card(CARD + SECTION, based_on=None)
    before = load_material(path).fingerprint
    (tmp_path / "nk.csv").write_text(SILICON.read_text(encoding="utf-8").replace("1.1,12.5,", "1.1,12.4,"))
    assert load_material(path).fingerprint != before


def test_without_a_section_there_is_an_estimate_only(write_card: WriteCard) -> None:
    material = load_material(write_card(CARD, based_on=None))
    assert material.energy_loss is None
    estimate = material.energy_loss_or_estimate()
    assert set(estimate.provenance) == {"estimate", "computed"}
    assert estimate.energy[estimate.loss.argmax()] == pytest.approx(16.7, abs=1)
    assert estimate is material.energy_loss_or_estimate()


def test_an_index_sharpens_the_estimate(write_card: WriteCard) -> None:
    known = '[refractive_index]\nvalue = 2.5\nunit = "1"\nsource = "note"\nprovenance = "measured"\n'
    loss = load_material(write_card(CARD + known, based_on=None)).energy_loss_or_estimate()
    assert np.sqrt(loss.eps1[0]) == pytest.approx(2.5, rel=0.002)


def test_there_is_none_of_the_vacuum() -> None:
    assert load_material("vacuum").energy_loss_or_estimate() is None


def test_a_prediction_works_with_optical_constants(write_card: WriteCard, tmp_path: Path) -> None:
    import scintidot

    repository = SILICON.parent
    (tmp_path / "nk.csv").write_bytes((repository / "CsPbBr3_brennan.csv").read_bytes())
    path = write_card('[dielectric]\noptical_constants = "nk.csv"')
    material = load_material(path)
    assert material.card.dielectric.file is None
    assert material.energy_loss.energy[material.energy_loss.loss.argmax()] == pytest.approx(19.5, abs=1)
    assert "dielectric table" in material.changes()
    ours = scintidot.predict(deposit="continuous", edge_length="5 nm", material=str(path))
    shipped = scintidot.predict(deposit="continuous", edge_length="5 nm")
    ratio = ours.rows[0]["mean_deposit_eV"] / shipped.rows[0]["mean_deposit_eV"]
    assert ratio == pytest.approx(0.97, abs=0.03)
    saved = ours.save(tmp_path / "out")
    assert (tmp_path / "out/nk.csv").is_file()
    assert "run.toml" in saved


BAD_CARDS = {
    "file and constants": (SECTION.replace("[dielectric]", '[dielectric]\nfile = "x.csv"'), "either 'file'"),
    "neither": (SECTION.replace('optical_constants = "nk.csv"\n', ""), "neither"),
    "in a folder": (SECTION.replace("nk.csv", "other/nk.csv"), "without folders"),
    "missing": (SECTION.replace("nk.csv", "none.csv"), "dielectric.optical_constants"),
}


@pytest.mark.parametrize(("section", "words"), BAD_CARDS.values(), ids=list(BAD_CARDS))
def test_bad_sections_get_one_line(write_card: WriteCard, tmp_path: Path, section: str, words: str) -> None:
    (tmp_path / "nk.csv").write_bytes(SILICON.read_bytes())
    with pytest.raises(BadFile) as caught:
        load_material(write_card(CARD + section, based_on=None))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_fault_in_the_constants_names_their_line(write_card: WriteCard, tmp_path: Path) -> None:
    (tmp_path / "nk.csv").write_text(table(rows=["1,2,0", "1.1,2,x", "1.2,2,0"]))
    with pytest.raises(BadFile, match=r"nk\.csv:4: bad optical constants"):
        load_material(write_card(CARD + SECTION, based_on=None))


GROSS = {
    "half the density": {"density": 1.16, "formula": "Si"},
    "wrong element": {"density": 2.329, "formula": "Pb"},
}


@pytest.mark.parametrize("case", GROSS.values(), ids=list(GROSS))
def test_constants_that_break_the_sum_rules_are_refused(case: dict[str, object]) -> None:
    optical = read_optical_constants(SILICON.read_text(encoding="utf-8"), where="nk.csv")
    with pytest.raises(BadFile, match="sum rule") as caught:
        build_energy_loss(
            parse_formula(str(case["formula"])), float(str(case["density"])), optical=optical, where="nk.csv"
        )
    assert "\n" not in str(caught.value)


def test_an_index_that_no_oscillator_reaches_is_refused() -> None:
    with pytest.raises(BadFile, match="a refractive index of"):
        build_energy_loss(parse_formula("C8H18"), 0.7026, band_gap=8.5, refractive_index=3.0)


@pytest.mark.parametrize(
    ("formula", "arguments", "words"),
    [
        ("H2O", {"density": 0.0}, "density"),
        ("H2O", {"density": 1000.0}, "0.001 to 30 g/cm3"),
        ("H2O", {"density": 10.0}, "220 atoms per nm3"),
        ("H2O", {"density": float("nan")}, "density"),
        ("H2O", {"density": 1.0, "band_gap": -1.0}, "band_gap"),
        ("H2O", {"density": 1.0, "band_gap": 20.0}, "0 to 15 eV"),
        ("H2O", {"density": 1.0, "band_gap": 7.0, "refractive_index": 0.9}, "more than 1"),
        ("Pu", {"density": 19.8}, "Z = 94"),
    ],
)
def test_what_the_builder_refuses(formula: str, arguments: dict[str, float], words: str) -> None:
    with pytest.raises(OutOfRange, match=words):
        build_energy_loss(parse_formula(formula), **arguments)


@pytest.mark.parametrize("formula", ["", "Xx2", "csPbBr3", "Cs Pb", "Cs-1", "7"])
def test_formula_that_does_not_parse(formula: str) -> None:
    with pytest.raises(ScintidotError, match="element symbols"):
        parse_formula(formula)
