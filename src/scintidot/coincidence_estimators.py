"""Estimators that `coincidence_time_resolution` computes on request: maximum likelihood and leading edge."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.coincidence_inputs import WHERE, Inputs, Side
from scintidot.constants import FWHM_PER_SIGMA
from scintidot.errors import OutOfRange
from scintidot.results import number
from scintidot.timing.leading_edge import FEW_PHOTOELECTRONS, LeadingEdge, rising_edge

LOWEST_THRESHOLD = 1.0
"""Below it [photoelectrons] no best threshold is sought: error propagation says nothing of the first photon."""


def ctr_of(deviations: list[float]) -> float:
    """CTR [ps FWHM] of two detectors of these standard deviations [ps], or of two equal ones."""
    return FWHM_PER_SIGMA * float(np.hypot(deviations[0], deviations[-1]))


def likelihood_of(inputs: Inputs, bound: float, warnings: list[str]) -> dict[str, Any]:
    """Simulated maximum likelihood, value and standard error [ps FWHM]; ``bound`` to compare it with."""
    from scintidot.timing.likelihood import coincidence_spread, simulated_errors

    assert inputs.events is not None
    errors = [
        simulated_errors(
            side.decay, side.rise_time, side.response, photons=_simulated(side, inputs), number=inputs.number,
            events=inputs.events, seed=inputs.seed, first=i * inputs.events, threads=inputs.threads,
        )
        for i, side in enumerate(inputs.sides)
    ]  # fmt: skip
    spread = coincidence_spread(errors[0], errors[1] if len(errors) > 1 else None)
    without = max(float(np.mean(~np.isfinite(part))) for part in errors)
    if without > 0:
        warnings.append(f"{without:.2g} of the simulated events have no photon: left out.")
    if any(side.dark_rate > 0 for side in inputs.sides):
        warnings.append(
            "Dark counts act on cramer_rao and leading_edge; the simulation of maximum likelihood has none."
        )
    excess = spread.value / bound - 1
    if excess > 0.03 and spread.value - bound > 3 * spread.standard_error:
        warnings.append(
            f"Maximum likelihood stays {excess:.0%} above the bound: too few photons for it to be reached."
        )
    return {"value": number(spread.value), "standard_error": number(spread.standard_error)}


def _simulated(side: Side, inputs: Inputs) -> float:
    return side.photons if inputs.number == "poisson" else max(1, round(side.photons))


def edge_of(inputs: Inputs, warnings: list[str]) -> dict[str, Any]:
    """Leading-edge threshold by Campbell's theorem, and simulated if asked for."""
    assert inputs.electronics is not None
    edges = [
        rising_edge(
            side.decay, side.rise_time, side.response, inputs.electronics, side.photons, inputs.number
        )
        for side in inputs.sides
    ]
    found: list[LeadingEdge] = []
    for edge in edges:
        highest = float(edge.mean[-1]) if edge.mean.size else 0.0
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
        "value": number(ctr_of([edge.standard_deviation for edge in found])),
        "threshold_photoelectrons": [number(edge.threshold) for edge in found],
        "time_ps": [number(edge.time) for edge in found],
        "simulated": None,
    }
    if inputs.edge_events is not None:
        result["simulated"] = _simulated_edge(inputs, found, warnings)
    return result


def _simulated_edge(inputs: Inputs, found: list[LeadingEdge], warnings: list[str]) -> dict[str, Any]:
    from scintidot.timing.likelihood import coincidence_spread
    from scintidot.timing.pulses import simulated_crossings

    assert inputs.electronics is not None
    assert inputs.edge_events is not None
    crossings = [
        simulated_crossings(
            side.decay, side.rise_time, side.response, inputs.electronics, edge.threshold,
            photons=_simulated(side, inputs), number=inputs.number, events=inputs.edge_events, seed=inputs.seed,
            first=i * inputs.edge_events, threads=inputs.threads,
        )
        for i, (side, edge) in enumerate(zip(inputs.sides, found, strict=True))
    ]  # fmt: skip
    missing = max(float(np.mean(~np.isfinite(part))) for part in crossings)
    if missing > 0:
        warnings.append(f"{missing:.2g} of the simulated signals stay below the threshold: left out.")
    if missing > 0.99:
        return {"value": None, "standard_error": None}
    spread = coincidence_spread(crossings[0], crossings[1] if len(crossings) > 1 else None)
    return {"value": number(spread.value), "standard_error": number(spread.standard_error)}
