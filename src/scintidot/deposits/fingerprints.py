"""Fingerprint of everything that one size and energy of a run depends on: what was kept of it holds for it alone."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import numpy as np

from scintidot.cache.kernels import kernel_fingerprint
from scintidot.deposits.bodies import Body
from scintidot.deposits.histories import METHOD as ENGINE_METHOD
from scintidot.deposits.setup import Setup
from scintidot.interactions.medium_tables import METHOD as MEDIA_METHOD
from scintidot.interactions.medium_tables import transport_fingerprint
from scintidot.materials.material import Material
from scintidot.provenance import fingerprint
from scintidot.radiation.spectrum import Spectrum

_ELSEWHERE = ("bodies", "spectra", "threads", "spectrum_option")
"""Of a setup: what the case itself says, and what changes no number."""


def case_fingerprint(setup: Setup, body: Body, spectrum: Spectrum) -> str:
    """Of one size and one energy, with every option that acts on its histories."""
    parts = [
        kernel_fingerprint("transport"), ENGINE_METHOD, MEDIA_METHOD, repr(body.edges), repr(body.count),
        _text(spectrum), repr(setup.confined),
        *(f"{one.name}={_text(getattr(setup, one.name))}" for one in fields(setup) if one.name not in _ELSEWHERE),
    ]  # fmt: skip
    return fingerprint(*(part.encode() for part in parts))


def _text(value: object) -> str:
    """A choice as text that differs wherever the choice does."""
    if isinstance(value, Material):
        return transport_fingerprint(value)
    if isinstance(value, tuple):
        return ", ".join(_text(one) for one in value)
    if isinstance(value, np.ndarray):
        return fingerprint(value.tobytes())
    if is_dataclass(value):
        return ", ".join(_text(getattr(value, one.name)) for one in fields(value))
    return repr(value)
