"""Light for the virtual laboratory: exponentials, a kinetic model, or one nanocrystal of a run, with its truth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.config import make_config
from scintidot.errors import BadValue, one_of
from scintidot.kinetic_options import (
    EFFICIENCY,
    EFFICIENCY_RATIO,
    FRACTION,
    KINETIC_MODELS,
    read_exciton_rate,
    read_pairs,
)
from scintidot.kinetics import exact, rates
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.materials.fields import In
from scintidot.options import Number, option_flag, read
from scintidot.photon_stream.sample import check_choices, find_sample
from scintidot.progress import silent
from scintidot.records import Exponentials, FloatArray

OPTIONS = {
    "--lifetimes-ps": ("fractions",),
    "--auger-efficiency": (
        "model", "mean_excitons", "statistics", "exciton_rate", "retained_fraction", "quantum_yield",
    ),
    "RUN.toml or --edge-length": ("model", "mean_excitons", "statistics", "retained_fraction"),
}  # fmt: skip
"""What else each of the ways to say a light takes."""


@dataclass(frozen=True)
class Light:
    """F(t) of one excitation, photons per ps, and what it is made of."""

    decay: Exponentials
    truth: dict[str, Any]
    warnings: tuple[str, ...] = ()

    def times(self, rng: np.random.Generator, number: int) -> FloatArray:
        """Emission times [ps] of ``number`` photons, by inverting the integral of F on a fine grid."""
        grid = self._grid
        share = 1 - (self.decay.amplitude / self.decay.rate) @ np.exp(
            -np.multiply.outer(self.decay.rate, grid)
        ) / float(self.decay.integral)
        share = np.maximum.accumulate(np.clip(share, 0, 1))
        return np.interp(rng.random(number), share, grid)

    @property
    def _grid(self) -> FloatArray:
        slow = 1 / float(self.decay.rate.min())
        fast = 1 / float(self.decay.rate.max())
        return np.concatenate([[0.0], np.geomspace(max(1e-3 * fast, 1e-9 * slow), 45 * slow, 40_000)])


def read_light(
    where: str,
    *,
    run_file: str | Path | None = None,
    lifetimes_ps: str | None = None,
    fractions: str | None = None,
    model: str | None = None,
    mean_excitons: Number | None = None,
    statistics: str | None = None,
    auger_efficiency: Number | None = None,
    exciton_rate: Number | None = None,
    retained_fraction: Number | None = None,
    quantum_yield: Number | None = None,
    edge_length: Number | None = None,
    material: str | None = None,
) -> Light:
    """Light by one of three ways: ``lifetimes_ps`` and ``fractions``; the kinetics of ``mean_excitons`` and
    ``auger_efficiency``; or one nanocrystal of a run, by ``run_file`` or ``edge_length``.

    Raises
    ------
    BadValue
        If options of several ways are mixed, or one is missing.
    """
    of_run = run_file is not None or edge_length is not None or material is not None
    ways = dict(zip(OPTIONS, (lifetimes_ps is not None, auger_efficiency is not None, of_run), strict=True))
    chosen = [name for name, there in ways.items() if there]
    if len(chosen) != 1:
        raise BadValue(
            where=where, what="option", who="the light", expected="one of " + ", ".join(ways),
            found=" and ".join(chosen) or "none of them",
            hint="For example: --auger-efficiency 0.9 --mean-excitons 2.",
        )  # fmt: skip
    own = {
        "fractions": fractions, "model": model, "mean_excitons": mean_excitons, "statistics": statistics,
        "exciton_rate": exciton_rate, "retained_fraction": retained_fraction, "quantum_yield": quantum_yield,
    }  # fmt: skip
    for option, value in own.items():
        if value is not None and option not in OPTIONS[chosen[0]]:
            raise BadValue(
                where=where, what="option", who=option_flag(option), found=repr(value),
                expected=f"no such option with {chosen[0]}, only "
                + ", ".join(option_flag(name) for name in OPTIONS[chosen[0]]),
            )  # fmt: skip
    if lifetimes_ps is not None:
        return _exponentials(where, lifetimes_ps, fractions)
    name = model or "carriers"
    one_of(name, KINETIC_MODELS, where=where, who="--model")
    if auger_efficiency is not None:
        return _kinetic(
            where, name, mean_excitons, statistics or "poisson", auger_efficiency, exciton_rate or 1e-4,
            0.5 if retained_fraction is None else retained_fraction, 1.0 if quantum_yield is None else quantum_yield,
        )  # fmt: skip
    return _of_run(where, run_file, mean_excitons, {
        "edge_length": edge_length, "material": material, "model": model, "statistics": statistics,
        "retained_fraction": retained_fraction,
    })  # fmt: skip


def _list(where: str, who: str, text: str, limits: In) -> list[float]:
    return [read(part, who, where, limits) for part in text.split(",") if part.strip()]


def _exponentials(where: str, lifetimes_ps: str, fractions: str | None) -> Light:
    lifetimes = _list(where, "--lifetimes-ps", lifetimes_ps, In("ps", above=0, at_most=1e12))
    if not lifetimes:
        raise BadValue(
            where=where, what="list", who="--lifetimes-ps", expected="lifetimes [ps], such as 100,8000",
            found=repr(lifetimes_ps),
        )  # fmt: skip
    shares = (
        [1 / len(lifetimes)] * len(lifetimes)
        if fractions is None
        else _list(where, "--fractions", fractions, FRACTION)
    )
    if len(shares) != len(lifetimes) or not math.isclose(sum(shares), 1, abs_tol=1e-6):
        raise BadValue(
            where=where, what="list", who="--fractions", expected=f"{len(lifetimes)} shares of the light that sum to 1",
            found=f"{fractions}",
        )  # fmt: skip
    rate = 1 / np.array(lifetimes)
    decay = Exponentials(np.array(shares) * rate, rate)
    return Light(decay, {"model": "components", "lifetimes_ps": lifetimes, "fractions": shares})


def _kinetic(
    where: str, model: str, mean_excitons: Number | None, statistics: str, auger_efficiency: Number,
    exciton_rate: Number, retained_fraction: Number, quantum_yield: Number,
) -> Light:  # fmt: skip
    pairs = read_pairs(where, mean_excitons, statistics)
    efficiency = read(auger_efficiency, "--auger-efficiency", where, EFFICIENCY)
    k_x = read_exciton_rate(exciton_rate, where)
    xi = read(retained_fraction, "--retained-fraction", where, FRACTION)
    phi = read(quantum_yield, "--quantum-yield", where, In("1", above=0, at_most=1))
    k_auger = EFFICIENCY_RATIO * k_x * efficiency / (1 - efficiency)
    common: dict[str, Any] = {
        "exciton_rate": k_x, "quantum_yield": phi, "auger_rate": k_auger, "retained_fraction": xi,
    }  # fmt: skip
    if model in exact.MODELS:
        decay = exact.ExactDecay(model, exact.exact_rates(**common), pairs.distribution).exponentials
    else:
        populations = np.asarray(pairs.distribution[1]), np.asarray(pairs.distribution[2:].sum())
        decay = BiexcitonDecay(rates.biexciton_rates(model, **common), *populations).exponentials
    truth = {
        "model": model, "statistics": statistics, "mean_excitons": pairs.mean, "auger_efficiency": efficiency,
        "auger_lifetime_ps": 1 / k_auger if k_auger > 0 else None, "exciton_lifetime_ps": 1 / k_x,
        "retained_fraction": xi, "quantum_yield": phi,
    }  # fmt: skip
    return Light(decay, truth)


def _of_run(
    where: str, run_file: str | Path | None, mean_excitons: Number | None, options: dict[str, Any]
) -> Light:
    given = {key: value for key, value in options.items() if value is not None}
    config = make_config(run_file, given, where=where)
    check_choices(config, mean_excitons is not None, None, where)
    sample = find_sample(
        config, {}, mean_excitons=mean_excitons, statistics=None, where=where, progress=silent
    )
    found = exact.ExactDecay(config.kinetic_model, sample.rates, sample.probability)
    names = (
        "material", "material_fingerprint", "edge_length_nm", "model", "statistics", "mean_excitons",
        "exciton_lifetime_ps", "auger_lifetime_ps", "retained_fraction", "quantum_yield",
    )  # fmt: skip
    truth = {name: sample.choices[name] for name in names if name in sample.choices}
    of_lines = ("emission.", "The card has no emission")  # energies, which no decay shows
    warnings = tuple(word for word in sample.warnings if not word.startswith(of_lines))
    return Light(found.exponentials, truth, warnings)
