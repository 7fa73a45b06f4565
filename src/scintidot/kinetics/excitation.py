"""One nanocrystal excited again and again: by events at random, or by a train of pulses.

An event or pulse adds n pairs, with probability P(n), to whatever is there: pairs of an event before, or carriers
that an ionising Auger event or a trap has left without partner. A dark nanocrystal of the ladder takes none. Pairs
beyond the bound of the generator are dropped; the probability that an event meets that bound is returned as
``neglected``.

    events at random, rate R    0 = [Q + R (A - 1)] p               (Poisson arrivals see the mean over time)
    pulses, period T            p = exp(Q T) A p                     (p just before a pulse)

with the generator Q of `generator` and the excitation A: column j holds where one event takes state j. The second is
solved as 0 = [(A - 1) + Q F A] p, where F is the integral of exp(Q t) over one period: so that what is slow against
the period, such as neutralisation, keeps its digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from scintidot.errors import OutOfRange
from scintidot.kinetics.generator import DARK, EMPTY, Generator, State, photons_to_come, solve_sparse
from scintidot.kinetics.laws import LADDER
from scintidot.kinetics.propagator import Propagator
from scintidot.kinetics.stationary import stationary
from scintidot.records import FloatArray

if TYPE_CHECKING:
    from scipy.sparse import csc_array

MOST_NEGLECTED = 1e-6
"""Greatest probability that an event meets the bound on the pairs."""
MOST_STATES_OF_A_TRAIN = 1600
"""Of a train of pulses: the matrix of one period is dense."""


def excite(found: Generator, distribution: FloatArray) -> tuple[csc_array, FloatArray]:
    """The excitation A, shape (states, states), and the probability to meet the bound from each state, (states,).

    ``distribution`` is P(n), n = 0, 1, ..., of any length; what its sum lacks to 1 counts as beyond the bound.
    """
    from scipy.sparse import csc_array

    beyond = 1 - np.cumsum(distribution)
    beyond[beyond < 1e-15] = 0.0  # rounding of the sum
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    cut = np.zeros(len(found.states))
    for number, state in enumerate(found.states):
        if state == DARK:
            shares = np.ones(1)
        else:
            most = min(found.room(state), len(distribution) - 1)
            cut[number] = beyond[most]
            shares = np.array(distribution[: most + 1], dtype=float)
            shares[-1] += 1 - shares.sum()
        for pairs, share in enumerate(shares):
            if share > 0:
                rows.append(found.index[_with_pairs(state, pairs)])
                columns.append(number)
                values.append(share)
    size = len(found.states)
    return csc_array((np.array(values), (np.array(rows), np.array(columns))), shape=(size, size)), cut


def _with_pairs(state: State, pairs: int) -> State:
    return State(state.electrons + pairs, state.holes + pairs, state.trapped) if pairs else state


def shares(found: Generator, probability: FloatArray) -> dict[str, float | None]:
    """What the probability of the states, shape (states,), says in words; None where the model has no such state.

    ``empty``: no carrier at all. ``occupied``: at least one free electron and one free hole. ``charged``: unlike
    numbers of free electrons and holes, so that the next pair makes a trion. ``trapped``: some trap holds a carrier.
    ``dark``: the dark nanocrystal of the ladder.
    """
    electrons, holes, trapped = found.carriers.T
    ladder = found.model == LADDER
    return {
        "empty": float(probability[found.index[EMPTY]]),
        "occupied": float(probability @ (np.minimum(electrons, holes) > 0)),
        "charged": None if ladder else float(probability @ (electrons != holes)),
        "trapped": float(probability @ (trapped > 0)),
        "dark": float(probability[found.index[DARK]] if DARK in found.index else 0.0) if ladder else None,
    }


def mean_pairs(found: Generator, probability: FloatArray) -> float:
    """Mean number of free pairs, for the probability of the states, shape (states,)."""
    electrons, holes, _ = found.carriers.T
    return float(probability @ np.maximum(np.minimum(electrons, holes), 0))


@dataclass(frozen=True)
class Steady:
    """The stationary state under events at random.

    ``probability`` of the states at any moment, and as an event finds them, shape (states,); ``emission`` photons
    per time by transition [1/ps].
    """

    found: Generator
    event_rate: float  # [1/ps]
    excited: csc_array  # Q + R (A - 1)
    probability: FloatArray
    neglected: float

    @cached_property
    def emission(self) -> FloatArray:
        """Photons per time by transition, shape (transitions,). [1/ps]"""
        return np.asarray(self.found.emission.T @ self.probability)

    @property
    def photons_per_event(self) -> FloatArray:
        """Photons by transition over events, shape (transitions,)."""
        return self.emission / self.event_rate

    @cached_property
    def events_until_dark(self) -> float | None:
        """Mean number of events that an empty nanocrystal takes before it is dark; None if the model has no such."""
        time = _until_dark(self.found, self.excited)
        return None if time is None else self.event_rate * time

    def correlation(self, delay: FloatArray) -> FloatArray | None:
        """g2 of the light of one nanocrystal at ``delay`` >= 0 [ps], shape (delays,); None where there is no light.

        g2(t) = e^T exp([Q + R (A - 1)] t) E p/(e^T p)^2 with e the photons per time of each state and E what emits.
        """
        each = self.found.emission.sum(axis=1)
        rate = float(each @ self.probability)
        if rate == 0:
            return None
        after = self.found.photon @ self.probability / rate
        values = [each @ (after if time == 0 else Propagator(self.excited, time)(after)) for time in delay]
        return np.array(values) / rate


def steady(found: Generator, distribution: FloatArray, event_rate: float) -> Steady:
    """Events at random with ``event_rate`` R > 0 [1/ps], each with P(n) pairs."""
    from scipy.sparse import eye_array

    added, cut = excite(found, distribution)
    unit = eye_array(len(found.states), format="csc")
    excited = (found.matrix + event_rate * (added - unit)).tocsc()
    probability = stationary(excited)
    return Steady(found, event_rate, excited, probability, float(cut @ probability))


def _until_dark(found: Generator, change: Any) -> float | None:
    """Mean time, in units of 1/``change``, until an empty nanocrystal of the ladder is dark; None if it never is.

    h with change^T h = -1 among all other states.
    """
    if DARK not in found.index:
        return None
    others = np.delete(np.arange(len(found.states)), found.index[DARK])
    time = solve_sparse(change[others][:, others].T, np.full(len(others), -1.0))
    return float(time[np.flatnonzero(others == found.index[EMPTY])[0]])


@dataclass(frozen=True)
class Train:
    """A train of pulses, solved: what one period does to a state.

    ``change`` is (A - 1) + Q F A, shape (states, states): the state before a pulse minus that before the last one.
    """

    found: Generator
    period: float  # [ps]
    added: csc_array  # A
    times: FloatArray  # F A [ps], shape (states, states): time in each state during the period after a pulse
    change: FloatArray
    cut: FloatArray

    @cached_property
    def periodic(self) -> FloatArray:
        """Probability of the states just before a pulse, once the train has forgotten how it began; (states,)."""
        return stationary(self.change)

    def before(self, pulse: int) -> FloatArray:
        """The same before pulse number ``pulse`` = 1, 2, ... of a train that begins with an empty nanocrystal."""
        probability = np.zeros(len(self.found.states))
        probability[self.found.index[EMPTY]] = 1.0
        for _ in range(pulse - 1):
            probability = self.next(probability)
        return probability

    def next(self, before: FloatArray) -> FloatArray:
        """The state before the next pulse, for a state before a pulse."""
        return np.asarray(before + self.change @ before)

    @cached_property
    def events_until_dark(self) -> float | None:
        """Mean number of pulses that an empty nanocrystal takes before it is dark; None if the model has no such."""
        return _until_dark(self.found, self.change)

    def photons(self, before: FloatArray) -> FloatArray:
        """Photons by transition until the next pulse, for a state before the pulse (states,); (transitions,)."""
        return np.asarray(self.found.emission.T @ (self.times @ before))

    def emission(self, before: FloatArray, time: FloatArray) -> FloatArray:
        """Photons per time by transition at ``time`` [ps] after the pulse, shape (times, transitions). [1/ps]"""
        pumped = self.added @ before
        states = [pumped if t == 0 else Propagator(self.found.matrix, t)(pumped) for t in time]
        return np.array(states) @ self.found.emission

    def neglected(self, before: FloatArray) -> float:
        """Probability that the pulse meets the bound on the pairs."""
        return float(self.cut @ before)

    def correlation(self, before: FloatArray, periods: int) -> FloatArray | None:
        """g2 of the counts of single periods: within one (0), and between it and the next ones; (periods + 1,).

        g2(0) = <N (N - 1)>/<N>^2 and g2(j) = <N_0 N_j>/<N>^2 with N the photons in a period: what the peaks of a
        start-stop histogram are relative to those of light of independent pulses. None without light.
        """
        one = Propagator(self.found.matrix, self.period)
        once, twice = one.counted(self.added @ before, self.found.photon)
        mean = float(once.sum())
        if mean == 0:
            return None
        values = [float(twice.sum())]
        weighted = once
        for _ in range(periods):
            values.append(float(self.photons(weighted).sum()))
            weighted = self.next(weighted)
        return np.array(values) / mean**2


def train(found: Generator, distribution: FloatArray, period: float) -> Train:
    """Pulses ``period`` > 0 [ps] apart, each with P(n) pairs.

    Raises
    ------
    OutOfRange
        When there are more than `MOST_STATES_OF_A_TRAIN` states.
    """
    size = len(found.states)
    if size > MOST_STATES_OF_A_TRAIN:
        raise OutOfRange(
            where="excitation", what="size", who=f"the {found.model} model under a train of pulses",
            expected=f"at most {MOST_STATES_OF_A_TRAIN} states", found=size,
            hint="Fewer traps or a smaller mean help.",
        )  # fmt: skip
    added, cut = excite(found, distribution)
    pumped = added.toarray()
    times = np.maximum(Propagator(found.matrix, period).integral(pumped), 0.0)
    change = found.matrix @ times + pumped
    change[np.arange(size), np.arange(size)] = 0.0
    change = np.maximum(change, 0.0)
    change -= np.diag(change.sum(axis=0))
    return Train(found, period, added, times, change, cut)


def two_pulses(found: Generator, distribution: FloatArray, delay: FloatArray) -> FloatArray:
    """Photons of two equal pulses ``delay`` apart [ps], >= 0, over those of two alone; shape (delays,).

    nan without light. The light of one nanocrystal, empty before, is counted until it is over. At delay 0 both pulses
    act at once.
    """
    added, _ = excite(found, distribution)
    to_come = photons_to_come(found).sum(axis=1)
    empty = np.zeros(len(found.states))
    empty[found.index[EMPTY]] = 1.0
    first = added @ empty
    alone = float(to_come @ first)
    values = []
    for time in delay:
        rest = first if time == 0 else Propagator(found.matrix, time)(first)
        values.append(alone - to_come @ rest + to_come @ (added @ rest))
    return np.array(values) / (2 * alone) if alone > 0 else np.full(len(values), np.nan)


def few_neglected(neglected: float, found: Generator) -> None:
    """Refuse a solution whose events meet the bound on the pairs more often than `MOST_NEGLECTED`."""
    if neglected > MOST_NEGLECTED:
        raise OutOfRange(
            where="excitation", what="bound", who=f"up to {found.most_pairs} pairs at once",
            expected=f"at most {MOST_NEGLECTED:g} of the events to exceed it", found=f"{neglected:.3g}",
            hint="Carriers pile up: slower excitation, fewer traps, a way out of them or neutralisation prevents it.",
        )  # fmt: skip
