"""Keywords of `scintidot.deposit` and `scintidot.shower` with what they take, for editors and type checkers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from scintidot.interactions.inputs import Energies
from scintidot.options import Number

if TYPE_CHECKING:
    from scintidot.materials.material import Material


class ShowerOptions(TypedDict, total=False):
    """The options of one history: those of `deposits.options.read_setup` without what only a run has."""

    material: str | Path | Material
    edge_length: Number | Sequence[Number] | None
    energy_keV: Energies | None
    source: str | None
    host: str | Path | Material
    start: str | None
    shape: str
    shell: str | Path | Material | None
    shell_thickness_nm: Number | None
    composite: str | None
    box_nm: Number | None
    packing: str | None
    treatment: str
    local_deposit_below: Number
    cut_eV: Number | None
    elastic: str
    phonons: str | None
    surface: str
    pairs: str
    whole_tracks: bool
    tracking: str
    temperature: Number
    primaries: str | Path | None
    escapes: bool


class DepositOptions(ShowerOptions, total=False):
    """The further keywords of `scintidot.deposit`, those of `deposits.options.read_setup`."""

    histories: Number | None
    relative_error: Number | None
    seed: Number
    threads: Number | None
