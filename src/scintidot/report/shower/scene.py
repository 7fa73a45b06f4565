"""What is seen of a history: paths, outlines and points in the cube that is shown."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.records import FloatArray
from scintidot.report.shower.marks import LAST_GENERATION

MOST_SEGMENTS = 60_000
"""That are drawn; of longer histories the first ones."""
VIEW_OF_HOST = 2.0
"""Edge of the view over that of the nanocrystal, where there is a host."""
_CORNERS = np.array(list(product((-1.0, 1.0), repeat=3)))
_FACES = ((0, 1, 3, 2), (4, 5, 7, 6), (0, 1, 5, 4), (2, 3, 7, 6), (0, 2, 6, 4), (1, 3, 7, 5))
_EDGES = [(i, j) for i in range(8) for j in range(i) if np.sum(_CORNERS[i] != _CORNERS[j]) == 1]


@dataclass(frozen=True, eq=False)
class Scene:
    """What is seen. Segments have shape (n, 2, 3) [nm]."""

    centre: FloatArray
    half: float
    segments: FloatArray
    generations: npt.NDArray[np.int64]  # of each segment; those from `LAST_GENERATION` on are one
    steps: npt.NDArray[np.int64]  # number of the point where each segment ends, never falling
    outlines: FloatArray
    cores: FloatArray
    box: FloatArray
    filled: list[FloatArray]  # faces of cubes that kept something, (6, 4, 3) each
    points: FloatArray  # [nm], (points, 3)
    events: npt.NDArray[np.str_]  # of the points; "start" where a primary was born
    inside: npt.NDArray[np.bool_]  # points in the view
    notes: list[str]


def scene_of(document: dict[str, Any], view_nm: float | None = None) -> Scene:
    """What of a ``scintidot.track/1`` document is seen; ``view_nm``: edge of the cube shown, None: as fits."""
    choices, points = document["choices"], _points(document)
    box = choices["box_nm"] or 0.0
    crystals = document["crystals"] or [{"centre_nm": [0.0] * 3, "edges_nm": choices["edges_nm"]}]
    if box and not document["crystals"]:
        crystals = []
    centre, half = _view(choices, crystals, points, box)
    if view_nm is not None:
        half = view_nm / 2
    segments, owners = _segments(points, np.array(document["points"]["electron"]), box)
    notes = []
    segments, kept = clipped(segments, centre, half)
    if len(segments) > MOST_SEGMENTS:
        notes.append(f"Of {len(segments)} pieces of paths the first {MOST_SEGMENTS} are drawn.")
        segments, kept = segments[:MOST_SEGMENTS], kept[:MOST_SEGMENTS]
    inside = np.all(np.abs(points - centre) <= half * (1 + 1e-9), axis=1)
    if not inside.all():
        notes.append(
            f"{(~inside).sum()} of {len(points)} points lie outside the {2 * half:.3g} nm that are shown; paths are "
            "cut off there, and --view-nm shows more."
        )
    generations = np.array(document["points"]["generation"], dtype=int)
    sphere = choices["shape"] == "sphere"
    outlines, cores, filled = [np.empty((0, 2, 3))], [np.empty((0, 2, 3))], []
    for crystal in crystals:
        for at in _images(crystal, box):
            edges = np.array(crystal["edges_nm"])
            outlines.append(_outline(at, edges / 2, sphere))
            if crystal.get("core_nm"):
                cores.append(_outline(at, np.array(crystal["core_nm"]) / 2, sphere))
            corners = at + _CORNERS * edges / 2
            if not sphere and np.all(np.abs(corners - centre) <= half * (1 + 1e-9)):
                filled.append(corners[np.array(_FACES)])
    frame = _outline(np.full(3, box / 2), np.full(3, box / 2), False) if box else np.empty((0, 2, 3))
    return Scene(
        centre, half, segments, np.minimum(generations, LAST_GENERATION)[owners[kept]], owners[kept],
        clipped(np.concatenate(outlines), centre, half)[0], clipped(np.concatenate(cores), centre, half)[0],
        clipped(frame, centre, half)[0], filled, points, _events(document), inside, notes,
    )  # fmt: skip


def _points(document: dict[str, Any]) -> FloatArray:
    columns = document["points"]
    return np.column_stack([columns["x_nm"], columns["y_nm"], columns["z_nm"]]).astype(float).reshape(-1, 3)


def _events(document: dict[str, Any]) -> npt.NDArray[np.str_]:
    """Of the points; where a primary was born: start."""
    columns = document["points"]
    primary = (np.array(columns["generation"]) == 0) & (np.array(columns["event"]) == "born")
    return np.where(primary, "start", columns["event"])


def _view(
    choices: dict[str, Any], crystals: list[dict[str, Any]], points: FloatArray, box: float
) -> tuple[FloatArray, float]:
    """Middle and half edge of the cube that is shown."""
    largest = max(choices["edges_nm"])
    if box:
        whole = np.full(3, box / 2), box / 2
        if not crystals:
            return whole
        at = np.array([crystal["centre_nm"] for crystal in crystals])
        half = float(np.ptp(at, axis=0).max()) / 2 + largest
        if half > box / 3:
            return whole
        return np.clip((at.min(axis=0) + at.max(axis=0)) / 2, half, box - half), half
    if choices["host"] == "vacuum":
        return np.zeros(3), max(0.55 * largest, 1.02 * float(np.abs(points).max(initial=0.0)))
    return np.zeros(3), VIEW_OF_HOST * largest / 2


def _segments(
    points: FloatArray, electron: npt.NDArray[np.int64], box: float
) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """From each point of an electron to its next, and the place of the second; in two parts through walls."""
    order = np.argsort(electron, kind="stable")
    same = electron[order][1:] == electron[order][:-1]
    start, end = order[:-1][same], order[1:][same]
    a, b = points[start], points[end]
    way = b - a
    if box:
        way -= box * np.round(way / box)  # the nearest image
    wrapped = np.any(np.abs(way - (b - a)) > 0.5 * box, axis=1) if box else np.zeros(len(a), dtype=bool)
    segments = np.concatenate([np.stack([a, a + way], axis=1), np.stack([b - way, b], axis=1)[wrapped]])
    owners = np.concatenate([end, end[wrapped]])
    steps = np.argsort(owners, kind="stable")
    return segments[steps], owners[steps]


def clipped(
    segments: FloatArray, centre: FloatArray, half: float
) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """The parts of segments inside a cube, and which they were. [nm], shape (n, 2, 3)

    Liang and Barsky's way: the share of each segment between entering and leaving all three pairs of faces.
    """
    start, way = segments[:, 0] - centre, segments[:, 1] - segments[:, 0]
    still = way == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        near = np.where(still, -np.inf, (-np.sign(way) * half - start) / way)
        far = np.where(still, np.inf, (np.sign(way) * half - start) / way)
    enter = np.maximum(near.max(axis=1, initial=-np.inf), 0.0)
    leave = np.minimum(far.min(axis=1, initial=np.inf), 1.0)
    outside = np.any(still & (np.abs(start) > half), axis=1)
    kept = np.flatnonzero((enter <= leave) & ~outside)
    shares = np.stack([enter[kept], leave[kept]], axis=1)[:, :, None]
    return segments[kept, :1] + shares * way[kept, None], kept


def _images(crystal: dict[str, Any], box: float) -> list[FloatArray]:
    """Centres of a crystal and of its images that reach into the box."""
    at, half = np.array(crystal["centre_nm"]), np.array(crystal["edges_nm"]) / 2
    if not box:
        return [at]
    shifted = [at + shift for shift in product((-box, 0.0, box), repeat=3)]
    return [one for one in shifted if np.all(one + half > 0) and np.all(one - half < box)]


def _outline(at: FloatArray, half: FloatArray, sphere: bool) -> FloatArray:
    """Edges of a cuboid; meridians and parallels of a sphere."""
    if not sphere:
        corners = at + _CORNERS * half
        return np.array([(corners[i], corners[j]) for i, j in _EDGES])
    u = np.linspace(0, 2 * np.pi, 61)
    circles = [
        np.stack([np.cos(u) * np.cos(a), np.cos(u) * np.sin(a), np.sin(u)], axis=1)
        for a in np.arange(6) * np.pi / 6
    ]
    circles += [
        np.stack([np.cos(b) * np.cos(u), np.cos(b) * np.sin(u), np.full_like(u, np.sin(b))], axis=1)
        for b in np.radians([-60, -30, 0, 30, 60])
    ]
    return np.concatenate([at + half * np.stack([c[:-1], c[1:]], axis=1) for c in circles])
