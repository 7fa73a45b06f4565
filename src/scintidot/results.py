"""A prediction as data: rows, JSON, netCDF, files on disk."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scintidot import __version__
from scintidot.bands import Banded, Outputs
from scintidot.bibtex import bibtex
from scintidot.config import RunConfig
from scintidot.documents import name_variables
from scintidot.errors import CannotWrite
from scintidot.kinetics.lifetimes import DEFINITIONS
from scintidot.materials.material import Material
from scintidot.output import nested, number, write_netcdf, write_text, write_together
from scintidot.provenance import Reference
from scintidot.records import FloatArray

if TYPE_CHECKING:
    import xarray

    from scintidot.deposits.against_size import Deposits
    from scintidot.emission import Emission
    from scintidot.kinetics.biexciton import BiexcitonDecay
    from scintidot.kinetics.exact import ExactDecay

SCHEMA = "scintidot.predict/1"
OUTPUT_FILES = (
    "report.html", "report.pdf", "result.json", "result.nc", "run.toml", "references.bib", "material.toml", "host.toml",
)  # fmt: skip
REPORTS = ("report.html", "report.pdf")
"""Of an earlier result: they go where another result is saved without them."""

DEPOSIT_COPY = "run-deposits"
"""Name, without its suffix, of a file of deposits beside the run file."""


@dataclass(frozen=True)
class Figure:
    """One figure of a row."""

    unit: str
    heading: str  # for a table, without its unit


FIGURES = {
    "band_gap_eV": Figure("eV", "gap"),
    "emission_peak_nm": Figure("nm", "emission peak"),
    "mean_path_nm": Figure("nm", "mean path"),
    "mean_deposit_eV": Figure("eV", "deposit"),
    "pair_creation_energy_eV": Figure("eV", "pair creation"),
    "mean_excitons": Figure("1", "<N>"),
    "quantum_yield": Figure("1", "Φ_X"),
    "auger_efficiency": Figure("1", "Φ_AR"),
    "biexciton_lifetime_ps": Figure("ps", "τ of the biexciton"),
    "photons_per_nc": Figure("1", "photons per NC"),
    "photons_per_MeV_deposited": Figure("1/MeV", "photons per energy kept"),
    "nanocrystals_per_gram": Figure("1/g", "n_NC"),
    "intensity_ensemble_relative": Figure("1", "I_ENS, relative"),
    **{f"tau_ps.{name}": Figure("ps", f"τ {name.replace('_', ' ')}") for name in DEFINITIONS},
    "ctr_nc": Figure("ps^0.5", "CTR_NC"),
    "light_yield_photons_per_MeV": Figure("1/MeV", "light yield"),
    "ctr_ps.formula": Figure("ps", "CTR formula"),
    "ctr_ps.cramer_rao": Figure("ps", "CTR bound"),
}
"""Every figure of a row; dots make nested JSON objects."""

MODEL_FIGURES = (
    "photons_per_nc", "photons_per_MeV_deposited", *(f"tau_ps.{name}" for name in DEFINITIONS), "ctr_nc",
    "light_yield_photons_per_MeV", "ctr_ps.formula", "ctr_ps.cramer_rao",
)  # fmt: skip
"""Figures that depend on the kinetic model, shown for several of them."""


@dataclass(frozen=True, eq=False, repr=False)
class Prediction:
    """Result of `scintidot.predict`: figures against size with their bands, and all that led to them."""

    config: RunConfig
    material: Material
    host: Material
    edge_length: FloatArray  # [nm], shape (n,)
    figures: Banded  # keyed as `FIGURES`, each of shape (n,)
    models: dict[str, Outputs]  # the same figures by each of `choices.COMPARED_MODELS`
    decay: BiexcitonDecay | ExactDecay
    curve_time: FloatArray  # [ps]
    deposits: tuple[Deposits, Deposits]  # of the run, and of the sample whose light yield is known
    choices: dict[str, Any]
    warnings: list[str]
    references: list[Reference]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """One mapping for each size, with the band of each figure as [low, high]."""
        rows = []
        for i, edge in enumerate(self.edge_length):
            figures = {name: number(self.figures.central[name][i]) for name in FIGURES}
            band = {
                name: [number(self.figures.low[name][i]), number(self.figures.high[name][i])]
                for name in FIGURES
            }
            rows.append(
                {
                    "edge_length_nm": float(edge),
                    **nested(figures),
                    **self._simulated(float(edge), i),
                    "emission": None if self.emission is None else self.emission.row(i),
                    "models": {
                        model: nested({name: number(outputs[name][i]) for name in MODEL_FIGURES})
                        for model, outputs in self.models.items()
                    },
                    "band": nested(band),
                }
            )
        return rows

    def _simulated(self, edge: float, i: int) -> dict[str, Any]:
        """What only a simulation knows of a size: how the deposits scatter, and what follows for <N>."""
        own = self.deposits[0]
        size = own.of(edge)
        if size is None:
            return {}
        treatments = {own.model: size.mean, **{name: sizes[i].mean for name, sizes in own.others}}
        return {
            "deposit_standard_error_eV": number(size.standard_error),
            "hit_fraction": number(size.hit_fraction),
            "mean_deposit_per_hit_eV": size.per_hit,
            "mean_pairs": size.pairs,
            "deposit_by_model_eV": {
                **{name: number(value) for name, value in treatments.items()},
                "continuous": number(self._analytic(edge)),
            },
            "occupancy": self.occupancies[i],
        }

    def _analytic(self, edge: float) -> float:
        from scintidot.deposits.against_size import analytic

        return float(analytic(self.material, self.config, np.array([edge]))[0])

    @cached_property
    def occupancies(self) -> list[dict[str, dict[str, float | None]]]:
        """Populations of each row by two statistics, and <N> as the ratio XX/X would be read; none:
        nothing simulated."""
        from scintidot.excitons.distribution import compound_distribution
        from scintidot.excitons.occupancy import biexciton_populations, inferred_mean, initial_populations

        own, found = self.deposits[0], []
        for edge, mean in zip(self.edge_length, self.figures.central["mean_excitons"], strict=True):
            size = own.of(float(edge))
            if size is None:
                return []
            both = {
                "poisson": initial_populations(mean, "poisson"),
                "compound": biexciton_populations(
                    mean,
                    compound_distribution(
                        mean, size.energy / (size.mean or 1.0), size.probability, own.pair_spread
                    ),
                ),
            }
            found.append(
                {
                    name: {
                        "one_exciton": number(one.exciton),
                        "two_or_more": number(one.biexciton),
                        "inferred_mean_excitons": number(
                            inferred_mean(one.biexciton / one.exciton) if one.exciton > 0 else math.nan
                        ),
                    }
                    for name, one in both.items()
                }
            )
        return found

    @cached_property
    def curves(self) -> FloatArray:
        """Emission rate F(t) [1/ps], shape (n sizes, n times)."""
        return self.decay.curve(self.curve_time)

    @cached_property
    def emission(self) -> Emission | None:
        """Light by transition with its spectra; None for a model or a card that does not know it."""
        from scintidot.emission import Emission
        from scintidot.kinetics.exact import ExactDecay

        if self.material.card.emission is None or not isinstance(self.decay, ExactDecay):
            return None
        return Emission(self.material, self.edge_length, self.config.nanocrystal.size_dispersion, self.decay)

    @cached_property
    def transition_curves(self) -> FloatArray:
        """Emission rate [1/ps] by transition at ``curve_time[1:]``, shape (n sizes, 5, n times - 1); exact models."""
        assert self.emission is not None
        return self.emission.decay.transitions(self.curve_time[1:])

    @property
    def largest_intensity(self) -> float:
        """Photons per gram of the brightest row, each nanocrystal hit once; I_ENS is relative to it."""
        return float(self.figures.central["intensity_per_gram"].max())

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
        sides = {"": self.figures.central, "_low": self.figures.low, "_high": self.figures.high}
        for name, figure in FIGURES.items():
            for suffix, values in sides.items():
                variable = ("edge_length", values[name], {"units": figure.unit, "long_name": figure.heading})
                variables[name.replace(".", "_") + suffix] = variable
        variables["emission_rate"] = (("edge_length", "time"), self.curves, {"units": "1/ps"})
        coordinates: dict[str, Any] = {}
        if self.emission is not None:
            more, coordinates = self._spectra(self.emission)
            variables.update(more)
        provenance = {
            dotted: f"{q.provenance}: {', '.join(q.source)}" for dotted, q in self.material.card.quantities()
        }
        dataset = xarray.Dataset(
            variables,
            coords={
                "edge_length": ("edge_length", self.edge_length, {"units": "nm"}),
                "time": ("time", self.curve_time, {"units": "ps"}),
                **coordinates,
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
        name_variables(dataset)
        return dataset

    def _spectra(self, emission: Emission) -> tuple[dict[str, Any], dict[str, Any]]:
        """Variables and coordinates of the light by transition."""
        from scintidot.kinetics.laws import TRANSITIONS

        curves = self.transition_curves
        rates = np.moveaxis(curves, 1, 2)  # (size, time, transition)
        variables = {
            "photons_by_transition": (("edge_length", "transition"), emission.photons, {"units": "1"}),
            "emission_rate_by_transition": (
                ("edge_length", "transition", "later_time"), curves, {"units": "1/ps"},
            ),
            "spectrum": (
                ("edge_length", "photon_energy"), emission.per_energy(emission.photons), {"units": "1/eV"},
            ),
            "time_resolved_spectrum": (
                ("edge_length", "later_time", "photon_energy"), emission.per_energy(rates), {"units": "1/(ps eV)"},
            ),
        }  # fmt: skip
        coordinates = {
            "transition": ("transition", list(TRANSITIONS), {"units": "1"}),
            "later_time": ("later_time", self.curve_time[1:], {"units": "ps"}),
            "photon_energy": ("photon_energy", emission.energy, {"units": "eV"}),
        }
        return variables, coordinates

    def __repr__(self) -> str:
        sizes = ", ".join(f"{edge:g}" for edge in self.edge_length)
        return f"<Prediction of {self.material.name} at {sizes} nm; see .rows, .to_xarray(), .save(folder)>"

    @staticmethod
    def headings(names: Iterable[str]) -> list[str]:
        """Names of `FIGURES` as a table writes them, with units."""
        shown = (FIGURES[name] for name in names)
        return [f"{one.heading} [{one.unit}]" if one.unit != "1" else one.heading for one in shown]

    def _repr_html_(self) -> str:
        from scintidot.notebook import prediction_html

        return prediction_html(self)

    def save(
        self, folder: str | Path, extra: dict[str, Callable[[Path], object]] | None = None
    ) -> dict[str, Path]:
        """Write ``result.json``, ``result.nc``, ``run.toml``, ``references.bib`` (and ``extra`` files) into ``folder``.

        All files are written under temporary names and renamed at the end: a failure or an interrupt leaves
        the folder as it was. A user's card or file of deposits is put beside the run file, which then reruns anywhere.
        Reports of an earlier result are removed.
        """
        writers: dict[str, Callable[[Path], object]] = {
            "result.json": lambda path: write_text(path, json.dumps(self.as_json(), indent=1) + "\n"),
            "result.nc": lambda path: write_netcdf(path, self.to_xarray()),
            "run.toml": lambda path: write_text(path, self.run_file()),
            "references.bib": lambda path: write_text(path, bibtex(self.references)),
            **(extra or {}),
        }
        for role, card in self._own_cards():
            writers[f"{role}.toml"] = partial(Path.write_bytes, data=card.content)
            for name, text in card.tables().items():
                writers[name] = partial(Path.write_bytes, data=text.encode())
        if self._deposit_file is not None:
            for source, name in _with_header(self._deposit_file, DEPOSIT_COPY):
                writers[name] = partial(shutil.copyfile, source)
        check_folder(Path(folder))
        return write_together(Path(folder), writers, gone=REPORTS)

    @property
    def _deposit_file(self) -> Path | None:
        return self.deposits[0].file

    def _own_cards(self) -> list[tuple[str, Material]]:
        cards = [("material", self.material), ("host", self.host)]
        return [(role, card) for role, card in cards if card.own]

    def run_file(self) -> str:
        """The run file as TOML text; own cards and deposits are named as `save` writes them, beside it."""
        data = self.config.as_dict()
        data.update({role: f"./{role}.toml" for role, _ in self._own_cards()})
        if self._deposit_file is not None:
            data["deposit"]["model"] = f"./{DEPOSIT_COPY}{self._deposit_file.suffix}"
        return run_file_text(data)


def run_file_text(data: dict[str, Any]) -> str:
    """A run file of what `RunConfig.as_dict` gives."""
    import tomli_w

    header = f"# Written by scintidot {__version__}. Rerun with: scintidot predict run.toml\n\n"
    return header + tomli_w.dumps(data)


def _with_header(path: Path, stem: str) -> Iterator[tuple[Path, str]]:
    """A file under another name; with a phase space of TOPAS, its header beside."""
    yield path, stem + path.suffix
    header = path.with_suffix(".header")
    if path.suffix == ".phsp" and header.is_file():
        yield header, stem + header.suffix


def schema_in(folder: Path) -> str:
    """Schema of the result that a folder holds; empty where there is none."""
    try:
        return str(json.loads((folder / "result.json").read_bytes())["schema"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def check_folder(folder: Path, names: Iterable[str] = OUTPUT_FILES, schema: str = SCHEMA) -> None:
    """Refuse a folder whose files of our ``names`` are not those of an earlier result of this ``schema``."""
    ours = [name for name in names if (folder / name).is_file()]
    ours += [path.name for path in sorted(folder.glob(f"{DEPOSIT_COPY}.*"))]
    if not ours:
        return
    if schema_in(folder) != schema:
        raise CannotWrite(
            where=str(folder),
            what="output folder",
            who="--out",
            expected="a new folder, or one that holds an earlier result",
            found=f"{ours[0]} that is not part of a result",
            hint="Nothing was overwritten; choose another folder.",
        )
