"""One file of every format, as its instrument writes it, with what it holds."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scintidot.analysis.readers import Contents, Given, read
from scintidot.interchange.photons import FORMATS, Header
from scintidot.interchange.ptu import encoded

BINS = 64
COUNTS = np.round(500 * np.exp(-np.arange(BINS) / 12.0) + 3).astype(int)
COUNTS[:4] = 3
TIMES_PS = np.array([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 5.0])
WAVELENGTHS = np.array([480.0, 500.0, 510.5, 520.0, 530.25])
MATRIX = np.round(np.sin(np.outer(TIMES_PS + 3, WAVELENGTHS / 97)), 4)
SPECTRUM = np.round(np.exp(-(((WAVELENGTHS - 511) / 9) ** 2)), 4)


@dataclass(frozen=True)
class Sample:
    """A file and what reading it must give."""

    name: str
    content: bytes
    kind: str
    format: str
    given: dict[str, Any] = field(default_factory=dict)  # of `Given`
    bin_width: float = 0.0
    start: float = 0.0
    period: float | None = None
    traces: int = 1
    counted: bool = True
    values: Any = None  # of the first trace

    def __str__(self) -> str:
        return self.name


def rows(*columns: Any, separator: str = ",", end: str = "\n", formats: str = "") -> str:
    """A table of text."""
    words = formats.split() or ["{:g}"] * len(columns)
    lines = zip(*columns, strict=True)
    return "".join(
        separator.join(w.format(v) for w, v in zip(words, line, strict=True)) + end for line in lines
    )


def ptu(folder: Path) -> bytes:
    """Time tags by our own writer: photons of two channels, COUNTS in channel 0 and twice in channel 1."""
    path = folder / "sample.ptu"
    header = photon_header()
    bins = np.concatenate([np.repeat(np.arange(BINS), COUNTS), np.repeat(np.arange(BINS), 2 * COUNTS)])
    channels = np.repeat([0, 1], [COUNTS.sum(), 2 * COUNTS.sum()])
    write_photons(path, header, bins, channels)
    return path.read_bytes()


def photon_header() -> Header:
    """80 bins of 16 ps a period."""
    choices = {"period_ps": 1280.0, "bin_width_ps": 16.0, "events": 200_000}
    return Header(
        {"schema": "scintidot.photons/1", "choices": choices}, {"transition": ("X",), "origin": ("photon",)},
        1280.0, 16.0, 2, 200_000, "a comment",
    )  # fmt: skip


def write_photons(path: Path, header: Header, bins: Any, channels: Any) -> None:
    """As ``scintidot photons`` writes them."""
    rng = np.random.default_rng(3)
    order, count = rng.permutation(len(bins)), len(bins)
    zeros = np.zeros(count)
    columns = {
        "event": np.arange(count), "time_ps": zeros, "transition": zeros.astype(np.int8), "energy_eV": zeros,
        "period": np.sort(rng.integers(0, 200_000, count)), "bin": bins[order], "arrival_ps": 16.0 * bins[order],
        "channel": channels[order].astype(np.int8) if path.suffix != ".ptu" else channels[order],
        "origin": zeros.astype(np.int8),
    }  # fmt: skip
    file = FORMATS[path.suffix](path, header)
    file.write(columns)
    file.close(finished=True)


def photons(folder: Path, suffix: str) -> bytes:
    """The counts of `ptu` as columns."""
    path = folder / f"photons{suffix}"
    bins = np.concatenate([np.repeat(np.arange(BINS), COUNTS), np.repeat(np.arange(BINS), 2 * COUNTS)])
    write_photons(path, photon_header(), bins, np.repeat([0, 1], [COUNTS.sum(), 2 * COUNTS.sum()]))
    return path.read_bytes()


def phu(*, bins: int = BINS, curves: int = 2, offset: int | None = None) -> bytes:
    """Two histograms, the second without counts; tags as PicoQuant's demonstration programs read them."""

    def tags(first: int) -> bytes:
        parts = [encoded("File_Comment", "a comment"), encoded("Measurement_Mode", 0)]
        parts += [encoded("HistoResult_NumberOfCurves", curves)]
        parts += [encoded("MeasDesc_Resolution", 1.6e-11), encoded("HistoResult_BitsPerBin", 32)]
        for curve in range(2):
            parts += [
                encoded("HistResDscr_MDescResolution", 1.6e-11, curve),
                encoded("HistResDscr_SyncRate", 10_000_000, curve),
                encoded("HistResDscr_MDescStopAfter", 2000, curve), encoded("HistResDscr_HistogramBins", bins, curve),
                encoded("HistResDscr_DataOffset", first + 4 * BINS * curve if offset is None else offset, curve),
            ]  # fmt: skip
        return b"PQHISTO\0" + b"1.0.00\0\0" + b"".join(parts) + encoded("Header_End", None)

    data = np.concatenate([COUNTS, np.zeros(BINS, int)]).astype("<u4").tobytes()
    return tags(len(tags(0))) + data


def sdt(*, length: int | None = None, adc: int = BINS, blocks: int = 1) -> bytes:
    """One decay block of revision 14: file header, identification, setup, description of the measurement, block."""
    from sdtfile import sdtfile

    identification = b"*IDENTIFICATION\r\n  ID : SPC Setup & Data File\r\n  Title : a comment\r\n*END\r\n"
    setup = b"*SETUP\r\n  SYS_PARA_BEGIN:\r\n  SYS_PARA_END:\r\n*END\r\n"
    measure = np.zeros(1, np.dtype(sdtfile.MEASURE_INFO))
    measure["tac_r"], measure["tac_g"], measure["adc_re"], measure["col_t"] = 5e-8, 4, adc, 10.0
    info_at = 42
    setup_at, measure_at = info_at + len(identification), info_at + len(identification) + len(setup)
    block_at = measure_at + measure.nbytes
    data = COUNTS.astype("<u2").tobytes()
    header = struct.pack(
        "<hihiHihIihhHIHH", 0x28E, info_at, len(identification), setup_at, len(setup), block_at, blocks, len(data),
        measure_at, 1, measure.nbytes, 0x5555, 0, 0, 0,
    )  # fmt: skip
    checksum = (0x55AA - sum(struct.unpack("<21H", header))) & 0xFFFF
    header = header[:-2] + struct.pack("<H", checksum)
    stated = len(data) if length is None else length
    block = struct.pack("<hiiHhII", 0, block_at + 22, block_at + 22 + len(data), 0x01, 0, 0, stated)
    return header + identification + setup + measure.tobytes() + block + data


def ufs() -> bytes:
    """Surface Xplorer's layout: wavelengths down, times across."""

    def text(word: str) -> bytes:
        return struct.pack(">I", len(word)) + word.encode()

    def numbers(values: Any) -> bytes:
        return np.asarray(values, dtype=">f8").tobytes()

    parts = [text("Version2"), text("Wavelength"), text("nm"), struct.pack(">I", len(WAVELENGTHS))]
    parts += [
        numbers(WAVELENGTHS),
        text("Time"),
        text("ps"),
        struct.pack(">I", len(TIMES_PS)),
        numbers(TIMES_PS),
        text("DA"),
    ]
    parts += [
        struct.pack(">III", 0, len(WAVELENGTHS), len(TIMES_PS)),
        numbers(MATRIX.T),
        text("Solvent: toluene\r\n"),
    ]
    return b"".join(parts)


def npz(folder: Path, **arrays: Any) -> bytes:
    """Archive of NumPy."""
    np.savez(folder / "arrays.npz", **arrays)
    return (folder / "arrays.npz").read_bytes()


def glotaran(kind: str, per_line: int = 100) -> str:
    """Time explicit or wavelength explicit, the axis on lines of ``per_line`` points."""
    axis, other, values = (
        (TIMES_PS, WAVELENGTHS, MATRIX.T) if kind == "Time" else (WAVELENGTHS, TIMES_PS, MATRIX)
    )
    words = [f"{point:.8E}" for point in axis]
    lines = [" ".join(words[i : i + per_line]) for i in range(0, len(words), per_line)]
    body = [" ".join(f"{v:.8E}" for v in (point, *row)) for point, row in zip(other, values, strict=True)]
    return (
        "\n".join(["a comment", "", f" {kind} explicit", f" Intervalnr {len(axis):8d}", *lines, *body]) + "\n"
    )


def matrix(corner: str, *, down: str = "times", separator: str = ",", tail: str = "") -> str:
    """A table with both axes."""
    first, across, values = (
        (TIMES_PS, WAVELENGTHS, MATRIX) if down == "times" else (WAVELENGTHS, TIMES_PS, MATRIX.T)
    )
    head = separator.join([corner, *(f"{point:g}" for point in across)])
    return head + "\n" + rows(first, *values.T, separator=separator) + tail


def decay_samples(folder: Path) -> list[Sample]:
    """Decays."""
    time_ns, channel, seconds = 0.025 * np.arange(BINS), np.arange(BINS), -1e-9 + 1e-10 * np.arange(BINS)
    volts = -np.round(COUNTS / 1000, 4)
    dat = (
        "#PicoHarp 300  Histogram Data           2021-03-22 04:00:21 PM\n#channels per curve\n64\n#display curve no.\n"
        "0\t3\t\n#memory block no.\n0\t1\t\n#ns/channel\n0.0040\t0.0040\t\n#counts\n"
    )
    asc = "  Title : nd\n  Version : 1 975 M\n  Revision : 10 bits ADC\n  Contents :\n  \n"
    asc_rows = "".join(f"{0.003257 * i:.6f} , {c:5d}\n" for i, c in enumerate(COUNTS))
    keys = ["Record Length,6.4e+01", "Sample Interval,1.000000e-10", "Trigger Point,1.0e+01", ",", "Source,CH1",
            "Vertical Units,V", "Horizontal Units,s"]  # fmt: skip
    tds = "".join(
        f"{keys[i] if i < len(keys) else ','},,  {t:+.12f},  {v:.5f},\n"
        for i, (t, v) in enumerate(zip(seconds, volts, strict=True))
    )
    two = {"traces": 2}
    signal = {"counted": False, "values": volts}
    lifefit = (
        "Item name: Decay\n\nReal time: 32.533\nLive time: 0\nTime calibration: 2.743484E-02ns/ch\n\n\n\n"
    )
    texts = {
        "calibrated.txt": (lifefit + "Chan\tData\n" + rows(channel + 1, COUNTS, separator="\t"),
                           "calibrated-text", 27.43484, {}),
        "plain.csv": ("time_ps,counts\n" + rows(25 * channel, COUNTS), "decay-table", 25.0, {}),
        "counts.txt": (rows(COUNTS), "decay-table", 4.0, {"given": {"bin_width": 4.0}}),
        "easytau.txt": ("Time/ns\tDecay/Cnts\tTime/ns\tIRF/Cnts\n"
                        + rows(time_ns, COUNTS, time_ns, 2 * COUNTS, separator="\t"), "decay-table", 25.0, two),
        "station.txt": ("DataStation\nns/channel = 0.0549\nRep rate: 1 MHz\nChannel\tDecay\n"
                        + rows(channel, COUNTS, separator="\t"), "decay-table", 54.9, {"period": 1e6}),
        "own.csv": ("# scintidot.decay-data/1\n# bin_width_ps: 4\n# start_ps: -8\n# period_ns: 100\n"
                    "# excitations: 1e9\ntime_ps,counts\n" + rows(4 * channel - 8, COUNTS), "scintidot-decay", 4.0,
                    {"start": -8.0, "period": 1e5}),
        "picoharp.dat": (dat + rows(COUNTS, 2 * COUNTS, separator="\t", end="\t\n"), "picoquant-text", 4.0, two),
        "spcm.asc": (asc + "*BLOCK 1  ( Time[ns]  No_of_photons )\n" + asc_rows + "*END\n", "spcm-text", 3.257, {}),
        "tds.csv": (tds, "oscilloscope", 100.0, signal | {"start": -1000.0}),
        "mso.csv": ("Model,MSO44\nHorizontal Units,s\nSample Interval,1e-10\nVertical Units,V\nLabel,\nTIME,CH1\n"
                    + rows(seconds, volts, formats="{:.6e} {:g}"), "oscilloscope", 100.0, signal | {"start": -1000.0}),
        "lecroy.csv": ("LECROYWR104MXi-A,52137,Waveform\nSegments,1,SegmentSize,64\n"
                       "Segment,TrigTime,TimeSinceSegment1\n#1,03-Apr-2017 14:53:22,0\nTime,Ampl\n"
                       + rows(seconds, volts, formats="{:.8g} {:g}"),
                       "oscilloscope", 100.0, signal | {"start": -1000.0}),
        "rigol.csv": ("X,CH1,Start,Increment,\nSequence,Volt,-1.0e-9,1.0e-10,\n" + rows(channel, volts, end=",\n"),
                      "oscilloscope", 100.0, signal | {"start": -1000.0}),
        "keysight.csv": ("x-axis,1\nsecond,Volt\n" + rows(seconds, volts, formats="{:+.9E} {:+.4E}"), "oscilloscope",
                         100.0, signal | {"start": -1000.0}),
    }  # fmt: skip
    both = {"bin_width": 16.0, "period": 1280.0, "traces": 2, "values": np.pad(COUNTS, (0, 16))}
    binary = [
        Sample("sample.ptu", ptu(folder), "decay", "ptu", **both),
        Sample("photons.npz", photons(folder, ".npz"), "decay", "npz", **both),
        Sample("photons.parquet", photons(folder, ".parquet"), "decay", "parquet", **both),
        Sample("sample.phu", phu(), "decay", "phu", bin_width=16.0, period=1e5, values=COUNTS),
        Sample("sample.sdt", sdt(), "decay", "sdt", bin_width=5e4 / (4 * BINS), values=COUNTS),
    ]  # fmt: skip
    plain = [
        Sample(name, text.encode(), "decay", form, bin_width=width, **{"values": COUNTS, **more})
        for name, (text, form, width, more) in texts.items()
    ]
    return plain + binary


def other_samples(folder: Path) -> list[Sample]:
    """Matrices and spectra."""
    ps = {"time_unit": "ps"}
    tail = "\nfile info\nSolvent: toluene\nPump energy (uJ): 0.1\nTime units: ps\nZ axis title: DA\n"
    arrays = {"time_ps": TIMES_PS, "wavelength_nm": WAVELENGTHS, "values": MATRIX, "fluence": 1e13}
    matrices = {
        "explicit-times.ascii": (glotaran("Time").encode(), "glotaran", ps),
        "explicit-wavelengths.ascii": (glotaran("Wavelength", 2).encode(), "glotaran", ps),
        "kimopack.SIA": (matrix("Time in ps", separator="\t").encode(), "matrix", {}),
        "xplorer.csv": (matrix("0.0", down="wavelengths", tail=tail).encode(), "matrix", {}),
        "corner.csv": (matrix("wavelength (nm) \\ time (ps)", down="wavelengths").encode(), "matrix", {}),
        "binary.ufs": (ufs(), "ufs", {}),
        "arrays.npz": (npz(folder, **arrays), "npz", {}),
    }
    ocean = (
        "SpectraSuite Data File\n++++\nUser: x\nIntegration Time (usec): 100000 (X)\n>>>>>Begin Processed Spectral "
        "Data<<<<<\n"
        + rows(WAVELENGTHS, SPECTRUM, separator="\t")
        + ">>>>>End Processed Spectral Data<<<<<\n"
    )
    falling = WAVELENGTHS[::-1], SPECTRUM[::-1]
    points = "".join(f"{x:g}, {y:g}\n" for x, y in zip(*falling, strict=True))
    jcamp = f"##TITLE=dots\n##DATA TYPE=UV/VIS SPECTRUM\n##XUNITS=NANOMETERS\n##XYPOINTS=(XY..XY)\n{points}##END=\n"
    table = "spectrum-table"
    spectra = {
        "PL of dots.csv": ("Wavelength (nm),a,b\n" + rows(WAVELENGTHS, SPECTRUM, SPECTRUM / 2), table, {}, 2),
        "cary.csv": ("first,,second,,\nWavelength (nm),Abs,Wavelength (nm),Abs,\n" + rows(*falling, *falling, end=",\n")
                     + "\nCollection Time: 23/10/2025\nInstrument  Cary 60\n", "spectrum-table", {}, 2),
        "shimadzu.txt": ('"RawData"\n"Wavelength nm."\t"Abs."\n' + rows(WAVELENGTHS, SPECTRUM, separator="\t"),
                         "spectrum-table", {}, 1),
        "jasco.txt": ("TITLE\tx\nXUNITS\tNANOMETERS\nYUNITS\tABSORBANCE\nNPOINTS\t5\nXYDATA\n"
                      + rows(*falling, separator="\t"), table, {}, 1),
        "bare.txt": (rows(WAVELENGTHS, SPECTRUM, separator=" "), "spectrum-table", {"spectral_unit": "nm"}, 1),
        "ocean.txt": (ocean, "ocean-optics", {}, 1),
        "dots.jdx": (jcamp, "jcamp-dx", {}, 1),
    }  # fmt: skip
    return [
        *(Sample(n, c, "transient", f, given=g, values=MATRIX) for n, (c, f, g) in matrices.items()),
        *(
            Sample(n, t.encode(), "spectrum", f, given=g, traces=k, values=SPECTRUM)
            for n, (t, f, g, k) in spectra.items()
        ),
    ]


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sample]:
    """Every sample by its name."""
    folder = tmp_path_factory.mktemp("made")
    return {sample.name: sample for sample in decay_samples(folder) + other_samples(folder)}


@pytest.fixture
def read_text(tmp_path: Path) -> Callable[..., Contents]:
    """Read a text or bytes as a file: ``read_text("1,2\\n", "decay", time_unit="ns")``."""

    def run(
        content: str | bytes, kind: str, /, name: str = "file.txt", format: str | None = None, **given: Any
    ) -> Contents:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read(path, kind, format=format, given=Given(**given))

    return run
