"""How numbers are shown and files written, by every command: whole files or none."""

from __future__ import annotations

import io
import json
import math
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scintidot.errors import CannotWrite

if TYPE_CHECKING:
    import xarray

MOST_DIGITS = 15
"""After the decimal point."""


def number(value: Any) -> float | None:
    """A float for JSON; None where it is not finite."""
    value = float(value)
    return value if math.isfinite(value) else None


def as_text(value: Any, digits: int = 4) -> str:
    """A number for people, without an exponent where it can be avoided; other values as they are.

    >>> as_text(3428.13, 3), as_text(None), as_text(5.7e18)
    ('3430', '-', '5.700e+18')
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "-"
    if isinstance(value, int) or not isinstance(value, float):
        return str(value)
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return f"{float(f'{value:.{digits}g}'):.{max(digits, 6)}g}"
    return f"{value:.{digits - 1}e}"


def per_cent(share: float | None, digits: int = 3) -> str:
    """A share for people, to so many digits and no finer than 0.001 %.

    >>> per_cent(0.125), per_cent(0.00123), per_cent(0.127, 2), per_cent(1e-9), per_cent(None)
    ('12.5 %', '0.123 %', '13 %', '0 %', '-')
    """
    if share is None or not math.isfinite(share):
        return "-"
    return f"{as_text(round(100 * float(share), 3) + 0.0, digits)} %"


def with_error(value: float | None, error: float | None) -> str:
    """A value and its error to the same decimal place, that of the second digit of the error.

    Without an exponent from 1e-3 to 1e6; where the error is unknown or zero, the value alone.

    >>> with_error(22083.4, 181.7), with_error(0.980123, 9.9e-5), with_error(7888.0, 171.2)
    ('22080 ± 180', '0.980123 ± 0.000099', '7890 ± 170')
    >>> with_error(1.0793e-14, 2.31e-17), with_error(39.2, 0), with_error(39.2, float("nan")), with_error(None, 1)
    ('(1.0793 ± 0.0023)e-14', '39.2', '39.2', '-')
    """
    if value is None or not math.isfinite(value):
        return "-"
    value = float(value)
    if error is None or not math.isfinite(error) or not error > 0:
        return as_text(value)
    size = max(abs(value), error)
    if not 1e-3 <= size < 1e6:
        power = math.floor(math.log10(size))
        return f"({_same_place(value / 10.0**power, error / 10.0**power)})e{power:+03d}"
    return _same_place(value, error)


def _same_place(value: float, error: float) -> str:
    place = 1 - int(f"{error:.1e}".partition("e")[2])  # digits after the point; negative left of it
    return " ± ".join(f"{round(x, place):.{min(max(place, 0), MOST_DIGITS)}f}" for x in (value, error))


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """``{"tau_ps.harmonic": 1}`` -> ``{"tau_ps": {"harmonic": 1}}``."""
    result: dict[str, Any] = {}
    for dotted, value in flat.items():
        *path, last = dotted.split(".")
        target = result
        for part in path:
            target = target.setdefault(part, {})
        target[last] = value
    return result


def json_text(document: dict[str, Any]) -> str:
    """A document as the commands print and write it. Raises `ValueError` for a number that is not finite."""
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def write_text(path: Path, text: str) -> None:
    """UTF-8 with plain line ends on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def write_netcdf(path: Path, dataset: xarray.Dataset) -> None:
    """A dataset as netCDF, made in memory: the HDF5 library ends the process where a disk is full."""
    import h5netcdf
    from xarray.backends import H5NetCDFStore

    memory = io.BytesIO()
    with h5netcdf.File(memory, "w") as file:
        dataset.dump_to_store(H5NetCDFStore(file))
    path.write_bytes(memory.getbuffer())


def temporary_prefix(process: int) -> str:
    """Of the names of temporary folders that a process makes where it writes."""
    return f".unfinished-{process}-"


@contextmanager
def output_folder(folder: Path, option: str = "--out") -> Iterator[Path]:
    """A temporary folder inside ``folder``, removed at the end; folders made for it go too if left empty.

    ``option`` is where the user named the folder, for the error line.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    temporary = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=temporary_prefix(os.getpid()), dir=folder))
        yield temporary
    except OSError as error:
        raise CannotWrite(
            where=str(folder),
            what="output folder",
            who=option,
            expected="a folder that can be written",
            found=_obstacle(folder) or error.strerror or str(error),
        ) from None
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        for path in made:
            with suppress(OSError):
                path.rmdir()


def _obstacle(folder: Path) -> str | None:
    """The file that stands where a folder should."""
    files = (path for path in (folder, *folder.parents) if path.is_file())
    return next((f"{path}, which is a file" for path in files), None)


def check_writable(path: Path, option: str = "--out") -> None:
    """Refuse a file that could not be written, before the work that it is to hold."""
    if path.is_dir():
        raise CannotWrite(where=str(path), what="file", who=option, expected="a file", found="a folder")
    with output_folder(path.parent, option):
        pass


def write_together(
    folder: Path,
    writers: dict[str, Callable[[Path], object]],
    option: str = "--out",
    *,
    gone: Iterable[str] = (),
) -> dict[str, Path]:
    """Write every file or none; returns the final paths. Files named ``gone`` are removed where they lie there."""
    with output_folder(folder, option) as temporary:
        for name, write in writers.items():
            write(temporary / name)
        _move_together(temporary, folder, list(writers), gone)
    return {name: folder / name for name in writers}


def _move_together(source: Path, target: Path, new: list[str], gone: Iterable[str]) -> None:
    """Rename all files, or put back what was there; an interrupt counts as a failure."""
    names = [*new, *(name for name in gone if name not in new and (target / name).is_file())]
    for name in names:
        if (target / name).is_dir():
            raise IsADirectoryError(None, f"'{name}' is a folder there")
    old = source / "old"
    old.mkdir()
    try:
        for name in names:
            if (target / name).exists():
                (target / name).rename(old / name)
            if name in new:
                (source / name).rename(target / name)
    except BaseException:
        for name in names:
            if (old / name).exists():
                (old / name).replace(target / name)
            elif name in new and not (source / name).exists():
                (target / name).unlink()
        raise
