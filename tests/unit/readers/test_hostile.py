"""No file makes a reader do anything but read or refuse: cut, garbled, empty, lying about its size, packed to burst."""

from __future__ import annotations

import io
import random
import struct
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scintidot.analysis.readers import Given, read, readers
from scintidot.analysis.traces import KINDS
from scintidot.errors import BadFile, ScintidotError

WORDS = [
    b"nan", b"-1", b"1e999", b",", b";", b"\n", b"\t", b"1,5", b'"', b"inf", b"9" * 20, b"0", b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80", b"../../etc/passwd", b"#", b"\r", b"\x00", b"1_0", b"%s%n",
    b"\xef\xbb\xbf",
]  # fmt: skip
ANSWERS = Given(time_unit="ps", bin_width=4.0, spectral_unit="nm", rows="times")


def harm(content: bytes, seed: int) -> bytes:
    """Cut, flipped, filled, shortened or overwritten at places of the seed."""
    rng = random.Random(seed)
    way, at = rng.randrange(5), rng.randrange(len(content))
    if way == 0:
        return content[:at]
    if way == 1:
        flipped = bytearray(content)
        for _ in range(rng.randrange(1, 6)):
            flipped[rng.randrange(len(flipped))] = rng.randrange(256)
        return bytes(flipped)
    if way == 2:
        return content[:at] + rng.randbytes(rng.randrange(1, 20)) + content[at:]
    if way == 3:
        return content[:at] + content[at + rng.randrange(1, 40) :]
    word, at = rng.choice(WORDS), rng.choice([at, rng.randrange(min(len(content), 600))])
    return content[:at] + word + content[at + rng.choice([0, len(word)]) :]


def read_or_refuse(path: Path, kind: str, format: str | None, answers: Given) -> str:
    """What `read` did; anything but traces or one line for the user is a failure, and so is a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            contents = read(path, kind, format=format, given=answers)
        except ScintidotError as error:
            contents, line = None, str(error)
    if contents is None:
        assert "\n" not in line
        return "refused"
    for trace in contents.traces:
        assert isinstance(trace, KINDS[kind])
        assert np.all(np.isfinite(trace.values))
    return "read"


@settings(max_examples=1000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**9), st.randoms(use_true_random=False))
def test_harmed_files_of_every_format(
    samples: dict[str, Any], tmp_path: Path, seed: int, rng: random.Random
) -> None:
    sample = samples[rng.choice(sorted(samples))]
    path = tmp_path / sample.name
    path.write_bytes(harm(sample.content, seed))
    kind = rng.choice([sample.kind, sample.kind, *KINDS])
    read_or_refuse(
        path, kind, sample.format if kind == sample.kind and seed % 2 else None, Given(**sample.given)
    )
    read_or_refuse(path, kind, None, ANSWERS)


@pytest.mark.parametrize(
    "name", ["sample.sdt", "sample.phu", "sample.ptu", "binary.ufs", "arrays.npz", "photons.parquet"]
)
def test_binary_files_cut_anywhere_are_refused(name: str, samples: dict[str, Any], tmp_path: Path) -> None:
    """Never fewer counts than there were: a part of a measurement is none."""
    sample, path = samples[name], tmp_path / name
    end = len(sample.content)
    if name == "binary.ufs":
        end = sample.content.rindex(b"Solvent") - 4  # a comment, which may be missing
    for at in (*range(1, end, max(1, end // 60)), end - 1):
        path.write_bytes(sample.content[:at])
        what = read_or_refuse(path, sample.kind, sample.format, Given(**sample.given))
        assert what == "refused", at


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    ),
    st.sampled_from(sorted(KINDS)),
    st.integers(0, 100),
)
@example(b"", "decay", 0)
@example(b"\n\n  \n", "decay", 0)
@example(b"\xff\xfe", "spectrum", 1)
@example(b"/etc/passwd\n../../x\n", "decay", 2)
@example(b"__import__('os').system('x')\n", "transient", 3)
def test_rubbish(tmp_path: Path, content: bytes, kind: str, choice: int) -> None:
    path = tmp_path / "rubbish.dat"
    path.write_bytes(content)
    assert read_or_refuse(path, kind, None, Given()) in ("read", "refused")
    formats = [name for name, reader in readers().items() if kind in reader.kinds]
    read_or_refuse(path, kind, formats[choice % len(formats)], ANSWERS)


def test_every_format_refuses_rubbish_of_every_length(tmp_path: Path) -> None:
    rng, path = random.Random(5), tmp_path / "x"
    for name, reader in readers().items():
        for length in (1, 3, 17, 41, 42, 43, 200, 5000):
            path.write_bytes(rng.randbytes(length).replace(b"\n", b"\x01") + b"\x00\x01")
            for kind in reader.kinds:
                assert read_or_refuse(path, kind, name, ANSWERS) == "refused"


# --- sizes that the file does not have ---


@contextmanager
def little_memory(most: int = 40 << 20) -> Iterator[None]:
    """Fails if more than ``most`` bytes are taken at once."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def packed(name: str, shape: tuple[int, ...], content: bytes, *, descr: str = "<f8") -> bytes:
    """One array of an archive, with any shape in its header."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": descr, "fortran_order": False, "shape": shape})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}.npy", header.getvalue() + content)
    return stream.getvalue()


def bombs(made: dict[str, Any]) -> dict[str, tuple[bytes, str]]:
    """Files that state sizes beyond what they hold: content and kind."""
    ufs, sdt, phu = (made[name].content for name in ("binary.ufs", "sample.sdt", "sample.phu"))
    count_at = ufs.index(b"nm") + 2
    bins_at, curves_at, records_at = (
        found.index(tag) + 40
        for found, tag in (
            (phu, b"HistResDscr_HistogramBins"), (phu, b"HistoResult_NumberOfCurves"),
            (made["sample.ptu"].content, b"TTResult_NumberOfRecords"),
        )
    )  # fmt: skip
    block_at = struct.unpack_from("<i", sdt, 14)[0]
    glotaran = "x\n\nTime explicit\nIntervalnr 99999999999\n0 1\n500 1 2\n"
    billion = struct.pack("<q", 10**9)
    ptu = made["sample.ptu"].content
    return {
        "ufs axis": (ufs[:count_at] + struct.pack(">I", 2**31) + ufs[count_at + 4 :], "transient"),
        "sdt block": (sdt[: block_at + 18] + struct.pack("<I", 2**32 - 1) + sdt[block_at + 22 :], "decay"),
        "sdt blocks": (sdt[:18] + struct.pack("<h", 32000) + sdt[20:], "decay"),
        "phu bins": (phu[:bins_at] + billion + phu[bins_at + 8 :], "decay"),
        "phu curves": (phu[:curves_at] + billion + phu[curves_at + 8 :], "decay"),
        "ptu records": (ptu[:records_at] + billion + ptu[records_at + 8 :], "decay"),
        "glotaran axis": (glotaran.encode(), "transient"),
        "npz shape": (packed("time_ps", (10**9,), b"12345678"), "transient"),
        "npz negative shape": (packed("time_ps", (2**40, 2**40), b""), "transient"),
        "columns": (b",".join([b"1"] * 200_000) + b"\n", "decay"),
        "picoharp": (b"#ns/channel\n0.004\n#channels per curve\n999999999\n#counts\n1\n2\n", "decay"),
    }  # fmt: skip


BOMBS = (
    "ufs axis", "sdt block", "sdt blocks", "phu bins", "phu curves", "ptu records", "glotaran axis", "npz shape",
    "npz negative shape", "columns", "picoharp",
)  # fmt: skip


@pytest.fixture(scope="module")
def armed(samples: dict[str, Any]) -> dict[str, tuple[bytes, str]]:
    return bombs(samples)


@pytest.mark.parametrize("name", BOMBS)
def test_no_size_is_believed(name: str, armed: dict[str, tuple[bytes, str]], tmp_path: Path) -> None:
    assert set(armed) == set(BOMBS)
    content, kind = armed[name]
    path = tmp_path / "bomb"
    path.write_bytes(content)
    with little_memory():
        assert read_or_refuse(path, kind, None, ANSWERS) == "refused"


def test_archive_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scintidot.analysis.readers.archives.LARGEST", 1 << 20)
    (tmp_path / "zeros.npz").write_bytes(packed("time_ps", (1 << 23,), bytes(1 << 26)))
    with little_memory(), pytest.raises(BadFile, match="at most 1 MiB, found 64 MiB"):
        read(tmp_path / "zeros.npz", "transient")


def test_packed_block_of_an_sdt_file_is_weighed_first(samples: dict[str, Any], tmp_path: Path) -> None:
    sdt = samples["sample.sdt"].content
    block_at = struct.unpack_from("<i", sdt, 14)[0]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data_block", bytes(100 << 20))
    bomb, data_at = stream.getvalue(), block_at + 22
    block = struct.pack("<hiiHhII", 0, data_at, data_at + len(bomb), 0x1001, 0, 0, 128)
    (tmp_path / "bomb.sdt").write_bytes(sdt[:block_at] + block + bomb)
    with little_memory(), pytest.raises(BadFile, match="bytes unpacked"):
        read(tmp_path / "bomb.sdt", "decay")


def test_python_objects_are_never_loaded(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
            return (Path.touch, (tmp_path / "sprung",))  # type: ignore[return-value]

    np.savez(
        tmp_path / "trap.npz", time_ps=np.array([Trap()], dtype=object), wavelength_nm=[1.0], values=[[1.0]]
    )
    with pytest.raises(BadFile, match="Python objects"):
        read(tmp_path / "trap.npz", "transient")
    assert not (tmp_path / "sprung").exists()


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent", Path("/dev/null")):
        with pytest.raises(BadFile, match="FILE"):
            read(path, "decay")
