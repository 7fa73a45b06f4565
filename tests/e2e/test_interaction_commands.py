"""The commands of interactions as a user meets them: spellings, keys, one line for each mistake, files."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scintidot.atoms.elements import element
from scintidot.transport.elastic.cross_sections import differential_cross_section, scatterer

Cli = Callable[..., Any]

ELASTIC = ("elastic", "--element", "Pb", "--energy-ev", "100,1000,7000")
INELASTIC = ("inelastic", "--material", "CsPbBr3", "--energy-ev", "100,1000,7000")
ATTENUATION = ("attenuation", "--material", "CsPbBr3", "--energy-kev", "7,30,511")
LOW_ENERGY = ("low-energy", "--material", "CsPbBr3", "--energy-ev", "1,5,20")
RELAXATION = ("relaxation", "--element", "Pb", "--shell", "K")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def document(cli: Cli, *arguments: object) -> dict[str, Any]:
    code, out, err = cli(*arguments, "--json")
    assert (code, err) == (0, "")

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} in JSON")

    return dict(json.loads(out, parse_constant=refuse))


# --- the spellings and keys that scripts rely on ------------------------------------------------------------


def test_elastic(cli: Cli) -> None:
    result = document(cli, *ELASTIC)
    assert result["schema"] == "scintidot.elastic/1"
    assert [row["energy_eV"] for row in result["rows"]] == [100, 1000, 7000]
    for row in result["rows"]:
        assert set(row) == {"energy_eV", "total_cm2", "transport1_cm2", "transport2_cm2"}
        assert 0 < row["transport1_cm2"] < row["total_cm2"] < 1e-14
        assert 0 < row["transport2_cm2"] < 1.5 * row["total_cm2"]  # 1 - P2 is at most 3/2
    assert result["choices"]["model"] == "free"
    assert document(cli, *ELASTIC, "--model", "free")["rows"] == result["rows"]


def test_inelastic(cli: Cli) -> None:
    result = document(cli, *INELASTIC)
    assert result["schema"] == "scintidot.inelastic/1"
    for row in result["rows"]:
        assert set(row) == {"energy_eV", "imfp_nm", "stopping_power_eV_per_nm", "mean_loss_eV"}
        product = row["imfp_nm"] * row["stopping_power_eV_per_nm"]
        assert math.isclose(product, row["mean_loss_eV"], rel_tol=1e-9)
    at_7_keV = result["rows"][-1]
    assert 11.4 <= at_7_keV["imfp_nm"] <= 12.7
    assert 6.46 <= at_7_keV["stopping_power_eV_per_nm"] <= 7.3
    assert 380 < result["mean_excitation_energy_eV"] < 470
    assert math.isclose(result["f_sum"], 242, rel_tol=0.01)  # 55 + 82 + 3 x 35 electrons
    low, high = result["band"]["stopping_power"]
    assert low < 1 < high


def test_attenuation(cli: Cli) -> None:
    result = document(cli, *ATTENUATION)
    assert result["schema"] == "scintidot.attenuation/1"
    for row in result["rows"]:
        parts = dict(row["mass_attenuation_cm2_per_g"])
        total = parts.pop("total")
        assert set(parts) == {"photoelectric", "compton", "rayleigh"}
        assert math.isclose(sum(parts.values()), total, rel_tol=1e-9)
        shells = [share for element in row["shell_fractions"].values() for share in element.values()]
        assert math.isclose(sum(shells), 1, rel_tol=1e-9)
    shares = result["rows"][0]["element_fractions"]  # of a 7 keV photon: Cs 38 %, Pb 42 %, Br 20 %
    assert [shares[element] for element in ("Cs", "Pb", "Br")] == pytest.approx([0.38, 0.42, 0.20], abs=0.01)


def test_relaxation_closes(cli: Cli) -> None:
    result = document(cli, *RELAXATION)
    parts = sum(result[key]["energy_eV"] for key in ("photons", "electrons", "outer_shells"))
    assert math.isclose(parts, result["binding_energy_eV"], rel_tol=1e-12)


def test_low_energy(cli: Cli) -> None:
    result = document(cli, *LOW_ENERGY, "--host", "octane")
    assert result["choices"]["host"] == "octane"
    assert [row["energy_eV"] for row in result["rows"]] == [1, 5, 20]


def test_sources(cli: Cli) -> None:
    names = {source["name"] for source in document(cli, "sources", "list")["sources"]}
    assert {"annihilation", "am241", "cd109", "fe55", "sr90-y90", "c14"} <= names
    shown = document(cli, "sources", "show", "fe55")
    assert 5.8 < shown["mean_energy_keV"] < 6.1
    assert "keV" in cli("sources", "show", "tube:W40")[1]


@pytest.mark.parametrize(
    "command", [ELASTIC, INELASTIC, ATTENUATION, LOW_ENERGY, RELAXATION, ("sources", "list")]
)
def test_table_is_for_people(cli: Cli, command: tuple[str, ...]) -> None:
    code, out, _ = cli(*command)
    assert code == 0
    assert len(out.splitlines()) > 4
    assert "{" not in out


SHOW = ("sources", "show", "fe55")


@pytest.mark.parametrize(
    ("command", "subject"),
    [
        (ELASTIC, {"element": "Pb"}),
        (INELASTIC, {"material": "CsPbBr3"}),
        (ATTENUATION, {"material": "CsPbBr3"}),
        (LOW_ENERGY, {"material": "CsPbBr3"}),
        (RELAXATION, {"element": "Pb"}),
        (SHOW, {"name": "fe55"}),
    ],
)
def test_every_document_says_what_it_is_of_and_from(
    cli: Cli, command: tuple[str, ...], subject: dict[str, str]
) -> None:
    result = document(cli, *command)
    assert {"schema", "version", "choices", "warnings", "bibliography"} <= set(result)
    assert subject.items() <= result.items()
    assert ("material" in subject) == ("material_fingerprint" in result["choices"])
    order = [(entry["year"], entry["key"]) for entry in result["bibliography"]]
    assert order == sorted(set(order))


def test_units_are_read(cli: Cli) -> None:
    bare = document(cli, *ELASTIC)["rows"]
    assert document(cli, "elastic", "--element", "Pb", "--energy-ev", "0.1, 1, 7 keV")["rows"] == bare


# --- pictures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [ELASTIC, ATTENUATION, ("sources", "show", "am241")])
@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("html", b"<!DOCTYPE html>")])
def test_plot_on_request(
    cli: Cli, tmp_path: Path, command: tuple[str, ...], ending: str, start: bytes
) -> None:
    code, out, _ = cli(*command, "--plot", f"one.{ending}")
    assert code == 0
    assert (tmp_path / f"one.{ending}").read_bytes().startswith(start)
    assert f"one.{ending}" in out
    assert len(list(tmp_path.iterdir())) == 1


def test_page_of_interactions_needs_nothing_else(cli: Cli, tmp_path: Path) -> None:
    code, out, _ = cli("plot", "interactions", "--material", "polystyrene", "--out", "page.html")
    assert code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "polystyrene" in page
    assert not [word for word in ("<script", "<link", "src=") if word in page]
    assert str(tmp_path / "page.html") in out


def test_differential_cross_section_is_that_of_a_formula_unit(cli: Cli) -> None:
    """Polystyrene, C8H8: the curve holds eight atoms of each kind."""
    code, out, _ = cli("plot", "interactions", "--material", "polystyrene", "--out", "page.svg", "--json")
    assert code == 0
    curve = next(c for c in json.loads(out)["differential_elastic"] if c["energy_eV"] == 1000)
    angle, ours = np.array(curve["angle_deg"]), np.array(curve["nm2_per_sr"])
    one = sum(
        differential_cross_section(scatterer(element(symbol)), 1000.0, np.radians(angle)) for symbol in "CH"
    )
    assert ours == pytest.approx(8 * one, rel=1e-9)


# --- tables -------------------------------------------------------------------------------------------------


def test_build_writes_tables_and_keeps_them(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import xarray

    monkeypatch.setenv("SCINTIDOT_CACHE", str(tmp_path / "cache"))
    first = document(cli, "materials", "build", "water", "--out", "water.nc")
    kept = {path.name: path.stat().st_ino for path in (tmp_path / "cache").glob("*.npz")}
    assert len(kept) == 4
    assert document(cli, "materials", "build", "water") == first
    assert {path.name: path.stat().st_ino for path in (tmp_path / "cache").glob("*.npz")} == kept
    with xarray.open_dataset(tmp_path / "water.nc", engine="h5netcdf") as tables:
        assert tables.attrs["schema"] == "scintidot.tables/1"
        assert all("units" in variable.attrs for variable in tables.variables.values())
        atoms = dict(zip(tables["element"].values, tables["atoms_per_volume"].values, strict=True))
    assert math.isclose(atoms["H"], 2 * atoms["O"], rel_tol=1e-3)
    assert math.isclose(atoms["O"], 33.4, rel_tol=0.01)  # molecules per nm^3 of water


def test_interrupted_build_keeps_what_was_done(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCINTIDOT_CACHE", str(tmp_path / "cache"))

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("scintidot.interactions.tables.tabulate", interrupted)
        code, out, err = cli("materials", "build", "water", "--out", "water.nc")
    assert (code, out) == (130, "")
    assert err.startswith("interrupted")
    assert [path.name.split("-")[0] for path in (tmp_path / "cache").glob("*.npz")] == ["elastic"]
    assert not (tmp_path / "water.nc").exists()
    assert cli("materials", "build", "water")[0] == 0


def test_own_compound_without_optics_is_an_estimate(cli: Cli, write_card: Callable[..., Path]) -> None:
    card = write_card(
        """
format = "scintidot-material/1"
name = "Cs3Cu2I5"
kind = "scintillator"
composition = { formula = "Cs3Cu2I5", source = "mine", provenance = "recalled" }
density = { value = 4.53, unit = "g/cm3", source = "mine", provenance = "recalled" }
band_gap = { value = 3.8, unit = "eV", source = "mine", provenance = "recalled" }
references.mine = { authors = "A. Chemist", title = "Notebook", year = 2026 }
""",
        based_on=None,
    )
    result = document(cli, "inelastic", "--material", card, "--energy-ev", "3.7,1000")
    assert result["rows"][0]["imfp_nm"] is None  # below the gap nothing happens
    assert result["rows"][0]["stopping_power_eV_per_nm"] == 0
    assert any("estimate" in warning for warning in result["warnings"])
    low, high = result["band"]["stopping_power"]
    assert low < 0.95
    assert high > 1.05
    electrons = 3 * 55 + 2 * 29 + 5 * 53
    assert math.isclose(result["f_sum"], electrons, rel_tol=0.02)


# --- one line for a mistake ---------------------------------------------------------------------------------

MISTAKES = {
    "unknown element": (("elastic", "--element", "Xx", "--energy-ev", "100"), 2, "Xx"),
    "name of an element": (("elastic", "--element", "lead", "--energy-ev", "100"), 2, "lead"),
    "misspelt element": (("elastic", "--element", "Pbb", "--energy-ev", "100"), 2, "Did you mean 'Pb'?"),
    "electron too fast": (("elastic", "--element", "Pb", "--energy-ev", "2e5"), 4, "100 keV"),
    "electron too slow": (("elastic", "--element", "Pb", "--energy-ev", "5"), 4, "10 eV"),
    "negative energy": (("elastic", "--element", "Pb", "--energy-ev", "-5"), 2, "-5"),
    "not a number": (("inelastic", "--material", "CsPbBr3", "--energy-ev", "100,x"), 2, "'x'"),
    "one unit for falling energies": (
        ("inelastic", "--material", "CsPbBr3", "--energy-ev", "100, 1 keV"),
        2,
        "Write its unit to every energy",
    ),
    "no energy": (("inelastic", "--material", "CsPbBr3", "--energy-ev", ","), 2, "one or more energies"),
    "a length": (("inelastic", "--material", "CsPbBr3", "--energy-ev", "5 nm"), 2, "a length"),
    "unknown model": ((*ELASTIC, "--model", "fre"), 2, "Did you mean 'free'?"),
    "unknown inelastic model": ((*INELASTIC, "--model", "pen"), 2, "full-penn"),
    "unknown exchange": ((*INELASTIC, "--exchange", "x"), 2, "ochkur"),
    "exchange of another model": (
        (*INELASTIC, "--model", "ashley", "--exchange", "none"),
        2,
        "only with --model full-penn",
    ),
    "tables that are no netCDF": (("materials", "build", "water", "--out", "x.csv"), 2, ".nc"),
    "unknown material": (
        ("inelastic", "--material", "CsPbBr", "--energy-ev", "100"),
        2,
        "Did you mean 'CsPbBr3'?",
    ),
    "empty space": (("inelastic", "--material", "vacuum", "--energy-ev", "100"), 3, "composition"),
    "photon in empty space": (("attenuation", "--material", "vacuum", "--energy-kev", "7"), 3, "composition"),
    "photon too hard": (("attenuation", "--material", "CsPbBr3", "--energy-kev", "900"), 4, "xraylib"),
    "photon too soft": (("attenuation", "--material", "CsPbBr3", "--energy-kev", "0.5"), 4, "1 keV"),
    "eV for keV": (
        ("attenuation", "--material", "CsPbBr3", "--energy-kev", "7000"),
        4,
        "Did you mean 7 keV?",
    ),
    "unknown Compton": ((*ATTENUATION, "--compton", "dopler"), 2, "Did you mean 'doppler'?"),
    "unknown shell": (("relaxation", "--element", "Pb", "--shell", "K1"), 2, "K"),
    "shell that is empty": (("relaxation", "--element", "C", "--shell", "M1"), 2, "M1"),
    "unknown host": ((*LOW_ENERGY, "--host", "octan"), 2, "Did you mean 'octane'?"),
    "unknown source": (("sources", "show", "am24"), 2, "am241"),
    "kind of picture": ((*ELASTIC, "--plot", "x.gif"), 2, "elastic: bad file name for --plot"),
    "kind of picture of a source": (("sources", "show", "fe55", "--plot", "x"), 2, "sources show: bad file"),
    "kind of page": (
        ("plot", "interactions", "--material", "CsPbBr3", "--out", "x.gif"),
        2,
        "plot interactions: bad file name for --out (expected a file name that ends in one of .png",
    ),
    "folder that is a file": (
        (*ELASTIC, "--plot", "/dev/null/x.png"),
        5,
        "/dev/null: bad output folder for --plot",
    ),
    "missing card": (("materials", "build", "./none.toml"), 3, "none.toml"),
    "tables of empty space": (("materials", "build", "vacuum"), 3, "composition"),
}


@pytest.mark.parametrize(("arguments", "expected_code", "words"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_gets_one_line(
    cli: Cli, tmp_path: Path, arguments: tuple[str, ...], expected_code: int, words: str
) -> None:
    code, out, err = cli(*arguments)
    assert code == expected_code
    assert out == ""
    assert len(err.splitlines()) == 1
    assert words in err
    assert "(expected " in err
    assert list(tmp_path.iterdir()) == []


BAD_CARDS = {
    "composition that does not parse": ('composition.formula = "CsPbBr3x"', "CsPbBr3x"),
    "unknown element": ('composition.formula = "CsPbXx3"', "CsPbXx3"),
    "another compound with the loss function of the first": ('composition.formula = "CsSnBr3"', "CsSnBr3"),
}


@pytest.mark.parametrize(("text", "words"), BAD_CARDS.values(), ids=BAD_CARDS)
def test_bad_card_gets_one_line(cli: Cli, write_card: Callable[..., Path], text: str, words: str) -> None:
    for command in (
        ("materials", "build"),
        ("inelastic", "--energy-ev", "100", "--material"),
        ("attenuation", "--energy-kev", "7", "--material"),
        ("plot", "interactions", "--out", "x.png", "--material"),
    ):
        code, out, err = cli(*command, write_card(text))
        assert (code, out) == (3, "")
        assert len(err.splitlines()) == 1
        assert words in err
