"""A prediction as data: rows, JSON, netCDF, files on disk."""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scintidot import __version__
from scintidot.config import RunConfig
from scintidot.errors import CannotWrite
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.materials.library import Material
from scintidot.provenance import Reference
from scintidot.records import FloatArray

if TYPE_CHECKING:
    import xarray

SCHEMA = "scintidot.predict/1"

UNITS = {
    "band_gap_eV": "eV", "emission_peak_nm": "nm", "mean_deposit_eV": "eV", "pair_creation_energy_eV": "eV",
    "mean_excitons": "1", "quantum_yield": "1", "auger_efficiency": "1", "biexciton_lifetime_ps": "ps",
    "photons_per_nc": "1", "photons_per_MeV_deposited": "1/MeV", "nanocrystals_per_gram": "1/g",
    "intensity_ensemble_relative": "1", "light_yield_photons_per_MeV": "1/MeV", "tau_ps.harmonic": "ps",
    "tau_ps.instrument": "ps", "tau_ps.mean_photon_time": "ps", "tau_ps.one_over_e": "ps",
    "ctr_nc": "ps^0.5", "ctr_ps.formula": "ps",
}  # fmt: skip
"""Every figure of a row with its unit; dots make nested JSON objects."""


def number(value: Any) -> float | None:
    """A float for JSON; None where it is not finite."""
    value = float(value)
    return value if math.isfinite(value) else None


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


@dataclass(frozen=True)
class Prediction:
    """Result of `scintidot.predict`: figures against size with their bands, and all that led to them."""

    config: RunConfig
    material: Material
    host: Material
    edge_length: FloatArray  # [nm], shape (n,)
    central: dict[str, FloatArray]
    low: dict[str, FloatArray]
    high: dict[str, FloatArray]
    single: dict[str, tuple[dict[str, FloatArray], dict[str, FloatArray]]]
    largest_intensity: float  # photons per gram of the brightest row, each nanocrystal hit once
    decay: BiexcitonDecay
    curve_time: FloatArray  # [ps]
    choices: dict[str, Any]
    warnings: list[str]
    references: list[Reference]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """One mapping for each size, with the band of each figure as [low, high]."""
        rows = []
        for i, edge in enumerate(self.edge_length):
            figures = {name: number(self.central[name][i]) for name in UNITS}
            band = {name: [number(self.low[name][i]), number(self.high[name][i])] for name in UNITS}
            rows.append({"edge_length_nm": float(edge), **nested(figures), "band": nested(band)})
        return rows

    @cached_property
    def curves(self) -> FloatArray:
        """Emission rate F(t) [1/ps], shape (n sizes, n times)."""
        import numpy as np

        return np.stack([self.decay.emission_rate(time) for time in self.curve_time], axis=-1)

    def as_json(self) -> dict[str, Any]:
        """The document ``scintidot.predict/1``."""
        return {
            "schema": SCHEMA,
            "version": __version__,
            "choices": self.choices,
            "rows": self.rows,
            "warnings": self.warnings,
            "bibliography": [reference.as_json() for reference in self.references],
            "run": self.config.as_dict(),
        }

    def to_xarray(self) -> xarray.Dataset:
        """Figures against edge length with ``_low`` and ``_high``, and decay curves; units as attributes."""
        import xarray

        variables: dict[str, Any] = {}
        for name, unit in UNITS.items():
            flat = name.replace(".", "_")
            for suffix, values in (("", self.central), ("_low", self.low), ("_high", self.high)):
                variables[flat + suffix] = ("edge_length", values[name], {"units": unit})
        variables["emission_rate"] = (("edge_length", "time"), self.curves, {"units": "1/ps"})
        provenance = {
            dotted: f"{q.provenance}: {', '.join(q.source)}" for dotted, q in self.material.card.quantities()
        }
        return xarray.Dataset(
            variables,
            coords={
                "edge_length": ("edge_length", self.edge_length, {"units": "nm"}),
                "time": ("time", self.curve_time, {"units": "ps"}),
            },
            attrs={
                "schema": SCHEMA,
                "version": __version__,
                "choices": json.dumps(self.choices),
                "run": json.dumps(self.config.as_dict()),
                "warnings": json.dumps(self.warnings),
                "material_provenance": json.dumps(provenance),
                "bibliography": json.dumps([reference.as_json() for reference in self.references]),
            },
        )

    def _repr_html_(self) -> str:
        return self.to_xarray()._repr_html_()

    def save(
        self, folder: str | Path, extra: dict[str, Callable[[Path], object]] | None = None
    ) -> dict[str, Path]:
        """Write ``result.json``, ``result.nc`` and ``run.toml`` (and ``extra`` files) into ``folder``.

        All files are written under temporary names and renamed at the end: a failure or an interrupt leaves
        the folder as it was. A user's card is put beside the run file, which then reruns anywhere.
        """
        writers: dict[str, Callable[[Path], object]] = {
            "result.json": lambda path: path.write_text(json.dumps(self.as_json(), indent=1) + "\n"),
            "result.nc": lambda path: self.to_xarray().to_netcdf(path, engine="h5netcdf"),
            "run.toml": lambda path: path.write_text(self.run_file(), encoding="utf-8"),
            **(extra or {}),
        }
        for role, card in self._own_cards():
            writers[f"{role}.toml"] = partial(_write_bytes, content=card.content)
            table, section = card.dielectric_text, card.card.dielectric
            if table is not None and section is not None:
                writers[section.file] = partial(_write_bytes, content=table.encode())
        return write_together(Path(folder), writers)

    def _own_cards(self) -> list[tuple[str, Material]]:
        cards = [("material", self.material), ("host", self.host)]
        return [(role, card) for role, card in cards if card.own]

    def run_file(self) -> str:
        """The run file as TOML text; own cards are named as `save` writes them, beside it."""
        import tomli_w

        data = self.config.as_dict()
        data.update({role: f"./{role}.toml" for role, _ in self._own_cards()})
        header = f"# Written by scintidot {__version__}. Rerun with: scintidot predict run.toml\n\n"
        return header + tomli_w.dumps(data)


def _write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)


@contextmanager
def output_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder inside ``folder``, removed at the end; folders made for it go too if left empty."""
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    temporary = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
        yield temporary
    except OSError as error:
        raise CannotWrite(
            where=str(folder),
            what="output folder",
            who="--out",
            expected="a folder that can be written",
            found=error.strerror or str(error),
        ) from None
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        for path in made:
            with suppress(OSError):
                path.rmdir()


def write_together(folder: Path, writers: dict[str, Callable[[Path], object]]) -> dict[str, Path]:
    """Write every file or none; returns the final paths."""
    with output_folder(folder) as temporary:
        for name, write in writers.items():
            write(temporary / name)
        _move_together(temporary, folder, list(writers))
    return {name: folder / name for name in writers}


def _move_together(source: Path, target: Path, names: list[str]) -> None:
    """Rename all files, or put back what was there; an interrupt counts as a failure."""
    for name in names:
        if (target / name).is_dir():
            raise IsADirectoryError(None, f"'{name}' is a folder there")
    old = source / "old"
    old.mkdir()
    try:
        for name in names:
            if (target / name).exists():
                (target / name).rename(old / name)
            (source / name).rename(target / name)
    except BaseException:
        for name in names:
            if (old / name).exists():
                (old / name).replace(target / name)
            elif not (source / name).exists():
                (target / name).unlink()
        raise
