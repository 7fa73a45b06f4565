"""``scintidot analyse``: measured files to lifetimes, rates, spectra and laws against size."""

from __future__ import annotations

import typer

from scintidot.cli.analyse_decay import decay
from scintidot.cli.analyse_series import series
from scintidot.cli.analyse_spectrum import spectrum
from scintidot.cli.analyse_ta import analyse_ta
from scintidot.cli.long_work import many_fits

app = typer.Typer(
    help="Fit measured files: decays, transient absorption, spectra, series of samples.", no_args_is_help=True
)
app.command("decay")(many_fits(decay))
app.command("ta")(analyse_ta)
app.command("spectrum")(spectrum)
app.command("series")(series)
