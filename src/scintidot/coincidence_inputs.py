"""Options of `coincidence_time_resolution`, read and checked before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from scintidot import options
from scintidot.errors import BadValue, OutOfRange, one_of
from scintidot.materials.fields import In
from scintidot.records import Exponentials, FloatArray
from scintidot.timing.bounds import WHY_NO_BOUND
from scintidot.timing.density import Response
from scintidot.timing.detectors import Detector, load_detector
from scintidot.timing.leading_edge import Electronics
from scintidot.timing.order_statistics import NUMBERS, Quantiles
from scintidot.timing.reading import Decay, read_decay, read_energies, read_response

WHERE = "ctr"
_TIME, _SPREAD = In("ps", above=0, at_most=1e12), In("ps", at_least=0, at_most=1e12)
_PHOTONS = In("1", above=0, at_most=1e15)
_FRACTION = In("1", at_least=0, at_most=1)
_WAVELENGTH, _LINE_WIDTH = In("nm", at_least=100, at_most=2000), In("nm", at_least=0, at_most=500)
_DARK_RATE = In("1/ps", at_least=0, at_most=1e3)
_PULSE_FALL = In("ps", at_least=1e-3, at_most=1e7)
_THRESHOLD, _NOISE = In("1", above=0, at_most=1e9), In("1", at_least=0, at_most=1e6)
_CROSSTALK = In("1", at_least=0, below=0.9)
"""A chain of more avalanches than 10 on average is no pulse."""
_FALL_OVER_RISE = 1.001
"""Of a pulse, at least: where they agree its closed form is 0/0."""
FEWEST_EVENTS, MOST_EVENTS = 100, 10**8
"""Of a simulation: a standard deviation to 7 %, and 800 MB of times."""
MOST_SIMULATED_PHOTONS = 1e7
"""Of one event in a simulation."""
_MOST_DRAWN = 1e12
_MOST_THREADS = 1024
SHORTEST = 1e-6
"""Rise time or spread that is not 0. [ps]"""
_COARSE = 0.25
"""Step of a measured response over its width, above which its Gaussians widen it by more than 3 %."""
_SUM_TOLERANCE = 1e-9
"""Of fractions that sum to 1 as written."""
_FORMULA = {"rise_time", "effective_lifetime", "photons"}
"""Keywords of the label formula."""
_ONLY_WITH = {"emission": "emitted_photons", "emission_fwhm": "emitted_photons"}
"""Keyword -> the one without which nothing would read it."""

SPELLINGS = {
    "rise_time": "--rise-time-ps", "effective_lifetime": "--tau-eff-ps", "jitter_sigma": "--jitter-sigma-ps",
    "optical_spread_sigma": "--optical-spread-sigma-ps", "dark_rate": "--dark-rate-per-ps",
    "pulse_rise": "--pulse-rise-ps", "pulse_fall": "--pulse-fall-ps", "emission": "--emission-nm",
    "emission_fwhm": "--emission-fwhm-nm", "other_rise_time": "--other-rise-time-ps",
    "other_jitter_sigma": "--other-jitter-sigma-ps", "photons_per_keV": "--photons-per-kev",
}  # fmt: skip
"""Keyword -> option of the command line, where it is not the same."""


def option(name: str) -> str:
    """How the command line spells a keyword."""
    return SPELLINGS.get(name, "--" + name.replace("_", "-"))


@dataclass(frozen=True)
class Side:
    """One of the two detectors with its scintillator."""

    decay: Exponentials
    fractions: tuple[float, ...]
    lifetimes: tuple[float, ...]  # [ps]
    rise_time: float  # [ps]
    response: Response
    photons: float  # detected in an event
    dark_rate: float  # [1/ps]

    @cached_property
    def quantiles(self) -> Quantiles:
        """Times of one photon."""
        return Quantiles.of(self.decay, self.rise_time, self.response)


@dataclass(frozen=True)
class Inputs:
    """Everything that one document needs."""

    sides: tuple[Side, ...]  # one: two equal detectors
    number: str
    events: int | None
    edge_events: int | None
    seed: int
    threads: int
    electronics: Electronics | None
    threshold: float | None
    energies: tuple[FloatArray, FloatArray] | None
    photons_per_kev: float | None
    detector: Detector | None
    efficiency: float | None
    notes: tuple[str, ...]


def read(value: options.Number, name: str, limits: In) -> float:
    """A number of an option."""
    return options.read(value, option(name), WHERE, limits)


def read_spread(given: Mapping[str, Any], name: str) -> float:
    """A rise time or a standard deviation [ps], 0 where it is not given; so short that it is none is a mistake."""
    return _spread(read(given.get(name, 0.0), name, _SPREAD), name)


def _spread(value: float, name: str) -> float:
    if 0 < value < SHORTEST:
        raise BadValue(
            where=WHERE, what="time", who=option(name), expected=f"0, or at least {SHORTEST:g} ps",
            found=f"{value:g} ps",
        )  # fmt: skip
    return value


def read_times(given: Mapping[str, Any]) -> tuple[float, float, float]:
    """Rise time, effective lifetime [ps] and photons of the label formula alone."""
    return (
        read(_needed(given, "rise_time"), "rise_time", _TIME),
        read(given["effective_lifetime"], "effective_lifetime", _TIME),
        read(_needed(given, "photons"), "photons", _PHOTONS),
    )


def formula_alone(given: Mapping[str, Any]) -> bool:
    """Whether an effective lifetime is given, and nothing that the label formula does not know."""
    return "effective_lifetime" in given and given.keys() <= _FORMULA


def read_inputs(given: Mapping[str, Any]) -> Inputs:
    """Check all options; ``given`` maps keywords to what the user wrote, those that are None left out."""
    for name, needed in _ONLY_WITH.items():
        if name in given and needed not in given:
            raise BadValue(
                where=WHERE, what="option", who=option(name), expected=f"{option(needed)} with it", found="none",
            )  # fmt: skip
    notes: list[str] = []
    number = one_of(
        str(given.get("photon_number", "poisson")), NUMBERS, where=WHERE, who=option("photon_number")
    )
    detector = _detector(given)
    energies, per_kev = _energies(given)
    photons, efficiency = _photons(given, detector, energies, per_kev, notes)
    dark_rate = 0.0 if detector is None else detector.dark_rate
    if "dark_rate" in given:
        dark_rate = read(given["dark_rate"], "dark_rate", _DARK_RATE)
    side = _first_side(given, detector, photons, dark_rate, notes)
    sides = _with_other(given, side, notes)
    if number == "fixed":
        sides = _whole_photons(given, sides, notes)
    events = _whole(given, "monte_carlo", FEWEST_EVENTS, MOST_EVENTS)
    edge_events = _whole(given, "leading_edge_events", FEWEST_EVENTS, MOST_EVENTS)
    for name, count in (("monte_carlo", events), ("leading_edge_events", edge_events)):
        _check_size(name, count, sides)
    seed = options.read_seed(given.get("seed", 1), WHERE)
    threads = options.read_whole(given.get("threads", options.cores()), "--threads", WHERE, 1, _MOST_THREADS)
    electronics, threshold = _electronics(given, detector, dark_rate)
    return Inputs(
        sides=sides,
        number=number,
        events=events,
        edge_events=edge_events,
        seed=seed,
        threads=threads,
        electronics=electronics,
        threshold=threshold,
        energies=energies,
        photons_per_kev=per_kev,
        detector=detector,
        efficiency=efficiency,
        notes=tuple(notes),
    )


def _needed(given: Mapping[str, Any], name: str) -> Any:
    if given.get(name) is None:
        raise BadValue(where=WHERE, what="option", who=option(name), expected="a value", found="none")
    return given[name]


def _only_one(given: Mapping[str, Any], *names: str) -> None:
    both = [name for name in names if name in given]
    if len(both) > 1:
        raise BadValue(
            where=WHERE, what="option", who=option(both[1]), expected=f"either {' or '.join(map(option, names))}",
            found="both",
        )  # fmt: skip


def _detector(given: Mapping[str, Any]) -> Detector | None:
    if "detector" not in given:
        return None
    return load_detector(str(given["detector"]), where=WHERE, who=option("detector"))


def _energies(given: Mapping[str, Any]) -> tuple[tuple[FloatArray, FloatArray] | None, float | None]:
    pair = ("energies", "photons_per_keV")
    if not any(name in given for name in pair):
        return None, None
    path, per_kev = (_needed(given, name) for name in pair)
    _only_one(given, "energies", "photons")
    _only_one(given, "energies", "emitted_photons")
    table = read_energies(Path(path), who=option("energies"))
    return table, read(per_kev, "photons_per_keV", _PHOTONS)


def _photons(
    given: Mapping[str, Any],
    detector: Detector | None,
    energies: tuple[FloatArray, FloatArray] | None,
    per_kev: float | None,
    notes: list[str],
) -> tuple[float, float | None]:
    """Detected photons of an event, and the efficiency where emitted ones were given."""
    if energies is not None and per_kev is not None:
        return float(energies[0] @ energies[1]) * per_kev, None
    _only_one(given, "photons", "emitted_photons")
    if "emitted_photons" not in given:
        return read(_needed(given, "photons"), "photons", _PHOTONS), None
    emitted = read(given["emitted_photons"], "emitted_photons", _PHOTONS)
    if detector is None:
        raise BadValue(
            where=WHERE, what="option", who="--emitted-photons", expected="a --detector that detects them",
            found="none", hint="Or give --photons, the detected ones.",
        )  # fmt: skip
    peak = read(_needed(given, "emission"), "emission", _WAVELENGTH)
    fwhm = read(given.get("emission_fwhm", 0.0), "emission_fwhm", _LINE_WIDTH)
    efficiency = detector.efficiency_over(peak, fwhm, where=WHERE, who=option("emission"))
    if len(detector.wavelength) == 1:
        notes.append(
            f"The efficiency of {detector.name} is known at {detector.wavelength[0]:g} nm alone and taken as flat "
            "25 nm about it."
        )
    return emitted * efficiency, efficiency


def _first_side(
    given: Mapping[str, Any], detector: Detector | None, photons: float, dark_rate: float, notes: list[str]
) -> Side:
    _only_one(given, "decay", "effective_lifetime")
    _only_one(given, "jitter_sigma", "response")
    if "effective_lifetime" in given:
        lifetime = read(given["effective_lifetime"], "effective_lifetime", _TIME)
        decay = read_decay(repr(lifetime), where=WHERE, who=option("effective_lifetime"))
    else:
        decay = _decay(given, "decay", notes)
    rise = read_spread(given, "rise_time")
    if "response" in given:
        response = read_response(Path(given["response"]), who=option("response"))
        if response.sigma > _COARSE * response.standard_deviation:
            notes.append("The steps of the response are coarse against its width, which they widen.")
    elif "jitter_sigma" in given or detector is None:
        response = Response.gaussian(read_spread(given, "jitter_sigma"))
    else:
        response = Response.gaussian(detector.jitter_sigma)
        notes.append(_resolution_note(detector))
    response = response.spread(read_spread(given, "optical_spread_sigma"))
    side = Side(decay.exponentials, decay.fraction, decay.lifetime, rise, response, photons, dark_rate)
    _refuse_without_spread(side)
    return side


def _resolution_note(detector: Detector) -> str:
    known = detector.numbers["single_photon_time_resolution_fwhm"]
    band = "" if known.low is None else f" ({known.low:g} to {known.high:g})"
    return (
        f"Jitter from {detector.name}: {known.value:g}{band} ps full width at half maximum, {known.provenance}"
        f", taken as Gaussian{'; ' + known.note if known.note else ''}."
    )


def _decay(given: Mapping[str, Any], name: str, notes: list[str]) -> Decay:
    decay = read_decay(_needed(given, name), where=WHERE, who=option(name))
    if abs(decay.written_sum - 1) > _SUM_TOLERANCE:
        notes.append(f"The fractions of {option(name)} sum to {decay.written_sum:.6g}: normalised to 1.")
    return decay


_OTHER = ("other_decay", "other_rise_time", "other_jitter_sigma", "other_photons")


def _with_other(given: Mapping[str, Any], side: Side, notes: list[str]) -> tuple[Side, ...]:
    """Both detectors where the second is unlike the first."""
    other = side
    if "other_decay" in given:
        decay = _decay(given, "other_decay", notes)
        other = replace(other, decay=decay.exponentials, fractions=decay.fraction, lifetimes=decay.lifetime)
    if "other_rise_time" in given:
        other = replace(other, rise_time=read_spread(given, "other_rise_time"))
    if "other_jitter_sigma" in given:
        sigma = read_spread(given, "other_jitter_sigma")
        optical = read_spread(given, "optical_spread_sigma")
        other = replace(other, response=Response.gaussian(sigma).spread(optical))
    if "other_photons" in given:
        other = replace(other, photons=read(given["other_photons"], "other_photons", _PHOTONS))
    if other is side:
        return (side,)
    for name in _OTHER:
        _only_one(given, "energies", name)
    _refuse_without_spread(other)
    return side, other


def _whole_photons(given: Mapping[str, Any], sides: tuple[Side, ...], notes: list[str]) -> tuple[Side, ...]:
    """The same with whole numbers of photons, as every event of a fixed number has them."""
    first = next(name for name in ("energies", "emitted_photons", "photons") if name in given)
    names = [first, "other_photons" if "other_photons" in given else first]
    for side, name in zip(sides, names, strict=False):
        if side.photons < 1:
            raise OutOfRange(
                where=WHERE, what="number", who=option(name),
                expected="at least 1 detected photon where the number is fixed", found=f"{side.photons:g}",
            )  # fmt: skip
    whole = tuple(replace(side, photons=float(round(side.photons))) for side in sides)
    for side, rounded in zip(sides, whole, strict=True):
        if side.photons != rounded.photons:
            notes.append(
                f"A fixed number of photons is whole: {rounded.photons:g} instead of {side.photons:.6g}."
            )
    return whole


def _refuse_without_spread(side: Side) -> None:
    if side.response.sigma == 0 and side.rise_time == 0:
        raise OutOfRange(
            where=WHERE, what="jitter", who=option("jitter_sigma"), expected="jitter, an optical spread or a rise time",
            found="none of them", hint=WHY_NO_BOUND,
        )  # fmt: skip


_EDGE = (
    "leading_edge", "threshold", "pulse_rise", "pulse_fall", "gain_spread", "noise_sigma", "crosstalk",
    "leading_edge_events",
)  # fmt: skip
"""Keywords each of which asks for a leading-edge threshold."""


def _electronics(
    given: Mapping[str, Any], detector: Detector | None, dark_rate: float
) -> tuple[Electronics | None, float | None]:
    """Of a leading-edge threshold, where one is asked for."""
    if not any(name in given for name in _EDGE):
        return None, None

    def number(name: str, limits: In, default: float | None) -> float:
        card = None if detector is None else detector.value(name)
        fallback = default if card is None else card
        return read(_needed({name: fallback, **given}, name), name, limits)

    rise = _spread(number("pulse_rise", _SPREAD, None), "pulse_rise")
    fall = number("pulse_fall", _PULSE_FALL, None)
    if fall < _FALL_OVER_RISE * rise:
        raise BadValue(
            where=WHERE, what="pulse", who=option("pulse_rise"), expected=f"less than the fall of {fall:g} ps",
            found=f"{rise:g} ps",
        )  # fmt: skip
    threshold = given.get("threshold")
    if threshold is not None:
        threshold = read(threshold, "threshold", _THRESHOLD)
    electronics = Electronics(
        pulse_rise=rise,
        pulse_fall=fall,
        gain_spread=number("gain_spread", _FRACTION, 0.0),
        noise=number("noise_sigma", _NOISE, 0.0),
        crosstalk=number("crosstalk", _CROSSTALK, 0.0),
        dark_rate=dark_rate,
    )
    return electronics, threshold


def _whole(given: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    """A whole number of an option, None where it is not given."""
    return options.read_whole(given[name], option(name), WHERE, least, most) if name in given else None


def _check_size(name: str, events: int | None, sides: tuple[Side, ...]) -> None:
    """Refuse a simulation that would not fit or not end, and one without jitter."""
    if events is None:
        return
    photons = max(side.photons for side in sides)
    if photons > MOST_SIMULATED_PHOTONS or events * photons > _MOST_DRAWN:
        raise OutOfRange(
            where=WHERE, what="number", who=option(name),
            expected=f"at most {MOST_SIMULATED_PHOTONS:g} photons an event and {_MOST_DRAWN:g} in all",
            found=f"{photons:g} an event, {events * photons:g} in all",
        )  # fmt: skip
    if name == "monte_carlo" and any(side.response.sigma == 0 for side in sides):
        raise OutOfRange(
            where=WHERE, what="jitter", who=option("jitter_sigma"), expected="more than 0 ps for maximum likelihood",
            found="none", hint=WHY_NO_BOUND,
        )  # fmt: skip
