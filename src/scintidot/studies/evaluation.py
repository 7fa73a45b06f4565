"""Figures of many designs at once: those that share their named choices are computed together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot import limits
from scintidot.bands import Outputs
from scintidot.config import OPTIONS, RunConfig, make_config
from scintidot.deposits.against_size import Deposits
from scintidot.materials.material import Material
from scintidot.progress import Progress, silent
from scintidot.provenance import Quantity
from scintidot.records import FloatArray
from scintidot.results import FIGURES
from scintidot.simulation import find_deposits, light_yield_basis, reference_sample, simulate, with_detector
from scintidot.studies.axes import AT_ONCE, Points, length, take
from scintidot.studies.plan import Plan
from scintidot.studies.uncertainty import value_at

RELATIVE = "intensity_ensemble_relative is relative to the sample whose light yield is known, at the values of the card"
_LAWS = (
    "sizing_curve.", "exciton.", "quantum_yield.peak", "quantum_yield.best", "quantum_yield.small", "biexciton.",
    "auger.laws.", "pair_creation.", "dielectric.stopping_power_scale",
)  # fmt: skip
"""Numbers of the card that may be an array: one for each design."""
_COLUMN = {"energy": "radiation.kinetic_energy_keV", "retained_fraction": "kinetics.retained_fraction"}
_FLAT = {
    "size_dispersion": "nanocrystal.size_dispersion",
    "light_yield": "light.light_yield_photons_per_MeV",
    "outcoupling": "timing.outcoupling",
    "detection_efficiency": "timing.detection_efficiency",
}


def _replaced(config: RunConfig, dotted: str, values: FloatArray) -> RunConfig:
    """With an array, checked before, where the run has one number."""
    part, name = dotted.split(".")
    return config.model_copy(update={part: getattr(config, part).model_copy(update={name: values})})


@dataclass(frozen=True, eq=False)
class Case:
    """Designs that share every named choice."""

    config: RunConfig
    material: Material
    host: Material
    deposits: tuple[Deposits, Deposits]

    @cached_property
    def numbers(self) -> dict[str, Quantity]:
        """Of the card."""
        return dict(self.material.card.quantities())

    @cached_property
    def reference(self) -> tuple[Material, RunConfig]:
        """The sample whose light yield is known."""
        return reference_sample(self.material, self.config)

    @cached_property
    def shared(self) -> frozenset[str]:
        """Numbers that the sample with the known light yield shares."""
        known = dict(self.reference[0].card.quantities())
        return frozenset(key for key, number in self.numbers.items() if known.get(key) == number)


class Model:
    """Figures of `FIGURES` for any points of a study."""

    def __init__(self, plan: Plan, progress: Progress = silent) -> None:
        self.plan, self.progress = plan, progress
        self._deposits: dict[tuple[object, ...], tuple[Deposits, Deposits]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """For another process, where nobody is told of the progress."""
        return {**self.__dict__, "progress": silent}

    def __call__(self, points: Points) -> Outputs:
        """One value of every figure for each point; ``edge_length`` must be among the columns."""
        count = length(points)
        found = {name: np.full(count, np.nan) for name in FIGURES}
        for options, index in self._groups(points):
            case = self.case(options)
            part = self._figures(case, take(points, index))
            for name in FIGURES:
                found[name][index] = part[name]
        return found

    def _groups(self, points: Points) -> Iterator[tuple[dict[str, Any], npt.NDArray[np.int64]]]:
        """What cannot be an array, and the points that have it."""
        own = [name for name in points if not self.at_once(name)]
        rows: dict[tuple[Any, ...], list[int]] = {}
        for i in range(length(points)):
            rows.setdefault(tuple(points[name][i] for name in own), []).append(i)
        for values, index in rows.items():
            yield dict(zip(own, values, strict=True)), np.array(index)

    def at_once(self, name: str) -> bool:
        """Whether many values of it are one evaluation; else each is a prediction of its own."""
        if name == "energy":  # of a simulation each has its own
            return "deposit" not in self.plan.varied and self.plan.base.deposit.model == "continuous"
        return name in AT_ONCE or name.startswith(_LAWS)

    def run_of(self, options: dict[str, Any]) -> tuple[RunConfig, Material, Material]:
        """Run, card and host of scalar ``options``: of the run, of the card, uncertain ones."""
        plan = self.plan
        run = {name: value for name, value in options.items() if name in OPTIONS}
        run = {"edge_length": plan.simulated_sizes, **run}
        config = make_config(options=run, base=plan.base, where=plan.where)
        material, host = plan.material(config), plan.material(config, "host")
        numbers = dict(material.card.quantities())
        for key, value in {**plan.card, **options}.items():
            if key in numbers:
                drawn = key in plan.uncertain
                number = value_at(numbers[key], value, plan.uncertainty.distribution) if drawn else value
                material = material.with_value(key, float(number))
        return config, material, host

    def case(self, options: dict[str, Any]) -> Case:
        """The run of one group, with its deposits."""
        config, material, host = self.run_of(options)
        return Case(config, material, host, self._kept_deposits(config, material, host))

    def _kept_deposits(
        self, config: RunConfig, material: Material, host: Material
    ) -> tuple[Deposits, Deposits]:
        """Simulated once for all designs that differ in other things."""
        light = (config.light.light_yield_material, config.light.light_yield_edge_length_nm)
        density = material.card.density.value
        key = (
            material.fingerprint, density, host.fingerprint, config.nanocrystal.shape, config.radiation, config.deposit,
            light, config.excitons.statistics == "compound",
        )  # fmt: skip
        if key not in self._deposits:
            self._deposits[key] = find_deposits(material, host, config, self.plan.blame, self.progress)
        return self._deposits[key]

    def _figures(self, case: Case, points: Points) -> Outputs:
        plan, config, run = self.plan, case.config, case.material
        anchor, sample = case.reference
        edge = np.asarray(points["edge_length"], dtype=float)
        common: dict[str, FloatArray] = {}  # columns that the known sample feels
        for name, values in points.items():
            if not self.at_once(name):
                continue  # the case has it
            if name in _COLUMN:
                config = _replaced(config, _COLUMN[name], values[:, None])
                common[name] = values
            elif name in _FLAT:
                config = _replaced(config, _FLAT[name], values)
            elif name in case.numbers:
                drawn = name in plan.uncertain
                own = value_at(case.numbers[name], values, plan.uncertainty.distribution) if drawn else values
                if drawn and name in case.shared:
                    common[name] = own
                run = run.with_value(name, own[:, None])  # type: ignore[arg-type]
        with np.errstate(divide="ignore", invalid="ignore"):  # no light: nan
            basis = self._basis(case, anchor, sample, common, len(edge))
            rule = limits.pair_creation_rule(run.scintillator(), case.config)
            outputs = with_detector(simulate(run, config, edge, rule, case.deposits[0])[0], config, basis)
            outputs["intensity_ensemble_relative"] = outputs["intensity_per_gram"] / self._intensity
        return outputs

    def _basis(
        self, case: Case, anchor: Material, sample: RunConfig, common: dict[str, FloatArray], count: int
    ) -> FloatArray:
        """`light_yield_basis` of the known sample for every point, computed once for each set of what it shares."""
        rows = np.stack(list(common.values()), axis=-1) if common else np.zeros((count, 0))
        unique, inverse = (
            np.unique(rows, axis=0, return_inverse=True) if common else (rows[:1], np.zeros(count, int))
        )
        run = case.material
        for name, values in zip(common, unique.T, strict=True):
            if name in _COLUMN:
                sample = _replaced(sample, _COLUMN[name], values[:, None])
            else:
                anchor = anchor.with_value(name, values[:, None])
                run = run.with_value(name, values[:, None])
        edge = np.full(len(unique), sample.nanocrystal.edge_length_nm[0])
        rule = limits.pair_creation_rule(run.scintillator(), case.config)
        found = light_yield_basis(simulate(anchor, sample, edge, rule, case.deposits[1])[0], case.config)
        return np.asarray(found[np.reshape(inverse, -1)])

    @cached_property
    def _intensity(self) -> float:
        """Photons per gram of the known sample; see `RELATIVE`."""
        case = self.case({})
        anchor, sample = case.reference
        edge = np.array(sample.nanocrystal.edge_length_nm)
        rule = limits.pair_creation_rule(case.material.scintillator(), case.config)
        return float(simulate(anchor, sample, edge, rule, case.deposits[1])[0]["intensity_per_gram"][0])
