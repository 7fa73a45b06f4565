"""Estimators that `coincidence_time_resolution` computes on request: maximum likelihood and leading edge."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from scintidot.coincidence_inputs import WHERE, Inputs, option
from scintidot.errors import OutOfRange
from scintidot.output import number, per_cent
from scintidot.progress import Progress
from scintidot.records import FloatArray
from scintidot.timing.coincidence import coincidence_resolution
from scintidot.timing.leading_edge import FEW_PHOTOELECTRONS, LeadingEdge, rising_edge

LOWEST_THRESHOLD = 1.0
"""Below it [photoelectrons] no best threshold is sought: error propagation says nothing of the first photon."""
_EXCESS, _SURE = 0.03, 3.0
"""Share of the bound and standard errors that a simulation must exceed it by, to say that it is not reached."""


def likelihood_of(inputs: Inputs, bound: float, warnings: list[str], progress: Progress) -> dict[str, Any]:
    """Simulated maximum likelihood, value and standard error [ps FWHM]; ``bound`` to compare it with."""
    from scintidot.timing.likelihood import coincidence_spread, simulated_errors

    assert inputs.events is not None
    errors = [
        simulated_errors(
            side.decay, side.rise_time, side.response, photons=side.photons, number=inputs.number,
            events=inputs.events, seed=inputs.seed, first=i * inputs.events, threads=inputs.threads,
            progress=partial(_of_sides, progress, "maximum likelihood", i, len(inputs.sides)),
        )
        for i, side in enumerate(inputs.sides)
    ]  # fmt: skip
    spread = coincidence_spread(errors[0], errors[1] if len(errors) > 1 else None)
    _warn_of_missing(errors, spread.value, "events have no photon", warnings)
    if any(side.dark_rate > 0 for side in inputs.sides):
        warnings.append(
            "Dark counts act on cramer_rao and leading_edge; the simulation of maximum likelihood has none."
        )
    excess = spread.value / bound - 1
    if excess > _EXCESS and spread.value - bound > _SURE * spread.standard_error:
        warnings.append(
            f"Maximum likelihood stays {excess:.0%} above the bound: too few photons for it to be reached."
        )
    return {"value": number(spread.value), "standard_error": number(spread.standard_error)}


def _of_sides(progress: Progress, step: str, index: int, count: int, share: float) -> None:
    """Tell of one detector among two, or of both alike."""
    progress(step, (index + share) / count)


def _warn_of_missing(times: list[FloatArray], spread: float, what: str, warnings: list[str]) -> None:
    """Say how many simulated events have no time, of the detector that lacks most, and whether too few are left."""
    missing = max(float(np.mean(~np.isfinite(part))) for part in times)
    if missing > 0:
        warnings.append(f"{per_cent(missing)} of the simulated {what}: left out.")
    if not np.isfinite(spread):
        warnings.append("Fewer than two simulated events are left, which have no spread.")


def edge_of(inputs: Inputs, warnings: list[str], progress: Progress) -> dict[str, Any]:
    """Leading-edge threshold by Campbell's theorem, and simulated if asked for."""
    assert inputs.electronics is not None
    try:
        edges = [
            rising_edge(
                side.decay, side.rise_time, side.response, inputs.electronics, side.photons, inputs.number
            )
            for side in inputs.sides
        ]
    except OutOfRange as error:
        raise error.at(where=WHERE, who=option(error.who)) from None
    found: list[LeadingEdge] = []
    for edge in edges:
        if not edge.mean.size:
            raise OutOfRange(
                where=WHERE, what="signal", who="--leading-edge", expected="a rising edge", found="none",
                hint="Are there enough photons for a pulse?",
            )  # fmt: skip
        highest = float(edge.mean[-1])
        if inputs.threshold is not None and not inputs.threshold < highest:
            raise OutOfRange(
                where=WHERE, what="threshold", who="--threshold", expected=f"below the peak of {highest:.4g}",
                found=f"{inputs.threshold:g}",
            )  # fmt: skip
        found.append(edge.best(LOWEST_THRESHOLD) if inputs.threshold is None else edge.at(inputs.threshold))
    size = inputs.electronics.sizes[0]
    if min(edge.threshold for edge in found) < FEW_PHOTOELECTRONS * size:
        warnings.append(
            f"The threshold is below {FEW_PHOTOELECTRONS:g} photoelectrons, where the leading edge is only estimated: "
            "simulate it (--leading-edge-events)."
        )
    result: dict[str, Any] = {
        "value": number(coincidence_resolution(found[0].standard_deviation, found[-1].standard_deviation)),
        "threshold_photoelectrons": [number(edge.threshold) for edge in found],
        "time_ps": [number(edge.time) for edge in found],
        "simulated": None,
    }
    if inputs.edge_events is not None:
        result["simulated"] = _simulated_edge(inputs, found, warnings, progress)
    return result


def _simulated_edge(
    inputs: Inputs, found: list[LeadingEdge], warnings: list[str], progress: Progress
) -> dict[str, Any]:
    from scintidot.timing.likelihood import coincidence_spread
    from scintidot.timing.pulses import simulated_crossings

    assert inputs.electronics is not None
    assert inputs.edge_events is not None
    crossings = [
        simulated_crossings(
            side.decay, side.rise_time, side.response, inputs.electronics, edge.threshold,
            photons=side.photons, number=inputs.number, events=inputs.edge_events, seed=inputs.seed,
            first=i * inputs.edge_events, threads=inputs.threads,
            progress=partial(_of_sides, progress, "leading edge", i, len(inputs.sides)),
        )
        for i, (side, edge) in enumerate(zip(inputs.sides, found, strict=True))
    ]  # fmt: skip
    spread = coincidence_spread(crossings[0], crossings[1] if len(crossings) > 1 else None)
    _warn_of_missing(crossings, spread.value, "signals stay below the threshold", warnings)
    return {"value": number(spread.value), "standard_error": number(spread.standard_error)}
