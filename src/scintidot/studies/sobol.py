"""Variance-based sensitivity: whose uncertainty the variance of a figure comes from. By SALib."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.errors import BadValue
from scintidot.output import number, per_cent
from scintidot.records import FloatArray
from scintidot.studies.finding import Finding, value_in_words, variable
from scintidot.studies.problem import Problem
from scintidot.studies.targets import Target
from scintidot.studies.uncertainty import INTERVAL
from scintidot.studies.worlds import Columns, nominal, of_cube

CONFIDENCE = 0.95
RESAMPLES = 200
METHOD = (
    "first-order and total indices by the sample of Saltelli 2010 as SALib draws it (scrambled Sobol' sequence) and "
    f"its estimators; intervals hold {per_cent(CONFIDENCE, 2)}, from {RESAMPLES} bootstrap resamples; a range is taken "
    "uniformly along its axis, a list with equal shares"
)
WIDE = 0.1
"""Half interval of a total index from which on more samples are advised."""
WORTH_SAYING = 0.05
"""Total index above which the second factor is named in the answer."""
SOURCES = ("sobol_2001", "saltelli_2010", "iwanaga_2022")


def sobol(
    problem: Problem, samples: int, seed: int, *, second_order: bool = False, over: tuple[str, ...]
) -> Finding:
    """Indices of every objective over the axes and what is uncertain, with their convergence.

    ``samples`` must be a power of two; (factors + 2) times as many points are evaluated, with ``second_order``
    (2 factors + 2).
    """
    from SALib.sample import sobol as saltelli

    axes = list(problem.axes) if "axes" in over else []
    uncertain = [*problem.uncertain, *problem.choices] if "uncertainty" in over else []
    names = [*(axis.name for axis in axes), *uncertain]
    space = {"num_vars": len(names), "names": np.array(names), "bounds": [[0.0, 1.0]] * len(names)}
    cube = saltelli.sample(space, samples, calc_second_order=second_order, seed=seed)
    points: Columns = {axis.name: axis.at(cube[:, i]) for i, axis in enumerate(axes)}
    middle = np.full(len(cube), 0.5)
    points |= {axis.name: axis.at(middle) for axis in problem.axes if axis.name not in points}
    points |= of_cube(problem, cube[:, len(axes) :]) if uncertain else nominal(problem, len(cube))
    figures = problem.figures(points)
    results: dict[str, Any] = {}
    tables = []
    for target in problem.objectives:
        values = np.asarray(figures[target.name])
        _refuse_gaps(target, values)
        table = _indices(space, values, samples, seed, second_order)
        tables.append(table)
        results[target.name] = _as_json(target, values, names, table)
    coordinates = {
        "objective": ("objective", [one.name for one in problem.objectives]),
        "factor": ("factor", names),
        "base_samples": ("base_samples", tables[0]["base_samples"]),
    }
    words = {"S1": "first-order", "ST": "total"}
    variables: dict[str, Any] = {}
    for key, word in words.items():
        for name, part in ((key, ""), (f"{key}_conf", "half interval of the ")):
            values = np.array([table[name] for table in tables])
            variables[name] = (
                ("objective", "factor"),
                values,
                {"units": "1", "long_name": f"{part}{word} index"},
            )
        history = np.array([table[f"{key}_history"] for table in tables])
        variables[f"{key}_against_samples"] = (
            ("objective", "base_samples", "factor"),
            history,
            {"units": "1"},
        )
    if second_order:
        coordinates["other_factor"] = ("other_factor", names)
        values = np.array([table["S2"] for table in tables])
        variables["S2"] = (("objective", "factor", "other_factor"), values, {"units": "1"})
    for target in problem.objectives:
        variables[variable(target.name)] = (
            "sample",
            np.asarray(figures[target.name]),
            {"units": target.unit},
        )
    warnings = []
    for name, entry in results.items():
        widest = max(line["total_half_interval"] or 0.0 for line in entry["factors"])
        if widest > WIDE:
            warnings.append(
                f"Total indices of {name} are known to {widest:.2f} only: more samples would help."
            )
    return Finding(
        answer=[_answer(one, results[one.name], uncertain) for one in problem.objectives],
        results={"objectives": results, "base_samples": samples, "points": len(cube)},
        variables=variables,
        coordinates=coordinates,
        warnings=warnings,
    )


def _refuse_gaps(target: Target, values: FloatArray) -> None:
    gone = np.count_nonzero(~np.isfinite(values))
    if gone:
        raise BadValue(
            where="study", what="objective", who=target.name, expected="a figure that exists at every point",
            found=f"none at {gone} of {values.size} points",
            hint="Sensitivities need a figure everywhere: narrow the axes to where there is light.",
        )  # fmt: skip


def _indices(
    space: dict[str, Any], values: FloatArray, samples: int, seed: int, second_order: bool
) -> dict[str, npt.NDArray[Any]]:
    """Indices of one figure, and how they came about with the number of samples."""
    factors = space["num_vars"]
    step = 2 * factors + 2 if second_order else factors + 2
    steps = [samples >> i for i in (4, 3, 2, 1, 0) if samples >> i >= 8]
    history = [_analysed(space, values[: count * step], seed, second_order) for count in steps]
    last = history[-1]
    found = {key: last[key] for key in ("S1", "S1_conf", "ST", "ST_conf")}
    if second_order:
        upper = np.nan_to_num(np.triu(last["S2"], 1))
        found["S2"] = upper + upper.T
    for key in ("S1", "ST"):
        found[f"{key}_history"] = np.array([one[key] for one in history])
    return {**found, "base_samples": np.array(steps)}


def _analysed(space: dict[str, Any], values: FloatArray, seed: int, second_order: bool) -> Any:
    from SALib.analyze import sobol as analysis

    if np.ptp(values) <= 1e-12 * np.abs(values).max():  # nothing acts on it
        zero = np.zeros(space["num_vars"])
        return {**dict.fromkeys(("S1", "S1_conf", "ST", "ST_conf"), zero), "S2": np.outer(zero, zero)}
    return analysis.analyze(
        space,
        values,
        calc_second_order=second_order,
        num_resamples=RESAMPLES,
        conf_level=CONFIDENCE,
        seed=seed,
    )


def _as_json(
    target: Target, values: FloatArray, names: list[str], table: dict[str, npt.NDArray[Any]]
) -> dict[str, Any]:
    low, middle, high = np.quantile(values, INTERVAL)
    entry: dict[str, Any] = {
        "unit": target.unit,
        "mean": number(values.mean()),
        "standard_deviation": number(values.std()),
        "median": number(middle),
        "interval_95": [number(low), number(high)],
        "factors": [
            {
                "name": name,
                "first_order": number(table["S1"][i]),
                "first_order_half_interval": number(table["S1_conf"][i]),
                "total": number(table["ST"][i]),
                "total_half_interval": number(table["ST_conf"][i]),
            }
            for i, name in enumerate(names)
        ],
        "convergence": [
            {"base_samples": int(count), "total": [number(x) for x in row]}
            for count, row in zip(table["base_samples"], table["ST_history"], strict=True)
        ],
    }
    if "S2" in table:
        entry["second_order"] = [[number(x) for x in row] for row in table["S2"]]
    return entry


def _answer(target: Target, entry: dict[str, Any], uncertain: list[str]) -> str:
    low, high = entry["interval_95"]
    value = value_in_words(target, entry["median"], low, high)
    ranked = sorted(entry["factors"], key=lambda line: -(line["total"] or 0.0))
    if not ranked or not ranked[0]["total"]:
        return f"{value}; nothing that varies acts on it."
    first, *rest = ranked
    text = f"{value}, of which {first['name']} answers for {per_cent(first['total'], 2)} of the variance"
    if rest and (rest[0]["total"] or 0.0) > WORTH_SAYING:
        text += f" and {rest[0]['name']} for {per_cent(rest[0]['total'], 2)}"
    unknown = next((line["name"] for line in ranked if line["name"] in uncertain), None)
    measure = "" if unknown is None else f": of what is uncertain, know {unknown} better first"
    return f"{text} (total indices){measure}."
