"""How many designs a study evaluates per second: random sizes and cards, with the CTR bound."""

import numpy as np

from scintidot.studies.evaluation import Model
from scintidot.studies.reading import read_plan

DESIGNS, WORLDS = 512, 64
STUDY = {
    "base": {"deposit": "continuous"},
    "vary": {"edge_length": "3.3 nm to 14.7 nm"},
    "objective": {"figure": "ctr_ps.cramer_rao"},
    "method": {"kind": "optimum"},
}


def designs():
    """Random sizes, each of 64 cards with 8 of them."""
    plan, random = read_plan(STUDY), np.random.default_rng(1)
    worlds = {key: np.repeat(random.random(WORLDS), DESIGNS // WORLDS) for key in plan.uncertain}
    return Model(plan), {"edge_length": random.uniform(3.3, 14.7, DESIGNS), **worlds}


def figures(best, unit_ns):
    """Designs per second of one core by ``best(task)``, and calibration units of one."""
    model, points = designs()
    seconds = best(lambda: model(points), 3) / DESIGNS
    return {"designs_per_second": round(1 / seconds), "units_per_design": round(seconds * 1e9 / unit_ns)}
