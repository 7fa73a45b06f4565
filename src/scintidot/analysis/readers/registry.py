"""Which reader takes a file: each says how sure it is from the first bytes; the surest one reads.

A reader of the user's own joins through the entry-point group ``scintidot.readers``: an object of class `Reader`.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.analysis.traces import KINDS, DecayTrace, Trace, TransientTrace
from scintidot.errors import BadFile, BadValue, ScintidotError, nearest, one_of
from scintidot.records import FloatArray

ENTRY_POINTS = "scintidot.readers"
HEAD = 65536
"""Bytes of a file that readers are shown to recognise it."""
LARGEST = 1 << 31
"""Bytes of a file beyond which it is refused."""


@dataclass(frozen=True)
class Given:
    """What the user said of a file that the file may not say itself."""

    bin_width: float | None = None  # [ps]
    period: float | None = None  # [ps]
    excitations: float | None = None
    time_unit: str | None = None  # of a column or axis of times: fs, ps, ns, us, ms, s
    channel: int | None = None  # of a file with several
    column: str | None = None  # name or number of the column with the values
    kind: str | None = None  # of spectra: absorption, emission or excitation
    rows: str | None = None  # what runs down the rows of a matrix: times or wavelengths
    spectral_unit: str | None = None  # of a spectral axis: nm, eV, cm-1


@dataclass(frozen=True)
class Source:
    """A file as readers get it; nothing in it is ever executed."""

    path: Path
    content: bytes
    given: Given = field(default_factory=Given)

    @property
    def where(self) -> str:
        """How errors name it."""
        return str(self.path)

    def refuse(self, what: str, who: str, expected: str, found: object, hint: str | None = None) -> BadFile:
        """The error of this file; ``who`` is the option that could mend it, or a part of the file."""
        return BadFile(where=self.where, what=what, who=who, expected=expected, found=found, hint=hint)


@dataclass(frozen=True)
class Reader:
    """One format.

    Parameters
    ----------
    name : str
        As ``--format`` takes it.
    kinds : tuple of str
        Of `traces.KINDS`, what files of this format hold.
    recognise : callable
        ``recognise(head, suffix, kind)``: 0 (no) to 1 (the format's own signature) from the first bytes, the end of
        the name in small letters and what the command asks for. It may not raise.
    read : callable
        ``read(source, kind)``: the traces. Raises `BadFile` for every fault of the file.
    """

    name: str
    description: str
    kinds: tuple[str, ...]
    recognise: Callable[[bytes, str, str], float]
    read: Callable[[Source, str], Sequence[Trace]]


@dataclass(frozen=True)
class Contents:
    """What one file held."""

    path: Path
    sha256: str
    format: str
    traces: tuple[Any, ...]  # of the kind that was asked for

    @property
    def as_input(self) -> dict[str, Any]:
        """The file in the ``inputs`` of a document, with what its reader took it for or left out."""
        notes = dict.fromkeys(str(note) for trace in self.traces for note in trace.metadata.get("notes", ()))
        return {"file": self.path.name, "sha256": self.sha256, "format": self.format, "notes": list(notes)}


SHIPPED: tuple[str, ...] = (
    "own", "picoquant", "picoquant_text", "becker_hickl", "photon_columns", "decay_text", "oscilloscope", "glotaran",
    "ufs", "archives", "matrix", "spectrum_text", "jcamp",
)  # fmt: skip
"""Modules of this folder, each with READERS."""


@cache
def readers() -> dict[str, Reader]:
    """Every reader by name: shipped ones first, then the user's own."""
    found: dict[str, Reader] = {}
    for module in SHIPPED:
        for reader in import_module(f"scintidot.analysis.readers.{module}").READERS:
            found[reader.name] = reader
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        reader = _plugged(entry)
        if reader.name in found:
            raise _broken(entry.name, "a name of its own", f"'{reader.name}', which is taken")
        found[reader.name] = reader
    return found


def _plugged(entry: EntryPoint) -> Reader:
    """A reader of the user's own, or one line that names it."""
    try:
        reader = entry.load()
    except Exception as error:  # whatever it raises, its name must be said
        raise _broken(
            entry.name, "a module that can be imported", f"{type(error).__name__}: {error}"
        ) from error
    if not isinstance(reader, Reader):
        raise _broken(
            entry.name, "an object of class scintidot.analysis.readers.Reader", type(reader).__name__
        )
    if not reader.kinds or not set(reader.kinds) <= set(KINDS):
        raise _broken(entry.name, "kinds among " + ", ".join(KINDS), repr(reader.kinds))
    return reader


def _broken(name: str, expected: str, found: str) -> BadValue:
    return BadValue(
        where=f"entry point '{name}'", what="reader", who=ENTRY_POINTS, expected=expected, found=found
    )


def read(path: str | Path, kind: str, *, format: str | None = None, given: Given | None = None) -> Contents:
    """The traces of a file.

    Parameters
    ----------
    path : str or Path
        The file.
    kind : str
        ``decay``, ``transient`` or ``spectrum``: what is looked for.
    format : str, optional
        Name of a reader; without it the file is recognised.
    given : Given, optional
        What the user says of it.

    Raises
    ------
    BadFile
        If it cannot be read, nothing recognises it, or it holds no such data.
    BadValue
        For an unknown format, and for a plug-in that is broken.
    """
    one_of(kind, KINDS, where="read", who="kind")
    source = Source(Path(path), _bytes(Path(path)), given or Given())
    reader = _chosen(source, kind, format)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # of libraries; what matters is checked
            traces = tuple(reader.read(source, kind))
    except ScintidotError:
        raise
    except Exception as error:  # whatever a library makes of a broken file is the file's fault
        raise source.refuse(
            "file",
            reader.name,
            reader.description,
            f"one that cannot be read ({type(error).__name__}: {error})",
        ) from error
    if not traces or not all(isinstance(trace, KINDS[kind]) for trace in traces):
        raise source.refuse("content", reader.name, f"a {kind}", "none")
    for trace in traces:
        _check(source, reader, trace)
    return Contents(source.path, hashlib.sha256(source.content).hexdigest(), reader.name, traces)


def _bytes(path: Path) -> bytes:
    try:
        if path.is_file() and path.stat().st_size > LARGEST:
            raise BadFile(
                where=str(path), what="file", who="its size", expected=f"at most {LARGEST >> 20} MiB",
                found=f"{path.stat().st_size >> 20} MiB",
            )  # fmt: skip
        content = path.read_bytes()
    except OSError as error:
        found = error.strerror or "no such file"
        raise BadFile(
            where=str(path), what="file", who="FILE", expected="a readable file", found=found
        ) from None
    if not content.strip():
        raise BadFile(where=str(path), what="file", who="FILE", expected="data", found="an empty file")
    return content


def _chosen(source: Source, kind: str, format: str | None) -> Reader:
    known = {name: reader for name, reader in readers().items() if kind in reader.kinds}
    if format is not None:
        if format not in known:
            raise BadValue(
                where="read", what="name", who="--format", expected="one of " + ", ".join(known),
                found=repr(format), hint=nearest(format, known, listed=True),
            )  # fmt: skip
        return known[format]
    head, suffix = source.content[:HEAD], source.path.suffix.lower()
    sure = {reader: _sureness(reader, head, suffix, kind) for reader in known.values()}
    best = max(sure, key=lambda reader: sure[reader], default=None)
    if best is None or sure[best] <= 0:
        hint = None if format else f"Formats of a {kind}: {', '.join(known)}; name one with --format."
        raise source.refuse(
            "file", "its format", f"a {kind} in a known format", "none that is recognised", hint
        )
    return best


def _sureness(reader: Reader, head: bytes, suffix: str, kind: str) -> float:
    try:
        return reader.recognise(head, suffix, kind)
    except Exception as error:
        raise _broken(reader.name, "an answer of recognise()", f"{type(error).__name__}: {error}") from error


def _check(source: Source, reader: Reader, trace: Trace) -> None:
    """What every trace keeps to, whoever made it: finite numbers, equal lengths, rising axes."""
    axes: tuple[FloatArray, ...] = () if isinstance(trace, DecayTrace) else (trace.wavelength,)
    if isinstance(trace, TransientTrace):
        axes = (trace.time, trace.wavelength)
    good = np.isfinite(trace.values).all() and trace.values.size > 0
    good = good and all(np.isfinite(axis).all() and (np.diff(axis) > 0).all() for axis in axes)
    if isinstance(trace, DecayTrace):
        good = good and trace.values.ndim == 1 and 0 < trace.bin_width < np.inf and np.isfinite(trace.start)
    else:
        good = good and trace.values.shape == tuple(len(axis) for axis in axes)
    if not good:
        raise source.refuse(
            "content", reader.name, "finite numbers on rising axes of the same lengths", "others"
        )
