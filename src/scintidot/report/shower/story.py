"""What happened at each step of a shower, in a sentence."""

from __future__ import annotations

from typing import Any

from scintidot.output import as_text
from scintidot.report.shower.words import energy_in_words, generation_in_words

QUIET = ("scattered", "phonon")
"""Events that leave an electron nearly as it was."""
LEAST = 5e-4
"""Energies below are not worth a word. [eV]"""


def story(document: dict[str, Any], most: int) -> list[str]:
    """A sentence for each of the first ``most`` points: who, what, in which shell, and what stayed."""
    points, running, choices = document["points"], document["running_books"], document["choices"]
    before: dict[int, float] = {}
    kept, holes, told = 0.0, 0, []
    for k in range(min(most, len(points["event"]))):
        electron = points["electron"][k]
        happened = _happened(points, k, before.get(electron), choices)
        before[electron] = points["energy_eV"][k]
        stays = running["deposit_eV"][k] - kept
        pairs = running["holes"][k] - holes if "holes" in running else 0
        kept, holes = running["deposit_eV"][k], holes + pairs
        told.append(f"{_who(points, k)} {happened}.{_stays(stays, pairs)}")
    return told


def _who(points: dict[str, Any], k: int) -> str:
    generation = points["generation"][k]
    if generation == 0:
        return "The primary electron"
    return f"Electron {points['electron'][k]} ({generation_in_words(generation)})"


def _happened(points: dict[str, Any], k: int, before: float | None, choices: dict[str, Any]) -> str:
    event, energy = points["event"][k], points["energy_eV"][k]
    now, place = energy_in_words(energy), _place(points["region"][k], choices)
    if event == "born":
        return f"sets off with {now} in {place}"
    change = energy - (energy if before is None else before)
    from_to = f"{energy_in_words(energy - change)} to {now}"
    if event == "ionised":
        shell = points["atomic_shell"][k]
        element, _, name = shell.partition(" ")
        hit = f"an electron of shell {name} of {element}" if name else "an electron of the valence band"
        return f"collides with {hit} in {place}: {from_to}"
    if event == "phonon":
        return f"{'emits' if change < 0 else 'absorbs'} a phonon of {_small(change)}: {now}"
    if event == "scattered":
        if abs(change) < 1e-9:
            return f"is deflected by an atom, {now}"
        return (
            f"is deflected and gives {_small(change)} to sound"
            if change < 0
            else f"takes {_small(change)} from sound"
        )
    return {
        "crossed": f"passes into {place}: {from_to}",
        "reflected": f"is reflected at the surface, {now}",
        "stopped": f"stops in {place}: its last {now} become heat",
        "left": f"escapes with {now}",
        "given_up": f"is too far out in {place} to come back: its {now} stay there",
    }[event]  # fmt: skip


def _place(region: str, choices: dict[str, Any]) -> str:
    if region == "host":
        return "the vacuum" if choices["host"] == "vacuum" else f"the {choices['host']}"
    return f"the {region}" if choices["shell"] else "the nanocrystal"


def _small(change: float) -> str:
    return f"{as_text(abs(change) * 1e3, 3)} meV" if abs(change) < 1 else energy_in_words(abs(change))


def _stays(energy: float, holes: int) -> str:
    """What this step left in nanocrystals."""
    if abs(energy) < LEAST and not holes:
        return ""
    parts = [f"{as_text(energy, 3)} eV"] if abs(energy) >= LEAST else []
    if holes:
        parts.append(f"{holes} hole{'s' if holes > 1 else ''}")
    return f" Kept here: {' and '.join(parts)}."
