"""Document and pictures of the global analysis of one matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.analysis.identifiability import identifiability
from scintidot.analysis.traces import TransientTrace
from scintidot.analysis.transient.chirp import Onsets, corrected, dispersion, onsets, onsets_of_model
from scintidot.analysis.transient.global_analysis import (
    GlobalFit,
    Setup,
    evolution_spectra,
    fit_best,
    fit_matrix,
    stands_out,
)
from scintidot.constants import FWHM_PER_SIGMA
from scintidot.measured.document import Analysis, correlation_of, parameters_of
from scintidot.measured.panels import Panel, Series
from scintidot.measured.transient.chirp import chirp_document, chirp_panel, numbers
from scintidot.measured.transient.dynamics import Dynamics, dynamics_panels
from scintidot.measured.transient.options import NOT_FLAT, Options
from scintidot.output import number, with_error
from scintidot.progress import Progress
from scintidot.provenance import bibliography, cited
from scintidot.records import FloatArray

APART = 0.1
"""Share of the range by which wavelengths that are drawn are apart, at least."""
MOST_CURVES = 3


def global_analysis(
    document: dict[str, Any], trace: TransientTrace, chosen: Options, progress: Progress
) -> Analysis:
    """Lifetimes, response, chirp and spectra of one matrix; completes ``document``."""
    progress("time zero at each wavelength", 0.1)
    first = onsets(trace)
    law = dispersion(first, chosen.chirp)
    if law.law != chosen.chirp:
        document["warnings"].append(
            f"Too few wavelengths have a clear onset for a {chosen.chirp} chirp; one time zero was taken for all."
        )
        document["choices"]["chirp_used"] = law.law
    setup = Setup(law, first.sigma, chosen.artefact or 0)
    progress("lifetimes", 0.3)
    tried: list[GlobalFit] = []
    if chosen.components is None:
        best, tried = fit_best(trace, setup, artefact_if_needed=chosen.artefact is None)
    else:
        for components in range(1, chosen.components + 1):
            tried.append(fit_matrix(trace, setup, components, tried))
        best = tried[-1]
    if not stands_out(best, trace):
        raise ValueError("no signal stands out of the noise")
    document["choices"]["components_used"] = len(best.lifetime)
    document["choices"]["artefact_used"] = best.setup.artefact
    law = best.setup.dispersion
    each = onsets_of_model(
        trace, law(trace.wavelength), 1 / best.lifetime, best.setup.response_sigma, artefact=best.setup.artefact
    )  # fmt: skip
    _complete(document, trace, best, tried, each)
    document["warnings"] += _warnings(trace, best, tried, chosen)
    return Analysis(
        document, _panels(trace, best, each), "Transient absorption: global analysis", _answer(best)
    )


def _complete(
    document: dict[str, Any], trace: TransientTrace, best: GlobalFit, tried: list[GlobalFit], each: Onsets
) -> None:
    evolution, evolution_error = evolution_spectra(best)
    tops = np.argmax(np.abs(best.spectra), axis=1)
    document["components"] = [
        {
            "name": f"component {i + 1}",
            "lifetime_ps": number(best.lifetime[i]),
            "lifetime_error_ps": number(best.lifetime_error[i]),
            "peak_wavelength_nm": number(best.wavelength[top]),
            "peak_amplitude": number(best.spectra[i, top]),
            "peak_amplitude_error": number(best.spectra_error[i, top]),
        }
        for i, top in enumerate(tops)
    ]
    width = best.fit["response_sigma"]
    document["response"] = {
        "sigma_ps": number(width.value),
        "sigma_error_ps": number(width.error),
        "fwhm_ps": number(width.value * FWHM_PER_SIGMA),
    }
    of_law = [best.fit[name].error for name in best.fit.free_names if name.startswith("time_zero")]
    document["chirp"] = chirp_document(best.setup.dispersion, each, of_law)
    document["fit"] = {
        "chi_square_per_dof": number(best.per_degree),
        "degrees_of_freedom": best.degrees_of_freedom,
        "residual_rms": number(np.std(trace.values - best.expected)),
        "noise_median": number(np.median(best.sigma)),
        "error_scale": number(best.error_scale),
        "faults": list(best.fit.faults),
    }
    document["components_tried"] = [
        {
            "components": len(f.lifetime),
            "artefact": f.setup.artefact,
            "chi_square_per_dof": number(f.per_degree),
            "lifetimes_ps": ", ".join(f"{value:.4g}" for value in f.lifetime),
        }
        for f in tried
    ]
    document["spectra"] = {
        "unit": trace.unit,
        "wavelength_nm": numbers(best.wavelength),
        "decay_associated": [numbers(row) for row in best.spectra],
        "decay_associated_error": [numbers(row) for row in best.spectra_error],
        "evolution_associated": [numbers(row) for row in evolution],
        "evolution_associated_error": [numbers(row) for row in evolution_error],
    }
    document["parameters"] = parameters_of(best.fit)
    document["correlation"] = correlation_of(best.fit)
    document["identifiability"] = identifiability(best.fit)
    document["bibliography"] = cited(bibliography(["golub_1973", "kaufman_1975"]))


def _warnings(trace: TransientTrace, best: GlobalFit, tried: list[GlobalFit], chosen: Options) -> list[str]:
    found = []
    zero = best.setup.dispersion(best.wavelength)
    span = float(trace.time[-1] - np.median(zero))
    if best.per_degree > NOT_FLAT:
        worst = int(np.argmax(np.mean(((trace.values - best.expected) / best.sigma) ** 2, axis=0)))
        found.append(
            f"The model does not describe the data within their noise: chi-square per degree of freedom is "
            f"{best.per_degree:.3g}, worst at {best.wavelength[worst]:.1f} nm; the errors are "
            f"{best.error_scale:.3g} times wider for it."
        )
    for value, error in zip(best.lifetime, best.lifetime_error, strict=True):
        if best.too_fast and value == best.lifetime[0]:
            found.append(
                f"The lifetime of {value:.3g} ps is as short as the response (sigma "
                f"{best.setup.response_sigma:.3g} ps): it stands for an artefact at time zero, or the response is no "
                "Gaussian. --artefact 3 may take its place."
            )
        if value > span:
            found.append(
                f"The lifetime of {value:.4g} ps is longer than the {span:.4g} ps that were measured after time zero: "
                "a component that hardly decays."
            )
        if not error < 0.5 * value:
            found.append(f"A lifetime is not determined: {with_error(value, error)} ps.")
    ratios = best.lifetime[1:] / best.lifetime[:-1]
    if np.any(ratios < 1.5):
        found.append("Two lifetimes are within a factor of 1.5: their spectra can hardly be told apart.")
    if chosen.components is None and len(best.lifetime) == len(tried) and len(tried) > 1:
        found.append(
            "More components than were tried may lower chi-square further; --components asks for a number."
        )
    if np.count_nonzero(trace.time < float(zero.min()) - 4 * best.setup.response_sigma) < 5:
        found.append("Fewer than 5 delays before time zero: the noise is estimated from second differences.")
    return found + [f"The fit: {fault}." for fault in best.fit.faults]


def _answer(best: GlobalFit) -> str:
    pairs = zip(best.lifetime, best.lifetime_error, strict=True)
    words = ", ".join(f"{with_error(value, error)} ps" for value, error in pairs)
    return (
        f"{len(best.lifetime)} lifetimes describe all wavelengths: {words} "
        f"(chi-square per degree of freedom {best.per_degree:.3g})."
    )


def _panels(trace: TransientTrace, best: GlobalFit, each: Onsets) -> tuple[Panel, ...]:
    unit = f"ΔA [{trace.unit}]" if trace.unit else "signal"
    law = best.setup.dispersion
    return (
        *_dynamics(trace, best, unit),
        _cuts(trace, best, unit),
        _spectra_panel(best, unit),
        chirp_panel(law, each, f"the {law.law} law of the fit of the whole matrix"),
    )


def _dynamics(trace: TransientTrace, best: GlobalFit, unit: str) -> tuple[Panel, ...]:
    """At the wavelengths where the components peak, at most three."""
    zero = best.setup.dispersion(best.wavelength)
    rows = [
        Dynamics(
            f"{best.wavelength[j]:.0f} nm", trace.time - zero[j], trace.values[:, j], best.expected[:, j],
            float(best.sigma[j]),
        )
        for j in apart(best.wavelength, best.spectra)
    ]  # fmt: skip
    caption = "Where the spectra of the components peak, with the fit of the whole matrix."
    return dynamics_panels(rows, best.setup.response_sigma, "Dynamics", unit, caption)


def apart(wavelength: FloatArray, spectra: FloatArray) -> list[int]:
    """Columns where the spectra (components, wavelengths) are largest, at most three, `APART` of the range apart."""
    places: list[int] = []
    least = APART * float(np.ptp(wavelength))
    for row in np.abs(spectra):
        free = [all(abs(w - wavelength[j]) >= least for j in places) for w in wavelength]
        if any(free) and len(places) < MOST_CURVES:
            places.append(int(np.argmax(np.where(free, row, -1.0))))
    return sorted(places)


def _cuts(trace: TransientTrace, best: GlobalFit, unit: str) -> Panel:
    """Spectra at a few delays after time zero."""
    straight = corrected(trace, best.setup.dispersion)
    span = straight.time[-1]
    begin = min(3 * best.setup.response_sigma, 0.1 * span)
    series = []
    for delay in np.geomspace(begin, 0.9 * span, 6):
        row = int(np.argmin(np.abs(straight.time - delay)))
        label = f"{straight.time[row]:.3g} ps"
        series.append(Series(label, trace.wavelength, straight.values[row], style="line"))
    return Panel(
        "Spectra at delays",
        "wavelength [nm]",
        unit,
        "Interpolated to common delays after time zero.",
        tuple(series),
    )


def _spectra_panel(best: GlobalFit, unit: str) -> Panel:
    series = []
    for value, row, error in zip(best.lifetime, best.spectra, best.spectra_error, strict=True):
        series.append(Series(f"{value:.3g} ps", best.wavelength, row, style="line"))
        series.append(Series(f"{value:.3g} ps, error", best.wavelength, row, error, style="band"))
    return Panel(
        "Decay-associated spectra", "wavelength [nm]", unit,
        "Amplitude of each lifetime; the band is one standard deviation.", tuple(series),
    )  # fmt: skip
