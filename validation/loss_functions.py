"""Loss functions of the shipped materials: mean excitation energies and highest losses."""

from __future__ import annotations

import numpy as np

from scintidot.materials.library import load_material, material_names
from validation.case import Case, Row

ICRU_37 = {  # [eV], M. J. Berger and S. M. Seltzer in ICRU Report 37 (1984)
    "Si": 173.0, "Au": 790.0, "water": 75.0, "polystyrene": 68.7, "PMMA": 74.0, "PVT": 64.7, "SiO2": 139.2,
    "octane": 54.7, "toluene": 62.5,
}  # fmt: skip
ADDITIVE = {  # [eV], Bragg additivity of the elements in ICRU 37
    "CsPbBr3": 500.0, "CsPbCl3": 463.0, "CsPbI3": 566.0, "CdSe": 414.0, "CdS": 369.0, "ZnO": 254.0, "InP": 383.0,
}  # fmt: skip
PEAKS = {  # [eV], of the loss function
    "Si": (16.7, 0.03), "polystyrene": (21.5, 0.05), "PMMA": (21.5, 0.05), "water": (21.0, 0.1), "SiO2": (23.0, 0.06),
}  # fmt: skip


def cases() -> list[Case]:
    """Two comparisons: mean excitation energies and loss peaks."""
    losses = {name: load_material(name).energy_loss for name in material_names()}
    measured, additive, peaks, sums = [], [], [], []
    for name, loss in losses.items():
        if loss is None:
            continue
        ours = loss.mean_excitation_energy
        if name in ICRU_37:
            measured.append(Row("mean excitation energy", name, "eV", ours, ICRU_37[name], 0.09))
        if name in ADDITIVE:
            additive.append(Row("mean excitation energy", name, "eV", ours, ADDITIVE[name], 0.15))
        if name in PEAKS:
            position, tolerance = PEAKS[name]
            highest = float(loss.energy[np.argmax(loss.loss)])
            peaks.append(Row("highest loss", name, "eV", highest, position, tolerance))
        sums.append(Row("f-sum", name, "electrons", loss.f_sum, loss.electrons, 0.01))
    return [
        Case(
            "Mean excitation energy of the loss functions",
            "ICRU Report 37 (1984) through the NIST data of Geant4; the other compounds: Bragg additivity",
            "An integral over the whole loss function; 7 % of it are 2 % of the stopping power at 10 keV. Additivity"
            " ignores the chemistry of the outer electrons.",
            measured + additive,
        ),
        Case(
            "Loss peaks and electron numbers",
            "Peaks quoted from memory: plasmon of Si 16.6-17 eV, polymers 21-22 eV, water 21 eV, silica 23 eV; the"
            " number of electrons is exact",
            "The shape of the loss function of water is that of an old compilation, a little too low in energy.",
            peaks + sums,
        ),
    ]
