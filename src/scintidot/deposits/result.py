"""``scintidot deposit``: the energy that nanocrystals keep, as rows, JSON and netCDF."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scintidot import __version__
from scintidot.deposits.engine import Outcome, run
from scintidot.deposits.particles import MOST_ESCAPES, escaped_particles
from scintidot.deposits.setup import (
    ELASTIC,
    HOLES,
    LOCAL_NOTE,
    MEAN_OVER,
    MOST_HITS,
    START_MEANINGS,
    TREATMENTS,
    Body,
    Setup,
    read_setup,
)
from scintidot.errors import BadValue, one_of
from scintidot.interactions.elastic import REFERENCES as ELASTIC_REFERENCES
from scintidot.interactions.inelastic import loss_function_notes
from scintidot.interactions.low_energy import SOURCES as PHONON_SOURCES
from scintidot.interchange.mcpl import Particles, write_mcpl
from scintidot.provenance import bibliography, cited, together
from scintidot.radiation.spectrum import Spectrum, monoenergetic
from scintidot.results import check_writable, number, write_together
from scintidot.transport.surface import SURFACES
from scintidot.transport.track.history import (
    ALL_HOLES,
    BEYOND,
    CENTRE,
    DRAWS,
    ELECTRON,
    ELECTRONS,
    ESCAPED,
    ESCAPES,
    EVENTS,
    FLUORESCENCE,
    HEAT,
    HELD,
    HOST,
    SURFACE,
    Source,
)
from scintidot.transport.track.history import (
    HOLES as HOLES_IN_CRYSTALS,
)
from scintidot.transport.track.packing import one_crystal
from scintidot.transport.track.shapes import CUBOID
from scintidot.transport.track.tally import (
    ABOVE,
    ALL_BOOKS,
    DEPTHS,
    ESCAPE_BINS,
    ESCAPE_BINS_PER_DECADE,
    HIT,
    HIT_PAIR,
    HIT_SUM,
    HIT_SUM_2,
    LOWEST_ESCAPE,
    MOST_ESCAPES_OF_ONE,
    PAIR,
    PAIR_2,
    QUANTILES,
    Tally,
    bin_edges,
)

if TYPE_CHECKING:
    import xarray

    from scintidot.deposits.geant4 import Geant4Result

SCHEMA = "scintidot.deposit/1"
ENGINES = ("scintidot", "geant4")
BULK_ENERGY, BULK_HISTORIES = 2e3, 4000
"""Of the electrons [eV] that measure the pair-creation energy of the bulk."""
METHOD_SOURCES = ("steele_2014", "duff_2017", "von_neumann_1951", "woodcock_1965")


@dataclass(frozen=True, eq=False)
class Row:
    """One size and energy."""

    body: Body
    spectrum: Spectrum
    outcome: Outcome
    setup: Setup

    @property
    def tally(self) -> Tally:
        """Sums and histograms."""
        return self.outcome.tally

    def book(self, entry: int) -> float:
        """Mean of an entry of the books over events."""
        return float(self.tally.sums[ALL_BOOKS + entry]) / self.outcome.histories

    @cached_property
    def values(self) -> dict[str, Any]:
        """The row of the document."""
        tally, n = self.tally, self.outcome.histories
        sums, hits = tally.sums, max(float(tally.sums[HIT]), 1.0)
        pairs = self.setup.treatment == "track"
        hit_mean = float(sums[HIT_SUM]) / hits
        hit_variance = max(0.0, float(sums[HIT_SUM_2]) / hits - hit_mean**2)
        cube = self.setup.shape != "cuboid"
        row: dict[str, Any] = {
            "edge_length_nm": self.body.edges[0] if cube else None,
            "edges_nm": list(self.body.edges),
            "energy_keV": number(self.spectrum.mean_energy / 1e3),
            "histories": n,
            "mean_deposit_eV": number(self.outcome.mean),
            "standard_error_eV": number(self.outcome.standard_error),
            "hit_fraction": number(1 - float(tally.crystals[0]) / n),
            "mean_deposit_per_hit_eV": number(hit_mean) if sums[HIT] else None,
            "standard_error_per_hit_eV": number(math.sqrt(hit_variance / hits)) if sums[HIT] else None,
            "hits_per_event": number(sums[HIT] / n),
            "fraction_above_eV": {
                f"{level:g}": number(count / n) for level, count in zip(ABOVE, tally.above, strict=True)
            },
            "quantiles_eV": {f"{q:g}": number(x) for q, x in zip(QUANTILES, self.quantiles(), strict=True)},
            "largest_deposit_eV": number(tally.worst[1]),
            "mean_pairs": number(sums[PAIR] / n) if pairs else None,
            "mean_pairs_per_hit": number(sums[HIT_PAIR] / hits) if pairs and sums[HIT] else None,
            "pairs_variance": number(sums[PAIR_2] / n - (sums[PAIR] / n) ** 2) if pairs else None,
            "mean_holes": number(self.book(HOLES_IN_CRYSTALS)) if pairs else None,
            "mean_electrons": number(self.book(ELECTRONS)) if pairs else None,
            "held_by_pairs_eV": number(self.book(HELD) + self.book(HELD + 1)) if pairs else None,
            "escaped_eV": number(self.book(ESCAPED) + self.book(FLUORESCENCE)),
            "escaped_electrons_eV": number(self.book(ESCAPED)),
            "escaped_photons_eV": number(self.book(FLUORESCENCE)),
            "host_deposit_eV": number(self.book(HEAT + HOST) + self.book(HELD + HOST)),
            "surface_work_eV": number(self.book(SURFACE)),
            "events_per_history": number(self.book(EVENTS)),
            "draws_per_history": number(self.book(DRAWS)),
            "stopped_by_range": number(self.book(BEYOND)),
            "histories_per_second_per_core": number(
                n / self.outcome.seconds / self.outcome.threads
            ),
        }  # fmt: skip
        if self.setup.box > 0:
            row |= {
                "crystals": self.body.count,
                "box_nm": self.setup.box,
                "volume_fraction": number(self.setup.volume(self.body) / self.setup.box**3),
                "kept_share": number(self.outcome.mean / self.spectrum.mean_energy),
            }
            if self.spectrum.particle == "photon":
                row["interactions_in_nanocrystals"] = number(self._share_of_interactions())
        if self.outcome.interrupted:
            row["partial"] = True
        return row

    def _share_of_interactions(self) -> float:
        """Share of the photons' first interactions that happen in nanocrystals: that of the mass of each element."""
        source, setup = self.setup.source(self.spectrum), self.setup
        inside = setup.volume(self.body) / setup.box**3
        core = 1.0 if setup.shell is None else setup.core(self.body) ** 3
        of_core, of_shell, of_host = source.attenuation.T
        crystal, host = (core * of_core + (1 - core) * of_shell) * inside, of_host * (1 - inside)
        return float(np.mean(crystal / (crystal + host)))

    def quantiles(self) -> list[float]:
        """Deposits per hit [eV] at `QUANTILES`, from the histogram: within 1.2 %."""
        count = np.concatenate([[0], np.cumsum(self.tally.hits)])
        if count[-1] == 0:
            return [math.nan] * len(QUANTILES)
        return [float(np.interp(q * count[-1], count, bin_edges())) for q in QUANTILES]


def row_variables(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Figures of rows as variables of a dataset along ``row``; nan where a row has none."""
    units = {"eV": "eV", "keV": "keV", "nm": "nm"}
    figures = dict.fromkeys(
        key
        for row in rows
        for key, value in row.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    )
    variables: dict[str, Any] = {
        key: (
            "row",
            [math.nan if row.get(key) is None else row[key] for row in rows],
            {"units": units.get(key.rsplit("_", 1)[-1], "1")},
        )
        for key in figures
    }
    edges = np.array([row["edges_nm"] for row in rows])
    return {
        **variables,
        "edges_nm": (("row", "axis"), edges, {"units": "nm", "long_name": "edges along x, y, z"}),
    }


@dataclass(frozen=True, eq=False, repr=False)
class DepositResult:
    """Result of `scintidot.deposit`: one row for each size and energy, with all histograms."""

    setup: Setup
    entries: list[Row]
    pair_creation_energy: float | None  # of the bulk, predicted [eV]
    fano_factor: float | None
    choices: dict[str, Any]
    warnings: list[str]
    sources: list[dict[str, str | int]]
    partial: bool = False

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the document."""
        return [entry.values for entry in self.entries]

    def as_json(self) -> dict[str, Any]:
        """The document ``scintidot.deposit/1``."""
        return {
            "schema": SCHEMA,
            "version": __version__,
            "choices": self.choices,
            "rows": self.rows,
            "pair_creation_energy_eV": self.pair_creation_energy,
            "fano_factor": self.fano_factor,
            "ledger_max_relative_error": number(
                max((float(entry.tally.worst[0]) for entry in self.entries), default=0.0)
            ),
            "partial": self.partial,
            "warnings": self.warnings,
            "bibliography": self.sources,
        }

    def to_xarray(self) -> xarray.Dataset:
        """Histograms of deposits and pairs, depths, escapes and the figures of the rows, along ``row``."""
        import xarray

        tallies = [entry.tally for entry in self.entries]
        edges = bin_edges()
        low_escape = np.concatenate(
            [[0.0], LOWEST_ESCAPE * 10 ** (np.arange(ESCAPE_BINS - 1) / ESCAPE_BINS_PER_DECADE)]
        )
        return xarray.Dataset(
            {
                **row_variables(self.rows),
                "events_by_deposit": (("row", "deposit"), np.array([t.events for t in tallies]), {"units": "1"}),
                "hits_by_deposit": (("row", "deposit"), np.array([t.hits for t in tallies]), {"units": "1"}),
                "hits_by_pairs": (("row", "pairs"), np.array([t.pairs for t in tallies]), {"units": "1"}),
                "hits_by_charges": (
                    ("row", "holes", "electrons"), np.array([t.charges for t in tallies]), {"units": "1"},
                ),
                "events_by_crystals": (
                    ("row", "crystals_hit"), np.array([t.crystals for t in tallies]), {"units": "1"},
                ),
                "escapes_by_energy": (
                    ("row", "escape_energy"), np.array([t.escapes for t in tallies]), {"units": "1"},
                ),
                "deposit_by_depth": (
                    ("row", "depth"),
                    np.array([e.tally.depths / e.outcome.histories for e in self.entries]),
                    {"units": "eV", "long_name": "deposit per event between this depth and the next"},
                ),
            },
            coords={
                "deposit": ("deposit", edges[:-1], {"units": "eV", "long_name": "lower edge of the bin"}),
                "escape_energy": ("escape_energy", low_escape, {"units": "eV", "long_name": "lower edge"}),
                "depth": (
                    "depth", np.arange(DEPTHS) / DEPTHS,
                    {"units": "1", "long_name": "0 at the surface, 1 where it is deepest"},
                ),
            },
            attrs={
                "schema": SCHEMA, "version": __version__, "choices": json.dumps(self.choices),
                "warnings": json.dumps(self.warnings), "bibliography": json.dumps(self.sources),
            },
        )  # fmt: skip

    def save(self, path: Path) -> None:
        """Write the dataset as netCDF, whole or not at all."""
        dataset = self.to_xarray()
        write_together(path.parent, {path.name: partial(dataset.to_netcdf, engine="h5netcdf")})

    def escapes(self) -> Particles:
        """Electrons that escaped, where they left the surface for good; only after ``deposit(escapes=True)``."""
        return escaped_particles(self.entries[0].outcome.escapes)

    def save_escapes(self, path: Path) -> None:
        """Write `escapes` as MCPL, whole or not at all."""
        edges = " x ".join(f"{edge:g}" for edge in self.entries[0].body.edges)
        write_mcpl(
            path,
            self.escapes(),
            comments=(
                f"electrons that escaped from {self.setup.material.name}, {self.setup.shape} of {edges} nm",
                f"histories: {self.entries[0].outcome.histories}",
                "places relative to the centre of the nanocrystal; photons are not in this file",
            ),
        )

    def __repr__(self) -> str:
        return f"<DepositResult of {self.setup.material.name}, {len(self.entries)} rows; see .rows, .to_xarray()>"


def check_out(path: Path) -> None:
    """Refuse a file that is none of netCDF, or cannot be written, before anything is computed."""
    if path.suffix != ".nc":
        raise BadValue(
            where="deposit", what="file name", who="--out", expected="a file name that ends in .nc, for netCDF",
            found=repr(path.name),
        )  # fmt: skip
    check_writable(path)


Progress = Callable[[str, float], None]


def deposit(
    progress: Progress = lambda *_: None, *, engine: str = "scintidot", **options: Any
) -> DepositResult | Geant4Result:
    """Energy that nanocrystals keep, event by event.

    Parameters
    ----------
    engine : str
        ``scintidot``, or ``geant4``: Geant4 through calzone, with ``em_model`` ``penelope`` or ``livermore``. It takes
        electrons that start in one cube or sphere; any option that it cannot follow is refused.
    material, host, shell : str, Path or Material
        Cards of the nanocrystal (``CsPbBr3``), of what is around (``vacuum``) and of a shell (none).
    edge_length : list of numbers or text
        Edges of cubes, diameters of spheres [nm]; ``20x20x3`` with ``shape="cuboid"``. Of the core, where there is a
        shell of ``shell_thickness_nm`` around it.
    energy_keV : list of numbers or text
        Kinetic energies of electrons, up to 100 keV. Instead: ``source``, such as ``"photon 30 keV"``.
    start : str
        ``uniform``, ``centre``, ``crossing``, ``beam``; ``matrix`` with ``composite``.
    treatment : str
        ``track``, or ``local`` with ``local_deposit_below`` [eV].
    composite, box_nm, packing
        ``"74 x 3 nm"`` or ``"5 % x 3 nm"`` in a periodic box; ``random``, ``lattice`` or a CSV file of positions.
    primaries : str or Path
        MCPL file of electrons, one for each history, instead of ``energy_keV`` and ``start``.
    escapes : bool
        Keep the electrons that escape; see `DepositResult.escapes`.
    histories, relative_error, seed, threads
        Stop after so many, or earlier, when the standard error over the mean is reached.
    cut_eV, elastic, phonons, surface, holes, whole_tracks, tracking, temperature
        Models by name; see ``choices`` of the result.

    Raises
    ------
    ScintidotError
        With one line that says where, what, expected and found.

    Examples
    --------
    >>> result = deposit(edge_length=[10], histories=2000, threads=1)
    >>> 5 < result.rows[0]["mean_deposit_eV"] < 30
    True
    """
    if one_of(engine, ENGINES, where="deposit", who="--engine") == "geant4":
        from scintidot.deposits.geant4 import deposit_geant4

        return deposit_geant4(progress, **options)
    if "em_model" in options:
        raise BadValue(
            where="deposit", what="option", who="--em-model", expected="it with --engine geant4 only",
            found=repr(options["em_model"]),
        )  # fmt: skip
    return _deposit(progress, read_setup(**options))


def _deposit(progress: Progress, setup: Setup) -> DepositResult:
    tables = setup.tables
    entries: list[Row] = []
    cases = [(body, spectrum) for body in setup.bodies for spectrum in setup.spectra]
    interrupted = False
    for index, (body, spectrum) in enumerate(cases):
        name = f"{body.edges[0]:g} nm, {spectrum.mean_energy / 1e3:g} keV"
        try:
            progress(name, index / len(cases))
            outcome = run(
                tables, setup.geometry(body), setup.source(spectrum), setup.rules,
                histories=setup.histories, seed=setup.seed, threads=setup.threads,
                relative_error=setup.relative_error, most_hits=1 if setup.box == 0 else MOST_HITS,
                most_escapes=MOST_ESCAPES if setup.keep_escapes else 0,
                progress=partial(_share_of_all, progress, name, index, len(cases)),
            )  # fmt: skip
        except KeyboardInterrupt:
            if not entries:
                raise
            interrupted = True
            break
        entries.append(Row(body, spectrum, outcome, setup))
        interrupted = outcome.interrupted
        if interrupted:
            break
    pair_energy, fano = None, None
    notes = run_warnings(setup, entries)
    if not interrupted:
        try:
            pair_energy, fano = bulk_pairs(setup)
        except KeyboardInterrupt:
            interrupted = True
            notes.append("Interrupted: the rows are whole, pair creation in the bulk was not simulated.")
    progress("done", 1.0)
    return DepositResult(
        setup,
        entries,
        pair_energy,
        fano,
        run_choices(setup),
        notes,
        run_sources(setup),
        interrupted,
    )


def _share_of_all(progress: Progress, name: str, index: int, count: int, share: float) -> None:
    """Tell of one case among several."""
    progress(name, (index + share) / count)


def bulk_pairs(
    setup: Setup, energy: float = BULK_ENERGY, histories: int = BULK_HISTORIES
) -> tuple[float | None, float | None]:
    """Energy per pair [eV] and Fano factor in the bulk of the nanocrystal's material, by the same models.

    Electrons start deep inside; what leaves as fluorescence is taken off. None for a treatment that makes no pairs.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C: a part of the histories would be another number than the one that is promised.
    """
    if setup.treatment != "track" or float(setup.tables.medium[0, 2]) <= 0:
        return None, None
    inside = one_crystal(CUBOID, (1e7, 1e7, 1e7), np.array([0, 0, -1]), 0.0)
    spectrum = monoenergetic("electron", energy)
    source = Source(
        ELECTRON, CENTRE, np.array([spectrum.mean_energy]), np.ones((1, 3)), np.zeros(4, dtype=np.int64),
        np.zeros(1), np.zeros(1, dtype=np.int64), np.zeros((1, 2)),
    )  # fmt: skip
    outcome = run(
        setup.tables,
        inside,
        source,
        setup.rules._replace(delta_tracking=0, reject_by_range=0),
        histories=histories,
        seed=setup.seed,
        threads=setup.threads,
    )
    if outcome.interrupted:
        raise KeyboardInterrupt
    sums = outcome.tally.sums
    n, holes = outcome.histories, float(sums[ALL_BOOKS + ALL_HOLES])
    mean = float(sums[PAIR]) / n
    if holes == 0 or mean == 0:
        return None, None
    kept = energy - float(sums[ALL_BOOKS + FLUORESCENCE]) / n
    variance = float(sums[PAIR_2]) / n - mean * mean
    return number(kept / mean), number(variance / mean)


def run_choices(setup: Setup) -> dict[str, Any]:
    """Every named choice of a run, as it stands in a result."""
    media = [one for one in setup.media if one is not None]
    one = media[0]
    return {
        "engine": "scintidot track structure, event by event",
        "material": setup.material.name,
        "material_fingerprint": setup.material.fingerprint,
        "host": setup.host.name,
        "host_fingerprint": setup.host.fingerprint,
        "shell": None if setup.shell is None else setup.shell.name,
        "shell_thickness_nm": setup.shell_thickness or None,
        "shape": setup.shape,
        "source": setup.spectra[0].name if len(setup.spectra) == 1 else "electrons, each energy a row",
        "particle": setup.spectra[0].particle,
        "energies_of_a_spectrum": "500 equally likely ones"
        if setup.primaries is None
        else "each history has its own",
        "start": setup.start,
        "start_meaning": START_MEANINGS[setup.start],
        "directions": "of the file"
        if setup.primaries is not None
        else ("along x" if setup.start == "beam" else "isotropic"),
        "treatment": setup.treatment,
        "treatment_meaning": TREATMENTS[setup.treatment],
        "local_deposit_below_eV": setup.local_below or None,
        "cut_eV": {m.material.name: number(m.cut) for m in media},
        "cut_meaning": "an electron of this energy or less above the lowest empty state stays where it is; by default "
        "the threshold of inelastic collisions, or where the models of elastic scattering start",
        "elastic": setup.elastic,
        "elastic_meaning": ELASTIC[setup.elastic],
        "inelastic": "full-penn, exchange moller",
        "phonons": {m.material.name: m.phonons for m in media},
        "temperature_K": setup.temperature,
        "surface": setup.surface,
        "surface_meaning": SURFACES[setup.surface],
        "surface_step_eV": number(one.level - (0.0 if setup.media[2] is None else setup.media[2].level))
        if setup.surface != "none"
        else None,
        "holes": setup.holes,
        "holes_meaning": HOLES[setup.holes],
        "fluorescence": "leaves: its photons are not followed (mean free path far above a nanocrystal's size)",
        "range_rejection": "electrons in the host farther from the nanocrystal than 1.5 times their range, "
        "or 1000 nm, are stopped"
        if setup.rules.reject_by_range
        else "none: whole tracks",
        "box_nm": setup.box or None,
        "packing": setup.packing if setup.box > 0 else None,
        "tracking": setup.tracking,
        "deposit": "energy lost inside, heat and pairs; work at surfaces and fluorescence are not in it",
        "mean_over": MEAN_OVER,
        "pairs": "the smaller of holes and stopped electrons in a nanocrystal",
        "pair_creation_energy": f"bulk of the material, electrons of {BULK_ENERGY / 1e3:g} keV, same models",
        "histories": setup.histories,
        "relative_error": setup.relative_error,
        "seed": setup.seed,
        "threads": setup.threads,
    }  # fmt: skip


def engine_warnings(setup: Setup) -> list[str]:
    """What there is to know about the models of a run, whatever comes out."""
    notes = list(setup.notes)
    for one in (one for one in setup.media if one is not None):
        warnings, band, _ = loss_function_notes(one.material)
        notes += [note for note in warnings if note not in notes]
        if one is setup.media[0] and band is not None:
            low, high = band["stopping_power"]
            notes.append(
                f"The loss function of {one.material.name} leaves stopping power and deposit uncertain by about "
                f"x {low:.2f} to {high:.2f}; the standard errors are those of counting alone."
            )
    if setup.surface != "none" and setup.media[0] is not None:
        section = setup.material.card.electrons
        affinity = None if section is None else section.electron_affinity
        if affinity is not None and affinity.provenance == "estimate":
            notes.append(
                f"The surface barrier rests on an estimated electron affinity of {setup.material.name}; --surface none "
                "shows what it does (at 3 nm about a quarter of the deposit)."
            )
    if setup.treatment == "local":
        notes.append(LOCAL_NOTE)
    return notes


def run_warnings(setup: Setup, entries: list[Row]) -> list[str]:
    """Limits of the models, and what the numbers ran into."""
    notes = engine_warnings(setup)
    for entry in entries:
        row = entry.values
        if row["hit_fraction"] == 0:
            notes.append(f"No event of {row['histories']} deposited anything at {entry.body.edges[0]:g} nm.")
        if setup.keep_escapes and len(entry.outcome.escapes) < entry.tally.sums[ALL_BOOKS + ESCAPES]:
            notes.append(
                f"Of {entry.tally.sums[ALL_BOOKS + ESCAPES]:.0f} electrons that escaped the first "
                f"{len(entry.outcome.escapes)} are kept; more than {MOST_ESCAPES} are not."
            )
        target = setup.relative_error
        if target is not None and not entry.outcome.interrupted:
            mean, error = entry.outcome.mean, entry.outcome.standard_error
            if not (mean > 0 and error <= target * mean):
                notes.append(
                    f"{entry.body.edges[0]:g} nm: a relative error of {error / mean if mean else math.inf:.2g} after "
                    f"{row['histories']} histories, {target:g} was asked for; raise --histories."
                )
        missing = int(entry.tally.sums[ALL_BOOKS + ESCAPES] - entry.tally.escapes.sum())
        if missing:
            notes.append(
                f"{missing} of {entry.tally.sums[ALL_BOOKS + ESCAPES]:.0f} electrons that escaped at "
                f"{entry.body.edges[0]:g} nm are not in the histogram of their energies: a history holds "
                f"{MOST_ESCAPES_OF_ONE} at most. Sums and means have them all."
            )
        if entry.outcome.interrupted:
            notes.append(
                f"Interrupted: {row['histories']} of {setup.histories} histories at {entry.body.edges[0]:g} nm."
            )
    return notes


def run_sources(setup: Setup) -> list[dict[str, str | int]]:
    """Sources of the models and of the cards."""
    parts = [loss_function_notes(m.material)[2] for m in setup.media if m is not None]
    keys = [*METHOD_SOURCES]
    if setup.elastic != "none":
        keys += ELASTIC_REFERENCES["free"]
    if any(m is not None and m.phonons != "none" for m in setup.media):
        keys += PHONON_SOURCES
    return together(cited(bibliography(keys)), *parts)
