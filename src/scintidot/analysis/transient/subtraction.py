"""Successive subtraction: from curves normalised to their slow tail to the decays of n = 2, 3, 4 pairs.

Klimov, Mikhailovsky, McBranch, Leatherdale, Bawendi 2000 (doi:10.1126/science.287.5455.1011). At the end of its
Auger recombination every excited nanocrystal holds one exciton, so that the curves of all fluences have the same slow
tail; what a stronger pump adds to the normalised curve decays as two pairs do, then, from one curve to the next, as
three, and so on. With y/<y>_tail the normalised curves, one level is

    D_m = y_m/<y_m>_tail - y_r/<y_r>_tail

and the next level is made of the D_m in the same way, normalised where two pairs alone are left. It is exact where
each tail is pure and the curves of a level hold no higher state; both curves may hold the same one in different shares.
Every level adds the noise of its reference. Where the level that is probed holds two carriers only, three pairs bleach
no more than two: what is extracted as n >= 3 is then small or negative, and n = 2 decays too slowly by some per cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scintidot.analysis.fitting import Cost, Fit, Parameter, Prediction, fit, widened
from scintidot.analysis.transient.convolved import decays
from scintidot.analysis.transient.curves import Curve
from scintidot.records import FloatArray

CLEAR_SIGNAL = 10.0
"""Standard errors by which the early mean of a difference must exceed zero to be used."""
TAIL = (1.2, 3.5)
"""From and to, in lifetimes of n pairs, where the curves of n + 1 pairs and more are normalised to each other."""
WORST_HEIGHT = 0.2
"""Relative error of the height of a tail, at most."""
MOST_PAIRS = 4


@dataclass(frozen=True)
class Extracted:
    """The decay of n pairs."""

    pairs: int
    curve: Curve  # what was extracted
    fluences: tuple[float, ...]  # of the curve, then of those whose mean was subtracted
    tail: tuple[float, float]  # [ps] after time zero, where they were made equal
    fit: Fit  # of amplitude, lifetime and what the normalisation may be off by

    @property
    def lifetime(self) -> float:
        """[ps]"""
        return self.fit["lifetime"].value

    @property
    def lifetime_error(self) -> float:
        """[ps], with that of the normalisation."""
        return self.fit["lifetime"].error


def fit_exponential(
    curve: Curve, time_zero: float, response_sigma: float, loose: FloatArray | None = None
) -> Fit:
    """One exponential after a known response: ``amplitude`` and ``lifetime``.

    ``loose`` (rows, times) are what the curve may be off by as a whole, one standard deviation each: every row gets a
    coefficient ``shift_i`` of 0 +- 1, a datum of its own, so that the errors hold them.
    """
    later = curve.time - time_zero
    after = later > 2 * response_sigma
    early = curve.values[after]
    span = float(later[-1])
    height = float(np.max(np.abs(early[: max(3, len(early) // 20)])))
    fallen = np.flatnonzero(early < 0.37 * height)
    start = float(later[after][fallen[0]]) if fallen.size else 0.5 * span
    rows = np.zeros((0, len(later))) if loose is None else loose
    whole = np.concatenate([rows, np.eye(len(rows))], axis=1).T  # (points, shifts)

    def model(values: FloatArray) -> Prediction:
        amplitude, lifetime = values[:2]
        shape = decays(later, np.array([1 / lifetime]), response_sigma)
        known = np.zeros((len(whole), 2))
        known[: len(later), 0] = shape.value[:, 0]
        known[: len(later), 1] = -amplitude * shape.by_rate[:, 0] / lifetime**2
        return Prediction(amplitude * known[:, 0] + whole @ values[2:], np.hstack([known, whole]))

    parameters = [
        Parameter("amplitude", height),
        Parameter("lifetime", start, 0.05 * float(response_sigma), 1e3 * span, unit="ps"),
        *(Parameter(f"shift_{i + 1}", 0.0, scale=1.0) for i in range(len(rows))),
    ]
    data = np.append(curve.values, np.zeros(len(rows)))
    sigma = np.append(curve.sigma, np.ones(len(rows)))
    others = [np.append([height, start * f], np.zeros(len(rows))) for f in (0.2, 4.0)]
    return widened(fit(Cost.gaussian(model, data, sigma), parameters, starts=others))


def successive(
    curves: Sequence[Curve],
    tail: tuple[float, float],
    *,
    time_zero: float,
    response_sigma: float,
    most_pairs: int = MOST_PAIRS,
) -> list[Extracted]:
    """Decays of n = 2, 3, ... as far as they are clear.

    Parameters
    ----------
    curves : sequence of Curve
        A fluence series; delays other than those of the weakest pump are interpolated to them.
    tail : tuple of float
        Delays after time zero [ps] where single excitons alone are left.
    time_zero, response_sigma : float
        Of the instrument. [ps]

    Notes
    -----
    A level is read from the weakest pump whose difference to the mean of all weaker ones is clear (`CLEAR_SIGNAL`).
    From level 2 on the tail lies at `TAIL` lifetimes of the level. Errors are those of the raw curves, carried through
    every level as the linear combination that it is, and of the normalisation of the level itself.
    """
    ordered = sorted(curves, key=lambda curve: curve.fluence)
    series = _Series(ordered, time_zero, response_sigma)
    parts = np.eye(len(ordered))  # each row a curve of the level as a combination of the raw ones
    window, reach = tail, 0.1 * tail[0]
    found: list[Extracted] = []
    members = np.arange(len(ordered))
    for pairs in range(2, most_pairs + 1):
        heights, errors = series.means(parts, window)
        with np.errstate(divide="ignore", invalid="ignore"):
            good = (heights > 0) & (errors < WORST_HEIGHT * heights)
        members, parts = members[good], parts[good] / heights[good, None]
        errors = errors[good] / heights[good]
        step = series.first_clear(parts, reach)
        if step is None:
            break
        reference, of_reference = series.pooled(parts[:step], errors[:step])
        level = parts[step:] - reference
        curve = series.curve(level[0], ordered[members[step]].fluence)
        loose = np.stack([errors[step] * parts[step], of_reference * reference]) @ series.values
        single = fit_exponential(curve, time_zero, response_sigma, loose)
        weaker = tuple(ordered[i].fluence for i in members[:step])
        found.append(Extracted(pairs, curve, (curve.fluence, *weaker), window, single))
        parts, members = level, members[step:]
        window, reach = (TAIL[0] * found[-1].lifetime, TAIL[1] * found[-1].lifetime), 0.5 * found[-1].lifetime
    return found


class _Series:
    """The raw curves on one axis, and combinations of them."""

    def __init__(self, curves: Sequence[Curve], time_zero: float, response_sigma: float) -> None:
        self.time = curves[0].time
        self.later, self.response = self.time - time_zero, response_sigma
        self.values = np.stack([np.interp(self.time, c.time, c.values) for c in curves])
        self.sigma = np.stack([np.interp(self.time, c.time, c.sigma) for c in curves])

    def curve(self, part: FloatArray, fluence: float) -> Curve:
        """One combination with its errors."""
        return Curve(self.time, part @ self.values, np.sqrt(part**2 @ self.sigma**2), fluence)

    def means(self, parts: FloatArray, window: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
        """Mean of each combination within a window of delays, and its error."""
        inside = (self.later >= window[0]) & (self.later <= window[1])
        if not inside.any():
            return np.zeros(len(parts)), np.ones(len(parts))
        variance = parts**2 @ np.mean(self.sigma[:, inside] ** 2, axis=1) / np.count_nonzero(inside)
        return parts @ self.values[:, inside].mean(axis=1), np.sqrt(variance)

    def pooled(self, parts: FloatArray, errors: FloatArray) -> tuple[FloatArray, float]:
        """The mean of combinations with the least noise, and the relative error of its height."""
        weight = 1 / (parts**2 @ np.mean(self.sigma**2, axis=1))
        weight = weight / weight.sum()
        return weight @ parts, float(np.sqrt(weight**2 @ errors**2))

    def first_clear(self, parts: FloatArray, reach: float) -> int | None:
        """Number of the first combination that clearly differs from the mean of those before it."""
        begin = 1.5 * self.response
        window = (begin, begin + max(reach, 3 * self.response))
        for step in range(1, len(parts)):
            reference, _ = self.pooled(parts[:step], np.zeros(step))
            height, error = self.means((parts[step] - reference)[None], window)
            if height[0] > CLEAR_SIGNAL * error[0]:
                return step
        return None
