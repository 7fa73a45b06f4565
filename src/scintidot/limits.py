"""What the models cannot do is refused here, before anything is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from scintidot.config import OWN_MATERIAL, RunConfig
from scintidot.errors import BadValue, OutOfRange, nearest, one_of
from scintidot.light.ensemble import size_distribution
from scintidot.materials.card import Scintillator
from scintidot.materials.library import load_material, scintillator_names
from scintidot.materials.material import Material
from scintidot.materials.nanocrystal import SizeRange
from scintidot.records import FloatArray
from scintidot.transport.stopping import HIGHEST_ENERGY, LOWEST_ENERGY, RANGE
from scintidot.units import parse_quantity


class Blame(Protocol):
    """Says for an option where its value came from: file or command, and key or flag."""

    def __call__(self, option: str, /) -> tuple[str, str]:
        """Return *where* and *who* of an error message."""


def checked_materials(config: RunConfig, blame: Blame) -> tuple[Material, Material]:
    """Material and host of a run that no model refuses; raises `ScintidotError`."""
    material, host = (
        load_material(name, where=blame(role)[0], who=blame(role)[1], kind=kind)
        for role, name, kind in (
            ("material", config.material, "scintillator"),
            ("host", config.host, "host"),
        )
    )
    check(material, host, config, blame)
    return material, host


def outdated(config: RunConfig, material: Material, host: Material) -> list[str]:
    """That cards are no longer those that a run file was written with."""
    known = ((material, config.material_fingerprint), (host, config.host_fingerprint))
    return [
        f"The card {card.where} has changed since the run file was written."
        for card, fingerprint in known
        if fingerprint not in (None, card.fingerprint)
    ]


def check(material: Material, host: Material, config: RunConfig, blame: Blame) -> None:
    """Refuse a run that leaves the range of a model; raises `ScintidotError`."""
    scintillator = material.scintillator()
    if host.card.kind != "host":
        where, who = blame("host")
        found = f"{host.name}, a {host.card.kind}"
        raise BadValue(where=where, what="material", who=who, expected="a host material", found=found)
    _check_energy(config.radiation.kinetic_energy_keV, blame)
    if config.kinetics.auger_law is not None:
        where, who = blame("auger_law")
        one_of(config.kinetics.auger_law, scintillator.auger.laws, where=where, who=who)
    if config.light.light_yield_material != OWN_MATERIAL:
        where, who = blame("light_yield_material")
        one_of(config.light.light_yield_material, [OWN_MATERIAL, *scintillator_names()], where=where, who=who)
        reference = load_material(config.light.light_yield_material).scintillator()
    else:
        reference = scintillator
    for edge in config.nanocrystal.edge_length_nm:
        _check_edge_length(edge, scintillator.sizes, blame("edge_length"))
    edge = config.light.light_yield_edge_length_nm
    _check_edge_length(edge, reference.sizes, blame("light_yield_edge_length"))
    members, weights = size_distribution(
        config.nanocrystal.edge_length_nm, config.nanocrystal.size_dispersion
    )
    where, who = blame("size_dispersion")
    for edge in members[:, weights > 1e-3].ravel():
        _check_edge_length(float(edge), scintillator.sizes, (where, f"{who}, a member of the ensemble"))
    gap = scintillator.sizing_curve(np.array(config.nanocrystal.edge_length_nm))
    energy = pair_creation_rule(scintillator, config, blame)(gap)
    if np.any(energy < gap):
        where, who = blame("pair_creation_energy")
        expected = f"at least the band gap, {gap.max():.3g} eV"
        raise BadValue(where=where, what="energy", who=who, expected=expected, found=f"{energy.min():.3g} eV")


Rule = Callable[[FloatArray], FloatArray]
"""Pair-creation energy [eV] against band gap [eV]."""


def pair_creation_rule(
    scintillator: Scintillator, config: RunConfig, blame: Blame = lambda option: ("predict", option)
) -> Rule:
    """A rule of the card by its name, or an energy such as ``7.5 eV``."""
    text, rules = config.excitons.pair_creation_energy, scintillator.pair_creation
    if text in rules:
        return rules[text]
    where, who = blame("pair_creation_energy")
    if text[:1] in tuple("0123456789.+-"):
        energy = parse_quantity(text, "eV", where=where, who=who)
        if energy > 0:
            return lambda band_gap: np.full_like(band_gap, energy)
    expected = f"one of {', '.join(rules)}, or a positive energy such as '7.5 eV'"
    raise BadValue(
        where=where,
        what="name",
        who=who,
        expected=expected,
        found=repr(text),
        hint=nearest(text, rules, listed=True),
    )


def known_sample_rule(reference: Material, material: Material, config: RunConfig) -> Rule:
    """The rule of the run for the sample whose light yield is known: of its own card, if that has one of this name."""
    named = config.excitons.pair_creation_energy in reference.scintillator().pair_creation
    return pair_creation_rule((reference if named else material).scintillator(), config)


def _check_energy(kinetic_energy_keV: float, blame: Blame) -> None:
    energy = kinetic_energy_keV * 1e3
    if LOWEST_ENERGY <= energy <= HIGHEST_ENERGY:
        return
    hint = None
    if LOWEST_ENERGY <= kinetic_energy_keV <= HIGHEST_ENERGY:
        hint = f"A bare number is in keV; '{kinetic_energy_keV:g} eV' is {kinetic_energy_keV / 1e3:g} keV."
    elif LOWEST_ENERGY <= energy * 1e3 <= HIGHEST_ENERGY:
        hint = f"Did you mean '{energy:g} keV'?"
    where, who = blame("energy")
    raise OutOfRange(
        where=where,
        what="energy",
        who=who,
        expected=f"{RANGE} for the stopping power of the continuous model",
        found=f"{kinetic_energy_keV:g} keV",
        hint=hint,
    )


def _check_edge_length(edge: float, sizes: SizeRange, place: tuple[str, str]) -> None:
    """Refuse a size that the card's laws do not cover, guessing angstrom for nanometre."""
    smallest, largest = sizes.smallest.value, sizes.largest.value
    if smallest <= edge <= largest:
        return
    hint = None
    if smallest <= edge / 10 <= largest:
        hint = f"Is this in angstrom? {edge:g} angstrom are {edge / 10:g} nm; write '{edge:g} angstrom'."
    where, who = place
    expected = f"{smallest:g} to {largest:g} nm for this material card"
    raise OutOfRange(where=where, what="size", who=who, expected=expected, found=f"{edge:g} nm", hint=hint)
