"""What page Explore asks for: sliders, choices, other numbers; and their texts as a run with held figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scintidot.app.state import State, as_text, check_names
from scintidot.config import OPTIONS, RunConfig, make_config
from scintidot.errors import one_of
from scintidot.explore.document import read_held
from scintidot.nanocrystal_light import Held
from scintidot.run_options import run_options

WHERE = "explore"
EDGE_LENGTH = "8.7"
"""Where the page starts [nm]; a run file starts with several sizes."""
BY_STATISTICS, OF_CARD = "by statistics", "of the card"


@dataclass(frozen=True)
class Slider:
    """A number with a slider of ``steps`` steps, even in the number or in its logarithm."""

    name: str
    label: str
    unit: str
    low: float
    high: float
    steps: int
    logarithmic: bool = False
    held: bool = False  # else of the chain, unless the user holds it
    meaning: str = ""


SLIDERS = (
    Slider("edge_length", "Edge length", "nm", 2.0, 20.0, 180),
    Slider("energy", "Energy", "keV", 0.5, 500.0, 180, True),
    Slider("size_dispersion", "Size dispersion", "", 0.0, 0.3, 30),
    Slider(
        "mean_excitons", "⟨N⟩", "", 0.02, 50.0, 170, True, True, "mean number of excitons after an excitation"
    ),
    Slider(
        "auger_efficiency", "Φ_AR", "", 0.0, 0.99, 198, False, True, "k_AR/(k_AR + 4 k_X), Auger against decay"
    ),
    Slider("retained_fraction", "ξ", "", 0.0, 1.0, 100, False, True),
    Slider(
        "quantum_yield", "Φ_X", "", 0.0, 1.0, 100, False, True, "share of single excitons that emit a photon"
    ),
    Slider(
        "exciton_rate", "k_X", "1/ps", 1e-5, 1e-2, 150, True, True, "total rate of the single exciton"
    ),
)  # fmt: skip
CHOICES = {
    "material": "Material",
    "host": "Host",
    "shape": "Shape",
    "start": "Start",
    "deposit": "Deposit",
    "pair_creation_energy": "Pair creation",
    "statistics": "Statistics",
    "model": "Kinetics",
    "auger_law": "Auger law",
    "radiative": "Radiative rates",
    "auger": "Auger rates",
    "light_yield_scaling": "Light yield scales",
    "light_yield_material": "Known sample",
}
"""Named choices, with their labels."""
NUMBERS = {
    "Light and detector": (
        "light_yield", "light_yield_edge_length", "rise_time", "jitter_sigma", "response", "outcoupling",
        "detection_efficiency",
    ),
    "Traps": ("trapping_rate", "detrapping_rate", "trap_loss_rate", "traps"),
    "Simulation": ("local_deposit_below", "histories", "relative_error", "seed"),
}  # fmt: skip
"""Numbers that are only typed, by their heading."""
HELD = tuple(slider.name for slider in SLIDERS if slider.held)
ALL_NUMBERS = tuple(name for names in NUMBERS.values() for name in names)
VIEW = {"time": "linear"}
"""What is seen of the same numbers, with its default."""
TIME_AXES = ("linear", "logarithmic")
MOST_PINS = 4
PIN_NAMES = tuple(f"pin{i + 1}" for i in range(MOST_PINS))


def defaults() -> dict[str, str]:
    """Every field of the page that is not held, as it stands in a link."""
    texts = {name: option.default for name, option in run_options().items()}
    own = {"edge_length": EDGE_LENGTH, "model": BY_STATISTICS, "auger_law": OF_CARD}
    named = [slider.name for slider in SLIDERS if not slider.held]
    return {name: own.get(name, texts[name]) for name in (*named, *CHOICES, *ALL_NUMBERS)}


def label(name: str) -> str:
    """What the page calls a field."""
    sliders = {slider.name: slider.label for slider in SLIDERS}
    return {**CHOICES, **sliders}.get(name, name.replace("_", " ").capitalize())


def short(name: str) -> str:
    """A field inside a sentence: the symbol of a figure, else its name.

    >>> short("mean_excitons"), short("edge_length")
    ('⟨N⟩', 'edge length')
    """
    return label(name) if name in HELD else name.replace("_", " ")


_UNSET = {
    "model": (BY_STATISTICS, "carriers; paper with the statistics of that name"),
    "auger_law": (OF_CARD, "the law that the card puts first"),
}


def names_of_choice(name: str, material: str) -> dict[str, str]:
    """Names that a choice takes, each with its meaning."""
    return {**dict([_UNSET[name]] if name in _UNSET else []), **run_options(material)[name].names}


def read_state(state: Mapping[str, str]) -> tuple[RunConfig, Held]:
    """A state without pins as a run and what is held. Raises `ScintidotError`."""
    check_names(state, [*defaults(), *HELD, *VIEW])
    texts = {**defaults(), **state}
    for name in (
        "material",
        "host",
        "deposit",
    ):  # here by name alone: a path would name a file of this machine
        one_of(texts[name], run_options()[name].names, where=WHERE, who=name)
    one_of(texts.get("time", VIEW["time"]), TIME_AXES, where=WHERE, who="time")
    unset = ("", BY_STATISTICS, OF_CARD)
    options = {name: text for name, text in texts.items() if name in OPTIONS and text not in unset}
    held = {name: texts.get(name) for name in HELD if name not in OPTIONS}
    return make_config(options=options, where=WHERE), read_held(held, where=WHERE)


def numbers_of(config: RunConfig, document: Mapping[str, Any]) -> State:
    """What every slider stands at, as text: of the run, or of the chain."""
    figures = document["figures"]
    numbers = {
        "edge_length": config.nanocrystal.edge_length_nm[0],
        "energy": config.radiation.kinetic_energy_keV,
        "size_dispersion": config.nanocrystal.size_dispersion,
        "retained_fraction": document["choices"]["retained_fraction"],
        "exciton_rate": figures["exciton_rate_per_ps"],
        **{name: figures[name] for name in ("mean_excitons", "auger_efficiency", "quantum_yield")},
    }
    return {name: "" if value is None else as_text(float(f"{value:.4g}")) for name, value in numbers.items()}


def spec() -> dict[str, object]:
    """What the client side knows of the fields."""
    return {
        "sliders": [asdict(slider) for slider in SLIDERS],
        "numbers": list(ALL_NUMBERS),
        "choices": list(CHOICES),
    }
