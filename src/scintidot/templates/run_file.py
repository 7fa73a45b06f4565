"""A commented run file: every key with its default, unit, limits and names, made from `RunConfig` itself."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from scintidot import __version__
from scintidot.config import OPTIONS, RunConfig
from scintidot.errors import one_of
from scintidot.materials.fields import In, OneOf
from scintidot.named_choices import names_of
from scintidot.run_options import MEANINGS, limits_and_names

WIDTH = 100

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
    limits = next((entry for entry in limits_and_names(field) if isinstance(entry, In)), None)
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


def _names(key: str, field: Any) -> list[str]:
    """Names that the key takes, if it takes names."""
    listed = next((entry for entry in limits_and_names(field) if isinstance(entry, OneOf)), None)
    if listed is not None:
        return list(listed.names)
    option = next((option for option, dotted in OPTIONS.items() if dotted == key), "")
    return names_of("predict", option)


def _toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else repr(value)
