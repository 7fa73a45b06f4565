"""First pages of single documents: interactions, light of a sample, sources; each answers in a sentence or two."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.output import as_text, with_error
from scintidot.report.templates import FirstPage, Table

ELECTRONS_AT = (100.0, 1e3, 7e3)
"""[eV]"""
PHOTON_AT = 30.0
"""[keV]"""
LEAST_CAUSE = 1e-6


def of_document(document: dict[str, Any], title: str) -> FirstPage:
    """Of a document whose figure says it all: its rows are counted, its warnings say how sure."""
    rows = document.get("rows", [])
    energies = [next(iter(row.values())) for row in rows]
    if energies:
        unit = next(iter(rows[0])).rpartition("_")[2]
        span = f"{as_text(min(energies))} to {as_text(max(energies))} {unit}"
        answer = f"{len(rows)} energ{'y' if len(rows) == 1 else 'ies'}, {span}; see the figure and the table."
    elif "lines" in document:
        answer = f"{len(document['lines'])} lines, per {document['per']}."
    else:
        answer = "See the figure."
    return FirstPage(title, "", [answer], sure=document["warnings"][:3])


def of_interactions(document: dict[str, Any], title: str) -> FirstPage:
    """Mean free paths and stopping power at a few energies, and how far X-rays go."""
    electron, photon = document["electron"], document["photon"]
    energy = np.log(electron["energy_eV"])

    def at(value: float, key: str) -> float:
        column = np.array([np.nan if x is None else x for x in electron[key]], dtype=float)
        return float(np.exp(np.interp(np.log(value), energy, np.log(column))))

    answer = [
        f"An electron of {as_text(value / 1e3)} keV goes {as_text(at(value, 'imfp_nm'), 3)} nm from one energy loss to "
        f"the next and loses {as_text(at(value, 'stopping_power_eV_per_nm'), 3)} eV in a nanometre."
        for value in ELECTRONS_AT
    ]
    total = photon["mass_attenuation_cm2_per_g"]["total"]
    attenuation = float(
        np.exp(np.interp(np.log(PHOTON_AT), np.log(photon["energy_keV"]), np.log(np.array(total))))
    )
    answer.append(f"A photon of {PHOTON_AT:g} keV is attenuated by {as_text(attenuation, 3)} cm²/g.")
    rests_on = None
    band = document["band"]
    if band is not None:
        low, high = (f"{100 * (factor - 1):+.0f} %" for factor in band["stopping_power"])
        shorter, longer = (f"{100 * (factor - 1):+.0f} %" for factor in band["imfp"])
        rests_on = Table(
            "What this rests on",
            ["assumption", "provenance", "stopping power", "mean free path"],
            [
                [
                    "loss function below its measured part",
                    band["provenance"],
                    f"{low} to {high}",
                    f"{shorter} to {longer}",
                ]
            ],
        )
    return FirstPage(title, "", answer, sure=document["warnings"][:3], rests_on=rests_on)


def of_light(document: dict[str, Any], title: str) -> FirstPage:
    """Light yield and resolution at the highest energy, how they fall, and what makes the resolution."""
    rows = sorted(document["rows"], key=lambda row: float(row["energy_keV"]))
    low, high = rows[0], rows[-1]
    answer = [
        f"At {as_text(high['energy_keV'])} keV: "
        f"{with_error(high['light_yield_photons_per_MeV'], high['light_yield_standard_error'])} photons/MeV, "
        f"resolution {_per_cent(high['resolution_fwhm'])} FWHM."
    ]
    if len(rows) > 1:
        answer.append(
            f"At {as_text(low['energy_keV'])} keV the light per energy is "
            f"{with_error(low['relative_light_yield'], low['relative_light_yield_standard_error'])} of that at "
            f"{as_text(document['choices']['reference_energy_keV'])} keV, the resolution "
            f"{_per_cent(low['resolution_fwhm'])}."
        )
    causes = [
        [name.replace("_", " "), _per_cent(value)]
        for name, value in sorted(high["resolution_by_cause"].items(), key=lambda pair: -(pair[1] or 0.0))
        if value is not None and value > LEAST_CAUSE
    ]
    note = f"Resolution at {as_text(high['energy_keV'])} keV by its causes, FWHM over mean, largest first."
    rests_on = Table("What this rests on", ["cause", "alone"], causes, note) if causes else None
    sure = ["Errors are standard errors of the simulated histories alone.", *document["warnings"][:3]]
    return FirstPage(title, "", answer, sure=sure, rests_on=rests_on)


def _per_cent(value: float | None) -> str:
    return "-" if value is None else f"{as_text(100 * value, 3)} %"
