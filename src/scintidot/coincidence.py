"""Coincidence time resolution of two detectors as the document ``scintidot.ctr/1``: bound, estimators and formula."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scintidot import __version__
from scintidot.coincidence_estimators import edge_of, likelihood_of
from scintidot.coincidence_inputs import Inputs, Side, formula_alone, read_inputs, read_times
from scintidot.documents import Document
from scintidot.errors import OutOfRange
from scintidot.options import Number
from scintidot.output import number, per_cent
from scintidot.progress import Progress, silent
from scintidot.provenance import bibliography, cited
from scintidot.timing.bounds import WHY_NO_BOUND, information
from scintidot.timing.coincidence import FORMULA, FORMULA_LIMIT, coincidence_resolution, label_formula
from scintidot.timing.density import harmonic_lifetime
from scintidot.timing.mixture import mixture_of
from scintidot.timing.order_statistics import NUMBERS, BestPhoton, best_photon

SCHEMA = "scintidot.ctr/1"
SOURCES = ["auffray_2013", "seifert_2012", "fishburn_2010"]
MEANINGS = {
    "formula": FORMULA,
    "cramer_rao": "2.3548 sqrt(1/I_1 + 1/I_2), I = n integral p'^2/p: no unbiased estimator is better",
    "best_photon": "2.3548 standard deviations of the difference of two detectors, each read by its k-th photon, for "
    "the best k; without dark counts",
    "maximum_likelihood": "2.3548 standard deviations of the difference of two estimates from all photon times, "
    "simulated",
    "leading_edge": "2.3548 standard deviations of the difference of two threshold crossings of the summed pulses",
}
MOST_PHOTONS = 1e9
"""Up to which ranks of photons are searched."""
_NEARLY_ALL = 0.999
"""Share of the events that have the best photon, below which a warning says so."""
_ENOUGH_EARLY = 3.0
"""Photons within two standard deviations of the response after the start, from which on the bound is nearly reached."""


def coincidence_time_resolution(
    *,
    rise_time: Number | None = None,
    effective_lifetime: Number | None = None,
    photons: Number | None = None,
    decay: str | None = None,
    jitter_sigma: Number | None = None,
    response: str | Path | None = None,
    optical_spread_sigma: Number | None = None,
    photon_number: str | None = None,
    detector: str | None = None,
    emitted_photons: Number | None = None,
    emission: Number | None = None,
    emission_fwhm: Number | None = None,
    dark_rate: Number | None = None,
    other_decay: str | None = None,
    other_rise_time: Number | None = None,
    other_jitter_sigma: Number | None = None,
    other_photons: Number | None = None,
    energies: str | Path | None = None,
    photons_per_keV: Number | None = None,
    leading_edge: bool | None = None,
    threshold: Number | None = None,
    pulse_rise: Number | None = None,
    pulse_fall: Number | None = None,
    gain_spread: Number | None = None,
    noise_sigma: Number | None = None,
    crosstalk: Number | None = None,
    leading_edge_events: Number | None = None,
    monte_carlo: Number | None = None,
    seed: Number | None = None,
    threads: Number | None = None,
    progress: Progress = silent,
) -> Document:
    """CTR of two detectors [ps FWHM] by every named figure, as ``scintidot.ctr/1``; equal ones unless ``other_...``.

    Parameters
    ----------
    rise_time : float or str
        Time constant of the exponential rise, 0 for none. [ps]
    effective_lifetime : float or str
        Harmonic lifetime of one exponential, instead of ``decay``. With ``rise_time`` and ``photons`` alone the answer
        is the label formula. [ps]
    photons : float or str
        Detected in an event.
    decay : str
        ``"0.3:250,0.7:10000"``: time-integrated fractions and lifetimes [ps]; or one lifetime.
    jitter_sigma, optical_spread_sigma : float or str
        Gaussian spread of the registered time of one photon, by the photodetector and by the optical path. [ps]
    response : str or Path
        Measured response to one photon instead of ``jitter_sigma``: a file ``time_ps,weight`` at equal steps.
    photon_number : str
        Statistics of the number of photons: ``poisson`` (default) or ``fixed``.
    detector : str
        Card of a photodetector by name or path: its jitter, dark counts, crosstalk and pulse, where not given here.
    emitted_photons, emission, emission_fwhm : float or str
        Photons that reach the detector, peak and full width of their spectrum [nm]; instead of ``photons``.
    dark_rate : float or str
        Counts without a photon. [1/ps]
    other_decay, other_rise_time, other_jitter_sigma, other_photons : str or float
        Second detector, where it differs from the first.
    energies, photons_per_keV : str or Path, float or str
        Distribution of the energy of events ``energy_keV,weight``, and detected photons per keV.
    leading_edge : bool
        Also the leading-edge threshold; needs ``pulse_rise`` and ``pulse_fall`` [ps], takes ``threshold`` (default: the
        best one) and ``noise_sigma`` [photoelectrons], ``gain_spread`` and ``crosstalk``.
    leading_edge_events, monte_carlo : int
        Simulated events for the threshold and for maximum likelihood.
    seed, threads : int
        Of the simulations; the number of threads changes no result.
    progress : callable
        Told the step of a simulation, and the share of it that is done.

    Returns
    -------
    Document
        ``scintidot.ctr/1``: ``ctr_ps`` by every named figure, ``best_photon_index``, ``detectors``, ``choices``,
        ``warnings`` and ``bibliography``.

    Raises
    ------
    BadValue, BadFile, OutOfRange
        For inputs that are wrong; without jitter, optical spread and rise at once there is no answer.

    Examples
    --------
    >>> result = coincidence_time_resolution(decay="1037", rise_time=100, jitter_sigma=40, photons=5110)
    >>> [round(result["ctr_ps"][name], 2) for name in ("formula", "cramer_rao", "best_photon")]
    [15.0, 13.1, 16.03]
    >>> result = coincidence_time_resolution(rise_time=100, effective_lifetime=1036.7, photons=5110)
    >>> round(result["ctr_ps"]["formula"], 2)
    15.0
    """
    options = dict(locals())  # nothing but the options is local here
    return Document(_document(options, options.pop("progress")))


def _document(options: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """From the keywords of `coincidence_time_resolution`, those left out being None or False."""
    given = {name: value for name, value in options.items() if value is not None and value is not False}
    if formula_alone(given):
        return _formula_alone(given)
    inputs = read_inputs(given)
    warnings = [FORMULA_LIMIT, *inputs.notes]
    best = [_best_photon(side, inputs, warnings) for side in inputs.sides]
    infos = [_information(side) for side in inputs.sides]
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "version": __version__,
        "choices": _choices(inputs),
        "ctr_ps": {
            "formula": number(_formula(inputs, warnings)),
            "cramer_rao": _bound(inputs, infos, warnings),
            "best_photon": None
            if None in best
            else number(coincidence_resolution(*(b.standard_deviation for b in best if b))),
            "maximum_likelihood": None,
        },
        "best_photon_index": None if best[0] is None else best[0].rank - 1,
        "detectors": [
            _described(side, info, photon)
            for side, info, photon in zip(inputs.sides, infos, best, strict=True)
        ],
    }
    if inputs.events is not None:
        document["ctr_ps"]["maximum_likelihood"] = likelihood_of(
            inputs, document["ctr_ps"]["cramer_rao"], warnings, progress
        )
    if inputs.electronics is not None:
        document["ctr_ps"]["leading_edge"] = edge_of(inputs, warnings, progress)
    if inputs.energies is not None:
        document["energies"] = _energies(inputs, document)
        warnings.append(
            "ctr_ps is that of the mean energy, which no event need have; energies.ctr_ps is the mixture over the "
            "events."
        )
    document["warnings"] = warnings
    card = inputs.detector
    document["bibliography"] = cited(
        bibliography(
            SOURCES if card is None else [*SOURCES, *card.sources], None if card is None else card.references
        )
    )
    return document


def _formula_alone(given: dict[str, Any]) -> dict[str, Any]:
    rise_time, effective_lifetime, photons = read_times(given)
    return {
        "schema": SCHEMA,
        "version": __version__,
        "choices": {
            "formula": FORMULA,
            "rise_time_ps": rise_time,
            "tau_eff_ps": effective_lifetime,
            "tau_definition": "harmonic",
            "photons": photons,
        },
        "ctr_ps": {"formula": number(label_formula(rise_time, effective_lifetime, photons))},
        "warnings": [FORMULA_LIMIT],
    }


def _formula(inputs: Inputs, warnings: list[str]) -> float:
    parts = [
        float(label_formula(side.rise_time, harmonic_lifetime(side.decay), side.photons)) / 2**0.5
        for side in inputs.sides
    ]
    if any(side.rise_time == 0 for side in inputs.sides):
        warnings.append("Without a rise time the CTR formula is 0 and says nothing.")
    return float(np.hypot(parts[0], parts[-1]))


def _information(side: Side) -> float | None:
    """Fisher information of an event [1/ps^2]; None where it diverges."""
    if side.response.sigma == 0:
        return None
    return float(information(side.decay, side.rise_time, side.response, side.photons, side.dark_rate))


def _bound(inputs: Inputs, infos: list[float | None], warnings: list[str]) -> float | None:
    known = [info for info in infos if info is not None]
    if len(known) < len(infos):
        warnings.append(WHY_NO_BOUND)
        return None
    deviations = [info**-0.5 for info in known]
    early = min(
        side.photons * side.quantiles.share_before(side.response.mean + 2 * side.response.standard_deviation)
        for side in inputs.sides
    )
    if early < _ENOUGH_EARLY:
        warnings.append(
            f"Only {early:.2g} photons come within two standard deviations of the response after the start: estimators "
            "may stay far from the Cramer-Rao bound; see best_photon, or maximum_likelihood by a simulation."
        )
    return number(coincidence_resolution(*deviations))


def _best_photon(side: Side, inputs: Inputs, warnings: list[str]) -> BestPhoton | None:
    photons = side.photons
    if photons > MOST_PHOTONS:
        warnings.append(f"Beyond {MOST_PHOTONS:g} photons no best photon is sought.")
        return None
    found = best_photon(side.quantiles, photons, inputs.number)
    if side.dark_rate > 0:
        warnings.append("The best photon knows no dark counts; with them it can come out below the bound.")
    if found.share < _NEARLY_ALL:
        warnings.append(
            f"Best photon is photon {found.rank}; {per_cent(1 - found.share)} of the events do not have it and are "
            "left out, so that faint light may look better than it is."
        )
    return found


def _described(side: Side, info: float | None, photon: BestPhoton | None) -> dict[str, Any]:
    """One detector: what went in, and what it does alone."""
    return {
        "decay": [
            {"fraction": number(fraction), "lifetime_ps": number(lifetime)}
            for fraction, lifetime in zip(side.fractions, side.lifetimes, strict=True)
        ],
        "harmonic_lifetime_ps": number(harmonic_lifetime(side.decay)),
        "rise_time_ps": side.rise_time,
        "response_sigma_ps": number(side.response.standard_deviation),
        "photons": number(side.photons),
        "dark_rate_per_ps": side.dark_rate,
        "fisher_information_per_ps2": None if info is None else number(info),
        "best_photon_index": None if photon is None else photon.rank - 1,
        "best_photon_time_ps": None if photon is None else number(photon.mean),
    }


def _energies(inputs: Inputs, document: dict[str, Any]) -> dict[str, Any]:
    """The mixture over the energies of events, from the bound of each; beside it the bound of the mean energy."""
    assert inputs.energies is not None
    assert inputs.photons_per_kev is not None
    energy, probability = inputs.energies
    side = inputs.sides[0]
    of_mean = document["ctr_ps"]["cramer_rao"]
    if of_mean is None:
        raise OutOfRange(
            where="ctr", what="jitter", who="--energies", expected="jitter, so that every energy has a bound",
            found="none", hint=WHY_NO_BOUND,
        )  # fmt: skip
    photons = energy * inputs.photons_per_kev
    deviation = information(side.decay, side.rise_time, side.response, 1.0) ** -0.5 / np.sqrt(photons)
    if side.dark_rate > 0:
        parts = [information(side.decay, side.rise_time, side.response, n, side.dark_rate) for n in photons]
        deviation = np.array(parts) ** -0.5
    mixture = mixture_of(deviation, probability)
    return {
        "photons_per_keV": inputs.photons_per_kev,
        "mean_energy_keV": number(energy @ probability),
        "ctr_ps": {
            "fwhm": number(mixture.fwhm),
            "from_standard_deviation": number(mixture.ctr_of_standard_deviation),
            "of_mean_energy": of_mean,
        },
        "events": [
            {
                "energy_keV": number(e),
                "probability": number(w),
                "cramer_rao_ps": number(coincidence_resolution(s)),
            }
            for e, w, s in zip(energy, probability, deviation, strict=True)
        ],
    }


def _choices(inputs: Inputs) -> dict[str, Any]:
    side = inputs.sides[0]
    electronics, detector = inputs.electronics, inputs.detector
    return {
        **MEANINGS,
        "coincidence": "two equal detectors" if len(inputs.sides) == 1 else "two unlike detectors",
        "tau_definition": "harmonic",
        "rise_time_ps": side.rise_time,
        "photons": number(side.photons),
        "photon_number": inputs.number,
        "photon_number_meaning": NUMBERS[inputs.number],
        "photon_number_note": "the Cramer-Rao bound is the same for both",
        "rise": "exponential (1/tau) e^(-t/tau)" if side.rise_time > 0 else "none",
        "response": "measured" if side.response.delay.size > 1 else "gaussian",
        "detector": None if detector is None else detector.name,
        "detection_efficiency": None if inputs.efficiency is None else number(inputs.efficiency),
        "leading_edge_electronics": None
        if electronics is None
        else {
            "pulse_rise_ps": electronics.pulse_rise,
            "pulse_fall_ps": electronics.pulse_fall,
            "gain_spread": electronics.gain_spread,
            "noise_sigma_photoelectrons": electronics.noise,
            "crosstalk": electronics.crosstalk,
            "crosstalk_meaning": "an avalanche triggers another at once with this probability, and so on",
            "dark_rate_per_ps": electronics.dark_rate,
            "threshold": "given"
            if inputs.threshold is not None
            else "of least scatter, 1 photoelectron or more",
        },
        "events": inputs.events,
        "leading_edge_events": inputs.edge_events,
        "seed": inputs.seed if inputs.events or inputs.edge_events else None,
    }
