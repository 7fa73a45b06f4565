"""One stage alone, checked and answered as a JSON document: `kinetics`."""

from __future__ import annotations

from typing import Any

from scintidot import __version__
from scintidot.choices import STATISTICS_OF_MODEL, TRUNCATION, too_many_photons
from scintidot.errors import BadValue, FieldError, one_of
from scintidot.excitons.occupancy import PAPER_STATISTICS_LIMIT, STATISTICS, initial_populations
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.lifetimes import DEFINITIONS, effective_lifetimes
from scintidot.kinetics.rates import MODELS, biexciton_rates
from scintidot.materials.fields import In
from scintidot.results import number
from scintidot.timing.coincidence import single_nanocrystal_figure

Number = float | str
"""A number in the documented unit, or text with a unit such as ``"0.1/ns"``."""


def _read(value: Number, flag: str, where: str, limits: In) -> float:
    try:
        return limits.read_number(value)
    except FieldError as error:
        raise error.at(BadValue, where=where, who=flag) from None


_FRACTION = In("1", at_least=0, at_most=1)
_TIME = In("ps", above=0, at_most=1e12)


def biexciton_kinetics(
    *,
    model: str = "poisson-biexciton",
    mean_excitons: Number,
    auger_efficiency: Number,
    retained_fraction: Number = 0.5,
    exciton_rate: Number = 1e-4,
    quantum_yield: Number = 1.0,
    rate_ratio: Number = 4.0,
    response: Number = 100.0,
) -> dict[str, Any]:
    """Light of one nanocrystal from its kinetic parameters, as ``scintidot.kinetics/1``.

    Parameters
    ----------
    model : str
        ``paper`` (with the statistics of the same name) or ``poisson-biexciton``.
    mean_excitons : float or str
        <N>, above 0 and at most 1000.
    auger_efficiency : float or str
        Phi_AR, 0 <= Phi_AR < 1.
    retained_fraction : float or str
        xi, 0 to 1.
    exciton_rate : float or str
        Total rate of the single exciton. [1/ps]
    quantum_yield : float or str
        Phi_X, 0 to 1.
    rate_ratio : float or str
        k_XX/k_X of radiative rates, 1 to 100.
    response : float or str
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
    mean_excitons = _read(mean_excitons, "--mean-excitons", where, In("1", above=0, at_most=1000))
    auger_efficiency = _read(auger_efficiency, "--auger-efficiency", where, In("1", at_least=0, below=1))
    retained_fraction = _read(retained_fraction, "--retained-fraction", where, _FRACTION)
    exciton_rate = _read(exciton_rate, "--exciton-rate", where, In("1/ps", at_least=1e-12, at_most=1e3))
    quantum_yield = _read(quantum_yield, "--quantum-yield", where, _FRACTION)
    rate_ratio = _read(rate_ratio, "--rate-ratio", where, In("1", at_least=1, at_most=100))
    response = _read(response, "--response-ps", where, _TIME)

    statistics = STATISTICS_OF_MODEL[model]
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
            "tau_definitions": dict(DEFINITIONS),
        },
        "photons": number(decay.photons),
        "initial_rate_per_ps": number(decay.initial_rate),
        "auger_rate_per_ps": number(rates.auger),
        "tau_ps": {name: number(value) for name, value in effective_lifetimes(decay, response).items()},
        "ctr_nc": number(single_nanocrystal_figure(decay.initial_rate)),
        "populations": {"x0": number(occupancy.exciton), "xx0": number(occupancy.biexciton)},
        "components": [
            {
                "name": part.name,
                "amplitude": number(part.amplitude),
                "lifetime_ps": number(part.lifetime),
                "fraction": number(part.fraction),
            }
            for part in components
        ],
        "warnings": _kinetics_warnings(
            model, mean_excitons, float(decay.photons), quantum_yield, exciton_rate, bool(components)
        ),
    }


def _kinetics_warnings(
    model: str,
    mean_excitons: float,
    photons: float,
    quantum_yield: float,
    exciton_rate: float,
    components: bool,
) -> list[str]:
    warnings = []
    if too_many_photons(photons, mean_excitons):
        warnings.append(
            f"{photons:.4g} photons from {mean_excitons:g} electron-hole pairs: not physical. The factor <N> of "
            f"paper statistics makes photons out of nothing above <N> = {PAPER_STATISTICS_LIMIT:.3f}."
        )
    if mean_excitons > 0.5:
        warnings.append(TRUNCATION)
    if not 1e-7 <= exciton_rate <= 1e-2:
        warnings.append(
            f"An exciton rate of {exciton_rate:g}/ps is a lifetime of {1 / exciton_rate:g} ps: is the unit right?"
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
