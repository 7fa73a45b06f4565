"""How far an electron comes in a sample, to say what full absorption needs."""

from __future__ import annotations

import numpy as np

from scintidot.deposits.setup import Setup
from scintidot.transport.track.tables import GRID

RANGE = (
    "path length down to 100 eV by continuous slowing down, stopping powers mixed by volume; the depth that an "
    "electron reaches is less"
)
_DOWN_TO = 100.0
_NM_PER_UM = 1e3


def electron_range(setup: Setup, energy: float) -> float:
    """Path length [um] of an electron of ``energy`` [eV] in nanocrystals and host; see `RANGE`.

    0 for energies below 100 eV; nan for nanocrystals in vacuum with no stopping at all.
    """
    from scipy.integrate import trapezoid  # numpy has it under this name from 2.0 on

    if energy <= _DOWN_TO:
        return 0.0
    share = setup.volume(setup.bodies[0]) / setup.box**3
    stopping = np.zeros(len(GRID))
    for part, one in ((share, setup.media[0]), (1 - share, setup.media[2])):
        if one is not None:
            stopping += part * one.tables.stopping
    at = np.geomspace(_DOWN_TO, energy, 400)
    there = np.interp(np.log(at), np.log(GRID), stopping)
    if not np.all(there > 0):
        return float("nan")
    return float(trapezoid(at / there, np.log(at))) / _NM_PER_UM
