"""One history of a run again, point by point: the same numbers to the bit, and where they come from."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt

from scintidot import __version__
from scintidot.deposits.choices import engine_warnings, run_choices, run_sources
from scintidot.deposits.engine import check
from scintidot.deposits.keywords import ShowerOptions
from scintidot.deposits.names import MOST_HITS
from scintidot.deposits.names import WHERE as ENGINE
from scintidot.deposits.options import read_setup
from scintidot.deposits.setup import Setup
from scintidot.errors import BadValue, ScintidotError, nearest
from scintidot.interactions.inputs import read_within
from scintidot.materials.fields import In
from scintidot.options import read_whole
from scintidot.output import number
from scintidot.progress import Progress, silent
from scintidot.transport.track.books import (
    ALL_HOLES,
    BEYOND,
    BORN,
    DRAWS,
    ELECTRONS,
    ESCAPED,
    EVENT_NAMES,
    EVENTS,
    FLUORESCENCE,
    HEAT,
    HELD,
    HIT_DEPOSIT,
    HIT_ELECTRONS,
    HIT_HOLES,
    HOLES,
    NO_SHELL,
    PRIMARY,
    RECORD_COLUMNS,
    STOPPED,
    SURFACE,
    Scratch,
    scratch,
)
from scintidot.transport.track.history import follow
from scintidot.transport.track.problem import HOST, Geometry, Source
from scintidot.transport.track.tally import ALL_BOOKS, DEPOSIT, PAIR, empty_tally, enter

SCHEMA = "scintidot.track/1"
WHERE = "track"
REGION_NAMES = ("core", "shell", "host")
GIVEN_UP = len(EVENT_NAMES)
"""An electron in the host that cannot come back: the engine stops it with the energy that it has."""
EVENTS_OF_POINTS = (*EVENT_NAMES, "given_up")
MOST_POINTS = 2_000_000
MOST_SEARCHED = 10**8
_FIRST_POINTS = 4096
_NOT_HERE = ("histories", "relative_error", "threads")
_NOT_SAID = (*_NOT_HERE, "mean_over", "pair_creation_energy")

_RUNNING = ("deposit_eV", "host_deposit_eV", "escaped_eV", "surface_work_eV", "holes", "electrons")
"""Books as they stand at a point: the last columns of `books.note`."""
_PAIR_BOOKS = ("holes", "electrons")

Points = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, eq=False, repr=False)
class Shower:
    """One history: every point of every electron, and its books.

    ``points`` are columns of equal length, in the order in which the engine made them: ``x_nm``, ``y_nm``, ``z_nm``,
    ``energy_eV`` (kinetic, after the event), ``event``, ``region``, ``generation`` (0: the primary), ``electron``
    (its number; every electron begins with ``born``) and ``atomic_shell`` (that a collision hit, else empty).
    ``running`` are columns of the same length: the books as they stand after each point.
    """

    seed: int
    history: int
    points: Points
    running: Points
    books: dict[str, float | int | None]
    crystals: list[dict[str, Any]]  # those that were hit
    choices: dict[str, Any]
    warnings: list[str]
    sources: list[dict[str, str | int]]

    def as_json(self) -> dict[str, Any]:
        """The document ``scintidot.track/1``."""
        return {
            "schema": SCHEMA,
            "version": __version__,
            "choices": self.choices,
            "seed": self.seed,
            "history": self.history,
            "books": self.books,
            "crystals": self.crystals,
            "points": {name: column.tolist() for name, column in self.points.items()},
            "running_books": {name: column.tolist() for name, column in self.running.items()},
            "warnings": self.warnings,
            "bibliography": self.sources,
        }

    def _repr_html_(self) -> str:
        from scintidot.notebook import document_html

        document = self.as_json()
        return document_html(
            {**document, **document.pop("books")}, f"Shower of seed {self.seed}, history {self.history}"
        )

    def __repr__(self) -> str:
        electrons = len(np.unique(self.points["electron"]))
        return (
            f"<Shower of seed {self.seed}, history {self.history}: {electrons} electrons, "
            f"{self.books['deposit_eV']:g} eV kept; see .points, .books>"
        )


def shower(
    seed: object = 1,
    history: object = 0,
    *,
    most_deposit: object = None,
    progress: Progress = silent,
    **options: Unpack[ShowerOptions],
) -> Shower:
    """Replay one history of `deposit`: with the same seed and options it is the same history, to the bit.

    Parameters
    ----------
    seed, history : int
        Which one; histories of a run count from 0.
    most_deposit : int, optional
        Instead of ``history``: the one that leaves most in the nanocrystals among the first so many.
    progress : callable
        Told the step and the share done.
    **options
        As of `deposit`, with one size and one energy; without ``histories``, ``relative_error`` and ``threads``.

    Returns
    -------
    Shower
        ``points``: columns of places, energies and events; ``books``: where the energy went; ``crystals`` that were
        hit, ``choices``, ``warnings``; ``as_json()`` is ``scintidot.track/1``.

    Raises
    ------
    ScintidotError
        With one line that says where, what, expected and found.

    Examples
    --------
    >>> one = shower(seed=1, most_deposit=300, edge_length=10)
    >>> one.books["deposit_eV"] > 100 and one.points["event"][0] == "born"
    True
    """
    known = [name for name in inspect.signature(read_setup).parameters if name not in _NOT_HERE]
    for name in options:
        if name not in known:
            raise BadValue(
                where=WHERE, what="option", who=name, expected="an option of a single history",
                found="one that only a run has" if name in _NOT_HERE else "an unknown one",
                hint=None if name in _NOT_HERE else nearest(name, known, listed=True),
            )  # fmt: skip
    try:
        return _shower(seed, history, most_deposit, progress, {**options})
    except ScintidotError as error:
        if error.where != ENGINE:
            raise
        raise error.at(where=WHERE) from None


def _shower(
    seed: object, history: object, most_deposit: object, progress: Progress, options: dict[str, Any]
) -> Shower:
    setup = read_setup(seed=seed, threads=1, **options)
    wanted = read_whole(history, "--history", WHERE, 0, 2**63 - 1)
    among = (
        None if most_deposit is None else read_whole(most_deposit, "--most-deposit", WHERE, 1, MOST_SEARCHED)
    )
    if among is not None and wanted != 0:
        raise BadValue(
            where=WHERE, what="option", who="--most-deposit", expected="either --history or --most-deposit",
            found="both",
        )  # fmt: skip
    for who, count in (("--edge-length", len(setup.bodies)), ("--energy-kev", len(setup.spectra))):
        if count > 1:
            raise BadValue(
                where=WHERE, what="value", who=who, expected="one for one history", found=f"{count}"
            )
    if setup.primaries is not None:
        _check_particles(len(setup.primaries.energy), wanted, among)
    progress("tables", 0.0)
    geometry, source = setup.geometry(setup.bodies[0]), setup.source(setup.spectra[0])
    memory = scratch(1 if setup.box == 0 else MOST_HITS)
    if among is not None:
        wanted = _most_deposit(setup, geometry, source, memory, among, progress)
    record, count, struck = _recorded(setup, geometry, source, memory, wanted)
    tally = empty_tally()
    enter(memory.books, struck, memory.hits, memory.depths, memory.escapes, wanted, tally)
    check(tally, setup.seed)
    warnings = engine_warnings(setup)
    if len(record) < count:
        warnings.append(f"Of {count} points only the first {len(record)} are kept.")
    if tally.sums[DEPOSIT] == 0:
        warnings.append(
            "This history leaves nothing in a nanocrystal; --most-deposit 10000 finds one of the first 10000 that does."
        )
    progress("done", 1.0)
    books = tally.sums[ALL_BOOKS:]
    pairs = setup.treatment == "track"
    record = record[_told(record)]
    return Shower(
        seed=setup.seed,
        history=wanted,
        points=_columns(record, setup),
        running=_running_books(record, pairs=pairs),
        books={
            "primary_eV": float(books[PRIMARY]),
            "deposit_eV": float(tally.sums[DEPOSIT]),
            "pairs": int(tally.sums[PAIR]) if pairs else None,
            "holes": int(books[HOLES]) if pairs else None,
            "electrons": int(books[ELECTRONS]) if pairs else None,
            "holes_anywhere": int(books[ALL_HOLES]) if pairs else None,
            "held_by_pairs_eV": float(books[HELD] + books[HELD + 1]) if pairs else None,
            "host_deposit_eV": float(books[HEAT + HOST] + books[HELD + HOST]),
            "escaped_eV": float(books[ESCAPED] + books[FLUORESCENCE]),
            "escaped_electrons_eV": float(books[ESCAPED]),
            "escaped_photons_eV": float(books[FLUORESCENCE]),
            "surface_work_eV": float(books[SURFACE]),
            "events": int(books[EVENTS]),
            "draws": int(books[DRAWS]),
            "given_up": int(books[BEYOND]),
        },
        crystals=_crystals(setup, geometry, memory, struck, pairs),
        choices={
            **{key: value for key, value in run_choices(setup).items() if key not in _NOT_SAID},
            "edges_nm": list(setup.bodies[0].edges),
            "energy_keV": number(setup.spectra[0].mean_energy / 1e3),
            "crystals_in_box": setup.bodies[0].count if setup.box > 0 else None,
            "found_by": "history" if among is None else f"largest deposit of the first {among} histories",
        },
        warnings=warnings,
        sources=run_sources(setup),
    )


def _check_particles(count: int, history: int, among: int | None) -> None:
    """Refuse histories beyond the particles of a file: there are none."""
    for who, most, found in (("--history", count - 1, history), ("--most-deposit", count, among or 0)):
        if found > most:
            raise BadValue(
                where=WHERE, what="number", who=who, found=found, hint="Each is used once, the first by history 0.",
                expected=f"at most {most}, since --primaries has {count} particles",
            )  # fmt: skip


def read_view(entry: object) -> float | None:
    """Edge of the cube that a picture shows [nm]; None: not chosen."""
    return None if entry is None else read_within(entry, In("nm", above=0), where=WHERE, who="--view-nm")


def _follow(
    setup: Setup, geometry: Geometry, source: Source, memory: Scratch, history: int,
    record: npt.NDArray[np.float64],
) -> tuple[int, int]:  # fmt: skip
    """Crystals that were hit, and points there are."""
    return follow(
        np.uint64(setup.seed), np.uint64(history), setup.tables, geometry, source, setup.rules, memory, record
    )


def _most_deposit(
    setup: Setup, geometry: Geometry, source: Source, memory: Scratch, among: int, progress: Progress
) -> int:
    """The history with the largest deposit among the first; of equal ones the first."""
    nothing = np.empty((0, RECORD_COLUMNS))
    best, most = 0, -1.0
    for history in range(among):
        struck, _ = _follow(setup, geometry, source, memory, history, nothing)
        deposit = float(memory.hits[:struck, HIT_DEPOSIT].sum())
        if deposit > most:
            best, most = history, deposit
        if history % 256 == 0:
            progress(f"history {history}", history / among)
    return best


def _recorded(
    setup: Setup, geometry: Geometry, source: Source, memory: Scratch, history: int
) -> tuple[npt.NDArray[np.float64], int, int]:
    """Points of a history, at most `MOST_POINTS`; how many there are; crystals that were hit."""
    record = np.empty((_FIRST_POINTS, RECORD_COLUMNS))
    struck, points = _follow(setup, geometry, source, memory, history, record)
    if points > len(record):
        record = np.empty((min(points, MOST_POINTS), RECORD_COLUMNS))
        struck, points = _follow(setup, geometry, source, memory, history, record)
    return record[:points], points, struck


def _told(record: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which points are told: an electron that waited while a slower one went first goes on where it was."""
    first = np.zeros(len(record), dtype=bool)
    first[np.unique(record[:, 6].astype(int), return_index=True)[1]] = True
    return np.asarray(first | (record[:, 4] != BORN))


def _columns(record: npt.NDArray[np.float64], setup: Setup) -> Points:
    """Named columns."""
    x, y, z, energy = record[:, :4].T
    event, generation, electron, region, shell = record[:, 4:9].T.astype(int)
    given_up = (event == STOPPED) & (region == HOST)
    if setup.media[2] is not None:
        given_up &= energy > setup.media[2].cut
    event = np.where(given_up, GIVEN_UP, event)
    if setup.box > 0:  # a crystal may reach over a wall of the box
        x, y, z = (np.mod(column, setup.box) for column in (x, y, z))
    names = [[] if medium is None else medium.tables.shell.tolist() for medium in setup.media]
    return {
        "x_nm": x,
        "y_nm": y,
        "z_nm": z,
        "energy_eV": energy,
        "event": np.array(EVENTS_OF_POINTS)[event],
        "region": np.array(REGION_NAMES)[region],
        "generation": generation,
        "electron": electron,
        "atomic_shell": np.array(
            ["" if k == NO_SHELL else names[at][k] for at, k in zip(region, shell, strict=True)], dtype=str
        ),
    }


def _running_books(record: npt.NDArray[np.float64], *, pairs: bool) -> Points:
    """Named columns of the books; without ``pairs`` those of energy alone."""
    columns = dict(zip(_RUNNING, record[:, 9:].T, strict=True))
    return {
        name: column.astype(int) if name in _PAIR_BOOKS else column
        for name, column in columns.items()
        if pairs or name not in _PAIR_BOOKS
    }


def _crystals(
    setup: Setup, geometry: Geometry, memory: Scratch, struck: int, pairs: bool
) -> list[dict[str, Any]]:
    """Those that electrons were in, with where they are."""
    found = []
    for k in range(struck):
        crystal = int(memory.hit_crystal[k])
        items = geometry.items[geometry.crystal_of == crystal]
        inside = np.all((items[:, :3] >= 0) & (items[:, :3] < geometry.box), axis=1)
        item = items[inside][0] if setup.box > 0 else items[0]
        holes, electrons = int(memory.hits[k, HIT_HOLES]), int(memory.hits[k, HIT_ELECTRONS])
        found.append(
            {
                "crystal": crystal,
                "centre_nm": item[:3].tolist(),
                "edges_nm": (2 * item[3:]).tolist(),
                "core_nm": (2 * geometry.core * item[3:]).tolist() if geometry.core > 0 else None,
                "deposit_eV": float(memory.hits[k, HIT_DEPOSIT]),
                "pairs": min(holes, electrons) if pairs else None,
                "holes": holes if pairs else None,
                "electrons": electrons if pairs else None,
            }
        )
    return found
