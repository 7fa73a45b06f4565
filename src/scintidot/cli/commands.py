"""The command tree."""

from __future__ import annotations

from typing import Annotated

import typer

from scintidot import __version__
from scintidot.cli import (
    analyse,
    cache,
    ctr,
    demo,
    deposit,
    deposit_file,
    doctor,
    excitation,
    formats,
    init,
    interactions,
    kinetics,
    light,
    materials,
    photons,
    plan,
    plot,
    predict,
    resume,
    simulate,
    sources,
    study,
    track,
)
from scintidot.cli import (
    app as browser_app,
)
from scintidot.cli.everywhere import EPILOG, Quiet, Verbose, prepare
from scintidot.cli.long_work import long_work
from scintidot.cli.sections import Sections
from scintidot.cli.welcome import welcome

app = typer.Typer(
    help="Predict how nanocrystals scintillate: light, decay and time resolution against size.\n\n"
    "Start with: scintidot demo",
    cls=Sections,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["--help", "-h"]},
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
    quiet: Quiet = False,
    verbose: Verbose = 0,
) -> None:
    if context.invoked_subcommand is None:
        print(welcome(__version__))


app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("init")(init.init)
app.command("app")(browser_app.app)
app.command("predict")(long_work(predict.predict, folder=predict.result_folder))
app.command("deposit")(long_work(deposit.deposit, folder=deposit.result_folder))
app.command("track")(track.track)
app.command("deposit-file")(deposit_file.deposit_file)
app.command("light")(long_work(light.light, engine=False))
app.command("study")(long_work(study.study, folder=study.result_folder))
app.command("resume")(resume.resume)
app.command("kinetics")(kinetics.kinetics)
app.command("ctr")(ctr.ctr)
app.command("photons")(long_work(photons.photons, engine=False))
app.command("plan")(plan.plan)
app.command("excitation")(excitation.excitation)
app.command("elastic")(interactions.elastic)
app.command("inelastic")(interactions.inelastic)
app.command("low-energy")(interactions.low_energy)
app.command("attenuation")(interactions.attenuation)
app.command("relaxation")(interactions.relaxation)
app.command("formats")(formats.formats)
app.add_typer(cache.app, name="cache")
app.add_typer(materials.app, name="materials")
app.add_typer(sources.app, name="sources")
app.add_typer(plot.app, name="plot")
app.add_typer(analyse.app, name="analyse")
app.add_typer(simulate.app, name="simulate")

prepare(app)
