"""Geant4 beside us: what it is told, checked by Geant4's own geometry where calzone is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scintidot.errors import BadFile, BadValue, OutOfRange
from scintidot.geometry import mean_path
from scintidot.interchange import geant4
from scintidot.interchange.deposits import deposit_row
from scintidot.interchange.geant4 import EM_MODELS, geant4_setup, primaries, simulate_geant4
from scintidot.interchange.mcpl import read_mcpl, write_mcpl
from scintidot.materials.library import load_material, scintillator_names

SEVEN = {"edge_length": 10.0, "energy_keV": 7.0}


def have_data():
    """Whether the data tables of Geant4 are where calzone looks for them."""
    import os

    folder = Path(os.environ.get("GEANT4_DATA_DIR", Path.home() / ".local/share/calzone/data"))
    return any(folder.glob("G4EMLOW*")) if folder.is_dir() else False


# --- what Geant4 is told ----------------------------------------------------------------------------


def test_setup_has_the_card_in_units_of_geant4():
    setup = geant4_setup("CsPbBr3", host="octane", shape="sphere", **SEVEN)
    mixtures = setup.geometry["materials"]["mixtures"]
    inside = mixtures[setup.geometry["Host"]["Nanocrystal"]["material"]]
    assert inside["density"] == load_material("CsPbBr3").card.density.value
    assert sum(inside["composition"].values()) == pytest.approx(1)
    assert inside["composition"]["G4_Pb"] == pytest.approx(207.2 / 579.82, rel=1e-3)
    assert setup.geometry["Host"]["Nanocrystal"]["sphere"] == pytest.approx(5e-7)  # cm
    assert setup.geometry["Host"]["box"] > 1e-4  # more than the range of 10 keV
    assert set(mixtures[setup.geometry["Host"]["material"]]["composition"]) == {"G4_C", "G4_H"}
    assert json.loads(json.dumps(setup.geometry)) == setup.geometry


@pytest.mark.parametrize(
    ("choices", "cut", "tracking"),
    [
        ({}, 990, 100),
        ({"local_deposit_below": 250}, 250, 100),
        ({"treatment": "track"}, 100, 100),
        ({"treatment": "track", "em_model": "livermore"}, 10, 20),
        ({"treatment": "local", "em_model": "livermore"}, 990, 100),
    ],
)
def test_treatment_sets_the_limits(choices, cut, tracking):
    setup = geant4_setup("CsPbBr3", **SEVEN, **choices)
    assert 1e6 * setup.production_cut == pytest.approx(cut)
    assert 1e6 * setup.tracking_limit == pytest.approx(tracking)
    assert setup.geometry["Host"]["material"] == "G4_Galactic"
    assert any(f"no secondary below {cut} eV" in note for note in setup.assumptions)


@given(
    start=st.sampled_from(["centre", "uniform"]),
    shape=st.sampled_from(["cube", "sphere"]),
    edge=st.floats(1, 50),
    seed=st.integers(0, 2**64 - 1),
)
def test_primaries_start_inside_and_repeat(start, shape, edge, seed):
    options = {
        "edge_length": edge,
        "energy_keV": 7.0,
        "start": start,
        "shape": shape,
        "histories": 20,
        "seed": seed,
    }
    one, again = primaries(**options), primaries(**options)
    np.testing.assert_array_equal(one.position, again.position)
    np.testing.assert_array_equal(one.direction, again.direction)
    size = np.linalg.norm(one.position, axis=1) if shape == "sphere" else np.abs(one.position).max(axis=1)
    assert (size <= edge / 2).all()
    assert (size == 0).all() == (start == "centre")
    np.testing.assert_array_equal(one.energy, 7000.0)


@pytest.mark.parametrize("shape", ["cube", "sphere"])
@pytest.mark.parametrize("start", ["centre", "uniform"])
def test_straight_paths_of_primaries_have_the_mean_of_the_closed_form(shape, start):
    n = 200_000
    born = primaries(edge_length=1.0, energy_keV=7.0, start=start, shape=shape, histories=n, seed=5)
    if shape == "cube":
        with np.errstate(divide="ignore"):
            path = ((np.copysign(0.5, born.direction) - born.position) / born.direction).min(axis=1)
    else:
        along = (born.position * born.direction).sum(axis=1)
        path = -along + np.sqrt(along**2 + 0.25 - (born.position**2).sum(axis=1))
    expected = float(mean_path(1.0, shape, start))
    assert path.mean() == pytest.approx(expected, abs=5 * path.std() / np.sqrt(n) + 1e-9)


def test_primaries_go_into_mcpl(tmp_path):
    born = primaries(start="uniform", shape="cube", histories=50, seed=1, **SEVEN)
    again = read_mcpl(write_mcpl(tmp_path / "primaries.mcpl.gz", born))
    np.testing.assert_allclose(again.position, born.position, rtol=1e-14)


@pytest.mark.parametrize(
    ("choices", "kind", "words"),
    [
        ({"shape": "cylinder"}, BadValue, "cube, sphere"),
        ({"treatment": "both"}, BadValue, "local, track"),
        ({"em_model": "dna"}, BadValue, "penelope, livermore"),
        ({"start": "crossing"}, BadValue, "centre, uniform"),
        ({"edge_length": -1.0}, BadValue, "above 0 nm"),
        ({"edge_length": np.nan}, BadValue, "above 0 nm"),
        ({"energy_keV": 5000.0}, OutOfRange, "0.1 to 1000 keV"),
        ({"local_deposit_below": 50.0}, OutOfRange, "100 eV or more with penelope"),
        ({"histories": 0}, BadValue, "histories"),
        ({"histories": 2.5}, BadValue, "histories"),
        ({"seed": -1}, BadValue, "seed"),
        ({"material": "CsPbBr4"}, BadValue, "CsPbBr3"),
        ({"host": "vacuums"}, BadValue, "vacuum"),
    ],
)
def test_what_cannot_be_is_refused_before_geant4_starts(choices, kind, words, monkeypatch):
    monkeypatch.setattr(geant4, "_run", None)
    options = {"material": "CsPbBr3", **SEVEN, **choices}
    with pytest.raises(kind, match=words) as caught:
        simulate_geant4(**options)
    assert "\n" not in str(caught.value)


def test_an_element_that_geant4_lacks(write_card):
    card = write_card('name = "Es"\nkind = "standard"\n[composition]\nformula = "Es"\nsource = "nist_xcom"\n')
    with pytest.raises((BadFile, BadValue)) as caught:
        geant4_setup(card, **SEVEN)
    assert "\n" not in str(caught.value)


# --- the process beside us --------------------------------------------------------------------------


def test_without_calzone_one_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(BadValue, match=r"pip install 'scintidot\[geant4\]'.*calzone download") as caught:
        simulate_geant4("CsPbBr3", **SEVEN)
    assert "\n" not in str(caught.value)


@pytest.fixture
def pretend(monkeypatch):
    """Another process that leaves these files, in place of Geant4."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: True)

    def install(*, result=None, fault=None, stderr=""):
        def run(command, **_):
            folder = Path(command[-1])
            assert json.loads((folder / "setup.json").read_text(encoding="utf-8"))["em_model"] == "penelope"
            with np.load(folder / "primaries.npz") as born:
                np.testing.assert_allclose(born["energy"], 7e-3)  # MeV
                assert np.abs(born["position"]).max() <= 5e-7  # cm
            if result is not None:
                np.savez(folder / "result.npz", **result)
            if fault is not None:
                (folder / "fault.json").write_text(json.dumps(fault), encoding="utf-8")
            return subprocess.CompletedProcess(command, -6, stdout="", stderr=stderr)

        monkeypatch.setattr(geant4.subprocess, "run", run)

    return install


def test_result_comes_back_in_our_units(pretend):
    pretend(result={"event": [3, 5], "energy": [1e-5, 4e-5], "version": "Geant4 11.4.0"})
    deposits = simulate_geant4("CsPbBr3", histories=10, **SEVEN)
    np.testing.assert_array_equal(deposits.event, [3, 5])
    np.testing.assert_allclose(deposits.energy, [10.0, 40.0])  # eV
    assert (deposits.events, deposits.source) == (10, "Geant4 11.4.0")
    assert len(deposits.assumptions) == 5
    assert deposit_row(deposits, edge_length=10.0, energy_keV=7.0)["mean_deposit_eV"] == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        ({"fault": {"kind": "data", "found": "no G4EMLOW"}}, "no G4EMLOW.*calzone download; or set GEANT4_DATA_DIR"),
        ({"fault": {"kind": "run", "found": "overlap"}}, "found overlap"),
        ({"stderr": "first\n*** G4Exception ***\nat the end\n"}, "G4Exception .*; at the end"),
        ({}, "exit code -6"),
    ],
)  # fmt: skip
def test_fault_of_the_other_process_is_one_line(pretend, left, words):
    pretend(**left)
    with pytest.raises(BadFile, match=words) as caught:
        simulate_geant4("CsPbBr3", histories=10, **SEVEN)
    assert "\n" not in str(caught.value)


# --- Geant4 itself, without its data tables ---------------------------------------------------------


@pytest.fixture(scope="module")
def calzone():
    return pytest.importorskip("calzone", reason="calzone (Geant4) is not installed: pip install calzone")


@pytest.mark.parametrize("shape", ["cube", "sphere"])
@pytest.mark.parametrize("host", ["vacuum", "octane"])
@pytest.mark.parametrize("edge", [2.0, 10.0])
def test_geant4_builds_the_geometry(calzone, shape, host, edge):
    setup = geant4_setup("CsPbBr3", host=host, shape=shape, edge_length=edge, energy_keV=7.0)
    geometry = calzone.Geometry(setup.geometry)
    geometry.check()
    volume = geometry["Host.Nanocrystal"]
    expected = edge**3 * (1 if shape == "cube" else np.pi / 6)  # nm3
    assert volume.volume() * 1e21 == pytest.approx(expected, rel=1e-9)
    assert volume.role == "record_deposits"
    known = calzone.describe(material=volume.material)
    assert known.density == pytest.approx(4.856)
    assert {name for name, _ in known.composition} == {"Cs", "Pb", "Br"}
    born = primaries(start="uniform", shape=shape, histories=500, seed=2, edge_length=edge, energy_keV=7.0)
    particles = calzone.particles(500, pid="e-")
    particles["position"] = born.position * 1e-7
    side = volume.side(particles)  # 1 inside, 0 within 0.0005 nm of the surface, -1 outside
    assert (side >= 0).all()
    assert (side == 1).mean() > 0.98
    particles["position"] *= 2.5 * np.sqrt(3)
    assert (volume.side(particles) < 0).any()


@pytest.mark.parametrize("name", scintillator_names())
def test_geant4_knows_the_elements_of_every_scintillator(calzone, name):
    calzone.Geometry(geant4_setup(name, host="PMMA", **SEVEN).geometry).check()


@pytest.mark.parametrize("model", EM_MODELS)
def test_geant4_has_the_models(calzone, model):
    assert calzone.Physics(model, default_cut=1e-8).em_model == model


@pytest.mark.usefixtures("calzone")
def test_limits_of_geant4_can_be_set_and_read():
    program = (
        "from scintidot.interchange.geant4_worker import Limits\n"
        "limits = Limits()\n"
        "limits.production, limits.tracking = 1e-4, 2e-5\n"
        "print(limits.production, limits.tracking)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0.0001", "2e-05"]


@pytest.mark.usefixtures("calzone")
def test_without_data_tables_one_line_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("GEANT4_DATA_DIR", str(tmp_path))
    with pytest.raises(BadFile, match=r"data tables .*missing folder.*python -m calzone download") as caught:
        simulate_geant4("CsPbBr3", histories=10, **SEVEN)
    assert "\n" not in str(caught.value)


# --- Geant4 itself, with them -----------------------------------------------------------------------


@pytest.mark.usefixtures("calzone")
@pytest.mark.parametrize("treatment", ["local", "track"])
@pytest.mark.parametrize("model", EM_MODELS)
def test_a_run_of_geant4(treatment, model):
    if not have_data():
        pytest.skip("the data tables of Geant4 are not installed: python -m calzone download")
    options = {"histories": 500, "treatment": treatment, "em_model": model, **SEVEN}
    one, again = (simulate_geant4("CsPbBr3", **options) for _ in range(2))
    np.testing.assert_array_equal(one.energy, again.energy)
    assert 0 < len(one.energy) <= 500
    assert (one.energy <= 7000.0 * (1 + 1e-9)).all()
