"""Carriers beside the paper's model

Photons and harmonic lifetime against the mean number of excitons, by the exact model of electrons and holes and by
one that counts every N ≥ 2 as one biexciton, as Fratelli et al. (2024) do.
"""

import numpy as np

import scintidot
from scintidot.report.style import BLUE, VERMILION, figure, settings

means = np.geomspace(0.05, 3, 25)
models = {"carriers": BLUE, "poisson-biexciton": VERMILION}

with settings():
    drawing, ((left, right),) = figure(1, 2, 9, 4)
    for model, colour in models.items():
        answers = [
            scintidot.nanocrystal_kinetics(model=model, mean_excitons=mean, auger_efficiency=0.95)
            for mean in means
        ]
        left.plot(means, [answer["photons"] for answer in answers], color=colour, label=model)
        right.plot(means, [answer["tau_ps"]["harmonic"] / 1e3 for answer in answers], color=colour)
    left.set(xscale="log", xlabel="mean excitons ⟨N⟩", ylabel="photons per event")
    right.set(xscale="log", yscale="log", xlabel="mean excitons ⟨N⟩", ylabel="harmonic lifetime [ns]")
    left.legend(title="model")
    drawing.savefig("models-side-by-side.png", dpi=150)
