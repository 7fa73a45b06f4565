"""The shower of one history in space: a picture, or a page that can be turned and stepped through."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.records import FloatArray
from scintidot.report.style import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION, settings
from scintidot.report.templates import render
from scintidot.results import as_text, write_text, write_together

GENERATION_COLOURS = ("#000000", BLUE, VERMILION, GREEN, ORANGE, PURPLE)
"""Of the primary, of electrons that it set free, and so on; the last stands for all later ones."""


@dataclass(frozen=True)
class Mark:
    """How a kind of event is drawn."""

    word: str
    symbol: str  # of matplotlib
    symbol_of_page: str  # of plotly
    size: float  # diameter [points]
    filled: bool = True


MARKS = {
    "start": Mark("start of the primary", "*", "circle-open", 9.0),
    "phonon": Mark("phonon", ".", "circle", 1.6),
    "ionised": Mark("ionisation", "o", "circle", 3.0),
    "stopped": Mark("electron stops", "s", "square", 3.4, filled=False),
    "left": Mark("electron escapes", "^", "diamond", 6.0),
    "given_up": Mark("cannot come back", "x", "x", 4.5),
}
"""Drawn in this order."""
OUTLINE, FACE = "#333333", "#56B4E9"
MOST_STEPS = 400
"""Of the slider."""
MOST_SEGMENTS = 60_000
"""That are drawn; of longer histories the first ones."""
MOST_LABELS, LOWEST_LABEL = 4, 50.0
"""Escaping electrons whose energy [eV] is written beside them."""
MANY = 1500
"""Segments from which on lines are thin."""
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
    generations: npt.NDArray[np.int64]  # of each segment
    outlines: FloatArray
    cores: FloatArray
    box: FloatArray
    filled: list[FloatArray]  # faces of cubes that kept something, (6, 4, 3) each
    inside: npt.NDArray[np.bool_]  # points in the view
    notes: list[str]


def draw_shower(document: dict[str, Any], path: Path, view_nm: float | None = None) -> list[str]:
    """Draw ``scintidot.track/1`` into a .png, .svg, .pdf or .html; returns what the picture leaves out.

    Raises
    ------
    CannotWrite
        If the file cannot be written; nothing is left half done.
    """
    scene = _scene(document, view_nm)
    kind = path.suffix.lower()
    if kind == ".html":
        write = partial(_write_page, document=document, scene=scene)
    else:
        metadata = {".png": {"Software": None}, ".svg": {"Date": None, "Creator": None}}.get(
            kind, {"Creator": None, "Producer": None, "CreationDate": None}
        )
        write = partial(_write_picture, document=document, scene=scene, kind=kind[1:], metadata=metadata)
    write_together(path.parent, {path.name: write}, "--out")
    return scene.notes


def _events(document: dict[str, Any]) -> npt.NDArray[np.str_]:
    """Of the points; where a primary was born: start."""
    columns = document["points"]
    primary = (np.array(columns["generation"]) == 0) & (np.array(columns["event"]) == "born")
    return np.where(primary, "start", columns["event"])


# --- what is seen -----------------------------------------------------------------------------------------


def _points(document: dict[str, Any]) -> FloatArray:
    columns = document["points"]
    return np.column_stack([columns["x_nm"], columns["y_nm"], columns["z_nm"]]).astype(float).reshape(-1, 3)


def _scene(document: dict[str, Any], view_nm: float | None) -> Scene:
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
        centre, half, segments, np.array(document["points"]["generation"], dtype=int)[owners[kept]],
        clipped(np.concatenate(outlines), centre, half)[0], clipped(np.concatenate(cores), centre, half)[0],
        clipped(frame, centre, half)[0], filled, inside, notes,
    )  # fmt: skip


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


# --- words ------------------------------------------------------------------------------------------------


def _energy(value: float) -> str:
    return f"{as_text(value / 1e3, 3)} keV" if value >= 1e3 else f"{as_text(value, 3)} eV"


def _title(document: dict[str, Any]) -> str:
    choices = document["choices"]
    edges = choices["edges_nm"]
    size = f"{edges[0]:g}" if len(set(edges)) == 1 else "x".join(f"{edge:g}" for edge in edges)
    kind = f"{choices['material']}/{choices['shell']}" if choices["shell"] else choices["material"]
    first = f"{_energy(document['books']['primary_eV'])} {choices['particle']}"
    body = f"{kind} {choices['shape']} of {size} nm in {choices['host']}"
    if choices["box_nm"]:
        body = (
            f"{choices['crystals_in_box']} {kind} {choices['shape']}s of {size} nm in {choices['host']}, "
            f"box of {choices['box_nm']:g} nm"
        )
    return f"{first}, {body}"


def _books(document: dict[str, Any]) -> str:
    books = document["books"]
    parts = [f"deposit {_energy(books['deposit_eV'])}"]
    if books["pairs"] is not None:
        parts.append(f"{books['pairs']} pair{'s' if books['pairs'] != 1 else ''}")
    parts += [
        f"{word} {_energy(books[key])}"
        for word, key in (
            ("escaped", "escaped_eV"), ("in the host", "host_deposit_eV"), ("work at surfaces", "surface_work_eV"),
        )
        if key == "escaped_eV" or books[key] != 0
    ]  # fmt: skip
    return " · ".join(parts)


def _which(document: dict[str, Any]) -> str:
    return f"seed {document['seed']}, history {document['history']}"


def _generation_word(generation: int) -> str:
    last = len(GENERATION_COLOURS) - 1
    words = {0: "primary electron", 1: "1st generation", 2: "2nd generation", 3: "3rd generation"}
    return (
        f"{last}th and later" if generation >= last else words.get(generation, f"{generation}th generation")
    )


# --- picture ----------------------------------------------------------------------------------------------


def _write_picture(
    path: Path, *, document: dict[str, Any], scene: Scene, kind: str, metadata: dict[str, Any]
) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection

    with settings():
        drawing = Figure(figsize=(9.2, 7.6))
        drawing.set_layout_engine("none")
        FigureCanvasAgg(drawing)
        axes: Any = drawing.add_axes((-0.02, 0.0, 0.86, 0.92), projection="3d", computed_zorder=False)
        for faces in scene.filled:
            axes.add_collection3d(
                Poly3DCollection(faces, facecolors=FACE, alpha=0.05, linewidths=0, zorder=1)
            )
        for lines, colour, width, style in (
            (scene.outlines, OUTLINE, 0.9 if document["choices"]["shape"] != "sphere" else 0.35, "-"),
            (scene.cores, GREY, 0.5, "--"),
            (scene.box, GREY, 0.8, ":"),
        ):
            if len(lines):
                axes.add_collection3d(
                    Line3DCollection(
                        lines, colors=colour, linewidths=width, linestyles=style, alpha=0.8, zorder=2
                    )
                )
        last = len(GENERATION_COLOURS) - 1
        drawn = np.minimum(scene.generations, last)
        many = len(scene.segments) > MANY
        for generation in range(last, -1, -1):
            chosen = scene.segments[drawn == generation]
            if len(chosen):
                axes.add_collection3d(
                    Line3DCollection(
                        chosen, colors=GENERATION_COLOURS[generation],
                        alpha=1.0 if generation == 0 else 0.5 if many else 0.85,
                        linewidths=2.2 if generation == 0 else 0.6 if many else 1.0,
                        zorder=3 + (last - generation) / 10,
                    )
                )  # fmt: skip
        present = _marks(axes, document, scene)
        _labels(axes, document, scene)
        _axes(axes, scene)
        _legend(drawing, drawn, present)
        drawing.text(0.03, 0.96, _title(document), fontsize=13, va="center")
        drawing.text(0.03, 0.92, _books(document), fontsize=11, va="center")
        drawing.text(0.03, 0.025, _which(document), fontsize=9, color=GREY)
        if scene.notes:
            drawing.text(0.97, 0.025, scene.notes[-1].split(";")[0], fontsize=9, color=GREY, ha="right")
        drawing.savefig(path, format=kind, dpi=130, metadata=metadata)


def _marks(axes: Any, document: dict[str, Any], scene: Scene) -> list[str]:
    """Draw what happened; returns the kinds that are seen."""
    points, events = _points(document), _events(document)
    generation = np.minimum(document["points"]["generation"], len(GENERATION_COLOURS) - 1)
    present = []
    for event, mark in MARKS.items():
        chosen = (events == event) & scene.inside
        if not chosen.any():
            continue
        present.append(event)
        colours = np.array(GENERATION_COLOURS)[generation[chosen]]
        looks: dict[str, Any] = {"c": colours}
        if not mark.filled:
            looks = {"facecolors": "white", "edgecolors": colours}
        axes.scatter(
            *points[chosen].T, s=mark.size**2, marker=mark.symbol, linewidths=0.7 if not mark.filled else 0.4,
            depthshade=False, alpha=0.95, zorder=5, **looks,
        )  # fmt: skip
    return present


def _labels(axes: Any, document: dict[str, Any], scene: Scene) -> None:
    """Energies of the fastest electrons that escape."""
    from matplotlib.patheffects import withStroke

    columns, points = document["points"], _points(document)
    energy = np.array(columns["energy_eV"])
    chosen = np.flatnonzero((np.array(columns["event"]) == "left") & scene.inside & (energy > LOWEST_LABEL))
    for k in sorted(chosen, key=lambda k: -energy[k])[:MOST_LABELS]:
        axes.text(
            *points[k], f"  {_energy(float(energy[k]))}", fontsize=9, color="#222222", zorder=6,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )  # fmt: skip


def _axes(axes: Any, scene: Scene) -> None:
    from matplotlib.ticker import MaxNLocator

    low, high = scene.centre - scene.half, scene.centre + scene.half
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), zlim=(low[2], high[2]))
    axes.set(xlabel="x [nm]", ylabel="y [nm]", zlabel="z [nm]")
    axes.set_box_aspect((1, 1, 1), zoom=1.0)
    axes.view_init(elev=20, azim=-58)
    axes.tick_params(labelsize=8.5, pad=1)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_major_locator(MaxNLocator(6, steps=(1, 2, 5, 10)))
        axis.set_pane_color((1, 1, 1, 0))
        axis.line.set_color("#999999")
        axis._axinfo["grid"].update(color="#e4e4e4", linewidth=0.6)


def _legend(drawing: Any, generations: npt.NDArray[np.int64], present: list[str]) -> None:
    from matplotlib.lines import Line2D

    lines = [
        Line2D([], [], color=GENERATION_COLOURS[g], lw=2, label=_generation_word(int(g)))
        for g in np.unique(generations)
    ]
    marks = [
        Line2D(
            [], [], color=GREY, lw=0, marker=MARKS[event].symbol, ms=max(MARKS[event].size * 1.5, 5),
            mfc=GREY if MARKS[event].filled else "white", label=MARKS[event].word,
        )
        for event in present
    ]  # fmt: skip
    drawing.legend(handles=[*lines, *marks], loc="upper right", bbox_to_anchor=(0.995, 0.87))


# --- page -------------------------------------------------------------------------------------------------


def _write_page(path: Path, *, document: dict[str, Any], scene: Scene) -> None:
    import plotly.io

    to_html: Any = plotly.io.to_html
    text = to_html(
        _figure_of_page(document, scene), full_html=False, include_plotlyjs=True, validate=False,
        config={"displaylogo": False, "responsive": True}, default_height="100%",
        div_id="shower",
    )  # fmt: skip
    title = f"{_title(document)}: {_which(document)}"
    shown = {**document, "notes": scene.notes}
    write_text(path, render("shower.html", title=title, books=_books(document), svg=text, document=shown))


def _joined(segments: FloatArray) -> dict[str, list[float | None]]:
    """Segments as one line with gaps, for plotly."""
    found: dict[str, list[float | None]] = {}
    for axis, name in enumerate("xyz"):
        column: list[float | None] = []
        before = None
        for start, end in segments.round(4):
            if before is None or tuple(start) != before:
                column += [None, float(start[axis])] if column else [float(start[axis])]
            column.append(float(end[axis]))
            before = tuple(end)
        found[name] = column
    return found


def _figure_of_page(document: dict[str, Any], scene: Scene) -> dict[str, Any]:
    """The figure as plotly reads it."""
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter3d", "mode": "lines", **_joined(lines), "name": name, "hoverinfo": "skip",
            "line": {"color": colour, "width": width, "dash": dash},
        }
        for lines, name, colour, width, dash in (
            (scene.outlines, "nanocrystal", OUTLINE, 2, "solid"),
            (scene.cores, "core", GREY, 2, "dash"),
            (scene.box, "box", GREY, 2, "dot"),
        )
        if len(lines)
    ]  # fmt: skip
    last = len(GENERATION_COLOURS) - 1
    drawn = np.minimum(scene.generations, last)
    traces += [
        {
            "type": "scatter3d", "mode": "lines", **_joined(scene.segments[drawn == g]), "hoverinfo": "skip",
            "name": _generation_word(int(g)),
            "line": {"color": GENERATION_COLOURS[g], "width": 5 if g == 0 else 2.5},
        }
        for g in np.unique(drawn)
    ]  # fmt: skip
    columns, points = document["points"], _points(document).round(4)
    events = _events(document)
    words = [
        f"{event.replace('_', ' ')}, {_energy(energy)}<br>electron {electron}, generation {generation}<br>step {step}"
        for step, (event, energy, electron, generation) in enumerate(
            zip(
                columns["event"],
                columns["energy_eV"],
                columns["electron"],
                columns["generation"],
                strict=True,
            )
        )
    ]
    for event, mark in MARKS.items():
        chosen = np.flatnonzero((events == event) & scene.inside)[:MOST_SEGMENTS]
        if not len(chosen):
            continue
        x, y, z = points[chosen].T.tolist()
        colours = [GENERATION_COLOURS[min(columns["generation"][k], last)] for k in chosen]
        traces.append(
            {
                "type": "scatter3d", "mode": "markers", "x": x, "y": y, "z": z, "name": mark.word,
                "text": [words[k] for k in chosen], "hovertemplate": "%{text}<extra></extra>",
                "marker": {"color": colours, "symbol": mark.symbol_of_page, "size": mark.size},
            }
        )  # fmt: skip
    shown = np.flatnonzero(scene.inside)
    if len(shown) > MOST_STEPS:
        told = shown[np.isin(events[shown], ("scattered", "phonon"), invert=True)]
        shown = told if len(told) else shown
    shown = shown[np.unique(np.linspace(0, len(shown) - 1, min(len(shown), MOST_STEPS)).astype(int))]
    steps: list[dict[str, Any]] = []
    first: dict[str, list[Any]] = {}
    for k in shown:
        at: dict[str, list[list[Any]]] = {
            name: [[value]] for name, value in zip("xyz", points[k].tolist(), strict=True)
        }
        at["text"] = [[words[k]]]
        steps.append({"method": "restyle", "label": str(k), "args": [at, [len(traces)]]})
        first = first or {name: value[0] for name, value in at.items()}
    if steps:
        traces.append(
            {
                "type": "scatter3d", "mode": "markers+text", **first, "name": "step", "textposition": "top right",
                "hoverinfo": "skip",
                "marker": {"color": "rgba(230,159,0,0.35)", "size": 14, "line": {"color": "#000000", "width": 2}},
            }
        )  # fmt: skip
    low, high = scene.centre - scene.half, scene.centre + scene.half
    axis = {"backgroundcolor": "white", "gridcolor": "#e4e4e4", "zerolinecolor": "#e4e4e4"}
    return {
        "data": traces,
        "layout": {
            "margin": {"l": 0, "r": 0, "t": 10, "b": 0},
            "legend": {"itemsizing": "constant"},
            "scene": {
                "aspectmode": "cube",
                "camera": {"eye": {"x": 0.9, "y": -1.75, "z": 0.75}},
                **{
                    f"{name}axis": {**axis, "title": {"text": f"{name} [nm]"}, "range": [float(a), float(b)]}
                    for name, a, b in zip("xyz", low, high, strict=True)
                },
            },
            "sliders": [{"steps": steps, "currentvalue": {"prefix": "step "}, "pad": {"t": 10, "b": 10}}],
        },
    }
