"""What a file does not say is asked for by the name of an option; what it says is not overruled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scintidot.analysis.readers import expanded
from scintidot.errors import BadFile, BadValue

CHANNELS = "".join(f"{i} {i * i}\n" for i in range(8))
NANOSECONDS = "Time (ns),A,B\n" + "".join(f"{0.5 * i},{i},{2 * i}\n" for i in range(8))
MATRIX = "0,1,1.5,2\n500,1,2,3\n510,3,4,5\n520,1,2,3\n"
GLOTARAN = "x\n\nTime explicit\nIntervalnr 2\n0 1\n500 1 2\n510 3 4\n"
IN_PS = "time in ps,500,510\n-1,1,2\n0,1,2\n"
PS = {"time_unit": "ps"}

ASKED = {
    "counts alone": ("1\n2\n3\n", "decay", {}, "--bin-width-ps"),
    "channels": ("Channel Counts\n" + CHANNELS, "decay", {}, "--bin-width-ps"),
    "numbers without unit": (CHANNELS, "decay", {}, "--time-unit"),
    "columns of counts": ("3,1\n1,2\n5,3\n", "decay", {}, "--bin-width-ps"),
    "matrix": (MATRIX, "transient", {"time_unit": "ps"}, "--rows"),
    "matrix without unit": (MATRIX, "transient", {"rows": "wavelengths"}, "--time-unit"),
    "matrix against energy": ("-1,0,1\n2.1,1,2\n2.2,3,4\n2.3,4,5\n", "transient", PS, "--spectral-unit"),
    "spectrum": ("400 1\n410 2\n", "spectrum", {}, "--spectral-unit"),
    "no such column": (NANOSECONDS, "decay", {"column": "C"}, "--column"),
    "number of no column": (NANOSECONDS, "decay", {"column": "4"}, "--column"),
    "channel of a table": (NANOSECONDS, "decay", {"channel": 1}, "--channel"),
    "another bin width": (NANOSECONDS, "decay", {"bin_width": 400.0}, "--bin-width-ps|steps of 400 ps"),
    "another unit": (NANOSECONDS, "decay", {"time_unit": "ps"}, "--time-unit"),
    "another unit of a matrix": (IN_PS, "transient", {"time_unit": "ns"}, "--time-unit"),
    "another orientation": (IN_PS, "transient", {"rows": "wavelengths"}, "--rows"),
    "another axis": ("Energy (eV),PL\n2,1\n2.1,2\n", "spectrum", {"spectral_unit": "nm"}, "--spectral-unit"),
}  # fmt: skip


def test_a_conflict_is_told_in_the_unit_of_the_option(
    samples: dict[str, Any], read_text: Callable[..., Any]
) -> None:
    content = samples["own.csv"].content  # 100 ns
    with pytest.raises(BadFile, match=r"expected 100 ns, as the file says, found 100000 ns"):
        read_text(content, "decay", period=1e8)
    with pytest.raises(BadFile, match=r"expected 4 ps, as the file says, found 5 ps"):
        read_text(content, "decay", bin_width=5.0)


def test_a_last_row_that_is_short_asks_first_whether_the_file_was_cut(read_text: Callable[..., Any]) -> None:
    rows = [f"{0.5 * i},{i}" for i in range(8)]
    with pytest.raises(BadFile, match=r"found 1\)\. Was the file cut short\? Else write the decimal point"):
        read_text("Time (ns),A\n" + "\n".join([*rows, "4"]), "decay")
    with pytest.raises(BadFile, match=r"found 3\)\. Write the decimal point"):
        read_text("Time (ns),A\n" + "\n".join([*rows[:4], "2,0,4", *rows[5:]]), "decay")


@pytest.mark.parametrize(("channels", "noted"), [(64, False), (63, True), (48, True)])
def test_channels_that_are_no_power_of_two_are_noted(
    channels: int, noted: bool, read_text: Callable[..., Any]
) -> None:
    """Calibrated text that ends after a whole row is sound text: the number of channels is all that tells."""
    head = "Item name: Decay\n\nTime calibration: 2.743484E-02ns/ch\n\nChan\tData\n"
    text = head + "".join(f"{i + 1}\t{i}\n" for i in range(channels))
    contents = read_text(text, "decay")
    assert contents.format == "calibrated-text"
    assert any("cut short" in note for note in contents.traces[0].metadata["notes"]) == noted


def test_fewer_rows_than_the_header_says_are_noted(read_text: Callable[..., Any]) -> None:
    rows = "".join(f"{0.5 * i}\t{i}\n" for i in range(8))
    for stated, noted in (("8", False), ("4096", True)):
        trace = read_text(f"Points: {stated}\nTime (ns)\tA\n{rows}", "decay").traces[0]
        assert any("cut short" in note for note in trace.metadata["notes"]) == noted


@pytest.mark.parametrize(
    ("separator", "decimal"), [(";", ","), (";", "."), ("\t", ","), (",", "."), ("  ", ".")]
)
@pytest.mark.parametrize(
    "head", ["Time [ns];Counts [cts];IRF [cts]", "# t/ns;Counts;IRF", '"Time [ns]";"Counts";"IRF"']
)
def test_names_of_columns_survive_any_manner(
    separator: str, decimal: str, head: str, read_text: Callable[..., Any]
) -> None:
    """By its name the decay command knows the response beside the decay."""
    lines = [
        separator.join(str(x).replace(".", decimal) for x in (0.5 * i, 7 * i, 100 + i)) for i in range(20)
    ]
    traces = read_text("\n".join([head.replace(";", separator), *lines]), "decay").traces
    assert [trace.name.partition(" ")[0] for trace in traces] == ["Counts", "IRF"]
    assert traces[1].values.tolist() == list(range(100, 120))


@pytest.mark.parametrize("case", sorted(ASKED))
def test_asked_for_by_name(case: str, read_text: Callable[..., Any]) -> None:
    text, kind, given, option = ASKED[case]
    with pytest.raises(BadFile, match=option):
        read_text(text, kind, **given)


def test_the_answer_is_taken(read_text: Callable[..., Any]) -> None:
    assert read_text("1\n2\n3\n", "decay", bin_width=4.0).traces[0].bin_width == 4.0
    assert read_text(CHANNELS, "decay", bin_width=16.0).traces[0].bin_width == 16.0
    assert read_text(CHANNELS, "decay", time_unit="ns").traces[0].bin_width == 1000.0
    assert read_text(MATRIX, "transient", time_unit="ps", rows="wavelengths").traces[0].values.shape == (3, 3)
    usual = read_text(GLOTARAN, "transient").traces[0]
    assert usual.time.tolist() == [0, 1]
    assert any("taken for them" in note for note in usual.metadata["notes"])
    assert read_text(GLOTARAN, "transient", time_unit="ns").traces[0].time.tolist() == [0, 1000]
    wavenumbers = read_text(GLOTARAN, "transient", time_unit="ps", spectral_unit="cm-1").traces[0].wavelength
    assert np.allclose(wavenumbers, [1e7 / 510, 1e7 / 500])
    trace = read_text(NANOSECONDS, "decay", column="3", period=1e5, excitations=1e6).traces[0]
    assert (trace.name, trace.period, trace.excitations) == ("B", 1e5, 1e6)
    spectrum = read_text("2.0 1\n2.5 2\n", "spectrum", spectral_unit="eV", kind="emission").traces[0]
    assert spectrum.kind == "emission"
    assert np.allclose(spectrum.wavelength, [495.936793, 619.920992])


def test_what_agrees_is_no_conflict(samples: dict[str, Any], read_text: Callable[..., Any]) -> None:
    content = samples["own.csv"].content
    assert read_text(content, "decay", bin_width=4.0, period=1e5, excitations=1e9).traces[0].period == 1e5
    for given in ({"bin_width": 5.0}, {"period": 2e5}, {"excitations": 1e8}):
        with pytest.raises(BadFile, match="as the file says"):
            read_text(content, "decay", **given)
    for name, given in (
        ("sample.ptu", {"period": 1e3}),
        ("sample.phu", {"period": 1e3}),
        ("sample.sdt", {"bin_width": 1.0}),
    ):
        with pytest.raises(BadFile, match="as the file says"):
            read_text(samples[name].content, "decay", name, **given)


@pytest.mark.parametrize(
    ("header", "width"),
    [
        ("Time calibration: 2.743484E-02ns/ch", 27.43484), ("ns/channel = 0.0549", 54.9), ("#ps/bin: 16", 16.0),
        ("Time per channel: 55 ps", 55.0), ("Channel width [ps]: 4", 4.0), ("Time Resolution: 0.016 ns", 16.0),
        ("Bin width 1,5 ns", 1500.0), ("0.5 us per point", 5e5), ("Integration time per point: 0.1 s", None),
        ("Revision : 12 bits ADC", None), ("Resolution: 4 nm", None),
    ],
)  # fmt: skip
def test_time_base_in_the_words_of_a_header(
    header: str, width: float | None, read_text: Callable[..., Any]
) -> None:
    text = f"{header}\n" + "1\n5\n3\n"
    if width is None:
        with pytest.raises(BadFile, match="--bin-width-ps"):
            read_text(text, "decay")
    else:
        assert read_text(text, "decay").traces[0].bin_width == pytest.approx(width)


def test_two_time_bases_are_refused(read_text: Callable[..., Any]) -> None:
    with pytest.raises(BadFile, match="time base"):
        read_text("4 ps/channel\nChannel width: 8 ps\n1\n2\n3\n", "decay")


def test_repetition_rate_with_its_unit(read_text: Callable[..., Any]) -> None:
    for words in ("Rep. rate: 2.5 MHz", "Sync rate [kHz]: 2500", "Laser frequency = 2500000 Hz"):
        assert read_text(f"{words}\n4 ps/channel\n1\n2\n3\n", "decay").traces[0].period == pytest.approx(4e5)
    assert read_text("Rep. rate: 2.5\n4 ps/channel\n1\n2\n3\n", "decay").traces[0].period is None


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("counts", "1 2 -3 4", "file.txt:4.*zero or more, found -3"),
        ("counts", "1 2.5 30 4", "file.txt:3.*whole numbers"),
        ("counts", "1 nan 3 4", "file.txt:3.*finite"),
        ("counts", "1 inf 3 4", "file.txt:3.*finite"),
        ("counts", "0 0 0 0", "zeros only"),
    ],
)
def test_counts_are_whole_and_not_negative(
    column: str, values: str, said: str, read_text: Callable[..., Any]
) -> None:
    rows = "".join(f"{i},{value}\n" for i, value in enumerate(values.split()))
    with pytest.raises(BadFile, match=said):
        read_text(f"Time (ns),{column}\n{rows}", "decay")


@pytest.mark.parametrize(
    ("column", "values"),
    [("Signal (V)", "1 2 -3 4"), ("counts", "1 0.5 0.25 0"), ("Intensity (a.u.)", "7.5 2 -1 0")],
)
def test_signals_are_no_counts(column: str, values: str, read_text: Callable[..., Any]) -> None:
    rows = "".join(f"{i},{value}\n" for i, value in enumerate(values.split()))
    (trace,) = read_text(f"Time (ns),{column}\n{rows}", "decay").traces
    assert not trace.counted


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("Time (ns),A\n0,1\n1,2\n2,3\n4,5\n", "decay", "file.txt:5.*equal steps"),
        ("Time (ns),A\n3,1\n2,2\n1,3\n", "decay", "rising"),
        ("Time (ns),A\n0,1\n,2\n2,3\n", "decay", "file.txt:3.*a time in every row"),
        ("Wavelength (nm),A\n500,1\n501,2\n", "decay", "Is this a spectrum"),
        ("Time (ns),A\n0,1\n1,2\n", "spectrum", "Is this a decay"),
        ("Wavelength (nm),A\n500,1\n500,2\n", "spectrum", "500 twice"),
        ("Wavelength (nm),A\n-1,1\n500,2\n", "spectrum", "positive"),
        ("Wavelength (nm),A\n499,\n500,\n", "spectrum", "a column of values|an axis and a column"),
        ("time in ps,500,500\n-1,1,2\n0,1,2\n", "transient", "500 twice"),
        ("time in ps,-500,510\n-1,1,2\n0,1,2\n", "transient", "orientation"),
        (GLOTARAN.replace("Intervalnr 2", "Intervalnr 3"), "transient", "rows of 4 numbers"),
        (GLOTARAN.replace("510 3 4", "510 3"), "transient", "cut short"),
        (GLOTARAN.replace("510 3 4", "510 3,5 4"), "transient", "decimal point"),
    ],
)
def test_axes_that_make_no_sense(text: str, kind: str, said: str, read_text: Callable[..., Any]) -> None:
    with pytest.raises(BadFile, match=said):
        read_text(text, kind, **({"time_unit": "ps"} if kind == "transient" else {}))


def test_unknown_formats_and_kinds(read_text: Callable[..., Any]) -> None:
    with pytest.raises(BadValue, match="Did you mean 'glotaran'"):
        read_text(GLOTARAN, "transient", format="glotarn")
    with pytest.raises(BadValue, match="one of decay, transient, spectrum"):
        read_text(GLOTARAN, "image")


def test_patterns_stand_for_files_where_no_shell_expands_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order of their names; a file that bears such a name is meant itself; data pass."""
    monkeypatch.chdir(tmp_path)
    for name in ("ta-2.npz", "ta-1.npz", "other.npz", "a[1].csv"):
        Path(name).touch()
    data = np.ones(3)
    assert expanded(["ta-*.npz", Path("a[1].csv")]) == ["ta-1.npz", "ta-2.npz", Path("a[1].csv")]
    assert expanded([data])[0] is data
    with pytest.raises(BadFile, match=r"no-\*.npz: bad pattern for FILE \(expected one that files match"):
        expanded(["no-*.npz"])


@pytest.mark.parametrize("command", [("decay", "--irf", "none"), ("ta",)])
def test_commands_expand_patterns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Callable[..., Any], command: tuple[str, ...]
) -> None:
    (tmp_path / "b-1.csv").write_text("not data")
    monkeypatch.chdir(tmp_path)
    analysis, *options = command
    found, none = (cli("analyse", analysis, name, *options) for name in ("b-*.csv", "c-*.csv"))
    assert found.err.startswith("b-1.csv: ")
    assert none.err.startswith("c-*.csv: bad pattern for FILE")
    assert found.code == none.code == BadFile.exit_code
    assert none.err.count("\n") == 1
