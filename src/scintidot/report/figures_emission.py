"""Figure of the light by transition, and of its spectrum."""

from __future__ import annotations

import numpy as np

from scintidot.report.figures_common import Plot
from scintidot.report.figures_sensitivity import middle_row
from scintidot.report.style import BLUE, GREEN, ORANGE, PURPLE, VERMILION, figure
from scintidot.results import Prediction

EARLY, LATE = 1.0, 2e4
"""Times [ps] of the two spectra beside that of all light."""


def emission(prediction: Prediction) -> Plot:
    """Photons by transition against size, and spectra at the size that anchors the light yield."""
    light = prediction.emission
    assert light is not None
    data = prediction.to_xarray()
    names = [str(name) for name in data["transition"].values]
    drawing, ((left, right),) = figure(1, 2, 11, 4.0)
    base = np.zeros(len(light.edge_length))
    order = np.argsort(light.edge_length)
    share = light.photons / light.photons.sum(axis=1, keepdims=True)
    for k, colour in enumerate((BLUE, ORANGE, VERMILION, GREEN, PURPLE)):
        top = base + share[:, k]
        left.fill_between(
            light.edge_length[order], base[order], top[order], color=colour, alpha=0.8, lw=0, label=names[k]
        )
        base = top
    left.set(xlabel="edge length [nm]", ylabel="share of the photons", ylim=(0, 1))
    left.legend(title="transition", ncols=5, loc="lower left", bbox_to_anchor=(0, 1), fontsize=8.5)
    index = middle_row(prediction)
    spectra = {
        "all light": data["spectrum"].values[index],
        f"at {EARLY:g} ps": _at(data, index, EARLY),
        f"at {LATE / 1e3:g} ns": _at(data, index, LATE),
    }
    for (label, curve), style in zip(spectra.items(), ("-", "--", ":"), strict=True):
        right.plot(light.energy, curve / curve.max(), style, label=label)
    right.set(xlabel="photon energy [eV]", ylabel="photons per energy, highest = 1", ylim=(0, None))
    right.legend(title=f"{light.edge_length[index]:g} nm")
    rows = [light.row(i) for i in range(len(light.edge_length))]
    caption = (
        "Left: which transitions the photons come from; X and XX of neutral nanocrystals, trions of charged ones, "
        "n >= 3 all with three or more carriers of a kind. Right: emission spectrum, and what a streak camera would "
        "see early and late: multi-excitons lie below the exciton by the shift of the card, an estimate with its "
        "band. The spectra of all sizes and times are in result.nc."
    )
    keys = ["mean_energy_eV", "peak_eV", "width_fwhm_eV", "peak_nm"]
    table = [
        [float(edge), *(row[key] for key in keys), *row["photons_by_transition"].values()]
        for edge, row in zip(light.edge_length, rows, strict=True)
    ]
    columns = ["edge_length_nm", *keys, *(f"photons {name}" for name in names)]
    return Plot("emission", "Transitions and spectrum", drawing, caption, columns, table)


def _at(data: object, index: int, time: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Spectrum of one size at the time nearest to ``time`` [ps]."""
    chosen = data["time_resolved_spectrum"][index].sel(later_time=time, method="nearest")  # type: ignore[index]
    return np.asarray(chosen.values)
