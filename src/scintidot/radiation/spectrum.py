"""A spectrum of primary particles: lines, a binned continuum or both, and how to draw an energy from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scintidot.records import FloatArray

PARTICLES = ("electron", "photon")
LOWEST_ENERGY = 1.0  # [eV]
HIGHEST_ENERGY = 1e7  # [eV]
"""What a source may emit; nothing in this package means anything outside."""

COVERED = {"electron": (10.0, 100e3), "photon": (1e3, 800e3)}
"""Particle -> energies [eV] that the interaction tables cover: a source may reach beyond, with a warning."""

NEGLIGIBLE_SHARE = 1e-3

KINDS = {
    "monoenergetic": "every particle has the same energy",
    "lines": "discrete lines of a decay or an annihilation",
    "beta": "electrons of beta decays, calculated",
    "tube": "X-ray tube, calculated by SpekPy",
    "table": "read from a file",
}


class EnergyTable(NamedTuple):
    """Inverse cumulative distribution: entry i is drawn for cumulative[i] <= u < cumulative[i + 1]."""

    cumulative: FloatArray  # from 0 to 1, strictly rising
    low: FloatArray  # [eV]
    high: FloatArray  # [eV], equal to low for a line


def energy_at(uniform: npt.ArrayLike, cumulative: FloatArray, low: FloatArray, high: FloatArray) -> Any:
    """Energy [eV] for a uniform random number in [0, 1): constant density within each entry of the table.

    >>> table = EnergyTable(np.array([0.0, 0.25, 1.0]), np.array([5.0, 10.0]), np.array([5.0, 20.0]))
    >>> energy_at([0.1, 0.25, 0.625], *table).tolist()
    [5.0, 10.0, 15.0]
    """
    u = np.asarray(uniform)
    i = np.minimum(np.searchsorted(cumulative, u, side="right") - 1, len(low) - 1)
    return low[i] + (u - cumulative[i]) / (cumulative[i + 1] - cumulative[i]) * (high[i] - low[i])


def _empty() -> FloatArray:
    return np.zeros(0)


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Particles of one kind that a source emits, counted per ``per``.

    The continuum has constant density within each bin. Lines stand in rising order.
    """

    name: str
    kind: str  # one of KINDS
    particle: str  # one of PARTICLES
    per: str  # what the intensities are counted per
    description: str
    line_energy: FloatArray = field(default_factory=_empty)  # [eV]
    line_intensity: FloatArray = field(default_factory=_empty)
    line_name: tuple[str, ...] = ()
    bin_edges: FloatArray = field(default_factory=_empty)  # [eV], one more than bins
    bin_intensity: FloatArray = field(default_factory=_empty)
    provenance: str = "computed"  # of its weakest number; "as given" by the user
    source: tuple[str, ...] = ()  # keys of the references
    choices: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @cached_property
    def intensity(self) -> float:
        """Particles per ``per``."""
        return math.fsum([*self.line_intensity, *self.bin_intensity])

    @cached_property
    def mean_energy(self) -> float:
        """Mean energy of an emitted particle. [eV]"""
        centres = (self.bin_edges[1:] + self.bin_edges[:-1]) / 2
        total = self.line_energy @ self.line_intensity + centres @ self.bin_intensity
        return float(total) / self.intensity

    @cached_property
    def energy_range(self) -> tuple[float, float]:
        """Lowest and highest energy that is emitted. [eV]"""
        table = self.energy_table
        return float(table.low.min()), float(table.high.max())

    @cached_property
    def energy_table(self) -> EnergyTable:
        """The table that `energy_at` reads; entries that are never emitted are left out."""
        weight = np.concatenate([self.line_intensity, self.bin_intensity])
        low = np.concatenate([self.line_energy, self.bin_edges[:-1]])
        high = np.concatenate([self.line_energy, self.bin_edges[1:]])
        keep = np.flatnonzero(weight > 0)
        keep = keep[np.argsort(low[keep], kind="stable")]
        cumulative = np.concatenate([[0.0], np.cumsum(weight[keep])])
        cumulative /= cumulative[-1]
        rising = np.flatnonzero(np.diff(cumulative) > 0)  # weights below rounding are never drawn
        cumulative = np.concatenate([cumulative[rising], [1.0]])
        return EnergyTable(cumulative, low[keep][rising], high[keep][rising])

    def energy(self, uniform: npt.ArrayLike) -> Any:
        """Energy [eV] of a particle for a uniform random number in [0, 1)."""
        return energy_at(uniform, *self.energy_table)

    def share_between(self, lowest: float, highest: float) -> float:
        """Share of the particles with lowest <= energy <= highest [eV]."""
        lines = self.line_intensity[(self.line_energy >= lowest) & (self.line_energy <= highest)].sum()
        low, high = self.bin_edges[:-1], self.bin_edges[1:]
        overlap = np.clip(np.minimum(high, highest) - np.maximum(low, lowest), 0, None)
        return float(lines + (overlap / (high - low)) @ self.bin_intensity) / self.intensity


def monoenergetic(particle: str, energy: float) -> Spectrum:
    """Particles of one energy [eV]."""
    return Spectrum(
        name=f"{particle} {energy / 1e3:g} keV",
        kind="monoenergetic",
        particle=particle,
        per="emitted particle",
        description=f"Monoenergetic {particle}s.",
        line_energy=np.array([energy]),
        line_intensity=np.array([1.0]),
        line_name=(f"{energy / 1e3:g} keV",),
        provenance="as given",
        choices={"energy_eV": energy},
    )


def range_warnings(spectrum: Spectrum) -> list[str]:
    """What of a source the interaction tables do not cover, from `NEGLIGIBLE_SHARE` on."""
    lowest, highest = COVERED[spectrum.particle]
    shares = {
        f"below {lowest / 1e3:g} keV": 1 - spectrum.share_between(lowest, np.inf),
        f"above {highest / 1e3:g} keV": 1 - spectrum.share_between(0.0, highest),
    }
    return [
        f"{share:.2%} of the {spectrum.particle}s are {where}, where the interaction tables end."
        for where, share in shares.items()
        if share > NEGLIGIBLE_SHARE
    ]
