"""A whole study that is not there: a table of samples as measured, from the laws of a card and the kinetic models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from scintidot import __version__
from scintidot.errors import BadValue, one_of
from scintidot.kinetic_options import DEFAULT_MODEL, FRACTION, KINETIC_MODELS
from scintidot.kinetics.lifetimes import DEFINITIONS
from scintidot.materials.fields import In
from scintidot.measured.laboratory.spectrum import read_edges
from scintidot.measured.series.validation import Samples, Setup, predict, read_statistics
from scintidot.options import Number, read, read_seed
from scintidot.output import number
from scintidot.progress import Progress, silent
from scintidot.records import FloatArray

SCHEMA = "scintidot.laboratory.series/1"
WHERE = "simulate series"
LEAST_LOSS = 1e-6
"""1 - Phi_AR, at least."""


def synthetic_series(
    *,
    material: str | Path = "CsPbBr3",
    edge_length: Any = "3.3, 5, 6.9, 8.7, 10.7, 12.6, 14.7",
    model: str = DEFAULT_MODEL,
    statistics: str | None = None,
    retained_fraction: Number = 0.5,
    tau_definition: str = "harmonic",
    relative_error: Number = 0.05,
    deposit: str = "continuous",
    seed: Number = 1,
    progress: Progress = silent,
) -> tuple[str, dict[str, Any]]:
    """A table as ``analyse series`` takes it, and the truth.

    <N>, deposits, gaps, yields and Auger efficiencies are those that `predict` finds with the card; light, lifetime and
    resolution follow from them by the model. Every figure then gets a normal error of ``relative_error`` (of 1 - Phi_AR
    for the Auger efficiency).

    Parameters
    ----------
    material, edge_length, deposit : str
        As ``predict`` takes them; lengths in nm.
    model, statistics, retained_fraction, tau_definition
        As ``analyse series`` takes them.
    relative_error : float or str
        Standard deviation over value, at most 0.3.
    seed : int
        Of the errors.
    progress : callable
        Told the step, and the share of all that is done.
    """
    one_of(model, KINETIC_MODELS, where=WHERE, who="--model")
    statistics = read_statistics(statistics, model, WHERE)
    one_of(tau_definition, DEFINITIONS, where=WHERE, who="--tau-definition")
    relative = read(relative_error, "--relative-error", WHERE, In("1", above=0, at_most=0.3))
    number_of_seed = read_seed(seed, WHERE)
    xi = read(retained_fraction, "--retained-fraction", WHERE, FRACTION)
    edges = np.array(read_edges(edge_length, WHERE))
    true = _truth(material, edges, deposit, progress)
    setup = Setup(model, statistics, xi, 100.0, 100.0, 0.511, 1.0, 1.0, "cube")
    count = len(edges)
    samples = Samples(np.arange(count), true, {}, ("",) * count, ())
    central = predict(samples, setup).central
    true |= {
        "intensity_relative": central["intensity"] / central["intensity"].max(),
        "tau_eff": central[f"tau_{tau_definition}"], "ctr": central["ctr"],
    }  # fmt: skip
    random = np.random.default_rng(number_of_seed)
    text = _table(edges, true, tau_definition, relative, random)
    document = {
        "schema": SCHEMA, "version": __version__,
        "choices": {
            "material": str(material), "model": model, "statistics": statistics, "retained_fraction": xi,
            "tau_definition": tau_definition, "relative_error": relative, "deposit": deposit, "seed": number_of_seed,
        },
        "samples": [
            {"edge_length_nm": number(edge), **{name: number(values[i]) for name, values in true.items()}}
            for i, edge in enumerate(edges)
        ],
    }  # fmt: skip
    return text, document


def _truth(
    material: str | Path, edges: FloatArray, deposit: str, progress: Progress
) -> dict[str, FloatArray]:
    """What a prediction with the card says of each size."""
    from scintidot.simulation import predict as forward

    result = forward(
        material=material, edge_length=[float(e) for e in edges], deposit=deposit, where=WHERE, progress=progress
    )  # fmt: skip
    rows = sorted(result.rows, key=lambda row: row["edge_length_nm"])
    if len(rows) != len(edges):
        raise BadValue(
            where=WHERE, what="value", who="--edge-length", expected="each size once", found=str(len(edges))
        )
    order = np.argsort(np.argsort(edges))
    lifetime = result.material.scintillator().exciton.lifetime.value

    def column(key: str) -> FloatArray:
        return np.array([rows[i][key] for i in order], dtype=float)

    return {
        "edge_length": edges, "mean_excitons": column("mean_excitons"),
        "exciton_lifetime": np.full(len(edges), lifetime),
        "auger_efficiency": np.minimum(column("auger_efficiency"), 1 - LEAST_LOSS),
        "quantum_yield": column("quantum_yield"), "deposit": column("mean_deposit_eV"),
        "band_gap": column("band_gap_eV"), "light_yield": column("light_yield_photons_per_MeV"),
    }  # fmt: skip


def _table(
    edges: FloatArray,
    true: dict[str, FloatArray],
    definition: str,
    relative: float,
    random: np.random.Generator,
) -> str:
    """Measured figures: the true ones with normal errors."""
    units = {
        "exciton_lifetime": "_ps", "tau_eff": "_ps", "ctr": "_ps", "deposit": "_eV", "band_gap": "_eV",
        "light_yield": "_photons_per_MeV",
    }  # fmt: skip
    heads, columns = (
        ["sample", "edge_length_nm"],
        [[f"{edge:g} nm" for edge in edges], [f"{e:g}" for e in edges]],
    )
    for name, values in true.items():
        if name in ("edge_length", "band_gap", "deposit"):
            if name != "edge_length":
                heads.append(name + units[name])
                columns.append([f"{value:.8g}" for value in values])
            continue
        sigma = relative * (1 - values if name == "auger_efficiency" else values)
        drawn = values + sigma * random.standard_normal(len(edges))
        if name in ("auger_efficiency", "quantum_yield"):
            drawn = np.clip(drawn, 1e-6, 1.0 - LEAST_LOSS * (name == "auger_efficiency"))
        unit = units.get(name, "")
        heads += [name + unit, f"{name}_error{unit}"]
        columns += [[f"{value:.8g}" for value in drawn], [f"{value:.8g}" for value in sigma]]
        if name == "tau_eff":
            heads.append("tau_eff_definition")
            columns.append([definition] * len(edges))
    rows = [",".join(cells) for cells in zip(*columns, strict=True)]
    return "\n".join([",".join(heads), *rows]) + "\n"
