"""Tables of one material for the track-structure engine: made once, kept under the content of its card."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from scintidot.cache.store import kept
from scintidot.interactions.inelastic import DEFAULT_EXCHANGE, loss_medium_of, response_of
from scintidot.materials.compound import compound_of
from scintidot.materials.material import Material
from scintidot.provenance import fingerprint
from scintidot.records import FloatArray
from scintidot.transport.elastic.tables import balanced, probabilities
from scintidot.transport.elastic.tables import table as elastic_table
from scintidot.transport.inelastic.full_penn import spectrum
from scintidot.transport.inelastic.kinematics import momentum, recoil_limits
from scintidot.transport.inelastic.tables import inelastic_table, loss_quantiles, recoil_quantiles
from scintidot.transport.track.tables import (
    GRID,
    NODES,
    RECOIL_EVERY,
    RECOIL_LOSSES,
    RECOIL_QUANTILES,
    RECOIL_ROWS,
    ROWS,
)

if TYPE_CHECKING:
    import xarray

METHOD = "8"
"""Counted up whenever the same card gives other tables, here or in `media`."""
SHARE_ENERGIES, SHARE_LOSSES = 48, 192
MOTT_LOWEST = 10.0  # [eV], where the partial waves start

_SECTIONS = ("density", "band_gap", "refractive_index", "electrons.", "phonons.", "dielectric.")


def transport_fingerprint(material: Material) -> str:
    """Of what electrons feel of a card: another quantum yield or Auger rate leaves it as it is."""
    card = material.card
    numbers = [f"{key}={q.value!r}" for key, q in card.quantities() if key.startswith(_SECTIONS)]
    formula = "" if card.composition is None else card.composition.formula
    return fingerprint(*(text.encode() for text in (formula, *numbers, *material.tables().values())))


@dataclass(frozen=True, eq=False)
class MediumTables:
    """What one material's electrons do, on the grid of the engine. Energies [eV], lengths [nm]."""

    inelastic: FloatArray  # [1/nm], (rows,)
    stopping: FloatArray  # [eV/nm], (rows,)
    mott: FloatArray  # [1/nm], (rows,), not yet blended with phonons
    loss: FloatArray  # (rows, nodes)
    recoil: FloatArray
    share: FloatArray
    share_grid: FloatArray
    shell: np.ndarray[tuple[int], np.dtype[np.str_]]
    binding: FloatArray  # rising, the valence band first
    mu: FloatArray
    gap: FloatArray
    band_width: FloatArray
    threshold: FloatArray


def medium_tables(material: Material, exchange: str = DEFAULT_EXCHANGE) -> MediumTables:
    """The tables of a material, from the cache where they are kept."""
    loss_medium_of(material)  # refuses a card that lacks what collisions need, before any work
    key = fingerprint(
        *(text.encode() for text in ("track", METHOD, exchange, transport_fingerprint(material)))
    )
    dataset = kept("track", key, partial(_build, material, exchange))
    return MediumTables(**{field.name: dataset[field.name].to_numpy() for field in fields(MediumTables)})


def _build(material: Material, exchange: str) -> xarray.Dataset:
    import xarray

    parts = {**_inelastic(material, exchange), **_elastic(material)}
    return xarray.Dataset(
        {
            name: ([f"{name}_{axis}" for axis in range(np.ndim(values))], values)
            for name, values in parts.items()
        }
    )


def _inelastic(material: Material, exchange: str) -> dict[str, Any]:
    medium = loss_medium_of(material)
    response = response_of(medium)
    probability, _ = probabilities()
    threshold = float(response.loss[0])
    rows = [spectrum(float(e), medium, response, exchange) if e > threshold else None for e in GRID]
    first = next(i for i, row in enumerate(rows) if row is not None)
    loss = np.empty((ROWS, NODES))
    for i, row in enumerate(rows):
        loss[i] = threshold if row is None else loss_quantiles(row, probability)
    table = inelastic_table(medium, response, exchange, GRID[first::4][:2])  # for the recoil
    recoil = np.zeros((RECOIL_ROWS, RECOIL_LOSSES, RECOIL_QUANTILES))
    nodes = np.clip(
        RECOIL_EVERY * np.arange(RECOIL_LOSSES), 2, NODES - 1
    )  # at 0 stands the threshold: no typical loss
    part = 1 - np.linspace(1, 0, RECOIL_QUANTILES) ** 4
    for k in range(RECOIL_ROWS):
        i = min(max(RECOIL_EVERY * k, first), ROWS - 1)
        losses = np.maximum(np.minimum(loss[i, nodes], GRID[i] * (1 - 1e-9)), threshold)
        least, _ = recoil_limits(float(GRID[i]), losses, table.inner_energy)
        at = recoil_quantiles(
            table, float(GRID[i]), losses, np.broadcast_to(part, (losses.size, part.size)).copy()
        )
        recoil[k] = np.log(momentum(at) / momentum(least)[:, None])
    order = np.argsort(medium.binding_energy, kind="stable")
    order = np.concatenate([[0], order[order != 0]])
    log_t = np.linspace(np.log(1.02 * max(threshold, 0.1)), np.log(GRID[-1]), SHARE_ENERGIES)
    log_w = np.linspace(np.log(max(threshold, 1e-3)), np.log(GRID[-1]), SHARE_LOSSES)
    share = np.zeros((SHARE_ENERGIES, SHARE_LOSSES, len(order)))
    for k, log_energy in enumerate(log_t):
        one = spectrum(float(np.exp(log_energy)), medium, response, exchange)
        by_shell = np.array([np.interp(np.exp(log_w), one.loss, column) for column in one.by_shell.T])
        at = by_shell.sum(axis=0)
        by_shell[0] += at == 0
        share[k] = np.cumsum(by_shell[order] / by_shell.sum(axis=0), axis=0).T
    return {
        "inelastic": np.array([0.0 if row is None else row.inverse_mean_free_path for row in rows]),
        "stopping": np.array([0.0 if row is None else row.stopping_power for row in rows]),
        "loss": loss.astype(np.float32),
        "recoil": recoil.astype(np.float32),
        "share": share.astype(np.float32),
        "share_grid": np.array([log_t[0], 1 / (log_t[1] - log_t[0]), log_w[0], 1 / (log_w[1] - log_w[0])]),
        "shell": np.array([medium.shells[k] for k in order]),
        "binding": medium.binding_energy[order],
        "gap": medium.band_gap,
        "band_width": medium.valence_band_width,
        "threshold": threshold,
    }


def _elastic(material: Material) -> dict[str, Any]:
    """Atoms of all elements together: total, and quantiles of the mixture of their angular distributions."""
    compound = compound_of(material)
    tables = [elastic_table(symbol) for symbol in compound.symbols]
    probability, complement = probabilities()
    mott, mu = np.zeros(ROWS), np.zeros((ROWS, NODES))
    mu[:] = probability  # isotropic where there is no table; never read
    for i in range(int(np.searchsorted(GRID, MOTT_LOWEST)) - 1, ROWS):  # one row below, to interpolate from
        energy = min(max(float(GRID[i]), MOTT_LOWEST), float(tables[0].energy[-1]))
        sections = [t.cross_sections([energy]) for t in tables]
        weight = np.array([n * float(s[0][0]) for n, s in zip(compound.atoms_per_nm3, sections, strict=True)])
        first = sum(n * float(s[1][0]) for n, s in zip(compound.atoms_per_nm3, sections, strict=True))
        mott[i] = weight.sum()
        rows = [_row(t.mu, t.energy, energy) for t in tables]
        mixture = _mixture(rows, weight / weight.sum(), probability, complement)
        mu[i] = balanced(mixture, first / (2 * weight.sum()))
    return {"mott": mott, "mu": mu.astype(np.float32)}


def _row(mu: FloatArray, energies: FloatArray, energy: float) -> FloatArray:
    """Quantiles at an energy, linear in its logarithm."""
    x = float(np.interp(np.log(energy), np.log(energies), np.arange(energies.size)))
    i = min(int(x), energies.size - 2)
    return np.asarray((1 - (x - i)) * mu[i] + (x - i) * mu[i + 1])


def _mixture(
    rows: list[FloatArray], weight: FloatArray, probability: FloatArray, complement: FloatArray
) -> FloatArray:
    """Quantiles of a mixture of distributions that are given by theirs."""
    at = np.unique(np.concatenate(rows))
    below = sum(w * np.interp(at, row, probability) for w, row in zip(weight, rows, strict=True))
    above = sum(w * np.interp(at, row, complement) for w, row in zip(weight, rows, strict=True))
    lower = np.interp(probability, below, at)
    upper = np.interp(complement, np.asarray(above)[::-1], at[::-1])
    return np.asarray(np.where(probability < 0.5, lower, upper))
