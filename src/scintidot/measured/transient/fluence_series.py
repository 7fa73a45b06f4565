"""Document of a fluence series: carrier model, successive subtraction and state filling beside each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from scintidot.analysis.fitting import Fit
from scintidot.analysis.identifiability import identifiability
from scintidot.analysis.traces import TransientTrace
from scintidot.analysis.transient.carriers import Series as SeriesFit
from scintidot.analysis.transient.carriers import fit_series
from scintidot.analysis.transient.chirp import Dispersion, Onsets, dispersion, onsets, onsets_of_model
from scintidot.analysis.transient.curves import CLEAR, Curve, band, band_weights, curve_of, strongest
from scintidot.analysis.transient.filling import amplitudes, fit_filling
from scintidot.analysis.transient.species import SpeciesSpectra, kinetics, species_spectra
from scintidot.analysis.transient.subtraction import Extracted, successive
from scintidot.constants import FWHM_PER_SIGMA
from scintidot.excitons.distribution import MOST_PAIRS, STATISTICS, pair_distribution
from scintidot.measured.document import Analysis, correlation_of, parameters_of
from scintidot.measured.transient.chirp import chirp_document, numbers
from scintidot.measured.transient.options import Options
from scintidot.output import number
from scintidot.progress import Progress
from scintidot.provenance import bibliography, cited
from scintidot.records import FloatArray

TAIL_LIFETIMES = 6.0
"""Biexciton lifetimes after which the tail begins, where the user names none."""
BAND_HALF_WIDTH = 2.0
"""Of the band about the strongest bleach [nm], where the user names none."""
HARDLY_KNOWN = 0.3
"""Error of a retained fraction from which on it is not known."""
HELD = (0.0, 0.5, 1.0)
"""Retained fractions that are then tried."""
SOURCES = ("klimov_2000", "klimov_2000_science", "makarov_2016", "fratelli_2024")


@dataclass(frozen=True)
class Found:
    """Everything that was found of a series."""

    curves: list[Curve]
    series: SeriesFit
    extracted: list[Extracted]
    tail: tuple[float, float]
    late: tuple[FloatArray, FloatArray]  # heights of the tails and their errors
    late_fit: Fit | None
    early_window: tuple[float, float]
    early: tuple[FloatArray, FloatArray]
    early_fit: Fit | None
    first: Onsets | None
    law: Dispersion | None
    species: SpeciesSpectra | None
    relative: bool
    band: tuple[float, float]
    columns: tuple[float, float]  # first and last wavelength of it in the matrix of the strongest pump
    held: list[dict[str, Any]]  # what other retained fractions would give, where the data do not tell it

    @property
    def fluence(self) -> FloatArray:
        """Of each curve."""
        return np.array([curve.fluence for curve in self.curves])

    @property
    def zero(self) -> float:
        """Time zero of the curves. [ps]"""
        return self.series.fit["time_zero"].value

    @property
    def sigma(self) -> float:
        """Width of the response. [ps]"""
        return self.series.fit["response_sigma"].value

    @property
    def trace_unit(self) -> str:
        """Of the fluence, per which the cross section counts."""
        return "relative" if self.relative else "photons/cm2"


def poisson(mean: FloatArray) -> FloatArray:
    """P(n) of Poisson's law, whatever the mean: beyond the largest that is followed it is that one."""
    return pair_distribution(np.minimum(mean, 0.7 * MOST_PAIRS), next(iter(STATISTICS)))


def series_analysis(
    document: dict[str, Any],
    traces: list[TransientTrace],
    chosen: Options,
    progress: Progress,
) -> Analysis:
    """Biexciton lifetime by both methods, Auger rate and efficiency, cross section, spectra; completes ``document``."""
    from scintidot.measured.transient.panels import series_panels
    from scintidot.measured.transient.words import answer, card, warnings

    traces = sorted(traces, key=lambda trace: trace.fluence or 0.0)
    progress("time zero", 0.05)
    found = analyse(traces, chosen, progress)
    _complete(document, found, chosen)
    document["warnings"] += warnings(found, chosen)
    return Analysis(
        document, series_panels(found, chosen), "Transient absorption: fluence series", answer(found),
        card(found),
    )  # fmt: skip


def analyse(traces: list[TransientTrace], chosen: Options, progress: Progress) -> Found:
    """All that is computed of a series, by rising fluence."""
    top = traces[-1]
    rough = onsets(top)
    good = np.isfinite(rough.error)
    zero = float(np.median(rough.time_zero[good] if good.any() else rough.time_zero))
    if not np.any(top.time > zero + 5 * rough.sigma):
        raise ValueError("no delays after the onset of the signal")
    low, high = chosen.band or _default_band(traces, zero + 5 * rough.sigma)
    curves = _curves(traces, low, high, zero - CLEAR * rough.sigma, zero + 5 * rough.sigma)
    alone = onsets(
        TransientTrace(curves[-1].time, np.array([0.5 * (low + high)]), curves[-1].values[:, None])
    )
    span = float(curves[-1].time[-1]) - float(alone.time_zero[0])
    progress("carrier model", 0.2)
    fitted = partial(
        fit_series, curves, poisson, chosen.sample, time_zero=float(alone.time_zero[0]), response_sigma=alone.sigma,
        exciton_rate=chosen.exciton_rate or 0.5 / span, exciton_rate_fixed=chosen.exciton_rate is not None,
    )  # fmt: skip
    series = fitted(retained_fraction=chosen.retained_fraction)
    held = _held(series, fitted)
    progress("subtraction and filling", 0.6)
    zero, sigma = series.fit["time_zero"].value, series.fit["response_sigma"].value
    span = float(curves[-1].time[-1]) - zero
    lifetime = series.biexciton_lifetime()[0]
    tail = chosen.tail or (min(TAIL_LIFETIMES * lifetime, 0.6 * span), span)
    extracted = successive(curves, tail, time_zero=zero, response_sigma=sigma)
    fluence = np.array([curve.fluence for curve in curves])
    late = amplitudes(curves, zero + tail[0], zero + tail[1])
    window = (2.5 * sigma, 2.5 * sigma + max(0.1 * lifetime, 2 * sigma))
    early = amplitudes(curves, zero + window[0], zero + window[1])
    used = top.wavelength[band(top, low, high)]
    progress("spectra", 0.8)
    law, first, species = _spectra(traces, chosen, series, rough, 0.5 * (low + high))
    return Found(
        curves, series, extracted, tail, late, _filled(fluence, late, 1), window, early,
        _filled(fluence, early, chosen.places),
        first, law, species, chosen.choices.get("fluence_unit") == "relative", (low, high),
        (float(used.min()), float(used.max())), held,
    )  # fmt: skip


def _held(series: SeriesFit, fitted: Callable[..., SeriesFit]) -> list[dict[str, Any]]:
    """Fits with the retained fraction held, where the free one ended at a limit or is hardly known."""
    free = series.fit["retained_fraction"]
    if free.fixed or (not free.at_limit and free.error < HARDLY_KNOWN):
        return []
    rows = []
    for value in HELD:
        other = fitted(retained_fraction=value, hesse=False)
        lifetime, error = other.biexciton_lifetime()
        section = other.fit["cross_section"]
        rows.append(
            {
                "retained_fraction": value,
                "cross_section": number(section.value),
                "cross_section_error": number(section.error),
                "biexciton_lifetime_ps": number(lifetime),
                "biexciton_lifetime_error_ps": number(error),
                "chi_square_more": number((other.chi_square - series.chi_square) / series.error_scale**2),
            }
        )
    return rows


def _default_band(traces: list[TransientTrace], after: float) -> tuple[float, float]:
    """About the strongest signal of the weakest pump that has a clear one: of the matrix in the middle."""
    trace = traces[len(traces) // 2]
    at = float(trace.wavelength[strongest(trace, after)])
    return at - BAND_HALF_WIDTH, at + BAND_HALF_WIDTH


def _curves(
    traces: list[TransientTrace], low: float, high: float, before: float, after: float
) -> list[Curve]:
    """Dynamics in a band, such that the mean after the response is positive."""
    inside, weight = band(traces[0], low, high), None
    same = all(np.array_equal(trace.wavelength, traces[0].wavelength) for trace in traces)
    if same:
        weight = band_weights(traces, inside, before)
    found = [curve_of(t, inside if same else band(t, low, high), before, weight) for t in traces]
    last = found[-1]
    sign = 1.0 if float(np.mean(last.values[last.time > after])) >= 0 else -1.0
    return [Curve(c.time, sign * c.values, c.sigma, c.fluence) for c in found]


def _filled(fluence: FloatArray, signal: tuple[FloatArray, FloatArray], degeneracy: int) -> Fit | None:
    good = np.isfinite(signal[0]) & np.isfinite(signal[1])
    if np.count_nonzero(good) < 2:
        return None
    return fit_filling(fluence[good], signal[0][good], signal[1][good], degeneracy)


def _spectra(
    traces: list[TransientTrace], chosen: Options, series: SeriesFit, first: Onsets, at: float
) -> tuple[Dispersion | None, Onsets | None, SpeciesSpectra | None]:
    """Chirp at the strongest pump, refined with the kinetics of the carrier model, and the spectra of the species."""
    same = all(np.array_equal(t.wavelength, traces[0].wavelength) for t in traces)
    if len(traces[0].wavelength) < 2 or not same:
        return None, None, None
    fit, top = series.fit, traces[-1]
    rough = dispersion(first, chosen.chirp)
    shift = fit["time_zero"].value - float(rough(np.array([at]))[0])
    found = kinetics(
        [trace.fluence or 0.0 for trace in traces], poisson, chosen.sample,
        exciton_rate=fit["exciton_rate"].value, auger_rate=fit["auger_rate"].value,
        retained_fraction=fit["retained_fraction"].value, cross_section=fit["cross_section"].value, most=series.most,
    )  # fmt: skip
    width = fit["response_sigma"].value
    each = onsets_of_model(top, rough(top.wavelength) + shift, found.rate, width, mix=found.weights[-1].T)
    law = dispersion(each, chosen.chirp)
    return law, each, species_spectra(traces, law, found, width)


def _complete(document: dict[str, Any], found: Found, chosen: Options) -> None:
    series, fit = found.series, found.series.fit
    document["choices"] |= {
        "band_nm": list(found.band),
        "band_columns_nm": list(found.columns),
        "band_from": "given" if chosen.band else "strongest signal",
        "tail_ps": [number(value) for value in found.tail],
        "tail_from": "given" if chosen.tail
        else f"{TAIL_LIFETIMES:g} biexciton lifetimes of the carrier model (at most 60 % of the delays) to the last",
        "early_ps": [number(value) for value in found.early_window],
        "pairs_followed": series.most,
    }  # fmt: skip
    lifetime, error = series.biexciton_lifetime()
    efficiency, efficiency_error = series.auger_efficiency()
    document["biexciton_lifetime_ps"] = number(lifetime)
    document["biexciton_lifetime_error_ps"] = number(error)
    document["biexciton_lifetime_from"] = "carrier_fit"
    document["auger_rate_per_ps"] = number(fit["auger_rate"].value)
    document["auger_rate_error_per_ps"] = number(fit["auger_rate"].error)
    document["auger_efficiency"] = number(efficiency)
    document["auger_efficiency_error"] = number(efficiency_error)
    section = fit["cross_section"]
    key = "mean_excitons_per_unit" if found.relative else "absorption_cross_section_cm2"
    document[key], document[f"{key}_error"] = number(section.value), number(section.error)
    document["mean_excitons"] = [
        {
            "fluence": number(curve.fluence),
            "mean_excitons": number(section.value * curve.fluence),
            "mean_excitons_error": number(section.error * curve.fluence),
            "noise": number(np.median(curve.sigma)),
        }
        for curve in found.curves
    ]
    document["carrier_fit"] = _carrier_fit(found, lifetime, error, efficiency, efficiency_error)
    if found.held:
        document["retained_fraction_held"] = found.held
    document["successive_subtraction"] = [_extracted(entry) for entry in found.extracted]
    document["from_subtraction"] = from_subtraction(found)
    document["state_filling"] = {
        "late": _filling(found.late_fit, found.late),
        "early": _filling(found.early_fit, found.early),
    }
    if found.law is not None and found.first is not None:
        document["chirp"] = chirp_document(found.law, found.first)
    if found.species is not None:
        document["spectra"] = _species(found.species)
    document["response"] = {
        "sigma_ps": number(found.sigma),
        "sigma_error_ps": number(fit["response_sigma"].error),
        "fwhm_ps": number(found.sigma * FWHM_PER_SIGMA),
        "time_zero_ps": number(found.zero),
    }
    degrees = series.degrees_of_freedom
    document["fit"] = {
        "chi_square_per_dof": number(series.chi_square / max(degrees, 1)),
        "degrees_of_freedom": degrees,
        "error_scale": number(series.error_scale),
        "faults": list(fit.faults),
    }
    document["parameters"] = parameters_of(fit)
    document["correlation"] = correlation_of(fit)
    document["identifiability"] = identifiability(fit)
    document["bibliography"] = cited(bibliography(SOURCES))


def _carrier_fit(
    found: Found, lifetime: float, error: float, efficiency: float, efficiency_error: float
) -> dict[str, Any]:
    fit = found.series.fit
    rate = fit["exciton_rate"]
    return {
        "biexciton_lifetime_ps": number(lifetime),
        "biexciton_lifetime_error_ps": number(error),
        "auger_efficiency": number(efficiency),
        "auger_efficiency_error": number(efficiency_error),
        "exciton_lifetime_ps": number(1 / rate.value) if rate.value > 0 else None,
        "exciton_lifetime_error_ps": number(rate.error / rate.value**2) if rate.value > 0 else None,
        "retained_fraction": number(fit["retained_fraction"].value),
        "retained_fraction_error": number(fit["retained_fraction"].error),
        "amplitude": number(fit["amplitude"].value),
        "amplitude_error": number(fit["amplitude"].error),
    }


def _extracted(entry: Extracted) -> dict[str, Any]:
    return {
        "pairs": entry.pairs,
        "lifetime_ps": number(entry.lifetime),
        "lifetime_error_ps": number(entry.lifetime_error),
        "fluence": number(entry.fluences[0]),
        "subtracted_fluences": ", ".join(f"{value:.4g}" for value in entry.fluences[1:]),
        "tail_from_ps": number(entry.tail[0]),
        "tail_to_ps": number(entry.tail[1]),
        "chi_square_per_dof": number(entry.fit.cost / max(entry.fit.degrees_of_freedom, 1)),
    }


def from_subtraction(found: Found) -> dict[str, Any] | None:
    """Auger rate and efficiency from the subtracted lifetime, with the exciton rate of the carrier model."""
    if not found.extracted:
        return None
    two, rate = found.extracted[0], found.series.fit["exciton_rate"]
    sample = found.series.model.sample
    linear = sample.biexciton_rate(1.0, 0.0)  # radiative and nonradiative rates of XX over k_X
    auger = 1 / two.lifetime - linear * rate.value
    of_lifetime = two.lifetime_error / two.lifetime**2
    total = auger + 4 * rate.value
    by_auger, by_rate = 4 * rate.value / total**2, -4 * auger / total**2
    efficiency_error = np.hypot(by_auger * of_lifetime, (by_rate - linear * by_auger) * rate.error)
    return {
        "biexciton_lifetime_ps": number(two.lifetime),
        "biexciton_lifetime_error_ps": number(two.lifetime_error),
        "auger_rate_per_ps": number(auger),
        "auger_rate_error_per_ps": number(np.hypot(of_lifetime, linear * rate.error)),
        "auger_efficiency": number(auger / total),
        "auger_efficiency_error": number(efficiency_error),
    }


def _filling(fit: Fit | None, signal: tuple[FloatArray, FloatArray]) -> dict[str, Any]:
    document: dict[str, Any] = {
        "signal": numbers(signal[0]),
        "signal_error": numbers(signal[1]),
    }
    if fit is not None:
        document |= {
            "cross_section": number(fit["cross_section"].value),
            "cross_section_error": number(fit["cross_section"].error),
            "saturation": number(fit["saturation"].value),
            "saturation_error": number(fit["saturation"].error),
            "chi_square_per_dof": number(fit.cost / max(fit.degrees_of_freedom, 1)),
        }
    return document


def _species(species: SpeciesSpectra) -> dict[str, Any]:
    return {
        "kinds": list(species.kinds),
        "left_out": list(species.left_out),
        "wavelength_nm": numbers(species.wavelength),
        "species_associated": [numbers(row) for row in species.spectra],
        "species_associated_error": [numbers(row) for row in species.error],
        "condition_number": number(species.condition),
        "chi_square_per_dof": number(species.chi_square_per_point),
    }
