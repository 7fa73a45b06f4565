"""Options of ``scintidot excitation`` beside those of the kinetics, as a user writes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.errors import BadValue, FieldError, OutOfRange, one_of
from scintidot.geometry import SHAPES, volume
from scintidot.kinetic_options import Pairs, read_exact_rates, read_pairs
from scintidot.kinetics.dose import event_rate as event_rate_of
from scintidot.kinetics.exact import MODELS
from scintidot.kinetics.laws import Rates
from scintidot.materials.fields import In
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.options import Number, read
from scintidot.output import number
from scintidot.records import FloatArray
from scintidot.units import split_list

WHERE = "excitation"
_EVENTS = In("1/ps", at_least=1e-24, at_most=1e3)


def missing(flag: str, expected: str) -> BadValue:
    """An option that this mode needs."""
    return BadValue(where=WHERE, what="option", who=flag, expected=expected, found="nothing")


def refuse(why: str, given: dict[str, object]) -> None:
    """Options that mean nothing here."""
    for flag, value in given.items():
        if value is not None:
            raise BadValue(where=WHERE, what="option", who=flag, expected=f"none {why}", found=repr(value))


def read_rates(model: str, options: dict[str, Any]) -> tuple[Rates, dict[str, Any]]:
    """Rates of one nanocrystal as bare numbers, and the choices behind them."""
    one_of(model, MODELS, where=WHERE, who="--model")
    found, choices = read_exact_rates(WHERE, **options)
    bare: dict[str, Any] = {name: float(getattr(found, name)) for name in Rates._fields[:8]}
    rates = found._replace(**bare)
    auger = {"auger_rate_per_ps": number(rates.auger)}
    return rates, {"model": model, "model_meaning": MODELS[model], **choices, **auger}


def read_events(mean_excitons: Number | None, statistics: str | Path) -> Pairs:
    """P(n) of one event or pulse."""
    if statistics == "paper":
        raise BadValue(
            where=WHERE, what="name", who="--statistics", expected="poisson, exponential or a file n,weight",
            found="'paper'", hint="Its weights are no probabilities: they cannot follow each other.",
        )  # fmt: skip
    pairs = read_pairs(WHERE, mean_excitons, str(statistics))
    if pairs.distribution[0] > 1 - 1e-12:
        expected = "pairs in more than 1e-12 of the events"
        raise BadValue(where=WHERE, what="value", who="<N>", expected=expected, found="none")
    return pairs


@dataclass(frozen=True)
class Body:
    """The nanocrystal whose dose rate is given, as a user writes it."""

    edge_length: Number | None
    shape: str | None
    material: Material | str | Path | None
    density: Number | None

    def given(self) -> dict[str, object]:
        """By option."""
        return {
            "--edge-length": self.edge_length, "--shape": self.shape, "--material": self.material,
            "--density": self.density,
        }  # fmt: skip


def read_event_rate(
    event_rate: Number | None, dose_rate: Number | None, deposit: Number | None, body: Body
) -> tuple[float, dict[str, Any]]:
    """R [1/ps], and the choices behind it."""
    if (event_rate is None) == (dose_rate is None):
        raise missing("--event-rate", "--event-rate or --dose-rate-gy-per-s, one of them, in mode steady")
    if event_rate is not None:
        refuse("with --event-rate", {"--deposit-ev": deposit, **body.given()})
        return read(event_rate, "--event-rate", WHERE, _EVENTS), {"event_rate_from": "given"}
    if deposit is None or body.edge_length is None:
        flag = "--deposit-ev" if deposit is None else "--edge-length"
        raise missing(flag, "--edge-length and --deposit-ev with a dose rate")
    energy = read(deposit, "--deposit-ev", WHERE, In("eV", above=0, at_most=1e9))
    size = read(body.edge_length, "--edge-length", WHERE, In("nm", at_least=0.5, at_most=1000))
    shape = one_of(body.shape or "cube", SHAPES, where=WHERE, who="--shape")
    dose = read(dose_rate, "--dose-rate-gy-per-s", WHERE, In("1", above=0, at_most=1e15))
    material: Material | None = None
    if body.density is None:
        material = load_material(
            body.material or "CsPbBr3", where=WHERE, who="--material", kind="scintillator"
        )
        if material.card.kind != "scintillator":
            raise BadValue(
                where=WHERE, what="material", who="--material", expected="a scintillator",
                found=f"{material.name}, a {material.card.kind}",
            )  # fmt: skip
        density = material.card.density.value
    else:
        refuse("with --density", {"--material": body.material})
        density = read(body.density, "--density", WHERE, In("g/cm^3", above=0, at_most=30))
    rate = event_rate_of(dose, density=density, volume=float(volume(size, shape)), deposit=energy)
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
        "shape": shape,
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
