"""The question of ``scintidot deposit`` put to Geant4: the same options, the same document.

What Geant4 cannot be asked is refused; figures that its deposits do not have are None.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scintidot import __version__
from scintidot.deposits.bodies import read_edges
from scintidot.deposits.names import HISTORIES, LOCAL_BELOW, LOCAL_NOTE, MEAN_OVER, START_MEANINGS, WHERE
from scintidot.deposits.options import read_limit
from scintidot.deposits.result import SCHEMA
from scintidot.deposits.row import row_variables
from scintidot.errors import BadValue, one_of
from scintidot.geometry import SHAPES
from scintidot.interactions.inputs import Energies, read_energies
from scintidot.interchange.deposits import EventDeposits, deposit_row
from scintidot.interchange.geant4 import (
    EM_MODELS,
    MOST_HISTORIES,
    STARTS,
    TREATMENTS,
    geant4_setup,
    simulate_geant4,
)
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.options import read_seed, read_whole
from scintidot.progress import Progress
from scintidot.provenance import bibliography, cited
from scintidot.transport.track.tally import bin_edges

if TYPE_CHECKING:
    import xarray

ROW = (
    "edge_length_nm", "edges_nm", "energy_keV", "histories", "mean_deposit_eV", "standard_error_eV", "hit_fraction",
    "mean_deposit_per_hit_eV", "standard_error_per_hit_eV", "hits_per_event", "fraction_above_eV", "quantiles_eV",
    "largest_deposit_eV", "mean_pairs", "mean_pairs_per_hit", "pairs_variance", "mean_holes", "mean_electrons",
    "held_by_pairs_eV", "escaped_eV", "escaped_electrons_eV", "escaped_photons_eV", "host_deposit_eV",
    "surface_work_eV", "events_per_history", "draws_per_history", "stopped_by_range", "histories_per_second_per_core",
)  # fmt: skip
CHOICES = (
    "engine", "material", "material_fingerprint", "host", "host_fingerprint", "shell", "shell_thickness_nm", "shape",
    "source", "particle", "energies_of_a_spectrum", "start", "start_meaning", "directions", "treatment",
    "treatment_meaning", "local_deposit_below_eV", "cut_eV", "cut_meaning", "elastic", "elastic_meaning", "inelastic",
    "phonons", "temperature_K", "surface", "surface_meaning", "surface_step_eV", "pairs", "pairs_meaning",
    "fluorescence", "range_rejection", "box_nm", "packing", "tracking", "deposit", "mean_over", "pairs_counted",
    "pair_creation_energy", "histories", "relative_error", "seed", "threads",
    "device", "precision", "precision_meaning",
)  # fmt: skip
"""Keys of rows and choices of ``scintidot.deposit/1`` for one nanocrystal; those that Geant4 lacks are None."""


@dataclass(frozen=True, eq=False)
class Geant4Case:
    """One size and energy."""

    edge_length: float  # [nm]
    energy_keV: float
    deposits: EventDeposits

    @cached_property
    def values(self) -> dict[str, Any]:
        """The row of the document."""
        hits, events = self.deposits.energy, self.deposits.events
        spread = float(hits.std() / np.sqrt(len(hits))) if len(hits) else None
        known = deposit_row(self.deposits, edge_length=self.edge_length, energy_keV=self.energy_keV) | {
            "edges_nm": [self.edge_length] * 3,
            "standard_error_per_hit_eV": spread,
            "hits_per_event": len(hits) / events,
            "largest_deposit_eV": float(hits.max()) if len(hits) else 0.0,
        }
        return {key: known.get(key) for key in ROW}


@dataclass(frozen=True, eq=False, repr=False)
class Geant4Result:
    """Result of ``deposit(engine="geant4")``; the deposits of every event are in `cases`."""

    cases: list[Geant4Case]
    choices: dict[str, Any]
    warnings: list[str]
    partial: bool = False

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the document."""
        return [case.values for case in self.cases]

    def as_json(self) -> dict[str, Any]:
        """The document ``scintidot.deposit/1``."""
        return {
            "schema": SCHEMA,
            "version": __version__,
            "choices": self.choices,
            "rows": self.rows,
            "pair_creation_energy_eV": None,
            "fano_factor": None,
            "ledger_max_relative_error": None,
            "partial": self.partial,
            "warnings": self.warnings,
            "bibliography": cited(bibliography(["agostinelli_2003"])),
        }

    def to_xarray(self) -> xarray.Dataset:
        """Histograms of deposits and the figures of the rows, along ``row``."""
        import xarray

        edges = bin_edges()
        events, hits = np.array([case.deposits.counts for case in self.cases]).swapaxes(0, 1)
        return xarray.Dataset(
            {
                **row_variables(self.rows),
                "events_by_deposit": (("row", "deposit"), events, {"units": "1"}),
                "hits_by_deposit": (("row", "deposit"), hits, {"units": "1"}),
            },
            coords={"deposit": ("deposit", edges[:-1], {"units": "eV", "long_name": "lower edge of the bin"})},
            attrs={
                "schema": SCHEMA, "version": __version__, "choices": json.dumps(self.choices),
                "warnings": json.dumps(self.warnings), "bibliography": json.dumps(self.as_json()["bibliography"]),
            },
        )  # fmt: skip

    def save(self, path: str | Path) -> None:
        """Write the dataset as ``FILE.nc``, or into a folder ``result.json`` and ``result.nc``: all or nothing."""
        from scintidot.deposits.result import save

        save(self, Path(path))

    def __repr__(self) -> str:
        return f"<Geant4Result of {self.choices['material']}, {len(self.cases)} rows; see .rows, .cases>"


def deposit_geant4(
    progress: Progress,
    *,
    material: str | Path | Material = "CsPbBr3",
    edge_length: object = None,
    energy_keV: Energies | None = None,
    host: str | Path | Material = "vacuum",
    start: str | None = None,
    shape: str = "cube",
    treatment: str = "track",
    local_deposit_below: object = LOCAL_BELOW,
    em_model: str | None = None,
    histories: object = None,
    seed: object = 1,
    **refused: object,
) -> Geant4Result:
    """Run every size and energy through Geant4; options as those of `scintidot.deposits.run.deposit`.

    Raises
    ------
    ScintidotError
        If an option is one that Geant4 cannot be asked, a value cannot be, calzone or its data are missing, or the
        run failed.
    """
    for name, value in refused.items():
        raise BadValue(
            where=WHERE, what="option", who="--" + name.lower().replace("_", "-"),
            expected="none with --engine geant4", found="it" if value is True else repr(str(value)),
            hint="Geant4 takes electrons from inside one cube or sphere, by its own models.",
        )  # fmt: skip
    start, em_model = start or "uniform", em_model or "penelope"
    for name, names, who in (
        (start, STARTS, "--start"), (shape, SHAPES, "--shape"), (treatment, TREATMENTS, "--treatment"),
        (em_model, EM_MODELS, "--em-model"),
    ):  # fmt: skip
        one_of(name, names, where=WHERE, who=who)
    edges = [
        one[0] for one in read_edges(10.0 if edge_length is None else edge_length, "--edge-length", shape)
    ]
    energies = read_energies(
        7.0 if energy_keV is None else energy_keV, "keV", where=WHERE, who="--energy-kev"
    )
    limit = read_limit(local_deposit_below, treatment)
    crystal = load_material(material, where=WHERE, who="--material")
    around = load_material(host, where=WHERE, who="--host")
    run: dict[str, Any] = {
        "host": around, "shape": shape, "treatment": treatment, "local_deposit_below": limit, "em_model": em_model,
        "seed": read_seed(seed, WHERE),
    }  # fmt: skip
    number = read_whole(
        HISTORIES if histories is None else histories, "--histories", WHERE, 1, MOST_HISTORIES
    )
    pairs = [(edge, energy) for edge in edges for energy in energies]
    for edge, energy in pairs:  # all that cannot be is refused before the first run
        geant4_setup(crystal, edge_length=edge, energy_keV=energy, **run)
    cases: list[Geant4Case] = []
    interrupted = False
    for index, (edge, energy) in enumerate(pairs):
        progress(f"{edge:g} nm, {energy:g} keV", index / len(pairs))
        try:
            deposits = simulate_geant4(
                crystal, edge_length=edge, energy_keV=energy, start=start, histories=number, **run
            )
        except KeyboardInterrupt:
            if not cases:
                raise
            interrupted = True
            break
        cases.append(Geant4Case(edge, energy, deposits))
    progress("done", 1.0)
    version = cases[0].deposits.source  # Geant4 11.4.0 (calzone 1.2.2)
    said = list(dict.fromkeys(note for case in cases for note in case.deposits.assumptions))
    known = {
        "engine": f"{'.'.join(version.split(' (')[0].split('.')[:2])} through calzone",
        "engine_version": version,
        "em_model": em_model,
        "assumptions": said,
        "material": crystal.name,
        "material_fingerprint": crystal.fingerprint,
        "host": around.name,
        "host_fingerprint": around.fingerprint,
        "shape": shape,
        "source": f"electron {energies[0]:g} keV" if len(energies) == 1 else "electrons, each energy a row",
        "particle": "electron",
        "start": start,
        "start_meaning": START_MEANINGS[start],
        "directions": "isotropic",
        "treatment": treatment,
        "treatment_meaning": TREATMENTS[treatment],
        "local_deposit_below_eV": limit if treatment == "local" else None,
        "deposit": "energy that Geant4 leaves in the nanocrystal",
        "mean_over": MEAN_OVER,
        "histories": number,
        "seed": run["seed"],
    }
    notes = [
        f"No event of {number} deposited anything at {case.edge_length:g} nm."
        for case in cases
        if len(case.deposits.energy) == 0
    ]
    if treatment == "local":
        notes.append(LOCAL_NOTE)
    notes.append(
        "Geant4 follows no electron to the band gap: it counts no pairs and says nothing of the surface."
    )
    notes += [f"Interrupted: {len(cases)} of {len(pairs)} rows."] * interrupted
    return Geant4Result(cases, {**dict.fromkeys(CHOICES), **known}, notes, interrupted)
