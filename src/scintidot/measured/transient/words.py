"""What is said of a fluence series: the answer, the warnings, and what a material card gets."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.measured.transient.fluence_series import HARDLY_KNOWN, Found
from scintidot.measured.transient.options import NOT_FLAT, Options
from scintidot.output import with_error


def answer(found: Found) -> str:
    """The biexciton lifetime by both methods, in two sentences."""
    lifetime, error = found.series.biexciton_lifetime()
    efficiency, efficiency_error = found.series.auger_efficiency()
    strongest = found.series.fit["cross_section"].value * found.curves[-1].fluence
    words = (
        f"Biexciton lifetime {with_error(lifetime, error)} ps, Auger efficiency "
        f"{with_error(efficiency, efficiency_error)} (carrier model of all {len(found.curves)} fluences, <N> up to "
        f"{strongest:.3g})."
    )
    if not found.extracted:
        return f"{words} Successive subtraction found no clear difference between the curves."
    two = found.extracted[0]
    return f"{words} Successive subtraction gives {with_error(two.lifetime, two.lifetime_error)} ps."


def warnings(found: Found, chosen: Options) -> list[str]:
    """Where the result is doubtful."""
    return [
        *_of_the_fit(found),
        *_of_the_parameters(found),
        *_of_the_range(found, chosen),
        *_of_the_methods(found, chosen),
    ]


def _of_the_fit(found: Found) -> list[str]:
    series = found.series
    said = [f"The fit: {fault}." for fault in series.fit.faults]
    per_degree = series.chi_square / max(series.degrees_of_freedom, 1)
    if per_degree > NOT_FLAT:
        said.append(
            f"The carrier model does not describe the series within its noise: chi-square per degree of freedom is "
            f"{per_degree:.3g}; the errors are {series.error_scale:.3g} times wider for it."
        )
    if series.fit["amplitude"].value < 0:
        said.append(
            "The fitted height is negative: the band is no bleach. --wavelength or --band names another."
        )
    return said


def _of_the_parameters(found: Found) -> list[str]:
    said = []
    for name in ("exciton_rate", "auger_rate", "retained_fraction", "cross_section"):
        parameter = found.series.fit[name]
        if parameter.fixed:
            continue
        if parameter.at_limit:
            said.append(_at_limit(found, name))
        elif name == "retained_fraction" and parameter.error > HARDLY_KNOWN:
            said.append(
                f"The data hardly tell the retained fraction ({with_error(parameter.value, parameter.error)}); where "
                f"it is known, --retained-fraction holds it. {_others(found)}"
            )
        elif name == "exciton_rate" and not parameter.error < 0.3 * parameter.value:
            said.append(
                "The delays are too short to tell the exciton lifetime, on which the Auger efficiency depends; "
                "--exciton-rate takes one from elsewhere, such as '8 ns' of the photoluminescence."
            )
        elif name == "cross_section" and not parameter.error < 0.3 * parameter.value:
            said.append(
                "The cross section is not determined: the strongest pump hardly saturates the bleach."
            )
    return said


def _at_limit(found: Found, name: str) -> str:
    """That a parameter ended at a limit, what it means for the others, and what to hold."""
    parameter = found.series.fit[name]
    words = {
        "retained_fraction": "The retained fraction",
        "exciton_rate": "The exciton rate",
        "auger_rate": "The Auger rate",
        "cross_section": "The cross section",
    }[name]
    advice = {
        "retained_fraction": "Hold a known one with --retained-fraction",
        "exciton_rate": "Hold a known one with --exciton-rate, such as '8 ns'",
        "auger_rate": "Other delays or pumps are needed",
        "cross_section": "Other pumps are needed, or --retained-fraction and --exciton-rate to hold what is known",
    }[name]
    if name == "retained_fraction" and not found.series.fit["exciton_rate"].fixed:
        advice += ", or the exciton lifetime with --exciton-rate"
    limit = f"{parameter.value:.0f}" if name == "retained_fraction" else f"{parameter.value:.3g}"
    text = (
        f"{words} ended at the limit of what is allowed ({limit}): the errors of all others hold only if it is "
        f"exactly that, and may be far too small. {advice}."
    )
    return f"{text} {_others(found)}" if name == "retained_fraction" else text


def _others(found: Found) -> str:
    """What other retained fractions give."""
    rows = [
        f"{row['retained_fraction']:g}: cross section {with_error(row['cross_section'], row['cross_section_error'])}, "
        f"biexciton {with_error(row['biexciton_lifetime_ps'], row['biexciton_lifetime_error_ps'])} ps, chi-square "
        f"{row['chi_square_more']:+.1f}"
        for row in found.held
    ]
    return "Held at " + "; at ".join(rows) + "."


def _of_the_range(found: Found, chosen: Options) -> list[str]:
    said = []
    lifetime = found.series.biexciton_lifetime()[0]
    mean = found.series.fit["cross_section"].value * found.fluence
    span = float(found.curves[-1].time[-1]) - found.zero
    if mean.max() < 0.3:
        said.append(
            f"The strongest pump makes <N> = {mean.max():.2g} pairs: few nanocrystals hold two of them, and the "
            "biexciton rests on little."
        )
    if mean.min() > 0.5:
        said.append(
            f"The weakest pump makes <N> = {mean.min():.2g} pairs already: no curve is of single excitons alone."
        )
    if mean.max() > 20:
        said.append(
            f"<N> = {mean.max():.3g} at the strongest pump: more than {found.series.most} pairs count as so many."
        )
    if lifetime < 2 * found.sigma:
        said.append(f"The biexciton lifetime is below twice the response (sigma {found.sigma:.3g} ps).")
    if lifetime > span / 3:
        said.append(
            "The biexciton lives longer than a third of the delays: its decay and the slow tail are not apart."
        )
    if chosen.tail is None and found.tail[0] < 6 * lifetime - 1e-9:
        said.append(
            "The delays end before the tail is pure; --tail names another window for subtraction and filling."
        )
    if found.law is not None:
        zero = found.law(np.array(found.band))
        if abs(float(zero[1] - zero[0])) > found.sigma:
            said.append(
                "Time zero moves by more than the response within the band; a narrower --band is better."
            )
    return said


def _of_the_methods(found: Found, chosen: Options) -> list[str]:
    said = []
    series = found.series
    retained = series.fit["retained_fraction"].value
    if retained < 0.9:
        said.append(
            f"A share of {1 - retained:.2f} of the Auger events ejects a carrier: tails then hold charged "
            "nanocrystals, so that subtraction and 1 - exp(-<N>) are approximations; the carrier model has them."
        )
    if chosen.sample.degeneracy is not None and chosen.sample.degeneracy <= 2 and len(found.extracted) > 0:
        said.append(
            "The level that is probed holds two carriers of a kind: three pairs bleach like two until they decay, so "
            "that subtraction finds n = 2 some per cent too long-lived and n >= 3 hardly at all."
        )
    if found.extracted:
        lifetime, error = series.biexciton_lifetime()
        two = found.extracted[0]
        if abs(two.lifetime - lifetime) > 3 * float(np.hypot(error, two.lifetime_error)):
            said.append(
                f"The two methods differ by more than three errors: {with_error(lifetime, error)} ps by the "
                f"carrier model, {with_error(two.lifetime, two.lifetime_error)} ps by subtraction."
            )
    if found.species is not None and found.species.condition > 30:
        said.append("The kinetics of the species are nearly dependent: their spectra mix, as the errors say.")
    return said


def card(found: Found) -> dict[str, Any]:
    """Dotted key of a material card -> (value, error, unit, note).

    ``auger_lifetime_ps`` is no key of a card: with the size of the sample it becomes a law.
    """
    fit = found.series.fit
    entries: dict[str, Any] = {}
    rate, auger, retained = (fit[name] for name in ("exciton_rate", "auger_rate", "retained_fraction"))
    note = "transient absorption, carrier model of a fluence series"
    if not rate.fixed and 0 < rate.error < 0.3 * rate.value:
        entries["exciton.lifetime"] = (1 / rate.value, rate.error / rate.value**2, "ps", note)
    if auger.value > 0 and 0 < auger.error < auger.value:
        entries["auger_lifetime_ps"] = (
            1 / auger.value,
            auger.error / auger.value**2,
            "ps",
            f"1/k_AR, {note}",
        )
    if not retained.fixed and not retained.at_limit and retained.error < HARDLY_KNOWN:
        entries["biexciton.retained_fraction"] = (retained.value, retained.error, "1", note)
    return entries
