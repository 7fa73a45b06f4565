"""Result of ``scintidot deposit``: the energy that nanocrystals keep, as rows, JSON and netCDF."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scintidot import __version__
from scintidot.deposits.names import WHERE, names_a_folder
from scintidot.deposits.particles import escaped_particles
from scintidot.deposits.row import Row, row_variables
from scintidot.deposits.setup import Setup
from scintidot.documents import name_variables
from scintidot.errors import BadValue
from scintidot.interchange.mcpl import Particles, write_mcpl
from scintidot.output import check_writable, json_text, number, write_netcdf, write_text, write_together
from scintidot.transport.track.books import DEPTHS
from scintidot.transport.track.tally import ESCAPE_BINS, ESCAPE_BINS_PER_DECADE, LOWEST_ESCAPE, bin_edges

if TYPE_CHECKING:
    import xarray

    from scintidot.deposits.geant4 import Geant4Result

SCHEMA = "scintidot.deposit/1"
OUTPUT_FILES = ("result.json", "result.nc")
"""Of a folder with a result."""


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
        dataset = xarray.Dataset(
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
                "schema": SCHEMA, "version": __version__, "partial": int(self.partial),
                "choices": json.dumps(self.choices),
                "warnings": json.dumps(self.warnings), "bibliography": json.dumps(self.sources),
            },
        )  # fmt: skip
        name_variables(dataset)
        return dataset

    def save(self, path: str | Path) -> None:
        """Write the dataset as ``FILE.nc``, or into a folder ``result.json`` and ``result.nc``: all or nothing."""
        save(self, Path(path))

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

    def _repr_html_(self) -> str:
        from scintidot.notebook import document_html

        return document_html(self.as_json(), f"Deposit in {self.setup.material.name}")

    def __repr__(self) -> str:
        return f"<DepositResult of {self.setup.material.name}, {len(self.entries)} rows; see .rows, .to_xarray()>"


def save(result: DepositResult | Geant4Result, path: Path) -> None:
    """A file of netCDF, or a folder with the document too: all or nothing."""
    dataset, document = result.to_xarray(), result.as_json()
    if not names_a_folder(path):
        write_together(path.parent, {path.name: partial(write_netcdf, dataset=dataset)})
        return
    writers: dict[str, Callable[[Path], object]] = {
        "result.json": lambda path: write_text(path, json_text(document)),
        "result.nc": partial(write_netcdf, dataset=dataset),
    }
    write_together(path, writers)


def check_out(path: Path) -> None:
    """Refuse a file that is none of netCDF, or cannot be written, before anything is computed."""
    if path.suffix != ".nc":
        raise BadValue(
            where=WHERE, what="file name", who="--out", expected="a file name that ends in .nc, for netCDF",
            found=repr(path.name),
        )  # fmt: skip
    check_writable(path)
