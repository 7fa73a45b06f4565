"""Inelastic collisions of electrons in a material, as the document ``scintidot.inelastic/1``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from scintidot import __version__
from scintidot.documents import Document
from scintidot.errors import BadFile, BadValue, OutOfRange, one_of
from scintidot.interactions.inputs import Energies, read_energies
from scintidot.materials.energy_loss import EnergyLoss
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.output import number
from scintidot.progress import Progress, counted, silent, within
from scintidot.provenance import bibliography, cited
from scintidot.transport.inelastic import ashley, full_penn
from scintidot.transport.inelastic.exchange import EXCHANGE
from scintidot.transport.inelastic.extension import response
from scintidot.transport.inelastic.medium import LossMedium, loss_medium
from scintidot.transport.inelastic.tables import InelasticTable, inelastic_table
from scintidot.transport.stopping import HIGHEST_ENERGY, LOWEST_ENERGY, RANGE, stopping_power

MODELS = {
    "full-penn": "optical loss function extended to finite momentum by Lindhard's gases (Penn 1987), relativistic, "
    "deep shells by distant and hard collisions",
    "ashley": "Ashley's optical-data model with quadratic dispersion, its own exchange: the fast twin",
}
DEFAULT_EXCHANGE = "moller"
_RANGES = {
    "full-penn": (full_penn.LOWEST_ENERGY, full_penn.HIGHEST_ENERGY, full_penn.RANGE),
    "ashley": (LOWEST_ENERGY, HIGHEST_ENERGY, RANGE),
}
_REFERENCES = {
    "full-penn": (
        "penn_1987", "shinotsuka_2015", "liljequist_1983", "fernandez_varea_1993", "vriens_1966", "allison_1980",
        "fano_1963",
    ),
    "ashley": ("ashley_1988", "fano_1963", "icru_37"),
}  # fmt: skip
_SHELL_REFERENCES = ("xraylib_nist",)
_BORN_LIMIT = 100.0  # [eV]
LARGEST_MISFIT = 0.02
"""Of the screening sum, from which on it is warned of."""
ESTIMATE_ERRORS = {"refractive index": (0.06, 0.06), "band gap": (0.10, 0.20)}
"""Relative error of stopping power (from 0.3 keV) and mean free path of an estimate by sum rules, by what it rests on:
the largest found on materials that are measured (tests/physics/test_dielectric.py)."""

TABULATED = 0.95
"""Share of the work that is done when the response is tabulated."""

Row = dict[str, float | None]


def inelastic(
    material: Material | str | Path,
    energies_eV: Energies,
    *,
    model: str = "full-penn",
    exchange: str | None = None,
    progress: Progress = silent,
) -> Document:
    """Mean free path, stopping power and mean loss of electrons in a material, as ``scintidot.inelastic/1``.

    Kinetic energies count from the conduction-band minimum (a metal: the Fermi level). At and below the
    threshold, the band gap, nothing happens: the mean free path is None and the stopping power 0.

    Parameters
    ----------
    material : Material, str or Path
        Shipped material or a user's card; it needs a composition and a band gap. Without a loss function of its own
        it gets the estimate by sum rules.
    energies_eV : sequence of float or str, or one, or text with commas
        Kinetic energies; a number is in eV. 0.1 eV to 1 MeV; ``ashley`` from 0.1 keV.
    model : str
        ``full-penn`` or ``ashley``.
    exchange : str
        ``moller``, ``ochkur`` or ``none``, of ``full-penn``. Against ``none`` the default lengthens the mean free
        path by 5 to 8 % at 100 eV, 2 to 3 % at 1 keV and below 1 % at 10 keV, and lowers the stopping power by
        5 to 10 %.
    progress : callable
        Told the step, and the share of all that is done.

    Returns
    -------
    Document
        ``scintidot.inelastic/1``: ``rows`` with ``energy_eV``, ``imfp_nm``, ``stopping_power_eV_per_nm`` and
        ``mean_loss_eV``; ``threshold_eV``, sum rules of the loss function, its ``band``, ``choices``, ``warnings``
        and ``bibliography``.

    Raises
    ------
    BadValue
        For an unknown name or an energy that is no positive number.
    BadFile
        If the card lacks what the model needs.
    OutOfRange
        For an energy outside the range of the model.

    Examples
    --------
    >>> result = inelastic("CsPbBr3", [1000.0], model="ashley")
    >>> round(result["rows"][0]["stopping_power_eV_per_nm"], 1)
    19.5
    """
    where = "inelastic"
    one_of(model, MODELS, where=where, who="--model")
    if exchange is not None and model == "ashley":
        raise BadValue(
            where=where,
            what="option",
            who="--exchange",
            expected="it only with --model full-penn",
            found="model ashley, which has an exchange of its own",
        )
    exchange = one_of(exchange or DEFAULT_EXCHANGE, EXCHANGE, where=where, who="--exchange")
    energies = _checked(energies_eV, model, where)
    loaded = load_material(material, where=where, who="--material")
    table = _loss_function(loaded)
    medium = loss_medium_of(loaded)
    penn = model == "full-penn"
    row = _full_penn_row(medium, exchange, progress) if penn else _ashley_row(table)
    of_rows = within(progress, TABULATED if penn else 0.0, 1.0)
    choices = {
        "material": loaded.name,
        "material_fingerprint": loaded.fingerprint,
        "model": model,
        "model_meaning": MODELS[model],
    }
    if penn:
        choices |= {"exchange": exchange, "exchange_meaning": EXCHANGE[exchange]}
    choices["energy_zero"] = "lowest empty state: conduction-band minimum, of a metal the Fermi level"
    return Document(
        {
            "schema": "scintidot.inelastic/1",
            "version": __version__,
            "material": loaded.name,
            "choices": choices,
            "rows": [row(energy) for energy in counted(energies, "cross sections", of_rows)],
            "threshold_eV": number(medium.energy[0]) if penn else None,
            "band_gap_eV": number(medium.band_gap),
            "valence_band_width_eV": number(medium.valence_band_width),
            "mean_excitation_energy_eV": number(medium.mean_excitation_energy),
            "f_sum": number(medium.f_sum),
            "electrons_per_formula_unit": number(medium.electrons),
            "screening_sum": number(medium.screening_sum),
            "screening_sum_expected": number(1 - 1 / float(table.eps1[0])),
            "band": _band(loaded),
            "warnings": _warnings(loaded, table, medium, energies),
            "bibliography": _bibliography(loaded, model),
        }
    )


def loss_function_notes(
    material: Material,
) -> tuple[list[str], dict[str, Any] | None, list[dict[str, Any]]]:
    """What there is to know about the collisions in a material: warnings, band and bibliography,
    without computing any."""
    table, medium = _loss_function(material), loss_medium_of(material)
    return (
        _warnings(material, table, medium, [_BORN_LIMIT]),
        _band(material),
        _bibliography(material, "full-penn"),
    )


def tabulate(material: Material | str | Path, *, exchange: str = DEFAULT_EXCHANGE) -> InelasticTable:
    """Tables of inelastic collisions for an engine, from just above the threshold to 100 keV."""
    one_of(exchange, EXCHANGE, where="inelastic", who="--exchange")
    medium = loss_medium_of(load_material(material, where="inelastic", who="--material"))
    return inelastic_table(medium, response_of(medium), exchange)


def _checked(entry: object, model: str, where: str) -> list[float]:
    lowest, highest, span = _RANGES[model]
    energies = read_energies(entry, "eV", where=where, who="--energy-ev")
    for energy in energies:
        if not lowest <= energy <= highest:
            slow = energy < lowest and model != "full-penn"
            raise OutOfRange(
                where=where,
                what="energy",
                who="--energy-ev",
                expected=f"{span} for model {model}",
                found=f"{energy:g} eV",
                hint=f"Model full-penn covers {full_penn.RANGE}." if slow else None,
            )
    return energies


def _loss_function(material: Material) -> EnergyLoss:
    """The loss function, measured or estimated; refuses a card without composition, density or band gap."""
    table = None if material.card.composition is None else material.energy_loss_or_estimate()
    needed = {"composition": material.card.composition, "band_gap": material.card.band_gap, "density": table}
    for section, found in needed.items():
        if found is None:
            raise BadFile(
                where=material.where,
                what="card",
                who=section,
                expected="what inelastic collisions need: a composition, a density, a band gap (0 for a metal)",
                found="none",
            )
    assert table is not None
    return table


# A card that is read again gives the same table, hence the same medium and response: see `Material.energy_loss`.
_loss_medium = lru_cache(maxsize=8)(loss_medium)
response_of = lru_cache(maxsize=8)(response)


def loss_medium_of(material: Material) -> LossMedium:
    """Loss function of a material by shell, gap and band width from its card (no band width: 0)."""
    card, table = material.card, _loss_function(material)
    assert card.composition is not None
    assert card.band_gap is not None
    width = 0.0 if card.electrons is None else card.electrons.valence_band_width.value
    return _loss_medium(
        table, card.composition.formula, band_gap=card.band_gap.value, valence_band_width=width
    )


def _full_penn_row(medium: LossMedium, exchange: str, progress: Progress) -> Callable[[float], Row]:
    if progress is silent:
        tabulated = response_of(medium)
    else:  # a bar that is watched once, so nothing is kept for later
        tabulated = response(medium, lambda share: progress("response", TABULATED * share))

    def row(energy: float) -> Row:
        one = full_penn.spectrum(energy, medium, tabulated, exchange)
        return _row(energy, one.inverse_mean_free_path, one.stopping_power)

    return row


def _ashley_row(table: EnergyLoss) -> Callable[[float], Row]:
    def row(energy: float) -> Row:
        at = np.array([energy])
        inverse = float(ashley.inverse_mean_free_path(at, table.oscillators)[0])
        return _row(energy, inverse, float(stopping_power(at, table.oscillators)[0]))

    return row


def _row(energy: float, inverse: float, stopping: float) -> Row:
    happens = inverse > 0
    return {
        "energy_eV": number(energy),
        "imfp_nm": number(1 / inverse) if happens else None,
        "stopping_power_eV_per_nm": number(stopping),
        "mean_loss_eV": number(stopping / inverse) if happens else None,
    }


def _band(material: Material) -> dict[str, Any] | None:
    """Relative low and high of the figures; None where the card states none for its own loss function."""
    section = material.card.dielectric
    if section is None:
        known = "refractive index" if material.static_index is not None else "band gap"
        stopping, path = ESTIMATE_ERRORS[known]
        return {
            "meaning": f"factors on the figures: estimates from the {known} came this close on materials that are "
            "measured",
            "provenance": "estimate",
            "stopping_power": [1 - stopping, 1 + stopping],
            "imfp": [1 - path, 1 + path],
        }
    scale = section.stopping_power_scale
    if scale.low is None or scale.high is None:
        return None
    low, high = scale.low / scale.value, scale.high / scale.value
    return {
        "meaning": "factors on the figures, from dielectric.stopping_power_scale of the card; the mean free path "
        "takes the reciprocal, since both follow the loss function",
        "provenance": scale.provenance,
        "stopping_power": [number(low), number(high)],
        "imfp": [number(1 / high), number(1 / low)],
    }


def _warnings(
    material: Material, table: EnergyLoss, medium: LossMedium, energies: Sequence[float]
) -> list[str]:
    found = [
        f"The loss function of {material.name} from {low:g} to {high:g} eV is an estimate, not a measurement."
        for word, low, high in _runs(table)
        if word == "estimate"
    ]
    if abs(medium.f_sum / medium.electrons - 1) > 0.02:
        found.append(f"f-sum {medium.f_sum:.4g} of {medium.electrons:g} electrons per formula unit.")
    screening = 1 - 1 / float(table.eps1[0])
    if abs(medium.screening_sum - screening) > LARGEST_MISFIT:
        found.append(
            f"Screening sum {medium.screening_sum:.3f} of the loss function instead of {screening:.3f}: "
            "its stretches do not quite fit together (Kramers-Kronig), so that mean free paths below 15 eV are "
            "uncertain by some 20 % beyond the band."
        )
    if material.card.dielectric is None:
        found.append("The card has no loss function: one is estimated by sum rules; the band tells how well.")
    if material.card.electrons is None:
        found.append(
            "The card has no electrons.valence_band_width: 0 eV is used, and holes stay at the band edge. 5 eV would "
            "change mean free paths by some 40 % at 15 eV and 2 % at 100 eV."
        )
    if min(energies) < _BORN_LIMIT:
        found.append(
            f"Below {_BORN_LIMIT:g} eV the first Born approximation and exchange are uncertain: differences between "
            "choices of exchange (a factor of up to 2 in the mean free path) tell how much."
        )
    return found


def _runs(table: EnergyLoss) -> Iterator[tuple[str, float, float]]:
    """Stretches of one provenance: word, first and last energy [eV]."""
    rows = zip(table.provenance, table.energy, strict=True)
    for word, run in groupby(rows, key=lambda row: row[0]):
        ends = [float(energy) for _, energy in run]
        yield word, ends[0], ends[-1]


def _bibliography(material: Material, model: str) -> list[dict[str, Any]]:
    sections = ("composition", "density", "band_gap", "electrons.valence", "dielectric")
    return cited(bibliography([*_REFERENCES[model], *_SHELL_REFERENCES]), material.references(sections))
