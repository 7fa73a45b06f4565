"""Keywords of the functions that take many: an unknown one is one clear line with the nearest name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypedDict

from scintidot.errors import BadValue, nearest
from scintidot.options import Number


def refuse_unknown(
    names: Iterable[str], function: Callable[..., Any], where: str, more: Iterable[str] = ()
) -> None:
    """Refuse keywords that neither the signature of ``function`` nor ``more`` has.

    Raises
    ------
    BadValue
        Naming the first of them, with the nearest known one.
    """
    known = [
        name for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]  # fmt: skip
    known += more
    for name in names:
        if name not in known:
            raise BadValue(
                where=where, what="keyword", who=name, expected="a known one", found=repr(name),
                hint=nearest(name, known),
            )  # fmt: skip


class TransientOptions(TypedDict, total=False):
    """The further keywords of `scintidot.analyse_ta`, those of `transient.options.read_options`."""

    mode: str
    components: Number | None
    model: str
    filling: str
    degeneracy: Number
    chirp: str
    artefact: Number
    wavelength: Number | None
    band: str | None
    tail: str | None
    exciton_rate: Number | None
    retained_fraction: Number | None
    quantum_yield: Number


class SpectrumOptions(TypedDict, total=False):
    """The further keywords of `scintidot.analyse_spectrum`, those of `spectrum.quantities.KEYWORDS`."""

    absorption: str | Path
    reference: str | Path
    plqy_method: str
    band: str | tuple[Number, Number]
    reference_yield: Number
    reference_light_yield: Number
    absorbance: Number
    reference_absorbance: Number
    index: Number
    reference_index: Number
    path_cm: Number
    at_nm: Number
    extinction: Number
    cross_section_cm2: Number
    intrinsic_per_cm: Number
    volume_nm3: Number
    density_g_per_cm3: Number
