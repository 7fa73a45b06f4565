"""Energy resolution from the statistics of deposits, pairs, emission and detection.

One primary leaves deposits E_1, E_2, ... in nanocrystals (and perhaps something in the host that reaches them). Each
makes n pairs, each n makes N photons, each photon is detected with probability p. With the law of total variance, given
history by history what the deposits are,

    Var N_det = p^2 [ Var S  +  <sum Var(m(n)|E)>  +  <sum <v(n)|E>> ]  +  p (1 - p) <N>,     S = sum <m(n)|E>
                      deposits        pair creation          emission        detection

where m(n) and v(n) are mean and variance of the photons of n pairs. Var S is split once more, by the straight line
of S against the energy kept: what the line explains, and the rest, which is how nanocrystals share the energy. The
five parts add up exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scintidot.constants import FWHM_PER_SIGMA
from scintidot.records import FloatArray

CONTRIBUTIONS = {
    "energy_kept": "how much of the energy of a primary nanocrystals keep (the straight line of photons against it)",
    "sharing": "how this energy is shared among nanocrystals: few big deposits lose more to Auger recombination",
    "pair_creation": "how many pairs a deposit makes (Fano factor, and rounding to whole pairs)",
    "emission": "how many photons a number of pairs makes (quantum yield, Auger recombination)",
    "detection": "which photons leave the sample and are detected (binomial)",
}
RESOLUTION = "2.3548 x standard deviation/mean of the number of detected photons of one primary, as if it were Gaussian"


@dataclass(frozen=True)
class PhotonCount:
    """Detected photons of one primary: mean, variance by cause, and how well both are known from the histories."""

    mean: float
    mean_error: float  # standard error
    variance: dict[str, float]  # keyed as `CONTRIBUTIONS`
    relative_variance_error: float  # standard error of resolution^2 over itself

    @property
    def resolution(self) -> float:
        """Full width at half maximum over mean; nan without light."""
        return self._width(sum(self.variance.values()))

    @property
    def resolution_error(self) -> float:
        """Standard error of the resolution."""
        return 0.5 * self.relative_variance_error * self.resolution

    @property
    def resolution_by_cause(self) -> dict[str, float]:
        """What each cause alone would leave; their squares add up to that of the resolution."""
        return {name: self._width(value) for name, value in self.variance.items()}

    def _width(self, variance: float) -> float:
        return FWHM_PER_SIGMA * math.sqrt(variance) / self.mean if self.mean > 0 else math.nan


def photon_count(
    expected: FloatArray,
    energy_kept: FloatArray,
    pair_variance: FloatArray,
    emission_variance: FloatArray,
    detected_share: float = 1.0,
) -> PhotonCount:
    """Mean and variance of the photons of one primary from histories of the engine.

    Parameters
    ----------
    expected : ndarray, shape (histories,)
        Photons expected from the deposits of each history, S.
    energy_kept : ndarray, shape (histories,)
        Energy that nanocrystals keep. [eV]
    pair_variance, emission_variance : ndarray, shape (histories,)
        Variance of the photons given the deposits, by the number of pairs, and by what pairs emit.
    detected_share : float
        p: outcoupling x detection efficiency. [1] 0 to 1.

    Returns
    -------
    PhotonCount
        All nan for fewer than two histories.

    Examples
    --------
    >>> same = np.full(10, 100.0)
    >>> count = photon_count(same, same, 0 * same, 0 * same, 0.5)  # binomial alone
    >>> round(count.mean), round(count.variance["detection"]), round(count.resolution, 4)
    (50, 25, 0.2355)
    """
    n = len(expected)
    if n < 2:
        return PhotonCount(math.nan, math.nan, dict.fromkeys(CONTRIBUTIONS, math.nan), math.nan)
    mean, of_deposits = float(np.mean(expected)), float(np.var(expected, ddof=1))
    spread = float(np.var(energy_kept, ddof=1))
    together = float(np.sum((expected - mean) * (energy_kept - np.mean(energy_kept)))) / (n - 1)
    line = min(together**2 / spread, of_deposits) if spread > 0 else 0.0
    p = detected_share
    variance = {
        "energy_kept": p**2 * line,
        "sharing": p**2 * (of_deposits - line),
        "pair_creation": p**2 * float(np.mean(pair_variance)),
        "emission": p**2 * float(np.mean(emission_variance)),
        "detection": p * (1 - p) * mean,
    }
    whole = sum(variance.values())
    error = 0.0
    if whole > 0 and mean > 0:  # each history's pull on variance/mean^2
        given = p**2 * (pair_variance + emission_variance) + p * (1 - p) * expected
        pull = (p**2 * (expected - mean) ** 2 + given) / whole - 2 * (expected - mean) / mean
        error = float(np.std(pull, ddof=1)) / math.sqrt(n)
    return PhotonCount(p * mean, p * math.sqrt(of_deposits / n), variance, error)
