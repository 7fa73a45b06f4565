"""What a user asks of the engine, checked, and turned into tables, geometry and source."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.deposits.particles import read_primaries, source_of_particles, spectrum_of
from scintidot.deposits.primaries import source_of
from scintidot.errors import BadFile, BadValue, FieldError, OutOfRange, one_of
from scintidot.interactions.inelastic import loss_medium_of
from scintidot.interactions.inputs import Energies, read_energies, read_within
from scintidot.interactions.media import PHONON_CHOICES, Medium, medium, stack
from scintidot.interchange.mcpl import Particles
from scintidot.materials.fields import In
from scintidot.materials.library import Material, load_material
from scintidot.radiation.sources import read_source
from scintidot.radiation.spectrum import Spectrum, monoenergetic
from scintidot.records import FloatArray
from scintidot.transport.surface import SURFACES
from scintidot.transport.track.packing import (
    RANDOM_LIMIT,
    crystals_in_box,
    lattice_centres,
    one_crystal,
    overlap,
    random_centres,
)
from scintidot.transport.track.problem import (
    CORE,
    IONISE,
    PHASE_SPACE,
    SETTLE,
    SHELL,
    STARTS,
    Geometry,
    Rules,
    Source,
)
from scintidot.transport.track.shapes import CUBOID, SPHERE
from scintidot.transport.track.steps import CLASSICAL, NO_SURFACE, QUANTUM
from scintidot.transport.track.tables import HIGHEST_ENERGY, Tables
from scintidot.units import split_list

WHERE = "deposit"
TREATMENTS = {
    "track": "every collision and every secondary electron, down to the cut",
    "local": "secondary electrons below the limit stay where they are born, losses below it are continuous: what "
    "Geant4 does at its default cut of 990 eV (Fratelli 2024)",
}
SHAPES = {"cube": CUBOID, "sphere": SPHERE, "cuboid": CUBOID}
ELASTIC = {
    "partial-wave": "Dirac partial waves of free atoms, below 200 eV blended with acoustic phonons "
    "where the card has them",
    "none": "no elastic scattering: straight flight between collisions",
}
PAIRS = {"phase-space": PHASE_SPACE, "settle": SETTLE, "ionise": IONISE}
PAIRS_MEANING = {
    "phase-space": "carriers that can't leave, holes in the valence band and electrons below the vacuum level, make "
    "a pair or heat the lattice as phase space allows (Alig, Bloom, Struck 1980); a hole below the band is filled from "
    "it and lifts another electron; faster electrons collide by the loss function",
    "settle": "a hole in the valence band gives its depth to the lattice, one below it is filled from it and lifts "
    "another electron; electrons collide by the loss function down to the gap",
    "ionise": "a hole deeper than the gap makes a pair, every division of what is left alike; electrons collide by the "
    "loss function down to the gap",
}
_SURFACES = {"none": NO_SURFACE, "classical-step": CLASSICAL, "quantum-step": QUANTUM}
START_MEANINGS = {
    "centre": "every primary starts at the centre of the nanocrystal",
    "uniform": "primaries start anywhere in the nanocrystal with equal probability; photons do their "
    "first interaction there",
    "crossing": "electrons come from outside (isotropic field) and cross the surface of the nanocrystal",
    "file": "each electron starts where the file says, in or around the nanocrystal at the origin, with its energy and "
    "direction",
    "beam": "electrons come from outside along x and meet the middle of the first face (a sphere: its pole) head-on",
    "matrix": "primaries start anywhere in the box; photons do their first interaction there, by attenuation",
}
MEAN_OVER = (
    "mean_deposit_eV: every event; mean_deposit_per_hit_eV and quantiles_eV: every nanocrystal that kept "
    "something"
)
LOCAL_NOTE = (
    "Treatment local keeps the energy of slow secondaries where they are born: at 2-3 nm deposits come out two to "
    "three times too high, and no pairs are counted."
)
HISTORIES = 100_000
MOST_HITS = 4096
LARGEST_EDGE = 1e9  # [nm]
_COUNT = re.compile(r"\s*(?P<number>[\d.eE+]+)\s*(?P<percent>%?)\s*[x×*]\s*(?P<edge>.+?)\s*")


@dataclass(frozen=True, eq=False)
class Body:
    """One size: a crystal, or crystals in a box."""

    edges: tuple[float, float, float]  # of the whole crystal [nm]; a sphere: its diameter
    count: int = 1


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
    notes: list[str] = field(default_factory=list)
    primaries: Particles | None = None  # of start "file"
    keep_escapes: bool = False

    @cached_property
    def media(self) -> list[Medium | None]:
        """Of core, shell and host; None: vacuum, or no shell."""
        return [self._medium(one) for one in (self.material, self.shell, self.host)]

    def _medium(self, one: Material | None) -> Medium | None:
        if one is None or one.name == "vacuum":
            return None
        made, notes = medium(
            one,
            cut=self._cut_of(one),
            elastic=self.elastic,
            phonons=self.phonons if one is self.material else None,
            temperature=self.temperature,
            surface=self.surface,
            local_below=self.local_below,
        )
        self.notes.extend(note for note in notes if note not in self.notes)
        return made

    def _cut_of(self, one: Material) -> float | None:
        """The cut of the run; a host whose models start higher keeps its own."""
        if self.cut is None or one is self.material:
            return self.cut
        made, _ = medium(one, elastic=self.elastic, surface="none", local_below=self.local_below)
        return max(self.cut, made.cut)

    @cached_property
    def tables(self) -> Tables:
        """What the kernels read."""
        return stack([one for one in self.media if one is not None], self.local_below)

    def with_sizes(self, bodies: tuple[Body, ...]) -> Setup:
        """The same run of other sizes; tables that were made stay."""
        other = replace(self, bodies=bodies)
        for name in ("media", "tables"):
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

    @property
    def core(self) -> float:
        """Size of the core over that of the crystal; 0: no shell."""
        if self.shell is None:
            return 0.0
        edge = self.bodies[0].edges[0]
        return (edge - 2 * self.shell_thickness) / edge

    def geometry(self, body: Body) -> Geometry:
        """Where the crystals are."""
        kind = SHAPES[self.shape]
        half = np.array(body.edges) / 2
        core = 0.0 if self.shell is None else (body.edges[0] - 2 * self.shell_thickness) / body.edges[0]
        if self.box == 0:
            return one_crystal(kind, (half[0], half[1], half[2]), self.places, core)._replace(
                confined=self.confined()
            )
        if self.positions is not None:
            centres, halves = self.positions
        else:
            centres, halves = self._packed(kind, body), np.broadcast_to(half, (body.count, 3))
        return crystals_in_box(
            kind, centres, np.ascontiguousarray(halves), self.places, core, self.box
        )._replace(confined=self.confined())

    def confined(self, *, bulk: bool = False) -> FloatArray:
        """Energies [eV] from which on electrons of core, shell and host can't leave any more, (3,); 0: they can.

        Below, the rule "phase-space" says what they do, where the card has a vibration to lose energy to. In the
        ``bulk`` the same energies hold whatever the surface.
        """
        energies = np.zeros(3)
        if self.pairs != "phase-space" or self.treatment != "track" or (self.surface == "none" and not bulk):
            return energies
        core, shell, host = self.media
        outside = 0.0 if host is None else host.level
        around = outside if shell is None else shell.level
        for region, one, highest in (
            (CORE, core, around),
            (SHELL, shell, max(outside, core.level if core else 0.0)),
        ):
            if one is not None and one.vibration > 0:
                energies[region] = max(0.0, one.level - highest)
        return energies

    def _packed(self, kind: int, body: Body) -> FloatArray:
        fraction = body.count * self.volume(body) / self.box**3
        found = f"{body.count} of {body.edges[0]:g} nm, {fraction:.1%} of the box"
        if self.packing == "lattice":
            centres = lattice_centres(self.box, body.count)
            half = np.broadcast_to(np.array(body.edges) / 2, (body.count, 3))
            if overlap(centres, half, kind, self.box) is not None:
                raise OutOfRange(
                    where=WHERE, what="packing", who="--composite",
                    expected="crystals that fit on a cubic lattice in the box", found=found,
                )  # fmt: skip
            return centres
        made = None
        if fraction <= RANDOM_LIMIT[kind]:
            made = random_centres(self.seed, kind, body.edges[0], self.box, body.count)
        if made is None:
            raise OutOfRange(
                where=WHERE, what="packing", who="--composite",
                expected=f"at most {RANDOM_LIMIT[kind]:.0%} of the volume for random sequential packing",
                found=found, hint="Use --packing lattice, or a larger --box-nm.",
            )  # fmt: skip
        return made

    def volume(self, body: Body) -> float:
        """Of one crystal. [nm3]"""
        whole = float(np.prod(body.edges))
        return whole * np.pi / 6 if self.shape == "sphere" else whole

    def source(self, spectrum: Spectrum) -> Source:
        """How primaries start."""
        if self.primaries is not None:
            return source_of_particles(self.primaries)
        who = "--energy-kev" if spectrum.kind == "monoenergetic" else "--source"
        return source_of(spectrum, self.start, self.media, where=WHERE, who=who)

    @property
    def rules(self) -> Rules:
        """Named choices as numbers."""
        return Rules(
            surface=_SURFACES[self.surface],
            local_below=self.local_below,
            pairs=PAIRS[self.pairs],
            reject_by_range=int(not self.whole_tracks and self.box == 0 and self.media[2] is not None),
            delta_tracking=int(self.tracking == "woodcock"),
        )


def read_setup(
    *,
    material: str | Path | Material = "CsPbBr3",
    edge_length: object = None,
    energy_keV: Energies | None = None,
    source: str | None = None,
    host: str | Path | Material = "vacuum",
    start: str | None = None,
    shape: str = "cube",
    shell: str | Path | Material | None = None,
    shell_thickness_nm: object = 1.0,
    composite: str | None = None,
    box_nm: object = None,
    packing: str = "random",
    treatment: str = "track",
    local_deposit_below: object = 990.0,
    cut_eV: object = None,
    elastic: str = "partial-wave",
    phonons: str | None = None,
    surface: str = "quantum-step",
    pairs: str = "phase-space",
    whole_tracks: bool = False,
    tracking: str = "surface",
    temperature: object = 300.0,
    primaries: str | Path | None = None,
    escapes: bool = False,
    histories: object = None,
    relative_error: object = None,
    seed: object = 1,
    threads: object = None,
) -> Setup:
    """Check every choice; raises `ScintidotError` with the option at fault."""
    crystal = load_material(material, where=WHERE, who="--material")
    around = load_material(host, where=WHERE, who="--host")
    coat = None if shell is None else load_material(shell, where=WHERE, who="--shell")
    for solid in filter(None, (crystal, coat)):
        loss_medium_of(solid)  # refuses the vacuum, and a card without a composition or a gap
    for value, names, who in (
        (treatment, TREATMENTS, "--treatment"),
        (shape, SHAPES, "--shape"),
        (elastic, ELASTIC, "--elastic"),
        (surface, SURFACES, "--surface"),
        (pairs, PAIRS, "--pairs"),
        (tracking, ("surface", "woodcock"), "--tracking"),
    ):
        one_of(value, names, where=WHERE, who=who)
    if phonons is not None:
        one_of(phonons, PHONON_CHOICES, where=WHERE, who="--phonons")
    in_box = composite is not None
    given = None
    if primaries is not None:
        for name, option in (
            ("--energy-kev", energy_keV), ("--source", source), ("--start", start), ("--composite", composite),
        ):  # fmt: skip
            if option is not None:
                raise BadValue(
                    where=WHERE, what="option", who=name, expected="none with --primaries", found=repr(option),
                    hint="The file has energies, places and directions around one nanocrystal at the origin.",
                )  # fmt: skip
        given = read_primaries(primaries)
    start = start or ("matrix" if in_box else "uniform")
    one_of(start, STARTS, where=WHERE, who="--start")
    thickness = read_within(shell_thickness_nm, In("nm", above=0), where=WHERE, who="--shell-thickness-nm")
    bodies, box, positions = _bodies(
        edge_length, composite, box_nm, packing, shape, thickness if coat is not None else 0.0
    )
    if in_box != (start == "matrix"):
        raise BadValue(
            where=WHERE, what="name", who="--start",
            expected="matrix with --composite, and only there" if in_box else "centre, uniform, crossing or beam",
            found=start, hint=None if in_box else "Give --composite and --box-nm for nanocrystals in a matrix.",
        )  # fmt: skip
    if coat is not None and shape == "cuboid":
        raise BadValue(
            where=WHERE, what="name", who="--shape", expected="cube or sphere with --shell", found=shape
        )
    usual = HISTORIES if given is None else len(given.energy)
    number = read_whole(usual if histories is None else histories, "--histories", 1, 10**12)
    if given is not None and number > len(given.energy):
        raise BadValue(
            where=WHERE, what="number", who="--histories", found=number,
            expected=f"at most the {len(given.energy)} particles of --primaries", hint="Each is used once.",
        )  # fmt: skip
    spectra = (
        _spectra(energy_keV, source)
        if given is None
        else (spectrum_of(given, Path(str(primaries)).name, number),)
    )
    if escapes:
        _check_escapes(bodies, spectra, around, in_box=in_box)
    if start in ("crossing", "beam") and any(one.particle == "photon" for one in spectra):
        raise BadValue(
            where=WHERE, what="name", who="--start", expected="uniform or matrix for photons", found=start,
            hint="Hardly any photon that crosses a nanocrystal interacts; uniform starts with its interaction inside.",
        )  # fmt: skip
    if tracking == "woodcock" and (surface != "none" or treatment == "local" or not in_box):
        raise BadValue(
            where=WHERE, what="name", who="--tracking",
            expected="surface, unless --composite, --surface none and --treatment track are given", found=tracking,
            hint="Woodcock tracking does not see surfaces.",
        )  # fmt: skip
    limit = read_within(
        local_deposit_below,
        In("eV", above=0, at_most=HIGHEST_ENERGY),
        where=WHERE,
        who="--local-deposit-below",
    )
    numbers = {
        "--seed": read_whole(seed, "--seed", 0, 2**63 - 1),
        "--threads": read_whole(_cores() if threads is None else threads, "--threads", 1, 1024),
    }
    return Setup(
        material=crystal,
        host=around,
        shell=coat,
        shape=shape,
        bodies=bodies,
        shell_thickness=thickness if coat is not None else 0.0,
        box=box,
        packing=packing,
        positions=positions,
        spectra=spectra,
        start="file" if given is not None else start,
        treatment=treatment,
        local_below=limit if treatment == "local" else 0.0,
        cut=None
        if cut_eV is None
        else read_within(cut_eV, In("eV", above=0, at_most=HIGHEST_ENERGY), where=WHERE, who="--cut-ev"),
        elastic=elastic,
        phonons=phonons,
        surface=surface,
        pairs=pairs,
        whole_tracks=whole_tracks,
        tracking=tracking,
        temperature=read_within(
            temperature, In("K", at_least=0, at_most=1000), where=WHERE, who="--temperature"
        ),
        primaries=given,
        keep_escapes=escapes,
        histories=number,
        relative_error=None
        if relative_error is None
        else read_within(relative_error, In("1", above=0, below=1), where=WHERE, who="--relative-error"),
        seed=numbers["--seed"],
        threads=numbers["--threads"],
    )


def _check_escapes(
    bodies: tuple[Body, ...], spectra: tuple[Spectrum, ...], host: Material, *, in_box: bool
) -> None:
    """Refuse to keep the escapes of a run that has none, or more than one set of them."""
    if in_box or host.name != "vacuum":
        raise BadValue(
            where=WHERE, what="option", who="--escapes", expected="one nanocrystal in vacuum",
            found="--composite" if in_box else f"--host {host.name}",
            hint="Elsewhere electrons stop in the host: none escapes.",
        )  # fmt: skip
    if len(bodies) * len(spectra) > 1:
        raise BadValue(
            where=WHERE, what="option", who="--escapes", expected="one size and one energy",
            found=f"{len(bodies)} sizes and {len(spectra)} energies", hint="Run one file at a time.",
        )  # fmt: skip


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def read_whole(value: object, who: str, least: int, most: int) -> int:
    """A whole number within limits; 1e5 is one."""
    try:
        number = float(str(value))
        whole = (
            int(number) if abs(number) > 2**53 else int(str(value)) if str(value).isdigit() else int(number)
        )
    except (ValueError, OverflowError):
        number, whole = float("nan"), 0
    if not (number == whole and least <= whole <= most):
        expected = f"a whole number from {least} to {most}"
        raise BadValue(where=WHERE, what="number", who=who, expected=expected, found=repr(value))
    return whole


def _spectra(energy_keV: Energies | None, source: str | None) -> tuple[Spectrum, ...]:
    if energy_keV is not None and source is not None:
        raise BadValue(
            where=WHERE,
            what="option",
            who="--source",
            expected="either --energy-kev or --source",
            found="both",
        )
    if source is not None:
        return (read_source(source),)
    energies = read_energies(
        7.0 if energy_keV is None else energy_keV, "keV", where=WHERE, who="--energy-kev"
    )
    for energy in energies:
        if energy * 1e3 > HIGHEST_ENERGY:
            inside = energy <= HIGHEST_ENERGY
            raise OutOfRange(
                where=WHERE, what="energy", who="--energy-kev",
                expected="electrons of up to 100 keV for the track-structure engine", found=f"{energy:g} keV",
                hint=f"A bare number is in keV; {energy:g} eV is {energy / 1e3:g} keV." if inside else None,
            )  # fmt: skip
    return tuple(monoenergetic("electron", energy * 1e3) for energy in energies)


def _bodies(
    edge_length: object, composite: str | None, box_nm: object, packing: str, shape: str, thickness: float
) -> tuple[tuple[Body, ...], float, tuple[FloatArray, FloatArray] | None]:
    """Sizes, box and positions."""
    if composite is None:
        if box_nm is not None:
            raise BadValue(
                where=WHERE, what="option", who="--box-nm", expected="it together with --composite", found="alone",
                hint="Write --composite '74 x 3 nm'.",
            )  # fmt: skip
        sizes = read_edges(10.0 if edge_length is None else edge_length, "--edge-length", shape)
        return tuple(Body(_grown(edges, thickness)) for edges in sizes), 0.0, None
    if edge_length is not None:
        raise BadValue(
            where=WHERE, what="option", who="--edge-length", expected="the size in --composite", found="both"
        )
    if box_nm is None:
        raise BadValue(
            where=WHERE,
            what="option",
            who="--box-nm",
            expected="the edge of the box with --composite",
            found="none",
        )
    box = read_within(box_nm, In("nm", above=0, at_most=1e6), where=WHERE, who="--box-nm")
    match = _COUNT.fullmatch(composite)
    if match is None:
        raise BadValue(
            where=WHERE, what="text", who="--composite", expected="such as '74 x 3 nm' or '5 % x 3 nm'",
            found=repr(composite),
        )  # fmt: skip
    edges = _grown(read_edges(match["edge"], "--composite", shape)[0], thickness)
    if max(edges) >= box:
        raise OutOfRange(
            where=WHERE, what="size", who="--box-nm", expected=f"more than the crystal, {max(edges):g} nm",
            found=f"{box:g} nm",
        )  # fmt: skip
    try:
        number = float(match["number"])
    except ValueError:
        number = -1.0
    volume = float(np.prod(edges)) * (np.pi / 6 if shape == "sphere" else 1.0)
    count = number / 100 * box**3 / volume if match["percent"] else number
    if not (0.5 <= count <= 2e6 and (match["percent"] or number == int(number))):
        raise BadValue(
            where=WHERE, what="number", who="--composite",
            expected="1 to 2000000 crystals, or a volume fraction that comes to as many",
            found=f"{composite!r}, {count:g} crystals",
        )  # fmt: skip
    body = Body(edges, max(1, round(count)))
    if packing in ("random", "lattice"):
        if shape == "cuboid" and packing == "random":
            packing_fault("lattice or a file of positions for cuboids", packing)
        return (body,), box, None
    if not packing.lower().endswith(".csv"):
        packing_fault("random, lattice or a .csv file of positions", packing)
    centres, halves = _positions(Path(packing), body, box, shape)
    return (Body(edges, len(centres)),), box, (centres, halves)


def packing_fault(expected: str, found: str) -> None:
    """Refuse a way of packing."""
    raise BadValue(where=WHERE, what="name", who="--packing", expected=expected, found=repr(found))


def _grown(edges: tuple[float, float, float], thickness: float) -> tuple[float, float, float]:
    """A core with its shell around."""
    return (edges[0] + 2 * thickness, edges[1] + 2 * thickness, edges[2] + 2 * thickness)


def read_edges(entry: object, who: str, shape: str) -> list[tuple[float, float, float]]:
    """``3,10`` or, for cuboids, ``20x20x3``."""
    limits = In("nm", at_least=0.5, at_most=LARGEST_EDGE)
    try:
        if isinstance(entry, (tuple, list)) and entry and isinstance(entry[0], (tuple, list)):
            return [tuple(limits.read_number(edge) for edge in edges) for edges in entry]  # type: ignore[misc]
        parts = split_list(entry, what="lengths", unit="nm")
        found: list[tuple[float, float, float]] = []
        for part in parts:
            numbers = re.split(r"[x×]", str(part)) if isinstance(part, str) else [part]
            if len(numbers) == 3 and shape == "cuboid":
                a, b, c = (limits.read_number(_number_of(number)) for number in numbers)
            elif len(numbers) == 1:
                a = b = c = limits.read_number(part)
            else:
                raise FieldError(
                    "text", "one length, or three such as 20x20x3 with --shape cuboid", repr(str(part))
                )
            found.append((a, b, c))
    except FieldError as error:
        raise error.at(OutOfRange if error.what == "value" else BadValue, where=WHERE, who=who) from None
    for i, edges in enumerate(found):
        if edges in found[:i]:
            raise BadValue(
                where=WHERE, what="value", who=who, expected="each size once", found=f"{edges[0]:g} nm twice"
            )
    return found


def _number_of(text: str) -> str:
    return text.strip()


def _positions(path: Path, body: Body, box: float, shape: str) -> tuple[FloatArray, FloatArray]:
    """Centres from a CSV file with columns x_nm, y_nm, z_nm and, if sizes differ, edge_length_nm."""
    columns = ("x_nm", "y_nm", "z_nm")

    def fault(what: str, expected: str, found: str) -> BadFile:
        return BadFile(where=str(path), what=what, who="--packing", expected=expected, found=found)

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise fault("file", "a readable CSV file", getattr(error, "strerror", None) or "no text") from None
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    rows = list(csv.DictReader(lines))
    header = [] if not lines else [name.strip() for name in lines[0].split(",")]
    if not rows or not set(columns) <= set(header):
        raise fault("table", "columns x_nm, y_nm, z_nm and rows", ", ".join(header) or "nothing")
    centres, halves = [], []
    for number, row in enumerate(rows, 2):
        try:
            values = [float(row[name]) for name in columns]
            edge = float(row["edge_length_nm"]) if "edge_length_nm" in header else None
        except (TypeError, ValueError):
            raise fault(
                "number", "numbers", f"row {number}: {', '.join(str(v) for v in row.values())}"
            ) from None
        if not np.all(np.isfinite(values)) or (edge is not None and not 0 < edge < box):
            raise fault("number", "finite places and sizes less than the box", f"row {number}")
        centres.append(values)
        halves.append([edge / 2] * 3 if edge is not None else [side / 2 for side in body.edges])
    made = np.array(centres), np.array(halves)
    pair = overlap(*made, SHAPES[shape], box)
    if pair is not None:
        raise fault("places", "crystals that do not overlap", f"rows {pair[0] + 2} and {pair[1] + 2} overlap")
    return made


def sizes_of(bodies: Sequence[Body]) -> list[float]:
    """First edge of each. [nm]"""
    return [body.edges[0] for body in bodies]


Document = dict[str, Any]
