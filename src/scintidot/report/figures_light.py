"""Figures of light: photons against size, and what Auger recombination takes."""

from __future__ import annotations

import numpy as np

from scintidot import variations
from scintidot.bands import Outputs
from scintidot.report.figures_common import Curves, Plot, line, table_of, top
from scintidot.report.style import BLUE, GREEN, GREY, VERMILION, figure, shades
from scintidot.results import Prediction


def intensity_against_volume(prediction: Prediction, curves: Curves) -> Plot:
    """Photons of one nanocrystal and of equal mass (Fig. 3c)."""
    drawing, axes = figure(1, 3, 13, 4.0)
    left, middle, right = axes[0]
    line(left, prediction, curves, "photons_per_nc", BLUE, "")
    left.set(xlabel="edge length [nm]", ylabel="photons per nanocrystal", ylim=(0, None))
    line(middle, prediction, curves, "intensity_ensemble_relative", GREEN, "", lambda edge: edge**3)
    middle.set(xscale="log", xlabel="d³ [nm³]", ylabel="I_ENS of equal mass [relative]")
    middle.set_ylim(0, 1.25 * top(prediction.figures.high["intensity_ensemble_relative"]))
    line(right, prediction, curves, "photons_per_MeV_deposited", VERMILION, "")
    right.set(xlabel="edge length [nm]", ylabel="photons per MeV kept by nanocrystals", ylim=(0, None))
    caption = (
        "Left: photons of one nanocrystal after one event. Middle: the same times the number of nanocrystals of equal "
        "mass, largest row = 1, the definition behind Fig. 3c of Fratelli 2024; it counts every nanocrystal of the "
        "sample as hit once and so favours small ones, while the measured intensity there follows the quantum yield. "
        "Right: photons per energy kept, for equal absorbed dose: a larger crystal takes more energy per event, so "
        "fewer of them take part. Shaded: band of the estimates."
    )
    keys = ["photons_per_nc", "intensity_ensemble_relative", "photons_per_MeV_deposited"]
    table = table_of(
        prediction.edge_length, prediction.edge_length**3, *(prediction.figures.central[key] for key in keys)
    )
    return Plot(
        "intensity",
        "Light against size",
        drawing,
        caption,
        ["edge_length_nm", "d3_nm3", *keys],
        table,
    )


def _bound_in_words(family: Outputs) -> str:
    """What Auger recombination does to formula and bound, in numbers, at xi = 0.5."""
    middle = variations.FAMILY_RETAINED_FRACTIONS.index(0.5)
    parts = []
    for mean in (0.8, 2.3):
        row = variations.FAMILY_MEAN_EXCITONS.index(mean)
        ends = {key: family[key][middle, row, [0, -1]] for key in ("formula", "cramer_rao")}
        parts.append(
            f"at ⟨N⟩ = {mean:g} from {ends['cramer_rao'][0]:.3g} to {ends['cramer_rao'][1]:.3g} ps between Φ_AR = 0 "
            f"and 0.99, while the formula says {ends['formula'][0]:.3g} and {ends['formula'][1]:.3g} ps"
        )
    return "; ".join(parts)


def auger_family(prediction: Prediction) -> Plot:
    """tau, I_NC and CTR_NC against Phi_AR (Fig. 1a)."""
    statistics, model = variations.family_statistics(prediction.config), prediction.choices["kinetics"]
    timing = prediction.config.timing
    response = timing.response_fwhm_ps
    family = variations.auger_family(prediction.config)
    drawing, axes = figure(4, 3, 11, 11.2)
    colours = shades(len(variations.FAMILY_MEAN_EXCITONS))
    phi = family["auger_efficiency"]
    for column, retained in enumerate(variations.FAMILY_RETAINED_FRACTIONS):
        for row, mean in enumerate(variations.FAMILY_MEAN_EXCITONS):
            style = {"color": colours[row], "lw": 1.6}
            axes[0, column].plot(phi, family["harmonic"][column, row] / 1e3, label=f"{mean:g}", **style)
            axes[0, column].plot(phi, family["instrument"][column, row] / 1e3, ls=":", **style)
            axes[1, column].plot(phi, family["photons"][column, row], **style)
            axes[2, column].plot(phi, family["ctr_nc"][column, row], **style)
            axes[3, column].plot(phi, family["formula"][column, row], ls=":", **style)
            axes[3, column].plot(phi, family["cramer_rao"][column, row], **style)
        own = prediction.figures.central["auger_efficiency"]
        for axis in axes[:, column]:
            axis.axvspan(own.min(), own.max(), color=GREY, alpha=0.15, lw=0, zorder=0)
        axes[0, column].set(title=f"ξ = {retained:g}", ylim=(0, 10.5))
        axes[1, column].set(ylim=(0, 1.05 * family["photons"].max()))
        axes[2, column].set(ylim=(0, 1.05 * family["ctr_nc"].max()))
        axes[3, column].set(ylim=(0, 1.05 * family["cramer_rao"].max()), xlabel="Φ_AR")
    axes[0, 0].set_ylabel("τ [ns]: harmonic (line),\ninstrument (dots)")
    axes[1, 0].set_ylabel("I_NC [photons]")
    axes[2, 0].set_ylabel("CTR_NC [ps^½]")
    axes[3, 0].set_ylabel("CTR [ps]: bound (line),\nformula (dots)")
    drawing.legend(
        *axes[0, 0].get_legend_handles_labels(),
        title="⟨N⟩",
        ncols=7,
        loc="outside lower center",
        frameon=False,
    )
    caption = (
        f"One nanocrystal against Auger efficiency, model {model}, statistics {statistics}, Φ_X = 1, k_X = "
        f"{variations.FAMILY_EXCITON_RATE:g}/ps; "
        "ξ is the share of Auger events that do not ionise. The harmonic lifetime falls steadily and CTR_NC = "
        "sqrt(τ_harmonic/I_NC) = F(0)^-½ does not depend on Auger recombination at all. What an instrument of "
        f"{response:g} ps reads (dots) leaves it where the biexciton becomes faster than the response, and can turn "
        f"upward. Last row: {variations.FAMILY_NANOCRYSTALS} nanocrystals hit at once, all light detected, rise time "
        f"{timing.rise_time_ps:g} ps, jitter {timing.jitter_sigma_ps:g} ps (standard deviation). The formula does not "
        "move with Φ_AR, since it knows only F(0); the bound of what any estimator can reach rises, because a decay "
        "that is faster than the jitter loses photons without gaining sharpness: "
        f"{_bound_in_words(family)}. Grey: where the sizes of this run lie. Compare Fig. 1a of Fratelli 2024."
    )
    middle = variations.FAMILY_RETAINED_FRACTIONS.index(0.5)
    chosen = [int(np.argmin(np.abs(phi - value))) for value in (0.0, 0.5, 0.9, 0.99)]
    keys = ["harmonic", "instrument", "photons", "ctr_nc", "formula", "cramer_rao"]
    table = [
        [mean, float(phi[i]), *(float(family[key][middle, row, i]) for key in keys)]
        for row, mean in enumerate(variations.FAMILY_MEAN_EXCITONS)
        for i in chosen
    ]
    columns = ["mean_excitons", "auger_efficiency", "harmonic_ps", "instrument_ps", "photons", "ctr_nc",
               "ctr_formula_ps", "ctr_cramer_rao_ps"]  # fmt: skip
    return Plot(
        "family",
        "What Auger recombination does (ξ = 0.5 in the table)",
        drawing,
        caption,
        columns,
        table,
    )
