"""What needs more than one spectrum, or more than a spectrum: Stokes shifts, yields, concentrations, light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scintidot.analysis.readers import Given, read
from scintidot.analysis.spectra.absorption import absorption_features
from scintidot.analysis.spectra.emission import background_of
from scintidot.analysis.spectra.local import noise_of
from scintidot.analysis.spectra.quantities import (
    YIELDS,
    absorptance,
    band_integral,
    mass_concentration,
    molar,
    number_density,
    relative_quantum_yield,
)
from scintidot.errors import BadFile, BadValue, one_of
from scintidot.materials.fields import In
from scintidot.measured.spectrum.names import RULES, listed, paired
from scintidot.measured.spectrum.traces import Row, read_window, within
from scintidot.options import option_flag
from scintidot.options import read as read_number
from scintidot.output import number

_NUMBERS = {
    "reference_yield": In("1", above=0, at_most=1),
    "absorbance": In("1", above=0, at_most=10),
    "reference_absorbance": In("1", above=0, at_most=10),
    "index": In("1", at_least=1, at_most=5),
    "reference_index": In("1", at_least=1, at_most=5),
    "reference_light_yield": In("1/MeV", above=0, at_most=1e7),
    "path_cm": In("1", above=0, at_most=1e4),
    "extinction": In("1", above=0, at_most=1e12),
    "cross_section_cm2": In("1", above=0, at_most=1e-6),
    "intrinsic_per_cm": In("1", above=0, at_most=1e9),
    "volume_nm3": In("nm3", above=0, at_most=1e9),
    "density_g_per_cm3": In("g/cm3", above=0, at_most=30),
    "at_nm": In("nm", above=0, at_most=1e5),
}
_MEANS = ("extinction", "cross_section_cm2", "intrinsic_per_cm")
KEYWORDS = ("absorption", "reference", "plqy_method", "band", *_NUMBERS)
THIN = 0.1
"""Absorbance above which light is lost to reabsorption and the two forms of the quantum yield differ by over 10 %."""


@dataclass(frozen=True)
class Wanted:
    """Options that were read."""

    numbers: dict[str, float]
    absorption: str | None
    reference: str | None
    method: str
    band: tuple[float, float] | None


def read_options(where: str, options: dict[str, Any]) -> Wanted:
    """Checked options; refuses those that need others."""
    given = {name: value for name, value in options.items() if value is not None}
    numbers = {
        name: read_number(given[name], option_flag(name), where, limits)
        for name, limits in _NUMBERS.items()
        if name in given
    }
    method = one_of(given.get("plqy_method", "absorptance"), YIELDS, where=where, who="--plqy-method")

    def need(present: str, *others: str) -> None:
        for other in others:
            if present in given and other not in given:
                raise BadValue(
                    where=where, what="option", who=option_flag(other), expected=f"it with {option_flag(present)}",
                    found="nothing",
                )  # fmt: skip

    need("reference_yield", "reference", "absorbance", "reference_absorbance")
    need("reference_light_yield", "reference")
    need("index", "reference_index")
    for name in ("absorbance", "reference_absorbance", "reference_index"):
        need(name, "reference_yield")
    need("reference_index", "index")
    idle = next((name for name in ("path_cm", "at_nm", "volume_nm3") if name in given), None)
    if idle is not None and not set(_MEANS) & set(given):
        raise BadValue(
            where=where, what="option", who=option_flag(idle), found="none of them",
            expected="it with one of " + ", ".join(map(option_flag, _MEANS)),
        )  # fmt: skip
    for name in _MEANS:
        need(name, "path_cm", "at_nm")
    need("intrinsic_per_cm", "volume_nm3")
    need("density_g_per_cm3", "volume_nm3")
    if sum(name in given for name in _MEANS) > 1:
        raise BadValue(
            where=where, what="option", who=option_flag(next(name for name in _MEANS if name in given)),
            expected="one of " + ", ".join(map(option_flag, _MEANS)), found="several",
        )  # fmt: skip
    band = read_window(given["band"], where, "--band") if "band" in given else None
    absorption, reference = (
        None if given.get(name) is None else str(given[name]) for name in ("absorption", "reference")
    )
    return Wanted(numbers, absorption, reference, method, band)


def evaluate(
    rows: list[Row], wanted: Wanted, document: dict[str, Any], *, peak: str, weight: str, where: str
) -> list[str]:
    """Add to the rows of the document what was asked for; returns warnings.

    Raises
    ------
    BadValue
        If it needs a kind of spectrum of which there is none.
    """
    warnings: list[str] = []
    emissions = [row for row in rows if row.document["kind"] == "emission"]
    absorptions = [row for row in rows if row.document["kind"] == "absorption"]
    means = next((name for name in _MEANS if name in wanted.numbers), None)
    for option, value, kind, there in (
        ("reference", wanted.reference, "an emission", emissions),
        ("absorption", wanted.absorption, "an emission", emissions),
        (means or "", means, "an absorption", absorptions),
    ):
        if value is not None and not there:
            raise BadValue(
                where=where, what="option", who=option_flag(option), expected=f"{kind} spectrum to use it with",
                found=", ".join(sorted({str(row.document["kind"]) for row in rows})) or "none",
            )  # fmt: skip
    if wanted.absorption is not None:
        warnings += _stokes(emissions, wanted.absorption, document, peak)
    for row in emissions:
        _integrate(row, wanted, weight)
    if wanted.reference is not None:
        warnings += _against_reference(emissions, wanted, document, weight)
    if means is not None:
        _concentrations(absorptions, wanted, document, where)
    return warnings


def _stokes(emissions: list[Row], file: str, document: dict[str, Any], peak: str) -> list[str]:
    """Absorption peak less emission peak of pairs by name or order, or of one absorption spectrum for all."""
    contents = read(file, "spectrum", given=Given(kind="absorption"))
    document["inputs"].append({**contents.as_input, "role": "absorption"})
    traces, names = contents.traces, [row.document["name"] for row in emissions]
    partners, rules = paired(names, [trace.name for trace in traces])
    document["choices"] |= {
        "stokes_shift": f"absorption peak ({peak}) less peak_eV of the emission",
        "stokes_shift_pairs": "; ".join(RULES[rule] for rule in rules) or "none",
    }
    alone, without = [], []
    for row, partner in zip(emissions, partners, strict=True):
        row.document.update(
            dict.fromkeys(("absorption_spectrum", "stokes_shift_eV", "stokes_shift_error_eV"))
        )
        if partner is None:
            alone.append(row.document["name"])
            continue
        row.document["absorption_spectrum"] = traces[partner].name
        found = absorption_features(*within(traces[partner], None, file))
        energy, error = found.feature(peak)
        if energy is None or row.document["peak_eV"] is None:
            without.append(row.document["name"])
            continue
        row.document["stokes_shift_eV"] = number(energy - row.document["peak_eV"])
        row.document["stokes_shift_error_eV"] = number(np.hypot(error or 0, row.document["peak_error_eV"]))
    return _pair_words(emissions, contents.path.name, rules, alone, without)


def _pair_words(
    emissions: list[Row], file: str, rules: list[str], alone: list[str], without: list[str]
) -> list[str]:
    """How pairs were found, if not by the same name, and which emission spectra have none: one line each."""
    warnings = []
    guessed = [rule for rule in rules if rule in ("words", "number", "order")]
    if guessed:
        pair = next(
            (row.document for row in emissions if (row.document["absorption_spectrum"] or row.document["name"])
             != row.document["name"]), None,
        )  # fmt: skip
        such = f", such as {pair['name']!r} with {pair['absorption_spectrum']!r}" if pair else ""
        warnings.append(
            f"Stokes shifts: spectra were paired with those of {file} ({'; '.join(RULES[r] for r in guessed)}){such}."
        )
    if alone:
        warnings.append(f"{listed(alone, len(emissions))}: no absorption spectrum of this name in {file}.")
    if without:
        warnings.append(f"{listed(without, len(emissions))}: no Stokes shift without both peaks.")
    return warnings


def _integral(
    wavelength: Any, values: Any, band: tuple[float, float] | None, weight: str
) -> tuple[float, float]:
    keep = (
        np.ones(len(wavelength), bool) if band is None else (wavelength >= band[0]) & (wavelength <= band[1])
    )
    return band_integral(wavelength[keep], values[keep], noise_of(values), weight)


def _integrate(row: Row, wanted: Wanted, weight: str) -> None:
    under = row.line.background if row.line is not None else np.zeros(row.values.size)
    integral, error = _integral(row.wavelength, row.values - under, wanted.band, weight)
    row.document["integral"], row.document["integral_error"] = number(integral), number(error)


def _against_reference(
    emissions: list[Row], wanted: Wanted, document: dict[str, Any], weight: str
) -> list[str]:
    """Ratios to a reference spectrum, and what known yields make of them."""
    file = str(wanted.reference)
    contents = read(file, "spectrum", given=Given(kind="emission"))
    document["inputs"].append({**contents.as_input, "role": "reference"})
    if len(contents.traces) != 1:
        raise BadFile(
            where=file,
            what="content",
            who="--reference",
            expected="one spectrum",
            found=str(len(contents.traces)),
        )
    wavelength, values = within(contents.traces[0], None, file)
    values = values - background_of(wavelength, values, document["choices"].get("background", "none"))
    known, known_error = _integral(wavelength, values, wanted.band, weight)
    if not known > 0:
        raise BadFile(where=file, what="spectrum", who="--reference", expected="light", found=f"{known:g}")
    n = wanted.numbers
    same = "taken as equal" if "index" not in n or "reference_index" not in n else "given"
    for row in emissions:
        integral, error = row.document["integral"], row.document["integral_error"]
        relative = float(np.hypot(error / integral if integral else np.nan, known_error / known))
        row.document["relative_integral"] = number(integral / known)
        row.document["relative_integral_error"] = number(abs(integral / known) * relative)
        if "reference_yield" in n:
            indices = (n["index"], n["reference_index"]) if same == "given" else (1.0, 1.0)
            for key, method in (
                ("quantum_yield", wanted.method),
                *((f"quantum_yield_{m}", m) for m in YIELDS),
            ):
                row.document[key] = number(
                    relative_quantum_yield(
                        integral, n["absorbance"], indices[0], known, n["reference_absorbance"], indices[1],
                        n["reference_yield"], method,
                    )
                )  # fmt: skip
            row.document["quantum_yield_error"] = number(
                abs(row.document["quantum_yield"] or np.nan) * relative
            )
        if "reference_light_yield" in n:
            light = n["reference_light_yield"] * integral / known
            row.document["light_yield_photons_per_MeV"] = number(light)
            row.document["light_yield_error_photons_per_MeV"] = number(abs(light) * relative)
    return _reference_words(emissions, wanted, document, same)


def _reference_words(emissions: list[Row], wanted: Wanted, document: dict[str, Any], same: str) -> list[str]:
    n, warnings = wanted.numbers, []
    cut = document["choices"].get("window_nm")
    if cut is not None and wanted.band is None:
        warnings.append(
            f"The window of {cut[0]:g} to {cut[1]:g} nm cuts the spectra, not the reference; --band FROM:TO is "
            "what both are integrated over."
        )
    if "reference_yield" in n and len(emissions) > 1:
        warnings.append(
            f"The absorbance of {n['absorbance']:g} was taken for each of {len(emissions)} spectra."
        )
    if "reference_yield" in n:
        document["choices"] |= {
            "quantum_yield": wanted.method, "quantum_yield_meaning": YIELDS[wanted.method],
            "reference_yield": n["reference_yield"], "refractive_indices": same,
            "quantum_yield_error": "of the integrals alone: neither of the absorbances nor of the reference's yield",
        }  # fmt: skip
        if max(n["absorbance"], n["reference_absorbance"]) > THIN:
            warnings.append(
                f"Absorbances above {THIN:g} at the excitation: reabsorption lowers what is measured (shares absorbed: "
                f"{absorptance(n['absorbance']):.2f} and {absorptance(n['reference_absorbance']):.2f})."
            )
        beyond = [row.document["name"] for row in emissions if (row.document["quantum_yield"] or 0) > 1]
        if beyond:
            warnings.append(f"Quantum yields above 1 are not physical: {', '.join(beyond)}.")
    if "reference_light_yield" in n:
        document["choices"]["light_yield"] = (
            "integral over that of the reference, times its light yield: as if both absorbed the same energy and "
            "let out the same share of the light"
        )
    return warnings


def _concentrations(absorptions: list[Row], wanted: Wanted, document: dict[str, Any], where: str) -> None:
    n = wanted.numbers
    at = n["at_nm"]
    for row in absorptions:
        if not row.wavelength[0] <= at <= row.wavelength[-1]:
            raise BadValue(
                where=where, what="value", who="--at-nm", found=f"{at:g} nm",
                expected=f"{row.wavelength[0]:.0f} to {row.wavelength[-1]:.0f} nm, where the spectrum is",
            )  # fmt: skip
        absorbance = float(np.interp(at, row.wavelength, row.values))
        density = number_density(
            absorbance, n["path_cm"], extinction=n.get("extinction"), cross_section=n.get("cross_section_cm2"),
            intrinsic=n.get("intrinsic_per_cm"), volume=n.get("volume_nm3"),
        )  # fmt: skip
        row.document.update({
            "absorbance_at": number(absorbance), "nanocrystals_per_cm3": number(density),
            "concentration_mol_per_L": number(molar(density)),
        })  # fmt: skip
        if "density_g_per_cm3" in n:
            mass = mass_concentration(density, n["volume_nm3"], n["density_g_per_cm3"])
            row.document["concentration_g_per_L"] = number(1000 * mass)
    means = next(name for name in _MEANS if name in n)
    document["choices"] |= {
        "concentration_by": means, f"concentration_{means}": n[means], "concentration_at_nm": at,
        "path_cm": n["path_cm"],
    }  # fmt: skip
