"""A file that is dropped on page Predict: a run file, a card or deposits; others are told where they belong."""

from __future__ import annotations

from scintidot.app.belongs import laid_out, measurement_in
from scintidot.app.pages.predict import asked
from scintidot.app.shelf import decoded, shelf
from scintidot.config import is_deposit_file
from scintidot.errors import BadFile, ScintidotError
from scintidot.interchange.deposits import read_deposits
from scintidot.run_options import run_options

LARGEST_TOML = 200_000
"""Bytes of a run file or a card."""


def own_files(tab: str) -> dict[str, str]:
    """Files dropped in a tab by their name."""
    return {file.name: str(file.path) for file in shelf().files(tab).values()}


def dropped(contents: str, name: str, tab: str) -> tuple[dict[str, str], str]:
    """Fields that a dropped file fills, and what is said of it. Raises `BadFile`."""
    content = decoded(contents, name)
    if not name.endswith(".toml"):
        _check_deposits(content, name)
        shelf().put(tab, name, content)
        return {"deposit": name}, f"{name} stands for the deposits; give its one size as edge length."
    if len(content) > LARGEST_TOML:
        raise BadFile(
            where=name, what="file", who="its size", expected=f"at most {LARGEST_TOML // 1000} kB",
            found=f"{len(content) / 1000:.0f} kB",
        )  # fmt: skip
    try:
        texts, notes = asked.texts_of_run_file(content, name)
    except BadFile as error:
        if error.found != "a material card":
            raise
        shelf().put(tab, name, content)
        return {"material": name}, f"{name} is the material now."
    missing = [texts[option] for option in asked.OF_FILES if _is_missing(texts[option], option, tab)]
    drop = f" Drop {', '.join(missing)} too: the run file names it." if missing else ""
    return texts, " ".join([f"The fields are those of {name}.{drop}", *notes])


def _is_missing(text: str, option: str, tab: str) -> bool:
    return text not in run_options()[option].names and text not in own_files(tab)


def _check_deposits(content: bytes, name: str) -> None:
    """Refuse what is no table of deposits, and say of a measurement where it belongs. Raises `BadFile`."""
    with laid_out(content, name) as path:
        try:
            if is_deposit_file(name):
                read_deposits(path)
                return
            fault = None
        except ScintidotError as error:
            fault = error
        looks = measurement_in(path)
    if looks is None and fault is not None:
        raise BadFile(
            where=name, what=fault.what, who=fault.who, expected=fault.expected, found=fault.found,
            hint=fault.hint,
        )  # fmt: skip
    raise BadFile(
        where=name, what="file", who="this page", expected="a .toml, or a table of deposits",
        found=looks or "another", hint=f"This looks like {looks}; open it in Analyse." if looks else None,
    )  # fmt: skip
