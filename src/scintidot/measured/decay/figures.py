"""What a fit says of each decay, for ``scintidot.decay/1``: components, lifetimes by definition, <N>, quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from scintidot.analysis.decay.fit import DecayFit, Measured
from scintidot.analysis.decay.model import DecayModel
from scintidot.analysis.decay.narrow import measured_response
from scintidot.analysis.decay.quality import goodness
from scintidot.analysis.decay.shapes import Kinetic
from scintidot.analysis.identifiability import identifiability, refitted
from scintidot.kinetic_options import EFFICIENCY_MEANING, KINETIC_MODELS
from scintidot.kinetics.curve import ExponentialDecay
from scintidot.kinetics.lifetimes import DEFINITIONS, effective_lifetimes
from scintidot.measured.decay.inputs import Loaded
from scintidot.measured.decay.occupancy import STATISTICS, mean_excitons, pair_of
from scintidot.measured.decay.within_bins import say_within_bins, within_bins
from scintidot.measured.document import correlation_of, parameters_of
from scintidot.output import number
from scintidot.records import Exponentials, FloatArray

DOUBTFUL = 4.0
"""Standard deviations of excess deviance above which a fit is called imperfect."""
LEFT_OVER = 1e-3
"""Share of the light that may come after the last bin, where no period says where it goes."""

Result = tuple[DecayFit, int, int]
"""A fit, the number of a decay in it, and its number among all."""


def one(
    fit: DecayFit, i: int, loaded: Loaded, place: int, names: Sequence[str], kinetic: Kinetic | None,
    statistics: str, xi: float, width: float,
) -> dict[str, Any]:  # fmt: skip
    """What is said of one decay."""
    data, model, places = fit.measured[i], fit.models[i], fit.places[i]

    def own(values: FloatArray) -> FloatArray:
        return values[places][:-4]

    def terms(values: FloatArray) -> Exponentials:
        return model.shape.exponentials(own(values))

    warnings: list[str] = []
    expected = fit.expected(i)
    quality = goodness(
        0.5 * (data.edges[data.window] + data.edges[data.window + 1]), expected[data.window], fit.residuals(i),
        sum(1 for p in places if int(p) in fit.fit.free), counted=data.sigma is None,
    )  # fmt: skip
    quality["response_noise_deviance_per_dof"] = _response_noise(fit, i, loaded, place)
    instrument = dict(
        zip(("shift", "width", "background", "scatter"), (fit.fit.parameters[int(p)] for p in places[-4:]), strict=True)
    )  # fmt: skip
    decay = {
        "name": data.name,
        "components": _components(fit, i, names) if kinetic is None else _kinetic_components(fit, own),
        "tau_ps": _lifetimes(fit, terms, width),
        "deviance_per_dof": quality["deviance_per_dof"],
        "counts": float(data.counts[data.window].sum()),
        "shift_ps": None if instrument["shift"].fixed else number(instrument["shift"].value),
        "shift_error_ps": None if instrument["shift"].fixed else number(instrument["shift"].error),
        "background": number(instrument["background"].value),
        "background_error": number(instrument["background"].error),
        "scatter_counts": number(instrument["scatter"].value),
        "mean_excitons": None,
        "quality": quality,
    }
    _say_quality(quality, warnings)
    _say_left_over(data, terms(fit.fit.values), instrument["shift"].value, warnings)
    times = [row["lifetime_ps"] or 0.0 for row in decay["components"]]
    if kinetic is not None:
        decay |= _kinetics(fit, places, kinetic, statistics)
        decay["held"] = _held(fit, places)
        warnings += _say_held(decay)
    elif times != sorted(times):
        warnings.append(
            "what is held keeps its name: the components are not in the order of their lifetimes, so that no <N> is "
            "read from them and no card is made"
        )
    elif {"XX", "X"} <= set(names):
        decay["mean_excitons"], more = mean_excitons(
            fit.fit, lambda values: pair_of(own(values), names), xi, statistics
        )
        warnings += more
    decay["warnings"] = [f"{data.name}: {w}" if len(loaded.measured) > 1 else w for w in warnings]
    return decay


def _components(fit: DecayFit, i: int, names: Sequence[str]) -> list[dict[str, Any]]:
    """Amplitudes [counts/ps], lifetimes and shares of the photons, with errors."""
    places = fit.places[i][:-4]
    n = len(names)

    def figures(values: FloatArray) -> FloatArray:
        photons, lifetimes = np.split(values[places], 2)
        return np.concatenate([photons / lifetimes, photons / photons.sum()])

    centre, error = fit.fit.propagated(figures)
    rows = []
    for k, name in enumerate(names):
        light, time = fit.fit.parameters[int(places[k])], fit.fit.parameters[int(places[n + k])]
        rows.append(
            {
                "name": name,
                "lifetime_ps": number(time.value), "lifetime_error_ps": number(time.error),
                "lifetime_low_ps": number(time.low), "lifetime_high_ps": number(time.high),
                "amplitude": number(centre[k]), "amplitude_error": number(error[k]),
                "amplitude_unit": "counts/ps",
                "fraction": number(centre[n + k]), "fraction_error": number(error[n + k]),
                "photons": number(light.value), "photons_error": number(light.error),
            }
        )  # fmt: skip
    return rows


def _kinetic_components(fit: DecayFit, own: Any) -> list[dict[str, Any]]:
    """Lifetimes of X and of the neutral biexciton in a kinetic model, and the rate of the light at the start."""

    def figures(values: FloatArray) -> FloatArray:
        _, tau, auger, *_ = own(values)
        return np.array([1 / (4 / tau + 1 / auger), tau])

    centre, error = fit.fit.propagated(figures)
    return [
        {
            "name": name, "lifetime_ps": number(value), "lifetime_error_ps": number(spread),
            "amplitude": None, "fraction": None,
        }
        for name, value, spread in zip(("XX", "X"), centre, error, strict=True)
    ]  # fmt: skip


def _kinetics(fit: DecayFit, places: Any, kinetic: Kinetic, statistics: str) -> dict[str, Any]:
    """Parameters of a kinetic model in the words of the forward path."""
    named = {fit.fit.parameters[int(p)].name.split("[")[0]: fit.fit.parameters[int(p)] for p in places}
    mean = named["mean_excitons"]

    def efficiency(values: FloatArray) -> FloatArray:
        _, tau, auger, *_ = values[places]
        return np.array([tau / (tau + 4 * auger)])

    phi_ar, phi_error = fit.fit.propagated(efficiency)
    return {
        "mean_excitons": {
            "statistics": statistics, "statistics_meaning": STATISTICS[statistics], "method": kinetic.model,
            "method_meaning": KINETIC_MODELS[kinetic.model], "value": number(mean.value), "error": number(mean.error),
            "low": number(mean.low), "high": number(mean.high),
        },
        "auger_efficiency": number(phi_ar[0]),
        "auger_efficiency_error": number(phi_error[0]),
        "auger_efficiency_definition": EFFICIENCY_MEANING,
        **{
            key: {"value": number(named[key].value), "error": number(named[key].error), "fixed": named[key].fixed}
            for key in ("exciton_lifetime_ps", "auger_lifetime_ps", "retained_fraction", "quantum_yield")
        },
    }  # fmt: skip


SHIFT_OF_HELD = 0.1
"""By how much a held xi or Phi_X is moved to see what hangs on it."""


def _held(fit: DecayFit, places: Any) -> list[dict[str, Any]]:
    """What the fit would give if xi or Phi_X, which are held, had another value: they are assumptions, no results."""
    rows = []
    for place in places:
        p = fit.fit.parameters[int(place)]
        if not p.fixed or p.name.split("[")[0] not in ("retained_fraction", "quantum_yield"):
            continue
        other = p.value + (SHIFT_OF_HELD if p.value + SHIFT_OF_HELD <= 1 else -SHIFT_OF_HELD)
        moved, _ = refitted(fit.cost, fit.parameters, fit.fit.values, p.name, other)
        there = {
            fit.fit.parameters[int(k)].name.split("[")[0]: (moved[int(k)], fit.fit.values[int(k)])
            for k in places
        }
        rows.append(
            {"name": p.name, "value": number(p.value), "moved_to": number(other)}
            | {
                f"change_of_{name}": number(there[name][0] - there[name][1])
                for name in ("mean_excitons", "exciton_lifetime_ps", "auger_lifetime_ps")
            }
        )
    return rows


def _say_held(decay: dict[str, Any]) -> list[str]:
    error = decay["mean_excitons"]["error"] or 0.0
    return [
        f"{row['name']} = {row['value']:g} is held, not measured: at {row['moved_to']:g} <N> would move by "
        f"{row['change_of_mean_excitons']:+.2g}, more than its error of {error:.2g}"
        for row in decay["held"]
        if row["change_of_mean_excitons"] is not None and abs(row["change_of_mean_excitons"]) > error
    ]


def _lifetimes(fit: DecayFit, terms: Any, width: float) -> dict[str, Any]:
    """Every definition with its error."""

    def figures(values: FloatArray) -> FloatArray:
        curve = terms(values)
        decay = ExponentialDecay(
            curve, curve.integral, np.asarray(curve.amplitude.sum()),
            np.asarray(np.sum(curve.amplitude / curve.rate**2)),
        )  # fmt: skip
        found = effective_lifetimes(decay, width)
        return np.array([float(found[name]) for name in DEFINITIONS])

    centre, error = fit.fit.propagated(figures)
    values = {name: number(value) for name, value in zip(DEFINITIONS, centre, strict=True)}
    errors = {f"{name}_error": number(value) for name, value in zip(DEFINITIONS, error, strict=True)}
    return {**values, **errors}


def _response_noise(fit: DecayFit, i: int, loaded: Loaded, place: int) -> float | None:
    """Deviance per degree of freedom that the counting noise of the response alone would make, by redrawing it."""
    prepared, data = loaded.responses[place], fit.measured[i]
    if prepared is None or data.sigma is not None:
        return None
    rng = np.random.default_rng(0)
    period = getattr(data.response, "period", None)
    counts = np.maximum(prepared.histogram, 0) * prepared.counts
    expected = fit.expected(i)[data.window]
    shape, instrument = fit.models[i].shape, fit.models[i].instrument
    values = fit.values(i)
    total = 0.0
    for _ in range(4):
        drawn = rng.poisson(counts) / prepared.counts
        other = measured_response(drawn / drawn.sum(), data.bin_width, period)
        model = DecayModel(shape, replace(instrument, response=other), data.window)
        change = model.expected(values)[data.window] - expected
        total += float(np.sum(change**2 / np.maximum(expected, 1e-9))) / 4
    return total / max(len(data.window), 1)


def good(quality: dict[str, Any]) -> bool:
    """Whether chance explains how far the counts are from the model, over all bins and in each stretch of them."""
    return (quality["excess_standard_deviations"] or 0.0) <= DOUBTFUL and not quality["worst_places"]


def _say_quality(quality: dict[str, Any], warnings: list[str]) -> None:
    if good(quality):
        return
    said = []
    if (quality["excess_standard_deviations"] or 0.0) > DOUBTFUL:
        said.append(
            f"deviance {quality['deviance_per_dof']:.3g} per degree of freedom where "
            f"{quality['expected_deviance_per_dof']:.3g} is expected, "
            f"{quality['excess_standard_deviations']:.0f} standard deviations above"
        )
    if quality["worst_places"]:
        worst = quality["worst_places"][0]
        side = "more" if worst["mean_residual"] > 0 else "fewer"
        said.append(
            f"worst from {worst['from_ps']:.4g} to {worst['to_ps']:.4g} ps, with {side} counts than the model and a "
            f"deviance {worst['standard_deviations']:.0f} standard deviations above what is expected there"
        )
    warnings.append(
        f"the fit is not perfect: {'; '.join(said)}; the errors do not contain what the model lacks"
    )


def _say_left_over(data: Measured, terms: Exponentials, shift: float, warnings: list[str]) -> None:
    """Warn where light lasts beyond the bins and no period says whether it comes back."""
    if getattr(data.response, "period", None) is not None:
        return
    last = float(data.edges[-1]) - max(shift, float(data.edges[0]))
    left = float(np.sum(terms.amplitude / terms.rate * np.exp(-terms.rate * last)) / terms.integral)
    if left > LEFT_OVER:
        warnings.append(
            f"{left:.2g} of the light comes after the last bin: without the repetition period it is not known how "
            "much of it comes back before the next pulse; give --period-ns"
        )


def top(decays: list[dict[str, Any]], common: bool) -> dict[str, Any]:
    """Figures of the only decay; of several, what they share."""
    if len(decays) == 1:
        return {key: value for key, value in decays[0].items() if key != "name"}
    own = {"amplitude": None, "fraction": None} | (
        {} if common else {"lifetime_ps": None, "lifetime_error_ps": None}
    )
    components = [{**row, **own} for row in decays[0]["components"]]
    deviance = sum(d["quality"]["deviance"] for d in decays)
    degrees = sum(d["quality"]["degrees_of_freedom"] for d in decays)
    return {
        "components": components,
        "tau_ps": None,
        "deviance_per_dof": deviance / degrees if degrees > 0 else None,
        "counts": sum(d["counts"] for d in decays),
        "shift_ps": None,
        "background": None,
        "mean_excitons": None,
    }


def fit_part(results: list[Result], warnings: list[str]) -> dict[str, Any]:
    """Parameters, correlations and what the data cannot tell, of one fit or of each."""
    fits = list({id(fit): fit for fit, _, _ in results}.values())
    parts = []
    for found in fits:
        fit = found.fit
        untold = identifiability(fit)
        title = "" if len(fits) == 1 else f"{found.measured[0].name}: "
        warnings += [f"{title}{fault}" for fault in fit.faults]
        if untold["not_determined"]:
            warnings.append(f"{title}the data do not determine " + ", ".join(untold["not_determined"]))
        if untold["at_limit"]:
            warnings.append(f"{title}at a limit of what is allowed: " + ", ".join(untold["at_limit"]))
        within = within_bins(found)
        warnings += [f"{title}{doubt}" for doubt in say_within_bins(within)]
        best = min(fit.starts)
        parts.append(
            {
                "parameters": parameters_of(fit), "correlation": correlation_of(fit), "identifiability": untold,
                "response_within_bins": within,
                "errors_by": fit.errors_by, "calls": fit.calls, "points": fit.points,
                "starts": {"deviance": [number(s) for s in fit.starts],
                           "reached_best": sum(s - best < 0.1 for s in fit.starts), "number": len(fit.starts)},
            }
        )  # fmt: skip
    return parts[0] if len(parts) == 1 else {"fits": parts}
