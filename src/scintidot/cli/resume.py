"""``scintidot resume``: a run that was cut short goes on, to the same bits."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from scintidot.cli.long_work import resuming

Text = str | None
NO_SCHEDULER = "none"


def resume(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Of the run: what --out DIR or --checkpoint DIR named.")
    ],
    scheduler: Annotated[
        Text, typer.Option(metavar="ADDRESS", help="Go on there: local, an address, a file; none: threads.")
    ] = None,
    workers: Annotated[
        Text, typer.Option(metavar="NUMBER", help="Processes of --scheduler local (all cores).")
    ] = None,
    max_memory: Annotated[
        Text, typer.Option(metavar="SIZE", help="Take no more than, such as '4 GB'.")
    ] = None,
) -> None:
    """Go on with a run that was killed, interrupted or lost its machine; the result is the same to the bit.

    The command, its options and the folder that it was given in are those of the run. Where it runs may change.
    """
    from scintidot.scale.run_folder import read_run

    place = folder.resolve()
    run = read_run(place)
    if run is None:
        print(f"{folder}: finished; there is nothing to resume.", file=sys.stderr)
        return
    from scintidot.cli.commands import app

    asked: dict[str, Any] = dict(run.computing)
    if scheduler is not None:  # with its own workers
        asked = {name: value for name, value in asked.items() if name not in ("scheduler", "workers")}
    if scheduler not in (None, NO_SCHEDULER):
        asked["scheduler"] = str(Path(scheduler).resolve()) if Path(scheduler).is_file() else scheduler
    asked |= {k: v for k, v in (("workers", workers), ("max_memory", max_memory)) if v is not None}
    if Path(run.folder).is_dir():
        os.chdir(run.folder)
    with resuming(replace(run, computing=asked), place):
        code = app([*run.command.split(), *run.arguments], prog_name="scintidot", standalone_mode=False)
    if isinstance(code, int) and code:
        raise typer.Exit(code)
