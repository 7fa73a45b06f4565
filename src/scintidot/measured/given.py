"""What the user says of a measured file, as options: numbers with or without a unit to `Given`."""

from __future__ import annotations

from scintidot.analysis.readers import Given
from scintidot.analysis.readers.checks import TIME_UNITS_PS
from scintidot.errors import one_of
from scintidot.materials.fields import In
from scintidot.options import Number, read, read_whole

TIME_UNITS = tuple(TIME_UNITS_PS)
SPECTRAL_UNITS = ("nm", "eV", "cm-1")
ROWS = ("times", "wavelengths")
SPECTRUM_KINDS = ("absorption", "emission", "excitation")
_CHANNELS = 1 << 16


def given(
    *,
    bin_width_ps: Number | None = None,
    period_ns: Number | None = None,
    excitations: Number | None = None,
    time_unit: str | None = None,
    channel: Number | None = None,
    column: Number | None = None,
    kind: str | None = None,
    rows: str | None = None,
    spectral_unit: str | None = None,
    where: str = "read",
) -> Given:
    """`Given` from options as the user wrote them.

    Parameters
    ----------
    bin_width_ps, period_ns : str or number, optional
        Times; a bare number is in the unit of the name.
    excitations, channel : str or number, optional
        Plain numbers.
    time_unit, kind, rows, spectral_unit : str, optional
        One of `TIME_UNITS`, `SPECTRUM_KINDS`, `ROWS`, `SPECTRAL_UNITS`.
    column : str or number, optional
        Name or number (from 1) of a column.
    where : str
        The command, for errors.

    Raises
    ------
    BadValue
        Naming the option.
    """
    named = {
        "--time-unit": (time_unit, TIME_UNITS), "--kind": (kind, SPECTRUM_KINDS), "--rows": (rows, ROWS),
        "--spectral-unit": (spectral_unit, SPECTRAL_UNITS),
    }  # fmt: skip
    for option, (value, names) in named.items():
        if value is not None:
            one_of(value, names, where=where, who=option)

    def number(value: Number | None, option: str, unit: str) -> float | None:
        return None if value is None else read(value, option, where, In(unit, above=0.0))

    period = number(period_ns, "--period-ns", "ns")
    return Given(
        bin_width=number(bin_width_ps, "--bin-width-ps", "ps"),
        period=None if period is None else 1000 * period,
        excitations=number(excitations, "--excitations", "1"),
        time_unit=time_unit,
        channel=None if channel is None else read_whole(channel, "--channel", where, 0, _CHANNELS),
        column=None if column is None else str(column),
        kind=kind,
        rows=rows,
        spectral_unit=spectral_unit,
    )
