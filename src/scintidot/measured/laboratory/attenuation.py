"""A reference scintillator that is not there: counts with and without samples before it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from scintidot import __version__
from scintidot.errors import BadValue
from scintidot.materials.fields import In
from scintidot.measured.laboratory.spectrum import read_edges
from scintidot.options import Number, read, read_seed, read_whole
from scintidot.output import number

SCHEMA = "scintidot.laboratory.attenuation/1"
WHERE = "simulate attenuation"


def synthetic_attenuation(
    *,
    edge_length: Any = "3.9, 10.7",
    share: Number | None = None,
    material: str | Path | None = None,
    areal_density: Number | None = None,
    energy: Number | None = None,
    counts: Number = 1e4,
    background: Number = 0.0,
    repeats: Number = 1,
    seed: Number = 1,
) -> tuple[str, dict[str, Any]]:
    """A table of samples as ``analyse series`` takes it, and the truth.

    Parameters
    ----------
    edge_length : list or str
        Of the samples [nm]; all of them stop the same share.
    share : float or str, optional
        That a sample stops; or from ``material``, ``areal_density`` [g/cm2] and ``energy`` [keV] of the photons by
        1 - exp(-mu/rho x), with the whole attenuation coefficient.
    counts, background : float or str
        Expected without a sample, and without radiation.
    repeats, seed : int
        Rows for each size; of the Poisson counts.
    """
    stopped, origin = _share(share, material, areal_density, energy)
    open_counts = read(counts, "--counts", WHERE, In("1", above=0, at_most=1e15))
    dark = read(background, "--background", WHERE, In("1", at_least=0, at_most=1e15))
    times = read_whole(repeats, "--repeats", WHERE, 1, 100_000)
    number_of_seed = read_seed(seed, WHERE)
    edges = read_edges(edge_length, WHERE)
    random = np.random.default_rng(number_of_seed)
    lines = ["sample,edge_length_nm,counts_with,counts_without,counts_background"]
    for edge in edges:
        for repeat in range(times):
            drawn = random.poisson([open_counts * (1 - stopped) + dark, open_counts + dark, dark])
            name = f"{edge:g} nm" + (f" {repeat + 1}" if times > 1 else "")
            lines.append(f"{name},{edge:g},{drawn[0]},{drawn[1]},{drawn[2]}")
    document = {
        "schema": SCHEMA, "version": __version__,
        "choices": {
            "share_from": origin, "counts_without": open_counts, "counts_background": dark, "repeats": times,
            "seed": number_of_seed,
        },
        "edge_length_nm": edges, "share": number(stopped),
    }  # fmt: skip
    return "\n".join(lines) + "\n", document


def _share(
    share: Number | None, material: str | Path | None, areal_density: Number | None, energy: Number | None
) -> tuple[float, str]:
    if share is not None:
        return read(share, "--share", WHERE, In("1", at_least=0, below=1)), "given"
    for value, who in (
        (material, "--material"),
        (areal_density, "--areal-density"),
        (energy, "--energy-kev"),
    ):
        if value is None:
            raise BadValue(
                where=WHERE, what="option", who=who, found="nothing",
                expected="it, or --share: 'material', 'areal density' and 'energy' give the share together",
            )  # fmt: skip
    from scintidot.interactions.attenuation import attenuation

    assert material is not None
    row = attenuation(material, [energy])["rows"][0]  # type: ignore[list-item]
    mass = read(areal_density, "--areal-density", WHERE, In("1", above=0, at_most=1e4))
    coefficient = float(row["mass_attenuation_cm2_per_g"]["total"])
    return -math.expm1(-coefficient * mass), f"1 - exp(-mu/rho x), mu/rho = {coefficient:.6g} cm2/g"
