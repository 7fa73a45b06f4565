"""``scintidot study``: from a study file to its answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scintidot import __version__, bands, choices
from scintidot.config import RunConfig, option_of
from scintidot.materials.material import Material
from scintidot.output import number
from scintidot.progress import Progress, silent
from scintidot.provenance import bibliography, cited
from scintidot.results import FIGURES, check_folder
from scintidot.scale.computing import current
from scintidot.scale.estimate import check_memory, memory_now
from scintidot.studies import optimum as optimal
from scintidot.studies import pareto, search, sobol
from scintidot.studies.axes import STEPS
from scintidot.studies.blocks import Blocks
from scintidot.studies.evaluation import RELATIVE, Model
from scintidot.studies.finding import Finding
from scintidot.studies.plan import KINDS, Plan
from scintidot.studies.problem import Problem
from scintidot.studies.reading import read_plan
from scintidot.studies.result import BLOCKS, OUTPUT_FILES, SCHEMA, StudyResult, as_dict
from scintidot.studies.sample import CTR, Evaluation, SampleModel
from scintidot.studies.sweep import sweep
from scintidot.studies.uncertainty import DISTRIBUTIONS, INDEPENDENT

SOURCES = {
    "sweep": (),
    "sobol": sobol.SOURCES,
    "pareto": ("cranley_1976", "deb_2000"),
    "optimum": ("cranley_1976", "deb_2000"),
}
"""References behind each method."""


def study(
    study: str | Path | Mapping[str, Any],
    *,
    out: str | Path | None = None,
    progress: Progress = silent,
) -> StudyResult:
    """Find which nanocrystals are best, how sure that is, and which uncertain number matters.

    Parameters
    ----------
    study : path or mapping
        A study file ``scintidot-study/1`` (TOML), or the same as nested mappings; see docs/study.md.
    out : path, optional
        Folder in which computed blocks are kept until the result is saved there: an interrupted study goes on.
    progress : callable, optional
        Told the step, and the share of it that is done.

    Returns
    -------
    StudyResult
        ``answer``, ``document``, ``to_xarray()``; ``save(folder)`` writes ``scintidot.study/1``.

    Raises
    ------
    ScintidotError
        With one line that says where, what, expected and found.

    Examples
    --------
    >>> found = study({
    ...     "base": {"deposit": "continuous"},
    ...     "vary": {"edge_length": [5, 9]},
    ...     "objective": {"figure": "photons_per_nc"},
    ...     "method": {"kind": "sweep"},
    ... })
    >>> found.document["results"]["best"]["photons_per_nc"]["design"]
    {'edge_length_nm': 9.0}
    """
    plan = read_plan(study)
    folder = None if out is None else Path(out)
    if folder is not None:
        check_folder(folder, OUTPUT_FILES, SCHEMA)
    check_memory(memory_now() + memory_of_figures(plan), plan.where, "Ask for fewer designs.")
    model = Model(plan, progress)
    evaluate = Evaluation(model, SampleModel(model) if plan.asks_sample else None)
    blocks = Blocks(
        evaluate,
        None if folder is None else folder / BLOCKS,
        f"{__version__} {current().device} {current().precision} {plan.identity}",
        progress,
        expected_designs(plan),
    )
    problem = problem_of(plan, blocks)
    finding = _found(plan, problem)
    return StudyResult(plan, finding, _document(plan, model, finding, blocks))


def problem_of(plan: Plan, blocks: Blocks) -> Problem:
    """What the methods need of a plan."""
    base, material = plan.base, plan.material(plan.base)
    chosen = {"model": base.kinetic_model, "auger_law": choices.auger_law(material, base)}
    fixed = {} if "edge_length" in plan.varied else {"edge_length": base.nanocrystal.edge_length_nm[0]}
    return Problem(
        plan.axes, plan.objectives, plan.constraints, blocks, plan.uncertain, plan.uncertainty.choices,
        {option: chosen.get(option) or option_of(base, option) for option in plan.uncertainty.choices}, fixed,
    )  # fmt: skip


def _found(plan: Plan, problem: Problem) -> Finding:
    method, draws = plan.method, _draws(plan)
    if method.kind == "sweep":
        return sweep(problem)
    if method.kind == "sobol":
        return sobol.sobol(
            problem, method.samples, method.seed, second_order=method.second_order, over=method.over
        )
    if method.kind == "pareto":
        return pareto.pareto(problem, method.samples, draws, method.seed)
    return optimal.optimum(problem, method.samples, draws, method.seed)


def _draws(plan: Plan) -> int:
    return plan.uncertainty.draws if plan.uncertain or plan.uncertainty.choices else 0


def expected_designs(plan: Plan) -> int:
    """Evaluations that a study will need, about: a search may end earlier."""
    method, draws, uncertain = plan.method, _draws(plan), len(plan.uncertain)
    repeats = 1 + len({one.edge_length for one in plan.targets} - {None})
    if method.kind == "sweep":
        return repeats * (1 + 2 * uncertain) * int(np.prod([len(axis.values) for axis in plan.axes]))
    if method.kind == "sobol":
        factors = len(plan.axes) + uncertain + len(plan.uncertainty.choices)
        return repeats * method.samples * ((2 if method.second_order else 1) * factors + 2)
    if method.kind == "pareto":
        designs = pareto.DESIGNS + pareto.RIVALS
        return repeats * (method.samples + pareto.ROUNDS * pareto.OFFSPRING + draws * designs)
    return repeats * _of_optimum(method.samples, draws + 2 * uncertain, len(plan.axes))


def memory_of_figures(plan: Plan) -> float:
    """Of the figures of all designs, twice while they are put together. [B]"""
    return 2.0 * 8 * len(FIGURES) * expected_designs(plan)


def _of_optimum(samples: int, worlds: int, axes: int) -> int:
    """Evaluations of a study of the optimum."""
    from scintidot.studies.elsewhere import WORLD_OFFSPRING, WORLD_ROUNDS, WORLD_SAMPLES
    from scintidot.studies.optimum import OFFSPRING, ROUNDS

    return (
        samples + ROUNDS * OFFSPRING + worlds * (WORLD_SAMPLES * (axes + 1) + WORLD_ROUNDS * WORLD_OFFSPRING)
    )


def _document(plan: Plan, model: Model, finding: Finding, blocks: Blocks) -> dict[str, Any]:
    best = {} if finding.best is None else finding.best
    config, material, host = model.run_of(best)
    case = model.case({name: value for name, value in best.items() if name != "edge_length"})
    kind, uncertainty = plan.method.kind, plan.uncertainty
    return {
        "schema": SCHEMA,
        "version": __version__,
        "title": plan.title,
        "kind": kind,
        "answer": " ".join(finding.answer),
        "results": finding.results,
        "axes": [axis.as_json() for axis in plan.axes],
        "objectives": [one.as_json() for one in plan.objectives],
        "constraints": [one.as_json() for one in plan.constraints],
        "uncertainty": {
            "distribution": uncertainty.distribution,
            "distribution_meaning": DISTRIBUTIONS[uncertainty.distribution],
            "independence": INDEPENDENT,
            "numbers": _numbers(plan, material),
            "choices": {name: list(names) for name, names in uncertainty.choices.items()},
        },
        "choices": {
            "method": kind,
            "method_meaning": KINDS[kind],
            **_method_choices(plan),
            "seed": plan.method.seed,
            "band": bands.METHOD,
            "intensity_ensemble": RELATIVE,
            "ranges": f"energy and numbers of the detector and of traps in {STEPS} steps, all else without steps",
            "card": dict(plan.card),
            "prediction": choices.describe(material, host, config, case.deposits[0]),
        },
        "evaluations": {"computed": blocks.computed, "from_an_interrupted_study": blocks.reused},
        "warnings": [*finding.warnings, *_warnings(plan, model, config, material, host, best)],
        "bibliography": cited(
            bibliography(SOURCES[kind]), choices.references(material, config, case.deposits[0])
        ),
        "study": as_dict(plan),
    }


def _numbers(plan: Plan, material: Material) -> list[dict[str, Any]]:
    known = dict(material.card.quantities())
    uncertain = {key: known[key] for key in plan.uncertain if key in known}
    return [
        {
            "name": key, "value": number(q.value), "low": q.low, "high": q.high, "unit": q.unit,
            "provenance": q.provenance, "source": list(q.source),
        }
        for key, q in uncertain.items()
    ]  # fmt: skip


def _method_choices(plan: Plan) -> dict[str, Any]:
    kind, found = plan.method.kind, {}
    if kind == "sobol":
        found = {
            "sensitivity": sobol.METHOD,
            "base_samples": plan.method.samples,
            "over": list(plan.method.over),
        }
    elif kind != "sweep":
        found = {"search": search.METHOD, "samples": plan.method.samples, "draws": plan.uncertainty.draws}
        found |= (
            {"regret": optimal.REGRET} if kind == "optimum" else {"probability_on_front": pareto.PROBABILITY}
        )
    if plan.asks_sample:
        found |= {
            "sample_energy_keV": plan.sample.energy_keV, "sample_histories": plan.sample.histories, "sample_ctr": CTR,
            "sample_axes": "only the listed sizes and loadings, each of which is simulated",
        }  # fmt: skip
    return found


def _warnings(
    plan: Plan, model: Model, config: RunConfig, material: Material, host: Material, best: dict[str, Any]
) -> list[str]:
    """Those of a prediction: of the ends of the sizes, and of the design that is recommended."""
    sizes = plan.varied.get("edge_length")
    edges = config.nanocrystal.edge_length_nm if sizes is None else (sizes.values[0], sizes.values[-1])
    ends = config.model_copy(
        update={"nanocrystal": config.nanocrystal.model_copy(update={"edge_length_nm": edges})}
    )
    notes = choices.input_warnings(material, host, ends)
    if best or not plan.axes:
        point = {name: np.array([value]) for name, value in best.items()}
        edge = point.setdefault("edge_length", np.array(config.nanocrystal.edge_length_nm[:1]))
        notes += choices.result_warnings(model(point), edge.astype(float), config)
    return notes
