"""The same question asked of Geant4, through the package calzone (Geant4 in a wheel).

One nanocrystal stands in its host, electrons start in it, and Geant4 says what it keeps. Composition, density,
shape and start rule are those of our own engines; cross sections, relaxation and tracking are Geant4's.

Geant4 turns a production cut from a length into an energy. With its usual 0.7 mm that is 1 MeV in CsPbBr3, so no
secondary would be followed at all. Here the length is 0.1 nm, and the energy is the lower edge of Geant4's table of
cuts, which is set to what the treatment says, read back after the run and refused if it differs.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.atoms.elements import element
from scintidot.errors import BadFile, BadValue, OutOfRange, one_of
from scintidot.geometry import SHAPES
from scintidot.interchange.deposits import EventDeposits
from scintidot.interchange.mcpl import CENTIMETRE, ELECTRON, MEV, Particles
from scintidot.materials.library import load_material
from scintidot.materials.material import Material, composition_of
from scintidot.records import FloatArray

WHERE = "geant4"
STARTS = ("centre", "uniform")
TREATMENTS = {
    "local": "secondary electrons below a limit are deposited where they are born",
    "track": "electrons are followed as far down as the Geant4 model goes",
}


@dataclass(frozen=True)
class ModelLimits:
    """How far down a model of Geant4 goes."""

    production: float  # lowest energy of a secondary [eV]
    tracking: float  # below it an electron stops and leaves its energy [eV]


EM_MODELS = {"penelope": ModelLimits(100.0, 100.0), "livermore": ModelLimits(10.0, 20.0)}
"""Constructors of Geant4 for low energies. Both stop electrons at 100 eV unless told otherwise."""

USUAL_TRACKING = 100.0  # [eV], of both constructors
LOWEST_ENERGY, HIGHEST_ENERGY = 0.1, 1000.0  # of the primary [keV]
MOST_HISTORIES = 10_000_000
HEAVIEST = 98  # Geant4's own elements end with californium


@dataclass(frozen=True)
class Geant4Setup:
    """What Geant4 is told, in its units: cm, MeV, g/cm3."""

    geometry: dict[str, Any]  # as calzone reads it
    em_model: str
    range_cut: float  # [cm]
    production_cut: float  # [MeV]
    tracking_limit: float  # [MeV]
    seed: int
    assumptions: tuple[str, ...]


def simulate_geant4(
    material: str | Path | Material,
    *,
    edge_length: float,
    energy_keV: float,
    host: str | Path | Material = "vacuum",
    start: str = "uniform",
    shape: str = "cube",
    treatment: str = "local",
    local_deposit_below: float = 990.0,
    histories: int = 10_000,
    seed: int = 1,
    em_model: str = "penelope",
) -> EventDeposits:
    """Energy that one nanocrystal keeps from electrons that start in it, by Geant4.

    Geant4 runs in a process of its own, so that its state, its output and its crashes stay away from ours.

    Parameters
    ----------
    material, host : str, Path or Material
        Cards; only formula and density are used. A host of density 0 is Geant4's vacuum.
    edge_length : float
        Edge of the cube or diameter of the sphere [nm].
    energy_keV : float
        Kinetic energy of the primary electrons [keV], 0.1 to 1000.
    start : str
        ``centre`` or ``uniform``; directions are isotropic.
    shape : str
        ``cube`` or ``sphere``.
    treatment : str
        ``local`` or ``track``, see `TREATMENTS`.
    local_deposit_below : float
        Limit of ``local`` [eV]; Geant4's usual one is 990 eV.
    histories : int
        Number of primaries.
    seed : int
        Fixes primaries and Geant4's random numbers.
    em_model : str
        ``penelope`` (down to 100 eV) or ``livermore`` (down to 10 eV, tracking to 20 eV).

    Returns
    -------
    EventDeposits
        All in nanocrystal 0; the assumptions say what Geant4 was told.

    Raises
    ------
    BadValue
        If a name is unknown, a number cannot be, or calzone is not installed.
    OutOfRange
        If an energy is outside the range of the model.
    BadFile
        If Geant4's data tables are not installed, or the run failed.
    """
    setup = geant4_setup(
        material,
        edge_length=edge_length,
        energy_keV=energy_keV,
        host=host,
        shape=shape,
        treatment=treatment,
        local_deposit_below=local_deposit_below,
        seed=seed,
        em_model=em_model,
    )
    particles = primaries(
        edge_length=edge_length,
        energy_keV=energy_keV,
        start=start,
        shape=shape,
        histories=histories,
        seed=seed,
    )
    if importlib.util.find_spec("calzone") is None:
        raise BadValue(
            where=WHERE,
            what="engine",
            who="geant4",
            expected="the package calzone",
            found="none",
            hint="Install it: pip install 'scintidot[geant4]', then its data tables (2 GB): "
            "python -m calzone download.",
        )
    event, energy, version = _run(setup, particles)
    return EventDeposits.summed(
        event,
        np.zeros_like(event),
        energy * MEV,
        events=histories,
        source=version,
        assumptions=(*setup.assumptions, f"primaries start by the rule '{start}' in random directions"),
    )


def geant4_setup(
    material: str | Path | Material,
    *,
    edge_length: float,
    energy_keV: float,
    host: str | Path | Material = "vacuum",
    shape: str = "cube",
    treatment: str = "local",
    local_deposit_below: float = 990.0,
    seed: int = 1,
    em_model: str = "penelope",
) -> Geant4Setup:
    """Geometry and physics of `simulate_geant4`, without running anything."""
    one_of(shape, SHAPES, where=WHERE, who="shape")
    one_of(treatment, TREATMENTS, where=WHERE, who="treatment")
    one_of(em_model, EM_MODELS, where=WHERE, who="em_model")
    _check_number(edge_length, "edge_length", "a length above 0 nm")
    _check_number(energy_keV, "energy_keV", "an energy above 0 keV")
    if not LOWEST_ENERGY <= energy_keV <= HIGHEST_ENERGY:
        expected = f"{LOWEST_ENERGY:g} to {HIGHEST_ENERGY:g} keV"
        raise OutOfRange(
            where=WHERE, what="energy", who="energy_keV", expected=expected, found=f"{energy_keV:g}"
        )
    if not 0 <= seed < 2**64:
        raise BadValue(where=WHERE, what="number", who="seed", expected="0 to 2^64 - 1", found=seed)
    limits = EM_MODELS[em_model]
    production, tracking = limits.production, limits.tracking
    if treatment == "local":
        _check_number(local_deposit_below, "local_deposit_below", "an energy above 0 eV")
        if local_deposit_below < limits.production:
            raise OutOfRange(
                where=WHERE,
                what="energy",
                who="local_deposit_below",
                expected=f"{limits.production:g} eV or more with {em_model}",
                found=f"{local_deposit_below:g} eV",
            )
        production, tracking = local_deposit_below, USUAL_TRACKING
    card, around = load_material(material, where=WHERE), load_material(host, where=WHERE, who="host")
    world = _world(edge_length, energy_keV, around)
    geometry = _geometry(card, around, shape, edge_length, world)
    return Geant4Setup(
        geometry=geometry,
        em_model=em_model,
        range_cut=0.1 / CENTIMETRE,
        production_cut=production / MEV,
        tracking_limit=tracking / MEV,
        seed=seed,
        assumptions=(
            f"{card.name}, {shape} of {edge_length:g} nm in {around.name}, a box of {world:.3g} nm",
            f"treatment '{treatment}': {TREATMENTS[treatment]}",
            f"Geant4's {em_model} models; no secondary below {production:g} eV; an electron below "
            f"{tracking:g} eV leaves its energy where it is",
            "many elastic collisions are one step of multiple scattering; atoms relax as the constructor has it",
        ),
    )


def primaries(
    *, edge_length: float, energy_keV: float, start: str, shape: str, histories: int, seed: int
) -> Particles:
    """Electrons that start in a nanocrystal around the origin, in isotropic directions; see `write_mcpl`."""
    one_of(shape, SHAPES, where=WHERE, who="shape")
    hint = "Geant4's electrons start in the nanocrystal here."
    if start not in STARTS:
        expected = "one of " + ", ".join(STARTS)
        raise BadValue(where=WHERE, what="name", who="start", expected=expected, found=repr(start), hint=hint)
    if isinstance(histories, bool) or not 1 <= histories <= MOST_HISTORIES or histories != int(histories):
        expected = f"1 to {MOST_HISTORIES}"
        raise BadValue(where=WHERE, what="number", who="histories", expected=expected, found=histories)
    random = np.random.Generator(np.random.Philox(key=seed))
    position = np.zeros((histories, 3))
    if start == "uniform" and shape == "cube":
        position = edge_length * (random.random((histories, 3)) - 0.5)
    elif start == "uniform":
        distance = edge_length / 2 * np.cbrt(random.random(histories))
        position = distance[:, None] * _isotropic(random, histories)
    return Particles(
        pdg=np.full(histories, ELECTRON, np.int32),
        energy=np.full(histories, 1e3 * energy_keV),
        position=position,
        direction=_isotropic(random, histories),
        weight=np.ones(histories),
    )


def _isotropic(random: np.random.Generator, number: int) -> FloatArray:
    cosine, angle = 2 * random.random(number) - 1, 2 * np.pi * random.random(number)
    sine = np.sqrt(1 - cosine**2)
    return np.stack([sine * np.cos(angle), sine * np.sin(angle), cosine], axis=1)


def _check_number(value: float, who: str, expected: str) -> None:
    if not (math.isfinite(value) and value > 0):
        raise BadValue(where=WHERE, what="number", who=who, expected=expected, found=f"{value:g}")


def _world(edge_length: float, energy_keV: float, host: Material) -> float:
    """Edge [nm] of the box of host: an electron that leaves it cannot come back from further away.

    Range by Katz and Penfold (1952), 412 mg/cm2 E^(1.265 - 0.0954 ln E), E in MeV; below 10 keV that of 10 keV.
    """
    density = host.card.density.value
    if density == 0:
        return 4 * edge_length
    energy = max(energy_keV, 10.0) / 1e3
    reach = 0.412 * energy ** (1.265 - 0.0954 * math.log(energy)) / density * CENTIMETRE
    return float(edge_length + 3 * reach)


def _geometry(card: Material, host: Material, shape: str, edge_length: float, world: float) -> dict[str, Any]:
    edge = edge_length / CENTIMETRE
    inside, around = _mixture(card), None if host.card.density.value == 0 else _mixture(host)
    mixtures = {_name(mixture): mixture for mixture in (inside, around) if mixture is not None}
    nanocrystal = {
        "material": _name(inside),
        "role": "record_deposits",
        **({"box": edge} if shape == "cube" else {"sphere": edge / 2}),
    }
    return {
        "materials": {"mixtures": mixtures},
        "Host": {
            "box": world / CENTIMETRE,
            "material": "G4_Galactic" if around is None else _name(around),
            "Nanocrystal": nanocrystal,
        },
    }


def _mixture(material: Material) -> dict[str, Any]:
    """Density [g/cm3] and mass fractions, by Geant4's names of the elements."""
    composition = composition_of(material.card, material.where)
    heavy = max(composition.atoms)
    if heavy > HEAVIEST:
        found, expected = element(heavy).symbol, f"elements up to Z = {HEAVIEST}, which Geant4 has"
        raise BadFile(
            where=material.where, what="element", who="composition.formula", expected=expected, found=found
        )
    fractions = composition.mass_fraction / composition.mass_fraction.sum()
    names = [f"G4_{element(number).symbol}" for number in composition.atoms]
    return {
        "density": material.card.density.value,
        "composition": dict(zip(names, map(float, fractions), strict=True)),
    }


def _name(mixture: dict[str, Any]) -> str:
    """A name of a material that Geant4, which never forgets one, can hold beside all others."""
    return "M" + hashlib.sha256(json.dumps(mixture, sort_keys=True).encode()).hexdigest()[:12]


def _run(setup: Geant4Setup, particles: Particles) -> tuple[Any, FloatArray, str]:
    """Event numbers, deposits [MeV] and version from `geant4_worker` in another process."""
    with tempfile.TemporaryDirectory(prefix="scintidot-geant4-") as name:
        folder = Path(name)
        (folder / "setup.json").write_text(json.dumps(asdict(setup)), encoding="utf-8")
        np.savez(
            folder / "primaries.npz",
            energy=particles.energy / MEV,
            position=particles.position / CENTIMETRE,
            direction=particles.direction,
        )
        command = [sys.executable, "-m", "scintidot.interchange.geant4_worker", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        if (folder / "result.npz").is_file():
            with np.load(folder / "result.npz") as result:
                return result["event"].astype(np.int64), result["energy"], str(result["version"])
        fault = folder / "fault.json"
        words = json.loads(fault.read_text(encoding="utf-8")) if fault.is_file() else {}
    raise _fault(words, done)


def _fault(words: dict[str, str], done: subprocess.CompletedProcess[str]) -> BadFile:
    """Why there is no result."""
    if words.get("kind") == "data":
        return BadFile(
            where=WHERE,
            what="data tables",
            who="geant4",
            expected="Geant4's data tables, which calzone does not bring",
            found=words["found"],
            hint="Install them once (2 GB): python -m calzone download; or set GEANT4_DATA_DIR to their folder.",
        )
    lines = [line for line in (done.stderr + "\n" + done.stdout).splitlines() if line.strip(" *")]
    said = words.get("found") or "; ".join(lines[-3:]) or f"exit code {done.returncode}"
    return BadFile(where=WHERE, what="run", who="geant4", expected="a run without a fault", found=said)
