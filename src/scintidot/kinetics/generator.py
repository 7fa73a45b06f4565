"""The generator of `laws` as an explicit list of states and a sparse matrix: dp/dt = Q p.

The second route to the models of `exact`, and the one for excitation that meets what is left of the one before.

Column j of Q holds what leaves state j: the rates into the other states above or below the diagonal, minus their sum
on it, so that every column sums to zero and probability is kept. The order of the states makes Q lower triangular up
to trapping and detrapping, because every other transition takes carriers away; its eigenvalues are real and <= 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scintidot.errors import OutOfRange, one_of
from scintidot.kinetics import laws
from scintidot.kinetics.laws import CARRIERS, MODEL_CODES, NO_PHOTON
from scintidot.records import FloatArray

if TYPE_CHECKING:
    from scipy.sparse import csc_array

MOST_STATES = 20_000


class State(NamedTuple):
    """Carriers in one nanocrystal. In the ladder electrons = holes = free excitons, and trapped excitons."""

    electrons: int
    holes: int
    trapped: int


EMPTY = State(0, 0, 0)
DARK = State(-1, -1, 0)
"""The dark nanocrystal of the ladder."""


class Move(NamedTuple):
    """One way out of a state; a photon has the number of its transition, all else ``NO_PHOTON``."""

    to: State
    rate: float
    transition: int


@dataclass(frozen=True)
class Generator:
    """States of one model and how fast it goes from one to another without further excitation.

    Attributes
    ----------
    states : tuple of State
        Every state that can occur; the numbering of all that follows.
    matrix : csc_array, shape (states, states)
        Q. [1/ps] Columns are the states that are left.
    emission : ndarray, shape (states, transitions)
        Photons per time by transition, numbered as `laws.TRANSITIONS`. [1/ps]
    photon : csc_array, shape (states, states)
        The part of Q's off-diagonal that emits a photon. [1/ps]
    """

    model: str
    most_pairs: int
    states: tuple[State, ...]
    matrix: csc_array
    emission: FloatArray
    photon: csc_array

    @cached_property
    def index(self) -> dict[State, int]:
        """Number of each state."""
        return {state: number for number, state in enumerate(self.states)}

    @cached_property
    def carriers(self) -> npt.NDArray[np.int64]:
        """Electrons, holes and trapped of each state, shape (states, 3)."""
        return np.array(self.states, dtype=np.int64)

    def room(self, state: State) -> int:
        """Pairs that still fit in before ``most_pairs`` of a kind of carrier are reached."""
        return self.most_pairs - max(state.electrons + state.trapped, state.holes)

    def start(self, distribution: FloatArray) -> FloatArray:
        """Probability of the states right after one event in an empty nanocrystal.

        ``distribution`` is P(n) for n = 0..most_pairs at most; shape (states,).
        """
        probability = np.zeros(len(self.states))
        for pairs, share in enumerate(distribution):
            probability[self.index[State(pairs, pairs, 0)]] = share
        return probability


def generator(model: str, rates: laws.Rates, most_pairs: int, *, again: bool = False) -> Generator:
    """Every state that follows from n <= ``most_pairs`` pairs, and the matrix among them.

    Parameters
    ----------
    model : str
        ``carriers`` or ``ladder``, see `exact.MODELS`.
    rates : Rates
        Of the nanocrystal. [1/ps]
    most_pairs : int
        Bound on the electrons, free and trapped together, and on the holes.
    again : bool
        Whether more pairs may come at any time: then the states that they lead to belong to it, too.

    Raises
    ------
    OutOfRange
        When there are more than `MOST_STATES` states.

    Examples
    --------
    >>> rates = laws.Rates(1e-4, 0.0, 3.6e-3, 0.5, 0.0, 0.0, 0.0, 0.0, laws.N2, laws.CUBIC, laws.UNLIMITED)
    >>> found = generator("carriers", rates, 2)
    >>> [tuple(state)[:2] for state in found.states]
    [(2, 2), (1, 1), (1, 0), (0, 1), (0, 0)]
    """
    from scipy.sparse import csc_array

    one_of(model, MODEL_CODES, where="kinetics", who="model")
    moves_of = _carrier_moves if model == CARRIERS else _ladder_moves
    moves: dict[State, list[Move]] = {}
    waiting = [State(pairs, pairs, 0) for pairs in range(most_pairs + 1)]
    while waiting:
        state = waiting.pop()
        if state in moves:
            continue
        if len(moves) == MOST_STATES:
            raise OutOfRange(
                where="kinetics", what="size", who=f"the {model} model", expected=f"at most {MOST_STATES} states",
                found=f"more, with up to {most_pairs} pairs", hint="Fewer traps or a smaller mean help.",
            )  # fmt: skip
        moves[state] = [move for move in moves_of(state, rates) if move.rate > 0]
        waiting.extend(move.to for move in moves[state])
        if again and state != DARK and max(state.electrons + state.trapped, state.holes) < most_pairs:
            waiting.append(State(state.electrons + 1, state.holes + 1, state.trapped))
    states = sorted(moves, key=_order)
    number = {state: i for i, state in enumerate(states)}
    emission = np.zeros((len(states), len(laws.TRANSITIONS)))
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    emits: list[bool] = []
    for state, ways in moves.items():
        for move in ways:
            rows.append(number[move.to])
            columns.append(number[state])
            values.append(move.rate)
            emits.append(move.transition != NO_PHOTON)
            if emits[-1]:
                emission[number[state], move.transition] += move.rate
    shape = (len(states), len(states))
    rate, photon = np.array(values), np.array(emits, dtype=bool)
    into, out = np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)
    total = np.bincount(out, rate, minlength=len(states))
    every = np.arange(len(states))
    matrix = csc_array(
        (np.append(rate, -total), (np.append(into, every), np.append(out, every))), shape=shape
    )
    with_photon = csc_array((rate[photon], (into[photon], out[photon])), shape=shape)
    return Generator(model, most_pairs, tuple(states), matrix, emission, with_photon)


def _order(state: State) -> tuple[int, ...]:
    """Whatever loses carriers comes later; trapped and free of one number of carriers stay side by side."""
    if state == DARK:
        return (0, -1, 0)  # just before the empty one, into which it recovers
    carriers = state.electrons + state.trapped + state.holes
    return (-carriers, state.holes, state.trapped)


def _carrier_moves(state: State, rates: laws.Rates) -> Iterator[Move]:
    electrons, holes, trapped = state
    pair_less = State(electrons - 1, holes - 1, trapped)
    if electrons and holes:
        transition = laws.transition_of(electrons, holes)
        yield Move(pair_less, laws.radiative_rate(electrons, holes, rates), transition)
        yield Move(pair_less, laws.nonradiative_rate(electrons, holes, rates), NO_PHOTON)
        kept, ejected = rates.retained_fraction, 1 - rates.retained_fraction
        by_electron = laws.auger_rate(electrons, holes, rates)
        by_hole = laws.auger_rate(holes, electrons, rates)
        yield Move(pair_less, kept * (by_electron + by_hole), NO_PHOTON)
        yield Move(State(electrons - 2, holes - 1, trapped), ejected * by_electron, NO_PHOTON)
        yield Move(State(electrons - 1, holes - 2, trapped), ejected * by_hole, NO_PHOTON)
    yield from _trapping(state, rates)
    if trapped and holes:
        yield Move(State(electrons, holes - 1, trapped - 1), rates.trap_loss * trapped * holes, NO_PHOTON)
    surplus = laws.surplus_rate(electrons, holes, trapped, rates)
    if electrons + trapped > holes:
        yield Move(State(electrons - 1, holes, trapped), surplus, NO_PHOTON)
    else:
        yield Move(State(electrons, holes - 1, trapped), surplus, NO_PHOTON)


def _ladder_moves(state: State, rates: laws.Rates) -> Iterator[Move]:
    if state == DARK:
        yield Move(EMPTY, rates.neutralisation, NO_PHOTON)
        return
    excitons, _, trapped = state
    if excitons:
        one_less = State(excitons - 1, excitons - 1, trapped)
        transition = laws.transition_of(excitons, excitons)
        yield Move(one_less, laws.radiative_rate(excitons, excitons, rates), transition)
        yield Move(one_less, laws.nonradiative_rate(excitons, excitons, rates), NO_PHOTON)
        auger = 2 * laws.auger_rate(excitons, excitons, rates)  # by an electron and by a hole
        yield Move(one_less, rates.retained_fraction * auger, NO_PHOTON)
        yield Move(DARK, (1 - rates.retained_fraction) * auger, NO_PHOTON)
    for move in _trapping(state, rates):
        free = move.to.electrons
        yield move._replace(to=State(free, free, move.to.trapped))
    if trapped:
        yield Move(State(excitons, excitons, trapped - 1), rates.trap_loss * trapped, NO_PHOTON)


def _trapping(state: State, rates: laws.Rates) -> Iterator[Move]:
    electrons, holes, trapped = state
    if electrons:
        caught = laws.trapping_rate(electrons, trapped, rates)
        yield Move(State(electrons - 1, holes, trapped + 1), caught, NO_PHOTON)
    if trapped:
        yield Move(State(electrons + 1, holes, trapped - 1), rates.detrapping * trapped, NO_PHOTON)


def photons_to_come(found: Generator) -> FloatArray:
    """Photons by transition that each state still gives when nothing excites it again; shape (states, transitions).

    Q^T g = -emission among the states from which a photon can still come. No other transition leads back to more
    carriers, so none of these is ever left for good or visited for ever, and the system has one solution.
    """
    photons = np.zeros_like(found.emission)
    bright = _leads_to(found, found.emission.sum(axis=1) > 0)
    if bright.any():
        part = found.matrix[bright][:, bright]
        photons[bright] = np.maximum(solve_sparse(part.T, -found.emission[bright]), 0.0)
    return photons


def isolated_moments(found: Generator, start: FloatArray) -> tuple[float, float]:
    """Mean number of photons and mean of N (N - 1) after one excitation that leaves ``start``, shape (states,).

    <N (N - 1)> = 2 g^T E t, with t the mean time in each state, E what emits a photon, g the photons still to come.
    """
    to_come = photons_to_come(found).sum(axis=1)
    bright = to_come > 0
    times = np.zeros(len(found.states))
    if bright.any():
        times[bright] = solve_sparse(found.matrix[bright][:, bright], -start[bright])
    return float(to_come @ start), float(2 * to_come @ (found.photon @ times))


def _leads_to(found: Generator, goal: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which states can reach one of ``goal``."""
    reached = goal
    while True:
        wider = reached | ((found.matrix.T @ reached.astype(float)) > 0)
        if (wider == reached).all():
            return reached
        reached = wider


def solve_sparse(matrix: Any, right: FloatArray) -> FloatArray:
    """x of matrix x = right, by a sparse factorisation."""
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import splu

    return np.asarray(splu(csc_array(matrix)).solve(right))
