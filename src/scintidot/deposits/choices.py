"""What a run assumed, in words: named choices, warnings and the sources of its models."""

from __future__ import annotations

import math
from typing import Any

from scintidot.deposits.bulk import BULK_ENERGY
from scintidot.deposits.names import ELASTIC, LOCAL_NOTE, MEAN_OVER, PAIRS_MEANING, START_MEANINGS, TREATMENTS
from scintidot.deposits.particles import MOST_ESCAPES
from scintidot.deposits.primaries import LOWEST_PHOTON, SPECTRUM_ROWS, left_out
from scintidot.deposits.row import Row
from scintidot.deposits.setup import Setup
from scintidot.interactions.elastic import REFERENCES as ELASTIC_REFERENCES
from scintidot.interactions.inelastic import DEFAULT_EXCHANGE, loss_function_notes
from scintidot.interactions.low_energy import SOURCES as PHONON_SOURCES
from scintidot.interactions.media import FARTHEST, REACH_MARGIN
from scintidot.output import number
from scintidot.provenance import bibliography, cited, together
from scintidot.scale.computing import PRECISIONS
from scintidot.transport.surface import SURFACES
from scintidot.transport.track.books import ESCAPES, MOST_ESCAPES_OF_ONE
from scintidot.transport.track.tally import ALL_BOOKS

METHOD_SOURCES = ("steele_2014", "duff_2017", "von_neumann_1951", "woodcock_1965")


def run_choices(setup: Setup) -> dict[str, Any]:
    """Every named choice of a run, as it stands in a result."""
    media = [one for one in setup.media if one is not None]
    one = media[0]
    return {
        "engine": "scintidot track structure, event by event",
        "material": setup.material.name,
        "material_fingerprint": setup.material.fingerprint,
        "host": setup.host.name,
        "host_fingerprint": setup.host.fingerprint,
        "shell": None if setup.shell is None else setup.shell.name,
        "shell_thickness_nm": setup.shell_thickness or None,
        "shape": setup.shape,
        "source": setup.spectra[0].name if len(setup.spectra) == 1 else "electrons, each energy a row",
        "particle": setup.spectra[0].particle,
        "energies_of_a_spectrum": f"{SPECTRUM_ROWS} equally likely ones"
        if setup.primaries is None
        else "each history has its own",
        "start": setup.start,
        "start_meaning": START_MEANINGS[setup.start],
        "directions": "of the file"
        if setup.primaries is not None
        else ("along x" if setup.start == "beam" else "isotropic"),
        "treatment": setup.treatment,
        "treatment_meaning": TREATMENTS[setup.treatment],
        "local_deposit_below_eV": setup.local_below or None,
        "cut_eV": {m.material.name: number(m.cut) for m in media},
        "cut_meaning": "an electron of this energy or less above the lowest empty state stays where it is; by default "
        "the threshold of inelastic collisions, or where the models of elastic scattering start",
        "elastic": setup.elastic,
        "elastic_meaning": ELASTIC[setup.elastic],
        "inelastic": f"full-penn, exchange {DEFAULT_EXCHANGE}",
        "phonons": {m.material.name: m.phonons for m in media},
        "temperature_K": setup.temperature,
        "surface": setup.surface,
        "surface_meaning": SURFACES[setup.surface],
        "surface_step_eV": number(one.level - (0.0 if setup.media[2] is None else setup.media[2].level))
        if setup.surface != "none"
        else None,
        "pairs": setup.pairs if setup.treatment == "track" else None,
        "pairs_meaning": PAIRS_MEANING[setup.pairs] if setup.treatment == "track" else None,
        "fluorescence": "leaves: its photons are not followed (mean free path far above a nanocrystal's size)",
        "range_rejection": f"electrons in the host farther from the nanocrystal than {REACH_MARGIN:g} times their "
        f"range, or {FARTHEST:g} nm, are stopped"
        if setup.rules.reject_by_range
        else "none: whole tracks",
        "box_nm": setup.box or None,
        "packing": setup.packing if setup.box > 0 else None,
        "tracking": setup.tracking,
        "deposit": "energy lost inside, heat and pairs; work at surfaces and fluorescence are not in it",
        "mean_over": MEAN_OVER,
        "pairs_counted": "the smaller of holes and stopped electrons in a nanocrystal",
        "pair_creation_energy": f"bulk of the material, electrons of {BULK_ENERGY / 1e3:g} keV, same models; slow are "
        "those below the vacuum level",
        "histories": setup.histories,
        "relative_error": setup.relative_error,
        "seed": setup.seed,
        "threads": setup.threads,
        "device": setup.device,
        "precision": setup.precision,
        "precision_meaning": PRECISIONS[setup.precision],
    }  # fmt: skip


def engine_warnings(setup: Setup) -> list[str]:
    """What there is to know about the models of a run, whatever comes out."""
    notes = list(setup.notes)
    for one in (one for one in setup.media if one is not None):
        warnings, band, _ = loss_function_notes(one.material)
        notes += [note for note in warnings if note not in notes]
        if one is setup.media[0] and band is not None:
            low, high = band["stopping_power"]
            notes.append(
                f"The loss function of {one.material.name} leaves stopping power and deposit uncertain by about "
                f"x {low:.2f} to {high:.2f}; the standard errors are those of counting alone."
            )
    notes += [
        f"{left_out(spectrum):.1%} of the photons of {spectrum.name} have less than {LOWEST_PHOTON / 1e3:g} keV "
        "and are left out."
        for spectrum in setup.spectra
        if left_out(spectrum) > 0
    ]
    if setup.surface != "none" and setup.media[0] is not None:
        section = setup.material.card.electrons
        affinity = None if section is None else section.electron_affinity
        if affinity is not None and affinity.provenance == "estimate":
            notes.append(
                f"The surface barrier rests on an estimated electron affinity of {setup.material.name}; scintidot "
                "deposit --surface none shows what it does (at 3 nm about a quarter of the deposit)."
            )
    if setup.treatment == "local":
        notes.append(LOCAL_NOTE)
    elif setup.pairs == "phase-space":
        notes += [
            f"{m.material.name}: its card has no vibration that slow carriers could lose energy to; holes settle, and "
            "electrons collide down to the cut."
            for m in setup.media[:2]
            if m is not None and m.vibration == 0 and float(m.tables.gap) > 0
        ]
    return notes


def run_warnings(setup: Setup, entries: list[Row]) -> list[str]:
    """Limits of the models, and what the numbers ran into."""
    notes = engine_warnings(setup)
    for entry in entries:
        row = entry.values
        if row["hit_fraction"] == 0:
            notes.append(f"No event of {row['histories']} deposited anything at {entry.body.edges[0]:g} nm.")
        if setup.keep_escapes and len(entry.outcome.escapes) < entry.tally.sums[ALL_BOOKS + ESCAPES]:
            notes.append(
                f"Of {entry.tally.sums[ALL_BOOKS + ESCAPES]:.0f} electrons that escaped the first "
                f"{len(entry.outcome.escapes)} are kept; more than {MOST_ESCAPES} are not."
            )
        target = setup.relative_error
        if target is not None and not entry.outcome.interrupted:
            mean, error = entry.outcome.mean, entry.outcome.standard_error
            if not (mean > 0 and error <= target * mean):
                notes.append(
                    f"{entry.body.edges[0]:g} nm: a relative error of {error / mean if mean else math.inf:.2g} after "
                    f"{row['histories']} histories, {target:g} was asked for; raise --histories."
                )
        missing = int(entry.tally.sums[ALL_BOOKS + ESCAPES] - entry.tally.escapes.sum())
        if missing:
            notes.append(
                f"{missing} of {entry.tally.sums[ALL_BOOKS + ESCAPES]:.0f} electrons that escaped at "
                f"{entry.body.edges[0]:g} nm are not in the histogram of their energies: a history holds "
                f"{MOST_ESCAPES_OF_ONE} at most. Sums and means have them all."
            )
        if entry.outcome.interrupted:
            notes.append(
                f"Interrupted: {row['histories']} of {setup.histories} histories at {entry.body.edges[0]:g} nm."
            )
    return notes


def run_sources(setup: Setup) -> list[dict[str, str | int]]:
    """Sources of the models and of the cards."""
    parts = [loss_function_notes(m.material)[2] for m in setup.media if m is not None]
    keys = [*METHOD_SOURCES]
    if setup.elastic != "none":
        keys += ELASTIC_REFERENCES["free"]
    if any(m is not None and m.phonons != "none" for m in setup.media):
        keys += PHONON_SOURCES
    if setup.pairs == "phase-space" and setup.treatment == "track":
        keys.append("alig_1980")
    return together(cited(bibliography(keys)), *parts)
