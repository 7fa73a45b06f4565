"""A commented run file: every key with its default, unit, limits and names, made from `RunConfig` itself."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any, get_args

from scintidot import __version__
from scintidot.config import OPTIONS, RunConfig
from scintidot.errors import one_of
from scintidot.materials.fields import In, OneOf
from scintidot.named_choices import names_of

WIDTH = 100

MEANINGS = {
    "format": "What this file is.",
    "material": "What nanocrystals are made of: CsPbBr3, or a card of your own such as './mine.toml'",
    "material_fingerprint": "Of the card, as a saved run holds it: if the card has changed since, the rerun says so",
    "host": "What is around them: a card of your own such as './mine.toml', or a shipped one",
    "host_fingerprint": "Of the card of the host",
    "nanocrystal.edge_length_nm": "Edge lengths of cubes, diameters of spheres, one row of the result each",
    "nanocrystal.shape": "Of every nanocrystal",
    "nanocrystal.size_dispersion": "Standard deviation of the edge length over its mean",
    "radiation.particle": "What hits a nanocrystal",
    "radiation.kinetic_energy_keV": "Of that particle",
    "radiation.start": "Where the electron starts: in the centre, anywhere inside, or outside to cross the nanocrystal",
    "deposit.model": "How the energy kept is found: simulated (track, local), analytic, or a file of deposits",
    "deposit.local_below_eV": "Limit of the model local: slower secondary electrons stay where they are born",
    "deposit.histories": "Simulated for each size, at most; a whole number from 100",
    "deposit.relative_error": "Standard error of the mean deposit over the mean, at which a size is done",
    "deposit.seed": "Of the random numbers: the same seed gives the same numbers",
    "deposit.events": "Primaries behind a file of deposits, where the file does not say it",
    "deposit.energy_unit": "Of the energies in a file of deposits, where it does not say it",
    "deposit.table": "Which table of a file of deposits with several",
    "excitons.pair_creation_energy": "Energy per electron-hole pair: a rule of the card, or an energy such as '7.5 eV'",
    "excitons.statistics": "Of the number of excitons; compound: from the simulated deposits, paper: as Fratelli 2024",
    "kinetics.model": "Exact (carriers, ladder), or every N >= 2 as one biexciton; without it carriers, or paper with "
    "the statistics paper",
    "kinetics.auger_law": "Of the card; without it the card's default",
    "kinetics.retained_fraction": "xi, share of Auger events that eject no carrier; without it that of the card",
    "kinetics.radiative": "How emission rises with the number of pairs; exact models",
    "kinetics.auger": "How Auger recombination rises with it; exact models",
    "kinetics.trapping_rate_per_ps": "Of an electron (ladder: exciton); exact models",
    "kinetics.detrapping_rate_per_ps": "Back from its trap; exact models",
    "kinetics.trap_loss_rate_per_ps": "Of a trapped electron and a hole, dark; exact models",
    "kinetics.traps": "In a nanocrystal, a whole number from 1; without it they are never full",
    "light.light_yield_photons_per_MeV": "Measured light yield, from which every size is scaled",
    "light.light_yield_edge_length_nm": "Edge length of the cubes on which it was measured",
    "light.light_yield_material": "Material on which it was measured; own: that of this run",
    "light.light_yield_scaling": "How it is scaled to other sizes",
    "timing.gamma_energy_keV": "Of the photons whose coincidence is timed",
    "timing.rise_time_ps": "Of the light",
    "timing.jitter_sigma_ps": "Standard deviation of the detector, for the bound",
    "timing.response_fwhm_ps": "Full width of the Gaussian response in the lifetime 'instrument'",
    "timing.outcoupling": "Share of the light that leaves the sample",
    "timing.detection_efficiency": "Share of that which is detected",
}
"""Dotted key -> what it means."""

EXAMPLES: dict[str, Any] = {
    "material_fingerprint": "0123456789abcdef",
    "host_fingerprint": "0123456789abcdef",
    "deposit.events": 100000,
    "deposit.energy_unit": "keV",
    "deposit.table": "Hits",
    "kinetics.model": "carriers",
    "kinetics.auger_law": "published-efficiency",
    "kinetics.retained_fraction": 0.5,
    "kinetics.traps": 1,
}
"""Keys that are empty by default -> what they might hold."""

TEMPLATES = {
    "minimal": (
        "format", "material", "host", "nanocrystal.edge_length_nm", "radiation.kinetic_energy_keV",
        "excitons.statistics",
    ),
    "full": tuple(MEANINGS),
}  # fmt: skip
"""Template -> the keys that it shows."""


def run_file(template: str = "full") -> str:
    """The text; as it stands it is a default prediction, ``RunConfig()``.

    >>> "edge_length_nm = [3.3" in run_file("minimal")
    True
    """
    shown = TEMPLATES[one_of(template, TEMPLATES, where="init", who="--template")]
    lines = [
        f"# Run file of scintidot {__version__}. Predict with: scintidot predict FILE",
        "# What is left out has its default. A number may carry a unit as text, such as \"7 keV\"; a bare one is in",
        "# the unit of its key. A key behind '#' is empty by default; the value shown is an example.",
    ]  # fmt: skip
    section = ""
    for key, field in _fields(RunConfig):
        if key not in shown:
            continue
        part = key.rpartition(".")[0]
        if part != section:
            lines += ["", f"[{part}]"]
            section = part
        lines += ["", *_entry(key, field)]
    return "\n".join(lines) + "\n"


def _fields(model: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Every key with its field, sections after plain keys."""
    for name, field in model.model_fields.items():
        if hasattr(field.annotation, "model_fields"):
            yield from _fields(field.annotation, f"{above}{name}.")
        else:
            yield f"{above}{name}", field


def _entry(key: str, field: Any) -> list[str]:
    """Comment and line of one key."""
    words = MEANINGS[key].rstrip(".")
    limits = next((entry for entry in _annotations(field) if isinstance(entry, In)), None)
    unit = f" [{limits.unit}]" if limits is not None and limits.unit != "1" else ""
    words += f"{unit}; {limits.in_words()}" if limits is not None else ""
    names = _names(key, field)
    comment = textwrap.wrap(f"{words}. {_of_names(names)}", WIDTH - 2)
    name = key.rpartition(".")[2]
    empty = field.default is None
    value = EXAMPLES[key] if empty else field.default
    return [*(f"# {line}" for line in comment), f"{'# ' if empty else ''}{name} = {_toml(value)}"]


def _of_names(names: list[str]) -> str:
    return f"One of {', '.join(names)}." if len(names) > 1 else ""


def _annotations(field: Any) -> list[Any]:
    """What the field and the parts of its type are annotated with."""
    found, types = list(field.metadata), [field.annotation]
    while types:
        arguments = get_args(types.pop())
        found += arguments
        types += arguments
    return found


def _names(key: str, field: Any) -> list[str]:
    """Names that the key takes, if it takes names."""
    listed = next((entry for entry in _annotations(field) if isinstance(entry, OneOf)), None)
    if listed is not None:
        return list(listed.names)
    option = next((option for option, dotted in OPTIONS.items() if dotted == key), "")
    return names_of("predict", option)


def _toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else repr(value)
