"""Pictures of a design study: the one that shows the answer, and those behind it."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.report.study_drawing import COLOURS, StudyFigure, place_in_list, tornado
from scintidot.report.study_search import draw_front, draw_optimum, draw_sensitivities
from scintidot.report.style import BLUE, GREY, figure, settings
from scintidot.studies.finding import variable
from scintidot.studies.result import StudyResult

MOST_LINES = 6
"""Values of a second axis that are drawn as lines; more make a map."""


def figures_of_study(result: StudyResult) -> list[StudyFigure]:
    """The pictures of a study as figures of matplotlib; the first one shows the answer."""
    makers = {"sweep": _sweep, "sobol": draw_sensitivities, "pareto": draw_front, "optimum": draw_optimum}
    if not result.finding.variables:
        return []
    with settings():
        return makers[result.plan.method.kind](result)


def _sweep(result: StudyResult) -> list[StudyFigure]:
    dataset, plan = result.to_xarray(), result.plan
    main = plan.objectives[0]
    numeric = sorted(
        (axis for axis in plan.axes if not axis.named and len(axis.values) > 1),
        key=lambda axis: -len(axis.values),
    )
    best = result.document["results"]["best"][main.name]["design"]
    if len(numeric) >= 2 and len(numeric[1].values) > MOST_LINES:
        picture = _map(dataset, plan, main, numeric[:2], best)
    elif numeric:
        picture = _lines(dataset, plan, main, numeric[0], best)
    else:
        picture = _bars(dataset, plan, main)
    return [picture, *tornado(result)]


def _map(dataset: Any, plan: Any, main: Any, pair: Any, best: dict[str, Any]) -> StudyFigure:
    others = {axis.name: place_in_list(axis, best) for axis in plan.axes if axis not in pair}
    x, y = pair
    chosen = dataset.isel(others)
    values = chosen[variable(main.name)].transpose(y.name, x.name)
    kept = chosen["keeps_constraints"].transpose(y.name, x.name)
    drawing, axes = figure(1, 1, 11, 5.6)
    axis = axes[0, 0]
    axis.grid(visible=False)
    low, high = float(values.min()), float(values.max())
    norm = "log" if 0 < 5 * low < high else None
    mesh = axis.pcolormesh(x.values, y.values, values, cmap="viridis", shading="nearest", norm=norm)
    bar = drawing.colorbar(mesh, label=main.label)
    bar.ax.yaxis.set_major_formatter("{x:g}")
    bar.ax.yaxis.set_minor_formatter("{x:g}")
    if not bool(kept.all()):
        missed = np.ma.masked_where(kept.to_numpy(), np.zeros(kept.shape))
        axis.pcolormesh(
            x.values, y.values, missed, cmap="Greys", vmin=0, vmax=1, shading="nearest", alpha=0.7
        )
    axis.plot(best[x.key], best[y.key], "*", color="white", mec="black", ms=18)
    axis.set(xlabel=x.heading, ylabel=y.heading)
    rest = "; ".join(
        f"{axis.heading} {axis.values[others[axis.name]]}" for axis in plan.axes if axis.name in others
    )
    caption = (
        f"{main.label} over the grid{', at ' + rest if rest else ''}. Star: the best design; pale: designs that "
        "miss a constraint."
    )
    return StudyFigure("map", f"{main.heading} over the designs", drawing, caption)


def _lines(dataset: Any, plan: Any, main: Any, x: Any, best: dict[str, Any]) -> StudyFigure:
    """Against one axis, a line with its band for each name."""
    place = {axis.name: place_in_list(axis, best) for axis in plan.axes}

    def effect(axis: Any) -> float:
        """Of an axis at the best design."""
        rest = {name: index for name, index in place.items() if name != axis.name}
        return float(np.ptp(dataset[variable(main.name)].isel(rest).to_numpy()))

    others = sorted(
        (one for one in plan.axes if one is not x and len(one.values) > 1), key=effect, reverse=True
    )
    shown, held = others[:1], {one.name: place[one.name] for one in others[1:]}
    chosen = dataset.isel(held | {axis.name: 0 for axis in plan.axes if len(axis.values) == 1})
    drawing, axes = figure(1, 1, 11, 5)
    axis, name = axes[0, 0], variable(main.name)
    for i, label in enumerate(shown[0].values if shown else ("",)):
        part = chosen.sel({shown[0].name: label}) if shown else chosen
        colour = COLOURS[i % len(COLOURS)]
        axis.fill_between(x.values, part[f"{name}_low"], part[f"{name}_high"], color=colour, alpha=0.15, lw=0)
        kept = part["keeps_constraints"].to_numpy()
        axis.plot(x.values, part[name], color=colour, lw=1, ls=":")
        axis.plot(x.values, part[name].where(kept), "o-", color=colour, ms=4, label=str(label) or None)
    axis.axvline(best[x.key], color=GREY, lw=1, ls="--")
    axis.set(xlabel=x.heading, ylabel=main.label, ylim=(0, None))
    if shown:
        axis.legend(title=shown[0].heading)
    caption = (
        f"{main.label} against {x.heading}, with the band of the card. Dots: the designs computed that keep the "
        "constraints; dotted: those that do not; dashed: the best one."
    )
    return StudyFigure("lines", f"{main.heading} against {x.name.replace('_', ' ')}", drawing, caption)


def _bars(dataset: Any, plan: Any, main: Any) -> StudyFigure:
    """Names alone: one bar with its band for each combination."""
    name = variable(main.name)
    stacked = dataset.stack(all=[axis.name for axis in plan.axes])
    labels = [", ".join(map(str, key)) for key in stacked["all"].to_numpy()]
    middle = stacked[name].to_numpy()
    error = [middle - stacked[f"{name}_low"].to_numpy(), stacked[f"{name}_high"].to_numpy() - middle]
    drawing, axes = figure(1, 1, 11, 0.42 * len(labels) + 1.4)
    axis = axes[0, 0]
    kept = stacked["keeps_constraints"].to_numpy()
    axis.barh(
        range(len(labels)), middle, xerr=error, capsize=3, color=[BLUE if one else "#c8c8c8" for one in kept]
    )
    axis.set(yticks=range(len(labels)), xlabel=main.label)
    axis.set_yticklabels(labels)
    caption = f"{main.label} with the band of the card; grey: designs that miss a constraint."
    return StudyFigure("bars", f"{main.heading} of the designs", drawing, caption)
