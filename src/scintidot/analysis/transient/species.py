"""Spectra of single excitons, biexcitons and what else there is, once the kinetics of a fluence series are known.

With known kinetics the share of nanocrystals in each kind of state is a known function of delay and fluence, so that
the spectra are a linear problem at each wavelength.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scintidot.analysis.traces import TransientTrace
from scintidot.analysis.transient.carriers import Pairs, Sample, folded, modes
from scintidot.analysis.transient.chirp import Dispersion
from scintidot.analysis.transient.curves import noise
from scintidot.kinetics.generator import Generator
from scintidot.records import FloatArray
from scintidot.response import gaussian_times_decay

KINDS = {
    "X": "one electron and one hole",
    "XX": "two of each",
    "n>=3": "three or more of each",
    "trion": "unequal numbers of both, such as two electrons and one hole",
    "carrier": "electrons or holes alone, which ejected ones have left",
}
SCARCE = 0.02
"""Largest share of the nanocrystals below which a kind gets no spectrum of its own."""


@dataclass(frozen=True)
class SpeciesSpectra:
    """Change of absorption if every nanocrystal were of a kind."""

    kinds: tuple[str, ...]
    wavelength: FloatArray
    spectra: FloatArray  # (kinds, wavelengths)
    error: FloatArray  # wider by the root of chi-square per point, if that exceeds 1
    condition: float  # of the columns: large where kinds can hardly be told apart
    left_out: tuple[str, ...]
    chi_square_per_point: float


def kinds_of(found: Generator) -> FloatArray:
    """1 where a state is of a kind, shape (kinds, states)."""
    electrons, holes = found.carriers[:, 0], found.carriers[:, 1]
    neutral = electrons == holes
    many = (electrons > 2) & (holes > 2)
    both = (electrons > 0) & (holes > 0)
    alone = ~both & ((electrons > 0) | (holes > 0))
    rows = [neutral & (electrons == 1), neutral & (electrons == 2), many, both & ~neutral & ~many, alone]
    return np.array(rows, dtype=float)


class Kinetics(NamedTuple):
    """Share of each of `KINDS` for each fluence: sum of weights[m, s, k] exp(-rate[k] t)."""

    rate: FloatArray  # (terms,) [1/ps]
    weights: FloatArray  # (fluences, kinds, terms)


def kinetics(
    fluences: Sequence[float], pairs: Pairs, sample: Sample, *, exciton_rate: float, auger_rate: float,
    retained_fraction: float, cross_section: float, most: int,
) -> Kinetics:  # fmt: skip
    """Of the carrier model with known rates."""
    chain = sample.chain(most)
    matrix = chain.matrix(exciton_rate, auger_rate, retained_fraction)
    rate, amplitude = modes(chain, matrix, kinds_of(chain.states))
    distribution = folded(pairs(cross_section * np.array(fluences)), most)
    return Kinetics(rate, np.einsum("mn,snk->msk", distribution, amplitude))


def species_spectra(
    traces: Sequence[TransientTrace], law: Dispersion, known: Kinetics, response_sigma: float
) -> SpeciesSpectra:
    """Spectra of `KINDS` from all matrices of a series, with a baseline of each matrix; they share the wavelengths."""
    rate, weights = known
    wavelength = traces[0].wavelength
    zero = law(wavelength)
    noises = [noise(t.time, t.values, float(zero.min()) - 4 * response_sigma) for t in traces]
    present = np.max(np.abs(_shares(traces, float(np.median(zero)), rate, weights, response_sigma)), axis=0)
    used = np.flatnonzero(present >= min(SCARCE, float(present.max())))
    spectra, error = (
        np.full((len(used), len(wavelength)), np.nan),
        np.full((len(used), len(wavelength)), np.inf),
    )
    condition, total, points = 0.0, 0.0, 0
    for j in range(len(wavelength)):
        columns = _shares(traces, float(zero[j]), rate, weights[:, used], response_sigma)
        bases = np.repeat(np.eye(len(traces)), [len(t.time) for t in traces], axis=0)
        weight = np.concatenate([np.full(len(t.time), 1 / n[j]) for t, n in zip(traces, noises, strict=True)])
        design = np.hstack([columns, bases]) * weight[:, None]
        data = np.concatenate([t.values[:, j] for t in traces]) * weight
        q, r = np.linalg.qr(design)
        inverse = np.linalg.pinv(r, rcond=1e-9)
        linear = inverse @ (q.T @ data)
        spectra[:, j] = linear[: len(used)]
        error[:, j] = np.sqrt(np.sum(inverse**2, axis=1))[: len(used)]
        total += float(np.sum((data - design @ linear) ** 2))
        points += len(data) - len(linear)
        if j == len(wavelength) // 2:
            scaled = columns / np.maximum(np.linalg.norm(columns, axis=0), 1e-300)
            condition = float(np.linalg.cond(scaled))
    names, per_point = tuple(KINDS), total / max(points, 1)
    return SpeciesSpectra(
        tuple(names[i] for i in used), wavelength, spectra, error * np.sqrt(max(per_point, 1.0)), condition,
        tuple(name for i, name in enumerate(names) if i not in used), per_point,
    )  # fmt: skip


def _shares(
    traces: Sequence[TransientTrace], zero: float, rate: FloatArray, weights: FloatArray, sigma: float
) -> FloatArray:
    """Share of each kind at the delays of all matrices, one after the other, (points, kinds)."""
    parts = [
        gaussian_times_decay((t.time - zero)[:, None], rate, sigma) @ w.T
        for t, w in zip(traces, weights, strict=True)
    ]
    return np.concatenate(parts)
