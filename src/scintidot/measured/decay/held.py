"""Parameters that the user holds or sets free: read and checked against those of the fit before any work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scintidot.analysis.decay.fit import SHARED
from scintidot.analysis.decay.model import BACKGROUND, SCATTER, SHIFT, WIDTH
from scintidot.analysis.decay.shapes import Kinetic, lifetime_name, photons_name
from scintidot.errors import BadValue, FieldError, one_of
from scintidot.kinetic_options import FRACTION
from scintidot.materials.fields import In
from scintidot.measured.decay.sources import WHERE

FREE = ("retained_fraction", "quantum_yield")
"""Parameters of a kinetic model that are held unless they are asked for."""
Fix = str | Sequence[str] | Mapping[str, float]

_TIME = In("ps", at_least=1e-3, at_most=1e15)
_LIMITS = {
    SHIFT: In("ps", at_least=-1e12, at_most=1e12),
    "mean_excitons": In("1", at_least=1e-4, at_most=30),
    "retained_fraction": FRACTION,
    "quantum_yield": In("1", at_least=1e-3, at_most=1),
}
_COUNTS = In("1", at_least=0, at_most=1e15)


def read_held(
    fix: Fix, names: Sequence[str], kinetic: Kinetic | None, decays: Sequence[str]
) -> dict[str, float]:
    """Values of the parameters that are held; times may have a unit.

    Parameters
    ----------
    names : sequence of str
        Of the components.
    kinetic : Kinetic or None
        The model that is fitted instead.
    decays : sequence of str
        That are fitted together: what they do not share may be held for one of them, as ``background[name]``.
    """
    own, shared = (
        ([*map(photons_name, names), *map(lifetime_name, names)], [*map(lifetime_name, names)])
        if kinetic is None
        else ([p.name for p in kinetic.parameters()], list(SHARED))
    )
    own += [SHIFT, WIDTH, BACKGROUND, SCATTER]
    known = own + [f"{name}[{decay}]" for name in own if name not in shared for decay in decays]
    held = {}
    for name, value in _pairs(fix):
        if value != "":
            one_of(name, known, where=WHERE, who="--fix")
        try:
            held[name] = _limits(name.split("[")[0]).read_number(value)
        except FieldError as error:
            if error.what == "value":
                raise error.at(BadValue, where=WHERE, who=f"--fix {name}") from None
            raise BadValue(
                where=WHERE, what="value", who="--fix", expected="NAME=NUMBER, such as lifetime_X_ps=8000",
                found=repr(f"{name}={value}"),
            ) from None  # fmt: skip
    return held


def read_freed(free: str | Sequence[str], model: str | None) -> list[str]:
    """Names of the parameters of a kinetic model that are fitted besides."""
    freed = [free] if isinstance(free, str) else list(free)
    for name in freed:
        one_of(name, FREE, where=WHERE, who="--free")
    if freed and model is None:
        raise BadValue(
            where=WHERE, what="option", who="--free", expected="a kinetic model (--model), which has it",
            found=", ".join(freed),
        )  # fmt: skip
    return freed


def _pairs(fix: Fix) -> list[tuple[str, Any]]:
    if isinstance(fix, Mapping):
        return [(str(name).strip(), value) for name, value in fix.items()]
    texts = [fix] if isinstance(fix, str) else list(fix)
    return [(name.strip(), value) for name, _, value in (text.partition("=") for text in texts)]


def _limits(name: str) -> In:
    return _LIMITS.get(name) or (_TIME if name.endswith("_ps") else _COUNTS)
