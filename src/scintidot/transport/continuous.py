"""Deposit model ``continuous``: the electron runs straight and loses energy at its mean rate.

Everything lost inside is kept: nothing escapes (no secondary electron, no fluorescence) and nothing is
scattered. The analytic twin of a track-structure simulation, and an upper limit to it for small crystals.
"""

from __future__ import annotations

import numpy as np

from scintidot.geometry import path_quadrature
from scintidot.records import Deposit, FloatArray, Primary
from scintidot.transport.stopping import LOWEST_ENERGY, stopping_power

MODEL = "continuous"
LIMITS = (
    "straight path, mean energy loss, everything lost inside is kept: no secondary electron escapes, "
    "so the deposit in the smallest crystals is an upper limit"
)


def mean_deposit(
    edge_length: FloatArray,
    shape: str,
    primary: Primary,
    loss_energy: FloatArray,
    loss_strength: FloatArray,
    plasma_energy: float,
    scale: float = 1.0,
    steps: int = 12,
) -> Deposit:
    """Mean energy kept per track [eV], with slowing down along the path.

    Solves dD/ds = S(T - D) by the classical Runge-Kutta rule over the path-length distribution of the
    shape and start rule. The deposit never exceeds the kinetic energy: below 0.1 keV the electron is
    taken to stop at the stopping power it has there. For a short path this is S(T) times the mean path.

    Parameters
    ----------
    edge_length : ndarray, any shape
        Edge of a cube, diameter of a sphere. [nm]
    shape : str
        ``cube`` or ``sphere``.
    primary : Primary
        Kinetic energy [eV] and start rule.
    loss_energy, loss_strength, plasma_energy
        Energy-loss function as in `stopping.stopping_power`.
    scale : float
        Factor on the stopping power, for its uncertainty. [1]
    """
    from scipy.interpolate import CubicSpline

    energy = primary.kinetic_energy
    grid = np.geomspace(LOWEST_ENERGY, max(energy, 1.01 * LOWEST_ENERGY), 48)
    curve = CubicSpline(np.log(grid), np.log(stopping_power(grid, loss_energy, loss_strength, plasma_energy)))
    lengths, weights = path_quadrature(shape, primary.start)
    step = np.asarray(edge_length, dtype=float)[..., None] * lengths / steps
    deposit = np.zeros_like(step)

    def rate(kept: FloatArray) -> FloatArray:
        left = np.maximum(energy - kept, LOWEST_ENERGY)
        return np.asarray(scale * np.exp(curve(np.log(left))))

    for _ in range(steps):
        k1 = rate(deposit)
        k2 = rate(deposit + step / 2 * k1)
        k3 = rate(deposit + step / 2 * k2)
        k4 = rate(deposit + step * k3)
        deposit = np.minimum(deposit + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4), energy)
    given = "every crossing" if primary.start == "crossing" else "every electron started inside"
    return Deposit(deposit @ weights, given, MODEL)
