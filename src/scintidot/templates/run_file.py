"""A commented run file: every key with its default, unit, limits and names, as `run_options` knows them."""

from __future__ import annotations

import textwrap
from operator import attrgetter
from typing import Any

from scintidot import __version__
from scintidot.config import RunConfig
from scintidot.errors import one_of
from scintidot.run_options import MEANINGS, RunOption, run_keys

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
    for option in (option for key, option in run_keys().items() if key in shown):
        if option.section != section:
            section = option.section
            lines += ["", f"[{section}]"]
        lines += ["", *_entry(option)]
    return "\n".join(lines) + "\n"


def _entry(option: RunOption) -> list[str]:
    """Comment and line of one key."""
    words = option.meaning.rstrip(".")
    words += f" [{option.unit}]" if option.unit else ""
    words += f"; {option.limits}" if option.limits else ""
    words += f". One of {', '.join(option.names)}" if len(option.names) > 1 else ""
    default = attrgetter(option.key)(RunConfig())
    empty = default is None
    line = f"{option.key.rpartition('.')[2]} = {_toml(EXAMPLES[option.key] if empty else default)}"
    comment = textwrap.wrap(f"{words}.", WIDTH - 2, break_on_hyphens=False)
    return [*(f"# {part}" for part in comment), f"{'# ' if empty else ''}{line}"]


def _toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else repr(value)
