"""What a user says of a sample, checked option by option."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scintidot import limits
from scintidot.config import make_config
from scintidot.deposits.bodies import volume
from scintidot.deposits.names import WHERE as ENGINE
from scintidot.deposits.options import read_setup
from scintidot.deposits.setup import Setup
from scintidot.errors import BadValue, FieldError, ScintidotError, one_of
from scintidot.interactions.inputs import Energies, read_energies
from scintidot.kinetic_options import DEFAULT_MODEL
from scintidot.light.pulses import RAYLEIGH
from scintidot.light_yield.kinetics import MODELS
from scintidot.light_yield.photons import SIMULATED
from scintidot.materials.fields import In
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.options import option_flag, read
from scintidot.units import split_list

WHERE = "light"
ENERGIES = "2,5,10,20,30"
HISTORIES = 1000
FEWEST_HISTORIES = 50
EDGE_LENGTH, VOLUME_FRACTION = 8.7, 0.05
CRYSTALS = 20_000
"""Nanocrystals in the box, unless the box is given."""
PROMPT = "0.1,1,10"
RESPONSE = 100.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Sample:
    """One sample and what is asked about it, complete and checked; see `scintidot.sample_light`."""

    setup: Setup
    material: Material
    edge_length: float
    model: str
    pair_rule: str
    pair_creation_energy: float  # [eV]; of the rule, or of the simulation where pairs are counted
    fano_factor: float | None  # None: that of the bulk, simulated
    auger_law: str
    retained_fraction: float
    host_transfer: float
    outcoupling: float  # share of the photons that leave the sample
    detection_efficiency: float  # share of these that are detected
    reference: int  # place of the energy that others are compared with
    prompt: tuple[float, ...]  # [ns]
    response: float  # [ps]
    valley: float
    own_composite: bool  # written as --composite

    @property
    def detected_share(self) -> float:
        """Share of the photons that are detected."""
        return self.outcoupling * self.detection_efficiency


def read_sample(
    *,
    material: str | Path | Material = "CsPbBr3",
    edge_length: object = None,
    host: str | Path | Material = "octane",
    energies: Energies = ENERGIES,
    volume_fraction: object = None,
    composite: str | None = None,
    box_nm: object = None,
    packing: str | None = None,
    shape: str = "cube",
    model: str = DEFAULT_MODEL,
    pair_creation_energy: str = "fratelli",
    fano_factor: object = None,
    auger_law: str | None = None,
    retained_fraction: object = None,
    host_transfer: object = 0.0,
    outcoupling: object = 1.0,
    detection_efficiency: object = 1.0,
    reference_keV: object = None,
    prompt_ns: object = PROMPT,
    response_ps: object = RESPONSE,
    valley: object = RAYLEIGH,
    histories: object = HISTORIES,
    seed: object = 1,
    threads: object = None,
) -> Sample:
    """Check every choice; raises `ScintidotError` with the option at fault."""
    one_of(model, MODELS, where=WHERE, who="--model")
    crystal = load_material(material, where=WHERE, who="--material", kind="scintillator")
    card = crystal.scintillator()
    primary = read_energies(energies, "keV", where=WHERE, who="--energies")
    box = _composite(edge_length, volume_fraction, composite, box_nm, shape)
    with blamed_on_us(own_composite=composite is not None):
        setup = read_setup(
            material=crystal, host=host, energy_keV=[f"{energy!r} keV" for energy in primary], shape=shape,
            packing=packing, histories=histories, seed=seed, threads=threads, **box,
        )  # fmt: skip
    if setup.histories < FEWEST_HISTORIES:
        raise BadValue(
            where=WHERE, what="number", who="--histories", found=setup.histories,
            expected=f"at least {FEWEST_HISTORIES}, for a spread",
        )  # fmt: skip
    if setup.positions is not None and np.ptp(setup.positions[1]) > 0:
        raise BadValue(
            where=WHERE, what="file", who="--packing", expected="crystals of one size", found="several sizes",
            hint="Kinetics and quantum yield are those of one size.",
        )  # fmt: skip
    edge = setup.bodies[0].edges[0]
    counted = pair_creation_energy == SIMULATED
    config = make_config(  # for the checks that `predict` makes; the material is checked as a card
        options={
            "edge_length": [edge], "shape": shape, "auger_law": auger_law,
            "retained_fraction": retained_fraction, "outcoupling": outcoupling,
            "detection_efficiency": detection_efficiency,
            "pair_creation_energy": next(iter(card.pair_creation)) if counted else pair_creation_energy,
        },
        where=WHERE,
    )  # fmt: skip

    def blame(option: str) -> tuple[str, str]:
        size = option == "edge_length" and composite is not None
        return WHERE, "--composite" if size else option_flag(option)

    limits.check(crystal, setup.host, config, blame)
    transfer = read(host_transfer, "--host-transfer", WHERE, In("1", at_least=0, at_most=1))
    if counted and transfer > 0:
        raise BadValue(
            where=WHERE, what="option", who="--host-transfer", found=f"{transfer:g}",
            expected="0 with --pair-creation-energy simulated, which counts no pairs that the host hands on",
        )  # fmt: skip
    gap = card.sizing_curve(np.array([edge]))
    places = [round(energy, 9) for energy in primary]
    reference = max(primary)
    if reference_keV is not None:
        reference = read(reference_keV, "--reference-kev", WHERE, In("keV", above=0))
    if round(reference, 9) not in places:
        raise BadValue(
            where=WHERE, what="energy", who="--reference-kev", expected="one of --energies", found=f"{reference:g} keV"
        )  # fmt: skip
    kept = config.kinetics.retained_fraction
    return Sample(
        setup=setup,
        material=crystal,
        edge_length=edge,
        model=model,
        pair_rule=pair_creation_energy,
        pair_creation_energy=float(limits.pair_creation_rule(card, config, blame)(gap)[0]),
        fano_factor=None
        if fano_factor is None
        else read(fano_factor, "--fano-factor", WHERE, In("1", at_least=0, at_most=10)),
        auger_law=auger_law or card.auger.default,
        retained_fraction=card.biexciton.retained_fraction.value if kept is None else kept,
        host_transfer=transfer,
        outcoupling=config.timing.outcoupling,
        detection_efficiency=config.timing.detection_efficiency,
        reference=places.index(round(reference, 9)),
        prompt=_times(prompt_ns),
        response=read(response_ps, "--response-ps", WHERE, In("ps", at_least=1e-3, at_most=1e9)),
        valley=read(valley, "--valley", WHERE, In("1", at_least=0.01, at_most=0.99)),
        own_composite=composite is not None,
    )


def _composite(
    edge_length: object, volume_fraction: object, composite: str | None, box_nm: object, shape: str
) -> dict[str, Any]:
    """Nanocrystals in a box, as the engine reads them: written so by the user, or by size and volume fraction."""
    one_of(shape, ("cube", "sphere"), where=WHERE, who="--shape")
    if composite is not None:
        for who, given in (("--edge-length", edge_length), ("--volume-fraction", volume_fraction)):
            if given is not None:
                raise BadValue(
                    where=WHERE, what="option", who=who, expected="none with --composite, which has it",
                    found=repr(given),
                )  # fmt: skip
        return {"composite": composite, "box_nm": box_nm}
    usual = EDGE_LENGTH if edge_length is None else edge_length
    edge = read(usual, "--edge-length", WHERE, In("nm", at_least=0.5, at_most=1e4))
    usual = VOLUME_FRACTION if volume_fraction is None else volume_fraction
    share = read(usual, "--volume-fraction", WHERE, In("1", above=0, below=1))
    one = volume((edge, edge, edge), shape)
    if box_nm is None:
        return {"composite": f"{CRYSTALS} x {edge!r} nm", "box_nm": (CRYSTALS * one / share) ** (1 / 3)}
    return {"composite": f"{100 * share:.12f} % x {edge!r} nm", "box_nm": box_nm}


_OPTIONS = {"--energy-kev": "--energies", "--composite": "--volume-fraction"}
"""Option of the engine -> ours."""


@contextmanager
def blamed_on_us(*, own_composite: bool) -> Iterator[None]:
    """Faults that the engine finds, at the option that the user wrote."""
    try:
        yield
    except ScintidotError as error:
        if error.where != ENGINE:
            raise
        keep = own_composite and error.who == "--composite"
        raise error.at(where=WHERE, who=error.who if keep else _OPTIONS.get(error.who, error.who)) from None


def _times(entry: object) -> tuple[float, ...]:
    """Positive times. [ns]"""
    try:
        parts = split_list(entry, what="times", unit="ns")
    except FieldError as error:
        raise error.at(BadValue, where=WHERE, who="--prompt-ns") from None
    limits = In("ns", above=0, at_most=1e9)
    return tuple(dict.fromkeys(read(part, "--prompt-ns", WHERE, limits) for part in parts))
