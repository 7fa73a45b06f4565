"""Measured coincidence time resolution of small crystals against bound, best photon and leading edge.

Nothing is adjusted. Inputs that were not measured on the same crystal have a range, and every corner of the ranges is
computed: where the band is wider than the question, the case says so and judges nothing.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from scintidot.constants import FWHM_PER_SIGMA
from scintidot.records import Exponentials
from scintidot.timing.bounds import cramer_rao_bound, information
from scintidot.timing.coincidence import coincidence_resolution
from scintidot.timing.density import Response
from scintidot.timing.leading_edge import Electronics, rising_edge
from scintidot.timing.order_statistics import Quantiles, best_photon
from validation.case import Case, Row

GUNDACKER = (
    "Gundacker et al., Phys. Med. Biol. 65, 025001 (2020), doi:10.1088/1361-6560/ab63b4; abstract read: two equal "
    "detectors, 511 keV, silicon photomultipliers with high-frequency readout"
)
RESOLUTION = (70.0, 100.0, 135.0)
"""Single-photon time resolution [ps FWHM]: lowest and highest of the abstract, and a middle."""
ELECTRONICS = Electronics(pulse_rise=300.0, pulse_fall=2e4, gain_spread=0.1, noise=0.2, crosstalk=0.2)
"""Assumed pulse: the abstract describes none. [ps, photoelectrons]"""

Range = tuple[float, float, float]


@dataclass(frozen=True)
class Crystal:
    """What goes in: low, middle, high of each number; decay components fraction and lifetime."""

    name: str
    measured: tuple[tuple[str, float], ...]  # what it is, [ps FWHM]
    components: tuple[tuple[float, float], ...]  # photons per keV, lifetime [ps]
    kev: Range  # deposited
    detected: Range  # share of the photons that is detected: light transfer times detection efficiency
    rise: Range  # [ps]
    prompt: Range  # Cherenkov photons in an event, before detection
    inputs: str


CRYSTALS = (
    Crystal(
        "LSO:Ce:Ca, 2x2x3 mm3",
        (("best device", 58.0), ("worst device", 76.0)),
        ((0.3 * 33, 12e3), (0.7 * 33, 42e3)),
        (511.0, 511.0, 511.0),
        (0.20, 0.33, 0.45),
        (5.0, 30.0, 70.0),
        (0.0, 0.0, 10.0),
        "33 photons/keV and 12 ns (30 %), 42 ns (70 %) of LSO:Ce: read; calcium shortens them, by how much was not; "
        "detected share 0.20 to 0.45 and rise 5 to 70 ps: estimates.",
    ),
    Crystal(
        "BGO, 2x2x3 mm3",
        (("", 158.0),),
        ((0.08 * 10.7, 45.8e3), (0.92 * 10.7, 365e3)),
        (511.0, 511.0, 511.0),
        (0.12, 0.2, 0.3),
        (1.0, 8.0, 30.0),
        (14.0, 17.0, 20.0),
        "10.7 photons/keV and 45.8 ns (8 %), 365 ns (92 %): recalled; 17 +- 3 Cherenkov photons: read, detected as the "
        "rest; detected share 0.12 to 0.3 (efficiency at 480 nm not found) and rise: estimates. With so few prompt "
        "photons the differences are not Gaussian: a measured full width lies below 2.3548 standard deviations.",
    ),
    Crystal(
        "BC-422, up to 340 keV",
        (("", 35.0),),
        ((8.4, 1.6e3),),
        (300.0, 330.0, 340.0),
        (0.12, 0.22, 0.35),
        (5.0, 50.0, 350.0),
        (0.0, 0.0, 0.0),
        "8.4 photons/keV, 1.6 ns and a rise of 350 ps of EJ-232: recalled, the rise an upper limit by the instrument; "
        "detected share 0.12 to 0.35: estimate.",
    ),
    Crystal(
        "BaF2",
        (("", 51.0),),
        ((1.8, 0.7e3), (10.0, 630e3)),
        (511.0, 511.0, 511.0),
        (0.03, 0.1, 0.2),
        (1.0, 10.0, 30.0),
        (0.0, 10.0, 20.0),
        "1.8 photons/keV in 0.6 to 0.8 ns and 10 in 630 ns: read; detected share at 220 nm 0.03 to 0.2, rise and "
        "Cherenkov photons: estimates.",
    ),
)


def figures(
    crystal: Crystal, kev: float, detected: float, rise: float, prompt: float, fwhm: float
) -> dict[str, float]:
    """Every figure [ps FWHM] of one choice of the numbers. Cherenkov photons are light of 1 ps."""
    light, lifetime = (np.array(x) for x in zip(*crystal.components, strict=True))
    photons = np.append(light * kev, prompt) * detected
    lifetime = np.append(lifetime, 1.0)
    decay = Exponentials(photons / lifetime, 1 / lifetime)
    response, total = Response.gaussian(fwhm / FWHM_PER_SIGMA), float(photons.sum())
    photon = best_photon(Quantiles.of(decay, rise, response), total)
    edge = rising_edge(decay, rise, response, ELECTRONICS, total).best(lowest=1.0)
    return {
        "bound": float(cramer_rao_bound(information(decay, rise, response, total))),
        "best photon": float(coincidence_resolution(photon.standard_deviation)),
        "leading edge": float(coincidence_resolution(edge.standard_deviation)),
    }


def band(crystal: Crystal) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    """Figures of the middle, and lowest and highest over all corners of the ranges."""
    ranges = (crystal.kev, crystal.detected, crystal.rise, crystal.prompt, RESOLUTION)
    corners = set(itertools.product(*((low, high) for low, _, high in ranges)))
    found = [figures(crystal, *corner) for corner in corners]
    middle = figures(crystal, *(value for _, value, _ in ranges))
    return middle, {name: (min(f[name] for f in found), max(f[name] for f in found)) for name in middle}


def case_of(crystal: Crystal) -> Case:
    """One crystal: shown, not judged, since the ranges are wide."""
    middle, ends = band(crystal)
    measured = [value for _, value in crystal.measured]
    words = []
    for name, (low, high) in ends.items():
        inside = all(low <= value <= high for value in measured)
        words.append(
            f"{name} {low:.0f} to {high:.0f} ps ({'holds' if inside else 'does not hold'} the measured)"
        )
    possible = min(measured) > ends["bound"][0]
    case = Case(
        f"Coincidence time resolution of {crystal.name}",
        GUNDACKER,
        f"{crystal.inputs} Jitter 70 to 135 ps FWHM of one photon; pulse of 0.3 ns rise and 20 ns fall, noise 0.2 "
        f"photoelectrons: assumed. Bands over all corners: {'; '.join(words)}. The measured value is "
        f"{'above' if possible else 'BELOW'} the lowest bound. The inputs are not known well enough to judge more.",
        draw=lambda figure: _draw(figure, crystal, middle, ends),
    )
    for what, value in crystal.measured:
        for name, ours in middle.items():
            at = f"{crystal.name}, middle of the inputs" + (f", {what}" if what else "")
            case.rows.append(Row(name, at, "ps FWHM", ours, value, None))
    return case


def cases() -> list[Case]:
    """All crystals."""
    return [case_of(crystal) for crystal in CRYSTALS]


def _draw(
    figure: Any, crystal: Crystal, middle: dict[str, float], ends: dict[str, tuple[float, float]]
) -> None:
    axes = figure.subplots()
    for row, (name, (low, high)) in enumerate(ends.items()):
        axes.plot([low, high], [row, row], lw=8, alpha=0.4, color="C0")
        axes.plot(middle[name], row, "o", color="C0")
    for what, value in crystal.measured:
        axes.axvline(value, color="k", ls="--", label=f"measured {what}".strip())
    axes.set_yticks(range(len(ends)), list(ends))
    axes.set_xlabel("coincidence time resolution [ps FWHM]")
    axes.set_xscale("log")
    axes.legend()
