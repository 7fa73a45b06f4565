"""Options of the kinetics that several commands share: read and checked once, with their words for ``choices``."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Any

from scintidot.errors import BadValue, FieldError, one_of
from scintidot.excitons.distribution import MOST_PAIRS, STATISTICS, pair_distribution, read_pair_distribution
from scintidot.kinetics import exact
from scintidot.kinetics import rates as truncated
from scintidot.kinetics.exact import exact_rates
from scintidot.kinetics.laws import AUGER, CARRIERS, N2_RATIO, RADIATIVE, Rates
from scintidot.materials.fields import In
from scintidot.options import Number, option_flag, read, read_whole
from scintidot.records import FloatArray

KINETIC_MODELS = {**exact.MODELS, **truncated.MODELS}
"""Exact models first, then those that count every N >= 2 as one biexciton."""
DEFAULT_MODEL = CARRIERS
EFFICIENCY_RATIO = N2_RATIO
"""Ratio in the definition of Phi_AR by which published values were derived."""
EFFICIENCY_MEANING = "k_AR/(k_AR + 4 k_X) with the total exciton rate k_X"
FRACTION = In("1", at_least=0, at_most=1)
EFFICIENCY = In("1", at_least=0, below=1)
EXCITON_RATE = In("1/ps", at_least=1e-12, at_most=1e3)
RATE = In("1/ps", at_least=0, at_most=1e6)
MEAN = In("1", above=0, at_most=600)
MOST_TRAPS = 100
NEVER_FULL = "never full"


def read_exciton_rate(value: Number, where: str) -> float:
    """k_X [1/ps] from a rate, or from a lifetime that has a unit, such as ``"6 ns"``."""
    flag = "--exciton-rate"
    try:
        return read(value, flag, where, EXCITON_RATE)
    except BadValue as error:
        try:
            lifetime = In("ps", at_least=1e-3, at_most=1e12).read_number(value)
        except FieldError:
            raise error from None
        if not isinstance(value, str) or error.what != "unit":
            raise
        return 1 / lifetime


def read_exact_rates(
    where: str,
    *,
    auger_efficiency: Number,
    retained_fraction: Number = 0.5,
    exciton_rate: Number = 1e-4,
    quantum_yield: Number = 1.0,
    radiative: str = "n2",
    auger: str = "cubic",
    trapping_rate: Number = 0.0,
    detrapping_rate: Number = 0.0,
    trap_loss_rate: Number = 0.0,
    neutralisation_rate: Number = 0.0,
    traps: Number | None = None,
) -> tuple[Rates, dict[str, Any]]:
    """Rates of the exact models, and the choices that they stand for; ``where`` is the command."""
    one_of(radiative, RADIATIVE, where=where, who="--radiative")
    one_of(auger, AUGER, where=where, who="--auger")
    efficiency = read(auger_efficiency, "--auger-efficiency", where, EFFICIENCY)
    k_x = read_exciton_rate(exciton_rate, where)
    phi = read(quantum_yield, "--quantum-yield", where, FRACTION)
    xi = read(retained_fraction, "--retained-fraction", where, FRACTION)
    others = {
        name: read(value, option_flag(name), where, RATE)
        for name, value in (
            ("trapping_rate", trapping_rate),
            ("detrapping_rate", detrapping_rate),
            ("trap_loss_rate", trap_loss_rate),
            ("neutralisation_rate", neutralisation_rate),
        )
    }
    number = None if traps is None else read_whole(traps, "--traps", where, 1, MOST_TRAPS)
    for flag, value in (
        ("--detrapping-rate", others["detrapping_rate"]),
        ("--trap-loss-rate", others["trap_loss_rate"]),
        ("--traps", number),
    ):
        if value and others["trapping_rate"] == 0:
            raise BadValue(
                where=where, what="option", who=flag, expected="--trapping-rate above 0 with it",
                found="nothing trapped",
            )  # fmt: skip
    rates = exact_rates(
        exciton_rate=k_x,
        quantum_yield=phi,
        auger_rate=EFFICIENCY_RATIO * k_x * efficiency / (1 - efficiency),
        retained_fraction=xi,
        radiative=radiative,
        auger=auger,
        traps=number,
        **others,
    )
    choices = {
        "auger_efficiency": efficiency,
        "auger_efficiency_definition": EFFICIENCY_MEANING,
        "retained_fraction": xi,
        "exciton_rate_per_ps": k_x,
        "quantum_yield": phi,
        "radiative": radiative,
        "radiative_meaning": RADIATIVE[radiative],
        "auger": auger,
        "auger_meaning": AUGER[auger],
        **{f"{name}_per_ps": value for name, value in others.items()},
        "traps": NEVER_FULL if number is None else number,
    }
    return rates, choices


@dataclass(frozen=True)
class Pairs:
    """P(n) that a user asked for."""

    distribution: FloatArray
    mean: float
    choices: dict[str, Any]


def _fits(mean: float, statistics: str) -> bool:
    """Whether P(n) of this mean stays within `MOST_PAIRS`."""
    try:
        pair_distribution(mean, statistics)
    except BadValue:
        return False
    return True


def _largest_mean(statistics: str) -> int:
    """Largest whole <N> of which P(n) stays within `MOST_PAIRS`."""
    return bisect.bisect_left(range(1, MOST_PAIRS), True, key=lambda mean: not _fits(mean, statistics))


def read_pairs(where: str, mean_excitons: Number | None, statistics: str) -> Pairs:
    """P(n) by a named law of mean ``mean_excitons``, or from a file that has its own mean."""
    if statistics in STATISTICS:
        if statistics == "compound":
            raise BadValue(
                where=where, what="name", who="--statistics",
                expected="poisson, exponential, paper or a file n,weight", found="'compound'",
                hint="It needs a simulation: scintidot predict --statistics compound.",
            )  # fmt: skip
        if mean_excitons is None:
            raise BadValue(
                where=where, what="option", who="--mean-excitons", expected="a number", found="nothing"
            )
        mean = read(mean_excitons, "--mean-excitons", where, MEAN)
        if not _fits(mean, statistics):
            raise BadValue(
                where=where, what="value", who="--mean-excitons", found=f"{mean:g}",
                expected=f"at most {_largest_mean(statistics)} with statistics {statistics}: few events may make more "
                f"than {MOST_PAIRS} pairs",
            )  # fmt: skip
        distribution = pair_distribution(mean, statistics)
        meaning = STATISTICS[statistics]
    else:
        if not any(mark in statistics for mark in "./\\"):
            one_of(statistics, STATISTICS, where=where, who="--statistics")
        distribution = read_pair_distribution(statistics)
        mean = float(distribution @ range(len(distribution)))
        meaning = "read from a file of numbers of pairs and weights, scaled to a sum of 1"
        if mean_excitons is not None:
            given = read(mean_excitons, "--mean-excitons", where, MEAN)
            if abs(given - mean) > 0.01 * mean:
                raise BadValue(
                    where=where, what="value", who="--mean-excitons",
                    expected=f"{mean:.6g}, the mean of {statistics}, or no such option", found=f"{given:g}",
                )  # fmt: skip
    choices = {
        "statistics": statistics,
        "statistics_meaning": meaning,
        "mean_excitons": mean,
        "most_pairs": len(distribution) - 1,
    }
    return Pairs(distribution, mean, choices)
