"""Measured optical constants from a comma-separated file.

The header names the columns: ``energy_eV`` or ``wavelength_nm``, then ``n,k`` or ``eps1,eps2`` or
``energy_loss_function``. Lines that start with ``#`` are comments. Rows go by rising or by falling energy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scintidot.constants import PLANCK_TIMES_LIGHT
from scintidot.errors import BadFile, ScintidotError
from scintidot.records import FloatArray

AXES = ("energy_eV", "wavelength_nm")
FUNCTIONS = (("n", "k"), ("eps1", "eps2"), ("energy_loss_function",))
FEWEST_ROWS = 5
LARGEST_STEP = 1.25  # ratio of neighbouring energies above DENSE_FROM; a larger one is a gap
DENSE_FROM = 2.0  # [eV]
LOSS_REACHES = 30.0  # [eV]; above it the atoms serve
ENERGIES = (1e-3, 1500.0)  # [eV]
BEGINS_BELOW = 60.0  # [eV]
ENDS_ABOVE = 1.5  # [eV]
_HEADERS = "; ".join(f"{axis},{','.join(names)}" for axis in AXES for names in FUNCTIONS)


@dataclass(frozen=True, eq=False)
class OpticalConstants:
    """Either the dielectric function or the loss function, by rising energy."""

    energy: FloatArray  # [eV]
    eps1: FloatArray | None = None
    eps2: FloatArray | None = None
    loss: FloatArray | None = None


def read_optical_constants(text: str, *, where: str) -> OpticalConstants:
    """Read and check a file of optical constants.

    >>> rows = "\\n".join(f"{200 + 20 * i},1.5,0" for i in range(30))
    >>> optical = read_optical_constants("wavelength_nm,n,k\\n" + rows, where="mine.csv")
    >>> float(optical.eps1[0]), round(float(optical.energy[-1]), 3)
    (2.25, 6.199)
    """
    lines = [(i, line.strip()) for i, line in enumerate(text.splitlines(), 1)]
    lines = [(i, line) for i, line in lines if line and not line.startswith("#")]
    axis, names = _header(lines, where)
    rows: list[list[float]] = []
    numbers = [i for i, _ in lines[1:]]
    for i, line in lines[1:]:
        rows.append(_row(line, axis, names, f"{where}:{i}"))
    if len(rows) < FEWEST_ROWS:
        raise _bad(where, "table", f"at least {FEWEST_ROWS} rows", str(len(rows)))
    table = np.array(rows)
    rises = table[1, 0] > table[0, 0]
    for i, (before, after) in enumerate(zip(table[:-1, 0], table[1:, 0], strict=True)):
        if before == after or (after > before) != rises:
            fault = "each once" if before == after else f"all {'rising' if rises else 'falling'}"
            raise _bad(f"{where}:{numbers[i + 1]}", axis, fault, f"{after:g} after {before:g}")
    if axis == "wavelength_nm":
        table[:, 0] = PLANCK_TIMES_LIGHT / table[:, 0]
    if table[0, 0] > table[-1, 0]:
        table, numbers = table[::-1], numbers[::-1]
    _check_range(table[:, 0], axis, where)
    _check_gaps(table[:, 0], numbers, axis, where)
    if len(names) == 1 and table[-1, 0] < LOSS_REACHES:
        expected = f"a loss function up to {LOSS_REACHES:g} eV, where atoms take over"
        raise _bad(
            where, axis, expected, f"{table[-1, 0]:.4g} eV", "Give n and k of so short a range instead."
        )
    return _columns(table, names)


def _bad(where: str, who: str, expected: str, found: str, hint: str | None = None) -> ScintidotError:
    return BadFile(where=where, what="optical constants", who=who, expected=expected, found=found, hint=hint)


def _header(lines: list[tuple[int, str]], where: str) -> tuple[str, tuple[str, ...]]:
    if not lines:
        raise _bad(where, "header", _HEADERS, "an empty file")
    cells = [cell.strip() for cell in lines[0][1].split(",")]
    if cells[0] in AXES and tuple(cells[1:]) in FUNCTIONS:
        return cells[0], tuple(cells[1:])
    hints = {
        "wavelength_um": "Micrometres: multiply by 1000.",
        "wavelength_a": "Angstrom: divide by 10.",
        "wavelength_angstrom": "Angstrom: divide by 10.",
        "wavelength_m": "Metres: multiply by 1e9.",
        "energy_kev": "Kiloelectronvolts: multiply by 1000.",
        "wavelength": "State the unit: wavelength_nm.",
        "energy": "State the unit: energy_eV.",
    }
    place = f"{where}:{lines[0][0]}"
    raise _bad(place, "header", f"one of {_HEADERS}", repr(lines[0][1]), hints.get(cells[0].lower()))


def _row(line: str, axis: str, names: tuple[str, ...], where: str) -> list[float]:
    cells = line.split(",")
    try:
        values = [float(cell) for cell in cells]
    except ValueError:
        values = []
    if len(values) != 1 + len(names) or not all(map(math.isfinite, values)):
        expected = f"{1 + len(names)} finite numbers, {axis},{','.join(names)}"
        raise _bad(where, "row", expected, repr(line))
    if values[0] <= 0:
        raise _bad(where, axis, "more than 0", cells[0].strip())
    for name, value, cell in zip(names, values[1:], cells[1:], strict=True):
        if value < 0 and name != "eps1":
            raise _bad(where, name, "not negative", cell.strip())
    return values


def _check_range(energy: FloatArray, axis: str, where: str) -> None:
    """Refuse what can only be a wrong unit."""
    lowest, highest = float(energy[0]), float(energy[-1])
    if ENERGIES[0] <= lowest <= BEGINS_BELOW and ENDS_ABOVE <= highest <= ENERGIES[1]:
        return
    too_low, too_high = highest < ENDS_ABOVE, highest > ENERGIES[1] or lowest > BEGINS_BELOW
    hints = {
        "energy_eV": (None, "Are these wavelengths in nanometres?"),
        "wavelength_nm": (
            "Are these angstrom? Divide by 10.",
            "Are these micrometres? Multiply by 1000.",
        ),
    }
    hint = hints[axis][0] if too_low else hints[axis][1] if too_high else None
    expected = (
        f"energies of {ENERGIES[0]:g} to {ENERGIES[1]:g} eV that begin below {BEGINS_BELOW:g} eV"
        f" and reach {ENDS_ABOVE:g} eV"
    )
    raise _bad(where, axis, expected, f"{lowest:.4g} to {highest:.4g} eV", hint)


def _check_gaps(energy: FloatArray, numbers: list[int], axis: str, where: str) -> None:
    wide = (energy[1:] > DENSE_FROM) & (energy[1:] / np.maximum(energy[:-1], DENSE_FROM) > LARGEST_STEP)
    if np.any(wide):
        i = int(np.argmax(wide))
        expected = (
            f"no gaps: above {DENSE_FROM:g} eV each energy at most {LARGEST_STEP:g} times the one before"
        )
        found = f"nothing between {energy[i]:.4g} and {energy[i + 1]:.4g} eV"
        raise _bad(f"{where}:{max(numbers[i], numbers[i + 1])}", axis, expected, found)


def _columns(table: FloatArray, names: tuple[str, ...]) -> OpticalConstants:
    energy = table[:, 0].copy()
    if names == ("n", "k"):
        n, k = table[:, 1], table[:, 2]
        return OpticalConstants(energy, eps1=n**2 - k**2, eps2=2 * n * k)
    if names == ("eps1", "eps2"):
        return OpticalConstants(energy, eps1=table[:, 1].copy(), eps2=table[:, 2].copy())
    return OpticalConstants(energy, loss=table[:, 1].copy())
