"""A finished study as data: JSON, netCDF, files on disk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scintidot import __version__
from scintidot.bibtex import bibtex, references_of
from scintidot.config import OPTIONS, option_of
from scintidot.documents import name_variables
from scintidot.materials.material import Material
from scintidot.output import json_text, write_netcdf, write_text, write_together
from scintidot.results import REPORTS, check_folder
from scintidot.scale import run_folder
from scintidot.studies.finding import Finding
from scintidot.studies.plan import FORMAT, Plan

if TYPE_CHECKING:
    import xarray

SCHEMA = "scintidot.study/1"
OUTPUT_FILES = (
    "report.html", "report.pdf", "result.json", "result.nc", "study.toml", "references.bib", "material.toml",
    "host.toml",
)  # fmt: skip
BLOCKS = f"{run_folder.UNFINISHED}/{run_folder.BLOCKS}"
"""Folder, inside the output folder, of what an unfinished study has computed."""


@dataclass(frozen=True, eq=False, repr=False)
class StudyResult:
    """Result of `scintidot.study`."""

    plan: Plan
    finding: Finding
    document: dict[str, Any]  # `SCHEMA`

    @property
    def answer(self) -> str:
        """The answer in a sentence or two."""
        return str(self.document["answer"])

    def as_json(self) -> dict[str, Any]:
        """The document ``scintidot.study/1``."""
        return self.document

    def to_xarray(self) -> xarray.Dataset:
        """What was found with units; choices, warnings and bibliography as attributes."""
        import xarray

        attributes = {
            name: json.dumps(self.document[name])
            for name in (
                "axes",
                "objectives",
                "constraints",
                "uncertainty",
                "choices",
                "warnings",
                "bibliography",
                "study",
            )
        }
        head = {name: self.document[name] for name in ("schema", "version", "title", "kind", "answer")}
        dataset = xarray.Dataset(self.finding.variables, self.finding.coordinates, {**head, **attributes})
        for variable in dataset.variables.values():
            if variable.dtype.kind != "f":  # a name, a count, or yes and no
                variable.attrs.setdefault("units", "1")
        name_variables(dataset)
        return dataset

    def __repr__(self) -> str:
        return f"<Study: {self.answer} See .document, .to_xarray(), .save(folder)>"

    def _repr_html_(self) -> str:
        from scintidot.notebook import study_html

        return study_html(self.document)

    def save(
        self, folder: str | Path, extra: dict[str, Callable[[Path], object]] | None = None
    ) -> dict[str, Path]:
        """Write ``result.json``, ``result.nc``, ``study.toml``, ``references.bib`` (and ``extra`` files): all or none.

        Blocks of unfinished work and reports of an earlier study that lie there are removed.
        """
        folder = Path(folder)
        check_folder(folder, OUTPUT_FILES, SCHEMA)
        writers: dict[str, Callable[[Path], object]] = {
            "result.json": lambda path: write_text(path, json_text(self.document)),
            "result.nc": lambda path: write_netcdf(path, self.to_xarray()),
            "study.toml": lambda path: write_text(path, self.study_file()),
            "references.bib": lambda path: write_text(
                path, bibtex(references_of(self.document["bibliography"]))
            ),
            **(extra or {}),
        }
        for role, card in self._own_cards():
            writers[f"{role}.toml"] = partial(Path.write_bytes, data=card.content)
            for name, text in card.tables().items():
                writers[name] = partial(Path.write_bytes, data=text.encode())
        written = write_together(folder, writers, gone=REPORTS)
        shutil.rmtree(folder / BLOCKS, ignore_errors=True)
        with suppress(OSError):  # it holds what the command keeps there
            (folder / run_folder.UNFINISHED).rmdir()
        return written

    def _own_cards(self) -> list[tuple[str, Material]]:
        cards = [(role, self.plan.material(self.plan.base, role)) for role in ("material", "host")]
        return [(role, card) for role, card in cards if card.own]

    def study_file(self) -> str:
        """The study file as TOML text, complete; own cards of the base are named as `save` writes them, beside it."""
        import tomli_w

        data = as_dict(self.plan)
        data["base"].update({role: f"./{role}.toml" for role, _ in self._own_cards()})
        header = f"# Written by scintidot {__version__}. Rerun with: scintidot study study.toml\n\n"
        return header + tomli_w.dumps(data)


def as_dict(plan: Plan) -> dict[str, Any]:
    """A study as plain nested data with every default, ready for TOML or JSON; `read_plan` reads it again."""
    base: dict[str, Any] = {}
    for option in OPTIONS:
        value = option_of(plan.base, option)
        if value is not None and not (option == "edge_length" and option in plan.varied):
            base[option] = list(value) if isinstance(value, tuple) else value
    method, uncertainty, sample = plan.method, plan.uncertainty, plan.sample
    numbers: Any = "card" if uncertainty.numbers is None else list(uncertainty.numbers) or "none"
    fano = {} if sample.fano_factor is None else {"fano_factor": sample.fano_factor}
    return {
        "format": FORMAT,
        "title": plan.title,
        "base": {**base, **({"card": dict(plan.card)} if plan.card else {})},
        "vary": {axis.name: _axis(axis) for axis in plan.axes},
        "objective": [{**_target(one), "direction": one.direction} for one in plan.objectives],
        "constraint": [
            {**_target(one), **{key: bound for key, bound in one.bounds.items() if bound is not None}}
            for one in plan.constraints
        ],
        "method": {
            "kind": method.kind, "samples": method.samples, "seed": method.seed,
            **({"second_order": method.second_order, "over": list(method.over)} if method.kind == "sobol" else {}),
        },
        "uncertainty": {
            "numbers": numbers, "distribution": uncertainty.distribution, "draws": uncertainty.draws,
            "choices": {name: list(names) for name, names in uncertainty.choices.items()},
        },
        **({"sample": {
            "volume_fraction": sample.volume_fraction, "energy": sample.energy_keV,
            "host_transfer": sample.host_transfer, "histories": sample.histories, **fano,
        }} if plan.asks_sample else {}),
    }  # fmt: skip


def _axis(axis: Any) -> Any:
    if axis.ends is None:
        return list(axis.values)
    spacing = "log" if axis.logarithmic else "linear"
    return {"from": axis.ends[0], "to": axis.ends[1], "points": len(axis.values), "spacing": spacing}


def _target(one: Any) -> dict[str, Any]:
    from scintidot.studies.targets import UNITS

    text = one.expression.text
    entry: dict[str, Any] = {"figure": text} if text in UNITS else {"expression": text, "unit": one.unit}
    if one.edge_length is not None:
        entry["edge_length"] = one.edge_length
    name = one.name if one.edge_length is None else one.name.rpartition(" at ")[0]
    return entry if name == text else {**entry, "name": name}
