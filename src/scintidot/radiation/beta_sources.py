"""Named beta sources (C-14, Sr-90, Y-90) and the spectrum of any set of transitions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from scintidot.errors import BadValue
from scintidot.materials.fields import In
from scintidot.provenance import Quantity
from scintidot.radiation.beta import RADIATIVE, SCREENING, SHAPES, Transition, bin_shares
from scintidot.radiation.spectrum import Spectrum

BINS = 400  # per transition


@dataclass(frozen=True)
class Branch:
    """A transition of a named source with its numbers as read."""

    transition: Transition
    emitter: str
    endpoint: Quantity  # [eV]
    intensity: Quantity  # electrons per decay


@dataclass(frozen=True)
class BetaSource:
    """A named source of beta electrons."""

    name: str
    title: str
    per: str
    notes: tuple[str, ...]
    branches: tuple[Branch, ...]


def nuclide(text: str) -> tuple[int, int]:
    """Z and A of a nuclide such as ``Sr-90`` or ``90Sr``.

    >>> nuclide("P-32"), nuclide("90Sr")
    ((15, 32), (38, 90))
    """
    match = re.fullmatch(r"([A-Za-z]{1,2})-?(\d{1,3})|(\d{1,3})-?([A-Za-z]{1,2})", text)
    expected = "an element and a mass number such as Sr-90"
    if match is None:
        raise BadValue(where="source", what="nuclide", who="emitter", expected=expected, found=repr(text))
    symbol, mass = (match[1] or match[4]).capitalize(), int(match[2] or match[3])
    charge = _atomic_number(symbol)
    if charge is None or not charge < mass < 4 * charge + 4:
        raise BadValue(where="source", what="nuclide", who="emitter", expected=expected, found=repr(text))
    return charge, mass


def _atomic_number(symbol: str) -> int | None:
    import xraylib

    try:
        return int(xraylib.SymbolToAtomicNumber(symbol))
    except ValueError:
        return None


@cache
def beta_sources() -> Mapping[str, BetaSource]:
    """All named sources of beta electrons, by name."""
    text = (resources.files("scintidot.radiation") / "data" / "beta.toml").read_text(encoding="utf-8")
    sources: dict[str, BetaSource] = {}
    for name, entry in tomllib.loads(text).items():
        members = [sources[member] for member in entry.get("members", [])]
        branches = [branch for member in members for branch in member.branches]
        branches += [_branch(transition) for transition in entry.get("transitions", [])]
        sources[name] = BetaSource(name, entry["title"], entry["per"], tuple(entry["notes"]), tuple(branches))
    return sources


def _branch(entry: dict[str, Any]) -> Branch:
    endpoint = In("eV", above=0).read_quantity(entry["endpoint"])
    charge, mass = nuclide(entry["emitter"])
    return Branch(
        transition=Transition(entry["name"], endpoint.value, charge + 1, mass, entry["shape"]),
        emitter=entry["emitter"],
        endpoint=endpoint,
        intensity=In("1", above=0).read_quantity(entry["intensity"]),
    )


_MODEL_SOURCES = ["behrens_jaenecke_1969", "hayen_2018"]
_NOT_INCLUDED = "Atomic exchange and weak magnetism are not included; bremsstrahlung of the source neither."


def beta_spectrum(name: str) -> Spectrum:
    """Spectrum of a named source of beta electrons.

    >>> spectrum = beta_spectrum("sr90-y90")
    >>> round(spectrum.intensity, 4), spectrum.energy_range[1]
    (1.9998, 2278700.0)
    """
    source = beta_sources()[name]
    keys = [k for branch in source.branches for k in (*branch.endpoint.source, *branch.intensity.source)]
    return spectrum_of(
        [(branch.transition, branch.intensity.value) for branch in source.branches],
        name=name,
        title=source.title,
        per=source.per,
        notes=source.notes,
        source=keys,
    )


def spectrum_of(
    transitions: Iterable[tuple[Transition, float]],
    *,
    name: str,
    title: str,
    per: str = "decay",
    notes: tuple[str, ...] = (),
    source: Iterable[str] = (),
) -> Spectrum:
    """Spectrum of transitions, each with its electrons per ``per``."""
    pairs = list(transitions)
    grids = [np.linspace(0, transition.endpoint, BINS + 1) for transition, _ in pairs]
    edges = np.unique(np.concatenate(grids))
    intensity = np.sum([share * bin_shares(transition, edges) for transition, share in pairs], axis=0)
    keys = [*source, *_MODEL_SOURCES]
    keys += ["rose_1936"] if any(t.screening == "rose" for t, _ in pairs) else []
    keys += ["sirlin_1967"] if any(t.radiative == "sirlin" for t, _ in pairs) else []
    return Spectrum(
        name=name,
        kind="beta",
        particle="electron",
        per=per,
        description=f"Beta electrons of {title}.",
        bin_edges=edges,
        bin_intensity=intensity,
        source=tuple(dict.fromkeys(keys)),
        choices={
            "transitions": [
                {
                    "name": transition.name,
                    "endpoint_keV": transition.endpoint / 1e3,
                    "intensity": share,
                    "daughter_charge": transition.charge,
                    "mass_number": transition.mass,
                    "shape": transition.shape,
                    "shape_meaning": SHAPES[transition.shape],
                    "screening": transition.screening,
                    "screening_meaning": SCREENING[transition.screening],
                    "radiative": transition.radiative,
                    "radiative_meaning": RADIATIVE[transition.radiative],
                }
                for transition, share in pairs
            ],
            "nucleus": "uniformly charged sphere of radius 1.2 fm A^(1/3)",
        },
        notes=(*notes, _NOT_INCLUDED),
    )
