"""``scintidot deposit`` with the files and engines of others: MCPL in and out, Geant4, tables of deposits."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest

from scintidot.deposits import engine, histories
from scintidot.deposits import particles as particle_files
from scintidot.deposits.geant4 import CHOICES, ROW
from scintidot.deposits.run import deposit
from scintidot.errors import ScintidotError
from scintidot.interactions.inelastic import inelastic
from scintidot.interchange import geant4
from scintidot.interchange.mcpl import ELECTRON, PHOTON, Particles, read_mcpl, write_mcpl

FEW = {"histories": 300, "threads": 1}
ROUNDING = 1e-12


def electrons(position, direction=(0.0, 0.0, 1.0), energy=7e3, **changes):
    """Electrons at these points [nm], all with one direction."""
    n = len(position)
    options = {
        "pdg": np.full(n, ELECTRON, dtype=np.int32),
        "energy": np.full(n, energy),
        "position": np.array(position, dtype=float),
        "direction": np.tile(np.array(direction), (n, 1)),
        "weight": np.ones(n),
    }
    return Particles(**{**options, **changes})


def beam(n, *, x=0.0, z=-30.0):
    return electrons([[x, 0.0, z]] * n)


# --- electrons in and out ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def first_run(tmp_path_factory):
    """A run and the file of what escaped."""
    result = deposit(escapes=True, **FEW)
    path = tmp_path_factory.mktemp("first") / "escapes.mcpl.gz"
    result.save_escapes(path)
    return result, path


def test_escapes_are_electrons_at_the_surface_with_the_energy_of_the_books(first_run):
    result, path = first_run
    left = read_mcpl(path)
    assert len(left.energy) > 300
    assert set(left.pdg) == {ELECTRON}
    assert left.energy.sum() / 300 == pytest.approx(result.rows[0]["escaped_electrons_eV"], rel=1e-12)
    assert len(left.energy) == result.to_xarray()["escapes_by_energy"].sum()
    np.testing.assert_allclose(np.abs(left.position).max(axis=1), 5.0, rtol=ROUNDING)
    face = np.abs(left.position) > 5 * (1 - ROUNDING)
    outwards = np.where(face, left.position * left.direction, np.inf)
    assert (outwards > 0).all()
    assert "histories: 300" in left.notes


def test_keeping_escapes_changes_no_number(first_run):
    with_escapes, _ = first_run
    rows = [dict(result.rows[0]) for result in (with_escapes, deposit(**FEW))]
    for row in rows:
        del row["histories_per_second_per_core"]
    assert rows[0] == rows[1]


def test_escapes_are_the_same_with_any_number_of_threads(monkeypatch):
    monkeypatch.setattr(engine, "BLOCK_IN_VACUUM", 64)
    monkeypatch.setattr(histories, "ESCAPES_AT_ONCE", 2100)  # handed over several times in a block
    one, three = (deposit(escapes=True, histories=300, threads=n).escapes() for n in (1, 3))
    for name in ("energy", "position", "direction"):
        np.testing.assert_array_equal(getattr(one, name), getattr(three, name))


def test_escapes_started_again_at_the_surface_leave_at_once(first_run, tmp_path):
    """What left a nanocrystal misses it: every electron comes back with its place, direction and energy."""
    _, path = first_run
    result = deposit(primaries=path, escapes=True, threads=1)
    result.save_escapes(tmp_path / "again.mcpl")
    before, after = read_mcpl(path), read_mcpl(tmp_path / "again.mcpl")
    for name in ("energy", "position", "direction"):
        np.testing.assert_allclose(getattr(after, name), getattr(before, name), rtol=ROUNDING, atol=ROUNDING)
    (row,) = result.rows
    assert row["hit_fraction"] == row["mean_deposit_eV"] == 0
    assert row["histories"] == len(before.energy)
    assert result.choices["start"] == "file"


@pytest.mark.parametrize("shape", ["cube", "sphere"])
def test_escapes_of_one_nanocrystal_are_primaries_in_a_larger_one(first_run, shape):
    _, path = first_run
    (row,) = deposit(primaries=path, edge_length=20, shape=shape, threads=1).rows
    given = read_mcpl(path).energy
    assert row["energy_keV"] == pytest.approx(given.mean() / 1e3, rel=1e-12)
    kept = (row["mean_deposit_eV"], row["escaped_eV"], row["surface_work_eV"])
    assert sum(kept) == pytest.approx(given.mean(), rel=1e-9)
    assert row["mean_deposit_eV"] > 10


@pytest.mark.parametrize("start", [-30.0, -5.0])
def test_beam_through_a_cube_collides_as_often_as_its_mean_free_path_says(tmp_path, start):
    """Straight through 10 nm without elastic scattering: 1 - exp(-10 nm / mean free path) leave something."""
    n = 4000
    path = write_mcpl(tmp_path / "hit.mcpl", beam(n, z=start))
    only_losses = {"elastic": "none", "phonons": "none", "surface": "none"}
    (row,) = deposit(primaries=path, threads=1, **only_losses).rows
    expected = -np.expm1(-10 / inelastic("CsPbBr3", 7000)["rows"][0]["imfp_nm"])
    assert row["hit_fraction"] == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / n))
    assert row["escaped_eV"] + row["mean_deposit_eV"] == pytest.approx(7000, rel=1e-9)


def test_beam_beside_and_in_a_host(tmp_path):
    """Beside the cube nobody meets it; in a host electrons stop, and none escapes."""
    miss = write_mcpl(tmp_path / "miss.mcpl", beam(3, x=5.1))
    past = deposit(primaries=miss, threads=1, escapes=True)
    assert past.rows[0]["mean_deposit_eV"] == 0
    np.testing.assert_allclose(past.escapes().position, [[5.1, 0, -30]] * 3, rtol=ROUNDING)
    near = write_mcpl(tmp_path / "near.mcpl", beam(100, z=-5.5))
    (row,) = deposit(primaries=near, host="octane", threads=1).rows
    assert row["hit_fraction"] > 0.4
    assert row["escaped_electrons_eV"] == 0


def test_primaries_inside_start_where_the_file_says(tmp_path):
    """From just under a face outwards hardly anything is kept, from the far side inwards the whole way."""
    path = write_mcpl(tmp_path / "up.mcpl", electrons([[0, 0, 4.9]] * 200))
    down = write_mcpl(tmp_path / "down.mcpl", electrons([[0, 0, 4.9]] * 200, direction=(0.0, 0.0, -1.0)))
    up, through = (deposit(primaries=file, threads=1).rows[0]["mean_deposit_eV"] for file in (path, down))
    assert 5 * up < through


def test_crossing_in_vacuum_is_crossing_in_vacuum():
    """Electrons from outside meet the nanocrystal although nothing is around it."""
    (row,) = deposit(start="crossing", **FEW).rows
    assert 0.2 < row["hit_fraction"] < 0.7


def test_command_line_writes_and_reads(cli, tmp_path):
    path, again = tmp_path / "out" / "left.mcpl.gz", tmp_path / "again.mcpl"
    done = cli("deposit", "--histories", 50, "--threads", 1, "--escapes", path, "--json")
    assert done.code == 0, done.err
    number = len(read_mcpl(path).energy)
    done = cli("deposit", "--primaries", path, "--histories", number - 1, "--threads", 1, "--escapes", again)
    assert done.code == 0, done.err
    assert f"Escaped electrons: {again}" in done.out
    np.testing.assert_allclose(read_mcpl(again).energy, read_mcpl(path).energy[:-1], rtol=ROUNDING)


def test_more_escapes_than_are_kept_is_a_warning(monkeypatch):
    monkeypatch.setattr(engine, "MOST_ESCAPES", 40)
    result = deposit(escapes=True, **FEW)
    assert len(result.escapes().energy) == 40
    assert any("the first 40 are kept" in note for note in result.warnings)


def test_commands_of_the_page_run(root, cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (root / "docs/interchange.md").read_text(encoding="utf-8")
    commands = re.findall(r"^(scintidot deposit .*mcpl.*)$", page, flags=re.M)
    assert len(commands) == 2
    for command in commands:
        assert cli(*shlex.split(command)[1:], "--threads", 1).code == 0, command


# --- faults of files and options --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "code", "words"),
    [
        (lambda _: None, 3, "No such file"),
        (lambda path: path.write_bytes(path.read_bytes()[:-40]), 3, "of 3 particles"),
        (lambda path: path.write_text("x y z"), 3, "another kind of file"),
        (electrons(np.zeros((0, 3))), 3, "no particle"),
        (electrons(np.zeros((3, 3)), pdg=np.array([11, PHOTON, 22], np.int32)), 3, "a photon at place 1, 2"),
        (electrons(np.zeros((3, 3)), pdg=np.array([11, 11, 2212], np.int32)), 3, "a proton"),
        (electrons(np.zeros((3, 3)), weight=np.array([1.0, 2.0, 1.0])), 3, "1 to 2"),
        (electrons(np.zeros((3, 3)), energy=0.0), 3, "above 0 eV"),
        (electrons(np.zeros((3, 3)), energy=2e5), 4, "up to 100 keV"),
    ],
)  # fmt: skip
def test_fault_of_a_file_is_one_line(cli, tmp_path, made, code, words):
    path = tmp_path / "in.mcpl"
    if isinstance(made, Particles):
        write_mcpl(path, made)
    elif made(write_mcpl(path, beam(3))) is None:
        path.unlink()
    done = cli("deposit", "--primaries", path)
    assert (done.code, done.out) == (code, "")
    assert words in done.err
    assert str(path) in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--primaries", "in.mcpl", "--energy-kev", "7"], "--energy-kev"),
        (["--primaries", "in.mcpl", "--start", "uniform"], "--start"),
        (["--primaries", "in.mcpl", "--source", "fe55"], "--source"),
        (["--primaries", "in.mcpl", "--composite", "5 x 3 nm", "--box-nm", "20"], "--composite"),
        (["--primaries", "in.mcpl", "--histories", "4"], "at most the 3 particles"),
        (["--escapes", "left.csv"], "ends with .mcpl"),
        (["--escapes", "left.mcpl", "--host", "octane"], "--host octane"),
        (["--escapes", "left.mcpl", "--edge-length", "3,10"], "2 sizes and 1 energies"),
        (["--em-model", "penelope"], "--em-model"),
        (["--engine", "geant5"], "geant4"),
    ],
)
def test_options_that_do_not_go_together_are_one_line(cli, tmp_path, monkeypatch, options, words):
    monkeypatch.chdir(tmp_path)
    write_mcpl("in.mcpl", beam(3))
    done = cli("deposit", *options)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert done.err.count("\n") == 1


# --- Geant4 -----------------------------------------------------------------------------------------


@pytest.fixture
def pretend(monkeypatch):
    """In place of Geant4, another process that gives every third electron 30 eV."""
    usual = importlib.util.find_spec  # others ask it for libraries of their own
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name, *more: name == "calzone" or usual(name, *more)
    )
    asked = []

    def run(command, **_):
        folder = Path(command[-1])
        asked.append(json.loads((folder / "setup.json").read_text(encoding="utf-8")))
        with np.load(folder / "primaries.npz") as born:
            event = np.arange(0, len(born["energy"]), 3)
        energy = np.full(len(event), 3e-5)  # MeV
        np.savez(folder / "result.npz", event=event, energy=energy, version="Geant4 11.4.0 (calzone 1.2.2)")
        return subprocess.CompletedProcess(command, 0, stdout="", stderr="")

    monkeypatch.setattr(geant4.subprocess, "run", run)
    return asked


def test_geant4_gives_the_same_document(cli, pretend, tmp_path):
    out = tmp_path / "histograms.nc"
    done = cli(
        "deposit", "--engine", "geant4", "--edge-length", "3,10", "--histories", 300, "--treatment", "local",
        "--host", "octane", "--json", "--out", out,
    )  # fmt: skip
    assert done.code == 0, done.err
    document = json.loads(done.out)
    ours = deposit(**FEW).as_json()
    assert set(document) == set(ours)
    assert set(document["rows"][0]) == set(ours["rows"][0]) == set(ROW)
    assert set(ours["choices"]) == set(CHOICES)
    assert set(document["choices"]) == {*CHOICES, "engine_version", "em_model", "assumptions"}
    choices = document["choices"]
    assert choices["engine"] == "Geant4 11.4 through calzone"
    assert choices["engine_version"] == "Geant4 11.4.0 (calzone 1.2.2)"
    assert any("no secondary below 990 eV" in note for note in choices["assumptions"])
    assert choices["surface"] is None
    assert [row["edge_length_nm"] for row in document["rows"]] == [3, 10]
    row = document["rows"][0]
    assert (row["mean_deposit_eV"], row["hit_fraction"]) == pytest.approx((10.0, 1 / 3))
    assert row["mean_deposit_per_hit_eV"] == pytest.approx(30.0)
    assert row["mean_pairs"] is row["escaped_eV"] is None
    assert [setup["em_model"] for setup in pretend] == ["penelope", "penelope"]
    import xarray

    with xarray.open_dataset(out, engine="h5netcdf") as histograms:
        assert histograms["events_by_deposit"].sum(axis=1).to_numpy().tolist() == [300, 300]
        assert histograms["events_by_deposit"][0, 0] == 200


def test_geant4_from_python_and_as_a_table(cli, pretend):
    result = deposit(engine="geant4", histories=30, em_model="livermore", start="centre")
    assert result.rows[0]["histories"] == 30
    assert len(result.cases[0].deposits.energy) == 10
    assert pretend[0]["tracking_limit"] == pytest.approx(2e-5)  # MeV
    done = cli("deposit", "--engine", "geant4", "--histories", 30)
    assert done.code == 0, done.err
    assert "treatment track" in done.out


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--composite", "5 x 3 nm"), ("--box-nm", "30"), ("--source", "fe55"), ("--shell", "CdS"),
        ("--start", "crossing"), ("--phonons", "none"), ("--surface", "none"), ("--cut-ev", "20"),
        ("--elastic", "none"),
        ("--pairs", "settle"),
        ("--whole-tracks", None), ("--tracking", "surface"), ("--temperature", "300"), ("--relative-error", "0.1"),
        ("--threads", "2"), ("--primaries", "in.mcpl"), ("--escapes", "out.mcpl"), ("--shape", "cuboid"),
    ],
)  # fmt: skip
def test_geant4_refuses_what_it_cannot_do(cli, pretend, option, value):
    done = cli("deposit", "--engine", "geant4", option, *([] if value is None else [value]))
    assert (done.code, done.out, pretend) == (2, "", [])
    assert f" for {option} " in done.err
    assert done.err.count("\n") == 1


def test_geant4_checks_every_row_before_the_first_run(cli, pretend):
    done = cli("deposit", "--engine", "geant4", "--energy-kev", "7,5000")
    assert (done.code, pretend) == (4, [])
    assert "0.1 to 1000 keV" in done.err


def test_without_calzone_or_its_data_one_line_says_so(cli, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    done = cli("deposit", "--engine", "geant4")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "pip install 'scintidot[geant4]'" in done.err

    def run(command, **_):
        (Path(command[-1]) / "fault.json").write_text(
            '{"kind": "data", "found": "no G4EMLOW"}', encoding="utf-8"
        )
        return subprocess.CompletedProcess(command, 1, stdout="", stderr="")

    monkeypatch.setattr("importlib.util.find_spec", lambda _: True)
    monkeypatch.setattr(geant4.subprocess, "run", run)
    done = cli("deposit", "--engine", "geant4")
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert "calzone download" in done.err


# --- tables of others -------------------------------------------------------------------------------


def test_row_of_a_file(cli, tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("event,energy_keV\n3,0.0125\n3,0.0175\n17,0.07\n", encoding="utf-8")
    done = cli("deposit-file", path, "--events", 100, "--edge-length", 8.7, "--json")
    assert done.code == 0, done.err
    document = json.loads(done.out)
    (row,) = document["rows"]
    assert (row["mean_deposit_eV"], row["hit_fraction"], row["edge_length_nm"]) == pytest.approx(
        (1.0, 0.02, 8.7)
    )
    shown = cli("deposit-file", path, "--events", 100)
    assert "deposit per event [eV]" in shown.out
    without = cli("deposit-file", path)
    assert (without.code, without.err.count("\n")) == (3, 1)
    assert "--events" in without.err
    assert cli("deposit-file", path, "--events", 100, "--edge-length", "-1").code in (2, 4)


def test_name_of_particle_codes():
    assert particle_files.NAMES[PHOTON] == "a photon"
    with pytest.raises(ScintidotError):
        particle_files.read_primaries("nowhere.mcpl")
