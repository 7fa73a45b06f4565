"""``scintidot analyse``: measured files to lifetimes, rates, spectra and laws against size."""

from __future__ import annotations

import typer

from scintidot.cli.analyse_decay import decay
from scintidot.cli.analyse_series import series
from scintidot.cli.analyse_spectrum import spectrum

app = typer.Typer(
    help="Fit measured files: decays, transient absorption, spectra, series of samples.", no_args_is_help=True
)
app.command("decay")(decay)
app.command("spectrum")(spectrum)
app.command("series")(series)
