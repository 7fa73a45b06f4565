"""Deposits of other programs: what is read, what is asked for, what is refused."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scintidot.errors import BadFile, BadValue, CannotWrite
from scintidot.interchange.columns import split_unit
from scintidot.interchange.deposits import EventDeposits, deposit_row, read_deposits, write_deposits

STEPS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 5), st.floats(0, 1e6, allow_subnormal=False)), max_size=60
)


def table(steps, extra=3):
    event, nanocrystal, energy = np.array(steps, dtype=float).reshape(-1, 3).T
    return EventDeposits.summed(
        event.astype(np.int64), nanocrystal.astype(np.int64), energy, events=41 + extra, source="a test"
    )


def write(tmp_path, text, name="edep.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def same(one, other):
    assert one.events == other.events
    np.testing.assert_array_equal(one.event, other.event)
    np.testing.assert_array_equal(one.nanocrystal, other.nanocrystal)
    np.testing.assert_allclose(one.energy, other.energy, rtol=1e-14)


THREE = [(0, 1, 3.0), (0, 1, 4.0), (2, 0, 5000.0)]


# --- sums and figures -------------------------------------------------------------------------------


@given(steps=STEPS)
def test_summed_keeps_the_energy_of_every_pair_once(steps):
    deposits = table(steps)
    expected: dict = {}
    for event, nanocrystal, energy in steps:
        expected[event, nanocrystal] = expected.get((event, nanocrystal), 0.0) + energy
    expected = {key: energy for key, energy in expected.items() if energy > 0}
    found = dict(zip(zip(deposits.event, deposits.nanocrystal, strict=True), deposits.energy, strict=True))
    assert found == pytest.approx(expected)
    assert list(found) == sorted(found)


@given(steps=STEPS)
def test_row_agrees_with_the_list_of_all_events(steps):
    deposits = table(steps)
    every = np.zeros(deposits.events)  # the slow way: every event, those without deposit too
    for event, _, energy in steps:
        every[event] += energy
    row = deposit_row(deposits, edge_length=5.0, energy_keV=7.0)
    assert row["edge_length_nm"] == 5.0
    assert row["energy_keV"] == 7.0
    assert row["histories"] == len(every)
    assert row["mean_deposit_eV"] == pytest.approx(every.mean())
    assert row["standard_error_eV"] == pytest.approx(every.std(ddof=1) / np.sqrt(len(every)))
    assert row["hit_fraction"] == pytest.approx((every > 0).mean())
    if row["mean_deposit_per_hit_eV"] is not None:
        hits = len(deposits.energy)
        assert row["mean_deposit_per_hit_eV"] * hits == pytest.approx(every.sum())
    assert list(row["fraction_above_eV"]) == ["5", "10", "50", "100"]
    shares = list(row["fraction_above_eV"].values())
    assert shares == sorted(shares, reverse=True)
    assert list(row["quantiles_eV"]) == ["0.1", "0.25", "0.5", "0.75", "0.9", "0.99"]


def test_row_without_a_deposit_has_no_hit_figures():
    row = deposit_row(table([]))
    assert row["mean_deposit_eV"] == row["hit_fraction"] == row["standard_error_eV"] == 0
    assert row["mean_deposit_per_hit_eV"] is None
    assert set(row["quantiles_eV"].values()) == {None}


# --- there and back ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mine.csv", "mine.h5", "mine.hdf5"])
@given(steps=STEPS)
def test_written_file_reads_back(tmp_path_factory, name, steps):
    deposits = table(steps)
    path = write_deposits(tmp_path_factory.mktemp("back") / name, deposits)
    again = read_deposits(path)
    same(again, deposits)
    np.testing.assert_array_equal(again.energy, deposits.energy)  # to the bit
    assert (again.source, again.assumptions) == (deposits.source, deposits.assumptions)


@pytest.mark.parametrize("name", ["mine.csv", "mine.h5"])
def test_assumptions_survive_and_do_not_pile_up(tmp_path, name):
    first = read_deposits(write(tmp_path, "event;edep_keV\n0;0,5\n"), events=7)
    assert len(first.assumptions) == 2
    path = write_deposits(tmp_path / name, first)
    assert read_deposits(path).assumptions == first.assumptions
    assert read_deposits(path).source == "edep.csv"


def test_nothing_is_left_half_written(tmp_path, monkeypatch):
    path = write_deposits(tmp_path / "mine.csv", table(THREE))
    before = path.read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scintidot.interchange.deposits.write_text", fail)
    with pytest.raises(CannotWrite, match="No space left"):
        write_deposits(path, table([]))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["mine.csv"]
    with pytest.raises(BadValue, match=r"ends with \.csv, \.h5, \.hdf5"):
        write_deposits(tmp_path / "mine.xlsx", table([]))


# --- text -------------------------------------------------------------------------------------------

GEANT4 = "#class tools::wcsv::ntuple\n#title step\n#separator 44\n#vector_separator 59\n"


@pytest.mark.parametrize(
    "text",
    [
        "# events: 44\nevent,nanocrystal,energy_eV\n0,1,3\n0,1,4\n2,0,5000\n",
        "# events = 44\nEventID\tcopy_number\tEdep[keV]\n2\t0\t5\n0\t1\t0.003\n0\t1\t0.004\n",
        "# events: 44\n#energy_unit: keV\nevt;nc;edep\n0;1;0,003\n0;1;0,004\n2;0;5,000\n",
        '# events: 44\n"Event ID";"volume";"Energy Deposit (MeV)"\n0;1;3e-6\n0;1;4E-6\n2;0;5e-3\n',
        "# events: 44\r\nevent nanocrystal  edep [eV]\r\n0 1   3.0\r\n0 1 4.0\r\n\r\n2 0 5e3\r\n",
        "# events: 44\n# event,nanocrystal,energy_eV\n0,1,3\n0,1,4\n2,0,5000\n",
        "# events: 44\nrunID,eventID,detectorID,time_ns,edepKeV\n0,0,1,9,3\n0,0,1,8,4\n0,2,0,1,5000\n".replace(
            "edepKeV", "edep_ev"
        ),
        "# events: 44\nevent,nanocrystal,energy_keV,edep_eV\n0,1,7,3\n0,1,7,4\n2,0,7,5000\n",
        GEANT4
        + "# events: 44\n#column int eventID\n#column int copyNo\n#column double edep_eV\n0,1,3\n0,1,4\n2,0,5000\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separator_unit_and_names_are_found(tmp_path, text, encoding):
    same(read_deposits(write(tmp_path, text.encode(encoding))), table(THREE))


def test_topas_ntuple_with_its_header(tmp_path):
    write(
        tmp_path,
        "TOPAS ASCII Ntuple\n\nNumber of Original Histories: 44\n\nColumns of data are as follows:\n"
        " 1: Energy [MeV]\n 2: Energy Deposited [keV]\n 3: Run ID\n 4: Event ID\n 5: Volume Name\n\nOther: 3\n",
        "cell.header",
    )
    path = write(tmp_path, "   7  0.003  0  0   B\n 7 0.004 0 0 B\n  7 5 0 2  A\n", "cell.phsp")
    deposits = read_deposits(path)
    same(deposits, table(THREE))
    assert any("Volume Name" in note for note in deposits.assumptions)


def test_phase_space_of_topas_is_no_table_of_deposits(tmp_path):
    header = " 1: Position X [cm]\n 2: Direction Cosine X\n 3: Energy [MeV]\n 4: Event ID\n"
    write(tmp_path, "Columns of data are as follows:\n" + header, "a.header")
    with pytest.raises(BadFile, match=r"'Energy .MeV.' beside 'Direction Cosine X', so a list of particles"):
        read_deposits(write(tmp_path, "0 1 7 0\n", "a.phsp"), events=3)


def test_binary_output_of_topas_is_refused(tmp_path):
    write(tmp_path, "Byte order of each record is as follows:\nf4: Energy [MeV]\n", "a.header")
    with pytest.raises(BadFile, match="binary ntuples are not read"):
        read_deposits(write(tmp_path, b"abc", "a.phsp"), events=3)


def test_runs_are_kept_apart(tmp_path):
    path = write(tmp_path, "run,event,nc,edep_eV\n0,0,0,1\n1,0,0,2\n1,1,0,4\n")
    deposits = read_deposits(path, events=10)
    np.testing.assert_array_equal(deposits.energy, [1, 2, 4])
    assert any("'run'" in note for note in deposits.assumptions)


def test_one_nanocrystal_is_assumed_aloud(tmp_path):
    deposits = read_deposits(write(tmp_path, "event,edep\n3,2\n"), events=5, energy_unit="keV")
    np.testing.assert_array_equal(deposits.energy, [2000.0])
    assert deposits.assumptions == ("the table names no nanocrystal: all deposits of an event are in one",)


@pytest.mark.parametrize(
    ("text", "arguments", "words"),
    [
        ("", {}, "bad table for the file .* found nothing"),
        ("1,2,3\n4,5,6\n", {}, ":1: bad header"),
        ("a,b\n1,2\n", {"events": 5}, "bad event column"),
        ("event,eventID,edep_eV\n1,2,3\n", {"events": 5}, "Leave one of them"),
        ("event,x\n1,2\n", {"events": 5}, "bad energy column .* 'edep_keV'"),
        ("event,edep\n1,2\n", {"events": 5}, "bad energy unit for edep .*'edep_keV'.*--energy-unit"),
        ("event,edep_mev\n1,2\n", {"events": 5}, "Is it 'MeV' or 'meV'"),
        ("event,edep [Gy]\n1,2\n", {"events": 5}, "bad energy unit .* found 'Gy'"),
        ("event,edep_eV\n1,2\n", {"events": 5, "energy_unit": "keV"}, "eV, as the file says"),
        ("event,edep_eV\n1,2\n", {}, "bad number of simulated events .*--events N"),
        ("# events: 9\nevent,edep_eV\n1,2\n", {"events": 5}, "9, as the file says"),
        ("# events: many\nevent,edep_eV\n1,2\n", {}, "a whole number above 0"),
        ("event,edep_eV\n1,2\n2,3\n", {"events": 1}, "2 or more, as in the rows"),
        ("event,edep_eV\n1,2\n", {"events": 0}, "--events .expected 1 or more"),
        ("event,edep_eV\n1,2\n2,-3\n", {"events": 5}, ":3: bad energy for edep_eV .*found -3"),
        ("event,edep_eV\n1,nan\n", {"events": 5}, ":2: bad energy"),
        ("event,edep_eV\n1,inf\n", {"events": 5}, ":2: bad energy"),
        ("event,edep_eV\n1.5,2\n", {"events": 5}, ":2: bad number for event .*whole"),
        ("event,edep_eV\n1,2\n2,x\n3,4\n", {"events": 5}, ":3: bad number for edep_eV .*found 'x'"),
        ("event,edep_eV\n1,\n2,3\n", {"events": 5}, ":2: bad number for edep_eV .*found ''"),
        ("event,edep_eV\n1,1_000\n", {"events": 5}, ":2: bad number for edep_eV .*found '1_000'"),
        ("event,edep_eV\n1,infinity\n", {"events": 5}, ":2: bad "),
        ("event,edep_eV\n1,٣\n", {"events": 5}, ":2: bad number"),
        ("event;edep_eV\n1;2\n1;x,5\n1;3\n", {"events": 5}, ":3: bad number .*'x[.,]5'"),
        ("event,edep_eV\nx,2\n", {"events": 5}, ":2: bad number for event .*found 'x'"),
        ("event,edep_eV\n1,2,5\n", {"events": 5}, ":2: bad row .*decimal point"),
        ("event;edep_eV\n1;1.234,5\n", {"events": 5}, ":2: bad number .*thousands"),
        ("event,event,edep_eV\n1,1,2\n", {"events": 5}, "every column once"),
        (b"\x1f\x8b\xff", {}, "Unpack it first"),
        (b"\x89HDF\r\n\x1a\n broken", {}, "a whole HDF5 or ROOT file"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(tmp_path, text, arguments, words):
    with pytest.raises(BadFile, match=words) as caught:
        read_deposits(write(tmp_path, text), **arguments)
    assert "\n" not in str(caught.value)


def test_missing_file(tmp_path):
    with pytest.raises(BadFile, match="No such file"):
        read_deposits(tmp_path / "none.csv")


@given(st.text(max_size=20))
def test_any_title_splits(title):
    name, unit = split_unit(title)
    assert name in title
    assert unit is None or unit in title


@given(st.binary(max_size=60))
def test_any_bytes_give_a_table_or_one_line(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "any.csv"
    path.write_bytes(content)
    with pytest.raises(BadFile) as caught:
        read_deposits(path)
    assert "\n" not in str(caught.value)


# --- HDF5 -------------------------------------------------------------------------------------------


def test_hdf5_columns_in_a_folder(tmp_path):
    with h5py.File(tmp_path / "run.h5", "w") as file:
        file.attrs["n_events"] = 44
        file["other"] = np.arange(4)
        file["hits/evtid"] = [0, 0, 2]
        file["hits/det"] = [b"one", b"one", b"none"]
        file["hits/edep"] = [3e-3, 4e-3, 5.0]
        file["hits/edep"].attrs["units"] = "keV"
    same(read_deposits(tmp_path / "run.h5"), table(THREE))


def test_hdf5_compound_dataset(tmp_path):
    rows = np.array(
        [(0, 1, 3e-3), (0, 1, 4e-3), (2, 0, 5)], [("event", "i4"), ("nc", "i4"), ("energy", "f8")]
    )
    with h5py.File(tmp_path / "run.h5", "w") as file:
        file["deposits"] = rows
        file["deposits"].attrs["events"] = 44
        file["deposits"].attrs["energy_units"] = "keV"
    same(read_deposits(tmp_path / "run.h5"), table(THREE))


def test_hdf5_with_two_tables_asks_which(tmp_path):
    with h5py.File(tmp_path / "run.h5", "w") as file:
        for name, energy in (("a", 1.0), ("b", 2.0)):
            file[f"{name}/event"] = [0]
            file[f"{name}/edep_eV"] = [energy]
        file["c"] = 3.0
    with pytest.raises(BadFile, match=r"found a, b.* --table NAME"):
        read_deposits(tmp_path / "run.h5", events=1)
    assert read_deposits(tmp_path / "run.h5", events=1, table="b").energy == 2.0
    with pytest.raises(BadFile, match=r"--table \(expected one of a, b"):
        read_deposits(tmp_path / "run.h5", events=1, table="d")


def test_hdf5_without_a_table(tmp_path):
    with h5py.File(tmp_path / "run.h5", "w") as file:
        file["x"] = [1.0]
    with pytest.raises(BadFile, match="found none"):
        read_deposits(tmp_path / "run.h5", events=1)


# --- ROOT -------------------------------------------------------------------------------------------

GATE = {
    "PDGEncoding": np.array([11, 11, 11]),
    "runID": np.array([0, 0, 0]),
    "eventID": np.array([0, 0, 2]),
    "sourceID": np.array([0, 0, 0]),
    "crystalID": np.array([1, 1, 0]),
    "edep": np.array([3e-6, 4e-6, 5e-3], dtype=np.float64),
}


def test_root_file_of_gate(tmp_path):
    uproot = pytest.importorskip("uproot")
    with uproot.recreate(tmp_path / "gate.root") as file:
        file.mktree("Hits", {key: values.dtype for key, values in GATE.items()}).extend(GATE)
        file.mktree("pet_data", {"total_nb_primaries": "f8"}).extend({"total_nb_primaries": np.array([44.0])})
    deposits = read_deposits(tmp_path / "gate.root")
    same(deposits, table(THREE))
    assert deposits.assumptions == ("'edep' is in MeV, as GATE documents it",)
    assert deposits.source == "gate.root"


def test_root_counts_primaries_in_the_histogram_of_gate(tmp_path):
    uproot = pytest.importorskip("uproot")
    counts, edges = np.zeros(100), np.linspace(0, 9e11, 101)
    counts[0] = 1
    with uproot.recreate(tmp_path / "gate.root") as file:
        file.mktree("Hits", {key: values.dtype for key, values in GATE.items()}).extend(GATE)
        file["total_nb_primaries"] = uproot.writing.identify.to_TH1x(
            "total_nb_primaries", "", np.concatenate([[0], counts, [0]]), 1.0, 1.0, 1.0, 44.0, 44.0**2,
            np.zeros(0),
            uproot.writing.identify.to_TAxis("xaxis", "", 100, 0.0, 9e11, edges),
        )  # fmt: skip
    assert read_deposits(tmp_path / "gate.root").events == 44


def test_root_with_a_stated_number_of_events_and_no_unit(tmp_path):
    uproot = pytest.importorskip("uproot")
    with uproot.recreate(tmp_path / "mine.root") as file:
        for name in ("one", "two"):
            file.mktree(name, {"event": "i4", "nc": "i4", "edep": "f4"}).extend(
                {"event": [0, 0, 2], "nc": [1, 1, 0], "edep": [3.0, 4.0, 5000.0]}
            )
        file["events"] = "44"
    with pytest.raises(BadFile, match="found one, two"):
        read_deposits(tmp_path / "mine.root")
    with pytest.raises(BadFile, match="energy unit"):
        read_deposits(tmp_path / "mine.root", table="two")
    same(read_deposits(tmp_path / "mine.root", table="two", energy_unit="eV"), table(THREE))


def test_levels_of_a_gate_system_make_one_nanocrystal(tmp_path):
    text = "eventID,rsectorID,crystalID,edep_eV\n0,0,1,1\n0,1,0,2\n0,1,0,4\n"
    deposits = read_deposits(write(tmp_path, text), events=1)
    np.testing.assert_array_equal(deposits.energy, [1, 6])


def test_root_needs_uproot(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "uproot", None)
    with pytest.raises(BadValue, match=r"pip install 'scintidot\[root\]'"):
        read_deposits(write(tmp_path, b"root....", "a.root"))
