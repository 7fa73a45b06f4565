"""Entry point: the command tree and its global behaviour."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scintidot import __version__
from scintidot.cli import kinetics, materials, predict
from scintidot.cli.console import run_guarded
from scintidot.errors import EXIT_CODES

_EPILOG = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + "."

app = typer.Typer(
    help="Predict how nanocrystals scintillate: light, decay and time resolution against size.\n\n"
    "Start with: scintidot predict --out my-report",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(value: bool) -> None:
    if value:
        print(f"scintidot {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


app.command("predict", epilog=_EPILOG)(predict.predict)
app.command("kinetics", epilog=_EPILOG)(kinetics.kinetics)
app.command("ctr", epilog=_EPILOG)(kinetics.ctr)
app.add_typer(materials.app, name="materials")


def main() -> None:
    """Run ``scintidot`` with the arguments of the process."""
    sys.exit(run_guarded(lambda: app(prog_name="scintidot", standalone_mode=False)))


if __name__ == "__main__":
    main()
