"""Media of a run: tables of materials with the choices that act on them, side by side as the engine reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scintidot.atoms.relaxation import relaxation_of
from scintidot.errors import BadFile, BadValue
from scintidot.interactions.medium_tables import (
    MOTT_LOWEST,
    SHARE_ENERGIES,
    SHARE_LOSSES,
    MediumTables,
    medium_tables,
)
from scintidot.interactions.slow_electrons import low_energy_model, vacuum_level
from scintidot.materials.compound import compound_of
from scintidot.materials.material import Material
from scintidot.records import FloatArray
from scintidot.transport import acoustic
from scintidot.transport import phonons as polar
from scintidot.transport.elastic.tables import probabilities
from scintidot.transport.phase_space import pairs_per_energy
from scintidot.transport.track import tables as columns
from scintidot.transport.track.tables import (
    GRID,
    PHASE_SPACE_PER_EV,
    PHASE_SPACE_POINTS,
    ROWS,
    TRANSFER_QUANTILES,
    Tables,
)

LATTICE_POINTS = 129
REACH_MARGIN = 1.5
"""Farthest that an electron may come over its mean range."""
FARTHEST = 1000.0
"""From here [nm] hardly any electron of the host finds back to one nanocrystal: a path L at distance D hits one of half
size a about L a^2/4 D^3 times; 5e-5 of the deposit for 7 keV in octane and 10 nm."""


@dataclass(frozen=True)
class Medium:
    """One medium of a run: the material's tables with the choices that act on them."""

    material: Material
    tables: MediumTables
    cut: float  # [eV]
    elastic: str  # partial-wave or none
    phonons: str
    modes: tuple[tuple[float, float, float], ...]
    acoustic: acoustic.Acoustic | None
    level: float  # height of the vacuum [eV]
    vibration: float  # of the card's most energetic polar mode; 0: unknown [eV]

    def slow_below(self, outside: float) -> float:
        """Energy [eV] below which an electron can't leave to a level outside, and a rule says what it does; 0: none."""
        return max(0.0, self.level - outside) if self.vibration > 0 and float(self.tables.gap) > 0 else 0.0


PHONON_CHOICES = ("froehlich+acoustic", "froehlich", "acoustic", "none")


def medium(
    material: Material,
    *,
    cut: float | None = None,
    elastic: str = "partial-wave",
    phonons: str | None = None,
    temperature: float = 300.0,
    surface: str = "quantum-step",
    local_below: float = 0.0,
) -> tuple[Medium, list[str]]:
    """A medium and what there is to know about it.

    Without ``phonons`` the most complete model that the card allows is taken. Without ``cut`` electrons are followed
    to the threshold of inelastic collisions, or to where the slowest model of elastic scattering starts.
    """
    notes = []
    tables = medium_tables(material)
    model, chosen = None, "none"
    for name in PHONON_CHOICES if phonons is None else (phonons,):
        if name == "none":
            break
        try:
            model = low_energy_model(material, temperature=temperature, phonons=name, surface="none")
        except BadFile:
            if phonons is not None:
                raise
            continue
        chosen = name
        break
    if local_below > 0:
        model, chosen = None, "none"
    crystal = None if model is None or elastic == "none" else model.acoustic
    if crystal is None:
        chosen = chosen.replace("+acoustic", "").replace("acoustic", "none")
    threshold = float(tables.threshold)
    lowest = max(threshold, 0.0 if crystal is not None or elastic == "none" else MOTT_LOWEST, GRID[0])
    if cut is None:
        cut = lowest
        if lowest > threshold:
            notes.append(
                f"{material.name}: electrons stop at {lowest:g} eV, where elastic scattering by free atoms starts; its "
                "card has no acoustic phonons."
            )
    elif cut < lowest * (1 - 1e-12):
        reason = (
            "the threshold of inelastic collisions" if lowest == threshold else "where elastic tables start"
        )
        raise BadValue(
            where="deposit",
            what="energy",
            who="--cut-ev",
            expected=f"at least {lowest:g} eV, {reason} in {material.name}",
            found=f"{cut:g} eV",
        )
    try:
        level = vacuum_level(material)
        if float(tables.gap) == 0:  # of a metal, where kinetic energy counts from the Fermi level here
            level -= float(tables.band_width)
    except BadFile:
        if surface != "none":
            raise
        level = 0.0
    modes = () if model is None else model.modes
    return Medium(
        material, tables, float(cut), elastic, chosen, modes, crystal, level, _vibration(material)
    ), notes


def _vibration(material: Material) -> float:
    """Energy of the vibration that slow carriers emit: the most energetic one of the card. [eV]"""
    section = material.card.phonons
    if section is None:
        return 0.0
    lone = section.longitudinal_optical_energy
    return max(
        [mode.energy.value for mode in section.modes] + ([] if lone is None else [lone.value]), default=0.0
    )


def stack(media: Sequence[Medium], local_below: float = 0.0) -> Tables:
    """The media of a run as the arrays that the kernels read."""
    shells = max(len(m.tables.shell) for m in media)
    modes = max([len(m.modes) for m in media] + [1])
    count = len(media)
    rates = np.zeros((count, ROWS, 8))
    share = np.ones((count, SHARE_ENERGIES, SHARE_LOSSES, shells), dtype=np.float32)
    binding = np.full((count, shells), np.inf)
    species = np.full((count, shells), -1, dtype=np.int64)
    transfer = np.zeros((count, ROWS, TRANSFER_QUANTILES), dtype=np.float32)
    lattice = np.zeros((count, LATTICE_POINTS, 2))
    mode_numbers, phase_space = np.ones((count, modes, 3)), np.zeros((count, PHASE_SPACE_POINTS))
    numbers, limit = np.zeros((count, 6)), np.zeros((count, ROWS), dtype=np.float32)
    kinds = Vacancies.of_media(media)
    for k, one in enumerate(media):
        t, shown = one.tables, len(one.tables.shell)
        rates[k] = _rates(one, local_below, limit[k])
        if one.vibration > 0 and float(t.gap) > 0:
            phase_space[k] = _phase_space(one)
        share[k, :, :, :shown] = t.share
        binding[k, :shown] = t.binding
        species[k, 1:shown] = [kinds.of(*name.split()) for name in t.shell[1:]]
        if one.acoustic is not None:
            transfer[k] = _transfers(one.acoustic)
            lattice[k] = [
                (acoustic.phonon_energy(s, one.acoustic), acoustic.emission_probability(s, one.acoustic))
                for s in np.linspace(0, 1, LATTICE_POINTS)
            ]
        per_edge = 1.0 if one.acoustic is None else 1 / one.acoustic.edge_kinetic_energy
        mode_numbers[k, : len(one.modes)] = np.array(one.modes).reshape(-1, 3)
        numbers[k] = t.threshold, one.cut, t.gap, t.band_width, one.level, per_edge
    return Tables(
        rates=rates,
        loss=np.array([m.tables.loss for m in media], dtype=np.float32),
        recoil=np.array([m.tables.recoil for m in media], dtype=np.float32),
        share=share,
        share_grid=np.array([m.tables.share_grid for m in media]),
        shell_binding=binding,
        shell_species=species,
        shells=np.array([len(m.tables.shell) for m in media]),
        mu=np.array([m.tables.mu for m in media], dtype=np.float32),
        transfer=transfer,
        lattice=lattice,
        modes=mode_numbers,
        mode_count=np.array([len(m.modes) for m in media]),
        medium=numbers,
        phase_space=phase_space,
        loss_limit=limit,
        vacancy_start=kinds.start,
        vacancy_cumulative=kinds.cumulative,
        vacancy_first=kinds.first,
        vacancy_second=kinds.second,
        vacancy_energy=kinds.energy,
        vacancy_binding=kinds.binding,
    )


def _rates(
    one: Medium, local_below: float, limit: np.ndarray[tuple[int], np.dtype[np.float32]]
) -> FloatArray:
    t, rates = one.tables, np.zeros((ROWS, 8))
    section = one.material.card.dielectric
    scale = 1.0 if section is None else section.stopping_power_scale.value
    rates[:, columns.INELASTIC] = scale * t.inelastic
    if one.elastic != "none":
        weight = np.array([acoustic.mott_weight(e) if one.acoustic is not None else 1.0 for e in GRID])
        rates[:, columns.MOTT] = weight * t.mott
    if one.acoustic is not None:
        for i in np.flatnonzero(weight < 1):
            rates[i, columns.ACOUSTIC] = (1 - weight[i]) * acoustic.inverse_mean_free_path(
                float(GRID[i]), one.acoustic
            )
    for energy, coupling, occupation in one.modes:
        for i in np.flatnonzero(GRID <= polar.HIGHEST_ENERGY):
            at = float(GRID[i])
            rates[i, columns.EMISSION] += polar.emission(at, energy, coupling, 1.0, occupation)
            rates[i, columns.ABSORPTION] += polar.absorption(at, energy, coupling, 1.0, occupation)
    if local_below > 0:
        probability, _ = probabilities()
        step = np.diff(probability)
        for i in np.flatnonzero(t.inelastic > 0):
            row = t.loss[i].astype(float)
            split = float(np.interp(local_below, row, probability, right=1.0))
            mean = np.concatenate([[0.0], np.cumsum((row[1:] + row[:-1]) / 2 * step)])
            limit[i] = split
            rates[i, columns.HARD] = scale * t.inelastic[i] * (1 - split)
            rates[i, columns.SOFT] = scale * t.inelastic[i] * float(np.interp(split, probability, mean))
    stopping = np.maximum(scale * t.stopping, 1e-12)
    slowing = np.flatnonzero(max(one.cut, float(t.threshold)) * 1.05 < GRID)
    reach = np.zeros(ROWS)
    inverse = 1 / stopping[slowing]
    above = GRID[slowing]
    reach[slowing] = np.concatenate([[0.0], np.cumsum((inverse[1:] + inverse[:-1]) / 2 * np.diff(above))])
    reach[slowing] += (above[0] - one.cut) * inverse[0]
    rates[:, columns.REACH] = np.minimum(REACH_MARGIN * reach + 1.0, FARTHEST)
    return rates


def _phase_space(one: Medium) -> FloatArray:
    """Expected pairs of a slow carrier on its way to the gap: the integral of `pairs_per_energy`.

    It begins half a vibration higher, since the first choice falls before the first vibration.
    """
    gap, fine = float(one.tables.gap), 16
    above = np.linspace(0, (PHASE_SPACE_POINTS - 1) / PHASE_SPACE_PER_EV, (PHASE_SPACE_POINTS - 1) * fine + 1)
    above = np.concatenate([[0.0], above + one.vibration / 2])
    density = np.array([pairs_per_energy(gap + x, gap, one.vibration) for x in above])
    steps = (density[1:] + density[:-1]) / 2 * np.diff(above)
    return np.asarray(np.cumsum(steps)[::fine])


def _transfers(crystal: acoustic.Acoustic) -> FloatArray:
    """Quantiles of (s/s_max)^2: at every energy they follow from one curve, the integral of f(s) s ds."""
    at = np.linspace(0, acoustic.largest_transfer(float(GRID[-1]), crystal) ** 0.5, 6000) ** 2
    density = np.array([acoustic.differential(float(s), crystal) for s in at]) * at
    curve = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(at))])
    most = np.array([acoustic.largest_transfer(float(e), crystal) for e in GRID])
    wanted = np.interp(most, at, curve)[:, None] * np.linspace(0, 1, TRANSFER_QUANTILES)
    return np.asarray(np.square(np.interp(wanted, curve, at) / most[:, None]))


class Vacancies:
    """Vacancies of several elements and their transitions, one after the other."""

    def __init__(self, symbols: Sequence[str]) -> None:
        tables = [relaxation_of(symbol) for symbol in symbols]
        offset = np.cumsum([0, *(len(t.shells.names) for t in tables)])
        self._place = {
            (t.symbol, name): int(first) + i
            for t, first in zip(tables, offset, strict=False)
            for i, name in enumerate(t.shells.names)
        }
        shift = np.cumsum([0, *(len(t.energy) for t in tables)])
        starts = [t.start[:-1] + s for t, s in zip(tables, shift, strict=False)]
        self.start = np.concatenate([*starts, shift[-1:]]).astype(np.int64)
        pairs = list(zip(tables, offset, strict=False))
        self.cumulative = np.concatenate([t.cumulative for t in tables])
        self.first = np.concatenate([t.first_hole + first for t, first in pairs]).astype(np.int64)
        self.second = np.concatenate(
            [np.where(t.second_hole >= 0, t.second_hole + first, -1) for t, first in pairs]
        ).astype(np.int64)
        self.energy = np.concatenate([t.energy for t in tables])
        self.binding = np.concatenate([t.shells.binding_energy for t in tables])

    @classmethod
    def of_media(cls, media: Sequence[Medium]) -> Vacancies:
        """Of every element that occurs."""
        return cls(sorted({symbol for m in media for symbol in compound_of(m.material).symbols}))

    def of(self, symbol: str, shell: str) -> int:
        """Which species a vacancy is."""
        return self._place[symbol, shell]
