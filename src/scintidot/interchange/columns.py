"""Which column of a foreign table is the event, the nanocrystal and the energy, and in which unit.

Nothing is guessed in silence: a column that cannot be told apart, or a unit that is not written, is asked for.
What a program documents (GATE: MeV) is taken from there and named among the assumptions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from scintidot.errors import BadFile, nearest
from scintidot.records import FloatArray
from scintidot.tables import is_number

IntArray = npt.NDArray[np.int64]

ENERGY_UNITS = {"meV": 1e-3, "eV": 1.0, "keV": 1e3, "MeV": 1e6, "GeV": 1e9}
"""Unit -> eV."""

_EVENT = (
    *("event", "eventid", "eventnumber", "eventno", "evt", "evtid", "evid"),
    *("history", "historyid", "historynumber", "primary", "primaryid"),
)
_RUN = ("run", "runid", "runnumber")
_NANOCRYSTAL = (
    ("nanocrystal", "nanocrystalid", "nc", "ncid"),
    ("copynumber", "copyno", "copynum", "copynr", "copyid"),
    ("prestepuniquevolumeid", "volume", "volumeid", "volumename"),
    ("detector", "detectorid", "det", "detid", "pixel", "pixelid"),
)
_LEVELS = (
    *("baseid", "rsectorid", "moduleid", "submoduleid", "crystalid", "layerid"),
    *("level1id", "level2id", "level3id", "level4id", "level5id"),
)
"""GATE writes the place of a volume as one number for each level of its system."""

_ENERGY = (
    (
        *("edep", "edeposit", "energydep", "energydeposit", "energydeposited", "depositedenergy"),
        *("deposit", "totaledep", "totedep", "totalenergydeposit"),
    ),
    ("energy", "e"),
)
_OF_A_TRACK = ("directioncosinex", "predirectionx", "momentumx", "px", "ux", "dx", "xdir", "dirx")
"""Beside these a plain 'energy' is that of a particle, not a deposit."""

_EVENTS = (
    *("events", "nevents", "numberofevents", "simulatedevents", "histories", "nhistories"),
    *("numberoforiginalhistories", "primaries", "numberofprimaries", "totalnbprimaries"),
)

_IN_BRACKETS = re.compile(r"(?P<name>.*?)[\s_]*[\[(]\s*(?P<unit>[^\])]*?)\s*[\])]")
_BEHIND = re.compile(r"(?P<name>.*?)(?:[\s_./:-]+|(?<=[a-z])(?=[kMG]?eV$))(?P<unit>[kmMgG]?[eE][vV])")


@dataclass(frozen=True, eq=False)
class Table:
    """A foreign table: its columns are read when they are asked for."""

    where: str  # file (and tree) for messages
    columns: Mapping[str, Callable[[], npt.NDArray[Any]]]
    units: Mapping[str, str] = field(default_factory=dict)  # column -> unit, stated outside its name
    metadata: Mapping[str, str] = field(default_factory=dict)  # as written; keys as `plain` makes them
    assumptions: tuple[str, ...] = ()
    place: Callable[[int], str] | None = None  # where a row stands, for messages

    def at(self, row: int) -> str:
        """File and row, for messages."""
        return self.place(row) if self.place else f"{self.where}, row {row}"


@dataclass(frozen=True, eq=False)
class Rows:
    """What a table says about deposits, row by row, not yet summed."""

    event: IntArray
    nanocrystal: IntArray
    energy: FloatArray  # [eV]
    assumptions: tuple[str, ...]


def plain(name: str) -> str:
    """A column name without case, spaces and signs.

    >>> plain("Event ID"), plain("Event#")
    ('eventid', 'event')
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def split_unit(name: str) -> tuple[str, str | None]:
    """Name and unit of a column title.

    >>> split_unit("Energy Deposited [MeV]"), split_unit("edep_keV"), split_unit("edep")
    (('Energy Deposited', 'MeV'), ('edep', 'keV'), ('edep', None))
    """
    match = _IN_BRACKETS.fullmatch(name.strip()) or _BEHIND.fullmatch(name.strip())
    return (match["name"], match["unit"]) if match else (name.strip(), None)


def unit_factor(unit: str, *, where: str, who: str) -> float:
    """Factor to eV; ``kev`` passes, ``mev`` does not, since it may be meV or MeV."""
    usual = {"ev": "eV", "kev": "keV", "gev": "GeV"}.get(unit.lower(), unit)
    if usual not in ENERGY_UNITS:
        hint = "Is it 'MeV' or 'meV'?" if unit.lower() == "mev" else nearest(unit, ENERGY_UNITS, listed=True)
        refuse(where, "energy unit", who, "one of " + ", ".join(ENERGY_UNITS), repr(unit), hint)
    return ENERGY_UNITS[usual]


def refuse(
    where: str, what: str, who: str, expected: str, found: object, hint: str | None = None
) -> NoReturn:
    """Raise the one-line error about a file."""
    raise BadFile(where=where, what=what, who=who, expected=expected, found=found, hint=hint)


def has_deposits(names: Iterable[str]) -> bool:
    """Whether a table with these columns can hold deposits."""
    names = list(names)
    return bool(_matching(names, _EVENT)) and any(_matching(names, tier) for tier in _ENERGY)


def rows_of(table: Table, energy_unit: str | None = None) -> Rows:
    """Events, nanocrystals and energies of a table; ``energy_unit`` is what the user says.

    Raises
    ------
    BadFile
        If a column is missing or doubtful, the unit is not known, or a number cannot be.
    """
    notes = list(table.assumptions)
    names = list(table.columns)
    event = _integers(table, _one(table, "event column", "such as 'event' or 'eventID'", _EVENT))
    energy_column = _energy_column(table)
    factor = _factor(table, energy_column, energy_unit, notes)
    energy = _numbers(table, energy_column) * factor
    wrong = np.flatnonzero(~(np.isfinite(energy) & (energy >= 0)))
    if len(wrong):
        found = f"{energy[wrong[0]] / factor:g}"
        refuse(table.at(int(wrong[0])), "energy", energy_column, "0 or more, finite", found)
    run = _matching(names, _RUN)
    if len(run) == 1 and len(energy):
        runs = _integers(table, run[0])
        if runs.min() != runs.max():
            event = _numbered([runs, event])
            notes.append(f"an event is one pair of '{run[0]}' and event number; numbers are new")
    nanocrystal = _nanocrystals(table, len(energy), notes)
    return Rows(event, nanocrystal, energy, tuple(notes))


def events_of(table: Table, events: int | None) -> int:
    """Number of simulated events, by the file or the user, who must agree; asked for if nobody says."""
    stated = next((table.metadata[key] for key in _EVENTS if key in table.metadata), None)
    in_file = None
    if stated is not None:
        try:
            number = float(stated.replace("_", "").replace(" ", ""))
        except ValueError:
            number = 0.0
        if not (number >= 1 and number == int(number)):
            refuse(table.where, "number of events", "events", "a whole number above 0", repr(stated))
        in_file = int(number)
    if events is None and in_file is None:
        hint = "Say it with --events N (events without a deposit count), or as '# events: N' in the file."
        refuse(
            table.where, "number of simulated events", "events", "it in the file or from you", "none", hint
        )
    if events is not None and events < 1:
        refuse(table.where, "number of simulated events", "--events", "1 or more", events)
    if events is not None and in_file is not None and events != in_file:
        refuse(table.where, "number of simulated events", "--events", f"{in_file}, as the file says", events)
    return int(events if events is not None else in_file or 0)


def _matching(names: Iterable[str], wanted: tuple[str, ...]) -> list[str]:
    return [name for name in names if plain(split_unit(name)[0]) in wanted or plain(name) in wanted]


def _one(table: Table, what: str, example: str, wanted: tuple[str, ...]) -> str:
    found = _matching(table.columns, wanted)
    if len(found) != 1:
        hint = "Rename it in the header." if not found else "Leave one of them."
        refuse(table.where, what, "the table", f"one column {example}", _listed(found or table.columns), hint)
    return found[0]


def _energy_column(table: Table) -> str:
    deposits, general = (_matching(table.columns, tier) for tier in _ENERGY)
    track = _matching(table.columns, _OF_A_TRACK)
    if track and not deposits and general:
        found = f"{general[0]!r} beside {track[0]!r}, so a list of particles"
        hint = "If it is a deposit, rename it to edep with its unit."
        refuse(table.where, "energy column", "the table", "deposits", found, hint)
    wanted = _ENERGY[0] if deposits or not general else _ENERGY[1]
    return _one(table, "energy column", "such as 'edep_keV' or 'energy_eV'", wanted)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names) or "none"


def _factor(table: Table, column: str, said: str | None, notes: list[str]) -> float:
    in_file = split_unit(column)[1] or table.units.get(column) or table.metadata.get("energyunit")
    if in_file is None and said is None:
        keys = {plain(name) for name in table.columns}
        if {"runid", "eventid", "sourceid"} <= keys or plain(column) == "totalenergydeposit":
            notes.append(f"'{column}' is in MeV, as GATE documents it")
            return ENERGY_UNITS["MeV"]
        hint = f"Write it into the header, such as '{column}_keV', or say --energy-unit keV."
        refuse(table.where, "energy unit", column, "one of " + ", ".join(ENERGY_UNITS), "none", hint)
    factors = [
        unit_factor(unit, where=table.where, who=column) for unit in (in_file, said) if unit is not None
    ]
    if len(set(factors)) > 1:
        refuse(table.where, "energy unit", "--energy-unit", f"{in_file}, as the file says", repr(said))
    return factors[0]


def _numbers(table: Table, column: str) -> FloatArray:
    values = np.asarray(table.columns[column]())
    if values.ndim == 1 and values.dtype.kind == "U":
        wrong = ((i, word) for i, word in enumerate(map(str, values)) if not is_number(word))
        row, word = next(wrong, (0, str(values[0])))
        refuse(table.at(row), "number", column, "a number", repr(word))
    if values.ndim != 1 or values.dtype.kind not in "iufb":
        found = f"{values.dtype} of shape {values.shape}"
        refuse(table.where, "column", column, "one number in each row", found)
    return values.astype(np.float64)


def _integers(table: Table, column: str) -> IntArray:
    values = _numbers(table, column)
    wrong = np.flatnonzero(~(np.isfinite(values) & (values == np.round(values)) & (np.abs(values) < 2**53)))
    if len(wrong):
        refuse(table.at(int(wrong[0])), "number", column, "a whole number", f"{values[wrong[0]]:g}")
    return values.astype(np.int64)


def _nanocrystals(table: Table, rows: int, notes: list[str]) -> IntArray:
    levels = _matching(table.columns, _LEVELS)
    if len(levels) > 1:
        notes.append("a nanocrystal is one combination of " + ", ".join(levels) + "; numbers are new")
        return _numbered([_integers(table, level) for level in levels])
    for tier in (*_NANOCRYSTAL, _LEVELS):
        found = _matching(table.columns, tier)
        if len(found) > 1:
            refuse(
                table.where, "nanocrystal column", "the table", "one", _listed(found), "Leave one of them."
            )
        if not found:
            continue
        values = np.asarray(table.columns[found[0]]())
        if values.ndim == 1 and values.dtype.kind in "iufb":
            return _integers(table, found[0])
        if values.ndim == 1 and values.dtype.kind in "SUTO":
            names, number = np.unique(values.astype(str), return_inverse=True)
            shown = ", ".join(str(name) for name in names[:3]) + (", ..." if len(names) > 3 else "")
            notes.append(f"nanocrystals are numbered by the names in '{found[0]}' ({shown})")
            return number.ravel().astype(np.int64)
    notes.append("the table names no nanocrystal: all deposits of an event are in one")
    return np.zeros(rows, dtype=np.int64)


def _numbered(columns: list[IntArray]) -> IntArray:
    """One number for each different combination, by rising order."""
    inverse = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)[1]
    return inverse.ravel().astype(np.int64)
