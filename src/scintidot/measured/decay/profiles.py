"""How the likelihood rises away from the best value of a parameter: what an error bar leaves out."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.analysis.decay.fit import DecayFit
from scintidot.analysis.decay.shapes import lifetime_name
from scintidot.analysis.identifiability import profile
from scintidot.measured.panels import Panel, Series
from scintidot.output import number

POINTS = np.linspace(-3, 3, 13)
"""In standard deviations from the best value."""
KINETIC = ("mean_excitons", "exciton_lifetime_ps", "auger_lifetime_ps")


def profiles_of(found: DecayFit, names: list[str]) -> list[dict[str, Any]]:
    """Values of each parameter that matters, and the rise of -2 ln L with all others fitted; 1 is one deviation."""
    wanted = {lifetime_name(name) for name in names} | set(KINETIC)
    rows = []
    for p in found.fit.parameters:
        if p.fixed or p.name.split("[")[0] not in wanted or not np.isfinite(p.error) or p.error <= 0:
            continue
        values = p.value + POINTS * p.error
        values = values[values > 0]
        rises = profile(found.cost, found.parameters, found.fit, p.name, values)
        rows.append(
            {
                "name": p.name, "unit": p.unit, "values": [number(value) for value in values],
                "rise": [number(rise) for rise in rises],
                "parabola": [number(((value - p.value) / p.error) ** 2) for value in values],
            }
        )  # fmt: skip
    return rows


def profile_panels(rows: list[dict[str, Any]]) -> tuple[Panel, ...]:
    """One panel a parameter: the profile and the parabola of the error."""
    return tuple(
        Panel(
            f"Profile of {row['name']}",
            row["name"] if row["unit"] == "1" else f"{row['name']} [{row['unit']}]",
            "rise of -2 ln L",
            "The others are fitted at each point. A rise of 1 bounds 68.3 %, of 4 95.4 %; where the profile leaves the "
            "parabola of the error, take the interval of --minos.",
            (
                Series("profile", np.array(row["values"]), np.array(row["rise"], dtype=float), style="line"),
                Series("parabola", np.array(row["values"]), np.array(row["parabola"]), style="dashed"),
            ),
        )
        for row in rows
    )
