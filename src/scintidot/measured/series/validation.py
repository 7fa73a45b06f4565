"""The validation without free parameters: measured <N>, rates and efficiencies in, light, lifetime and resolution out.

Each sample goes through the kinetic model with its own measured numbers; errors of the prediction follow from their
errors, one number at a time (differences to both sides, to one at a bound), as if samples and numbers were independent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from scintidot.analysis.series.comparison import Comparison, compare
from scintidot.analysis.series.lines import UNLIKELY, chance
from scintidot.errors import one_of
from scintidot.excitons.distribution import COMPOUND, STATISTICS, pair_distribution
from scintidot.excitons.occupancy import initial_populations
from scintidot.geometry import volume
from scintidot.kinetic_options import EFFICIENCY_RATIO
from scintidot.kinetics import exact
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.exact import ExactDecay, exact_rates
from scintidot.kinetics.lifetimes import effective_lifetimes
from scintidot.kinetics.rates import biexciton_rates
from scintidot.measured.series.sample_table import SampleTable
from scintidot.output import number
from scintidot.records import FloatArray
from scintidot.timing.coincidence import detected_photons, label_formula

INPUTS = (
    "mean_excitons",
    "exciton_lifetime",
    "auger_efficiency",
    "biexciton_lifetime",
    "quantum_yield",
    "edge_length",
    "light_yield",
)
"""Numbers of a sample whose errors reach the prediction."""
KINETIC = ("mean_excitons", "exciton_lifetime", "auger_efficiency")
"""Without which nothing is predicted."""
LARGEST_EFFICIENCY = 1 - 1e-9
_MOST = {"auger_efficiency": LARGEST_EFFICIENCY, "quantum_yield": 1.0}


class Setup(NamedTuple):
    """Choices of the forward model."""

    model: str
    statistics: str
    retained_fraction: float
    response: float  # [ps] full width, of the instrument lifetime
    rise_time: float  # [ps], where the table has none
    gamma_energy: float  # [MeV]
    outcoupling: float
    detection_efficiency: float
    shape: str


def read_statistics(statistics: str | None, model: str, where: str) -> str:
    """A law of the number of pairs; the one that belongs to the model where none is named."""
    known = [name for name in STATISTICS if name != COMPOUND]
    usual = "paper" if model == "paper" else "poisson"
    return one_of(statistics or usual, known, where=where, who="--statistics")


@dataclass(frozen=True)
class Samples:
    """Rows of a table that can be predicted, with what was assumed for the others' sake."""

    rows: Any  # indices in the table
    inputs: dict[str, FloatArray]
    errors: dict[str, FloatArray]
    definitions: tuple[str, ...]
    assumed: tuple[str, ...]


def predictable(table: SampleTable, model: str) -> tuple[Samples | None, str]:
    """The samples that have <N>, a lifetime and an Auger efficiency, or both lifetimes; or why there are none."""
    values, errors, assumed = dict(table.values), {name: table.error(name) for name in table.values}, []
    count = len(table.samples)
    if table.has("exciton_lifetime", "biexciton_lifetime"):
        own = values.get("auger_efficiency", np.full(count, np.nan))
        own_error = errors.get("auger_efficiency", np.zeros(count))
        derived = _efficiency(
            values, np.nan_to_num(values.get("quantum_yield", np.ones(count)), nan=1.0), model
        )
        take = ~np.isfinite(own) & np.isfinite(derived)
        values["auger_efficiency"] = np.where(take, derived, own)
        errors["auger_efficiency"] = np.where(take, 0.0, own_error)  # it moves with the lifetimes
        values["biexciton_lifetime"] = np.where(take, values["biexciton_lifetime"], np.nan)
        if take.any():
            others = "(2 + 2 Phi_X)" if model in exact.MODELS else "4"
            assumed.append(f"Phi_AR from 1/tau_XX = k_AR + {others}/tau_X, where the table has none")
    missing = [name for name in KINETIC if name not in values]
    if missing:
        return None, "no column of " + ", ".join(missing)
    good = np.logical_and.reduce([np.isfinite(values[name]) for name in KINETIC])
    efficiency = values["auger_efficiency"]
    good &= (efficiency >= 0) & (efficiency < 1)
    if not good.any():
        return None, "no sample has all of " + ", ".join(KINETIC) + " in range"
    if "quantum_yield" not in values:
        assumed.append("quantum yield 1, which the table does not give")
    yields = values.get("quantum_yield", np.ones(count))
    if np.any(good & ~np.isfinite(yields)):
        assumed.append("quantum yield 1 where its cell is empty")
    values["quantum_yield"] = np.where(np.isfinite(yields), yields, 1.0)
    rows = np.flatnonzero(good)
    return Samples(
        rows,
        {name: v[rows] for name, v in values.items()},
        {name: errors.get(name, np.zeros(count))[rows] for name in values},
        tuple(table.definitions[i] for i in rows),
        tuple(assumed),
    ), ""


def _efficiency(inputs: dict[str, FloatArray], quantum_yield: FloatArray, model: str) -> FloatArray:
    """Phi_AR = k_AR/(k_AR + 4 k_X) from both lifetimes, with what else XX decays by in the model."""
    rate = 1 / inputs["exciton_lifetime"]
    others = 2 + 2 * quantum_yield if model in exact.MODELS else EFFICIENCY_RATIO  # 4 k_rad + 2 k_nr over k_X
    with np.errstate(invalid="ignore", divide="ignore"):
        auger = 1 / inputs["biexciton_lifetime"] - others * rate
        return np.asarray(np.where(auger >= 0, auger / (auger + EFFICIENCY_RATIO * rate), np.nan))


def _forward(inputs: dict[str, FloatArray], setup: Setup) -> dict[str, FloatArray]:
    """Photons, lifetimes and what follows from them for samples."""
    rate = 1 / inputs["exciton_lifetime"]
    efficiency = inputs["auger_efficiency"]
    if "biexciton_lifetime" in inputs:
        derived = np.nan_to_num(_efficiency(inputs, inputs["quantum_yield"], setup.model))
        efficiency = np.where(np.isfinite(inputs["biexciton_lifetime"]), derived, efficiency)
    efficiency = np.clip(efficiency, 0.0, LARGEST_EFFICIENCY)
    common: dict[str, Any] = {
        "exciton_rate": rate, "quantum_yield": np.clip(inputs["quantum_yield"], 1e-9, 1.0),
        "retained_fraction": setup.retained_fraction,
        "auger_rate": EFFICIENCY_RATIO * rate * efficiency / (1 - efficiency),
    }  # fmt: skip
    mean = inputs["mean_excitons"]
    decay: BiexcitonDecay | ExactDecay
    if setup.model in exact.MODELS:
        distribution = pair_distribution(mean, setup.statistics)
        found = ExactDecay(setup.model, exact_rates(**common), distribution)
        lifetimes, photons = effective_lifetimes(found.decay, setup.response), found.photons
    else:
        rates = biexciton_rates(setup.model, **common, rate_ratio=EFFICIENCY_RATIO)
        occupancy = initial_populations(mean, setup.statistics)
        decay = BiexcitonDecay(rates, occupancy.exciton, occupancy.biexciton)
        lifetimes, photons = effective_lifetimes(decay, setup.response), decay.photons
    outputs = {"photons": photons, **{f"tau_{name}": value for name, value in lifetimes.items()}}
    if "edge_length" in inputs:
        outputs["intensity"] = photons / volume(inputs["edge_length"], setup.shape)
    if "light_yield" in inputs:
        detected = detected_photons(
            inputs["light_yield"], setup.gamma_energy, setup.outcoupling, setup.detection_efficiency
        )
        rise = inputs.get("rise_time", np.full(mean.size, np.nan))
        rise = np.where(np.isfinite(rise), rise, setup.rise_time)
        outputs["ctr"] = label_formula(rise, lifetimes["harmonic"], detected)
    return {
        name: np.broadcast_to(np.asarray(value, dtype=float), mean.shape) for name, value in outputs.items()
    }


class Predicted(NamedTuple):
    """Figures of every sample, and what the error of each number of it moves them by, shape (numbers, samples)."""

    central: dict[str, FloatArray]
    moved: dict[str, FloatArray]

    def error(self, name: str) -> FloatArray:
        """Standard deviations of one figure."""
        return np.asarray(np.sqrt(np.sum(self.moved[name] ** 2, axis=0)))


def predict(samples: Samples, setup: Setup) -> Predicted:
    """Figures of every sample and how errors of its numbers move them."""
    central = _forward(samples.inputs, setup)
    moved: dict[str, list[FloatArray]] = {name: [np.zeros_like(value)] for name, value in central.items()}
    for name in INPUTS:
        error = samples.errors.get(name)
        if error is None or not np.any(error > 0):
            continue
        value = samples.inputs[name]
        step = np.maximum(0.5 * error, 1e-4 * np.abs(value))
        least = 0.0 * value if name == "auger_efficiency" else 0.5 * value
        above = np.minimum(value + step, _MOST.get(name, np.inf))
        below = np.maximum(value - step, least)
        up, down = (_forward({**samples.inputs, name: moved_to}, setup) for moved_to in (above, below))
        width = np.where(above > below, above - below, np.inf)
        for key in central:
            moved[key].append((up[key] - down[key]) / width * error)
    return Predicted(central, {name: np.stack(parts) for name, parts in moved.items()})


class Judged(NamedTuple):
    """One quantity of the validation."""

    name: str
    unit: str
    meaning: str
    rows: Any  # indices in the table
    measured: FloatArray
    measured_error: FloatArray
    comparison: Comparison
    moved: FloatArray  # of the scaled prediction, shape (numbers, points)


def judge(
    table: SampleTable, samples: Samples, setup: Setup, definition: str
) -> tuple[list[Judged], list[str]]:
    """Every quantity that table and prediction both have, and why others are left out."""
    predicted = _with_tau(samples, predict(samples, setup), definition)
    central, skipped = predicted.central, []
    wanted = (
        ("intensity_relative", "1", "photons of a nanocrystal over its volume, one common factor", "intensity", True),
        ("tau_eff", "ps", "by the definition of each row", "tau", False),
        ("ctr", "ps", "label formula with the light yield of the table", "ctr", False),
    )  # fmt: skip
    found = []
    for name, unit, meaning, key, relative in wanted:
        if not table.has(name):
            skipped.append(f"{name}: no such column")
            continue
        if key not in central:
            need = "edge_length_nm" if key == "intensity" else "light_yield_photons_per_MeV"
            skipped.append(f"{name}: no column {need}")
            continue
        measured, error = samples.inputs[name], samples.errors[name]
        good = np.isfinite(measured) & np.isfinite(central[key]) & (error > 0)
        if np.count_nonzero(good) < (2 if relative else 1):
            skipped.append(f"{name}: no {'two ' if relative else ''}measured values with an error")
            continue
        judged = compare(
            measured[good], error[good], central[key][good], predicted.error(key)[good], relative=relative
        )
        moved = judged.scale * predicted.moved[key][:, good]
        found.append(
            Judged(name, unit, meaning, samples.rows[good], measured[good], error[good], judged, moved)
        )
    return found, skipped


def _with_tau(samples: Samples, predicted: Predicted, definition: str) -> Predicted:
    """The lifetime of each sample by its own definition, or by the one of the option, as ``tau``."""
    keys = [f"tau_{own or definition}" for own in samples.definitions]
    tau = np.array([predicted.central[key][i] for i, key in enumerate(keys)])
    moved = np.stack([predicted.moved[key][:, i] for i, key in enumerate(keys)], axis=1)
    return Predicted({**predicted.central, "tau": tau}, {**predicted.moved, "tau": moved})


def together(judged: list[Judged]) -> tuple[float, int, float]:
    """Chi-square of all quantities, its degrees of freedom and probability.

    Light, lifetime and resolution of one sample follow from the same numbers: their errors are correlated, which the
    covariance of the points holds.
    """
    if not judged:
        return 0.0, 0, 1.0
    rows = np.concatenate([item.rows for item in judged])
    away = np.concatenate([item.measured - item.comparison.predicted for item in judged])
    error = np.concatenate([item.measured_error for item in judged])
    moved = np.concatenate([item.moved for item in judged], axis=1)
    covariance = np.where(rows[:, None] == rows[None, :], moved.T @ moved, 0.0) + np.diag(error**2)
    chi_square = float(away @ np.linalg.solve(covariance, away))
    freedom = sum(item.comparison.degrees_of_freedom for item in judged)
    return chi_square, freedom, chance(chi_square, freedom)


def verdict(judged: list[Judged]) -> str:
    """One sentence about all quantities together."""
    if not judged:
        return "Nothing could be compared: the table lacks what prediction or measurement need."
    chi_square, freedom, probability = together(judged)
    names = ", ".join(item.name for item in judged)
    numbers = f"chi-square {chi_square:.1f} for {freedom} degrees of freedom, p = {probability:.2g}"
    if probability >= UNLIKELY:
        return f"Prediction and measurement agree within their errors ({names}: {numbers})."
    worst = max(judged, key=lambda item: float(np.max(np.abs(item.comparison.residuals))))
    place = int(np.argmax(np.abs(worst.comparison.residuals)))
    return (
        f"Prediction and measurement disagree ({names}: {numbers}); the largest deviation is "
        f"{worst.comparison.residuals[place]:+.1f} standard deviations, in {worst.name}."
    )


def as_document(table: SampleTable, judged: list[Judged]) -> dict[str, Any]:
    """Quantities, points and the sentence, for JSON."""
    quantities, points = [], []
    for item in judged:
        c = item.comparison
        quantities.append(
            {
                "name": item.name,
                "unit": item.unit,
                "meaning": item.meaning,
                "points": len(item.measured),
                "chi_square": number(c.chi_square),
                "degrees_of_freedom": c.degrees_of_freedom,
                "p_value": number(c.probability),
                "scale": number(c.scale),
            }
        )
        for i, row in enumerate(item.rows):
            points.append(
                {
                    "quantity": item.name,
                    "sample": table.samples[row],
                    "edge_length_nm": number(table.values["edge_length"][row])
                    if table.has("edge_length")
                    else None,
                    "measured": number(item.measured[i]),
                    "measured_error": number(item.measured_error[i]),
                    "predicted": number(c.predicted[i]),
                    "predicted_error": number(c.predicted_error[i]),
                    "residual_sigma": number(c.residuals[i]),
                }
            )
    chi_square, freedom, probability = together(judged)
    return {
        "quantities": quantities,
        "points": points,
        "chi_square": number(chi_square),
        "degrees_of_freedom": freedom,
        "p_value": number(probability) if judged else None,
        "verdict": verdict(judged),
    }
