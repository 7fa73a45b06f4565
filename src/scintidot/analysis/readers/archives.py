"""NumPy's .npz: matrices of time and wavelength, and photon counts of our own. Nothing in it is executed.

Sizes are checked against the archive before memory is taken; arrays of Python objects are refused.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.analysis.readers.axes import transient
from scintidot.analysis.readers.checks import agreed_unit
from scintidot.analysis.readers.photon_columns import decays_of_counts
from scintidot.analysis.readers.registry import Reader, Source
from scintidot.analysis.traces import DecayTrace, TransientTrace
from scintidot.records import FloatArray

LARGEST = 1 << 30
"""Bytes of all arrays of an archive, unpacked."""
_MOST_MEMBERS = 1000
_TIME = re.compile(r"(?:times?|delays?|t)(?:_(fs|ps|ns|us|ms|s))?")
_WAVELENGTH = re.compile(r"(?:wavelengths?|wl|lambda)(?:_nm)?")
_VALUES = ("values", "data", "delta_absorbance", "delta_a", "da", "signal", "matrix", "z")
_FLUENCE = ("fluence", "fluence_photons_per_cm2", "fluence_per_cm2")


def arrays(source: Source, wanted: set[str] | None = None) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an .npz by name, all or the ``wanted`` ones.

    Raises
    ------
    BadFile
        If it is no archive of arrays, holds Python objects, or would unpack to more than `LARGEST` bytes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(source.content)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS:
                raise source.refuse("archive", "its arrays", f"at most {_MOST_MEMBERS}", len(members))
            chosen = [m for m in members if wanted is None or m.filename.removesuffix(".npy") in wanted]
            size = sum(member.file_size for member in chosen)
            if size > LARGEST:
                raise source.refuse(
                    "archive", "its size", f"at most {LARGEST >> 20} MiB", f"{size >> 20} MiB"
                )
            return {
                member.filename.removesuffix(".npy"): _array(source, archive, member)
                for member in chosen
                if member.filename.endswith(".npy")
            }
    except (
        zipfile.BadZipFile,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        zlib.error,
    ) as error:
        raise source.refuse(
            "archive", "the file", "a NumPy .npz", str(error)[:100] or type(error).__name__
        ) from None


def _array(source: Source, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> npt.NDArray[Any]:
    with archive.open(member) as stream:
        content = stream.read(member.file_size + 1)
    if len(content) > member.file_size:
        raise source.refuse("array", member.filename, f"{member.file_size} bytes", "more")
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    read_header = {1: np.lib.format.read_array_header_1_0, 2: np.lib.format.read_array_header_2_0}
    if version[0] not in read_header:
        raise source.refuse("array", member.filename, "NumPy's format 1 or 2", f"{version[0]}")
    shape, _, kind = read_header[version[0]](file)
    if kind.hasobject:
        raise source.refuse("array", member.filename, "numbers or text", "Python objects, which are not read")
    count = 1
    for length in shape:
        count *= int(length)
    if count < 0 or count * kind.itemsize != len(content) - file.tell():
        found = f"{len(content) - file.tell()} bytes for a shape of {shape}"
        raise source.refuse("array", member.filename, "as many bytes as its shape says", found[:100])
    file.seek(0)
    return np.lib.format.read_array(file, allow_pickle=False)


def _numbers(source: Source, found: dict[str, npt.NDArray[Any]], key: str) -> FloatArray:
    array = found[key]
    if array.dtype.kind not in "fiub":
        raise source.refuse("array", key, "numbers", str(array.dtype))
    return array.astype(float)


def _one(source: Source, names: Sequence[str], what: str) -> str:
    if len(names) != 1:
        hint = "Keys: time_ps, wavelength_nm, values, and fluence if it is known."
        raise source.refuse("array", what, "one array", ", ".join(names) or "none", hint)
    return names[0]


def _read_matrix(source: Source) -> list[TransientTrace]:
    found = arrays(source)
    plain = {key.lower(): key for key in found}
    time_key = _one(source, [plain[k] for k in plain if _TIME.fullmatch(k)], "the times")
    wavelength_key = _one(source, [plain[k] for k in plain if _WAVELENGTH.fullmatch(k)], "the wavelengths")
    values_key = _one(source, [plain[k] for k in _VALUES if k in plain], "the values")
    time = _numbers(source, found, time_key).ravel()
    wavelength = _numbers(source, found, wavelength_key).ravel()
    values = _numbers(source, found, values_key)
    if values.ndim > 2:
        values = values.reshape([n for n in values.shape if n > 1])  # axes of one point say nothing
    match = _TIME.fullmatch(time_key.lower())
    unit = agreed_unit(source, match[1] if match else None, f"'{time_key}' without one")
    notes = []
    shape, turned = (len(time), len(wavelength)), (len(wavelength), len(time))
    if (values.shape == turned != shape) or (shape == turned and source.given.rows == "wavelengths"):
        values = values.T
        notes.append(f"'{values_key}' turned to times x wavelengths")
    elif shape == turned and source.given.rows is None and (time_key, values_key) != ("time_ps", "values"):
        raise source.refuse(
            "matrix", "--rows", "what runs down the rows, times or wavelengths", f"a square '{values_key}'"
        )
    return [
        transient(
            source, time, wavelength, values, time_unit=unit, name=source.path.stem,
            fluence=_fluence(source, found, plain), metadata={"notes": notes},
        )
    ]  # fmt: skip


def _fluence(source: Source, found: dict[str, npt.NDArray[Any]], plain: dict[str, str]) -> float | None:
    keys = [plain[key] for key in _FLUENCE if key in plain]
    if not keys:
        return None
    value = _numbers(source, found, _one(source, keys, "the fluence"))
    if value.size != 1 or not np.isfinite(value).all() or value.ravel()[0] <= 0:
        raise source.refuse("array", keys[0], "one positive number [photons/cm2]", f"{value.ravel()[:3]}")
    return float(value.ravel()[0])


def _read_counts(source: Source) -> Sequence[DecayTrace]:
    found = arrays(source, {"metadata", "bin", "channel"})
    if set(found) != {"metadata", "bin", "channel"}:
        raise source.refuse(
            "archive", "the photons", "arrays metadata, bin and channel", ", ".join(found) or "none"
        )
    try:
        document = json.loads(str(found["metadata"]))
    except (ValueError, RecursionError) as error:
        raise source.refuse("array", "metadata", "JSON", str(error)[:80]) from None
    return decays_of_counts(source, document, found["bin"], found["channel"])


def _recognise_npz(head: bytes, suffix: str, kind: str) -> float:
    if not head.startswith(b"PK\x03\x04"):
        return 0.0
    counts = b"metadata.npy" in head[:200]
    return (0.9 if counts else 0.3) if kind == "decay" else (0.2 if counts else 0.9)


def _read(source: Source, kind: str) -> Sequence[DecayTrace | TransientTrace]:
    return _read_counts(source) if kind == "decay" else _read_matrix(source)


READERS = (
    Reader(
        "npz", "NumPy archive: time_ps, wavelength_nm, values (fluence); or photons of `scintidot photons`",
        ("transient", "decay"), _recognise_npz, _read,
    ),
)  # fmt: skip
