"""From the hits of each primary to photons: mean, variance by cause, and the mixture of numbers of pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scintidot.deposits.hits import Hits
from scintidot.excitons.pair_numbers import pair_number_probabilities
from scintidot.light.resolution import PhotonCount, photon_count
from scintidot.light_yield.kinetics import MOST_PAIRS, Kinetics
from scintidot.records import FloatArray

SIMULATED = "simulated"
"""Instead of an energy per pair: the pairs that the engine counts."""
_STEP = 1 / 64
"""Of the grid of mean pairs, even in the root."""


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
    """Hits whose pairs follow from their deposit [eV] by the law of `scintidot.excitons.pair_numbers`.

    Everything is tabulated on a grid of the mean number of pairs and linear in between: exact for a Fano factor of 0,
    else within 1e-3 of a photon.
    """
    mean_pairs = deposit / pair_creation_energy
    grid = _grid(float(mean_pairs.max(initial=0.0)))
    most = int(grid[-1] + 9 * np.sqrt(max(fano_factor, 0.0) * grid[-1] + 0.25)) + 40
    mean, variance = kinetics.extended(max(most, MOST_PAIRS))
    tables = np.zeros((4, len(grid)))
    lumped = np.zeros((len(grid), MOST_PAIRS + 1))
    for i, (at, numbers) in enumerate(_windows(grid, fano_factor)):
        probability = pair_number_probabilities([at], fano_factor, numbers)[0]
        m, v = mean[numbers], variance[numbers]
        first = probability @ m
        tables[:, i] = (
            first,
            max(probability @ m**2 - first**2, 0.0),
            probability @ v,
            (probability * m)[numbers > MOST_PAIRS].sum(),
        )
        np.add.at(lumped[i], np.minimum(numbers, MOST_PAIRS), probability)
    photons, pair_variance, emission_variance, high = (np.interp(mean_pairs, grid, table) for table in tables)
    place = np.clip(np.searchsorted(grid, mean_pairs, side="right") - 1, 0, len(grid) - 2)
    part = (mean_pairs - grid[place]) / (grid[place + 1] - grid[place])
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


def _windows(grid: FloatArray, fano_factor: float) -> list[tuple[float, npt.NDArray[np.int64]]]:
    """With each mean the numbers that are probable."""
    reach = 9 * np.sqrt(fano_factor * grid + 0.25) + 30 * fano_factor
    return [
        (float(at), np.arange(max(int(at - away), 0), int(at + away) + 3))
        for at, away in zip(grid, reach, strict=True)
    ]


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
