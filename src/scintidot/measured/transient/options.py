"""Options of the analysis of transient absorption: read and checked once, with their words for ``choices``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from scintidot.analysis.traces import TransientTrace
from scintidot.analysis.transient.carriers import FILLING, Sample
from scintidot.analysis.transient.chirp import LAWS
from scintidot.analysis.transient.global_analysis import ARTEFACT, MOST_COMPONENTS, WORTH
from scintidot.constants import JOULE, PLANCK_TIMES_LIGHT
from scintidot.errors import BadValue, one_of
from scintidot.kinetic_options import EFFICIENCY_MEANING, FRACTION, read_exciton_rate
from scintidot.kinetics.exact import MODELS
from scintidot.materials.fields import In
from scintidot.options import Number, option_flag, read, read_interval, read_whole

WHERE = "analyse ta"
MODES = ("automatic", "global", "series")
AUTOMATIC = "automatic"
FLUENCE_OPTIONS = ("--fluence", "--pulse-energy-uJ-cm2", "--pump-power")
MOST_ARTEFACT = 3
MOST_PLACES = 50
UNFILLED = "unlimited"
UNUSED = {
    "global": (
        "wavelength", "band", "tail", "model", "filling", "degeneracy", "exciton_rate", "retained_fraction",
        "quantum_yield",
    ),
    "series": ("components", "artefact"),
}  # fmt: skip
"""Options that a mode does not use."""
NOT_FLAT = 1.5
"""Chi-square per degree of freedom above which the model does not describe the data within their noise."""


@dataclass(frozen=True)
class Options:
    """What the user asked for."""

    mode: str
    components: int | None
    model: str
    sample: Sample
    chirp: str
    artefact: int | None
    band: tuple[float, float] | None
    tail: tuple[float, float] | None
    exciton_rate: float | None
    retained_fraction: float | None
    choices: dict[str, Any] = field(default_factory=dict)

    @property
    def places(self) -> int:
        """Pairs that the probed level holds, for state filling: of one that never fills, as many as there may be."""
        return MOST_PLACES if self.sample.degeneracy is None else min(self.sample.degeneracy, MOST_PLACES)


def read_options(
    *,
    mode: str = AUTOMATIC,
    components: Number | None = None,
    model: str = "carriers",
    filling: str = "electrons-and-holes",
    degeneracy: Number = 2,
    chirp: str = "polynomial",
    artefact: Number = AUTOMATIC,
    wavelength: Number | None = None,
    band: str | None = None,
    tail: str | None = None,
    exciton_rate: Number | None = None,
    retained_fraction: Number | None = None,
    quantum_yield: Number = 1.0,
) -> Options:
    """Options as the user wrote them. Raises `BadValue` with the name of the option."""
    for value, names, who in (
        (mode, MODES, "--mode"), (model, MODELS, "--model"), (filling, FILLING, "--filling"), (chirp, LAWS, "--chirp"),
    ):  # fmt: skip
        one_of(value, names, where=WHERE, who=who)
    places = None
    if str(degeneracy) != UNFILLED:
        places = read_whole(degeneracy, "--degeneracy", WHERE, 1, 100)
    number = None if components is None else read_whole(components, "--components", WHERE, 1, 6)
    columns = None
    if str(artefact) != AUTOMATIC:
        columns = read_whole(artefact, "--artefact", WHERE, 0, MOST_ARTEFACT)
    phi = read(quantum_yield, "--quantum-yield", WHERE, FRACTION)
    rate = None if exciton_rate is None else read_exciton_rate(exciton_rate, WHERE)
    xi = (
        None if retained_fraction is None else read(retained_fraction, "--retained-fraction", WHERE, FRACTION)
    )
    window = None if tail is None else read_interval(tail, "--tail", WHERE, In("ps", at_least=0), "300:3000")
    choices = {
        "chirp": chirp,
        "chirp_meaning": LAWS[chirp],
        "noise": "scatter of the delays before the pump about their mean, of each column or curve; where there are "
        "fewer than 5, from second differences",
        "errors": "one standard deviation; where chi-square per degree of freedom is above 1, wider by its root",
    }
    return Options(
        mode, number, model, Sample(model, filling, places, phi), chirp, columns, _band(wavelength, band),
        window, rate, xi, choices,
    )  # fmt: skip


def check_mode(mode: str, options: Mapping[str, Any]) -> None:
    """Refuse options that the analysis of one matrix, or of a series, does not use."""
    for name, value in options.items():
        if value is not None and name in UNUSED[mode]:
            raise BadValue(
                where=WHERE, what="option", who=option_flag(name), found=repr(value),
                expected="a series of two matrices at least" if mode == "global" else "one matrix (--mode global)",
            )  # fmt: skip


def check_series(options: Options, traces: Sequence[TransientTrace]) -> None:
    """Refuse a band beyond the wavelengths of a matrix, and a tail after its last delay."""
    for trace in traces:
        low, high = float(trace.wavelength.min()), float(trace.wavelength.max())
        if options.band is not None and not (options.band[0] <= high and options.band[1] >= low):
            one = options.band[0] == options.band[1]
            raise BadValue(
                where=WHERE, what="value", who="--wavelength" if one else "--band",
                expected=f"within {low:g} to {high:g} nm, which {trace.name or 'a matrix'} has",
                found=f"{options.band[0]:g} nm" if one else f"{options.band[0]:g} to {options.band[1]:g} nm",
            )  # fmt: skip
        if options.tail is not None and options.tail[0] >= trace.time[-1]:
            raise BadValue(
                where=WHERE, what="value", who="--tail", found=f"{options.tail[0]:g} to {options.tail[1]:g} ps",
                expected=f"a stretch before the last delay of {trace.name or 'a matrix'}, {trace.time[-1]:g} ps",
            )  # fmt: skip


def _band(wavelength: Number | None, band: str | None) -> tuple[float, float] | None:
    if wavelength is not None and band is not None:
        raise BadValue(
            where=WHERE, what="option", who="--wavelength", expected="either it or --band", found="both"
        )
    if band is not None:
        return read_interval(band, "--band", WHERE, In("nm"), "500:510")
    if wavelength is None:
        return None
    at = read(wavelength, "--wavelength", WHERE, In("nm", above=0))
    return at, at


def with_fluence(
    traces: Sequence[TransientTrace],
    *,
    fluence: str | Sequence[float] | None = None,
    pulse_energy: str | Sequence[float] | None = None,
    pump_wavelength: Number | None = None,
    pump_power: str | Sequence[float] | None = None,
) -> tuple[list[TransientTrace], dict[str, Any]]:
    """The matrices of a series with their fluence, and what it is measured in, for ``choices``.

    Fluences come from the files, from ``fluence`` [photons/cm2], from ``pulse_energy`` [uJ/cm2] at the
    ``pump_wavelength`` [nm], or, relative ones, from ``pump_power`` in any unit.
    """
    lists = dict(zip(FLUENCE_OPTIONS, (fluence, pulse_energy, pump_power), strict=True))
    given = [who for who, values in lists.items() if values is not None]
    if len(given) > 1:
        raise BadValue(
            where=WHERE, what="option", who=given[0], expected="one of them", found=" and ".join(given)
        )
    if not given:
        known = [trace.fluence for trace in traces]
        if any(value is None or not value > 0 for value in known):
            raise BadValue(
                where=WHERE, what="option", who="--fluence", expected=f"{len(traces)} fluences [photons/cm2], "
                "in the order of the matrices", found="nothing, and none in the files",
                hint="Or --pulse-energy-uJ-cm2 with --pump-wavelength, or --pump-power in any unit. "
                "One matrix alone, or --mode global, needs none.",
            )  # fmt: skip
        return _checked(list(traces)), {"fluence_from": "files", "fluence_unit": "photons/cm2"}
    values = _numbers(lists[given[0]], given[0], len(traces))
    choices: dict[str, Any] = {"fluence_from": given[0], "fluence_unit": "photons/cm2"}
    if pulse_energy is not None:
        if pump_wavelength is None:
            raise BadValue(
                where=WHERE, what="option", who="--pump-wavelength", expected="a wavelength [nm], to count photons",
                found="nothing",
            )  # fmt: skip
        at = read(pump_wavelength, "--pump-wavelength", WHERE, In("nm", above=10, at_most=1e5))
        values = values * photons_per_microjoule(at)
        choices["pump_wavelength_nm"] = at
        choices["fluence_conversion"] = "pulse energy per area over the photon energy hc/wavelength"
    if pump_power is not None:
        choices["fluence_unit"] = "relative"
    return _checked([replace(t, fluence=float(v)) for t, v in zip(traces, values, strict=True)]), choices


def photons_per_microjoule(wavelength: float) -> float:
    """Photons of ``wavelength`` [nm] in 1 uJ."""
    return 1e-6 * JOULE / (PLANCK_TIMES_LIGHT / wavelength)


def _numbers(given: Any, who: str, count: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    parts = given.split(",") if isinstance(given, str) else list(np.atleast_1d(given).tolist())
    values = np.array([read(part, who, WHERE, In("1", above=0)) for part in parts])
    if len(values) != count:
        raise BadValue(
            where=WHERE, what="list", who=who, expected=f"{count} numbers, one for each matrix in their order",
            found=f"{len(values)}",
        )  # fmt: skip
    return values


def _checked(traces: list[TransientTrace]) -> list[TransientTrace]:
    if len({trace.fluence for trace in traces}) < 2:
        raise BadValue(
            where=WHERE, what="list", who="--fluence", expected="two different fluences at least", found="one"
        )
    return traces


def global_choices(options: Options) -> dict[str, Any]:
    """Of the analysis of one matrix."""
    number, columns = options.components, options.artefact
    fewest = (
        f"the fewest after which another takes less than {WORTH:.0%} off chi-square per degree of freedom, at most "
        f"{MOST_COMPONENTS}"
    )
    needed = (
        f"; {ARTEFACT} where a lifetime would else be shorter than the response" if columns is None else ""
    )
    return {
        "components": AUTOMATIC if number is None else number,
        "components_meaning": fewest if number is None else "as asked for",
        "artefact": AUTOMATIC if columns is None else columns,
        "artefact_meaning": "columns of a coherent artefact: a Gaussian of the width of the response and its "
        f"derivatives{needed}",
        "baseline": "a constant at each wavelength, fitted",
        "spectra": "decay-associated: amplitude of each lifetime; evolution-associated: of the species of the sequence "
        "1 -> 2 -> ... -> ground with these lifetimes",
        **options.choices,
    }


def series_choices(options: Options) -> dict[str, Any]:
    """Of the analysis of a fluence series."""
    sample = options.sample
    return {
        "model": sample.model,
        "model_meaning": MODELS[sample.model],
        "statistics": "poisson: pairs of one pulse, <N> = cross section x fluence, the same throughout the sample",
        "filling": sample.filling,
        "filling_meaning": FILLING[sample.filling],
        "degeneracy": UNFILLED if sample.degeneracy is None else sample.degeneracy,
        "quantum_yield": sample.quantum_yield,
        "exciton_rate": "fitted" if options.exciton_rate is None else "given",
        "retained_fraction": "fitted" if options.retained_fraction is None else "given",
        "auger_efficiency_definition": EFFICIENCY_MEANING,
        "biexciton_lifetime_definition": "of the neutral biexciton: 1/(k_AR + 4 k_rad + 2 k_nr)",
        **options.choices,
    }
