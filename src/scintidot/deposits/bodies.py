"""Sizes and places of nanocrystals as a user writes them: one, or many in a box."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scintidot.deposits.names import PACKING, SHAPES, WHERE
from scintidot.errors import BadFile, BadValue, FieldError, OutOfRange
from scintidot.interactions.inputs import read_within
from scintidot.materials.fields import In
from scintidot.records import FloatArray
from scintidot.transport.track.packing import RANDOM_LIMIT, lattice_centres, overlap, random_centres
from scintidot.units import split_list

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


def read_bodies(
    edge_length: object,
    composite: str | None,
    box_nm: object,
    packing: str | None,
    shape: str,
    thickness: float,
) -> tuple[tuple[Body, ...], float, tuple[FloatArray, FloatArray] | None]:
    """Sizes, box and positions."""
    for who, value in (("--box-nm", box_nm), ("--packing", packing)):
        refuse_alone(who, value, "--composite", composite, hint="Write --composite '74 x 3 nm' and --box-nm.")
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
            _packing_fault("lattice or a file of positions for cuboids", packing)
        return (body,), box, None
    if not packing.lower().endswith(".csv"):
        _packing_fault("random, lattice or a .csv file of positions", packing)
    positions = _positions(Path(packing), body, box, shape, in_shells=thickness > 0)
    return (body,), box, positions


def refuse_alone(who: str, value: object, partner: str, given: object, *, hint: str | None = None) -> None:
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


def _packing_fault(expected: str, found: str) -> None:
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


def packed_centres(body: Body, shape: str, packing: str, box: float, seed: int) -> FloatArray:
    """Centres of crystals that are alike, on a lattice or at random. [nm], shape (count, 3)

    Raises
    ------
    OutOfRange
        If there are too many for it.
    """
    kind, fraction = SHAPES[shape], body.count * volume(body.edges, shape) / box**3
    found = f"{body.count} of {body.edges[0]:g} nm, {fraction:.1%} of the box"
    if packing == "lattice":
        centres = lattice_centres(box, body.count)
        half = np.broadcast_to(np.array(body.edges) / 2, (body.count, 3))
        if overlap(centres, half, kind, box) is not None:
            raise OutOfRange(
                where=WHERE, what="packing", who="--composite",
                expected="crystals that fit on a cubic lattice in the box", found=found,
            )  # fmt: skip
        return centres
    made = None
    if fraction <= RANDOM_LIMIT[kind]:
        made = random_centres(seed, kind, body.edges[0], box, body.count)
    if made is None:
        raise OutOfRange(
            where=WHERE, what="packing", who="--composite",
            expected=f"at most {RANDOM_LIMIT[kind]:.0%} of the volume for random sequential packing",
            found=found, hint="Use --packing lattice, or a larger --box-nm.",
        )  # fmt: skip
    return made
