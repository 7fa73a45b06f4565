"""What page Shower asks for: the options of ``scintidot track`` that a single history has."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scintidot.catalogue import list_cards
from scintidot.deposits.names import SHAPES, START_MEANINGS, TREATMENTS
from scintidot.errors import one_of
from scintidot.options import option_flag

HISTORIES_SEARCHED = "1000"
"""Of which the one with the most deposit is shown, where no history is named."""
MOST_UNASKED = 10_000
"""Histories that opening a link searches; more wait for the button."""


@dataclass(frozen=True)
class Option:
    """One field; its value is text, as in the command."""

    name: str
    label: str
    default: str = ""
    names: tuple[str, ...] = ()
    hint: str = ""

    @property
    def flag(self) -> str:
        """On the command line."""
        return option_flag(self.name).lower()


def options() -> dict[str, Option]:
    """Every field by its name."""
    cards = list_cards()["materials"]
    solids = tuple(card["name"] for card in cards if card["kind"] != "host")
    media = tuple(card["name"] for card in cards)
    starts = tuple(name for name in START_MEANINGS if name != "file")
    found = (
        Option("material", "material", "CsPbBr3", solids),
        Option("host", "host", "vacuum", media),
        Option("edge_length", "edge length [nm]", "10", hint="of the cube, or diameter of the sphere"),
        Option("energy_keV", "energy [keV]", "7", hint="kinetic, of the electron"),
        Option("shape", "shape", "cube", tuple(name for name in SHAPES if name != "cuboid")),
        Option("start", "start", "", starts, hint="uniform"),
        Option("seed", "seed", "1", hint="of the run"),
        Option("most_deposit", "most deposit of", HISTORIES_SEARCHED, hint="the history that leaves most of so many"),
        Option("history", "or history", "", hint="its number, from 0"),
        Option("view_nm", "view [nm]", "", hint="edge of the cube that is shown"),
        Option("shell", "shell", "", solids),
        Option("shell_thickness_nm", "shell thickness [nm]", "", hint="usually 1"),
        Option("composite", "many nanocrystals", "", hint="such as 5 % x 3 nm; without edge length"),
        Option("box_nm", "box [nm]", "", hint="that holds them"),
        Option("treatment", "treatment", "track", tuple(TREATMENTS)),
    )  # fmt: skip
    return {option.name: option for option in found}


MORE = ("shell", "shell_thickness_nm", "composite", "box_nm", "treatment")
"""Fields that are folded."""


def texts_of(typed: Mapping[str, Any]) -> dict[str, str]:
    """What differs from the defaults. Raises `BadValue` for a name that is none: files are not read here."""
    found = {}
    for name, option in options().items():
        text = str(typed.get(name) or "").strip()
        if text and text != option.default:
            found[name] = one_of(text, option.names, where="track", who=option.flag) if option.names else text
    return found


def keywords(texts: Mapping[str, str]) -> dict[str, Any]:
    """Keyword arguments of `scintidot.shower`, without those of the picture."""
    given = {name: text for name, text in texts.items() if name != "view_nm"}
    given.setdefault("edge_length", options()["edge_length"].default)
    if "composite" in given and "edge_length" not in texts:
        del given["edge_length"]
    if "history" in given:
        given.pop("most_deposit", None)
    else:
        given.setdefault("most_deposit", HISTORIES_SEARCHED)
    return given


def command_line(texts: Mapping[str, str]) -> str:
    """The command that draws the same."""
    known = options()
    given = {**keywords(texts), **({"view_nm": texts["view_nm"]} if "view_nm" in texts else {})}
    words = [word for name, text in given.items() for word in (known[name].flag, text)]
    return shlex.join(["scintidot", "track", *words, "--out", "shower.html"])
