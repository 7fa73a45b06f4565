"""What a card says against size and energy, as panels that any surface can draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.materials.nanocrystal import YieldPoints
from scintidot.measured.panels import Panel, Series
from scintidot.records import FloatArray

POINTS = 200
EDGE = "edge length [nm]"
Law = Callable[[FloatArray], FloatArray]


def law_panels(names: Sequence[str | Path]) -> list[Panel]:
    """Gap, quantum yield, Auger lifetime and pair creation energy against size, and the loss function.

    ``names`` are those of shipped materials, or paths of cards. Each panel holds the curves of all that have such a
    law; with several, the name of each stands before its own. Sizes reach from the smallest to the largest that a card
    allows; grey: its published range.
    """
    materials = [load_material(name, where="materials show", who="NAME|FILE") for name in names]
    panels = [
        _against_size(
            materials, "Gap", "gap [eV]", "Sizing curve; dashed: the gap of the bulk.", _gap, dashed=_bulk_gap
        ),
        _against_size(
            materials, "Quantum yield of the single exciton", "Φ_X", "Share of single excitons that emit.", _yield
        ),
        _against_size(
            materials, "Auger lifetime of the biexciton", "1/k_AR [ps]",
            "Every law of the card; the first one named is its default.", _auger, log=True,
        ),
        _against_size(
            materials, "Energy per electron-hole pair", "ε [eV]", "Every law of the card, at the gap above.", _pairs
        ),
        _loss(materials),
    ]  # fmt: skip
    return [panel for panel in panels if panel.series]


def _against_size(
    materials: Sequence[Material],
    title: str,
    y_label: str,
    caption: str,
    laws: Callable[[Material], Iterator[tuple[str, Law]]],
    *,
    dashed: Callable[[Material], float | None] = lambda _: None,
    log: bool = False,
) -> Panel:
    series, marks = [], []
    for material in materials:
        sizes, drawn = material.card.sizes, list(laws(material))
        if sizes is None or not drawn:
            continue
        edge = np.geomspace(sizes.smallest.value, sizes.largest.value, POINTS)
        for label, law in drawn:
            series.append(Series(_named(material, materials, label), edge, law(edge), style="line"))
        bulk = dashed(material)
        if bulk is not None:
            series.append(Series("", edge[[0, -1]], np.full(2, bulk), style="dashed"))
        published = (sizes.published_smallest.value, sizes.published_largest.value)
        marks.append((*published, "published" if len(materials) == 1 else f"published, {material.name}"))
    return Panel(title, EDGE, y_label, caption, tuple(series), log_x=log, log_y=log, marks=tuple(marks))


def _named(material: Material, materials: Sequence[Material], label: str) -> str:
    return label if len(materials) == 1 else f"{material.name}, {label}"


def _gap(material: Material) -> Iterator[tuple[str, Law]]:
    if material.card.sizing_curve is not None:
        yield "sizing curve", material.card.sizing_curve


def _bulk_gap(material: Material) -> float | None:
    return None if material.card.band_gap is None else material.card.band_gap.value


def _yield(material: Material) -> Iterator[tuple[str, Law]]:
    law = material.card.quantum_yield
    if law is not None:
        yield "points of samples" if isinstance(law, YieldPoints) else f"{law.form} law", law


def _auger(material: Material) -> Iterator[tuple[str, Law]]:
    auger = material.card.auger
    if auger is not None:
        for name in sorted(auger.laws, key=lambda name: name != auger.default):
            yield name, auger.laws[name]


def _pairs(material: Material) -> Iterator[tuple[str, Law]]:
    curve = material.card.sizing_curve
    if curve is not None:
        for name, law in material.card.pair_creation.items():
            yield name, lambda edge, law=law: law(curve(edge))  # type: ignore[misc]


def _loss(materials: Sequence[Material]) -> Panel:
    series, marks = [], []
    for material in materials:
        loss = material.energy_loss
        if loss is None:
            continue
        seen = loss.loss > 0
        series.append(
            Series(_named(material, materials, "Im(-1/ε)"), loss.energy[seen], loss.loss[seen], style="line")
        )
        if len(materials) == 1:
            marks = _provenance_marks(loss.energy, loss.provenance)
    return Panel(
        "Energy-loss function", "energy [eV]", "Im(-1/ε)",
        "At zero momentum transfer. Dotted: where the table goes over to another provenance.", tuple(series),
        log_x=True, log_y=True, marks=tuple(marks),
    )  # fmt: skip


def _provenance_marks(energy: FloatArray, words: Sequence[str]) -> list[tuple[float, float, str]]:
    """Where each stretch of one provenance begins."""
    starts = [0, *(i for i in range(1, len(words)) if words[i] != words[i - 1])]
    return [(float(energy[i]), float(energy[i]), words[i]) for i in starts] if len(starts) > 1 else []
