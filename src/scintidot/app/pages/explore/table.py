"""The figures of page Explore as a table: the current ones, and pinned ones with their differences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from scintidot.app.pages.explore.names import UNPIN
from scintidot.app.shared import spoken
from scintidot.output import as_text

Document = Mapping[str, Any]
ROWS = {
    "deposit [eV]": "figures.mean_deposit_eV",
    "energy of a pair [eV]": "figures.pair_creation_energy_eV",
    "⟨N⟩": "figures.mean_excitons",
    "Φ_AR": "figures.auger_efficiency",
    "Φ_X": "figures.quantum_yield",
    "photons per NC": "figures.photons_per_nc",
    "τ harmonic [ps]": "figures.tau_ps.harmonic",
    "τ instrument [ps]": "figures.tau_ps.instrument",
    "τ mean photon time [ps]": "figures.tau_ps.mean_photon_time",
    "τ one over e [ps]": "figures.tau_ps.one_over_e",
    "light yield [photons/MeV]": "figures.light_yield_photons_per_MeV",
    "CTR formula [ps]": "figures.ctr_ps.formula",
    "CTR Cramér-Rao [ps]": "figures.ctr_ps.cramer_rao",
    "I_ENS [photons/g]": "figures.intensity_per_gram",
    "I_ENS/known sample": "figures.intensity_ensemble_over_known_sample",
    "emission peak [nm]": "emission.peak_nm",
    "emission width [eV]": "emission.width_fwhm_eV",
}
"""Heading -> place in ``scintidot.explore/1``."""


def table(shown: Sequence[tuple[str, Document]], labels: Sequence[str]) -> Component:
    """A row for each figure; ``labels`` says of each pin what sets it apart."""
    first = shown[0][1]
    head = [html.Th("", scope="col"), html.Th("now", scope="col")]
    for index, ((name, _), label) in enumerate(zip(shown[1:], labels, strict=True)):
        unpin = html.Button(
            "×",
            id={"type": UNPIN, "index": index},
            type="button",
            title=f"Unpin {name}",
            **spoken(f"Unpin {name}"),
        )
        head.append(html.Th([html.Span([name, " ", unpin]), html.Small(label)], scope="col"))
    body = [
        html.Tr(
            [
                html.Th(heading, scope="row"),
                html.Td(as_text(value_at(first, place), 4), className="number"),
                *(
                    html.Td(
                        [
                            as_text(value_at(document, place), 4),
                            " ",
                            html.Small(difference(value_at(document, place), value_at(first, place))),
                        ],
                        className="number",
                    )
                    for _, document in shown[1:]
                ),
            ]
        )
        for heading, place in ROWS.items()
    ]
    kind = "explore-table many" if len(shown) > 2 else "explore-table"
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className=kind)


def value_at(document: Document, place: str) -> float | None:
    """The number at a dotted place; None where there is none."""
    value: Any = document
    for part in place.split("."):
        value = None if value is None else value[part]
    return None if value is None else float(value)


def difference(value: float | None, now: float | None) -> str:
    """How far a pinned figure lies from the current one.

    >>> difference(110.0, 100.0), difference(300.0, 100.0), difference(1.0, 1.0), difference(None, 1.0)
    ('+10 %', '×3', '=', '')
    """
    if value is None or now is None or not now or not math.isfinite(value / now):
        return ""
    ratio = value / now
    if abs(ratio - 1) < 5e-4:
        return "="
    return f"×{ratio:.3g}" if ratio >= 2 or ratio <= 0.5 else f"{100 * (ratio - 1):+.2g} %"
