"""One transition of one nanocrystal, and when it happens: exact stochastic simulation (Gillespie 1977).

A state of total rate a waits for a time -ln(1 - u)/a, and the transition of rate a_k follows with probability a_k/a
(doi:10.1021/j100540a008). Rates and the meaning of the two models are those of `scintidot.kinetics.laws`.

A state is three whole numbers for both models. ``carriers``: free electrons, free holes, trapped electrons. ``ladder``:
free excitons, free and trapped excitons together, trapped excitons; a trapped exciton keeps its hole, so that the end
is the same for both: no photon can come where there is no hole, or no electron. A dark nanocrystal of the ladder is
empty: it gives no light before the next excitation, by which it has recovered.
"""

from __future__ import annotations

import math

import numpy as np

from scintidot.backends import compiled, kernel
from scintidot.kinetics import laws
from scintidot.kinetics.laws import CARRIERS_CODE, NO_PHOTON, Rates
from scintidot.rng import uniform

transition_of, radiative_rate, nonradiative_rate, auger_rate, trapping_rate, surplus_rate = compiled(
    laws.transition_of,
    laws.radiative_rate,
    laws.nonradiative_rate,
    laws.auger_rate,
    laws.trapping_rate,
    laws.surplus_rate,
)


@kernel
def carriers_transition(
    electrons: int, holes: int, trapped: int, rates: Rates, choice: float
) -> tuple[float, int, int, int, int]:
    """Total rate [1/ps] of a state of ``carriers``, what follows it by ``choice`` in [0, 1), and the photon's label.

    The label is `NO_PHOTON` where there is none. A total of 0 means that nothing happens any more.
    """
    radiative = radiative_rate(electrons, holes, rates)
    nonradiative = nonradiative_rate(electrons, holes, rates)
    excites_electron = auger_rate(electrons, holes, rates)
    excites_hole = auger_rate(holes, electrons, rates)
    trapping = trapping_rate(electrons, trapped, rates)
    detrapping = rates.detrapping * trapped
    trap_loss = rates.trap_loss * (trapped * holes)
    leaving = surplus_rate(electrons, holes, trapped, rates)
    recombining = radiative + nonradiative + excites_electron + excites_hole
    total = recombining + trapping + detrapping + trap_loss + leaving
    left = choice * total
    if left < recombining:
        label = transition_of(electrons, holes) if left < radiative else NO_PHOTON
        left -= radiative + nonradiative
        ejects_electron = left >= rates.retained_fraction * excites_electron and left < excites_electron
        ejects_hole = left >= excites_electron + rates.retained_fraction * excites_hole
        return total, electrons - 1 - int(ejects_electron), holes - 1 - int(ejects_hole), trapped, label
    left -= recombining
    if left < trapping:
        return total, electrons - 1, holes, trapped + 1, NO_PHOTON
    left -= trapping
    if left < detrapping:
        return total, electrons + 1, holes, trapped - 1, NO_PHOTON
    left -= detrapping
    if left < trap_loss:
        return total, electrons, holes - 1, trapped - 1, NO_PHOTON
    if leaving > 0.0 and electrons + trapped > holes:
        return total, electrons - 1, holes, trapped, NO_PHOTON
    if leaving > 0.0:
        return total, electrons, holes - 1, trapped, NO_PHOTON
    return total, electrons, holes, trapped, NO_PHOTON  # nothing happens, or the sum rounded


@kernel
def ladder_transition(
    excitons: int, holes: int, trapped: int, rates: Rates, choice: float
) -> tuple[float, int, int, int, int]:
    """Total rate [1/ps] of a state of ``ladder``, what follows it by ``choice`` in [0, 1), and the photon's label."""
    radiative = radiative_rate(excitons, excitons, rates)
    nonradiative = nonradiative_rate(excitons, excitons, rates)
    auger = 2.0 * auger_rate(excitons, excitons, rates)
    trapping = trapping_rate(excitons, trapped, rates)
    detrapping = rates.detrapping * trapped
    trap_loss = rates.trap_loss * trapped
    recombining = radiative + nonradiative + auger
    total = recombining + trapping + detrapping + trap_loss
    left = choice * total
    if left < recombining:
        label = transition_of(excitons, excitons) if left < radiative else NO_PHOTON
        left -= radiative + nonradiative
        if left >= rates.retained_fraction * auger:
            return total, 0, 0, 0, NO_PHOTON  # dark
        return total, excitons - 1, holes - 1, trapped, label
    left -= recombining
    if left < trapping:
        return total, excitons - 1, holes, trapped + 1, NO_PHOTON
    left -= trapping
    if left < detrapping:
        return total, excitons + 1, holes, trapped - 1, NO_PHOTON
    if trap_loss > 0.0:
        return total, excitons, holes - 1, trapped - 1, NO_PHOTON
    return total, excitons, holes, trapped, NO_PHOTON  # nothing happens, or the sum rounded


@kernel
def following(
    state: np.uint64, increment: np.uint64, electrons: int, holes: int, trapped: int, model: int, rates: Rates
) -> tuple[np.uint64, float, int, int, int, int]:
    """Draw one transition: random state, time [ps] since the last one, new state of the nanocrystal, label.

    The time is infinite if nothing happens any more.
    """
    state += increment
    wait = uniform(state)
    state += increment
    choice = uniform(state)
    if model == CARRIERS_CODE:
        total, electrons, holes, trapped, label = carriers_transition(
            electrons, holes, trapped, rates, choice
        )
    else:
        total, electrons, holes, trapped, label = ladder_transition(electrons, holes, trapped, rates, choice)
    if not total > 0.0:
        return state, math.inf, electrons, holes, trapped, NO_PHOTON
    return state, -math.log(1.0 - wait) / total, electrons, holes, trapped, label


@kernel
def can_shine(electrons: int, holes: int, trapped: int) -> bool:
    """Whether any photon may still come: holes do not come back, electrons only from traps."""
    return holes > 0 and electrons + trapped > 0
