"""What every command has without knowing of it: ``--quiet``, ``--verbose``, exit codes, completion of names."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, get_args

import typer

from scintidot.cli import loudness
from scintidot.errors import EXIT_CODES

EPILOG = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + "."


def _be_quiet(value: bool) -> None:
    if value and loudness.verbose():
        raise typer.BadParameter("not together with --verbose.")
    if value:
        loudness.be_quiet()


def _be_verbose(count: int) -> None:
    if count and loudness.quiet():
        raise typer.BadParameter("not together with --quiet.")
    if count:
        loudness.be_verbose(count)


Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet", "-q", help="Results and errors alone.", callback=_be_quiet, expose_value=False, is_eager=True
    ),
]  # fmt: skip
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose", "-v", help="Say what is done; -vv: more.", callback=_be_verbose, count=True, metavar="",
        expose_value=False, is_eager=True, show_default=False,
    ),
]  # fmt: skip


def prepare(app: typer.Typer) -> None:
    """Give every command of a tree what all of them have."""
    for entry in app.registered_commands:
        assert entry.callback is not None
        entry.callback = with_common_options(entry.callback)
        entry.epilog = EPILOG
    for group in app.registered_groups:
        assert isinstance(group.typer_instance, typer.Typer)
        prepare(group.typer_instance)


def with_common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with ``--quiet`` and ``--verbose``, whose callbacks do all there is to do, and names completed."""

    @functools.wraps(command)
    def run(quiet: bool = False, verbose: int = 0, **options: Any) -> Any:
        return command(**options)

    own = inspect.signature(command, eval_str=True)
    for name, parameter in own.parameters.items():
        for entry in get_args(parameter.annotation)[1:]:
            if getattr(entry, "autocompletion", "") is None:
                entry.autocompletion = _completion_of(name)
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, default, annotation in (("quiet", False, Quiet), ("verbose", 0, Verbose))
    ]
    parameters = [*own.parameters.values(), *more]
    run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {entry.name: entry.annotation for entry in parameters}
    return run


def _completion_of(option: str) -> Callable[[typer.Context, str], list[str]]:
    def names(ctx: typer.Context, incomplete: str) -> list[str]:
        """Names that begin like what was typed."""
        from scintidot.named_choices import names_of

        command = " ".join(ctx.command_path.split()[1:])
        return [name for name in names_of(command, option) if name.startswith(incomplete)]

    return names
