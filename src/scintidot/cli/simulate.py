"""``scintidot simulate``: files such as the instruments would write, to test every analysis and to plan."""

from __future__ import annotations

import typer

from scintidot.cli.simulate_attenuation import attenuation
from scintidot.cli.simulate_series import series
from scintidot.cli.simulate_spectrum import spectrum
from scintidot.cli.simulate_ta import simulate_ta
from scintidot.cli.simulate_tcspc import tcspc

app = typer.Typer(
    help="Make files as instruments would: decays, transient absorption, spectra.", no_args_is_help=True
)
app.command("tcspc")(tcspc)
app.command("ta")(simulate_ta)
app.command("spectrum")(spectrum)
app.command("attenuation")(attenuation)
app.command("series")(series)
