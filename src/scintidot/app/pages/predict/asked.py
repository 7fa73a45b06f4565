"""What the form asks for: texts of options, checked as ``scintidot predict`` checks them."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scintidot import limits
from scintidot.app.shared import sentence
from scintidot.config import OPTIONS, RunConfig, make_config, read_run_file
from scintidot.errors import BadValue, ScintidotError
from scintidot.options import option_flag
from scintidot.results import run_file_text
from scintidot.run_options import as_written, run_options

WHERE = "predict"
OF_FILES = ("material", "host", "deposit")
"""Options that also take a file: here one that was dropped in this tab, by its name."""

Own = Mapping[str, str]
"""Name of a dropped file -> where it lies."""


@dataclass(frozen=True)
class Asked:
    """A form that was read."""

    texts: dict[str, str]  # of the options that differ from their default
    faults: dict[str, str]  # option -> sentence
    config: RunConfig | None  # None: there is a fault

    @property
    def key(self) -> str | None:
        """The same for forms that ask for the same numbers."""
        return None if self.config is None else json.dumps(self.config.as_dict(), sort_keys=True)


def read(typed: Mapping[str, Any], own: Own) -> Asked:
    """Check every field by itself, then all of them together."""
    known = run_options()
    texts = {name: str(value).strip() for name, value in typed.items() if value is not None}
    texts = {name: text for name, text in texts.items() if text not in ("", known[name].default)}
    faults = {}
    for name, text in texts.items():
        try:
            make_config(options={name: _value(name, text, own)}, where=WHERE)
        except ScintidotError as error:
            faults[name] = sentence(error)
    good = {name: text for name, text in texts.items() if name not in faults}
    try:
        config = make_config(options=options_of(good, own), where=WHERE)
        limits.checked_materials(config, lambda option: (WHERE, option_flag(option)))
    except ScintidotError as error:
        faults[_option_at_fault(error)] = sentence(error)
    return Asked(texts, faults, None if faults else config)


def options_of(texts: Mapping[str, str], own: Own) -> dict[str, str]:
    """Options of `predict`; files by their place. Raises `BadValue` for a file that is not here."""
    return {name: _value(name, text, own) for name, text in texts.items()}


def _value(name: str, text: str, own: Own) -> str:
    option = run_options()[name]
    if name not in OF_FILES or text in option.names:
        return text
    if text in own:
        return own[text]
    raise BadValue(
        where=WHERE, what="name", who=option_flag(name), found=repr(text),
        expected=f"one of {', '.join(option.names)}, or a file dropped on this page",
    )  # fmt: skip


def _option_at_fault(error: ScintidotError) -> str:
    flag = error.who.split(",")[0]
    return next((name for name in OPTIONS if option_flag(name) == flag), "material")


def command_line(texts: Mapping[str, str]) -> str:
    """The command that does the same."""
    words = [word for name, text in texts.items() for word in (option_flag(name), text)]
    return shlex.join(["scintidot", "predict", *words])


def run_file(config: RunConfig, texts: Mapping[str, str]) -> str:
    """The run file that does the same; files stand in it by their names, as beside it."""
    data = config.as_dict()
    for name in ("material", "host"):
        data[name] = texts.get(name, data[name])
    data["deposit"]["model"] = texts.get("deposit", data["deposit"]["model"])
    return run_file_text(data)


def texts_of_run_file(content: bytes, name: str) -> tuple[dict[str, str], list[str]]:
    """Texts of every option in a run file that was dropped, and what there is to know. Raises `BadFile`."""
    config: Any = read_run_file(content, name)
    texts = {}
    for option, key in OPTIONS.items():
        value = config
        for part in key.split("."):
            value = getattr(value, part)
        texts[option] = as_written(value)
    for option in OF_FILES:
        texts[option] = texts[option].removeprefix("./")
    if any(texts[option] not in run_options()[option].names for option in ("material", "host")):
        return texts, []
    return texts, limits.outdated(
        config, *limits.checked_materials(config, lambda option: (name, OPTIONS[option]))
    )
