"""Light yield of a sample, how much of it comes early, and how long one has to wait for it.

    LY = (kept share x photons per energy kept + host share x transfer efficiency x photons per energy that arrives)
         x outcoupling                                                                        [photons/MeV]

Each factor is a number between what goes in and what comes out of one step, so that a bottleneck shows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scintidot.records import Exponentials, FloatArray

EV_PER_MEV, PS_PER_NS = 1e6, 1e3
LIGHT_YIELD = (
    "share of the radiation's energy that nanocrystals keep x photons per energy kept x outcoupling, plus what the "
    "host's deposit hands on by the named transfer efficiency"
)
PROMPT_DENSITY = {
    "initial": "light yield/tau_harmonic: the rate at the very start, LY F(0)/integral(F)",
    "within": "light yield x share of the photons emitted before t / t: the mean over the first t, without response",
}
LIGHT_COLLECTED = "time after an instantaneous excitation by which this share of the photons is emitted"


def light_yield(
    kept_share: npt.ArrayLike,
    photons_per_energy: npt.ArrayLike,
    *,
    host_share: npt.ArrayLike = 0.0,
    transfer_efficiency: npt.ArrayLike = 0.0,
    photons_per_energy_transferred: npt.ArrayLike = 0.0,
    outcoupling: npt.ArrayLike = 1.0,
) -> FloatArray:
    """Photons that leave the sample per energy of the radiation. [1/MeV]

    Parameters
    ----------
    kept_share : array_like
        Energy that nanocrystals keep over that of the radiation. [1] 0 to 1.
    photons_per_energy : array_like
        Photons per energy kept: photons of one nanocrystal over its deposit. [1/eV]
    host_share : array_like
        Energy that stays in the host over that of the radiation. [1] With ``kept_share`` at most 1.
    transfer_efficiency : array_like
        Share of the host's energy that reaches nanocrystals. [1] 0 to 1; 0: the host is dark.
    photons_per_energy_transferred : array_like
        Photons per energy that arrives that way. [1/eV] It comes exciton by exciton, spread over many nanocrystals.
    outcoupling : array_like
        Share of the photons that leave the sample. [1] 0 to 1.

    Examples
    --------
    >>> round(float(light_yield(0.25, 0.08, outcoupling=0.5)), 1)
    10000.0
    """
    own = np.multiply(kept_share, photons_per_energy)
    handed_on = np.multiply(host_share, np.multiply(transfer_efficiency, photons_per_energy_transferred))
    return np.asarray(EV_PER_MEV * np.asarray(outcoupling) * (own + handed_on))


def share_emitted(decay: Exponentials, time: npt.ArrayLike) -> FloatArray:
    """Share of the photons emitted before ``time`` [ps] >= 0 of shape (times,); shape (..., times).

    Sum of a/k (1 - e^{-kt}) over sum of a/k; nan where there is no light.
    """
    time = np.asarray(time, dtype=float)
    rate = np.broadcast_to(decay.rate, np.broadcast_shapes(decay.amplitude.shape, decay.rate.shape))
    grown = -np.expm1(-np.multiply.outer(rate, time))
    part = np.einsum("...k,...kt->...t", decay.amplitude / rate, grown)
    with np.errstate(invalid="ignore"):
        return np.asarray(part / decay.integral[..., None])


def initial_density(decay: Exponentials, light_yield: npt.ArrayLike) -> FloatArray:
    """Photon density at the start, LY/tau_harmonic. [1/(MeV ns)] ``light_yield`` [1/MeV]."""
    with np.errstate(invalid="ignore"):
        start = np.sum(decay.amplitude * np.ones_like(decay.rate), axis=-1) / decay.integral
    return np.asarray(np.asarray(light_yield) * start * PS_PER_NS)


def prompt_density(decay: Exponentials, light_yield: npt.ArrayLike, first: npt.ArrayLike) -> FloatArray:
    """Mean photon density within the ``first`` [ps] > 0 of shape (times,). [1/(MeV ns)], shape (..., times).

    Falls from `initial_density` (first -> 0) as LY/first; ``light_yield`` [1/MeV] of shape (...).

    Examples
    --------
    >>> decay = Exponentials(np.array([1.0]), np.array([1e-3]))  # 1 ns
    >>> np.round(prompt_density(decay, 1e4, [1.0, 1000.0]), 1).tolist()
    [9995.0, 6321.2]
    """
    first = np.asarray(first, dtype=float)
    return np.asarray(np.asarray(light_yield)[..., None] * share_emitted(decay, first) / first * PS_PER_NS)


def time_collected(decay: Exponentials, share: float) -> float:
    """Time [ps] by which ``share`` (0 to 1, exclusive) of the photons of one decay is emitted; nan without light."""
    from scipy.optimize import brentq

    if not decay.integral > 0:
        return float("nan")

    def missing(time: float) -> float:
        return float(share_emitted(decay, [time])[0]) - share

    late = 1 / float(np.min(decay.rate))
    while missing(late) < 0:
        late *= 2
    return float(brentq(missing, 0.0, late, xtol=1e-12 * late, rtol=1e-12))
