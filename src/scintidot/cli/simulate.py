"""``scintidot simulate``: files such as the instruments would write, to test every analysis and to plan."""

from __future__ import annotations

import typer

from scintidot.cli.simulate_ta import simulate_ta

app = typer.Typer(
    help="Make files as instruments would: decays, transient absorption, spectra.", no_args_is_help=True
)
app.command("ta")(simulate_ta)
