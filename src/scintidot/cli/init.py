"""``scintidot init``: a commented file to start from."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from scintidot.errors import BadValue, CannotWrite


def init(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="To be written; run.toml, mine.toml or study.toml."),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Of a run file: full (default, every key) or minimal."),
    ] = None,
    material: Annotated[
        bool, typer.Option("--material", help="A material card instead, on the base of CsPbBr3.")
    ] = False,
    study: Annotated[bool, typer.Option("--study", help="A design study instead.")] = False,
) -> None:
    """Write a commented file to start from: a run file of every choice with its default, unit and meaning.

    Nothing is overwritten. Then: scintidot predict run.toml
    """
    from scintidot.output import write_text, write_together

    if (material and study) or (template is not None and (material or study)):
        others = [name for name, given in (("--material", material), ("--study", study)) if given]
        raise BadValue(
            where="init", what="option", who="--template" if template else "--study",
            expected="one kind of file", found=" and ".join(others),
        )  # fmt: skip
    text, usual, use = _text(template, material=material, study=study)
    path = file or Path(usual)
    if path.exists():
        raise CannotWrite(
            where=str(path), what="file", who="FILE", expected="a new file",
            found="a folder" if path.is_dir() else "one that exists",
            hint="Nothing was overwritten; name another.",
        )  # fmt: skip
    write_together(path.parent, {path.name: partial(write_text, text=text)}, "FILE")
    print(f"Written: {path.resolve()}")
    named = str(path) if path.is_absolute() else f"./{path}"
    print(f"Edit it, then: {use.format(shlex.quote(named))}")


def _text(template: str | None, *, material: bool, study: bool) -> tuple[str, str, str]:
    """Content, usual name, and the command that takes the file."""
    if material:
        from scintidot.templates.card import card

        return card(), "mine.toml", "scintidot predict --material {}"
    if study:
        from scintidot.templates.study import study_file

        return study_file(), "study.toml", "scintidot study {}"
    from scintidot.templates.run_file import run_file

    return run_file(template or "full"), "run.toml", "scintidot predict {}"
