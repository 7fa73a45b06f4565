"""The form of a kept dataset: an npz file (`numpy.load` opens it) with a checksum of its content and name behind it.

numpy's format, since netCDF takes 40 ms to open a tally of eleven arrays, and npz takes 1 ms.
"""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray

FORMAT = "scintidot-kept/1"
_HEADER = "header"
_SEAL_LENGTH = len(f"\n{FORMAT} {'0' * 64}\n")


class DamagedFile(ValueError):
    """A kept file that is not what was written under its name."""


def packed(dataset: xarray.Dataset, name: str) -> bytes:
    """The content of the file ``name``."""
    values = {f"v{i}": _plain(variable.to_numpy()) for i, variable in enumerate(dataset.variables.values())}
    header = {
        "attributes": dict(dataset.attrs),
        "coordinates": list(dataset.coords),
        "variables": [[key, v.dims, v.attrs] for key, v in dataset.variables.items()],
    }
    text = json.dumps(header, default=lambda value: value.tolist())
    memory = io.BytesIO()
    np.savez(memory, **{_HEADER: np.array(text)}, **values)  # type: ignore[arg-type]
    with memory.getbuffer() as content:
        seal = _seal(content, name)
    memory.write(seal)
    return memory.getvalue()


def unpacked(content: bytes, name: str) -> xarray.Dataset:
    """The dataset that was packed under the name.

    Raises
    ------
    DamagedFile
        If a single bit, or the name, is another one.
    """
    whole = memoryview(content)
    if bytes(whole[-_SEAL_LENGTH:]) != _seal(whole[:-_SEAL_LENGTH], name):
        raise DamagedFile("its checksum is wrong")
    import xarray

    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        header = json.loads(str(arrays[_HEADER]))
        variables = {
            key: (dims, arrays[f"v{i}"], attributes)
            for i, (key, dims, attributes) in enumerate(header["variables"])
        }
    coordinates = {key: variables.pop(key) for key in header["coordinates"]}
    return xarray.Dataset(variables, coordinates, header["attributes"])


def _seal(content: memoryview, name: str) -> bytes:
    digest = hashlib.sha256(name.encode())
    digest.update(content)
    return f"\n{FORMAT} {digest.hexdigest()}\n".encode()


def _plain(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Texts as texts: what is kept holds no Python objects."""
    return values.astype(str) if values.dtype.hasobject else values
