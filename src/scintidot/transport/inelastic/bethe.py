"""Bethe's stopping power, which every model must join at high energy.

ICRU Report 37, Eq. 2.13, for electrons, with the density effect of the same oscillators (Fano 1963); no shell
correction.
"""

from __future__ import annotations

import numpy as np

from scintidot.constants import BOHR_RADIUS, ELECTRON_REST_ENERGY
from scintidot.materials.energy_loss import Oscillators
from scintidot.transport.inelastic.kinematics import beta_squared
from scintidot.transport.stopping import density_effect, relativistic_bracket


def bethe_stopping_power(energy: float, oscillators: Oscillators, mean_excitation_energy: float) -> float:
    """Collision stopping power [eV/nm] at a kinetic energy [eV] far above the mean excitation energy [eV]."""
    beta2 = float(beta_squared(np.asarray(energy)))
    bracket = float(relativistic_bracket(np.asarray(energy), mean_excitation_energy))
    bracket -= density_effect(beta2, oscillators)
    return oscillators.plasma_energy**2 * bracket / (2 * BOHR_RADIUS * ELECTRON_REST_ENERGY * beta2)
