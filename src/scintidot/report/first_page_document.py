"""First pages of single documents: interactions, light of a sample, sources; each answers in a sentence or two."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.documents import flat, with_unit
from scintidot.output import as_text, per_cent, with_error
from scintidot.report.templates import FirstPage, Table

ELECTRONS_AT = (100.0, 1e3, 7e3)
"""[eV]"""
PHOTON_AT = 30.0
"""[keV]"""
LEAST_CAUSE = 1e-5
"""Share below which a cause is not listed."""


SAID_OF_ROWS = {
    "scintidot.elastic/1": ("energy_eV", ("total_cm2", "transport1_cm2")),
    "scintidot.inelastic/1": ("energy_eV", ("imfp_nm", "stopping_power_eV_per_nm")),
    "scintidot.attenuation/1": ("energy_keV", ("mass_attenuation_cm2_per_g.total", "mean_free_path_mm")),
}
"""Schema -> what its rows are against, and the figures that the answer says."""
MOST_SENTENCES = 4
WORDS = {
    "total": "total cross section",
    "transport1": "transport cross section",
}


def of_document(document: dict[str, Any], title: str) -> FirstPage:
    """Of a document with rows against energy, or of a source."""
    if document["schema"] in SAID_OF_ROWS:
        against, keys = SAID_OF_ROWS[document["schema"]]
        answer = [_of_row(dict(flat(row)), against, keys) for row in document["rows"][:MOST_SENTENCES]]
        if len(document["rows"]) > MOST_SENTENCES:
            answer.append(f"And {len(document['rows']) - MOST_SENTENCES} more energies, in the table.")
    else:
        strongest = sorted(document["lines"], key=lambda line: -float(line["intensity"]))[:MOST_SENTENCES]
        answer = [
            f"{as_text(line['energy_keV'])} keV: {as_text(line['intensity'], 3)} {document['particle']}s per "
            f"{document['per']}."
            for line in strongest
        ] or [f"A continuum without lines, {document['particle']}s per {document['per']}."]
    return FirstPage(title, "", answer, sure=document["warnings"][:3])


def _of_row(row: dict[str, Any], against: str, keys: tuple[str, ...]) -> str:
    """What a row says, in a sentence."""
    parts = []
    for key in keys:
        words, unit = with_unit(key)
        parts.append(f"{WORDS.get(words, words)} {as_text(row[key], 3)} {unit}")
    return f"{as_text(row[against])} {with_unit(against)[1]}: {', '.join(parts)}."


def of_interactions(document: dict[str, Any], title: str) -> FirstPage:
    """Mean free paths and stopping power at a few energies, and how far X-rays go."""
    electron, photon = document["electron"], document["photon"]
    energy = np.array(electron["energy_eV"])

    def at(value: float, key: str) -> float:
        column = np.array([np.nan if x is None else x for x in electron[key]], dtype=float)
        known = column > 0
        return float(np.exp(np.interp(np.log(value), np.log(energy[known]), np.log(column[known]))))

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
        f"resolution {per_cent(high['resolution_fwhm'])} FWHM."
    ]
    if len(rows) > 1:
        answer.append(
            f"At {as_text(low['energy_keV'])} keV the light per energy is "
            f"{with_error(low['relative_light_yield'], low['relative_light_yield_standard_error'])} of that at "
            f"{as_text(document['choices']['reference_energy_keV'])} keV, the resolution "
            f"{per_cent(low['resolution_fwhm'])}."
        )
    causes = [
        [name.replace("_", " "), per_cent(value)]
        for name, value in sorted(high["resolution_by_cause"].items(), key=lambda pair: -(pair[1] or 0.0))
        if value is not None and value > LEAST_CAUSE
    ]
    note = f"Resolution at {as_text(high['energy_keV'])} keV by its causes, FWHM over mean, largest first."
    rests_on = Table("What this rests on", ["cause", "alone"], causes, note) if causes else None
    sure = ["Errors are standard errors of the simulated histories alone.", *document["warnings"][:3]]
    return FirstPage(title, "", answer, sure=sure, rests_on=rests_on)
