"""What a track-structure engine needs of inelastic collisions, as plain arrays.

One collision of an electron of kinetic energy T, all energies from the lowest empty state:

1. The loss W: the quantile of a uniform number, between the rows of ``loss``.
2. The shell: ``shell_probability``, linear between energies and quantiles, of shells that bind no more than W.
3. The electron goes on with T - W. Another leaves the shell with W - B - h. What stays is a hole: of an inner shell
   its binding energy B, for the relaxation cascade, h = 0; in the valence band the gap B and the depth h of the
   hole below the band edge, uniform over the band as far as W reaches. W = (W - B - h) + B + h exactly.
4. The recoil energy Q between its limits at T and W: uniform in the integral ``recoil``, of all shells together.
   Both polar angles follow from p, p' and q; the secondary leaves along q, on the other side.

Electrons are indistinguishable: which of the two is called primary makes no difference to what follows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scintidot.constants import ELECTRON_REST_ENERGY
from scintidot.records import FloatArray
from scintidot.transport.inelastic.deep import DeepShells
from scintidot.transport.inelastic.extension import Response, ratio_index
from scintidot.transport.inelastic.full_penn import Spectrum, spectrum
from scintidot.transport.inelastic.kinematics import momentum, recoil_limits
from scintidot.transport.inelastic.medium import LossMedium

HIGHEST_ENERGY = 1e5  # [eV], of the default table
ENERGIES = 120
QUANTILES = np.unique(np.concatenate([np.linspace(0, 0.9, 91), 1 - np.geomspace(0.1, 1e-8, 120), [1.0]]))
"""Uniform numbers at which the loss is tabulated; dense at 1, for rare large losses."""


@dataclass(frozen=True, eq=False)
class InelasticTable:
    """Inelastic collisions in one medium. Energies [eV], lengths [nm]."""

    kinetic_energy: FloatArray  # T, rising, from just above the threshold; shape (energies,)
    inverse_mean_free_path: FloatArray  # [1/nm]
    stopping_power: FloatArray  # [eV/nm], the faster electron counting as the incident one
    quantile: FloatArray  # shape (quantiles,)
    loss: FloatArray  # W, shape (energies, quantiles)
    shell_probability: FloatArray  # shape (energies, quantiles, shells); each row sums to 1
    shells: tuple[str, ...]  # valence, then inner ones as "Pb M5"
    binding_energy: FloatArray  # B, of the valence band the gap; shape (shells,)
    band_gap: float
    valence_band_width: float
    recoil_loss: FloatArray  # W, shape (recoil losses,)
    recoil_ratio: FloatArray  # Q/W, shape (ratios,)
    recoil: FloatArray  # integral of Im(-1/eps) dQ/Q from ratio[0] W, shape (recoil losses, ratios)
    optical: FloatArray  # Im(-1/eps) at Q = 0: d recoil/d ln Q below ratio[0]; shape (recoil losses,)

    @property
    def inner_energy(self) -> float:
        """From the bottom of the valence band to the lowest empty state."""
        return self.band_gap + self.valence_band_width


def inelastic_table(
    medium: LossMedium, response: Response, exchange: str, energies: FloatArray | None = None
) -> InelasticTable:
    """Tabulate a medium at kinetic energies above its threshold, by default 120 of them up to 100 keV."""
    if energies is None:
        threshold = float(response.loss[0])
        energies = threshold + np.geomspace(0.01 * max(threshold, 1.0), HIGHEST_ENERGY - threshold, ENERGIES)
    spectra = [spectrum(float(energy), medium, response, exchange) for energy in energies]
    losses, shares = zip(*(_quantiles(one) for one in spectra), strict=True)
    deep = DeepShells(medium, response.loss)
    at = response.loss[:, None] * response.ratio
    recoil = response.collisions.sum(axis=2)
    for column in range(response.ratio.size):
        recoil[:, column] += np.sum(deep.collisions(at[:, [column]]) - deep.collisions(at[:, [0]]), axis=1)
    return InelasticTable(
        kinetic_energy=np.asarray(energies, dtype=float),
        inverse_mean_free_path=np.array([one.inverse_mean_free_path for one in spectra]),
        stopping_power=np.array([one.stopping_power for one in spectra]),
        quantile=QUANTILES,
        loss=np.array(losses),
        shell_probability=np.array(shares),
        shells=medium.shells,
        binding_energy=medium.binding_energy,
        band_gap=medium.band_gap,
        valence_band_width=medium.valence_band_width,
        recoil_loss=response.loss,
        recoil_ratio=response.ratio,
        recoil=recoil,
        optical=response.optical.sum(axis=1) + deep.optical().sum(axis=1),
    )


def loss_quantiles(one: Spectrum, probability: FloatArray) -> FloatArray:
    """Loss at each quantile of the collisions of one energy. [eV]"""
    rate, loss = one.total, one.loss
    cumulative = np.concatenate([[0.0], np.cumsum((rate[1:] + rate[:-1]) / 2 * np.diff(loss))])
    rising = np.concatenate([[True], np.diff(cumulative) > 0])
    return np.asarray(np.interp(probability * cumulative[-1], cumulative[rising], loss[rising]))


def _quantiles(one: Spectrum) -> tuple[FloatArray, FloatArray]:
    """Loss at each quantile, and the shares of the shells there."""
    at, loss = loss_quantiles(one, QUANTILES), one.loss
    parts = np.array([np.interp(at, loss, row) for row in one.by_shell.T]).T
    total = parts.sum(axis=1, keepdims=True)
    valence = np.eye(parts.shape[1])[0]
    return at, np.where(total > 0, parts / np.where(total > 0, total, 1.0), valence)


@dataclass(frozen=True, eq=False)
class Collisions:
    """What came of some collisions; arrays of one shape. Energies [eV]."""

    loss: FloatArray
    shell: np.ndarray[tuple[int, ...], np.dtype[np.int64]]  # index
    secondary_energy: FloatArray
    binding_energy: FloatArray  # gap, or that of the inner shell
    hole_depth: FloatArray  # below the valence-band edge; 0 for inner shells
    recoil_energy: FloatArray
    primary_cosine: FloatArray
    secondary_cosine: FloatArray


def collide(table: InelasticTable, energy: float, uniform: FloatArray) -> Collisions:
    """Collisions of an electron of kinetic energy ``energy`` [eV] by four uniform numbers each, shape (n, 4).

    The rules of this module in plain numpy, for tests and as the twin of an engine's kernel. ``energy`` lies
    within the table.
    """
    grid = table.kinetic_energy
    i = int(np.clip(np.searchsorted(grid, energy) - 1, 0, grid.size - 2))
    part = (energy - grid[i]) / (grid[i + 1] - grid[i])
    row = table.loss[i] * (1 - part) + table.loss[i + 1] * part
    loss = np.interp(uniform[:, 0], table.quantile, row)

    place = np.clip(np.searchsorted(table.quantile, uniform[:, 0]) - 1, 0, table.quantile.size - 2)
    along = ((uniform[:, 0] - table.quantile[place]) / np.diff(table.quantile)[place])[:, None]
    shares = sum(
        weight_energy
        * (
            (1 - along) * table.shell_probability[row, place]
            + along * table.shell_probability[row, place + 1]
        )
        for row, weight_energy in ((i, 1 - part), (i + 1, part))
    )
    shares = np.where(loss[:, None] >= table.binding_energy, shares, 0.0)
    shares[:, 0] += shares.sum(axis=1) == 0
    sums = np.cumsum(shares, axis=1)
    shell = np.sum(uniform[:, [1]] * sums[:, [-1]] > sums[:, :-1], axis=1)

    binding = table.binding_energy[shell]
    deepest = np.where(shell == 0, np.minimum(table.valence_band_width, loss - binding), 0.0)
    depth = uniform[:, 2] * deepest
    recoil = recoil_quantiles(table, energy, loss, uniform[:, [3]])[:, 0]
    p, p_after = (
        momentum(np.asarray(energy + table.inner_energy)),
        momentum(energy + table.inner_energy - loss),
    )
    q = np.sqrt(recoil * (recoil + 2 * ELECTRON_REST_ENERGY))
    return Collisions(
        loss=loss,
        shell=shell,
        secondary_energy=loss - binding - depth,
        binding_energy=binding,
        hole_depth=depth,
        recoil_energy=recoil,
        primary_cosine=np.clip((p**2 + p_after**2 - q**2) / (2 * p * p_after), -1, 1),
        secondary_cosine=np.clip((p**2 + q**2 - p_after**2) / (2 * p * q), -1, 1),
    )


def recoil_quantiles(
    table: InelasticTable, energy: float, loss: FloatArray, uniform: FloatArray
) -> FloatArray:
    """Recoil energy [eV] at uniform parts of the way from its least to its largest value, by ``recoil``.

    ``loss`` has shape (n,), ``uniform`` (n, m): m quantiles for each loss; so has the result.
    """
    log_loss = np.log(table.recoil_loss)
    rows = np.clip(np.rint(np.interp(np.log(loss), log_loss, np.arange(log_loss.size))).astype(int), 0, None)
    first, log_ratio = table.recoil_ratio[0], np.log(table.recoil_ratio)
    least, most = recoil_limits(energy, loss, table.inner_energy)
    result = np.empty_like(uniform)
    for n, (row, low, high) in enumerate(zip(rows, least / loss, most / loss, strict=True)):
        curve, slope = table.recoil[row], max(table.optical[row], 1e-300)
        ends = [
            float(np.interp(ratio_index(np.asarray(r)), np.arange(curve.size), curve))
            if r > first
            else float(slope * np.log(r / first))
            for r in (low, high)
        ]
        target = ends[0] + uniform[n] * (ends[1] - ends[0])
        log = np.where(target > 0, np.interp(target, curve, log_ratio), np.log(first) + target / slope)
        result[n] = loss[n] * np.clip(np.exp(log), low, high)
    return result
