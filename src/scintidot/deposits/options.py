"""What a user asks of the engine, checked option by option."""

from __future__ import annotations

from pathlib import Path

from scintidot.deposits.bodies import Body, read_bodies, refuse_alone
from scintidot.deposits.names import (
    ELASTIC,
    HISTORIES,
    LOCAL_BELOW,
    PACKING,
    PAIR_RULES,
    SHAPES,
    SHELL_THICKNESS,
    TREATMENTS,
    WHERE,
)
from scintidot.deposits.particles import read_primaries, spectrum_of
from scintidot.deposits.primaries import UP_TO
from scintidot.deposits.setup import Setup
from scintidot.errors import BadValue, OutOfRange, one_of
from scintidot.interactions.inelastic import loss_medium_of
from scintidot.interactions.inputs import Energies, read_energies, read_within
from scintidot.interactions.media import PHONON_CHOICES
from scintidot.materials.fields import In
from scintidot.materials.library import load_material
from scintidot.materials.material import Material
from scintidot.options import cores, read_seed, read_whole
from scintidot.radiation.sources import read_source
from scintidot.radiation.spectrum import Spectrum, monoenergetic
from scintidot.scale.computing import current, device_for
from scintidot.transport.surface import SURFACES
from scintidot.transport.track.problem import STARTS
from scintidot.transport.track.tables import HIGHEST_ENERGY


def read_setup(
    *,
    material: str | Path | Material = "CsPbBr3",
    edge_length: object = None,
    energy_keV: Energies | None = None,
    source: str | None = None,
    host: str | Path | Material = "vacuum",
    start: str | None = None,
    shape: str = "cube",
    shell: str | Path | Material | None = None,
    shell_thickness_nm: object = None,
    composite: str | None = None,
    box_nm: object = None,
    packing: str | None = None,
    treatment: str = "track",
    local_deposit_below: object = LOCAL_BELOW,
    cut_eV: object = None,
    elastic: str = "partial-wave",
    phonons: str | None = None,
    surface: str = "quantum-step",
    pairs: str = "phase-space",
    whole_tracks: bool = False,
    tracking: str = "surface",
    temperature: object = 300.0,
    primaries: str | Path | None = None,
    escapes: bool = False,
    histories: object = None,
    relative_error: object = None,
    seed: object = 1,
    threads: object = None,
    device: str = "cpu",
) -> Setup:
    """Check every choice; raises `ScintidotError` with the option at fault.

    ``device`` is one of `scintidot.scale.computing.DEVICES`; what is listed one by one comes from the CPU.
    """
    crystal = load_material(material, where=WHERE, who="--material")
    around = load_material(host, where=WHERE, who="--host")
    coat = None if shell is None else load_material(shell, where=WHERE, who="--shell")
    for solid in filter(None, (crystal, coat)):
        loss_medium_of(solid)  # refuses the vacuum, and a card without a composition or a gap
    for value, names, who in (
        (treatment, TREATMENTS, "--treatment"),
        (shape, SHAPES, "--shape"),
        (elastic, ELASTIC, "--elastic"),
        (surface, SURFACES, "--surface"),
        (pairs, PAIR_RULES, "--pairs"),
        (tracking, ("surface", "woodcock"), "--tracking"),
    ):
        one_of(value, names, where=WHERE, who=who)
    if treatment == "local" and pairs != "phase-space":
        raise BadValue(
            where=WHERE, what="option", who="--pairs", expected="none with --treatment local", found=pairs,
            hint="It counts no pairs.",
        )  # fmt: skip
    _check_phonons(phonons, treatment)
    in_box = composite is not None
    given = None
    if primaries is not None:
        for name, option in (
            ("--energy-kev", energy_keV), ("--source", source), ("--start", start), ("--composite", composite),
        ):  # fmt: skip
            if option is not None:
                raise BadValue(
                    where=WHERE, what="option", who=name, expected="none with --primaries", found=repr(option),
                    hint="The file has energies, places and directions around one nanocrystal at the origin.",
                )  # fmt: skip
        given = read_primaries(primaries)
    start = start or ("matrix" if in_box else "uniform")
    one_of(start, STARTS, where=WHERE, who="--start")
    refuse_alone("--shell-thickness-nm", shell_thickness_nm, "--shell", shell)
    thickness = _thickness(shell_thickness_nm) if coat is not None else 0.0
    bodies, box, positions = read_bodies(edge_length, composite, box_nm, packing, shape, thickness)
    if in_box != (start == "matrix"):
        raise BadValue(
            where=WHERE, what="name", who="--start",
            expected="matrix with --composite, and only there" if in_box else "centre, uniform, crossing or beam",
            found=start, hint=None if in_box else "Give --composite and --box-nm for nanocrystals in a matrix.",
        )  # fmt: skip
    if coat is not None and shape == "cuboid":
        raise BadValue(
            where=WHERE, what="name", who="--shape", expected="cube or sphere with --shell", found=shape
        )
    usual = HISTORIES if given is None else len(given.energy)
    number = read_whole(usual if histories is None else histories, "--histories", WHERE, 1, 10**12)
    if given is not None and number > len(given.energy):
        raise BadValue(
            where=WHERE, what="number", who="--histories", found=number,
            expected=f"at most the {len(given.energy)} particles of --primaries", hint="Each is used once.",
        )  # fmt: skip
    spectra = (
        _spectra(energy_keV, source)
        if given is None
        else (spectrum_of(given, Path(str(primaries)).name, number),)
    )
    if escapes:
        _check_escapes(bodies, spectra, around, device, in_box=in_box)
    if start in ("crossing", "beam") and any(one.particle == "photon" for one in spectra):
        raise BadValue(
            where=WHERE, what="name", who="--start", expected="uniform or matrix for photons", found=start,
            hint="Hardly any photon that crosses a nanocrystal interacts; uniform starts with its interaction inside.",
        )  # fmt: skip
    if tracking == "woodcock" and (surface != "none" or treatment == "local" or not in_box):
        raise BadValue(
            where=WHERE, what="name", who="--tracking",
            expected="surface, unless --composite, --surface none and --treatment track are given", found=tracking,
            hint="Woodcock tracking does not see surfaces.",
        )  # fmt: skip
    limit = read_limit(local_deposit_below, treatment)
    numbers = {
        "--seed": read_seed(seed, WHERE),
        "--threads": read_whole(cores() if threads is None else threads, "--threads", WHERE, 1, 1024),
    }
    return Setup(
        material=crystal,
        host=around,
        shell=coat,
        shape=shape,
        bodies=bodies,
        shell_thickness=thickness,
        box=box,
        packing=packing or PACKING,
        positions=positions,
        spectra=spectra,
        start="file" if given is not None else start,
        treatment=treatment,
        local_below=limit if treatment == "local" else 0.0,
        cut=None
        if cut_eV is None
        else read_within(cut_eV, In("eV", above=0, at_most=HIGHEST_ENERGY), where=WHERE, who="--cut-ev"),
        elastic=elastic,
        phonons=phonons,
        surface=surface,
        pairs=pairs,
        whole_tracks=whole_tracks,
        tracking=tracking,
        temperature=read_within(
            temperature, In("K", at_least=0, at_most=1000), where=WHERE, who="--temperature"
        ),
        primaries=given,
        keep_escapes=escapes,
        spectrum_option="--energy-kev" if source is None else "--source",
        histories=number,
        relative_error=None
        if relative_error is None
        else read_within(relative_error, In("1", above=0, below=1), where=WHERE, who="--relative-error"),
        seed=numbers["--seed"],
        threads=numbers["--threads"],
        device="cpu" if escapes else device_for(device, number),
        precision=current().precision,
    )


def _check_phonons(phonons: str | None, treatment: str) -> None:
    if phonons is None:
        return
    one_of(phonons, PHONON_CHOICES, where=WHERE, who="--phonons")
    if treatment == "local" and phonons != "none":
        raise BadValue(
            where=WHERE, what="option", who="--phonons", expected="none with --treatment local", found=phonons,
            hint="Losses below its limit are continuous there, without phonons.",
        )  # fmt: skip


def _thickness(entry: object) -> float:
    """Of a shell. [nm]"""
    usual = SHELL_THICKNESS if entry is None else entry
    return read_within(usual, In("nm", above=0), where=WHERE, who="--shell-thickness-nm")


def read_limit(entry: object, treatment: str) -> float:
    """Of treatment local [eV]; another one than the usual says nothing in any other treatment, and is refused."""
    who = "--local-deposit-below"
    limit = read_within(entry, In("eV", above=0, at_most=HIGHEST_ENERGY), where=WHERE, who=who)
    if treatment != "local" and limit != LOCAL_BELOW:
        raise BadValue(
            where=WHERE, what="option", who=who, expected="it together with --treatment local",
            found=f"{limit:g} eV with --treatment {treatment}",
        )  # fmt: skip
    return limit


def _check_escapes(
    bodies: tuple[Body, ...], spectra: tuple[Spectrum, ...], host: Material, device: str, *, in_box: bool
) -> None:
    """Refuse to keep the escapes of a run that has none, more than one set of them, or no list."""
    if device == "cuda":
        raise BadValue(
            where=WHERE, what="option", who="--device", expected="cpu or auto with --escapes", found=device,
            hint="A GPU adds up, and lists no electrons.",
        )  # fmt: skip
    if in_box or host.name != "vacuum":
        raise BadValue(
            where=WHERE, what="option", who="--escapes", expected="one nanocrystal in vacuum",
            found="--composite" if in_box else f"--host {host.name}",
            hint="Elsewhere electrons stop in the host: none escapes.",
        )  # fmt: skip
    if len(bodies) * len(spectra) > 1:
        raise BadValue(
            where=WHERE, what="option", who="--escapes", expected="one size and one energy",
            found=f"{len(bodies)} sizes and {len(spectra)} energies", hint="Run one file at a time.",
        )  # fmt: skip


def _spectra(energy_keV: Energies | None, source: str | None) -> tuple[Spectrum, ...]:
    if energy_keV is not None and source is not None:
        raise BadValue(
            where=WHERE,
            what="option",
            who="--source",
            expected="either --energy-kev or --source",
            found="both",
        )
    if source is not None:
        return (read_source(source),)
    energies = read_energies(
        7.0 if energy_keV is None else energy_keV, "keV", where=WHERE, who="--energy-kev"
    )
    for energy in energies:
        if energy * 1e3 > HIGHEST_ENERGY:
            inside = energy <= HIGHEST_ENERGY
            raise OutOfRange(
                where=WHERE, what="energy", who="--energy-kev",
                expected=f"electrons of {UP_TO} for the track-structure engine", found=f"{energy:g} keV",
                hint=f"A bare number is in keV; {energy:g} eV is {energy / 1e3:g} keV." if inside else None,
            )  # fmt: skip
    return tuple(monoenergetic("electron", energy * 1e3) for energy in energies)
