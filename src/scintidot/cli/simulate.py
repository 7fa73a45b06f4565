"""``scintidot simulate``: files such as the instruments would write, to test every analysis and to plan."""

from __future__ import annotations

import typer

from scintidot.cli.simulate_attenuation import attenuation
from scintidot.cli.simulate_series import series
from scintidot.cli.simulate_spectrum import spectrum

app = typer.Typer(
    help="Make files as instruments would: decays, transient absorption, spectra.", no_args_is_help=True
)

app.command("spectrum")(spectrum)
app.command("attenuation")(attenuation)
app.command("series")(series)
