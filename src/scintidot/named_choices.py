"""Names that options take, for the shell to complete: known without loading what computes with them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from functools import cache

Names = Sequence[str] | Callable[[], Sequence[str]]


@cache
def materials(kind: str = "") -> tuple[str, ...]:
    """Shipped materials; of one ``kind``, such as host."""
    from scintidot.materials.library import material_names
    from scintidot.materials.reading import DATA

    return tuple(
        name
        for name in material_names()
        if not kind or tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))["kind"] == kind
    )


def hosts() -> tuple[str, ...]:
    """Shipped hosts."""
    return materials("host")


def formats() -> list[str]:
    """Formats of measured files."""
    from scintidot.analysis.readers import readers

    return list(readers())


def sources() -> list[str]:
    """What radiates."""
    from scintidot.radiation.sources import source_names

    return list(source_names())


def detectors() -> list[str]:
    """Shipped photodetectors."""
    from scintidot.timing.detectors import detector_names

    return detector_names()


def cache_kinds() -> list[str]:
    """Of what is kept between runs."""
    from scintidot.cache.contents import KINDS

    return list(KINDS)


def elements() -> list[str]:
    """Chemical symbols."""
    from scintidot.atoms.elements import elements as known

    return list(known())


COMPLETE = ("CsPbBr3",)
"""Shipped materials that `predict` can run."""
EXACT = ("carriers", "ladder")
KINETICS = (*EXACT, "poisson-biexciton", "paper")
PHONONS = ("froehlich+acoustic", "froehlich", "acoustic", "none")
SHAPES = ("cube", "sphere")

OF_OPTION: dict[str, Names] = {
    "material": materials,
    "host": hosts,
    "shell": materials,
    "light_yield_material": ("own", *COMPLETE),
    "shape": SHAPES,
    "start": ("centre", "uniform", "crossing"),
    "model": KINETICS,
    "statistics": ("poisson", "exponential", "paper"),
    "radiative": ("n2", "n", "saturating"),
    "auger": ("cubic", "quadratic"),
    "auger_law": ("published-efficiency", "volume-scaling"),
    "pair_creation_energy": ("fratelli", "klein", "alig-bloom"),
    "light_yield_scaling": ("photons-per-nanocrystal", "photons-per-deposited-energy"),
    "tau_definition": ("harmonic", "instrument", "mean_photon_time", "one_over_e"),
    "format": formats,
    "source": sources,
    "element": elements,
    "detector": detectors,
    "phonons": PHONONS,
    "surface": ("quantum-step", "classical-step", "none"),
    "packing": ("random", "lattice"),
    "time_unit": ("fs", "ps", "ns", "us", "ms", "s"),
    "energy_unit": ("eV", "keV", "MeV", "GeV"),
    "spectral_unit": ("nm", "eV", "cm-1"),
    "kind": ("absorption", "emission", "excitation"),
    "filling": ("electrons-and-holes", "electrons"),
    "engine": ("scintidot", "geant4"),
    "treatment": ("track", "local"),
    "em_model": ("penelope", "livermore"),
    "elastic": ("partial-wave", "none"),
    "pairs": ("phase-space", "settle", "ionise"),
    "tracking": ("surface", "woodcock"),
    "exchange": ("moller", "ochkur", "none"),
    "compton": ("free-electron", "bound", "doppler"),
    "mass": ("free", "effective"),
    "device": ("auto", "cpu", "cuda"),
    "recording": ("time-tagged", "start-stop"),
    "photon_number": ("poisson", "fixed"),
    "peak": ("curvature", "maximum"),
    "line": ("gaussian", "pseudo-voigt", "asymmetric"),
    "background": ("none", "ends"),
    "weight": ("photons", "energy"),
    "chirp": ("polynomial", "cauchy", "linear", "none"),
    "plqy_method": ("absorptance", "absorbance"),
    "pile_up": ("first-photon", "none"),
    "share": ("none", "lifetimes"),
    "free": ("retained_fraction", "quantum_yield"),
    "rows": ("times", "wavelengths"),
    "analysis": KINETICS,
}
"""Option or argument -> its names."""

OF_COMMAND: dict[tuple[str, str], Names] = {
    ("cache clear", "kind"): cache_kinds,
    ("predict", "material"): COMPLETE,
    ("photons", "material"): COMPLETE,
    ("light", "material"): COMPLETE,
    ("plan", "material"): COMPLETE,
    ("predict", "statistics"): ("poisson", "exponential", "compound", "paper"),
    ("predict", "deposit"): ("track", "local", "continuous"),
    ("simulate series", "deposit"): ("continuous", "track", "local"),
    ("deposit", "start"): ("uniform", "centre", "crossing", "beam", "matrix"),
    ("deposit", "shape"): (*SHAPES, "cuboid"),
    ("track", "start"): ("uniform", "centre", "crossing", "beam", "matrix"),
    ("track", "shape"): (*SHAPES, "cuboid"),
    ("kinetics", "statistics"): ("poisson", "exponential", "paper"),
    ("excitation", "statistics"): ("poisson", "exponential"),
    ("excitation", "model"): EXACT,
    ("excitation", "mode"): ("steady", "pulses"),
    ("photons", "model"): EXACT,
    ("photons", "statistics"): ("poisson", "exponential", "compound"),
    ("light", "model"): (*EXACT, "paper"),
    ("light", "pair_creation_energy"): ("fratelli", "klein", "alig-bloom", "simulated"),
    ("plan", "statistics"): ("poisson", "exponential"),
    ("simulate tcspc", "statistics"): ("poisson", "exponential"),
    ("simulate tcspc", "format"): ("csv", "ptu"),
    ("simulate spectrum", "kind"): ("absorption", "emission"),
    ("simulate ta", "model"): EXACT,
    ("simulate attenuation", "share"): (),
    ("simulate spectrum", "background"): (),
    ("analyse decay", "statistics"): ("poisson", "exponential"),
    ("analyse ta", "model"): EXACT,
    ("analyse ta", "mode"): ("global", "series"),
    ("elastic", "model"): ("free", "muffin-tin", "correlation-polarisation"),
    ("inelastic", "model"): ("full-penn", "ashley"),
    ("relaxation", "shell"): ("K", "L1", "L2", "L3", "M1", "M2", "M3", "M4", "M5"),
    ("materials show", "name"): materials,
    ("materials build", "file"): materials,
}
"""Where one command takes others."""


def names_of(command: str, option: str) -> list[str]:
    """Names that an option (spelled as a parameter) of a command takes; none where it takes something else.

    >>> names_of("predict", "shape")
    ['cube', 'sphere']
    """
    names = OF_COMMAND.get((command, option), OF_OPTION.get(option, ()))
    return list(names() if callable(names) else names)
