"""The run file and the options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from scintidot.config import LIGHT_YIELD_SCALINGS, OPTIONS, RunConfig, make_config
from scintidot.errors import BadFile, BadValue
from scintidot.excitons.distribution import STATISTICS
from scintidot.geometry import SHAPES, STARTS
from scintidot.materials.library import is_card_path
from scintidot.options import option_flag


@pytest.fixture
def run_file(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "run.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def at(config: RunConfig, dotted: str) -> Any:
    value: Any = config
    for part in dotted.split("."):
        value = getattr(value, part)
    return value


def test_defaults_are_the_sizes_and_the_energy_of_the_paper() -> None:
    config = make_config()
    assert config.nanocrystal.edge_length_nm == (3.3, 3.5, 3.9, 6.9, 8.7, 10.7, 13.5, 14.7)
    assert config.radiation.kinetic_energy_keV == 7
    assert config.timing.gamma_energy_keV == 511
    assert (config.material, config.host) == ("CsPbBr3", "octane")
    assert config == RunConfig()


def test_every_option_has_a_key_of_the_run_file() -> None:
    for dotted in OPTIONS.values():
        at(RunConfig(), dotted)
    assert option_flag("edge_length") == "--edge-length"


OPTION_VALUES = {
    "material": ("./mine.toml", "./mine.toml"),
    "host": ("toluene", "toluene"),
    "edge_length": ("33, 50 angstrom", (3.3, 5.0)),
    "shape": ("sphere", "sphere"),
    "size_dispersion": ("8 %", 0.08),
    "energy": ("9000 eV", 9.0),
    "start": ("centre", "centre"),
    "deposit": ("continuous", "continuous"),
    "local_deposit_below": ("0.5 keV", 500.0),
    "histories": ("1e4", 10_000),
    "relative_error": ("1 %", 0.01),
    "seed": (7, 7),
    "events": (1000, 1000),
    "energy_unit": ("MeV", "MeV"),
    "table": ("Hits", "Hits"),
    "pair_creation_energy": ("klein", "klein"),
    "statistics": ("paper", "paper"),
    "model": ("ladder", "ladder"),
    "radiative": ("saturating", "saturating"),
    "auger": ("quadratic", "quadratic"),
    "trapping_rate": ("1/ns", 1e-3),
    "detrapping_rate": (1e-5, 1e-5),
    "trap_loss_rate": ("1e-6 /ps", 1e-6),
    "traps": ("2", 2),
    "jitter_sigma": ("0.03 ns", 30.0),
    "auger_law": ("volume-scaling", "volume-scaling"),
    "retained_fraction": (0, 0.0),
    "light_yield": (9000, 9000.0),
    "light_yield_edge_length": ("8 nm", 8.0),
    "light_yield_material": ("own", "own"),
    "light_yield_scaling": ("photons-per-deposited-energy", "photons-per-deposited-energy"),
    "rise_time": ("0.2 ns", 200.0),
    "response": (50, 50.0),
    "outcoupling": ("0.5", 0.5),
    "detection_efficiency": (0.25, 0.25),
}


def test_no_option_is_forgotten_here() -> None:
    assert set(OPTION_VALUES) == set(OPTIONS)


@pytest.mark.parametrize("option", OPTIONS)
def test_option_beats_run_file_beats_default(option: str, run_file) -> None:
    value, expected = OPTION_VALUES[option]
    config = make_config(options={option: value})
    assert at(config, OPTIONS[option]) == pytest.approx(expected)
    path = run_file(tomli_w.dumps(config.as_dict()))
    if option != "material":
        assert at(make_config(path), OPTIONS[option]) == pytest.approx(expected)
    default = at(RunConfig(), OPTIONS[option])
    if default is not None:
        assert at(make_config(path, {option: default}), OPTIONS[option]) == default


def test_run_file_leaves_the_rest_at_its_default(run_file) -> None:
    config = make_config(run_file('[nanocrystal]\nedge_length_nm = ["50 angstrom", 7]\n'))
    assert config.nanocrystal.edge_length_nm == (5.0, 7.0)
    assert config.model_copy(update={"nanocrystal": RunConfig().nanocrystal}) == RunConfig()


@pytest.mark.parametrize(
    "value",
    [
        "5",
        5,
        5.0,
        [5],
        (5.0,),
        ["5 nm"],
        "50 angstrom",
        np.array([5.0]),
        np.array([5]),
        np.float32(5),
        np.int64(5),
    ],
    ids=repr,
)
def test_edge_length_is_read_in_many_ways(value: Any) -> None:
    assert make_config(options={"edge_length": value}).nanocrystal.edge_length_nm == (5.0,)


def test_material_may_be_a_path(tmp_path: Path) -> None:
    assert make_config(options={"material": tmp_path / "mine.toml"}).material == str(tmp_path / "mine.toml")


def test_none_leaves_an_option_out() -> None:
    assert make_config(options=dict.fromkeys(OPTIONS)) == RunConfig()


def test_card_named_in_a_run_file_lies_beside_it(run_file) -> None:
    path = run_file('material = "./mine.toml"\n')
    assert Path(make_config(path).material) == path.parent / "mine.toml"


def test_host_card_named_in_a_run_file_lies_beside_it(run_file) -> None:
    path = run_file('host = "./mine.toml"\n')
    assert Path(make_config(path).host) == path.parent / "mine.toml"


def test_other_material_drops_the_fingerprint_of_the_file(run_file) -> None:
    path = run_file('material_fingerprint = "abc"\n')
    assert make_config(path).material_fingerprint == "abc"
    assert make_config(path, {"material": "CsPbBr3"}).material_fingerprint is None


RUN_FAULTS = {
    "unknown section": ("[nanocrystl]", "nanocrystl", "Did you mean 'nanocrystal'?"),
    "unknown key": (
        "[nanocrystal]\nedge_lenght_nm = 3",
        "nanocrystal.edge_lenght_nm",
        "Did you mean 'edge_length_nm'?",
    ),
    "wrong dimension": (
        '[nanocrystal]\nedge_length_nm = ["3 keV"]',
        "nanocrystal.edge_length_nm.0",
        "found '3 keV', an energy",
    ),
    "wrong dimension of a time": (
        '[timing]\nrise_time_ps = "1 nm"',
        "timing.rise_time_ps",
        "'1 nm', a length",
    ),
    "negative": ("[nanocrystal]\nedge_length_nm = [5, -3]", "nanocrystal.edge_length_nm.1", "found -3 nm"),
    "zero": ("[radiation]\nkinetic_energy_keV = 0", "radiation.kinetic_energy_keV", "more than 0"),
    "empty list": ("[nanocrystal]\nedge_length_nm = []", "nanocrystal.edge_length_nm", "one or more lengths"),
    "date for a list": ("[nanocrystal]\nedge_length_nm = 2020-01-01", "nanocrystal.edge_length_nm", "found"),
    "true": ("[nanocrystal]\nedge_length_nm = true", "nanocrystal.edge_length_nm", "found True"),
    "nested list": ("[nanocrystal]\nedge_length_nm = [[3]]", "nanocrystal.edge_length_nm.0", "found [3]"),
    "nan": ("[radiation]\nkinetic_energy_keV = nan", "radiation.kinetic_energy_keV", "a finite number"),
    "huge integer": (f"[timing]\nrise_time_ps = 1{'0' * 400}", "timing.rise_time_ps", "expected"),
    "above 1": ("[kinetics]\nretained_fraction = 1.5", "kinetics.retained_fraction", "at most 1"),
    "too wide": ("[nanocrystal]\nsize_dispersion = 0.5", "nanocrystal.size_dispersion", "at most 0.3"),
    "unknown name": ('[excitons]\nstatistics = "poison"', "excitons.statistics", "Did you mean 'poisson'?"),
    "list for a name": (
        '[excitons]\nstatistics = ["poisson"]',
        "excitons.statistics",
        "one of poisson, exponential, compound, paper",
    ),
    "number for a name": ("material = 3", "material", "found 3"),
    "section is a number": ("nanocrystal = 3", "nanocrystal", "found 3"),
    "future format": ('format = "scintidot-run/2"', "format", "found 'scintidot-run/2'"),
}


@pytest.mark.parametrize(("text", "key", "words"), RUN_FAULTS.values(), ids=RUN_FAULTS)
def test_malformed_run_file(run_file, text: str, key: str, words: str) -> None:
    path = run_file(text)
    with pytest.raises(BadFile) as caught:
        make_config(path)
    error = str(caught.value)
    assert error.startswith(f"{path}: bad ")
    assert f" for {key}" in error
    assert words in error
    assert len(error.splitlines()) == 1


def test_fault_of_a_run_file_is_told_even_when_an_option_would_replace_it(run_file) -> None:
    with pytest.raises(BadFile):
        make_config(run_file("[radiation]\nkinetic_energy_keV = -1"), {"energy": 7})


@pytest.mark.parametrize(("text", "line"), [("a = = 1", 1), ("\n\n[nanocrystal", 3)])
def test_syntax_error_names_its_line(run_file, text: str, line: int) -> None:
    path = run_file(text + "\n")
    with pytest.raises(BadFile, match=rf"line {line}, column \d+") as caught:
        make_config(path)
    assert str(caught.value).startswith(f"{path}: bad syntax")


def test_missing_run_file(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="No such file"):
        make_config(tmp_path / "none.toml")
    with pytest.raises(BadFile, match="directory"):
        make_config(tmp_path)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("edge_length", "-3", "for --edge-length (expected more than 0 nm, found -3 nm)"),
        ("edge_length", "", "for --edge-length (expected "),
        ("edge_length", "3.3;5", "for --edge-length (expected "),
        ("edge_length", object(), "for --edge-length (expected "),
        ("energy", "7 nm", "found '7 nm', a length"),
        ("energy", "3,5", "Write the decimal point as '.', not ','."),
        ("energy", [7], "for --energy (expected "),
        ("outcoupling", 0, "for --outcoupling (expected more than 0"),
        ("statistics", ["paper"], "for --statistics (expected "),
        ("statistics", 3, "for --statistics (expected "),
        ("edge_lenght", 3, "Did you mean 'edge_length'?"),
    ],
)
def test_bad_option(option: str, value: object, words: str) -> None:
    with pytest.raises(BadValue) as caught:
        make_config(options={option: value}, where="here")
    assert str(caught.value).startswith("here: bad ")
    assert words in str(caught.value)


# --- every configuration survives its file -------------------------------------------------------------

SHARE = st.floats(min_value=0, max_value=1)
EFFICIENCY = st.floats(min_value=1e-6, max_value=1)
POSITIVE = st.floats(min_value=1e-3, max_value=1e6)
EDGE = st.floats(min_value=1.8, max_value=30)


def part(**strategies: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries({}, optional=strategies)


RUNS = part(
    material=st.text(min_size=1).filter(lambda name: not is_card_path(name)),
    host=st.sampled_from(["octane", "vacuum"]),
    material_fingerprint=st.text("0123456789abcdef", min_size=64, max_size=64),
    nanocrystal=part(
        edge_length_nm=st.lists(EDGE, min_size=1, unique=True),
        shape=st.sampled_from(SHAPES),
        size_dispersion=st.floats(min_value=0, max_value=0.3),
    ),
    radiation=part(kinetic_energy_keV=POSITIVE, start=st.sampled_from(list(STARTS))),
    excitons=part(pair_creation_energy=st.text(), statistics=st.sampled_from(list(STATISTICS))),
    kinetics=part(auger_law=st.text(), retained_fraction=SHARE),
    light=part(
        light_yield_photons_per_MeV=POSITIVE,
        light_yield_edge_length_nm=EDGE,
        light_yield_scaling=st.sampled_from(list(LIGHT_YIELD_SCALINGS)),
    ),
    timing=part(
        gamma_energy_keV=POSITIVE,
        rise_time_ps=POSITIVE,
        response_fwhm_ps=POSITIVE,
        outcoupling=EFFICIENCY,
        detection_efficiency=EFFICIENCY,
    ),
)


@given(data=RUNS)
def test_configuration_survives_its_file(tmp_path_factory: pytest.TempPathFactory, data: dict) -> None:
    config = RunConfig.model_validate(data)
    path = tmp_path_factory.getbasetemp() / "round.toml"
    path.write_text(tomli_w.dumps(config.as_dict()), encoding="utf-8", newline="\n")
    assert make_config(path) == config


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20, 25 angstrom", (2.0, 2.5)),
        ("20 angstrom, 5 nm", (2.0, 5.0)),
        ("1, 2e1", (1.0, 20.0)),
        ("1e1, 2 nm", (10.0, 2.0)),
        ("3.3,5,8.7 nm", (3.3, 5.0, 8.7)),
    ],
)
def test_a_unit_at_the_end_is_that_of_all_bare_sizes(text: str, expected: tuple[float, ...]) -> None:
    assert make_config(options={"edge_length": text}).nanocrystal.edge_length_nm == pytest.approx(expected)
