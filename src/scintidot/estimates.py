"""What predictions, samples and studies will take, before they start: ``--dry-run``."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from scintidot import limits
from scintidot.cache.store import is_kept
from scintidot.config import RunConfig, is_simulated, make_config
from scintidot.deposits.against_size import CURVE_SIZES, KIND, setup_of_size, treatments_and_sizes
from scintidot.deposits.estimate import memory_of, tried
from scintidot.deposits.fingerprints import case_fingerprint
from scintidot.deposits.hits import KIND as HITS
from scintidot.deposits.hits import hits_fingerprint, tried_hits
from scintidot.deposits.setup import Setup
from scintidot.light_yield.keywords import SampleOptions
from scintidot.light_yield.options import read_sample
from scintidot.materials.material import Material
from scintidot.options import PredictOptions, cores
from scintidot.scale.estimate import Estimate, PartOfWork, cores_for, memory_now
from scintidot.simulation import reference_sample
from scintidot.studies.axes import points_at
from scintidot.studies.blocks import BLOCK
from scintidot.studies.evaluation import Model
from scintidot.studies.plan import Plan
from scintidot.studies.reading import read_plan
from scintidot.studies.run import expected_designs, memory_of_figures

REST_S, REST_OF_STUDY_S = 4.0, 5.0
"""Of a prediction besides its deposits, and of a study besides its designs: bands, report and files, about. [s]"""


def estimate_predict(
    run_file: str | Path | None = None, *, where: str = "predict", **options: Unpack[PredictOptions]
) -> Estimate:
    """What `scintidot.predict` with the same options will take."""
    config = make_config(run_file, options, where=where)
    material, host = limits.checked_materials(config, lambda option: (where, option))
    parts, setup = _deposits(material, host, config)
    rest = PartOfWork("bands, report and files", REST_S)
    memory = memory_now() if setup is None else memory_of(setup)
    return Estimate("predict", (*parts, rest), cores_for(cores()), memory)


def _deposits(material: Material, host: Material, config: RunConfig) -> tuple[list[PartOfWork], Setup | None]:
    """Every size that a prediction simulates, and one of the setups; none without a simulation."""
    model = config.deposit.model
    if not is_simulated(model):
        return [], None
    card, parts = material.scintillator().sizes, []
    extra = [edge for edge in CURVE_SIZES if card.smallest.value <= edge <= card.largest.value]
    reference, sample = reference_sample(material, config)
    rows, shape = config.nanocrystal.edge_length_nm, config.nanocrystal.shape
    runs = [(material, config, rows, extra, True)]
    known = (reference.fingerprint, sample.nanocrystal.shape, *sample.nanocrystal.edge_length_nm)
    if known not in [
        (material.fingerprint, shape, edge) for name, edge in treatments_and_sizes(model, rows, extra) if name == model
    ]:  # fmt: skip
        runs.append((reference, sample, sample.nanocrystal.edge_length_nm, [], False))
    setups: dict[tuple[str, str, str], Setup] = {}
    for what, run, edges, more, beside in runs:
        for treatment, edge in treatments_and_sizes(model, edges, more, beside=beside):
            kind = (what.fingerprint, run.nanocrystal.shape, treatment)
            setup = setup_of_size(what, host, run, edge, setups.get(kind), treatment)
            setups.setdefault(kind, setup)
            name = f"{what.name} {edge:g} nm, {treatment}"
            kept = is_kept(KIND, case_fingerprint(setup, setup.bodies[0], setup.spectra[0]))
            parts.append(
                PartOfWork(name, 0.0, kept=True)
                if kept
                else tried(setup, setup.bodies[0], setup.spectra[0], name)
            )
    return parts, next(iter(setups.values()))


def estimate_light(**options: Unpack[SampleOptions]) -> Estimate:
    """What `scintidot.sample_light` with the same options will take."""
    setup = read_sample(**options).setup
    parts, most = [], 0.0
    for spectrum in setup.spectra:
        name = f"{spectrum.mean_energy / 1e3:g} keV"
        if is_kept(HITS, hits_fingerprint(setup, setup.bodies[0], spectrum)):
            parts.append(PartOfWork(name, 0.0, setup.histories, kept=True))
            continue
        part, memory = tried_hits(setup, setup.bodies[0], spectrum, name)
        parts.append(part)
        most += memory
    return Estimate("light", tuple(parts), cores_for(setup.threads), memory_of(setup) + most)


def estimate_study(study: str | Path | Mapping[str, Any]) -> Estimate:
    """What `scintidot.study` of the same file will take."""
    plan = read_plan(study)
    model = Model(plan)
    config, material, host = model.run_of({})
    parts, setup = _deposits(material, host, config)
    cases = math.prod(
        max(axis.levels, 1)
        for axis in plan.axes
        if axis.name != "edge_length" and not model.at_once(axis.name)
    )
    notes = []
    if cases > 1 and parts:
        notes.append(
            f"{cases} cases of materials, hosts, energies or starts are simulated; each is taken to last as long "
            "as that of the base."
        )
        parts += [
            PartOfWork(f"the other {cases - 1} cases", (cases - 1) * sum(p.core_seconds for p in parts))
        ]
    if plan.asks_sample:
        notes.append(
            "Figures of a sample are simulated besides, each size and loading: not in this estimate."
        )
    designs = expected_designs(plan)
    parts.append(PartOfWork("report and files", REST_OF_STUDY_S))
    parts.append(PartOfWork(f"about {designs} designs", designs * _seconds_per_design(plan), designs))
    memory = memory_of_figures(plan) + (memory_now() if setup is None else memory_of(setup))
    return Estimate("study", tuple(parts), 1, memory, tuple(notes))


def _seconds_per_design(plan: Plan) -> float:
    """Of the analytic path, which a design takes once its deposits are known; over designs of the study itself. [s]"""
    base = plan.base
    analytic = base.deposit.model_copy(update={"model": "continuous"})
    poisson = base.excitons.model_copy(update={"statistics": "poisson"})
    trial = replace(plan, base=base.model_copy(update={"deposit": analytic, "excitons": poisson}))
    random = np.random.default_rng(1)
    points: dict[str, Any] = points_at(plan.axes, random.uniform(size=(BLOCK, len(plan.axes))))
    points |= {name: random.uniform(size=BLOCK) for name in plan.uncertain}
    points.setdefault("edge_length", np.full(BLOCK, base.nanocrystal.edge_length_nm[0]))
    points = {
        name: values for name, values in points.items() if trial.varied.get(name) is None or name != "deposit"
    }
    model = Model(trial)
    model(points)
    started = time.perf_counter()
    model(points)
    return (time.perf_counter() - started) / BLOCK
