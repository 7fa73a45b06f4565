"""Keywords of `scintidot.sample_light` with what they take, for editors and type checkers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from scintidot.interactions.inputs import Energies
from scintidot.options import Number

if TYPE_CHECKING:
    from scintidot.materials.material import Material


class SampleOptions(TypedDict, total=False):
    """The further keywords of `scintidot.sample_light`, those of `light_yield.options.read_sample`."""

    material: str | Path | Material
    edge_length: Number | None
    host: str | Path | Material
    energies: Energies
    volume_fraction: Number | None
    composite: str | None
    box_nm: Number | None
    packing: str | None
    shape: str
    model: str
    pair_creation_energy: str
    fano_factor: Number | None
    auger_law: str | None
    retained_fraction: Number | None
    host_transfer: Number
    outcoupling: Number
    detection_efficiency: Number
    reference_keV: Number | None
    prompt_ns: Number | Sequence[Number]
    response_ps: Number
    valley: Number
    histories: Number
    seed: Number
    threads: Number | None
