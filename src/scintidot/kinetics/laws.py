"""Named rate laws of the exact models, as plain functions: one source for linear algebra and simulation.

`transitions` compiles them; in Python the same lines take arrays of states.

``carriers``, the reference: n_e free electrons, n_h free holes, n_t trapped electrons. The neutral single exciton has
the radiative rate k_rad and the nonradiative rate k_nr, the neutral biexciton the Auger rate k_AR.

    radiative        k_rad n_e n_h                   pair -> photon
    nonradiative     k_nr min(n_e, n_h)              pair -> heat
    Auger, electron  (k_AR/8) n_e (n_e - 1) n_h      pair -> kinetic energy of another electron
    Auger, hole      (k_AR/8) n_h (n_h - 1) n_e      pair -> kinetic energy of another hole
    trapping         k_t n_e (free traps/traps)      free electron -> trapped electron
    detrapping       k_d n_t                         trapped electron -> free electron
    trap loss        k_tr n_t n_h                    trapped electron and hole -> heat
    neutralisation   k_0 |n_e + n_t - n_h|           one carrier of the surplus leaves

The carrier that an Auger event excites stays with probability xi, else it is ejected, so that trions arise.
``ladder`` counts n excitons alone; an ionising Auger event turns the nanocrystal dark. Other laws by name are in
`RADIATIVE` and `AUGER`: radiative ones agree for one exciton, Auger ones for the biexciton and the trions too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

RADIATIVE = {
    "n2": "k_rad n_e n_h (ladder: n^2 k_rad): every electron meets every hole",
    "n": "k_rad min(n_e, n_h) (ladder: n k_rad): excitons emit one by one",
    "saturating": "k_rad min(n_e, 2) min(n_h, 2) (ladder: min(n, 2)^2 k_rad): two places in each band-edge level",
}
AUGER = {
    "cubic": "(k_AR/8) n_e n_h (n_e + n_h - 2) (ladder: k_AR n^2 (n - 1)/4): three free carriers meet",
    "quadratic": "(k_AR/4) [(n_e - 1) n_h + (n_h - 1) n_e] (ladder: k_AR n (n - 1)/2): two bound excitons meet",
}
CARRIERS, LADDER = "carriers", "ladder"
"""Names of the models."""
CARRIERS_CODE, LADDER_CODE = range(2)
MODEL_CODES = {CARRIERS: CARRIERS_CODE, LADDER: LADDER_CODE}
"""Numbers of the models, for kernels."""
N2_RATIO = 4.0
"""Radiative rate of the neutral biexciton over that of the exciton, by law n2."""
N2, N1, SATURATING = range(3)
CUBIC, QUADRATIC = range(2)
UNLIMITED = -1
"""Number of traps that never fill."""


class Rates(NamedTuple):
    """Rates of one nanocrystal. [1/ps] Numbers, also where a kernel takes it."""

    radiative: float  # k_rad of the single exciton
    nonradiative: float  # k_nr of the single exciton
    auger: float  # k_AR of the neutral biexciton
    retained_fraction: float  # xi, 0 to 1
    trapping: float  # k_t of one electron, all traps empty
    detrapping: float  # k_d
    trap_loss: float  # k_tr of one trapped electron and one hole
    neutralisation: float  # k_0 of one charge; of a dark nanocrystal in the ladder
    radiative_law: int  # N2, N1, SATURATING
    auger_law: int  # CUBIC, QUADRATIC
    traps: int  # in one nanocrystal, or UNLIMITED


X, XX, MULTI, TRION_NEGATIVE, TRION_POSITIVE = range(5)
TRANSITIONS = ("X", "XX", "n>=3", "trion-", "trion+")
"""Names of the transitions that emit, by their number."""
LABELS = len(TRANSITIONS)
NO_PHOTON = -1
"""In place of the number of a transition that emits."""


def transition_of(electrons: int, holes: int) -> int:
    """Which transition a photon comes from, by the carriers before it: three of a kind make a multi-exciton."""
    if electrons > 2 or holes > 2:
        return MULTI
    if electrons == holes:
        return X if electrons == 1 else XX
    return TRION_NEGATIVE if electrons > holes else TRION_POSITIVE


Count = Any
"""Carriers: a whole number, or an array of them: the rates are arithmetic alone, without branches on the carriers."""


def radiative_rate(electrons: Count, holes: Count, rates: Rates) -> Any:
    """Photons per ps."""
    if rates.radiative_law == N1:
        return rates.radiative * (electrons - (electrons > holes) * (electrons - holes))
    if rates.radiative_law == SATURATING:
        two_electrons = electrons - (electrons > 2) * (electrons - 2)
        return rates.radiative * (two_electrons * (holes - (holes > 2) * (holes - 2)))
    return rates.radiative * (electrons * holes)


def nonradiative_rate(electrons: Count, holes: Count, rates: Rates) -> Any:
    """Pairs lost to defects per ps."""
    return rates.nonradiative * (electrons - (electrons > holes) * (electrons - holes))


def auger_rate(excited: Count, other: Count, rates: Rates) -> Any:
    """Rate at which a pair recombines and excites another carrier of the kind that there are ``excited`` of."""
    if rates.auger_law == QUADRATIC:
        return 0.25 * rates.auger * ((excited > 1) * (excited - 1) * other)
    return 0.125 * rates.auger * (excited * (excited - 1) * other)


def trapping_rate(electrons: Count, trapped: Count, rates: Rates) -> Any:
    """Rate at which some free electron falls into a trap (an exciton, in the ladder)."""
    if rates.traps == UNLIMITED:
        return rates.trapping * electrons
    return rates.trapping * electrons * ((trapped < rates.traps) * (rates.traps - trapped)) / rates.traps


def surplus_rate(electrons: Count, holes: Count, trapped: Count, rates: Rates) -> Any:
    """Rate at which a carrier of the kind that prevails leaves; a trapped electron counts, but stays."""
    surplus = electrons + trapped - holes
    return rates.neutralisation * abs(surplus) * ((surplus < 0) | (electrons > 0))
