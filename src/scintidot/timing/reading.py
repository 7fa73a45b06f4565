"""A decay as people write it, and tables of two columns: measured responses, distributions of energy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scintidot.errors import BadFile, BadValue, FieldError, OutOfRange
from scintidot.materials.fields import In
from scintidot.records import Exponentials, FloatArray
from scintidot.tables import read_weighted
from scintidot.timing.density import Response

_EXAMPLE = "fraction:lifetime pairs such as '0.3:250,0.7:10000' [ps], or one lifetime"
_LIFETIME = In("ps", at_least=1e-3, at_most=1e9)
_FRACTION = In("1", at_least=-1e6, at_most=1e6)
MOST_POINTS = 512
_STEP_TOLERANCE = 0.01


@dataclass(frozen=True)
class Decay:
    """A decay as written: fractions of the light, normalised, and lifetimes."""

    fraction: tuple[float, ...]  # time-integrated, sum 1
    lifetime: tuple[float, ...]  # [ps]
    written_sum: float  # of the fractions before they were normalised

    @property
    def exponentials(self) -> Exponentials:
        """The same as a curve, one photon in all."""
        lifetime = np.array(self.lifetime)
        return Exponentials(np.array(self.fraction) / lifetime, 1 / lifetime)


def read_decay(entry: object, *, where: str, who: str) -> Decay:
    """Decay from text such as ``"0.3:250, 0.7:10 ns"``: time-integrated fraction and lifetime; or one lifetime.

    Raises
    ------
    BadValue
        For text of another form, a lifetime outside 1e-3 to 1e9 ps, or fractions whose curve is negative somewhere.
    """
    parts = [part.strip() for part in str(entry).split(",") if part.strip()]
    fractions, lifetimes = [], []
    try:
        for part in parts:
            fraction, separator, lifetime = part.rpartition(":")
            if not separator and len(parts) > 1:
                raise FieldError("decay", _EXAMPLE, repr(str(entry)), f"'{part}' has no fraction.")
            fractions.append(_FRACTION.read_number(fraction) if separator else 1.0)
            lifetimes.append(_LIFETIME.read_number(lifetime if separator else part))
        total = sum(fractions)
        if not parts or not total > 0:
            raise FieldError("decay", _EXAMPLE, repr(str(entry)))
    except FieldError as error:
        raise error.at(BadValue, where=where, who=who) from None
    decay = Decay(tuple(fraction / total for fraction in fractions), tuple(lifetimes), total)
    if min(decay.fraction) < 0:
        _check_positive(decay, where, who)
    return decay


def _check_positive(decay: Decay, where: str, who: str) -> None:
    """Refuse a curve that is negative somewhere, beyond rounding."""
    times = np.append(0.0, np.geomspace(1e-3 * min(decay.lifetime), 40 * max(decay.lifetime), 2000))
    curve = decay.exponentials(times)
    scale = np.abs(decay.exponentials.amplitude) @ np.exp(
        -np.multiply.outer(1 / np.array(decay.lifetime), times)
    )
    if np.any(curve < -1e-9 * scale):
        time = times[int(np.argmin(curve / scale))]
        raise BadValue(
            where=where, what="decay", who=who, expected="light that is never negative",
            found=f"a curve below 0 at {time:.3g} ps",
        )  # fmt: skip


def read_response(path: Path, *, who: str) -> Response:
    """Measured response to one photon, ``time_ps,weight`` at equal steps, as Gaussians of that step at its points.

    It starts to count from its mean. The Gaussians widen it, the variance by the step squared.

    Raises
    ------
    BadFile
        If times do not rise in equal steps, or there are fewer than 4 or more than 512 points.
    """
    _, time, weight = read_weighted(path, ("time_ps", "weight"), who=who)
    steps = np.diff(time)
    even = len(time) > 1 and steps[0] > 0 and np.ptp(steps) <= _STEP_TOLERANCE * steps.mean()
    if not even or not 4 <= len(time) <= MOST_POINTS:
        raise BadFile(
            where=str(path), what="times", who=who, expected=f"4 to {MOST_POINTS} times that rise in equal steps",
            found=f"{len(time)} times" + ("" if even else ", not in equal steps"),
        )  # fmt: skip
    share = weight / weight.sum()
    seen = share > 0
    return Response(float(steps.mean()), (time - share @ time)[seen], share[seen])


def read_energies(path: Path, *, who: str) -> tuple[FloatArray, FloatArray]:
    """Energies [keV] of the events and their probabilities from ``energy_keV,weight``.

    Energies of weight 0 are left out.

    Raises
    ------
    OutOfRange
        If an energy of some weight is not above 0: such an event has no light to tell its time by.
    """
    _, energy, weight = read_weighted(path, ("energy_keV", "weight"), who=who)
    energy, weight = energy[weight > 0], weight[weight > 0]
    if np.any(energy <= 0):
        raise OutOfRange(
            where=str(path), what="energy", who=who, expected="more than 0 keV", found=f"{energy.min():g} keV",
            hint="An event without light has no time; leave it out.",
        )  # fmt: skip
    return energy, weight / weight.sum()
