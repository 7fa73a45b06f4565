"""Files of photon counts: Parquet, NumPy and PicoQuant's time tags, by the end of the name; written block by block.

Parquet and NumPy hold the same columns, one row a count, in the order of time, and the whole document of the run as
JSON. A time-tag file holds what an instrument knows: period, time bin and channel.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from scintidot.errors import BadValue
from scintidot.interchange.ptu import MOST_BINS, MOST_CHANNELS, PtuFile, header_tags

Columns = Mapping[str, npt.NDArray[Any]]

SCHEMA = "scintidot.photons/1"
COLUMNS = {
    "event": (np.int64, "number of the excitation that the photon comes from; none for dark counts"),
    "time_ps": (np.float64, "emission after the excitation [ps]; none for dark counts"),
    "transition": (np.int8, "that emits; none for dark counts"),
    "energy_eV": (np.float64, "of the photon [eV]; none for dark counts"),
    "period": (np.int64, "syncs before the count"),
    "bin": (np.int64, "time bin after the last sync"),
    "arrival_ps": (np.float64, "start of this bin [ps]"),
    "channel": (np.int8, "number of the detector, from 0"),
    "origin": (np.int8, "photon, afterpulse or dark"),
}
"""Column -> kind and meaning. In NumPy files none is -1 for numbers of events and transitions, else nan."""

NAMED = ("transition", "origin")
"""Columns of numbers that stand for names."""


@dataclass(frozen=True)
class Header:
    """What a file says besides its counts."""

    document: dict[str, Any]  # choices of the run, as JSON
    names: dict[str, tuple[str, ...]]  # of each of `NAMED`
    period: float  # [ps]
    bin_width: float  # [ps]
    detectors: int
    syncs: int  # periods that were excited
    comment: str

    @property
    def text(self) -> str:
        """The document and the meaning of the columns as JSON of ASCII letters."""
        columns = {name: meaning for name, (_, meaning) in COLUMNS.items()}
        return json.dumps({"schema": SCHEMA, **self.document, "columns": columns, "names": self.names})


class CountFile(Protocol):
    """A file of counts that is being written."""

    def write(self, columns: Columns) -> None:
        """Append counts, with all of `COLUMNS`."""

    def close(self, *, finished: bool) -> None:
        """End the file; one that is not ``finished`` will be thrown away."""


class _Parquet:
    """One row group a block. Names are dictionaries, none is null."""

    def __init__(self, path: Path, header: Header) -> None:
        import pyarrow
        from pyarrow import parquet

        self._names = header.names
        fields = []
        for name, (kind, meaning) in COLUMNS.items():
            stored = pyarrow.from_numpy_dtype(kind)
            if name in NAMED:
                stored = pyarrow.dictionary(pyarrow.int8(), pyarrow.string())
            fields.append(pyarrow.field(name, stored, metadata={"meaning": meaning}))
        self._schema = pyarrow.schema(fields, metadata={"schema": SCHEMA, "scintidot": header.text})
        self._file = parquet.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, columns: Columns) -> None:
        import pyarrow

        absent = columns["event"] < 0
        arrays = []
        for name in COLUMNS:
            none = absent if name in ("event", "time_ps", "transition", "energy_eV") else None
            array = pyarrow.array(columns[name], mask=none)
            if name in NAMED:
                array = pyarrow.DictionaryArray.from_arrays(array, list(self._names[name]))
            arrays.append(array)
        self._file.write_table(pyarrow.Table.from_arrays(arrays, schema=self._schema))

    def close(self, *, finished: bool) -> None:  # noqa: ARG002 - the footer makes the file whole either way
        self._file.close()


class _Npz:
    """Columns grow beside the file, which is put together at the end: an array states its length first."""

    def __init__(self, path: Path, header: Header) -> None:
        self._path, self._header, self._rows = path, header, 0
        self._parts = {name: path.with_name(f"{path.name}.{name}").open("w+b") for name in COLUMNS}

    def write(self, columns: Columns) -> None:
        self._rows += len(columns["event"])
        for name, (kind, _) in COLUMNS.items():
            self._parts[name].write(np.ascontiguousarray(columns[name], dtype=kind).tobytes())

    def close(self, *, finished: bool) -> None:
        if finished:
            with zipfile.ZipFile(self._path, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
                texts = {
                    "metadata": np.array(self._header.text),
                    **{f"{name}_names": np.array(self._header.names[name]) for name in NAMED},
                }
                for name, text in texts.items():
                    with archive.open(f"{name}.npy", "w") as member:
                        np.lib.format.write_array(member, text, allow_pickle=False)
                for name, (kind, _) in COLUMNS.items():
                    self._parts[name].seek(0)
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                        descr = np.lib.format.dtype_to_descr(np.dtype(kind))
                        shape = {"descr": descr, "fortran_order": False, "shape": (self._rows,)}
                        np.lib.format.write_array_header_1_0(member, shape)
                        shutil.copyfileobj(self._parts[name], member, 1 << 20)
        for part in self._parts.values():
            part.close()
            Path(part.name).unlink()


def _ptu(path: Path, header: Header) -> PtuFile:
    tags = header_tags(
        header.period, header.bin_width, header.detectors, header.syncs, header.comment, header.text
    )
    return PtuFile(path, tags)


FORMATS: dict[str, Callable[[Path, Header], CountFile]] = {".ptu": _ptu, ".parquet": _Parquet, ".npz": _Npz}


def check_photon_file(
    path: Path, bins: int, detectors: int, *, where: str, who: str = "--out"
) -> Callable[[Path, Header], CountFile]:
    """What writes a file of this name; refused before the work if nothing does, or if its records have no room.

    Raises
    ------
    BadValue
        For another end of the name, or too many time bins or detectors for ``.ptu``.
    """
    make = FORMATS.get(path.suffix.lower())
    if make is None:
        expected = "a name that ends with " + ", ".join(FORMATS)
        raise BadValue(where=where, what="file name", who=who, expected=expected, found=repr(path.name))
    if make is _ptu and (bins > MOST_BINS or detectors > MOST_CHANNELS):
        raise BadValue(
            where=where, what="time bins", who="--bin-width",
            expected=f"at most {MOST_BINS} bins a period and {MOST_CHANNELS} detectors in a .ptu file",
            found=f"{bins} bins and {detectors} detectors", hint="Use longer bins or a shorter --period.",
        )  # fmt: skip
    return make
