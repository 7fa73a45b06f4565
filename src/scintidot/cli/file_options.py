"""Options of every command that reads a measured file: what the file itself may not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from scintidot.analysis.readers import Given

Text = str | None

Format = Annotated[
    Text, typer.Option("--format", metavar="NAME", help="Of the file; see `scintidot formats` (recognised).")
]
BinWidth = Annotated[
    Text, typer.Option("--bin-width-ps", metavar="TIME", help="Of a time bin [ps], or such as '4 ns'.")
]
Period = Annotated[
    Text, typer.Option("--period-ns", metavar="TIME", help="Between excitations [ns], or such as '12.5 us'.")
]
Excitations = Annotated[
    Text, typer.Option("--excitations", metavar="NUMBER", help="Excitation pulses in the measurement.")
]
TimeUnit = Annotated[
    Text, typer.Option("--time-unit", metavar="UNIT", help="Of times in the file: fs, ps, ns, us, ms or s.")
]
Channel = Annotated[
    Text, typer.Option("--channel", metavar="NUMBER", help="Of a file with several, as the file counts them.")
]
Column = Annotated[
    Text, typer.Option("--column", metavar="NAME|NUMBER", help="With the values: its name, or number from 1.")
]
Rows = Annotated[
    Text, typer.Option("--rows", metavar="AXIS", help="What runs down a matrix: times or wavelengths.")
]
SpectralUnit = Annotated[
    Text, typer.Option("--spectral-unit", metavar="UNIT", help="Of the spectral axis: nm, eV or cm-1.")
]
SpectrumKind = Annotated[
    Text, typer.Option("--kind", metavar="KIND", help="Of a spectrum: absorption, emission or excitation.")
]


def given_from(where: str, **options: Any) -> Given:
    """`Given` of the options ``bin_width_ps``, ``period_ns``, ``excitations``, ``time_unit``, ``channel``,
    ``column``, ``kind``, ``rows`` and ``spectral_unit``; ``where`` is the command.
    """
    from scintidot.measured.given import given

    return given(where=where, **options)
