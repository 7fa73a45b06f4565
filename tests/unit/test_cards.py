"""Material cards: what ships is sound, what is malformed is refused in one clear line."""

from __future__ import annotations

import importlib.util
import math
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import xraylib
from scipy.integrate import trapezoid

from scintidot.catalogue import card_text, check_card, list_cards, show_card
from scintidot.constants import AVOGADRO_CONSTANT, NM3_PER_CM3, PLANCK_TIMES_LIGHT
from scintidot.errors import BadFile, BadValue, ScintidotError
from scintidot.materials.energy_loss import COLUMNS, EnergyLoss
from scintidot.materials.library import load_material, material_names, scintillator_names, shipped_card
from scintidot.provenance import PROVENANCE, shipped_references
from scintidot.simulation import predict as simulate

predict = partial(simulate, deposit="continuous")  # fast; the simulated deposits have tests of their own

WriteCard = Callable[..., Path]
TABLE = "CsPbBr3_dielectric.csv"
PUBLISHED = np.array([3.3, 14.7])  # smallest and largest crystal of Fratelli 2024 [nm]


def number(value: object, unit: str, *, source: str = "fratelli_2024", **more: object) -> str:
    """An inline table of a number."""
    extra = "".join(f", {key} = {entry}" for key, entry in more.items())
    return f'{{ value = {value}, unit = "{unit}", source = "{source}", provenance = "measured"{extra} }}'


def fault(path: Path) -> ScintidotError:
    """The error of a card that must be refused, checked to be one line that starts with its file."""
    with pytest.raises(ScintidotError) as caught:
        load_material(path)
    assert len(str(caught.value).splitlines()) == 1
    return caught.value


# --- what ships -------------------------------------------------------------------------------------


def test_shipped_names() -> None:
    kinds = {
        "scintillator": ["CdS", "CdSe", "CsPbBr3", "CsPbCl3", "CsPbI3", "InP", "ZnO"],
        "host": ["octane", "PMMA", "polystyrene", "PVT", "SiO2", "toluene", "vacuum", "water"],
        "standard": ["Au", "Si"],
    }
    assert material_names() == sorted((name for names in kinds.values() for name in names), key=str.lower)
    for kind, names in kinds.items():
        assert [name for name in material_names() if load_material(name).card.kind == kind] == names


def test_predict_is_offered_complete_scintillators_only() -> None:
    assert scintillator_names() == ["CsPbBr3"]
    assert {entry["name"] for entry in list_cards()["materials"] if entry["predict"]} == {"CsPbBr3"}
    with pytest.raises(BadValue) as caught:
        load_material("CdS3", kind="scintillator")
    assert "expected one of CsPbBr3, found" in str(caught.value)


@pytest.mark.parametrize("name", ["CdSe", "CsPbI3"])
def test_predict_says_what_a_bulk_card_is_for(name: str) -> None:
    with pytest.raises(BadFile) as caught:
        predict(material=name)
    line = str(caught.value)
    assert line.startswith(
        f"{name}: bad material for predict (expected one of CsPbBr3, found {name}, for energy loss"
    )
    assert "scintidot init --material" in line
    assert len(line.splitlines()) == 1


def test_own_card_of_a_bulk_material_says_what_it_lacks(tmp_path: Path) -> None:
    card = tmp_path / "mine.toml"
    card.write_text('based_on = "CsPbI3"\n', encoding="utf-8")
    with pytest.raises(BadFile, match=r"bad card for sizes .* without sizes, sizing_curve, exciton"):
        predict(material=card)


def test_check_names_what_differs_and_a_unit_that_was_not_meant(tmp_path: Path) -> None:
    card = tmp_path / "mine.toml"
    text = (
        'based_on = "CsPbBr3"\nquantum_yield.peak = '
        '{ value = 0.92, unit = "%", source = "fratelli_2024", provenance = "measured" }\n'
    )
    card.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=r"0\.92 % is 0\.0092: is the unit '1' meant\?"):
        check_card(card)
    card.write_text(text.replace("%", "1"), encoding="utf-8")
    assert list(check_card(card)["changes"]) == ["quantum_yield.peak"]


@pytest.mark.parametrize("name", material_names())
def test_shipped_card_is_sound(name: str) -> None:
    material = load_material(name)
    assert material.name == name
    quantities = dict(material.card.quantities())
    assert "density" in quantities
    for key, quantity in quantities.items():
        assert np.isfinite(quantity.value), key
        assert quantity.provenance in PROVENANCE, key
        assert quantity.source, key
        assert set(quantity.source) <= set(shipped_references()), key
        assert (quantity.low is None) == (quantity.high is None), key
        if quantity.banded:
            assert quantity.low <= quantity.value <= quantity.high, key
    if material.card.composition:
        assert material.card.composition.source in shipped_references()


def test_names_ignore_case() -> None:
    assert load_material("cspbbr3").fingerprint == load_material("CsPbBr3").fingerprint


@pytest.mark.parametrize("name", [n for n in material_names() if load_material(n).card.kind == "host"])
def test_host_has_what_optics_needs(name: str) -> None:
    card = load_material(name).card
    assert card.refractive_index is not None
    assert 1.0 <= card.refractive_index.value < 1.7


@pytest.mark.parametrize("name", material_names())
def test_estimates_have_a_band(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.toml"
    path.write_text(card_text(name), encoding="utf-8")
    assert not [note for note in check_card(path)["notes"] if "predict also needs" not in note]


CRYSTALS = [name for name in material_names() if load_material(name).card.lattice is not None]


@pytest.mark.parametrize("name", CRYSTALS)
def test_density_follows_from_lattice_and_composition(name: str) -> None:
    card = load_material(name).card
    lattice = card.lattice
    cell = lattice.a.value * lattice.b.value * lattice.c.value
    if lattice.space_group.startswith("P6"):
        cell *= math.sqrt(3) / 2
        assert lattice.a == lattice.b
    mass = lattice.formula_units * xraylib.CompoundParser(card.composition.formula)["molarMass"]
    assert card.density.value == pytest.approx(mass / AVOGADRO_CONSTANT / cell * NM3_PER_CM3, rel=1.5e-3)


@pytest.mark.parametrize("name", [name for name in material_names() if name != "vacuum"])
def test_every_medium_has_what_interactions_need(name: str) -> None:
    card = load_material(name).card
    assert card.composition is not None
    assert card.band_gap is not None
    assert 40 < card.mean_excitation_energy.value < 900
    assert card.electrons.valence_band_width.value > 0
    assert -0.5 < card.electrons.electron_affinity.value < 6
    assert (card.band_gap.value == 0) == (name == "Au")
    if card.kind == "scintillator":
        assert card.lattice is not None
        assert 0 < card.phonons.polar_modes()[0][1] < 0.3


def bragg(formula: str) -> float:
    """Additive mean excitation energy [eV] from those of the elements (ICRU 37, as in Geant4)."""
    elements = {
        "O": 95, "P": 173, "S": 180, "Cl": 174, "Zn": 330, "Se": 348, "Br": 343, "Cd": 469, "In": 488,
        "I": 491, "Cs": 488, "Pb": 823, "Si": 173, "Au": 790,
    }  # fmt: skip
    parsed = xraylib.CompoundParser(formula)
    pairs = list(zip(parsed["Elements"], parsed["nAtoms"], strict=True))
    logs = sum(z * n * math.log(elements[xraylib.AtomicNumberToSymbol(z)]) for z, n in pairs)
    return math.exp(logs / sum(z * n for z, n in pairs))


@pytest.mark.parametrize("name", ["CdS", "CdSe", "CsPbBr3", "CsPbCl3", "CsPbI3", "InP", "ZnO", "Si", "Au"])
def test_mean_excitation_energy_is_additive_over_the_elements(name: str) -> None:
    energy = load_material(name).card.mean_excitation_energy
    assert energy.value == pytest.approx(bragg(name), rel=2e-3)
    if energy.banded:
        assert energy.high == pytest.approx(1.13 * energy.value, rel=2e-3)


def test_band_of_the_additive_rule_reaches_the_loss_function() -> None:
    material = load_material("CsPbBr3")
    found = material.energy_loss.mean_excitation_energy
    assert material.card.mean_excitation_energy.low == pytest.approx(found, rel=0.01)


# --- CsPbBr3: laws against the published figures -------------------------------------------------------


@pytest.fixture(scope="module")
def card():
    return load_material("CsPbBr3").card


@pytest.fixture(scope="module")
def loss() -> EnergyLoss:
    return load_material("CsPbBr3").energy_loss


def test_density_follows_from_lattice_and_molar_mass(card) -> None:
    molar_mass = xraylib.CompoundParser("CsPbBr3")["molarMass"]
    cell = card.lattice.a.value * card.lattice.b.value * card.lattice.c.value
    density = card.lattice.formula_units * molar_mass / AVOGADRO_CONSTANT / cell * NM3_PER_CM3
    assert card.density.value == pytest.approx(density, rel=2e-4)


def test_auger_efficiency_meets_the_published_ends(card) -> None:
    auger = 1 / card.auger.laws["published-efficiency"](PUBLISHED)
    radiative = 4 / card.exciton.lifetime.value
    assert auger / (auger + radiative) == pytest.approx([0.99, 0.90], abs=5e-4)
    assert card.biexciton.rate_ratio.value == 4
    assert card.auger.default == "published-efficiency"


def test_bands_of_the_auger_lifetimes_are_the_rounding_of_the_published_figures(card) -> None:
    law, radiative = card.auger.laws["published-efficiency"], 4 / card.exciton.lifetime.value
    for quantity, low, high in [(law.small_lifetime, 0.985, 0.995), (law.large_lifetime, 0.88, 0.92)]:
        ends = np.array([1 / quantity.high, 1 / quantity.low])
        assert ends / (ends + radiative) == pytest.approx([low, high], abs=5e-4)


def test_volume_scaling_is_proportional_to_the_volume(card) -> None:
    law = card.auger.laws["volume-scaling"]
    edges = np.array([2.0, 4.0, 8.0])
    assert law(edges) / edges**3 == pytest.approx(law(edges)[0] / 8, rel=1e-3)
    assert law(PUBLISHED)[1] == pytest.approx(card.auger.laws["published-efficiency"](PUBLISHED)[1])


def test_quantum_yield_stays_in_the_published_range(card) -> None:
    edges = np.linspace(*PUBLISHED, 500)
    phi = card.quantum_yield(edges)
    assert phi.min() == pytest.approx(0.12, abs=0.002)
    assert phi.max() == pytest.approx(0.80, abs=0.002)
    assert 7 < edges[np.argmax(phi)] < 11


def test_exciton_lifetime_spans_the_published_range(card) -> None:
    lifetime = card.exciton.lifetime
    assert (lifetime.low, lifetime.high) == (8000, 10000)
    assert 8000 <= lifetime.value <= 10000


def test_emission_lies_in_the_published_range(card) -> None:
    wavelength = PLANCK_TIMES_LIGHT / card.sizing_curve(np.linspace(*PUBLISHED, 100))
    assert wavelength.min() >= 470
    assert wavelength.max() <= 520
    assert np.all(np.diff(wavelength) > 0)


def test_pair_creation_rules(card) -> None:
    rules = {name: (rule.gap_factor.value, rule.offset.value) for name, rule in card.pair_creation.items()}
    assert rules["alig-bloom"] == (2.8, 0.0)
    assert rules["fratelli"] == (4.2, 0.0)
    assert rules["klein"][0] == 2.8
    assert 0.5 <= rules["klein"][1] <= 1.0


# --- CsPbBr3: the energy-loss function -------------------------------------------------------------------


def test_loss_function_is_the_one_of_its_dielectric_function(loss: EnergyLoss) -> None:
    assert loss.loss == pytest.approx(loss.eps2 / (loss.eps1**2 + loss.eps2**2), rel=5e-4)
    assert set(loss.provenance) == {"measured", "estimate", "computed"}


def test_sums_of_the_loss_function(loss: EnergyLoss) -> None:
    assert loss.electrons == 55 + 82 + 3 * 35
    assert loss.f_sum == pytest.approx(loss.electrons, rel=0.02)
    assert loss.screening_sum == pytest.approx(1 - 1 / loss.eps1[0], abs=0.03)
    assert loss.mean_excitation_energy == pytest.approx(424, rel=0.05)  # shared/physics.md, section 8


def test_stretches_of_the_table_are_those_of_the_issue(loss: EnergyLoss) -> None:
    summary = show_card("CsPbBr3")["loss_function"]
    assert summary["measured_to_eV"] <= 6.2
    assert summary["estimate_to_eV"] <= 30.0
    assert summary["computed_to_eV"] == pytest.approx(8e5)
    order = [word for i, word in enumerate(loss.provenance) if i == 0 or loss.provenance[i - 1] != word]
    assert order == ["measured", "estimate", "computed"]


def test_loss_function_against_the_reference(shared: Path, loss: EnergyLoss) -> None:
    rows = np.loadtxt(shared / "reference/dielectric/CsPbBr3_ELF_constrained_N36_G10.csv", delimiter=",")
    energy, expected = rows[:, 0], rows[:, 3]
    ours = np.exp(np.interp(np.log(energy), np.log(loss.energy), np.log(loss.loss)))

    def electrons(values: np.ndarray, low: float, high: float) -> float:
        part = (energy >= low) & (energy <= high)
        return float(trapezoid(energy[part] * values[part], energy[part]))

    for low, high in [(6.2, 30.0), (30.0, 1000.0), (1000.0, energy.max())]:
        assert electrons(ours, low, high) == pytest.approx(electrons(expected, low, high), rel=0.05)
    peak = (energy > 5) & (energy < 60)
    assert energy[peak][np.argmax(ours[peak])] == pytest.approx(19, abs=2)


# --- the generator of the table ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tool(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("cspbbr3_table", root / "tools/cspbbr3_table.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_kramers_kronig_of_the_tool(tool: ModuleType) -> None:
    assert tool.self_check() < 1e-4


def test_tool_regenerates_the_computed_rows(tool: ModuleType, loss: EnergyLoss) -> None:
    atomic = (np.array(loss.provenance) == "computed") & (loss.energy <= tool.HIGHEST_EV)
    assert atomic.sum() > 100
    assert loss.energy[atomic].min() == pytest.approx(30)
    assert loss.eps2[atomic] == pytest.approx(tool.atomic_eps2(loss.energy[atomic]), rel=1e-4)
    assert load_material("CsPbBr3").card.density.value == tool.DENSITY_G_CM3


def test_tool_regenerates_the_whole_table(tool: ModuleType) -> None:
    again = tool.text(tool.build())
    shipped = (shipped_card("CsPbBr3").parent / TABLE).read_text(encoding="utf-8")

    def rows(text: str) -> tuple[np.ndarray, list[str]]:
        lines = [line.split(",") for line in text.splitlines() if not line.startswith("#")]
        assert tuple(lines[0]) == COLUMNS
        return np.array([line[:4] for line in lines[1:]], dtype=float), [line[4] for line in lines[1:]]

    ours, words = rows(again)
    theirs, their_words = rows(shipped)
    assert words == their_words
    assert ours == pytest.approx(theirs, rel=2e-4, abs=1e-9)

    def comments(text: str) -> list[str]:
        lines = [line for line in text.splitlines() if line.startswith("#")]
        return [re.sub(r"xraydb [\d.]+", "xraydb", line) for line in lines]

    assert comments(again) == comments(shipped)


# --- malformed cards -------------------------------------------------------------------------------------

CARD_FAULTS = {
    "unknown key": ("densitty = 5", "densitty", "Did you mean 'density'?"),
    "unknown key deeper": ("[exciton]\nlifetme = 5", "exciton.lifetme", "Did you mean 'lifetime'?"),
    "unknown key of a law": (
        f"[auger.laws.volume-scaling]\nsmal_lifetime = {number(3, 'ps')}",
        "auger.laws.volume-scaling.smal_lifetime",
        "Did you mean 'small_lifetime'?",
    ),
    "unknown key of a number": ("[density]\nvalu = 5", "density", "Did you mean 'value'?"),
    "wrong dimension": (f"density = {number(5, 'nm')}", "density", "a density such as '5 g/cm3'"),
    "wrong dimension in a law": (
        f"[auger.laws.volume-scaling]\nsmall_lifetime = {number(3, 'nm')}",
        "auger.laws.volume-scaling.small_lifetime",
        "found '3 nm', a length",
    ),
    "unknown unit": (f"density = {number(5, 'frog')}", "density", "an unknown unit"),
    "bare number": ("density = 5.0", "density", "A bare number has no source."),
    "missing source": (
        'density = { value = 5, unit = "g/cm3", provenance = "measured" }',
        "density",
        "the key 'source'",
    ),
    "missing unit": (
        'density = { value = 5, source = "fano_1963", provenance = "measured" }',
        "density",
        "the key 'unit'",
    ),
    "empty unit": (f"density = {number(5, '')}", "density", "expected"),
    "empty list of sources": (
        'density = { value = 5, unit = "g/cm3", source = [], provenance = "measured" }',
        "density",
        "source",
    ),
    "unknown provenance": (
        'density = { value = 5, unit = "g/cm3", source = "fano_1963", provenance = "guess" }',
        "density",
        "one of measured, computed, estimate, recalled",
    ),
    "provenance of the wrong kind": (
        'density = { value = 5, unit = "g/cm3", source = "fano_1963", provenance = [] }',
        "density",
        "one of measured, computed, estimate, recalled",
    ),
    "unknown source": (
        f"density = {number(5, 'g/cm3', source='fratelli_2042')}",
        "density.source",
        "Did you mean 'fratelli_2024'?",
    ),
    "unknown source of the composition": (
        '[composition]\nsource = "stoumpos_2031"',
        "composition.source",
        "Did you mean 'stoumpos_2013'?",
    ),
    "negative": (f"density = {number(-5, 'g/cm3')}", "density", "at least 0 g/cm3, found -5 g/cm3"),
    "not a number": (f"density = {number('nan', 'g/cm3')}", "density", "a finite number"),
    "infinite": (f"density = {number('inf', 'g/cm3')}", "density", "a finite number"),
    "true": (f"density = {number('true', 'g/cm3')}", "density", "found True"),
    "above 1": (
        f"[biexciton]\nretained_fraction = {number(1.5, '1')}",
        "biexciton.retained_fraction",
        "at most 1",
    ),
    "zero where more is needed": (
        f"[exciton]\nlifetime = {number(0, 'ns')}",
        "exciton.lifetime",
        "more than 0",
    ),
    "low above value": (
        f"density = {number(5, 'g/cm3', low=6, high=7)}",
        "density",
        "low <= value <= high, found 6, 5, 7",
    ),
    "low above high": (f"density = {number(5, 'g/cm3', low=6, high=4)}", "density", "low <= value <= high"),
    "low alone": (f"density = {number(5, 'g/cm3', low=4)}", "density", "both 'low' and 'high', or neither"),
    "unknown element": ('[composition]\nformula = "CsPbXq3"', "composition.formula", "found 'CsPbXq3'"),
    "empty formula": ('[composition]\nformula = ""', "composition.formula", "found ''"),
    "missing table": ('[dielectric]\nfile = "none.csv"', "dielectric.file", "found 'none.csv'"),
    "unknown form": ('[sizing_curve]\nform = "log"', "sizing_curve.form", "'power-law', found 'log'"),
    "unknown default law": ('[auger]\ndefault = "volume"', "auger", "Did you mean 'volume-scaling'?"),
    "incomplete law": (
        '[auger.laws.mine]\nform = "two-point-power-law"',
        "auger.laws.mine.description",
        "no such key",
    ),
    "section is a number": ("dielectric = 3", "dielectric", "found 3"),
    "unknown kind": ('kind = "nano"', "kind", "found 'nano'"),
    "future format": ('format = "scintidot-material/2"', "format", "found 'scintidot-material/2'"),
    "reference without year": (
        '[references.me]\nauthors = "I"\ntitle = "T"',
        "references.me.year",
        "no such key",
    ),
}


@pytest.mark.parametrize(("text", "key", "words"), CARD_FAULTS.values(), ids=CARD_FAULTS)
def test_malformed_card(write_card: WriteCard, text: str, key: str, words: str) -> None:
    path = write_card(text)
    error = fault(path)
    assert isinstance(error, BadFile)
    assert str(error).startswith(f"{path}: bad ")
    assert f" for {key} (expected " in str(error)
    assert ", found " in str(error)
    assert words in str(error)


@pytest.mark.parametrize(("text", "line"), [("density = = 5", 2), ("\n\n[density", 4), ("a = 1\na = 1 x", 3)])
def test_syntax_error_names_its_line(write_card: WriteCard, text: str, line: int) -> None:
    path = write_card(text + "\n")
    error = str(fault(path))
    assert error.startswith(f"{path}: bad syntax for the file (expected TOML in UTF-8, found ")
    assert f"line {line}," in error


def test_card_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"name = \xff\xfe")
    assert "bad syntax for the file (expected TOML in UTF-8" in str(fault(path))


@pytest.mark.parametrize("text", ["", 'name = "x"'])
def test_card_without_format(write_card: WriteCard, text: str) -> None:
    assert " for format (expected this key, found no such key)" in str(fault(write_card(text, based_on=None)))


def test_missing_card(tmp_path: Path) -> None:
    assert str(fault(tmp_path / "none.toml")).startswith(f"{tmp_path}/none.toml: bad file for material")
    assert "directory" in str(fault(tmp_path / "a" / ".." / "b.toml")).lower()


def test_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(BadValue, match=r"Did you mean 'CsPbBr3'\? A card of your own is given by its path"):
        load_material("CsPbBr")


def test_unknown_base_gets_a_suggestion(write_card: WriteCard) -> None:
    path = write_card("", based_on="CsPbBr")
    error = fault(path)
    assert str(error).startswith(f"{path}: bad name for based_on")
    assert "Did you mean 'CsPbBr3'?" in str(error)


def test_base_that_is_a_card_of_ones_own(write_card: WriteCard) -> None:
    base = write_card(f"density = {number(5, 'g/cm3')}", name="base.toml")
    error = fault(write_card('name = "mine"', based_on=str(base)))
    assert "for based_on (expected a shipped material" in str(error)


def test_base_that_is_the_card_itself(write_card: WriteCard, tmp_path: Path) -> None:
    assert "for based_on" in str(fault(write_card("", based_on=str(tmp_path / "mine.toml"))))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"density = {number(0, 'g/cm3')}", "density"),
        (
            f"[auger.laws.published-efficiency]\nlarge_edge_length = {number(3.3, 'nm')}",
            "auger.laws.published-efficiency",
        ),
    ],
)
def test_numbers_that_no_law_can_take_are_refused(write_card: WriteCard, text: str, key: str) -> None:
    """Sound one by one, but the laws divide by zero."""
    path = write_card(text)
    with pytest.raises(ScintidotError, match=key):
        predict(material=str(path), edge_length=5)


def test_gap_below_zero_is_refused(write_card: WriteCard) -> None:
    path = write_card(f"[sizing_curve]\nenergy_at_infinity = {number(-5, 'eV')}")
    with pytest.raises(ScintidotError, match="sizing_curve"):
        predict(material=str(path), edge_length=5)


HEADER = ",".join(COLUMNS)
GOOD_ROWS = [f"{energy},1,1,0.5,measured" for energy in range(1, 21)]

TABLE_FAULTS = {
    "text": (
        [HEADER, *GOOD_ROWS[:3], "4,1,one,0.5,measured", *GOOD_ROWS[4:]],
        5,
        "found '4,1,one,0.5,measured'",
    ),
    "nan": ([HEADER, "1,1,1,nan,measured", *GOOD_ROWS[1:]], 2, "four finite numbers"),
    "infinite": ([HEADER, "1,inf,1,0.5,measured", *GOOD_ROWS[1:]], 2, "four finite numbers"),
    "unsorted": ([HEADER, *GOOD_ROWS[:5], "2,1,1,0.5,measured", *GOOD_ROWS], 7, "positive rising energies"),
    "twice": ([HEADER, GOOD_ROWS[0], *GOOD_ROWS], 3, "positive rising energies"),
    "zero energy": ([HEADER, "0,1,1,0.5,measured", *GOOD_ROWS], 2, "positive rising energies"),
    "negative loss": ([HEADER, "1,1,1,-0.5,measured", *GOOD_ROWS[1:]], 2, "not negative"),
    "short row": ([HEADER, "1,1,1,0.5", *GOOD_ROWS[1:]], 2, "four finite numbers"),
    "long row": ([HEADER, "1,1,1,0.5,measured,6", *GOOD_ROWS[1:]], 2, "four finite numbers"),
    "decimal comma": ([HEADER, "1,0;1,0;1,0;0,5", *GOOD_ROWS[1:]], 2, "four finite numbers"),
    "comment counts as a line": (
        ["# hello", HEADER, "1,1,1,x,measured", *GOOD_ROWS],
        3,
        "four finite numbers",
    ),
    "wrong header": (["energy,loss", *GOOD_ROWS], None, f"bad header for the table (expected {HEADER}"),
    "no header": (GOOD_ROWS, None, "bad header"),
    "empty": ([], None, "found an empty file"),
    "too few": ([HEADER, *GOOD_ROWS[:9]], None, "at least 10 rows, found 9"),
}


@pytest.mark.parametrize(("lines", "line", "words"), TABLE_FAULTS.values(), ids=TABLE_FAULTS)
def test_malformed_table(write_card: WriteCard, lines: list[str], line: int | None, words: str) -> None:
    path = write_card('[dielectric]\nfile = "own.csv"')
    (path.parent / "own.csv").write_text("\n".join(lines), encoding="utf-8")
    error = str(fault(path))
    assert "own.csv" + ("" if line is None else f":{line}") + ": bad " in error
    assert words in error


def test_table_that_is_no_text(write_card: WriteCard) -> None:
    path = write_card('[dielectric]\nfile = "own.csv"')
    (path.parent / "own.csv").write_bytes(b"\xff\xfe\n")
    assert "own.csv" in str(fault(path))


# --- cards of one's own that work --------------------------------------------------------------------------


def same_rows(one, two) -> bool:
    return one.rows == two.rows


def test_override_of_one_number_changes_the_result_and_the_fingerprint(write_card: WriteCard) -> None:
    path = write_card(f"[exciton]\nlifetime = {number(5, 'ns', low=4, high=6)}")
    mine, shipped = load_material(path), load_material("CsPbBr3")
    assert mine.card.exciton.lifetime.value == 5000
    assert mine.card.density == shipped.card.density
    assert mine.fingerprint != shipped.fingerprint
    one, two = predict(material=str(path), edge_length=5), predict(edge_length=5)
    assert one.rows[0]["tau_ps"]["harmonic"] < two.rows[0]["tau_ps"]["harmonic"]
    assert one.choices["material_fingerprint"] == mine.fingerprint


def test_override_replaces_a_number_whole_with_its_band(write_card: WriteCard) -> None:
    path = write_card(f"[exciton]\nlifetime = {number(5, 'ns')}")
    assert not load_material(path).card.exciton.lifetime.banded


def test_full_copy_gives_the_numbers_of_the_shipped_card(tmp_path: Path) -> None:
    path = tmp_path / "copy.toml"
    path.write_text(card_text("CsPbBr3"), encoding="utf-8")
    assert load_material(path).fingerprint == load_material("CsPbBr3").fingerprint
    assert same_rows(predict(material=str(path), edge_length=5), predict(edge_length=5))


def test_card_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "copy.toml"
    path.write_text("\ufeff" + card_text("octane"), encoding="utf-8")
    assert load_material(path).fingerprint == load_material("octane").fingerprint


def test_table_with_a_byte_order_mark(write_card: WriteCard) -> None:
    path = write_card('[dielectric]\nfile = "own.csv"')
    text = (shipped_card("CsPbBr3").parent / TABLE).read_text(encoding="utf-8")
    (path.parent / "own.csv").write_text("\ufeff" + text, encoding="utf-8")
    assert load_material(path).energy_loss.energy.size == load_material("CsPbBr3").energy_loss.energy.size


def test_own_table_beside_the_card_is_read(write_card: WriteCard) -> None:
    path = write_card('[dielectric]\nfile = "own.csv"')
    shipped = (
        (shipped_card("CsPbBr3").parent / "CsPbBr3_dielectric.csv").read_text(encoding="utf-8").splitlines()
    )
    (path.parent / "own.csv").write_text("\n".join(shipped[:-1]), encoding="utf-8")
    material = load_material(path)
    assert len(material.energy_loss.energy) == len(load_material("CsPbBr3").energy_loss.energy) - 1
    assert material.fingerprint != load_material("CsPbBr3").fingerprint
    assert "dielectric table" in material.changes()


def test_table_of_another_substance_is_refused(write_card: WriteCard) -> None:
    path = write_card(f"density = {number(4856, 'g/cm3')}")
    assert "electrons per formula unit" in str(fault(path))


def test_own_references_are_known_and_cited(write_card: WriteCard) -> None:
    path = write_card(
        f"density = {number(5, 'g/cm3', source='me_2026')}\n"
        '[references.me_2026]\nauthors = "I. Myself"\ntitle = "My density"\nyear = 2026'
    )
    result = predict(material=str(path), edge_length=5)
    assert "My density" in [reference.title for reference in result.references]
    assert "My density" in [entry["title"] for entry in show_card(str(path))["bibliography"]]


def test_number_in_another_unit_is_the_same_number(write_card: WriteCard) -> None:
    path = write_card(f"density = {number(4856, 'kg/m^3')}")
    assert load_material(path).card.density.value == pytest.approx(4.856, rel=1e-12)


def test_with_value_replaces_one_number_and_keeps_the_rest() -> None:
    material = load_material("CsPbBr3")
    changed = material.with_value("auger.laws.volume-scaling.small_lifetime", 7.0)
    before, after = dict(material.card.quantities()), dict(changed.card.quantities())
    assert {key for key in before if before[key] != after[key]} == {
        "auger.laws.volume-scaling.small_lifetime"
    }


def test_check_says_what_predict_still_needs(write_card: WriteCard) -> None:
    host = card_text("octane").replace('kind = "host"', 'kind = "scintillator"')
    notes = check_card(write_card(host, based_on=None))["notes"]
    assert notes[0].startswith("predict also needs: sizes, sizing_curve, exciton")


def test_faults_inside_a_law_name_the_law(write_card: WriteCard) -> None:
    point = 'edge_length = { value = 5, unit = "nm", source = "fratelli_2024", provenance = "measured" }'
    head = '[quantum_yield]\nform = "points"\n[[quantum_yield.points]]\n'
    error = fault(write_card(head + point + "\nquantum_yeld = 3\n"))
    assert "quantum_yield.points.0" in str(error)
    bad = point.replace("nm", "eV")
    error = fault(write_card(f"{head}{bad}\nquantum_yield = {number(0.5, '1')}\n"))
    assert "for quantum_yield.points.0.edge_length" in str(error)
    error = fault(write_card('[quantum_yield]\nform = "point"\n'))
    assert "Did you mean 'points'?" in str(error)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            ["static_permittivity = 3", "optical_permittivity = 4"],
            "static_permittivity >= optical_permittivity",
        ),
        (["longitudinal_optical_energy = 0.1", "modes = 0.1:9"], "modes with both permittivities"),
        (["static_permittivity = 9", "optical_permittivity = 2", "modes = 0.1:4 0.2:9"], "falling energy"),
        (
            ["static_permittivity = 9", "optical_permittivity = 2", "modes = 0.2:4 0.1:8"],
            "rising from optical to",
        ),
        (
            ["static_permittivity = 9", "optical_permittivity = 2", "modes = 0.2:10 0.1:9"],
            "rising from optical to",
        ),
        (["sound_velocity = 0"], "more than 0 nm/ps"),
        (["zone_edge = -1"], "more than 0 1/nm"),
        (["effective_mas = 1"], "Did you mean 'effective_mass'?"),
    ],
)
def test_phonons_that_cannot_be(write_card: WriteCard, lines: list[str], words: str) -> None:
    units = {"sound_velocity": "nm/ps", "zone_edge": "1/nm", "longitudinal_optical_energy": "eV"}
    text = "[phonons]\n"
    for line in lines:
        key, value = line.split(" = ")
        if key == "modes":
            pairs = (pair.split(":") for pair in value.split())
            modes = [
                f"{{ energy = {number(e, 'eV')}, permittivity_below = {number(p, '1')} }}" for e, p in pairs
            ]
            text += f"modes = [{', '.join(modes)}]\n"
        else:
            text += f"{key} = {number(value, units.get(key, '1'))}\n"
    host = card_text("water")
    assert words in str(fault(write_card(host + text, based_on=None)))


def test_phonon_energy_in_the_wrong_unit_is_noticed(write_card: WriteCard) -> None:
    path = write_card(f"[phonons]\nlongitudinal_optical_energy = {number(19, 'eV')}")
    assert any("19 eV is unusual" in note for note in check_card(path)["notes"])


def test_yields_by_falling_size_are_refused(write_card: WriteCard) -> None:
    points = "".join(
        f"[[quantum_yield.points]]\nedge_length = {number(edge, 'nm')}\nquantum_yield = {number(0.5, '1')}\n"
        for edge in (8, 5)
    )
    assert "rising edge_length" in str(fault(write_card(f'[quantum_yield]\nform = "points"\n{points}')))
