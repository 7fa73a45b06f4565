"""Files that instruments wrote, of the reference data: read with no word from the user, or the one that is missing."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from scintidot.analysis.readers import Given, read
from scintidot.analysis.traces import DecayTrace, SpectrumTrace
from scintidot.errors import BadFile


@pytest.fixture(scope="module")
def measured(shared: Path) -> Path:
    return shared / "reference" / "measured"


def by_hand(path: Path) -> np.ndarray:
    """The block of numbers at the head of a CSV file, with nothing but the standard library."""
    text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    rows = [row for row in csv.reader(text.split("\n")) if row]
    found = []
    for row in rows[1:]:
        try:
            found.append([float(cell) if cell else np.nan for cell in row])
        except ValueError:
            break
        if not row[0]:
            found.pop()
            break
    return np.array(found)


def test_every_spectrum_of_the_growth_series(measured: Path) -> None:
    files = sorted((measured / "cdse_qd_growth_imperial" / "Data").glob("[Rr]un *.csv"))
    assert len(files) == 25
    for path in files:
        contents = read(path, "spectrum")
        columns = by_hand(path)
        columns = columns[:, ~np.isnan(columns).all(axis=0)]
        columns = columns[np.argsort(columns[:, 0])]
        assert len(contents.traces) == columns.shape[1] - 1 >= 6, path.name
        for trace, values in zip(contents.traces, columns[:, 1:].T, strict=True):
            assert isinstance(trace, SpectrumTrace)
            good = ~np.isnan(values)
            assert np.array_equal(trace.wavelength, columns[good, 0]), path.name
            assert np.array_equal(trace.values, values[good]), path.name
        word = path.name.lower()
        kinds = {"uv-vis": "absorption", "fl emission": "emission", "fl excitation": "excitation"}
        expected = next((kind for name, kind in kinds.items() if name in word), "unknown")
        assert {trace.kind for trace in contents.traces} == {expected}, path.name
        assert contents.traces[0].name.split()[0] in ("20", "30", "60"), path.name  # seconds of reaction


def test_spectra_of_different_length_in_one_table(measured: Path) -> None:
    path = measured / "cdse_qd_growth_imperial" / "Data" / "Unnormalised Emission Peaks.csv"
    contents = read(path, "spectrum")
    lengths = {trace.name: len(trace.wavelength) for trace in contents.traces}
    assert len(lengths) == 8
    assert lengths["Run 2 60 s"] == 151 > lengths["Run 3 30 s"] == 121
    assert contents.traces[0].values.max() == pytest.approx(np.nanmax(by_hand(path)[:, 1]))


@pytest.mark.parametrize(
    "name", ["UV-Vis Peak Values.csv", "CdSe_QD_Radii_AllRuns.csv", "Peak Data Gathering.txt"]
)
def test_tables_that_are_no_spectra(name: str, measured: Path) -> None:
    with pytest.raises(BadFile):
        read(measured / "cdse_qd_growth_imperial" / "Data" / name, "spectrum")


def test_decays_of_the_calibrated_text(measured: Path) -> None:
    files = sorted((measured / "tcspc_atto550_lifefit" / "data").rglob("*.txt"))
    assert len(files) == 6
    for path in files:
        lines = path.read_text().splitlines()
        start = lines.index("Chan\tData") + 1
        counts = [int(line.split("\t")[1]) for line in lines[start:] if line]
        contents = read(path, "decay")
        (trace,) = contents.traces
        assert isinstance(trace, DecayTrace)
        assert contents.format == "calibrated-text"
        assert trace.values.tolist() == counts
        assert trace.bin_width == 27.43484
        assert trace.name == lines[0].removeprefix("Item name: ")
        assert trace.counted
        assert trace.period is None


@pytest.mark.parametrize(
    ("name", "times", "wavelengths", "first", "last"),
    [
        ("data.ascii", 923, 49, 50.75050354, 113.1232300),
        ("2016co_tol.ascii", 335, 255, 2.99999993e-02, 0.335000008),
    ],
)
def test_matrices(name: str, times: int, wavelengths: int, first: float, last: float, measured: Path) -> None:
    path = measured / "ta_pyglotaran_examples" / name
    (trace,) = read(path, "transient").traces
    (other,) = read(path, "transient", given=Given(time_unit="ns")).traces
    assert other.time == pytest.approx(1000 * trace.time)
    assert trace.values.shape == (times, wavelengths)
    assert np.all(np.diff(trace.time) > 0)
    assert np.all(np.diff(trace.wavelength) > 0)
    assert trace.values[0, 0] == first
    assert trace.values[-1, -1] == last
