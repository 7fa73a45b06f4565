"""Mean free path in Ashley's optical-data model with exchange: the fast twin of the full Penn algorithm.

Ashley 1988 (doi:10.1016/0368-2048(88)80019-7), each oscillator W with quadratic dispersion:

    1/lambda = 1/(pi a0 mc^2 beta^2) integral_0^(T/2) Im[-1/eps(W)] L(W/T) dW
    L(a) = (1 - a) ln(4/a) - 7a/4 + a^(3/2) - 33 a^2/32

with the leading logarithm ln(4T/W) of slow electrons replaced by the relativistic ln(2mc^2 beta^2 gamma^2/W) -
beta^2. Its stopping power is `transport.stopping`.
"""

from __future__ import annotations

import math

import numpy as np

from scintidot.constants import BOHR_RADIUS, ELECTRON_REST_ENERGY
from scintidot.materials.energy_loss import Oscillators
from scintidot.records import FloatArray
from scintidot.transport.inelastic.kinematics import beta_squared


def inverse_mean_free_path(kinetic_energy: FloatArray, medium: Oscillators) -> FloatArray:
    """Inelastic collisions per path [1/nm], from 0.1 keV to 1 MeV; kinetic energies [eV] of any shape."""
    T = np.asarray(kinetic_energy, dtype=float)[..., None]
    beta2 = beta_squared(T)
    a = medium.energy / T
    allowed = a <= 0.5
    a = np.where(allowed, a, 0.5)
    log = np.log(2 * ELECTRON_REST_ENERGY * beta2 / (1 - beta2) / (a * T)) - beta2
    factor = log - a * np.log(4 / a) - 1.75 * a + a**1.5 - 33 / 32 * a**2
    loss = medium.strength / medium.energy
    total = np.sum(np.where(allowed, loss * np.maximum(factor, 0.0), 0.0), axis=-1)
    return np.asarray(total / (math.pi * BOHR_RADIUS * ELECTRON_REST_ENERGY * beta2[..., 0]))
