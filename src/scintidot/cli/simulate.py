"""``scintidot simulate``: files such as the instruments would write, to test every analysis and to plan."""

from __future__ import annotations

import typer

from scintidot.cli import simulate_tcspc

app = typer.Typer(
    help="Make files as instruments would: decays, transient absorption, spectra.", no_args_is_help=True
)
app.command("tcspc")(simulate_tcspc.tcspc)
