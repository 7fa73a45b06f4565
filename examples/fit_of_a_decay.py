"""Fit of a decay, with residuals

A histogram that the virtual laboratory counts photon by photon, with its instrument response, and the kinetic model
fitted to it: ⟨N⟩ and rates with their errors. `write_report` makes a page of the same, with more figures.
"""

import scintidot
from scintidot.measured.laboratory.tcspc import simulate_tcspc
from scintidot.report.style import BLUE, GREY, VERMILION, figure, settings

truth = {"mean_excitons": 1.2, "auger_efficiency": 0.95, "exciton_rate": 1 / 6000}
simulate_tcspc("lab", model="paper", counts=2e5, bins=2048, **truth)

found = scintidot.analyse_decay("lab/decay.csv", irf="lab/irf.csv", model="paper")
curves = {curve["series"]: (curve["x"], curve["y"]) for curve in found.curves()[:4]}

with settings():
    drawing, ((counts,), (residuals,)) = figure(2, 1, 8, 5)
    counts.get_gridspec().set_height_ratios([3, 1])
    counts.semilogy(*curves["data"], ".", ms=2, color=GREY, label="counts")
    counts.semilogy(*curves["response"], color=BLUE, lw=1, label="response")
    counts.semilogy(*curves["fit"], color=VERMILION, label="fit")
    counts.set(ylabel="counts in a bin", ylim=(0.5, None), title=found.answer.split(". ")[0])
    counts.legend()
    residuals.plot(*curves["residuals"], ".", ms=2, color=GREY)
    residuals.axhline(0, color=VERMILION, lw=1)
    residuals.set(xlabel="time [ns]", ylabel="residual [σ]", ylim=(-5, 5))
    residuals.sharex(counts)
    drawing.savefig("fit-of-a-decay.png", dpi=150)
