"""The fits of one run: all decays together, or each apart, here or on the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scintidot.analysis.decay.fit import DecayFit, Measured, fit_components, fit_kinetic
from scintidot.analysis.decay.shapes import Kinetic, lifetime_name
from scintidot.measured.decay.figures import Result
from scintidot.progress import Progress
from scintidot.scale.blocks import each
from scintidot.scale.computing import current


@dataclass(frozen=True, eq=False)
class Fits:
    """How decays are fitted; it can be sent to other processes."""

    named: tuple[str, ...]  # components; none: a kinetic model
    kinetic: Kinetic | None
    how: dict[str, Any]

    def together(
        self, measured: Sequence[Measured], tell: Callable[[float], None] = lambda _: None
    ) -> DecayFit:
        """One fit of decays, which share what belongs to the sample."""
        if self.kinetic is not None:
            return fit_kinetic(measured, self.kinetic, **self.how, progress=tell)
        return fit_components(measured, self.named, **self.how, shared=len(measured) > 1, progress=tell)

    def __call__(self, decay: Measured) -> DecayFit:
        """Of one decay."""
        with np.errstate(all="ignore"):
            return self.together([decay])


def fits_of(
    named: Sequence[str], kinetic: Kinetic | None, choices: dict[str, Any], held: dict[str, float], *, minos: bool
) -> Fits:  # fmt: skip
    """The fits that the choices of a run ask for; ``minos``: intervals by profiling."""
    how: dict[str, Any] = {"starts": choices["starts"], "seed": choices["seed"], "held": held}
    if minos:
        how["minos"] = (
            [lifetime_name(name) for name in named]
            if kinetic is None
            else ["exciton_lifetime_ps", "auger_lifetime_ps", "mean_excitons"]
        )
    return Fits(tuple(named), kinetic, how)


def fitted(
    measured: Sequence[Measured], fits: Fits, *, together: bool, progress: Progress
) -> tuple[list[Result], str]:
    """Fits of all decays; or none, and why there is none."""
    count = len(measured)
    try:
        if together:
            one = fits.together(measured, lambda share: progress(f"fit of {count} decays", share))
            return [(one, i, i) for i in range(count)], ""
        return [(fit, 0, i) for i, fit in enumerate(_apart(measured, fits, progress))], ""
    except (np.linalg.LinAlgError, ValueError, FloatingPointError) as error:
        return [], str(error) or type(error).__name__


def _apart(measured: Sequence[Measured], fits: Fits, progress: Progress) -> list[DecayFit]:
    names, count, found = [f"fit of {decay.name}" for decay in measured], len(measured), []
    if current().cluster is not None:
        for i, fit in enumerate(each(fits, measured)):
            progress(names[i], (i + 1) / count)
            found.append(fit)
        return found
    for i, decay in enumerate(measured):

        def tell(share: float, i: int = i) -> None:
            progress(names[i], (i + share) / count)

        found.append(fits.together([decay], tell))
    return found
