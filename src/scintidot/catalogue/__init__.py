"""Material cards as documents: list, show, check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scintidot import __version__
from scintidot.choices import unusual
from scintidot.materials.library import load_material, material_names
from scintidot.materials.material import Material
from scintidot.output import as_text
from scintidot.provenance import PROVENANCE, cited


def list_cards() -> dict[str, Any]:
    """The shipped materials, as ``scintidot.materials/1``; ``predict`` marks those that it can run."""
    materials = [load_material(name) for name in material_names()]
    return {
        "schema": "scintidot.materials/1",
        "version": __version__,
        "materials": [
            {
                "name": material.name,
                "kind": material.card.kind,
                "predict": material.card.kind == "scintillator" and not material.missing_sections(),
                "density_g_per_cm3": material.card.density.value,
                "description": material.card.description,
            }
            for material in materials
        ],
    }


def card_text(name: str) -> str:
    """The card as it stands in its file."""
    return load_material(name, where="materials show", who="NAME|FILE").content.decode("utf-8-sig")


def show_card(name: str) -> dict[str, Any]:
    """Every number of a card, as ``scintidot.material/1``."""
    return material_document(load_material(name, where="materials show", who="NAME|FILE"))


def quantity_text(quantity: dict[str, Any]) -> str:
    """Value, unit and band of a number of `material_document`.

    >>> quantity_text({"value": 2.8, "unit": "eV", "low": 2.5, "high": 3.0})
    '2.8 eV (2.5 to 3)'
    """
    unit = "" if quantity["unit"] == "1" else f" {quantity['unit']}"
    band = "" if quantity["low"] is None else f" ({as_text(quantity['low'])} to {as_text(quantity['high'])})"
    return f"{as_text(quantity['value'], 6)}{unit}{band}"


def material_document(material: Material) -> dict[str, Any]:
    """Every number of a material, as ``scintidot.material/1``."""
    quantities = dict(material.card.quantities())
    return {
        "schema": "scintidot.material/1",
        "version": __version__,
        "name": material.name,
        "kind": material.card.kind,
        "description": material.card.description,
        "formula": None if material.card.composition is None else material.card.composition.formula,
        "fingerprint": material.fingerprint,
        "quantities": [
            {
                "key": key,
                "value": q.value,
                "unit": q.unit,
                "low": q.low,
                "high": q.high,
                "provenance": q.provenance,
                "source": list(q.source),
                "note": q.note,
            }
            for key, q in quantities.items()
        ],
        "loss_function": _loss_summary(material),
        "bibliography": cited(material.references([""])),
    }


def _loss_summary(material: Material) -> dict[str, Any]:
    loss = material.energy_loss
    if loss is None:
        return {}
    ends: dict[str, float] = {}
    for energy, provenance in zip(loss.energy, loss.provenance, strict=True):
        ends[f"{provenance}_to_eV"] = float(energy)
    return {
        **ends,
        "electrons_per_formula_unit": loss.electrons,
        "f_sum": loss.f_sum,
        "screening_sum": loss.screening_sum,
        "screening_sum_expected": 1 - 1 / float(loss.eps1[0]),
        "mean_excitation_energy_eV": loss.mean_excitation_energy,
    }


def check_card(file: str | Path) -> dict[str, Any]:
    """Check a card, as ``scintidot.material-check/1``; raises the first fault.

    Notes list what is sound but worth knowing: missing sections, estimates without a band, sums of the
    loss function that are off by more than 5 %.
    """
    material = load_material(file, where="materials check", who="FILE")
    notes = []
    missing = material.missing_sections()
    if material.card.kind == "scintillator" and missing:
        notes.append("predict also needs: " + ", ".join(missing))
    matter = material.card.density.value > 0
    if matter and (material.card.composition is None or material.card.band_gap is None):
        notes.append("inelastic scattering and tables also need: composition, band_gap (0 for a metal)")
    bare = [
        key
        for key, quantity in material.card.quantities()
        if quantity.provenance == "estimate" and not quantity.banded and not key.startswith("sizes.")
    ]
    if bare:
        notes.append(
            "estimates without low and high, whose uncertainty is not propagated: " + ", ".join(bare)
        )
    notes += unusual(material)
    loss = material.energy_loss
    if loss is not None and abs(loss.f_sum / loss.electrons - 1) > 0.05:
        notes.append(
            f"f-sum of the loss function is {loss.f_sum:.4g} electrons per formula unit, expected {loss.electrons:g}"
        )
    return {
        "schema": "scintidot.material-check/1",
        "version": __version__,
        "name": material.name,
        "kind": material.card.kind,
        "numbers": len(list(material.card.quantities())),
        "based_on": material.based_on,
        "changes": material.changes(),
        "notes": notes,
        "loss_function": _loss_summary(material),
    }


def provenance_meanings() -> dict[str, str]:
    """What each provenance of a number means."""
    return dict(PROVENANCE)
