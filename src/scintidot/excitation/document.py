"""One nanocrystal under radiation that does not wait for it, checked and answered as ``scintidot.excitation/1``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from scintidot import __version__
from scintidot.documents import Document
from scintidot.errors import ScintidotError, one_of
from scintidot.excitation.inputs import (
    WHERE,
    Body,
    missing,
    read_delays,
    read_event_rate,
    read_events,
    read_rates,
    refuse,
)
from scintidot.kinetic_options import DEFAULT_MODEL
from scintidot.kinetics import excitation as solver
from scintidot.kinetics.excitation import Steady, Train, excite, few_neglected
from scintidot.kinetics.generator import EMPTY, Generator, generator, isolated_moments, photons_to_come
from scintidot.kinetics.laws import TRANSITIONS, Rates
from scintidot.materials.fields import In
from scintidot.materials.material import Material
from scintidot.options import Number, read, read_whole
from scintidot.output import number
from scintidot.provenance import bibliography, cited
from scintidot.records import FloatArray

SCHEMA = "scintidot.excitation/1"
MODES = {
    "steady": "events at random times with one mean rate (continuous X-ray tube, source), stationary state",
    "pulses": "a train of pulses of one period, periodic state and the first pulses",
}
CHARGE = (
    "what an event finds it adds to: pairs, charges and filled traps of earlier events stay until they recombine, "
    "leave or are neutralised"
)
ENOUGH = 1e-9
"""Probability to meet the bound on the pairs below which it is not widened further."""
FEWEST = 4
"""Pairs that are counted at least: rare as they may be, pairs of pairs are what g2 measures."""
WIDENING = 1.3
"""Bound on the pairs over the one before it."""
COOLING_TIME = 1.0
"""That hot carriers take, about; the models have them cool at once. [ps]"""
STATES = {"steady": 10_000, "pulses": 1000}
"""The bound is not widened beyond about this number of states."""
SOURCES = ("nair_2011", "trefethen_2006")


def repeated_excitation(
    *,
    mode: str = "steady",
    model: str = DEFAULT_MODEL,
    mean_excitons: Number | None = None,
    statistics: str | Path = "poisson",
    event_rate: Number | None = None,
    dose_rate: Number | None = None,
    edge_length: Number | None = None,
    shape: str | None = None,
    material: Material | str | Path | None = None,
    density: Number | None = None,
    deposit: Number | None = None,
    period: Number | None = None,
    pulses: Number | None = None,
    delays: object = None,
    **kinetics: Any,
) -> Document:
    """Light of one nanocrystal that is excited again and again.

    Parameters
    ----------
    mode : str
        ``steady`` needs ``event_rate`` [1/ps], or ``dose_rate`` [Gy/s] with ``edge_length`` [nm], ``deposit`` [eV]
        and ``density`` [g/cm3] or ``material`` (default CsPbBr3); ``pulses`` needs ``period`` [ps], and lists the
        first ``pulses`` ones.
    model : str
        ``carriers`` or ``ladder``.
    mean_excitons, statistics
        <N> of one event or pulse and ``poisson`` or ``exponential``, or a file of P(n) instead of both.
    shape : str, optional
        ``cube`` (default) or ``sphere``, for the volume.
    delays : sequence of float or str, optional
        Delays of g2 in mode steady. [ps] 0 alone by default.
    **kinetics
        Options of `scintidot.kinetic_options.read_exact_rates`, as in ``scintidot kinetics``: ``auger_efficiency``
        (needed), ``retained_fraction``, ``exciton_rate``, ``quantum_yield``, ``radiative``, ``auger``,
        ``trapping_rate``, ``detrapping_rate``, ``trap_loss_rate``, ``traps``, ``neutralisation_rate``.

    Returns
    -------
    Document
        ``scintidot.excitation/1``: ``photons_per_event`` beside ``photons_isolated``, ``pile_up_ratio``,
        ``event_finds``, ``mean_pairs_found``, ``g2``, ``emission_rate_per_ps``; of mode pulses, each of the first
        ``pulses``; ``choices``, ``warnings`` and ``bibliography``.

    Raises
    ------
    BadValue, BadFile
        For a value or file outside these limits.
    OutOfRange
        When carriers pile up beyond what can be solved.

    Examples
    --------
    >>> found = repeated_excitation(mean_excitons=0.8, auger_efficiency=0.9, event_rate=1e-9)
    >>> round(found["photons_per_event"]["total"], 4), round(found["photons_isolated"]["total"], 4)
    (0.3808, 0.4761)
    """
    one_of(mode, MODES, where=WHERE, who="--mode")
    rates, of_rates = read_rates(model, kinetics)
    pairs = read_events(mean_excitons, statistics)
    distribution = pairs.distribution
    choices = {"mode": mode, "mode_meaning": MODES[mode], **of_rates, **pairs.choices, "charge": CHARGE}
    answer: dict[str, Any]
    body = Body(edge_length, shape, material, density)
    if mode == "steady":
        refuse("in mode steady", {"--period-ps": period, "--pulses": pulses})
        rate, of_rate = read_event_rate(event_rate, dose_rate, deposit, body)
        choices |= of_rate
        answer = _steady(model, rates, distribution, rate, read_delays(delays))
    else:
        refuse("in mode pulses", {"--event-rate": event_rate, "--delays-ps": delays})
        refuse("in mode pulses", {"--dose-rate-gy-per-s": dose_rate, "--deposit-ev": deposit, **body.given()})
        if period is None:
            raise missing("--period-ps", "the time between pulses, in mode pulses")
        span = read(period, "--period-ps", WHERE, In("ps", at_least=1e-3, at_most=1e15))
        first = 5 if pulses is None else read_whole(pulses, "--pulses", WHERE, 0, 10_000)
        answer = _pulses(model, rates, distribution, span, first)
    return Document(
        {
            "schema": SCHEMA,
            "version": __version__,
            "choices": choices,
            "mean_pairs_per_event": number(pairs.mean),
            **answer,
            "bibliography": cited(bibliography(SOURCES)),
        }
    )


def _steady(
    model: str, rates: Rates, distribution: FloatArray, rate: float, delays: FloatArray
) -> dict[str, Any]:
    def solve(found: Generator) -> tuple[Steady, float]:
        solution = solver.steady(found, distribution, rate)
        return solution, solution.neglected

    found, solution, neglected = _wide_enough("steady", model, rates, distribution, solve)
    shares = solver.shares(found, solution.probability)
    alone = _isolated(found, distribution)
    per_event = solution.photons_per_event
    until_dark = _until_dark(solution, rates)
    return {
        "event_rate_per_ps": number(rate),
        "emission_rate_per_ps": _by_transition(solution.emission),
        "photons_per_event": _by_transition(per_event),
        **alone,
        "pile_up_ratio": _ratio(float(per_event.sum()), alone["photons_isolated"]["total"]),
        "event_finds": _finds(shares),
        "mean_pairs_found": number(solver.mean_pairs(found, solution.probability)),
        "g2": _correlation(solution, delays),
        "events_until_dark": until_dark,
        "bound": _bound(found, neglected),
        "warnings": [
            *_warnings(found, rates, shares, until_dark),
            *_crowded(found, rates, distribution, rate),
        ],
    }


def _pulses(model: str, rates: Rates, distribution: FloatArray, period: float, first: int) -> dict[str, Any]:
    def solve(found: Generator) -> tuple[Train, float]:
        solution = solver.train(found, distribution, period)
        return solution, solution.neglected(solution.periodic)

    found, solution, neglected = _wide_enough("pulses", model, rates, distribution, solve)
    before = solution.periodic
    shares = solver.shares(found, before)
    alone = _isolated(found, distribution)
    per_pulse = solution.photons(before)
    times = np.concatenate([[0.0], np.geomspace(period * 1e-4, period, 25)])
    curve = solution.emission(before, times)
    correlation = solution.correlation(before, 3)
    until_dark = _until_dark(solution, rates)
    return {
        "period_ps": number(period),
        "photons_per_pulse": _by_transition(per_pulse),
        **alone,
        "pile_up_ratio": _ratio(float(per_pulse.sum()), alone["photons_isolated"]["total"]),
        "pulse_finds": _finds(shares),
        "mean_pairs_found": number(solver.mean_pairs(found, before)),
        "emission_curve": [
            {"time_ps": number(time), **_by_transition(values)}
            for time, values in zip(times, curve, strict=True)
        ],
        "first_pulses": _first_pulses(solution, first),
        "g2_peaks": None if correlation is None else [number(value) for value in correlation],
        "two_pulses_ratio": number(float(solver.two_pulses(found, distribution, np.array([period]))[0])),
        "events_until_dark": until_dark,
        "bound": _bound(found, neglected),
        "warnings": _warnings(found, rates, shares, until_dark),
    }


def _correlation(solution: Steady, delays: FloatArray) -> list[dict[str, Any]] | None:
    values = solution.correlation(delays)
    if values is None:
        return None
    return [{"delay_ps": number(delay), "g2": number(g2)} for delay, g2 in zip(delays, values, strict=True)]


def _until_dark(solution: Steady | Train, rates: Rates) -> float | None:
    """Only where no dark nanocrystal recovers, and some become dark."""
    if rates.neutralisation or rates.retained_fraction == 1 or not rates.auger:
        return None
    events = solution.events_until_dark
    return None if events is None else number(events)


def _first_pulses(solution: Train, count: int) -> list[dict[str, Any]]:
    rows = []
    before = solution.before(1)
    for pulse in range(1, count + 1):
        shares = solver.shares(solution.found, before)
        rows.append(
            {
                "pulse": pulse,
                "photons": number(float(solution.photons(before).sum())),
                **_finds(shares),
                "mean_pairs_found": number(solver.mean_pairs(solution.found, before)),
            }
        )
        before = solution.next(before)
    return rows


def _wide_enough(mode: str, model: str, rates: Rates, distribution: FloatArray, solve: Any) -> Any:
    """Generator, solution and neglected probability: the bound on the pairs widened until it hardly matters."""
    beyond = 1 - np.cumsum(distribution)
    most = max(int(np.argmax(beyond <= ENOUGH)), FEWEST) if beyond[-1] <= ENOUGH else len(distribution) - 1
    most = min(most, max(len(distribution) - 1, 1))
    while True:
        with _blamed():
            found = generator(model, rates, most, again=True)
        solution, neglected = solve(found)
        wider = math.ceil(WIDENING * most) + 1
        states = len(found.states) * (wider / most) ** 2
        if neglected <= ENOUGH or states > STATES[mode]:
            few_neglected(neglected, found)
            return found, solution, neglected
        most = wider


@contextmanager
def _blamed() -> Iterator[None]:
    """Faults that the generator finds, at the command that the user gave."""
    try:
        yield
    except ScintidotError as error:
        raise error.at(where=WHERE) from None


def _isolated(found: Generator, distribution: FloatArray) -> dict[str, Any]:
    """Photons of one event in an empty nanocrystal, and g2(0) of such events (Nair 2011)."""
    start = excite(found, distribution)[0][:, [found.index[EMPTY]]].toarray().ravel()
    mean, factorial = isolated_moments(found, start)
    return {
        "photons_isolated": _by_transition(photons_to_come(found).T @ start),
        "g2_zero_isolated": number(factorial / mean**2) if mean else None,
    }


def _finds(shares: dict[str, float | None]) -> dict[str, float | None]:
    return {name: None if share is None else number(share) for name, share in shares.items()}


def _by_transition(values: FloatArray) -> dict[str, Any]:
    each = {name: number(value) for name, value in zip(TRANSITIONS, values, strict=True)}
    return {"total": number(float(values.sum())), **each}


def _ratio(value: float, alone: float) -> float | None:
    return number(value / alone) if alone else None


def _bound(found: Generator, neglected: float) -> dict[str, Any]:
    return {
        "most_pairs": found.most_pairs, "states": len(found.states), "neglected_probability": number(neglected)
    }  # fmt: skip


def _warnings(
    found: Generator, rates: Rates, shares: dict[str, float | None], until_dark: float | None
) -> list[str]:
    notes = []
    if shares["dark"] == 1:
        after = "" if until_dark is None else f", on average after {until_dark:.4g} events"
        notes.append(
            f"Every nanocrystal ends dark{after}: nothing neutralises it. Give a neutralisation rate, or ask for "
            "the first pulses."
        )
    if shares["charged"] and not rates.neutralisation:
        notes.append(
            "Charges stay until an ionising Auger event takes one of the other sign: a charged nanocrystal emits from "
            "trions. A neutralisation rate lets it recover alone."
        )
    if shares["trapped"] and not rates.detrapping and not rates.trap_loss:
        notes.append(
            "Traps that fill and are never emptied take nothing any more: light is compared with events in "
            "nanocrystals whose traps are empty."
        )
    if found.emission.sum() == 0:
        notes.append("No light: the radiative rate is zero.")
    return notes


def _crowded(found: Generator, rates: Rates, distribution: FloatArray, rate: float) -> list[str]:
    """Events at random that come too fast for what the model takes for granted."""
    notes = []
    mean = float(distribution @ np.arange(len(distribution)))
    exciton = rates.radiative + rates.nonradiative
    between, lifetime = f"{1 / rate:.3g} ps", f"{1 / exciton:.3g} ps"
    if rate > exciton:
        notes.append(
            f"Events come every {between}, an exciton lives {lifetime}: the nanocrystal is hardly ever empty, and at "
            f"most {found.most_pairs} pairs are counted at once."
        )
    if rate * max(mean, 1.0) * COOLING_TIME > 1:
        notes.append(
            f"{rate * mean:.3g} pairs per ps in {rate:.3g} events: not physical. Carriers take about "
            f"{COOLING_TIME:g} ps to cool, and the model has every event at once and its carriers cool."
        )
    return notes
