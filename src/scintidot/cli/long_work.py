"""Options of commands that may take long: where they run, what is kept on the way, and what they will take.

They are added to a command from outside, as ``--quiet`` is: it runs inside `scintidot.scale.computing`, in a folder
that ``scintidot resume`` understands. See `docs/scale.md`.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scintidot.cli.console import print_json, print_notes, print_table

if TYPE_CHECKING:
    from scintidot.scale.run_folder import Run

_ASKED = "scintidot.long_work"
Folder = Callable[[dict[str, Any]], Path | None]


def _remember(context: typer.Context, parameter: typer.CallbackParam, value: Any) -> Any:
    if value is not None and value is not False:
        said = str(value) if isinstance(value, Path) else value
        context.meta.setdefault(_ASKED, {})[parameter.name] = said
    return value


def _option(*names: str, **more: Any) -> Any:
    return typer.Option(*names, callback=_remember, expose_value=False, **more)


Scheduler = Annotated[
    str | None,
    _option(
        "--scheduler", metavar="ADDRESS", help="Run on Dask: local, tcp://HOST:PORT or a scheduler file."
    ),
]
Workers = Annotated[
    str | None, _option("--workers", metavar="NUMBER", help="Processes of --scheduler local (all cores).")
]
Device = Annotated[str | None, _option("--device", metavar="NAME", help="cpu (default), cuda or auto.")]
Precision = Annotated[
    str | None, _option("--precision", metavar="NAME", help="Of the tables: float64 (default) or float32.")
]
CheckpointFolder = Annotated[
    Path | None,
    _option("--checkpoint", metavar="DIR", help="Keep what is done there; scintidot resume DIR goes on."),
]
CheckpointEvery = Annotated[
    str | None, _option("--checkpoint-every", metavar="TIME", help="Between two checkpoints [s] (30).")
]
MaxMemory = Annotated[
    str | None,
    _option("--max-memory", metavar="SIZE", help="Take no more than, such as '4 GB'; else refuse."),
]
DryRun = Annotated[
    bool, _option("--dry-run", help="Say how long it will take and how much memory; run nothing.")
]

_OPTIONS: dict[str, tuple[Any, Any]] = {
    "scheduler": (Scheduler, None),
    "workers": (Workers, None),
    "checkpoint": (CheckpointFolder, None),
    "checkpoint_every": (CheckpointEvery, None),
    "max_memory": (MaxMemory, None),
    "dry_run": (DryRun, False),
}
_OF_THE_ENGINE = {"device": (Device, None), "precision": (Precision, None)}
_OF_FITS = ("scheduler", "workers")
_SAID = ("scheduler", "workers", "checkpoint_every", "max_memory", "device", "precision")
"""Keywords of `scintidot.scale.computing.computing`, as they are."""


def folder_of_result(default: Path) -> Folder:
    """That of --out, else the default; none if the result is printed alone, by --json."""

    def folder(options: dict[str, Any]) -> Path | None:
        out: Path | None = options["out"]
        return out if out is not None or options["json"] else default

    return folder


def long_work(
    command: Callable[..., Any], *, folder: Folder = lambda _: None, engine: bool = True
) -> Callable[..., Any]:
    """The command with all of these options.

    ``folder`` tells from its own options the folder of its result, which then holds its checkpoints too; ``engine``:
    whether it has histories, which may run on a GPU.
    """
    return _with_options(command, {**_OPTIONS, **(_OF_THE_ENGINE if engine else {})}, folder)


def _with_options(
    command: Callable[..., Any], options: dict[str, tuple[Any, Any]], folder: Folder
) -> Callable[..., Any]:
    own = inspect.signature(command, eval_str=True)

    @functools.wraps(command)
    def run(*, context: typer.Context, **given: Any) -> Any:
        mine = {name: value for name, value in given.items() if name in own.parameters}
        asked = dict(context.meta.get(_ASKED, {}))
        place: Path | None
        if (resumed := _RESUMED.get()) is not None:
            what, place = resumed
            asked = what.computing
            if "checkpoint" not in asked and folder(mine) is not None:
                mine["out"] = place  # wherever it was moved to
        else:
            what = _run_of(context, asked)
            place = Path(asked["checkpoint"]) if "checkpoint" in asked else folder(mine)
            if asked.get("dry_run"):
                place = None
            elif place is None:
                refuse(
                    context,
                    "a folder to keep checkpoints in",
                    ["checkpoint_every"],
                    "Name one with --checkpoint.",
                )
        with (
            _computing(context, asked, place),
            _under_way(place, what),
        ):  # options first: a refused one changes nothing
            return command(context=context, **mine)

    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in options.items()
    ]
    parameters = [*own.parameters.values(), *more]
    run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {entry.name: entry.annotation for entry in parameters}
    return run


_RESUMED: ContextVar[tuple[Run, Path] | None] = ContextVar("resumed", default=None)


@contextmanager
def resuming(run: Run, place: Path) -> Iterator[None]:
    """The next command is this run, in its folder."""
    token = _RESUMED.set((run, place))
    try:
        yield
    finally:
        _RESUMED.reset(token)


def many_fits(command: Callable[..., Any]) -> Callable[..., Any]:
    """The command with the options that say where its fits run."""
    return _with_options(command, {name: _OPTIONS[name] for name in _OF_FITS}, lambda _: None)


def wants_estimate(context: typer.Context) -> bool:
    """Whether ``--dry-run`` was given."""
    return are_given(context, ["dry_run"])


def are_given(context: typer.Context, names: Iterable[str]) -> bool:
    """Whether any of these options was."""
    return not context.meta.get(_ASKED, {}).keys().isdisjoint(names)


def print_estimate(document: dict[str, Any], *, json: bool) -> None:
    """``scintidot.estimate/1`` for people, or the document alone."""
    if json:
        print_json(document)
        return
    rows = [
        [
            part["name"],
            "-" if part["histories"] is None else str(part["histories"]),
            "known from before" if part["kept_from_before"] else _time(part["core_seconds"]),
        ]
        for part in document["parts"]
    ]
    print_table(f"scintidot {document['command']} would run:", ["part", "number", "time on a core"], rows)
    cores = f"{document['cores']} core{'s' if document['cores'] > 1 else ''}"
    print(f"About {_time(document['seconds'])} on {cores}, memory up to {document['peak_memory_MB']:.0f} MB.")
    print("Loading, compiling and writing are not counted: some seconds, half a minute the first time.")
    print_notes(document["warnings"])


def _time(seconds: float) -> str:
    """
    >>> _time(0.31), _time(75), _time(7300), _time(200000)
    ('0.3 s', '75 s', '2.0 h', '2.3 days')
    """
    for limit, unit, name in ((3600, 60, "min"), (86400, 3600, "h"), (float("inf"), 86400, "days")):
        if seconds < 120:
            return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
        if seconds < limit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds:.0f} s"


def refuse(
    context: typer.Context, expected: str, names: Iterable[str] | None = None, hint: str | None = None
) -> None:
    """Refuse those of these options that were given (all without ``names``): they would do nothing."""
    for name, value in context.meta.get(_ASKED, {}).items():
        if names is None or name in names:
            from scintidot.errors import BadValue

            found, who = "it" if value is True else str(value), "--" + name.replace("_", "-")
            raise BadValue(
                where=_where(context), what="option", who=who, expected=expected, found=found, hint=hint
            )


OF_THE_ENGINE = tuple(_OF_THE_ENGINE)
"""Names of the options that a run without histories has no use for."""


def _where(context: typer.Context) -> str:
    return context.command_path.removeprefix("scintidot ")


@contextmanager
def _computing(context: typer.Context, asked: dict[str, Any], place: Path | None) -> Iterator[None]:
    from scintidot.scale.computing import computing
    from scintidot.scale.run_folder import UNFINISHED

    checkpoints = None if place is None else place / UNFINISHED
    said = {name: asked[name] for name in _SAID if name in asked}
    with computing(**said, checkpoints=checkpoints, where=_where(context)) as here:
        if here.most_memory is not None:
            from scintidot.scale.estimate import LATER, check_memory, memory_now

            least = memory_now() + LATER.get(_where(context), 0.0)
            check_memory(least, _where(context), "That is before it holds anything of the work.")
        yield


@contextmanager
def _under_way(place: Path | None, run: Run) -> Iterator[None]:
    """Hold the folder of the run; after an interrupt it is said how to go on."""
    if place is None:
        yield
        return
    from scintidot.scale.run_folder import UNFINISHED, under_way

    try:
        with under_way(place, run):
            yield
    except (KeyboardInterrupt, typer.Exit) as error:
        stopped = isinstance(error, KeyboardInterrupt) or error.exit_code == 130
        if stopped and (place / UNFINISHED).is_dir():
            print(f"What was done is kept: scintidot resume {place} goes on from it.", file=sys.stderr)
        raise


def _run_of(context: typer.Context, asked: dict[str, Any]) -> Run:
    """What ``scintidot resume`` has to give again."""
    from scintidot.scale.run_folder import Run

    words: list[str] = []
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if name not in context.params or source is None or source.name != "COMMANDLINE":
            continue
        value = context.params[name]
        values = [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]
        if parameter.param_type_name == "argument":
            words = [*values, *words]
        elif value is True:
            words.append(parameter.opts[0])
        elif value is not False:
            words += [word for one in values for word in (parameter.opts[0], one)]
    return Run(_where(context), tuple(words), asked, str(Path.cwd()))
