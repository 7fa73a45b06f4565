"""Elastic scattering of electrons by one element as a JSON document."""

from __future__ import annotations

from scintidot import __version__
from scintidot.atoms.elements import Element
from scintidot.atoms.elements import element as find_element
from scintidot.constants import NM2_PER_CM2
from scintidot.documents import Document
from scintidot.errors import BadValue, one_of
from scintidot.interactions.inputs import Energies, read_energies, read_within
from scintidot.materials.fields import In
from scintidot.output import number
from scintidot.progress import Progress, counted, silent, within
from scintidot.provenance import bibliography, cited
from scintidot.transport.elastic.cross_sections import (
    MODELS,
    angular_distribution,
    scatterer,
)
from scintidot.transport.elastic.tables import check_energy, table

WEAK_BELOW = 100.0
"""Below this the approximations of the free atom matter: polarisation, exchange, solid. [eV]"""
RADII = In("nm", at_least=0.02, at_most=0.5)
"""Of a muffin-tin sphere. [nm]"""
DENSE = 0.8
"""Share of the work that is done when the density of the atom is known."""
POLARISABILITIES = In("1", above=0, at_most=1000)
"""[a0^3]"""
REFERENCES = {
    "free": ("salvat_2005", "furness_1973", "hahn_1956"),
    "muffin-tin": ("salvat_2005", "furness_1973", "hahn_1956", "cordero_2008"),
    "correlation-polarisation": (
        "salvat_2005",
        "furness_1973",
        "hahn_1956",
        "perdew_1981",
        "schwerdtfeger_2019",
    ),
}


def elastic(
    element: str,
    energies_eV: Energies,
    *,
    model: str = "free",
    radius_nm: float | str | None = None,
    polarisability_a03: float | str | None = None,
    progress: Progress = silent,
) -> Document:
    """Elastic cross sections of one atom, as ``scintidot.elastic/1``.

    Relativistic partial waves in the field of a Dirac-Fock atom. The model ``free`` reads the shipped tables, which
    give the computed values within 0.02 %; the others are computed, some seconds for the first energy.

    Parameters
    ----------
    element : str
        Symbol of an element from H to U.
    energies_eV : sequence of float or str, or one, or text with commas
        Kinetic energies of the electron, 10 eV to 100 keV; a number is in eV.
    model : str
        ``free``, ``muffin-tin`` or ``correlation-polarisation``.
    radius_nm : float, optional
        Of the sphere of ``muffin-tin``, 0.02 to 0.5; default: the covalent radius of the element. [nm]
    polarisability_a03 : float, optional
        Static dipole polarisability for ``correlation-polarisation``, up to 1000; default: of the free atom. [a0^3]
    progress : callable
        Told the step, and the share of all that is done.

    Returns
    -------
    Document
        ``scintidot.elastic/1``: ``rows`` with ``energy_eV``, ``total_cm2``, ``transport1_cm2`` and
        ``transport2_cm2``; ``choices``, ``warnings`` and ``bibliography``.

    Raises
    ------
    BadValue
        For an unknown element or model, no energy, or a number that is none.
    OutOfRange
        For an energy, radius or polarisability outside its range.

    Examples
    --------
    >>> row = elastic("Au", [1000.0])["rows"][0]
    >>> round(row["total_cm2"] * 1e16, 3), round(row["transport1_cm2"] * 1e16, 4)
    (2.505, 0.6935)
    """
    where = "elastic"
    of = find_element(element, where=where, who="--element")
    one_of(model, MODELS, where=where, who="--model")
    _only_for("muffin-tin", model, "--radius-nm", radius_nm)
    _only_for("correlation-polarisation", model, "--polarisability", polarisability_a03)
    energies = read_energies(energies_eV, "eV", where=where, who="--energy-ev")
    check_energy(energies, where=where, who="--energy-ev")
    radius = _read(radius_nm, RADII, "--radius-nm")
    polarisability = _read(polarisability_a03, POLARISABILITIES, "--polarisability")
    return Document(
        {
            "schema": "scintidot.elastic/1",
            "version": __version__,
            "element": of.symbol,
            "choices": _choices(of, model, radius, polarisability),
            "rows": _rows(of, energies, model, radius, polarisability, progress),
            "warnings": _warnings(model, min(energies)),
            "bibliography": cited(bibliography(REFERENCES[model])),
        }
    )


def _rows(
    of: Element,
    energies: list[float],
    model: str,
    radius: float | None,
    polarisability: float | None,
    progress: Progress,
) -> list[dict[str, float | None]]:
    import numpy as np

    if model == "free":
        sections = np.array(table(of.symbol).cross_sections(np.array(energies))).T
    else:
        progress("density of the atom", 0.0)
        target = scatterer(of, model, radius=radius, polarisability=polarisability)
        angular = [
            angular_distribution(target, energy)
            for energy in counted(energies, "partial waves", within(progress, DENSE, 1.0))
        ]
        sections = np.array([(one.total, one.transport1, one.transport2) for one in angular])
    return [
        {
            "energy_eV": energy,
            "total_cm2": number(total / NM2_PER_CM2),
            "transport1_cm2": number(first / NM2_PER_CM2),
            "transport2_cm2": number(second / NM2_PER_CM2),
        }
        for energy, (total, first, second) in zip(energies, sections, strict=True)
    ]


def _choices(
    of: Element, model: str, radius: float | None, polarisability: float | None
) -> dict[str, str | float]:
    choices: dict[str, str | float] = {
        "model": model,
        "model_meaning": MODELS[model],
        "density": "Dirac-Fock, average of the ground-state configuration, exact exchange",
        "exchange": "Furness and McCarthy, local",
        "nucleus": "Fermi distribution, half-density radius 1.07 A^(1/3) fm, skin 0.546 fm",
    }
    if model == "muffin-tin":
        choices["radius_nm"] = radius or of.covalent_radius
        choices["radius_meaning"] = (
            "as given"
            if radius
            else "covalent radius, half of the distance between like atoms (Cordero 2008)"
        )
    if model == "correlation-polarisation":
        choices["polarisability_a03"] = polarisability or of.polarisability
        choices["polarisability_meaning"] = (
            "as given" if polarisability else "static, of the free atom (Schwerdtfeger and Nagle 2019)"
        )
    return choices


def _warnings(model: str, lowest: float) -> list[str]:
    found = []
    if lowest < WEAK_BELOW:
        found.append(
            f"Below {WEAK_BELOW:g} eV local exchange, polarisation and the neighbours of the atom matter: the three "
            "models differ by up to a factor of two at 50 eV and more below."
        )
    if model != "muffin-tin":
        found.append(
            "A free atom: in a solid its outermost field is cut off, which takes away small angles. By model "
            "muffin-tin totals are 10 to 40 % smaller up to 10 keV, first transport by less than 10 % from 300 eV up."
        )
    else:
        found.append(
            "One sphere stands for the element in every solid, as if among its like; take it from the structure "
            "where it is known. A hydrogen atom is larger than its sphere: muffin-tin is not meant for it."
        )
    return found


def _only_for(model: str, chosen: str, who: str, value: float | str | None) -> None:
    if value is not None and chosen != model:
        expected = f"it only with --model {model}"
        raise BadValue(where="elastic", what="option", who=who, expected=expected, found=f"model {chosen}")


def _read(value: float | str | None, limits: In, who: str) -> float | None:
    return None if value is None else read_within(value, limits, where="elastic", who=who)
