"""One size and energy of a run: the row of the document."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from scintidot.deposits.bodies import Body
from scintidot.deposits.engine import Outcome
from scintidot.deposits.setup import Setup
from scintidot.output import number
from scintidot.radiation.spectrum import Spectrum
from scintidot.transport.track.books import (
    BEYOND,
    DRAWS,
    ELECTRONS,
    ESCAPED,
    EVENTS,
    FLUORESCENCE,
    HEAT,
    HELD,
    SURFACE,
)
from scintidot.transport.track.books import HOLES as HOLES_IN_CRYSTALS
from scintidot.transport.track.problem import HOST
from scintidot.transport.track.tables import GAP
from scintidot.transport.track.tally import (
    ABOVE,
    ALL_BOOKS,
    HIT,
    HIT_PAIR,
    HIT_SUM,
    HIT_SUM_2,
    PAIR,
    PAIR_2,
    QUANTILES,
    Tally,
    bin_edges,
)


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
        pairs = self.setup.treatment == "track" and float(self.setup.tables.medium[0, GAP]) > 0
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
