"""Fits of one decay or of many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt

from scintidot.analysis.decay.model import BACKGROUND, SCATTER, SHIFT, WIDTH, DecayModel, Instrument
from scintidot.analysis.decay.responses import NoResponse, Response
from scintidot.analysis.decay.shapes import Components, Kinetic, lifetime_name, photons_name
from scintidot.analysis.decay.starts import LIFETIMES, best_shift, grouped, lifetime_spectrum
from scintidot.analysis.fitting import Cost, Fit, JointCost, Parameter, fit
from scintidot.kinetics import exact
from scintidot.records import FloatArray

SPREAD = 0.35
"""Standard deviation of ln(lifetime) between the starts of a fit."""
LIFT = 1e-3
"""Share of the mean counts of a bin that every bin expects where a fit starts."""
SHARED = ("exciton_lifetime_ps", "auger_lifetime_ps")
"""Parameters of a kinetic model that decays fitted together have in common."""


@dataclass(frozen=True)
class Measured:
    """One decay as it is fitted."""

    name: str
    counts: FloatArray  # (bins,)
    edges: FloatArray  # (bins + 1,) [ps]
    window: npt.NDArray[np.intp]  # bins that are fitted
    response: Response
    response_fwhm: float  # [ps]
    excitations: float | None = None
    width_free: bool = False  # of a Gaussian response
    scatter_free: bool = False
    shift_free: bool = True
    sigma: float | None = None  # of a signal that is not counted

    @property
    def bin_width(self) -> float:
        """Of the bins. [ps]"""
        return float(self.edges[1] - self.edges[0])


@dataclass(frozen=True)
class DecayFit:
    """A fit of decays, with the model of each of them."""

    fit: Fit
    measured: tuple[Measured, ...]
    models: tuple[DecayModel, ...]
    places: tuple[npt.NDArray[np.intp], ...]  # of the parameters of each model among those of the fit
    cost: Cost
    parameters: tuple[Parameter, ...]

    def values(self, i: int) -> FloatArray:
        """Parameters of the model of decay ``i``."""
        return self.fit.values[self.places[i]]

    def expected(self, i: int) -> FloatArray:
        """Counts of decay ``i`` in every bin."""
        return self.models[i].expected(self.values(i))

    def residuals(self, i: int) -> FloatArray:
        """Of the fitted bins of decay ``i``."""
        ends = np.cumsum([len(m.window) for m in self.measured])[:-1]
        return np.split(self.fit.residuals, ends)[i]


def first_instrument(data: Measured) -> tuple[Instrument, FloatArray, FloatArray]:
    """The instrument with good starts, a grid of lifetimes [ps] and the photons at each."""
    w, response = data.bin_width, data.response
    span = float(len(data.window)) * w
    shortest = max(min(0.3 * data.response_fwhm, 2 * w), 0.3 * w)
    grid = np.geomspace(max(shortest, 1e-3 * span), 2 * span, LIFETIMES)
    tail = isinstance(response, NoResponse)
    centre = 0.0
    if data.shift_free and not tail:
        reach = max(6 * w, 2 * data.response_fwhm)
        centre = _aligned(data)
        for steps, half in ((9, reach), (9, 0.25 * reach), (7, 0.06 * reach)):
            shifts = centre + np.linspace(-half, half, steps)
            centre = best_shift(data.counts, response, data.window, shifts, data.response_fwhm, grid)
    photons, background, _ = lifetime_spectrum(
        data.counts, response, data.window, centre, data.response_fwhm, grid
    )
    light = max(float(photons.sum()), 1.0)
    room = max(40 * w, 4 * data.response_fwhm)
    fwhm = data.response_fwhm
    instrument = Instrument(
        response,
        shift=Parameter(
            SHIFT, centre, centre - room, centre + room, tail or not data.shift_free, "ps",
            incidental=True, scale=max(w, 1e-3),
        ),
        width=Parameter(WIDTH, fwhm, 0.1 * fwhm, 10 * fwhm, not data.width_free, "ps", scale=fwhm),
        background=Parameter(
            BACKGROUND, max(background, 1e-3), 0.0, unit="counts/bin", incidental=True, scale=max(background, 0.1)
        ),
        scatter=Parameter(
            SCATTER, 0.01 * light if data.scatter_free else 0.0, 0.0, fixed=not data.scatter_free, unit="counts",
            incidental=True, scale=light,
        ),
        excitations=data.excitations,
    )  # fmt: skip
    return instrument, grid, photons


def _aligned(data: Measured) -> float:
    """The shift [ps] that brings the steepest rise of the response to that of the data."""
    flash = data.response.flash(0.0, data.response_fwhm).share[0]
    if not np.any(flash > 0):
        middle = data.edges[:-1] + 0.5 * data.bin_width
        return float(middle[int(np.argmax(data.counts))])  # a Gaussian about zero, far from the data
    source = int(np.argmax(np.cumsum(flash) > 0.5 * flash.sum()))
    inside = np.zeros(len(data.counts))
    inside[data.window] = data.counts[data.window]
    half = int(np.argmax(inside > 0.5 * inside.max()))
    return (half - source) * data.bin_width


def fit_components(
    measured: Sequence[Measured],
    names: Sequence[str],
    *,
    shared: bool = False,
    starts: int = 4,
    minos: Sequence[str] = (),
    held: dict[str, float] | None = None,
    seed: int = 1,
    progress: Callable[[float], None] = lambda _: None,
) -> DecayFit:
    """Sums of exponentials. With ``shared``, all decays have the same lifetimes.

    Parameters
    ----------
    measured : sequence of Measured
        The decays.
    names : sequence of str
        Of the components, shortest lifetime first.
    starts : int
        Starts of the fit, the first from a spectrum of lifetimes, others about it.
    minos : sequence of str
        Parameters with an interval by profiling.
    held : dict
        Parameters that are not fitted, and their values.
    progress : callable
        Told the share that is done.
    """
    models = []
    for data in measured:
        instrument, grid, photons = first_instrument(data)
        light, times = grouped(grid, photons, len(names))
        span = float(data.edges[-1] - data.edges[0])
        shape = Components(tuple(light), tuple(times), tuple(names), 0.02 * data.bin_width, 100 * span)
        models.append(DecayModel(shape, instrument, data.window))
    common = [lifetime_name(name) for name in names] if shared and len(measured) > 1 else []
    found = _fit_together(measured, models, common, starts, minos, held or {}, seed, progress=progress)
    return _ordered(found, tuple(names))


def fit_kinetic(
    measured: Sequence[Measured],
    kinetic: Kinetic,
    *,
    shared: Sequence[str] = SHARED,
    starts: int = 3,
    minos: Sequence[str] = (),
    held: dict[str, float] | None = None,
    seed: int = 1,
    progress: Callable[[float], None] = lambda _: None,
) -> DecayFit:
    """A kinetic model; ``kinetic`` gives the model and what is known, the rest of its starts comes from the data.

    An exact model begins where the biexciton model, which is quick, has ended.
    """
    models = []
    for data in measured:
        instrument, grid, photons = first_instrument(data)
        light, times = grouped(grid, photons, 2)
        own = replace(
            kinetic,
            photons=float(light.sum()),
            exciton_lifetime=float(times[1]),
            auger_lifetime=float(min(times[0], 0.2 * times[1])),
            mean_excitons=1.0,
        )
        models.append(DecayModel(own, instrument, data.window))
    common = list(shared) if len(measured) > 1 else []
    if kinetic.model in exact.MODELS:
        quick = [replace(m, shape=replace(cast("Kinetic", m.shape), model=QUICK)) for m in models]
        before = _fit_together(
            measured, quick, common, starts, (), held or {}, seed, progress=lambda share: progress(QUICK_SHARE * share)
        )  # fmt: skip
        models = [_begun(model, before.values(i)) for i, model in enumerate(models)]
        starts = 1
    smooth = (
        kinetic.model not in exact.MODELS
    )  # exact curves are good to 1e-8: too coarse for second differences
    begun = 0.0 if smooth else QUICK_SHARE
    return _fit_together(
        measured, models, common, starts, minos, held or {}, seed, hesse=smooth,
        progress=lambda share: progress(begun + (1 - begun) * share),
    )  # fmt: skip


QUICK = "poisson-biexciton"
"""Model that gives the starts of the exact ones."""
QUICK_SHARE = 0.2
"""Of the time, about, that it takes."""


def _begun(model: DecayModel, values: FloatArray) -> DecayModel:
    """The same model that starts at the values of another fit."""
    shape = cast("Kinetic", model.shape)
    photons, exciton, auger, mean = (float(value) for value in values[:4])
    instrument = model.instrument
    shift, width, background, scatter = (
        replace(p, start=float(value)) for p, value in zip(instrument.parameters, values[-4:], strict=True)
    )
    instrument = replace(instrument, shift=shift, width=width, background=background, scatter=scatter)
    shape = replace(
        shape, photons=photons, exciton_lifetime=exciton, auger_lifetime=auger, mean_excitons=mean
    )
    return replace(model, shape=shape, instrument=instrument)


def _fit_together(
    measured: Sequence[Measured],
    models: list[DecayModel],
    common: Sequence[str],
    starts: int,
    minos: Sequence[str],
    held: dict[str, float],
    seed: int,
    *,
    hesse: bool = True,
    progress: Callable[[float], None] = lambda _: None,
) -> DecayFit:
    """One fit of all decays; parameters named in ``common`` are the same for all."""
    parameters: list[Parameter] = []
    places: list[npt.NDArray[np.intp]] = []
    known: dict[str, int] = {}
    for data, model in zip(measured, models, strict=True):
        own = []
        for p in model.parameters:
            name = p.name if p.name in common or len(models) == 1 else f"{p.name}[{data.name}]"
            if name not in known:
                known[name] = len(parameters)
                value = held.get(name, held.get(p.name))
                changed = replace(p, name=name) if value is None else replace(
                    p, name=name, start=value, low=min(p.low, value), high=max(p.high, value), fixed=True
                )  # fmt: skip
                parameters.append(changed)
            own.append(known[name])
        places.append(np.array(own, dtype=np.intp))
    for name in common:
        of_each = [float(p.start) for m in models for p in m.parameters if p.name == name]
        index = known[name]
        if not parameters[index].fixed:
            parameters[index] = replace(parameters[index], start=float(np.exp(np.mean(np.log(of_each)))))
    begins = [
        _lifted(begin, parameters, measured, models, places) for begin in _starts(parameters, starts, seed)
    ]
    parameters = [replace(p, start=float(start)) for p, start in zip(parameters, begins[0], strict=True)]
    costs = [model.cost(data.counts, data.sigma) for data, model in zip(measured, models, strict=True)]
    cost: Cost = costs[0] if len(costs) == 1 else JointCost(list(zip(costs, places, strict=True)))
    result = fit(
        cost,
        parameters,
        starts=begins[1:],
        minos=_known(minos, parameters),
        hesse=hesse,
        progress=progress,
    )
    return DecayFit(result, tuple(measured), tuple(models), tuple(places), cost, tuple(parameters))


def _known(names: Sequence[str], parameters: Sequence[Parameter]) -> list[str]:
    """Names of free parameters among those asked for; one without its decay stands for all."""
    wanted = set(names)
    return [p.name for p in parameters if not p.fixed and {p.name, p.name.split("[")[0]} & wanted]


def _starts(parameters: Sequence[Parameter], number: int, seed: int) -> list[FloatArray]:
    """Starts: that of the parameters, and others with times and <N> moved about by chance."""
    rng = np.random.default_rng(seed)
    moved = np.array(
        [not p.fixed and p.name.split("[")[0].endswith(("_ps", "mean_excitons")) and p.start > 0 for p in parameters]
    ) & np.array([not p.name.startswith((SHIFT, WIDTH)) for p in parameters])  # fmt: skip
    begin = np.array([p.start for p in parameters])
    return [
        begin,
        *(
            np.where(moved, begin * np.exp(rng.normal(0, SPREAD, len(begin))), begin)
            for _ in range(number - 1)
        ),
    ]


def _lifted(
    begin: FloatArray, parameters: Sequence[Parameter], measured: Sequence[Measured],
    models: Sequence[DecayModel], places: Sequence[npt.NDArray[np.intp]],
) -> FloatArray:  # fmt: skip
    """The start with as much background as makes every bin expect something.

    Less its background, a measured response may be negative where it is quiet. A count in such a bin, which nothing
    would expect, outweighs all others, and the fit would give up the light for it.
    """
    values = begin.copy()
    for data, model, own in zip(measured, models, places, strict=True):
        background = own[-2]
        if data.sigma is None and not parameters[background].fixed:
            least = float(model.expected(values[own])[data.window].min())
            values[background] += max(LIFT * float(data.counts[data.window].mean()) - least, 0.0)
    return values


def _ordered(found: DecayFit, names: tuple[str, ...]) -> DecayFit:
    """The same fit with the components named by the order of their lifetimes, whichever way the fit swapped them."""
    result = found.fit
    index = {p.name: i for i, p in enumerate(result.parameters)}
    source = np.arange(len(result.parameters))

    def suffixes(name: str) -> list[str]:
        """Of the decays that have a parameter of their own of this name; empty if all have the same."""
        return sorted(full.removeprefix(name) for full in index if full.split("[")[0] == name)

    light_suffixes = suffixes(photons_name(names[0]))
    for suffix in suffixes(lifetime_name(names[0])):
        times = [index[lifetime_name(name) + suffix] for name in names]
        lights = [
            [index[photons_name(name) + own] for name in names]
            for own in ([suffix] if suffix else light_suffixes)
        ]
        if any(result.parameters[i].fixed for group in (times, *lights) for i in group):
            continue  # who holds a parameter by its name keeps the name
        order = np.argsort([result.parameters[i].value for i in times], kind="stable")
        if np.all(order == np.arange(len(names))):
            continue
        source[times] = np.array(times)[order]
        for light in lights:
            source[light] = np.array(light)[order]
    if np.all(source == np.arange(len(source))):
        return found
    parameters = tuple(
        replace(result.parameters[old], name=new.name, start=new.start)
        for old, new in zip(source, result.parameters, strict=True)
    )
    row = {place: i for i, place in enumerate(result.free)}
    rows = [row[int(source[place])] for place in result.free]
    swapped = replace(result, parameters=parameters, covariance=result.covariance[np.ix_(rows, rows)])
    return replace(found, fit=swapped)
