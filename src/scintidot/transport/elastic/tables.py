"""Tables of elastic scattering: shipped for the elements, or computed when they are needed.

A table holds, at `ENERGIES`, total and transport cross sections and the quantiles of mu = (1 - cos theta)/2 at
`probabilities`: the inverse of the angular distribution, for sampling. Between energies the logarithms of the cross
sections follow a cubic spline against the logarithm of the energy, and the quantiles are linear in it; between
probabilities they are linear too. ``tools/build_elastic.py`` makes the shipped ones.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from scintidot.atoms.elements import Element, element
from scintidot.errors import BadFile, OutOfRange
from scintidot.records import FloatArray
from scintidot.transport.elastic.cross_sections import (
    HIGHEST_ENERGY,
    LOWEST_ENERGY,
    RANGE,
    Scatterer,
    angular_distribution,
    scatterer,
)

SCHEMA = "scintidot.elastic-table/1"
PER_DECADE = 32
ENERGIES = np.geomspace(LOWEST_ENERGY, HIGHEST_ENERGY, 4 * PER_DECADE + 1)
"""[eV]"""
RARE = 1e-8
"""Smallest probability beyond which a quantile is tabulated: rare large angles decide the transport at 100 keV."""
LOG_STEP = 2.0**-12
"""Step in which the logarithm to base 2 of a quantile is kept: a rounding by at most 8.5e-5."""


def probabilities() -> tuple[FloatArray, FloatArray]:
    """Probabilities of the quantiles and, exactly, one minus them: even steps to 0.975, then a geometric tail."""
    body, tail = np.linspace(0.0, 0.975, 131), np.geomspace(0.025, RARE, 113)[1:]
    return np.concatenate([body, 1 - tail, [1.0]]), np.concatenate([1 - body, tail, [0.0]])


@dataclass(frozen=True)
class ElasticTable:
    """Elastic scattering of one element by the free-atom model."""

    symbol: str
    energy: FloatArray  # [eV]
    total: FloatArray  # [nm^2]
    transport1: FloatArray  # [nm^2]
    transport2: FloatArray  # [nm^2]
    mu: FloatArray  # (energies, probabilities)

    def cross_sections(self, energy: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Total, first and second transport cross section [nm^2] at kinetic energies. [eV]"""
        energy = check_energy(energy)
        total, first, second = np.exp(self._curve(np.log(energy)))
        return total, first, second

    def sample(self, energy: npt.ArrayLike, uniform: FloatArray) -> FloatArray:
        """mu = (1 - cos theta)/2 for random numbers ``uniform`` in [0, 1); both arrays of one shape."""
        energy = check_energy(energy)
        probability, _ = probabilities()
        j = np.clip(np.searchsorted(probability, uniform, side="right") - 1, 0, len(probability) - 2)
        share = (uniform - probability[j]) / (probability[j + 1] - probability[j])
        position = np.log10(energy / LOWEST_ENERGY) * PER_DECADE
        i = np.clip(position.astype(int), 0, len(self.mu) - 2)
        along = position - i
        low = (1 - share) * self.mu[i, j] + share * self.mu[i, j + 1]
        high = (1 - share) * self.mu[i + 1, j] + share * self.mu[i + 1, j + 1]
        return np.asarray((1 - along) * low + along * high)

    @cached_property
    def _curve(self) -> Callable[[FloatArray], FloatArray]:
        from scipy.interpolate import CubicSpline

        rows = np.log(np.stack([self.total, self.transport1, self.transport2]))
        curve: Callable[[FloatArray], FloatArray] = CubicSpline(np.log(self.energy), rows, axis=1)
        return curve


def check_energy(energy: npt.ArrayLike, *, where: str = "elastic", who: str = "energy") -> FloatArray:
    """Refuse kinetic energies [eV] outside the range of the model."""
    checked = np.asarray(energy, dtype=float)
    bad = checked[~((checked >= LOWEST_ENERGY) & (checked <= HIGHEST_ENERGY))]
    if bad.size:
        expected = f"{RANGE} for elastic scattering by partial waves"
        raise OutOfRange(where=where, what="energy", who=who, expected=expected, found=f"{bad.flat[0]:g} eV")
    return checked


def table(name: str | int) -> ElasticTable:
    """The table of an element: the shipped one, or computed in some seconds.

    Examples
    --------
    >>> total, transport1, transport2 = table("Pb").cross_sections([1000.0])
    >>> bool(0 < transport1[0] < total[0] < 0.1)
    True
    """
    return _table(element(name, where="elastic"))


@cache
def _table(of: Element) -> ElasticTable:
    file = resources.files("scintidot.transport.elastic").joinpath("data", f"{of.symbol}.npz")
    if file.is_file():
        with file.open("rb") as stream:
            return read_table(stream, of.symbol)
    return compute_table(scatterer(of))


def compute_table(
    target: Scatterer, energies: FloatArray = ENERGIES, progress: Callable[[float], None] | None = None
) -> ElasticTable:
    """Cross sections and quantiles at ``energies``; ``progress`` is told each when it is done. [eV]"""
    probability, complement = probabilities()
    rows, mu = [], []
    for energy in energies:
        angular = angular_distribution(target, float(energy))
        rows.append((angular.total, angular.transport1, angular.transport2))
        exact = angular.quantiles(probability, complement)
        mu.append(balanced(exact, angular.transport1 / (2 * angular.total)))
        if progress is not None:
            progress(float(energy))
    total, first, second = np.array(rows).T
    return ElasticTable(target.element.symbol, np.asarray(energies), total, first, second, np.array(mu))


def balanced(mu: FloatArray, mean: float) -> FloatArray:
    """Quantiles that, linear in between, have the given mean: mu (1 + e (1 - mu)) with |e| of about 0.01 at most.

    Across a deep minimum of the differential cross section a quantile leaps, and a straight line misses the mean.
    """
    probability, complement = probabilities()
    share = np.where(probability[1:] > 0.5, -np.diff(complement), np.diff(probability))
    weight = (np.append(share, 0.0) + np.append(0.0, share)) / 2
    return np.asarray(mu * (1 + (mean - weight @ mu) / (weight @ (mu * (1 - mu))) * (1 - mu)))


def write_table(path: Path, made: ElasticTable) -> None:
    """Write under a temporary name, then rename.

    Quantiles are kept as integers, their logarithms in steps of `LOG_STEP`, as second differences: these are small
    and compress well. The first quantile is 0 and the last 1.
    """
    code = np.rint(np.log2(made.mu[:, 1:-1]) / LOG_STEP).astype(np.int32)
    partial = path.with_suffix(".partial")
    with partial.open("wb") as stream:
        np.savez_compressed(
            stream,
            schema=np.array(SCHEMA),
            energy_eV=made.energy,
            cross_sections_nm2=np.stack([made.total, made.transport1, made.transport2]),
            mu_code=np.diff(np.diff(code, axis=0, prepend=0), axis=1, prepend=0),
        )
    partial.replace(path)


def read_table(stream: IO[bytes], symbol: str) -> ElasticTable:
    """A table as written by `write_table`."""
    where = f"{symbol}.npz"
    try:
        with np.load(stream, allow_pickle=False) as data:
            schema, energy = str(data["schema"]), data["energy_eV"]
            sections, code = data["cross_sections_nm2"], data["mu_code"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise BadFile(
            where=where, what="table", who=symbol, expected=SCHEMA, found=type(error).__name__
        ) from None
    shape = len(ENERGIES), len(probabilities()[0]) - 2
    if schema != SCHEMA or not np.allclose(energy, ENERGIES, rtol=1e-12) or code.shape != shape:
        hint = "Run tools/build_elastic.py."
        raise BadFile(where=where, what="table", who=symbol, expected=SCHEMA, found=schema, hint=hint)
    mu = np.pad(np.exp2(LOG_STEP * code.cumsum(axis=0).cumsum(axis=1)), ((0, 0), (1, 1)))
    mu[:, -1] = 1.0
    total, first, second = sections
    return ElasticTable(symbol, energy, total, first, second, mu)
