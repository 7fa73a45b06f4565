"""Deposit model ``continuous``: the electron runs straight and loses energy at its mean rate.

Everything lost inside is kept: nothing escapes (no secondary electron, no fluorescence) and nothing is
scattered. The analytic twin of a track-structure simulation.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from scintidot.geometry import path_quadrature
from scintidot.materials.energy_loss import Oscillators
from scintidot.records import Deposit, FloatArray, Primary
from scintidot.transport.stopping import LOWEST_ENERGY, stopping_power

LIMITS = (
    "straight path, mean energy loss, everything lost inside is kept: no secondary electron escapes (small "
    "crystals keep less) and none is scattered (slow electrons in large crystals keep more)"
)


def mean_deposit(
    edge_length: FloatArray, shape: str, primary: Primary, medium: Oscillators, scale: float = 1.0
) -> Deposit:
    """Mean energy kept per track, with slowing down along the path.

    One curve D(s) of the energy lost after a path s, from dD/ds = scale S(T - D), averaged over the
    path-length distribution of the shape and start rule. It never exceeds the kinetic energy: below 0.1 keV
    the electron is taken to stop at the stopping power it has there. For a short path it is S(T) times the
    mean path.

    Parameters
    ----------
    edge_length : ndarray, any shape
        Edge of a cube, diameter of a sphere. [nm]
    shape : str
        ``cube`` or ``sphere``.
    primary : Primary
        Kinetic energy [eV] and start rule.
    medium : Oscillators
        Loss function of the nanocrystal.
    scale : float
        Factor on the stopping power, for its uncertainty. [1]
    """
    paths = scale * np.asarray(edge_length, dtype=float)
    return Deposit(_kept(tuple(paths.ravel().tolist()), shape, primary, medium).reshape(paths.shape))


@lru_cache(maxsize=256)  # the same deposits are asked for with every varied number of a card
def _kept(edge_length: tuple[float, ...], shape: str, primary: Primary, medium: Oscillators) -> FloatArray:
    """Mean deposits [eV] at edge lengths [nm] that hold the factor on the stopping power; read-only."""
    from scipy.integrate import solve_ivp
    from scipy.interpolate import CubicSpline

    energy = primary.kinetic_energy
    grid = np.geomspace(LOWEST_ENERGY, max(energy, 1.01 * LOWEST_ENERGY), 48)
    curve = CubicSpline(np.log(grid), np.log(stopping_power(grid, medium)))

    def rate(_: float, lost: FloatArray) -> FloatArray:
        return np.asarray(np.exp(curve(np.log(np.maximum(energy - lost, LOWEST_ENERGY)))))

    lengths, weights = path_quadrature(shape, primary.start)
    paths = np.array(edge_length)[:, None] * lengths
    track = solve_ivp(
        rate, (0.0, paths.max()), [0.0], method="DOP853", rtol=1e-9, atol=1e-9, dense_output=True
    ).sol
    kept = np.minimum(track(paths.ravel())[0].reshape(paths.shape), energy) @ weights
    kept.setflags(write=False)  # it is cached
    return np.asarray(kept)
