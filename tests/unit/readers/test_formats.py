"""Every format: recognised by its content, and read to what the instrument had measured."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scintidot.analysis.readers import readers
from scintidot.errors import BadFile

DECAYS = (
    "calibrated.txt", "plain.csv", "counts.txt", "easytau.txt", "station.txt", "own.csv", "picoharp.dat", "spcm.asc",
    "tds.csv", "mso.csv", "lecroy.csv", "rigol.csv", "keysight.csv", "sample.ptu", "photons.npz", "photons.parquet",
    "sample.phu", "sample.sdt",
)  # fmt: skip
MATRICES = (
    "explicit-times.ascii", "explicit-wavelengths.ascii", "kimopack.SIA", "xplorer.csv", "corner.csv", "binary.ufs",
    "arrays.npz",
)  # fmt: skip
SPECTRA = ("PL of dots.csv", "cary.csv", "shimadzu.txt", "jasco.txt", "bare.txt", "ocean.txt", "dots.jdx")


def test_every_format_has_a_sample(samples: dict[str, Any]) -> None:
    assert set(samples) == {*DECAYS, *MATRICES, *SPECTRA}
    shipped = {name for name in readers() if name not in ("plugged",)}
    assert {sample.format for sample in samples.values()} == shipped


@pytest.mark.parametrize("name", DECAYS)
def test_decay(name: str, samples: dict[str, Any], read_text: Callable[..., Any]) -> None:
    sample = samples[name]
    contents = read_text(sample.content, "decay", name, **sample.given)
    assert (contents.format, len(contents.traces)) == (sample.format, sample.traces)
    trace = contents.traces[0]
    assert np.array_equal(trace.values, sample.values)
    assert trace.values.dtype == float
    assert trace.bin_width == pytest.approx(sample.bin_width, rel=1e-6)
    assert trace.start == pytest.approx(sample.start, abs=1e-6)
    assert trace.period == (None if sample.period is None else pytest.approx(sample.period))
    assert trace.counted is sample.counted
    assert trace.name
    if sample.traces == 2:
        assert np.array_equal(contents.traces[1].values, 2 * np.asarray(sample.values))


@pytest.mark.parametrize("name", MATRICES)
def test_matrix(name: str, samples: dict[str, Any], read_text: Callable[..., Any]) -> None:
    sample = samples[name]
    contents = read_text(sample.content, "transient", name, **sample.given)
    assert contents.format == sample.format
    (trace,) = contents.traces
    assert np.allclose(trace.time, [-2, -1, 0, 0.5, 1, 2, 5], rtol=1e-8)
    assert np.allclose(trace.wavelength, [480, 500, 510.5, 520, 530.25], rtol=1e-8)
    assert np.allclose(trace.values, sample.values, atol=1e-8)
    assert trace.fluence == (1e13 if name == "arrays.npz" else None)
    if name in ("xplorer.csv", "binary.ufs"):
        assert trace.unit == "DA"


@pytest.mark.parametrize("name", SPECTRA)
def test_spectrum(name: str, samples: dict[str, Any], read_text: Callable[..., Any]) -> None:
    sample = samples[name]
    contents = read_text(sample.content, "spectrum", name, **sample.given)
    assert (contents.format, len(contents.traces)) == (sample.format, sample.traces)
    trace = contents.traces[0]
    assert np.array_equal(trace.wavelength, [480, 500, 510.5, 520, 530.25])
    assert np.array_equal(trace.values, sample.values)
    kinds = dict.fromkeys(("cary.csv", "shimadzu.txt", "jasco.txt", "dots.jdx"), "absorption") | {
        "PL of dots.csv": "emission"
    }
    assert trace.kind == kinds.get(name, "unknown")


def test_names_of_two_lines_of_titles(samples: dict[str, Any], read_text: Callable[..., Any]) -> None:
    contents = read_text(samples["cary.csv"].content, "spectrum", "cary.csv")
    assert [trace.name for trace in contents.traces] == ["first", "second"]


@pytest.mark.parametrize("name", ["sample.ptu", "photons.npz", "photons.parquet"])
def test_channel(name: str, samples: dict[str, Any], read_text: Callable[..., Any]) -> None:
    (trace,) = read_text(samples[name].content, "decay", name, channel=1).traces
    assert np.array_equal(trace.values, 2 * samples[name].values)
    with pytest.raises(BadFile, match=r"--channel .*one of 0, 1, found 7"):
        read_text(samples[name].content, "decay", name, channel=7)


def test_excitations_and_duration(samples: dict[str, Any], read_text: Callable[..., Any]) -> None:
    """Photons: as the run says; time tags: the syncs that the records show; histograms: rate times duration."""
    document = read_text(samples["photons.npz"].content, "decay", "p.npz").traces[0]
    tags = read_text(samples["sample.ptu"].content, "decay", "p.ptu").traces[0]
    histogram = read_text(samples["sample.phu"].content, "decay", "p.phu").traces[0]
    assert document.excitations == 200_000
    assert document.duration == pytest.approx(200_000 * 1280e-12)
    assert tags.excitations == pytest.approx(200_000, rel=0.01)
    assert tags.excitations <= 200_000
    assert histogram.excitations == pytest.approx(1e7 * 2.0)
    own = read_text(samples["own.csv"].content, "decay", "own.csv").traces[0]
    assert own.excitations == 1e9


def test_contents_say_where_numbers_come_from(samples: dict[str, Any], read_text: Callable[..., Any]) -> None:
    import hashlib

    sample = samples["plain.csv"]
    contents = read_text(sample.content, "decay", "plain.csv")
    assert contents.as_input == {
        "file": "plain.csv", "sha256": hashlib.sha256(sample.content).hexdigest(), "format": "decay-table",
        "notes": ["column 'time_ps' has lower edges of bins in ps"],
    }  # fmt: skip


def test_energies_and_wavenumbers_become_wavelengths(read_text: Callable[..., Any]) -> None:
    """2 eV are hc/2 = 619.92 nm, 20000 1/cm are 500 nm; the axis rises, and values follow it."""
    energies = read_text("Energy (eV),PL\n2.0,1\n2.5,4\n", "spectrum").traces[0]
    numbers = read_text("Wavenumber (cm-1),Abs\n20000,1\n25000,4\n", "spectrum").traces[0]
    assert np.allclose(energies.wavelength, [1239.841984 / 2.5, 1239.841984 / 2.0], rtol=1e-9)
    assert np.allclose(numbers.wavelength, [400, 500], rtol=1e-12)
    for trace in (energies, numbers):
        assert list(trace.values) == [4, 1]
        assert "converted" in " ".join(trace.metadata["notes"])


def test_values_that_are_not_finite_are_left_out_and_said(read_text: Callable[..., Any]) -> None:
    text = "time (ps),500,510,520,530\n-1,1,2,NaN,4\n0,5,6,NaN,8\n1,NaN,NaN,NaN,NaN\n2,9,,NaN,11\n3,12,13,NaN,15\n"
    (trace,) = read_text(text, "transient").traces
    assert list(trace.wavelength) == [500, 510, 530]  # 520 has no value at all
    assert list(trace.time) == [-1, 0, 3]  # nothing at 1; at 2 a hole, cheaper to lose than all of 510
    assert trace.values[2].tolist() == [12, 13, 15]
    assert "left out" in " ".join(trace.metadata["notes"])


def test_columns_of_a_fit_are_no_decays(read_text: Callable[..., Any]) -> None:
    text = "Time [ns],Decay,IRF,Fit,Residuals,Ch 3\n" + "".join(
        f"{i},{9 - i},{i},{9.1 - i},-0.1,0\n" for i in range(8)
    )
    contents = read_text(text, "decay")
    assert [trace.name for trace in contents.traces] == ["Decay", "IRF"]
    notes = " ".join(contents.traces[0].metadata["notes"])
    assert "'Fit'" in notes
    assert "'Ch 3'" in notes  # without a count


def test_counters_beside_a_time_column_are_decays(read_text: Callable[..., Any]) -> None:
    text = "Time (ns),Channel 1,Channel 2\n" + "".join(f"{i},{i + 1},{2 * i}\n" for i in range(8))
    assert [trace.name for trace in read_text(text, "decay").traces] == ["Channel 1", "Channel 2"]
    (trace,) = read_text(text, "decay", column="channel 2").traces
    assert list(trace.values) == [0, 2, 4, 6, 8, 10, 12, 14]


def test_sizes_in_names_are_no_axes(read_text: Callable[..., Any]) -> None:
    text = "Wavelength (nm),dots of 8.7 nm,dots of 10 nm\n500,1,2\n501,2,3\n502,3,4\n"
    assert [trace.name for trace in read_text(text, "spectrum").traces] == ["dots of 8.7 nm", "dots of 10 nm"]


def test_times_rounded_by_the_instrument_have_equal_steps(read_text: Callable[..., Any]) -> None:
    """27.43484 ps written with three decimals of ns: no two steps look the same, no bin is lost."""
    time = [f"{0.02743484 * i:.3f}" for i in range(4096)]
    (trace,) = read_text(
        "Time (ns)\tCounts\n" + "".join(f"{t}\t{i % 7}\n" for i, t in enumerate(time)), "decay"
    ).traces
    assert trace.bin_width == pytest.approx(27.43484, rel=1e-5)
    missing = "".join(f"{t}\t1\n" for i, t in enumerate(time) if i != 2000)
    with pytest.raises(BadFile, match="equal steps"):
        read_text("Time (ns)\tCounts\n" + missing, "decay")


def test_ordinates_of_jcamp(read_text: Callable[..., Any]) -> None:
    """X++(Y..Y): factors, lines that each state their first abscissa, falling wavenumbers."""
    head = "##TITLE=x\n##XUNITS=1/CM\n##YUNITS=ABSORBANCE\n##XFACTOR=2\n##YFACTOR=0.5\n##FIRSTX=20000\n##LASTX=19960\n"
    text = head + "##NPOINTS=5\n##XYDATA=(X++(Y..Y))\n10000 1 2 3\n9985-4+5\n##END=\n"
    (trace,) = read_text(text, "spectrum").traces
    assert np.allclose(trace.wavelength, 1e7 / np.array([20000, 19990, 19980, 19970, 19960]))
    assert trace.values.tolist() == [0.5, 1.0, 1.5, -2.0, 2.5]
    assert trace.kind == "absorption"
    for wrong, said in (("NPOINTS=6", "NPOINTS"), ("LASTX=19000", "abscissas"), ("9985A4", "packed")):
        key = wrong.split("=")[0]
        broken = re.sub(rf"{key}=\d+", wrong, text) if "=" in wrong else text.replace("9985-4", wrong)
        with pytest.raises(BadFile, match=said):
            read_text(broken, "spectrum")


def test_edinburgh_text_says_its_unit_in_a_line_of_the_axis(read_text: Callable[..., Any]) -> None:
    text = "Labels,Sample 1,\nType,TCSPC Decay,\nStep,0.05,\nXAxis,Time(ns),\nYAxis,Counts,\n\n"
    (trace,) = read_text(text + "".join(f"{0.05 * i:.2f},{9 - i},\n" for i in range(8)), "decay").traces
    assert trace.bin_width == 50.0
    assert trace.values.tolist() == [9, 8, 7, 6, 5, 4, 3, 2]


def test_times_of_the_rows_count_more_than_the_header(read_text: Callable[..., Any]) -> None:
    text = "Time Resolution: 16 ps\nTime [ns],Counts\n" + "".join(f"{0.032 * i:.3f},{i}\n" for i in range(8))
    (trace,) = read_text(text, "decay").traces
    assert trace.bin_width == 32.0
    assert "not used" in trace.metadata["notes"][-1]


def test_matrix_of_our_own_as_text(read_text: Callable[..., Any]) -> None:
    text = "# scintidot.transient-data/1\n# fluence_photons_per_cm2: 2e13\ntime_ps,500,510\n-1,1,2\n0,3,4\n"
    (trace,) = read_text(text, "transient").traces
    assert (trace.fluence, trace.time.tolist()) == (2e13, [-1, 0])
    with pytest.raises(BadFile, match="points of an axis"):
        read_text("Wavelength (nm),dark,light\n500,200,300\n501,2,3\n502,3,4\n", "transient", time_unit="ps")
