"""The exact models ``ladder`` and ``carriers``: light of one nanocrystal, or of an ensemble, after an excitation.

Everything is linear in the distribution of the number of pairs: what n pairs give is found once, by backward
recursion, and weighted.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.errors import one_of
from scintidot.kinetics import backward as columns
from scintidot.kinetics.backward import backward, tracked_traps
from scintidot.kinetics.contour import exponentials, invert, window_of, with_flash
from scintidot.kinetics.curve import ExponentialDecay
from scintidot.kinetics.laws import AUGER, RADIATIVE, UNLIMITED, Rates, radiative_rate
from scintidot.records import Exponentials, FloatArray

MODELS = {
    "carriers": (
        "exact Markov chain of electrons and holes: every pair recombines on its own, Auger recombination excites an "
        "electron or a hole, which is kept or ejected, so that trions arise and emit"
    ),
    "ladder": (
        "exact Markov chain of the number of excitons: an ionising Auger event turns the nanocrystal dark"
    ),
}


def exact_rates(
    *,
    exciton_rate: npt.ArrayLike,
    quantum_yield: npt.ArrayLike,
    auger_rate: npt.ArrayLike,
    retained_fraction: npt.ArrayLike,
    trapping_rate: npt.ArrayLike = 0.0,
    detrapping_rate: npt.ArrayLike = 0.0,
    trap_loss_rate: npt.ArrayLike = 0.0,
    neutralisation_rate: npt.ArrayLike = 0.0,
    radiative: str = "n2",
    auger: str = "cubic",
    traps: int | None = None,
) -> Rates:
    """Rates of the exact models from measured figures; arrays broadcast.

    Parameters
    ----------
    exciton_rate : array_like
        k_X = k_rad + k_nr of the single exciton. [1/ps]
    quantum_yield : array_like
        Phi_X = k_rad/k_X. [1]
    auger_rate : array_like
        k_AR of the neutral biexciton. [1/ps]
    retained_fraction : array_like
        xi, share of Auger events that eject no carrier. [1]
    trapping_rate, detrapping_rate, trap_loss_rate, neutralisation_rate : array_like
        k_t, k_d, k_tr, k_0 of `scintidot.kinetics.laws`. [1/ps]
    radiative, auger : str
        Names of rate laws, see `scintidot.kinetics.laws`.
    traps : int, optional
        Traps in one nanocrystal; without it they never fill.
    """
    one_of(radiative, RADIATIVE, where="kinetics", who="--radiative")
    one_of(auger, AUGER, where="kinetics", who="--auger")
    k_x, phi = np.asarray(exciton_rate, dtype=float), np.asarray(quantum_yield, dtype=float)
    numbers: list[Any] = [
        phi * k_x, (1 - phi) * k_x, auger_rate, retained_fraction,
        trapping_rate, detrapping_rate, trap_loss_rate, neutralisation_rate,
    ]  # fmt: skip
    numbers = [np.asarray(number, dtype=float) for number in numbers]
    laws = (list(RADIATIVE).index(radiative), list(AUGER).index(auger))
    return Rates._make([*numbers, *laws, UNLIMITED if traps is None else traps])


UNSEEN = 1e-7
"""Share of F(0) that the sum of exponentials may leave out."""

MANY, RARE = 48, 0.02
"""Pairs up to which a decay curve is followed where more come in less than this share of the events."""

_KEPT: OrderedDict[tuple[object, ...], npt.NDArray[Any]] = OrderedDict()
_KEPT_BYTES = 1 << 27


def _kept_table(
    model: str,
    rates: Rates,
    most: int,
    node: npt.NDArray[np.complex128] | None = None,
    by_transition: bool = False,
) -> npt.NDArray[Any]:
    """Moments or transform of n pairs, of which the last ones are kept: much changes <N> and no rate."""
    arrays = [np.asarray(rate) for rate in rates[:8]] + ([] if node is None else [node])
    key = (model, most, by_transition, *rates[8:], *((array.shape, array.tobytes()) for array in arrays))
    if key in _KEPT:
        _KEPT.move_to_end(key)
        return _KEPT[key]
    table = backward(model, rates, most, shift=node, by_transition=by_transition)
    table.flags.writeable = False
    _KEPT[key] = table
    while sum(kept.nbytes for kept in _KEPT.values()) > _KEPT_BYTES:
        _KEPT.popitem(last=False)
    return table


@dataclass(frozen=True)
class ExactDecay:
    """Light after an instantaneous excitation, in an exact model.

    The rates have a shape S, ``distribution`` broadcasts to S + (n_max + 1). With ``weights``, the last axis of S runs
    over the members of an ensemble, and every figure is the weighted mean over it.
    """

    model: str
    rates: Rates
    distribution: FloatArray  # P(n), or other weights of the number of pairs
    weights: FloatArray | None = None

    @cached_property
    def _shape(self) -> tuple[int, ...]:
        return np.broadcast_shapes(*(np.shape(rate) for rate in self.rates[:8]), self.distribution.shape[:-1])

    @property
    def _most(self) -> int:
        return int(self.distribution.shape[-1]) - 1

    def _mean(self, values: FloatArray) -> FloatArray:
        values = np.broadcast_to(values, self._shape)
        return values if self.weights is None else np.asarray(values @ self.weights)

    def _weighted(self, table: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Sum over n of P(n) times a table (..., n, columns)."""
        return np.asarray(np.einsum("...n,...nc->...c", self.distribution, table))

    # --- figures by linear algebra ---

    @cached_property
    def _moments(self) -> FloatArray:
        """Moments of the whole distribution, shape S + (columns,), members of an ensemble taken together."""
        found = self._moments_of_members
        return found if self.weights is None else np.einsum("...mc,m->...c", found, self.weights)

    @cached_property
    def _moments_of_members(self) -> FloatArray:
        found = self._weighted(_kept_table(self.model, self.rates, self._most))
        return np.broadcast_to(found, (*self._shape, found.shape[-1]))

    @property
    def transition_photons(self) -> FloatArray:
        """Photons of each of `laws.TRANSITIONS`, shape (..., 5)."""
        return self._moments[..., columns.PHOTONS]

    @property
    def photons(self) -> FloatArray:
        """Photons per excitation."""
        return np.asarray(self.transition_photons.sum(axis=-1))

    @property
    def photon_number_variance(self) -> FloatArray:
        """Variance of the number of photons of one excitation; the distribution must sum to 1."""
        mean = self.photons
        return np.asarray(self._moments[..., columns.PHOTON_PAIRS] + mean - mean**2)

    @property
    def first_moment(self) -> FloatArray:
        """Time integral of t F(t). [ps]"""
        return np.asarray(self._moments[..., columns.TIME].sum(axis=-1))

    @property
    def transition_first_moment(self) -> FloatArray:
        """The same by transition, shape (..., 5). [ps]"""
        return self._moments[..., columns.TIME]

    @property
    def second_moment(self) -> FloatArray:
        """Time integral of t^2 F(t). [ps^2]"""
        return self._moments[..., columns.SQUARED_TIME]

    @property
    def losses(self) -> dict[str, FloatArray]:
        """Pairs lost to defects and traps, to Auger recombination; and events that eject a carrier, per excitation."""
        places = {
            "nonradiative": columns.NONRADIATIVE, "auger": columns.AUGER, "ionisations": columns.EJECTED
        }  # fmt: skip
        return {name: self._moments[..., place] for name, place in places.items()}

    @property
    def initial_rate(self) -> FloatArray:
        """F(0) [1/ps], the mean radiative rate of the first states."""
        return self._mean(np.einsum("...n,...n->...", self.distribution, self._radiative))

    @property
    def biexciton_rate(self) -> FloatArray:
        """Total rate out of the neutral biexciton, of each member. [1/ps]"""
        rates = self.rates
        lost = 2 * (np.asarray(rates.nonradiative) + rates.trapping)
        return np.asarray(rates.radiative * self._radiative_counts(2)[2] + lost + rates.auger)

    def _radiative_counts(self, most: int) -> FloatArray:
        """Photons per time of 0..most pairs in units of k_rad."""
        n = np.arange(most + 1)
        return np.asarray(radiative_rate(n, n, self.rates._replace(radiative=1.0)))

    @cached_property
    def _radiative(self) -> FloatArray:
        """Photons per ps of n pairs, shape S' + (n_max + 1,)."""
        return np.asarray(np.asarray(self.rates.radiative)[..., None] * self._radiative_counts(self._most))

    # --- curves ---

    @cached_property
    def slowest(self) -> FloatArray:
        """Lower bound of the rates [1/ps] in F, of each member.

        That of the last exciton, which full traps no longer take; or, where traps give carriers back, that of one
        exciton with its trap, the smaller root of (a - x)(b - x) = k_t k_d.
        """
        rates = self.rates
        exciton = np.asarray(rates.radiative) + rates.nonradiative
        last = exciton + rates.trapping
        if not tracked_traps(rates, self._most):
            return np.broadcast_to(last, self._shape)
        release = np.asarray(rates.detrapping) + rates.trap_loss
        product = rates.trapping * rates.detrapping
        apart = np.sqrt((last - release) ** 2 + 4 * product)
        root = 2 * (exciton * release + rates.trapping * rates.trap_loss) / (last + release + apart)
        return np.broadcast_to(np.where(release > 0, np.minimum(root, exciton), exciton), self._shape)

    def _transform(self, by_transition: bool) -> Callable[[npt.NDArray[Any]], npt.NDArray[Any]]:
        def transform(node: npt.NDArray[Any]) -> npt.NDArray[Any]:
            table = _kept_table(self.model, self.rates, self._most, node, by_transition)
            return np.asarray(np.einsum("...n,...nc->...c", self.distribution[..., None, :], table))

        return transform

    def transitions(self, time: npt.ArrayLike) -> FloatArray:
        """F(t) of each of `laws.TRANSITIONS`, shape (..., 5, times); ``time`` [ps] > 0, as exact as `curve`."""
        curves = invert(
            self._transform(True), np.asarray(time, dtype=float), self.slowest, window_of(self._most)
        )
        return curves if self.weights is None else np.einsum("...mct,m->...ct", curves, self.weights)

    def curve(self, time: npt.ArrayLike) -> FloatArray:
        """F(t) [1/ps], shape (..., times); ``time`` [ps] >= 0, error below 1e-10 F(0), or 1e-8 beyond 64 pairs."""
        time = np.asarray(time, dtype=float)
        later = time > 0
        result = np.empty((*np.shape(self.photons), time.size))
        result[..., ~later] = self.initial_rate[..., None]
        if np.any(later):
            curves = invert(self._transform(False), time[later], self.slowest, window_of(self._most))[
                ..., 0, :
            ]
            result[..., later] = (
                curves if self.weights is None else np.einsum("...mt,m->...t", curves, self.weights)
            )
        return result

    @cached_property
    def exponentials(self) -> Exponentials:
        """F as a sum of exponentials, for convolutions; see `contour.exponentials`.

        Numbers of pairs so rare that all of them add less than `UNSEEN` to F(0) are left out. Where more than `MANY`
        pairs are rare (`RARE`), those events start with so many, and their light before that is one exponential more,
        with which F(0) and the integral are right: it lasts less than the lifetime of `MANY` pairs.
        """
        slowest = self.slowest
        if self.weights is not None:
            slowest = np.broadcast_to(slowest.min(axis=-1, keepdims=True), slowest.shape)
        seen = self._without_rare
        few = seen._most > MANY and bool(np.all(self.distribution[..., MANY + 1 :].sum(axis=-1) < RARE))
        if few:
            capped = self.distribution[..., : MANY + 1].copy()
            capped[..., MANY] += self.distribution[..., MANY + 1 :].sum(axis=-1)
            seen = replace(self, distribution=capped)
        photons = seen._photons_of_members if few else self._photons_of_members
        found = exponentials(
            seen._transform(False), seen._start_of_members, photons, slowest, seen._fastest,
            window=window_of(seen._most),
        )  # fmt: skip
        if few:
            more = self._start_of_members - seen._start_of_members, self._photons_of_members - photons
            found = with_flash(found, *more)
        if self.weights is None:
            return found
        rate = found.rate if found.rate.ndim == 1 else found.rate[..., 0, :]
        return Exponentials(np.einsum("...mk,m->...k", found.amplitude, self.weights), rate)

    @property
    def _start_of_members(self) -> FloatArray:
        light = np.einsum("...n,...n->...", self.distribution, self._radiative)
        return np.broadcast_to(light, self._shape)

    @property
    def _photons_of_members(self) -> FloatArray:
        return np.asarray(self._moments_of_members[..., columns.PHOTONS].sum(axis=-1))

    @property
    def _without_rare(self) -> ExactDecay:
        light = self.distribution * self._radiative_counts(self._most)
        rest = np.cumsum(light[..., ::-1], axis=-1)[..., ::-1]
        share = (rest / np.maximum(rest[..., :1], 1e-300)).reshape(-1, self._most + 1).max(axis=0)
        most = int(np.count_nonzero(share > UNSEEN))  # one more than the last that is seen
        most = min(-(-most // 4) * 4, self._most)  # so that close means share tables
        return replace(self, distribution=self.distribution[..., : most + 1])

    @property
    def decay(self) -> ExponentialDecay:
        """The curve for effective lifetimes, with its exact integrals."""
        return ExponentialDecay(self.exponentials, self.photons, self.initial_rate, self.first_moment)

    @property
    def _fastest(self) -> float:
        """Largest rate of a state that matters to F, over the slowest rate."""
        light = self.distribution * self._radiative
        matters = light > 1e-9 * light.max(axis=-1, keepdims=True)
        largest = np.max(np.where(matters, np.arange(self._most + 1), 0), initial=1)
        rates, n = self.rates, float(largest)
        fastest = n * n * (np.asarray(rates.radiative) + rates.auger * n) + n * (
            np.asarray(rates.nonradiative) + rates.trapping + rates.trap_loss + rates.detrapping
        )
        return float(np.max(fastest / self.slowest))
