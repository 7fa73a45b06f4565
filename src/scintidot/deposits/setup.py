"""One run of the engine, complete and checked: turned into tables, geometry and source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from scintidot.deposits.bodies import Body, packed_centres, volume
from scintidot.deposits.names import PAIR_RULES, SHAPES, SURFACE_NUMBERS, WHERE
from scintidot.deposits.particles import source_of_particles
from scintidot.deposits.primaries import source_of
from scintidot.interactions.media import Medium, medium, stack
from scintidot.interchange.mcpl import Particles
from scintidot.materials.material import Material
from scintidot.radiation.spectrum import Spectrum
from scintidot.records import FloatArray
from scintidot.transport.track.packing import crystals_in_box, one_crystal
from scintidot.transport.track.problem import Geometry, Rules, Source
from scintidot.transport.track.tables import Tables, tables_in


@dataclass(frozen=True, eq=False, kw_only=True)
class Setup:
    """One run, complete and checked; see `scintidot.deposit` for the meaning of each choice."""

    material: Material
    host: Material
    shell: Material | None
    shape: str
    bodies: tuple[Body, ...]
    shell_thickness: float
    box: float
    packing: str
    positions: tuple[FloatArray, FloatArray] | None  # centres, half lengths
    spectra: tuple[Spectrum, ...]
    start: str
    treatment: str
    local_below: float
    cut: float | None
    elastic: str
    phonons: str | None
    surface: str
    pairs: str
    whole_tracks: bool
    tracking: str
    temperature: float
    histories: int
    relative_error: float | None
    seed: int
    threads: int
    device: str = "cpu"
    precision: str = "float64"  # of the tables
    primaries: Particles | None = None  # of start "file"
    keep_escapes: bool = False
    spectrum_option: str = "--energy-kev"  # the one that the spectra come from

    @cached_property
    def _media(self) -> list[tuple[Medium | None, list[str]]]:
        """Of core, shell and host, with what there is to know about each."""
        return [self._medium(one) for one in (self.material, self.shell, self.host)]

    @property
    def media(self) -> list[Medium | None]:
        """Of core, shell and host; None: vacuum, or no shell."""
        return [made for made, _ in self._media]

    @property
    def notes(self) -> list[str]:
        """What there is to know about the media."""
        return list(dict.fromkeys(note for _, notes in self._media for note in notes))

    def _medium(self, one: Material | None) -> tuple[Medium | None, list[str]]:
        if one is None or one.name == "vacuum":
            return None, []
        return medium(
            one,
            cut=self._cut_of(one),
            elastic=self.elastic,
            phonons=None if one is self.host else self.phonons,
            temperature=self.temperature,
            surface=self.surface,
            local_below=self.local_below,
        )

    def _cut_of(self, one: Material) -> float | None:
        """The cut of the run; a host whose models start higher keeps its own."""
        if self.cut is None or one is self.material:
            return self.cut
        made, _ = medium(one, elastic=self.elastic, surface="none", local_below=self.local_below)
        return max(self.cut, made.cut)

    @cached_property
    def tables(self) -> Tables:
        """What the kernels read."""
        return tables_in(
            self.precision, stack([one for one in self.media if one is not None], self.local_below)
        )

    def with_sizes(self, bodies: tuple[Body, ...]) -> Setup:
        """The same run of other sizes; tables that were made stay."""
        other = replace(self, bodies=bodies)
        for name in ("_media", "tables"):
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]
        return other

    @property
    def places(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Medium of core, shell and host by its place in the tables; -1: vacuum."""
        places, following = [], 0
        for one in self.media:
            places.append(-1 if one is None else following)
            following += one is not None
        if self.media[1] is None:
            places[1] = places[0]
        return np.array(places)

    def core(self, body: Body) -> float:
        """Size of the core over that of the crystal; 0: no shell."""
        return 0.0 if self.shell is None else (body.edges[0] - 2 * self.shell_thickness) / body.edges[0]

    def geometry(self, body: Body) -> Geometry:
        """Where the crystals are."""
        kind = SHAPES[self.shape]
        half = np.array(body.edges) / 2
        core = self.core(body)
        if self.box == 0:
            alone = one_crystal(kind, (half[0], half[1], half[2]), self.places, core)
            return alone._replace(confined=self.confined)
        if self.positions is not None:
            centres, halves = self.positions
        else:
            centres = packed_centres(body, self.shape, self.packing, self.box, self.seed)
            halves = np.broadcast_to(half, (body.count, 3))
        many = crystals_in_box(kind, centres, np.ascontiguousarray(halves), self.places, core, self.box)
        return many._replace(confined=self.confined)

    @property
    def confined(self) -> FloatArray:
        """Energies [eV] below which electrons of core, shell, host can't leave the crystal any more, (3,); 0: they can.

        Kinetic energy and level add up to the same in core and shell: what lies below the level outside stays. Such
        electrons are not followed; the rule "phase-space" says what they do.
        """
        core, shell, host = self.media
        outside = 0.0 if host is None else host.level
        within = [0.0 if one is None else one.slow_below(outside) for one in (core, shell)]
        return np.array([*within, 0.0]) * (self.pairs == "phase-space" and self.surface != "none")

    def volume(self, body: Body) -> float:
        """Of all crystals together. [nm3]"""
        if self.positions is None:
            return body.count * volume(body.edges, self.shape)
        return float(sum(volume(2 * half, self.shape) for half in self.positions[1]))

    def source(self, spectrum: Spectrum) -> Source:
        """How primaries start."""
        if self.primaries is not None:
            return source_of_particles(self.primaries)
        return source_of(spectrum, self.start, self.media, where=WHERE, who=self.spectrum_option)

    @property
    def rules(self) -> Rules:
        """Named choices as numbers."""
        return Rules(
            surface=SURFACE_NUMBERS[self.surface],
            local_below=self.local_below,
            pairs=PAIR_RULES[self.pairs],
            reject_by_range=int(not self.whole_tracks and self.box == 0 and self.media[2] is not None),
            delta_tracking=int(self.tracking == "woodcock"),
        )
