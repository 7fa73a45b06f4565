"""The command tree."""

from __future__ import annotations

from typing import Annotated

import typer

from scintidot import __version__
from scintidot.cli import (
    analyse,
    ctr,
    deposit,
    deposit_file,
    excitation,
    formats,
    interactions,
    kinetics,
    light,
    materials,
    photons,
    plan,
    plot,
    predict,
    simulate,
    sources,
    track,
)
from scintidot.cli import (
    app as browser_app,
)
from scintidot.errors import EXIT_CODES

_EPILOG = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + "."

app = typer.Typer(
    help="Predict how nanocrystals scintillate: light, decay and time resolution against size.\n\n"
    "Start with: scintidot predict --out my-report",
    epilog=_EPILOG,
    invoke_without_command=True,
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
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())


app.command("predict", epilog=_EPILOG)(predict.predict)
app.command("deposit", epilog=_EPILOG)(deposit.deposit)
app.command("track", epilog=_EPILOG)(track.track)
app.command("deposit-file", epilog=_EPILOG)(deposit_file.deposit_file)
app.command("light", epilog=_EPILOG)(light.light)
app.command("kinetics", epilog=_EPILOG)(kinetics.kinetics)
app.command("ctr", epilog=_EPILOG)(ctr.ctr)
app.command("photons", epilog=_EPILOG)(photons.photons)
app.command("plan", epilog=_EPILOG)(plan.plan)
app.command("excitation", epilog=_EPILOG)(excitation.excitation)
app.command("elastic", epilog=_EPILOG)(interactions.elastic)
app.command("inelastic", epilog=_EPILOG)(interactions.inelastic)
app.command("low-energy", epilog=_EPILOG)(interactions.low_energy)
app.command("attenuation", epilog=_EPILOG)(interactions.attenuation)
app.command("relaxation", epilog=_EPILOG)(interactions.relaxation)
app.command("formats", epilog=_EPILOG)(formats.formats)
app.command("app", epilog=_EPILOG)(browser_app.app)
app.add_typer(materials.app, name="materials")
app.add_typer(sources.app, name="sources")
app.add_typer(plot.app, name="plot")
app.add_typer(analyse.app, name="analyse")
app.add_typer(simulate.app, name="simulate")
