"""Tables in HDF5 and ROOT files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.errors import BadValue
from scintidot.interchange.columns import Table, has_deposits, plain, refuse

HDF5_START = b"\x89HDF\r\n\x1a\n"
ROOT_START = b"root"


def read_hdf5(path: Path, name: str | None = None) -> Table:
    """The one table of deposits of an HDF5 file: a folder of columns, or a compound dataset."""
    import h5py

    where = str(path)
    with h5py.File(path, "r") as file:
        found: dict[str, Table] = {}
        everything = [("/", file)]
        file.visititems(lambda key, entry: everything.append((f"/{key}", entry)))
        for key, entry in everything:
            shown = where if key == "/" else f"{where}:{key}"
            table = _hdf5_table(entry, shown, _words(file.attrs))
            if table is not None:
                found[key.strip("/") or "/"] = table
        return found[_chosen(list(found), name, where, "dataset or folder")]


def _hdf5_table(entry: Any, where: str, above: dict[str, str]) -> Table | None:
    import h5py

    if isinstance(entry, h5py.Dataset) and entry.dtype.names and entry.ndim == 1:
        columns = {column: entry[column] for column in entry.dtype.names}
        units = {}
    elif isinstance(entry, h5py.Group):
        parts = {
            key: part for key, part in entry.items() if isinstance(part, h5py.Dataset) and part.ndim == 1
        }
        columns = {key: part[()] for key, part in parts.items() if not part.dtype.names}
        units = {key: unit for key in columns if (unit := _unit(parts[key].attrs))}
    else:
        return None
    if not has_deposits(columns):
        return None
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        refuse(where, "columns", "the table", "columns of one length", ", ".join(map(str, sorted(lengths))))
    metadata = above | _words(entry.attrs)
    for key in columns:
        for said in (f"{plain(key)}units", f"{plain(key)}unit"):
            if said in metadata:
                units.setdefault(key, metadata[said])
    return Table(where, {key: partial(_given, values) for key, values in columns.items()}, units, metadata)


def read_root(path: Path, name: str | None = None) -> Table:
    """The one tree of deposits of a ROOT file.

    Raises
    ------
    BadValue
        If uproot is not installed.
    BadFile
        If no tree, or more than one, can hold deposits.
    """
    try:
        import uproot
    except ImportError:
        raise BadValue(
            where=str(path),
            what="file format",
            who="ROOT",
            expected="the package uproot",
            found="none",
            hint="Install it: pip install 'scintidot[root]'.",
        ) from None
    where = str(path)
    with uproot.open(path) as file:
        kinds = file.classnames(recursive=True, cycle=False)
        trees = {key: file[key] for key, kind in kinds.items() if kind in ("TTree", "TNtuple", "TNtupleD")}
        able = [key for key, tree in trees.items() if has_deposits(tree.keys(recursive=False))]
        chosen = _chosen(able if name is None else list(trees), name, where, "tree")
        tree = trees[chosen]
        columns = {
            key: partial(_given, tree[key].array(library="np"))
            for key in tree.keys(recursive=False)
            if tree[key].interpretation.__class__.__name__ in ("AsDtype", "AsStrings")
        }
        metadata = dict(_root_metadata(file, kinds))
        return Table(f"{where}:{chosen}", columns, metadata=metadata)


def _root_metadata(file: Any, kinds: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Numbers beside the trees: parameters, texts, and GATE's count of primaries."""
    for key, kind in kinds.items():
        if kind == "TObjString":
            yield plain(key), str(file[key])
        elif kind.startswith("TParameter"):
            yield plain(key), str(file[key].member("fVal"))
        elif key == "total_nb_primaries" and kind == "TH1D" and file[key].member("fEntries") == 1:
            yield plain(key), str(round(file[key].member("fTsumwx")))
        elif key == "pet_data" and "total_nb_primaries" in set(file[key].keys()):
            primaries = file[key]["total_nb_primaries"].array(library="np")
            yield "totalnbprimaries", str(round(float(primaries[0])))


def _chosen(names: list[str], name: str | None, where: str, kind: str) -> str:
    listed = ", ".join(names) or "none"
    if name is not None:
        if name not in names:
            refuse(where, kind, "--table", "one of " + listed, repr(name))
        return name
    if len(names) != 1:
        hint = "Choose one with --table NAME." if names else "Name the columns event and edep, for example."
        refuse(where, kind, "the file", "one with an event and an energy in each row", listed, hint)
    return names[0]


def _given(values: Any) -> Any:
    return values


def _unit(attributes: Any) -> str | None:
    words = _words(attributes)
    return words.get("units") or words.get("unit")


def _words(attributes: Any) -> dict[str, str]:
    """Attributes as text."""
    words = {}
    for key, value in attributes.items():
        if isinstance(value, bytes):
            words[plain(key)] = value.decode("utf-8", "replace")
        elif isinstance(value, (str, int, float, np.integer, np.floating)):
            words[plain(key)] = str(value)
    return words
