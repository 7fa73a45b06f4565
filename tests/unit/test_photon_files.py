"""Files of photon counts: read back by the libraries that others use, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import ptufile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from scintidot import photons
from scintidot.errors import BadValue, CannotWrite
from scintidot.interchange.photons import COLUMNS, Header
from scintidot.interchange.ptu import GENERIC_T3, PtuFile, header_tags, records
from scintidot.kinetics.laws import TRANSITIONS
from scintidot.timing.instrument import ORIGINS

RUN: dict[str, Any] = {"edge_length": 8.7, "mean_excitons": 2.0, "events": 4000, "seed": 7, "threads": 1}
REAL: dict[str, Any] = {
    **RUN, "jitter_sigma": 60, "dark_count_rate": 1e5, "afterpulse_probability": 0.03, "dead_time": "2 ns",
    "detectors": 2, "detection_efficiency": 0.8, "bin_width": 8, "offset": 1000,
}  # fmt: skip


def of_npz(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """One run as all three files, and its document."""
    folder = tmp_path_factory.mktemp("counts")
    documents = [photons(**REAL, out=folder / f"run{end}") for end in (".npz", ".parquet", ".ptu")]
    for document in documents:
        document.pop("file")
    assert documents[0] == documents[1] == documents[2]
    return folder, documents[0]


def test_numpy_and_parquet_hold_the_same_counts(written: tuple[Path, dict[str, Any]]) -> None:
    folder, document = written
    arrays = of_npz(folder / "run.npz")
    table = parquet.read_table(folder / "run.parquet")
    assert table.column_names == list(COLUMNS)
    assert table.num_rows == document["recorded"]["counts"] == len(arrays["event"]) > 1000
    dark = arrays["origin"] == ORIGINS.index("dark")
    assert dark.sum() == document["recorded"]["dark_counts"] > 10
    for name in COLUMNS:
        column = table.column(name).combine_chunks()
        if name in ("event", "time_ps", "transition", "energy_eV"):
            assert np.array_equal(column.is_null().to_numpy(zero_copy_only=False), dark)
        if name in ("transition", "origin"):
            names = {"transition": TRANSITIONS, "origin": ORIGINS}[name]
            expected = [None if number < 0 else names[number] for number in arrays[name]]
            assert column.to_pylist() == expected
        else:
            shown = ~dark if name in ("event", "time_ps", "energy_eV") else np.ones(len(dark), bool)
            np.testing.assert_array_equal(
                column.to_numpy(zero_copy_only=False)[shown], arrays[name][shown], err_msg=name
            )
    assert arrays["transition_names"].tolist() == list(TRANSITIONS)
    np.testing.assert_array_equal(arrays["arrival_ps"], arrays["bin"] * 8.0)


def test_files_say_how_they_were_made(written: tuple[Path, dict[str, Any]]) -> None:
    folder, document = written
    of_parquet = parquet.read_schema(folder / "run.parquet").metadata
    assert of_parquet[b"schema"] == b"scintidot.photons/1"
    with ptufile.PtuFile(folder / "run.ptu") as file:
        of_ptu = file.tags["Scintidot_Metadata"]
    texts = (of_parquet[b"scintidot"], str(of_npz(folder / "run.npz")["metadata"]), of_ptu)
    for text in texts:
        said = json.loads(text)
        assert said["schema"] == document["schema"]
        assert said["choices"] == document["choices"]
        assert set(said["columns"]) == set(COLUMNS)


def test_ptufile_reads_the_same_counts(written: tuple[Path, dict[str, Any]]) -> None:
    folder, document = written
    arrays = of_npz(folder / "run.npz")
    with ptufile.PtuFile(folder / "run.ptu") as file:
        decoded = file.decode_records()
        tags = file.tags
        assert file.is_t3
        assert tags["TTResultFormat_TTTRRecType"] == GENERIC_T3 == ptufile.PtuRecordType.GenericT3
        assert file.tcspc_resolution == pytest.approx(8e-12)
        assert file.global_resolution == pytest.approx(1e-7)
        assert tags["TTResult_SyncRate"] == 10_000_000
        assert tags["TTResultFormat_BitsPerRecord"] == 32
        assert tags["HW_InpChannels"] == 2
        assert "8.7 nm" in tags["File_Comment"]
        assert tags["TTResult_NumberOfRecords"] == file.number_records == len(decoded)
        assert file.number_photons == document["recorded"]["counts"]
    counts = decoded[decoded["channel"] >= 0]
    np.testing.assert_array_equal(counts["time"], arrays["period"])
    np.testing.assert_array_equal(counts["dtime"], arrays["bin"])
    np.testing.assert_array_equal(counts["channel"], arrays["channel"])


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.one_of(st.integers(0, 3000), st.integers(0, 5_000_000)), max_size=40),
    cut=st.integers(0, 40),
)
def test_time_tags_survive_any_gap(
    steps: list[int], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Gaps of more than 1024 x 1023 periods need several records; blocks may end anywhere."""
    path = tmp_path_factory.getbasetemp() / "gaps.ptu"
    periods = np.cumsum(np.array(steps, dtype=np.int64))
    random = np.random.default_rng(1)
    bins, channels = random.integers(0, 1 << 15, len(periods)), random.integers(0, 63, len(periods))
    file = PtuFile(path, header_tags(1e5, 4.0, 63, 10, "", "{}"))
    for part in (slice(0, cut), slice(cut, None)):
        file.write({"period": periods[part], "bin": bins[part], "channel": channels[part]})
    file.close(finished=True)
    with ptufile.PtuFile(path) as read:
        decoded = read.decode_records()
    counts = decoded[decoded["channel"] >= 0]
    np.testing.assert_array_equal(counts["time"], periods)
    np.testing.assert_array_equal(counts["dtime"], bins)
    np.testing.assert_array_equal(counts["channel"], channels)


def test_words_are_those_of_the_format() -> None:
    words, passed = records(np.array([1024 * 1500 + 5]), np.array([9]), np.array([2]), 0)
    assert passed == 1500
    assert words.tolist() == [0xFE000000 | 1023, 0xFE000000 | 477, 2 << 25 | 9 << 10 | 5]


def test_a_run_without_counts_is_a_whole_file(tmp_path: Path) -> None:
    for end in (".npz", ".parquet", ".ptu"):
        document = photons(**{**RUN, "events": 50}, quantum_yield=0, out=tmp_path / f"none{end}")
        assert document["recorded"]["counts"] == 0
        assert document["emitted"]["mean_photon_time_ps"] is None
    assert len(of_npz(tmp_path / "none.npz")["event"]) == 0
    assert parquet.read_table(tmp_path / "none.parquet").num_rows == 0
    with ptufile.PtuFile(tmp_path / "none.ptu") as file:
        assert file.tags["TTResult_NumberOfRecords"] == 0


def test_same_run_same_file(tmp_path: Path) -> None:
    for name, threads in (("a.npz", 1), ("b.npz", 3)):
        photons(**{**REAL, "threads": threads}, out=tmp_path / name)
    first, second = of_npz(tmp_path / "a.npz"), of_npz(tmp_path / "b.npz")
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name])


@pytest.mark.parametrize("name", ["run.csv", "run", "run.ptu.gz", ".npz.txt"])
def test_another_end_of_the_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match=r"ends with \.ptu, \.parquet, \.npz") as error:
        photons(**RUN, out=tmp_path / name)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_odd_names_are_fine(tmp_path: Path) -> None:
    name = tmp_path / "Photonen mit Leerzeichen é.NPZ"
    photons(**RUN, out=name)
    assert len(of_npz(name)["event"]) > 100


def test_bins_that_do_not_fit_into_time_tags_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="at most 32768 bins a period"):
        photons(**RUN, bin_width=3, out=tmp_path / "run.ptu")
    assert photons(**{**RUN, "events": 10}, bin_width=3, out=tmp_path / "run.npz")["file"]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "run.npz").mkdir()
    with pytest.raises(CannotWrite):
        photons(**RUN, out=tmp_path / "run.npz")


@pytest.mark.parametrize("end", [".npz", ".parquet", ".ptu"])
def test_an_interrupt_leaves_nothing(end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"run{end}"
    path.write_text("what was there before")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scintidot.timing.instrument.Recorder.finish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        photons(**RUN, out=path)
    assert path.read_text() == "what was there before"
    assert list(tmp_path.iterdir()) == [path]


def test_text_of_a_header_is_plain() -> None:
    header = Header({"choices": {"material": "é"}}, {}, 1.0, 1.0, 1, 1, "")
    assert header.text.isascii()
