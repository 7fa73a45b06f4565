"""What a user asks of the engine, checked, and turned into tables, geometry and source."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

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
from scintidot.transport.track.history import STARTS, Geometry, Rules, Source
from scintidot.transport.track.packing import (
    RANDOM_LIMIT,
    crystals_in_box,
    lattice_centres,
    one_crystal,
    overlap,
    random_centres,
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
HOLES = {
    "settle": "a hole in the valence band gives its depth to the lattice; one below the band is "
    "filled from it, and the "
    "energy lifts another electron of the band",
    "ionise": "a hole deeper than the gap makes a pair; the two holes and the electron share what is "
    "left, every division "
    "alike",
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
PACKING = "random"
SHELL_THICKNESS = 1.0  # [nm]
LOCAL_BELOW = 990.0
"""Limit of treatment local without another. [eV]"""
MOST_HITS = 4096
LARGEST_EDGE = 1e9  # [nm]
_COUNT = re.compile(r"\s*(?P<number>[\d.eE+]+)\s*(?P<percent>%?)\s*[x×*]\s*(?P<edge>.+?)\s*")


@dataclass(frozen=True, eq=False)
class Body:
    """One size: a crystal, or crystals in a box."""

    edges: tuple[float, float, float]  # of the whole crystal [nm]; a sphere: its diameter
    count: int = 1


def volume(edges: Sequence[float] | FloatArray, shape: str) -> float:
    """Of one crystal; a sphere's edges are its diameter. [nm3]"""
    whole = float(np.prod(edges))
    return whole * np.pi / 6 if shape == "sphere" else whole


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
    holes: str
    whole_tracks: bool
    tracking: str
    temperature: float
    histories: int
    relative_error: float | None
    seed: int
    threads: int
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
            phonons=self.phonons if one is self.material else None,
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
        return stack([one for one in self.media if one is not None], self.local_below)

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
            return one_crystal(kind, (half[0], half[1], half[2]), self.places, core)
        if self.positions is not None:
            centres, halves = self.positions
        else:
            centres, halves = self._packed(kind, body), np.broadcast_to(half, (body.count, 3))
        return crystals_in_box(kind, centres, np.ascontiguousarray(halves), self.places, core, self.box)

    def _packed(self, kind: int, body: Body) -> FloatArray:
        fraction = self.volume(body) / self.box**3
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
            surface=_SURFACES[self.surface],
            local_below=self.local_below,
            holes_ionise=int(self.holes == "ionise"),
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
    shell_thickness_nm: object = None,
    composite: str | None = None,
    box_nm: object = None,
    packing: str | None = None,
    treatment: str = "track",
    local_deposit_below: object = LOCAL_BELOW,
    cut_eV: object = None,
    elastic: str = "partial-wave",
    phonons: str | None = None,
    surface: str = "quantum-step",
    holes: str = "settle",
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
        (holes, HOLES, "--holes"),
        (tracking, ("surface", "woodcock"), "--tracking"),
    ):
        one_of(value, names, where=WHERE, who=who)
    _check_phonons(phonons, treatment)
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
    _not_alone("--shell-thickness-nm", shell_thickness_nm, "--shell", shell)
    thickness = _thickness(shell_thickness_nm) if coat is not None else 0.0
    bodies, box, positions = _bodies(edge_length, composite, box_nm, packing, shape, thickness)
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
    limit = read_limit(local_deposit_below, treatment)
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
        shell_thickness=thickness,
        box=box,
        packing=packing or PACKING,
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
        holes=holes,
        whole_tracks=whole_tracks,
        tracking=tracking,
        temperature=read_within(
            temperature, In("K", at_least=0, at_most=1000), where=WHERE, who="--temperature"
        ),
        primaries=given,
        keep_escapes=escapes,
        spectrum_option="--energy-kev" if source is None else "--source",
        histories=number,
        relative_error=None
        if relative_error is None
        else read_within(relative_error, In("1", above=0, below=1), where=WHERE, who="--relative-error"),
        seed=numbers["--seed"],
        threads=numbers["--threads"],
    )


def _not_alone(who: str, value: object, partner: str, given: object, *, hint: str | None = None) -> None:
    """Refuse an option that would say nothing without another one."""
    if value is not None and given is None:
        raise BadValue(
            where=WHERE,
            what="option",
            who=who,
            expected=f"it together with {partner}",
            found="alone",
            hint=hint,
        )


def _check_phonons(phonons: str | None, treatment: str) -> None:
    if phonons is None:
        return
    one_of(phonons, PHONON_CHOICES, where=WHERE, who="--phonons")
    if treatment == "local" and phonons not in (None, "none"):
        raise BadValue(
            where=WHERE, what="option", who="--phonons", expected="none with --treatment local", found=phonons,
            hint="Losses below its limit are continuous there, without phonons.",
        )  # fmt: skip


def _thickness(entry: object) -> float:
    """Of a shell. [nm]"""
    usual = SHELL_THICKNESS if entry is None else entry
    return read_within(usual, In("nm", above=0), where=WHERE, who="--shell-thickness-nm")


def read_limit(entry: object, treatment: str) -> float:
    """Of treatment local [eV]; another one than the usual says nothing in any other treatment, and is refused."""
    who = "--local-deposit-below"
    limit = read_within(entry, In("eV", above=0, at_most=HIGHEST_ENERGY), where=WHERE, who=who)
    if treatment != "local" and limit != LOCAL_BELOW:
        raise BadValue(
            where=WHERE, what="option", who=who, expected="it together with --treatment local",
            found=f"{limit:g} eV with --treatment {treatment}",
        )  # fmt: skip
    return limit


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
    """A whole number within limits; 1e5 is one. Digits are read as they stand, beyond 2**53 too."""
    text, whole = str(value).strip(), least - 1
    with suppress(ValueError, OverflowError):
        if re.fullmatch(r"[+-]?\d+", text):
            whole = int(text)
        elif float(text).is_integer():
            whole = int(float(text))
    if not least <= whole <= most:
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
    edge_length: object,
    composite: str | None,
    box_nm: object,
    packing: str | None,
    shape: str,
    thickness: float,
) -> tuple[tuple[Body, ...], float, tuple[FloatArray, FloatArray] | None]:
    """Sizes, box and positions."""
    for who, value in (("--box-nm", box_nm), ("--packing", packing)):
        _not_alone(who, value, "--composite", composite, hint="Write --composite '74 x 3 nm' and --box-nm.")
    if composite is None:
        sizes = read_edges(10.0 if edge_length is None else edge_length, "--edge-length", shape)
        return tuple(Body(_grown(edges, thickness)) for edges in sizes), 0.0, None
    if edge_length is not None:
        raise BadValue(
            where=WHERE, what="option", who="--edge-length", expected="the size in --composite", found="both"
        )
    if box_nm is None:
        raise BadValue(
            where=WHERE, what="option", who="--box-nm", expected="the edge of the box with --composite", found="none"
        )  # fmt: skip
    box = read_within(box_nm, In("nm", above=0, at_most=1e6), where=WHERE, who="--box-nm")
    match = _COUNT.fullmatch(composite)
    if match is None:
        raise BadValue(
            where=WHERE, what="text", who="--composite", expected="such as '74 x 3 nm' or '5 % x 3 nm'",
            found=repr(composite),
        )  # fmt: skip
    sizes = read_edges(match["edge"], "--composite", shape)
    if len(sizes) > 1:
        raise BadValue(
            where=WHERE, what="value", who="--composite", expected="one length", found=repr(match["edge"]),
            hint="Crystals of several sizes: --packing with a CSV file that has edge_length_nm.",
        )  # fmt: skip
    edges = _grown(sizes[0], thickness)
    if max(edges) >= box:
        raise OutOfRange(
            where=WHERE, what="size", who="--box-nm", expected=f"more than the crystal, {max(edges):g} nm",
            found=f"{box:g} nm",
        )  # fmt: skip
    try:
        number = float(match["number"])
    except ValueError:
        number = -1.0
    count = number / 100 * box**3 / volume(edges, shape) if match["percent"] else number
    if not (0.5 <= count <= 2e6 and (match["percent"] or number == int(number))):
        raise BadValue(
            where=WHERE, what="number", who="--composite",
            expected="1 to 2000000 crystals, or a volume fraction that comes to as many",
            found=f"{composite!r}, {count:g} crystals",
        )  # fmt: skip
    body = Body(edges, max(1, round(count)))
    packing = packing or PACKING
    if packing in ("random", "lattice"):
        if shape == "cuboid" and packing == "random":
            packing_fault("lattice or a file of positions for cuboids", packing)
        return (body,), box, None
    if not packing.lower().endswith(".csv"):
        packing_fault("random, lattice or a .csv file of positions", packing)
    positions = _positions(Path(packing), body, box, shape, in_shells=thickness > 0)
    return (body,), box, positions


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
        parts = split_list(entry, what="lengths", unit="nm")
        found: list[tuple[float, float, float]] = []
        for part in parts:
            numbers = re.split(r"[x×]", str(part)) if isinstance(part, str) else [part]
            if len(numbers) == 3 and shape == "cuboid":
                a, b, c = (limits.read_number(number.strip()) for number in numbers)
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


def _positions(
    path: Path, body: Body, box: float, shape: str, *, in_shells: bool
) -> tuple[FloatArray, FloatArray]:
    """Centres from a CSV file with columns x_nm, y_nm, z_nm and, if sizes differ, edge_length_nm."""
    columns = ("x_nm", "y_nm", "z_nm")

    def fault(what: str, expected: str, found: str) -> BadFile:
        return BadFile(where=str(path), what=what, who="--packing", expected=expected, found=found)

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise fault("file", "a readable CSV file", getattr(error, "strerror", None) or "no text") from None
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    header, *cells = [[cell.strip() for cell in row] for row in csv.reader(lines)] or [[]]
    rows = [dict(zip(header, row, strict=False)) for row in cells]
    if not rows or not set(columns) <= set(header):
        raise fault("table", "columns x_nm, y_nm, z_nm and rows", ", ".join(header) or "nothing")
    if in_shells and "edge_length_nm" in header:
        raise fault("column", "crystals of one size with --shell", "edge_length_nm")
    if len(rows) != body.count:
        raise fault("table", f"as many rows as crystals in --composite, {body.count}", f"{len(rows)} rows")
    centres, halves = [], []
    for number, row in enumerate(rows, 2):
        try:
            values = [float(row[name]) for name in columns]
            edge = float(row["edge_length_nm"]) if "edge_length_nm" in header else None
        except (KeyError, ValueError):
            raise fault("number", "numbers", f"row {number}: {', '.join(row.values())}") from None
        if not np.all(np.isfinite(values)) or (edge is not None and not 0 < edge < box):
            raise fault("number", "finite places and sizes less than the box", f"row {number}")
        centres.append(values)
        halves.append([edge / 2] * 3 if edge is not None else [side / 2 for side in body.edges])
    made = np.array(centres), np.array(halves)
    pair = overlap(*made, SHAPES[shape], box)
    if pair is not None:
        raise fault("places", "crystals that do not overlap", f"rows {pair[0] + 2} and {pair[1] + 2} overlap")
    return made
