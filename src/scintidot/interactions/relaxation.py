"""What follows a vacancy in an atom, as the document ``scintidot.relaxation/1``."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot import __version__
from scintidot.atoms.cascade import MeanCascade, mean_cascade
from scintidot.atoms.relaxation import (
    RULE,
    SOURCES,
    YIELDS,
    Relaxation,
    relaxation_of,
)
from scintidot.atoms.shells import atomic_number, shell_index, symbols
from scintidot.documents import Document
from scintidot.errors import one_of
from scintidot.output import number
from scintidot.provenance import bibliography, cited

SCHEMA = "scintidot.relaxation/1"
FEWEST = 1e-3
"""Mean number per vacancy from which a line is listed."""


def relaxation(element: str, shell: str, *, yields: str = "xraylib") -> Document:
    """Mean photons, electrons and energies after one vacancy.

    Parameters
    ----------
    element : str
        Symbol, H to Cf.
    shell : str
        An occupied shell, such as K or L3.
    yields : str
        A name in `scintidot.atoms.relaxation.YIELDS`.

    Returns
    -------
    Document
        ``scintidot.relaxation/1``: ``binding_energy_eV``, ``fluorescence_yield``, mean ``photons`` and ``electrons``
        of one vacancy with their energies, ``lines``, ``transition_probabilities``, ``choices``, ``warnings`` and
        ``bibliography``.

    Raises
    ------
    BadValue
        For an unknown element, shell or choice, with the nearest known.

    Examples
    --------
    >>> document = relaxation("Pb", "K")
    >>> round(document["fluorescence_yield"], 4), document["binding_energy_eV"]
    (0.9634, 88004.5)
    """
    where = "relaxation"
    z = atomic_number(element, where=where, who="--element")
    place = shell_index(z, shell, where=where, who="--shell")
    one_of(yields, YIELDS, where=where, who="yields")
    symbol = symbols()[z - 1]
    table = relaxation_of(symbol, yields)
    cascade = mean_cascade(table, shell)
    warnings = []
    if (table.shells.binding_energy < 100).any():
        warnings.append(
            "Below about 100 eV numbers and energies are rough: each vacancy is taken as alone in its atom, so that "
            "slow electrons are too many, and in a solid the outer shells are bands."
        )
    if table.origin[place] != "EADL97":
        warnings.append(f"No table holds this vacancy. {RULE}.")
    return Document(
        {
            "schema": SCHEMA,
            "version": __version__,
            "element": symbol,
            "atomic_number": z,
            "shell": shell,
            "binding_energy_eV": number(table.shells.binding_energy[place]),
            "transition_probabilities": table.origin[place],
            "fluorescence_yield": number(table.fluorescence_yield(shell)),
            "photons": {"number": number(cascade.photons), "energy_eV": number(cascade.photon_energy)},
            "electrons": {"number": number(cascade.electrons), "energy_eV": number(cascade.electron_energy)},
            "outer_shells": {
                "number": number(cascade.vacancies[np.diff(table.start) == 0].sum()),
                "energy_eV": number(cascade.outer_shell_energy),
            },
            "imbalance_eV": number(cascade.imbalance),
            "vacancies": {
                name: number(value)
                for name, value in zip(table.shells.names, cascade.vacancies, strict=True)
                if value > 0
            },
            "lines": _lines(table, cascade),
            "choices": {
                "yields": yields,
                "yields_meaning": YIELDS[yields],
                "energies": "differences of binding energies of the neutral atom, so that every cascade closes",
                "outer_transitions": RULE,
                "lines_listed_from": FEWEST,
            },
            "warnings": warnings,
            "bibliography": cited(bibliography(SOURCES)),
        }
    )


def _lines(table: Relaxation, cascade: MeanCascade) -> list[dict[str, Any]]:
    """Transitions of at least `FEWEST` per vacancy, by falling energy."""
    names = table.shells.names
    vacancy = np.repeat(np.arange(len(names)), np.diff(table.start))
    rows = [row for row in np.argsort(-table.energy, kind="stable") if cascade.number[row] >= FEWEST]
    return [
        {
            "particle": "photon" if table.second_hole[row] < 0 else "electron",
            "vacancy": names[vacancy[row]],
            "holes": [names[hole] for hole in (table.first_hole[row], table.second_hole[row]) if hole >= 0],
            "energy_eV": number(table.energy[row]),
            "number": number(cascade.number[row]),
        }
        for row in rows
    ]
