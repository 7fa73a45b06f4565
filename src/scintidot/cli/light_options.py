"""Options that say what light the virtual laboratory measures, and by which counting instrument."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Text = str | None

RunFile = Annotated[
    Path | None, typer.Argument(metavar="[RUN.toml]", help="Light of one nanocrystal of a run.")
]
Lifetimes = Annotated[
    Text, typer.Option("--lifetimes-ps", metavar="LIST", help="Or exponentials: their lifetimes [ps].")
]
Fractions = Annotated[
    Text, typer.Option("--fractions", metavar="LIST", help="Share of each in the light (equal).")
]
MeanExcitons = Annotated[Text, typer.Option("--mean-excitons", metavar="N", help="<N> per excitation.")]
AugerEfficiency = Annotated[
    Text, typer.Option("--auger-efficiency", metavar="PHI", help="Or a kinetic model: its Phi_AR.")
]
Model = Annotated[
    Text,
    typer.Option("--model", metavar="NAME", help="carriers (default), ladder, paper, poisson-biexciton."),
]
Statistics = Annotated[
    Text, typer.Option("--statistics", metavar="NAME|FILE", help="poisson (default), exponential, or a file.")
]
EdgeLength = Annotated[
    Text, typer.Option("--edge-length", metavar="LENGTH", help="Or a nanocrystal: its edge length [nm].")
]
Material = Annotated[Text, typer.Option("--material", metavar="NAME|FILE", help="Of that nanocrystal.")]

BinWidth = Annotated[str, typer.Option("--bin-width-ps", metavar="TIME", help="Of a bin [ps].")]
Bins = Annotated[str, typer.Option("--bins", metavar="NUMBER", help="Bins.")]
Period = Annotated[str, typer.Option("--period-ns", metavar="TIME", help="Between excitations [ns].")]
ResponseWidth = Annotated[
    str, typer.Option("--irf-fwhm-ps", metavar="TIME", help="Full width of the response [ps].")
]
PhotonsPerPeriod = Annotated[
    str,
    typer.Option(
        "--photons-per-period", metavar="NUMBER", help="Detected on average; the first is counted (pile-up)."
    ),
]
DarkCountRate = Annotated[str, typer.Option("--dark-count-rate", metavar="RATE", help="[1/s].")]
