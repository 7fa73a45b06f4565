"""One stage alone, checked and answered as a JSON document: `kinetics` and `ctr`."""

from __future__ import annotations

import math
from typing import Any

from scintidot import __version__
from scintidot.choices import MODEL_OF_STATISTICS
from scintidot.errors import BadValue, one_of
from scintidot.excitons.occupancy import PAPER_STATISTICS_LIMIT, STATISTICS, initial_populations
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.lifetimes import DEFINITIONS, effective_lifetimes
from scintidot.kinetics.rates import MODELS, biexciton_rates
from scintidot.results import number
from scintidot.timing.coincidence import label_formula, single_nanocrystal_figure


def _checked(value: float, who: str, where: str, expected: str, good: bool, hint: str | None = None) -> float:
    if not (math.isfinite(value) and good):
        raise BadValue(where=where, what="value", who=who, expected=expected, found=f"{value:g}", hint=hint)
    return value


def biexciton_kinetics(
    *,
    model: str = "poisson-biexciton",
    mean_excitons: float,
    auger_efficiency: float,
    retained_fraction: float = 0.5,
    exciton_rate: float = 1e-4,
    quantum_yield: float = 1.0,
    rate_ratio: float = 4.0,
    response: float = 100.0,
) -> dict[str, Any]:
    """Light of one nanocrystal from its kinetic parameters, as ``scintidot.kinetics/1``.

    Parameters
    ----------
    model : str
        ``paper`` (with the statistics of the same name) or ``poisson-biexciton``.
    mean_excitons : float
        <N> > 0.
    auger_efficiency : float
        Phi_AR, 0 <= Phi_AR < 1.
    retained_fraction : float
        xi, 0 to 1.
    exciton_rate : float
        Total rate of the single exciton. [1/ps]
    quantum_yield : float
        Phi_X, 0 to 1.
    rate_ratio : float
        k_XX/k_X of radiative rates, at least 1.
    response : float
        Full width at half maximum of the Gaussian response of the ``instrument`` lifetime. [ps]

    Raises
    ------
    BadValue
        For a value outside these limits.

    Examples
    --------
    >>> result = biexciton_kinetics(model="paper", mean_excitons=3.3, auger_efficiency=0.0)
    >>> round(result["photons"], 6), round(result["tau_ps"]["harmonic"], 2)
    (5.954913, 5174.51)
    """
    where = "kinetics"
    one_of(model, MODELS, where=where, who="--model")
    _checked(mean_excitons, "--mean-excitons", where, "a positive number", mean_excitons > 0)
    hint = (
        "At exactly 1 the Auger rate is infinite; use 0.999999 for the limit."
        if auger_efficiency == 1
        else None
    )
    _checked(
        auger_efficiency, "--auger-efficiency", where, "0 <= efficiency < 1", 0 <= auger_efficiency < 1, hint
    )
    _checked(retained_fraction, "--retained-fraction", where, "0 to 1", 0 <= retained_fraction <= 1)
    _checked(exciton_rate, "--exciton-rate", where, "a positive rate in 1/ps", exciton_rate > 0)
    _checked(quantum_yield, "--quantum-yield", where, "0 to 1", 0 <= quantum_yield <= 1)
    _checked(rate_ratio, "--rate-ratio", where, "at least 1", rate_ratio >= 1)
    _checked(response, "--response-ps", where, "a positive time in ps", response > 0)

    statistics = {m: s for s, m in MODEL_OF_STATISTICS.items()}[model]
    rates = biexciton_rates(
        model,
        exciton_rate=exciton_rate,
        quantum_yield=quantum_yield,
        retained_fraction=retained_fraction,
        auger_efficiency=auger_efficiency,
        rate_ratio=rate_ratio,
    )
    occupancy = initial_populations(mean_excitons, statistics)
    decay = BiexcitonDecay(rates, occupancy.exciton, occupancy.biexciton)
    components = decay.components()
    return {
        "schema": "scintidot.kinetics/1",
        "version": __version__,
        "choices": {
            "model": model,
            "model_meaning": MODELS[model],
            "statistics": statistics,
            "statistics_meaning": STATISTICS[statistics],
            "mean_excitons": mean_excitons,
            "auger_efficiency": auger_efficiency,
            "retained_fraction": retained_fraction,
            "exciton_rate_per_ps": exciton_rate,
            "quantum_yield": quantum_yield,
            "rate_ratio": rate_ratio,
            "response_fwhm_ps": response,
            "response_shape": "gaussian",
            "tau_definitions": DEFINITIONS,
        },
        "photons": number(decay.photons),
        "initial_rate_per_ps": number(decay.initial_rate),
        "auger_rate_per_ps": number(rates.auger),
        "tau_ps": {name: number(value) for name, value in effective_lifetimes(decay, response).items()},
        "ctr_nc": number(single_nanocrystal_figure(decay.initial_rate)),
        "populations": {"x0": number(occupancy.exciton), "xx0": number(occupancy.biexciton)},
        "components": [
            {
                "name": part["name"],
                "amplitude": number(part["amplitude"]),
                "lifetime_ps": number(part["lifetime"]),
                "fraction": number(part["fraction"]),
            }
            for part in components
        ],
        "warnings": _kinetics_warnings(
            model, mean_excitons, float(decay.photons), quantum_yield, bool(components)
        ),
    }


def _kinetics_warnings(
    model: str, mean_excitons: float, photons: float, quantum_yield: float, components: bool
) -> list[str]:
    warnings = []
    if photons > mean_excitons:
        warnings.append(
            f"{photons:.4g} photons from {mean_excitons:g} electron-hole pairs: not physical. The factor <N> of "
            f"paper statistics makes photons out of nothing above <N> = {PAPER_STATISTICS_LIMIT:.3f}."
        )
    if mean_excitons > 1:
        warnings.append(
            "Every N >= 2 counts as one biexciton: above <N> of about 1 effective lifetimes come out 1.5 to 5 "
            "times too long."
        )
    if model == "paper" and quantum_yield < 1:
        warnings.append(
            "Model paper lets a biexciton emit as if its excitons had no nonradiative loss (Eq. 7 as printed); "
            "poisson-biexciton keeps radiative and nonradiative rates apart."
        )
    if photons == 0:
        warnings.append("No light: lifetimes are undefined.")
    elif not components:
        warnings.append("Exciton and biexciton lifetimes coincide: F(t) is no sum of two exponentials.")
    return warnings


def coincidence_time_resolution(
    *, rise_time: float, effective_lifetime: float, photons: float
) -> dict[str, Any]:
    """CTR of two equal detectors [ps FWHM] by the label formula, as ``scintidot.ctr/1``.

    ``rise_time`` [ps], ``effective_lifetime`` [ps, harmonic], ``photons`` detected per event; all positive.

    Examples
    --------
    >>> result = coincidence_time_resolution(rise_time=100, effective_lifetime=1036.7, photons=5110)
    >>> round(result["ctr_ps"]["formula"], 2)
    15.0
    """
    where = "ctr"
    _checked(rise_time, "--rise-time-ps", where, "a positive time in ps", rise_time > 0)
    _checked(effective_lifetime, "--tau-eff-ps", where, "a positive time in ps", effective_lifetime > 0)
    _checked(photons, "--photons", where, "a positive number", photons > 0)
    return {
        "schema": "scintidot.ctr/1",
        "version": __version__,
        "choices": {
            "formula": "3.33 sqrt(rise_time tau / photons), full width at half maximum of two equal detectors",
            "rise_time_ps": rise_time,
            "tau_eff_ps": effective_lifetime,
            "tau_definition": "harmonic",
            "photons": photons,
        },
        "ctr_ps": {"formula": number(label_formula(rise_time, effective_lifetime, photons))},
        "warnings": [
            "The formula is a figure of merit, neither a bound nor an estimate: it knows no photodetector jitter."
        ],
    }
