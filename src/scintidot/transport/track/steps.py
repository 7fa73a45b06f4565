"""The steps of an electron: one collision, one scattering, one direction, one surface.

Uniform numbers come in and numbers go out; what draws an unknown number of them takes the random state.
"""

from __future__ import annotations

import math

import numpy as np

from scintidot.backends import compiled, kernel
from scintidot.constants import ELECTRON_REST_ENERGY
from scintidot.rng import two_uniform, uniform
from scintidot.transport import phonons, surface
from scintidot.transport.track.tables import (
    BAND_WIDTH,
    GAP,
    PER_ZONE_EDGE,
    PHASE_SPACE_PER_EV,
    RECOIL_EVERY,
    RECOIL_LOSSES,
    RECOIL_QUANTILES,
    RECOIL_ROWS,
    TRANSFER_QUANTILES,
    Tables,
    place,
)

polar_emission, polar_absorption, polar_cosine = compiled(
    phonons.emission, phonons.absorption, phonons.scattering_cosine
)
quantum_transmission, classical_transmission, refract, reflect = compiled(
    surface.quantum_transmission, surface.classical_transmission, surface.refract, surface.reflect
)

NO_SURFACE, CLASSICAL, QUANTUM = 0, 1, 2


@kernel
def isotropic(u: float, v: float) -> tuple[float, float, float]:
    """Direction from two uniform numbers."""
    z = 1.0 - 2.0 * u
    s = math.sqrt(max(0.0, 1.0 - z * z))
    return s * math.cos(2 * math.pi * v), s * math.sin(2 * math.pi * v), z


@kernel
def azimuth(state: np.uint64, increment: np.uint64) -> tuple[float, float, np.uint64]:
    """Unit vector in a plane, by rejection (von Neumann 1951), and the state after the draws."""
    while True:
        state += increment
        p, q = two_uniform(state)
        p, q = 2.0 * p - 1.0, 2.0 * q - 1.0
        square = p * p + q * q
        if 0.0 < square <= 1.0:
            return (p * p - q * q) / square, 2.0 * p * q / square, state


@kernel
def turn(
    ux: float, uy: float, uz: float, cosine: float, sine: float, p: float, q: float
) -> tuple[float, float, float]:
    """Direction at an angle to (ux, uy, uz); (p, q) is the unit vector of the azimuth.

    Orthonormal basis of Duff et al. 2017 (JCGT 6, 1), which has no special direction.
    """
    sign = math.copysign(1.0, uz)
    a = -1.0 / (sign + uz)
    b = ux * uy * a
    p, q = sine * p, sine * q
    return (
        cosine * ux + p * (1.0 + sign * ux * ux * a) + q * b,
        cosine * uy + p * sign * b + q * (sign + uy * uy * a),
        cosine * uz - p * sign * ux - q * uy,
    )


@kernel
def elastic_mu(t: Tables, m: int, i: int, f: float, u_row: float, u: float) -> float:
    """(1 - cos)/2 of an elastic scattering by atoms: one of the two rows about the energy, chosen by chance."""
    if u_row < f:
        i += 1
    j, a = place(u)
    low = t.mu[m, i, j]
    return low + a * (t.mu[m, i, j + 1] - low)


@kernel
def energy_loss(t: Tables, m: int, i: int, f: float, u: float) -> float:
    """Energy lost in a collision with electrons: quantile ``u``, between the rows about the energy."""
    j, a = place(u)
    low = t.loss[m, i, j] * (1.0 - f) + t.loss[m, i + 1, j] * f
    high = t.loss[m, i, j + 1] * (1.0 - f) + t.loss[m, i + 1, j + 1] * f
    return low + a * (high - low)


@kernel
def shell_hit(t: Tables, m: int, log_energy: float, loss: float, u_rows: float, u: float) -> int:
    """Which shell takes a loss; never one that binds more than the loss."""
    first_t, per_t = t.share_grid[m, 0], t.share_grid[m, 1]
    first_w, per_w = t.share_grid[m, 2], t.share_grid[m, 3]
    x = min(max((log_energy - first_t) * per_t, 0.0), t.share.shape[1] - 1.001)
    y = min(max((math.log(loss) - first_w) * per_w, 0.0), t.share.shape[2] - 1.001)
    # one number decides between rows of both axes: its part beyond the first choice is uniform again
    i, j = int(x), int(y)
    part = x - i
    if u_rows < part:
        i, u_rows = i + 1, u_rows / part
    else:
        u_rows = (u_rows - part) / (1.0 - part)
    if u_rows < y - j:
        j += 1
    last = t.shells[m] - 1
    u *= t.share[m, i, j, last]
    k = 0
    while k < last and u >= t.share[m, i, j, k]:
        k += 1
    while k > 0 and t.shell_binding[m, k] > loss:
        k -= 1
    return k


@kernel
def recoil_cosines(
    t: Tables, m: int, i: int, f: float, energy: float, loss: float, u_loss: float, u_cell: float, u: float
) -> tuple[float, float]:
    """Cosines of the angles of the electron, and of the momentum that it hands over, to its old direction.

    ``u_cell`` chooses among the four neighbours in the table. Energies from the bottom of the valence band (see
    `scintidot.transport.inelastic.kinematics`).
    """
    before = energy + t.medium[m, GAP] + t.medium[m, BAND_WIDTH]
    after = before - loss
    square = before * (before + 2 * ELECTRON_REST_ENERGY)
    square_after = after * (after + 2 * ELECTRON_REST_ENERGY)
    p, p_after = math.sqrt(square), math.sqrt(square_after)
    column, part = place(u_loss)
    part = (column % RECOIL_EVERY + part) / RECOIL_EVERY
    column //= RECOIL_EVERY
    if u_cell < part:
        column, u_cell = min(column + 1, RECOIL_LOSSES - 1), u_cell / part
    else:
        u_cell = (u_cell - part) / (1.0 - part)
    row = i // RECOIL_EVERY
    if u_cell * RECOIL_EVERY < i % RECOIL_EVERY + f:
        row = min(row + 1, RECOIL_ROWS - 1)
    x = (1.0 - math.sqrt(math.sqrt(1.0 - u))) * (RECOIL_QUANTILES - 1)
    k = min(int(x), RECOIL_QUANTILES - 2)
    low = t.recoil[m, row, column, k]
    least = (square - square_after) / (p + p_after)
    q = least * math.exp(low + (x - k) * (t.recoil[m, row, column, k + 1] - low))
    cosine = (square + square_after - q * q) / (2 * p * p_after)
    struck = (square + q * q - square_after) / (2 * p * q)
    return min(1.0, max(-1.0, cosine)), min(1.0, max(-1.0, struck))


@kernel
def acoustic_scattering(
    t: Tables, m: int, i: int, u: float, u_sign: float, kinetic_energy: float
) -> tuple[float, float]:
    """(1 - cos)/2 and the energy [eV] given to the lattice (negative: taken) by an acoustic phonon."""
    x = u * (TRANSFER_QUANTILES - 1)
    k = min(int(x), TRANSFER_QUANTILES - 2)
    low = t.transfer[m, i, k]
    mu = low + (x - k) * (t.transfer[m, i, k + 1] - low)
    edge = t.lattice.shape[1] - 1
    at = min(2.0 * math.sqrt(mu * kinetic_energy * t.medium[m, PER_ZONE_EDGE]), 1.0) * edge
    j = min(int(at), edge - 1)
    energy = t.lattice[m, j, 0] + (at - j) * (t.lattice[m, j + 1, 0] - t.lattice[m, j, 0])
    emitted = t.lattice[m, j, 1] + (at - j) * (t.lattice[m, j + 1, 1] - t.lattice[m, j, 1])
    return mu, energy if u_sign < emitted else -energy


@kernel
def _polar_rate(t: Tables, m: int, k: int, kinetic_energy: float, emission: bool) -> float:
    """Of one vibration. [1/nm]"""
    energy, coupling, occupation = t.modes[m, k, 0], t.modes[m, k, 1], t.modes[m, k, 2]
    if emission:
        return polar_emission(kinetic_energy, energy, coupling, 1.0, occupation)
    return polar_absorption(kinetic_energy, energy, coupling, 1.0, occupation)


@kernel
def polar_phonon(
    t: Tables, m: int, kinetic_energy: float, emission: bool, u_mode: float, u_angle: float
) -> tuple[float, float]:
    """Cosine of the angle and the energy [eV] given to the lattice (negative: taken) by a polar vibration."""
    k, last = 0, t.mode_count[m] - 1
    if last > 0:
        total = 0.0
        for j in range(last + 1):
            total += _polar_rate(t, m, j, kinetic_energy, emission)
        wanted = u_mode * total - _polar_rate(t, m, 0, kinetic_energy, emission)
        while wanted >= 0.0 and k < last:
            k += 1
            wanted -= _polar_rate(t, m, k, kinetic_energy, emission)
    given = t.modes[m, k, 0] if emission else -t.modes[m, k, 0]
    after = kinetic_energy - given
    if after <= 0.0:
        return 1.0, kinetic_energy
    return polar_cosine(kinetic_energy, after, u_angle), given


@kernel
def transition(t: Tables, species: int, u: float) -> int:
    """Which transition fills a vacancy: the row in the tables; -1 if it stays."""
    low, high = t.vacancy_start[species], t.vacancy_start[species + 1] - 1
    if high < low:
        return -1
    while low < high:
        middle = (low + high) // 2
        if u < t.vacancy_cumulative[middle]:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def split(energy: float, u: float, v: float) -> tuple[float, float, float]:
    """Three parts of an energy, every division alike: what two holes and an electron share."""
    low, high = (u, v) if u < v else (v, u)
    return energy * low, energy * (high - low), energy * (1.0 - high)


@kernel
def split_by_states(
    energy: float, state: np.uint64, increment: np.uint64
) -> tuple[float, float, float, np.uint64]:
    """Three parts, each division as likely as free carriers have states there, sqrt(E1 E2 E3); and the state."""
    while True:
        state += increment
        u = uniform(state)
        state += increment
        first, second, third = split(1.0, u, uniform(state))
        state += increment
        if uniform(state) ** 2 < 27.0 * first * second * third:
            return energy * first, energy * second, energy * third, state


@kernel
def energy_at_collision(t: Tables, m: int, energy: float, u: float) -> float:
    """Energy that a slow carrier has left, after giving the rest to vibrations, when it makes a pair; 0: it makes none.

    See `scintidot.transport.phase_space`.
    """
    gap, last = t.medium[m, GAP], t.phase_space.shape[1] - 1
    x = (energy - gap) * PHASE_SPACE_PER_EV
    if x >= last:
        return energy
    k = int(x)
    depth = (
        t.phase_space[m, k] + (x - k) * (t.phase_space[m, k + 1] - t.phase_space[m, k]) + math.log(1.0 - u)
    )
    if depth <= 0.0:
        return 0.0
    low, high = 0, k + 1
    while high - low > 1:
        middle = (low + high) // 2
        if t.phase_space[m, middle] <= depth:
            low = middle
        else:
            high = middle
    below = t.phase_space[m, low]
    return gap + (low + (depth - below) / (t.phase_space[m, high] - below)) / PHASE_SPACE_PER_EV


@kernel
def rate(t: Tables, m: int, i: int, f: float, column: int) -> float:
    """An entry of `Tables.rates` between the rows about the energy."""
    low = t.rates[m, i, column]
    return low + f * (t.rates[m, i + 1, column] - low)


@kernel
def passes(model: int, kinetic_energy: float, cosine: float, step: float) -> float:
    """Probability to pass a surface."""
    if model == NO_SURFACE:
        return 1.0
    if model == CLASSICAL:
        return classical_transmission(kinetic_energy, cosine, step)
    return quantum_transmission(kinetic_energy, cosine, step)
