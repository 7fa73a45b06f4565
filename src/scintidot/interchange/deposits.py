"""Energy kept by nanocrystals, event by event, from anyone's Geant4, GATE or TOPAS run.

The table has one row for each event and nanocrystal that kept energy. Events without a deposit have no row,
so the number of simulated events is part of it: without that no mean is right.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from scintidot import __version__
from scintidot.errors import BadFile, BadValue, CannotWrite
from scintidot.interactions.inputs import read_within
from scintidot.interchange.binary import HDF5_START, ROOT_START, read_hdf5, read_root
from scintidot.interchange.columns import IntArray, events_of, refuse, rows_of
from scintidot.interchange.text import read_text
from scintidot.materials.fields import In
from scintidot.output import write_text, write_together
from scintidot.records import FloatArray
from scintidot.transport.track.tally import ABOVE, QUANTILES, counts_of


@dataclass(frozen=True, eq=False)
class EventDeposits:
    """Energy kept by each nanocrystal in each event, rows sorted by event, then nanocrystal.

    `summed` makes one from rows in any order.
    """

    event: IntArray
    nanocrystal: IntArray
    energy: FloatArray  # [eV], above 0
    events: int  # simulated, those without a deposit too
    source: str
    assumptions: tuple[str, ...] = ()

    @classmethod
    def summed(
        cls,
        event: IntArray,
        nanocrystal: IntArray,
        energy: FloatArray,
        *,
        events: int,
        source: str,
        assumptions: tuple[str, ...] = (),
    ) -> EventDeposits:
        """Rows of one event and nanocrystal added up, rows without energy left out."""
        pairs = np.stack([np.asarray(event, np.int64), np.asarray(nanocrystal, np.int64)], axis=1)
        keys, inverse = np.unique(pairs.reshape(-1, 2), axis=0, return_inverse=True)
        total = np.zeros(len(keys))
        np.add.at(total, inverse.ravel(), np.asarray(energy, np.float64))
        kept = total > 0
        return cls(keys[kept, 0], keys[kept, 1], total[kept], events, source, assumptions)

    @property
    def event_energy(self) -> FloatArray:
        """Energy [eV] kept by all nanocrystals together, for each event that has any."""
        numbers, inverse = np.unique(self.event, return_inverse=True)
        total = np.zeros(len(numbers))
        np.add.at(total, inverse.ravel(), self.energy)
        return total

    @property
    def counts(self) -> tuple[IntArray, IntArray]:
        """Events, those without a deposit too, and hits in the bins of the engine; each of shape (BINS,)."""
        events = counts_of(self.event_energy)
        events[0] += self.events - events.sum()
        return events, counts_of(self.energy)


def read_deposits(
    path: str | Path,
    *,
    events: int | None = None,
    energy_unit: str | None = None,
    table: str | None = None,
) -> EventDeposits:
    """Read a table of deposits: CSV or other text, HDF5, ROOT; the content tells which.

    Parameters
    ----------
    path : str or Path
        File. Steps of one event and nanocrystal are added up; the order of rows is free.
    events : int, optional
        Number of simulated events, where the file does not say it.
    energy_unit : str, optional
        eV, keV, MeV or GeV, where the file does not say it.
    table : str, optional
        Tree (ROOT), dataset or folder (HDF5), where the file holds several that would do.

    Raises
    ------
    BadFile
        If the file cannot be read, a column, unit or the number of events is missing, or a number cannot be.
    BadValue
        If the file is ROOT and uproot is not installed.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        refuse(str(path), "file", "deposits", "a readable table", error.strerror or "no such file")
    remembered: list[str] = []
    try:
        if content.startswith(HDF5_START):
            found = read_hdf5(path, table)
            remembered = json.loads(found.metadata.get("assumptions", "[]"))
        elif content.startswith(ROOT_START):
            found = read_root(path, table)
        else:
            found, remembered = read_text(content, path)
    except (BadFile, BadValue):
        raise
    except Exception as error:  # a damaged file makes h5py and uproot raise many kinds
        refuse(str(path), "file", "deposits", "a whole HDF5 or ROOT file", str(error) or type(error).__name__)
    rows = rows_of(found, energy_unit)
    number = events_of(found, events)
    deposits = EventDeposits.summed(
        rows.event,
        rows.nanocrystal,
        rows.energy,
        events=number,
        source=found.metadata.get("source", path.name),
        assumptions=(*remembered, *(note for note in rows.assumptions if note not in remembered)),
    )
    seen = len(np.unique(rows.event))
    if seen > number:
        refuse(found.where, "number of simulated events", "events", f"{seen} or more, as in the rows", number)
    return deposits


def write_deposits(path: str | Path, deposits: EventDeposits) -> Path:
    """Write as CSV (``.csv``) or HDF5 (``.h5``, ``.hdf5``), whole or not at all; returns the path.

    Raises
    ------
    BadValue
        If the name ends otherwise.
    CannotWrite
        If the folder cannot be written.
    """
    path = Path(path)
    writers: dict[str, Callable[[Path, EventDeposits], None]] = {
        ".csv": _write_csv,
        ".h5": _write_hdf5,
        ".hdf5": _write_hdf5,
    }
    write = writers.get(path.suffix.lower())
    if write is None:
        expected = "a name that ends with " + ", ".join(writers)
        raise BadValue(where=str(path), what="file name", who="deposits", expected=expected, found=path.name)
    if path.is_dir():
        raise CannotWrite(where=str(path), what="file", who="deposits", expected="a file", found="a folder")
    return write_together(path.parent, {path.name: lambda file: write(file, deposits)})[path.name]


def _write_csv(path: Path, deposits: EventDeposits) -> None:
    oneline = replace(
        deposits,
        source=" ".join(deposits.source.split()),
        assumptions=tuple(" ".join(note.split()) for note in deposits.assumptions),
    )
    head = ["# scintidot.event-deposits/1", f"# events: {oneline.events}", f"# source: {oneline.source}"]
    head += [f"# assumption: {note}" for note in oneline.assumptions]
    rows = zip(oneline.event.tolist(), oneline.nanocrystal.tolist(), oneline.energy.tolist(), strict=True)
    body = [f"{event},{nanocrystal},{energy!r}" for event, nanocrystal, energy in rows]
    write_text(path, "\n".join([*head, "event,nanocrystal,energy_eV", *body]) + "\n")


def _write_hdf5(path: Path, deposits: EventDeposits) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        file.attrs["schema"] = "scintidot.event-deposits/1"
        file.attrs["events"] = deposits.events
        file.attrs["source"] = deposits.source
        file.attrs["assumptions"] = json.dumps(deposits.assumptions)
        file["event"] = deposits.event
        file["nanocrystal"] = deposits.nanocrystal
        file["energy"] = deposits.energy
        file["energy"].attrs["units"] = "eV"


def deposit_row(
    deposits: EventDeposits, *, edge_length: float | None = None, energy_keV: float | None = None
) -> dict[str, Any]:
    """The figures of one size, with the keys of ``scintidot.deposit/1``.

    Per event means: over all simulated events, all nanocrystals together. Per hit means: over pairs of an
    event and a nanocrystal that kept energy. Fractions are of events, quantiles over hits (linear between
    neighbours). What does not exist is None.

    Parameters
    ----------
    deposits : EventDeposits
        Deposits of one size.
    edge_length : float, optional
        Edge length [nm], which the table does not know.
    energy_keV : float, optional
        Energy of the primary [keV], likewise.

    Examples
    --------
    >>> one = EventDeposits.summed([0, 0, 3], [1, 1, 1], [2.0, 4.0, 12.0], events=10, source="example")
    >>> row = deposit_row(one)
    >>> row["mean_deposit_eV"], row["mean_deposit_per_hit_eV"], row["fraction_above_eV"]["10"]
    (1.8, 9.0, 0.1)
    """
    per_event, number = deposits.event_energy, deposits.events
    mean = float(per_event.sum()) / number
    squares = float(((per_event - mean) ** 2).sum()) + (number - len(per_event)) * mean**2
    hits = deposits.energy
    return {
        "edge_length_nm": edge_length,
        "energy_keV": energy_keV,
        "histories": number,
        "mean_deposit_eV": mean,
        "standard_error_eV": float(np.sqrt(squares / (number - 1) / number)) if number > 1 else None,
        "hit_fraction": len(per_event) / number,
        "mean_deposit_per_hit_eV": float(hits.mean()) if len(hits) else None,
        "fraction_above_eV": {f"{t:g}": float((per_event > t).sum()) / number for t in ABOVE},
        "quantiles_eV": {f"{q:g}": float(np.quantile(hits, q)) if len(hits) else None for q in QUANTILES},
    }


def file_document(
    path: str | Path,
    *,
    events: int | None = None,
    energy_unit: str | None = None,
    table: str | None = None,
    edge_length: object = None,
    energy_keV: object = None,
) -> dict[str, Any]:
    """The document ``scintidot.deposit-file/1``: the row of one file and what was taken for granted about it.

    Options as those of `read_deposits` and `deposit_row`; raises as they do.
    """
    edge, energy = (
        None if value is None else read_within(value, In(unit, above=0), where="deposit-file", who=who)
        for value, unit, who in ((edge_length, "nm", "--edge-length"), (energy_keV, "keV", "--energy-kev"))
    )
    deposits = read_deposits(path, events=events, energy_unit=energy_unit, table=table)
    return {
        "schema": "scintidot.deposit-file/1",
        "version": __version__,
        "choices": {"source": deposits.source, "assumptions": list(deposits.assumptions)},
        "rows": [deposit_row(deposits, edge_length=edge, energy_keV=energy)],
        "warnings": [],
        "bibliography": [],
    }
