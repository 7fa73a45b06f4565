"""Options of ``scintidot excitation`` as a user writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from scintidot.errors import BadValue, FieldError, OutOfRange, one_of
from scintidot.excitons.distribution import DISTRIBUTIONS, pair_distribution, read_pair_distribution
from scintidot.geometry import SHAPES, volume
from scintidot.kinetics.dose import event_rate as event_rate_of
from scintidot.materials.fields import In
from scintidot.materials.library import Material, load_material
from scintidot.records import FloatArray
from scintidot.results import number
from scintidot.units import split_list

Number = float | str

WHERE = "excitation"
_FRACTION = In("1", at_least=0, at_most=1)
_RATE = In("1/ps", at_least=0, at_most=1e6)


def read(value: Number, flag: str, limits: In) -> float:
    try:
        return limits.read_number(value)
    except FieldError as error:
        raise error.at(BadValue, where=WHERE, who=flag) from None


def whole(value: Number, flag: str, low: int, high: int) -> int:
    number_read = read(value, flag, In("1", at_least=low, at_most=high))
    if number_read != int(number_read):
        found = f"{number_read:g}"
        raise BadValue(where=WHERE, what="value", who=flag, expected="a whole number", found=found)
    return int(number_read)


def missing(flag: str, expected: str) -> BadValue:
    return BadValue(where=WHERE, what="option", who=flag, expected=expected, found="nothing")


def refuse(why: str, given: dict[str, object]) -> None:
    for flag, value in given.items():
        if value is not None:
            raise BadValue(where=WHERE, what="option", who=flag, expected=f"none {why}", found=repr(value))


def read_rates(
    numbers: dict[str, Number], model: str, radiative: str, auger: str, traps: Number | None
) -> Any:
    """`laws.Rates`, and the choices behind them."""
    from scintidot.kinetics.exact import MODELS, exact_rates
    from scintidot.kinetics.laws import AUGER, RADIATIVE, Rates
    from scintidot.kinetics.rates import biexciton_rates

    one_of(model, MODELS, where=WHERE, who="--model")
    one_of(radiative, RADIATIVE, where=WHERE, who="--radiative")
    one_of(auger, AUGER, where=WHERE, who="--auger")
    limits = {
        "exciton_rate": In("1/ps", at_least=1e-12, at_most=1e3),
        "auger_efficiency": In("1", at_least=0, below=1),
        "retained_fraction": _FRACTION,
        "quantum_yield": _FRACTION,
    }
    figures = {
        name: read(value, "--" + name.replace("_", "-"), limits.get(name, _RATE))
        for name, value in numbers.items()
    }
    known = None if traps is None else whole(traps, "--traps", 1, 1000)
    efficiency = figures.pop("auger_efficiency")
    of_auger = biexciton_rates(
        "poisson-biexciton", exciton_rate=figures["exciton_rate"], quantum_yield=figures["quantum_yield"],
        retained_fraction=figures["retained_fraction"], auger_efficiency=efficiency,
    ).auger  # fmt: skip
    found = exact_rates(**figures, auger_rate=of_auger, radiative=radiative, auger=auger, traps=known)
    bare: dict[str, Any] = {name: float(getattr(found, name)) for name in Rates._fields[:8]}
    rates = found._replace(**bare)
    choices = {
        "model": model,
        "model_meaning": MODELS[model],
        "auger_efficiency": efficiency,
        "auger_rate_per_ps": number(rates.auger),
        **{f"{name}_per_ps" if name.endswith("_rate") else name: value for name, value in figures.items()},
        "radiative": radiative,
        "radiative_meaning": RADIATIVE[radiative],
        "auger": auger,
        "auger_meaning": AUGER[auger],
        "traps": known,
    }
    return rates, choices


def read_distribution(
    mean_excitons: Number | None, statistics: str | Path
) -> tuple[FloatArray, dict[str, Any]]:
    laws = {name: DISTRIBUTIONS[name] for name in ("poisson", "exponential")}
    if str(statistics) in laws:
        if mean_excitons is None:
            raise missing("--mean-excitons", "the mean number of pairs of one event or pulse")
        mean = read(mean_excitons, "--mean-excitons", In("1", above=0, at_most=1000))
        chosen = {
            "statistics": statistics,
            "statistics_meaning": laws[str(statistics)],
            "mean_excitons": mean,
        }
        return pair_distribution(mean, str(statistics)), chosen
    if not Path(statistics).suffix and not Path(statistics).exists():
        one_of(str(statistics), laws, where=WHERE, who="--statistics")
    refuse("with P(n) from a file", {"--mean-excitons": mean_excitons})
    chosen = {
        "statistics": str(statistics),
        "statistics_meaning": "P(n) from this file, scaled to a sum of 1",
    }
    return read_pair_distribution(statistics), chosen


def read_event_rate(
    event_rate: Number | None, dose_rate: Number | None, deposit: Number | None, body: dict[str, Any]
) -> tuple[float, dict[str, Any]]:
    """R [1/ps], and the choices behind it."""
    if (event_rate is None) == (dose_rate is None):
        raise missing("--event-rate", "--event-rate or --dose-rate-gy-per-s, one of them, in mode steady")
    limits = In("1/ps", at_least=1e-24, at_most=1e3)
    if event_rate is not None:
        refuse("with --event-rate", {"--deposit-ev": deposit, "--edge-length": body["edge_length"]})
        return read(event_rate, "--event-rate", limits), {"event_rate_from": "given"}
    if deposit is None or body["edge_length"] is None:
        flag = "--deposit-ev" if deposit is None else "--edge-length"
        raise missing(flag, "--edge-length and --deposit-ev with a dose rate")
    energy = read(deposit, "--deposit-ev", In("eV", above=0, at_most=1e9))
    size = read(body["edge_length"], "--edge-length", In("nm", at_least=0.5, at_most=1000))
    one_of(body["shape"], SHAPES, where=WHERE, who="--shape")
    dose = read(dose_rate, "--dose-rate-gy-per-s", In("1", above=0, at_most=1e15))  # type: ignore[arg-type]
    material: Material | None = None
    if body["density"] is None:
        material = load_material(body["material"] or "CsPbBr3")
        density = material.card.density.value
    else:
        refuse("with --density", {"--material": body["material"]})
        density = read(body["density"], "--density", In("g/cm^3", above=0, at_most=30))
    rate = event_rate_of(dose, density=density, volume=float(volume(size, body["shape"])), deposit=energy)
    if not 1e-24 <= rate <= 1e3:
        raise OutOfRange(
            where=WHERE, what="value", who="--dose-rate-gy-per-s", expected="1e-24 to 1000 events per ps",
            found=f"{rate:.3g}",
        )  # fmt: skip
    return rate, {
        "event_rate_from": "dose rate of the nanocrystal's own mass, R = D rho V/<E>",
        "dose_rate_Gy_per_s": dose,
        "mean_deposit_eV": energy,
        "edge_length_nm": size,
        "shape": body["shape"],
        "material": None if material is None else material.name,
        "density_g_per_cm3": density,
    }


def read_delays(entry: object) -> FloatArray:
    """Delays [ps] of g2; 0 alone without any."""
    if entry is None:
        return np.zeros(1)
    limits = In("ps", at_least=0, at_most=1e15)
    try:
        delays = [limits.read_number(part) for part in split_list(entry, what="delays", unit="ps")]
    except FieldError as error:
        raise error.at(BadValue, where=WHERE, who="--delays-ps") from None
    return np.array(delays)
