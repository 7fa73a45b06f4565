"""The kinetics of one nanocrystal alone, checked and answered as a JSON document."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from scintidot import __version__
from scintidot.choices import TRUNCATION, too_many_photons
from scintidot.documents import Document
from scintidot.errors import BadValue, OutOfRange, one_of
from scintidot.excitons.occupancy import PAPER_STATISTICS_LIMIT, biexciton_populations
from scintidot.kinetic_options import (
    DEFAULT_MODEL,
    EFFICIENCY,
    FRACTION,
    KINETIC_MODELS,
    Pairs,
    read_exact_rates,
    read_exciton_rate,
    read_pairs,
)
from scintidot.kinetics import exact, rates
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.exact import ExactDecay
from scintidot.kinetics.laws import TRANSITIONS
from scintidot.kinetics.lifetimes import DEFINITIONS, effective_lifetimes
from scintidot.kinetics.rates import biexciton_rates
from scintidot.materials.fields import In
from scintidot.options import Number, read
from scintidot.output import number
from scintidot.timing.coincidence import single_nanocrystal_figure

_TIME = In("ps", above=0, at_most=1e12)
_ONLY_EXACT = (
    "radiative", "auger", "trapping_rate", "detrapping_rate", "trap_loss_rate", "neutralisation_rate", "traps",
)  # fmt: skip


class _Answer(NamedTuple):
    """What a model says."""

    decay: BiexcitonDecay | ExactDecay
    lifetimes: dict[str, Any]
    auger_rate: float
    populations: dict[str, Any]
    transitions: dict[str, tuple[Any, Any]]  # photons, their first moment
    components: list[dict[str, Any]]
    choices: dict[str, Any]
    extra: dict[str, Any]


def nanocrystal_kinetics(
    *,
    model: str = DEFAULT_MODEL,
    mean_excitons: Number | None = None,
    auger_efficiency: Number,
    statistics: str | None = None,
    retained_fraction: Number = 0.5,
    exciton_rate: Number = 1e-4,
    quantum_yield: Number = 1.0,
    rate_ratio: Number | None = None,
    response: Number = 100.0,
    **laws: Any,
) -> Document:
    """Light of one nanocrystal from its kinetic parameters, as ``scintidot.kinetics/1``.

    Parameters
    ----------
    model : str
        ``carriers`` (default) and ``ladder`` are exact; ``paper`` and ``poisson-biexciton`` count every N >= 2 as one
        biexciton.
    mean_excitons : float or str, optional
        <N>, above 0 and at most 600 (exponential: 23); a file of statistics has its own.
    auger_efficiency : float or str
        Phi_AR = k_AR/(k_AR + 4 k_X), 0 <= Phi_AR < 1.
    statistics : str, optional
        ``poisson`` (default), ``paper`` (default of the model of that name), ``exponential``, or a file with rows
        ``n,weight``.
    retained_fraction : float or str
        xi, 0 to 1.
    exciton_rate : float or str
        Total rate of the single exciton [1/ps], or its lifetime with a unit, such as ``"6 ns"``.
    quantum_yield : float or str
        Phi_X, 0 to 1.
    rate_ratio : float or str, optional
        k_XX/k_X of radiative rates, 1 to 100 (4), of the biexciton models.
    response : float or str
        Full width at half maximum of the Gaussian response of the ``instrument`` lifetime. [ps]
    **laws
        Of the exact models: ``radiative`` (n2, n, saturating), ``auger`` (cubic, quadratic), ``trapping_rate``,
        ``detrapping_rate``, ``trap_loss_rate``, ``neutralisation_rate`` [1/ps], ``traps``; see
        `scintidot.kinetics.laws`.

    Returns
    -------
    Document
        ``scintidot.kinetics/1``: ``photons`` of one excitation, ``photon_number_variance``, ``initial_rate_per_ps``,
        ``tau_ps`` by definition, ``ctr_nc`` [ps^0.5], ``populations``, ``transitions``, ``components``, ``losses``,
        ``choices`` and ``warnings``.

    Raises
    ------
    BadValue
        For a value outside these limits, or an option that the model does not know.

    Examples
    --------
    >>> result = nanocrystal_kinetics(mean_excitons=2.3, auger_efficiency=0.9)
    >>> round(result["photons"], 4), round(result["tau_ps"]["harmonic"] * 1e-4, 4)
    (0.6049, 0.0797)
    """
    where = "kinetics"
    one_of(model, KINETIC_MODELS, where=where, who="--model")
    width = read(response, "--response-ps", where, _TIME)
    statistics = statistics or ("paper" if model == "paper" else "poisson")
    pairs = read_pairs(where, mean_excitons, statistics)
    given = {name: value for name, value in laws.items() if value is not None}
    common: dict[str, Any] = {
        "auger_efficiency": auger_efficiency, "retained_fraction": retained_fraction,
        "exciton_rate": exciton_rate, "quantum_yield": quantum_yield,
    }  # fmt: skip
    if model in exact.MODELS:
        if rate_ratio is not None:
            _refuse(where, "rate_ratio", model, "--radiative, which gives the ratio")
        answer = _exact(where, model, pairs, width, {**common, **given})
    else:
        for name in given:
            _refuse(where, name, model, "--model carriers or ladder with it")
        answer = _biexciton(where, model, pairs, width, common, 4.0 if rate_ratio is None else rate_ratio)
    decay = answer.decay
    photons = float(decay.photons)
    known = statistics != "paper"  # its weights are no probabilities
    times = {
        "mean_photon_time_ps": answer.lifetimes["mean_photon_time"],
        "photon_time_variance_ps2": decay.second_moment / photons - (decay.first_moment / photons) ** 2
        if photons > 0
        else np.nan,
    }
    return Document(
        {
            "schema": "scintidot.kinetics/1",
            "version": __version__,
            "choices": {
                "model": model,
                "model_meaning": KINETIC_MODELS[model],
                **pairs.choices,
                **answer.choices,
                "response_fwhm_ps": width,
                "response_shape": "gaussian",
                "tau_definitions": dict(DEFINITIONS),
                "ctr_nc_definition": "sqrt(harmonic tau/photons) = F(0)^(-1/2), in ps^0.5",
            },
            "photons": number(photons),
            "photon_number_variance": number(decay.photon_number_variance) if known else None,
            "initial_rate_per_ps": number(decay.initial_rate),
            "auger_rate_per_ps": number(answer.auger_rate),
            "tau_ps": {name: number(value) for name, value in answer.lifetimes.items()},
            **{name: number(value) for name, value in times.items()},
            "ctr_nc": number(single_nanocrystal_figure(decay.initial_rate)),
            "populations": answer.populations,
            "transitions": [
                {
                    "name": name,
                    "photons": number(light),
                    "fraction": number(light / photons) if photons > 0 else None,
                    "mean_photon_time_ps": number(moment / light) if light > 0 else None,
                }
                for name, (light, moment) in answer.transitions.items()
            ],
            "components": answer.components,
            **answer.extra,
            "warnings": _warnings(
                model, pairs, photons, answer.choices, bool(answer.components), answer.lifetimes
            ),
        }
    )


def _refuse(where: str, option: str, model: str, expected: str) -> None:
    flag = "--" + option.replace("_", "-")
    if option not in (*_ONLY_EXACT, "rate_ratio"):
        raise BadValue(where=where, what="option", who=flag, expected="a known option", found=repr(option))
    raise BadValue(where=where, what="option", who=flag, expected=expected, found=f"model {model}")


def _exact(where: str, model: str, pairs: Pairs, response: float, options: dict[str, Any]) -> _Answer:
    """By linear algebra on the Markov chain."""
    rates_, choices = read_exact_rates(where, **options)
    decay = ExactDecay(model, rates_, pairs.distribution)
    weights = pairs.distribution
    light = zip(decay.transition_photons, decay.transition_first_moment, strict=True)
    losses = {name: number(value) for name, value in decay.losses.items()}
    try:
        lifetimes = effective_lifetimes(decay.decay, response)
    except OutOfRange:  # what needs no curve is exact all the same
        exact_ones = {
            "harmonic": decay.photons / decay.initial_rate,
            "mean_photon_time": decay.first_moment / decay.photons,
        }
        lifetimes = {name: exact_ones.get(name, np.asarray(np.nan)) for name in DEFINITIONS}
    return _Answer(
        decay,
        lifetimes,
        float(rates_.auger),
        {
            "x0": number(weights[1]),
            "xx0": number(weights[2] if len(weights) > 2 else 0.0),
            "n_ge_3": number(weights[3:].sum()),
        },
        dict(zip(TRANSITIONS, light, strict=True)),
        [],
        choices,
        {
            "losses": {
                "nonradiative_pairs": losses["nonradiative"],
                "auger_pairs": losses["auger"],
                "ionisations": losses["ionisations"],
            }
        },
    )


def _biexciton(
    where: str, model: str, pairs: Pairs, response: float, options: dict[str, Any], rate_ratio: Number
) -> _Answer:
    """By the closed forms of the biexciton model."""
    efficiency = read(options["auger_efficiency"], "--auger-efficiency", where, EFFICIENCY)
    xi = read(options["retained_fraction"], "--retained-fraction", where, FRACTION)
    k_x = read_exciton_rate(options["exciton_rate"], where)
    phi = read(options["quantum_yield"], "--quantum-yield", where, FRACTION)
    ratio = read(rate_ratio, "--rate-ratio", where, In("1", at_least=1, at_most=100))
    rates_ = biexciton_rates(
        model,
        exciton_rate=k_x,
        quantum_yield=phi,
        retained_fraction=xi,
        auger_efficiency=efficiency,
        rate_ratio=ratio,
    )
    occupancy = biexciton_populations(np.asarray(pairs.mean), pairs.distribution)
    decay = BiexcitonDecay(rates_, occupancy.exciton, occupancy.biexciton)
    moments = decay.transition_first_moment
    return _Answer(
        decay,
        effective_lifetimes(decay, response),
        float(rates_.auger),
        {"x0": number(occupancy.exciton), "xx0": number(occupancy.biexciton)},
        {name: (light, moments[name]) for name, light in decay.transition_photons.items()},
        [
            {
                "name": part.name,
                "amplitude": number(part.amplitude),
                "lifetime_ps": number(part.lifetime),
                "fraction": number(part.fraction),
            }
            for part in decay.components()
        ],
        {
            "auger_efficiency": efficiency,
            "auger_efficiency_definition": "k_AR/(k_AR + ratio k_X) with the total exciton rate k_X",
            "retained_fraction": xi,
            "exciton_rate_per_ps": k_x,
            "quantum_yield": phi,
            "rate_ratio": ratio,
        },
        {},
    )


def _warnings(
    model: str,
    pairs: Pairs,
    photons: float,
    choices: dict[str, Any],
    components: bool,
    lifetimes: dict[str, Any],
) -> list[str]:
    warnings = []
    truncated, rate = model in rates.MODELS, choices["exciton_rate_per_ps"]
    if too_many_photons(photons, pairs.mean):
        warnings.append(
            f"{photons:.4g} photons from {pairs.mean:g} electron-hole pairs: not physical. The factor <N> of paper "
            f"statistics makes photons out of nothing above <N> = {PAPER_STATISTICS_LIMIT:.3f}."
        )
    elif pairs.choices["statistics"] == "paper":
        warnings.append(
            "Statistics paper weights every n with <N> P(n): these are no probabilities. Populations and photons are "
            f"off by the factor <N>, and without Auger recombination more photons than pairs come out above <N> = "
            f"{PAPER_STATISTICS_LIMIT:.3f}."
        )
    if truncated and pairs.mean > 0.5:
        warnings.append(TRUNCATION)
    if not 1e-7 <= rate <= 1e-2:
        warnings.append(
            f"An exciton rate of {rate:g}/ps is a lifetime of {1 / rate:g} ps: is the unit right?"
        )
    if model == "paper" and choices["quantum_yield"] < 1:
        warnings.append(
            "Model paper lets a biexciton emit as if its excitons had no nonradiative loss (Eq. 7 as printed); "
            "poisson-biexciton keeps radiative and nonradiative rates apart."
        )
    if photons == 0:
        warnings.append("No light: lifetimes are undefined.")
    elif not all(math.isfinite(value) for value in lifetimes.values()):
        warnings.append(
            "The decay curve of so many pairs, or of rates so far apart, is not resolved: lifetimes instrument and "
            "one_over_e are left out; all other figures need no curve and are exact."
        )
    elif truncated and not components:
        warnings.append("Exciton and biexciton lifetimes coincide: F(t) is no sum of two exponentials.")
    return warnings
