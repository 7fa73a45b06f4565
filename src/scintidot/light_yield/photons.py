"""From the hits of each primary to photons: mean, variance by cause, and the mixture of numbers of pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scintidot.deposits.hits import Hits
from scintidot.excitons.distribution import compound_distribution
from scintidot.light.resolution import PhotonCount, photon_count
from scintidot.light_yield.kinetics import MOST_PAIRS, Kinetics
from scintidot.records import FloatArray

SIMULATED = "simulated"
"""Instead of an energy per pair: the pairs that the engine counts."""
_STEP = 1 / 64
"""Of the grid of mean pairs, even in the root."""
MANY = 400.0
"""Mean pairs of a hit beyond which their law is taken as narrow."""
_BLOCK = 128
"""Means whose distributions are held at once."""


@dataclass(frozen=True, eq=False)
class OfHits:
    """What each hit gives: photons expected from it, their variance by two causes, and its mean number of pairs."""

    photons: FloatArray
    pair_variance: FloatArray
    emission_variance: FloatArray
    mean_pairs: FloatArray
    distribution: FloatArray  # hits with n pairs, n = 0..MOST_PAIRS; the last: all from there on
    beyond: float  # share of the expected photons from more than MOST_PAIRS pairs


def of_simulated_pairs(pairs: npt.NDArray[np.int64], kinetics: Kinetics) -> OfHits:
    """Hits whose pairs are known."""
    mean, variance = kinetics.extended(int(max(pairs.max(initial=0), MOST_PAIRS)))
    photons = mean[pairs]
    whole = float(photons.sum())
    return OfHits(
        photons,
        np.zeros(len(pairs)),
        variance[pairs],
        pairs.astype(np.float64),
        np.bincount(np.minimum(pairs, MOST_PAIRS), minlength=MOST_PAIRS + 1).astype(np.float64),
        float(photons[pairs > MOST_PAIRS].sum()) / whole if whole > 0 else 0.0,
    )


def of_deposits(
    deposit: FloatArray, pair_creation_energy: float, fano_factor: float, kinetics: Kinetics
) -> OfHits:
    """Hits whose pairs follow from their deposit [eV] by the law of `compound_distribution`.

    Everything is tabulated on a grid of the mean number of pairs and linear in between: exact for a Fano factor of 0,
    else within 1e-3 of a photon; above `MANY` pairs by the slope of m(n).
    """
    mean_pairs = deposit / pair_creation_energy
    grid = _grid(min(float(mean_pairs.max(initial=0.0)), MANY))
    parts = [_tables(grid[i : i + _BLOCK], fano_factor, kinetics) for i in range(0, len(grid), _BLOCK)]
    tables = np.concatenate([part for part, _ in parts], axis=1)
    lumped = np.concatenate([part for _, part in parts])
    photons, pair_variance, emission_variance, high = (np.interp(mean_pairs, grid, table) for table in tables)
    many = mean_pairs > MANY
    if np.any(many):
        photons[many], pair_variance[many], emission_variance[many] = _of_many(
            mean_pairs[many], fano_factor, kinetics
        )
        high[many] = photons[many]
    place = np.clip(
        np.searchsorted(grid, np.minimum(mean_pairs, grid[-1]), side="right") - 1, 0, len(grid) - 2
    )
    part = (np.minimum(mean_pairs, grid[-1]) - grid[place]) / (grid[place + 1] - grid[place])
    weight = np.bincount(place, 1 - part, len(grid)) + np.bincount(place + 1, part, len(grid))
    whole = float(photons.sum())
    return OfHits(
        photons, pair_variance, emission_variance, mean_pairs, weight @ lumped,
        float(high.sum()) / whole if whole > 0 else 0.0,
    )  # fmt: skip


def _grid(largest: float) -> FloatArray:
    """Mean numbers of pairs up to the largest: even in the root, and every whole number, where the law has a kink."""
    count = int(np.sqrt(max(largest, 1.0)) / _STEP) + 2
    even = (np.arange(count) * _STEP) ** 2
    whole = np.arange(int(even[-1]) + 1, dtype=float)
    return np.unique(np.concatenate([even, whole]))


def _of_many(
    mean_pairs: FloatArray, fano_factor: float, kinetics: Kinetics
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """For so many pairs that their spread is small against their number: by the slope at the mean."""
    mean, variance = kinetics.extended(int(mean_pairs.max()) + 2)
    n = np.arange(len(mean))
    slope = np.interp(mean_pairs, n[:-1] + 0.5, np.diff(mean))
    return (
        np.interp(mean_pairs, n, mean), fano_factor * mean_pairs * slope**2, np.interp(mean_pairs, n, variance)
    )  # fmt: skip


def _tables(mean_pairs: FloatArray, fano_factor: float, kinetics: Kinetics) -> tuple[FloatArray, FloatArray]:
    """For deposits of these mean pairs: photons, their variance by pairs and by emission, photons beyond the tables.

    Shape (4, m); and the probability of n = 0..MOST_PAIRS pairs, the last for all from there on.
    """
    probability = compound_distribution(mean_pairs, np.ones(1), np.ones(1), fano_factor)
    most = probability.shape[-1] - 1
    mean, variance = kinetics.extended(max(most, MOST_PAIRS))
    mean, variance = mean[: most + 1], variance[: most + 1]
    photons = probability @ mean
    of_pairs = np.maximum(probability @ mean**2 - photons**2, 0.0)
    lumped = np.zeros((len(mean_pairs), MOST_PAIRS + 1))
    within = min(most, MOST_PAIRS)
    lumped[:, : within + 1] = probability[:, : within + 1]
    lumped[:, within] += probability[:, within + 1 :].sum(axis=-1)
    beyond = probability[:, MOST_PAIRS + 1 :] @ mean[MOST_PAIRS + 1 :]
    return np.array([photons, of_pairs, probability @ variance, beyond]), lumped


def count_photons(
    hits: Hits, of_hits: OfHits, host_photons_per_energy: float, detected_share: float
) -> PhotonCount:
    """Photons of one primary. What the host hands on comes exciton by exciton: its photons are Poisson."""
    handed_on = hits.host * host_photons_per_energy
    return photon_count(
        hits.per_history(of_hits.photons) + handed_on,
        hits.kept,
        hits.per_history(of_hits.pair_variance),
        hits.per_history(of_hits.emission_variance) + handed_on,
        detected_share,
    )
