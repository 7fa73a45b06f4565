"""The Cramer-Rao bound: no unbiased estimator of the time of an event is better.

With the density p of one photon and n photons, or a Poisson number of mean n, the information on the time of the
event is n I1, I1 = integral p'^2/p dt (Seifert, van Dam, Schaart 2012, doi:10.1088/0031-9155/57/7/1797). Dark counts
of rate d hide some of it: integral (n p')^2/(n p + d) dt. Two equal detectors: CTR = 2 sqrt(2 ln 2) sqrt(2/(n I1)).

**It does not exist without jitter.** Without rise p jumps at 0: the first photon alone tells the time to about 1/n,
better than any 1/sqrt(n). With an exponential rise p ~ t near 0, so that p'^2/p ~ 1/t and the integral diverges as
the logarithm. Any jitter, or spread of the optical path, makes it finite.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from scintidot.errors import OutOfRange
from scintidot.records import Exponentials, FloatArray
from scintidot.timing.coincidence import coincidence_resolution
from scintidot.timing.density import Response, density

WHY_NO_BOUND = (
    "Without jitter there is no Cramer-Rao bound: p(t) starts with a jump, or with an exponential rise linearly, where "
    "the integral of p'^2/p diverges."
)

EARLY, LATE = 8.0, 50.0
"""Where the integrals start, in sigma before 0, and end, in longest lifetimes: the rest is below 1e-12."""


def panels(decay: Exponentials, rise_time: float, response: Response, *, fine: float = 1.0) -> FloatArray:
    """Edges between which p is smooth: uniform within 8 sigma, then by powers of 2 to the end of the light. [ps]

    ``fine``: that many times as many panels. ``sigma`` must be above 0.
    """
    sigma = response.sigma
    first, last = float(np.min(response.delay)), float(np.max(response.delay))
    longest = max(1 / float(np.min(decay.rate)), rise_time)
    width = last - first + 2 * EARLY * sigma
    start = np.linspace(first - EARLY * sigma, last + EARLY * sigma, 1 + round(fine * width / (1.6 * sigma)))
    doublings = max(1, int(np.ceil(fine * np.log2(1 + LATE * longest / (EARLY * sigma)))))
    growth = EARLY * sigma * 2 ** (np.arange(1, doublings + 1) / fine)
    return np.concatenate([start, last + growth])


def nodes(edges: FloatArray, points: int = 7) -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre nodes and weights of every panel; both of shape (panels, points)."""
    x, w = _unit_rule(points)
    half = 0.5 * np.diff(edges)[:, None]
    return edges[:-1, None] + half * (1 + x), half * w


_unit_rule = cache(np.polynomial.legendre.leggauss)
"""Nodes and weights between -1 and 1."""


def information(
    decay: Exponentials,
    rise_time: float,
    response: Response,
    photons: npt.ArrayLike = 1.0,
    dark_rate: float = 0.0,
) -> FloatArray:
    """Fisher information on the time of an event. [1/ps^2]

    Parameters
    ----------
    decay : Exponentials
        Amplitudes of shape (..., terms), rates of shape (terms,) or (..., terms); lifetimes from 1e-3 to 1e9 ps.
    rise_time : float
        Time constant of an exponential rise; 0 for none. [ps]
    response : Response
        Of the detector and the optical path; ``sigma`` above 0.
    photons : array_like
        Detected photons n of an event, fixed or Poisson mean; broadcasts against (...).
    dark_rate : float
        Counts without a photon. [1/ps]

    Returns
    -------
    FloatArray
        Shape (...); right to 1e-6.

    Raises
    ------
    OutOfRange
        If nothing spreads the registered times: the integral diverges.
    """
    if not response.sigma > 0:
        raise OutOfRange(
            where="time resolution", what="jitter", who="sigma", expected="more than 0 ps", found="0 ps",
            hint=WHY_NO_BOUND,
        )  # fmt: skip
    time, weight = nodes(panels(decay, rise_time, response))
    value, slope = density(decay, rise_time, response, time.ravel())
    number = np.asarray(photons, dtype=float)[..., None]
    floor = 1e-14 * np.max(
        value, axis=-1, keepdims=True
    )  # signed amplitudes leave rounding where there is no light
    seen = value > np.where(time.ravel() > 0, floor, 0)
    share = np.where(seen, slope, 0) ** 2 * number**2 / (number * np.where(seen, value, 1) + dark_rate)
    return np.asarray(share @ weight.ravel())


def fisher_information(decay: Exponentials, rise_time: float, sigma: float) -> FloatArray:
    """I1 = integral p'^2/p of one photon under Gaussian jitter [ps], shape (...). [1/ps^2]

    Examples
    --------
    An exponential of 1 us seen with 1 ps jitter: 0.903197/(sigma tau).

    >>> decay = Exponentials(np.array([1e-6]), np.array([1e-6]))
    >>> f"{float(fisher_information(decay, 0.0, 1.0)):.5e}"
    '9.03197e-07'
    """
    return information(decay, rise_time, Response.gaussian(sigma))


def cramer_rao_bound(information: npt.ArrayLike, other: npt.ArrayLike | None = None) -> FloatArray:
    """CTR [ps FWHM] of two detectors with these informations on the time of an event [1/ps^2]; one: two equal ones."""
    deviations = (np.asarray(each, dtype=float) ** -0.5 for each in (information, other) if each is not None)
    return coincidence_resolution(*deviations)
