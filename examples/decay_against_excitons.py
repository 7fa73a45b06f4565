"""Decay against the mean number of excitons

The more pairs an event makes, the faster the light begins: trions and multi-excitons, which Auger recombination
shortens. The tail is that of the single exciton in every case. Exact model `carriers`, no instrument response.
"""

import numpy as np

from scintidot.excitons.distribution import pair_distribution
from scintidot.kinetics.exact import ExactDecay, exact_rates
from scintidot.report.style import figure, settings, shades

MEANS = [0.1, 0.3, 1, 2, 4]
EXCITON_RATE = 1e-4  # 1/ps: 10 ns
AUGER_EFFICIENCY = 0.98
auger_rate = 4 * EXCITON_RATE * AUGER_EFFICIENCY / (1 - AUGER_EFFICIENCY)
rates = exact_rates(
    exciton_rate=EXCITON_RATE, quantum_yield=0.9, auger_rate=auger_rate, retained_fraction=0.5
)
time = np.concatenate([[0.0], np.geomspace(1, 4e4, 300)])

with settings():
    drawing, ((early, whole),) = figure(1, 2, 9, 4)
    for mean, colour in zip(MEANS, shades(len(MEANS)), strict=True):
        rate = ExactDecay("carriers", rates, pair_distribution(mean, "poisson")).curve(time)
        early.semilogy(time, rate / rate[0], color=colour, label=f"{mean:g}")
        whole.semilogy(time / 1e3, rate / rate[0], color=colour)
    early.set(xlim=(0, 500), ylim=(3e-3, 1.1), xlabel="time [ps]", ylabel="F(t)/F(0)")
    whole.set(xlim=(0, 40), ylim=(1e-4, 1.1), xlabel="time [ns]")
    early.legend(title="⟨N⟩", ncols=2)
    drawing.savefig("decay-against-excitons.png", dpi=150)
